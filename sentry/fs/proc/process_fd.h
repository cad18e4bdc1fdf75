// /proc/[pid]/fd and /proc/[pid]/fdinfo.
#pragma once

#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/proc/subject.h"

namespace sentry {

// A directory with a name for each open descriptor.
class DescriptorDirectory : public SubjectInode<KernDirectory> {
 public:
  DescriptorDirectory(const Subject& about, SubjectIno directory, SubjectIno members,
                      uint32_t permissions)
      : SubjectInode(about, directory, 0, permissions), members_(members) {}
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;

 protected:
  uint64_t Size() const override;
  virtual Ref<Inode> Make(FdNum fd) = 0;
  virtual uint8_t MemberType() const = 0;

 private:
  bool IsOpen(FdNum fd) const;
  const SubjectIno members_;
};

class FdDirectory final : public DescriptorDirectory {
 public:
  explicit FdDirectory(const Subject& about)
      : DescriptorDirectory(about, kInoFdList, kInoFd, 0500) {}

 protected:
  Ref<Inode> Make(FdNum fd) override;
  uint8_t MemberType() const override { return abi::kDtLnk; }
};

class FdInfoDirectory final : public DescriptorDirectory {
 public:
  explicit FdInfoDirectory(const Subject& about)
      : DescriptorDirectory(about, kInoFdInfoList, kInoFdInfo, 0555) {}
  Result<void> CheckList(OpContext& ctx) override;
  Result<Ref<Inode>> Lookup(OpContext& ctx, const Name& name) override;

 protected:
  Ref<Inode> Make(FdNum fd) override;
  uint8_t MemberType() const override { return abi::kDtReg; }
};

}  // namespace sentry

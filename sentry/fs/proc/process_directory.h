// /proc/[pid], /proc/[pid]/task and /proc/[pid]/task/[tid].
#pragma once

#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/proc/subject.h"

namespace sentry {

class ProcessDirectory final : public SubjectInode<KernDirectory> {
 public:
  explicit ProcessDirectory(const Subject& about);
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;
};

class TaskListDirectory final : public SubjectInode<KernDirectory> {
 public:
  explicit TaskListDirectory(const Subject& about);
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;
  Result<Attributes> GetAttributes(OpContext& ctx) override;

 private:
  Subject Member(Tid tid) const { return {subject.fs, subject.group, tid, true}; }
};

}  // namespace sentry

// OpenedFile: a file as an address space names it (memmap/named_file.h).
#pragma once

#include <optional>

#include "sentry/memmap/named_file.h"
#include "sentry/mm/memory_manager.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

// The address space is not told of what munmap(2) takes away, so it holds the name of what was
// mapped and not the description: locks, leases and writers end with the descriptors.
class OpenedFile final : public NamedFile {
 public:
  // With `runs` it is a program: it keeps its description, and nobody may write to it meanwhile.
  explicit OpenedFile(Ref<FileDescription> file, bool runs = false);
  ~OpenedFile() override;
  std::string DisplayName() const override;
  uint64_t device() const override;
  uint64_t inode_number() const override;
  const Path& path() const { return file_->path(); }  // Of a program.
  // nullopt when it is on no mount of this namespace.
  std::optional<Path> PathIn(const MountNamespace& mounts) const;

 private:
  const Ref<Dentry> dentry_;
  const uint64_t mount_id_;    // 0: of no tree.
  Ref<FileDescription> file_;  // Null: it is no program.
  Ref<Inode> runs_;
};

Ref<NamedFile> NameOf(Ref<FileDescription> file);
Ref<NamedFile> NameOfProgram(Ref<FileDescription> file);
// Lets /proc/[pid]/maps tell the host file behind `mapping` by the guest's name.
void RememberMapping(MemoryManager& mm, const Ref<FileDescription>& file, const Mapping& mapping);

}  // namespace sentry

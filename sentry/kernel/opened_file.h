// OpenedFile: a FileDescription as an address space names it (memmap/named_file.h).
#pragma once

#include "sentry/memmap/named_file.h"
#include "sentry/mm/memory_manager.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class OpenedFile final : public NamedFile {
 public:
  // With `runs` it is a program, which nobody may write to meanwhile.
  explicit OpenedFile(Ref<FileDescription> file, bool runs = false);
  ~OpenedFile() override;
  std::string DisplayName() const override;
  uint64_t device() const override;
  uint64_t inode_number() const override;
  const Path& path() const { return file_->path(); }

 private:
  Ref<FileDescription> file_;
  Ref<Inode> runs_;
};

Ref<NamedFile> NameOf(Ref<FileDescription> file);
Ref<NamedFile> NameOfProgram(Ref<FileDescription> file);
// Lets /proc/[pid]/maps tell the host file behind `mapping` by the guest's name.
void RememberMapping(MemoryManager& mm, const Ref<FileDescription>& file, const Mapping& mapping);

}  // namespace sentry

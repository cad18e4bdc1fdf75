#include "sentry/kernel/opened_file.h"

#include <sys/stat.h>

#include "sentry/vfs/file_locks.h"

namespace sentry {

OpenedFile::OpenedFile(Ref<FileDescription> file, bool runs) : file_(std::move(file)) {
  if (!runs || file_->inode() == nullptr) return;
  runs_ = Ref<Inode>(file_->inode());
  --runs_->locks().write_count;
}

OpenedFile::~OpenedFile() {
  if (runs_) ++runs_->locks().write_count;
}

std::string OpenedFile::DisplayName() const {
  // From the mount's root up; a process's own root is applied by whoever prints it.
  const Dentry* dentry = file_->path().dentry.get();
  if (dentry != nullptr && dentry->IsRoot() && !dentry->name().empty()) return dentry->name();
  std::string name;
  for (const Dentry* at = file_->path().dentry.get(); at != nullptr && !at->IsRoot();
       at = at->parent()) {
    name = "/" + at->name() + name;
  }
  return name;
}

uint64_t OpenedFile::device() const {
  return file_->inode() != nullptr ? file_->inode()->filesystem().device() : 0;
}

uint64_t OpenedFile::inode_number() const {
  return file_->inode() != nullptr ? file_->inode()->ino() : 0;
}

Ref<NamedFile> NameOf(Ref<FileDescription> file) {
  return MakeRef<OpenedFile>(std::move(file));
}

Ref<NamedFile> NameOfProgram(Ref<FileDescription> file) {
  return MakeRef<OpenedFile>(std::move(file), true);
}

void RememberMapping(MemoryManager& mm, const Ref<FileDescription>& file, const Mapping& mapping) {
  struct stat host;
  if (::fstat(mapping.host_fd, &host) == 0) mm.RememberFile(host.st_dev, host.st_ino, NameOf(file));
}

}  // namespace sentry

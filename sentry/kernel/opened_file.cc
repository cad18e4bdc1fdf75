#include "sentry/kernel/opened_file.h"

#include <sys/stat.h>

#include "sentry/vfs/file_locks.h"

namespace sentry {

OpenedFile::OpenedFile(Ref<FileDescription> file, bool runs)
    : dentry_(file->path().dentry),
      mount_id_(file->path().mount != nullptr ? file->path().mount->id : 0) {
  if (!runs) return;
  file_ = std::move(file);
  if (file_->inode() == nullptr) return;
  runs_ = Ref<Inode>(file_->inode());
  --runs_->locks().write_count;
}

OpenedFile::~OpenedFile() {
  if (runs_) ++runs_->locks().write_count;
}

std::string OpenedFile::DisplayName() const {
  // From the mount's root up; a process's own root is applied by whoever prints it.
  const Dentry* dentry = dentry_.get();
  if (dentry != nullptr && dentry->IsRoot() && !dentry->name().empty()) return dentry->name();
  std::string name;
  for (const Dentry* at = dentry; at != nullptr && !at->IsRoot(); at = at->parent()) {
    name = "/" + at->name() + name;
  }
  return name;
}

std::optional<Path> OpenedFile::PathIn(const MountNamespace& mounts) const {
  if (mount_id_ == 0) return Path{nullptr, dentry_};
  for (const Ref<Mount>& mount : mounts.mounts()) {
    if (mount->id == mount_id_) return Path{mount, dentry_};
  }
  return std::nullopt;
}

uint64_t OpenedFile::device() const {
  Inode* inode = dentry_ != nullptr ? dentry_->inode() : nullptr;
  return inode != nullptr ? inode->filesystem().device() : 0;
}

uint64_t OpenedFile::inode_number() const {
  const Inode* inode = dentry_ != nullptr ? dentry_->inode() : nullptr;
  return inode != nullptr ? inode->ino() : 0;
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

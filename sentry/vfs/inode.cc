#include "sentry/vfs/inode.h"

#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

namespace sentry {

Inode::Inode() = default;
Inode::~Inode() = default;

Result<std::optional<Path>> Inode::MagicTarget(OpContext&) {
  return std::optional<Path>();
}

FileLocks& Inode::locks() {
  if (locks_ == nullptr) locks_ = std::make_unique<FileLocks>();
  return *locks_;
}

InotifyWatches& Inode::EnsureWatches() {
  if (watches_ == nullptr) watches_ = std::make_unique<InotifyWatches>();
  return *watches_;
}

}  // namespace sentry

#include "sentry/fs/kernfs/inode.h"

#include "sentry/vfs/file_description.h"

namespace sentry {

Result<Attributes> KernInode::GetAttributes(OpContext&) {
  Attributes attributes;
  attributes.dev = fs_->device();
  attributes.ino = ino();
  attributes.mode = mode();
  attributes.nlink = IsDirectory() ? 2 : link_count();
  attributes.uid = uid();
  attributes.gid = gid();
  attributes.size = Size();
  attributes.blksize = 1024;
  attributes.atime = attributes.mtime = attributes.ctime = Time();
  return attributes;
}

Result<void> KernInode::SetAttributes(OpContext&, const AttributeChange& change) {
  if (change.mode || change.uid || change.gid) return Errno(EPERM);
  return {};
}

Result<Ref<FileDescription>> KernSymlink::Open(OpContext&, const Path&, uint32_t) {
  return Errno(ELOOP);
}

}  // namespace sentry

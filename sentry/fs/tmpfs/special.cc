#include "sentry/fs/tmpfs/special.h"

#include "sentry/vfs/file_description.h"
#include "sentry/vfs/special_files.h"

namespace sentry {

Result<Attributes> TmpfsSymlink::GetAttributes(OpContext& ctx) {
  Attributes attributes = TRY(TmpfsInode::GetAttributes(ctx));
  attributes.size = target_.size();
  return attributes;
}

Result<Ref<FileDescription>> TmpfsSymlink::Open(OpContext&, const Path&, uint32_t) {
  return Errno(ELOOP);
}

Result<Attributes> TmpfsSpecialFile::GetAttributes(OpContext& ctx) {
  Attributes attributes = TRY(TmpfsInode::GetAttributes(ctx));
  attributes.rdev = rdev_;
  return attributes;
}

Result<Ref<FileDescription>> TmpfsSpecialFile::Open(OpContext& ctx, const Path& path,
                                                    uint32_t flags) {
  return OpenSpecialFile(ctx, path, rdev_, flags);
}

}  // namespace sentry

#include "sentry/vfs/special_files.h"

#include "sentry/vfs/file_description.h"
#include "sentry/vfs/mount.h"

namespace sentry {

Result<Ref<FileDescription>> OpenSpecialFile(OpContext& ctx, const Path& path, uint64_t rdev,
                                             uint32_t flags) {
  uint32_t type = path.inode()->mode() & abi::kSIfmt;
  if (ctx.special_files == nullptr || type == abi::kSIfsock) return Errno(ENXIO);
  if (type == abi::kSIfifo) return ctx.special_files->OpenFifo(ctx, path, flags);
  return ctx.special_files->OpenDevice(ctx, path, rdev, flags);
}

}  // namespace sentry

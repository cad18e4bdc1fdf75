// GetAttr, SetAttr, ReadLink, StatFs, Fsync.
#include <sys/vfs.h>
#include <unistd.h>

#include "gofer/server/session.h"

namespace gofer {
namespace {

using Mask = SetAttr::Mask;
constexpr uint32_t kAllMasks = Mask::kMode | Mask::kUid | Mask::kGid | Mask::kSize | Mask::kAtime |
                               Mask::kMtime | Mask::kAtimeNow | Mask::kMtimeNow;
constexpr uint32_t kTimes = Mask::kAtime | Mask::kMtime | Mask::kAtimeNow | Mask::kMtimeNow;
constexpr uint32_t kModeBits = 07777;
constexpr uint32_t kMaxNsec = 999'999'999;
constexpr uint32_t kUnchanged = UINT32_MAX;

base::Result<void> SetOwner(const Mount& mount, const base::Fd& handle,
                            const wire::SetAttrRequest& request) {
  const uint32_t uid = (request.mask() & Mask::kUid) != 0 ? request.uid() : kUnchanged;
  const uint32_t gid = (request.mask() & Mask::kGid) != 0 ? request.gid() : kUnchanged;
  if (mount.squashes()) {
    const bool same = (uid == kUnchanged || uid == mount.ShownUid(uid)) &&
                      (gid == kUnchanged || gid == mount.ShownGid(gid));
    return same ? base::Ok() : base::Result<void>(base::Errno(EPERM));
  }
  if (::fchownat(handle.get(), "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

base::Result<timespec> TimeToSet(uint32_t mask, uint32_t explicit_bit, uint32_t now_bit,
                                 const wire::Time& time) {
  if ((mask & now_bit) != 0) return timespec{.tv_sec = 0, .tv_nsec = UTIME_NOW};
  if ((mask & explicit_bit) == 0) return timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  if (time.nsec() > kMaxNsec) return base::Errno(EINVAL);
  return timespec{.tv_sec = time.sec(), .tv_nsec = time.nsec()};
}

}  // namespace

base::Result<void> Session::GetAttr(const wire::GetAttrRequest& request, wire::AttrReply* reply) {
  const Object object = TRY(Resolve(request.target()));
  FillAttr(*object.mount, TRY(StatHandle(object.handle())), reply->mutable_attr());
  return base::Ok();
}

base::Result<void> Session::SetMode(const Object& object, uint32_t mode) {
  if ((mode & ~kModeBits) != 0) return base::Errno(EINVAL);
  const struct statx found = TRY(StatHandle(object.handle()));
  const uint32_t added = mode & ~uint32_t{found.stx_mode} & (S_ISUID | S_ISGID);
  if (!S_ISDIR(found.stx_mode) && added != 0 && !object.mount->allow_set_id()) {
    return base::Errno(EPERM);
  }
  if (!guard_.fd_directory().valid()) return base::Errno(ENOTSUP);
  if (::fchmodat(guard_.fd_directory().get(), PathGuard::NumberOf(object.handle()).c_str(), mode,
                 0) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

base::Result<void> Session::SetSize(const Object& object, uint64_t size) {
  const struct statx found = TRY(StatHandle(object.handle()));
  if (S_ISDIR(found.stx_mode)) return base::Errno(EISDIR);
  if (!S_ISREG(found.stx_mode) || size > INT64_MAX) return base::Errno(EINVAL);
  const base::Fd file = TRY(guard_.Reopen(object.handle(), O_WRONLY));
  if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return base::LastErrno();
  return base::Ok();
}

base::Result<void> Session::SetTimes(const Object& object, const wire::SetAttrRequest& request) {
  const uint32_t mask = request.mask();
  const timespec times[2] = {
      TRY(TimeToSet(mask, Mask::kAtime, Mask::kAtimeNow, request.atime())),
      TRY(TimeToSet(mask, Mask::kMtime, Mask::kMtimeNow, request.mtime())),
  };
  if (!guard_.fd_directory().valid()) return base::Errno(ENOTSUP);
  if (::utimensat(guard_.fd_directory().get(), PathGuard::NumberOf(object.handle()).c_str(), times,
                  0) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

// The owner goes first, since a change of owner takes set-ID bits away; the times last, since all
// else moves them.
base::Result<void> Session::SetAttr(const wire::SetAttrRequest& request, wire::AttrReply* reply) {
  const uint32_t mask = request.mask();
  if ((mask & ~kAllMasks) != 0) return base::Errno(EINVAL);
  const Object object = TRY(ResolveWritable(request.target()));
  if ((mask & (Mask::kUid | Mask::kGid)) != 0) {
    TRY(SetOwner(*object.mount, object.handle(), request));
  }
  if ((mask & Mask::kMode) != 0) TRY(SetMode(object, request.mode()));
  if ((mask & Mask::kSize) != 0) TRY(SetSize(object, request.size()));
  if ((mask & kTimes) != 0) TRY(SetTimes(object, request));
  FillAttr(*object.mount, TRY(StatHandle(object.handle())), reply->mutable_attr());
  return base::Ok();
}

base::Result<void> Session::ReadLink(const wire::ReadLinkRequest& request,
                                     wire::BytesReply* reply) {
  const Object object = TRY(Resolve(request.target()));
  const struct statx found = TRY(StatHandle(object.handle()));
  if (!S_ISLNK(found.stx_mode)) return base::Errno(EINVAL);
  *reply->mutable_data() = TRY(ReadLinkHandle(object.handle()));
  return base::Ok();
}

base::Result<void> Session::StatFs(const wire::StatFsRequest& request, wire::StatFsReply* reply) {
  const base::Ref<Node> node = TRY(nodes_.Find(static_cast<NodeId>(request.node())));
  struct statfs info;
  if (::fstatfs(node->fd.get(), &info) != 0) return base::LastErrno();
  reply->set_type(static_cast<uint64_t>(info.f_type));
  reply->set_block_size(static_cast<uint64_t>(info.f_bsize));
  reply->set_blocks(info.f_blocks);
  reply->set_blocks_free(info.f_bfree);
  reply->set_blocks_available(info.f_bavail);
  reply->set_files(info.f_files);
  reply->set_files_free(info.f_ffree);
  reply->set_name_max(static_cast<uint64_t>(info.f_namelen));
  reply->set_fragment_size(static_cast<uint64_t>(info.f_frsize));
  reply->set_flags(static_cast<uint64_t>(info.f_flags));
  return base::Ok();
}

base::Result<void> Session::Fsync(const wire::FsyncRequest& request) {
  const Object object = TRY(ResolveWritable(request.target()));
  const struct statx found = TRY(StatHandle(object.handle()));
  if (!S_ISREG(found.stx_mode) && !S_ISDIR(found.stx_mode)) return base::Errno(EINVAL);
  const base::Fd file = TRY(guard_.Reopen(object.handle(), O_RDONLY));
  if ((request.data_only() ? ::fdatasync(file.get()) : ::fsync(file.get())) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

}  // namespace gofer

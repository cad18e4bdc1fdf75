// stat(2), lstat(2), fstat(2), newfstatat(2), statx(2).
#include <sys/syscall.h>

#include <vector>

#include "sentry/kernel/marshalling.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/syscalls/stat_ahead.h"

namespace sentry {
namespace {

constexpr uint32_t kStatFlags =
    abi::kAtSymlinkNofollow | abi::kAtNoAutomount | abi::kAtEmptyPath | abi::kAtStatxSyncType;

abi::Stat ToStat(const Attributes& from, const UserNamespace* ns) {
  abi::Stat to{};
  to.st_dev = from.dev;
  to.st_ino = from.ino;
  to.st_nlink = from.nlink;
  to.st_mode = from.mode;
  to.st_uid = ShownUid(ns, from.uid);
  to.st_gid = ShownGid(ns, from.gid);
  to.st_rdev = from.rdev;
  to.st_size = static_cast<int64_t>(from.size);
  to.st_blksize = from.blksize;
  to.st_blocks = static_cast<int64_t>(from.blocks);
  to.st_atim = from.atime;
  to.st_mtim = from.mtime;
  to.st_ctim = from.ctime;
  return to;
}

abi::StatxTimestamp ToStatxTime(const abi::Timespec& from) {
  return {.tv_sec = from.tv_sec, .tv_nsec = static_cast<uint32_t>(from.tv_nsec), .reserved = 0};
}

abi::Statx ToStatx(const Attributes& from, const Path& path, uint32_t mask,
                   const UserNamespace* ns) {
  abi::Statx to{};
  to.stx_mask = abi::kStatxBasicStats;
  to.stx_blksize = from.blksize;
  to.stx_nlink = from.nlink;
  to.stx_uid = ShownUid(ns, from.uid);
  to.stx_gid = ShownGid(ns, from.gid);
  to.stx_mode = static_cast<uint16_t>(from.mode);
  to.stx_ino = from.ino;
  to.stx_size = from.size;
  to.stx_blocks = from.blocks;
  to.stx_atime = ToStatxTime(from.atime);
  to.stx_mtime = ToStatxTime(from.mtime);
  to.stx_ctime = ToStatxTime(from.ctime);
  if (from.btime != abi::Timespec{}) {
    to.stx_mask |= abi::kStatxBtime;
    to.stx_btime = ToStatxTime(from.btime);
  }
  to.stx_rdev_major = abi::DevMajor(from.rdev);
  to.stx_rdev_minor = abi::DevMinor(from.rdev);
  to.stx_dev_major = abi::DevMajor(from.dev);
  to.stx_dev_minor = abi::DevMinor(from.dev);
  to.stx_attributes_mask = abi::kStatxAttrMountRoot;
  if (path.mount != nullptr) {
    to.stx_mask |= (mask & abi::kStatxMntIdUnique) != 0 ? abi::kStatxMntIdUnique : abi::kStatxMntId;
    to.stx_mnt_id = path.mount->id;
    if (path.dentry == path.mount->root) to.stx_attributes |= abi::kStatxAttrMountRoot;
  }
  return to;
}

template <typename T>
std::vector<std::byte> BytesOf(const T& stored) {
  static_assert(sizeof(T) % 8 == 0);
  const auto bytes = std::as_bytes(std::span(&stored, 1));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> StatBytes(Task& task, const StatCall&, const Path&,
                                 const Attributes& attributes) {
  return BytesOf(ToStat(attributes, task.creds().user_ns.get()));
}

std::vector<std::byte> StatxBytes(Task& task, const StatCall& call, const Path& found,
                                  const Attributes& attributes) {
  return BytesOf(ToStatx(attributes, found, call.mask, task.creds().user_ns.get()));
}

}  // namespace

std::vector<std::byte> StatAnswer(Task& task, const StatCall& call, const Path& found,
                                  const Attributes& attributes) {
  return StatBytes(task, call, found, attributes);
}

namespace {

Result<void> StatPath(Task& task, const Path& path, UserPtr<abi::Stat> to) {
  OpContext ctx = task.context();
  const Attributes attributes = TRY(path.inode()->GetAttributes(ctx));
  const abi::Stat stat = ToStat(attributes, task.creds().user_ns.get());
  return WriteLast(task, to.value(), std::as_bytes(std::span(&stat, 1)));
}

Result<void> StatNamed(Task& task, const StatCall& call, uint64_t to) {
  const Path path = TRY(ResolveAt(task, call.dirfd, call.path, call.walk));
  OpContext ctx = task.context();
  const Attributes attributes = TRY(path.inode()->GetAttributes(ctx));
  const std::vector<std::byte> bytes = call.answer(task, call, path, attributes);
  NoteStat(task, call, path);
  return WriteLast(task, to, bytes);
}

}  // namespace

Result<void> SysStat(Task& task, PathPtr path, UserPtr<abi::Stat> to) {
  const StatCall call = {.number = SYS_stat, .dirfd = kCwdFd, .path = path, .answer = StatBytes};
  return StatNamed(task, call, to.value());
}

Result<void> SysLstat(Task& task, PathPtr path, UserPtr<abi::Stat> to) {
  const StatCall call = {.number = SYS_lstat,
                         .dirfd = kCwdFd,
                         .path = path,
                         .walk = abi::kAtSymlinkNofollow,
                         .answer = StatBytes};
  return StatNamed(task, call, to.value());
}

Result<void> SysFstat(Task& task, FdNum fd, UserPtr<abi::Stat> to) {
  return StatPath(task, TRY(ResolveFd(task, fd, true)), to);
}

Result<void> SysNewfstatat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Stat> to,
                           uint32_t flags) {
  if ((flags & ~kStatFlags) != 0) return Errno(EINVAL);
  const StatCall call = {.number = SYS_newfstatat,
                         .dirfd = dirfd,
                         .path = path,
                         .flags = flags,
                         .walk = flags,
                         .answer = StatBytes};
  return StatNamed(task, call, to.value());
}

Result<void> SysStatx(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, uint32_t mask,
                      UserPtr<abi::Statx> to) {
  if ((mask & abi::kStatxReserved) != 0 || (flags & ~kStatFlags) != 0) return Errno(EINVAL);
  if ((flags & abi::kAtStatxSyncType) == abi::kAtStatxSyncType) return Errno(EINVAL);
  const StatCall call = {.number = SYS_statx,
                         .dirfd = dirfd,
                         .path = path,
                         .flags = flags,
                         .mask = mask,
                         .walk = flags,
                         .answer = StatxBytes};
  return StatNamed(task, call, to.value());
}

}  // namespace sentry

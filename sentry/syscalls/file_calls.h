// The calls of the file families, for the table.
#pragma once

#include "abi/linux/fcntl.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

using PathPtr = UserPtr<const char>;
using Buffer = UserPtr<std::byte>;

// open.cc
Result<FdNum> SysOpen(Task& task, PathPtr path, uint32_t flags, uint32_t mode);
Result<FdNum> SysOpenat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, uint32_t mode);
Result<FdNum> SysOpenat2(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::OpenHow> how,
                         uint64_t size);
Result<FdNum> SysCreat(Task& task, PathPtr path, uint32_t mode);
// close.cc
Result<void> SysClose(Task& task, FdNum fd);
Result<void> SysCloseRange(Task& task, uint32_t first, uint32_t last, uint32_t flags);
// read_write.cc
Result<size_t> SysRead(Task& task, FdNum fd, Buffer buf, uint64_t count);
Result<size_t> SysWrite(Task& task, FdNum fd, Buffer buf, uint64_t count);
Result<size_t> SysPread64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset);
Result<size_t> SysPwrite64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset);
// vectored.cc
Result<size_t> SysReadv(Task& task, FdNum fd, UserAddr iov, uint64_t count);
Result<size_t> SysWritev(Task& task, FdNum fd, UserAddr iov, uint64_t count);
Result<size_t> SysPreadv(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset);
Result<size_t> SysPwritev(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset);
Result<size_t> SysPreadv2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                          uint64_t offset_high, uint32_t flags);
Result<size_t> SysPwritev2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                           uint64_t offset_high, uint32_t flags);
// seek.cc
Result<int64_t> SysLseek(Task& task, FdNum fd, int64_t offset, uint32_t whence);
Result<void> SysFadvise64(Task& task, FdNum fd, int64_t offset, int64_t length, int32_t advice);
Result<void> SysReadahead(Task& task, FdNum fd, int64_t offset, uint64_t count);
// stat.cc
Result<void> SysStat(Task& task, PathPtr path, UserPtr<abi::Stat> to);
Result<void> SysLstat(Task& task, PathPtr path, UserPtr<abi::Stat> to);
Result<void> SysFstat(Task& task, FdNum fd, UserPtr<abi::Stat> to);
Result<void> SysNewfstatat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Stat> to,
                           uint32_t flags);
Result<void> SysStatx(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, uint32_t mask,
                      UserPtr<abi::Statx> to);
// statfs.cc
Result<void> SysStatfs(Task& task, PathPtr path, UserPtr<abi::Statfs> to);
Result<void> SysFstatfs(Task& task, FdNum fd, UserPtr<abi::Statfs> to);
// access.cc
Result<void> SysAccess(Task& task, PathPtr path, uint32_t mode);
Result<void> SysFaccessat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode);
Result<void> SysFaccessat2(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t flags);
// getdents.cc
Result<size_t> SysGetdents(Task& task, FdNum fd, Buffer to, uint32_t size);
Result<size_t> SysGetdents64(Task& task, FdNum fd, Buffer to, uint32_t size);
// names.cc
Result<void> SysMkdir(Task& task, PathPtr path, uint32_t mode);
Result<void> SysMkdirat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode);
Result<void> SysMknod(Task& task, PathPtr path, uint32_t mode, uint32_t dev);
Result<void> SysMknodat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t dev);
Result<void> SysRmdir(Task& task, PathPtr path);
Result<void> SysUnlink(Task& task, PathPtr path);
Result<void> SysUnlinkat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags);
// links.cc
Result<void> SysLink(Task& task, PathPtr old_path, PathPtr new_path);
Result<void> SysLinkat(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                       PathPtr new_path, uint32_t flags);
Result<void> SysSymlink(Task& task, PathPtr target, PathPtr path);
Result<void> SysSymlinkat(Task& task, PathPtr target, FdNum dirfd, PathPtr path);
Result<size_t> SysReadlink(Task& task, PathPtr path, Buffer to, int32_t size);
Result<size_t> SysReadlinkat(Task& task, FdNum dirfd, PathPtr path, Buffer to, int32_t size);
// rename.cc
Result<void> SysRename(Task& task, PathPtr old_path, PathPtr new_path);
Result<void> SysRenameat(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                         PathPtr new_path);
Result<void> SysRenameat2(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                          PathPtr new_path, uint32_t flags);
// chmod.cc
Result<void> SysChmod(Task& task, PathPtr path, uint32_t mode);
Result<void> SysFchmod(Task& task, FdNum fd, uint32_t mode);
Result<void> SysFchmodat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode);
Result<void> SysFchmodat2(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t flags);
// chown.cc
Result<void> SysChown(Task& task, PathPtr path, uint32_t uid, uint32_t gid);
Result<void> SysLchown(Task& task, PathPtr path, uint32_t uid, uint32_t gid);
Result<void> SysFchown(Task& task, FdNum fd, uint32_t uid, uint32_t gid);
Result<void> SysFchownat(Task& task, FdNum dirfd, PathPtr path, uint32_t uid, uint32_t gid,
                         uint32_t flags);
// utime.cc
Result<void> SysUtime(Task& task, PathPtr path, UserPtr<abi::Utimbuf> times);
Result<void> SysUtimes(Task& task, PathPtr path, UserPtr<abi::Timeval> times);
Result<void> SysFutimesat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Timeval> times);
Result<void> SysUtimensat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Timespec> times,
                          uint32_t flags);
// truncate.cc
Result<void> SysTruncate(Task& task, PathPtr path, int64_t length);
Result<void> SysFtruncate(Task& task, FdNum fd, int64_t length);
// fallocate(2).  Beyond RLIMIT_FSIZE a program's own call costs a signal, too.
struct Allocation {
  uint32_t mode;
  int64_t offset, length;
};
enum class TooLarge { kCostsASignal, kIsAnError };
Result<void> Allocate(Task& task, FdNum fd, const Allocation& wanted, TooLarge too_large);
Result<void> SysFallocate(Task& task, FdNum fd, uint32_t mode, int64_t offset, int64_t length);
// sync.cc
Result<void> SysFsync(Task& task, FdNum fd);
Result<void> SysFdatasync(Task& task, FdNum fd);
Result<void> SysSync(Task& task);
Result<void> SysSyncfs(Task& task, FdNum fd);
Result<void> SysSyncFileRange(Task& task, FdNum fd, int64_t offset, int64_t length, uint32_t flags);
// cwd.cc
Result<void> SysChdir(Task& task, PathPtr path);
Result<void> SysFchdir(Task& task, FdNum fd);
Result<size_t> SysGetcwd(Task& task, Buffer to, uint64_t size);
Result<void> SysChroot(Task& task, PathPtr path);
Result<uint32_t> SysUmask(Task& task, uint32_t mask);
// dup.cc
Result<FdNum> SysDup(Task& task, FdNum old_fd);
Result<FdNum> SysDup2(Task& task, FdNum old_fd, FdNum new_fd);
Result<FdNum> SysDup3(Task& task, FdNum old_fd, FdNum new_fd, uint32_t flags);
// fcntl.cc
Result<uint64_t> SysFcntl(Task& task, FdNum fd, int32_t command, uint64_t arg);
// locks.cc
Result<void> SysFlock(Task& task, FdNum fd, int32_t operation);
// ioctl.cc
Result<uint64_t> SysIoctl(Task& task, FdNum fd, uint32_t request, uint64_t arg);
// xattr.cc
Result<void> SysSetxattr(Task& task, PathPtr path, PathPtr name, Buffer value, uint64_t size,
                         uint32_t flags);
Result<void> SysLsetxattr(Task& task, PathPtr path, PathPtr name, Buffer value, uint64_t size,
                          uint32_t flags);
Result<void> SysFsetxattr(Task& task, FdNum fd, PathPtr name, Buffer value, uint64_t size,
                          uint32_t flags);
Result<size_t> SysGetxattr(Task& task, PathPtr path, PathPtr name, Buffer to, uint64_t size);
Result<size_t> SysLgetxattr(Task& task, PathPtr path, PathPtr name, Buffer to, uint64_t size);
Result<size_t> SysFgetxattr(Task& task, FdNum fd, PathPtr name, Buffer to, uint64_t size);
Result<size_t> SysListxattr(Task& task, PathPtr path, Buffer to, uint64_t size);
Result<size_t> SysLlistxattr(Task& task, PathPtr path, Buffer to, uint64_t size);
Result<size_t> SysFlistxattr(Task& task, FdNum fd, Buffer to, uint64_t size);
Result<void> SysRemovexattr(Task& task, PathPtr path, PathPtr name);
Result<void> SysLremovexattr(Task& task, PathPtr path, PathPtr name);
Result<void> SysFremovexattr(Task& task, FdNum fd, PathPtr name);
// xattr_at.cc
Result<void> SysSetxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name,
                           UserAddr args, uint64_t size);
Result<size_t> SysGetxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name,
                             UserAddr args, uint64_t size);
Result<size_t> SysListxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, Buffer to,
                              uint64_t size);
Result<void> SysRemovexattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name);
// sendfile.cc
Result<size_t> SysSendfile(Task& task, FdNum out_fd, FdNum in_fd, UserPtr<int64_t> offset,
                           uint64_t count);
Result<size_t> SysCopyFileRange(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                                UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags);
// splice.cc
// `at`: where in a file instead of its own position, told at `told` afterwards if that is not null.
struct SpliceEnd {
  Ref<FileDescription> file;
  std::optional<int64_t> at;
  UserPtr<int64_t> told;
};
Result<size_t> Splice(Task& task, SpliceEnd from, SpliceEnd to, uint64_t count, uint32_t flags);
Result<size_t> Tee(Task& task, Ref<FileDescription> in, Ref<FileDescription> out, uint64_t count,
                   uint32_t flags);
Result<size_t> SysSplice(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                         UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags);
Result<size_t> SysTee(Task& task, FdNum in_fd, FdNum out_fd, uint64_t count, uint32_t flags);
Result<size_t> SysVmsplice(Task& task, FdNum fd, UserAddr iov, uint64_t count, uint32_t flags);
// memfd.cc
Result<FdNum> SysMemfdCreate(Task& task, PathPtr name, uint32_t flags);
// mount.cc
Result<void> SysMount(Task& task, PathPtr source, PathPtr target, PathPtr type, uint64_t flags,
                      PathPtr data);
Result<void> SysUmount2(Task& task, PathPtr target, uint32_t flags);
Result<void> SysPivotRoot(Task& task, PathPtr new_root, PathPtr put_old);
// inotify.cc
Result<FdNum> SysInotifyInit(Task& task);
Result<FdNum> SysInotifyInit1(Task& task, uint32_t flags);
Result<int32_t> SysInotifyAddWatch(Task& task, FdNum fd, PathPtr path, uint32_t mask);
Result<void> SysInotifyRmWatch(Task& task, FdNum fd, int32_t watch);

}  // namespace sentry

// utime(2), utimes(2), futimesat(2), utimensat(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

struct BothTimes {
  TimeUpdate atime, mtime;
};

TimeUpdate FromTimespec(const abi::Timespec& time) {
  if (time.tv_nsec == abi::kUtimeNow) return TimeUpdate{};
  if (time.tv_nsec == abi::kUtimeOmit) return TimeUpdate{.kind = TimeUpdate::Kind::kOmit};
  return TimeUpdate{.kind = TimeUpdate::Kind::kSet, .time = time};
}

bool IsValid(const TimeUpdate& update) {
  return update.time.tv_nsec >= 0 && update.time.tv_nsec < 1'000'000'000;
}

Result<TimeUpdate> FromTimeval(const abi::Timeval& time) {
  if (time.tv_usec < 0 || time.tv_usec >= 1'000'000) return Errno(EINVAL);
  TimeUpdate update{.kind = TimeUpdate::Kind::kSet};
  update.time.tv_sec = time.tv_sec;
  update.time.tv_nsec = time.tv_usec * 1000;
  return update;
}

// A null pointer: both are set to the present.
Result<BothTimes> CopyInTimespecs(Task& task, UserPtr<abi::Timespec> times) {
  if (times.IsNull()) return BothTimes{};
  std::vector<abi::Timespec> both = TRY(task.CopyInArray(times, 2));
  return BothTimes{FromTimespec(both[0]), FromTimespec(both[1])};
}

Result<BothTimes> CopyInTimevals(Task& task, UserPtr<abi::Timeval> times) {
  if (times.IsNull()) return BothTimes{};
  std::vector<abi::Timeval> both = TRY(task.CopyInArray(times, 2));
  return BothTimes{TRY(FromTimeval(both[0])), TRY(FromTimeval(both[1]))};
}

// A null path with a descriptor means the open file (futimens(3)).
Result<void> SetTimesAt(Task& task, FdNum dirfd, PathPtr path, const BothTimes& times,
                        uint32_t flags) {
  Path found;
  if (path.IsNull() && dirfd != kCwdFd) {
    if (flags != 0) return Errno(EINVAL);
    found = TRY(ResolveFd(task, dirfd));
  } else {
    if ((flags & ~(abi::kAtSymlinkNofollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
    found = TRY(ResolveAt(task, dirfd, path, flags));
  }
  // The file is found first (vfs_utimes()).
  if (!IsValid(times.atime) || !IsValid(times.mtime)) return Errno(EINVAL);
  OpContext ctx = task.context();
  return SetTimes(ctx, found, times.atime, times.mtime);
}

}  // namespace

Result<void> SysUtimensat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Timespec> times,
                          uint32_t flags) {
  BothTimes both = TRY(CopyInTimespecs(task, times));
  using Kind = TimeUpdate::Kind;
  // Nothing to do: Linux does not even look at the path then.
  if (both.atime.kind == Kind::kOmit && both.mtime.kind == Kind::kOmit) return {};
  return SetTimesAt(task, dirfd, path, both, flags);
}

Result<void> SysFutimesat(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::Timeval> times) {
  return SetTimesAt(task, dirfd, path, TRY(CopyInTimevals(task, times)), 0);
}

Result<void> SysUtimes(Task& task, PathPtr path, UserPtr<abi::Timeval> times) {
  return SysFutimesat(task, kCwdFd, path, times);
}

Result<void> SysUtime(Task& task, PathPtr path, UserPtr<abi::Utimbuf> times) {
  BothTimes both;
  if (!times.IsNull()) {
    abi::Utimbuf seconds = TRY(task.CopyIn(times));
    both.atime.kind = both.mtime.kind = TimeUpdate::Kind::kSet;
    both.atime.time.tv_sec = seconds.actime;
    both.mtime.time.tv_sec = seconds.modtime;
  }
  return SetTimesAt(task, kCwdFd, path, both, 0);
}

}  // namespace sentry

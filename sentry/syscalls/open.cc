// open(2), openat(2), openat2(2), creat(2).
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/install_opened.h"
#include "sentry/syscalls/leases.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

constexpr uint32_t kKnownFlags = abi::kOAccmode | abi::kOCreat | abi::kOExcl | abi::kONoctty |
                                 abi::kOTrunc | abi::kOAppend | abi::kONonblock | abi::kOSync |
                                 abi::kODsync | abi::kFasync | abi::kODirect | abi::kOLargefile |
                                 abi::kODirectory | abi::kONofollow | abi::kONoatime |
                                 abi::kOCloexec | abi::kOPath | abi::kOTmpfileBit;
constexpr uint32_t kCreates = abi::kOCreat | abi::kOTmpfileBit;

}  // namespace

Result<FdNum> InstallOpened(Task& task, Ref<FileDescription> file, bool cloexec) {
  if (file->Queue() == nullptr) {
    return task.InstallFd(std::move(file), FdFlags{.cloexec = cloexec});
  }
  WaitSpec wait;
  constexpr uint32_t kEvents = abi::kPollIn | abi::kPollOut | abi::kPollErr | abi::kPollHup;
  wait.queues.push_back({file->Queue(), kEvents});
  return task.Retry(std::move(wait), false,
                    [file = std::move(file), cloexec](Task& t) -> Result<FdNum> {
                      TRY(file->FinishOpen());
                      return t.InstallFd(file, FdFlags{.cloexec = cloexec});
                    });
}

namespace {

// Whoever has a lease on the file gives it up first.
Result<FdNum> OpenWhenGivenUp(Task& task, PathArg arg, const abi::OpenHow& how) {
  const uint32_t flags = static_cast<uint32_t>(how.flags);
  OpContext ctx = task.context();
  const WalkOptions options{.follow_last = (flags & abi::kONofollow) == 0, .resolve = how.resolve};
  Path file = TRY(WalkPath(ctx, arg.from, arg.text, options));
  auto attempt = [arg = std::move(arg), how, flags](Task& self) -> Result<FdNum> {
    OpContext again = self.context();
    Ref<FileDescription> opened = TRY(
        OpenPath(again, arg.from, arg.text, flags, static_cast<uint32_t>(how.mode), how.resolve));
    return self.InstallFd(std::move(opened), FdFlags{.cloexec = (flags & abi::kOCloexec) != 0});
  };
  return WhenGivenUp(task, Ref<Inode>(file.inode()), (flags & abi::kOAccmode) != abi::kORdonly,
                     (flags & abi::kONonblock) != 0, std::move(attempt));
}

Result<FdNum> Open(Task& task, FdNum dirfd, PathPtr path, const abi::OpenHow& how) {
  if ((how.flags & abi::kOPath) == 0) TRY(CheckOpenFlags(static_cast<uint32_t>(how.flags)));
  PathArg arg = TRY(CopyInPathArg(task, dirfd, path));
  // A scoped absolute path starts at the directory all the same (openat2(2)).
  const bool beneath = (how.resolve & abi::kResolveBeneath) != 0;
  if (beneath && arg.text.starts_with('/')) return Errno(EXDEV);
  if (beneath || (how.resolve & abi::kResolveInRoot) != 0) {
    arg.from.start = TRY(task.WalkFrom(dirfd)).start;
    if (!arg.from.start.inode()->IsDirectory()) return Errno(ENOTDIR);
  }
  OpContext ctx = task.context();
  uint32_t flags = static_cast<uint32_t>(how.flags);
  Result<Ref<FileDescription>> opened =
      OpenPath(ctx, arg.from, arg.text, flags, static_cast<uint32_t>(how.mode), how.resolve);
  if (opened.Is(kErrnoLeased)) return OpenWhenGivenUp(task, std::move(arg), how);
  Ref<FileDescription> file = TRY(std::move(opened));
  return InstallOpened(task, std::move(file), (flags & abi::kOCloexec) != 0);
}

// What openat2(2) refuses and open(2) ignores.
Result<void> CheckHow(const abi::OpenHow& how) {
  constexpr uint64_t kKnownResolve = abi::kResolveNoXdev | abi::kResolveNoMagiclinks |
                                     abi::kResolveNoSymlinks | abi::kResolveBeneath |
                                     abi::kResolveInRoot | abi::kResolveCached;
  constexpr uint64_t kScoped = abi::kResolveBeneath | abi::kResolveInRoot;
  constexpr uint64_t kWithPath = abi::kOPath | abi::kODirectory | abi::kONofollow | abi::kOCloexec;
  if ((how.flags & ~uint64_t{kKnownFlags}) != 0) return Errno(EINVAL);
  if ((how.resolve & ~kKnownResolve) != 0) return Errno(EINVAL);
  if ((how.resolve & kScoped) == kScoped) return Errno(EINVAL);
  bool creates = (how.flags & kCreates) != 0;
  if ((how.mode & ~uint64_t{creates ? abi::kSIallugo : 0}) != 0) return Errno(EINVAL);
  if ((how.flags & abi::kOPath) != 0 && (how.flags & ~kWithPath) != 0) return Errno(EINVAL);
  bool changes = (how.flags & (kCreates | abi::kOTrunc)) != 0;
  if ((how.resolve & abi::kResolveCached) != 0 && changes) return Errno(EAGAIN);
  return {};
}

}  // namespace

Result<FdNum> SysOpenat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, uint32_t mode) {
  return Open(task, dirfd, path,
              abi::OpenHow{.flags = flags & kKnownFlags,
                           .mode = (flags & kCreates) != 0 ? mode & abi::kSIallugo : 0,
                           .resolve = 0});
}

Result<FdNum> SysOpen(Task& task, PathPtr path, uint32_t flags, uint32_t mode) {
  return SysOpenat(task, kCwdFd, path, flags, mode);
}

Result<FdNum> SysCreat(Task& task, PathPtr path, uint32_t mode) {
  return SysOpenat(task, kCwdFd, path, abi::kOCreat | abi::kOWronly | abi::kOTrunc, mode);
}

Result<FdNum> SysOpenat2(Task& task, FdNum dirfd, PathPtr path, UserPtr<abi::OpenHow> how,
                         uint64_t size) {
  if (size < sizeof(abi::OpenHow)) return Errno(EINVAL);
  abi::OpenHow copy = TRY(CopyInExtensible(task, how, size));
  TRY(CheckHow(copy));
  return Open(task, dirfd, path, copy);
}

}  // namespace sentry

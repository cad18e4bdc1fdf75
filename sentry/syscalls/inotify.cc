// inotify_init(2), inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2).
#include "sentry/fs/inotify/inotify.h"

#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

Result<Inotify*> FindInotify(Task& task, FdNum fd, Ref<FileDescription>& holder) {
  holder = TRY(task.fds().GetForIo(fd));
  Inotify* instance = AsInotify(*holder);
  if (instance == nullptr) return Errno(EINVAL);
  return instance;
}

}  // namespace

Result<FdNum> SysInotifyInit1(Task& task, uint32_t flags) {
  if ((flags & ~(abi::kInCloexec | abi::kInNonblock)) != 0) return Errno(EINVAL);
  Sysctls& settings = task.kernel().Get<Sysctls>();
  Inotify::Limits limits{
      .queued_events = static_cast<size_t>(settings.Number("fs/inotify/max_queued_events")),
      .watches = settings.Number("fs/inotify/max_user_watches")};
  OpContext ctx = task.context();
  Ref<FileDescription> file =
      TRY(NewInotify(task.kernel(), ctx, flags & abi::kInNonblock,
                     settings.Number("fs/inotify/max_user_instances"), limits));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = (flags & abi::kInCloexec) != 0});
}

Result<FdNum> SysInotifyInit(Task& task) {
  return SysInotifyInit1(task, 0);
}

Result<int32_t> SysInotifyAddWatch(Task& task, FdNum fd, UserPtr<const char> path, uint32_t mask) {
  constexpr uint32_t kKnown = abi::kInAllEvents | abi::kInUnmount | abi::kInQOverflow |
                              abi::kInIgnored | abi::kInOnlydir | abi::kInDontFollow |
                              abi::kInExclUnlink | abi::kInMaskAdd | abi::kInMaskCreate |
                              abi::kInIsdir | abi::kInOneshot;
  // The kernel lets unknown bits pass beside known ones.
  if ((mask & kKnown) == 0) return Errno(EINVAL);
  Ref<FileDescription> holder = TRY(task.fds().GetForIo(fd));
  constexpr uint32_t kEither = abi::kInMaskAdd | abi::kInMaskCreate;
  if ((mask & kEither) == kEither) return Errno(EINVAL);
  Inotify* instance = TRY(FindInotify(task, fd, holder));
  std::string text = TRY(task.CopyInPath(path));
  OpContext ctx = task.context();
  Path at = TRY(WalkPath(ctx, task.WalkFromCwd(), text,
                         WalkOptions{.follow_last = (mask & abi::kInDontFollow) == 0,
                                     .want_directory = (mask & abi::kInOnlydir) != 0}));
  TRY(CheckPathAccess(ctx, at, kMayRead));
  return instance->AddWatch(at, mask);
}

Result<void> SysInotifyRmWatch(Task& task, FdNum fd, int32_t wd) {
  Ref<FileDescription> holder;
  return TRY(FindInotify(task, fd, holder))->RemoveWatch(wd);
}

}  // namespace sentry

// pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2).
#include "sentry/syscalls/pidfd.h"

#include "abi/linux/sched.h"
#include "sentry/fs/pidfd/pidfd.h"
#include "sentry/fs/proc/process_directory.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/kernel/signals.h"

namespace sentry {

Result<Ref<ThreadGroup>> GroupOfPidfd(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  auto* pidfd = dynamic_cast<Pidfd*>(file.get());
  if (pidfd == nullptr) return Errno(EBADF);
  return Ref<ThreadGroup>(&pidfd->group());
}

namespace {

// Here a directory /proc/[pid] will do as well (pidfd_send_signal(2)).
Result<Ref<ThreadGroup>> GroupToSignal(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  if (auto* proc = dynamic_cast<ProcessDirectory*>(file->inode())) {
    if (proc->subject.thread) return Errno(EBADF);
    return proc->subject.group;
  }
  return GroupOfPidfd(task, fd);
}

}  // namespace

Result<FdNum> InstallPidfd(Task& task, ThreadGroup& group, uint32_t flags) {
  Ref<FileDescription> file = Pidfd::Create(task.kernel(), Ref<ThreadGroup>(&group), flags);
  return task.InstallFd(std::move(file), FdFlags{.cloexec = true});
}

Result<FdNum> SysPidfdOpen(Task& task, Tid pid, uint32_t flags) {
  if ((flags & ~abi::kPidfdNonblock) != 0 || pid.value() <= 0) return Errno(EINVAL);
  ThreadGroup* group = task.FindGroup(pid.value());
  if (group == nullptr) {
    return Errno(task.FindTask(pid.value()) != nullptr ? EINVAL : ESRCH);
  }
  return InstallPidfd(task, *group, flags);
}

Result<void> SysPidfdSendSignal(Task& task, FdNum fd, int signal, UserPtr<const abi::SigInfo> from,
                                uint32_t flags) {
  if (flags != 0) return Errno(EINVAL);
  Ref<ThreadGroup> group = TRY(GroupToSignal(task, fd));
  if (!IsValidSignal(signal)) return Errno(EINVAL);
  abi::SigInfo info = UserSignal(task, signal);
  if (!from.IsNull()) {
    info = TRY(task.CopyIn(from));
    if (info.si_signo != signal) return Errno(EINVAL);
    bool forged = info.si_code >= 0 || info.si_code == abi::kSiTkill;
    if (forged && group.get() != &task.group()) return Errno(EPERM);
  }
  if (group->leader == nullptr) return Errno(ESRCH);
  TRY(CheckKillPermission(task, *group, signal));
  if (signal == 0) return {};
  return group->SendSignal(info);
}

Result<FdNum> SysPidfdGetfd(Task& task, FdNum fd, FdNum target_fd, uint32_t flags) {
  if (flags != 0) return Errno(EINVAL);
  Ref<ThreadGroup> group = TRY(GroupOfPidfd(task, fd));
  if (group->leader == nullptr || group->leader->dead()) return Errno(ESRCH);
  if (!MayTrace(task, *group->leader)) return Errno(EPERM);
  Ref<FileDescription> file = TRY(group->leader->fds().Get(target_fd));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = true});
}

}  // namespace sentry

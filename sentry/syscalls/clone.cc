// clone(2), clone3(2), fork(2), vfork(2): the arguments; Task::Clone() does the rest.
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/pidfd.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

Result<uint64_t> StartClone(Task& task, Task::CloneArgs args) {
  args.install_pidfd = InstallPidfd;
  task.CaptureThen(
      [args = std::move(args)](Task& self) { self.CompleteSyscall(self.Clone(args)); });
  return Errno(kErrnoNoReturn);
}

Result<void> CheckClone3(const abi::CloneArgs& args, size_t size) {
  constexpr uint64_t kKnown = 0xffffffff | abi::kCloneClearSighand | abi::kCloneIntoCgroup;
  if ((args.flags & ~kKnown) != 0) return Errno(EINVAL);
  constexpr uint64_t kLegacyOnly = abi::kCloneDetached | (abi::kCsignal & ~abi::kCloneNewtime);
  if ((args.flags & kLegacyOnly) != 0) return Errno(EINVAL);
  if (args.exit_signal > static_cast<uint64_t>(abi::kNumSignals)) return Errno(EINVAL);
  const bool no_exit_signal = (args.flags & (abi::kCloneThread | abi::kCloneParent)) != 0;
  if (no_exit_signal && args.exit_signal != 0) return Errno(EINVAL);
  if ((args.stack == 0) != (args.stack_size == 0)) return Errno(EINVAL);
  if ((args.set_tid == 0) != (args.set_tid_size == 0)) return Errno(EINVAL);
  constexpr uint64_t kMaxPidNamespaceLevel = 32;
  if (args.set_tid_size > kMaxPidNamespaceLevel) return Errno(EINVAL);
  if ((args.flags & abi::kCloneIntoCgroup) != 0) {
    // There is no cgroup to name; a kernel that knows of them wants the field to be there.
    const bool there = size >= abi::kCloneArgsSizeVer2 && args.cgroup <= INT32_MAX;
    return Errno(there ? EBADF : EINVAL);
  }
  return {};
}

}  // namespace

Result<uint64_t> SysClone(Task& task, uint64_t flags, uint64_t stack, UserPtr<int32_t> parent_tid,
                          UserPtr<int32_t> child_tid, uint64_t tls) {
  Task::CloneArgs args;
  args.flags = (flags & 0xffffffff) & ~abi::kCsignal;
  args.stack = stack;
  args.tls = tls;
  args.parent_tid = parent_tid;
  args.child_tid = child_tid;
  args.pidfd = parent_tid;  // One argument for both, so that only one can be asked for.
  args.exit_signal = static_cast<int>(flags & abi::kCsignal);
  constexpr uint64_t kBoth = abi::kClonePidfd | abi::kCloneParentSettid;
  if ((flags & kBoth) == kBoth) return Errno(EINVAL);
  return StartClone(task, std::move(args));
}

Result<uint64_t> SysClone3(Task& task, UserPtr<abi::CloneArgs> from, size_t size) {
  if (size < abi::kCloneArgsSizeVer0) return Errno(EINVAL);
  abi::CloneArgs given = TRY(CopyInExtensible(task, from, size));
  TRY(CheckClone3(given, size));
  Task::CloneArgs args;
  args.flags = given.flags;
  args.stack = given.stack + given.stack_size;
  args.tls = given.tls;
  args.parent_tid = UserPtr<int32_t>(given.parent_tid);
  args.child_tid = UserPtr<int32_t>(given.child_tid);
  args.pidfd = UserPtr<int32_t>(given.pidfd);
  args.exit_signal = static_cast<int>(given.exit_signal);
  args.set_tid = TRY(task.CopyInArray(UserPtr<int32_t>(given.set_tid), given.set_tid_size));
  return StartClone(task, std::move(args));
}

Result<uint64_t> SysFork(Task& task) {
  Task::CloneArgs args;
  args.exit_signal = abi::kSigChld;
  return StartClone(task, std::move(args));
}

Result<uint64_t> SysVfork(Task& task) {
  Task::CloneArgs args;
  args.flags = abi::kCloneVm | abi::kCloneVfork;
  args.exit_signal = abi::kSigChld;
  return StartClone(task, std::move(args));
}

}  // namespace sentry

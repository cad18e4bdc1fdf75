// seccomp(2): who may install what, and for whom.  Order of errors as do_seccomp() of Linux.
#include "sentry/syscalls/seccomp.h"

#include "abi/linux/capability.h"
#include "sentry/fs/seccomp/listener.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/seccomp.h"

namespace sentry {
namespace {

constexpr uint32_t kKnownFlags =
    abi::kSeccompFilterFlagTsync | abi::kSeccompFilterFlagLog | abi::kSeccompFilterFlagSpecAllow |
    abi::kSeccompFilterFlagNewListener | abi::kSeccompFilterFlagTsyncEsrch |
    abi::kSeccompFilterFlagWaitKillableRecv;

// The host learns of the filter, where it has to, before the call is answered.
Result<uint64_t> Route(Task& task, bool all_threads, uint64_t result) {
  task.RouteHostCallsThen(all_threads, [result](Task& self) { self.CompleteSyscall(result); });
  return Errno(kErrnoNoReturn);
}

Result<uint64_t> SetStrict(Task& task) {
  if (task.seccomp_mode == abi::kSeccompModeFilter) return Errno(EINVAL);
  task.seccomp_mode = abi::kSeccompModeStrict;
  return Route(task, false, 0);
}

Result<void> CheckFlags(uint32_t flags) {
  auto has = [flags](uint32_t flag) { return (flags & flag) != 0; };
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  if (has(abi::kSeccompFilterFlagTsync) && has(abi::kSeccompFilterFlagNewListener) &&
      !has(abi::kSeccompFilterFlagTsyncEsrch)) {
    return Errno(EINVAL);  // Both would tell by the result.
  }
  if (has(abi::kSeccompFilterFlagWaitKillableRecv) && !has(abi::kSeccompFilterFlagNewListener)) {
    return Errno(EINVAL);
  }
  return {};
}

Result<ClassicBpf> CopyInProgram(Task& task, uint64_t arg) {
  const auto fprog = TRY(task.CopyIn(UserPtr<abi::SockFprog>(arg)));
  if (fprog.len == 0 || fprog.len > abi::kBpfMaxinsns) return Errno(EINVAL);
  const bool may = task.creds().no_new_privs || task.creds().HasOwnCapability(abi::kCapSysAdmin);
  if (!may) return Errno(EACCES);
  std::vector<abi::SockFilter> code =
      TRY(task.CopyInArray(UserPtr<abi::SockFilter>(fprog.filter), fprog.len));
  return ClassicBpf::ForCalls(std::move(code));
}

bool CanSync(const Task& caller, const Task& other) {
  if (other.seccomp_mode == abi::kSeccompModeDisabled) return true;
  return other.seccomp_mode == abi::kSeccompModeFilter &&
         other.seccomp->IsSameOrOlderThan(caller.seccomp.get());
}

// The first thread whose filters are not the caller's or older ones of it; 0: none.
Tid ThreadOutOfSync(const Task& caller) {
  for (const Task* other : caller.group().tasks) {
    if (other != &caller && !CanSync(caller, *other)) return other->tid();
  }
  return Tid{};
}

void SyncThreads(Task& caller) {
  for (Task* other : caller.group().tasks) {
    if (other == &caller) continue;
    other->seccomp = caller.seccomp;
    other->seccomp_mode = abi::kSeccompModeFilter;
    RevokeOwn(*other);
    if (!caller.creds().no_new_privs || other->creds().no_new_privs) continue;
    Ref<Credentials> creds = other->creds().Clone();
    creds->no_new_privs = true;
    other->SetCredentials(std::move(creds));
  }
}

Result<void> CheckSize(const Task& task, const ClassicBpf& program) {
  constexpr size_t kMost = (1 << 18) / sizeof(abi::SockFilter);  // MAX_INSNS_PER_PATH
  const size_t before = task.seccomp ? task.seccomp->TotalSize() : 0;
  if (before + program.size() > kMost) return Errno(ENOMEM);
  return {};
}

Result<uint64_t> SetFilter(Task& task, uint32_t flags, uint64_t arg) {
  TRY(CheckFlags(flags));
  ClassicBpf program = TRY(CopyInProgram(task, arg));
  const bool listen = (flags & abi::kSeccompFilterFlagNewListener) != 0;
  const bool sync = (flags & abi::kSeccompFilterFlagTsync) != 0;
  if (task.seccomp_mode == abi::kSeccompModeStrict) return Errno(EINVAL);
  if (listen && task.seccomp && task.seccomp->HasNotifier()) return Errno(EBUSY);
  TRY(CheckSize(task, program));
  if (const Tid other = ThreadOutOfSync(task); sync && other.value() != 0) {
    if ((flags & abi::kSeccompFilterFlagTsyncEsrch) != 0) return Errno(ESRCH);
    return EncodeResult(other);
  }
  Ref<SeccompNotifier> notifier;
  uint64_t result = 0;
  if (listen) {
    const bool killable = (flags & abi::kSeccompFilterFlagWaitKillableRecv) != 0;
    notifier = MakeRef<SeccompNotifier>(killable);
    Ref<FileDescription> file = SeccompListener::Create(task.kernel(), notifier);
    result = EncodeResult(TRY(task.InstallFd(std::move(file), FdFlags{.cloexec = true})));
  }
  task.seccomp =
      MakeRef<SeccompFilters>(task.seccomp, std::move(program), std::move(notifier), flags);
  task.seccomp_mode = abi::kSeccompModeFilter;
  if (sync) SyncThreads(task);
  return Route(task, sync, result);
}

Result<uint64_t> ActionAvailable(Task& task, uint64_t arg) {
  switch (TRY(task.CopyIn(UserPtr<uint32_t>(arg)))) {
    case abi::kSeccompRetKillProcess:
    case abi::kSeccompRetKillThread:
    case abi::kSeccompRetTrap:
    case abi::kSeccompRetErrno:
    case abi::kSeccompRetUserNotif:
    case abi::kSeccompRetTrace:
    case abi::kSeccompRetLog:
    case abi::kSeccompRetAllow:
      return uint64_t{0};
  }
  return Errno(EOPNOTSUPP);
}

Result<uint64_t> NotifSizes(Task& task, uint64_t arg) {
  constexpr abi::SeccompNotifSizes kSizes{.seccomp_notif = sizeof(abi::SeccompNotif),
                                          .seccomp_notif_resp = sizeof(abi::SeccompNotifResp),
                                          .seccomp_data = sizeof(abi::SeccompData)};
  TRY(task.CopyOut(UserPtr<abi::SeccompNotifSizes>(arg), kSizes));
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> SysSeccomp(Task& task, uint32_t operation, uint32_t flags, uint64_t arg) {
  switch (operation) {
    case abi::kSeccompSetModeStrict:
      if (flags != 0 || arg != 0) return Errno(EINVAL);
      return SetStrict(task);
    case abi::kSeccompSetModeFilter:
      return SetFilter(task, flags, arg);
    case abi::kSeccompGetActionAvail:
      if (flags != 0) return Errno(EINVAL);
      return ActionAvailable(task, arg);
    case abi::kSeccompGetNotifSizes:
      if (flags != 0) return Errno(EINVAL);
      return NotifSizes(task, arg);
  }
  return Errno(EINVAL);
}

Result<uint64_t> PrctlSeccomp(Task& task, uint64_t mode, uint64_t filter) {
  if (mode == abi::kSeccompModeStrict) return SetStrict(task);
  if (mode == abi::kSeccompModeFilter) return SetFilter(task, 0, filter);
  return Errno(EINVAL);
}

}  // namespace sentry

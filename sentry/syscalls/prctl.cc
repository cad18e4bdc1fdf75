// prctl(2), arch_prctl(2), personality(2): settings of a thread or its process.
#include "abi/linux/prctl.h"

#include "abi/linux/capability.h"
#include "abi/linux/utsname.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/prctl.h"
#include "sentry/syscalls/seccomp.h"

namespace sentry {
namespace {

struct Args {
  uint64_t a2, a3, a4, a5;
  bool NoneAfter2() const { return a3 == 0 && a4 == 0 && a5 == 0; }
  bool NoneAfter1() const { return a2 == 0 && NoneAfter2(); }
};

Result<uint64_t> Done(Result<void> result) {
  return EncodeResult(result);
}

Result<uint64_t> SetName(Task& task, UserPtr<const char> from) {
  // Exactly that many bytes are read at most; a longer name is cut.
  Result<std::string> name = task.ReadString(from.value(), abi::kTaskCommLen);
  if (name.Is(ENAMETOOLONG)) {
    std::vector<char> bytes =
        TRY(task.CopyInArray(UserPtr<char>(from.value()), abi::kTaskCommLen - 1));
    name = std::string(bytes.begin(), bytes.end());
  }
  task.comm = TRY(std::move(name));
  return uint64_t{0};
}

Result<uint64_t> GetName(Task& task, UserPtr<char> to) {
  char name[abi::kTaskCommLen] = {};
  task.comm.copy(name, sizeof(name) - 1);
  return Done(task.CopyOutArray(to, std::span<const char>(name)));
}

Result<uint64_t> DropBounding(Task& task, uint64_t capability) {
  if (!task.creds().HasOwnCapability(abi::kCapSetpcap)) return Errno(EPERM);
  if (capability > abi::kCapLastCap) return Errno(EINVAL);
  Ref<Credentials> creds = task.creds().Clone();
  creds->bounding &= ~(uint64_t{1} << capability);
  task.SetCredentials(std::move(creds));
  return uint64_t{0};
}

Result<uint64_t> SetSecurebits(Task& task, uint64_t bits) {
  constexpr uint64_t kAll = 0xff;
  const uint64_t before = task.creds().securebits;
  constexpr uint64_t kLocks = 0xaa;
  const uint64_t held = (before & kLocks) >> 1;  // These bits must stay as they are.
  bool refused = ((before ^ bits) & held) != 0 || (before & kLocks & ~bits) != 0 ||
                 (bits & ~kAll) != 0 || !task.creds().HasOwnCapability(abi::kCapSetpcap);
  if (refused) return Errno(EPERM);
  Ref<Credentials> creds = task.creds().Clone();
  creds->securebits = static_cast<uint32_t>(bits & ~uint64_t{abi::kSecbitKeepCaps});
  task.keep_capabilities = (bits & abi::kSecbitKeepCaps) != 0;
  task.SetCredentials(std::move(creds));
  return uint64_t{0};
}

uint64_t Securebits(const Task& task) {
  return task.creds().securebits | (task.keep_capabilities ? abi::kSecbitKeepCaps : 0);
}

Result<uint64_t> Ambient(Task& task, const Args& args) {
  if (args.a4 != 0 || args.a5 != 0) return Errno(EINVAL);
  Ref<Credentials> creds = task.creds().Clone();
  if (args.a2 == abi::kPrCapAmbientClearAll) {
    if (args.a3 != 0) return Errno(EINVAL);
    creds->ambient = 0;
    task.SetCredentials(std::move(creds));
    return uint64_t{0};
  }
  if (args.a3 > abi::kCapLastCap) return Errno(EINVAL);
  const uint64_t bit = uint64_t{1} << args.a3;
  switch (args.a2) {
    case abi::kPrCapAmbientIsSet:
      return (creds->ambient & bit) != 0 ? uint64_t{1} : uint64_t{0};
    case abi::kPrCapAmbientRaise:
      if ((creds->permitted & creds->inheritable & bit) == 0 ||
          (creds->securebits & abi::kSecbitNoCapAmbientRaise) != 0) {
        return Errno(EPERM);
      }
      creds->ambient |= bit;
      break;
    case abi::kPrCapAmbientLower:
      creds->ambient &= ~bit;
      break;
    default:
      return Errno(EINVAL);
  }
  task.SetCredentials(std::move(creds));
  return uint64_t{0};
}

Result<uint64_t> SetNoNewPrivs(Task& task, const Args& args) {
  if (args.a2 != 1 || !args.NoneAfter2()) return Errno(EINVAL);
  Ref<Credentials> creds = task.creds().Clone();
  creds->no_new_privs = true;
  task.SetCredentials(std::move(creds));
  return uint64_t{0};
}

// Rights and identity.
std::optional<Result<uint64_t>> PrivilegeOption(Task& task, int option, const Args& args) {
  switch (option) {
    case abi::kPrSetNoNewPrivs:
      return SetNoNewPrivs(task, args);
    case abi::kPrGetNoNewPrivs:
      if (!args.NoneAfter1()) return Errno(EINVAL);
      return uint64_t{task.creds().no_new_privs};
    case abi::kPrGetKeepcaps:
      return uint64_t{task.keep_capabilities};
    case abi::kPrSetKeepcaps:
      if (args.a2 > 1) return Errno(EINVAL);
      if ((task.creds().securebits & abi::kSecbitKeepCapsLocked) != 0) return Errno(EPERM);
      task.keep_capabilities = args.a2 != 0;
      return uint64_t{0};
    case abi::kPrCapbsetRead:
      if (args.a2 > abi::kCapLastCap) return Errno(EINVAL);
      return task.creds().bounding >> args.a2 & 1;
    case abi::kPrCapbsetDrop:
      return DropBounding(task, args.a2);
    case abi::kPrGetSecurebits:
      return Securebits(task);
    case abi::kPrSetSecurebits:
      return SetSecurebits(task, args.a2);
    case abi::kPrCapAmbient:
      return Ambient(task, args);
  }
  return std::nullopt;
}

Result<uint64_t> SetPtracer(Task& task, uint64_t who) {
  const auto pid = static_cast<int64_t>(who);
  if (pid > 0 && task.FindGroup(static_cast<int>(pid)) == nullptr) {
    return Errno(EINVAL);
  }
  if (pid < -1) return Errno(EINVAL);
  task.group().named_tracer = pid > 0 ? task.GlobalOf(static_cast<int>(pid)).value() : pid;
  return uint64_t{0};
}

// Life as a process.
std::optional<Result<uint64_t>> ProcessOption(Task& task, int option, const Args& args) {
  switch (option) {
    case abi::kPrSetPdeathsig:
      if (args.a2 > abi::kNumSignals) return Errno(EINVAL);
      task.parent_death_signal = static_cast<int>(args.a2);
      return uint64_t{0};
    case abi::kPrGetPdeathsig:
      return Done(task.CopyOut(UserPtr<int32_t>(args.a2), task.parent_death_signal));
    case abi::kPrGetDumpable:
      return uint64_t{task.dumpable};
    case abi::kPrSetDumpable:
      if (args.a2 > 1) return Errno(EINVAL);
      task.dumpable = args.a2 != 0;
      return uint64_t{0};
    case abi::kPrSetChildSubreaper:
      task.group().child_subreaper = args.a2 != 0;
      return uint64_t{0};
    case abi::kPrGetChildSubreaper:
      return Done(task.CopyOut(UserPtr<int32_t>(args.a2), int32_t{task.group().child_subreaper}));
    case abi::kPrSetName:
      return SetName(task, UserPtr<const char>(args.a2));
    case abi::kPrGetName:
      return GetName(task, UserPtr<char>(args.a2));
    case abi::kPrGetTidAddress:
      return Done(task.CopyOut(UserPtr<uint64_t>(args.a2), task.clear_child_tid));
    case abi::kPrSetTimerslack:
      task.timer_slack_ns =
          static_cast<int64_t>(args.a2) <= 0 ? task.default_timer_slack_ns : args.a2;
      return uint64_t{0};
    case abi::kPrGetTimerslack:
      return task.timer_slack_ns;
    case abi::kPrGetSeccomp:
      return static_cast<uint64_t>(task.seccomp_mode);
    case abi::kPrSetSeccomp:
      return PrctlSeccomp(task, args.a2, args.a3);
    case abi::kPrSetPtracer:
      return SetPtracer(task, args.a2);
    case abi::kPrGetTiming:
      return uint64_t{0};
    case abi::kPrSetTiming:
      if (args.a2 != 0) return Errno(EINVAL);
      return uint64_t{0};
  }
  return std::nullopt;
}

Result<uint64_t> SetMceKill(Task& task, const Args& args) {
  constexpr uint64_t kClear = 0, kSet = 1;
  constexpr int kDefault = 2;  // Above: late 0, early 1.
  if (args.a4 != 0 || args.a5 != 0) return Errno(EINVAL);
  const uint64_t wanted = args.a2 == kClear ? kDefault : args.a3;
  const bool fits = args.a2 == kClear ? args.a3 == 0 : args.a2 == kSet && args.a3 <= kDefault;
  if (!fits) return Errno(EINVAL);
  task.mce_kill = static_cast<int>(wanted);
  return uint64_t{0};
}

// What concerns errors and counters of the machine: kept, and nothing comes of it.
std::optional<Result<uint64_t>> HardwareOption(Task& task, int option, const Args& args) {
  switch (option) {
    case abi::kPrMceKill:
      return SetMceKill(task, args);
    case abi::kPrMceKillGet:
      if (!args.NoneAfter1()) return Errno(EINVAL);
      return static_cast<uint64_t>(task.mce_kill);
    case abi::kPrSetIoFlusher:
      if (!task.creds().HasCapability(abi::kCapSysResource)) return Errno(EPERM);
      if (!args.NoneAfter2() || args.a2 > 1) return Errno(EINVAL);
      task.io_flusher = args.a2 == 1;
      return uint64_t{0};
    case abi::kPrGetIoFlusher:
      if (!task.creds().HasCapability(abi::kCapSysResource)) return Errno(EPERM);
      if (!args.NoneAfter1()) return Errno(EINVAL);
      return uint64_t{task.io_flusher};
    case abi::kPrTaskPerfEventsDisable:
    case abi::kPrTaskPerfEventsEnable:
      return uint64_t{0};
  }
  return std::nullopt;
}

// set_syscall_user_dispatch()
Result<uint64_t> SetUserDispatch(Task& task, const Args& args) {
  constexpr uint64_t kOff = 0, kOn = 1;
  const uint64_t offset = args.a3, length = args.a4, selector = args.a5;
  if (args.a2 == kOff) {
    if (!args.NoneAfter2()) return Errno(EINVAL);
    task.user_dispatch = {};
    return uint64_t{0};
  }
  if (args.a2 != kOn || (offset != 0 && offset + length <= offset)) return Errno(EINVAL);
  if (selector >= task.kernel().platform().GuestAddressLimit()) return Errno(EFAULT);
  task.user_dispatch = {true, offset, length, selector};
  task.RouteHostCallsThen(false, [](Task& self) { self.CompleteSyscall(uint64_t{0}); });
  return Errno(kErrnoNoReturn);
}

// What the host keeps for the thread or its memory, and shows in /proc/[pid]/maps.
bool IsHostOption(int option) {
  switch (option) {
    case abi::kPrSetVma:
    case abi::kPrSetThpDisable:
    case abi::kPrGetThpDisable:
    case abi::kPrGetTsc:
    case abi::kPrSetTsc:
    case abi::kPrGetSpeculationCtrl:
    case abi::kPrSetSpeculationCtrl:
      return true;
  }
  return false;
}

}  // namespace

Result<uint64_t> SysPrctl(Task& task, int option, uint64_t arg2, uint64_t arg3, uint64_t arg4,
                          uint64_t arg5) {
  const Args args{arg2, arg3, arg4, arg5};
  if (IsHostOption(option)) return Errno(kErrnoHost);
  if (auto result = PrivilegeOption(task, option, args)) return *std::move(result);
  if (auto result = ProcessOption(task, option, args)) return *std::move(result);
  if (auto result = HardwareOption(task, option, args)) return *std::move(result);
  if (option == abi::kPrSetSyscallUserDispatch) return SetUserDispatch(task, args);
  if (option == abi::kPrSetMm && !task.creds().HasCapability(abi::kCapSysResource)) {
    return Errno(EPERM);
  }
  return Errno(EINVAL);
}

Result<uint64_t> SysArchPrctl(Task&, int option) {
  switch (option) {
    case abi::kArchSetFs:
    case abi::kArchGetFs:
    case abi::kArchSetGs:
    case abi::kArchGetGs:
    case abi::kArchGetCpuid:
    case abi::kArchGetXcompSupp:
    case abi::kArchGetXcompPerm:
      return Errno(kErrnoHost);
    case abi::kArchSetCpuid:
      return Errno(ENODEV);
    case abi::kArchReqXcompPerm:
      return Errno(EOPNOTSUPP);  // AMX tiles would not fit into the backends' frames.
  }
  return Errno(EINVAL);
}

Result<uint64_t> SysPersonality(Task& task, uint32_t persona) {
  const uint64_t before = task.personality;
  if (persona != abi::kPersonalityQuery) task.personality = persona;
  return before;
}

}  // namespace sentry

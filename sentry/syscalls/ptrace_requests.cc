// What a tracer asks of a tracee that stands in a ptrace-stop (Linux: ptrace_request(),
// arch_ptrace()).
#include "abi/linux/capability.h"
#include "abi/linux/elf.h"
#include "abi/linux/prctl.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/rseq.h"
#include "abi/linux/seccomp.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/ptrace_calls.h"
#include "sentry/syscalls/ptrace_regs.h"

namespace sentry {
namespace {

using Run = GuestTracer::Run;

struct Args {
  Task& task;
  Task& tracee;
  uint64_t addr, data;
  template <typename T>
  UserPtr<T> Data() const {
    return UserPtr<T>(data);
  }
};

Result<uint64_t> Done(const Result<void>& result) {
  return EncodeResult(result);
}

// --- memory ---

Result<uint64_t> Peek(const Args& args) {
  uint64_t word;
  auto bytes = std::as_writable_bytes(std::span(&word, 1));
  if (!args.tracee.Read(args.addr, bytes).ok()) return Errno(EIO);
  return Done(args.task.CopyOut(args.Data<uint64_t>(), word));
}

Result<uint64_t> Poke(const Args& args) {
  uint64_t end;
  if (__builtin_add_overflow(args.addr, sizeof(args.data), &end) ||
      end > args.task.kernel().platform().GuestAddressLimit()) {
    return Errno(EIO);
  }
  auto bytes = std::as_bytes(std::span(&args.data, 1));
  Result<size_t> written = args.tracee.thread().PokeMemory(args.addr, bytes);
  if (!written.ok() || *written != bytes.size()) return Errno(EIO);
  return uint64_t{0};
}

// --- registers ---

Result<uint64_t> PeekUserArea(const Args& args) {
  const uint64_t word = TRY(PeekUser(args.tracee, args.addr));
  return Done(args.task.CopyOut(args.Data<uint64_t>(), word));
}

Result<uint64_t> GetWhole(const Args& args, uint64_t type) {
  std::vector<std::byte> bytes = TRY(FindRegset(type)->get(args.tracee));
  return Done(args.task.Write(args.data, bytes));
}

Result<uint64_t> SetWhole(const Args& args, uint64_t type, size_t size) {
  std::vector<std::byte> bytes(size);
  TRY(args.task.Read(args.data, bytes));
  return Done(FindRegset(type)->set(args.tracee, bytes));
}

struct Iovec {
  uint64_t base, length;
};

Result<uint64_t> TransferRegset(const Args& args, bool set) {
  Iovec iov = TRY(args.task.CopyIn(args.Data<Iovec>()));
  const Regset* regset = FindRegset(args.addr);
  if (regset == nullptr || iov.length % regset->unit != 0) return Errno(EINVAL);
  std::vector<std::byte> bytes = TRY(regset->get(args.tracee));
  iov.length = std::min<uint64_t>(iov.length, bytes.size());
  bytes.resize(iov.length);
  if (set) {
    TRY(args.task.Read(iov.base, bytes));
    TRY(regset->set(args.tracee, bytes));
  } else {
    TRY(args.task.Write(iov.base, bytes));
  }
  return Done(args.task.CopyOut(args.Data<Iovec>(), iov));
}

Result<uint64_t> ArchPrctl(const Args& args) {
  platform::Registers& regs = args.tracee.registers();
  constexpr uint64_t kTaskSizeMax = 0x7ffffffff000;
  const UserPtr<uint64_t> to(args.addr);
  switch (args.data) {
    case abi::kArchGetFs:
      return Done(args.task.CopyOut(to, regs.fs_base));
    case abi::kArchGetGs:
      return Done(args.task.CopyOut(to, regs.gs_base));
    case abi::kArchSetFs:
    case abi::kArchSetGs:
      if (args.addr >= kTaskSizeMax) return Errno(EPERM);
      (args.data == abi::kArchSetFs ? regs.fs_base : regs.gs_base) = args.addr;
      return uint64_t{0};
  }
  return Errno(EINVAL);
}

// --- filters ---

// Only for those who could have got round a filter of their own (seccomp_get_filter()).
Result<void> CheckMaySeeFilters(const Task& tracer) {
  const bool may = tracer.creds().HasCapability(abi::kCapSysAdmin) && tracer.seccomp_mode == 0;
  if (!may) return Errno(EACCES);
  return {};
}

Result<const SeccompFilters*> NthFilter(const Args& args, uint64_t index) {
  if (args.tracee.seccomp_mode != abi::kSeccompModeFilter) return Errno(EINVAL);
  const SeccompFilters* filter = args.tracee.seccomp->Nth(index);
  if (filter == nullptr) return Errno(ENOENT);
  return filter;
}

Result<uint64_t> GetSeccompFilter(const Args& args) {
  TRY(CheckMaySeeFilters(args.task));
  const std::vector<abi::SockFilter>& code = TRY(NthFilter(args, args.addr))->program().code();
  if (args.data != 0) TRY(args.task.Write(args.data, std::as_bytes(std::span(code))));
  return uint64_t{code.size()};
}

Result<uint64_t> GetSeccompMetadata(const Args& args) {
  struct Metadata {
    uint64_t filter_off, flags;
  };
  TRY(CheckMaySeeFilters(args.task));
  const size_t size = std::min<uint64_t>(args.addr, sizeof(Metadata));
  if (size < sizeof(uint64_t)) return Errno(EINVAL);
  Metadata metadata{.filter_off = TRY(args.task.CopyIn(args.Data<uint64_t>())), .flags = 0};
  metadata.flags = TRY(NthFilter(args, metadata.filter_off))->flags() & abi::kSeccompFilterFlagLog;
  TRY(args.task.Write(args.data, std::as_bytes(std::span(&metadata, 1)).first(size)));
  return uint64_t{size};
}

// --- signals ---

Result<uint64_t> GetSiginfo(const Args& args) {
  const auto& info = args.tracee.tracer->stop->info;
  if (!info) return Errno(EINVAL);
  return Done(args.task.CopyOut(args.Data<abi::SigInfo>(), *info));
}

Result<uint64_t> SetSiginfo(const Args& args) {
  const abi::SigInfo info = TRY(args.task.CopyIn(args.Data<abi::SigInfo>()));
  if (!args.tracee.tracer->stop->info) return Errno(EINVAL);
  args.tracee.tracer->stop->info = info;
  return uint64_t{0};
}

// The number of entries that were copied.
Result<uint64_t> PeekSiginfo(const Args& args) {
  const auto query = TRY(args.task.CopyIn(UserPtr<abi::PtracePeeksiginfoArgs>(args.addr)));
  if ((query.flags & ~abi::kPtracePeeksiginfoShared) != 0 || query.nr < 0) return Errno(EINVAL);
  if (query.off > uint64_t{~0u >> 1}) return uint64_t{0};
  const bool shared = (query.flags & abi::kPtracePeeksiginfoShared) != 0;
  const SignalQueue& queue = shared ? args.tracee.group().pending : args.tracee.pending;
  uint64_t copied = 0, index = 0;
  for (const abi::SigInfo& info : queue.entries()) {
    if (index++ < query.off) continue;
    if (copied == static_cast<uint64_t>(query.nr)) break;
    const UserPtr<abi::SigInfo> to(args.data + copied * sizeof(abi::SigInfo));
    if (Result<void> out = args.task.CopyOut(to, info); !out.ok()) {
      return copied != 0 ? Result<uint64_t>(copied) : out.error();
    }
    ++copied;
  }
  return copied;
}

Result<uint64_t> GetSigmask(const Args& args) {
  if (args.addr != sizeof(Sigset)) return Errno(EINVAL);
  return Done(args.task.CopyOut(args.Data<Sigset>(), args.tracee.LastingMask()));
}

Result<uint64_t> SetSigmask(const Args& args) {
  if (args.addr != sizeof(Sigset)) return Errno(EINVAL);
  args.tracee.SetLastingMask(TRY(args.task.CopyIn(args.Data<Sigset>())));
  return uint64_t{0};
}

// --- about the stop ---

// What it was, by the SIGTRAP that tells of it (ptrace_get_syscall_info()).
uint8_t KindOfStop(const GuestTracer& tracer) {
  const auto& info = tracer.stop->info;
  const int code = info ? info->si_code : 0;
  if (code == (abi::kSigTrap | 0x80)) {
    return tracer.message == abi::kPtraceEventmsgSyscallEntry  ? abi::kPtraceSyscallInfoEntry
           : tracer.message == abi::kPtraceEventmsgSyscallExit ? abi::kPtraceSyscallInfoExit
                                                               : abi::kPtraceSyscallInfoNone;
  }
  if (code == (abi::kSigTrap | abi::kPtraceEventSeccomp << 8))
    return abi::kPtraceSyscallInfoSeccomp;
  return abi::kPtraceSyscallInfoNone;
}

// Each kind fills the structure up to its own end.
size_t FillSyscallInfo(const Args& args, abi::PtraceSyscallInfo& info) {
  const platform::Registers& regs = args.tracee.registers();
  info.op = KindOfStop(*args.tracee.tracer);
  info.arch = abi::kAuditArchX8664;
  info.instruction_pointer = regs.rip;
  info.stack_pointer = regs.rsp;
  constexpr size_t kHead = offsetof(abi::PtraceSyscallInfo, entry);
  const uint64_t call_args[6] = {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9};
  switch (info.op) {
    case abi::kPtraceSyscallInfoEntry:
      info.entry.nr = regs.orig_rax;
      std::copy(std::begin(call_args), std::end(call_args), info.entry.args);
      return kHead + sizeof(info.entry);
    case abi::kPtraceSyscallInfoSeccomp:
      info.seccomp.nr = regs.orig_rax;
      std::copy(std::begin(call_args), std::end(call_args), info.seccomp.args);
      info.seccomp.ret_data = static_cast<uint32_t>(args.tracee.tracer->message);
      return kHead + offsetof(decltype(info.seccomp), ret_data) + sizeof(info.seccomp.ret_data);
    case abi::kPtraceSyscallInfoExit:
      info.exit.rval = static_cast<int64_t>(regs.rax);
      info.exit.is_error = info.exit.rval < 0 && info.exit.rval >= -4095;
      return kHead + offsetof(decltype(info.exit), is_error) + sizeof(info.exit.is_error);
  }
  return kHead;
}

Result<uint64_t> GetSyscallInfo(const Args& args) {
  abi::PtraceSyscallInfo info{};
  const size_t actual = FillSyscallInfo(args, info);
  auto bytes = std::as_bytes(std::span(&info, 1)).first(std::min<size_t>(actual, args.addr));
  TRY(args.task.Write(args.data, bytes));
  return uint64_t{actual};
}

Result<uint64_t> GetRseqConfiguration(const Args& args) {
  if (args.addr != sizeof(abi::PtraceRseqConfiguration)) return Errno(EINVAL);
  const Task::RseqRegistration& rseq = args.tracee.rseq;
  const abi::PtraceRseqConfiguration conf{.rseq_abi_pointer = rseq.address,
                                          .rseq_abi_size = rseq.size,
                                          .signature = rseq.signature,
                                          .flags = 0,
                                          .pad = 0};
  TRY(args.task.CopyOut(args.Data<abi::PtraceRseqConfiguration>(), conf));
  return uint64_t{sizeof(conf)};
}

Result<uint64_t> SetOptions(const Args& args) {
  if ((args.data & ~uint64_t{abi::kPtraceOMask}) != 0) return Errno(EINVAL);
  TRY(CheckPtraceOptions(args.task, args.data));
  args.tracee.tracer->options = static_cast<uint32_t>(args.data);
  return uint64_t{0};
}

// --- going on ---

Result<uint64_t> Resume(const Args& args, Run run) {
  if (args.data > static_cast<uint64_t>(abi::kNumSignals)) return Errno(EIO);
  args.tracee.tracer->run = run;
  args.tracee.ResumeTracee(static_cast<int>(args.data));
  return uint64_t{0};
}

Result<uint64_t> Detach(const Args& args) {
  if (args.data > static_cast<uint64_t>(abi::kNumSignals)) return Errno(EIO);
  args.tracee.Untrace(static_cast<int>(args.data));
  return uint64_t{0};
}

Result<uint64_t> Listen(const Args& args) {
  GuestTracer& tracer = *args.tracee.tracer;
  const auto& info = tracer.stop->info;
  const bool at_trap = info && info->si_code >> 8 == abi::kPtraceEventStop;
  if (!tracer.seized || !at_trap) return Errno(EIO);
  tracer.listening = true;
  // What happened since the stop is told at once.
  if (tracer.trap_notify) args.tracee.TrapAgain();
  return uint64_t{0};
}

Result<uint64_t> MoveOn(const Args& args, int64_t request) {
  switch (request) {
    case abi::kPtraceCont:
      return Resume(args, Run::kFree);
    case abi::kPtraceSyscall:
      return Resume(args, Run::kSyscall);
    case abi::kPtraceSinglestep:
      return Resume(args, Run::kStep);
    case abi::kPtraceSysemu:
      return Resume(args, Run::kSysemu);
    case abi::kPtraceSysemuSinglestep:
      return Resume(args, Run::kSysemuStep);
    case abi::kPtraceDetach:
      return Detach(args);
    case abi::kPtraceListen:
      return Listen(args);
  }
  return Errno(EIO);  // PTRACE_SINGLEBLOCK too: it needs the processor's debug control.
}

Result<uint64_t> AboutRegisters(const Args& args, int64_t request) {
  switch (request) {
    case abi::kPtracePeekusr:
      return PeekUserArea(args);
    case abi::kPtracePokeusr:
      return Done(PokeUser(args.tracee, args.addr, args.data));
    case abi::kPtraceGetregs:
      return GetWhole(args, abi::kNtPrstatus);
    case abi::kPtraceSetregs:
      return SetWhole(args, abi::kNtPrstatus, sizeof(abi::UserRegs));
    case abi::kPtraceGetfpregs:
      return GetWhole(args, abi::kNtPrfpreg);
    case abi::kPtraceSetfpregs:
      return SetWhole(args, abi::kNtPrfpreg, sizeof(abi::UserFpRegs));
    case abi::kPtraceGetregset:
    case abi::kPtraceSetregset:
      return TransferRegset(args, request == abi::kPtraceSetregset);
    case abi::kPtraceArchPrctl:
      return ArchPrctl(args);
  }
  return MoveOn(args, request);
}

}  // namespace

Result<void> CheckPtraceOptions(const Task& task, uint64_t options) {
  if ((options & abi::kPtraceOSuspendSeccomp) == 0) return {};
  const bool may = task.creds().HasCapability(abi::kCapSysAdmin) && task.seccomp_mode == 0;
  if (!may) return Errno(EPERM);
  return {};
}

Result<uint64_t> PtraceRequest(Task& task, Task& tracee, int64_t request, uint64_t addr,
                               uint64_t data) {
  const Args args{task, tracee, addr, data};
  switch (request) {
    case abi::kPtracePeektext:
    case abi::kPtracePeekdata:
      return Peek(args);
    case abi::kPtracePoketext:
    case abi::kPtracePokedata:
      return Poke(args);
    case abi::kPtraceGeteventmsg:
      return Done(task.CopyOut(args.Data<uint64_t>(), tracee.tracer->message));
    case abi::kPtraceGetsiginfo:
      return GetSiginfo(args);
    case abi::kPtraceSetsiginfo:
      return SetSiginfo(args);
    case abi::kPtracePeeksiginfo:
      return PeekSiginfo(args);
    case abi::kPtraceGetsigmask:
      return GetSigmask(args);
    case abi::kPtraceSetsigmask:
      return SetSigmask(args);
    case abi::kPtraceSetoptions:
      return SetOptions(args);
    case abi::kPtraceGetSyscallInfo:
      return GetSyscallInfo(args);
    case abi::kPtraceGetRseqConfiguration:
      return GetRseqConfiguration(args);
    case abi::kPtraceSeccompGetFilter:
      return GetSeccompFilter(args);
    case abi::kPtraceSeccompGetMetadata:
      return GetSeccompMetadata(args);
  }
  return AboutRegisters(args, request);
}

}  // namespace sentry

// Processes and threads: clone, exec, wait, scheduling, limits, prctl.
#include "abi/linux/prctl.h"
#include "abi/linux/resource.h"
#include "abi/linux/sched.h"
#include "abi/linux/wait.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {

void PrintRusage(Printer& p, const abi::Rusage& usage) {
  p.Text("{ru_utime=");
  PrintTimeval(p, usage.ru_utime);
  p.Field("ru_stime");
  PrintTimeval(p, usage.ru_stime);
  p.Text(", ...}");
}

void PrintWaitStatus(Printer& p, int32_t status) {
  if (status == abi::kWaitContinued) return p.Text("{WIFCONTINUED(s)}");
  if (abi::WaitExited(status)) {
    p.Text("{WIFEXITED(s) && WEXITSTATUS(s) == ");
    p.Dec(abi::WaitExitCode(status));
  } else if (abi::WaitStopped(status)) {
    p.Text("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
    int32_t signal = abi::WaitStopSignal(status);
    PrintSignal(p, static_cast<uint32_t>(signal & 0x7f));
    if ((signal & 0x80) != 0) p.Text(" | 0x80");
  } else {
    p.Text("{WIFSIGNALED(s) && WTERMSIG(s) == ");
    PrintSignal(p, static_cast<uint32_t>(abi::WaitTermSignal(status)));
    if ((status & abi::kWaitCoreFlag) != 0) p.Text(" && WCOREDUMP(s)");
  }
  p.Text("}");
  if ((status >> 16) != 0) {
    p.Text(" | ");
    p.Hex(static_cast<uint32_t>(status) & 0xffff0000U);
  }
}

namespace {

// clone's arguments appear in the order of the libc function, as strace has them.
void CloneStack(Printer& p, size_t) {
  p.Field("child_stack");
  p.Pointer(p.arg(1));
}
void PrintCloneFlags(Printer& p, uint64_t flags, uint64_t exit_signal) {
  if (flags != 0 || exit_signal == 0) p.Flags(kCloneFlagsNames, flags);
  if (exit_signal == 0) return;
  if (flags != 0) p.Text("|");
  PrintSignal(p, exit_signal);
}
void CloneFlags(Printer& p, size_t) {
  uint64_t flags = p.arg32(0);
  p.Text("flags=");
  PrintCloneFlags(p, flags & ~abi::kCsignal, flags & abi::kCsignal);
}
void CloneParentTid(Printer& p, size_t) {
  if ((p.arg(0) & (abi::kCloneParentSettid | abi::kClonePidfd)) == 0) return;
  p.Field("parent_tid");
  p.Pointer(p.arg(2));
}
void CloneTls(Printer& p, size_t) {
  if ((p.arg(0) & abi::kCloneSettls) == 0) return;
  p.Field("tls");
  p.Pointer(p.arg(4));
}
void CloneChildTid(Printer& p, size_t) {
  if ((p.arg(0) & (abi::kCloneChildSettid | abi::kCloneChildCleartid)) == 0) return;
  p.Field("child_tidptr");
  p.Pointer(p.arg(3));
}

void AddressField(Printer& p, const char* name, uint64_t value) {
  if (value == 0) return;
  p.Field(name);
  p.Pointer(value);
}

void PrintCloneArgs(Printer& p, const abi::CloneArgs& args) {
  p.Text("{flags=");
  p.Flags(kCloneFlagsNames, args.flags);
  if ((args.flags & abi::kClonePidfd) != 0) AddressField(p, "pidfd", args.pidfd);
  AddressField(p, "child_tid", args.child_tid);
  AddressField(p, "parent_tid", args.parent_tid);
  p.Field("exit_signal");
  args.exit_signal == 0 ? p.Text("0") : PrintSignal(p, args.exit_signal);
  p.Field("stack");
  p.Pointer(args.stack);
  p.Field("stack_size");
  p.Hex(args.stack_size);
  AddressField(p, "tls", args.tls);
  AddressField(p, "set_tid", args.set_tid);
  if ((args.flags & abi::kCloneIntoCgroup) != 0) {
    p.Field("cgroup");
    p.Udec(args.cgroup);
  }
  p.Text("}");
}
// Older callers pass the first 64 bytes of the structure only.
void CloneArgs(Printer& p, size_t index) {
  struct Oldest {
    std::byte bytes[abi::kCloneArgsSizeVer0];
  };
  if (p.arg(index + 1) >= sizeof(abi::CloneArgs)) {
    return p.Struct<abi::CloneArgs>(p.arg(index), PrintCloneArgs);
  }
  p.Struct<Oldest>(p.arg(index), [](Printer& q, const Oldest& oldest) {
    abi::CloneArgs args = {};
    __builtin_memcpy(&args, &oldest, sizeof(oldest));
    PrintCloneArgs(q, args);
  });
}

// How many strings a vector of execve(2) holds, up to a bound that no sane program reaches.
uint64_t CountStrings(Printer& p, uint64_t addr) {
  uint64_t count = 0;
  while (count < 65536 && p.Load<uint64_t>(addr + count * 8).value_or(0) != 0) ++count;
  return count;
}
void Argv(Printer& p, size_t index) {
  uint64_t addr = p.arg(index);
  p.Array<uint64_t>(addr, addr == 0 ? 0 : CountStrings(p, addr),
                    [](Printer& q, const uint64_t& s) { q.CString(s, Printer::kMaxString); });
}
void Envp(Printer& p, size_t index) {
  p.Pointer(p.arg(index));
  if (p.arg(index) == 0) return;
  uint64_t count = CountStrings(p, p.arg(index));
  p.Text(" /* ");
  p.Udec(count);
  p.Text(count == 1 ? " var */" : " vars */");
}

void WaitStatusOut(Printer& p, size_t index) {
  // Nothing is written when nobody was reaped.
  if (p.result() <= 0 || p.arg(index) == 0) return p.Pointer(p.arg(index));
  p.Array<int32_t>(p.arg(index), 1, [](Printer& q, const int32_t& s) { PrintWaitStatus(q, s); });
}
void WaitRusageOut(Printer& p, size_t index) {
  if (p.result() <= 0) return p.Pointer(p.arg(index));
  p.Struct<abi::Rusage>(p.arg(index), PrintRusage);
}

void PrintLimit(Printer& p, uint64_t limit) {
  if (limit == abi::kRlimInfinity) return p.Text("RLIM64_INFINITY");
  if (limit > 1024 && limit % 1024 == 0) {
    p.Udec(limit / 1024);
    return p.Text("*1024");
  }
  p.Udec(limit);
}
void PrintRlimit(Printer& p, const abi::Rlimit& limit) {
  p.Text("{rlim_cur=");
  PrintLimit(p, limit.rlim_cur);
  p.Field("rlim_max");
  PrintLimit(p, limit.rlim_max);
  p.Text("}");
}

void PrintSchedParam(Printer& p, const abi::SchedParam& param) {
  p.Text("[");
  p.Dec(param.sched_priority);
  p.Text("]");
}

void PrintSchedAttr(Printer& p, const abi::SchedAttr& attr) {
  p.Text("{size=");
  p.Udec(attr.size);
  p.Field("sched_policy");
  p.Enum(kSchedPoliciesNames, attr.sched_policy);
  p.Field("sched_flags");
  p.Flags(kSchedFlagsNames, attr.sched_flags);
  p.Field("sched_nice");
  p.Dec(attr.sched_nice);
  p.Field("sched_priority");
  p.Udec(attr.sched_priority);
  p.Text(", ...}");
}

void CpusetIn(Printer& p, size_t index) {
  p.Bitmap(p.arg(index), 8 * uint64_t{p.arg32(index - 1)});
}
void CpusetOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  p.Bitmap(p.arg(index), 8 * static_cast<uint64_t>(p.result()));
}

void SchedPolicy(Printer& p, size_t index) {
  uint32_t policy = p.arg32(index);
  if ((policy & abi::kSchedResetOnFork) != 0) {
    p.Text("SCHED_RESET_ON_FORK|");
    policy &= ~static_cast<uint32_t>(abi::kSchedResetOnFork);
  }
  p.Enum(kSchedPoliciesNames, policy);
}

void Ioprio(Printer& p, size_t index) {
  uint32_t value = p.arg32(index);
  p.Text("IOPRIO_PRIO_VALUE(");
  p.Enum(kIoprioClassesNames, value >> 13);
  p.Text(", ");
  p.Udec(value & 0x1fff);
  p.Text(")");
}

bool GetsBase(uint64_t option) {
  return option == abi::kArchGetFs || option == abi::kArchGetGs;
}
bool ArchPrctlIsLate(CallArgs args) {
  return GetsBase(args[0]);
}
void ArchPrctlArg(Printer& p, size_t index) {
  if (!GetsBase(p.arg(0)) || p.failed()) return p.Pointer(p.arg(index));
  p.Array<uint64_t>(p.arg(index), 1, [](Printer& q, const uint64_t& base) { q.Pointer(base); });
}

using enum ArgKind;

constexpr ArgPrinter kProcessPrinters[] = {
    {kCloneStack, CloneStack},
    {kCloneFlags, CloneFlags},
    {kCloneParentTid, CloneParentTid, When::kEntry, true},
    {kCloneChildTid, CloneChildTid, When::kEntry, true},
    {kCloneTls, CloneTls, When::kEntry, true},
    {kCloneArgs, CloneArgs},
    {kNamespaceFlags, FlagsArg<kNamespaceFlagsNames>},
    {kArgv, Argv},
    {kEnvp, Envp},
    {kWaitStatusOut, WaitStatusOut, When::kReturn},
    {kWaitOptions, FlagsArg<kWaitOptionsNames>},
    {kIdType, EnumArg<kIdTypesNames>},
    {kRusageWho, EnumArg<kUsageWhosNames>},
    {kRusageOut, OutStructArg<abi::Rusage, PrintRusage>, When::kReturn},
    {kWaitRusageOut, WaitRusageOut, When::kReturn},
    {kResource, EnumArg<kResourcesNames>},
    {kRlimitIn, StructArg<abi::Rlimit, PrintRlimit>},
    {kRlimitOut, OutStructArg<abi::Rlimit, PrintRlimit>, When::kReturn},
    {kPrioWhich, EnumArg<kPriorityWhichsNames>},
    {kIoprioWho, EnumArg<kIoprioWhosNames>},
    {kIoprio, Ioprio},
    {kSchedPolicy, SchedPolicy},
    {kSchedParamIn, StructArg<abi::SchedParam, PrintSchedParam>},
    {kSchedParamOut, OutStructArg<abi::SchedParam, PrintSchedParam>, When::kReturn},
    {kSchedAttrIn, StructArg<abi::SchedAttr, PrintSchedAttr>},
    {kSchedAttrOut, OutStructArg<abi::SchedAttr, PrintSchedAttr>, When::kReturn},
    {kCpusetIn, CpusetIn},
    {kCpusetOut, CpusetOut, When::kReturn},
    {kPidfdFlags, FlagsArg<kPidfdFlagsNames>},
    {kKcmpType, EnumArg<kKcmpTypesNames>},
    {kPtraceRequest, EnumArg<kPtraceRequestsNames>},
    {kArchPrctlOp, EnumArg<kArchPrctlOptionsNames>},
    {kArchPrctlArg, ArchPrctlArg, When::kDepends, false, ArchPrctlIsLate},
    {kRseqFlags, FlagsArg<kRseqFlagsNames>},
};

}  // namespace

std::span<const ArgPrinter> ProcessPrinters() {
  return kProcessPrinters;
}

}  // namespace sentry

// Signals: numbers, sets, actions, siginfo.
#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {

std::string SignalName(uint64_t signal) {
  if (const NamedValue* name = FindName(kSignalsNames, signal)) return name->text;
  if (signal == abi::kSigRtMin) return "SIGRTMIN";
  if (signal > abi::kSigRtMin && signal <= abi::kSigRtMax) {
    return "SIGRT_" + std::to_string(signal - abi::kSigRtMin);
  }
  return std::to_string(static_cast<int32_t>(signal));
}

void PrintSignal(Printer& p, uint64_t signal) {
  p.Text(SignalName(signal));
}

void PrintSigset(Printer& p, const abi::Sigset& set) {
  // What is missing is shorter to say when most are in.
  bool inverted = __builtin_popcountll(set) > abi::kNumSignals * 2 / 3;
  abi::Sigset shown = inverted ? ~set : set;
  p.Text(inverted ? "~[" : "[");
  bool first = true;
  for (int32_t signal = 1; signal <= abi::kNumSignals; ++signal) {
    if ((shown & abi::SigMask(signal)) == 0) continue;
    if (!first) p.Text(" ");
    first = false;
    p.Text(SignalName(static_cast<uint64_t>(signal)).substr(3));
  }
  p.Text("]");
}

namespace {

const NameSet& CodesOf(int32_t signal) {
  switch (signal) {
    case abi::kSigIll:
      return kIllCodesNames;
    case abi::kSigFpe:
      return kFpeCodesNames;
    case abi::kSigSegv:
      return kSegvCodesNames;
    case abi::kSigBus:
      return kBusCodesNames;
    case abi::kSigTrap:
      return kTrapCodesNames;
    case abi::kSigChld:
      return kChildCodesNames;
    case abi::kSigSys:
      return kSysCodesNames;
    default:
      return kSignalCodesNames;
  }
}

void PrintCode(Printer& p, const abi::SigInfo& info) {
  uint32_t code = static_cast<uint32_t>(info.si_code);
  bool general = info.si_code <= 0 || info.si_code == abi::kSiKernel;
  p.Enum(general ? kSignalCodesNames : CodesOf(info.si_signo), code);
}

void PrintSender(Printer& p, int32_t pid, uint32_t uid) {
  p.Field("si_pid");
  p.Dec(pid);
  p.Field("si_uid");
  p.Udec(uid);
}

void PrintValue(Printer& p, const abi::SigVal& value) {
  p.Field("si_value");
  p.Text("{sival_int=");
  p.Dec(value.sival_int);
  p.Field("sival_ptr");
  p.Pointer(value.sival_ptr);
  p.Text("}");
}

void PrintChild(Printer& p, const abi::SigInfo& info) {
  const auto& child = info.fields.chld;
  PrintSender(p, child.pid, child.uid);
  p.Field("si_status");
  if (info.si_code == abi::kCldExited) {
    p.Dec(child.status);
  } else {
    PrintSignal(p, static_cast<uint32_t>(child.status));
  }
  p.Field("si_utime");
  p.Dec(child.utime);
  p.Field("si_stime");
  p.Dec(child.stime);
}

// The fields of signals that the kernel itself raises.
void PrintRaised(Printer& p, const abi::SigInfo& info) {
  switch (info.si_signo) {
    case abi::kSigChld:
      return PrintChild(p, info);
    case abi::kSigIll:
    case abi::kSigFpe:
    case abi::kSigSegv:
    case abi::kSigBus:
    case abi::kSigTrap:
      p.Field("si_addr");
      return p.Pointer(info.fields.fault.addr);
    case abi::kSigIo:
      p.Field("si_band");
      p.Dec(info.fields.poll.band);
      p.Field("si_fd");
      return p.Dec(info.fields.poll.fd);
    case abi::kSigSys:
      p.Field("si_call_addr");
      p.Pointer(info.fields.sys.call_addr);
      p.Field("si_syscall");
      p.Dec(info.fields.sys.syscall);
      p.Field("si_arch");
      return p.Hex(info.fields.sys.arch);
    default:
      return PrintSender(p, info.fields.kill.pid, info.fields.kill.uid);
  }
}

void PrintSource(Printer& p, const abi::SigInfo& info) {
  switch (info.si_code) {
    case abi::kSiKernel:
      return;
    case abi::kSiUser:
    case abi::kSiTkill:
      return PrintSender(p, info.fields.kill.pid, info.fields.kill.uid);
    case abi::kSiTimer:
      p.Field("si_timerid");
      p.Dec(info.fields.timer.tid);
      p.Field("si_overrun");
      p.Dec(info.fields.timer.overrun);
      return PrintValue(p, info.fields.timer.value);
    default:
      if (info.si_code > 0) return PrintRaised(p, info);
      PrintSender(p, info.fields.rt.pid, info.fields.rt.uid);
      return PrintValue(p, info.fields.rt.value);
  }
}

void PrintAction(Printer& p, const abi::SigAction& action) {
  p.Text("{sa_handler=");
  if (action.handler == abi::kSigDfl) {
    p.Text("SIG_DFL");
  } else if (action.handler == abi::kSigIgn) {
    p.Text("SIG_IGN");
  } else {
    p.Hex(action.handler);
  }
  p.Field("sa_mask");
  PrintSigset(p, action.mask);
  p.Field("sa_flags");
  p.Flags(kSigActionFlagsNames, action.flags);
  if ((action.flags & abi::kSaRestorer) != 0) {
    p.Field("sa_restorer");
    p.Pointer(action.restorer);
  }
  p.Text("}");
}

void PrintStack(Printer& p, const abi::StackT& stack) {
  p.Text("{ss_sp=");
  p.Pointer(stack.ss_sp);
  p.Field("ss_flags");
  p.Flags(kStackFlagsNames, static_cast<uint32_t>(stack.ss_flags));
  p.Field("ss_size");
  p.Udec(stack.ss_size);
  p.Text("}");
}

void PrintSigevent(Printer& p, const abi::SigEvent& event) {
  p.Text("{sigev_value={sival_int=");
  p.Dec(event.value.sival_int);
  p.Field("sival_ptr");
  p.Pointer(event.value.sival_ptr);
  p.Text("}");
  p.Field("sigev_signo");
  PrintSignal(p, static_cast<uint32_t>(event.signo));
  p.Field("sigev_notify");
  p.Enum(kSigevNotifiesNames, static_cast<uint32_t>(event.notify));
  if (event.notify == abi::kSigevThreadId) {
    p.Field("sigev_notify_thread_id");
    p.Dec(event.tid);
  }
  p.Text("}");
}

// pselect6's: a pointer to the set and its size.
void PrintSigsetPack(Printer& p, const abi::SigsetArgpack& pack) {
  p.Text("{sigmask=");
  p.Struct<abi::Sigset>(pack.sigmask, PrintSigset);
  p.Field("sigsetsize");
  p.Udec(pack.sigsetsize);
  p.Text("}");
}

void Signal(Printer& p, size_t index) {
  PrintSignal(p, p.arg32(index));
}

using enum ArgKind;

constexpr ArgPrinter kSignalPrinters[] = {
    {kSignal, Signal},
    {kSigHow, EnumArg<kSigHowsNames>},
    {kSigsetIn, StructArg<abi::Sigset, PrintSigset>},
    {kSigsetOut, OutStructArg<abi::Sigset, PrintSigset>, When::kReturn},
    {kSigsetPack, StructArg<abi::SigsetArgpack, PrintSigsetPack>},
    {kSigactionIn, StructArg<abi::SigAction, PrintAction>},
    {kSigactionOut, OutStructArg<abi::SigAction, PrintAction>, When::kReturn},
    {kSiginfoIn, StructArg<abi::SigInfo, PrintSigInfo>},
    {kSiginfoOut, OutStructArg<abi::SigInfo, PrintSigInfo>, When::kReturn},
    {kStackIn, StructArg<abi::StackT, PrintStack>},
    {kStackOut, OutStructArg<abi::StackT, PrintStack>, When::kReturn},
    {kSigeventIn, StructArg<abi::SigEvent, PrintSigevent>},
    {kPidfdSignalFlags, FlagsArg<kPidfdSignalFlagsNames>},
};

}  // namespace

void PrintSigInfo(Printer& p, const abi::SigInfo& info) {
  if (info.si_signo == 0) return p.Text("{}");  // waitid(2) with WNOHANG found nobody.
  p.Text("{si_signo=");
  PrintSignal(p, static_cast<uint32_t>(info.si_signo));
  p.Field("si_code");
  PrintCode(p, info);
  if (info.si_errno != 0) {
    p.Field("si_errno");
    p.Dec(info.si_errno);
  }
  PrintSource(p, info);
  p.Text("}");
}

std::span<const ArgPrinter> SignalPrinters() {
  return kSignalPrinters;
}

}  // namespace sentry

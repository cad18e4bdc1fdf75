// Lines of calls: which arguments belong to which half, and how a result reads.
#include "sentry/strace/format.h"

#include <array>
#include <cstdio>

#include "abi/linux/errno.h"
#include "abi/linux/wait.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/printer.h"
#include "sentry/strace/signatures.h"
#include "sentry/strace/values.h"

namespace sentry {
namespace {

// A number without a row: six raw arguments.
constexpr Signature kUnknown = {
    -1,
    "",
    {ArgKind::kHex, ArgKind::kHex, ArgKind::kHex, ArgKind::kHex, ArgKind::kHex, ArgKind::kHex}};

const Signature& SignatureOf(int nr) {
  const Signature* signature = FindSignature(nr);
  return signature != nullptr ? *signature : kUnknown;
}

bool IsLate(const ArgPrinter& printer, CallArgs args) {
  return printer.when == When::kReturn || (printer.when == When::kDepends && printer.late(args));
}

// How many arguments are printed when the call is entered.
size_t EarlyCount(const Signature& signature, CallArgs args) {
  size_t count = signature.arg_count();
  for (size_t i = 0; i < count; ++i) {
    if (IsLate(*FindArgPrinter(signature.args[i]), args)) return i;
  }
  return count;
}

void PrintArgs(Printer& p, const Signature& signature, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const ArgPrinter& printer = *FindArgPrinter(signature.args[i]);
    if (i != 0 && !printer.optional) p.Text(", ");
    printer.print(p, i);
  }
}

bool IsRestart(int64_t result) {
  return abi::IsRestartCode(static_cast<int>(-result));
}

void PrintError(Printer& p) {
  int error = static_cast<int>(-p.result());
  const char* name = ErrnoName(error);
  p.Text(IsRestart(p.result()) ? "? " : "-1 ");
  if (name == nullptr) {
    p.Text("(errno ");
    p.Dec(error);
    return p.Text(")");
  }
  p.Text(name);
  p.Text(" (");
  p.Text(ErrnoMessage(error));
  p.Text(")");
}

void PrintNamed(Printer& p, const std::string& name) {
  p.Dec(p.result());
  p.Text(" (" + name + ")");
}

void PrintSuccess(Printer& p, ResultKind kind) {
  uint64_t value = static_cast<uint64_t>(p.result());
  switch (kind) {
    case ResultKind::kDecimal:
      return p.Dec(p.result());
    case ResultKind::kHex:
      return p.Hex(value);
    case ResultKind::kOct:
      return p.Octal(value);
    case ResultKind::kNone:
      return p.Text("?");
    case ResultKind::kFcntl:
      return PrintFcntlResult(p);
    case ResultKind::kPoll:
      return PrintPollResult(p);
    case ResultKind::kSelect:
      return PrintSelectResult(p);
    case ResultKind::kSignal:
      return PrintNamed(p, SignalName(value));
    case ResultKind::kSchedPolicy: {
      const NamedValue* policy = FindName(kSchedPoliciesNames, value);
      return policy != nullptr ? PrintNamed(p, policy->text) : p.Dec(p.result());
    }
  }
}

void PrintResult(Printer& p, const Signature& signature) {
  if (p.result() == INT64_MIN) return p.Text("?");  // The host's, and not known.
  p.failed() ? PrintError(p) : PrintSuccess(p, signature.result);
}

// For lines that belong to no call.
class NoMemory final : public MemoryReader {
 public:
  base::Result<size_t> Read(uint64_t, std::span<std::byte>) override { return base::Errno(EFAULT); }
};
constexpr std::array<uint64_t, 6> kNoArgs = {};

}  // namespace

std::string SyscallName(int nr) {
  if (const Signature* signature = FindSignature(nr)) return signature->name;
  char text[32];
  std::snprintf(text, sizeof(text), "syscall_%#x", static_cast<unsigned>(nr));
  return text;
}

std::string FormatEntry(int nr, std::span<const uint64_t, 6> args, MemoryReader& memory) {
  const Signature& signature = SignatureOf(nr);
  size_t early = EarlyCount(signature, args);
  Printer p(args, memory, std::nullopt);
  p.Text(SyscallName(nr));
  p.Text("(");
  PrintArgs(p, signature, 0, early);
  // The comma before an argument that is always there can be written now, as strace does.
  bool more = early < signature.arg_count();
  if (more && early > 0 && !FindArgPrinter(signature.args[early])->optional) p.Text(", ");
  return p.Take();
}

std::string FormatReturn(int nr, std::span<const uint64_t, 6> args, int64_t result,
                         MemoryReader& memory) {
  const Signature& signature = SignatureOf(nr);
  size_t early = EarlyCount(signature, args);
  Printer p(args, memory, result);
  if (early < signature.arg_count()) {
    const ArgPrinter& first = *FindArgPrinter(signature.args[early]);
    first.print(p, early);
    PrintArgs(p, signature, early + 1, signature.arg_count());
  }
  p.Text(") = ");
  PrintResult(p, signature);
  return p.Take();
}

std::string FormatResult(int nr, std::span<const uint64_t, 6> args, int64_t result,
                         MemoryReader& memory) {
  Printer p(args, memory, result);
  PrintResult(p, SignatureOf(nr));
  return p.Take();
}

std::string FormatUnfinished(const std::string& entry) {
  return entry + " <unfinished ...>";
}

std::string FormatResumed(int nr) {
  return "<... " + SyscallName(nr) + " resumed>";
}

std::string FormatSignal(const abi::SigInfo& info) {
  NoMemory memory;
  Printer p(kNoArgs, memory, std::nullopt);
  p.Text("--- ");
  PrintSignal(p, static_cast<uint32_t>(info.si_signo));
  p.Text(" ");
  PrintSigInfo(p, info);
  p.Text(" ---");
  return p.Take();
}

std::string FormatEnd(int32_t wait_status) {
  if (abi::WaitExited(wait_status)) {
    return "+++ exited with " + std::to_string(abi::WaitExitCode(wait_status)) + " +++";
  }
  std::string name = SignalName(static_cast<uint64_t>(abi::WaitTermSignal(wait_status)));
  bool dumped = (wait_status & abi::kWaitCoreFlag) != 0;
  return "+++ killed by " + name + (dumped ? " (core dumped) +++" : " +++");
}

}  // namespace sentry

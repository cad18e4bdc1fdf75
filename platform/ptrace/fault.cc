// siginfo of a fault, and the trap that must have caused it.
#include "platform/ptrace/fault.h"

#include <cstddef>

#include "platform/ptrace/memory.h"

namespace platform::ptracing {
namespace {

// Intel SDM volume 3, 6.15.
enum Trap : uint64_t {
  kDivide = 0,
  kDebug = 1,
  kBreakpoint = 3,
  kOverflow = 4,
  kInvalidOpcode = 6,
  kStack = 12,
  kProtection = 13,
  kPage = 14,
  kAlignment = 17,
  kSimd = 19,
};

// Page fault error code.
constexpr uint64_t kPresent = 1 << 0;
constexpr uint64_t kWrite = 1 << 1;
constexpr uint64_t kUser = 1 << 2;
constexpr uint64_t kKey = 1 << 5;
constexpr uint64_t kFetch = 1 << 4;

uint64_t TrapOf(const siginfo_t& info) {
  switch (info.si_signo) {
    case SIGSEGV:
      return info.si_code == SI_KERNEL ? kProtection : kPage;
    case SIGBUS:
      if (info.si_code == SI_KERNEL) return kStack;
      return info.si_code == BUS_ADRALN ? kAlignment : kPage;
    case SIGFPE:
      if (info.si_code == FPE_INTDIV) return kDivide;
      return info.si_code == FPE_INTOVF ? kOverflow : kSimd;
    case SIGILL:
      return kInvalidOpcode;
    default:
      return info.si_code == SI_KERNEL ? kBreakpoint : kDebug;
  }
}

bool IsReadable(pid_t tid, uint64_t address) {
  std::byte byte;
  return ReadProcess(tid, address, {&byte, 1}).ok();
}

// The write bit is known only where a page can be read, so that it was no read that failed.  A
// write to an unmapped page looks like a read.
uint64_t PageFaultCode(pid_t tid, const siginfo_t& info, uint64_t address, uint64_t rip) {
  uint64_t code = kUser;
  if (info.si_signo != SIGSEGV) return code;
  if (info.si_code == SEGV_PKUERR) code |= kKey;
  if (info.si_code != SEGV_MAPERR) code |= kPresent;
  if (address == rip) return code | kFetch;
  if (info.si_code == SEGV_ACCERR && IsReadable(tid, address)) code |= kWrite;
  return code;
}

}  // namespace

Fault DescribeFault(pid_t tid, const siginfo_t& info, const Registers& registers) {
  Fault fault{};
  fault.signal = info.si_signo;
  fault.code = info.si_code;
  fault.address = reinterpret_cast<uint64_t>(info.si_addr);
  fault.trap_number = TrapOf(info);
  if (fault.trap_number == kPage)
    fault.error_code = PageFaultCode(tid, info, fault.address, registers.rip);
  return fault;
}

}  // namespace platform::ptracing

// ptrace(2) and wait(2) status words behind typed functions.
#include "platform/ptrace/requests.h"

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cstring>

namespace platform::ptracing {
namespace {

static_assert(sizeof(Registers) == sizeof(user_regs_struct));
static_assert(offsetof(Registers, rip) == offsetof(user_regs_struct, rip));
static_assert(offsetof(Registers, gs) == offsetof(user_regs_struct, gs));

// TRACE{CLONE,FORK,VFORK}: children of injected calls are traced from their first instruction.
// EXITKILL: the guest dies with its tracer.
constexpr unsigned long kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD |
                                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                   PTRACE_O_EXITKILL;

void* Word(unsigned long value) {
  return reinterpret_cast<void*>(value);
}

}  // namespace

Result<void> Seize(pid_t tid) {
  if (::ptrace(PTRACE_SEIZE, tid, nullptr, Word(kOptions)) != 0) return base::LastErrno();
  return {};
}

bool StopSoon(pid_t tid) {
  return ::ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0;
}

bool Run(pid_t tid, RunTo to) {
  return ::ptrace(to == RunTo::kNextStop ? PTRACE_CONT : PTRACE_SYSCALL, tid, nullptr, nullptr) ==
         0;
}

bool UnblockSignals(pid_t tid) {
  uint64_t none = 0;
  return ::ptrace(static_cast<__ptrace_request>(PTRACE_SETSIGMASK), tid, Word(sizeof(none)),
                  &none) == 0;
}

bool RunWith(pid_t tid, int signal) {
  return ::ptrace(PTRACE_CONT, tid, nullptr, Word(static_cast<unsigned long>(signal))) == 0;
}

bool Listen(pid_t tid) {
  return ::ptrace(PTRACE_LISTEN, tid, nullptr, nullptr) == 0;
}

bool GetRegisters(pid_t tid, Registers* registers) {
  return ::ptrace(PTRACE_GETREGS, tid, nullptr, registers) == 0;
}

bool SetRegisters(pid_t tid, const Registers& registers) {
  return ::ptrace(PTRACE_SETREGS, tid, nullptr, &registers) == 0;
}

Result<size_t> GetExtendedState(pid_t tid, std::span<std::byte> to) {
  iovec range{to.data(), to.size()};
  if (::ptrace(PTRACE_GETREGSET, tid, Word(NT_X86_XSTATE), &range) != 0) return base::LastErrno();
  return range.iov_len;
}

Result<void> SetExtendedState(pid_t tid, std::span<const std::byte> from) {
  iovec range{const_cast<std::byte*>(from.data()), from.size()};
  if (::ptrace(PTRACE_SETREGSET, tid, Word(NT_X86_XSTATE), &range) != 0) return base::LastErrno();
  return {};
}

std::optional<pid_t> NewChild(pid_t tid) {
  unsigned long message = 0;
  if (::ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &message) != 0) return std::nullopt;
  return static_cast<pid_t>(message);
}

std::optional<siginfo_t> SignalInfo(pid_t tid) {
  siginfo_t info;
  std::memset(&info, 0, sizeof(info));
  if (::ptrace(PTRACE_GETSIGINFO, tid, nullptr, &info) != 0) return std::nullopt;
  return info;
}

std::optional<uint64_t> PeekWord(pid_t tid, uint64_t address) {
  errno = 0;
  const long word = ::ptrace(PTRACE_PEEKDATA, tid, Word(address), nullptr);
  if (errno != 0) return std::nullopt;
  return static_cast<uint64_t>(word);
}

bool PokeWord(pid_t tid, uint64_t address, uint64_t word) {
  return ::ptrace(PTRACE_POKEDATA, tid, Word(address), Word(word)) == 0;
}

bool Stop::ended() const {
  return WIFEXITED(status) || WIFSIGNALED(status);
}

bool Stop::at_call() const {
  return WIFSTOPPED(status) && event() == PTRACE_EVENT_SECCOMP;
}

bool Stop::after_call() const {
  return WIFSTOPPED(status) && event() == 0 && WSTOPSIG(status) == (SIGTRAP | 0x80);
}

bool Stop::new_child() const {
  return WIFSTOPPED(status) && (event() == PTRACE_EVENT_CLONE || event() == PTRACE_EVENT_FORK ||
                                event() == PTRACE_EVENT_VFORK);
}

bool Stop::interrupted() const {
  return WIFSTOPPED(status) && event() == PTRACE_EVENT_STOP;
}

bool Stop::group_stop() const {
  return interrupted() && WSTOPSIG(status) == SIGSTOP;
}

int Stop::signal() const {
  return WIFSTOPPED(status) && event() == 0 && !after_call() ? WSTOPSIG(status) : 0;
}

}  // namespace platform::ptracing

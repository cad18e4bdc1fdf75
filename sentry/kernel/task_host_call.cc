// Waits that the host does in the guest's stead (futex): how they end early, and how a thread that
// stands captured takes part in one.
#include <algorithm>
#include <iterator>
#include <optional>

#include "abi/linux/futex.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"

namespace sentry {
namespace {

constexpr uint64_t kBreakpointInstruction = 1;

// Waits on futexes without a time-out are made without the kernel's knowledge (T1).  The
// host starts them again after a capture, so the thread is found in front of the call: a handler
// without SA_RESTART is to end it with EINTR.  A thread that was only about to make that call gets
// the same, as if it had been a little faster.
std::optional<platform::Syscall> UnseenWait(Task& task) {
  const platform::Registers& regs = task.registers();
  if (regs.rax != static_cast<uint64_t>(abi::kSysFutex) || regs.r10 != 0) return std::nullopt;
  platform::Syscall wait{.number = abi::kSysFutex,
                         .args = {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9},
                         .ip = regs.rip + kSyscallInstruction};
  std::byte code[kSyscallInstruction];
  constexpr std::byte kSyscall[] = {std::byte{0x0f}, std::byte{0x05}};
  if (!WaitsInHost(wait) || !task.ReadSome(regs.rip, code).ok()) return std::nullopt;
  if (!std::equal(std::begin(code), std::end(code), kSyscall)) return std::nullopt;
  return wait;
}

}  // namespace

bool WaitsInHost(const platform::Syscall& call) {
  if (call.number == abi::kSysFutexWaitv || call.number == abi::kSysFutexWait) return true;
  if (call.number != abi::kSysFutex) return false;
  int command = static_cast<int>(call.args[1]) & abi::kFutexCmdMask;
  return command == abi::kFutexWait || command == abi::kFutexWaitBitset;
}

// A captured thread is in the platform's hands, where nothing could interrupt it: so it makes the
// call in the guest's own context, at a place from which it comes back by a breakpoint.
void Task::RunInHost() {
  platform::Registers& regs = registers();
  regs.rip = kernel_.platform().CallSite();
  regs.rax = static_cast<uint64_t>(call_.number);
  regs.rdi = call_.args[0], regs.rsi = call_.args[1], regs.rdx = call_.args[2];
  regs.r10 = call_.args[3], regs.r8 = call_.args[4], regs.r9 = call_.args[5];
  SettleOwn(*this);
  state_ = State::kRunning;
  host_call_ = at_call_site_ = true;
  thread_->Resume();
  if (NeedsBoundary()) thread_->Capture();
}

// True when the breakpoint behind that call was hit: it is answered then.
bool Task::FinishRunInHost() {
  if (!at_call_site_) return false;
  const uint64_t site = kernel_.platform().CallSite();
  platform::Registers& regs = registers();
  if (regs.rip != site + kSyscallInstruction + kBreakpointInstruction) return false;
  at_call_site_ = host_call_ = false;
  regs.rip = regs.rcx = call_.ip;
  captured_ = in_call_ = true;
  state_ = State::kCalling;
  CompleteSyscall(regs.rax);
  return true;
}

// A wait in the host (futex) that a capture ended.  The host's own answer was made for our capture,
// which is no signal of the guest's: whether the wait starts again is decided by what happens now.
void Task::NoteHostCallCutShort() {
  platform::Registers& regs = registers();
  const bool host_call = std::exchange(host_call_, false);
  int restart = 0;
  if (host_call && WaitsInHost(call_)) {
    if (std::exchange(at_call_site_, false)) {
      // Before or in the call, or behind it.
      const bool before = regs.rip == kernel_.platform().CallSite();
      regs.rip = regs.rcx = before ? call_.ip - kSyscallInstruction : call_.ip;
      in_call_ = true;
    }
    bool rewound = regs.rip == call_.ip - kSyscallInstruction &&
                   regs.rax == static_cast<uint64_t>(call_.number);
    bool failed = regs.rip == call_.ip && static_cast<int64_t>(regs.rax) == -EINTR;
    // With a time-out Linux restarts only if no handler runs (futex_wait(): restart block).
    if (rewound || failed) restart = rewound ? abi::kERestartSys : abi::kERestartNoHand;
  }
  if (restart == 0 && (host_call || !in_call_)) {
    std::optional<platform::Syscall> wait = UnseenWait(*this);
    if (!wait) return;
    call_ = *wait;
    restart = abi::kERestartSys;
  }
  if (restart == 0) return;
  interrupted_by_ = restart;
  in_call_ = true;
  regs.rip = call_.ip;
  regs.rax = static_cast<uint64_t>(-int64_t{EINTR});
}

}  // namespace sentry

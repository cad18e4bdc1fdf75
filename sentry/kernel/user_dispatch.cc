#include "sentry/kernel/user_dispatch.h"

#include "abi/linux/seccomp.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// The selector is unusable: no handler is asked (force_exit_sig()).
void Die(Task& task, int signal) {
  task.CaptureThen([signal](Task& self) {
    self.group().actions->actions[static_cast<size_t>(signal)].handler = abi::kSigDfl;
    self.SetBlocked(self.blocked & ~abi::SigMask(signal));
    self.ForceSignal(KernelSignal(signal));
    self.Boundary();
  });
}

// trigger_sigsys(), with the registers that the call was made with.
void Trap(Task& task) {
  task.CaptureThen([](Task& self) {
    const platform::Syscall& call = self.call();
    self.registers().rax = static_cast<uint64_t>(call.number);
    self.registers().rip = call.ip;
    abi::SigInfo info{};
    info.si_signo = abi::kSigSys;
    info.si_code = abi::kSysCodeUserDispatch;
    info.fields.sys.call_addr = call.ip;
    info.fields.sys.syscall = static_cast<int32_t>(call.number);
    info.fields.sys.arch = abi::kAuditArchX8664;
    self.ForceSignal(info);
    if (self.kernel().observer != nullptr) self.kernel().observer->OnExit(self, call.number);
    self.Boundary();
  });
}

}  // namespace

// syscall_user_dispatch()
bool DispatchToUser(Task& task) {
  constexpr uint8_t kAllow = 0, kBlock = 1;
  const Task::UserDispatch& range = task.user_dispatch;
  if (task.call().ip - range.offset < range.length) return false;
  if (range.selector != 0) {
    Result<uint8_t> state = task.CopyIn(UserPtr<uint8_t>(range.selector));
    if (state.ok() && *state == kAllow) return false;
    if (!state.ok() || *state != kBlock) {
      Die(task, state.ok() ? abi::kSigSys : abi::kSigSegv);
      return true;
    }
  }
  Trap(task);
  return true;
}

}  // namespace sentry

// The life of a call: notified, dispatched, answered; or continued by the host, or waiting in a
// record, or answered with the thread captured behind it because something is due at the boundary.
#include "platform/answers.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/dispatch.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"
#include "sentry/kernel/user_dispatch.h"

namespace sentry {

void Task::OnSyscall(const platform::Event& event) {
  Serving serving(*this);
  kernel_.current = this;
  // The call that RunInHost() makes has been approved.
  if (at_call_site_ && !event.captured && event.call.number == call_.number) {
    return thread_->ContinueSyscall();
  }
  state_ = State::kCalling;
  at_call_site_ = false;
  call_ = event.call;
  captured_ = event.captured;
  in_call_ = true;
  host_call_ = false;
  interrupted_by_ = 0;
  restart_deadline_ = std::exchange(next_restart_deadline_, std::nullopt);
  if (kernel_.observer != nullptr) kernel_.observer->OnEnter(*this);
  if (group_->exiting) return Boundary();
  if (user_dispatch.on && DispatchToUser(*this)) return;
  if (tracer) return EnterTraced();
  EnterFiltered(false);
}

void Task::CompleteSyscall(Result<uint64_t> result) {
  if (state_ == State::kDead) return;
  if (!result.ok()) {
    switch (result.error().value()) {
      case kErrnoBlocked:
        state_ = State::kBlocked;
        // What interrupts came while the handler ran: it is not in the record's queues.
        if (NeedsBoundary() && !(block_->spec.killable_only && !group_->exiting)) Interrupt();
        if (state_ != State::kBlocked || captured_) return;
        if (auto* resting = dynamic_cast<platform::Resting*>(thread_)) resting->Rest();
        return;
      case kErrnoNoReturn:
        return;
      case kErrnoHost:
        if (captured_ && WaitsInHost(call_)) return RunInHost();
        if (captured_) {
          platform::HostCall host{.number = call_.number, .args = {}};
          std::copy(std::begin(call_.args), std::end(call_.args), std::begin(host.args));
          InjectThen(std::span(&host, 1), [](Task& task, std::span<const int64_t> results) {
            task.CompleteSyscall(static_cast<uint64_t>(results[0]));
          });
          return;
        }
        if (kernel_.observer != nullptr) kernel_.observer->OnExit(*this, kUnknownResult);
        SettleOwn(*this);
        state_ = State::kRunning;
        host_call_ = true;
        thread_->ContinueSyscall();
        // What came while it was handled: the host call is cut short, as it would have been on
        // Linux.
        if (NeedsBoundary()) thread_->Capture();
        return;
      default:
        break;
    }
  }
  uint64_t value = result.ok()
                       ? result.value()
                       : static_cast<uint64_t>(-static_cast<int64_t>(result.error().value()));
  if (!result.ok() && abi::IsRestartCode(result.error().value())) {
    interrupted_by_ = result.error().value();
    value = static_cast<uint64_t>(-int64_t{EINTR});
  } else if (saved_mask_ && !result.Is(EINTR)) {
    // Done before a signal came: the temporary mask lets none in any more
    // (restore_saved_sigmask()).
    SetBlocked(*std::exchange(saved_mask_, std::nullopt));
  }
  if (kernel_.observer != nullptr) kernel_.observer->OnExit(*this, static_cast<int64_t>(value));
  if (tracer && captured_ && tracer->StopsAtExit()) return LeaveTraced(value);
  if (NeedsBoundary() || interrupted_by_ != 0) return AnswerThroughBoundary(value);
  Answer(value);
}

void Task::Answer(uint64_t value) {
  if (seccomp_mode != 0 || tracer || user_dispatch.on)
    WithdrawAnswers(*this);  // Perhaps by this very call.
  if (tracer) LeaveCodeAlone(*this);
  SettleOwn(*this);
  state_ = State::kRunning;
  in_call_ = false;
  if (!captured_) return thread_->FinishSyscall(static_cast<int64_t>(value));
  registers().rax = value;
  thread_->Resume();
}

void Task::AnswerThroughBoundary(uint64_t value) {
  if (!captured_) {
    state_ = State::kLeaving;
    thread_->FinishSyscallAndCapture(static_cast<int64_t>(value));
    return;
  }
  registers().rax = value;
  state_ = State::kCaptured;
  Boundary();
}

void Task::OnCaptured() {
  Serving serving(*this);
  captured_ = true;
  state_ = State::kCaptured;
  if (tracer) ClearForcedStep();
  if (on_capture_) {
    base::UniqueFunction<void(Task&)> then = std::move(on_capture_);
    on_capture_ = nullptr;
    state_ = State::kCalling;
    return then(*this);
  }
  Boundary();
}

// A handler that waited for the host may come here with a task that was killed meanwhile.
void Task::CaptureThen(base::UniqueFunction<void(Task&)> then) {
  if (dead()) return;
  if (captured_) return then(*this);
  on_capture_ = std::move(then);
  state_ = State::kLeaving;
  thread_->FinishSyscallAndCapture(-EINTR);
}

void Task::InjectThen(std::span<const platform::HostCall> calls,
                      base::UniqueFunction<void(Task&, std::span<const int64_t>)> done) {
  if (dead()) return;
  injected_ = std::move(done);
  state_ = State::kInjecting;
  Result<void> started = thread_->Inject(calls);
  if (started.ok()) return;
  injected_ = nullptr;
  state_ = State::kCalling;
  CompleteSyscall(started.error());
}

void Task::OnInjected(platform::Thread& thread) {
  Serving serving(*this);
  if (exec_ != nullptr && exec_->thread == &thread)
    return exec_->mapped ? ExecFinish() : ExecWrite();
  if (state_ != State::kInjecting || &thread != thread_) return;
  state_ = State::kCalling;
  base::UniqueFunction<void(Task&, std::span<const int64_t>)> done = std::move(injected_);
  injected_ = nullptr;
  std::vector<int64_t> results(thread_->InjectedResults().begin(),
                               thread_->InjectedResults().end());
  done(*this, results);
}

}  // namespace sentry

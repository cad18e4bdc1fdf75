// What was asked for, done by the tracer thread to threads that stand still.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "platform/base/log.h"
#include "platform/ptrace/fd_message.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/memory.h"
#include "platform/ptrace/tracer.h"

namespace platform::ptracing {
namespace {

using Kind = Action::Kind;
using State = PtraceThread::State;

constexpr uint64_t kNoCall = ~uint64_t{0};

// The host refuses registers that no user program can have, and with them all others; what the
// kernel asks for may come from a signal frame that the guest wrote.
void Sanitize(Registers& registers) {
  constexpr uint64_t kCode64 = 0x33, kCode32 = 0x23, kData = 0x2b;
  if (registers.cs != kCode32) registers.cs = kCode64;
  registers.ss = kData;
  for (uint64_t* selector : {&registers.ds, &registers.es, &registers.fs, &registers.gs}) {
    if (*selector != kData) *selector = 0;
  }
  if (registers.fs_base >= kTaskSize) registers.fs_base = 0;
  if (registers.gs_base >= kTaskSize) registers.gs_base = 0;
}

bool InVsyscall(const Registers& registers) {
  return (registers.rip & ~(kPageSize - 1)) == kVsyscallPage;
}

uint64_t CloneFlags(const CloneRequest& request) {
  uint64_t flags = request.clear_tid_address != 0 ? CLONE_CHILD_CLEARTID : 0;
  if (request.same_process) {
    return flags | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  }
  if (request.share_memory) flags |= CLONE_VM;
  return flags | CLONE_PARENT | SIGCHLD;  // A child of the Sentry, which reaps it.
}

}  // namespace

void Tracer::PerformAll() {
  while (!posted_.empty()) {
    std::vector<PtraceThread*> round;
    round.swap(posted_);
    for (PtraceThread* thread : round) {
      thread->posted = false;
      Perform(*thread);
      if (thread->tracee.ended && thread->state != State::kDead)
        OnEnd(*thread, thread->tracee.status);
    }
  }
}

void Tracer::Perform(PtraceThread& thread) {
  if (!thread.reachable() || thread.state == State::kLeaving) return;
  if (thread.state == State::kRunning) {
    if (thread.capture_wanted) StopSoon(thread.tracee.tid);
    return;
  }
  Action action = std::exchange(thread.action, {});
  if (action.kind != Kind::kNone) Sanitize(thread.tracee.registers);
  switch (action.kind) {
    case Kind::kNone:
      return;
    case Kind::kFinish:
      return Finish(thread, action.result);
    case Kind::kFinishAndCapture:
      return FinishAndCapture(thread, action.result);
    case Kind::kContinue:
      return Continue(thread);
    case Kind::kResume:
      return Resume(thread);
    case Kind::kInject:
      return Inject(thread, action.calls);
    case Kind::kClone:
      return Clone(thread, action.clone, *action.child);
    case Kind::kExit:
      thread.state = State::kLeaving;
      return caller_.Exit(thread.tracee);
  }
}

void Tracer::LetRun(PtraceThread& thread) {
  const pid_t tid = thread.tracee.tid;
  if (!thread.new_fp.empty()) {
    [[maybe_unused]] Result<void> checked_before = SetExtendedState(tid, thread.new_fp);
    thread.new_fp.clear();
  }
  thread.tracee.registers.orig_rax =
      kNoCall;  // Neither makes nor restarts the call it may stand at.
  SetRegisters(tid, thread.tracee.registers);
  thread.tracee.at_call = false;
  thread.state = State::kRunning;
  if (thread.capture_wanted) StopSoon(tid);
  Run(tid, RunTo::kNextStop);
}

void Tracer::Finish(PtraceThread& thread, int64_t result) {
  InstallAll(thread);
  thread.tracee.registers.rax = static_cast<uint64_t>(result);
  LetRun(thread);
}

void Tracer::FinishAndCapture(PtraceThread& thread, int64_t result) {
  // The host lets nothing but the result be changed there, so the thread has to leave it first.
  if (InVsyscall(thread.tracee.registers)) {
    thread.capture_wanted = true;
    return Finish(thread, result);
  }
  InstallAll(thread);
  thread.tracee.registers.rax = static_cast<uint64_t>(result);
  thread.tracee.registers.orig_rax = kNoCall;
  Captured(thread, {.kind = Event::Kind::kCaptured, .thread = &thread});
}

void Tracer::Continue(PtraceThread& thread) {
  if (thread.state != State::kCalling) return Resume(thread);
  if (!thread.installs.empty()) {
    const int error = InstallAll(thread);
    if (error != 0) return Finish(thread, -error);
    if (!caller_.Reenter(thread.tracee)) return;
  }
  thread.tracee.at_call = false;
  thread.state = State::kRunning;
  if (thread.capture_wanted) StopSoon(thread.tracee.tid);
  Run(thread.tracee.tid, RunTo::kNextStop);
}

void Tracer::Resume(PtraceThread& thread) {
  InstallAll(thread);
  LetRun(thread);
}

int64_t Tracer::CallIn(PtraceThread& thread, int64_t number, const CallArgs& args) {
  return caller_.Call(thread.tracee, number, args).value_or(-ESRCH);
}

void Tracer::Inject(PtraceThread& thread, std::span<const HostCall> calls) {
  InstallAll(thread);
  thread.results.clear();
  for (const HostCall& call : calls) {
    const int64_t result = RunHostCall(thread, call);
    thread.results.push_back(result);
    if (result < 0 && result >= -4095) break;
  }
  if (!thread.tracee.ended) {
    Report(thread, {.kind = Event::Kind::kInjected, .thread = &thread, .captured = true});
  }
}

int64_t Tracer::RunHostCall(PtraceThread& thread, const HostCall& call) {
  CallArgs args;
  std::memcpy(args.data(), call.args, sizeof(call.args));
  if (call.fd_arg < 0) return CallIn(thread, call.number, args);
  const int64_t number = GiveFd(thread, call.host_fd);
  if (number < 0) return number;
  args.at(static_cast<size_t>(call.fd_arg)) = static_cast<uint64_t>(number);
  const int64_t result = CallIn(thread, call.number, args);
  CallIn(thread, SYS_close, {static_cast<uint64_t>(number)});
  return result;
}

int Tracer::InstallAll(PtraceThread& thread) {
  int64_t result = 0;
  for (const auto& [fd, number] : thread.installs) {
    if (result >= 0) result = InstallOne(thread, fd.get(), number);
  }
  thread.installs.clear();
  return result < 0 ? static_cast<int>(-result) : 0;
}

int64_t Tracer::InstallOne(PtraceThread& thread, int host_fd, int number) {
  if (thread.tracee.at_call && InVsyscall(thread.tracee.registers)) return -EINVAL;
  const auto target = static_cast<uint64_t>(number);
  if (int& socket = thread.process->socket_number; number == socket) {
    const int64_t moved = CallIn(thread, SYS_fcntl, {target, F_DUPFD, target + 1});
    if (moved < 0) return moved;
    socket = static_cast<int>(moved);
  }
  const int64_t given = GiveFd(thread, host_fd);
  if (given < 0 || given == number) return given;
  const int64_t result = CallIn(thread, SYS_dup2, {static_cast<uint64_t>(given), target});
  CallIn(thread, SYS_close, {static_cast<uint64_t>(given)});
  return result;
}

// Gives the stub a descriptor of ours, at the lowest free number.  The number is read from memory
// that other threads of the guest can write to: a wrong one names another descriptor of that stub,
// nothing worse.
int64_t Tracer::GiveFd(PtraceThread& thread, int host_fd) {
  const pid_t tid = thread.tracee.tid;
  FdMessage message;
  if (Result<void> sent = message.Send(zygote_.socket.get(), host_fd); !sent.ok()) {
    return -sent.error().value();
  }
  message.PrepareToReceive(kScratchPage);
  const std::span<std::byte> block = message.bytes();
  int64_t result = -EFAULT;
  if (WriteProcess(tid, kScratchPage, block).value_or(0) == block.size()) {
    const auto socket = static_cast<uint64_t>(thread.process->socket_number);
    result = CallIn(thread, SYS_recvmsg, {socket, kScratchPage, MSG_DONTWAIT});
  }
  if (result != 1) {
    char dropped;  // Else the next one to ask would get it.
    ::recv(zygote_.stub_socket.get(), &dropped, 1, MSG_DONTWAIT);
    return result < 0 ? result : -EBADF;
  }
  if (ReadProcess(tid, kScratchPage, block).value_or(0) != block.size()) return -EFAULT;
  const Result<int> received = message.received();
  return received.ok() ? received.value() : -received.error().value();
}

void Tracer::Clone(PtraceThread& parent, const CloneRequest& request, PtraceThread& child) {
  InstallAll(parent);
  std::optional<Caller::Child> made =
      caller_.Clone(parent.tracee, CloneFlags(request), request.clear_tid_address);
  Event event{.kind = Event::Kind::kCloned, .thread = &parent, .captured = true};
  if (!made) event.error = ESRCH;
  if (made && made->result < 0) event.error = static_cast<int>(-made->result);
  if (event.error != 0) {
    child.state = State::kDead;
    parent.failed_child = &child;
    child.failed_parent = &parent;
    if (child.released) Bury(child);
    return Report(parent, event);
  }
  Report(parent, event);
  Adopt(child, made->tracee);
  if (made->tracee.ended) return OnEnd(child, made->tracee.status);
  if (child.process->killed) {
    ::syscall(SYS_tkill, child.tracee.tid, SIGKILL);
    return;
  }
  StartChild(child, request);
}

void Tracer::StartChild(PtraceThread& child, const CloneRequest& request) {
  if (request.set_tid_address != 0) {
    // As on Linux, a bad address is the child's own misfortune.
    [[maybe_unused]] Result<size_t> ignored =
        WriteProcess(child.tracee.tid, request.set_tid_address,
                     std::as_bytes(std::span(&request.set_tid_value, 1)));
  }
  child.tracee.registers = request.registers;
  Sanitize(child.tracee.registers);
  LetRun(child);
}

}  // namespace platform::ptracing

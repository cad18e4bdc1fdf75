// One notification: who sent it, what it means in the sender's state, and whether the kernel hears
// of it.
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "platform/base/log.h"
#include "platform/notify/backend.h"
#include "platform/notify/signals.h"

namespace platform::notify {
namespace {

// They come with all registers (filter.cc).  From the shim's own addresses they are somebody's try.
bool IsTrapped(int number) {
  return number == SYS_clone || number == SYS_clone3 || number == SYS_fork || number == SYS_vfork ||
         number == SYS_rt_sigreturn;
}

Syscall ToCall(const seccomp_notif& n) {
  Syscall call;
  call.number = n.data.nr;
  std::copy(std::begin(n.data.args), std::end(n.data.args), call.args);
  call.ip = n.data.instruction_pointer;
  return call;
}

}  // namespace

bool Backend::IsAt(const seccomp_notif& n, int number, uint32_t site) const {
  return n.data.nr == number && n.data.instruction_pointer == region_->Site(site);
}

// A thread that the kernel let run stands still with all its registers.
bool Backend::BringsFrame(const seccomp_notif& n) const {
  return IsRing(n) || IsAt(n, SYS_clone, region_->code().quick_site);
}

bool Backend::IsRing(const seccomp_notif& n) const {
  return IsAt(n, SHIM_DOORBELL, region_->code().doorbell_site);
}

StubThread* Backend::Find(pid_t tid) {
  const auto it = threads_.find(tid);
  return it == threads_.end() ? nullptr : it->second;
}

std::optional<Event> Backend::Dispatch(const seccomp_notif& n) {
  StubThread* t = Find(static_cast<pid_t>(n.pid));
  if (t == nullptr || t->process_->killed) [[unlikely]] {
    // A thread of a killed process, or a new one, which may have got the id of such a thread.
    t = Greet(n);
    if (t != nullptr) return OnHello(t, n);
    t = FindQuiet(n);
    if (t != nullptr) return OnRunning(t, n);
    if (Find(static_cast<pid_t>(n.pid)) != nullptr) return std::nullopt;
    LOG_WARNING("notification of unknown thread %u: killed (call %d at %llx+%llx)", n.pid,
                n.data.nr, (unsigned long long)region_->code_start(),
                (unsigned long long)(n.data.instruction_pointer - region_->code_start()));
    ::kill(static_cast<pid_t>(n.pid), SIGKILL);
    return std::nullopt;
  }
  // What it does with all its registers may leave it with company.
  if (t == watched_ && BringsFrame(n)) EndWatch();
  switch (t->state_) {
    case State::kRunning:
      return OnRunning(t, n);
    case State::kBooting:
      return OnBooting(t, n);
    case State::kParking:
      if (IsRing(n) && n.data.args[0] == SHIM_RING_PARKED) return OnParked(t, n);
      return Hostile(t, "does not park");
    case State::kRinging:
      return OnRang(t, n);
    case State::kDozing:
      return OnDozing(t, n);
    case State::kResting:
      return OnWoken(t, n);
    case State::kInSlot:
      return OnCame(t, n);
    case State::kInjecting:
      return OnInjecting(t, n);
    case State::kCloning:
      return OnCloning(t, n);
    case State::kExiting:
      return OnExiting(t, n);
    default:
      return Hostile(t, "calls while it waits");
  }
}

// Does nothing but to kill: the death is reported when it happened.
std::optional<Event> Backend::Hostile(StubThread* t, const char* what) {
  LOG_INFO("stub thread %d %s: killed", t->tid_, what);
  SendKill(*t->process_);
  return std::nullopt;
}

std::optional<Event> Backend::OnRunning(StubThread* t, const seccomp_notif& n) {
  if (BringsFrame(n)) return OnSignal(t, n);
  t->crossed_.valid = false;
  if (t->exit_wanted_ || IsTrapped(n.data.nr)) [[unlikely]] {
    listener_.Reply(n.id, -ENOSYS);
    return std::nullopt;
  }
  t->state_ = State::kCalling;
  t->notification_ = n.id;
  t->call_ = ToCall(n);
  t->OpenWindow();
  if (t->TakeReissue(n)) [[unlikely]] {
    t->state_ = State::kRunning;
    listener_.Continue(n.id);
    return std::nullopt;
  }
  if (t->published_ || t->process_->lends || watcher_.possible()) {
    const bool watchable = rewriter_.Note(*t, watcher_.possible() ? watcher_.hot_site() : 0);
    if (!t->process_->memory->call_sites.empty()) watcher_.OnReported(*t, watchable);
  }
  return Event{.kind = Event::Kind::kSyscall, .thread = t, .captured = false, .call = t->call_};
}

// The handler rang: a frame lies in the slot.
bool Backend::TakeFrame(StubThread* t, const seccomp_notif& n, SignalFrame* frame) {
  const bool rings = IsRing(n);
  const uint64_t at = n.data.args[rings ? 1 : 4];
  if (!t->frame_area().Read(at, frame) || !(rings || TakeQuickClone(t, n))) return false;
  // What the thread had put into its slot for a call may be too old when it makes that.
  __atomic_store_n(&t->header()->call.in, 0u, __ATOMIC_RELAXED);
  t->ShutWindow();
  t->frame_ = at;
  t->fp_ = frame->context.uc_mcontext.fpstate;
  Registers& regs = t->registers_;
  LoadRegisters(frame->context.uc_mcontext, &regs);
  if (fsgsbase_) {
    const abi::stub::SlotHeader* const header = t->header();
    regs.fs_base = rings ? n.data.args[2] : __atomic_load_n(&header->fs_base, __ATOMIC_RELAXED);
    regs.gs_base = rings ? n.data.args[3] : __atomic_load_n(&header->gs_base, __ATOMIC_RELAXED);
  } else {
    t->host_bases_ = t->stored_bases_;  // It ran with these.
  }
  t->state_ = State::kCaptured;
  t->notification_ = n.id;
  t->at_clone_ = !rings;
  return true;
}

std::optional<Event> Backend::OnSignal(StubThread* t, const seccomp_notif& n) {
  SignalFrame frame;
  if (!TakeFrame(t, n, &frame)) return Hostile(t, "has a bad signal frame");
  t->reissue_ = false;
  Registers& regs = t->registers_;
  const int signal = t->at_clone_ ? SIGSYS : static_cast<int>(n.data.args[0]);
  const abi::SigInfo& info = frame.info;
  if (t->exit_wanted_) {
    t->StartExit();
    return std::nullopt;
  }
  if (rewriter_.LeaveRewritten(*t, info)) {
    t->ResumeLocked();
    return std::nullopt;
  }
  if (signal == kKick) return OnKick(t);
  t->crossed_.valid = false;
  if (signal == SIGSYS && info.si_code == abi::kSysCodeSeccomp) {
    t->call_ = {.number = static_cast<int64_t>(regs.rax),
                .args = {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9},
                .ip = regs.rip};
    regs.orig_rax = regs.rax;
    if (t->process_->lends && t->call_.number == SYS_rt_sigreturn) {
      rewriter_.NoteReturn(*t);
    } else if (t->process_->sites_waiting) {
      rewriter_.RewriteWaiting(*t);
    }
    return Event{.kind = Event::Kind::kSyscall, .thread = t, .captured = true, .call = t->call_};
  }
  // si_code is positive for what the processor raised; anything else somebody sent from outside:
  // ignored.
  const bool is_fault = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                        signal == SIGILL || signal == SIGTRAP;
  if (is_fault && info.si_code > 0) {
    const Fault fault = {.signal = signal,
                         .code = info.si_code,
                         .address = info.fields.fault.addr,
                         .trap_number = frame.context.uc_mcontext.trapno,
                         .error_code = frame.context.uc_mcontext.err};
    return Event{.kind = Event::Kind::kFault, .thread = t, .captured = true, .fault = fault};
  }
  t->ResumeLocked();
  return std::nullopt;
}

std::optional<Event> Backend::OnKick(StubThread* t) {
  const StubThread::CrossedAnswer crossed = std::exchange(t->crossed_, {});
  if (!t->kick_sent_) {  // Not ours.
    t->ResumeLocked();
    return std::nullopt;
  }
  t->kick_sent_ = false;
  t->kick_age_ = 0;
  Registers& regs = t->registers_;
  // Linux before 6.17 can lose an answer that a signal crosses and restart the call, which was done
  // already.
  if (crossed.valid && regs.rip == crossed.call.ip - 2 &&
      regs.rax == static_cast<uint64_t>(crossed.call.number)) {
    regs.rip = regs.rcx = crossed.call.ip;
    regs.rax = static_cast<uint64_t>(crossed.result);
  }
  return Event{.kind = Event::Kind::kCaptured, .thread = t, .captured = true};
}

std::optional<Event> Backend::OnBooting(StubThread* t, const seccomp_notif& n) {
  if (n.data.nr == SYS_close_range && n.data.args[2] == CLOSE_RANGE_UNSHARE) {
    listener_.Continue(n.id);
    return std::nullopt;
  }
  if (IsRing(n) && n.data.args[0] == SHIM_RING_PARKED) return OnParked(t, n);
  return Hostile(t, "does not boot");
}

std::optional<Event> Backend::OnExiting(StubThread* t, const seccomp_notif& n) {
  if (!IsAt(n, SYS_exit, region_->code().exit_site)) return Hostile(t, "does not exit");
  Bury(t);  // First: its id can be used again as soon as it is gone.
  listener_.Continue(n.id);
  return std::nullopt;
}

}  // namespace platform::notify

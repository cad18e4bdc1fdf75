// Calls that wait for long.  The host keeps open notifications in a list that it walks at every
// receive and every answer, so thousands of waiting threads would make all others slow.  Beyond a
// few, a waiting thread is taken out of its call, by a kick whose frame has all registers, and
// sleeps in the shim on a word of its slot; the answer goes into the frame.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/notify/backend.h"
#include "platform/notify/signals.h"

namespace platform::notify {
namespace {

constexpr unsigned kFewWaits = 256;  // A walk over them costs less than going to sleep and back.
constexpr uint64_t kSyscallSize = 2;

}  // namespace

bool StubThread::MakesTheCall(const seccomp_notif& n) const {
  return n.data.nr == call_.number && n.data.instruction_pointer == call_.ip &&
         std::equal(std::begin(call_.args), std::end(call_.args), std::begin(n.data.args));
}

void StubThread::Rest() {
  base::MutexLock lock(&backend_.mu_);
  ShutWindow();
  if (state_ == State::kInSlot) {
    rest_wanted_ = true;
    return Summon();
  }
  if (state_ == State::kCalling) RestLocked();
}

void StubThread::RestLocked() {
  if (waits_openly_) return;
  if (backend_.open_waits_ < kFewWaits) {
    ++backend_.open_waits_;
    waits_openly_ = true;
    return;
  }
  early_answer_.reset();
  reissue_ = false;
  const bool wanted = capture_wanted_;
  Kick();  // It is pending until the call returns.
  capture_wanted_ = wanted;
  Answer(-EINTR, State::kDozing);
}

void StubThread::EndOpenWait() {
  if (std::exchange(waits_openly_, false)) --backend_.open_waits_;
}

std::optional<Event> Backend::OnDozing(StubThread* t, const seccomp_notif& n) {
  if (!IsRing(n)) {
    // Linux before 6.17 can lose an answer that a signal crosses and restart the call.
    if (!t->MakesTheCall(n)) return Hostile(t, "does not come to rest");
    listener_.Reply(n.id, -EINTR);
    return std::nullopt;
  }
  SignalFrame frame;
  if (!TakeFrame(t, n, &frame)) return Hostile(t, "has a bad signal frame");
  if (n.data.args[0] != kKick) {  // Somebody's from outside; the kick comes next.
    t->StoreFrame();
    t->Answer(SHIM_DO_RESUME, State::kDozing);
    return std::nullopt;
  }
  t->kick_sent_ = false;
  t->kick_age_ = 0;
  if (t->exit_wanted_) {
    t->StartExit();
    return std::nullopt;
  }
  Registers& regs = t->registers_;
  regs.rip = regs.rcx = t->call_.ip;
  regs.rax = static_cast<uint64_t>(-int64_t{EINTR});
  if (t->reissue_) {
    t->SetUpReissue();
    t->ResumeLocked();
    return std::nullopt;
  }
  if (!t->early_answer_) {
    t->StoreFrame();
    t->SendToRest();
    return std::nullopt;
  }
  regs.rax = static_cast<uint64_t>(*std::exchange(t->early_answer_, std::nullopt));
  if (std::exchange(t->capture_wanted_, false)) {
    return Event{.kind = Event::Kind::kCaptured, .thread = t, .captured = true};
  }
  t->ResumeLocked();
  return std::nullopt;
}

// By another guest thread's doing.
std::optional<Event> Backend::OnWoken(StubThread* t, const seccomp_notif& n) {
  if (!IsRing(n) || n.data.args[0] != SHIM_RING_AGAIN) return Hostile(t, "does not rest");
  t->notification_ = n.id;
  t->SendToRest();
  return std::nullopt;
}

void StubThread::SendToRest() {
  __atomic_store_n(&header()->rest, 0U, __ATOMIC_RELAXED);
  Answer(SHIM_DO_REST, State::kResting);
}

void StubThread::LeaveRest(uint32_t how, State next) {
  StoreFrame();
  Run();
  state_ = next;
  uint32_t* const word = &header()->rest;
  __atomic_store_n(word, how, __ATOMIC_RELEASE);
  ::syscall(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// The answer of a call that is not open any more; false: it is.
bool StubThread::FinishRest(int64_t result, bool capture) {
  if (state_ == State::kDozing) {
    early_answer_ = result;
    capture_wanted_ |= capture;
    return true;
  }
  if (state_ != State::kResting) return false;
  registers_.rax = static_cast<uint64_t>(result);
  capture |= std::exchange(capture_wanted_, false);
  if (capture) {
    LeaveRest(SHIM_REST_RING, State::kRinging);
  } else {
    LeaveRest(SHIM_REST_RESUME, State::kRunning);
  }
  return true;
}

void StubThread::SetUpReissue() {
  registers_.rip = call_.ip - kSyscallSize;
  registers_.rax = static_cast<uint64_t>(call_.number);
}

// The host is to execute it after all: the thread makes it once more.
bool StubThread::ReissueCall() {
  if (state_ != State::kDozing && state_ != State::kResting) return false;
  reissue_ = true;
  if (state_ == State::kDozing) return true;
  SetUpReissue();
  LeaveRest(SHIM_REST_RESUME, State::kRunning);
  if (capture_wanted_) Kick();
  return true;
}

bool StubThread::TakeReissue(const seccomp_notif& n) {
  return std::exchange(reissue_, false) && MakesTheCall(n);
}

// The thread rings because it was told to.
std::optional<Event> Backend::OnRang(StubThread* t, const seccomp_notif& n) {
  if (!IsRing(n) || n.data.args[0] != SHIM_RING_AGAIN) return Hostile(t, "does not ring again");
  t->state_ = State::kCaptured;
  t->notification_ = n.id;
  t->reissue_ = false;
  if (t->exit_wanted_) {
    t->StartExit();
    return std::nullopt;
  }
  return Event{.kind = Event::Kind::kCaptured, .thread = t, .captured = true};
}

}  // namespace platform::notify

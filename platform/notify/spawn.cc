// New stubs.  The first one makes the zygote before it takes its first guest; the zygote never runs
// guest code and makes all others: parked ones for NewProcess().  Guest threads clone themselves
// (StubThread::Clone).
#include <sched.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "platform/base/log.h"
#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using base::Errno;

constexpr uint64_t kParkedChild = SHIM_CHILD_NEW_MEMORY | SHIM_CHILD_NEW_PROCESS | SHIM_CHILD_PARK;

}  // namespace

Result<base::Ref<StubProcess>> Backend::NewStubProcess() {
  auto process = base::MakeRef<StubProcess>();
  process->memory = base::MakeRef<StubMemory>(*region_);
  return process;
}

Result<StubThread*> Backend::NewThread(base::Ref<StubProcess> process, State state,
                                       uint32_t wanted_slot) {
  const StubMemory::Slot slot = TRY(process->memory->TakeSlot(wanted_slot));
  auto* t = new StubThread(*this, process, slot, state);
  process->threads.push_back(*t);
  if (state == State::kArriving) unborn_[slot.number] = t;
  return t;
}

Result<StubThread*> Backend::NewParkedStub() {
  if (zygote_state_ == ZygoteState::kGone) return Errno(EAGAIN);
  StubThread* t = TRY(NewParkedThread());
  wanted_.push_back(t);
  return t;
}

Result<StubThread*> Backend::NewParkedThread() {
  base::Ref<StubProcess> process = TRY(NewStubProcess());
  process->internal = true;
  StubThread* t = TRY(NewThread(std::move(process), State::kArriving));
  t->parks_ = true;
  return t;
}

void Backend::FeedZygote() {
  while (zygote_ != nullptr && zygote_->state_ == State::kCaptured && !wanted_.empty()) {
    StubThread* child = wanted_.front();
    wanted_.pop_front();
    if (child->process_->killed) {
      Bury(child);
      continue;
    }
    StartClone(zygote_, child, {.flags = kNewProcessFlags, .bits = kParkedChild});
  }
}

// Called when a guest forks, not when the pool was used: a single program needs no second stub.
void Backend::Refill() {
  size_t missing = options_.pool_size > pool_.size() ? options_.pool_size - pool_.size() : 0;
  for (; missing > 0; --missing) {
    Result<StubThread*> made = NewParkedStub();
    if (!made.ok()) break;
    pool_.push_back(*made);
  }
  FeedZygote();
}

std::optional<Event> Backend::OnParked(StubThread* t, const seccomp_notif& n) {
  t->state_ = State::kCaptured;
  t->notification_ = n.id;
  if (t == coming_zygote_) {
    coming_zygote_ = nullptr;
    zygote_ = t;
    FeedZygote();
    return std::nullopt;
  }
  if (t->slot_ == 0 && zygote_state_ == ZygoteState::kComing && coming_zygote_ == nullptr) {
    Result<StubThread*> zygote = NewParkedThread();
    if (zygote.ok()) {
      coming_zygote_ = *zygote;
      StartClone(t, *zygote, {.flags = kNewProcessFlags, .bits = kParkedChild});
      return std::nullopt;
    }
    LOG_WARNING("no zygote: there will be no second process");
    zygote_state_ = ZygoteState::kGone;
  }
  return HandOver(t);
}

// A parked stub that the kernel may have asked for something already.
std::optional<Event> Backend::HandOver(StubThread* t) {
  if (t->process_->killed) {
    SendKill(*t->process_);
  } else if (!t->ops_.empty()) {
    t->StartOps();
  } else if (t->resume_wanted_) {
    t->ResumeLocked();
  }
  return std::nullopt;
}

void Backend::ForgetRole(StubThread* t) {
  pool_.erase(std::remove(pool_.begin(), pool_.end(), t), pool_.end());
  wanted_.erase(std::remove(wanted_.begin(), wanted_.end(), t), wanted_.end());
  if (first_ == t) first_ = nullptr;
  if (zygote_ != t && coming_zygote_ != t) return;
  zygote_ = coming_zygote_ = nullptr;
  if (!t->process_->killed && !shutting_down_) LOG_WARNING("the zygote died");
  for (StubThread* other : pool_) {
    if (other->state_ != State::kCaptured) continue;
    zygote_ = other;
    pool_.erase(std::remove(pool_.begin(), pool_.end(), other), pool_.end());
    return FeedZygote();
  }
  zygote_state_ = ZygoteState::kGone;
  for (StubThread* waiting : std::exchange(wanted_, {})) ForgetThread(waiting, SIGKILL);
}

}  // namespace platform::notify

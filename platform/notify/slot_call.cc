// Calls through the slot (SlotCall): watched for, taken, answered, and what becomes of one that has
// to wait: the thread comes and makes it in the host, where it sleeps as any other.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/notify/backend.h"
#include "platform/notify/packed_flags.h"
#include "platform/patch/site.h"

namespace platform::notify {
namespace {

bool Change(abi::stub::SlotCall& call, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(&call.state, &from, to, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED);
}

}  // namespace

uint64_t Backend::CallsInSlots() {
  base::MutexLock lock(&mu_);
  return watcher_.all_taken();
}

// An answer is about to wake the thread, whose slot is to be watched from then on, or not.
void Backend::ConsiderWatching(StubThread* t) {
  if (t->process_->memory->call_sites.empty()) return;
  rewriter_.LetUseSlot(*t);
  if (!watcher_.OnAnswer(*t) || t->kick_sent_ || !OnlyRuns(*t)) {
    if (watched_ == t) EndWatch();
  } else if (receiver_.load() != 0) {
    // Whoever might look sleeps in the host, because this answer took its time.
    if (watched_ == t) StopLooking();
  } else if (watcher_.Begin()) {
    Watch(t);
  } else if (watched_ == t) {
    EndWatch();
  }
}

// Of all that the kernel knows: others would wait for us while we spin.  Threads of the same
// process may be in the host's futex(2): whether one runs is for the host to say (Watcher::Begin).
bool Backend::OnlyRuns(const StubThread& t) const {
  if (t.header()->call.owned != SHIM_CALL_IS_OWNED) return false;
  if (watched_ == &t) return true;  // Who runs besides ends that.
  constexpr size_t kMany = 64;
  return threads_.size() <= kMany && std::ranges::none_of(threads_, [&t](const auto& entry) {
           return entry.second->process_ != t.process_ && entry.second->state_ == State::kRunning;
         });
}

void Backend::Watch(StubThread* t) {
  if (watched_ != t) {
    if (watched_ != nullptr) StopLooking();
    // From here on the thread runs on another processor than this one, which keeps spinning.
    listener_.SetSyncWakeUp(false);
    watched_ = t;
  }
  t->OfferSpace();
  watcher_.ExpectOthers(!Rewriter::IsAlone(*t));
  abi::stub::SlotCall& call = t->header()->call;
  __atomic_store_n(&call.watch, uint32_t{SHIM_CALL_WATCHED}, __ATOMIC_SEQ_CST);
  watched_call_.store(&call);
}

// The thread makes its calls in the host until it gets another answer.
void Backend::StopLooking() {
  watched_call_.store(nullptr);
  __atomic_store_n(&watched_->header()->call.watch, 0u, __ATOMIC_SEQ_CST);
}

void Backend::EndWatch() {
  StopLooking();
  watched_ = nullptr;
  watcher_.End();
  listener_.SetSyncWakeUp(true);
}

std::optional<Event> Backend::OnAwaited(const abi::stub::SlotCall& call, Watcher::Awaited what) {
  if (watched_ == nullptr || &watched_->header()->call != &call) return std::nullopt;
  StubThread* const t = watched_;
  watcher_.OnAwaited(what);
  // Whoever stops looking looks once more.
  if (what != Watcher::Awaited::kCall) StopLooking();
  return TakeCall(t);
}

std::optional<Event> Backend::TakeCall(StubThread* t) {
  abi::stub::SlotCall& call = t->header()->call;
  if (t->state_ != State::kRunning || t->kick_sent_ || t->exit_wanted_ || t->reissue_ ||
      !Change(call, SHIM_CALL_MADE, SHIM_CALL_TAKEN)) {
    return std::nullopt;
  }
  Syscall made;
  made.number = __atomic_load_n(&call.number, __ATOMIC_RELAXED);
  made.ip = UnpackAddress(__atomic_load_n(&call.ip, __ATOMIC_RELAXED));
  for (size_t i = 0; i < std::size(made.args); ++i) {
    made.args[i] = __atomic_load_n(&call.args[i], __ATOMIC_RELAXED);
  }
  if (!Rewriter::GoesThroughSlot(made.number)) {  // Nobody's but the guest's own doing.
    Change(call, SHIM_CALL_TAKEN, SHIM_CALL_COME);
    return std::nullopt;
  }
  watched_call_.store(nullptr);  // Until it has its answer there is nothing to see.
  watcher_.OnTaken();
  t->call_ = made;
  t->OpenWindow();
  t->OpenBytes();
  t->crossed_.valid = false;
  t->early_answer_.reset();
  t->rest_wanted_ = false;
  t->state_ = State::kInSlot;
  return Event{.kind = Event::Kind::kSyscall, .thread = t, .captured = false, .call = made};
}

void StubThread::Summon() {
  Change(header()->call, SHIM_CALL_TAKEN, SHIM_CALL_COME);
}

void StubThread::WaitForHost() {
  base::MutexLock lock(&backend_.mu_);
  ShutWindow();
  if (state_ == State::kInSlot) Summon();
}

void StubThread::FinishInSlot(int64_t result) {
  backend_.mu_.AssertHeld();
  abi::stub::SlotCall& call = header()->call;
  if (!capture_wanted_) {
    backend_.ConsiderWatching(this);
    __atomic_store_n(&call.result, out_failed_ ? -int64_t{EFAULT} : result, __ATOMIC_RELAXED);
    __atomic_store_n(&call.out_address, out_address_, __ATOMIC_RELAXED);
    const auto from = OutBytes().data() - reinterpret_cast<std::byte*>(header());
    __atomic_store_n(&call.out_from, static_cast<int32_t>(from), __ATOMIC_RELAXED);
    __atomic_store_n(&call.out, static_cast<uint32_t>(out_size_), __ATOMIC_RELAXED);
    if (Change(call, SHIM_CALL_TAKEN, SHIM_CALL_ANSWERED)) {
      out_size_ = 0;
      out_failed_ = false;
      Run();
      state_ = State::kRunning;
      return;
    }
  }
  // It comes, or is told to.
  Summon();
  early_answer_ = StoreOutFor(result);
  backend_.reaper_.StartTicks();
}

// The host is to execute it: the thread makes it there.
void StubThread::ReissueInSlot() {
  Summon();
  state_ = State::kRunning;
  reissue_ = true;
  if (capture_wanted_) Kick();
}

// The thread comes for the answer, or for the wait.
std::optional<Event> Backend::OnCame(StubThread* t, const seccomp_notif& n) {
  t->notification_ = n.id;
  if (IsRing(n)) {
    // Somebody's signal from outside, or a fault of the guest's own making.
    SignalFrame frame;
    if (!TakeFrame(t, n, &frame)) return Hostile(t, "has a bad signal frame");
    rewriter_.LeaveCall(*t, frame.info);
    __atomic_store_n(&t->header()->call.state, uint32_t{SHIM_CALL_WAITING}, __ATOMIC_RELEASE);
    t->StoreFrame();
    t->Answer(SHIM_DO_RESUME, State::kInSlot);
    return std::nullopt;
  }
  // What the kernel makes of the call may be that the host executes it.
  if (!t->MakesTheCall(n)) return Hostile(t, "makes another call");
  t->state_ = State::kCalling;
  if (t->early_answer_) {
    t->FinishCall(*std::exchange(t->early_answer_, std::nullopt));
  } else if (t->rest_wanted_) {
    t->RestLocked();
  }
  return std::nullopt;
}

// What the call's number, its site and the flags were, while they are in registers only.
uint64_t Rewriter::LeaveEntry(StubThread& t) const {
  Registers& regs = t.registers_;
  const abi::stub::ShimState& state = StateAt(regs.rip);
  const uint64_t r11 = regs.r11;
  switch (state.number) {
    case SHIM_NUMBER_IN_ECX:
      regs.rax = regs.rcx & 0xffffffff;
      break;
    case SHIM_NUMBER_IN_R11:
      regs.rax = r11 & 0xffff;
      break;
    case SHIM_NUMBER_IN_HIGH_RAX:
      regs.rax >>= 32;
      break;
    default:
      break;
  }
  if (state.state == SHIM_STATE_PLAIN) return r11;
  if (state.state == SHIM_STATE_PACKED) UnpackFlags(r11 & 0xffff, &regs);
  return UnpackAddress(r11);
}

// Back to the call, or to its end when it was answered: nobody sees anything in between.
bool Rewriter::LeaveCall(StubThread& t, const abi::SigInfo& info) {
  Registers& regs = t.registers_;
  const abi::stub::ShimHeader& code = region_.code();
  abi::stub::SlotCall& shared = t.header()->call;
  const abi::stub::SlotCall call = shared;
  const auto past = [&](uint32_t label) { return regs.rip >= region_.Site(label); };
  if (!past(code.call_first) || past(code.call_end)) return false;
  constexpr uint64_t kZero = 0x40;  // A flag.
  const bool took = (past(code.call_took) && !past(code.call_another)) ||
                    (regs.rip == region_.Site(code.call_offered) && (regs.eflags & kZero) != 0);
  uint64_t behind = 0;
  if (past(code.call_stored)) {
    behind = UnpackAddress(call.ip);
    UnpackFlags(call.ip & 0xffff, &regs);
    regs.rax = call.number;
  } else {
    behind = LeaveEntry(t);
  }
  const bool answered = past(code.call_made) && call.state == SHIM_CALL_ANSWERED;
  if (past(code.call_kept)) {
    regs.rdi = call.args[0];
    regs.rsi = call.args[1];
  }
  if (took) {
    regs.rax = static_cast<uint64_t>(call.result);
    regs.rip = regs.rcx = behind;
  } else if (answered) {
    regs.rax = static_cast<uint64_t>(StoreAnswer(t, call));
    regs.rip = regs.rcx = behind;
  } else {
    regs.rip = behind - patch::kSyscallSize;
    __atomic_store_n(&shared.state, uint32_t{SHIM_CALL_NONE}, __ATOMIC_RELEASE);
  }
  return MendFault(t, info);
}

// What the thread may not have stored in full, or cannot.
int64_t Rewriter::StoreAnswer(StubThread& t, const abi::stub::SlotCall& call) {
  const std::span<const std::byte> window = t.OutBytes();
  if (call.out == 0) return call.result;
  const std::span<const std::byte> bytes = window.first(std::min<size_t>(call.out, window.size()));
  const Result<size_t> stored = t.WriteMemory(call.out_address, bytes);
  return stored.ok() && *stored == bytes.size() ? call.result : -int64_t{EFAULT};
}

}  // namespace platform::notify

#include "platform/notify/stub_thread.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "abi/linux/prctl.h"
#include "platform/notify/backend.h"
#include "platform/notify/signals.h"

namespace platform::notify {
namespace {

using base::Errno;
using base::MutexLock;

Registers CleanRegisters() {
  Registers registers = {};
  registers.cs = 0x33;
  registers.ss = 0x2b;
  registers.eflags = 0x202;
  registers.orig_rax = ~uint64_t{0};
  return registers;
}

}  // namespace

StubThread::StubThread(Backend& backend, base::Ref<StubProcess> process,
                       const StubMemory::Slot& slot, State state)
    : backend_(backend),
      process_(std::move(process)),
      slot_(slot.number),
      slot_open_(slot.open),
      state_(state),
      registers_(CleanRegisters()) {
  UseOwnFrame();
  // The slot's last thread was another one.
  header()->answers.valid = header()->own.valid = 0;
  header()->quick.child = 0;
  header()->call.space = 0;
  header()->call.watch = header()->call.owned = header()->call.in = header()->call.prepared = 0;
}

FrameArea StubThread::frame_area() const {
  return FrameArea(backend_.region_->SlotAddress(slot_), backend_.fp_format_);
}

abi::stub::SlotHeader* StubThread::header() const {
  return backend_.region_->Header(slot_);
}

void StubThread::UseOwnFrame() {
  frame_ = frame_area().OwnFrame();
  fp_ = 0;
}

void StubThread::StoreFrame() {
  if (table_key_ != 0 && registers_.fs_base != table_key_) backend_.rewriter_.GiveUpTable(*this);
  frame_area().Write(frame_, registers_, fp_);
  abi::stub::SlotHeader* to = header();
  to->frame = frame_ + offsetof(SignalFrame, context);
  // The shim would fault on one that is not canonical.
  stored_bases_ = {.fs = registers_.fs_base < kTaskSize ? registers_.fs_base : 0,
                   .gs = registers_.gs_base < kTaskSize ? registers_.gs_base : 0};
  to->fs_base = stored_bases_.fs;
  to->gs_base = stored_bases_.gs;
  to->set_bases = (stored_bases_.fs != host_bases_.fs ? SHIM_SET_FS : 0) |
                  (stored_bases_.gs != host_bases_.gs ? SHIM_SET_GS : 0);
}

void StubThread::NoteBases(int64_t number, const uint64_t* args) {
  if (number != SYS_arch_prctl || args[1] >= kTaskSize) return;
  if (args[0] == abi::kArchSetFs) {
    registers_.fs_base = stored_bases_.fs = host_bases_.fs = args[1];
    if (table_key_ != 0 && table_key_ != args[1]) backend_.rewriter_.GiveUpTable(*this);
  } else if (args[0] == abi::kArchSetGs) {
    registers_.gs_base = stored_bases_.gs = host_bases_.gs = args[1];
  }
}

void StubThread::Publish(const KnownAnswers& answers) {
  MutexLock lock(&backend_.mu_);
  if (!backend_.rewriter_.active() || state_ == State::kDead) return;
  backend_.rewriter_.EnterTable(*this);
  abi::stub::SlotAnswers& to = header()->answers;
  static_assert(sizeof(answers) ==
                sizeof(to.value));  // In the same order: Rewriter::AnswerIndex().
  std::memcpy(to.value, &answers, sizeof(to.value));
  __atomic_store_n(&to.valid, SHIM_ANSWERS_VALID, __ATOMIC_RELEASE);
  published_ = true;
}

void StubThread::Withdraw() {
  MutexLock lock(&backend_.mu_);
  Retract();
}

bool StubThread::Lend(uint64_t blocked, uint64_t robust_list) {
  MutexLock lock(&backend_.mu_);
  if (!backend_.rewriter_.active() || state_ == State::kDead) return false;
  process_->lends = true;
  if (!backend_.rewriter_.EnterTable(*this)) return false;
  OwnCell& cell = header()->own;
  cell.blocked = blocked;
  cell.robust_list = robust_list;
  cell.asks = 1;  // Until the kernel says otherwise.
  __atomic_store_n(&cell.valid, SHIM_OWN_VALID, __ATOMIC_SEQ_CST);
  lent_ = true;
  return true;
}

void StubThread::LeaveCodeAlone() {
  MutexLock lock(&backend_.mu_);
  process_->code_is_seen = true;
}

OwnCell* StubThread::lent() {
  return lent_ ? &header()->own : nullptr;
}

void StubThread::Retract() {
  if (std::exchange(published_, false))
    __atomic_store_n(&header()->answers.valid, 0u, __ATOMIC_SEQ_CST);
}

bool StubThread::IsOnItsWay() const {
  const bool makes_zygote = state_ == State::kCloning && clone_parks_;
  return state_ == State::kBooting || state_ == State::kArriving || state_ == State::kParking ||
         makes_zygote;
}

void StubThread::Answer(int64_t command, State next) {
  EndOpenWait();
  Run();
  state_ = next;
  if (std::exchange(at_clone_, false)) command |= int64_t{1} << SHIM_QUICK_ANSWER;
  backend_.listener_.Reply(notification_, command);
}

// It is about to: one that is watched is not alone any more.
void StubThread::Run() {
  backend_.mu_.AssertHeld();
  if (backend_.watched_ != nullptr && backend_.watched_ != this) backend_.EndWatch();
}

int StubThread::host_tid() const {
  MutexLock lock(&backend_.mu_);
  if (tid_ == 0) backend_.Meet(const_cast<StubThread*>(this));
  return tid_;
}

void StubThread::Kick() {
  capture_wanted_ = false;
  if (kick_sent_) return;
  kick_sent_ = true;
  ::syscall(SYS_tgkill, host_pid(), tid_, kKick);
  backend_.reaper_.StartTicks();
}

// The call's answer.  When a kick is under way the host may lose it: remembered for OnKick().
void StubThread::FinishCall(int64_t result) {
  if (state_ == State::kInSlot) return FinishInSlot(result);
  if (capture_wanted_) Kick();
  backend_.mu_.AssertHeld();
  backend_.ConsiderWatching(this);
  if (kick_sent_) crossed_ = {.valid = true, .call = call_, .result = result};
  Answer(result, State::kRunning);
}

void StubThread::FinishSyscall(int64_t result) {
  MutexLock lock(&backend_.mu_);
  ShutWindow();
  if (state_ != State::kInSlot) result = StoreOutFor(result);
  if (AwaitsAnswer()) {
    FinishCall(result);
  } else if (FinishRest(result, false)) {
    return;
  } else if (state_ == State::kCaptured) {
    registers_.rax = static_cast<uint64_t>(result);
    ResumeLocked();
  }
}

void StubThread::FinishSyscallAndCapture(int64_t result) {
  MutexLock lock(&backend_.mu_);
  ShutWindow();
  if (state_ != State::kInSlot) result = StoreOutFor(result);
  if (AwaitsAnswer()) {
    capture_wanted_ = true;
    FinishCall(result);
  } else if (FinishRest(result, true)) {
    return;
  } else if (state_ == State::kCaptured) {
    registers_.rax = static_cast<uint64_t>(result);
    capture_wanted_ = true;
    ResumeLocked();
  }
}

void StubThread::ContinueSyscall() {
  MutexLock lock(&backend_.mu_);
  ShutWindow();
  if (state_ == State::kInSlot) return ReissueInSlot();
  if (ReissueCall() || state_ != State::kCalling) return;
  EndOpenWait();
  Run();
  if (capture_wanted_) Kick();
  NoteBases(call_.number, call_.args);
  state_ = State::kRunning;
  backend_.listener_.Continue(notification_);
}

Result<void> StubThread::InstallFd(int host_fd, int number) {
  MutexLock lock(&backend_.mu_);
  if (state_ != State::kCalling && state_ != State::kCaptured) return Errno(ESRCH);
  if (number == process_->temporary_fd) return Errno(EBUSY);
  process_->highest_fd = std::max(process_->highest_fd, number);
  return backend_.listener_.InstallFd(notification_, host_fd, number);
}

void StubThread::Resume() {
  MutexLock lock(&backend_.mu_);
  if (state_ == State::kCaptured) {
    ResumeLocked();
  } else if (state_ == State::kBooting || state_ == State::kArriving || state_ == State::kParking) {
    resume_wanted_ = true;
  }
}

void StubThread::ResumeLocked() {
  StoreFrame();
  resume_wanted_ = false;
  if (capture_wanted_) {
    capture_wanted_ = false;
    Answer(SHIM_DO_AGAIN, State::kRinging);
    return;
  }
  Answer(SHIM_DO_RESUME, State::kRunning);
}

void StubThread::Capture() {
  MutexLock lock(&backend_.mu_);
  backend_.Meet(this);
  if (state_ == State::kRunning || (state_ == State::kCloning && clone_goes_on_)) {
    Kick();  // In the shim it waits until the thread is back in the guest.
  } else if (state_ != State::kRinging) {
    capture_wanted_ = true;
  }
}

void StubThread::StartExit() {
  Answer(SHIM_DO_EXIT, State::kExiting);
}

void StubThread::ExitThread() {
  MutexLock lock(&backend_.mu_);
  owner = nullptr;
  backend_.Meet(this);
  if (state_ == State::kCalling && call_.number == SYS_exit) {
    const uint64_t notification = notification_;
    Backend& backend = backend_;  // Outlives this object.
    backend_.Bury(this);
    backend.listener_.Continue(notification);
  } else if (state_ == State::kCaptured) {
    StartExit();
  } else if (state_ == State::kResting) {
    exit_wanted_ = true;
    LeaveRest(SHIM_REST_RING, State::kRinging);
  } else if (AwaitsAnswer()) {
    exit_wanted_ = capture_wanted_ = true;
    FinishCall(-EINTR);
  } else {
    exit_wanted_ = true;
    if (state_ == State::kRunning || (state_ == State::kCloning && clone_goes_on_))
      Kick();
    else
      capture_wanted_ = true;
  }
}

void StubThread::KillProcess() {
  MutexLock lock(&backend_.mu_);
  process_->killed = true;
  for (StubThread& t : process_->threads) t.owner = nullptr;
  backend_.SendKill(*process_);
}

void StubThread::CopyFpTo(StubThread* child) const {
  if (fp_ == 0) return;
  const FrameArea area = child->frame_area();
  child->fp_ = area.OwnFp();
  const std::span<const std::byte> from = frame_area().Fp(fp_);
  std::memcpy(area.Fp(child->fp_).data(), from.data(), from.size());
}

Result<void> StubThread::GetFpState(std::span<std::byte> to) {
  MutexLock lock(&backend_.mu_);
  const FpFormat& format = backend_.fp_format_;
  if (to.size() != format.size()) return Errno(EINVAL);
  if (fp_ == 0) {
    format.WriteInitial(to);
    return base::Ok();
  }
  const std::span<std::byte> area = frame_area().Fp(fp_);
  if (!format.Matches(area)) return Errno(EIO);
  std::memcpy(to.data(), area.data(), to.size());
  format.Strip(to);
  return base::Ok();
}

Result<void> StubThread::SetFpState(std::span<const std::byte> from) {
  MutexLock lock(&backend_.mu_);
  const FpFormat& format = backend_.fp_format_;
  if (from.empty()) {
    fp_ = 0;
    return base::Ok();
  }
  TRY(format.Check(from));
  const FrameArea area = frame_area();
  if (fp_ == 0) fp_ = area.OwnFp();
  const std::span<std::byte> to = area.Fp(fp_);
  std::memcpy(to.data(), from.data(), from.size());
  format.Seal(to);
  return base::Ok();
}

}  // namespace platform::notify

// The life of an io_uring's operations: started, waiting, tried again, done, and what is linked to
// them.
#include "sentry/syscalls/uring.h"

#include <algorithm>
#include <limits>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

constexpr size_t kMostOverflow = 1 << 16;

int64_t ToRes(const Result<uint64_t>& result) {
  if (result.ok()) return static_cast<int64_t>(*result);
  const int error = result.error().value();
  return -int64_t{abi::IsRestartCode(error) ? EINTR : error};
}

// A chain stops at what failed or was short.
bool Failed(const UringOp& op, int64_t result) {
  if (result < 0) return true;
  switch (op.sqe.opcode) {
    case abi::kUringRead:
    case abi::kUringWrite:
    case abi::kUringReadFixed:
    case abi::kUringWriteFixed:
      return static_cast<uint64_t>(result) != op.sqe.len;
    default:
      return false;
  }
}

}  // namespace

// ---- one operation ----

void UringOp::Registration::Wake(uint32_t) {
  owner.ring_.MarkReady(owner);
}

void UringOp::Wait(Task::TakenWait wait) {
  spec_ = std::move(wait.spec);
  attempt_ = std::move(wait.attempt);
  registrations_.clear();
  for (const WaitOn& on : spec_.queues) {
    registrations_.push_back(std::make_unique<Registration>(*this));
    on.queue->Add(*registrations_.back(), on.events);
  }
  if (spec_.deadline) WaitUntil(*spec_.deadline);
}

void UringOp::WaitUntil(MonoTime deadline) {
  timer_ = std::make_unique<Timer>(ring_.kernel().timers(), [this] {
    Ref<Uring> keep(&ring_);
    if (busy_) return timer_->Arm(MonotonicNow() + kNanosPerSecond / 1000);
    // A wait of the call's own that is over; of a timeout, its time.
    Result<uint64_t> result = waiting() ? spec_.on_timeout : Result<uint64_t>(Errno(ETIME));
    ring_.Finish(*this, ToRes(result));
  });
  timer_->Arm(deadline);
}

// ---- the ring ----

Uring::Uring(Kernel& kernel, Path path, std::unique_ptr<UringRings> rings, uint32_t setup_flags)
    : FileDescription(std::move(path), abi::kORdwr),
      enabled((setup_flags & abi::kUringSetupRDisabled) == 0),
      kernel_(kernel),
      rings_(std::move(rings)),
      work_(kernel.timers(), [this] { Progress(); }) {}

Uring::~Uring() = default;

Uring* AsUring(FileDescription& file) {
  return dynamic_cast<Uring*>(&file);
}

uint32_t Uring::Poll() {
  uint32_t events = abi::kPollOut | abi::kPollWrnorm;
  if (rings_->CqesReady() != 0 || !overflow_.empty()) events |= abi::kPollIn | abi::kPollRdnorm;
  return events;
}

void Uring::OnClose(OpContext& ctx) {
  Ref<Uring> keep(this);
  // The process still has it by another descriptor, or another process does.
  if (ctx.task == nullptr || RefCount() > 2) return;
  Cancel(Match::kAny, 0, true, nullptr);
}

void Uring::Post(uint64_t user_data, int32_t result, uint32_t flags) {
  ++completions_;
  abi::UringCqe cqe{user_data, result, flags};
  if (!overflow_.empty() || !rings_->PostCqe(cqe)) {
    if (overflow_.size() >= kMostOverflow) {
      rings_->CountLost();
    } else {
      overflow_.push_back(cqe);
      rings_->SetOverflowFlag(true);
    }
  }
  queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
  if (!eventfd) return;
  const uint64_t one = 1;
  BufferSource source(std::as_bytes(std::span(&one, 1)));
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow()};
  int64_t position = 0;
  [[maybe_unused]] Result<size_t> written = eventfd->Write(ctx, source, &position);
}

void Uring::Flush() {
  if (overflow_.empty()) return;
  while (!overflow_.empty() && rings_->PostCqe(overflow_.front())) overflow_.pop_front();
  rings_->SetOverflowFlag(!overflow_.empty());
}

void Uring::MarkReady(UringOp& op) {
  op.ready_ = true;
  queue_.Notify(abi::kPollIn);
  if (!work_.armed()) work_.Arm(MonotonicNow());
}

void Uring::Progress() {
  if (progressing_) return;
  Ref<Uring> keep(this);
  progressing_ = true;
  // Each look starts over: an attempt may wait for the host and others change the list.
  for (;;) {
    auto at =
        std::find_if(running_.begin(), running_.end(),
                     [](const std::unique_ptr<UringOp>& op) { return op->ready_ && !op->busy_; });
    if (at == running_.end()) break;
    UringOp& op = **at;
    op.ready_ = false;
    if (op.task().dead()) {
      Finish(op, -ECANCELED);
      continue;
    }
    Result<uint64_t> result = Attempt(op);
    if (result.Is(EAGAIN)) continue;
    Finish(op, ToRes(result));
  }
  progressing_ = false;
  Flush();
}

Result<uint64_t> Uring::Attempt(UringOp& op) {
  op.busy_ = true;
  Result<uint64_t> result = op.waiting() ? op.attempt_(op.task()) : RunUringOp(*this, op);
  op.busy_ = false;
  return result;
}

void Uring::Start(std::unique_ptr<UringOp> op) {
  UringOp& started = *op;
  running_.push_back(std::move(op));
  // A time limit on this one starts with it.
  if (started.next && started.next->sqe.opcode == abi::kUringLinkTimeout) {
    started.watchdog = std::move(started.next);
    started.next = std::move(started.watchdog->next);
    Result<uint64_t> armed = RunUringOp(*this, *started.watchdog);
    if (!armed.Is(EAGAIN)) return Finish(started, -ECANCELED);
  }
  Result<uint64_t> result = Attempt(started);
  if (result.Is(EAGAIN)) return;
  Finish(started, ToRes(result));
}

void Uring::FailChain(std::unique_ptr<UringOp> op) {
  while (op) {
    Post(op->sqe.user_data, -ECANCELED, 0);
    op = std::move(op->next);
  }
}

void Uring::Finish(UringOp& op, int64_t result) {
  auto at = std::find_if(running_.begin(), running_.end(),
                         [&op](const std::unique_ptr<UringOp>& one) { return one.get() == &op; });
  if (at == running_.end()) {
    // The time of a watchdog is over.
    for (const std::unique_ptr<UringOp>& one : running_) {
      if (one->watchdog.get() != &op) continue;
      if (one->busy_) return op.timer_->Arm(MonotonicNow() + kNanosPerSecond / 1000);
      std::unique_ptr<UringOp> watchdog = std::move(one->watchdog);
      Finish(*one, -ECANCELED);
      Post(watchdog->sqe.user_data, static_cast<int32_t>(result), 0);
      return;
    }
    return;
  }
  std::unique_ptr<UringOp> done = std::move(*at);
  running_.erase(at);
  done->registrations_.clear();
  const bool failed = Failed(*done, result);
  if (!(done->Has(abi::kSqeCqeSkip) && !failed)) {
    Post(done->sqe.user_data, static_cast<int32_t>(result), done->cqe_flags);
  }
  if (done->watchdog) Post(done->watchdog->sqe.user_data, -ECANCELED, 0);
  std::unique_ptr<UringOp> next = std::move(done->next);
  if (next && failed && !done->Has(abi::kSqeHardlink)) {
    FailChain(std::move(next));
  } else if (next) {
    Start(std::move(next));
  }
  CheckCounts();
  StartDrained();
}

// TIMEOUT with a count: enough others are done.
void Uring::CheckCounts() {
  for (const std::unique_ptr<UringOp>& op : running_) {
    if (!op->complete_at || op->busy_) continue;
    if (static_cast<int32_t>(completions_ - *op->complete_at) < 0) continue;
    return Finish(*op, 0);  // Which looks at the others.
  }
}

void Uring::StartDrained() {
  while (!drained_.empty()) {
    if (drained_.front()->Has(abi::kSqeDrain) && !running_.empty()) return;
    std::unique_ptr<UringOp> op = std::move(drained_.front());
    drained_.pop_front();
    Start(std::move(op));
  }
}

uint32_t Uring::Submit(Task& task, uint32_t count) {
  uint32_t taken = 0;
  std::unique_ptr<UringOp> head;
  UringOp* tail = nullptr;
  abi::UringSqe sqe;
  while (taken < count && rings_->NextSqe(sqe)) {
    ++taken;
    auto op = std::make_unique<UringOp>(*this, Ref<Task>(&task), sqe);
    const bool linked = op->Has(abi::kSqeLink) || op->Has(abi::kSqeHardlink);
    UringOp* added = op.get();
    if (head) {
      tail->next = std::move(op);
    } else {
      head = std::move(op);
    }
    tail = added;
    if (linked && taken < count && rings_->HasSqe()) continue;
    if (!drained_.empty() || (head->Has(abi::kSqeDrain) && !running_.empty())) {
      drained_.push_back(std::move(head));
    } else {
      Start(std::move(head));
    }
    tail = nullptr;
  }
  if (head) Start(std::move(head));
  return taken;
}

uint32_t Uring::Cancel(Match match, uint64_t key, bool all, const UringOp* except) {
  auto fits = [&](const UringOp& op) {
    if (&op == except || op.busy_) return false;
    if (match == Match::kAny) return true;
    if (match == Match::kFd) return static_cast<uint64_t>(static_cast<uint32_t>(op.sqe.fd)) == key;
    return op.sqe.user_data == key;
  };
  uint32_t cancelled = 0;
  for (;;) {
    auto at = std::find_if(running_.begin(), running_.end(),
                           [&](const std::unique_ptr<UringOp>& op) { return fits(*op); });
    if (at == running_.end()) return cancelled;
    Finish(**at, -ECANCELED);
    ++cancelled;
    if (!all) return cancelled;
  }
}

namespace {

template <typename List>
UringOp* FindOp(const List& list, uint8_t opcode, uint64_t user_data) {
  for (const auto& op : list) {
    if (op->sqe.opcode == opcode && op->sqe.user_data == user_data) return op.get();
    if (op->watchdog && opcode == abi::kUringLinkTimeout &&
        op->watchdog->sqe.user_data == user_data) {
      return op->watchdog.get();
    }
  }
  return nullptr;
}

}  // namespace

UringOp* Uring::FindTimeout(uint64_t user_data) {
  return FindOp(running_, abi::kUringTimeout, user_data);
}

UringOp* Uring::FindPoll(uint64_t user_data) {
  return FindOp(running_, abi::kUringPollAdd, user_data);
}

}  // namespace sentry

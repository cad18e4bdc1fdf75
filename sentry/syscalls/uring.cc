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
constexpr size_t kMostRunning = 1 << 16;
constexpr unsigned kMostDepth = 8;

// Completions that are being posted: under the kernel's lock, like all here.
int posting = 0;

int64_t ToRes(const Result<uint64_t>& result) {
  if (result.ok()) return static_cast<int64_t>(*result);
  const int error = result.error().value();
  return -int64_t{abi::IsRestartCode(error) ? EINTR : error};
}

// A chain stops at what failed or was short.
bool Failed(const UringOp& op, int64_t result) {
  if (result < 0) {
    const bool in_order = op.sqe.opcode == abi::kUringTimeout && result == -ETIME &&
                          (op.sqe.op_flags & abi::kUringTimeoutEtimeSuccess) != 0;
    return !in_order;
  }
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

// A chain may be long: not one within the other.
UringOp::~UringOp() {
  while (next) next = std::exchange(next->next, nullptr);
}

// A poll that repeats and is woken by what a ring has posted would wake itself again: Linux
// (EPOLL_URING_WAKE) lets it complete for good.
void UringOp::Registration::Wake(uint32_t) {
  if (posting != 0) owner.once_ = true;
  owner.ring_.MarkReady(owner);
}

bool UringOp::repeats() const {
  switch (sqe.opcode) {
    case abi::kUringPollAdd:
      return (sqe.len & abi::kUringPollAddMulti) != 0 && !once_;
    case abi::kUringAccept:
      return (sqe.ioprio & abi::kUringAcceptMultishot) != 0;
    case abi::kUringRecv:
    case abi::kUringRecvmsg:
      return (sqe.ioprio & abi::kUringRecvMultishot) != 0;
    default:
      return false;
  }
}

void UringOp::StartOver() {
  attempt_ = {};
  registrations_.clear();
  once_ = false;
}

void UringOp::Wait(Task::TakenWait wait) {
  spec_ = std::move(wait.spec);
  attempt_ = std::move(wait.attempt);
  registrations_.clear();
  for (const WaitOn& on : spec_.queues) Register(*on.queue, on.events);
  if (spec_.deadline) WaitUntil(*spec_.deadline);
}

void UringOp::WaitFor(Ref<FileDescription> file, uint32_t events) {
  attempt_ = {};
  registrations_.clear();
  base::WaitQueue* queue = file->Queue();
  if (file.get() != &ring_) waits_for_ = std::move(file);
  Register(*queue, events);
}

void UringOp::Register(base::WaitQueue& queue, uint32_t events) {
  registrations_.push_back(std::make_unique<Registration>(*this));
  queue.Add(*registrations_.back(), events);
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
      submits_all((setup_flags & abi::kUringSetupSubmitAll) != 0),
      io_polled((setup_flags & abi::kUringSetupIopoll) != 0),
      single_issuer((setup_flags & abi::kUringSetupSingleIssuer) != 0),
      sq_polled((setup_flags & abi::kUringSetupSqpoll) != 0),
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
  if (ctx.task == nullptr) return;
  ThreadGroup& process = ctx.task->group();
  // Else the process still has it by another descriptor, or another process does.
  if (RefCount() <= 2) {
    CancelMatching(Match::kAny, 0, true, nullptr);
  } else if (process.exiting) {
    // io_match_task(): what waits for a ring ends with its process, or two might keep each other.
    CancelMatching(Match::kRingsOfProcess, static_cast<uint64_t>(process.pid.value()), true,
                   nullptr);
  }
}

// io_uring_task_cancel()
void Uring::OnExec(OpContext& ctx) {
  Ref<Uring> keep(this);
  CancelMatching(Match::kProcess, static_cast<uint64_t>(ctx.task->group().pid.value()), true,
                 nullptr);
}

void Uring::Post(uint64_t user_data, int32_t result, uint32_t flags) {
  abi::UringCqe cqe{user_data, result, flags};
  if (!overflow_.empty() || !rings_->PostCqe(cqe)) {
    if (overflow_.size() >= kMostOverflow) {
      rings_->CountLost();
    } else {
      overflow_.push_back(cqe);
      rings_->SetOverflowFlag(true);
    }
  }
  ++posting;
  queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
  const bool quiet = eventfd_async && submitting_ != 0;
  if (eventfd && !quiet && rings_->WantsEventfd()) SignalEventfd();
  --posting;
}

bool Uring::PostMore(const UringOp& op, int32_t result) {
  if (!overflow_.empty() || rings_->Full()) return false;
  Post(op.sqe.user_data, result, op.cqe_flags | abi::kCqeMore);
  return true;
}

void Uring::PostTag(uint64_t tag) {
  if (tag != 0) Post(tag, 0, 0);
}

// Of a timeout that ends by itself no other takes account.
void Uring::Complete(const UringOp& op, int64_t result) {
  const bool by_itself = op.sqe.opcode == abi::kUringTimeout && result != -ECANCELED;
  ++(by_itself ? timeouts_ : completions_);
  Post(op.sqe.user_data, static_cast<int32_t>(result),
       op.cqe_flags | (op.notifies ? abi::kCqeMore : 0));
  if (op.notifies) Post(op.sqe.user_data, 0, abi::kCqeNotif);
}

// Its end, of whatever kind, is no failure of the chain.
void Uring::CompleteWatchdog(const UringOp& watchdog, int64_t result) {
  if (!watchdog.Has(abi::kSqeCqeSkip)) Complete(watchdog, result);
}

void Uring::SignalEventfd() {
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
  if (op.ready_) return;  // Rings may poll each other, or themselves.
  op.ready_ = true;
  if (!op.busy_) ready_.push_back(op);
  queue_.Notify(abi::kPollIn);
  if (!work_.armed()) work_.Arm(MonotonicNow());
}

void Uring::Progress() {
  if (progressing_) return;
  Ref<Uring> keep(this);
  progressing_ = true;
  // Each look starts over: an attempt may wait for the host and others change the list.
  while (UringOp* next = ready_.pop_front()) {
    UringOp& op = *next;
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
  base::IntrusiveList<UringOp>::Remove(op);
  Result<uint64_t> result =
      op.waiting() ? SettleUringOp(*this, op, op.attempt_(op.task())) : RunUringOp(*this, op);
  op.busy_ = false;
  // Woken meanwhile, when nobody could try it again.
  if (op.ready_) {
    ready_.push_back(op);
    if (!work_.armed()) work_.Arm(MonotonicNow());
  }
  return result;
}

void Uring::Start(std::unique_ptr<UringOp> op) {
  UringOp& started = *op;
  running_.push_back(std::move(op));
  started.place_ = std::prev(running_.end());
  // A time limit on this one starts with it.
  if (started.next && started.next->sqe.opcode == abi::kUringLinkTimeout) {
    started.watchdog = std::move(started.next);
    started.watchdog->watched_ = &started;
    started.next = std::move(started.watchdog->next);
    Result<uint64_t> armed = RunUringOp(*this, *started.watchdog);
    if (!armed.Is(EAGAIN)) return Finish(started, -ECANCELED);
  }
  Result<uint64_t> result = Attempt(started);
  if (result.Is(EAGAIN)) return;
  Finish(started, ToRes(result));
}

void Uring::FailChain(std::unique_ptr<UringOp> op, bool quiet) {
  while (op) {
    if (!quiet) Complete(*op, op->error != 0 ? -op->error : -ECANCELED);
    op = std::exchange(op->next, nullptr);
  }
}

void Uring::Finish(UringOp& op, int64_t result) {
  if (UringOp* watched = op.watched_) {
    // The time of a watchdog is over.
    if (watched->busy_) return op.timer_->Arm(MonotonicNow() + kNanosPerSecond / 1000);
    std::unique_ptr<UringOp> watchdog = std::move(watched->watchdog);
    Finish(*watched, -ECANCELED);
    CompleteWatchdog(*watchdog, result);
    return;
  }
  std::unique_ptr<UringOp> done = std::move(*op.place_);
  running_.erase(op.place_);
  base::IntrusiveList<UringOp>::Remove(op);
  done->registrations_.clear();
  if (done->complete_at) --counted_;
  const bool failed = Failed(*done, result), skip = done->Has(abi::kSqeCqeSkip);
  if (failed || !skip) Complete(*done, result);
  if (done->watchdog) CompleteWatchdog(*done->watchdog, -ECANCELED);
  std::unique_ptr<UringOp> next = std::move(done->next);
  if (next && failed && !done->Has(abi::kSqeHardlink)) {
    FailChain(std::move(next), skip);
  } else if (next) {
    next_.push_back(std::move(next));
  }
  Follow();
}

// What is started here may be done at once and come here again: beyond some depth it leaves the
// rest to those below.
void Uring::Follow() {
  if (following_ == kMostDepth) return;
  ++following_;
  for (;;) {
    if (std::unique_ptr<UringOp> op = TakeStartable()) {
      Start(std::move(op));
    } else if (UringOp* counted = FindCounted()) {
      Finish(*counted, 0);
    } else {
      break;
    }
  }
  --following_;
}

std::unique_ptr<UringOp> Uring::TakeStartable() {
  const bool linked = !next_.empty();
  if (!linked) {
    if (drained_.empty()) return nullptr;
    if (drained_.front()->Has(abi::kSqeDrain) && !running_.empty()) return nullptr;
  }
  Ops& from = linked ? next_ : drained_;
  std::unique_ptr<UringOp> op = std::move(from.front());
  from.pop_front();
  return op;
}

// TIMEOUT with a count: enough others are done.
UringOp* Uring::FindCounted() {
  if (counted_ == 0) return nullptr;
  for (const std::unique_ptr<UringOp>& op : running_) {
    if (!op->complete_at || op->busy_) continue;
    if (static_cast<int32_t>(completions_ - *op->complete_at) >= 0) return op.get();
  }
  return nullptr;
}

bool Uring::Full() const {
  return running_.size() + drained_.size() + next_.size() >= kMostRunning;
}

void Uring::Queue(std::unique_ptr<UringOp> chain) {
  bool refused = false;
  for (const UringOp* op = chain.get(); op != nullptr; op = op->next.get()) {
    refused = refused || op->error != 0;
  }
  if (refused) {
    const bool quiet = chain->Has(abi::kSqeCqeSkip);
    std::unique_ptr<UringOp> rest = std::exchange(chain->next, nullptr);
    FailChain(std::move(chain), false);
    FailChain(std::move(rest), quiet);
    Follow();
  } else if (!drained_.empty() || (chain->Has(abi::kSqeDrain) && !running_.empty())) {
    drained_.push_back(std::move(chain));
  } else {
    Start(std::move(chain));
  }
}

Result<uint64_t> Uring::Submit(Task& task, uint32_t count) {
  ++submitting_;
  uint32_t taken = 0;
  std::unique_ptr<UringOp> head;
  UringOp* tail = nullptr;
  abi::UringSqe sqe;
  while (taken < count && !Full() && rings_->NextSqe(sqe)) {
    ++taken;
    auto op = std::make_unique<UringOp>(*this, Ref<Task>(&task), sqe);
    Result<void> checked = CheckUringOp(*this, *op, head ? tail : nullptr);
    if (!checked.ok()) op->error = checked.error().value();
    const bool linked = op->Has(abi::kSqeLink) || op->Has(abi::kSqeHardlink);
    UringOp* added = op.get();
    (head ? tail->next : head) = std::move(op);
    tail = added;
    if (linked) continue;
    Queue(std::move(head));
    // io_submit_sqes(): what is refused ends it, unless it is in the middle of a chain.
    if (!checked.ok() && !submits_all) break;
  }
  if (head) Queue(std::move(head));
  --submitting_;
  if (taken == 0 && Full()) return Errno(EAGAIN);
  return uint64_t{taken};
}

Result<uint64_t> Uring::Cancel(const CancelRequest& request, const UringOp* except) {
  const uint32_t flags = request.flags;
  constexpr uint32_t kKnown =
      abi::kUringCancelAll | abi::kUringCancelFd | abi::kUringCancelAny | abi::kUringCancelFdFixed;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  const bool any = (flags & abi::kUringCancelAny) != 0, by_fd = (flags & abi::kUringCancelFd) != 0;
  if (any && by_fd) return Errno(EINVAL);
  Match match = Match::kUserData;
  uint64_t key = request.user_data;
  if (any) {
    match = Match::kAny;
  } else if (by_fd) {
    match = (flags & abi::kUringCancelFdFixed) != 0 ? Match::kFixedFd : Match::kFd;
    key = static_cast<uint32_t>(request.fd);
  }
  const bool all = any || (flags & abi::kUringCancelAll) != 0;
  const uint32_t count = CancelMatching(match, key, all, except);
  if (all) return uint64_t{count};
  if (count == 0) return Errno(ENOENT);
  return uint64_t{0};
}

uint32_t Uring::CancelMatching(Match match, uint64_t key, bool all, const UringOp* except) {
  auto fits = [&](const UringOp& op) {
    if (&op == except || op.busy_) return false;
    if (match == Match::kAny) return true;
    if (match == Match::kProcess || match == Match::kRingsOfProcess) {
      return (op.of_ring || match == Match::kProcess) &&
             static_cast<uint64_t>(op.task().group().pid.value()) == key;
    }
    if (match == Match::kFd || match == Match::kFixedFd) {
      return static_cast<uint32_t>(op.sqe.fd) == key &&
             op.Has(abi::kSqeFixedFile) == (match == Match::kFixedFd);
    }
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

UringOp* Uring::FindLinkTimeout(uint64_t user_data) {
  return FindOp(running_, abi::kUringLinkTimeout, user_data);
}

UringOp* Uring::FindPoll(uint64_t user_data) {
  return FindOp(running_, abi::kUringPollAdd, user_data);
}

}  // namespace sentry

// An io_uring: its operations and what they wait for.
//
// An operation is a system call made in the place of one: its handler runs when it is submitted,
// and what the handler would block on is taken from the task (Task::TakeWait) and waited for here.
#pragma once

#include <array>
#include <bitset>
#include <deque>
#include <list>
#include <map>
#include <memory>

#include "sentry/syscalls/uring_files.h"
#include "sentry/syscalls/uring_rings.h"
#include "sentry/time/timer_queue.h"

namespace sentry {

class Uring;

class UringOp final : public base::ListNode<UringOp> {
 public:
  UringOp(Uring& ring, Ref<Task> task, const abi::UringSqe& entry)
      : sqe(entry), ring_(ring), task_(std::move(task)) {}
  ~UringOp();
  UringOp(const UringOp&) = delete;
  UringOp& operator=(const UringOp&) = delete;

  abi::UringSqe sqe;  // What is to be done, and its last word: POLL_REMOVE changes those of polls.
  std::unique_ptr<UringOp> next;        // Linked: starts when this one is done.
  std::unique_ptr<UringOp> watchdog;    // LINK_TIMEOUT behind it, once this one has started.
  std::optional<uint32_t> complete_at;  // TIMEOUT: how many completions end it.
  bool of_ring = false;                 // It looks at an io_uring.
  int error = 0;                        // Refused as it was submitted.
  uint32_t cqe_flags = 0;
  std::optional<abi::Timespec> limit;  // Of a timeout, read as it was submitted.
  bool notifies = false;               // A second completion says that its memory is free.
  FileDescription* polled = nullptr;   // By POLL_ADD, from when it has looked at it.
  Ref<FileDescription> polled_ref;     // The same, unless it is the ring itself.

  Task& task() const { return *task_; }
  bool Has(uint8_t flag) const { return (sqe.flags & flag) != 0; }
  // Waits as a handler has asked for.
  void Wait(Task::TakenWait wait);
  void WaitUntil(MonoTime deadline);
  // Made anew when the file has one of `events`.
  void WaitFor(Ref<FileDescription> file, uint32_t events);
  bool waiting() const { return static_cast<bool>(attempt_); }
  // It posts completions until it fails.
  bool repeats() const;
  // What it has found out by now is forgotten: it is made anew once it is ready.
  void StartOver();

 private:
  friend class Uring;
  struct Registration final : base::Waiter {
    explicit Registration(UringOp& op) : owner(op) {}
    void Wake(uint32_t) override;
    UringOp& owner;
  };

  void Register(base::WaitQueue& queue, uint32_t events);

  Uring& ring_;
  const Ref<Task> task_;
  std::list<std::unique_ptr<UringOp>>::iterator place_;  // Once it has started.
  UringOp* watched_ = nullptr;                           // Of a watchdog: whose.
  Ref<FileDescription> waits_for_;
  WaitSpec spec_;
  base::UniqueFunction<Result<uint64_t>(Task&)> attempt_;
  std::vector<std::unique_ptr<Registration>> registrations_;
  std::unique_ptr<Timer> timer_;
  bool ready_ = false;  // Is to be tried again; in ready_ of the ring unless a call is being made.
  bool once_ = false;   // A poll that repeats was woken by a ring: it does so no more.
  bool busy_ =
      false;  // A call is being made for it, and may wait for the host: nobody ends it now.
};

class Uring final : public FileDescription {
 public:
  Uring(Kernel& kernel, Path path, std::unique_ptr<UringRings> rings, uint32_t setup_flags);

  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override {
    return rings_->memory().Map(ctx, prot, flags);
  }
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &queue_; }
  // A close by the process that submitted leaves nothing running for it.
  void OnClose(OpContext& ctx) override;
  void OnExec(OpContext& ctx) override;

  UringRings& rings() { return *rings_; }
  // Takes up to `count` entries; how many.  EAGAIN: too many are under way.
  Result<uint64_t> Submit(Task& task, uint32_t count);
  // Tries again what was woken, and moves completions that had no room.
  void Progress();
  uint32_t CompletionsReady() const { return rings_->CqesReady(); }

  // --- for operations (uring_ops.cc) ---
  void Post(uint64_t user_data, int32_t result, uint32_t flags);
  void Complete(const UringOp& op, int64_t result);
  void CompleteWatchdog(const UringOp& watchdog, int64_t result);
  // One completion of an operation that repeats.  False: there is no room for it.
  bool PostMore(const UringOp& op, int32_t result);
  // Something registered under that tag, which is 0 for none, is not used any more.
  void PostTag(uint64_t tag);
  // IORING_ASYNC_CANCEL_*, and what they look for.
  struct CancelRequest {
    uint32_t flags;
    uint64_t user_data;
    int32_t fd;
  };
  // 0, or how many when all are asked for; ENOENT.
  Result<uint64_t> Cancel(const CancelRequest& request, const UringOp* except);
  UringOp* FindTimeout(uint64_t user_data);
  UringOp* FindLinkTimeout(uint64_t user_data);
  UringOp* FindPoll(uint64_t user_data);
  void Finish(UringOp& op, int64_t result);
  uint32_t completions() const { return completions_; }
  uint32_t timeouts() const { return timeouts_; }
  void MarkReady(UringOp& op);
  void CountMore() { ++counted_; }

  // --- registered (uring_register.cc) ---
  struct Buffer {
    uint64_t address;
    uint32_t length;
    uint16_t id;
  };
  struct BufferRing {
    uint64_t address;
    uint16_t mask;
    uint16_t head = 0;
  };
  bool enabled = true;
  bool submits_all = false;  // IORING_SETUP_SUBMIT_ALL
  bool skips = false;        // There was IOSQE_CQE_SKIP_SUCCESS, which goes with no draining.
  struct RegisteredBuffer {
    UserRange range;
    uint64_t tag = 0;
  };
  // What an untrusted user of the ring may do with it, once it is enabled.
  struct Restrictions {
    std::bitset<abi::kUringRegisterCount> registrations;
    std::bitset<abi::kUringOpCount> operations;
    uint8_t flags_allowed = 0, flags_required = 0;
  };
  const bool io_polled;  // IORING_SETUP_IOPOLL: for files that are asked instead of telling.
  // IORING_SETUP_SINGLE_ISSUER: the thread that alone may use it; of a disabled ring, who enables
  // it.
  bool single_issuer;
  Ref<Task> issuer;
  const bool sq_polled;  // IORING_SETUP_SQPOLL: its thread sleeps until it is woken.
  UringFiles files;
  std::vector<RegisteredBuffer> buffers;
  std::optional<Restrictions> restrictions;
  Ref<FileDescription> eventfd;
  bool eventfd_async = false;  // It hears of what is done later, not in io_uring_enter(2).
  std::array<uint32_t, 2> most_workers{};  // Bounded and unbounded; only remembered.
  std::map<uint16_t, std::deque<Buffer>> provided;
  std::map<uint16_t, BufferRing> buffer_rings;
  Kernel& kernel() { return kernel_; }

 private:
  using Ops = std::list<std::unique_ptr<UringOp>>;
  enum class Match { kUserData, kFd, kFixedFd, kAny, kProcess, kRingsOfProcess };

  ~Uring() override;
  void Start(std::unique_ptr<UringOp> op);
  Result<uint64_t> Attempt(UringOp& op);
  // What others wait for may have come to pass: starts it, ends it.
  void Follow();
  uint32_t CancelMatching(Match match, uint64_t key, bool all, const UringOp* except);
  UringOp* FindCounted();
  std::unique_ptr<UringOp> TakeStartable();
  void Flush();
  void SignalEventfd();
  // What was refused at submission says why, the rest ECANCELED.  `quiet`: no completions.
  void FailChain(std::unique_ptr<UringOp> op, bool quiet);
  void Queue(std::unique_ptr<UringOp> chain);
  bool Full() const;

  Kernel& kernel_;
  const std::unique_ptr<UringRings> rings_;
  Ops running_;
  Ops next_;  // Linked to what is done.
  base::IntrusiveList<UringOp> ready_;
  size_t counted_ = 0;  // Running ones with complete_at.
  Ops drained_;         // Wait for those before them (IOSQE_IO_DRAIN).
  std::deque<abi::UringCqe> overflow_;
  uint32_t completions_ = 0, timeouts_ = 0;
  bool progressing_ = false;
  unsigned following_ = 0;   // Depth.
  unsigned submitting_ = 0;  // The same.
  Timer work_;               // Runs Progress() when nobody waits in io_uring_enter(2).
  base::WaitQueue queue_;
};

// Whether there is such an operation (IORING_REGISTER_PROBE).
bool UringKnows(uint8_t opcode);
Uring* AsUring(FileDescription& file);

// As Linux looks at an entry before anything of its chain starts.  `before`: what it is linked to.
Result<void> CheckUringOp(Uring& ring, UringOp& op, const UringOp* before);
// Makes the call that the entry asks for (uring_ops.cc): a result, or EAGAIN with the operation
// waiting.
Result<uint64_t> RunUringOp(Uring& ring, UringOp& op);
// What the call that it has waited for has come to, as RunUringOp() would tell it.
Result<uint64_t> SettleUringOp(Uring& ring, const UringOp& op, Result<uint64_t> result);

}  // namespace sentry

// Operations of the ring itself: times, cancellation, polls, messages between rings.
#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring_ops.h"
#include "sentry/time/clock.h"

namespace sentry::uring {

Result<uint64_t> Nop(Uring&, UringOp&, FdNum) {
  return uint64_t{0};
}

Result<uint64_t> Timeout(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  constexpr uint32_t kKnown = abi::kUringTimeoutAbs | abi::kUringTimeoutBoottime |
                              abi::kUringTimeoutRealtime | abi::kUringTimeoutEtimeSuccess;
  if (sqe.len != 1 || sqe.buf_index != 0 || sqe.splice_fd_in != 0) return Errno(EINVAL);
  if ((sqe.op_flags & ~kKnown) != 0) return Errno(EINVAL);
  if (!op.limit) return Errno(EFAULT);
  const abi::Timespec limit = *op.limit;
  if (limit.tv_sec < 0 || limit.tv_nsec < 0) return Errno(EINVAL);
  int32_t clock = abi::kClockMonotonic;
  if ((sqe.op_flags & abi::kUringTimeoutBoottime) != 0) clock = abi::kClockBoottime;
  if ((sqe.op_flags & abi::kUringTimeoutRealtime) != 0) clock = abi::kClockRealtime;
  const int64_t ns = ToNanoseconds(limit);
  if (sqe.opcode == abi::kUringTimeout && sqe.off != 0) {
    op.complete_at = ring.completions() + static_cast<uint32_t>(sqe.off);
    ring.CountMore();
  }
  const bool absolute = (sqe.op_flags & abi::kUringTimeoutAbs) != 0;
  op.WaitUntil(absolute ? DeadlineOn(clock, ns) : MonotonicNow() + ns);
  return Errno(EAGAIN);
}

Result<uint64_t> TimeoutRemove(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  constexpr uint32_t kKnown = abi::kUringTimeoutUpdate | abi::kUringLinkTimeoutUpdate |
                              abi::kUringTimeoutAbs | abi::kUringTimeoutBoottime |
                              abi::kUringTimeoutRealtime;
  const bool of_link = (sqe.op_flags & abi::kUringLinkTimeoutUpdate) != 0;
  const bool update = of_link || (sqe.op_flags & abi::kUringTimeoutUpdate) != 0;
  if (sqe.len != 0 || sqe.buf_index != 0 || sqe.splice_fd_in != 0) return Errno(EINVAL);
  if ((sqe.op_flags & (update ? ~kKnown : ~0u)) != 0) return Errno(EINVAL);
  UringOp* found = of_link ? ring.FindLinkTimeout(sqe.addr) : ring.FindTimeout(sqe.addr);
  if (found == nullptr) return Errno(ENOENT);
  if (!update) {
    ring.Finish(*found, -ECANCELED);
    return uint64_t{0};
  }
  const abi::Timespec limit = TRY(op.task().CopyIn(UserPtr<abi::Timespec>(sqe.off)));
  if (limit.tv_sec < 0 || limit.tv_nsec < 0) return Errno(EINVAL);
  const int64_t ns = ToNanoseconds(limit);
  const bool absolute = (sqe.op_flags & abi::kUringTimeoutAbs) != 0;
  found->WaitUntil(absolute ? DeadlineOn(abi::kClockMonotonic, ns) : MonotonicNow() + ns);
  return uint64_t{0};
}

Result<uint64_t> AsyncCancel(Uring& ring, UringOp& op, FdNum) {
  if (op.sqe.off != 0 || op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  return ring.Cancel({op.sqe.op_flags, op.sqe.addr, op.sqe.fd}, &op);
}

namespace {

// One look at the file: a poll that repeats posts and goes on waiting.
Result<uint64_t> LookPoll(Uring& ring, UringOp& op) {
  const uint32_t wanted = op.sqe.op_flags | abi::kPollErr | abi::kPollHup;
  const uint32_t ready = op.polled->Poll() & wanted;
  if (ready == 0) return Errno(EAGAIN);
  if (!op.repeats()) return uint64_t{ready};
  ring.Post(op.sqe.user_data, static_cast<int32_t>(ready), abi::kCqeMore);
  return Errno(EAGAIN);
}

}  // namespace

Result<uint64_t> PollAdd(Uring& ring, UringOp& op, FdNum fd) {
  if (op.sqe.buf_index != 0 || op.sqe.off != 0 || op.sqe.addr != 0) return Errno(EINVAL);
  if ((op.sqe.len & ~(abi::kUringPollAddMulti | abi::kUringPollAddLevel)) != 0) {
    return Errno(EINVAL);
  }
  if (op.repeats() && op.Has(abi::kSqeCqeSkip)) return Errno(EINVAL);
  if (op.polled == nullptr) {
    Ref<FileDescription> file = TRY(op.task().fds().GetForIo(fd));
    op.polled = file.get();
    op.of_ring = AsUring(*file) != nullptr;
    // A reference to the ring in itself would keep it for ever.
    if (op.polled != &ring) op.polled_ref = std::move(file);
  }
  Result<uint64_t> ready = LookPoll(ring, op);
  if (!ready.Is(EAGAIN)) return ready;
  Task::TakenWait wait;
  const uint32_t events = op.sqe.op_flags | abi::kPollErr | abi::kPollHup;
  if (base::WaitQueue* queue = op.polled->Queue()) wait.spec.queues.push_back({queue, events});
  wait.attempt = [&ring, &op](Task&) { return LookPoll(ring, op); };
  op.Wait(std::move(wait));
  return Errno(EAGAIN);
}

// Ends a poll, or changes what it waits for.
Result<uint64_t> PollRemove(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  const uint32_t flags = sqe.len;
  const bool events = (flags & abi::kUringPollUpdateEvents) != 0;
  const bool data = (flags & abi::kUringPollUpdateUserData) != 0;
  constexpr uint32_t kKnown =
      abi::kUringPollUpdateEvents | abi::kUringPollUpdateUserData | abi::kUringPollAddMulti;
  if (sqe.buf_index != 0 || sqe.splice_fd_in != 0) return Errno(EINVAL);
  if ((flags & ~kKnown) != 0 || flags == abi::kUringPollAddMulti) return Errno(EINVAL);
  if ((!data && sqe.off != 0) || (!events && sqe.op_flags != 0)) return Errno(EINVAL);
  UringOp* found = ring.FindPoll(sqe.addr);
  if (found == nullptr) return Errno(ENOENT);
  if (!events && !data) {
    ring.Finish(*found, -ECANCELED);
    return uint64_t{0};
  }
  if (data) found->sqe.user_data = sqe.off;
  if (events) {
    found->sqe.op_flags = sqe.op_flags;
    found->sqe.len = flags & abi::kUringPollAddMulti;
  }
  found->StartOver();
  ring.MarkReady(*found);
  return uint64_t{0};
}

Result<uint64_t> MsgRing(Uring& ring, UringOp& op, FdNum fd) {
  const abi::UringSqe& sqe = op.sqe;
  const auto to_slot = static_cast<uint32_t>(sqe.splice_fd_in);
  if (sqe.buf_index != 0 || (sqe.op_flags & ~abi::kUringMsgRingCqeSkip) != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(op.task().fds().Get(fd));
  Uring* target = AsUring(*file);
  if (target == nullptr || !target->enabled) return Errno(EBADFD);
  switch (sqe.addr) {
    case abi::kUringMsgData:
      if (sqe.addr3 != 0 || to_slot != 0 || sqe.op_flags != 0) return Errno(EINVAL);
      break;
    case abi::kUringMsgSendFd: {
      if (target == &ring || to_slot == 0) return Errno(EINVAL);
      Ref<FileDescription> sent = ring.files.Get(static_cast<uint32_t>(sqe.addr3));
      if (!sent) return Errno(EBADF);
      const uint32_t slot = TRY(target->files.FindSlot(to_slot));
      target->PostTag(TRY(target->files.Replace(slot, {std::move(sent)})).tag);
      if (sqe.op_flags != 0) return uint64_t{0};
      break;
    }
    default:
      return Errno(EINVAL);
  }
  target->Post(sqe.off, static_cast<int32_t>(sqe.len), 0);
  return uint64_t{0};
}

}  // namespace sentry::uring

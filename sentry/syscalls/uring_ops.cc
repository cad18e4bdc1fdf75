// Which entry of an io_uring is which operation, what it may ask for, and how it is made.
#include "sentry/syscalls/uring_ops.h"

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

using uring::Handler;

// By opcode; null: as a kernel that does not know it.
constexpr Handler kHandlers[abi::kUringOpCount] = {
    uring::Nop,
    uring::Readv,
    uring::Writev,
    uring::Fsync,
    uring::ReadFixed,
    uring::WriteFixed,
    uring::PollAdd,
    uring::PollRemove,
    uring::SyncFileRange,
    uring::Sendmsg,
    uring::Recvmsg,
    uring::Timeout,
    uring::TimeoutRemove,
    uring::Accept,
    uring::AsyncCancel,
    uring::Timeout,
    uring::Connect,
    uring::Fallocate,
    uring::Openat,
    uring::Close,
    uring::FilesUpdate,
    uring::Statx,
    uring::Read,
    uring::Write,
    uring::Fadvise,
    nullptr,
    uring::Send,
    uring::Recv,
    uring::Openat2,
    uring::EpollCtl,
    uring::Splice,
    uring::ProvideBuffers,
    uring::RemoveBuffers,
    uring::Tee,
    uring::Shutdown,
    uring::Renameat,
    uring::Unlinkat,
    uring::Mkdirat,
    uring::Symlinkat,
    uring::Linkat,
    uring::MsgRing,
    uring::Fsetxattr,
    uring::Setxattr,
    uring::Fgetxattr,
    uring::Getxattr,
    uring::Socket,
    nullptr,
    uring::Send,
    uring::Sendmsg,
};

// A registered file gets a number for the time of the call.
class Borrowed {
 public:
  Borrowed(Uring& ring, UringOp& op) : task_(op.task()), fd_(op.sqe.fd) {
    if (!op.Has(abi::kSqeFixedFile)) return;
    Ref<FileDescription> file = ring.files.Get(static_cast<uint32_t>(op.sqe.fd));
    fd_ = FdNum(-1);
    if (!file) return;
    Result<FdNum> lent = task_.InstallFd(std::move(file), FdFlags{.cloexec = true});
    if (lent.ok()) fd_ = *lent, installed_ = true;
  }
  ~Borrowed() {
    if (!installed_ || task_.dead()) return;
    [[maybe_unused]] Result<Ref<FileDescription>> back = task_.fds().Remove(fd_);
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  FdNum fd() const { return fd_; }

 private:
  Task& task_;
  FdNum fd_;
  bool installed_ = false;
};

// io_uring/opdef.c: what an operation takes besides its own arguments.
bool TakesPriority(uint8_t opcode) {
  switch (opcode) {
    case abi::kUringReadv:
    case abi::kUringWritev:
    case abi::kUringReadFixed:
    case abi::kUringWriteFixed:
    case abi::kUringRead:
    case abi::kUringWrite:
      return true;
    default:
      return false;
  }
}

bool TakesFlagsThere(uint8_t opcode) {
  return opcode == abi::kUringSendmsg || opcode == abi::kUringRecvmsg ||
         opcode == abi::kUringAccept || opcode == abi::kUringSend || opcode == abi::kUringRecv ||
         opcode == abi::kUringSendZc || opcode == abi::kUringSendmsgZc;
}

bool SelectsBuffer(uint8_t opcode) {
  return opcode == abi::kUringReadv || opcode == abi::kUringRead || opcode == abi::kUringRecv ||
         opcode == abi::kUringRecvmsg;
}

// The events that a call which found nothing to do on a file that does not block waits for; 0: it
// says EAGAIN.
uint32_t EventsFor(const UringOp& op) {
  constexpr uint32_t kNowait = 8, kDontWait = 0x40;  // RWF_NOWAIT, MSG_DONTWAIT
  switch (op.sqe.opcode) {
    case abi::kUringReadv:
    case abi::kUringReadFixed:
    case abi::kUringRead:
      return (op.sqe.op_flags & kNowait) != 0 ? 0 : abi::kPollIn;
    case abi::kUringWritev:
    case abi::kUringWriteFixed:
    case abi::kUringWrite:
      return (op.sqe.op_flags & kNowait) != 0 ? 0 : abi::kPollOut;
    case abi::kUringRecv:
    case abi::kUringRecvmsg:
      return (op.sqe.op_flags & kDontWait) != 0 ? 0 : abi::kPollIn;
    case abi::kUringSend:
    case abi::kUringSendmsg:
    case abi::kUringSendZc:
    case abi::kUringSendmsgZc:
      return (op.sqe.op_flags & kDontWait) != 0 ? 0 : abi::kPollOut;
    case abi::kUringAccept:
      return abi::kPollIn;
    default:
      return 0;
  }
}

// True: it waits for the file.
bool WaitsForFile(UringOp& op, FdNum fd) {
  const uint32_t events = EventsFor(op);
  if (events == 0) return false;
  Result<Ref<FileDescription>> file = op.task().fds().Get(fd);
  if (!file.ok() || (*file)->Queue() == nullptr) return false;
  op.WaitFor(std::move(*file), events | abi::kPollErr | abi::kPollHup);
  return true;
}

// A completion after which one that repeats is over: the other side has ended.
bool IsLast(const UringOp& op, uint64_t result) {
  return op.sqe.opcode != abi::kUringAccept && result == 0;
}

// EAGAIN: the operation waits.
Result<uint64_t> RunOnce(Uring& ring, UringOp& op) {
  Borrowed file(ring, op);
  op.cqe_flags = 0;
  Result<uint64_t> result = SettleUringOp(ring, op, kHandlers[op.sqe.opcode](ring, op, file.fd()));
  if (result.ok()) return result;
  switch (result.error().value()) {
    case kErrnoBlocked:
      op.Wait(op.task().TakeWait());
      return Errno(EAGAIN);
    case EAGAIN: {
      // Of the ring's own: they wait.  Of a call: a file that does not block.
      const bool waits = op.waiting() || op.sqe.opcode == abi::kUringTimeout ||
                         op.sqe.opcode == abi::kUringLinkTimeout;
      if (waits || WaitsForFile(op, file.fd())) return result;
      return static_cast<uint64_t>(-int64_t{EAGAIN});
    }
    case kErrnoHost:
    case kErrnoNoReturn:
      return Errno(EINVAL);
    default:
      return result;
  }
}

Result<void> CheckRestrictions(const Uring::Restrictions& allowed, const abi::UringSqe& sqe) {
  if (!allowed.operations[sqe.opcode]) return Errno(EACCES);
  if ((sqe.flags & allowed.flags_required) != allowed.flags_required) return Errno(EACCES);
  if ((sqe.flags & ~(allowed.flags_allowed | allowed.flags_required)) != 0) return Errno(EACCES);
  return {};
}

}  // namespace

bool UringKnows(uint8_t opcode) {
  return opcode < abi::kUringOpCount && kHandlers[opcode] != nullptr;
}

namespace {

// Of a ring with IORING_SETUP_IOPOLL, whose files are those that know it: of disks, read and
// written without a cache.
Result<void> CheckPolled(const Uring& ring, const UringOp& op) {
  switch (op.sqe.opcode) {
    case abi::kUringNop:
    case abi::kUringFilesUpdate:
    case abi::kUringProvideBuffers:
    case abi::kUringRemoveBuffers:
    case abi::kUringMsgRing:
      return {};
    default:
      break;
  }
  if (!TakesPriority(op.sqe.opcode)) return Errno(EINVAL);
  Ref<FileDescription> file;
  if (op.Has(abi::kSqeFixedFile)) {
    file = ring.files.Get(static_cast<uint32_t>(op.sqe.fd));
  } else if (Result<Ref<FileDescription>> named = op.task().fds().Get(FdNum(op.sqe.fd));
             named.ok()) {
    file = *named;
  }
  if (!file) return Errno(EBADF);
  if ((file->flags() & abi::kODirect) == 0 || !file->HasPosition()) return Errno(EOPNOTSUPP);
  return {};
}

// Data that says what is to be done is the program's again once the entry is submitted, however
// late the operation starts (IORING_FEAT_SUBMIT_STABLE).
void TakeLimit(UringOp& op) {
  if (op.sqe.opcode != abi::kUringTimeout && op.sqe.opcode != abi::kUringLinkTimeout) return;
  Result<abi::Timespec> limit = op.task().CopyIn(UserPtr<abi::Timespec>(op.sqe.addr));
  if (limit.ok()) op.limit = *limit;
}

}  // namespace

Result<void> CheckUringOp(Uring& ring, UringOp& op, const UringOp* before) {
  constexpr uint8_t kKnown = abi::kSqeFixedFile | abi::kSqeDrain | abi::kSqeLink |
                             abi::kSqeHardlink | abi::kSqeAsync | abi::kSqeBufferSelect |
                             abi::kSqeCqeSkip;
  const uint8_t opcode = op.sqe.opcode;
  if (!UringKnows(opcode) || (op.sqe.flags & ~kKnown) != 0) return Errno(EINVAL);
  if (op.Has(abi::kSqeBufferSelect) && !SelectsBuffer(opcode)) return Errno(EOPNOTSUPP);
  if (op.Has(abi::kSqeCqeSkip)) ring.skips = true;
  if (op.Has(abi::kSqeDrain) && ring.skips) return Errno(EOPNOTSUPP);
  if (ring.restrictions) TRY(CheckRestrictions(*ring.restrictions, op.sqe));
  if (op.sqe.personality != 0) return Errno(EINVAL);
  if (ring.io_polled) TRY(CheckPolled(ring, op));
  TakeLimit(op);
  if (TakesPriority(opcode)) {
    constexpr unsigned kClassShift = 13, kIdleClass = 3;  // ioprio_set(2)
    if (op.sqe.ioprio >> kClassShift > kIdleClass) return Errno(EINVAL);
  } else if (op.sqe.ioprio != 0 && !TakesFlagsThere(opcode)) {
    return Errno(EINVAL);
  }
  if (opcode != abi::kUringLinkTimeout) return {};
  if (before == nullptr || before->sqe.opcode == abi::kUringLinkTimeout) return Errno(EINVAL);
  return {};
}

Result<uint64_t> SettleUringOp(Uring& ring, const UringOp& op, Result<uint64_t> result) {
  if (!result.ok() || !uring::WantsSlot(op)) return result;
  return uring::MoveToSlot(ring, op, FdNum(static_cast<int>(*result)));
}

Result<uint64_t> RunUringOp(Uring& ring, UringOp& op) {
  constexpr int kAtOnce = 32;  // Others get their turn.
  for (int i = 0; i < kAtOnce; ++i) {
    Result<uint64_t> result = RunOnce(ring, op);
    if (!op.repeats() || op.sqe.opcode == abi::kUringPollAdd) return result;
    if (!result.ok() || static_cast<int64_t>(*result) < 0 || IsLast(op, *result)) return result;
    if (!ring.PostMore(op, static_cast<int32_t>(*result))) return result;
  }
  ring.MarkReady(op);
  return Errno(EAGAIN);
}

}  // namespace sentry

// What the entries of an io_uring do: each is the call of its name, or one of the ring's own.
#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"
#include "sentry/syscalls/socket_calls.h"
#include "sentry/syscalls/uring.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

using Handler = Result<uint64_t> (*)(Uring&, UringOp&, FdNum fd);

// ---- the ring's own ----

Result<uint64_t> Nop(Uring&, UringOp&, FdNum) {
  return uint64_t{0};
}

// EAGAIN: it waits for its time, or for as many completions.
Result<uint64_t> Timeout(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  constexpr uint32_t kKnown = abi::kUringTimeoutAbs | abi::kUringTimeoutBoottime |
                              abi::kUringTimeoutRealtime | abi::kUringTimeoutEtimeSuccess;
  if (sqe.len != 1 || sqe.buf_index != 0 || sqe.splice_fd_in != 0) return Errno(EINVAL);
  if ((sqe.op_flags & ~kKnown) != 0) return Errno(EINVAL);
  const abi::Timespec limit = TRY(op.task().CopyIn(UserPtr<abi::Timespec>(sqe.addr)));
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
  const uint32_t flags = op.sqe.op_flags;
  if ((flags & ~(abi::kUringCancelAll | abi::kUringCancelFd | abi::kUringCancelAny)) != 0) {
    return Errno(EINVAL);
  }
  const bool all = (flags & (abi::kUringCancelAll | abi::kUringCancelAny)) != 0;
  uint32_t count = 0;
  if ((flags & abi::kUringCancelAny) != 0) {
    count = ring.Cancel(Uring::Match::kAny, 0, true, &op);
  } else if ((flags & abi::kUringCancelFd) != 0) {
    count = ring.Cancel(Uring::Match::kFd, static_cast<uint32_t>(op.sqe.fd), all, &op);
  } else {
    count = ring.Cancel(Uring::Match::kUserData, op.sqe.addr, all, &op);
  }
  if (all) return uint64_t{count};
  if (count == 0) return Errno(ENOENT);
  return uint64_t{0};
}

// One look at the file: a poll that repeats posts and goes on waiting.
Result<uint64_t> LookPoll(Uring& ring, UringOp& op, FileDescription& file) {
  const uint32_t wanted = op.sqe.op_flags | abi::kPollErr | abi::kPollHup;
  const uint32_t ready = file.Poll() & wanted;
  if (ready == 0) return Errno(EAGAIN);
  if (!op.repeats()) return uint64_t{ready};
  ring.Post(op.sqe.user_data, static_cast<int32_t>(ready), abi::kCqeMore);
  return Errno(EAGAIN);
}

Result<uint64_t> PollAdd(Uring& ring, UringOp& op, FdNum fd) {
  if (op.sqe.buf_index != 0 || op.sqe.off != 0 || op.sqe.addr != 0) return Errno(EINVAL);
  if ((op.sqe.len & ~abi::kUringPollAddMulti) != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(op.task().fds().GetForIo(fd));
  Result<uint64_t> ready = LookPoll(ring, op, *file);
  if (!ready.Is(EAGAIN)) return ready;
  Task::TakenWait wait;
  const uint32_t events = op.sqe.op_flags | abi::kPollErr | abi::kPollHup;
  if (base::WaitQueue* queue = file->Queue()) wait.spec.queues.push_back({queue, events});
  // A reference to the ring in itself would keep it for ever.
  FileDescription& looked_at = *file;
  op.of_ring = AsUring(looked_at) != nullptr;
  if (file.get() == &ring) file = nullptr;
  wait.attempt = [&ring, &op, &looked_at, file](Task&) { return LookPoll(ring, op, looked_at); };
  op.Wait(std::move(wait));
  return Errno(EAGAIN);
}

Result<uint64_t> PollRemove(Uring& ring, UringOp& op, FdNum) {
  if (op.sqe.len != 0 || op.sqe.op_flags != 0) return Errno(EINVAL);  // No updates.
  UringOp* found = ring.FindPoll(op.sqe.addr);
  if (found == nullptr) return Errno(ENOENT);
  ring.Finish(*found, -ECANCELED);
  return uint64_t{0};
}

Result<uint64_t> FilesUpdate(Uring& ring, UringOp& op, FdNum) {
  const uint64_t first = op.sqe.off;
  if (ring.files.empty()) return Errno(ENXIO);
  for (uint32_t i = 0; i < op.sqe.len; ++i) {
    if (first + i >= ring.files.size())
      return i == 0 ? Result<uint64_t>(Errno(EINVAL)) : uint64_t{i};
    const int32_t fd = TRY(op.task().CopyIn(UserPtr<int32_t>(op.sqe.addr + uint64_t{i} * 4)));
    constexpr int32_t kSkip = -2;
    if (fd == kSkip) continue;
    Ref<FileDescription> file;
    if (fd >= 0) file = TRY(op.task().fds().Get(FdNum(fd)));
    ring.files[first + i] = std::move(file);
  }
  return uint64_t{op.sqe.len};
}

Result<uint64_t> ProvideBuffers(Uring& ring, UringOp& op, FdNum) {
  constexpr int32_t kMost = 65'535;
  const abi::UringSqe& sqe = op.sqe;
  if (sqe.op_flags != 0 || sqe.fd <= 0 || sqe.fd > kMost) return Errno(EINVAL);
  if (sqe.off + static_cast<uint64_t>(sqe.fd) > kMost + 1) return Errno(E2BIG);
  auto& group = ring.provided[sqe.buf_index];
  if (group.size() + static_cast<size_t>(sqe.fd) > kMost) return Errno(ENOMEM);
  for (int32_t i = 0; i < sqe.fd; ++i) {
    group.push_back({sqe.addr + static_cast<uint64_t>(i) * sqe.len, sqe.len,
                     static_cast<uint16_t>(sqe.off + static_cast<uint64_t>(i))});
  }
  return uint64_t{0};
}

Result<uint64_t> RemoveBuffers(Uring& ring, UringOp& op, FdNum) {
  auto group = ring.provided.find(op.sqe.buf_index);
  if (group == ring.provided.end()) return Errno(ENOENT);
  uint64_t removed = 0;
  for (; removed < static_cast<uint32_t>(op.sqe.fd) && !group->second.empty(); ++removed) {
    group->second.pop_front();
  }
  if (group->second.empty()) ring.provided.erase(group);
  return removed;
}

// ---- provided buffers ----

Result<Uring::Buffer> TakeBuffer(Uring& ring, UringOp& op) {
  const uint16_t group = op.sqe.buf_index;
  if (auto mapped = ring.buffer_rings.find(group); mapped != ring.buffer_rings.end()) {
    Uring::BufferRing& bufs = mapped->second;
    constexpr uint64_t kTail = offsetof(abi::UringBuf, resv);
    const uint16_t tail = TRY(op.task().CopyIn(UserPtr<uint16_t>(bufs.address + kTail)));
    if (tail == bufs.head) return Errno(ENOBUFS);
    const uint64_t at = bufs.address + uint64_t{static_cast<uint16_t>(bufs.head & bufs.mask)} *
                                           sizeof(abi::UringBuf);
    const abi::UringBuf entry = TRY(op.task().CopyIn(UserPtr<abi::UringBuf>(at)));
    ++bufs.head;
    return Uring::Buffer{entry.addr, entry.len, entry.bid};
  }
  auto found = ring.provided.find(group);
  if (found == ring.provided.end() || found->second.empty()) return Errno(ENOBUFS);
  Uring::Buffer buffer = found->second.front();
  found->second.pop_front();
  return buffer;
}

void GiveBack(Uring& ring, const UringOp& op, const Uring::Buffer& buffer) {
  if (auto mapped = ring.buffer_rings.find(op.sqe.buf_index); mapped != ring.buffer_rings.end()) {
    --mapped->second.head;
  } else {
    ring.provided[op.sqe.buf_index].push_front(buffer);
  }
}

// ---- system calls ----

struct Where {
  uint64_t address;
  uint64_t length;
};

// Where data goes to or comes from: the entry's memory, or a buffer that was provided.
template <typename Call>
Result<uint64_t> WithBuffer(Uring& ring, UringOp& op, Call call) {
  if (!op.Has(abi::kSqeBufferSelect)) return call(Where{op.sqe.addr, op.sqe.len});
  Uring::Buffer buffer = TRY(TakeBuffer(ring, op));
  const uint64_t length =
      op.sqe.len != 0 ? std::min<uint64_t>(op.sqe.len, buffer.length) : buffer.length;
  Result<uint64_t> result = call(Where{buffer.address, length});
  if (!result.ok() && result.error().value() != kErrnoBlocked) {
    GiveBack(ring, op, buffer);
    return result;
  }
  op.cqe_flags = abi::kCqeBuffer | uint32_t{buffer.id} << abi::kCqeBufferShift;
  return result;
}

// -1: the file's own position.
IoOptions OptionsOf(const UringOp& op) {
  IoOptions options;
  if (op.sqe.off != ~uint64_t{0}) options.at = static_cast<int64_t>(op.sqe.off);
  return options;
}

Result<uint64_t> ReadInto(UringOp& op, FdNum fd, std::vector<UserRange> ranges) {
  Ref<FileDescription> file = TRY(FileToRead(op.task(), fd));
  IoOptions options = OptionsOf(op);
  if (!file->HasPosition()) options.at.reset();
  return EncodeResult(
      ReadFile(op.task(), std::move(file), UserSink(op.task(), std::move(ranges)), options));
}

Result<uint64_t> WriteFrom(UringOp& op, FdNum fd, std::vector<UserRange> ranges) {
  Ref<FileDescription> file = TRY(FileToWrite(op.task(), fd));
  IoOptions options = OptionsOf(op);
  if (!file->HasPosition()) options.at.reset();
  return EncodeResult(
      WriteFile(op.task(), std::move(file), UserSource(op.task(), std::move(ranges)), options));
}

Result<uint64_t> Read(Uring& ring, UringOp& op, FdNum fd) {
  return WithBuffer(ring, op, [&](Where where) {
    return ReadInto(op, fd, {{where.address, where.length}});
  });
}

Result<uint64_t> Write(Uring&, UringOp& op, FdNum fd) {
  return WriteFrom(op, fd, {{op.sqe.addr, op.sqe.len}});
}

// Linux: -EFAULT for what is not inside of the registered buffer.
Result<void> CheckFixed(const Uring& ring, const UringOp& op) {
  if (op.sqe.buf_index >= ring.buffers.size()) return Errno(EFAULT);
  const UserRange& buffer = ring.buffers[op.sqe.buf_index];
  uint64_t end;
  if (__builtin_add_overflow(op.sqe.addr, uint64_t{op.sqe.len}, &end)) return Errno(EFAULT);
  if (op.sqe.addr < buffer.address || end > buffer.address + buffer.length) return Errno(EFAULT);
  return {};
}

Result<uint64_t> ReadFixed(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckFixed(ring, op));
  return ReadInto(op, fd, {{op.sqe.addr, op.sqe.len}});
}

Result<uint64_t> WriteFixed(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckFixed(ring, op));
  return WriteFrom(op, fd, {{op.sqe.addr, op.sqe.len}});
}

Result<uint64_t> Readv(Uring&, UringOp& op, FdNum fd) {
  return ReadInto(op, fd, TRY(CopyInIovec(op.task(), op.sqe.addr, op.sqe.len)));
}

Result<uint64_t> Writev(Uring&, UringOp& op, FdNum fd) {
  return WriteFrom(op, fd, TRY(CopyInIovec(op.task(), op.sqe.addr, op.sqe.len)));
}

Result<uint64_t> Fsync(Uring&, UringOp& op, FdNum fd) {
  constexpr uint32_t kDatasync = 1;
  if ((op.sqe.op_flags & ~kDatasync) != 0) return Errno(EINVAL);
  return EncodeResult((op.sqe.op_flags & kDatasync) != 0 ? SysFdatasync(op.task(), fd)
                                                         : SysFsync(op.task(), fd));
}

Result<uint64_t> SyncFileRange(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.addr != 0 || op.sqe.buf_index != 0 || op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  return EncodeResult(SysSyncFileRange(op.task(), fd, static_cast<int64_t>(op.sqe.off), op.sqe.len,
                                       op.sqe.op_flags));
}

// The length is where the addresses of others are; without one it is that of `len`.
Result<uint64_t> Fadvise(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.buf_index != 0 || op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  const uint64_t length = op.sqe.addr != 0 ? op.sqe.addr : op.sqe.len;
  return EncodeResult(SysFadvise64(op.task(), fd, static_cast<int64_t>(op.sqe.off),
                                   static_cast<int64_t>(length),
                                   static_cast<int32_t>(op.sqe.op_flags)));
}

Result<uint64_t> Tee(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.off != 0 || op.sqe.addr != 0) return Errno(EINVAL);
  return EncodeResult(
      SysTee(op.task(), FdNum(op.sqe.splice_fd_in), fd, op.sqe.len, op.sqe.op_flags));
}

Result<uint64_t> Fallocate(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysFallocate(op.task(), fd, op.sqe.len, static_cast<int64_t>(op.sqe.off),
                                   static_cast<int64_t>(op.sqe.addr)));
}

Result<uint64_t> Openat(Uring&, UringOp& op, FdNum) {
  if (op.sqe.splice_fd_in != 0) return Errno(EINVAL);  // Into a registered slot.
  return EncodeResult(
      SysOpenat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags, op.sqe.len));
}

Result<uint64_t> Openat2(Uring&, UringOp& op, FdNum) {
  if (op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  return EncodeResult(SysOpenat2(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                 UserPtr<abi::OpenHow>(op.sqe.off), op.sqe.len));
}

Result<uint64_t> Close(Uring&, UringOp& op, FdNum) {
  if (op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(op.task().fds().Get(FdNum(op.sqe.fd)));
  if (AsUring(*file) != nullptr) return Errno(EBADF);
  file.reset();
  return EncodeResult(SysClose(op.task(), FdNum(op.sqe.fd)));
}

Result<uint64_t> Statx(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysStatx(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags,
                               op.sqe.len, UserPtr<abi::Statx>(op.sqe.off)));
}

Result<uint64_t> Accept(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.ioprio != 0) return Errno(EINVAL);  // No multishot.
  return EncodeResult(
      SysAccept4(op.task(), fd, op.sqe.addr, UserPtr<int32_t>(op.sqe.off), op.sqe.op_flags));
}

Result<uint64_t> Connect(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysConnect(op.task(), fd, op.sqe.addr, static_cast<int32_t>(op.sqe.off)));
}

Result<uint64_t> Send(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(
      SysSendto(op.task(), fd, op.sqe.addr, op.sqe.len, op.sqe.op_flags, op.sqe.off,
                static_cast<int32_t>(op.sqe.off != 0 ? op.sqe.splice_fd_in & 0xffff : 0)));
}

Result<uint64_t> Recv(Uring& ring, UringOp& op, FdNum fd) {
  if ((op.sqe.ioprio & abi::kUringRecvMultishot) != 0) return Errno(EINVAL);
  return WithBuffer(ring, op, [&](Where where) {
    return EncodeResult(SysRecvfrom(op.task(), fd, where.address, where.length, op.sqe.op_flags, 0,
                                    UserPtr<int32_t>()));
  });
}

Result<uint64_t> Sendmsg(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(
      SysSendmsg(op.task(), fd, UserPtr<abi::MsgHdr>(op.sqe.addr), op.sqe.op_flags));
}

Result<uint64_t> Recvmsg(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.ioprio != 0 || op.Has(abi::kSqeBufferSelect)) return Errno(EINVAL);
  return EncodeResult(
      SysRecvmsg(op.task(), fd, UserPtr<abi::MsgHdr>(op.sqe.addr), op.sqe.op_flags));
}

Result<uint64_t> Shutdown(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysShutdown(op.task(), fd, static_cast<int32_t>(op.sqe.len)));
}

Result<uint64_t> Renameat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysRenameat2(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                   FdNum(static_cast<int32_t>(op.sqe.len)), PathPtr(op.sqe.off),
                                   op.sqe.op_flags));
}

Result<uint64_t> Unlinkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(
      SysUnlinkat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags));
}

Result<uint64_t> Mkdirat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysMkdirat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.len));
}

Result<uint64_t> Symlinkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(
      SysSymlinkat(op.task(), PathPtr(op.sqe.addr), FdNum(op.sqe.fd), PathPtr(op.sqe.off)));
}

Result<uint64_t> Linkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysLinkat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                FdNum(static_cast<int32_t>(op.sqe.len)), PathPtr(op.sqe.off),
                                op.sqe.op_flags));
}

Result<uint64_t> EpollCtl(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysEpollCtl(op.task(), fd, static_cast<int32_t>(op.sqe.len),
                                  FdNum(static_cast<int32_t>(op.sqe.off)),
                                  UserPtr<abi::EpollEvent>(op.sqe.addr)));
}

// By opcode; null: as a kernel that does not know it.
constexpr Handler kHandlers[abi::kUringOpCount] = {
    Nop,         Readv,         Writev,  Fsync,          ReadFixed,     WriteFixed,    PollAdd,
    PollRemove,  SyncFileRange, Sendmsg, Recvmsg,        Timeout,       TimeoutRemove, Accept,
    AsyncCancel, Timeout,       Connect, Fallocate,      Openat,        Close,         FilesUpdate,
    Statx,       Read,          Write,   Fadvise,        nullptr,       Send,          Recv,
    Openat2,     EpollCtl,      nullptr, ProvideBuffers, RemoveBuffers, Tee,           Shutdown,
    Renameat,    Unlinkat,      Mkdirat, Symlinkat,      Linkat,
};

// A registered file gets a number for the time of the call.
class Borrowed {
 public:
  Borrowed(Uring& ring, UringOp& op) : task_(op.task()), fd_(op.sqe.fd) {
    if (!op.Has(abi::kSqeFixedFile)) return;
    const uint32_t slot = static_cast<uint32_t>(op.sqe.fd);
    Ref<FileDescription> file;
    if (slot < ring.files.size()) file = ring.files[slot];
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

}  // namespace

bool UringKnows(uint8_t opcode) {
  return opcode < abi::kUringOpCount && kHandlers[opcode] != nullptr;
}

namespace {

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
         opcode == abi::kUringAccept || opcode == abi::kUringSend || opcode == abi::kUringRecv;
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

}  // namespace

Result<void> CheckUringOp(Uring& ring, const UringOp& op, const UringOp* before) {
  constexpr uint8_t kKnown = abi::kSqeFixedFile | abi::kSqeDrain | abi::kSqeLink |
                             abi::kSqeHardlink | abi::kSqeAsync | abi::kSqeBufferSelect |
                             abi::kSqeCqeSkip;
  const uint8_t opcode = op.sqe.opcode;
  if (!UringKnows(opcode) || (op.sqe.flags & ~kKnown) != 0) return Errno(EINVAL);
  if (op.Has(abi::kSqeBufferSelect) && !SelectsBuffer(opcode)) return Errno(EOPNOTSUPP);
  if (op.Has(abi::kSqeCqeSkip)) ring.skips = true;
  if (op.Has(abi::kSqeDrain) && ring.skips) return Errno(EOPNOTSUPP);
  if (op.sqe.personality != 0) return Errno(EINVAL);
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

Result<uint64_t> RunUringOp(Uring& ring, UringOp& op) {
  Borrowed file(ring, op);
  Result<uint64_t> result = kHandlers[op.sqe.opcode](ring, op, file.fd());
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

}  // namespace sentry

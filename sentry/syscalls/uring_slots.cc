// Registered files and provided buffers, as operations use and change them.
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring_ops.h"

namespace sentry::uring {

Result<Ref<FileDescription>> FileForSlot(Task& task, int32_t fd) {
  if (fd == -1) return Ref<FileDescription>();
  Ref<FileDescription> file = TRY(task.fds().Get(FdNum(fd)));
  if (AsUring(*file) != nullptr) return Errno(EBADF);
  return file;
}

Result<uint64_t> UpdateFiles(Task& task, Uring& ring, uint64_t first, uint32_t count, uint64_t fds,
                             uint64_t tags) {
  if (!ring.files.registered()) return Errno(ENXIO);
  if (first + count > ring.files.size()) return Errno(EINVAL);
  auto update = [&](uint32_t i) -> Result<void> {
    constexpr int32_t kSkip = -2;
    const int32_t fd = TRY(task.CopyIn(UserPtr<int32_t>(fds + uint64_t{i} * sizeof(int32_t))));
    UringFiles::Slot with;
    if (tags != 0) {
      with.tag = TRY(task.CopyIn(UserPtr<uint64_t>(tags + uint64_t{i} * sizeof(uint64_t))));
    }
    if (fd == kSkip) return {};
    if (fd == -1 && with.tag != 0) return Errno(EINVAL);
    with.file = TRY(FileForSlot(task, fd));
    ring.PostTag(TRY(ring.files.Replace(static_cast<uint32_t>(first) + i, std::move(with))).tag);
    return {};
  };
  for (uint32_t i = 0; i < count; ++i) {
    Result<void> updated = update(i);
    if (updated.ok()) continue;
    if (i != 0) return uint64_t{i};
    return updated.error();
  }
  return uint64_t{count};
}

namespace {

// FILES_UPDATE without a place: each file goes to a free slot, whose number is told in its stead.
Result<uint64_t> FillFreeSlots(Uring& ring, UringOp& op) {
  Task& task = op.task();
  if (!ring.files.registered()) return Errno(ENXIO);
  auto fill = [&](uint32_t i) -> Result<void> {
    const UserPtr<int32_t> at(op.sqe.addr + uint64_t{i} * sizeof(int32_t));
    Ref<FileDescription> file = TRY(task.fds().Get(FdNum(TRY(task.CopyIn(at)))));
    if (AsUring(*file) != nullptr) return Errno(EBADF);
    const uint32_t slot = TRY(ring.files.FindSlot(abi::kUringFileIndexAlloc));
    TRY(ring.files.Replace(slot, {std::move(file)}));
    Result<void> told = task.CopyOut(at, static_cast<int32_t>(slot));
    if (!told.ok()) TRY(ring.files.Replace(slot, {}));
    return told;
  };
  for (uint32_t i = 0; i < op.sqe.len; ++i) {
    Result<void> filled = fill(i);
    if (filled.ok()) continue;
    if (i != 0) return uint64_t{i};
    return filled.error();
  }
  return uint64_t{op.sqe.len};
}

}  // namespace

Result<uint64_t> FilesUpdate(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  if (op.Has(abi::kSqeFixedFile) || op.Has(abi::kSqeBufferSelect)) return Errno(EINVAL);
  if (sqe.op_flags != 0 || sqe.splice_fd_in != 0 || sqe.len == 0) return Errno(EINVAL);
  if (static_cast<uint32_t>(sqe.off) == abi::kUringFileIndexAlloc) return FillFreeSlots(ring, op);
  return UpdateFiles(op.task(), ring, static_cast<uint32_t>(sqe.off), sqe.len, sqe.addr, 0);
}

bool WantsSlot(const UringOp& op) {
  switch (op.sqe.opcode) {
    case abi::kUringOpenat:
    case abi::kUringOpenat2:
    case abi::kUringAccept:
    case abi::kUringSocket:
      return op.sqe.splice_fd_in != 0;
    default:
      return false;
  }
}

Result<uint64_t> MoveToSlot(Uring& ring, const UringOp& op, FdNum opened) {
  Ref<FileDescription> file = TRY(op.task().fds().Remove(opened));
  const auto wanted = static_cast<uint32_t>(op.sqe.splice_fd_in);
  const uint32_t slot = TRY(ring.files.FindSlot(wanted));
  ring.PostTag(TRY(ring.files.Replace(slot, {std::move(file)})).tag);
  return uint64_t{wanted == abi::kUringFileIndexAlloc ? slot : 0};
}

Result<uint64_t> ProvideBuffers(Uring& ring, UringOp& op, FdNum) {
  constexpr int32_t kMost = 65'535;
  const abi::UringSqe& sqe = op.sqe;
  if (sqe.op_flags != 0 || sqe.fd <= 0 || sqe.fd > kMost) return Errno(EINVAL);
  if (sqe.off + static_cast<uint64_t>(sqe.fd) > kMost + 1) return Errno(E2BIG);
  if (ring.buffer_rings.contains(sqe.buf_index)) return Errno(EINVAL);
  auto& group = ring.provided[sqe.buf_index];
  if (group.size() + static_cast<size_t>(sqe.fd) > kMost) return Errno(ENOMEM);
  for (int32_t i = 0; i < sqe.fd; ++i) {
    group.push_back({sqe.addr + static_cast<uint64_t>(i) * sqe.len, sqe.len,
                     static_cast<uint16_t>(sqe.off + static_cast<uint64_t>(i))});
  }
  return uint64_t{0};
}

Result<uint64_t> RemoveBuffers(Uring& ring, UringOp& op, FdNum) {
  if (ring.buffer_rings.contains(op.sqe.buf_index)) return Errno(EINVAL);
  auto group = ring.provided.find(op.sqe.buf_index);
  if (group == ring.provided.end()) return Errno(ENOENT);
  uint64_t removed = 0;
  for (; removed < static_cast<uint32_t>(op.sqe.fd) && !group->second.empty(); ++removed) {
    group->second.pop_front();
  }
  if (group->second.empty()) ring.provided.erase(group);
  return removed;
}

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

}  // namespace sentry::uring

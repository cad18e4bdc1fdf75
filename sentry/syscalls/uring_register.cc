// io_uring_register(2).
#include <bit>

#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring.h"
#include "sentry/syscalls/uring_calls.h"

namespace sentry {
namespace {

struct Args {
  uint64_t arg;
  uint32_t count;
};

constexpr uint32_t kMostBuffers = 1 << 14, kMostFiles = 1 << 15;

Result<uint64_t> Buffers(Task& task, Uring& ring, const Args& args) {
  if (!ring.buffers.empty()) return Errno(EBUSY);
  if (args.count == 0 || args.count > kMostBuffers) return Errno(EINVAL);
  struct Iovec {
    uint64_t base, length;
  };
  std::vector<Iovec> given = TRY(task.CopyInArray(UserPtr<Iovec>(args.arg), args.count));
  std::vector<UserRange> ranges;
  for (const Iovec& one : given) {
    constexpr uint64_t kMost = uint64_t{1} << 30;
    if (one.base == 0 && one.length != 0) return Errno(EFAULT);
    if (one.length > kMost || one.base + one.length < one.base) return Errno(EFAULT);
    ranges.push_back({one.base, one.length});
  }
  ring.buffers = std::move(ranges);
  return uint64_t{0};
}

Result<uint64_t> NoBuffers(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (ring.buffers.empty()) return Errno(ENXIO);
  ring.buffers.clear();
  return uint64_t{0};
}

// -1: an empty slot.
Result<Ref<FileDescription>> FileFor(Task& task, int32_t fd) {
  if (fd == -1) return Ref<FileDescription>();
  Ref<FileDescription> file = TRY(task.fds().Get(FdNum(fd)));
  if (AsUring(*file) != nullptr) return Errno(EBADF);  // Would hold itself.
  return file;
}

Result<uint64_t> Files(Task& task, Uring& ring, const Args& args) {
  if (!ring.files.empty()) return Errno(EBUSY);
  if (args.count == 0) return Errno(EINVAL);
  if (args.count > kMostFiles || args.count > task.fd_limit()) return Errno(EMFILE);
  std::vector<int32_t> fds = TRY(task.CopyInArray(UserPtr<int32_t>(args.arg), args.count));
  std::vector<Ref<FileDescription>> files;
  for (int32_t fd : fds) files.push_back(TRY(FileFor(task, fd)));
  ring.files = std::move(files);
  return uint64_t{0};
}

Result<uint64_t> NoFiles(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (ring.files.empty()) return Errno(ENXIO);
  ring.files.clear();
  return uint64_t{0};
}

Result<uint64_t> UpdateFiles(Task& task, Uring& ring, const Args& args) {
  auto update = TRY(task.CopyIn(UserPtr<abi::UringFilesUpdate>(args.arg)));
  if (update.resv != 0 || args.count == 0) return Errno(EINVAL);
  if (ring.files.empty()) return Errno(ENXIO);
  if (uint64_t{update.offset} + args.count > ring.files.size()) return Errno(EINVAL);
  std::vector<int32_t> fds = TRY(task.CopyInArray(UserPtr<int32_t>(update.fds), args.count));
  for (uint32_t i = 0; i < args.count; ++i) {
    constexpr int32_t kSkip = -2;
    if (fds[i] == kSkip) continue;
    Result<Ref<FileDescription>> file = FileFor(task, fds[i]);
    if (!file.ok()) {
      if (i != 0) return uint64_t{i};
      return file.error();
    }
    ring.files[update.offset + i] = *std::move(file);
  }
  return uint64_t{args.count};
}

Result<uint64_t> SetEventfd(Task& task, Uring& ring, const Args& args) {
  if (args.count != 1) return Errno(EINVAL);
  if (ring.eventfd) return Errno(EBUSY);
  const int32_t fd = TRY(task.CopyIn(UserPtr<int32_t>(args.arg)));
  Ref<FileDescription> file = TRY(task.fds().GetForIo(FdNum(fd)));
  if (dynamic_cast<EventFd*>(file.get()) == nullptr) return Errno(EINVAL);
  ring.eventfd = std::move(file);
  return uint64_t{0};
}

Result<uint64_t> NoEventfd(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (!ring.eventfd) return Errno(ENXIO);
  ring.eventfd.reset();
  return uint64_t{0};
}

Result<uint64_t> Probe(Task& task, Uring&, const Args& args) {
  constexpr uint32_t kMost = 256;
  if (args.arg == 0 || args.count > kMost) return Errno(EINVAL);
  abi::UringProbe head = TRY(task.CopyIn(UserPtr<abi::UringProbe>(args.arg)));
  if (head.last_op != 0 || head.ops_len != 0) return Errno(EINVAL);
  const uint32_t count = std::min<uint32_t>(args.count, abi::kUringOpCount);
  head.last_op = abi::kUringOpCount - 1;
  head.ops_len = static_cast<uint8_t>(count);
  TRY(task.CopyOut(UserPtr<abi::UringProbe>(args.arg), head));
  std::vector<abi::UringProbeOp> ops(count);
  for (uint32_t i = 0; i < count; ++i) {
    ops[i].op = static_cast<uint8_t>(i);
    ops[i].flags = UringKnows(ops[i].op) ? 1 : 0;
  }
  TRY(task.CopyOutArray(UserPtr<abi::UringProbeOp>(args.arg + sizeof(head)),
                        std::span<const abi::UringProbeOp>(ops)));
  return uint64_t{0};
}

Result<uint64_t> Enable(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (ring.enabled) return Errno(EBADFD);
  ring.enabled = true;
  return uint64_t{0};
}

Result<uint64_t> AddBufferRing(Task& task, Uring& ring, const Args& args) {
  constexpr uint32_t kMost = 1 << 15;
  constexpr uint64_t kPage = 4096;
  if (args.count != 1) return Errno(EINVAL);
  auto given = TRY(task.CopyIn(UserPtr<abi::UringBufReg>(args.arg)));
  if (given.flags != 0 || given.resv[0] != 0 || given.resv[1] != 0 || given.resv[2] != 0) {
    return Errno(EINVAL);
  }
  if (given.ring_addr == 0) return Errno(EFAULT);
  if (given.ring_addr % kPage != 0 || !std::has_single_bit(given.ring_entries)) {
    return Errno(EINVAL);
  }
  if (given.ring_entries > kMost) return Errno(EINVAL);
  // Linux pins the pages here.
  const uint64_t end = given.ring_addr + given.ring_entries * sizeof(abi::UringBuf);
  for (uint64_t page = given.ring_addr; page < end; page += kPage) {
    TRY(task.CopyIn(UserPtr<uint8_t>(page)));
  }
  if (ring.buffer_rings.contains(given.bgid) || ring.provided.contains(given.bgid)) {
    return Errno(EEXIST);
  }
  ring.buffer_rings[given.bgid] = {.address = given.ring_addr,
                                   .mask = static_cast<uint16_t>(given.ring_entries - 1)};
  return uint64_t{0};
}

Result<uint64_t> RemoveBufferRing(Task& task, Uring& ring, const Args& args) {
  if (args.count != 1) return Errno(EINVAL);
  auto given = TRY(task.CopyIn(UserPtr<abi::UringBufReg>(args.arg)));
  if (ring.buffer_rings.erase(given.bgid) == 0) return Errno(ENOENT);
  return uint64_t{0};
}

struct Row {
  uint32_t opcode;
  Result<uint64_t> (*handler)(Task&, Uring&, const Args&);
};
constexpr Row kRows[] = {
    {abi::kUringRegisterBuffers, Buffers},
    {abi::kUringUnregisterBuffers, NoBuffers},
    {abi::kUringRegisterFiles, Files},
    {abi::kUringUnregisterFiles, NoFiles},
    {abi::kUringRegisterEventfd, SetEventfd},
    {abi::kUringUnregisterEventfd, NoEventfd},
    {abi::kUringRegisterFilesUpdate, UpdateFiles},
    {abi::kUringRegisterEventfdAsync, SetEventfd},
    {abi::kUringRegisterProbe, Probe},
    {abi::kUringRegisterEnableRings, Enable},
    {abi::kUringRegisterPbufRing, AddBufferRing},
    {abi::kUringUnregisterPbufRing, RemoveBufferRing},
};

}  // namespace

Result<uint64_t> SysIoUringRegister(Task& task, FdNum fd, uint32_t opcode, uint64_t arg,
                                    uint32_t count) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  Uring* ring = AsUring(*file);
  if (ring == nullptr) return Errno(EOPNOTSUPP);
  for (const Row& row : kRows) {
    if (row.opcode == opcode) return row.handler(task, *ring, {arg, count});
  }
  return Errno(EINVAL);
}

}  // namespace sentry

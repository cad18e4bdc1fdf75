// io_uring_register(2).
#include <array>
#include <bit>

#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring_calls.h"
#include "sentry/syscalls/uring_ops.h"

namespace sentry {
namespace {

struct Args {
  uint64_t arg;
  uint32_t count;
};

constexpr uint32_t kMostBuffers = 1 << 14, kMostFiles = 1 << 15;

constexpr uint64_t kMostInBuffer = uint64_t{1} << 30;

// What REGISTER_BUFFERS and its kin are given: an array of vectors, and perhaps of tags.
struct Given {
  uint64_t data, tags;
  uint32_t count;
  bool sparse = false;  // Slots without anything in them.
};

Result<uint64_t> TagOf(Task& task, const Given& given, uint32_t i) {
  if (given.tags == 0) return uint64_t{0};
  return task.CopyIn(UserPtr<uint64_t>(given.tags + uint64_t{i} * sizeof(uint64_t)));
}

Result<Uring::RegisteredBuffer> BufferAt(Task& task, const Given& given, uint32_t i) {
  struct Iovec {
    uint64_t base, length;
  };
  Uring::RegisteredBuffer buffer;
  if (given.sparse) return buffer;
  const auto one = TRY(task.CopyIn(UserPtr<Iovec>(given.data + uint64_t{i} * sizeof(Iovec))));
  buffer.tag = TRY(TagOf(task, given, i));
  if (one.base == 0 && (one.length != 0 || buffer.tag != 0)) return Errno(EFAULT);
  if (one.length > kMostInBuffer || one.base + one.length < one.base) return Errno(EFAULT);
  // Linux pins the pages here.
  if (one.length != 0) {
    TRY(task.CopyIn(UserPtr<uint8_t>(one.base)));
    TRY(task.CopyIn(UserPtr<uint8_t>(one.base + one.length - 1)));
  }
  buffer.range = {one.base, one.length};
  return buffer;
}

Result<uint64_t> RegisterBuffers(Task& task, Uring& ring, const Given& given) {
  if (!ring.buffers.empty()) return Errno(EBUSY);
  if (given.count == 0 || given.count > kMostBuffers) return Errno(EINVAL);
  std::vector<Uring::RegisteredBuffer> buffers;
  for (uint32_t i = 0; i < given.count; ++i) buffers.push_back(TRY(BufferAt(task, given, i)));
  ring.buffers = std::move(buffers);
  return uint64_t{0};
}

Result<uint64_t> Buffers(Task& task, Uring& ring, const Args& args) {
  return RegisterBuffers(task, ring, {args.arg, 0, args.count});
}

Result<uint64_t> NoBuffers(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (ring.buffers.empty()) return Errno(ENXIO);
  for (const Uring::RegisteredBuffer& gone : std::exchange(ring.buffers, {})) {
    ring.PostTag(gone.tag);
  }
  return uint64_t{0};
}

Result<uint64_t> RegisterFiles(Task& task, Uring& ring, const Given& given) {
  if (ring.files.registered()) return Errno(EBUSY);
  if (given.count == 0) return Errno(EINVAL);
  if (given.count > kMostFiles || given.count > task.fd_limit()) return Errno(EMFILE);
  std::vector<UringFiles::Slot> slots(given.count);
  for (uint32_t i = 0; i < given.count && !given.sparse; ++i) {
    const UserPtr<int32_t> at(given.data + uint64_t{i} * sizeof(int32_t));
    slots[i].tag = TRY(TagOf(task, given, i));
    slots[i].file = TRY(uring::FileForSlot(task, TRY(task.CopyIn(at))));
    if (!slots[i].file && slots[i].tag != 0) return Errno(EINVAL);
  }
  ring.files.Register(std::move(slots));
  return uint64_t{0};
}

Result<uint64_t> Files(Task& task, Uring& ring, const Args& args) {
  return RegisterFiles(task, ring, {args.arg, 0, args.count});
}

Result<uint64_t> NoFiles(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (!ring.files.registered()) return Errno(ENXIO);
  for (const UringFiles::Slot& gone : ring.files.TakeAll()) ring.PostTag(gone.tag);
  return uint64_t{0};
}

Result<uint64_t> UpdateFiles(Task& task, Uring& ring, const Args& args) {
  auto update = TRY(task.CopyIn(UserPtr<abi::UringFilesUpdate>(args.arg)));
  if (update.resv != 0 || args.count == 0) return Errno(EINVAL);
  return uring::UpdateFiles(task, ring, update.offset, args.count, update.fds, 0);
}

// The forms with tags say the size of their structure where others give a number.
Result<Given> ReadRegister(Task& task, const Args& args) {
  if (args.count != sizeof(abi::UringRsrcRegister)) return Errno(EINVAL);
  const auto given = TRY(task.CopyIn(UserPtr<abi::UringRsrcRegister>(args.arg)));
  if (given.nr == 0 || given.resv2 != 0) return Errno(EINVAL);
  if ((given.flags & ~abi::kUringRsrcSparse) != 0) return Errno(EINVAL);
  const bool sparse = (given.flags & abi::kUringRsrcSparse) != 0;
  if (sparse && given.data != 0) return Errno(EINVAL);
  return Given{given.data, given.tags, given.nr, sparse};
}

Result<abi::UringRsrcUpdate> ReadUpdate(Task& task, const Args& args) {
  if (args.count != sizeof(abi::UringRsrcUpdate)) return Errno(EINVAL);
  const auto update = TRY(task.CopyIn(UserPtr<abi::UringRsrcUpdate>(args.arg)));
  if (update.nr == 0 || update.resv != 0 || update.resv2 != 0) return Errno(EINVAL);
  return update;
}

Result<uint64_t> Files2(Task& task, Uring& ring, const Args& args) {
  return RegisterFiles(task, ring, TRY(ReadRegister(task, args)));
}

Result<uint64_t> Buffers2(Task& task, Uring& ring, const Args& args) {
  return RegisterBuffers(task, ring, TRY(ReadRegister(task, args)));
}

Result<uint64_t> UpdateFiles2(Task& task, Uring& ring, const Args& args) {
  const auto update = TRY(ReadUpdate(task, args));
  return uring::UpdateFiles(task, ring, update.offset, update.nr, update.data, update.tags);
}

Result<uint64_t> UpdateBuffers(Task& task, Uring& ring, const Args& args) {
  const auto update = TRY(ReadUpdate(task, args));
  if (ring.buffers.empty()) return Errno(ENXIO);
  if (uint64_t{update.offset} + update.nr > ring.buffers.size()) return Errno(EINVAL);
  for (uint32_t i = 0; i < update.nr; ++i) {
    Result<Uring::RegisteredBuffer> with = BufferAt(task, {update.data, update.tags, update.nr}, i);
    if (!with.ok()) return i != 0 ? Result<uint64_t>(uint64_t{i}) : with.error();
    ring.PostTag(std::exchange(ring.buffers[update.offset + i], *with).tag);
  }
  return uint64_t{update.nr};
}

Result<uint64_t> FileAllocRange(Task& task, Uring& ring, const Args& args) {
  if (args.arg == 0 || args.count != 0) return Errno(EINVAL);
  const auto range = TRY(task.CopyIn(UserPtr<abi::UringFileRange>(args.arg)));
  if (range.resv != 0) return Errno(EINVAL);
  TRY(ring.files.SetAllocRange(range.off, range.len));
  return uint64_t{0};
}

Result<uint64_t> SyncCancel(Task& task, Uring& ring, const Args& args) {
  if (args.arg == 0 || args.count != 1) return Errno(EINVAL);
  const auto given = TRY(task.CopyIn(UserPtr<abi::UringSyncCancel>(args.arg)));
  for (uint64_t pad : given.pad) {
    if (pad != 0) return Errno(EINVAL);
  }
  return ring.Cancel({given.flags, given.addr, given.fd}, nullptr);
}

// Bounded and unbounded workers: there are none to be limited.
Result<uint64_t> MostWorkers(Task& task, Uring& ring, const Args& args) {
  using Counts = std::array<uint32_t, 2>;
  if (args.arg == 0 || args.count != 2) return Errno(EINVAL);
  const auto wanted = TRY(task.CopyIn(UserPtr<Counts>(args.arg)));
  TRY(task.CopyOut(UserPtr<Counts>(args.arg), ring.most_workers));
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != 0) ring.most_workers[i] = wanted[i];
  }
  return uint64_t{0};
}

Result<void> Allow(Uring::Restrictions& to, const abi::UringRestriction& one) {
  switch (one.opcode) {
    case abi::kUringRestrictRegisterOp:
      if (one.what >= abi::kUringRegisterCount) return Errno(EINVAL);
      to.registrations.set(one.what);
      return {};
    case abi::kUringRestrictSqeOp:
      if (one.what >= abi::kUringOpCount) return Errno(EINVAL);
      to.operations.set(one.what);
      return {};
    case abi::kUringRestrictSqeFlagsAllowed:
      to.flags_allowed = one.what;
      return {};
    case abi::kUringRestrictSqeFlagsRequired:
      to.flags_required = one.what;
      return {};
    default:
      return Errno(EINVAL);
  }
}

Result<uint64_t> Restrict(Task& task, Uring& ring, const Args& args) {
  constexpr uint32_t kMost = uint32_t{abi::kUringRegisterCount} + abi::kUringOpCount + 2;
  if (ring.enabled) return Errno(EBADFD);
  if (ring.restrictions) return Errno(EBUSY);
  if (args.arg == 0 || args.count > kMost) return Errno(EINVAL);
  Uring::Restrictions restrictions;
  for (const abi::UringRestriction& one :
       TRY(task.CopyInArray(UserPtr<abi::UringRestriction>(args.arg), args.count))) {
    TRY(Allow(restrictions, one));
  }
  ring.restrictions = restrictions;
  return uint64_t{0};
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

Result<uint64_t> SetEventfdAsync(Task& task, Uring& ring, const Args& args) {
  TRY(SetEventfd(task, ring, args));
  ring.eventfd_async = true;
  return uint64_t{0};
}

Result<uint64_t> NoEventfd(Task&, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (!ring.eventfd) return Errno(ENXIO);
  ring.eventfd.reset();
  ring.eventfd_async = false;
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

Result<uint64_t> Enable(Task& task, Uring& ring, const Args& args) {
  if (args.arg != 0 || args.count != 0) return Errno(EINVAL);
  if (ring.enabled) return Errno(EBADFD);
  ring.enabled = true;
  if (ring.single_issuer) ring.issuer = Ref<Task>(&task);
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
    {abi::kUringRegisterEventfdAsync, SetEventfdAsync},
    {abi::kUringRegisterProbe, Probe},
    {abi::kUringRegisterRestrictions, Restrict},
    {abi::kUringRegisterEnableRings, Enable},
    {abi::kUringRegisterFiles2, Files2},
    {abi::kUringRegisterFilesUpdate2, UpdateFiles2},
    {abi::kUringRegisterBuffers2, Buffers2},
    {abi::kUringRegisterBuffersUpdate, UpdateBuffers},
    {abi::kUringRegisterIowqMaxWorkers, MostWorkers},
    {abi::kUringRegisterPbufRing, AddBufferRing},
    {abi::kUringUnregisterPbufRing, RemoveBufferRing},
    {abi::kUringRegisterSyncCancel, SyncCancel},
    {abi::kUringRegisterFileAllocRange, FileAllocRange},
};

}  // namespace

Result<uint64_t> SysIoUringRegister(Task& task, FdNum fd, uint32_t opcode, uint64_t arg,
                                    uint32_t count) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  Uring* ring = AsUring(*file);
  if (ring == nullptr) return Errno(EOPNOTSUPP);
  if (ring->issuer && ring->issuer.get() != &task) return Errno(EEXIST);
  // Restrictions count once the ring is enabled.
  if (ring->restrictions && ring->enabled &&
      (opcode >= abi::kUringRegisterCount || !ring->restrictions->registrations[opcode])) {
    return Errno(EACCES);
  }
  for (const Row& row : kRows) {
    if (row.opcode == opcode) return row.handler(task, *ring, {arg, count});
  }
  return Errno(EINVAL);
}

}  // namespace sentry

// shmget(2), shmat(2), shmdt(2).
#include <memory>

#include "abi/linux/mman.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/fs/tmpfs/shm_files.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/opened_file.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {
namespace {

// newseg()
Result<int32_t> NewSegment(Task& task, int32_t key, uint64_t size, uint32_t flags) {
  SharedMemory& table = Segments(task);
  Sysctls& settings = task.kernel().Get<Sysctls>();
  if (size < abi::kShmmin || size > settings.Unsigned("kernel/shmmax")) return Errno(EINVAL);
  uint64_t pages = size / abi::kPageSize + (size % abi::kPageSize != 0 ? 1 : 0);
  if (pages * abi::kPageSize < size) return Errno(ENOSPC);
  uint64_t most = settings.Unsigned("kernel/shmall");
  if (table.pages + pages < pages || table.pages + pages > most) return Errno(ENOSPC);
  if (static_cast<int64_t>(table.size()) >= settings.Number("kernel/shmmni")) return Errno(ENOSPC);
  if ((flags & abi::kShmHugetlb) != 0) return Errno(ENOSYS);  // As a kernel without hugetlbfs.
  char name[32];
  std::snprintf(name, sizeof(name), "/SYSV%08x (deleted)", static_cast<unsigned>(key));
  OpContext ctx = task.context();
  Ref<FileDescription> file =
      TRY(task.kernel().Get<ShmFiles>().Create(ctx, name, flags & abi::kSIrwxugo));
  AttributeChange resize{};
  resize.size = size;
  Result<void> resized = file->inode()->SetAttributes(ctx, resize);
  if (!resized.ok())
    return Errno(resized.Is(EFBIG) || resized.Is(EINVAL) ? ENOMEM : resized.error().value());
  Ref<ShmSegment> segment = MakeRef<ShmSegment>(
      table, IpcOwner::MadeBy(task.creds(), task.namespaces().ipc->owner, key, flags), size,
      std::move(file), IpcPid(task));
  int32_t id = TRY(table.Add(std::move(segment), settings.Number("kernel/shmmni")));
  table.pages += pages;
  return id;
}

// One mapping of a segment that is being made: counted from the start, so that the segment stays,
// and no more when it does not come about.
class Attaching {
 public:
  Attaching(Ref<ShmSegment> segment, int32_t pid) : segment_(std::move(segment)), pid_(pid) {
    segment_->Attached(pid_);
  }
  ~Attaching() {
    if (segment_ != nullptr) segment_->Closed(pid_);
  }
  Attaching(const Attaching&) = delete;
  Attaching& operator=(const Attaching&) = delete;
  ShmSegment& segment() { return *segment_; }
  Ref<ShmSegment> Take() { return std::move(segment_); }

 private:
  Ref<ShmSegment> segment_;
  const int32_t pid_;
};

struct AttachPlan {
  uint64_t address = 0;
  uint32_t prot = abi::kProtRead;
  uint32_t map_flags = abi::kMapShared;
  uint32_t access = kIpcRead;
  bool read_only = false;
};

// The first part of do_shmat(): what the address and the flags mean.
Result<AttachPlan> PlanAttach(uint64_t address, uint32_t flags) {
  AttachPlan plan{.address = address};
  if (address != 0) {
    if (address % abi::kPageSize != 0) {
      if ((flags & abi::kShmRnd) == 0) return Errno(EINVAL);
      plan.address -= address % abi::kPageSize;
      if (plan.address == 0 && (flags & abi::kShmRemap) != 0) return Errno(EINVAL);
    }
    bool replace = (flags & abi::kShmRemap) != 0;
    plan.map_flags |= replace ? abi::kMapFixed : abi::kMapFixedNoreplace;
  } else if ((flags & abi::kShmRemap) != 0) {
    return Errno(EINVAL);
  }
  plan.read_only = (flags & abi::kShmRdonly) != 0;
  if (!plan.read_only) {
    plan.prot |= abi::kProtWrite;
    plan.access |= kIpcWrite;
  }
  if ((flags & abi::kShmExec) != 0) {
    plan.prot |= abi::kProtExec;
    plan.access |= kIpcExec;
  }
  return plan;
}

void FinishAttach(Task& task, Attaching& attaching, const AttachPlan& plan, int64_t result) {
  if (result < 0 && result > -4096) {
    int error = static_cast<int>(-result);
    return task.CompleteSyscall(Errno(error == EEXIST ? EINVAL : error));
  }
  Ref<ShmSegment> segment = attaching.Take();
  uint64_t length = segment->pages() * abi::kPageSize;
  task.mm().attached.Add(
      static_cast<uint64_t>(result),
      {.length = length, .offset = 0, .segment = std::move(segment), .read_only = plan.read_only},
      IpcPid(task));
  task.CompleteSyscall(static_cast<uint64_t>(result));
}

}  // namespace

Result<int32_t> SysShmget(Task& task, int32_t key, uint64_t size, uint32_t flags) {
  auto check = [size](const ShmSegment& segment) -> Result<void> {
    if (segment.size() < size) return Errno(EINVAL);
    return {};
  };
  return IpcGet<ShmSegment>(Segments(task), task.creds(), key, flags, check,
                            [&] { return NewSegment(task, key, size, flags); });
}

Result<uint64_t> SysShmat(Task& task, int32_t id, uint64_t address, uint32_t flags) {
  if (id < 0) return Errno(EINVAL);
  AttachPlan plan = TRY(PlanAttach(address, flags));
  Ref<ShmSegment> segment = TRY(Segments(task).Find(id));
  TRY(segment->owner.CheckAccess(task.creds(), plan.access));
  uint64_t end;
  if (plan.address != 0 && (__builtin_add_overflow(plan.address, segment->size(), &end) ||
                            end > task.kernel().platform().GuestAddressLimit())) {
    return Errno(EINVAL);
  }
  OpContext ctx = task.context();
  Mapping mapping = TRY(segment->file().Map(ctx, plan.prot, plan.map_flags));
  RememberMapping(task.mm(), segment->file_ref(), mapping);
  auto attaching = std::make_shared<Attaching>(std::move(segment), IpcPid(task));
  task.CaptureThen([attaching, plan, mapping](Task& self) {
    platform::HostCall call{.number = abi::kSysMmap,
                            .args = {plan.address, attaching->segment().size(), plan.prot,
                                     plan.map_flags, 0, mapping.offset_add},
                            .fd_arg = 4,
                            .host_fd = mapping.host_fd};
    self.InjectThen(std::span(&call, 1),
                    [attaching, plan](Task& done, std::span<const int64_t> results) {
                      FinishAttach(done, *attaching, plan, results[0]);
                    });
  });
  return Errno(kErrnoNoReturn);
}

// All pieces of the segment that was attached at `address` go, also those behind holes.
Result<uint64_t> SysShmdt(Task& task, uint64_t address) {
  if (address % abi::kPageSize != 0) return Errno(EINVAL);
  const auto& pieces = task.mm().attached.pieces();
  const AttachedSegment* segment = nullptr;
  std::vector<UserRange> going;
  for (auto at = pieces.lower_bound(address); at != pieces.end(); ++at) {
    const AttachedPieces::Piece& piece = at->second;
    if (at->first - address != piece.offset) continue;
    if (segment != nullptr && piece.segment.get() != segment) continue;
    segment = piece.segment.get();
    going.push_back({at->first, piece.length});
  }
  if (going.empty()) return Errno(EINVAL);
  task.CaptureThen([going](Task& self) {
    std::vector<platform::HostCall> calls;
    for (const UserRange& range : going) {
      calls.push_back({.number = abi::kSysMunmap, .args = {range.address, range.length}});
    }
    self.InjectThen(calls, [going](Task& done, std::span<const int64_t>) {
      for (const UserRange& range : going) {
        done.mm().attached.Remove(range.address, range.length, IpcPid(done));
      }
      done.CompleteSyscall(uint64_t{0});
    });
  });
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry

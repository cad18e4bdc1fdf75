#include "sentry/syscalls/leases.h"

#include <set>

#include "abi/linux/capability.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/async_io.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// Descriptions that only read the file, but for `self` (i_readcount).
size_t OtherReaders(Kernel& kernel, const FileDescription& self) {
  std::set<const FileDescription*> readers;
  std::set<const FdTable*> seen;
  for (ThreadGroup* group : kernel.pids().Groups()) {
    for (Task* task : group->tasks) {
      if (task->dead() || !seen.insert(&task->fds()).second) continue;
      for (int number : task->fds().Numbers()) {
        Result<Ref<FileDescription>> file = task->fds().Get(FdNum(number));
        if (!file.ok() || (*file)->inode() != self.inode() || file->get() == &self) continue;
        if ((*file)->readable() && !(*file)->writable()) readers.insert(file->get());
      }
    }
  }
  return readers.size();
}

// check_conflicting_open()
Result<void> CheckOpens(Kernel& kernel, const FileDescription& file, LeaseType type) {
  const int32_t writers = file.inode()->locks().write_count;
  if (type == LeaseType::kRead) return writers > 0 ? Errno(EAGAIN) : Result<void>();
  if (writers != (file.writable() ? 1 : 0) || OtherReaders(kernel, file) != 0) {
    return Errno(EAGAIN);
  }
  return {};
}

// What lease_setup() does: signals go to the process unless somebody was named already.
void SetUp(Task& task, FileDescription& file) {
  AsyncIo& async = AsyncIo::Of(task.kernel(), file);
  if (async.owner() == 0) async.SetOwner(task, task.group().pid.value(), false);
}

Result<uint64_t> DropLease(Task& task, FileDescription& file) {
  TRY(file.inode()->locks().leases.Remove(file));
  AsyncIo& async = AsyncIo::Of(task.kernel(), file);
  async.SetOwner(task, 0, false);
  async.SetSignal(0);
  file.inode()->locks().queue().Notify(abi::kPollIn);
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> SetLease(Task& task, FdNum fd, FileDescription& file, int32_t type) {
  const bool known = type == abi::kFRdlck || type == abi::kFWrlck || type == abi::kFUnlck;
  if (!known) return Errno(EINVAL);
  Inode* inode = file.inode();
  if (inode == nullptr) return Errno(EINVAL);
  if (inode->uid() != task.creds().fsuid && !task.creds().HasCapability(abi::kCapLease)) {
    return Errno(EACCES);
  }
  if (!inode->IsRegular()) return Errno(EINVAL);
  FileLocks& locks = inode->locks();
  if (locks.leases.Expire(MonotonicNow())) locks.queue().Notify(abi::kPollIn);
  if (type == abi::kFUnlck) return DropLease(task, file);
  const LeaseType wanted = type == abi::kFRdlck ? LeaseType::kRead : LeaseType::kWrite;
  TRY(CheckOpens(task.kernel(), file, wanted));
  if (task.kernel().Get<Sysctls>().Number("fs/leases-enable") == 0) return Errno(EINVAL);
  TRY(locks.leases.Set(file, fd.value(), wanted));
  SetUp(task, file);
  locks.queue().Notify(abi::kPollIn);
  return uint64_t{0};
}

Result<uint64_t> GetLease(const FileDescription& file) {
  Inode* inode = file.inode();
  FileLocks* locks = inode != nullptr ? inode->existing_locks() : nullptr;
  if (locks == nullptr) return uint64_t{abi::kFUnlck};
  if (locks->leases.Expire(MonotonicNow())) locks->queue().Notify(abi::kPollIn);
  switch (locks->leases.TypeOf(file)) {
    case LeaseType::kRead:
      return uint64_t{abi::kFRdlck};
    case LeaseType::kWrite:
      return uint64_t{abi::kFWrlck};
    case LeaseType::kNone:
      return uint64_t{abi::kFUnlck};
  }
  return Errno(EINVAL);
}

void BreakLeases(Kernel& kernel, Inode& inode, bool write) {
  constexpr int64_t kSecond = 1'000'000'000;
  Leases& leases = inode.locks().leases;
  const MonoTime now = MonotonicNow();
  leases.Expire(now);
  const int64_t grace = kernel.Get<Sysctls>().Number("fs/lease-break-time") * kSecond;
  for (const Lease& lease : leases.Break(write, now + grace)) {
    AsyncIo::Of(kernel, *lease.holder).Tell(FdNum(lease.fd));
  }
}

}  // namespace sentry

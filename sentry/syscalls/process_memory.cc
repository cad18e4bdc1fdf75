// process_vm_readv(2), process_vm_writev(2), process_madvise(2), process_mrelease(2): the memory of
// other processes.
#include "sentry/syscalls/process_memory.h"

#include "abi/linux/capability.h"
#include "abi/linux/mman.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/syscalls/pidfd.h"

namespace sentry {
namespace {

constexpr size_t kChunk = 64 << 10;

// Bytes of both sides that go together next.
struct Cursor {
  const std::vector<UserRange>& ranges;
  size_t index = 0;
  uint64_t offset = 0;

  uint64_t left() {
    while (index < ranges.size() && offset == ranges[index].length) {
      ++index;
      offset = 0;
    }
    return index < ranges.size() ? ranges[index].length - offset : 0;
  }
  uint64_t address() const { return ranges[index].address + offset; }
};

// What of a range is the guest's: the platform's own pages lie above.
uint64_t GuestPart(Task& task, uint64_t address, uint64_t length) {
  const uint64_t limit = task.kernel().platform().GuestAddressLimit();
  return address < limit ? std::min(length, limit - address) : 0;
}

// Moves bytes until either side ends or faults.
Result<uint64_t> Move(Task& task, Task& other, Cursor mine, Cursor others, bool write) {
  std::vector<std::byte> buffer(kChunk);
  uint64_t done = 0;
  while (mine.left() != 0 && others.left() != 0) {
    uint64_t size = std::min({mine.left(), others.left(), uint64_t{kChunk}});
    size = std::min(GuestPart(task, others.address(), size), size);
    std::span<std::byte> bytes = std::span(buffer).first(size);
    UserMemory& from = write ? static_cast<UserMemory&>(task) : other;
    UserMemory& to = write ? static_cast<UserMemory&>(other) : task;
    Cursor& source = write ? mine : others;
    Cursor& sink = write ? others : mine;
    Result<size_t> got = size != 0 ? from.ReadSome(source.address(), bytes) : Errno(EFAULT);
    Result<size_t> put = got;
    if (got.ok() && *got != 0) put = to.WriteSome(sink.address(), bytes.first(*got));
    if (!put.ok() || *put == 0) {
      return done != 0 ? Result<uint64_t>(done) : put.ok() ? Errno(EFAULT) : put.error();
    }
    done += *put;
    mine.offset += *put;
    others.offset += *put;
    if (*put < size) return done;
  }
  return done;
}

// Addresses of another's memory, which may be anything (iovec_from_user()).
Result<std::vector<UserRange>> CopyInRemote(Task& task, uint64_t address, uint64_t count) {
  constexpr size_t kUioMaxIov = 1024;
  if (count > kUioMaxIov) return Errno(EINVAL);
  std::vector<UserRange> ranges = TRY(task.CopyInArray(UserPtr<UserRange>(address), count));
  for (const UserRange& range : ranges) {
    if (static_cast<int64_t>(range.length) < 0) return Errno(EINVAL);
  }
  return ranges;
}

Result<uint64_t> ProcessVm(Task& task, int pid, uint64_t local, uint64_t local_count,
                           uint64_t remote, uint64_t remote_count, uint64_t flags, bool write) {
  if (flags != 0) return Errno(EINVAL);
  const std::vector<UserRange> mine = TRY(CopyInIovec(task, local, local_count));
  if (Cursor{mine}.left() == 0) return uint64_t{0};
  const std::vector<UserRange> others = TRY(CopyInRemote(task, remote, remote_count));
  if (Cursor{others}.left() == 0) return uint64_t{0};
  Task* target = pid > 0 ? task.FindTask(pid) : nullptr;
  if (target == nullptr || target->dead() || !target->has_thread()) return Errno(ESRCH);
  if (!MayTrace(task, *target)) return Errno(EPERM);
  return Move(task, *target, {mine}, {others}, write);
}

bool IsAdviceForOthers(int advice) {
  return advice == abi::kMadvCold || advice == abi::kMadvPageout || advice == abi::kMadvWillneed ||
         advice == abi::kMadvCollapse;
}

}  // namespace

Result<uint64_t> SysProcessVmReadv(Task& task, int pid, uint64_t local, uint64_t local_count,
                                   uint64_t remote, uint64_t remote_count, uint64_t flags) {
  return ProcessVm(task, pid, local, local_count, remote, remote_count, flags, false);
}

Result<uint64_t> SysProcessVmWritev(Task& task, int pid, uint64_t local, uint64_t local_count,
                                    uint64_t remote, uint64_t remote_count, uint64_t flags) {
  return ProcessVm(task, pid, local, local_count, remote, remote_count, flags, true);
}

// These advices change nothing that a program can see, so they are checked and not passed on.
Result<uint64_t> SysProcessMadvise(Task& task, FdNum pidfd, uint64_t vec, uint64_t count,
                                   int advice, uint32_t flags) {
  constexpr uint64_t kPage = 4096;
  if (flags != 0) return Errno(EINVAL);
  const std::vector<UserRange> ranges = TRY(CopyInIovec(task, vec, count));
  Ref<ThreadGroup> group = TRY(GroupOfPidfd(task, pidfd));
  if (group->leader == nullptr || group->tasks.empty()) return Errno(ESRCH);
  if (!IsAdviceForOthers(advice)) return Errno(EINVAL);
  if (!MayRead(task, *group->leader)) return Errno(EPERM);
  if (!task.creds().HasCapability(abi::kCapSysNice)) return Errno(EPERM);
  uint64_t total = 0;
  for (const UserRange& range : ranges) {
    if (range.address % kPage != 0) return total != 0 ? Result<uint64_t>(total) : Errno(EINVAL);
    total += range.length;
  }
  return total;
}

// Who is to die has died by the time that anybody could ask: nothing is left to be released early.
Result<void> SysProcessMrelease(Task& task, FdNum pidfd, uint32_t flags) {
  if (flags != 0) return Errno(EINVAL);
  Ref<ThreadGroup> group = TRY(GroupOfPidfd(task, pidfd));
  if (group->tasks.empty()) return Errno(ESRCH);
  return Errno(EINVAL);
}

}  // namespace sentry

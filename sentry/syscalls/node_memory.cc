// migrate_pages(2), move_pages(2): a machine with one memory node, where pages have nowhere to go.
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/syscalls/memory_calls.h"

namespace sentry {
namespace {

constexpr uint64_t kNodeBits = 1024;  // MAX_NUMNODES
constexpr uint64_t kPageBits = 4096 * 8;

// get_nodes(): which of the nodes 0 to 63 are named.  EINVAL for one that there cannot be.
Result<uint64_t> CopyInNodes(Task& task, UserPtr<uint64_t> mask, uint64_t max) {
  --max;
  if (max == 0 || mask.IsNull()) return uint64_t{0};
  if (max > kPageBits) return Errno(EINVAL);
  const uint64_t words = (max + 63) / 64;
  std::vector<uint64_t> bits = TRY(task.CopyInArray(mask, words));
  if (max % 64 != 0) bits.back() &= (uint64_t{1} << (max % 64)) - 1;
  for (uint64_t i = kNodeBits / 64; i < words; ++i) {
    if (bits[i] != 0) return Errno(EINVAL);
  }
  return bits.front();
}

// find_mm_struct(): 0 is the caller.
Result<Task*> FindTarget(Task& task, int32_t pid) {
  Task* target = pid == 0 ? &task : task.FindTask(pid);
  if (target == nullptr || target->dead()) return Errno(ESRCH);
  if (!MayTrace(task, *target)) return Errno(EPERM);
  return target;
}

}  // namespace

Result<uint64_t> SysMigratePages(Task& task, int32_t pid, uint64_t max_node, UserPtr<uint64_t> from,
                                 UserPtr<uint64_t> to) {
  TRY(CopyInNodes(task, from, max_node));
  const uint64_t wanted = TRY(CopyInNodes(task, to, max_node));
  TRY(FindTarget(task, pid));
  constexpr uint64_t kOnlyNode = 1;
  if ((wanted & ~kOnlyNode) != 0) return Errno(EPERM);
  return uint64_t{0};  // All pages are where they shall be.
}

Result<uint64_t> SysMovePages(Task& task, int32_t pid, uint64_t count, UserAddr, UserAddr, UserAddr,
                              int32_t flags) {
  constexpr int32_t kMove = 2, kMoveAll = 4;
  if ((flags & ~(kMove | kMoveAll)) != 0) return Errno(EINVAL);
  if (count > 0xffffffff) return Errno(E2BIG);
  Task* target = TRY(FindTarget(task, pid));
  if (&target->mm() != &task.mm()) return Errno(EPERM);
  if (pid == 0) return Errno(kErrnoHost);
  // The host knows the caller by another number.
  task.CaptureThen([](Task& self) {
    const uint64_t(&args)[6] = self.call().args;
    platform::HostCall call{.number = self.call().number,
                            .args = {0, args[1], args[2], args[3], args[4], args[5]}};
    self.InjectThen(std::span(&call, 1), [](Task& done, std::span<const int64_t> results) {
      done.CompleteSyscall(static_cast<uint64_t>(results[0]));
    });
  });
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry

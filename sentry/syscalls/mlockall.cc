// mlockall(2).  The host would count and lock the platform's pages too, so that what is mapped now
// is locked piece by piece.
#include <sys/resource.h>

#include <memory>
#include <vector>

#include "abi/linux/capability.h"
#include "abi/linux/mman.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/kernel/host_maps.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/memory_calls.h"

namespace sentry {
namespace {

struct Piece {
  uint64_t begin, end;
};

// What the guest has mapped.
std::vector<Piece> PiecesOf(Task& task) {
  const Kernel& kernel = task.kernel();
  const std::string maps =
      ReadHostProc(kernel.options().proc_fd, std::to_string(task.thread().host_pid()) + "/maps");
  const uint64_t limit = task.kernel().platform().GuestAddressLimit();
  std::vector<Piece> pieces;
  for (std::string_view rest = maps; !rest.empty();) {
    HostMapping mapping;
    if (!ParseHostMapping(NextLine(rest), mapping) || mapping.begin >= limit) continue;
    pieces.push_back({mapping.begin, mapping.end});
  }
  return pieces;
}

// What the host would let the guest lock: it knows nothing of the guest's capabilities.
uint64_t HostLimit(Task& task) {
  rlimit limit{};
  const int pid = task.thread().host_pid();
  if (::prlimit(pid, RLIMIT_MEMLOCK, nullptr, &limit) != 0) return 0;
  return limit.rlim_cur;
}

struct Locking {
  std::vector<Piece> pieces;
  uint64_t on_fault;
  size_t next = 0;
};

// One after the other, whatever becomes of each: pages that cannot be there are left out
// (mm_populate()).
void LockRest(Task& task, std::shared_ptr<Locking> work) {
  if (work->next == work->pieces.size()) return task.CompleteSyscall(0);
  const Piece& piece = work->pieces[work->next++];
  const platform::HostCall call{
      .number = abi::kSysMlock2,
      .args = {piece.begin, piece.end - piece.begin, work->on_fault, 0, 0, 0}};
  task.InjectThen(std::span(&call, 1),
                  [work](Task& self, std::span<const int64_t>) { LockRest(self, work); });
}

}  // namespace

Result<uint64_t> SysMlockall(Task& task, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kMclCurrent | abi::kMclFuture | abi::kMclOnfault;
  // The host's answer does for all the rest.
  const bool valid = (flags & ~kKnown) == 0;
  if (!valid || (flags & abi::kMclCurrent) == 0) return Errno(kErrnoHost);
  const bool privileged = task.creds().HasCapability(abi::kCapIpcLock);
  const uint64_t limit = task.group().limit(abi::kRlimitMemlock);
  if (limit == 0 && !privileged) return Errno(EPERM);
  auto work = std::make_shared<Locking>();
  work->pieces = PiecesOf(task);
  work->on_fault = (flags & abi::kMclOnfault) != 0 ? abi::kMlockOnfault : 0;
  uint64_t total = 0;
  for (const Piece& piece : work->pieces) total += piece.end - piece.begin;
  if (total > HostLimit(task) || (total > limit && !privileged)) return Errno(ENOMEM);
  task.CaptureThen([=](Task& self) {
    // What is mapped later, and nothing else; or that it is not locked.
    const bool future = (flags & abi::kMclFuture) != 0;
    const platform::HostCall first{
        .number = future ? abi::kSysMlockall : abi::kSysMunlockall,
        .args = {future ? uint64_t{flags & ~abi::kMclCurrent} : 0, 0, 0, 0, 0, 0}};
    self.InjectThen(std::span(&first, 1), [work](Task& locking, std::span<const int64_t> results) {
      if (results[0] < 0) {
        locking.CompleteSyscall(static_cast<uint64_t>(results[0]));
      } else {
        LockRest(locking, work);
      }
    });
  });
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry

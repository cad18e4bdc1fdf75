// Leases (fcntl(2)): F_SETLEASE, F_GETLEASE, and waiting for them to be given up.
#pragma once

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/file_locks.h"

namespace sentry {

Result<uint64_t> SetLease(Task& task, FdNum fd, FileDescription& file, int32_t type);
Result<uint64_t> GetLease(const FileDescription& file);
// Tells who holds a lease on the file that is in the way, and from when on it is no more.
void BreakLeases(Kernel& kernel, Inode& inode, bool write);

// `attempt` said kErrnoLeased: breaks what is in the way and tries again once it is gone.
template <typename F>
std::invoke_result_t<F, Task&> WhenGivenUp(Task& task, Ref<Inode> inode, bool write,
                                           bool nonblocking, F attempt) {
  BreakLeases(task.kernel(), *inode, write);
  auto again = [inode, attempt](Task& self) mutable {
    if (inode->locks().leases.Expire(MonotonicNow())) inode->locks().queue().Notify(abi::kPollIn);
    std::invoke_result_t<F, Task&> result = attempt(self);
    return result.Is(kErrnoLeased) ? std::invoke_result_t<F, Task&>(Errno(EAGAIN)) : result;
  };
  WaitSpec wait;
  wait.queues.push_back({&inode->locks().queue(), abi::kPollIn});
  wait.deadline = inode->locks().leases.NextLoss(write);
  wait.on_cut_short = [again](Task& self, bool timed_out) mutable {
    std::optional<Result<uint64_t>> result;
    if (timed_out) result = EncodeResult(again(self));
    return result;
  };
  return task.Retry(std::move(wait), nonblocking, again);
}

}  // namespace sentry

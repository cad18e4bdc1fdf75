// Block: the record of a call that waits.  It holds no thread: whoever makes progress notifies a
// queue, and the serving thread runs `attempt` again and answers the guest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "abi/linux/errno.h"
#include "platform/base/result.h"
#include "platform/base/unique_function.h"
#include "platform/base/wait_queue.h"
#include "sentry/time/time.h"

namespace sentry {

class Task;

using base::Errno;
using base::Result;

struct WaitOn {
  base::WaitQueue* queue;
  uint32_t events;
};

// What a call waits for, and what happens when it does not come.
struct WaitSpec {
  std::vector<WaitOn> queues;  // What they belong to is kept alive by what `attempt` captures.
  std::optional<MonoTime> deadline;  // Absolute.
  Result<uint64_t> on_timeout = Errno(ETIMEDOUT);
  // The result when a signal cuts the wait short: kERestartSys (restarted under SA_RESTART),
  // kERestartNoHand (restarted only if no handler runs), EINTR; kERestartRestartBlock: as NoHand,
  // and `deadline` is kept for the restarted call (Task::restart_deadline()).
  int on_signal = abi::kERestartSys;
  bool killable_only = false;  // Only a fatal signal ends it (vfork's parent).
  base::UniqueFunction<void(Task&)>
      on_interrupt;  // Before the task is answered because of a signal: write `rem` and so on.
  // What the call gives when time or a signal cuts it short, instead of on_timeout and on_signal:
  // the bytes that a partial write has moved, a select's cleared sets.  nullopt: those hold.
  base::UniqueFunction<std::optional<Result<uint64_t>>(Task&, bool timed_out)> on_cut_short;
};

}  // namespace sentry

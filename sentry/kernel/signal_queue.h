// Pending signals (signal(7)): one queue per task and one per thread group; and the actions that a
// process has set.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>

#include "abi/linux/signal.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::MakeRef;
using base::Ref;
using base::RefCounted;
using base::Result;

using abi::Sigset;

// Standard signals are kept once each, real-time signals in order of arrival.
class SignalQueue {
 public:
  // False: a standard signal that is pending already; nothing changed.  EAGAIN for a real-time
  // signal when `limit` (RLIMIT_SIGPENDING) is reached and it was queued with sigqueue-like
  // information.
  Result<bool> Enqueue(const abi::SigInfo& info, uint64_t limit);
  // The next signal outside `blocked` in Linux's order (synchronous faults first, then the lowest
  // number), removed.
  std::optional<abi::SigInfo> Dequeue(Sigset blocked);
  // The queued signal of POSIX timer `id`; null: none is pending.
  abi::SigInfo* FindTimer(int signal, int32_t id);
  // Drops all pending instances of the signals in `set`.
  void Discard(Sigset set);
  Sigset pending() const { return pending_; }
  const std::list<abi::SigInfo>& entries() const { return queue_; }  // In order of arrival.
  size_t size() const { return queue_.size(); }

 private:
  Sigset pending_ = 0;
  std::list<abi::SigInfo> queue_;
};

// sigaction(2) of all signals; shared with CLONE_SIGHAND.
struct SignalActions final : RefCounted {
  std::array<abi::SigAction, 65> actions{};  // By number; [0] unused.
  Ref<SignalActions> Clone() const {
    Ref<SignalActions> copy = MakeRef<SignalActions>();
    copy->actions = actions;
    return copy;
  }
};

enum class DefaultAction { kTerminate, kCore, kIgnore, kStop, kContinue };
DefaultAction DefaultActionOf(int signal);

}  // namespace sentry

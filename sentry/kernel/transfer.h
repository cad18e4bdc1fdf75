// A transfer that is not over before everything has been moved: a blocking write(2) to a pipe, a
// send(2) on a stream, a recv(2) with MSG_WAITALL.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "sentry/kernel/task.h"

namespace sentry {

struct TransferRules {
  uint32_t events = 0;  // What to wait for when nothing can be moved.
  bool nonblocking = false;
  bool until_done = true;  // Otherwise the first bytes that moved end it.
};

// `io` is an IoSource or an IoSink that says by remaining() what is left; `step(task, io)` moves
// what it can, EAGAIN when it can move nothing, 0 at the end of file.  What has been moved when an
// error, a signal or the time-out of `file` ends it is the result.
template <typename Io, typename Step>
Result<size_t> Transfer(Task& task, Ref<FileDescription> file, TransferRules rules, Io io,
                        Step step) {
  struct State {
    Io io;
    size_t moved = 0;
  };
  auto state = std::make_shared<State>(State{std::move(io)});
  WaitSpec wait;
  if (base::WaitQueue* queue = file->Queue()) {
    wait.queues.push_back({queue, rules.events | abi::kPollErr | abi::kPollHup});
  }
  const bool nonblocking = rules.nonblocking || wait.queues.empty();
  if (std::optional<int64_t> limit = file->IoTimeout((rules.events & abi::kPollOut) != 0)) {
    wait.deadline = MonotonicNow() + *limit;
    wait.on_timeout = Errno(EAGAIN);
    wait.on_signal = EINTR;
  }
  wait.on_cut_short = [state](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (state->moved == 0) return std::nullopt;
    return Result<uint64_t>(uint64_t{state->moved});
  };
  auto attempt = [state, file = std::move(file), rules, nonblocking,
                  step = std::move(step)](Task& t) mutable -> Result<size_t> {
    for (;;) {
      Result<size_t> moved = step(t, state->io);
      if (!moved.ok()) {
        if (state->moved == 0) return moved;
        if (moved.Is(EAGAIN) && rules.until_done && !nonblocking) return moved;
        return state->moved;
      }
      state->moved += *moved;
      if (*moved == 0 || !rules.until_done || state->io.remaining() == 0) return state->moved;
    }
  };
  return task.Retry(std::move(wait), nonblocking, std::move(attempt));
}

}  // namespace sentry

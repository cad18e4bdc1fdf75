#include "sentry/syscalls/poll_set.h"

#include "abi/linux/poll.h"

namespace sentry {

uint32_t PollSet::Ready(size_t index) const {
  const Entry& entry = entries_[index];
  if (!entry.file) return 0;
  if (entry.file->Queue() == nullptr) {
    // Files that never wait (poll(2): "regular files always poll TRUE").
    constexpr uint32_t kDefault =
        abi::kPollIn | abi::kPollOut | abi::kPollRdnorm | abi::kPollWrnorm;
    return kDefault & entry.events;
  }
  return entry.file->Poll() & entry.events;
}

WaitSpec PollSet::Wait(std::optional<MonoTime> deadline) const {
  WaitSpec wait;
  wait.deadline = deadline;
  for (const Entry& entry : entries_) {
    base::WaitQueue* queue = entry.file ? entry.file->Queue() : nullptr;
    if (queue != nullptr) wait.queues.push_back({queue, entry.events});
  }
  return wait;
}

}  // namespace sentry

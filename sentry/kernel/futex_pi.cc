#include "sentry/kernel/futex_pi.h"

#include <algorithm>
#include <cstdio>

#include "abi/linux/futex.h"
#include "abi/linux/poll.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

UserPtr<uint32_t> Word(uint64_t address) {
  return UserPtr<uint32_t>(address);
}

// The mapping of the host that holds `address`, from the text of /proc/<pid>/maps.
std::optional<FutexKey> SharedKey(const std::string& maps, uint64_t address) {
  size_t at = 0;
  while (at < maps.size()) {
    size_t end = std::min(maps.find('\n', at), maps.size());
    const std::string line = maps.substr(at, end - at);
    at = end + 1;
    unsigned long long from, to, offset, inode;
    unsigned major, minor;
    char flags[5] = {};
    if (std::sscanf(line.c_str(), "%llx-%llx %4s %llx %x:%x %llu", &from, &to, flags, &offset,
                    &major, &minor, &inode) != 7) {
      continue;
    }
    if (address < from || address >= to || flags[3] != 's') continue;
    return FutexKey{uint64_t{major} << 32 | minor | uint64_t{1} << 63, inode,
                    offset + (address - from)};
  }
  return std::nullopt;
}

}  // namespace

Result<FutexKey> KeyOf(Task& task, uint64_t address, bool is_private) {
  if (address % sizeof(uint32_t) != 0) return Errno(EINVAL);
  if (!is_private) {
    std::string maps = ReadHostProc(task.kernel().options().proc_fd,
                                    std::to_string(task.thread().host_pid()) + "/maps");
    if (std::optional<FutexKey> key = SharedKey(maps, address)) return *key;
  }
  return FutexKey{reinterpret_cast<uint64_t>(&task.mm()), 0, address};
}

Result<bool> PiFutexes::TryTake(Task& memory, uint64_t address, const FutexKey& key, Tid tid) {
  const uint32_t word = TRY(memory.CopyIn(Word(address)));
  if ((word & abi::kFutexTidMask) != 0) return false;
  auto state = states_.find(key);
  const bool others = state != states_.end() && !state->second.waiters.empty();
  const uint32_t taken = static_cast<uint32_t>(tid.value()) | (word & abi::kFutexOwnerDied) |
                         (others ? abi::kFutexWaiters : 0);
  TRY(memory.CopyOut(Word(address), taken));
  if (others) {
    state->second.owner = tid;
    state->second.address = address;
  }
  return true;
}

Result<void> PiFutexes::CheckOwner(Task& memory, uint64_t address, Tid tid) const {
  const uint32_t word = TRY(memory.CopyIn(Word(address)));
  const Tid owner(static_cast<int32_t>(word & abi::kFutexTidMask));
  if (owner == tid) return Errno(EDEADLK);
  if (owner.value() != 0 && memory.FindTask(owner.value()) == nullptr) return Errno(ESRCH);
  return {};
}

void PiFutexes::Enqueue(Waiter& waiter, const FutexKey& key, Tid owner) {
  State& state = states_[key];
  state.owner = owner;
  waiter.key = key;
  auto after = std::find_if(state.waiters.begin(), state.waiters.end(),
                            [&](Waiter* other) { return other->priority < waiter.priority; });
  state.waiters.insert(after, &waiter);
}

void PiFutexes::Leave(Waiter& waiter) {
  if (!waiter.key) return;
  const FutexKey key = *waiter.key;
  waiter.key.reset();
  if (auto found = states_.find(key); found != states_.end()) {
    found->second.waiters.remove(&waiter);
    if (found->second.waiters.empty()) states_.erase(found);
  }
  if (auto found = requeue_.find(key); found != requeue_.end()) {
    found->second.remove(&waiter);
    if (found->second.empty()) requeue_.erase(found);
  }
}

Result<void> PiFutexes::HandOn(Task& memory, uint64_t address, State& state, uint32_t extra_bits) {
  Waiter& next = *state.waiters.front();
  // FUTEX_WAITERS stays while anybody may wait; a needless one costs one call at the next unlock.
  const uint32_t word = static_cast<uint32_t>(next.tid.value()) | abi::kFutexWaiters | extra_bits;
  TRY(memory.CopyOut(Word(address), word));
  state.owner = next.tid;
  state.address = address;
  next.granted = true;
  base::WaitQueue& queue = next.queue;
  Leave(next);  // `state` may be gone now.
  queue.Notify(abi::kPollIn);
  return {};
}

Result<void> PiFutexes::Unlock(Task& task, uint64_t address, const FutexKey& key) {
  const uint32_t word = TRY(task.CopyIn(Word(address)));
  if ((word & abi::kFutexTidMask) != static_cast<uint32_t>(task.NumberOf(task.tid()))) {
    return Errno(EPERM);
  }
  auto found = states_.find(key);
  if (found == states_.end()) return task.CopyOut(Word(address), uint32_t{0});
  return HandOn(task, address, found->second, 0);
}

void PiFutexes::OwnerDied(Task& task) {
  const uint64_t space = reinterpret_cast<uint64_t>(&task.mm());
  for (auto at = states_.begin(); at != states_.end();) {
    const FutexKey key = at->first;
    State& state = at->second;
    ++at;  // Handing on may remove this one.
    const uint64_t address = key.space == space ? key.offset : state.address;
    if (state.owner.value() != task.NumberOf(task.tid()) || address == 0) continue;
    [[maybe_unused]] Result<void> handed = HandOn(task, address, state, abi::kFutexOwnerDied);
  }
}

void PiFutexes::EnqueueForRequeue(Waiter& waiter, const FutexKey& key, const FutexKey& target) {
  waiter.key = key;
  waiter.requeue_to = target;
  requeue_[key].push_back(&waiter);
}

PiFutexes::Waiter* PiFutexes::FirstForRequeue(const FutexKey& key) {
  auto found = requeue_.find(key);
  return found == requeue_.end() ? nullptr : found->second.front();
}

}  // namespace sentry

// Private to kernel/task_*.cc: the record of a waiting call.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "platform/base/unique_function.h"
#include "platform/base/wait_queue.h"
#include "sentry/kernel/block.h"
#include "sentry/kernel/task.h"
#include "sentry/time/timer_queue.h"

namespace sentry {

// Before the platform is told to end `thread`, which it may free at once: the kernel names it no
// more, and an event about it that is on its way does not find the task, freed by then, any more.
// Returns it, to be ended.
inline platform::Thread* Disown(platform::Thread*& thread) {
  thread->owner = nullptr;
  return std::exchange(thread, nullptr);
}

struct Task::BlockRecord {
  // One registration in one queue; any of them makes the task ready.
  struct Registration final : base::Waiter {
    explicit Registration(Task& owner) : task(owner) {}
    void Wake(uint32_t) override;
    Task& task;
  };

  // The result of a wait that ends without success; runs the callbacks of `spec`.
  Result<uint64_t> CutShort(Task& task, bool timed_out);

  WaitSpec spec;
  base::UniqueFunction<Result<uint64_t>(Task&)> attempt;
  std::vector<std::unique_ptr<Registration>> registrations;
  std::unique_ptr<Timer> timer;
  bool missed = false;  // Notified while an attempt was being made.
  // What the task waits for already, when a call is made in its name meanwhile (Task::TakeWait).
  std::unique_ptr<BlockRecord> outer;
};

constexpr uint64_t kSyscallInstruction = 2;  // Bytes of `syscall`.

// The host may keep its caller waiting (task_host_call.cc).
bool WaitsInHost(const platform::Syscall& call);

// An execve under way: the stub that will be the new program.
struct Task::ExecRecord {
  ExecPlan plan;
  platform::Thread* thread = nullptr;
  bool mapped = false;  // The plan's calls are done; set_mm_map is what remains.
};

}  // namespace sentry

// SysvIpc: all System V objects of a sandbox, which is one IPC namespace.
#pragma once

#include "sentry/ipc/id_table.h"
#include "sentry/ipc/message_queue.h"
#include "sentry/ipc/semaphore_set.h"
#include "sentry/ipc/shared_memory.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class SharedMemory : public IpcTable<ShmSegment> {
 public:
  ~SharedMemory();
  uint64_t pages = 0;        // Of all segments, the removed ones that are still attached too.
  bool rmid_forced = false;  // /proc/sys/kernel/shm_rmid_forced
  void DestroyOrphans();     // It was set: segments that nobody has attached go.
};

class Semaphores : public IpcTable<SemaphoreSet> {
 public:
  explicit Semaphores(MemoryBudget& memory) : budget(memory) {}
  MemoryBudget& budget;
  uint64_t semaphores = 0;  // In all sets.
};

class MessageQueues : public IpcTable<MessageQueue> {
 public:
  explicit MessageQueues(MemoryBudget& memory) : budget(memory) {}
  MemoryBudget& budget;
  uint64_t bytes = 0, messages = 0;  // In all queues.
};

class SysvIpc final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kSysvIpc;
  static constexpr bool kPerIpc = true;
  explicit SysvIpc(Kernel& kernel) : sem(kernel.memory()), msg(kernel.memory()) {}

  SharedMemory shm;
  Semaphores sem;
  MessageQueues msg;
};

}  // namespace sentry

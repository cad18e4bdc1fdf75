// The calls of System V IPC, for the table.
#pragma once

#include "abi/linux/ipc.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

// shm.cc
Result<int32_t> SysShmget(Task& task, int32_t key, uint64_t size, uint32_t flags);
Result<uint64_t> SysShmat(Task& task, int32_t id, uint64_t address, uint32_t flags);
Result<uint64_t> SysShmdt(Task& task, uint64_t address);
// shmctl.cc
Result<int32_t> SysShmctl(Task& task, int32_t id, int32_t command, UserAddr arg);

// sem.cc
Result<int32_t> SysSemget(Task& task, int32_t key, int32_t count, uint32_t flags);
Result<void> SysSemop(Task& task, int32_t id, UserPtr<abi::Sembuf> ops, uint32_t count);
Result<void> SysSemtimedop(Task& task, int32_t id, UserPtr<abi::Sembuf> ops, uint32_t count,
                           UserPtr<abi::Timespec> timeout);
// semctl.cc
Result<int32_t> SysSemctl(Task& task, int32_t id, int32_t index, int32_t command, uint64_t arg);

// msg.cc
Result<int32_t> SysMsgget(Task& task, int32_t key, uint32_t flags);
Result<void> SysMsgsnd(Task& task, int32_t id, UserPtr<int64_t> message, uint64_t size,
                       uint32_t flags);
Result<size_t> SysMsgrcv(Task& task, int32_t id, UserPtr<int64_t> message, uint64_t size,
                         int64_t type, uint32_t flags);
// msgctl.cc
Result<int32_t> SysMsgctl(Task& task, int32_t id, int32_t command, UserAddr arg);

}  // namespace sentry

// The calls of asynchronous I/O, for the table.
#pragma once

#include "abi/linux/aio.h"
#include "abi/linux/time.h"
#include "sentry/syscalls/events_calls.h"

namespace sentry {

Result<uint64_t> SysIoSetup(Task& task, uint32_t slots, UserPtr<uint64_t> id);
Result<uint64_t> SysIoDestroy(Task& task, uint64_t id);
Result<size_t> SysIoSubmit(Task& task, uint64_t id, int64_t count, UserPtr<uint64_t> iocbs);
Result<size_t> SysIoGetevents(Task& task, uint64_t id, int64_t min, int64_t max,
                              UserPtr<abi::IoEvent> to, UserPtr<abi::Timespec> timeout);
Result<size_t> SysIoPgetevents(Task& task, uint64_t id, int64_t min, int64_t max,
                               UserPtr<abi::IoEvent> to, UserPtr<abi::Timespec> timeout,
                               UserPtr<abi::SigsetArgpack> mask);
Result<void> SysIoCancel(Task& task, uint64_t id, UserPtr<abi::Iocb> iocb);

}  // namespace sentry

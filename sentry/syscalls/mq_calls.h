// The calls of POSIX message queues, for the table.
#pragma once

#include "abi/linux/mqueue.h"
#include "abi/linux/signal.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<FdNum> SysMqOpen(Task& task, UserPtr<const char> name, uint32_t flags, uint32_t mode,
                        UserPtr<abi::MqAttr> attr);
Result<void> SysMqUnlink(Task& task, UserPtr<const char> name);
Result<void> SysMqTimedsend(Task& task, FdNum fd, UserPtr<std::byte> from, uint64_t size,
                            uint32_t priority, UserPtr<abi::Timespec> timeout);
Result<size_t> SysMqTimedreceive(Task& task, FdNum fd, UserPtr<std::byte> to, uint64_t size,
                                 UserPtr<uint32_t> priority, UserPtr<abi::Timespec> timeout);
Result<void> SysMqNotify(Task& task, FdNum fd, UserPtr<abi::SigEvent> event);
Result<void> SysMqGetsetattr(Task& task, FdNum fd, UserPtr<abi::MqAttr> wanted,
                             UserPtr<abi::MqAttr> old);

}  // namespace sentry

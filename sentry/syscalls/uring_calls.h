// The calls of io_uring, for the table.
#pragma once

#include "abi/linux/io_uring.h"
#include "sentry/kernel/task.h"

namespace sentry {

// uring_setup.cc
Result<FdNum> SysIoUringSetup(Task& task, uint32_t entries, UserPtr<abi::UringParams> params);
Result<uint64_t> SysIoUringEnter(Task& task, FdNum fd, uint32_t submit, uint32_t min_complete,
                                 uint32_t flags, uint64_t arg, uint64_t arg_size);
// uring_register.cc
Result<uint64_t> SysIoUringRegister(Task& task, FdNum fd, uint32_t opcode, uint64_t arg,
                                    uint32_t count);

}  // namespace sentry

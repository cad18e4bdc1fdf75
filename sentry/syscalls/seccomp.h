// seccomp(2), and what prctl(2) and ioctl(2) need of it.
#pragma once

#include <optional>

#include "sentry/kernel/task.h"

namespace sentry {

// seccomp.cc
Result<uint64_t> SysSeccomp(Task& task, uint32_t operation, uint32_t flags, uint64_t arg);
Result<uint64_t> PrctlSeccomp(Task& task, uint64_t mode, uint64_t filter);
// seccomp_notify.cc: nullopt when `file` is no listener.
std::optional<Result<uint64_t>> SeccompListenerIoctl(Task& task, const Ref<FileDescription>& file,
                                                     uint32_t request, uint64_t arg);
}  // namespace sentry

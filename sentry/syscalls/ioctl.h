// ioctl(2): what is answered before the file is asked.
#pragma once

#include <optional>

#include "sentry/kernel/task.h"

namespace sentry {

// file_ioctl.cc.  nullopt: the file answers itself.
std::optional<Result<void>> FileIoctl(Task& task, FileDescription& file, uint32_t request,
                                      uint64_t arg);

}  // namespace sentry

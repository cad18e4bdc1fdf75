// What the three generations of extended attribute calls share.
#pragma once

#include <string>

#include "sentry/syscalls/file_calls.h"

namespace sentry {

Result<void> SetXattrOf(Task& task, const Path& path, PathPtr name, Buffer value, uint64_t size,
                        uint32_t flags);
Result<size_t> GetXattrOf(Task& task, const Path& path, PathPtr name, Buffer to, uint64_t size);
Result<size_t> ListXattrOf(Task& task, const Path& path, Buffer to, uint64_t size);
Result<void> RemoveXattrOf(Task& task, const Path& path, PathPtr name);

}  // namespace sentry

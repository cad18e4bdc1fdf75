// null(4), zero(4), full(4), random(4), urandom(4), and kmsg, which nobody may read.
#pragma once

#include "sentry/vfs/file_description.h"

namespace sentry {

// Minors of major 1; ENXIO for those that are not there.
Result<Ref<FileDescription>> OpenMemoryDevice(OpContext& ctx, const Path& path, uint64_t rdev,
                                              uint32_t flags);
bool IsNullDevice(const FileDescription& file);
bool IsFullDevice(const FileDescription& file);

}  // namespace sentry

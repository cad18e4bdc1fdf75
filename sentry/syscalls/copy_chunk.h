// Moving bytes from one description to another through a buffer of the kernel.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// At most `max` bytes, and at most a buffer's worth.  Both positions advance by what was written,
// so nothing is lost when `out` takes only a part; `in` must have positions.  EAGAIN when `out`
// takes nothing now.
Result<size_t> CopyChunk(Task& task, FileDescription& in, int64_t* in_position,
                         FileDescription& out, int64_t* out_position, size_t max);

}  // namespace sentry

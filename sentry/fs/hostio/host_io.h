// Moving bytes between a host descriptor and a guest: at an explicit position (regular files) or as
// a stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/base/result.h"
#include "sentry/memmap/io.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

// Reads from *position on and advances it; null: at the position that the host's open file
// description has.  Fewer bytes at the end of the file only.  Pages that are not in the host's
// cache are waited for in a blocking section of ctx.task's kernel (without a task: under the lock),
// with *position behind them already, so that who shares it reads what follows.
Result<size_t> ReadHostFile(OpContext& ctx, int fd, IoSink& to, int64_t* position);

// In place of an offset: at the host's position.
constexpr int64_t kHostPosition = -1;
constexpr int64_t kHostEnd = -2;  // Behind what anybody wrote (RWF_APPEND).
// Bytes moved from `offset` on.
Result<size_t> WriteHostFile(OpContext& ctx, int fd, IoSource& from, int64_t offset);

}  // namespace sentry

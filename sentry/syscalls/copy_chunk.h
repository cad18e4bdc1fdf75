// Moving bytes from one description to another through a buffer of the kernel.
#pragma once

#include <optional>

#include "sentry/kernel/task.h"

namespace sentry {

// At most `max` bytes, and at most a buffer's worth.  Both positions advance by what was written,
// so nothing is lost when `out` takes only a part; `in` must have positions.  EAGAIN when `out`
// takes nothing now.
Result<size_t> CopyChunk(Task& task, FileDescription& in, int64_t* in_position,
                         FileDescription& out, int64_t* out_position, size_t max);

// A file, no pipe, that can be asked for bytes by splice(2) and sendfile(2), and one that takes
// them: neither directories nor what the kernel made without a type (eventfd(2), epoll(7) and their
// like).
bool CanSpliceFrom(FileDescription& file);
bool CanSpliceTo(const FileDescription& file);

// rw_verify_area(): no negative position, nor one that `count` takes beyond the last.
Result<void> CheckSpan(int64_t position, uint64_t count);

// A file's bytes on their way into a pipe: as many as there is room for, once there is some.
struct IntoPipeJob {
  Ref<FileDescription> in, pipe;
  UserPtr<int64_t> offset;    // Where the caller keeps `at`, or null.
  std::optional<int64_t> at;  // Otherwise the file's own.
  size_t max;
  bool nonblocking;
};
Result<size_t> SpliceIntoPipe(Task& task, IntoPipeJob job);

}  // namespace sentry

// Reading and writing a description with all that read(2) and write(2) promise around the file's
// own part: waiting, RLIMIT_FSIZE, set-user-ID bits, O_SYNC, inotify events.
#pragma once

#include <optional>

#include "sentry/kernel/task.h"

namespace sentry {

struct IoOptions {
  std::optional<int64_t> at;  // pread(2), pwrite(2): a position that does not move the file's.
  bool nowait = false;        // RWF_NOWAIT: as with O_NONBLOCK.
  bool append = false;        // RWF_APPEND
  bool sync = false;          // RWF_DSYNC, RWF_SYNC
};

// access_ok() and rw_verify_area() in turn: EFAULT for a buffer that reaches beyond what a program
// can have, EINVAL for a count or a place that is negative or more than a file has.
Result<void> CheckArea(const FileDescription& file, UserRange buffer, int64_t position);

// EBADF unless it is open for that; ESPIPE for a position where there are none.
Result<Ref<FileDescription>> FileToRead(Task& task, FdNum fd, bool positioned = false);
Result<Ref<FileDescription>> FileToWrite(Task& task, FdNum fd, bool positioned = false);

Result<size_t> ReadFile(Task& task, Ref<FileDescription> file, UserSink to,
                        const IoOptions& options = {});
Result<size_t> WriteFile(Task& task, Ref<FileDescription> file, UserSource from,
                         const IoOptions& options = {});

// One write without waiting, of as much as the caller's limits allow; what sendfile(2) and its like
// use too.  EFBIG sends SIGXFSZ.
Result<size_t> WriteOnce(Task& task, FileDescription& file, IoSource& from, int64_t* position);
// The same for reading.
Result<size_t> ReadOnce(Task& task, FileDescription& file, IoSink& to, int64_t* position);

}  // namespace sentry

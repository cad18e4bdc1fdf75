// Programs do the same with each file that they open: look at it, read it to its end, close it.
// What one did with the last file it is expected to do with the next, and finds the answers
// prepared (sentry/kernel/marshalling.h).  The calls are made when they are prepared, and undone
// unless the thread took their answers: nobody else looks in between.
#pragma once

#include <sys/syscall.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "sentry/kernel/task.h"

namespace sentry {

// Calls that are followed.
constexpr bool MayLeadOn(int64_t number) {
  return number == SYS_openat || number == SYS_newfstatat || number == SYS_fstat ||
         number == SYS_read || number == SYS_close || number == SYS_fcntl ||
         number == SYS_getdents64 || number == SYS_lseek;
}
// The task's call is about to be answered, or not.
void NoteCall(Task& task, const Result<uint64_t>& result);

// As getdents64(2): the records of all entries from the position on, which moves, if they fit and
// need not be waited for.
std::optional<std::vector<std::byte>> ListRest(Task& task, FileDescription& file, size_t room);

}  // namespace sentry

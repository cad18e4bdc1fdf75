// Closing a descriptor: what close(2) does beyond dropping the reference.
#pragma once

#include "sentry/vfs/file_description.h"

namespace sentry {

class Task;

// `file` was taken out of the task's table: its POSIX locks of this table are released (fcntl(2)),
// the file is told.
void CloseFile(Task& task, Ref<FileDescription> file);
// All that the task's table holds, when its last user goes.
void CloseAll(Task& task);

}  // namespace sentry

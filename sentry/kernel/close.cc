#include "sentry/kernel/close.h"

#include "sentry/kernel/task.h"
#include "sentry/vfs/file_locks.h"

namespace sentry {

void CloseFile(Task& task, Ref<FileDescription> file) {
  OpContext ctx = task.context();
  // Closing any descriptor of a file releases the process's record locks of it (fcntl(2)).
  FileLocks* locks = file->inode() != nullptr ? file->inode()->existing_locks() : nullptr;
  if (locks != nullptr) locks->ReleaseOwner(&task.fds());
  file->OnClose(ctx);
}

void CloseAll(Task& task) {
  for (Ref<FileDescription>& file : task.fds().TakeAll()) CloseFile(task, std::move(file));
}

}  // namespace sentry

#include "sentry/kernel/close.h"

#include "sentry/kernel/task.h"

namespace sentry {

void CloseFile(Task& task, Ref<FileDescription> file) {
  OpContext ctx = task.context();
  file->OnClose(ctx);
}

void CloseAll(Task& task) {
  for (Ref<FileDescription>& file : task.fds().TakeAll()) CloseFile(task, std::move(file));
}

}  // namespace sentry

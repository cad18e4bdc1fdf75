#include "sentry/kernel/close.h"

#include "sentry/kernel/task.h"

namespace sentry {

void CloseFile(Task& task, Ref<FileDescription> file) {
  OpContext ctx = task.context();
  file->OnClose(ctx);
}

}  // namespace sentry

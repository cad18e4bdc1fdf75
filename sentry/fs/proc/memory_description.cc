#include "sentry/fs/proc/memory_description.h"

#include <utility>

namespace sentry {

MemoryDescription::MemoryDescription(Path path, uint32_t flags, const Subject& subject, Task& task)
    : FileDescription(std::move(path), flags),
      subject_(subject),
      mm_(task.dead() ? nullptr : Ref<MemoryManager>(&task.mm())) {}

Task* MemoryDescription::Owner() const {
  if (!mm_) return nullptr;
  for (Task* task : subject_.group->tasks) {
    if (!task->dead() && task->has_thread() && &task->mm() == mm_.get()) return task;
  }
  return nullptr;
}

Result<int64_t> MemoryDescription::Seek(OpContext&, int64_t to, int whence) {
  if (whence == abi::kSeekSet) return offset = to;
  if (whence == abi::kSeekCur) return offset += to;
  return Errno(EINVAL);
}

}  // namespace sentry

#include "sentry/kernel/marshalling.h"

#include <optional>
#include <utility>

#include "platform/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

platform::Marshalling* Of(Task& task) {
  return task.has_thread() ? dynamic_cast<platform::Marshalling*>(&task.thread()) : nullptr;
}

// They see the result before the thread stores anything.
bool IsObserved(const Task& task) {
  return task.kernel().observer != nullptr || task.tracer || task.seccomp_mode != 0 ||
         task.user_dispatch.on;
}

}  // namespace

Result<std::string> ReadArgument(Task& task, uint64_t address, size_t max) {
  if (platform::Marshalling* thread = Of(task)) {
    std::optional<std::string> text = thread->BroughtString(address);
    if (text && text->size() < max) return std::move(*text);
  }
  return task.ReadString(address, max);
}

Result<void> WriteLast(Task& task, uint64_t address, std::span<const std::byte> bytes) {
  if (platform::Marshalling* thread = IsObserved(task) ? nullptr : Of(task)) {
    if (thread->TakeAway(address, bytes)) return {};
  }
  return task.Write(address, bytes);
}

}  // namespace sentry

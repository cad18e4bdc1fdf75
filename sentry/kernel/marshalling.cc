// What is asked of a thread that may be able to, with the way that always works behind it.
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

// One for all: each call of anybody takes back what was prepared before.  Guarded by the
// kernel's lock.
platform::Marshalling* prepared_thread = nullptr;
Task* prepared_task = nullptr;  // Nothing happens to it before they are taken back.
SettlePrepared settle_prepared = nullptr;
uint64_t prepared_age = 0;

}  // namespace

size_t MayPrepare(Task& task) {
  platform::Marshalling* thread = IsObserved(task) ? nullptr : Of(task);
  return thread != nullptr ? thread->MayPrepare() : 0;
}

size_t Prepare(Task& task, std::span<const platform::Marshalling::AnswerAhead> answers,
               SettlePrepared settle) {
  platform::Marshalling* thread = Of(task);
  if (thread == nullptr || prepared_thread != nullptr) return 0;
  const size_t count = thread->Prepare(answers);
  if (count == 0) return 0;
  prepared_thread = thread;
  prepared_task = &task;
  settle_prepared = settle;
  return count;
}

bool HasPrepared() {
  return prepared_thread != nullptr;
}

void DropPrepared() {
  ++prepared_age;
  if (prepared_thread == nullptr) return;
  const size_t used = std::exchange(prepared_thread, nullptr)->DropPrepared();
  if (settle_prepared != nullptr) std::exchange(settle_prepared, nullptr)(*prepared_task, used);
}

uint64_t PreparedAge() {
  return prepared_age;
}

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

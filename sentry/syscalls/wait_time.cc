#include "sentry/syscalls/wait_time.h"

namespace sentry {

Result<std::optional<MonoTime>> DeadlineFrom(Task& task, UserPtr<abi::Timespec> timeout) {
  if (timeout.IsNull()) return std::optional<MonoTime>{};
  const abi::Timespec limit = TRY(task.CopyIn(timeout));
  if (!IsValid(limit)) return Errno(EINVAL);
  return std::optional(MonotonicNow() + ToNanoseconds(limit));
}

Result<void> UseTemporaryMask(Task& task, UserPtr<abi::Sigset> mask, size_t size) {
  if (mask.IsNull()) return {};
  if (size != sizeof(abi::Sigset)) return Errno(EINVAL);
  task.SetTemporaryMask(TRY(task.CopyIn(mask)));
  return {};
}

void WriteRemaining(Task& task, UserPtr<abi::Timespec> to, std::optional<MonoTime> deadline) {
  if (to.IsNull() || !deadline) return;
  const int64_t left = *deadline - MonotonicNow();
  [[maybe_unused]] Result<void> written = task.CopyOut(to, ToTimespec(left > 0 ? left : 0));
}

}  // namespace sentry

// What calls that wait with a time-out and a signal mask share: ppoll, pselect6, epoll_pwait...
#pragma once

#include <optional>

#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

// The deadline of a relative time-out in guest memory; nullopt for a null pointer.  EINVAL.
Result<std::optional<MonoTime>> DeadlineFrom(Task& task, UserPtr<abi::Timespec> timeout);

// Sets the temporary mask of ppoll(2) and its like; a null `mask` changes nothing.  EINVAL when
// `size` is not that of a sigset_t.
Result<void> UseTemporaryMask(Task& task, UserPtr<abi::Sigset> mask, size_t size);

// Writes what is left until `deadline` (Linux: poll_select_finish()); a fault is ignored.
void WriteRemaining(Task& task, UserPtr<abi::Timespec> to, std::optional<MonoTime> deadline);

}  // namespace sentry

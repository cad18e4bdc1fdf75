// wait4(2), waitid(2): which child changed its state, and taking that change.
#pragma once

#include <cstdint>
#include <optional>

#include "sentry/kernel/task.h"

namespace sentry {

struct WaitQuery {
  int32_t which = 0;  // P_ALL, P_PID, P_PGID.
  Tid id{};
  uint32_t options = 0;
};

struct WaitReport {
  Tid pid{};
  uint32_t uid = 0;
  int code = 0;    // CLD_*
  int status = 0;  // wait(2) encoding.
  Usage usage;
};

// ECHILD when no child fits the query; nullopt when none of them has anything to tell yet.  Without
// WNOWAIT the change is taken: a zombie is gone afterwards.
Result<std::optional<WaitReport>> TryWait(Task& task, const WaitQuery& query);

}  // namespace sentry

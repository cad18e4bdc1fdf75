// Limits of System V IPC, as /proc/sys/kernel has them now.
#pragma once

#include <cstdint>

#include "sentry/fs/proc/sysctls.h"

namespace sentry {

// The four numbers of /proc/sys/kernel/sem: SEMMSL, SEMMNS, SEMOPM, SEMMNI.
struct SemLimits {
  int64_t per_set, total, operations, sets;
  static SemLimits Of(Sysctls& settings);
};

}  // namespace sentry

// The outer process: starts Gofer and Sentry, waits, sweeps, and ends as the program did.
#pragma once

#include "sentry/boot/config.h"

namespace sentry {

// The whole life of one sandbox; the exit status of `sentry`.
int Launch(const Config& config);

}  // namespace sentry

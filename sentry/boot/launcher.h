// The outer process: starts Gofer and Sentry, waits, sweeps, and ends as the program did.
#pragma once

#include <signal.h>

#include "sentry/boot/config.h"

namespace sentry {

// What the launcher passes on to the program.
inline constexpr int kPassedOn[] = {SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
                                    SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT};

// The whole life of one sandbox; the exit status of `sentry`.
int Launch(const Config& config);

}  // namespace sentry

// What a fault's siginfo tells, and what can be said about the processor's trap and error code,
// which it does not hold.
#pragma once

#include <signal.h>

#include "platform/platform.h"

namespace platform::ptracing {

Fault DescribeFault(pid_t tid, const siginfo_t& info, const Registers& registers);

}  // namespace platform::ptracing

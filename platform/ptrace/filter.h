// The seccomp filter of the stubs: which calls stop (nearly all) and which the host answers by
// itself.
#pragma once

#include <linux/filter.h>

#include <span>

#include "platform/host/seccomp_filter.h"

namespace platform::ptracing {

std::span<const host::Rule> StubRules();
std::span<const sock_filter> StubFilter();
// For a thread that has a filter of the guest's own: what StubFilter() allows stops as well, but
// where injected calls are made.
host::Program StubReportingFilter();
// Whether a call stops at the filter.
bool IsTraced(int64_t number, std::span<const uint64_t, 6> args);

}  // namespace platform::ptracing

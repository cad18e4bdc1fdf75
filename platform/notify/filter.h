// The seccomp filter that every stub runs under.
#pragma once

#include <cstdint>

#include "platform/host/seccomp_filter.h"

namespace platform::notify {

struct FilterAddresses {
  uint64_t code_start = 0;  // The shim.
  uint64_t code_end = 0;
  uint64_t slots_start = 0;
  uint64_t slots_size = 0;
  bool fsgsbase = true;
};

host::Program StubFilter(const FilterAddresses& at);
// For a thread that has a filter of the guest's own: what StubFilter() allows comes by SIGSYS.
host::Program StubReportingFilter(const FilterAddresses& at);
// How many different calls some argument of which is let through.
size_t StubFilterAllowed(const FilterAddresses& at);

}  // namespace platform::notify

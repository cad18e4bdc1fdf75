// CPUs of the guest as text: "0-3,8", "00000000,0000000f".
#pragma once

#include <string>

#include "sentry/kernel/cpu_set.h"

namespace sentry {

std::string CpuListText(const CpuSet& set);
// Groups of 32 bits, the highest first, as far as the CPUs of `all` go.
std::string CpuMaskText(const CpuSet& set, const CpuSet& all);
// One more than the highest number.
unsigned CpuNumbers(const CpuSet& set);

}  // namespace sentry

// What every process of ours does with its descriptors before it confines itself.
#pragma once

#include <vector>

#include "platform/base/result.h"

namespace host {

// Builds for tests: the sanitizers' runtimes make host calls of their own, which no filter knows.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Closes everything but `kept` and puts something inert at those of 0, 1 and 2 that are not kept,
// so that nothing opened later gets a number that a stray message would reach.
base::Result<void> KeepDescriptors(std::vector<int> kept);

// As many descriptors as the host lets us have.
void RaiseDescriptorLimit();

}  // namespace host

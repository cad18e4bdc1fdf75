// The backends that are tested, each with its way to be made.
#pragma once

#include <memory>
#include <vector>

#include "platform/platform.h"

namespace platform::testing {

struct Backend {
  const char* name;
  Result<std::unique_ptr<Platform>> (*create)(const Options& options);
};

const std::vector<Backend>& Backends();

}  // namespace platform::testing

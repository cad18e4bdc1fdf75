// What the command line asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sentry {

struct Config {
  std::vector<std::string> argv;  // PROG and its arguments.
  std::string platform = "auto";  // auto, notify, ptrace.
};

}  // namespace sentry

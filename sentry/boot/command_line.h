// The command line of `sentry`.
#pragma once

#include "sentry/boot/config.h"

namespace sentry {

enum class Command { kRun, kDoctor, kSyscalls, kDone };

struct ParsedLine {
  Command command = Command::kDone;
  Config config;      // kRun
  bool json = false;  // kSyscalls
  int exit_status =
      0;  // kDone: help was printed (0), or the line was wrong and that was said (125).
};

ParsedLine ParseCommandLine(int argc, char** argv);

}  // namespace sentry

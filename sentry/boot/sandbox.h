// The Sentry process: builds the kernel and the guest's view of the file system, starts the
// program, serves it.
#pragma once

#include <string>
#include <vector>

#include "platform/base/fd.h"
#include "sentry/boot/config.h"

namespace sentry {

// Runs the program of `config`; the exit status of this process (README.md, "Exit status").
// Problems are reported in one line on standard error.
int RunSandbox(const Config& config, base::Fd gofer_channel);

}  // namespace sentry

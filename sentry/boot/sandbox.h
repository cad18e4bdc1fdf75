// The Sentry process: builds the kernel and the guest's view of the file system, starts the
// program, serves it.
#pragma once

#include "platform/base/fd.h"
#include "sentry/boot/config.h"
#include "sentry/boot/guest_view.h"

namespace sentry {

// Which of 0, 1, 2 were open when `sentry` was started.
struct StandardDescriptors {
  bool open[3] = {};
};
StandardDescriptors FindStandardDescriptors();

// Runs the program of `config`; the exit status of this process (README.md, "Exit status").
// `changes_file`: of
// --export-changes, or none.  Problems are reported in one line on standard error.
int RunSandbox(const Config& config, const GuestView& view, const StandardDescriptors& standard,
               base::Fd gofer_channel, base::Fd changes_file);

}  // namespace sentry

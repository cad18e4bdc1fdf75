// The Sentry process: builds the kernel and the guest's view of the file system, starts the
// program, serves it.
#pragma once

#include "platform/base/fd.h"
#include "sentry/boot/config.h"
#include "sentry/boot/guest_view.h"
#include "sentry/boot/standard_descriptors.h"
#include "sentry/boot/startup_clock.h"

namespace sentry {

// Runs the program of `config`; the exit status of this process (README.md, "Exit status").
// `broker_channel`: of --net=user, or none.  `changes_file`: of --export-changes, or none.
// `launcher`: a channel for signals (outside_signals.h).  Problems are reported in one line on
// standard error.
int RunSandbox(const Config& config, const GuestView& view, const StandardDescriptors& standard,
               base::Fd gofer_channel, base::Fd broker_channel, base::Fd changes_file,
               base::Fd launcher, StartupClock& clock);

}  // namespace sentry

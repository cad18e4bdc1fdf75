// The Sentry process: builds the kernel and the guest's view of the file system, starts the
// program, serves it.
#pragma once

#include "platform/base/fd.h"
#include "sentry/boot/config.h"
#include "sentry/boot/guest_view.h"
#include "sentry/boot/standard_descriptors.h"
#include "sentry/boot/startup_clock.h"
#include "sentry/socket/metadata/service.h"
#include "sentry/socket/outside/device.h"

namespace sentry {

// What leads outside: at most one of the first two.
struct OutsideParts {
  base::Fd broker;  // The channel of --net=user.
  std::vector<OutsideDevice> devices;
  base::Fd capture;  // The file of --pcap.
  std::optional<MetadataOptions> metadata;
};

// Runs the program of `config`; the exit status of this process (README.md, "Exit status").
// `changes_file`: of --export-changes, or none.
// `launcher`: a channel for signals (outside_signals.h).  Problems are reported in one line on
// standard error.
int RunSandbox(const Config& config, const GuestView& view, const StandardDescriptors& standard,
               base::Fd gofer_channel, OutsideParts outside, base::Fd changes_file,
               base::Fd launcher, StartupClock& clock);

}  // namespace sentry

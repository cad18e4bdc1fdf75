// What the sandbox is given by whoever starts it: standard input, output and error, and how signals
// are disposed of.
#pragma once

#include <cstdint>

#include "platform/base/fd.h"
#include "sentry/fs/tty/host_tty.h"

namespace sentry {

// 0, 1 and 2 as they were when `sentry` was started.
struct StandardDescriptors {
  struct One {
    bool open = false;
    int same_as = -1;           // The first one with the same open file description; -1: none.
    uint32_t uid = 0, gid = 0;  // The owner of what it shows.
    int terminal = -1;          // Which of `terminals` it is; -1: none.
  };
  struct Terminal {
    uint64_t device = 0;
    bool controls_us = false;  // It is the controlling terminal.
    base::Fd own;              // A description of our own, if it could be opened once more.
    HostTerminal host;
  };
  One fds[3];
  Terminal terminals[3];
  uint64_t ignored_signals = 0;  // As signal masks: bit 0 is signal 1.
  uint64_t blocked_signals = 0;
};

// Before namespaces are entered, where owners look different and /dev is gone, and before any
// signal is touched.
StandardDescriptors FindStandardDescriptors();

}  // namespace sentry

#include "sentry/boot/terminal_keeper.h"

#include <signal.h>
#include <unistd.h>

#include <cstring>

namespace sentry {
namespace {

// A shell that has put us in the background has settings of its own by now.
bool IsOurs(int fd) {
  pid_t front = ::tcgetpgrp(fd);
  return front < 0 || front == ::getpgrp();
}

}  // namespace

TerminalKeeper::TerminalKeeper() {
  for (int fd = 0; fd < 3; ++fd) {
    std::memset(&ones_[fd].modes, 0, sizeof(termios));
    ones_[fd].is_terminal = ::tcgetattr(fd, &ones_[fd].modes) == 0;
  }
}

TerminalKeeper::~TerminalKeeper() {
  ::signal(SIGTTOU, SIG_IGN);  // We may be put in the background just now.
  for (int fd = 0; fd < 3; ++fd) {
    One& one = ones_[fd];
    termios now;
    std::memset(&now, 0, sizeof(now));
    if (!one.is_terminal || !IsOurs(fd) || ::tcgetattr(fd, &now) != 0) continue;
    if (std::memcmp(&now, &one.modes, sizeof(now)) != 0) ::tcsetattr(fd, TCSADRAIN, &one.modes);
  }
}

}  // namespace sentry

// TerminalKeeper: the settings of the terminals at 0, 1 and 2 as we found them, put back at the end
// whatever happened inside.  Lives in the launcher, which no guest can harm.
#pragma once

#include <termios.h>

namespace sentry {

class TerminalKeeper {
 public:
  TerminalKeeper();
  ~TerminalKeeper();
  TerminalKeeper(const TerminalKeeper&) = delete;
  TerminalKeeper& operator=(const TerminalKeeper&) = delete;

 private:
  struct One {
    bool is_terminal = false;
    termios modes;
  };
  One ones_[3];
};

}  // namespace sentry

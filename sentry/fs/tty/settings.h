// Settings of a terminal (termios(3)): defaults, questions about flags, and the older structures
// that they are asked for with.
#pragma once

#include <cstdint>

#include "abi/linux/ioctl.h"

namespace sentry {

using TtySettings = abi::Termios2;

constexpr uint8_t kDisabledChar = 0;  // _POSIX_VDISABLE

// What a terminal is born with: canonical, echoing (Linux: tty_std_termios, 38400 baud).
TtySettings DefaultTtySettings();
// The master of a pseudo-terminal: all off.
TtySettings RawTtySettings();

// TCSETS without speeds of its own: they follow from c_cflag.
void TakeTermios(TtySettings& settings, const abi::Termios& from);
abi::Termios ToTermios(const TtySettings& settings);
// TCSETA: sixteen flags of each word and eight characters.
void TakeTermio(TtySettings& settings, const abi::Termio& from);
abi::Termio ToTermio(const TtySettings& settings);
// c_ispeed and c_ospeed of the codes in c_cflag, except where BOTHER says that they hold themselves
// (Linux: tty_termios_baud_rate()).
void DeriveSpeeds(TtySettings& settings);

// One setting's flags under the names of the manual.
class TtyFlags {
 public:
  explicit TtyFlags(const TtySettings& settings) : s_(settings) {}
  bool Input(uint32_t flag) const { return (s_.c_iflag & flag) != 0; }
  bool Output(uint32_t flag) const { return (s_.c_oflag & flag) != 0; }
  bool Local(uint32_t flag) const { return (s_.c_lflag & flag) != 0; }
  uint8_t Char(int index) const { return s_.c_cc[index]; }
  // `c` is that special character, which is not switched off.
  bool Is(uint8_t c, int index) const { return c == s_.c_cc[index] && c != kDisabledChar; }

 private:
  const TtySettings& s_;
};

}  // namespace sentry

#include "sentry/fs/tty/settings.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sentry {
namespace {

constexpr uint8_t kControlChars[] = {
    // INTR QUIT ERASE KILL EOF TIME MIN SWTC START STOP SUSP EOL REPRINT DISCARD WERASE LNEXT EOL2
    003, 034, 0177, 025, 004, 0, 1, 0, 021, 023, 032, 0, 022, 017, 027, 026, 0};

// By the code in CBAUD; with CBAUDEX set, those behind the first sixteen.
constexpr uint32_t kBaud[] = {0,       50,      75,      110,     134,     150,     200,    300,
                              600,     1200,    1800,    2400,    4800,    9600,    19200,  38400,
                              57600,   115200,  230400,  460800,  500000,  576000,  921600, 1000000,
                              1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};
constexpr int kInputSpeedShift = 16;

uint32_t BaudOf(uint32_t code, uint32_t custom) {
  if (code == abi::kBother) return custom;
  uint32_t index = code & 017;
  if ((code & abi::kBother) != 0) index += 15;
  return index < std::size(kBaud) ? kBaud[index] : 0;
}

}  // namespace

TtySettings DefaultTtySettings() {
  TtySettings settings{};
  settings.c_iflag = abi::kIcrnl | abi::kIxon;
  settings.c_oflag = abi::kOpost | abi::kOnlcr;
  settings.c_cflag = abi::kB38400 | abi::kCs8 | abi::kCread;
  settings.c_lflag = abi::kIsig | abi::kIcanon | abi::kEcho | abi::kEchoe | abi::kEchok |
                     abi::kEchoctl | abi::kEchoke | abi::kIexten;
  std::copy(std::begin(kControlChars), std::end(kControlChars), settings.c_cc);
  DeriveSpeeds(settings);
  return settings;
}

TtySettings RawTtySettings() {
  TtySettings settings = DefaultTtySettings();
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  return settings;
}

void DeriveSpeeds(TtySettings& settings) {
  uint32_t out = settings.c_cflag & abi::kCbaud;
  uint32_t in = (settings.c_cflag >> kInputSpeedShift) & abi::kCbaud;
  settings.c_ospeed = BaudOf(out, settings.c_ospeed);
  settings.c_ispeed = in == abi::kB0 ? settings.c_ospeed : BaudOf(in, settings.c_ispeed);
}

void TakeTermios(TtySettings& settings, const abi::Termios& from) {
  static_assert(sizeof(from) <= sizeof(settings));
  std::memcpy(static_cast<void*>(&settings), &from, sizeof(from));
}

abi::Termios ToTermios(const TtySettings& settings) {
  abi::Termios to;
  std::memcpy(static_cast<void*>(&to), &settings, sizeof(to));
  return to;
}

void TakeTermio(TtySettings& settings, const abi::Termio& from) {
  constexpr uint32_t kUpper = 0xffff0000;
  settings.c_iflag = (settings.c_iflag & kUpper) | from.c_iflag;
  settings.c_oflag = (settings.c_oflag & kUpper) | from.c_oflag;
  settings.c_cflag = (settings.c_cflag & kUpper) | from.c_cflag;
  settings.c_lflag = (settings.c_lflag & kUpper) | from.c_lflag;
  settings.c_line = from.c_line;
  std::copy(std::begin(from.c_cc), std::end(from.c_cc), settings.c_cc);
}

abi::Termio ToTermio(const TtySettings& settings) {
  abi::Termio to{};
  to.c_iflag = static_cast<uint16_t>(settings.c_iflag);
  to.c_oflag = static_cast<uint16_t>(settings.c_oflag);
  to.c_cflag = static_cast<uint16_t>(settings.c_cflag);
  to.c_lflag = static_cast<uint16_t>(settings.c_lflag);
  to.c_line = settings.c_line;
  std::copy_n(settings.c_cc, std::size(to.c_cc), to.c_cc);
  return to;
}

}  // namespace sentry

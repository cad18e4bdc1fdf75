// A pseudo-terminal of a test: both sides open, and what it takes to watch one from the other.
#pragma once

#include <termios.h>

#include <string>
#include <string_view>

#include "tests/support/fd.h"

namespace test {

struct PtyPair {
  Fd master, slave;

  // Opened with O_NOCTTY; the slave as `flags` say.
  static PtyPair Create(int flags = 0);

  // Types on the keyboard; programs print.
  void Type(std::string_view text) const;
  void Print(std::string_view text) const;
  // One read of up to 4096 bytes; what came of it, "<EAGAIN>" and so on for an error.
  std::string Read() const { return ReadFrom(slave.get()); }
  std::string Screen() const { return ReadFrom(master.get()); }
  static std::string ReadFrom(int fd);
  // Waits until there is something to read, at most ten seconds; whether there was.
  static bool WaitReadable(int fd);

  termios Settings() const;
  void Set(const termios& settings) const;
  // Changes settings of the slave.
  template <typename Change>
  void Adjust(Change change) const {
    termios settings = Settings();
    change(settings);
    Set(settings);
  }
  void MakeRaw() const;

  std::string SlaveName() const;
};

}  // namespace test

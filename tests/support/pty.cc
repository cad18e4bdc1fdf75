#include "tests/support/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/support/matchers.h"

namespace test {

PtyPair PtyPair::Create(int flags) {
  PtyPair pty;
  pty.master = Fd(open("/dev/ptmx", O_RDWR | O_NOCTTY));
  EXPECT_THAT(pty.master.get(), SyscallSucceeds());
  int unlock = 0;
  EXPECT_THAT(ioctl(pty.master.get(), TIOCSPTLCK, &unlock), SyscallSucceeds());
  pty.slave = Fd(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY | flags));
  EXPECT_THAT(pty.slave.get(), SyscallSucceeds());
  return pty;
}

std::string PtyPair::SlaveName() const {
  int number = -1;
  EXPECT_THAT(ioctl(master.get(), TIOCGPTN, &number), SyscallSucceeds());
  return "/dev/pts/" + std::to_string(number);
}

void PtyPair::Type(std::string_view text) const {
  EXPECT_THAT(write(master.get(), text.data(), text.size()), SyscallReturns(text.size()));
}

void PtyPair::Print(std::string_view text) const {
  EXPECT_THAT(write(slave.get(), text.data(), text.size()), SyscallReturns(text.size()));
}

bool PtyPair::WaitReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 10'000) == 1 && (entry.revents & POLLIN) != 0;
}

std::string PtyPair::ReadFrom(int fd) {
  char buffer[4096];
  if (!WaitReadable(fd)) return "<nothing>";
  ssize_t n = read(fd, buffer, sizeof(buffer));
  if (n < 0) return std::string("<") + strerrorname_np(errno) + ">";
  return std::string(buffer, static_cast<size_t>(n));
}

termios PtyPair::Settings() const {
  termios settings;
  EXPECT_THAT(tcgetattr(slave.get(), &settings), SyscallSucceeds());
  return settings;
}

void PtyPair::Set(const termios& settings) const {
  EXPECT_THAT(tcsetattr(slave.get(), TCSANOW, &settings), SyscallSucceeds());
}

void PtyPair::MakeRaw() const {
  Adjust([](termios& t) { cfmakeraw(&t); });
}

}  // namespace test

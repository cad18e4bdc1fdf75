// Calls that return at once.
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mb.h"

namespace bench {
namespace {

template <long kNumber>
int64_t Plain(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::syscall(kNumber);
  return Now() - start;
}

int64_t ClockGettime(uint64_t count) {
  timespec now;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::clock_gettime(CLOCK_REALTIME, &now);
  return Now() - start;
}

int64_t Sigprocmask(uint64_t count) {
  sigset_t set;
  sigemptyset(&set);
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return Now() - start;
}

int64_t Umask(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::umask(022);
  return Now() - start;
}

int64_t Eventfd(uint64_t count) {
  const int fd = ::eventfd(0, EFD_NONBLOCK);
  Require(fd >= 0, "eventfd");
  const uint64_t one = 1;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) Require(::write(fd, &one, 8) == 8, "write to an eventfd");
  const int64_t took = Now() - start;
  ::close(fd);
  return took;
}

int64_t DupClose(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::close(::dup(1));
  return Now() - start;
}

constexpr Row kRows[] = {
    {"getpid", Plain<SYS_getpid>}, {"getppid", Plain<SYS_getppid>},
    {"gettid", Plain<SYS_gettid>}, {"clock_gettime", ClockGettime},
    {"sigprocmask", Sigprocmask},  {"umask", Umask},
    {"eventfd", Eventfd},          {"dup+close", DupClose},
};

}  // namespace

std::span<const Row> CallRows() {
  return kRows;
}

}  // namespace bench

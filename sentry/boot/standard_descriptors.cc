#include "sentry/boot/standard_descriptors.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace sentry {
namespace {

// Made by dup(2), as by a shell's 2>&1: one position and one set of flags.  Where the host does not
// tell, they count as different.
bool SameDescription(int a, int b) {
  pid_t self = ::getpid();
  return ::syscall(SYS_kcmp, self, self, KCMP_FILE, a, b) == 0;
}

// The master of a pseudo-terminal is a file like any other.
bool IsTerminal(int fd) {
  int unused = 0;
  return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGPTN, &unused) != 0;
}

// Non-blocking for us alone, which the description that we were given must not become.
base::Fd OpenOnceMore(int fd, bool controls_us) {
  std::string path = controls_us ? "/dev/tty" : "/proc/self/fd/" + std::to_string(fd);
  constexpr int kFlags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  base::Fd own(::open(path.c_str(), kFlags));
  // Never where the next program would look for its standard input.
  if (own.valid() && own.get() <= STDERR_FILENO) {
    own = base::Fd(::fcntl(own.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  }
  return own;
}

int FindTerminal(StandardDescriptors& standard, int fd, uint64_t device) {
  for (int i = 0; i < 3; ++i) {
    StandardDescriptors::Terminal& terminal = standard.terminals[i];
    if (terminal.host.fd >= 0 && terminal.device == device) return i;
    if (terminal.host.fd >= 0) continue;
    terminal.device = device;
    int group = 0;
    terminal.controls_us = ::ioctl(fd, TIOCGPGRP, &group) == 0;
    terminal.own = OpenOnceMore(fd, terminal.controls_us);
    const bool own = terminal.own.valid();
    terminal.host = {.fd = own ? terminal.own.get() : fd, .own_description = own};
    return i;
  }
  return -1;
}

void FindSignals(StandardDescriptors& standard) {
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    const uint64_t bit = uint64_t{1} << (signal - 1);
    struct sigaction action;
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
      standard.ignored_signals |= bit;
    }
    if (::sigismember(&blocked, signal) == 1) standard.blocked_signals |= bit;
  }
}

}  // namespace

StandardDescriptors FindStandardDescriptors() {
  StandardDescriptors standard;
  FindSignals(standard);
  for (int fd = 0; fd < 3; ++fd) {
    StandardDescriptors::One& one = standard.fds[fd];
    struct stat info;
    one.open = ::fstat(fd, &info) == 0;
    if (!one.open) continue;
    one.uid = info.st_uid;
    one.gid = info.st_gid;
    if (IsTerminal(fd)) one.terminal = FindTerminal(standard, fd, info.st_rdev);
    for (int other = 0; other < fd && one.same_as < 0; ++other) {
      if (standard.fds[other].open && SameDescription(other, fd)) one.same_as = other;
    }
  }
  return standard;
}

}  // namespace sentry

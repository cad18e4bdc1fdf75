// Two that take turns: processes over pipes and sockets, threads over a futex; and signals to
// oneself.
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "mb.h"

namespace bench {
namespace {

// Sends a byte to the other side and waits for it to come back, `count` times; the other side is a
// child process.
int64_t PingPong(uint64_t count, int to, int from, int child_from, int child_to) {
  char byte = 0;
  const pid_t pid = ::fork();
  Require(pid >= 0, "fork");
  if (pid == 0) {
    for (uint64_t i = 0; i <= count; ++i) {
      if (::read(child_from, &byte, 1) != 1 || ::write(child_to, &byte, 1) != 1) break;
    }
    ::_exit(0);
  }
  const auto turn = [&] {
    Require(::write(to, &byte, 1) == 1 && ::read(from, &byte, 1) == 1, "ping-pong");
  };
  turn();  // Until the child is there.
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) turn();
  const int64_t took = Now() - start;
  ::waitpid(pid, nullptr, 0);
  return took;
}

int64_t PipePingPong(uint64_t count) {
  int there[2], back[2];
  Require(::pipe(there) == 0 && ::pipe(back) == 0, "pipe");
  const int64_t took = PingPong(count, there[1], back[0], there[0], back[1]);
  for (const int fd : {there[0], there[1], back[0], back[1]}) ::close(fd);
  return took;
}

int64_t UnixPingPong(uint64_t count) {
  int ends[2];
  Require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  const int64_t took = PingPong(count, ends[0], ends[0], ends[1], ends[1]);
  for (const int fd : ends) ::close(fd);
  return took;
}

std::atomic<int> turn;

void Pass(int mine) {
  while (turn.load() != mine) {
    ::syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 1 - mine, nullptr, nullptr, 0);
  }
  turn = 1 - mine;
  ::syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void* OtherSide(void* count) {
  for (uint64_t i = 0; i <= *static_cast<uint64_t*>(count); ++i) Pass(1);
  return nullptr;
}

int64_t FutexPingPong(uint64_t count) {
  pthread_t other;
  turn = 0;
  Require(::pthread_create(&other, nullptr, OtherSide, &count) == 0, "pthread_create");
  Pass(0);
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) Pass(0);
  const int64_t took = Now() - start;
  ::pthread_join(other, nullptr);
  return took;
}

volatile sig_atomic_t received;

void OnSignal(int) {
  received = received + 1;
}

int64_t SignalSelf(uint64_t count) {
  ::signal(SIGUSR1, OnSignal);
  const pid_t pid = ::getpid();
  const auto tid = static_cast<pid_t>(::syscall(SYS_gettid));
  received = 0;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::syscall(SYS_tgkill, pid, tid, SIGUSR1);
  const int64_t took = Now() - start;
  Require(static_cast<uint64_t>(received) == count, "all signals received");
  return took;
}

constexpr Row kRows[] = {
    {"pipe-pingpong", PipePingPong},
    {"unix-pingpong", UnixPingPong},
    {"futex-pingpong", FutexPingPong},
    {"signal-self", SignalSelf},
};

}  // namespace

std::span<const Row> IpcRows() {
  return kRows;
}

}  // namespace bench

// Child processes of tests.
//
//   EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(close(fd) == 0); }), Exited(0));
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <type_traits>

#include "tests/support/matchers.h"

namespace test {

// Status with which a child leaves when CHILD_CHECK fails.
constexpr int kChildCheckFailed = 70;

// Reports with write(2) only and ends the child at once.
[[noreturn]] void ChildCheckFailed(const char* file, int line, const char* what, int error);

// For code in a forked child, where gtest's assertions would report into a copy of the test.
#define CHILD_CHECK(condition) \
  ((condition) ? (void)0 : ::test::ChildCheckFailed(__FILE__, __LINE__, #condition, errno))

// Forks; the child runs `body` and exits with what it returns (0 for void).  Returns the child's
// pid.
template <typename Body>
pid_t Fork(const Body& body) {
  pid_t child = fork();
  if (child != 0) return child;
  if constexpr (std::is_void_v<decltype(body())>) {
    body();
    _exit(0);
  } else {
    _exit(body());
  }
}

// Waits for the child's end; returns the wait(2) status, -1 when there is no such child.
int WaitFor(pid_t child);

// Runs `body` in a child and returns the wait(2) status: see Exited() and KilledBy().
template <typename Body>
int ForkAndWait(const Body& body) {
  pid_t child = Fork(body);
  EXPECT_THAT(child, SyscallSucceeds());
  return child > 0 ? WaitFor(child) : -1;
}

// The state letter of a thread (R, S, D, T, Z...), read from /proc; 0 when there is none.
char ThreadState(pid_t tid);

// Returns once the thread sleeps in a system call (or after ten seconds, as a failure of the test).
// This is how a test knows that another thread blocks: there is no other moment to wait for.
void WaitUntilSleeping(pid_t tid);

// The same for any state: 'T' stopped, 'Z' zombie.
void WaitForState(pid_t tid, char state);

}  // namespace test

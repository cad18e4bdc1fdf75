// Child processes: reporting, waiting, states.
#include "tests/support/process.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>

namespace test {

void ChildCheckFailed(const char* file, int line, const char* what, int error) {
  char text[512];
  int length = snprintf(text, sizeof(text), "%s:%d: in a child: %s does not hold (errno %d)\n",
                        file, line, what, error);
  [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, text, static_cast<size_t>(length));
  _exit(kChildCheckFailed);
}

int WaitFor(pid_t child) {
  int status = 0;
  pid_t waited;
  do {
    waited = waitpid(child, &status, 0);
  } while (waited == -1 && errno == EINTR);
  EXPECT_EQ(waited, child);
  return waited == child ? status : -1;
}

char ThreadState(pid_t tid) {
  char text[512];
  snprintf(text, sizeof(text), "/proc/%d/stat", tid);
  int fd = open(text, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t got = read(fd, text, sizeof(text) - 1);
  close(fd);
  if (got <= 0) return 0;
  text[got] = '\0';
  // The name in parentheses may contain anything, also a parenthesis.
  const char* after_name = strrchr(text, ')');
  return after_name != nullptr && after_name[1] == ' ' ? after_name[2] : 0;
}

void WaitForState(pid_t tid, char state) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (ThreadState(tid) != state) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline)
        << "thread " << tid << " is in state " << ThreadState(tid) << ", not " << state;
    sched_yield();
  }
}

void WaitUntilSleeping(pid_t tid) {
  WaitForState(tid, 'S');
}

}  // namespace test

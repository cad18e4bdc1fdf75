// Words for errno values and wait statuses.
#include "tests/support/matchers.h"

#include <string.h>
#include <sys/wait.h>

namespace test {

void PrintErrno(std::ostream& os, int error) {
  const char* name = strerrorname_np(error);
  os << (name != nullptr ? name : "errno") << " (" << error << ")";
}

namespace {

void PrintSignal(std::ostream& os, int signal) {
  const char* name = sigabbrev_np(signal);
  if (name != nullptr) {
    os << "SIG" << name;
  } else {
    os << "signal " << signal;
  }
}

}  // namespace

void PrintWaitStatus(std::ostream& os, int status) {
  if (WIFEXITED(status)) {
    os << "exited with " << WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    PrintSignal(os << "killed by ", WTERMSIG(status));
  } else if (WIFSTOPPED(status)) {
    PrintSignal(os << "stopped by ", WSTOPSIG(status));
  } else {
    os << "wait status " << status;
  }
}

}  // namespace test

// Whether all threads of a process but one stand still, so that its code can be changed: they wait
// for an answer of ours, or sleep in a futex(2) of the host's that none but they would end.
//
// The latter is what the host's /proc says: each sleeps in that call, and none has been scheduled
// when all were looked at once more.  So there was a moment when all slept, and nobody was left to
// wake them since: the futex is their memory's own, and there is no other thread, such as one that
// is about to be gone and wakes who waits for that.
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/fd.h"
#include "platform/notify/rewriter.h"
#include "platform/notify/stub_thread.h"

namespace platform::notify {
namespace {

constexpr size_t kMostSleepers = 64;  // Each costs nine calls of the host.
constexpr int64_t kFirstWait = 20'000'000, kLongestWait = 1'280'000'000;  // Nanoseconds.

int64_t Nanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::string ReadOf(int proc_fd, int pid, int tid, const char* name) {
  char path[64];
  std::snprintf(path, sizeof(path), "%d/task/%d/%s", pid, tid, name);
  const base::Fd file(::openat(proc_fd, path, O_RDONLY | O_CLOEXEC));
  std::array<char, 256> text;
  const ssize_t n = file.valid() ? ::read(file.get(), text.data(), text.size()) : 0;
  return n > 0 ? std::string(text.data(), static_cast<size_t>(n)) : std::string();
}

// How many threads the host has of it: the links of its directory, but for two.
size_t CountThreads(int proc_fd, int pid) {
  char path[32];
  std::snprintf(path, sizeof(path), "%d/task", pid);
  const base::Fd directory(::openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status;
  const bool known =
      directory.valid() && ::fstat(directory.get(), &status) == 0 && status.st_nlink > 2;
  return known ? static_cast<size_t>(status.st_nlink) - 2 : 0;
}

// proc_pid_syscall(5): the number and the arguments, unless it runs.  A futex that others could
// have mapped is none of ours, unless it is one of `ends`, by which threads tell that they are
// gone.
bool SleepsInFutex(const std::string& text, const std::vector<uint64_t>& ends) {
  long number = -1;
  unsigned long address, op, value, timeout;
  if (std::sscanf(text.c_str(), "%ld %lx %lx %lx %lx", &number, &address, &op, &value, &timeout) !=
      5) {
    return false;
  }
  const unsigned long command = op & FUTEX_CMD_MASK & 0xffffffff;
  const bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
  const bool own = (op & FUTEX_PRIVATE_FLAG) != 0 || std::ranges::find(ends, address) != ends.end();
  return number == SYS_futex && waits && timeout == 0 && own;
}

}  // namespace

// Where guest code is only executed again after an answer.
bool Rewriter::AwaitsUs(const StubThread& t) {
  using State = StubThread::State;
  switch (t.state_) {
    case State::kHeld:
    case State::kCalling:
    case State::kCaptured:
    case State::kRinging:
    case State::kDozing:
    case State::kResting:
    case State::kInSlot:
    case State::kInjecting:
    case State::kExiting:
    case State::kDead:
      return true;
    case State::kCloning:
      return !t.clone_goes_on_;
    default:
      return false;
  }
}

bool Rewriter::OthersSleep(const StubThread& t) const {
  std::vector<std::pair<pid_t, std::string>> seen;
  std::vector<uint64_t> ends;
  const int pid = t.process_->pid;
  for (const StubThread& each : t.process_->threads) ends.push_back(each.clear_tid_address_);
  for (const StubThread& other : t.process_->threads) {
    if (&other == &t || AwaitsUs(other)) continue;
    if (other.tid_ == 0 || seen.size() == kMostSleepers) return false;
    seen.emplace_back(other.tid_, ReadOf(proc_fd_, pid, other.tid_, "schedstat"));
    if (seen.back().second.empty() || seen.back().second[0] == '0') return false;
    if (!SleepsInFutex(ReadOf(proc_fd_, pid, other.tid_, "syscall"), ends)) return false;
  }
  if (CountThreads(proc_fd_, pid) != ends.size()) return false;
  for (const auto& [tid, times] : seen) {
    if (ReadOf(proc_fd_, pid, tid, "schedstat") != times) return false;
  }
  return true;
}

bool Rewriter::OthersStandStill(StubThread& t) {
  if (IsAlone(t)) return true;
  StubProcess& process = *t.process_;
  if (process.memory->RefCount() != 1) return false;
  const int64_t now = Nanoseconds();
  if (now < process.look_again) return false;
  const bool still = OthersSleep(t);
  process.wait = still || process.wait == 0 ? kFirstWait : std::min(2 * process.wait, kLongestWait);
  process.look_again = now + process.wait;
  return still;
}

}  // namespace platform::notify

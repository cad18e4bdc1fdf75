// wait(2) for a process group, in rounds.
#include "platform/ptrace/stop_queue.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

namespace platform::ptracing {
void StopQueue::Start(pid_t group) {
  group_ = group;
}

void StopQueue::Collect() {
  for (;;) {
    int status = 0;
    const pid_t tid = ::waitpid(-group_, &status, __WALL | WNOHANG);
    if (tid < 0 && errno == EINTR) continue;
    if (tid <= 0) return;
    stops_.push_back({tid, status});
  }
}

std::optional<Stop> StopQueue::Next() {
  if (stops_.empty()) return std::nullopt;
  const Stop stop = stops_.front();
  stops_.pop_front();
  return stop;
}

// Not waitpid(tid): the end of a process's first thread is reported only when those of its other
// threads were taken.
std::optional<Stop> StopQueue::WaitFor(pid_t tid) {
  const auto known = std::find_if(stops_.begin(), stops_.end(),
                                  [tid](const Stop& stop) { return stop.tid == tid; });
  if (known != stops_.end()) {
    const Stop stop = *known;
    stops_.erase(known);
    return stop;
  }
  for (;;) {
    Stop stop = {};
    stop.tid = ::waitpid(-group_, &stop.status, __WALL);
    if (stop.tid < 0 && errno == EINTR) continue;
    if (stop.tid < 0) return std::nullopt;
    if (stop.tid == tid) return stop;
    stops_.push_back(stop);
  }
}

// Only looks (WNOWAIT): who ends is reaped under the tracer's lock, since its number may be used
// again then.
bool StopQueue::Block() {
  siginfo_t info;
  const int flags = WEXITED | WSTOPPED | WNOWAIT | __WALL;
  return ::waitid(P_PGID, static_cast<id_t>(group_), &info, flags) == 0 || errno != ECHILD;
}

void StopQueue::Wake() {
  ::kill(group_, SIGUSR1);
}

}  // namespace platform::ptracing

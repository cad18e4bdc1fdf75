#include "platform/ptrace/stop_queue.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/base/log.h"

namespace platform::ptracing {
namespace {

// wait(2) has no way to wait for something else too, so the waiting thread is interrupted by a
// signal.  Its handler jumps out of the call rather than having it return EINTR: so it does not
// matter whether the signal comes just before or during the call.  Nothing is lost by the jump,
// because the call only looks (WNOWAIT).
constexpr int kWakeSignal = 62;
thread_local sigjmp_buf wake_target;
thread_local volatile sig_atomic_t wake_armed = 0;

void OnWakeSignal(int) {
  if (wake_armed == 0) return;
  wake_armed = 0;
  siglongjmp(wake_target, 1);
}

// Sleeps until a member of `group` has something to report, or OnWakeSignal() ends it.  False: no
// members.
bool Peek(pid_t group, const std::atomic<bool>& woken) {
  if (sigsetjmp(wake_target, 0) != 0) return true;
  wake_armed = 1;
  siginfo_t info;
  const bool found = woken ||
                     ::waitid(P_PGID, static_cast<id_t>(group), &info,
                              WEXITED | WSTOPPED | WNOWAIT | __WALL) == 0 ||
                     errno != ECHILD;
  wake_armed = 0;
  return found;
}

}  // namespace

void StopQueue::Start(pid_t group) {
  group_ = group;
  tracer_ = static_cast<pid_t>(::syscall(SYS_gettid));
  struct sigaction action = {};
  action.sa_handler = OnWakeSignal;
  action.sa_flags = SA_NODEFER;  // The jump does not come back to unblock it.
  ::sigaction(kWakeSignal, &action, nullptr);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, kWakeSignal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
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

bool StopQueue::Block() {
  const bool any = Peek(group_, woken_);
  woken_ = false;
  return any;
}

void StopQueue::Wake() {
  woken_ = true;
  ::syscall(SYS_tgkill, ::getpid(), tracer_, kWakeSignal);
}

}  // namespace platform::ptracing

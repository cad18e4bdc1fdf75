// The stops of all stubs, in the order in which the host reports them.
//
// Stops are taken from the host in rounds, so that a thread that stops all the time does not starve
// the others (wait(2) prefers the eldest).  Used by the tracer thread alone, but for Wake().
#pragma once

#include <deque>
#include <optional>

#include "platform/ptrace/requests.h"

namespace platform::ptracing {

class StopQueue {
 public:
  StopQueue() = default;
  StopQueue(const StopQueue&) = delete;
  StopQueue& operator=(const StopQueue&) = delete;

  // Stops of the members of process group `group`, whose leader is the zygote, are reported.
  void Start(pid_t group);
  // Takes what the host has to report, without waiting.
  void Collect();
  std::optional<Stop> Next();
  bool empty() const { return stops_.empty(); }
  // Waits until thread `tid` stops or ends; other stops are kept for Next().  nullopt: there is no
  // such thread.
  std::optional<Stop> WaitFor(pid_t tid);
  // Waits until there is something to collect.  False: no stub is left.
  bool Block();
  // Has the zygote stop, if it sleeps, and so ends Block().  Any thread.
  void Wake();

 private:
  pid_t group_ = 0;
  std::deque<Stop> stops_;
};

}  // namespace platform::ptracing

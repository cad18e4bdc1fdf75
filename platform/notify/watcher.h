// Decides when the Sentry watches the slot of a thread instead of sleeping until the host reports
// its next call (SlotCall).  A call through the slot costs neither side a switch, but the Sentry
// spins on a processor of its own meanwhile: only for a thread that calls all the time, that is the
// only one to run, for a few microseconds between two calls, and while a processor is provably
// idle.
//
// Guarded by the backend's lock, but for Await().
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

#include "abi/stub/slot.h"
#include "platform/base/fd.h"
#include "platform/notify/notify.h"

namespace platform::notify {

class StubThread;

class Watcher {
 public:
  // `proc_fd`: the host's /proc, borrowed; -1: watches nothing.
  Watcher(int proc_fd, NotifyOptions::Spin spin);

  // Whether watching can come to anything here.
  bool possible() const { return possible_; }
  // Calls after which a site is rewritten for it.
  unsigned hot_site() const;

  // Calls that came through slots.
  uint64_t all_taken() const { return all_taken_; }

  // The host reported a call of the thread; `watchable`: it would have come through the slot.
  void OnReported(const StubThread& t, bool watchable);
  // A call came through the slot.
  void OnTaken();
  // The thread gets an answer.  Whether to watch its slot then, if it is the only one to run.
  bool OnAnswer(const StubThread& t);
  // It is.  False: no processor is idle.
  bool Begin();
  // Whether others of its process may run without being answered: they are not to wait long.
  void ExpectOthers(bool others) { others_ = others; }
  // Another thread runs, or this one went where it cannot be watched.
  void End();

  enum class Awaited {
    kCall,       // It is there.
    kNothing,    // It did not come in time.
    kListener,   // It is time to see whether the host has something to report.
    kAttention,  // Somebody wants something else.
    kPreempted,  // This processor is somebody else's, too.
  };
  // Waits for a few microseconds.  By the receiving thread, which leaves this processor to the
  // thread that it was woken by.
  Awaited Await(const abi::stub::SlotCall& call, const std::atomic<bool>& attention);
  void OnAwaited(Awaited what);
  // The receiving thread may be on the processor of who reports to it again, unless watching goes
  // on.
  void StandAnywhere();

 private:
  // False: it does already.
  bool StandApart();
  bool HasIdleProcessor(int64_t now);
  unsigned CountRunning();

  const int proc_fd_;
  const bool always_;       // Whatever else the machine does.
  const cpu_set_t usable_;  // By this process.
  const unsigned processors_;
  const bool possible_;
  base::Fd load_;  // loadavg; opened at the first use.

  const StubThread* last_ = nullptr;  // Who got the last answer; only compared.
  int64_t answered_at_ = 0;           // CLOCK_MONOTONIC, nanoseconds, as all times here.
  unsigned score_ = 0;  // How many calls in a row came soon and were watchable, about.
  unsigned needed_;     // So many.
  std::atomic<bool> watching_{false};
  std::atomic<int> left_{-1};  // The processor that is the thread's meanwhile; -1: none yet.
  std::atomic<bool> others_{false};
  uint64_t all_taken_ = 0;
  unsigned taken_ = 0;       // Since watching began.
  int64_t look_again_ = 0;   // At who runs.
  int64_t not_before_ = 0;   // Watch again.
  int64_t pause_;            // How long not, the next time.
  int64_t listener_at_ = 0;  // Only the receiving thread's.
};

}  // namespace platform::notify

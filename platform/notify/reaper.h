// A thread that reaps dead stubs, so that nobody else needs wait(2), and that ticks once a second
// while kicks are outstanding.  Stubs form one process group, which keeps other children of the
// Sentry out of its sight.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <ctime>
#include <thread>

#include "platform/base/result.h"

namespace platform::notify {

class Reaper {
 public:
  class Client {
   public:
    // The stub is a zombie; the client reaps it.  True when the receiver must learn of something.
    virtual bool OnDeath(pid_t pid) = 0;
    // Somebody stopped it from outside.
    virtual void OnStop(pid_t pid) = 0;
    virtual void OnTick() = 0;
    virtual void OnAllGone() = 0;
    virtual void WakeReceiver() = 0;

   protected:
    ~Client() = default;
  };

  explicit Reaper(Client& client) : client_(client) {}
  ~Reaper() { Join(); }

  base::Result<void> Start(pid_t process_group);
  // Under the client's lock.  Cheap when they run already.
  void StartTicks();
  void StopTicks();
  // Returns when no stub is left.
  void Join();

 private:
  void Run();
  bool MakeTimer();
  void SetTimer(time_t seconds);

  Client& client_;
  pid_t process_group_ = 0;
  std::atomic<pid_t> tid_{0};
  timer_t timer_{};
  bool have_timer_ = false;
  bool ticking_ = false;  // Guarded by the client's lock.
  std::thread thread_;
};

}  // namespace platform::notify

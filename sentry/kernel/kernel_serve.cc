// The threads of the Sentry.  One leader waits for platform events; it promotes a follower only
// when it is about to wait for the host, because several receiving threads make every call slower
// (PLATFORM-PROBE).  The thread that called Run() sleeps until the sandbox ends.
#include <thread>

#include "platform/answers.h"
#include "platform/base/log.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// Whether this thread is the leader; it loses that role in BeginBlocking().
thread_local bool leading = false;

}  // namespace

Result<int> Kernel::Run(Ref<ThreadGroup> first) {
  std::thread([this] { ReactorLoop(); }).detach();
  lock_.Lock();
  first_ = std::move(first);
  leading = true;
  Serve();
  // Serve() returns only when the sandbox ends.
  Result<int> status = exit_status_;
  platform_->Shutdown();
  lock_.Unlock();
  return status;
}

void Kernel::Serve() {
  while (!stopping_) {
    if (!leading) {
      Follow();
      continue;
    }
    lock_.Unlock();
    Result<platform::Event> event = platform_->Wait();
    lock_.Lock();
    DropPrepared();
    if (stopping_) break;
    if (event.Is(ECANCELED)) continue;  // Interrupted for a reason that is gone by now.
    if (!event.ok()) {
      LOG_ERROR("platform: cannot wait for guests: errno %d", event.error().value());
      exit_status_ = event.error();
      stopping_ = true;
      break;
    }
    HandleEvent(*event);
    DrainReady();
  }
  follower_wanted_.NotifyAll();
}

// Sleeps until the leader's place is free, and takes it.
void Kernel::Follow() {
  ++idle_followers_;
  while (!leader_vacant_ && !stopping_) follower_wanted_.Wait(&lock_);
  --idle_followers_;
  if (stopping_) return;
  leader_vacant_ = false;
  leading = true;
}

void Kernel::BeginBlocking() {
  if (leading && current != nullptr && current->has_thread()) {
    if (auto* calling = dynamic_cast<platform::Resting*>(&current->thread()))
      calling->WaitForHost();
  }
  if (leading && platform_->AnyThreadMayWait()) {
    leading = false;
    leader_vacant_ = true;
    if (idle_followers_ > 0) {
      follower_wanted_.NotifyOne();
    } else {
      std::thread([this] {
        lock_.Lock();
        Serve();
        lock_.Unlock();
      }).detach();
    }
  }
  lock_.Unlock();
}

void Kernel::EndBlocking() {
  lock_.Lock();
  DropPrepared();
}

void Kernel::ReactorLoop() {
  for (;;) {
    reactor_.Wait();
    lock_.Lock();
    DropPrepared();
    if (stopping_) break;
    reactor_.RunReady();
    timers_.RunDue(MonotonicNow());
    std::optional<MonoTime> earliest = timers_.Earliest();
    if (earliest) reactor_.SetAlarm(earliest);
    DrainReady();
    if (stopping_) break;
    lock_.Unlock();
  }
  lock_.Unlock();
}

}  // namespace sentry

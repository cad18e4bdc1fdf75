// The ptrace platform: owner of all stubs, and the only one that gives ptrace(2) requests.
//
// The thread that made it is the tracer thread.  Its loop, Wait(), does what was asked for since
// the last time, then hands out events, then takes stops from the host and turns them into events,
// and sleeps when there is nothing of these.  It never takes the kernel lock.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "platform/base/mutex.h"
#include "platform/ptrace/fp_state.h"
#include "platform/ptrace/thread.h"
#include "platform/ptrace/zygote.h"

namespace platform::ptracing {

class Tracer final : public Platform {
 public:
  static Result<std::unique_ptr<Tracer>> Create(const Options& options);
  ~Tracer() override;

  const char* name() const override { return "ptrace"; }
  Result<Event> Wait() override;
  bool AnyThreadMayWait() const override { return false; }
  Result<Thread*> NewProcess() override;
  uint64_t GuestAddressLimit() const override;
  uint64_t VdsoAddress() const override { return zygote_.vdso; }
  size_t FpStateSize() const override { return fp_format_.size(); }
  uint64_t CallSite() const override;
  std::vector<uint64_t> ReportingFilter() const override;
  void Interrupt() override;
  void Shutdown() override;

 private:
  friend class PtraceThread;
  using Lock = base::MutexLock;

  Tracer(const Options& options, pid_t thread);

  bool OnTracerThread() const;

  // Asked for by PtraceThread (tracer_requests.cc).
  void Post(PtraceThread& thread, Action action) REQUIRES(mu_);
  void Notice(PtraceThread& thread) REQUIRES(mu_);
  Result<void> InstallLater(PtraceThread& thread, int host_fd, int number) REQUIRES(mu_);
  Result<Thread*> PlanChild(PtraceThread& parent, const CloneRequest& request) REQUIRES(mu_);
  void AbandonClone(PtraceThread& parent) REQUIRES(mu_);
  void Release(PtraceThread& thread) REQUIRES(mu_);
  void Kill(StubProcess& process) REQUIRES(mu_);

  // Done by the tracer thread: what was asked for (tracer_actions.cc).
  void PerformAll() REQUIRES(mu_);
  void Perform(PtraceThread& thread) REQUIRES(mu_);
  void Finish(PtraceThread& thread, int64_t result) REQUIRES(mu_);
  void FinishAndCapture(PtraceThread& thread, int64_t result) REQUIRES(mu_);
  void Continue(PtraceThread& thread) REQUIRES(mu_);
  void Resume(PtraceThread& thread) REQUIRES(mu_);
  void Inject(PtraceThread& thread, std::span<const HostCall> calls) REQUIRES(mu_);
  void Clone(PtraceThread& parent, const CloneRequest& request, PtraceThread& child) REQUIRES(mu_);
  void StartChild(PtraceThread& child, const CloneRequest& request) REQUIRES(mu_);
  void LetRun(PtraceThread& thread) REQUIRES(mu_);
  int InstallAll(PtraceThread& thread) REQUIRES(mu_);
  int64_t InstallOne(PtraceThread& thread, int host_fd, int number) REQUIRES(mu_);
  int64_t GiveFd(PtraceThread& thread, int host_fd) REQUIRES(mu_);
  int64_t RunHostCall(PtraceThread& thread, const HostCall& call) REQUIRES(mu_);
  int64_t CallIn(PtraceThread& thread, int64_t number, const CallArgs& args) REQUIRES(mu_);

  // Stubs (tracer_stubs.cc).
  void RestZygote();
  bool RouseZygote() REQUIRES(mu_);
  void LoseZygote() REQUIRES(mu_);
  Result<Tracee> Spawn() REQUIRES(mu_);
  void Adopt(PtraceThread& thread, const Tracee& tracee) REQUIRES(mu_);
  void SpawnPlanned() REQUIRES(mu_);
  void RefillPool() REQUIRES(mu_);
  void HandleUnowned(const Stop& stop) REQUIRES(mu_);

  // Done by the tracer thread: what the host reported (tracer_stops.cc).
  void HandleAll() REQUIRES(mu_);
  void Handle(const Stop& stop) REQUIRES(mu_);
  void OnCall(PtraceThread& thread) REQUIRES(mu_);
  void OnInterrupted(PtraceThread& thread) REQUIRES(mu_);
  void OnSignal(PtraceThread& thread) REQUIRES(mu_);
  void OnEnd(PtraceThread& thread, int status) REQUIRES(mu_);
  void Captured(PtraceThread& thread, Event event) REQUIRES(mu_);
  void Report(PtraceThread& thread, Event event) REQUIRES(mu_);
  void Bury(PtraceThread& thread) REQUIRES(mu_);

  std::optional<Event> NextEvent() REQUIRES(mu_);

  const pid_t tracer_thread_;
  const unsigned pool_size_;
  const int max_fd_number_;

  // Set up by Create().
  Zygote zygote_;
  FpFormat fp_format_;

  // Of the tracer thread.
  StopQueue stops_;
  Caller caller_{&stops_};

  base::Mutex mu_{base::LockRank::kPlatform};
  bool sleeping_ GUARDED_BY(mu_) = false;
  bool interrupted_ GUARDED_BY(mu_) = false;
  bool zygote_lost_ GUARDED_BY(mu_) = false;
  bool shut_down_ GUARDED_BY(mu_) = false;
  std::unordered_map<PtraceThread*, std::unique_ptr<PtraceThread>> threads_ GUARDED_BY(mu_);
  std::unordered_map<pid_t, PtraceThread*> by_tid_ GUARDED_BY(mu_);
  std::vector<Tracee> pool_ GUARDED_BY(mu_);
  std::deque<PtraceThread*> planned_ GUARDED_BY(mu_);  // From NewProcess(), without a stub yet.
  std::vector<PtraceThread*> posted_ GUARDED_BY(mu_);
  std::deque<Event> events_ GUARDED_BY(mu_);
  // Freed when the tracer is back in Wait(): until then the kernel may be about to look at an event
  // about them.
  std::vector<std::unique_ptr<PtraceThread>> graveyard_ GUARDED_BY(mu_);
};

}  // namespace platform::ptracing

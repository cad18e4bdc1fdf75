// The notify platform: the listener's receiver, the tables of stubs, and the making of new ones.
//
// Locking: mu_ guards everything mutable here and in StubThread, StubProcess, StubMemory and
// StubRegion.  It is taken by every entry of the interface and given up around the one blocking
// call, Listener::Receive().
#pragma once

#include <sched.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "platform/answers.h"
#include "platform/base/mutex.h"
#include "platform/notify/fp_state.h"
#include "platform/notify/listener.h"
#include "platform/notify/notify.h"
#include "platform/notify/reaper.h"
#include "platform/notify/rewriter.h"
#include "platform/notify/stub_process.h"
#include "platform/notify/stub_region.h"
#include "platform/notify/stub_thread.h"
#include "platform/notify/watcher.h"

namespace platform::notify {

class Backend final : public Platform,
                      public ProcessHolder,
                      public SlotWatching,
                      private Reaper::Client {
 public:
  static Result<std::unique_ptr<Platform>> Create(const NotifyOptions& options);
  ~Backend() override;

  const char* name() const override { return "notify"; }
  Result<Event> Wait() override EXCLUDES(mu_);
  bool AnyThreadMayWait() const override { return true; }
  Result<Thread*> NewProcess() override EXCLUDES(mu_);
  uint64_t GuestAddressLimit() const override { return region_->start(); }
  uint64_t VdsoAddress() const override { return vdso_; }
  size_t FpStateSize() const override { return fp_format_.size(); }
  uint64_t CallSite() const override { return region_->Site(region_->code().call_site); }
  std::vector<uint64_t> ReportingFilter() const override;
  void Interrupt() override;
  void Shutdown() override EXCLUDES(mu_);
  void Hold(int host_pid, bool held) override EXCLUDES(mu_);
  uint64_t CallsInSlots() override EXCLUDES(mu_);

 private:
  friend class StubThread;
  friend class Rewriter;
  using State = StubThread::State;
  enum class ZygoteState { kComing, kGone };

  Backend(const NotifyOptions& options, std::unique_ptr<StubRegion> region, uint64_t vdso);

  // --- boot.cc ---
  Result<void> Boot() EXCLUDES(mu_);
  Result<base::Fd> AwaitListener(uint32_t slot) EXCLUDES(mu_);

  // --- receive.cc: one notification ---
  std::optional<Event> Dispatch(const seccomp_notif& n) REQUIRES(mu_);
  StubThread* Find(pid_t tid) REQUIRES(mu_);
  std::optional<Event> OnRunning(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnSignal(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnKick(StubThread* t) REQUIRES(mu_);
  std::optional<Event> OnRang(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnWoken(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnDozing(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  bool TakeFrame(StubThread* t, const seccomp_notif& n, SignalFrame* frame) REQUIRES(mu_);
  std::optional<Event> OnBooting(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnInjecting(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnOpsDone(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnExiting(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> Hostile(StubThread* t, const char* what) REQUIRES(mu_);
  bool IsRing(const seccomp_notif& n) const;
  bool IsAt(const seccomp_notif& n, int number, uint32_t site) const;
  bool BringsFrame(const seccomp_notif& n) const;

  // --- clone.cc ---
  struct CloneArguments {
    uint64_t flags = 0;
    uint64_t bits = 0;  // SHIM_CHILD_
    uint64_t clear_tid_address = 0;
  };
  // CLONE_PARENT: the Sentry reaps.
  static constexpr uint64_t kNewProcessFlags = CLONE_PARENT | CLONE_PARENT_SETTID;
  Result<Thread*> CloneGuest(StubThread* parent, const CloneRequest& request, bool go_on)
      REQUIRES(mu_);
  void GoOn(StubThread* parent) REQUIRES(mu_);
  void ExpectClone(const StubThread& gone) REQUIRES(mu_);
  bool TakeQuickClone(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  void StartClone(StubThread* parent, StubThread* child, const CloneArguments& clone) REQUIRES(mu_);
  std::optional<Event> OnCloning(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> OnCloned(StubThread* t, int64_t result) REQUIRES(mu_);
  std::optional<Event> CloneFailed(StubThread* t, StubThread* child, int error) REQUIRES(mu_);
  std::optional<Event> CloneDone(StubThread* t, int error) REQUIRES(mu_);
  std::optional<Event> FinishClone(StubThread* parent, StubThread* child) REQUIRES(mu_);
  void Separate(StubThread* parent, StubThread* child) REQUIRES(mu_);
  void Release(StubThread* child) REQUIRES(mu_);
  StubThread* Greet(const seccomp_notif& n) REQUIRES(mu_);
  bool BelongsTo(const StubThread& child, pid_t tid) REQUIRES(mu_);
  std::optional<Event> OnHello(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  void ForgetChild(StubThread* child) REQUIRES(mu_);
  void ForgetParent(StubThread* parent) REQUIRES(mu_);
  StubThread* FindUnborn(pid_t pid) REQUIRES(mu_);
  std::optional<Event> OnWentOn(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  static pid_t ClaimedTid(const StubThread& child);
  StubThread* FindQuiet(const seccomp_notif& n) REQUIRES(mu_);
  bool IsKnown(pid_t tid) REQUIRES(mu_);
  void Meet(StubThread* child) REQUIRES(mu_);
  bool MeetWanted() REQUIRES(mu_);

  // --- slot_call.cc: calls that the host does not report ---
  void ConsiderWatching(StubThread* t) REQUIRES(mu_);
  bool OnlyRuns(const StubThread& t) const REQUIRES(mu_);
  void Watch(StubThread* t) REQUIRES(mu_);
  void StopLooking() REQUIRES(mu_);
  void EndWatch() REQUIRES(mu_);
  std::optional<Event> OnAwaited(const abi::stub::SlotCall& call, Watcher::Awaited what)
      REQUIRES(mu_);
  std::optional<Event> TakeCall(StubThread* t) REQUIRES(mu_);
  std::optional<Event> OnCame(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);

  // --- spawn.cc: new stubs ---
  Result<StubThread*> NewThread(base::Ref<StubProcess> process, State state,
                                uint32_t wanted_slot = StubRegion::kNoSlot) REQUIRES(mu_);
  Result<base::Ref<StubProcess>> NewStubProcess() REQUIRES(mu_);
  Result<StubThread*> NewParkedThread() REQUIRES(mu_);
  Result<StubThread*> NewParkedStub() REQUIRES(mu_);

  void FeedZygote() REQUIRES(mu_);
  std::optional<Event> OnParked(StubThread* t, const seccomp_notif& n) REQUIRES(mu_);
  std::optional<Event> HandOver(StubThread* t) REQUIRES(mu_);
  void Refill() REQUIRES(mu_);

  // --- backend.cc ---
  Result<Event> Receive() EXCLUDES(mu_);
  std::optional<Event> TakeQueued() REQUIRES(mu_);
  void Queue(const Event& event) REQUIRES(mu_);
  void QueueGone(StubThread* t, int status) REQUIRES(mu_);
  // Takes the thread out of all tables; it is freed by the second Wait() from now at the latest.
  void Bury(StubThread* t) REQUIRES(mu_);
  void SendKill(const StubProcess& process) REQUIRES(mu_);
  void Forget(StubProcess* process, int status) REQUIRES(mu_);
  void ForgetThread(StubThread* t, int status) REQUIRES(mu_);
  void ForgetRole(StubThread* t) REQUIRES(mu_);
  bool OnDeath(pid_t pid) override EXCLUDES(mu_);
  void OnStop(pid_t pid) override EXCLUDES(mu_);
  void OnTick() override EXCLUDES(mu_);
  void OnAllGone() override EXCLUDES(mu_);
  void WakeReceiver() override EXCLUDES(mu_);

  const NotifyOptions options_;
  const FpFormat fp_format_;
  const std::unique_ptr<StubRegion> region_;
  const uint64_t vdso_;
  const bool fsgsbase_;  // Guests can change their segment bases by themselves.
  const pid_t self_;
  Listener listener_;  // Set once, before the first event.
  Reaper reaper_;
  Rewriter rewriter_;        // Guarded by mu_.
  Watcher watcher_;          // Guarded by mu_, but for Await().
  unsigned open_waits_ = 0;  // Guarded by mu_: calls that wait for long, but not in kResting.

  base::Mutex mu_{base::LockRank::kPlatform};
  std::unordered_map<pid_t, StubThread*> threads_ GUARDED_BY(mu_);
  std::unordered_map<pid_t, base::Ref<StubProcess>> processes_ GUARDED_BY(mu_);
  std::unordered_map<uint32_t, StubThread*> unborn_ GUARDED_BY(mu_);  // By slot; kArriving.
  std::deque<Event> queue_ GUARDED_BY(mu_);  // What no notification brings: deaths mostly.
  std::vector<std::unique_ptr<StubThread>> graveyard_ GUARDED_BY(mu_);

  StubThread* watched_ GUARDED_BY(mu_) = nullptr;  // While its calls may come through the slot.
  std::atomic<const abi::stub::SlotCall*> watched_call_{nullptr};  // Its, while somebody looks.

  StubThread* first_ GUARDED_BY(mu_) = nullptr;   // Not handed out yet.
  StubThread* zygote_ GUARDED_BY(mu_) = nullptr;  // Makes all others.
  StubThread* coming_zygote_ GUARDED_BY(mu_) = nullptr;
  ZygoteState zygote_state_ GUARDED_BY(mu_) = ZygoteState::kComing;
  std::deque<StubThread*> wanted_ GUARDED_BY(mu_);  // To be cloned by the zygote.
  std::deque<StubThread*> pool_ GUARDED_BY(mu_);    // Parked, or about to be.
  pid_t process_group_ GUARDED_BY(mu_) = 0;         // Of all stubs: the first one's id.
  bool shutting_down_ GUARDED_BY(mu_) = false;
  bool all_gone_ GUARDED_BY(mu_) = false;

  std::atomic<pid_t> receiver_{0};  // The thread inside Wait().
  // queue_, graveyard_, all_gone_ or interrupted_ has something for it.
  std::atomic<bool> attention_{false};
  std::atomic<bool> interrupted_{false};
};

}  // namespace platform::notify

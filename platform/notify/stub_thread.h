// A stub's host thread: the state machine behind platform::Thread.
//
// Public methods are the kernel's and take the backend's lock; the others belong to the backend,
// which holds it.
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/answers.h"
#include "platform/base/intrusive_list.h"
#include "platform/notify/signal_frame.h"
#include "platform/notify/stub_process.h"
#include "platform/platform.h"

namespace platform::notify {

class Backend;

class StubThread final : public Thread,
                         public SelfAnswering,
                         public QuickCloning,
                         public Resting,
                         public Marshalling,
                         public base::ListNode<StubThread> {
 public:
  enum class State {
    kBooting,   // The first stub, until it is parked.
    kArriving,  // Cloned, but its first call (hello) was not seen; may be parked afterwards.
    kHeld,      // Said hello, and waits for its parent's part.
    kParking,   // Said hello, will ring.
    kRunning,   // Guest code, or a host call that it was allowed.
    kCalling,   // Its call waits for an answer.
    kCaptured,  // Its doorbell waits for an answer.
    kRinging,   // Resumed only to ring again.
    kDozing,    // Its call waits for an answer, and it is on its way to kResting.
    kResting,   // As kCalling, but it sleeps in the shim: no notification is open.
    kInSlot,  // As kCalling, but the call came through the slot, and it looks there for the answer,
              // or is about to come.
    kInjecting,  // Runs operations.
    kCloning,
    kExiting,  // Told to call exit(2); no longer the kernel's.
    kDead,     // The process was reaped or is about to be.
  };

  StubThread(Backend& backend, base::Ref<StubProcess> process, const StubMemory::Slot& slot,
             State state);
  ~StubThread() override = default;

  Result<size_t> ReadMemory(uint64_t address, std::span<std::byte> to) override;
  Result<size_t> WriteMemory(uint64_t address, std::span<const std::byte> from) override;
  Result<size_t> ReadMemoryV(std::span<const iovec> guest, std::span<const iovec> to) override;
  Result<size_t> WriteMemoryV(std::span<const iovec> guest, std::span<const iovec> from) override;
  Result<size_t> PokeMemory(uint64_t address, std::span<const std::byte> from) override;

  void FinishSyscall(int64_t result) override;
  void FinishSyscallAndCapture(int64_t result) override;
  void ContinueSyscall() override;
  Result<void> InstallFd(int host_fd, int number) override;

  Registers& registers() override { return registers_; }
  Result<void> GetFpState(std::span<std::byte> to) override;
  Result<void> SetFpState(std::span<const std::byte> from) override;
  void Resume() override;
  Result<void> Inject(std::span<const HostCall> calls) override;
  std::span<const int64_t> InjectedResults() override { return results_; }
  Result<Thread*> Clone(const CloneRequest& request) override;
  Result<Thread*> CloneAndGoOn(const CloneRequest& request) override;
  void GoOn() override;

  void Capture() override;
  void Rest() override;
  void WaitForHost() override;
  std::optional<std::string> BroughtString(uint64_t address) override;
  bool TakeAway(uint64_t address, std::span<const std::byte> bytes) override;
  size_t MayPrepare() override;
  size_t Prepare(std::span<const AnswerAhead> answers) override;
  size_t DropPrepared() override;
  void ExitThread() override;
  void KillProcess() override;

  void Publish(const KnownAnswers& answers) override;
  void Withdraw() override;
  bool Lend(uint64_t blocked, uint64_t robust_list) override;
  OwnCell* lent() override;
  void LeaveCodeAlone() override;

  int host_tid() const override;
  int host_pid() const override { return process_->pid; }

 private:
  friend class Backend;
  friend class Rewriter;

  // What the host is known to do with an answer that crosses a kick on some kernels: lose it
  // (README.md).
  struct CrossedAnswer {
    bool valid = false;
    Syscall call{};
    int64_t result = 0;
  };

  // Of the segments.  No base has the value of `unknown`, which is not canonical.
  struct Bases {
    static constexpr uint64_t kUnknown = ~uint64_t{0} >> 1;
    uint64_t fs = kUnknown, gs = kUnknown;
  };

  // Parked before long: what the kernel asks for is done then.
  bool IsOnItsWay() const;
  FrameArea frame_area() const;
  abi::stub::SlotHeader* header() const;
  // A frame made by the Sentry, for a thread that the host never interrupted.
  void UseOwnFrame();
  // Puts registers and bases where the shim takes them from.
  void StoreFrame();
  // The call, which the host is about to execute or has, may change the bases.
  void NoteBases(int64_t number, const uint64_t* args);
  void ResumeLocked();
  void Answer(int64_t command, State next);
  void Kick();
  // In the host or in the slot.
  bool AwaitsAnswer() const { return state_ == State::kCalling || state_ == State::kInSlot; }
  void FinishCall(int64_t result);
  bool FinishRest(int64_t result, bool capture);
  void EndOpenWait();
  void Run();
  // It is call_ that the host reports.
  bool MakesTheCall(const seccomp_notif& n) const;
  bool ReissueCall();
  void SetUpReissue();
  bool TakeReissue(const seccomp_notif& n);
  void RestLocked();
  void FinishInSlot(int64_t result);
  void ReissueInSlot();
  // It is to make in the host the call that it made in the slot.
  void Summon();
  // call_window.cc
  void OpenWindow();
  void ShutWindow() {
    brought_.store(0, std::memory_order_relaxed);
    data_.store(0, std::memory_order_relaxed);
    room_.store(0, std::memory_order_relaxed);
  }
  std::span<std::byte> OutBytes() const;
  void StoreOut();
  int64_t StoreOutFor(int64_t result);
  // call_bytes.cc
  bool HasPage();
  void OfferSpace();
  std::span<std::byte> Page() const;
  void OpenBytes();
  bool Bring(uint64_t address, std::span<std::byte> to) const;
  bool Keep(uint64_t address, std::span<const std::byte> from);
  void SendToRest();
  void LeaveRest(uint32_t how, State next);
  void StartOps();
  void StartExit();
  void CopyFpTo(StubThread* child) const;
  void Retract();

  Backend& backend_;
  const base::Ref<StubProcess> process_;
  const uint32_t slot_;
  bool slot_open_;  // In the memory of its process.
  pid_t tid_ = 0;
  State state_;
  uint64_t notification_ = 0;  // The open one's id: kCalling and kCaptured.
  Syscall call_{};
  Registers registers_{};
  uint64_t frame_ = 0;  // In the slot.
  uint64_t fp_ = 0;     // In the slot; 0: the initial state.
  Bases host_bases_;    // As the host's thread has them; of use without FSGSBASE only.
  Bases stored_bases_;  // As it will have them when it resumes.

  bool kick_sent_ = false;  // And has not been heard of yet.
  unsigned kick_age_ = 0;   // Seconds.
  bool capture_wanted_ = false;
  bool resume_wanted_ = false;  // Asked for before it arrived.
  bool exit_wanted_ = false;    // As soon as it is captured.
  CrossedAnswer crossed_;
  bool waits_openly_ = false;            // Counted in the backend's open_waits_.
  std::optional<int64_t> early_answer_;  // Came in kDozing or kInSlot.
  bool rest_wanted_ = false;             // Asked for in kInSlot.
  std::atomic<uint32_t> brought_{0};     // Bytes of strings in the slot that are call_'s.
  uint32_t brought_kind_ = 0;
  size_t out_size_ = 0;  // Bytes in the slot that are to be stored at out_address_.
  uint64_t out_address_ = 0;
  bool out_in_page_ = false;
  bool out_failed_ = false;
  bool page_populated_ = false;          // The page for the bytes of a call:
  std::atomic<uint32_t> data_{0};        // so many it brought along, from its second argument on;
  std::atomic<uint32_t> room_{0};        // so many it will store there.
  bool ahead_populated_ = false;         // The pages for answers ahead, that one among them.
  std::vector<uint32_t> ahead_offsets_;  // Where they are.
  bool reissue_ = false;                 // Makes its call again, only for the host to execute it.

  std::vector<HostCall> ops_;
  std::vector<int64_t> results_;
  size_t batch_start_ = 0;  // ops_ from here on are in the slot.
  size_t batch_size_ = 0;
  size_t batch_seen_ = 0;  // Of these the host was asked for.
  int installed_fd_ = -1;  // The host_fd that stands at temporary_fd.
  bool closing_ = false;   // After an early end, to close that.

  StubThread* clone_child_ = nullptr;  // While cloning.
  bool clone_rang_ = false;            // Its part is done; the child was not seen.
  bool clone_parks_ = false;    // It makes a stub for the pool: the kernel did not ask for it.
  bool clone_goes_on_ = false;  // Comes back only if the host makes no child.
  uint64_t clone_args_[6] = {};
  bool at_clone_ = false;  // Captured in the host's clone, not at a doorbell (SlotQuickClone):
  uint32_t quick_slot_ = StubRegion::kNoSlot;  // with these,
  uint64_t quick_clear_tid_ = 0;
  bool quick_ = false;  // which the kernel asked for.
  // Of a child.
  StubThread* clone_parent_ = nullptr;  // While that is cloning.
  bool clone_approved_ = false;
  pid_t claimed_tid_ = 0;  // As the parent says.
  uint64_t clear_tid_address_ = 0;
  uint64_t set_tid_address_ = 0;
  uint32_t set_tid_value_ = 0;
  bool parks_ = false;
  bool quiet_ = false;  // Says no hello: met when it first calls, or when somebody asks for it.
  bool published_ = false;
  bool lent_ = false;       // Read and written by the kernel's calls alone.
  uint64_t table_key_ = 0;  // Its TLS in the memory's table; 0: it is not there.
};

}  // namespace platform::notify

// A guest thread of the ptrace backend: what the kernel sees of it, and what the tracer knows.
//
// What the kernel asks for is written down here and done by the tracer thread (Tracer::Perform)
// when it next is in Wait(): ptrace(2) obeys that thread alone, and it must not be waited for by a
// holder of the kernel lock.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "platform/base/fd.h"
#include "platform/ptrace/call.h"

namespace platform::ptracing {

class PtraceThread;
class Tracer;

// A host process with guest threads.
struct StubProcess {
  pid_t pid = 0;  // 0: not made yet.
  int socket_number = 0;
  bool killed = false;
  bool reaped = false;  // The host may use `pid` again.
  std::vector<PtraceThread*> threads;
};

// One thing to be done to a thread that stands still.
struct Action {
  enum class Kind { kNone, kFinish, kFinishAndCapture, kContinue, kResume, kInject, kClone, kExit };
  Kind kind = Kind::kNone;
  int64_t result = 0;                // kFinish, kFinishAndCapture
  std::vector<HostCall> calls = {};  // kInject
  CloneRequest clone = {};           // kClone
  PtraceThread* child = nullptr;
};

// Its fields belong to the tracer and are guarded by Tracer::mu_, but for registers(), which the
// kernel alone touches while the thread is captured.
class PtraceThread final : public Thread {
 public:
  enum class State { kRunning, kCalling, kCaptured, kLeaving, kDead };

  PtraceThread(Tracer* tracer, std::shared_ptr<StubProcess> process);
  ~PtraceThread() override = default;

  Result<size_t> ReadMemory(uint64_t address, std::span<std::byte> to) override;
  Result<size_t> WriteMemory(uint64_t address, std::span<const std::byte> from) override;
  Result<size_t> ReadMemoryV(std::span<const iovec> guest, std::span<const iovec> to) override;
  Result<size_t> WriteMemoryV(std::span<const iovec> guest, std::span<const iovec> from) override;
  Result<size_t> PokeMemory(uint64_t address, std::span<const std::byte> from) override;

  void FinishSyscall(int64_t result) override;
  void FinishSyscallAndCapture(int64_t result) override;
  void ContinueSyscall() override;
  Result<void> InstallFd(int host_fd, int number) override;

  Registers& registers() override;
  Result<void> GetFpState(std::span<std::byte> to) override;
  Result<void> SetFpState(std::span<const std::byte> from) override;
  void Resume() override;
  Result<void> Inject(std::span<const HostCall> calls) override;
  std::span<const int64_t> InjectedResults() override;
  Result<Thread*> Clone(const CloneRequest& request) override;

  void Capture() override;
  void ExitThread() override;
  void KillProcess() override;

  int host_tid() const override;  // 0: not made yet.
  int host_pid() const override;

 private:
  friend class Tracer;

  bool born() const { return tracee.tid != 0; }
  bool reachable() const { return born() && state != State::kDead; }

  Tracer* const tracer;
  const std::shared_ptr<StubProcess> process;
  State state = State::kRunning;
  Tracee tracee;
  Action action;
  bool posted = false;            // It is in the tracer's list of threads to look at.
  bool capture_wanted = false;    // Until a kCaptured event.
  bool released = false;          // The kernel knows it no longer.
  std::vector<std::byte> fp;      // While captured: FpFormat::size() bytes.
  std::vector<std::byte> new_fp;  // To be set before it runs; in the host's format.
  std::vector<std::pair<base::Fd, int>> installs;
  std::vector<int64_t> results;  // Of the last injection.
  // Of a clone that failed, until its kCloned event is handed out: parent to child, child to
  // parent.
  PtraceThread* failed_child = nullptr;
  PtraceThread* failed_parent = nullptr;
};

}  // namespace platform::ptracing

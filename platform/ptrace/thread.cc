// The kernel's calls on a guest thread: what can be answered at once, the rest is posted to the
// tracer.
#include "platform/ptrace/thread.h"

#include <algorithm>

#include "platform/ptrace/memory.h"
#include "platform/ptrace/tracer.h"

namespace platform::ptracing {

using base::Errno;
using base::MutexLock;

PtraceThread::PtraceThread(Tracer* the_tracer, std::shared_ptr<StubProcess> the_process)
    : tracer(the_tracer), process(std::move(the_process)) {}

// Under the lock, so that the host thread is not reaped, and its number used again, meanwhile.
Result<size_t> PtraceThread::ReadMemory(uint64_t address, std::span<std::byte> to) {
  MutexLock lock(&tracer->mu_);
  if (!reachable()) return Errno(ESRCH);
  return ReadProcess(tracee.tid, address, to);
}

Result<size_t> PtraceThread::WriteMemory(uint64_t address, std::span<const std::byte> from) {
  MutexLock lock(&tracer->mu_);
  if (!reachable()) return Errno(ESRCH);
  return WriteProcess(tracee.tid, address, from);
}

Result<size_t> PtraceThread::ReadMemoryV(std::span<const iovec> guest, std::span<const iovec> to) {
  MutexLock lock(&tracer->mu_);
  if (!reachable()) return Errno(ESRCH);
  return ReadProcessV(tracee.tid, guest, to);
}

Result<size_t> PtraceThread::WriteMemoryV(std::span<const iovec> guest,
                                          std::span<const iovec> from) {
  MutexLock lock(&tracer->mu_);
  if (!reachable()) return Errno(ESRCH);
  return WriteProcessV(tracee.tid, guest, from);
}

Result<size_t> PtraceThread::PokeMemory(uint64_t address, std::span<const std::byte> from) {
  MutexLock lock(&tracer->mu_);
  if (!reachable()) return Errno(ESRCH);
  const bool still = state == State::kCalling || state == State::kCaptured;
  if (still && tracer->OnTracerThread()) return PokeProcess(tracee.tid, address, from);
  return WriteProcess(tracee.tid, address, from);  // Writable pages only.
}

void PtraceThread::FinishSyscall(int64_t result) {
  MutexLock lock(&tracer->mu_);
  tracer->Post(*this, {.kind = Action::Kind::kFinish, .result = result});
}

void PtraceThread::FinishSyscallAndCapture(int64_t result) {
  MutexLock lock(&tracer->mu_);
  tracer->Post(*this, {.kind = Action::Kind::kFinishAndCapture, .result = result});
}

void PtraceThread::ContinueSyscall() {
  MutexLock lock(&tracer->mu_);
  tracer->Post(*this, {.kind = Action::Kind::kContinue});
}

Result<void> PtraceThread::InstallFd(int host_fd, int number) {
  MutexLock lock(&tracer->mu_);
  return tracer->InstallLater(*this, host_fd, number);
}

Registers& PtraceThread::registers() {
  return tracee.registers;
}

Result<void> PtraceThread::GetFpState(std::span<std::byte> to) {
  MutexLock lock(&tracer->mu_);
  if (to.size() < fp.size()) return Errno(EINVAL);
  std::ranges::copy(fp, to.begin());
  return {};
}

Result<void> PtraceThread::SetFpState(std::span<const std::byte> from) {
  MutexLock lock(&tracer->mu_);
  new_fp = TRY(tracer->fp_format_.ToHost(from));
  fp = tracer->fp_format_.FromHost(new_fp);
  return {};
}

void PtraceThread::Resume() {
  MutexLock lock(&tracer->mu_);
  tracer->Post(*this, {.kind = Action::Kind::kResume});
}

Result<void> PtraceThread::Inject(std::span<const HostCall> calls) {
  MutexLock lock(&tracer->mu_);
  tracer->Post(*this, {.kind = Action::Kind::kInject, .calls = {calls.begin(), calls.end()}});
  return {};
}

std::span<const int64_t> PtraceThread::InjectedResults() {
  return results;
}

Result<Thread*> PtraceThread::Clone(const CloneRequest& request) {
  MutexLock lock(&tracer->mu_);
  return tracer->PlanChild(*this, request);
}

void PtraceThread::Capture() {
  MutexLock lock(&tracer->mu_);
  if (state == State::kDead || state == State::kLeaving) return;
  capture_wanted = true;
  if (state == State::kRunning) tracer->Notice(*this);
}

void PtraceThread::ExitThread() {
  MutexLock lock(&tracer->mu_);
  tracer->Release(*this);
  tracer->Post(*this, {.kind = Action::Kind::kExit});
}

void PtraceThread::KillProcess() {
  MutexLock lock(&tracer->mu_);
  tracer->Kill(*process);
}

int PtraceThread::host_tid() const {
  MutexLock lock(&tracer->mu_);
  return tracee.tid;
}

int PtraceThread::host_pid() const {
  MutexLock lock(&tracer->mu_);
  return process->pid;
}

}  // namespace platform::ptracing

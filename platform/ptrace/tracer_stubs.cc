// Stubs: fresh ones for NewProcess(), and the few that are kept ready.
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/base/log.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/tracer.h"

namespace platform::ptracing {
namespace {

using base::Errno;
using State = PtraceThread::State;

Registers CleanRegisters() {
  Registers registers{};
  registers.cs = 0x33;
  registers.ss = 0x2b;
  registers.eflags = 0x202;
  registers.orig_rax = ~uint64_t{0};
  return registers;
}

}  // namespace

Result<Thread*> Tracer::NewProcess() {
  Lock lock(&mu_);
  if (zygote_lost_) return Errno(EAGAIN);
  auto process = std::make_shared<StubProcess>();
  process->socket_number = kFirstSocketNumber;
  auto owned = std::make_unique<PtraceThread>(this, process);
  PtraceThread* thread = owned.get();
  thread->state = State::kCaptured;
  thread->tracee.registers = CleanRegisters();
  thread->fp = fp_format_.Initial();
  if (!pool_.empty()) {
    const Tracee ready = pool_.back();
    pool_.pop_back();
    Adopt(*thread, ready);
  } else if (OnTracerThread()) {
    Adopt(*thread, TRY(Spawn()));
  } else {
    // It is made when the tracer thread comes by; what is asked of it until then is done after
    // that.
    planned_.push_back(thread);
    if (sleeping_) stops_.Wake();
    sleeping_ = false;
  }
  process->threads.push_back(thread);
  threads_.emplace(thread, std::move(owned));
  return thread;
}

Result<Tracee> Tracer::Spawn() {
  if (zygote_lost_) return Errno(EAGAIN);
  std::optional<Caller::Child> made = caller_.Clone(zygote_.tracee, CLONE_PARENT | SIGCHLD, 0);
  if (!made) {
    LOG_ERROR("ptrace platform: the zygote was killed; no further programs can be started");
    zygote_lost_ = true;
    return Errno(EAGAIN);
  }
  if (made->result < 0) return Errno(static_cast<int>(-made->result));
  if (made->tracee.ended) return Errno(EAGAIN);
  return made->tracee;
}

void Tracer::Adopt(PtraceThread& thread, const Tracee& tracee) {
  thread.tracee.tid = tracee.tid;
  if (thread.process->pid == 0) thread.process->pid = tracee.tid;
  by_tid_[tracee.tid] = &thread;
}

void Tracer::SpawnPlanned() {
  while (!planned_.empty()) {
    PtraceThread* thread = planned_.front();
    planned_.pop_front();
    Result<Tracee> tracee = Spawn();
    if (!tracee.ok()) {
      OnEnd(*thread, SIGKILL);
      continue;
    }
    Adopt(*thread, *tracee);
    Notice(*thread);
  }
  PerformAll();
}

void Tracer::RefillPool() {
  while (pool_.size() < pool_size_ && !zygote_lost_) {
    Result<Tracee> tracee = Spawn();
    if (!tracee.ok()) return;
    pool_.push_back(*tracee);
  }
}

// A stop of a thread that the kernel does not know.
bool Tracer::LoseUnowned(const Stop& stop) {
  if (stop.tid == zygote_.tracee.tid) {
    if (stop.ended() && !zygote_lost_)
      LOG_ERROR("ptrace platform: the zygote was killed; no further programs can be started");
    if (stop.ended()) zygote_lost_ = true;
    return true;
  }
  if (std::erase_if(pool_, [&](const Tracee& tracee) { return tracee.tid == stop.tid; }) != 0) {
    if (!stop.ended()) ::syscall(SYS_tkill, stop.tid, SIGKILL);
    return true;
  }
  // Made by a clone that the kernel let the host do, which it must not.
  if (!stop.ended()) ::syscall(SYS_tkill, stop.tid, SIGKILL);
  return false;
}

}  // namespace platform::ptracing

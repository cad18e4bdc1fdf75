// Stubs: fresh ones for NewProcess(), and the few that are kept ready.
#include <linux/futex.h>
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

// It sleeps in a futex wait that nobody ends; a signal makes it stop (StopQueue::Wake).
void Tracer::RestZygote() {
  Registers& registers = zygote_.tracee.registers;
  registers.rip = kCodePage;
  registers.rax = SYS_futex;
  registers.rdi = kCodePage;
  registers.rsi = FUTEX_WAIT_PRIVATE;
  registers.rdx = kCodeWord;
  registers.r10 = 0;
  registers.orig_rax = ~uint64_t{0};
  SetRegisters(zygote_.tracee.tid, registers);
  Run(zygote_.tracee.tid, RunTo::kNextStop);
}

bool Tracer::RouseZygote() {
  if (zygote_lost_) return false;
  StopSoon(zygote_.tracee.tid);
  const std::optional<Stop> stop = stops_.WaitFor(zygote_.tracee.tid);
  if (!stop || stop->ended()) LoseZygote();
  return !zygote_lost_;
}

void Tracer::LoseZygote() {
  if (!zygote_lost_) LOG_ERROR("ptrace platform: the zygote of all stubs was killed");
  zygote_lost_ = true;
}

Result<Tracee> Tracer::Spawn() {
  if (!RouseZygote()) return Errno(EAGAIN);
  std::optional<Caller::Child> made = caller_.Clone(zygote_.tracee, CLONE_PARENT | SIGCHLD, 0);
  if (!made) {
    LoseZygote();
    return Errno(EAGAIN);
  }
  RestZygote();
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
void Tracer::HandleUnowned(const Stop& stop) {
  if (stop.tid == zygote_.tracee.tid) return stop.ended() ? LoseZygote() : RestZygote();
  std::erase_if(pool_, [&](const Tracee& tracee) { return tracee.tid == stop.tid; });
  // One of the pool that was disturbed, or made by a clone that the kernel let the host do, which
  // it must not.
  if (!stop.ended()) ::syscall(SYS_tkill, stop.tid, SIGKILL);
}

}  // namespace platform::ptracing

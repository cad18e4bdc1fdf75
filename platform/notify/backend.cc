#include "platform/notify/backend.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include "platform/base/log.h"
#include "platform/notify/filter.h"
#include "platform/notify/signals.h"

namespace platform::notify {
namespace {

using base::Errno;
using base::MutexLock;

// Its id; the first time also lets the kick through, by which it is woken.
pid_t PrepareReceiver() {
  static thread_local pid_t tid = 0;
  if (tid == 0) {
    tid = static_cast<pid_t>(::syscall(SYS_gettid));
    sigset_t kick;
    sigemptyset(&kick);
    sigaddset(&kick, kKick);
    ::pthread_sigmask(SIG_UNBLOCK, &kick, nullptr);
  }
  return tid;
}

}  // namespace

Backend::Backend(const NotifyOptions& options, std::unique_ptr<StubRegion> region, uint64_t vdso)
    : options_(options),
      region_(std::move(region)),
      vdso_(vdso),
      fsgsbase_((region_->code().features & SHIM_FEATURE_FSGSBASE) != 0),
      self_(::getpid()),
      reaper_(*this),
      rewriter_(options.rewrite_calls ? options.proc_fd : -1, *region_),
      watcher_(options.rewrite_calls ? options.proc_fd : -1, options.spin) {}

Backend::~Backend() {
  Shutdown();
  MutexLock lock(&mu_);
  // Nobody waits any more to be told of these, and the others were killed before they reported.
  for (const Event& event : std::exchange(queue_, {})) {
    if (event.kind == Event::Kind::kGone) Bury(static_cast<StubThread*>(event.thread));
  }
  while (!unborn_.empty()) Bury(unborn_.begin()->second);
}

Result<Event> Backend::Wait() {
  receiver_.store(PrepareReceiver());
  Result<Event> result = Receive();
  receiver_.store(0, std::memory_order_release);
  return result;
}

Result<Event> Backend::Receive() {
  seccomp_notif notification;
  while (true) {
    if (attention_.load()) {
      MutexLock lock(&mu_);
      if (std::optional<Event> event = TakeQueued()) return *event;
      if (all_gone_) return Errno(EPIPE);
      if (interrupted_.exchange(false)) return Errno(ECANCELED);
    }
    if (const abi::stub::SlotCall* call = watched_call_.load()) {
      const Watcher::Awaited what = watcher_.Await(*call, attention_);
      if (what == Watcher::Awaited::kAttention) continue;
      if (what == Watcher::Awaited::kListener) {
        if (!listener_.HasReport()) continue;
      } else {
        MutexLock lock(&mu_);
        // Whatever is in the way of one that was made, the host reports next.
        if (std::optional<Event> event = OnAwaited(*call, what)) return *event;
      }
    }
    watcher_.StandAnywhere();
    const Result<void> received = listener_.Receive(&notification, &attention_);
    if (received.ok()) {
      MutexLock lock(&mu_);
      if (std::optional<Event> event = Dispatch(notification)) return *event;
    } else if (!received.Is(EINTR) && !received.Is(ENOENT)) {
      LOG_ERROR("receiving a notification failed: %s", std::strerror(received.error().value()));
      return Errno(EPIPE);
    }
  }
}

std::optional<Event> Backend::TakeQueued() {
  // Nobody holds an event of an earlier Wait() that was not checked under the kernel lock since.
  graveyard_.clear();
  // Before the looks at what it announces, so that nothing is missed.
  attention_.store(all_gone_);
  while (!queue_.empty()) {
    const Event event = queue_.front();
    queue_.pop_front();
    auto* t = static_cast<StubThread*>(event.thread);
    const bool silent = t->process_->killed;
    if (event.kind == Event::Kind::kGone) Bury(t);  // Sets attention_: freed at the next Wait().
    if (!queue_.empty()) attention_.store(true);
    if (!silent) return event;
  }
  return std::nullopt;
}

void Backend::Bury(StubThread* t) {
  if (watched_ == t) EndWatch();
  t->EndOpenWait();
  base::IntrusiveList<StubThread>::Remove(*t);
  if (const auto it = threads_.find(t->tid_); it != threads_.end() && it->second == t)
    threads_.erase(it);
  if (const auto it = unborn_.find(t->slot_); it != unborn_.end() && it->second == t)
    unborn_.erase(it);
  t->Retract();  // Rewritten sites of the process may still lead here.
  rewriter_.LeaveTable(*t);
  t->process_->memory->ReturnSlot({.number = t->slot_, .open = t->slot_open_});
  ExpectClone(*t);
  t->state_ = State::kDead;
  graveyard_.emplace_back(t);
  attention_.store(true);
}

void Backend::QueueGone(StubThread* t, int status) {
  t->state_ = State::kDead;
  Queue({.kind = Event::Kind::kGone, .thread = t, .status = status});
}

void Backend::Queue(const Event& event) {
  queue_.push_back(event);
  attention_.store(true);
}

void Backend::SendKill(const StubProcess& process) {
  // The id is not reused before OnDeath() reaped it, under the same lock.
  if (const pid_t pid = process.pid; pid != 0) ::kill(pid, SIGKILL);
}

bool Backend::OnDeath(pid_t pid) {
  MutexLock lock(&mu_);
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return false;
  if (const auto it = processes_.find(pid); it != processes_.end()) {
    const base::Ref<StubProcess> process = it->second;
    processes_.erase(it);
    Forget(process.get(), status);
  } else if (StubThread* child = FindUnborn(pid)) {
    ForgetThread(child, status);
  }
  return !queue_.empty();
}

void Backend::Forget(StubProcess* process, int status) {
  process->pid = 0;
  std::vector<StubThread*> threads;
  for (StubThread& t : process->threads) threads.push_back(&t);
  for (StubThread* t : threads) {
    ForgetParent(t);
  }
  for (StubThread* t : threads) ForgetThread(t, status);
}

void Backend::ForgetThread(StubThread* t, int status) {
  if (t->state_ == State::kDead) return;
  const bool silent = t->process_->killed || t->process_->internal || t->state_ == State::kExiting;
  ForgetRole(t);
  ForgetChild(t);
  if (silent) {
    Bury(t);
  } else {
    QueueGone(t, status);
  }
}

// Stops are the kernel's: a stub that the host keeps stopped would not answer a kick.
void Backend::Hold(int host_pid, bool held) {
  MutexLock lock(&mu_);
  const auto it = processes_.find(host_pid);
  if (it == processes_.end()) return;
  it->second->held = held;
  ::kill(host_pid, held ? SIGSTOP : SIGCONT);
}

void Backend::OnStop(pid_t pid) {
  MutexLock lock(&mu_);
  siginfo_t info;
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOHANG) != 0) return;
  const auto it = processes_.find(pid);
  // Somebody outside did that, whom it is not for.
  if (it == processes_.end() || !it->second->held) ::kill(pid, SIGCONT);
}

void Backend::OnTick() {
  MutexLock lock(&mu_);
  bool outstanding = MeetWanted();
  for (const auto& [tid, t] : threads_) {
    const bool on_its_way = t->state_ == State::kRunning || t->state_ == State::kDozing;
    const bool summoned = t->state_ == State::kInSlot && t->early_answer_;
    if (!((t->kick_sent_ && on_its_way) || summoned) || t->process_->killed) {
      t->kick_age_ = 0;
      continue;
    }
    outstanding = true;
    if (t->process_->held) continue;
    if (++t->kick_age_ == options_.kick_deadline) {
      LOG_INFO("stub thread %d does not answer: killed", tid);
      SendKill(*t->process_);
    }
  }
  if (!outstanding) reaper_.StopTicks();
}

void Backend::OnAllGone() {
  MutexLock lock(&mu_);
  all_gone_ = true;
  attention_.store(true);
}

void Backend::WakeReceiver() {
  // Outside of Receive() it looks at attention_ before it gets there.
  if (const pid_t receiver = receiver_.load()) ::syscall(SYS_tgkill, self_, receiver, kKick);
}

void Backend::Interrupt() {
  interrupted_.store(true);
  attention_.store(true);
  WakeReceiver();
}

std::vector<uint64_t> Backend::ReportingFilter() const {
  const uint64_t start = region_->code_start();
  const host::Program program =
      StubReportingFilter({.code_start = start, .code_end = start + region_->code().code_end});
  std::vector<uint64_t> words(program.size());
  std::memcpy(words.data(), program.code().data(), program.code().size_bytes());
  return words;
}

Result<Thread*> Backend::NewProcess() {
  MutexLock lock(&mu_);
  StubThread* t = nullptr;
  if (first_ != nullptr) {
    t = std::exchange(first_, nullptr);
  } else if (!pool_.empty()) {
    t = pool_.front();
    pool_.pop_front();
  } else {
    t = TRY(NewParkedStub());
    FeedZygote();
  }
  t->process_->internal = false;
  return t;
}

void Backend::Shutdown() {
  {
    MutexLock lock(&mu_);
    shutting_down_ = true;
    for (const auto& [pid, process] : processes_) process->killed = true;
    wanted_.clear();
    // The group, because a stub that is just being made has not said hello and is in no table.
    if (process_group_ > 1) ::kill(-process_group_, SIGKILL);
  }
  reaper_.Join();
  MutexLock lock(&mu_);
  process_group_ = 0;
  graveyard_.clear();
}

}  // namespace platform::notify

// Making and ending the platform, and the loop of the tracer thread.
#include "platform/ptrace/tracer.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "platform/base/log.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/ptrace.h"

namespace platform::ptracing {
namespace {

using base::Errno;

constexpr size_t kLargestState = 64 * 1024;

pid_t ThisThread() {
  return static_cast<pid_t>(::syscall(SYS_gettid));
}

int FdLimit(unsigned wanted) {
  constexpr unsigned kDefault = 1U << 20;
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(wanted != 0 ? wanted : kDefault, limit.rlim_max));
}

// What the host's images look like; the zygote's, and so that of every stub, becomes the initial
// state.
Result<FpFormat> SetUpState(pid_t tid) {
  std::vector<std::byte> sample(kLargestState);
  sample.resize(TRY(GetExtendedState(tid, sample)));
  FpFormat format = TRY(FpFormat::FromSample(sample));
  TRY(SetExtendedState(tid, TRY(format.ToHost({}))));
  return format;
}

}  // namespace

Tracer::Tracer(const Options& options, pid_t thread)
    : tracer_thread_(thread),
      pool_size_(options.pool_size),
      max_fd_number_(FdLimit(options.max_fd_number)) {}

Result<std::unique_ptr<Tracer>> Tracer::Create(const Options& options) {
  struct sigaction action = {};
  if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
    ::signal(SIGCHLD, SIG_DFL);  // Ignored, it would have the host reap stubs behind our back.
  }
  std::unique_ptr<Tracer> tracer(new Tracer(options, ThisThread()));
  tracer->zygote_ = TRY(MakeZygote(&tracer->stops_, &tracer->caller_));
  tracer->fp_format_ = TRY(SetUpState(tracer->zygote_.tracee.tid));
  tracer->RestZygote();
  return tracer;
}

Tracer::~Tracer() {
  Shutdown();
}

bool Tracer::OnTracerThread() const {
  return ThisThread() == tracer_thread_;
}

uint64_t Tracer::GuestAddressLimit() const {
  return kGuestLimit;
}

Result<Event> Tracer::Wait() {
  CHECK(OnTracerThread());
  for (;;) {
    {
      Lock lock(&mu_);
      graveyard_.clear();
      if (shut_down_ || zygote_lost_) return Errno(EPIPE);
      PerformAll();
      SpawnPlanned();
      if (std::exchange(interrupted_, false)) {
        stops_.Collect();
        HandleAll();
        return Errno(ECANCELED);
      }
      if (std::optional<Event> event = NextEvent()) return *event;
      HandleAll();
      if (std::optional<Event> event = NextEvent()) return *event;
      RefillPool();
      if (!stops_.empty() || zygote_lost_) continue;
      sleeping_ = true;
    }
    const bool stubs_left = stops_.Block();
    stops_.Collect();
    Lock lock(&mu_);
    sleeping_ = false;
    if (!stubs_left && stops_.empty()) {
      LOG_ERROR("ptrace platform: all stubs are gone");
      return Errno(EPIPE);
    }
  }
}

std::optional<Event> Tracer::NextEvent() {
  if (events_.empty()) return std::nullopt;
  const Event event = events_.front();
  events_.pop_front();
  auto& thread = static_cast<PtraceThread&>(*event.thread);
  if (event.kind == Event::Kind::kCloned && thread.failed_child != nullptr) {
    Bury(*thread.failed_child);
  }
  if (event.kind == Event::Kind::kGone) {
    thread.released = true;
    Bury(thread);
  }
  return event;
}

void Tracer::Report(PtraceThread& thread, Event event) {
  event.thread = &thread;
  if (!thread.released) events_.push_back(event);
}

void Tracer::Bury(PtraceThread& thread) {
  std::erase(posted_, &thread);
  std::erase(thread.process->threads, &thread);
  if (thread.failed_parent != nullptr) thread.failed_parent->failed_child = nullptr;
  const auto it = threads_.find(&thread);
  CHECK(it != threads_.end());
  graveyard_.push_back(std::move(it->second));
  threads_.erase(it);
}

void Tracer::Interrupt() {
  Lock lock(&mu_);
  interrupted_ = true;
  if (sleeping_) stops_.Wake();
  sleeping_ = false;
}

void Tracer::Shutdown() {
  Lock lock(&mu_);
  if (shut_down_) return;
  shut_down_ = true;
  if (zygote_.tracee.tid == 0) return;  // Create() failed.
  const pid_t group = zygote_.tracee.tid;
  if (!zygote_lost_ || !by_tid_.empty() || !pool_.empty()) ::kill(-group, SIGKILL);
  while (::waitpid(-group, nullptr, __WALL) > 0 || errno == EINTR) {
  }
  events_.clear();
  posted_.clear();
  if (sleeping_) stops_.Wake();
}

}  // namespace platform::ptracing

namespace platform {

Result<std::unique_ptr<Platform>> CreatePtrace(const Options& options) {
  std::unique_ptr<ptracing::Tracer> tracer = TRY(ptracing::Tracer::Create(options));
  return std::unique_ptr<Platform>(std::move(tracer));
}

}  // namespace platform

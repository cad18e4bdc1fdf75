// What the kernel asks for, from any thread: written down for the tracer thread.
#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <cstring>

#include "platform/base/log.h"
#include "platform/ptrace/filter.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/tracer.h"

namespace platform::ptracing {

uint64_t Tracer::CallSite() const {
  return kCodePage;
}

std::vector<uint64_t> Tracer::ReportingFilter() const {
  const host::Program program = StubReportingFilter();
  std::vector<uint64_t> words(program.size());
  std::memcpy(words.data(), program.code().data(), program.code().size_bytes());
  return words;
}

using base::Errno;
using base::Fd;
using Kind = Action::Kind;
using State = PtraceThread::State;

void Tracer::Post(PtraceThread& thread, Action action) {
  if (thread.state == State::kDead || thread.state == State::kLeaving)
    return;  // Its end is on the way.
  CHECK(thread.state == State::kCalling || thread.state == State::kCaptured);
  CHECK(thread.action.kind == Kind::kNone);
  thread.action = std::move(action);
  Notice(thread);
}

void Tracer::Notice(PtraceThread& thread) {
  if (!thread.posted) posted_.push_back(&thread);
  thread.posted = true;
  if (sleeping_) stops_.Wake();
  sleeping_ = false;
}

// The installation itself is a call in the stub; a failure of it becomes the result of the call
// that follows.
Result<void> Tracer::InstallLater(PtraceThread& thread, int host_fd, int number) {
  if (number < 0 || number >= max_fd_number_) return Errno(EBADF);
  Fd copy = TRY(Fd::From(::fcntl(host_fd, F_DUPFD_CLOEXEC, 0)));
  thread.installs.emplace_back(std::move(copy), number);
  return {};
}

Result<Thread*> Tracer::PlanChild(PtraceThread& parent, const CloneRequest& request) {
  if (parent.state == State::kDead || parent.state == State::kLeaving) return Errno(ESRCH);
  std::shared_ptr<StubProcess> process = parent.process;
  if (!request.same_process) {
    process = std::make_shared<StubProcess>();
    process->socket_number = parent.process->socket_number;
  }
  auto owned = std::make_unique<PtraceThread>(this, process);
  PtraceThread* child = owned.get();
  process->threads.push_back(child);
  threads_.emplace(child, std::move(owned));
  Post(parent, {.kind = Kind::kClone, .clone = request, .child = child});
  return child;
}

// The parent ended before it could clone.
void Tracer::AbandonClone(PtraceThread& parent) {
  if (parent.action.kind != Kind::kClone) return;
  PtraceThread* child = std::exchange(parent.action.child, nullptr);
  parent.action.kind = Kind::kNone;
  child->state = State::kDead;
  if (child->released) {
    Bury(*child);
  } else {
    Report(*child, {.kind = Event::Kind::kGone, .thread = child, .status = SIGKILL});
  }
}

void Tracer::Release(PtraceThread& thread) {
  if (thread.released) return;
  thread.released = true;
  std::erase_if(events_, [&](const Event& event) { return event.thread == &thread; });
  if (PtraceThread* child = std::exchange(thread.failed_child, nullptr)) {
    child->failed_parent = nullptr;
    Report(*child, {.kind = Event::Kind::kGone, .thread = child, .status = SIGKILL});
  }
  if (thread.state == State::kDead) Bury(thread);
}

void Tracer::Kill(StubProcess& process) {
  if (process.killed) return;
  process.killed = true;
  if (process.pid != 0 && !process.reaped) ::kill(process.pid, SIGKILL);
  for (PtraceThread* thread : std::vector<PtraceThread*>(process.threads)) {
    AbandonClone(*thread);
    if (std::erase(planned_, thread) != 0) thread->state = State::kDead;  // Nothing was made yet.
    if (thread->state != State::kDead) thread->state = State::kLeaving;
    Release(*thread);
  }
}

}  // namespace platform::ptracing

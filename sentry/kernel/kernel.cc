// Construction, events, readiness; kernel_serve.cc has the threads.
#include "sentry/kernel/kernel.h"

#include <sys/sysinfo.h>

#include "platform/base/log.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_builder.h"

namespace sentry {
namespace {

Ref<ThreadGroup> MakeInit(Kernel& kernel, PidTable& pids, const NamespaceSet& namespaces) {
  constexpr Tid kInitPid{1};
  Ref<ThreadGroup> init = MakeRef<ThreadGroup>(kernel, MakeRef<SignalActions>());
  init->pid = kInitPid;
  init->pid_ns = namespaces.pid_for_children;
  init->pid_ns->reaper = init.get();
  init->limits.fill({abi::kRlimInfinity, abi::kRlimInfinity});
  Ref<Session> session = MakeRef<Session>(kInitPid);
  init->process_group = MakeRef<ProcessGroup>(kInitPid, session);
  init->process_group->members.push_back(init.get());
  init->limits.fill({abi::kRlimInfinity, abi::kRlimInfinity});
  pids.AddGroup(kInitPid, *init);
  pids.AddProcessGroup(*init->process_group);
  return init;
}

// Whom others see as the process: it has neither memory nor files, and never runs.
void GiveInitATask(Kernel& kernel, ThreadGroup& init, const Ref<NamespaceSet>& namespaces) {
  TaskBuilder builder(kernel);
  builder.creds = Credentials::ForUser(0, 0, {});
  builder.namespaces = namespaces;
  builder.comm = "init";
  builder.BuildInit(Ref<ThreadGroup>(&init));
}

// As tmpfs(5) has it: half of the host's memory.
uint64_t ChargeLimit() {
  struct sysinfo host {};
  if (::sysinfo(&host) != 0) return ~uint64_t{0};
  return uint64_t{host.totalram} * host.mem_unit / 2;
}

}  // namespace

Kernel::Kernel(KernelOptions options, std::unique_ptr<platform::Platform> platform)
    : options_(std::move(options)),
      platform_(std::move(platform)),
      timers_([this](std::optional<MonoTime> earliest) { reactor_.SetAlarm(earliest); }),
      initial_namespaces_(NamespaceSet::Initial(options_.hostname, options_.domainname)),
      memory_(options_.memory_limit, options_.memory_limit == 0 ? ChargeLimit() : ~uint64_t{0}),
      boot_time_(MonotonicNow()),
      init_(MakeInit(*this, pids_, *initial_namespaces_)) {
  GiveInitATask(*this, *init_, initial_namespaces_);
}

Kernel::~Kernel() = default;

NamespaceSet& Kernel::namespaces() {
  const bool known = current != nullptr && current->has_namespaces();
  return known ? current->namespaces() : *initial_namespaces_;
}

void Kernel::HandleEvent(const platform::Event& event) {
  if (event.thread->owner == nullptr) return;
  Ref<Task> task(static_cast<Task*>(event.thread->owner));
  FetchOwn(*task);
  switch (event.kind) {
    case platform::Event::Kind::kSyscall:
      return task->OnSyscall(event);
    case platform::Event::Kind::kCaptured:
      return task->OnCaptured();
    case platform::Event::Kind::kFault:
      return task->OnFault(event.fault);
    case platform::Event::Kind::kInjected:
      return task->OnInjected(*event.thread);
    case platform::Event::Kind::kCloned:
      return task->OnCloned(event.error);
    case platform::Event::Kind::kGone:
      return task->OnHostThreadGone(*event.thread, event.status);
  }
}

void Kernel::MakeReady(Task& task) {
  ready_.push_back(Ref<Task>(&task));
}

void Kernel::DrainReady() {
  // An attempt may make others ready, which are then served in the same round.
  while (!ready_.empty() || !deferred_.empty()) {
    DropPrepared();
    std::vector<base::UniqueFunction<void()>> work = std::move(deferred_);
    deferred_.clear();
    for (base::UniqueFunction<void()>& one : work) one();
    std::vector<Ref<Task>> round = std::move(ready_);
    ready_.clear();
    for (const Ref<Task>& task : round) {
      DropPrepared();
      task->OnReady();
    }
  }
}

void Kernel::Stop(int wait_status) {
  if (stopping_) return;
  stopping_ = true;
  exit_status_ = wait_status;
  platform_->Interrupt();  // The leader may wait for a guest that makes no call.
}

}  // namespace sentry

// Sessions, jobs and hang-ups of terminals (credentials(7), ioctl_tty(2); Linux: tty_jobctrl.c).
#include <vector>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "sentry/fs/tty/tty.h"
#include "sentry/fs/tty/tty_file.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

bool Ignores(const Task& task, int signal) {
  return (task.blocked & abi::SigMask(signal)) != 0 ||
         task.group().actions->actions[static_cast<size_t>(signal)].handler == abi::kSigIgn;
}

bool LeadsSession(const ThreadGroup& group) {
  return group.process_group->session->id == group.pid;
}

std::vector<Ref<ThreadGroup>> MembersOf(Kernel& kernel, const Session& session) {
  std::vector<Ref<ThreadGroup>> members;
  for (ThreadGroup* group : kernel.pids().Groups()) {
    if (&group->session() == &session) members.emplace_back(group);
  }
  return members;
}

// What is left of a terminal that was hung up: when its session's leader exits, the jobs that were
// in front are hung up (Linux: tty_old_pgrp).
class GoneTerminal final : public ControllingTerminal {
 public:
  explicit GoneTerminal(Ref<ProcessGroup> front) : front_(std::move(front)) {}
  uint64_t device() const override { return 0; }
  std::string name() const override { return {}; }
  Tid foreground() const override { return Tid(-1); }
  void SessionLeaderExited() override {
    front_->SendSignal(KernelSignal(abi::kSigHup));
    front_->SendSignal(KernelSignal(abi::kSigCont));
  }

 private:
  const Ref<ProcessGroup> front_;
};

}  // namespace

Tty* Tty::Of(const Task& task) {
  auto* tty = dynamic_cast<Tty*>(task.group().session().terminal.get());
  return tty != nullptr && !tty->IsWithout(task.group()) ? tty : nullptr;
}

bool Tty::IsWithout(const ThreadGroup& group) const {
  if (without_.empty()) return false;
  const Session* session = session_.get();
  for (const ThreadGroup* at = &group; at != nullptr && at->process_group; at = at->parent) {
    if (at->process_group->session.get() != session) return false;
    if (without_.contains(at->pid)) return true;
  }
  return false;
}

bool Tty::Controls(const Task& task) const {
  return Of(task) == this;
}

Result<void> Tty::CheckChange(Task& task, int signal) {
  if (!Controls(task)) return {};
  Ref<ProcessGroup> own = task.group().process_group;
  if (foreground_ == Tid(0) || foreground_ == own->id) return {};
  if (Ignores(task, signal))
    return signal == abi::kSigTtin ? Result<void>(Errno(EIO)) : Result<void>();
  if (own->IsOrphaned()) return Errno(EIO);
  own->SendSignal(KernelSignal(signal));
  return Errno(abi::kERestartSys);
}

void Tty::Acquire(Task& task) {
  ThreadGroup& group = task.group();
  session_ = Ref<Session>(&group.session());
  foreground_ = group.process_group->id;
  session_->terminal = Ref<ControllingTerminal>(this);
  without_.clear();
  for (const Ref<ThreadGroup>& member : MembersOf(kernel_, *session_)) {
    if (member.get() != &group) without_.insert(member->pid);
  }
}

void Tty::OfferTo(Task& task, const TtyFile& file) {
  const ThreadGroup& group = task.group();
  if (!LeadsSession(group) || Of(task) != nullptr || session_) return;
  // Who may only write is not to take it away from its readers.
  if (file.readable()) Acquire(task);
}

Result<void> Tty::SetControlling(Task& task, bool readable, bool steal) {
  ThreadGroup& group = task.group();
  if (LeadsSession(group) && session_.get() == &group.session()) return {};
  if (!LeadsSession(group) || Of(task) != nullptr) return Errno(EPERM);
  const bool admin = task.creds().HasCapability(abi::kCapSysAdmin);
  if (session_) {
    if (!steal || !admin) return Errno(EPERM);
    ForgetSession();
  }
  if (!readable && !admin) return Errno(EPERM);
  Acquire(task);
  return {};
}

void Tty::ForgetSession() {
  Ref<Session> session = std::move(session_);
  foreground_ = Tid(0);
  without_.clear();
  if (session && session->terminal.get() == this) session->terminal.reset();
}

void Tty::Disassociate(bool exiting) {
  Ref<Tty> keep(this);
  Ref<ProcessGroup> foreground = ForegroundGroup();
  ForgetSession();
  if (!foreground) return;
  foreground->SendSignal(KernelSignal(abi::kSigHup));
  if (!exiting) foreground->SendSignal(KernelSignal(abi::kSigCont));
}

Result<void> Tty::GiveUp(Task& task) {
  if (!Controls(task)) return Errno(ENOTTY);
  if (LeadsSession(task.group())) {
    Disassociate(false);
  } else {
    without_.insert(task.group().pid);
  }
  return {};
}

Result<void> Tty::SetForeground(Task& task, Tid id) {
  if (id.value() < 0) return Errno(EINVAL);
  if (!Controls(task) || session_.get() != &task.group().session()) return Errno(ENOTTY);
  id = task.GlobalOf(id.value());
  if (ProcessGroup* group = kernel_.pids().FindProcessGroup(id)) {
    if (group->session != session_) return Errno(EPERM);
    foreground_ = id;
    return {};
  }
  // A process that leads no group may be named too (session_of_pgrp()).
  Task* named = kernel_.pids().FindTask(id);
  if (named == nullptr) return Errno(ESRCH);
  if (&named->group().session() != session_.get()) return Errno(EPERM);
  foreground_ = id;
  return {};
}

Result<Tid> Tty::SessionId() const {
  if (!session_) return Errno(ENOTTY);
  return session_->id;
}

Ref<ProcessGroup> Tty::ForegroundGroup() const {
  return Ref<ProcessGroup>(kernel_.pids().FindProcessGroup(foreground_));
}

void Tty::SignalForeground(int signal) {
  if (Ref<ProcessGroup> group = ForegroundGroup()) group->SendSignal(KernelSignal(signal));
}

void Tty::HangUp() {
  Ref<Tty> keep(this);
  ++hangups_;
  Ref<Session> session = session_;
  Ref<ProcessGroup> foreground = ForegroundGroup();
  ForgetSession();
  if (session && foreground) session->terminal = MakeRef<GoneTerminal>(foreground);
  ResetAfterHangUp();
  constexpr uint32_t kAll = abi::kPollIn | abi::kPollOut | abi::kPollHup | abi::kPollErr;
  queue_.Notify(kAll);
  if (!session) return;
  for (const Ref<ThreadGroup>& leader : MembersOf(kernel_, *session)) {
    if (!LeadsSession(*leader)) continue;
    [[maybe_unused]] Result<void> hup = leader->SendSignal(KernelSignal(abi::kSigHup));
    [[maybe_unused]] Result<void> cont = leader->SendSignal(KernelSignal(abi::kSigCont));
  }
}

}  // namespace sentry

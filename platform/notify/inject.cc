// Host calls that a captured thread makes for the kernel: written as operations into its slot, each
// one checked again when the host is about to execute it, because the slot is the guest's to
// scribble on.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using base::Errno;
using base::MutexLock;

bool Failed(int64_t result) {
  return result < 0 && result >= -4095;
}

// The filter may let these through, so that no notification is seen.
bool MayBeAllowed(int64_t number) {
  return number == SYS_futex || number == SYS_madvise || number == SYS_sched_yield ||
         number == SYS_mprotect || number == SYS_prctl || number == SYS_arch_prctl;
}

bool SameCall(const HostCall& call, const seccomp_notif& n) {
  return n.data.nr == call.number &&
         std::equal(std::begin(call.args), std::end(call.args), std::begin(n.data.args));
}

}  // namespace

Result<void> StubThread::Inject(std::span<const HostCall> calls) {
  MutexLock lock(&backend_.mu_);
  if (calls.empty()) return Errno(EINVAL);
  if (state_ != State::kCaptured && !IsOnItsWay()) return Errno(ESRCH);
  ops_.assign(calls.begin(), calls.end());
  results_.clear();
  batch_start_ = 0;
  installed_fd_ = -1;
  const auto has_fd = [](const HostCall& call) { return call.fd_arg >= 0; };
  if (std::ranges::any_of(ops_, has_fd)) {
    process_->temporary_fd = process_->highest_fd + 1;
    const auto number = static_cast<uint64_t>(process_->temporary_fd);
    for (HostCall& call : ops_) {
      if (has_fd(call)) call.args[call.fd_arg] = number;
    }
    ops_.push_back({.number = SYS_close, .args = {number}});
  }
  if (state_ == State::kCaptured) StartOps();
  return base::Ok();
}

void StubThread::StartOps() {
  abi::stub::SlotHeader* to = header();
  batch_size_ = std::min<size_t>(ops_.size() - batch_start_, SHIM_MAX_OPS);
  batch_seen_ = 0;
  for (size_t i = 0; i < batch_size_; ++i) {
    const HostCall& call = ops_[batch_start_ + i];
    to->ops[i].number = call.number;
    std::copy(std::begin(call.args), std::end(call.args), to->ops[i].args);
  }
  to->op_count = static_cast<uint32_t>(batch_size_);
  Answer(SHIM_DO_OPS, State::kInjecting);
}

std::optional<Event> Backend::OnInjecting(StubThread* t, const seccomp_notif& n) {
  if (IsRing(n) && n.data.args[0] == SHIM_RING_OPS) return OnOpsDone(t, n);
  if (n.data.instruction_pointer != region_->Site(region_->code().op_site))
    return Hostile(t, "leaves its operations");
  while (t->batch_seen_ < t->batch_size_) {
    const HostCall& call = t->ops_[t->batch_start_ + t->batch_seen_++];
    if (!SameCall(call, n)) {
      if (MayBeAllowed(call.number)) continue;
      break;
    }
    if (call.fd_arg >= 0 && t->installed_fd_ != call.host_fd) {
      const Result<void> installed =
          listener_.InstallFd(n.id, call.host_fd, t->process_->temporary_fd);
      if (!installed.ok()) {
        listener_.Reply(n.id, -installed.error().value());
        return std::nullopt;
      }
      t->installed_fd_ = call.host_fd;
    }
    listener_.Continue(n.id);
    return std::nullopt;
  }
  return Hostile(t, "changed its operations");
}

std::optional<Event> Backend::OnOpsDone(StubThread* t, const seccomp_notif& n) {
  const uint64_t count = n.data.args[1];
  if (count == 0 || count > t->batch_size_) return Hostile(t, "miscounts its operations");
  t->state_ = State::kCaptured;
  t->notification_ = n.id;
  const abi::stub::SlotHeader* from = t->header();
  for (size_t i = 0; i < count; ++i) {
    const int64_t result = __atomic_load_n(&from->ops[i].result, __ATOMIC_RELAXED);
    t->results_.push_back(result);
    const HostCall& call = t->ops_[t->batch_start_ + i];
    if (result == 0) t->NoteBases(call.number, call.args);
  }
  const bool failed = Failed(t->results_.back()) || count < t->batch_size_;
  t->batch_start_ += t->batch_size_;
  if (!failed && t->batch_start_ < t->ops_.size()) {
    t->StartOps();
    return std::nullopt;
  }
  if (t->process_->temporary_fd >= 0) {
    if (t->closing_ || t->results_.size() == t->ops_.size()) {
      t->results_.pop_back();  // The close that Inject() added.
    } else if (t->installed_fd_ >= 0) {
      // Stopped early: only the close is left to do.
      t->ops_ = {t->ops_.back()};
      t->batch_start_ = 0;
      t->closing_ = true;
      t->StartOps();
      return std::nullopt;
    }
    t->closing_ = false;
    t->process_->temporary_fd = -1;
  }
  t->ops_.clear();
  return Event{.kind = Event::Kind::kInjected, .thread = t, .captured = true};
}

}  // namespace platform::notify

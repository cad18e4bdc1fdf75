#include "sentry/kernel/seccomp.h"

#include <algorithm>
#include <cstring>

#include "abi/linux/poll.h"

namespace sentry {
namespace {

using base::Ref;

class CallData final : public BpfData {
 public:
  explicit CallData(const abi::SeccompData& data) : data_(data) {}
  std::optional<uint32_t> Load(uint32_t offset, unsigned) const override {
    uint32_t word;  // Checked programs load whole words of it only.
    std::memcpy(&word, reinterpret_cast<const std::byte*>(&data_) + offset, sizeof(word));
    return word;
  }
  uint32_t length() const override { return sizeof(data_); }

 private:
  const abi::SeccompData& data_;
};

// Actions compare as signed numbers, KILL_PROCESS lowest.
int32_t Rank(uint32_t value) {
  return static_cast<int32_t>(value & abi::kSeccompRetActionFull);
}

}  // namespace

// Chains may be long: taken apart link by link, never by recursion.
const SeccompFilters* SeccompFilters::Nth(uint64_t index) const {
  const size_t count = Count();
  if (index >= count) return nullptr;
  const SeccompFilters* filter = this;
  for (size_t at = count - 1; at > index; --at) filter = filter->older();
  return filter;
}

SeccompFilters::~SeccompFilters() {
  if (notifier_) notifier_->FilterGone();
  Ref<SeccompFilters> next = std::move(older_);
  while (next && next->HasOneRef()) {
    Ref<SeccompFilters> after = std::move(next->older_);
    next = std::move(after);
  }
}

SeccompFilters::Verdict SeccompFilters::Evaluate(const abi::SeccompData& data) const {
  const CallData call(data);
  Verdict verdict;
  for (const SeccompFilters* at = this; at != nullptr; at = at->older()) {
    const uint32_t value = at->program_.Run(call);
    if (Rank(value) < Rank(verdict.value)) verdict = {.value = value, .by = at};
  }
  return verdict;
}

bool SeccompFilters::AlwaysAllows(int32_t number) const {
  for (const SeccompFilters* at = this; at != nullptr; at = at->older()) {
    if (!at->program_.AlwaysReturns(abi::kSeccompRetAllow, number, abi::kAuditArchX8664)) {
      return false;
    }
  }
  return true;
}

bool SeccompFilters::IsSameOrOlderThan(const SeccompFilters* newest) const {
  for (; newest != nullptr; newest = newest->older()) {
    if (newest == this) return true;
  }
  return false;
}

bool SeccompFilters::HasNotifier() const {
  for (const SeccompFilters* at = this; at != nullptr; at = at->older()) {
    if (at->notifier_ && !at->notifier_->supervisor_gone()) return true;
  }
  return false;
}

size_t SeccompFilters::Count() const {
  size_t count = 0;
  for (const SeccompFilters* at = this; at != nullptr; at = at->older()) ++count;
  return count;
}

size_t SeccompFilters::TotalSize() const {
  constexpr size_t kPenalty = 4;  // Instructions for each filter (seccomp_attach_filter()).
  size_t total = 0;
  for (const SeccompFilters* at = this; at != nullptr; at = at->older()) {
    total += at->program_.size() + kPenalty;
  }
  return total;
}

Ref<SeccompNotification> SeccompNotifier::Add(Task& task, const abi::SeccompData& data) {
  Ref<SeccompNotification> added = base::MakeRef<SeccompNotification>();
  added->id = ++last_id_;
  added->task = &task;
  added->data = data;
  pending_.push_back(added);
  queue.Notify(abi::kPollIn);
  return added;
}

void SeccompNotifier::Remove(SeccompNotification& notification) {
  pending_.remove_if([&](const auto& other) { return other.get() == &notification; });
}

SeccompNotification* SeccompNotifier::Find(uint64_t id) const {
  for (const auto& notification : pending_) {
    if (notification->id == id) return notification.get();
  }
  return nullptr;
}

SeccompNotification* SeccompNotifier::NextUnsent() const {
  for (const auto& notification : pending_) {
    if (notification->state == SeccompNotification::State::kInit) return notification.get();
  }
  return nullptr;
}

void SeccompNotifier::Reply(SeccompNotification& notification, int64_t value, int32_t error,
                            uint32_t flags) {
  notification.state = SeccompNotification::State::kReplied;
  notification.value = value;
  notification.error = error;
  notification.flags = flags;
  notification.queue.Notify(abi::kPollIn);
}

void SeccompNotifier::SupervisorGone() {
  supervisor_gone_ = true;
  for (const auto& notification : pending_) {
    if (notification->state == SeccompNotification::State::kReplied) continue;
    Reply(*notification, 0, -ENOSYS, 0);
  }
}

void SeccompNotifier::FilterGone() {
  filter_gone_ = true;
  queue.Notify(abi::kPollHup);
}

uint32_t SeccompNotifier::Poll() const {
  uint32_t events = filter_gone_ ? abi::kPollHup : 0;
  for (const auto& notification : pending_) {
    if (notification->state == SeccompNotification::State::kInit) {
      events |= abi::kPollIn | abi::kPollRdnorm;
    } else if (notification->state == SeccompNotification::State::kSent) {
      events |= abi::kPollOut | abi::kPollWrnorm;
    }
  }
  return events;
}

}  // namespace sentry

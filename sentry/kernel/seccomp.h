// Guest filters (seccomp(2)): what a task has installed, and the channel of SECCOMP_RET_USER_NOTIF.
//
// Filters are evaluated in the Sentry (seccomp_enter.cc), on every call that reaches it.  Calls
// that the backend lets the host answer without the Sentry (platform/notify/filter.cc: private
// futexes, sched_yield) obey as well: a filter that may refuse one of them is accompanied by a host
// filter of the thread's own, which sends them to the Sentry (seccomp_host.cc).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "abi/linux/seccomp.h"
#include "platform/base/ref.h"
#include "platform/base/wait_queue.h"
#include "sentry/kernel/bpf/classic_bpf.h"

namespace sentry {

class Task;

// One call that waits for a supervisor's answer.
struct SeccompNotification final : base::RefCounted {
  enum class State { kInit, kSent, kReplied };
  State state = State::kInit;
  uint64_t id = 0;
  Task* task = nullptr;  // Borrowed; it waits, or has left the list.
  abi::SeccompData data{};
  int64_t value = 0;
  int32_t error = 0;  // Negative.
  uint32_t flags = 0;
  base::WaitQueue queue;  // The task waits here.
};

// Between the tasks of a filter and the file that SECCOMP_FILTER_FLAG_NEW_LISTENER made.
class SeccompNotifier final : public base::RefCounted {
 public:
  explicit SeccompNotifier(bool wait_killable_after_receive)
      : wait_killable(wait_killable_after_receive) {}

  base::Ref<SeccompNotification> Add(Task& task, const abi::SeccompData& data);
  void Remove(SeccompNotification& notification);
  SeccompNotification* Find(uint64_t id) const;  // Null: ENOENT.
  SeccompNotification* NextUnsent() const;
  void Reply(SeccompNotification& notification, int64_t value, int32_t error, uint32_t flags);
  void SupervisorGone();  // Whoever waits, and whoever calls from now on, gets ENOSYS.
  void FilterGone();      // No task has it any more.
  uint32_t Poll() const;

  const bool wait_killable;
  bool supervisor_gone() const { return supervisor_gone_; }
  base::WaitQueue queue;  // The supervisor waits here.

 private:
  std::list<base::Ref<SeccompNotification>> pending_;
  uint64_t last_id_ = 0;
  bool supervisor_gone_ = false, filter_gone_ = false;
};

// The newest filter of a task; the others hang behind it and are shared with whoever inherited.
class SeccompFilters final : public base::RefCounted {
 public:
  SeccompFilters(base::Ref<SeccompFilters> older, ClassicBpf program,
                 base::Ref<SeccompNotifier> notifier, uint32_t flags)
      : older_(std::move(older)),
        program_(std::move(program)),
        notifier_(std::move(notifier)),
        flags_(flags) {}

  struct Verdict {
    uint32_t value = abi::kSeccompRetAllow;
    const SeccompFilters* by = nullptr;  // Whose notifier it is.
  };
  // All filters are asked; the strictest action holds, of equal ones that of the newest.
  Verdict Evaluate(const abi::SeccompData& data) const;
  // No filter could ever refuse it.
  bool AlwaysAllows(int32_t number) const;
  bool IsSameOrOlderThan(const SeccompFilters* newest) const;
  bool HasNotifier() const;
  size_t Count() const;
  // Instructions of all, as Linux counts them against its limit.
  size_t TotalSize() const;
  SeccompNotifier* notifier() const { return notifier_.get(); }
  uint32_t flags() const { return flags_; }  // SECCOMP_FILTER_FLAG_*
  // Counted from the oldest, as tracers do; null: there are not so many.
  const SeccompFilters* Nth(uint64_t index) const;
  const ClassicBpf& program() const { return program_; }
  const SeccompFilters* older() const { return older_.get(); }

 private:
  ~SeccompFilters() override;

  base::Ref<SeccompFilters> older_;
  const ClassicBpf program_;
  const base::Ref<SeccompNotifier> notifier_;  // Null: none.
  const uint32_t flags_;
};

}  // namespace sentry

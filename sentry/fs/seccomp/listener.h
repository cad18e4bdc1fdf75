// The file of SECCOMP_FILTER_FLAG_NEW_LISTENER: a supervisor receives calls and answers them by its
// ioctls (sentry/syscalls/seccomp_notify.cc).
#pragma once

#include "sentry/kernel/seccomp.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class Kernel;

class SeccompListener final : public FileDescription {
 public:
  static Ref<FileDescription> Create(Kernel& kernel, Ref<SeccompNotifier> notifier);
  SeccompListener(Path path, Ref<SeccompNotifier> notifier)
      : FileDescription(std::move(path), abi::kORdwr), notifier_(std::move(notifier)) {}

  SeccompNotifier& notifier() const { return *notifier_; }
  uint32_t Poll() override { return notifier_->Poll(); }
  base::WaitQueue* Queue() override { return &notifier_->queue; }

 private:
  ~SeccompListener() override { notifier_->SupervisorGone(); }

  const Ref<SeccompNotifier> notifier_;
};

}  // namespace sentry

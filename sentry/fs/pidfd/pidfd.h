// pidfd: a file that stands for a process (pidfd_open(2)).
#pragma once

#include "sentry/kernel/thread_group.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class Pidfd final : public FileDescription {
 public:
  // `flags`: O_NONBLOCK.
  static Ref<FileDescription> Create(Kernel& kernel, Ref<ThreadGroup> group, uint32_t flags);
  Pidfd(Path path, uint32_t flags, Ref<ThreadGroup> group)
      : FileDescription(std::move(path), flags), group_(std::move(group)) {}

  ThreadGroup& group() const { return *group_; }
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &group_->exit_event; }
  std::string FdInfo() override;

 private:
  const Ref<ThreadGroup> group_;
};

}  // namespace sentry

#include "sentry/fs/pidfd/pidfd.h"

#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

Ref<FileDescription> Pidfd::Create(Kernel& kernel, Ref<ThreadGroup> group, uint32_t flags) {
  return MakeRef<Pidfd>(kernel.Get<NamelessFiles>().Anon("anon_inode:[pidfd]"), abi::kORdwr | flags,
                        std::move(group));
}

uint32_t Pidfd::Poll() {
  if (!group_->zombie) return 0;
  // Nobody will find anything to wait for any more (Linux 6.9).
  const bool reaped = group_->leader == nullptr;
  return abi::kPollIn | abi::kPollRdnorm | (reaped ? abi::kPollHup : 0);
}

std::string Pidfd::FdInfo() {
  std::string pid = group_->leader != nullptr ? std::to_string(group_->pid.value()) : "-1";
  return "Pid:\t" + pid + "\nNSpid:\t" + pid + "\n";
}

}  // namespace sentry

// What a Task offers to call handlers; its life is in task_*.cc.
#include "sentry/kernel/task.h"

#include "abi/linux/fcntl.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/sysv_undo.h"
#include "sentry/kernel/task_keys.h"
#include "sentry/kernel/task_state.h"

namespace sentry {

Task::Task(Kernel& kernel, Ref<ThreadGroup> group) : kernel_(kernel), group_(std::move(group)) {
  altstack.ss_flags = abi::kSsDisable;
}

Task::~Task() {
  if (kernel_.current == this) kernel_.current = nullptr;
}

OpContext Task::context() {
  return OpContext{.creds = *creds_,
                   .now = RealtimeNow(),
                   .umask = fs_->umask,
                   .file_size_limit = group_->limit(abi::kRlimitFsize),
                   .task = this,
                   .blocker = &kernel_,
                   .special_files = kernel_.special_files};
}

WalkRoot Task::WalkFromCwd() {
  return WalkRoot{fs_->root, fs_->cwd, *mounts_};
}

Result<WalkRoot> Task::WalkFrom(FdNum dirfd) {
  if (dirfd.value() == abi::kAtFdcwd) return WalkFromCwd();
  Ref<FileDescription> file = TRY(fds_->Get(dirfd));
  if (!file->path().valid()) return Errno(ENOTDIR);
  return WalkRoot{fs_->root, file->path(), *mounts_};
}

Result<std::string> Task::CopyInPath(UserPtr<const char> path) {
  return ReadString(path.value(), kPathMax);
}

Result<size_t> Task::ReadSome(uint64_t address, std::span<std::byte> to) {
  if (thread_ == nullptr) return Errno(ESRCH);
  return thread_->ReadMemory(address, to);
}

Result<size_t> Task::WriteSome(uint64_t address, std::span<const std::byte> from) {
  if (thread_ == nullptr) return Errno(ESRCH);
  return thread_->WriteMemory(address, from);
}

}  // namespace sentry

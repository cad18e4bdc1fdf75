// What a Task offers to call handlers; its life is in task_*.cc.
#include "sentry/kernel/task.h"

#include "abi/linux/fcntl.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/kernel/namespaces.h"
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

Tid Task::GlobalOf(int number) const {
  return group_->pid_ns->GlobalOf(number);
}
Task* Task::FindTask(int number) const {
  const Tid tid = GlobalOf(number);
  if (tid == kernel_.init().pid) return kernel_.init().leader;  // In no list of what can run.
  return kernel_.pids().FindTask(tid);
}
ThreadGroup* Task::FindGroup(int number) const {
  return kernel_.pids().FindGroup(GlobalOf(number));
}
ProcessGroup* Task::FindProcessGroup(int number) const {
  return kernel_.pids().FindProcessGroup(GlobalOf(number));
}

void Task::SetNamespaces(Ref<NamespaceSet> set) {
  namespaces_ = std::move(set);
}

void Task::SetMounts(Ref<MountNamespace> mounts, Ref<FsContext> fs) {
  mounts_ = std::move(mounts);
  fs_ = std::move(fs);
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
  return ReadArgument(*this, path.value(), kPathMax);
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

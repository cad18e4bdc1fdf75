#include "sentry/kernel/async_io.h"

#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

// Sockets tell of room again only when somebody ran out of it, which their queues do not know.
uint32_t InterestOf(const FileDescription& file) {
  constexpr uint32_t kAlways = abi::kPollErr | abi::kPollHup | abi::kPollPri;
  const Inode* inode = file.inode();
  const bool socket = inode != nullptr && (inode->mode() & abi::kSIfmt) == abi::kSIfsock;
  uint32_t interest = kAlways;
  if (file.readable()) interest |= abi::kPollIn;
  if (file.writable() && !socket) interest |= abi::kPollOut;
  return interest;
}

}  // namespace

// band_table of Linux.
AsyncIo::Reason AsyncIo::ReasonOf(uint32_t events) {
  constexpr int kPollInCode = 1, kPollOutCode = 2, kPollErrCode = 4, kPollPriCode = 5,
                kPollHupCode = 6;
  if ((events & abi::kPollIn) != 0) return {kPollInCode, abi::kPollIn | abi::kPollRdnorm};
  if ((events & abi::kPollOut) != 0) {
    return {kPollOutCode, abi::kPollOut | abi::kPollWrnorm | abi::kPollWrband};
  }
  if ((events & abi::kPollPri) != 0) return {kPollPriCode, abi::kPollPri | abi::kPollRdband};
  if ((events & abi::kPollErr) != 0) return {kPollErrCode, abi::kPollErr};
  return {kPollHupCode, abi::kPollHup | abi::kPollErr};
}

AsyncIo& AsyncIo::Of(Kernel& kernel, FileDescription& file) {
  if (!file.async_io) file.async_io = MakeRef<AsyncIo>(kernel);
  return static_cast<AsyncIo&>(*file.async_io);
}

const AsyncIo* AsyncIo::Existing(const FileDescription& file) {
  return static_cast<const AsyncIo*>(file.async_io.get());
}

int32_t AsyncIo::SignalOf(const FileDescription& file) {
  const AsyncIo* async = Existing(file);
  return async != nullptr ? async->signal_ : 0;
}

// Files on a file system and disks have no fasync() in Linux.
bool AsyncIo::Supports(const FileDescription& file) {
  if (file.inode() == nullptr) return true;
  const uint32_t type = file.inode()->mode() & abi::kSIfmt;
  return type != abi::kSIfreg && type != abi::kSIfdir && type != abi::kSIfblk;
}

void AsyncIo::Follow(Kernel& kernel, FileDescription& file, FdNum fd) {
  const bool wanted = (file.flags() & abi::kOAsync) != 0;
  if (!wanted && !file.async_io) return;
  AsyncIo& async = Of(kernel, file);
  if (async.following_) base::WaitQueue::Remove(async);
  async.following_ = false;
  base::WaitQueue* queue = file.Queue();
  if (!wanted || queue == nullptr) return;
  async.fd_ = fd.value();
  async.following_ = true;
  queue->Add(async, InterestOf(file));
}

AsyncIo::~AsyncIo() {
  base::WaitQueue::Remove(*this);
}

void AsyncIo::SetOwner(const Task& by, int32_t owner, bool thread) {
  owner_ = owner;
  thread_ = thread;
  uid_ = by.creds().uid;
  euid_ = by.creds().euid;
}

// Sending may end waits in this very queue.
void AsyncIo::Wake(uint32_t events) {
  events_ |= events;
  if (std::exchange(sending_, true)) return;
  kernel_.Defer([self = Ref<AsyncIo>(this)] {
    self->sending_ = false;
    self->Send(ReasonOf(std::exchange(self->events_, 0)));
  });
}

void AsyncIo::Tell(FdNum fd) {
  constexpr int kPollMsgCode = 3;
  constexpr int64_t kPollMsg = 0x400;
  fd_ = fd.value();
  kernel_.Defer([self = Ref<AsyncIo>(this)] {
    self->Send({kPollMsgCode, abi::kPollIn | abi::kPollRdnorm | kPollMsg});
  });
}

// sigio_perm()
bool AsyncIo::MaySignal(const Task& target) const {
  const Credentials& creds = target.creds();
  return euid_ == 0 || euid_ == creds.suid || euid_ == creds.uid || uid_ == creds.suid ||
         uid_ == creds.uid;
}

void AsyncIo::SendTo(ThreadGroup& target, const Reason& reason) {
  if (target.leader == nullptr || !MaySignal(*target.leader)) return;
  abi::SigInfo info = KernelSignal(abi::kSigIo);
  if (signal_ != 0) {
    info.si_signo = signal_;
    info.si_code = reason.code;
    info.fields.poll.band = reason.band;
    info.fields.poll.fd = fd_;
  }
  Task* thread = thread_ ? kernel_.pids().FindTask(Tid(owner_)) : nullptr;
  Result<void> sent = thread != nullptr ? thread->SendSignal(info) : target.SendSignal(info);
  // A queue that is full loses none, but for what it tells (send_sigio_to_task()).
  if (sent.ok()) return;
  [[maybe_unused]] Result<void> plain = target.SendSignal(KernelSignal(abi::kSigIo));
}

void AsyncIo::Send(const Reason& reason) {
  if (owner_ > 0) {
    Task* task = kernel_.pids().FindTask(Tid(owner_));
    if (task != nullptr) SendTo(*Ref<ThreadGroup>(&task->group()), reason);
    return;
  }
  ProcessGroup* group = owner_ < 0 ? kernel_.pids().FindProcessGroup(Tid(-owner_)) : nullptr;
  if (group == nullptr) return;
  std::vector<Ref<ThreadGroup>> members;
  for (ThreadGroup* member : group->members) members.emplace_back(member);
  for (const Ref<ThreadGroup>& member : members) SendTo(*member, reason);
}

}  // namespace sentry

// mq_open(2), mq_unlink(2), mq_timedsend(2), mq_timedreceive(2), mq_notify(2), mq_getsetattr(2).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/fs/mqueue/queue.h"
#include "sentry/kernel/cookie_sink.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/socket.h"
#include "sentry/syscalls/mq_calls.h"
#include "sentry/time/clock.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// lookup_noperm() of Linux, and getname() before it.
Result<std::string> CopyInName(Task& task, UserPtr<const char> name) {
  std::string text = TRY(task.CopyInPath(name));
  if (text.empty()) return Errno(ENOENT);
  if (text == "." || text == ".." || std::count(text.begin(), text.end(), '/') != 0)
    return Errno(EACCES);
  if (text.size() > kNameMax) return Errno(ENAMETOOLONG);
  return text;
}

Result<MqueueFile*> FindQueue(Task& task, FdNum fd, Ref<FileDescription>& holder) {
  holder = TRY(task.fds().GetForIo(fd));
  MqueueFile* file = AsMqueue(*holder);
  if (file == nullptr) return Errno(EBADF);
  return file;
}

// Absolute, on CLOCK_REALTIME; checked whether or not the call has to wait.
Result<std::optional<MonoTime>> Deadline(Task& task, UserPtr<abi::Timespec> timeout) {
  if (timeout.IsNull()) return std::optional<MonoTime>{};
  abi::Timespec at = TRY(task.CopyIn(timeout));
  if (!IsValid(at)) return Errno(EINVAL);
  return std::optional(DeadlineOn(abi::kClockRealtime, ToNanoseconds(at)));
}

// A receiver that sleeps: it gets the next message before anybody is notified of it.
class WaitingReceiver {
 public:
  explicit WaitingReceiver(Ref<MqueueInode> queue) : queue_(std::move(queue)) {
    ++queue_->waiting_receivers;
  }
  ~WaitingReceiver() { --queue_->waiting_receivers; }
  WaitingReceiver(const WaitingReceiver&) = delete;
  WaitingReceiver& operator=(const WaitingReceiver&) = delete;

 private:
  Ref<MqueueInode> queue_;
};

WaitSpec WaitFor(MqueueInode& queue, uint32_t events, std::optional<MonoTime> deadline) {
  WaitSpec wait;
  wait.queues.push_back({&queue.queue, events});
  wait.deadline = deadline;
  return wait;
}

}  // namespace

Result<FdNum> SysMqOpen(Task& task, UserPtr<const char> name, uint32_t flags, uint32_t mode,
                        UserPtr<abi::MqAttr> attr_ptr) {
  abi::MqAttr attr{};
  if (!attr_ptr.IsNull()) attr = TRY(task.CopyIn(attr_ptr));
  std::string text = TRY(CopyInName(task, name));
  Mqueues& all = task.kernel().Get<Mqueues>();
  OpContext ctx = task.context();
  if (MqueueInode* known = all.fs().Find(text)) {
    constexpr uint32_t kExclusive = abi::kOCreat | abi::kOExcl;
    if ((flags & kExclusive) == kExclusive) return Errno(EEXIST);
    if ((flags & abi::kOAccmode) == abi::kOAccmode) return Errno(EINVAL);
    uint32_t access = (flags & abi::kOAccmode) == abi::kOWronly ? kMayWrite : kMayRead;
    if ((flags & abi::kOAccmode) == abi::kORdwr) access |= kMayWrite;
    TRY(CheckAccess(ctx, *known, access));
  } else {
    if ((flags & abi::kOCreat) == 0) return Errno(ENOENT);
    TRY(CheckAccess(ctx, *all.fs().Root(), kMayWrite | kMayExec));
    TRY(all.fs().Create(ctx, text, mode & 0777 & ~ctx.umask, attr_ptr.IsNull() ? nullptr : &attr));
  }
  Path path = TRY(WalkPath(ctx, all.Walk(), text, {}));
  uint32_t kept = flags & ~(abi::kOCreat | abi::kOExcl | abi::kOCloexec | abi::kOTrunc);
  Ref<FileDescription> file = TRY(path.inode()->Open(ctx, path, kept));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = true});  // Always, on Linux.
}

Result<void> SysMqUnlink(Task& task, UserPtr<const char> name) {
  std::string text = TRY(CopyInName(task, name));
  OpContext ctx = task.context();
  return Unlink(ctx, task.kernel().Get<Mqueues>().Walk(), text);
}

Result<void> SysMqTimedsend(Task& task, FdNum fd, UserPtr<std::byte> from, uint64_t size,
                            uint32_t priority, UserPtr<abi::Timespec> timeout) {
  std::optional<MonoTime> deadline = TRY(Deadline(task, timeout));
  if (priority >= abi::kMqPrioMax) return Errno(EINVAL);
  Ref<FileDescription> holder;
  MqueueFile* file = TRY(FindQueue(task, fd, holder));
  if (!file->writable()) return Errno(EBADF);
  MqueueInode& queue = file->queue();
  if (size > static_cast<uint64_t>(queue.attr().mq_msgsize)) return Errno(EMSGSIZE);
  MessageStore::Message message{priority, std::vector<std::byte>(size)};
  TRY(task.Read(from.value(), message.text));
  Result<void> sent = queue.Send(task, message, false);
  if (!sent.Is(EAGAIN) || file->NonBlocking()) return sent;
  task.Block(WaitFor(queue, abi::kPollOut, deadline),
             [holder, &queue, message = std::move(message)](Task& t) -> Result<uint64_t> {
               return EncodeResult(queue.Send(t, message, true));
             });
  return Errno(kErrnoBlocked);
}

Result<size_t> SysMqTimedreceive(Task& task, FdNum fd, UserPtr<std::byte> to, uint64_t size,
                                 UserPtr<uint32_t> priority, UserPtr<abi::Timespec> timeout) {
  std::optional<MonoTime> deadline = TRY(Deadline(task, timeout));
  Ref<FileDescription> holder;
  MqueueFile* file = TRY(FindQueue(task, fd, holder));
  if (!file->readable()) return Errno(EBADF);
  MqueueInode& queue = file->queue();
  if (size < static_cast<uint64_t>(queue.attr().mq_msgsize)) return Errno(EMSGSIZE);
  auto attempt = [holder, &queue, to, priority](Task& t) -> Result<size_t> {
    MessageStore::Message message = TRY(queue.Receive());
    if (!priority.IsNull()) TRY(t.CopyOut(priority, message.priority));
    TRY(t.Write(to.value(), message.text));
    return message.text.size();
  };
  Result<size_t> received = attempt(task);
  if (!received.Is(EAGAIN) || file->NonBlocking()) return received;
  auto waiting = std::make_unique<WaitingReceiver>(Ref<MqueueInode>(&queue));
  task.Block(WaitFor(queue, abi::kPollIn, deadline),
             [attempt, waiting = std::move(waiting)](Task& t) mutable -> Result<uint64_t> {
               return EncodeResult(attempt(t));
             });
  return Errno(kErrnoBlocked);
}

namespace {

// The netlink socket of SIGEV_THREAD, by which the C library's helper thread is woken.
Result<void> UseCookie(Task& task, const abi::SigEvent& event, MqueueNotify& notify) {
  TRY(task.Read(event.value.sival_ptr, notify.cookie));
  notify.socket = TRY(task.fds().GetForIo(FdNum(event.signo)));
  if (dynamic_cast<CookieSink*>(notify.socket.get()) != nullptr) return {};
  TRY(AsSocket(*notify.socket));
  return Errno(EINVAL);
}

Result<MqueueNotify> MakeNotify(Task& task, UserPtr<abi::SigEvent> event_ptr) {
  abi::SigEvent event = TRY(task.CopyIn(event_ptr));
  MqueueNotify notify;
  notify.owner = task.group().pid;
  notify.kind = event.notify;
  notify.value = event.value.sival_ptr;
  switch (event.notify) {
    case abi::kSigevNone:
      return notify;
    case abi::kSigevSignal:
      if (event.signo < 0 || event.signo > abi::kNumSignals) return Errno(EINVAL);
      notify.signal = event.signo;
      return notify;
    case abi::kSigevThread:
      TRY(UseCookie(task, event, notify));
      return notify;
    default:
      return Errno(EINVAL);
  }
}

}  // namespace

Result<void> SysMqNotify(Task& task, FdNum fd, UserPtr<abi::SigEvent> event) {
  std::optional<MqueueNotify> notify;
  if (!event.IsNull()) notify = TRY(MakeNotify(task, event));
  Ref<FileDescription> holder;
  MqueueInode& queue = TRY(FindQueue(task, fd, holder))->queue();
  if (!notify) {
    queue.CancelNotify(task.group().pid);
    return {};
  }
  if (queue.notify()) return Errno(EBUSY);
  queue.SetNotify(*std::move(notify));
  return {};
}

Result<void> SysMqGetsetattr(Task& task, FdNum fd, UserPtr<abi::MqAttr> new_ptr,
                             UserPtr<abi::MqAttr> old_ptr) {
  abi::MqAttr wanted{};
  if (!new_ptr.IsNull()) {
    wanted = TRY(task.CopyIn(new_ptr));
    if ((static_cast<uint64_t>(wanted.mq_flags) & ~uint64_t{abi::kONonblock}) != 0) {
      return Errno(EINVAL);
    }
  }
  Ref<FileDescription> holder;
  MqueueFile* file = TRY(FindQueue(task, fd, holder));
  abi::MqAttr before = file->queue().attr();
  before.mq_curmsgs = static_cast<int64_t>(file->queue().count());
  before.mq_flags = file->flags() & abi::kONonblock;
  if (!new_ptr.IsNull()) {
    uint32_t others = file->flags() & ~abi::kONonblock;
    file->SetStatusFlags(others | static_cast<uint32_t>(wanted.mq_flags));
  }
  if (!old_ptr.IsNull()) TRY(task.CopyOut(old_ptr, before));
  return {};
}

}  // namespace sentry

// msgget(2), msgsnd(2), msgrcv(2).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {
namespace {

struct Receiving {
  UserPtr<int64_t> to;
  size_t size;
  MessageQueue::Selector selector;
  uint32_t flags;
};

// One attempt.  The message is gone when the copy faults, as on Linux.
Result<size_t> Receive(Task& task, MessageQueue& queue, const Receiving& wanted) {
  if (queue.removed()) return Errno(EIDRM);
  TRY(queue.owner.CheckAccess(task.creds(), kIpcRead));
  bool may_cut = (wanted.flags & abi::kMsgNoerror) != 0;
  Result<size_t> place = queue.Find(wanted.selector, wanted.size, may_cut);
  bool wait = place.Is(ENOMSG) && (wanted.flags & abi::kIpcNowait) == 0;
  if (wait) return Errno(EAGAIN);
  if (!place.ok()) return place.error();
  bool copy = (wanted.flags & abi::kMsgCopy) != 0;
  MessageQueue::Message message = copy ? queue.at(*place) : queue.Take(*place, IpcPid(task));
  TRY(task.CopyOut(wanted.to, message.type));
  size_t length = std::min(message.text.size(), wanted.size);
  TRY(task.Write(wanted.to.value() + sizeof(int64_t),
                 std::span<const std::byte>(message.text).first(length)));
  return length;
}

}  // namespace

Result<int32_t> SysMsgget(Task& task, int32_t key, uint32_t flags) {
  MessageQueues& table = Queues(task);
  Sysctls& settings = task.kernel().Get<Sysctls>();
  auto make = [&]() -> Result<int32_t> {
    return table.Add(
        MakeRef<MessageQueue>(
            table, IpcOwner::MadeBy(task.creds(), task.namespaces().ipc->owner, key, flags),
            static_cast<uint64_t>(settings.Number("kernel/msgmnb"))),
        settings.Number("kernel/msgmni"));
  };
  return IpcGet<MessageQueue>(
      table, task.creds(), key, flags, [](const MessageQueue&) { return Result<void>(); }, make);
}

Result<void> SysMsgsnd(Task& task, int32_t id, UserPtr<int64_t> from, uint64_t size,
                       uint32_t flags) {
  int64_t type = TRY(task.CopyIn(from));
  int64_t most = task.kernel().Get<Sysctls>().Number("kernel/msgmax");
  if (static_cast<int64_t>(size) < 0 || static_cast<int64_t>(size) > most || id < 0) {
    return Errno(EINVAL);
  }
  if (type < 1) return Errno(EINVAL);
  MessageQueue::Message message{type, std::vector<std::byte>(size)};
  TRY(task.Read(from.value() + sizeof(int64_t), message.text));
  Ref<MessageQueue> queue = TRY(Queues(task).Find(id));
  WaitSpec wait;
  wait.queues.push_back({&queue->writers, abi::kPollOut});
  wait.on_signal = abi::kERestartNoHand;
  return task.Retry(std::move(wait), (flags & abi::kIpcNowait) != 0,
                    [queue, message = std::move(message)](Task& t) mutable -> Result<void> {
                      if (queue->removed()) return Errno(EIDRM);
                      TRY(queue->owner.CheckAccess(t.creds(), kIpcWrite));
                      if (!queue->HasRoom(message.text.size())) return Errno(EAGAIN);
                      return queue->Send(std::move(message), IpcPid(t));
                    });
}

Result<size_t> SysMsgrcv(Task& task, int32_t id, UserPtr<int64_t> to, uint64_t size, int64_t type,
                         uint32_t flags) {
  if (id < 0 || static_cast<int64_t>(size) < 0) return Errno(EINVAL);
  if ((flags & abi::kMsgCopy) != 0 &&
      ((flags & abi::kMsgExcept) != 0 || (flags & abi::kIpcNowait) == 0)) {
    return Errno(EINVAL);
  }
  Receiving wanted{to, size, MessageQueue::Selector::From(type, flags), flags};
  Ref<MessageQueue> queue = TRY(Queues(task).Find(id));
  WaitSpec wait;
  wait.queues.push_back({&queue->readers, abi::kPollIn});
  wait.on_signal = abi::kERestartNoHand;
  return task.Retry(std::move(wait), false,
                    [queue, wanted](Task& t) { return Receive(t, *queue, wanted); });
}

}  // namespace sentry

// msgctl(2).
#include "abi/linux/capability.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {
namespace {

// IPC_INFO: limits; MSG_INFO: also what is in use.
Result<int32_t> Info(Task& task, int32_t command, UserAddr arg) {
  MessageQueues& table = Queues(task);
  Sysctls& settings = task.kernel().Get<Sysctls>();
  constexpr int32_t kSegmentSize = 16, kSegments = 0xffff;
  abi::Msginfo info{};
  info.msgmni = static_cast<int32_t>(settings.Number("kernel/msgmni"));
  info.msgmax = static_cast<int32_t>(settings.Number("kernel/msgmax"));
  info.msgmnb = static_cast<int32_t>(settings.Number("kernel/msgmnb"));
  info.msgssz = kSegmentSize;
  info.msgseg = kSegments;
  if (command == abi::kMsgInfo) {
    info.msgpool = static_cast<int32_t>(table.size());
    info.msgmap = static_cast<int32_t>(table.messages);
    info.msgtql = static_cast<int32_t>(table.bytes);
  } else {
    info.msgpool = static_cast<int32_t>(int64_t{info.msgmni} * info.msgmnb / 1024);
    info.msgmap = info.msgtql = info.msgmnb;
  }
  TRY(task.CopyOut(UserPtr<abi::Msginfo>(arg), info));
  return table.MaxIndex();
}

Result<int32_t> StatQueue(Task& task, int32_t id, int32_t command, UserAddr arg) {
  bool by_id = command == abi::kIpcStat;
  Ref<MessageQueue> queue = TRY(by_id ? Queues(task).Find(id) : Queues(task).FindIndex(id));
  if (command != abi::kMsgStatAny) TRY(queue->owner.CheckAccess(task.creds(), kIpcRead));
  abi::MsqidDs status = queue->Status();
  status.msg_perm = ShownTo(task.creds(), status.msg_perm);
  TRY(task.CopyOut(UserPtr<abi::MsqidDs>(arg), status));
  return by_id ? 0 : queue->owner.id;
}

Result<int32_t> Set(Task& task, MessageQueue& queue, const abi::MsqidDs& to) {
  uint64_t most = static_cast<uint64_t>(task.kernel().Get<Sysctls>().Number("kernel/msgmnb"));
  if (to.msg_qbytes > most && !task.creds().HasCapability(abi::kCapSysResource)) {
    return Errno(EPERM);
  }
  TRY(queue.owner.Set(task.creds(), to.msg_perm));
  queue.SetMaxBytes(to.msg_qbytes);
  return 0;
}

}  // namespace

Result<int32_t> SysMsgctl(Task& task, int32_t id, int32_t command, UserAddr arg) {
  if (command < 0 || id < 0) return Errno(EINVAL);
  switch (command) {
    case abi::kIpcInfo:
    case abi::kMsgInfo:
      return Info(task, command, arg);
    case abi::kIpcStat:
    case abi::kMsgStat:
    case abi::kMsgStatAny:
      return StatQueue(task, id, command, arg);
    case abi::kIpcSet:
    case abi::kIpcRmid:
      break;
    default:
      return Errno(EINVAL);
  }
  abi::MsqidDs to{};
  if (command == abi::kIpcSet) to = TRY(task.CopyIn(UserPtr<abi::MsqidDs>(arg)));
  Ref<MessageQueue> queue = TRY(Queues(task).Find(id));
  TRY(queue->owner.CheckOwner(task.creds()));
  if (command == abi::kIpcSet) return Set(task, *queue, to);
  queue->Remove();
  return 0;
}

}  // namespace sentry

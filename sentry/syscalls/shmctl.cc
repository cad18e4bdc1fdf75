// shmctl(2).
#include "abi/linux/capability.h"
#include "abi/linux/resource.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/fs/tmpfs/shm_files.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {
namespace {

Result<int32_t> Limits(Task& task, UserAddr arg) {
  Sysctls& settings = task.kernel().Get<Sysctls>();
  abi::Shminfo info{};
  info.shmmax = settings.Unsigned("kernel/shmmax");
  info.shmmin = abi::kShmmin;
  info.shmmni = info.shmseg = settings.Unsigned("kernel/shmmni");
  info.shmall = settings.Unsigned("kernel/shmall");
  TRY(task.CopyOut(UserPtr<abi::Shminfo>(arg), info));
  return Segments(task).MaxIndex();
}

Result<int32_t> InUse(Task& task, UserAddr arg) {
  SharedMemory& table = Segments(task);
  abi::ShmInfo info{};
  info.used_ids = static_cast<int32_t>(table.size());
  info.shm_tot = table.pages;
  for (const auto& [index, segment] : table.objects()) {
    info.shm_rss += ShmFiles::FileOf(segment->file()).contents().Pages();
  }
  TRY(task.CopyOut(UserPtr<abi::ShmInfo>(arg), info));
  return table.MaxIndex();
}

// IPC_STAT takes an id, SHM_STAT and SHM_STAT_ANY an index.
Result<int32_t> StatSegment(Task& task, int32_t id, int32_t command, UserAddr arg) {
  SharedMemory& table = Segments(task);
  bool by_id = command == abi::kIpcStat;
  Ref<ShmSegment> segment = TRY(by_id ? table.Find(id) : table.FindIndex(id));
  if (command != abi::kShmStatAny) TRY(segment->owner.CheckAccess(task.creds(), kIpcRead));
  abi::ShmidDs status = segment->Status();
  status.shm_perm = ShownTo(task.creds(), status.shm_perm);
  TRY(task.CopyOut(UserPtr<abi::ShmidDs>(arg), status));
  return by_id ? 0 : segment->owner.id;
}

Result<int32_t> Lock(Task& task, int32_t id, bool lock) {
  Ref<ShmSegment> segment = TRY(Segments(task).Find(id));
  const Credentials& creds = task.creds();
  if (!creds.HasCapabilityIn(segment->owner.ruler.get(), abi::kCapIpcLock)) {
    if (creds.euid != segment->owner.uid && creds.euid != segment->owner.cuid) return Errno(EPERM);
    if (lock && task.group().limit(abi::kRlimitMemlock) == 0) return Errno(EPERM);
  }
  uint32_t& mode = segment->owner.mode;
  mode = lock ? mode | abi::kShmLocked : mode & ~abi::kShmLocked;
  return 0;
}

}  // namespace

Result<int32_t> SysShmctl(Task& task, int32_t id, int32_t command, UserAddr arg) {
  if (command < 0 || id < 0) return Errno(EINVAL);
  switch (command) {
    case abi::kIpcInfo:
      return Limits(task, arg);
    case abi::kShmInfo:
      return InUse(task, arg);
    case abi::kIpcStat:
    case abi::kShmStat:
    case abi::kShmStatAny:
      return StatSegment(task, id, command, arg);
    case abi::kShmLock:
    case abi::kShmUnlock:
      return Lock(task, id, command == abi::kShmLock);
    case abi::kIpcSet:
    case abi::kIpcRmid:
      break;
    default:
      return Errno(EINVAL);
  }
  abi::ShmidDs to{};
  if (command == abi::kIpcSet) to = TRY(task.CopyIn(UserPtr<abi::ShmidDs>(arg)));
  Ref<ShmSegment> segment = TRY(Segments(task).Find(id));
  TRY(segment->owner.CheckOwner(task.creds()));
  if (command == abi::kIpcSet) {
    TRY(segment->owner.Set(task.creds(), to.shm_perm));
    segment->ctime = RealtimeNow().tv_sec;
  } else {
    segment->Remove();
  }
  return 0;
}

}  // namespace sentry

// semctl(2).
#include <cstdlib>

#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_limits.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {

SemLimits SemLimits::Of(Sysctls& settings) {
  std::string text = settings.Value("kernel/sem");
  int64_t numbers[4] = {};
  char* at = text.data();
  for (int64_t& number : numbers) number = std::strtoll(at, &at, 10);
  return {.per_set = numbers[0], .total = numbers[1], .operations = numbers[2], .sets = numbers[3]};
}

namespace {

// IPC_INFO: limits; SEM_INFO: also what is in use.
Result<int32_t> Info(Task& task, int32_t command, UserAddr arg) {
  Semaphores& table = Sets(task);
  SemLimits limits = SemLimits::Of(task.kernel().Get<Sysctls>());
  abi::Seminfo info{};
  info.semmni = static_cast<int32_t>(limits.sets);
  info.semmns = info.semmap = info.semmnu = static_cast<int32_t>(limits.total);
  info.semmsl = static_cast<int32_t>(limits.per_set);
  info.semopm = info.semume = static_cast<int32_t>(limits.operations);
  info.semvmx = abi::kSemvmx;
  constexpr int32_t kUndoSize = 20;
  bool in_use = command == abi::kSemInfo;
  info.semusz = in_use ? static_cast<int32_t>(table.size()) : kUndoSize;
  info.semaem = in_use ? static_cast<int32_t>(table.semaphores) : abi::kSemaem;
  TRY(task.CopyOut(UserPtr<abi::Seminfo>(arg), info));
  return table.MaxIndex();
}

Result<int32_t> StatSet(Task& task, int32_t id, int32_t command, UserAddr arg) {
  bool by_id = command == abi::kIpcStat;
  Ref<SemaphoreSet> set = TRY(by_id ? Sets(task).Find(id) : Sets(task).FindIndex(id));
  if (command != abi::kSemStatAny) TRY(set->owner.CheckAccess(task.creds(), kIpcRead));
  abi::SemidDs status = set->Status();
  status.sem_perm = ShownTo(task.creds(), status.sem_perm);
  TRY(task.CopyOut(UserPtr<abi::SemidDs>(arg), status));
  return by_id ? 0 : set->owner.id;
}

Result<int32_t> SetValue(Task& task, int32_t id, int32_t index, int32_t value) {
  if (value < 0 || value > abi::kSemvmx) return Errno(ERANGE);
  Ref<SemaphoreSet> set = TRY(Sets(task).Find(id));
  if (index < 0 || static_cast<size_t>(index) >= set->semaphores().size()) return Errno(EINVAL);
  TRY(set->owner.CheckAccess(task.creds(), kIpcWrite));
  set->SetValue(static_cast<size_t>(index), value, IpcPid(task));
  return 0;
}

Result<int32_t> SetAll(Task& task, SemaphoreSet& set, UserPtr<uint16_t> from) {
  std::vector<uint16_t> values = TRY(task.CopyInArray(from, set.semaphores().size()));
  for (uint16_t value : values) {
    if (value > abi::kSemvmx) return Errno(ERANGE);
  }
  set.SetAll(values, IpcPid(task));
  return 0;
}

Result<int32_t> GetAll(Task& task, const SemaphoreSet& set, UserPtr<uint16_t> to) {
  std::vector<uint16_t> values;
  for (const auto& semaphore : set.semaphores()) {
    values.push_back(static_cast<uint16_t>(semaphore.value));
  }
  TRY(task.CopyOutArray(to, std::span<const uint16_t>(values)));
  return 0;
}

// semctl_main()
Result<int32_t> OfSemaphores(Task& task, int32_t id, int32_t index, int32_t command, uint64_t arg) {
  Ref<SemaphoreSet> set = TRY(Sets(task).Find(id));
  TRY(set->owner.CheckAccess(task.creds(), command == abi::kSetall ? kIpcWrite : kIpcRead));
  if (command == abi::kSetall) return SetAll(task, *set, UserPtr<uint16_t>(arg));
  if (command == abi::kGetall) return GetAll(task, *set, UserPtr<uint16_t>(arg));
  if (index < 0 || static_cast<size_t>(index) >= set->semaphores().size()) return Errno(EINVAL);
  const SemaphoreSet::Semaphore& semaphore = set->semaphores()[static_cast<size_t>(index)];
  switch (command) {
    case abi::kGetval:
      return semaphore.value;
    case abi::kGetpid:
      return semaphore.pid;
    default:
      return set->CountWaiting(static_cast<size_t>(index), command == abi::kGetzcnt);
  }
}

// semctl_down()
Result<int32_t> Change(Task& task, int32_t id, int32_t command, UserAddr arg) {
  abi::SemidDs to{};
  if (command == abi::kIpcSet) to = TRY(task.CopyIn(UserPtr<abi::SemidDs>(arg)));
  Ref<SemaphoreSet> set = TRY(Sets(task).Find(id));
  TRY(set->owner.CheckOwner(task.creds()));
  if (command == abi::kIpcSet) {
    TRY(set->owner.Set(task.creds(), to.sem_perm));
    set->ctime = RealtimeNow().tv_sec;
  } else {
    set->Remove();
  }
  return 0;
}

}  // namespace

Result<int32_t> SysSemctl(Task& task, int32_t id, int32_t index, int32_t command, uint64_t arg) {
  if (id < 0) return Errno(EINVAL);
  switch (command) {
    case abi::kIpcInfo:
    case abi::kSemInfo:
      return Info(task, command, UserAddr(arg));
    case abi::kIpcStat:
    case abi::kSemStat:
    case abi::kSemStatAny:
      return StatSet(task, id, command, UserAddr(arg));
    case abi::kGetall:
    case abi::kGetval:
    case abi::kGetpid:
    case abi::kGetncnt:
    case abi::kGetzcnt:
    case abi::kSetall:
      return OfSemaphores(task, id, index, command, arg);
    case abi::kSetval:
      return SetValue(task, id, index, static_cast<int32_t>(arg));
    case abi::kIpcSet:
    case abi::kIpcRmid:
      return Change(task, id, command, UserAddr(arg));
    default:
      return Errno(EINVAL);
  }
}

}  // namespace sentry

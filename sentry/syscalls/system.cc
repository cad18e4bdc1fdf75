// uname(2), sethostname(2), setdomainname(2), sysinfo(2), kcmp(2), reboot(2).
#include <sys/sysinfo.h>

#include <algorithm>
#include <cstring>

#include "abi/linux/capability.h"
#include "abi/linux/reboot.h"
#include "abi/linux/sched.h"
#include "abi/linux/wait.h"
#include "sentry/fs/epoll/epoll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/kernel/version.h"
#include "sentry/syscalls/system_calls.h"

namespace sentry {
namespace {

template <size_t N>
void Fill(char (&to)[N], std::string_view text) {
  text.copy(to, N - 1);
}

Result<std::string> CopyInHostName(Task& task, UserPtr<char> name, int length) {
  const UserNamespace* owner = task.namespaces().uts->owner.get();
  if (!task.creds().HasCapabilityIn(owner, abi::kCapSysAdmin)) return Errno(EPERM);
  if (length < 0 || length > static_cast<int>(abi::kHostNameMax)) return Errno(EINVAL);
  std::vector<char> text = TRY(task.CopyInArray(name, static_cast<size_t>(length)));
  return std::string(text.begin(), std::find(text.begin(), text.end(), '\0'));
}

}  // namespace

Result<void> SysUname(Task& task, UserPtr<abi::UtsName> to) {
  abi::UtsName name{};
  Fill(name.sysname, kSystemName);
  Fill(name.nodename, task.namespaces().uts->hostname);
  Fill(name.release, kKernelRelease);
  Fill(name.version, kKernelVersion);
  const bool is_32bit = (task.personality & abi::kPerMask) == abi::kPerLinux32;
  Fill(name.machine, is_32bit ? "i686" : kMachine);
  Fill(name.domainname, task.namespaces().uts->domainname);
  return task.CopyOut(to, name);
}

Result<void> SysSethostname(Task& task, UserPtr<char> name, int length) {
  task.namespaces().uts->hostname = TRY(CopyInHostName(task, name, length));
  return {};
}

Result<void> SysSetdomainname(Task& task, UserPtr<char> name, int length) {
  task.namespaces().uts->domainname = TRY(CopyInHostName(task, name, length));
  return {};
}

Result<void> SysSysinfo(Task& task, UserPtr<abi::SysInfo> to) {
  struct sysinfo host {};
  ::sysinfo(&host);
  Kernel& kernel = task.kernel();
  abi::SysInfo info{};
  info.uptime = (MonotonicNow() - kernel.boot_time()) / kNanosPerSecond;
  info.totalram = uint64_t{host.totalram} * host.mem_unit;
  info.freeram = uint64_t{host.freeram} * host.mem_unit;
  if (kernel.memory().limit() != 0) {
    info.totalram = std::min(info.totalram, kernel.memory().limit());
    info.freeram = std::min(info.freeram, kernel.memory().Available());
  }
  info.procs = static_cast<uint16_t>(std::min<size_t>(kernel.pids().task_count(), 0xffff));
  info.mem_unit = 1;
  return task.CopyOut(to, info);
}

namespace {

// An order that tells nothing of addresses: equal 0, less 1, greater 2.
uint64_t Order(const void* a, const void* b) {
  if (a == b) return 0;
  return a < b ? 1 : 2;
}

// A file of `a`, and one that an epoll file of `b` watches.
Result<uint64_t> CompareWatched(Task& task, Task& a, Task& b, uint64_t fd,
                                UserPtr<abi::KcmpEpollSlot> from) {
  const abi::KcmpEpollSlot slot = TRY(task.CopyIn(from));
  Ref<FileDescription> file = TRY(a.fds().Get(FdNum(static_cast<int>(fd))));
  Ref<FileDescription> watcher = TRY(b.fds().Get(FdNum(static_cast<int>(slot.efd))));
  const EpollFile* epoll = AsEpoll(*watcher);
  if (epoll == nullptr) return Errno(EINVAL);
  return Order(file.get(), TRY(epoll->Watched(static_cast<int>(slot.tfd), slot.toff)));
}

}  // namespace

Result<uint64_t> SysKcmp(Task& task, int pid1, int pid2, int type, uint64_t index1,
                         uint64_t index2) {
  Task* a = task.FindTask(pid1);
  Task* b = task.FindTask(pid2);
  if (a == nullptr || b == nullptr || a->dead() || b->dead()) return Errno(ESRCH);
  if (!MayTrace(task, *a) || !MayTrace(task, *b)) return Errno(EPERM);
  switch (type) {
    case abi::kKcmpFile: {
      Ref<FileDescription> first = TRY(a->fds().Get(FdNum(static_cast<int>(index1))));
      Ref<FileDescription> second = TRY(b->fds().Get(FdNum(static_cast<int>(index2))));
      return Order(first.get(), second.get());
    }
    case abi::kKcmpVm:
      return Order(&a->mm(), &b->mm());
    case abi::kKcmpFiles:
      return Order(&a->fds(), &b->fds());
    case abi::kKcmpFs:
      return Order(&a->fs(), &b->fs());
    case abi::kKcmpSighand:
      return Order(a->group().actions.get(), b->group().actions.get());
    case abi::kKcmpIo:
    case abi::kKcmpSysvsem:
      return uint64_t{0};  // No task has any.
    case abi::kKcmpEpollTfd:
      return CompareWatched(task, *a, *b, index1, UserPtr<abi::KcmpEpollSlot>(index2));
  }
  return Errno(EINVAL);
}

namespace {

// The machine itself.  What its keys would do is nobody's business: it has none.
Result<uint64_t> OfTheMachine(uint32_t command) {
  switch (command) {
    case abi::kRebootCadOn:
    case abi::kRebootCadOff:
      return uint64_t{0};
    case abi::kRebootRestart:
    case abi::kRebootRestart2:
    case abi::kRebootHalt:
    case abi::kRebootPowerOff:
      return Errno(EPERM);
    default:
      return Errno(EINVAL);
  }
}

}  // namespace

// Of a pid namespace it ends the first process, as if by the signal that tells what was asked for
// (pid_namespaces(7)).
Result<uint64_t> SysReboot(Task& task, uint32_t magic1, uint32_t magic2, uint32_t command,
                           UserAddr) {
  PidNamespace& ns = *task.group().pid_ns;
  if (!task.creds().HasCapabilityIn(ns.owner.get(), abi::kCapSysBoot)) return Errno(EPERM);
  const bool known = magic2 == abi::kRebootMagic2 || magic2 == abi::kRebootMagic2A ||
                     magic2 == abi::kRebootMagic2B || magic2 == abi::kRebootMagic2C;
  if (magic1 != abi::kRebootMagic1 || !known) return Errno(EINVAL);
  if (ns.level == 0 || ns.reaper == nullptr) return OfTheMachine(command);
  int signal = abi::kSigInt;
  switch (command) {
    case abi::kRebootRestart:
    case abi::kRebootRestart2:
      signal = abi::kSigHup;
      break;
    case abi::kRebootHalt:
    case abi::kRebootPowerOff:
      break;
    default:
      return Errno(EINVAL);
  }
  Ref<Task> keep(&task);
  const int status = abi::WaitStatusSignaled(signal, false);
  if (ns.reaper == &task.group()) {
    task.ExitFromCall(status, true);
  } else {
    ns.reaper->End(status);  // This process too, with everybody else in there.
  }
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry

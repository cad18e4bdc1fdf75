// What the host offers to this backend, found out by trying it in a child.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "abi/linux/seccomp.h"
#include "platform/notify/notify.h"

namespace platform {
namespace {

constexpr int kSyncWakeUp = 1;  // Exit status of the child: this, or an errno and kFailed.
constexpr int kFailed = 128;

// A filter that allows everything, so that the child can still end.
[[noreturn]] void TryInChild() {
  sock_filter code[] = {{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = SECCOMP_RET_ALLOW}};
  const sock_fprog program = {.len = 1, .filter = code};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  constexpr unsigned kFlags =
      SECCOMP_FILTER_FLAG_NEW_LISTENER | abi::kSeccompFilterFlagWaitKillableRecv;
  const long listener = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags, &program);
  if (listener < 0) ::_exit(kFailed | errno);
  const long sync = ::syscall(SYS_ioctl, listener, abi::kSeccompIoctlNotifSetFlags,
                              abi::kSeccompUserNotifFdSyncWakeUp);
  ::_exit(sync == 0 ? kSyncWakeUp : 0);
}

std::string Explain(int error) {
  switch (error) {
    case EINVAL:
      return "this Linux is older than 5.19: update it, or use --platform=ptrace";
    case EBUSY:
      return "we run under a sandbox that uses seccomp notification itself: use --platform=ptrace";
    case EPERM:
    case ENOSYS:
    case EACCES:
      return "seccomp(2) is forbidden here: allow it, or use --platform=ptrace";
    default:
      return std::string("seccomp(2): ") + std::strerror(error);
  }
}

}  // namespace

NotifySupport NotifyProbe() {
  NotifySupport support;
  support.fsgsbase = (::getauxval(AT_HWCAP2) & 2) != 0;
  const pid_t child = ::fork();
  if (child == 0) TryInChild();
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    support.problem = std::string("no child to try it in: ") + std::strerror(errno);
  } else if (!WIFEXITED(status)) {
    support.problem = "seccomp(2) is forbidden here on pain of death: use --platform=ptrace";
  } else if ((WEXITSTATUS(status) & kFailed) != 0) {
    support.problem = Explain(WEXITSTATUS(status) & ~kFailed);
  } else {
    support.usable = true;
    support.sync_wake_up = WEXITSTATUS(status) == kSyncWakeUp;
  }
  return support;
}

}  // namespace platform

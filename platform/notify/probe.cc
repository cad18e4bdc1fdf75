// What the host offers, found out by making a platform in a child, which ends with it.
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "platform/notify/notify.h"

namespace platform {
namespace {

// The error of a trial, 0 when it worked.
int TryCreate() {
  pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    Result<std::unique_ptr<Platform>> platform = CreateNotify(NotifyOptions{});
    if (platform.ok()) (*platform)->Shutdown();
    ::_exit(platform.ok() ? 0 : platform.error().value() & 0xff);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

bool KernelAtLeast(int major, int minor) {
  utsname host;
  int have_major = 0, have_minor = 0;
  ::uname(&host);
  if (std::sscanf(host.release, "%d.%d", &have_major, &have_minor) != 2) return false;
  return have_major > major || (have_major == major && have_minor >= minor);
}

}  // namespace

NotifySupport NotifyProbe() {
  constexpr unsigned long kHwcap2Fsgsbase = 2;
  NotifySupport support;
  support.fsgsbase = (::getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
  support.sync_wake_up = KernelAtLeast(6, 6);
  int error = TryCreate();
  support.usable = error == 0;
  if (error != 0) {
    support.problem =
        KernelAtLeast(5, 19)
            ? std::string("seccomp user notification does not work: ") + std::strerror(error)
            : std::string("needs Linux 5.19 or later");
  }
  return support;
}

}  // namespace platform

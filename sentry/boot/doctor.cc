#include "sentry/boot/doctor.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "gofer/filter/filter.h"
#include "platform/base/fd.h"
#include "platform/notify/notify.h"
#include "platform/ptrace/ptrace.h"
#include "sentry/boot/protect.h"
#include "sentry/syscalls/table.h"

namespace sentry {
namespace {

void Row(const char* what, bool good, const std::string& text) {
  std::printf("%-22s %-4s %s\n", what, good ? "yes" : "NO", text.c_str());
}

// Tried in a child, which ends with it.
bool CanUnshare(int flags) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(flags) == 0 ? 0 : 1);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

// --net=tap and --net=netns need what an ordinary user has not got, unless somebody has given it.
void PrintNetworkModes() {
  const base::Fd tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  Row("network tap:NAME", tun.valid(),
      tun.valid() ? "TAP devices that are yours"
                  : std::string("/dev/net/tun: ") + std::strerror(errno) +
                        "; another may open it and pass it as --net=fd:N");
  const bool any = CanUnshare(CLONE_NEWNET);
  Row("network netns:PATH", true,
      any ? "any network namespace" : "network namespaces of user namespaces that are yours");
}

int LandlockVersion() {
  constexpr unsigned kVersionFlag = 1;  // LANDLOCK_CREATE_RULESET_VERSION
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersionFlag));
}

}  // namespace

int PrintDoctor() {
  utsname host;
  ::uname(&host);
  std::printf("host kernel            %s %s\n", host.sysname, host.release);
  platform::PtraceSupport ptrace = platform::PtraceProbe();
  platform::NotifySupport notify = platform::NotifyProbe();
  Row("platform notify", notify.usable, notify.usable ? "the default" : notify.problem);
  Row("platform ptrace", ptrace.usable, ptrace.usable ? "the reference; slower" : ptrace.problem);
  bool user = CanUnshare(CLONE_NEWUSER);
  Row("user namespaces", user,
      user ? "Sentry gets an empty root and namespaces of its own"
           : "seccomp and Landlock alone protect the host; allow unprivileged user namespaces for "
             "more");
  int landlock = LandlockVersion();
  Row("Landlock", landlock > 0,
      landlock > 0 ? "ABI " + std::to_string(landlock) + ": the Gofer is tied to its roots"
                   : "boot the kernel with lsm=landlock,... for a second fence around the Gofer");
  PrintNetworkModes();
  std::printf(
      "host calls allowed     Sentry %zu, Gofer %zu (writable mounts), guest %zu (notify)\n",
      SentryHostCalls(), host::CountCalls(gofer::kWritableFilterRules),
      platform::NotifyGuestCalls());
  bool usable = notify.usable || ptrace.usable;
  std::printf("%s\n", usable ? "A sandbox can run here."
                             : "No sandbox can run here: neither platform works.");
  return usable ? 0 : 1;
}

int PrintSyscalls(bool json) {
  constexpr const char* kLevels[] = {"full", "partial", "refused"};
  if (json) std::printf("[\n");
  const char* separator = "";
  for (const SyscallEntry& entry : SyscallTable()) {
    const char* level = kLevels[static_cast<int>(entry.support)];
    if (json) {
      std::printf(
          "%s  {\"number\": %d, \"name\": \"%s\", \"support\": \"%s\", \"errno\": %d, \"note\": "
          "\"%s\"}",
          separator, entry.number, entry.name, level, entry.refusal, entry.note);
      separator = ",\n";
    } else {
      std::printf("%4d  %-26s %-8s %s\n", entry.number, entry.name, level, entry.note);
    }
  }
  if (json) std::printf("\n]\n");
  return 0;
}

}  // namespace sentry

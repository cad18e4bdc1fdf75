// The broker process from its start to its end.
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <utility>
#include <vector>

#include "gofer/broker/broker.h"
#include "gofer/broker/filter.h"
#include "platform/base/log.h"
#include "platform/host/confine.h"

namespace gofer {
namespace {

constexpr auto kProgram = host::CompileStatic<kBrokerRules>();
constexpr auto kHostProgram = host::CompileStatic<kHostBrokerRules>();

// Nothing but what the configuration names and the log: the process was forked in the midst of
// others' channels.
base::Result<void> KeepOnly(const BrokerConfig& config, const base::Fd& channel) {
  std::vector<int> kept = {STDERR_FILENO, channel.get()};
  if (config.control.valid()) kept.push_back(config.control.get());
  if (config.audit.valid()) kept.push_back(config.audit.get());
  for (const PublishedPort& port : config.ports) kept.push_back(port.socket.get());
  return host::KeepDescriptors(std::move(kept));
}

int Fail(base::Errno error) {
  LOG_ERROR("broker: cannot protect itself (errno %d)", error.value());
  return 1;
}

// All but the one, if it is there, that newer kernels want of who attaches a filter to a TCP socket
// (peer_filter.h), and, where ports are bound, that for low ones.
void DropCapabilities(bool listens) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return;
  sets[0].permitted &= 1u << CAP_NET_ADMIN | (listens ? 1u << CAP_NET_BIND_SERVICE : 0);
  sets[0].effective = sets[0].permitted;
  sets[0].inheritable = 0;
  sets[1] = {};
  ::syscall(SYS_capset, &header, sets);
}

// No file of the host by any name: an empty root, where that is allowed.  The network is the
// host's.
void LeaveHostTree() {
  constexpr int kNamespaces = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
  if (::unshare(kNamespaces) != 0) (void)::unshare(CLONE_NEWUSER | kNamespaces);
  const base::Fd empty(static_cast<int>(::syscall(SYS_fsopen, "tmpfs", 1u)));
  if (!empty.valid()) return;
  if (::syscall(SYS_fsconfig, empty.get(), 6u, nullptr, nullptr, 0) != 0) return;
  const base::Fd mount(static_cast<int>(::syscall(SYS_fsmount, empty.get(), 1u, 0)));
  if (!mount.valid() || ::fchdir(mount.get()) != 0) return;
  [[maybe_unused]] const int done = ::chroot(".");
}

// Nothing may be opened, whatever the root is.  Where the host has no Landlock, the other fences
// stand alone.
void OpenNothing() {
  constexpr uint64_t kVersion1 = (1 << 13) - 1;
  landlock_ruleset_attr attr{};
  attr.handled_access_fs = kVersion1;
  const base::Fd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0)));
  if (ruleset.valid()) ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0);
}

}  // namespace

base::Result<void> InstallBrokerFilter(bool may_listen) {
  TRY(may_listen ? host::InstallFilter(kHostProgram) : host::InstallFilter(kProgram));
  return {};
}

int BrokerMain(BrokerConfig config, base::Fd channel) {
  ::prctl(PR_SET_NAME, "sentry-broker");
  ::signal(SIGPIPE, SIG_IGN);
  ::tzset();
  host::RaiseDescriptorLimit();
  const base::Result<void> kept = KeepOnly(config, channel);
  if (!kept.ok()) return Fail(kept.error());
  const bool listens = config.publish_all;
  Broker broker(std::move(config), std::move(channel));
  LeaveHostTree();
  DropCapabilities(listens);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  base::Result<void> is_protected = host::SetNoNewPrivileges();
  if (is_protected.ok() && !host::kSanitized) OpenNothing();
  if (is_protected.ok() && !host::kSanitized) is_protected = InstallBrokerFilter(listens);
  if (!is_protected.ok()) return Fail(is_protected.error());
  broker.Run();
  return 0;
}

}  // namespace gofer

#include "sentry/boot/protect.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "platform/base/log.h"
#include "sentry/boot/namespaces.h"

namespace sentry {
namespace {

void DropCapabilities() {
  constexpr int kLastCapability = 63;
  for (int capability = 0; capability <= kLastCapability; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) break;
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0)
    LOG_WARNING("capabilities: cannot be dropped: %s", std::strerror(errno));
}

}  // namespace

void DropPrivileges() {
  base::Result<void> empty = EnterEmptyRoot();
  if (!empty.ok()) LOG_INFO("namespaces: no empty root: %s", std::strerror(empty.error().value()));
  DropCapabilities();
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace sentry

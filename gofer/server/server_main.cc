// The Gofer process from its start to its end.
#include <sys/prctl.h>
#include <sys/stat.h>

#include "gofer/server/protect.h"
#include "gofer/server/server.h"
#include "platform/base/log.h"

namespace gofer {
namespace {

base::Result<std::vector<Mount>> OpenMounts(GoferConfig* config) {
  std::vector<Mount> mounts;
  for (MountConfig& mount : config->mounts) {
    mounts.push_back(TRY(Mount::Create(std::move(mount))));
  }
  return mounts;
}

}  // namespace

int ServerMain(GoferConfig config, base::Fd channel) {
  ::prctl(PR_SET_NAME, "sentry-gofer");
  ::umask(0);  // Modes are the client's; it has applied the guest's umask.
  base::Result<std::vector<Mount>> mounts = OpenMounts(&config);
  if (!mounts.ok()) {
    LOG_ERROR("gofer: a hidden path is empty, absolute or has '.' or '..' in it");
    return 1;
  }
  PathGuard guard;
  Session session(*mounts, guard, config.max_nodes);
  const base::Result<void> is_protected = ProtectSelf(&*mounts, &guard, channel, config);
  if (!is_protected.ok()) {
    LOG_ERROR("gofer: cannot protect itself (errno %d)", is_protected.error().value());
    return 1;
  }
  Server(&session, std::move(channel)).Run();
  return 0;
}

}  // namespace gofer

// The Gofer process from its start to its end.
#include <sys/stat.h>
#include <unistd.h>

#include "gofer/server/server.h"
#include "platform/base/log.h"

namespace gofer {

int ServerMain(GoferConfig config, base::Fd channel) {
  ::umask(0);  // Modes are the client's; it has applied the guest's umask.
  std::vector<Mount> mounts;
  for (MountConfig& mount : config.mounts) {
    base::Result<Mount> made = Mount::Create(std::move(mount));
    if (!made.ok()) {
      LOG_ERROR("gofer: a hidden path is empty, absolute or has '.' or '..' in it");
      return 1;
    }
    mounts.push_back(std::move(made).value());
  }
  PathGuard guard;
  Session session(mounts, guard, config.max_nodes);
  Server(&session, std::move(channel)).Run();
  return 0;
}

}  // namespace gofer

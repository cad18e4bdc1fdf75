// What the launcher tells the Gofer: the mounts and their policy.  It is inherited over fork, never
// sent by the Sentry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/fd.h"

namespace gofer {

struct MountConfig {
  // Where it is on the host.  Opened once at start, following symbolic links; or `root`, already
  // opened by the launcher with O_PATH.  The root may be a regular file.
  std::string path;
  base::Fd root;

  bool writable = false;
  // Expose only what any user could read: directories need o+x to be walked and o+r to be listed,
  // files o+r.
  bool world_readable_only = false;
  // Paths relative to the root which do not exist for the client.
  std::vector<std::string> hidden;
  // Owners reported for everything, whatever the host says; new files then keep the Gofer's own
  // ids.
  std::optional<uint32_t> squash_uid;
  std::optional<uint32_t> squash_gid;
  // Permits set-user-ID and set-group-ID bits on files: with a Gofer run by root, that is a gift to
  // local users.
  bool allow_set_id = false;
};

struct GoferConfig {
  std::vector<MountConfig> mounts;
  int log_fd = 2;  // Kept open for log lines; -1 for none.
  // SIGKILL when the thread that forked this process ends.  Either way it ends when the channel
  // closes.
  bool die_with_parent = true;
  uint32_t max_nodes = 1'000'000;  // Cap on handles held for the client.
};

}  // namespace gofer

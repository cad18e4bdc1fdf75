// The process that --net=netns leaves in the prepared namespace.  It opens packet sockets on the
// interfaces there, takes their addresses away, so that the host's stack answers for none of them,
// and puts addresses and routes back when the sandbox is over.
#pragma once

#include <string>
#include <vector>

#include "sentry/socket/outside/device.h"

namespace sentry {

struct NetnsKeeper {
  pid_t pid = -1;
  base::Fd channel;  // Closed: everything is put back.
};

struct KeptNamespace {
  NetnsKeeper keeper;
  std::vector<OutsideDevice> devices;
};
// What is wrong was told in one line.
Result<KeptNamespace> EnterNetworkNamespace(const std::string& path);

}  // namespace sentry

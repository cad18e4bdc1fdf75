// Which socket families there are: the one place that names them all.
#include "sentry/socket/unix/unix_socket.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {

SocketFamilies& FamiliesOf(Kernel& kernel) {
  SocketFamilies& families = kernel.Get<SocketFamilies>();
  if (families.empty()) {
    families.Register(abi::kAfUnix, std::make_unique<UnixFamily>(kernel));
  }
  return families;
}

}  // namespace sentry

// Which socket families there are: the one place that names them all.
#include "sentry/socket/inet/inet_family.h"
#include "sentry/socket/inet/packet_socket.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/unix/unix_socket.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {

SocketFamilies& FamiliesOf(Kernel& kernel) {
  SocketFamilies& families = kernel.Get<SocketFamilies>();
  if (families.empty()) {
    families.Register(abi::kAfUnix, std::make_unique<UnixFamily>(kernel));
    for (int family : {abi::kAfInet, abi::kAfInet6}) {
      families.Register(family, std::make_unique<InetFamily>(kernel, family));
    }
    families.Register(abi::kAfPacket, std::make_unique<PacketFamily>(kernel));
    families.Register(abi::kAfNetlink, std::make_unique<NetlinkFamily>(kernel));
  }
  return families;
}

}  // namespace sentry

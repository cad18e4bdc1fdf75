#include "sentry/socket/netlink/sock_diag.h"

#include "abi/linux/capability.h"
#include "abi/linux/sock_diag.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/netlink/netlink_socket.h"

namespace sentry {
namespace {

class SockDiagProtocol final : public NetlinkProtocol {
 public:
  explicit SockDiagProtocol(Kernel& kernel) : kernel_(kernel) {}
  uint32_t groups() const override { return 4; }  // SKNLGRP_*_DESTROY
  bool AnyoneListens() const override { return true; }

  Result<void> Handle(NetlinkRequest& request) override {
    const uint16_t type = request.header.nlmsg_type;
    if (type != abi::kSockDiagByFamily && type != abi::kSockDestroy) return Errno(EINVAL);
    if (request.payload.size() < 2) return Errno(EINVAL);
    Network& network = request.socket.network();
    if (type == abi::kSockDestroy && !network.Allows(request.ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
    SocketDiag& diag = StateOf<SocketDiag>(kernel_);
    const auto family = static_cast<int>(request.payload[0]);
    switch (family) {
      case abi::kAfInet:
      case abi::kAfInet6:
        return DiagInet(request, network, diag);
      case abi::kAfUnix:
        return type == abi::kSockDestroy ? Errno(EOPNOTSUPP) : DiagUnix(request, network, diag);
      case abi::kAfNetlink:
        return type == abi::kSockDestroy ? Errno(EOPNOTSUPP)
                                         : DiagNetlink(request, network, kernel_);
      case abi::kAfPacket:
        return type == abi::kSockDestroy ? Errno(EOPNOTSUPP) : DiagPacket(request, network, diag);
      default:
        // ENOENT: no handler is registered for the family.
        return Errno(family >= 46 ? EINVAL : ENOENT);
    }
  }

 private:
  Kernel& kernel_;
};

}  // namespace

void PutCookie(uint32_t (&to)[2], uint64_t inode) {
  to[0] = static_cast<uint32_t>(inode);
  to[1] = static_cast<uint32_t>(inode >> 32);
}

bool CookieFits(const uint32_t (&cookie)[2], uint64_t inode) {
  if (cookie[0] == ~0u && cookie[1] == ~0u) return true;
  return cookie[0] == static_cast<uint32_t>(inode) &&
         cookie[1] == static_cast<uint32_t>(inode >> 32);
}

std::unique_ptr<NetlinkProtocol> MakeSockDiagProtocol(Kernel& kernel) {
  return std::make_unique<SockDiagProtocol>(kernel);
}

}  // namespace sentry

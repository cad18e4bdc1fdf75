#include "sentry/socket/inet/inet_family.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/socket/inet/datagram_socket.h"
#include "sentry/socket/inet/tcp_socket.h"

namespace sentry {
namespace {

constexpr int kProtocolMost = 262;  // IPPROTO_MAX - 1

bool MayPing(const Credentials& creds, const netstack::Sysctl& sysctl) {
  auto in = [&sysctl](uint32_t group) {
    return group >= static_cast<uint64_t>(sysctl.ping_group_range[0]) &&
           group <= static_cast<uint64_t>(sysctl.ping_group_range[1]);
  };
  if (sysctl.ping_group_range[0] > sysctl.ping_group_range[1]) return false;
  return in(creds.egid) || std::any_of(creds.groups.begin(), creds.groups.end(), in);
}

}  // namespace

InetFamily::InetFamily(Kernel& kernel, int family) : kernel_(kernel), family_(family) {
  if (family != abi::kAfInet) return;
  RegisterInetDiag(kernel);
  StateOf<Networks>(kernel).make_plane = [&kernel](Network& network) {
    InetStack::Of(kernel, network);
  };
}

// inet_create() and inet6_create() of Linux.
Result<Ref<Socket>> InetFamily::Create(OpContext& ctx, int type, int protocol, uint32_t flags) {
  if (protocol < 0 || protocol > kProtocolMost) return Errno(EINVAL);
  const int ping = family_ == abi::kAfInet ? abi::kIpprotoIcmp : abi::kIpprotoIcmpv6;
  const bool stream = type == abi::kSockStream, datagram = type == abi::kSockDgram;
  if (!stream && !datagram && type != abi::kSockRaw) return Errno(ESOCKTNOSUPPORT);
  if (stream && protocol != 0 && protocol != abi::kIpprotoTcp) return Errno(EPROTONOSUPPORT);
  if (datagram && protocol != 0 && protocol != abi::kIpprotoUdp &&
      protocol != abi::kIpprotoUdplite && protocol != ping) {
    return Errno(EPROTONOSUPPORT);
  }
  Network& network = Networks::Of(kernel_, ctx);
  if (type == abi::kSockRaw) {
    if (protocol == 0 || protocol > 255) return Errno(EPROTONOSUPPORT);
    if (!network.Allows(ctx, abi::kCapNetRaw)) return Errno(EPERM);
  }
  InetStack& stack = InetStack::Of(kernel_, network);
  if (datagram && protocol == ping && !MayPing(ctx.creds, stack.stack().sysctl())) {
    return Errno(EACCES);
  }
  netstack::Stack::Scope scope(stack.stack());
  const uint32_t uid = ctx.creds.euid;
  Path path = kernel_.Get<NamelessFiles>().Socket(ctx);
  if (stream) {
    return Ref<Socket>(MakeRef<TcpSocket>(stack, network, std::move(path), flags, family_,
                                          stack.net().CreateTcp(family_, uid)));
  }
  netstack::Ref<netstack::DatagramEndpoint> endpoint;
  if (type == abi::kSockRaw) {
    endpoint = stack.net().CreateRaw(family_, static_cast<uint8_t>(protocol), uid);
  } else if (protocol == ping) {
    endpoint = stack.net().CreatePing(family_, uid);
  } else if (protocol == abi::kIpprotoUdplite) {
    endpoint = stack.net().CreateUdpLite(family_, uid);
  } else {
    protocol = abi::kIpprotoUdp;
    endpoint = stack.net().CreateUdp(family_, uid);
  }
  return Ref<Socket>(MakeRef<DatagramSocket>(stack, network, std::move(path), flags, family_, type,
                                             protocol, std::move(endpoint)));
}

}  // namespace sentry

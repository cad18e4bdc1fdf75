// All sockets of AF_INET and AF_INET6, as sock_diag(7) and /proc/net list them.
#include <algorithm>

#include "sentry/kernel/kernel.h"
#include "sentry/socket/inet/inet_family.h"
#include "sentry/socket/inet/tcp_socket.h"

namespace sentry {
namespace {

// Of a connection that no socket holds any more, or none yet.
InetSocketInfo DescribeRow(const netstack::NetStack::TcpListing& listing) {
  InetSocketInfo info;
  info.family = static_cast<uint16_t>(listing.row.family);
  info.protocol = abi::kIpprotoTcp;
  info.state = listing.row.state;
  auto fill = [&info](const netstack::SocketAddr& from, IpAddress& address, uint16_t& port) {
    address = IpAddress::Any(info.family);
    const auto wire = info.family == abi::kAfInet6
                          ? std::span<const uint8_t>(from.addr.bytes())
                          : std::span<const uint8_t>(from.addr.bytes()).subspan(12);
    std::memcpy(address.bytes.data(), wire.data(), wire.size());
    port = from.port;
  };
  fill(listing.local, info.local, info.local_port);
  fill(listing.peer, info.remote, info.remote_port);
  info.device = listing.row.ifindex;
  info.receive_queue = listing.row.rx_queue;
  info.send_queue = listing.row.tx_queue;
  info.timer = listing.row.timer;
  info.expires_ms = listing.row.timer_ms;
  info.retransmits = listing.row.retransmits;
  return info;
}

std::vector<InetSocketInfo> List(const Network& network) {
  std::vector<InetSocketInfo> list;
  InetStack* stack = InetStack::Existing(network);
  if (stack == nullptr) return list;
  std::set<const netstack::Endpoint*> held;
  for (InetSocket* socket : stack->sockets()) {
    if (socket->family() == abi::kAfPacket) continue;
    list.push_back(socket->Describe());
    held.insert(&socket->endpoint());
  }
  std::sort(list.begin(), list.end(),
            [](const InetSocketInfo& a, const InetSocketInfo& b) { return a.inode < b.inode; });
  for (const auto& listing : stack->net().ListTcp()) {
    if (held.count(listing.endpoint.get()) == 0) list.push_back(DescribeRow(listing));
  }
  return list;
}

Result<void> Destroy(const Network& network, uint64_t inode) {
  InetStack* stack = InetStack::Existing(network);
  if (stack == nullptr) return Errno(ENOENT);
  for (InetSocket* socket : stack->sockets()) {
    if (socket->inode()->ino() != inode) continue;
    auto* tcp = dynamic_cast<TcpSocket*>(socket);
    if (tcp == nullptr) return Errno(EOPNOTSUPP);
    netstack::Stack::Scope scope(stack->stack());
    tcp->tcp().Abort();
    return {};
  }
  return Errno(ENOENT);
}

}  // namespace

void RegisterInetDiag(Kernel& kernel) {
  SocketDiag& diag = StateOf<SocketDiag>(kernel);
  diag.inet = &List;
  diag.destroy = &Destroy;
}

}  // namespace sentry

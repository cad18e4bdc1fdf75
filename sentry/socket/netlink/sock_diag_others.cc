// sock_diag(7) of AF_UNIX, AF_NETLINK and AF_PACKET.
#include "abi/linux/sock_diag.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/sock_diag.h"

namespace sentry {
namespace {

NetlinkMessage DescribeUnix(const NetlinkRequest& request, const UnixSocketInfo& info,
                            uint32_t show) {
  abi::UnixDiagMsg head{};
  head.udiag_family = static_cast<uint8_t>(abi::kAfUnix);
  head.udiag_type = static_cast<uint8_t>(info.type);
  head.udiag_state = info.state;
  head.udiag_ino = static_cast<uint32_t>(info.inode);
  PutCookie(head.udiag_cookie, info.inode);
  NetlinkMessage reply = request.Reply(abi::kSockDiagByFamily);
  reply.Fixed(head);
  if ((show & abi::kUdiagShowName) != 0 && !info.name.empty()) {
    reply.Attribute(abi::kUnixDiagName, std::as_bytes(std::span(info.name)));
  }
  if ((show & abi::kUdiagShowVfs) != 0 && info.file_inode != 0) {
    reply.Put(abi::kUnixDiagVfs,
              std::array<uint32_t, 2>{static_cast<uint32_t>(info.file_inode), info.file_device});
  }
  if ((show & abi::kUdiagShowPeer) != 0 && info.peer_inode != 0) {
    reply.Put(abi::kUnixDiagPeer, static_cast<uint32_t>(info.peer_inode));
  }
  if ((show & abi::kUdiagShowIcons) != 0 && info.state == abi::kTcpListen) {
    std::vector<uint32_t> inodes;
    for (uint64_t inode : info.waiting) inodes.push_back(static_cast<uint32_t>(inode));
    if (!inodes.empty()) reply.Attribute(abi::kUnixDiagIcons, std::as_bytes(std::span(inodes)));
  }
  if ((show & abi::kUdiagShowRqlen) != 0) {
    reply.Put(abi::kUnixDiagRqlen, std::array<uint32_t, 2>{info.receive_queue, info.send_queue});
  }
  if ((show & abi::kUdiagShowUid) != 0) reply.Put(abi::kUnixDiagUid, info.uid);
  reply.Put(abi::kUnixDiagShutdown, info.shutdown);
  return reply;
}

NetlinkMessage DescribeNetlink(const NetlinkRequest& request, const NetlinkSocket& socket,
                               uint32_t show) {
  const uint64_t inode = socket.inode()->ino();
  abi::NetlinkDiagMsg head{};
  head.ndiag_family = static_cast<uint8_t>(abi::kAfNetlink);
  head.ndiag_type = static_cast<uint8_t>(socket.type());
  head.ndiag_protocol = static_cast<uint8_t>(socket.protocol());
  head.ndiag_state = static_cast<uint8_t>(abi::kTcpClose);
  head.ndiag_portid = socket.port();
  head.ndiag_dst_portid = socket.peer_port();
  head.ndiag_ino = static_cast<uint32_t>(inode);
  PutCookie(head.ndiag_cookie, inode);
  NetlinkMessage reply = request.Reply(abi::kSockDiagByFamily);
  reply.Fixed(head);
  if ((show & abi::kNdiagShowMeminfo) != 0) {
    std::array<uint32_t, 9> memory{};
    memory[0] = static_cast<uint32_t>(socket.queued_bytes());
    memory[8] = static_cast<uint32_t>(socket.drops());
    reply.Put(abi::kNetlinkDiagMeminfo, memory);
  }
  if ((show & abi::kNdiagShowGroups) != 0 && !socket.groups().empty()) {
    std::array<uint64_t, 1> mask{};
    for (uint32_t group : socket.groups()) mask[0] |= group <= 64 ? 1ull << (group - 1) : 0;
    reply.Put(abi::kNetlinkDiagGroups, mask);
  }
  return reply;
}

}  // namespace

Result<void> DiagUnix(NetlinkRequest& request, Network& network, SocketDiag& diag) {
  if (!request.Holds<abi::UnixDiagReq>()) return Errno(EINVAL);
  const auto wanted = request.Fixed<abi::UnixDiagReq>();
  const bool dump = request.IsDump();
  if (!dump && wanted.udiag_ino == 0) return Errno(EINVAL);
  const std::vector<UnixSocketInfo> all =
      diag.unix_sockets ? diag.unix_sockets(network) : std::vector<UnixSocketInfo>();
  for (const UnixSocketInfo& info : all) {
    if (dump && (wanted.udiag_states & (1u << info.state)) == 0) continue;
    if (!dump && static_cast<uint32_t>(info.inode) != wanted.udiag_ino) continue;
    if (!dump && !CookieFits(wanted.udiag_cookie, info.inode)) return Errno(ESTALE);
    request.Send(DescribeUnix(request, info, wanted.udiag_show));
    if (!dump) return {};
  }
  return dump ? Result<void>() : Errno(ENOENT);
}

Result<void> DiagNetlink(NetlinkRequest& request, Network& network, Kernel& kernel) {
  if (!request.Holds<abi::NetlinkDiagReq>()) return Errno(EINVAL);
  if (!request.IsDump()) return Errno(EOPNOTSUPP);
  const auto wanted = request.Fixed<abi::NetlinkDiagReq>();
  const bool every = wanted.sdiag_protocol == abi::kNdiagProtoAll;
  if (!every && wanted.sdiag_protocol >= NetlinkTable::kProtocols) return Errno(ENOENT);
  for (const NetlinkSocket* socket : StateOf<NetlinkTable>(kernel).all()) {
    if (&socket->network() != &network) continue;
    if (!every && socket->protocol() != wanted.sdiag_protocol) continue;
    request.Send(DescribeNetlink(request, *socket, wanted.ndiag_show));
  }
  return {};
}

Result<void> DiagPacket(NetlinkRequest& request, Network& network, SocketDiag& diag) {
  if (!request.Holds<abi::PacketDiagReq>()) return Errno(EINVAL);
  const auto wanted = request.Fixed<abi::PacketDiagReq>();
  if (wanted.sdiag_protocol != 0) return Errno(EINVAL);
  if (!request.IsDump()) return Errno(EOPNOTSUPP);
  const std::vector<PacketSocketInfo> all =
      diag.packet ? diag.packet(network) : std::vector<PacketSocketInfo>();
  for (const PacketSocketInfo& info : all) {
    abi::PacketDiagMsg head{};
    head.pdiag_family = static_cast<uint8_t>(abi::kAfPacket);
    head.pdiag_type = static_cast<uint8_t>(info.type);
    head.pdiag_num = info.protocol;
    head.pdiag_ino = static_cast<uint32_t>(info.inode);
    PutCookie(head.pdiag_cookie, info.inode);
    NetlinkMessage reply = request.Reply(abi::kSockDiagByFamily);
    // struct packet_diag_info: device, version, reserve, copy threshold, timestamp, flags.
    reply.Fixed(head)
        .Put(abi::kPacketDiagInfo, std::array<uint32_t, 6>{info.device})
        .Put(abi::kPacketDiagUid, info.uid);
    request.Send(std::move(reply));
  }
  return {};
}

}  // namespace sentry

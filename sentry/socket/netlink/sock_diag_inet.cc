// sock_diag(7) of AF_INET and AF_INET6.
#include <arpa/inet.h>

#include <algorithm>

#include "abi/linux/sock_diag.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/sock_diag.h"

namespace sentry {
namespace {

struct MemInfo {  // struct inet_diag_meminfo
  uint32_t receive, send_queued, forward, send;
};

bool Asked(uint8_t extensions, uint16_t attribute) {
  return (extensions & (1u << (attribute - 1))) != 0;
}

void PutAddress(uint8_t (&to)[16], const IpAddress& from) {
  std::memcpy(to, from.bytes.data(), from.size());
}

abi::InetDiagMsg Head(const InetSocketInfo& info) {
  abi::InetDiagMsg head{};
  head.idiag_family = static_cast<uint8_t>(info.family);
  head.idiag_state = info.state;
  head.idiag_timer = info.timer;
  head.idiag_retrans = info.retransmits;
  head.id.idiag_sport = htons(info.local_port);
  head.id.idiag_dport = htons(info.remote_port);
  PutAddress(head.id.idiag_src, info.local);
  PutAddress(head.id.idiag_dst, info.remote);
  head.id.idiag_if = info.device;
  PutCookie(head.id.idiag_cookie, info.inode);
  head.idiag_expires = info.expires_ms;
  head.idiag_rqueue = info.receive_queue;
  head.idiag_wqueue = info.send_queue;
  head.idiag_uid = info.uid;
  head.idiag_inode = static_cast<uint32_t>(info.inode);
  return head;
}

NetlinkMessage Describe(const NetlinkRequest& request, const InetSocketInfo& info,
                        uint8_t extensions) {
  NetlinkMessage reply = request.Reply(abi::kSockDiagByFamily);
  reply.Fixed(Head(info)).Put(abi::kInetDiagShutdown, info.shutdown);
  if (Asked(extensions, abi::kInetDiagTos)) reply.Put(abi::kInetDiagTos, info.tos);
  if (info.family == abi::kAfInet6) {
    reply.Put(abi::kInetDiagSkv6only, uint8_t{info.v6_only ? uint8_t{1} : uint8_t{0}});
  }
  if (info.mark != 0) reply.Put(abi::kInetDiagMark, info.mark);
  if (Asked(extensions, abi::kInetDiagMeminfo)) {
    reply.Put(abi::kInetDiagMeminfo, MemInfo{info.receive_queue, 0, 0, info.send_queue});
  }
  if (Asked(extensions, abi::kInetDiagSkmeminfo)) {
    std::array<uint32_t, 9> memory{};
    memory[0] = info.state == abi::kTcpListen ? 0 : info.receive_queue;
    memory[1] = static_cast<uint32_t>(info.receive_buffer);
    memory[2] = info.state == abi::kTcpListen ? 0 : info.send_queue;
    memory[3] = static_cast<uint32_t>(info.send_buffer);
    memory[8] = static_cast<uint32_t>(info.drops);
    reply.Put(abi::kInetDiagSkmeminfo, memory);
  }
  if (Asked(extensions, abi::kInetDiagInfo) && !info.tcp_info.empty()) {
    reply.Attribute(abi::kInetDiagInfo, info.tcp_info);
  }
  if (Asked(extensions, abi::kInetDiagCong) && !info.congestion.empty()) {
    reply.PutText(abi::kInetDiagCong, info.congestion);
  }
  // Asked for by the name of the first that had something to tell.
  if (Asked(extensions, abi::kInetDiagVegasinfo) && !info.congestion_info.empty()) {
    reply.Attribute(abi::kInetDiagBbrinfo, info.congestion_info);
  }
  return reply;
}

bool SameAddress(const uint8_t (&wanted)[16], const IpAddress& have) {
  return std::memcmp(wanted, have.bytes.data(), have.size()) == 0;
}

// One socket, found by its ports and addresses as a packet would (or by its cookie alone).
bool IsExactly(const InetSocketInfo& info, const abi::InetDiagReqV2& wanted) {
  if (htons(info.local_port) != wanted.id.idiag_sport) return false;
  if (!CookieFits(wanted.id.idiag_cookie, info.inode)) return false;
  if (info.state == abi::kTcpListen || info.remote_port == 0) return true;
  return htons(info.remote_port) == wanted.id.idiag_dport &&
         SameAddress(wanted.id.idiag_src, info.local) &&
         SameAddress(wanted.id.idiag_dst, info.remote);
}

}  // namespace

Result<void> DiagInet(NetlinkRequest& request, Network& network, SocketDiag& diag) {
  if (!request.Holds<abi::InetDiagReqV2>()) return Errno(EINVAL);
  const auto wanted = request.Fixed<abi::InetDiagReqV2>();
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(wanted)));
  int protocol = wanted.sdiag_protocol;
  if (auto wide = TRY(attributes.Get<uint32_t>(abi::kInetDiagProtocol))) {
    protocol = static_cast<int>(*wide);
  }
  const bool known = protocol == abi::kIpprotoTcp || protocol == abi::kIpprotoUdp ||
                     protocol == abi::kIpprotoUdplite || protocol == abi::kIpprotoRaw;
  if (!known) return Errno(ENOENT);
  const bool dump = request.IsDump();
  for (const InetSocketInfo& info :
       diag.inet ? diag.inet(network) : std::vector<InetSocketInfo>()) {
    // A raw socket's protocol is any: they all are listed under IPPROTO_RAW.
    const bool raw = info.raw || info.ping;
    if (raw ? protocol != abi::kIpprotoRaw : protocol != info.protocol) continue;
    if (info.family != wanted.sdiag_family) continue;
    if (dump) {
      if ((wanted.idiag_states & (1u << info.state)) == 0) continue;
      if (wanted.id.idiag_sport != 0 && wanted.id.idiag_sport != htons(info.local_port)) continue;
      if (wanted.id.idiag_dport != 0 && wanted.id.idiag_dport != htons(info.remote_port)) continue;
      request.Send(Describe(request, info, wanted.idiag_ext));
      continue;
    }
    if (!IsExactly(info, wanted)) continue;
    if (request.header.nlmsg_type == abi::kSockDestroy) {
      return diag.destroy ? diag.destroy(network, info.inode) : Errno(EOPNOTSUPP);
    }
    request.Send(Describe(request, info, wanted.idiag_ext));
    return {};
  }
  return dump ? Result<void>() : Errno(ENOENT);
}

}  // namespace sentry

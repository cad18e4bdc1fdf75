// Control messages of datagram sockets (ip(7), ipv6(7), udp(7), cmsg(3)).
#include <arpa/inet.h>

#include "abi/linux/capability.h"
#include "abi/linux/ipv6.h"
#include "sentry/socket/inet/datagram_socket.h"
#include "sentry/time/time.h"

namespace sentry {
namespace {

constexpr int64_t kNanosPerMicro = 1000;

template <typename T>
void Add(ControlData& control, int32_t level, int32_t type, const T& value) {
  control.raw.push_back({level, type, OptionValue(value)});
}

// The value of a control message whose length must be exactly that of a T.
template <typename T>
Result<T> Exactly(const RawControl& raw) {
  if (raw.data.size() != sizeof(T)) return Errno(EINVAL);
  return OptionAs<T>(raw.data);
}

}  // namespace

// ip_cmsg_send() of Linux.
Result<void> DatagramSocket::ReadIpControl(const RawControl& raw, netstack::DatagramSend& send) {
  switch (raw.type) {
    case abi::kIpTtl: {
      const auto ttl = TRY(Exactly<int32_t>(raw));
      if (ttl < 1 || ttl > 255) return Errno(EINVAL);
      send.hop_limit = ttl;
      return {};
    }
    case abi::kIpTos: {
      const int32_t tos = raw.data.size() == sizeof(uint8_t) ? TRY(Exactly<uint8_t>(raw))
                                                             : TRY(Exactly<int32_t>(raw));
      if (tos < 0 || tos > 255) return Errno(EINVAL);
      send.tos = tos;
      return {};
    }
    case abi::kIpPktinfo: {
      const auto info = TRY(Exactly<abi::InPktinfo>(raw));
      if (info.ipi_ifindex != 0) send.ifindex = static_cast<uint32_t>(info.ipi_ifindex);
      if (info.ipi_spec_dst != 0) {
        send.source = netstack::IpAddress::V4Bytes(&info.ipi_spec_dst);
      }
      return {};
    }
    case abi::kIpRetopts:
      if (raw.data.size() > 40) return Errno(EINVAL);
      send.options = raw.data;
      send.options->resize((raw.data.size() + 3) & ~size_t{3});
      return {};
    case abi::kIpProtocol:
      return Errno(EINVAL);
    default:
      return Errno(EINVAL);
  }
}

// ip6_datagram_send_ctl() of Linux.
Result<void> DatagramSocket::ReadIpv6Control(OpContext& ctx, const RawControl& raw,
                                             netstack::DatagramSend& send) {
  switch (raw.type) {
    case abi::kIpv6Hopopts:
    case abi::kIpv6Dstopts: {
      const bool hop = raw.type == abi::kIpv6Hopopts;
      std::optional<std::vector<std::byte>>& to = hop ? send.hop_options : send.dst_options;
      if (to || raw.data.size() < 2) return Errno(EINVAL);
      const size_t size = (static_cast<size_t>(raw.data[1]) + 1) * 8;
      if (raw.data.size() < size) return Errno(EINVAL);
      if (!network().Allows(ctx, abi::kCapNetRaw)) return Errno(EPERM);
      to.emplace(raw.data.begin(), raw.data.begin() + static_cast<ptrdiff_t>(size));
      return {};
    }
    case abi::kIpv6Pktinfo:
    case abi::kIpv62292pktinfo: {
      if (raw.data.size() < sizeof(abi::In6Pktinfo)) return Errno(EINVAL);
      const auto info = TRY(OptionAs<abi::In6Pktinfo>(raw.data));
      if (info.ipi6_ifindex != 0) send.ifindex = static_cast<uint32_t>(info.ipi6_ifindex);
      const auto source = netstack::IpAddress::V6Bytes(info.ipi6_addr);
      if (source.IsAny()) return {};
      if (!stack().stack().CanBind(source, send.ifindex)) return Errno(EINVAL);
      send.source = source;
      return {};
    }
    case abi::kIpv6Hoplimit:
    case abi::kIpv62292hoplimit: {
      const auto limit = TRY(Exactly<int32_t>(raw));
      if (limit < -1 || limit > 255) return Errno(EINVAL);
      send.hop_limit = limit;
      return {};
    }
    case abi::kIpv6Tclass: {
      const auto tclass = TRY(Exactly<int32_t>(raw));
      if (tclass < -1 || tclass > 255) return Errno(EINVAL);
      send.tos = tclass;
      return {};
    }
    case abi::kIpv6Dontfrag: {
      const auto on = TRY(Exactly<int32_t>(raw));
      if (on < 0 || on > 1) return Errno(EINVAL);
      send.dont_fragment = on;
      return {};
    }
    case abi::kIpv6Flowinfo:
      if (raw.data.size() < sizeof(uint32_t)) return Errno(EINVAL);
      send.flow_label = ntohl(TRY(OptionAs<uint32_t>(raw.data))) & 0xfffff;
      return {};
    default:
      return Errno(EINVAL);
  }
}

Result<void> DatagramSocket::ReadControl(OpContext& ctx, const ControlData& control,
                                         netstack::DatagramSend& send) {
  for (const RawControl& raw : control.raw) {
    if (raw.level == abi::kSolSocket) {
      // __sock_cmsg_send(): the rights and credentials of AF_UNIX are passed over.
      const bool known = raw.type == abi::kScmRights || raw.type == abi::kScmCredentials ||
                         raw.type == abi::kSoTimestamping;
      if (!known) return Errno(EINVAL);
    } else if (raw.level == abi::kSolUdp && udp() != nullptr) {
      if (raw.type != abi::kUdpSegment) return Errno(EINVAL);
      send.gso_size = TRY(Exactly<uint16_t>(raw));
    } else if (raw.level == abi::kSolIp) {
      TRY(ReadIpControl(raw, send));
    } else if (raw.level == abi::kSolIpv6 && IsV6()) {
      TRY(ReadIpv6Control(ctx, raw, send));
    }
  }
  return {};
}

void DatagramSocket::WriteIpControl(const netstack::DatagramInfo& info,
                                    ControlData& control) const {
  auto wants = [this](int32_t name) { return wants_ip_.test(static_cast<size_t>(name)); };
  if (wants(abi::kIpPktinfo)) {
    abi::InPktinfo out{};
    out.ipi_ifindex = static_cast<int32_t>(info.ifindex);
    std::memcpy(&out.ipi_spec_dst, info.local.bytes().data() + 12, 4);
    std::memcpy(&out.ipi_addr, info.destination.addr.bytes().data() + 12, 4);
    Add(control, abi::kSolIp, abi::kIpPktinfo, out);
  }
  if (wants(abi::kIpRecvttl)) Add(control, abi::kSolIp, abi::kIpTtl, int32_t{info.ttl});
  if (wants(abi::kIpRecvtos)) Add(control, abi::kSolIp, abi::kIpTos, info.tos);
  if (wants(abi::kIpRecvopts) && !info.options.empty()) {
    control.raw.push_back({abi::kSolIp, abi::kIpRecvopts, info.options});
  }
  if (wants(abi::kIpRecvorigdstaddr)) {
    abi::SockAddrIn out{};
    out.sin_family = abi::kAfInet;
    out.sin_port = htons(info.destination.port);
    std::memcpy(&out.sin_addr, info.destination.addr.bytes().data() + 12, 4);
    Add(control, abi::kSolIp, abi::kIpRecvorigdstaddr, out);
  }
  if (wants(abi::kIpRecvfragsize) && info.fragment_size != 0) {
    Add(control, abi::kSolIp, abi::kIpRecvfragsize, static_cast<int32_t>(info.fragment_size));
  }
}

// ip6_datagram_recv_specific_ctl(): one message per extension header that was asked for.
void DatagramSocket::WriteExtensions(const netstack::DatagramInfo& info,
                                     ControlData& control) const {
  constexpr uint8_t kHopByHop = 0, kRouting = 43, kDestination = 60;
  uint8_t kind = info.options_protocol;
  for (size_t at = 0; at + 8 <= info.options.size();) {
    const size_t size = (static_cast<size_t>(info.options[at + 1]) + 1) * 8;
    if (size > info.options.size() - at) return;
    const int32_t name = kind == kHopByHop      ? abi::kIpv6Hopopts
                         : kind == kRouting     ? abi::kIpv6Rthdr
                         : kind == kDestination ? abi::kIpv6Dstopts
                                                : 0;
    if (name == 0) return;
    const int32_t wanted = name == abi::kIpv6Hopopts ? abi::kIpv6Recvhopopts
                           : name == abi::kIpv6Rthdr ? abi::kIpv6Recvrthdr
                                                     : abi::kIpv6Recvdstopts;
    if (wants_ipv6_.test(static_cast<size_t>(wanted))) {
      const auto first = info.options.begin() + static_cast<ptrdiff_t>(at);
      control.raw.push_back({abi::kSolIpv6, name, {first, first + static_cast<ptrdiff_t>(size)}});
    }
    kind = static_cast<uint8_t>(info.options[at]);
    at += size;
  }
}

void DatagramSocket::WriteIpv6Control(const netstack::DatagramInfo& info,
                                      ControlData& control) const {
  auto wants = [this](int32_t name) { return wants_ipv6_.test(static_cast<size_t>(name)); };
  abi::In6Pktinfo packet{};
  std::memcpy(packet.ipi6_addr, info.destination.addr.bytes().data(), 16);
  packet.ipi6_ifindex = static_cast<int32_t>(info.ifindex);
  if (wants(abi::kIpv6Recvpktinfo)) Add(control, abi::kSolIpv6, abi::kIpv6Pktinfo, packet);
  if (wants(abi::kIpv62292pktinfo)) Add(control, abi::kSolIpv6, abi::kIpv62292pktinfo, packet);
  // What is asked of IPv6 is told of a mapped datagram only as far as above.
  if (info.destination.addr.IsV4()) return;
  if (wants(abi::kIpv6Recvhoplimit)) {
    Add(control, abi::kSolIpv6, abi::kIpv6Hoplimit, int32_t{info.ttl});
  }
  if (wants(abi::kIpv62292hoplimit)) {
    Add(control, abi::kSolIpv6, abi::kIpv62292hoplimit, int32_t{info.ttl});
  }
  if (wants(abi::kIpv6Recvtclass)) {
    Add(control, abi::kSolIpv6, abi::kIpv6Tclass, int32_t{info.tos});
  }
  if (wants(abi::kIpv6Flowinfo)) {
    const uint32_t flow = htonl(uint32_t{info.tos} << 20 | info.flow_label);
    if (flow != 0) Add(control, abi::kSolIpv6, abi::kIpv6Flowinfo, flow);
  }
  WriteExtensions(info, control);
  if (wants(abi::kIpv6Recvfragsize) && info.fragment_size != 0) {
    Add(control, abi::kSolIpv6, abi::kIpv6Recvfragsize, static_cast<int32_t>(info.fragment_size));
  }
  if (wants(abi::kIpv6Recvorigdstaddr)) {
    abi::SockAddrIn6 out{};
    out.sin6_family = abi::kAfInet6;
    out.sin6_port = htons(info.destination.port);
    std::memcpy(out.sin6_addr, info.destination.addr.bytes().data(), 16);
    Add(control, abi::kSolIpv6, abi::kIpv6Recvorigdstaddr, out);
  }
}

void DatagramSocket::WriteControl(const netstack::DatagramInfo& info, ControlData& control) const {
  // On the first read after the option was set the datagram may have no time: now is as good.
  const int64_t stamp = info.wall_time != 0 ? info.wall_time : RealtimeNowNs();
  const abi::Timespec time = ToTimespec(stamp);
  if (options_.timestamp_ns) {
    Add(control, abi::kSolSocket, abi::kScmTimestampns, time);
  } else if (options_.timestamp) {
    Add(control, abi::kSolSocket, abi::kScmTimestamp,
        abi::Timeval{time.tv_sec, time.tv_nsec / kNanosPerMicro});
  }
  if (rxq_overflow_ && datagram_->drops() != 0) {
    Add(control, abi::kSolSocket, abi::kSoRxqOvfl, static_cast<uint32_t>(datagram_->drops()));
  }
  if (IsV6()) WriteIpv6Control(info, control);
  if (!IsV6() || info.destination.addr.IsV4()) WriteIpControl(info, control);
  if (info.gro_size != 0) {
    Add(control, abi::kSolUdp, abi::kUdpGro, int32_t{info.gro_size});
  }
}

}  // namespace sentry

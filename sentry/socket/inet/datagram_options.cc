// Options of the levels SOL_UDP, SOL_RAW and SOL_ICMPV6 (udp(7), raw(7), RFC 3542).
#include <algorithm>

#include "sentry/socket/inet/datagram_socket.h"

namespace sentry {
namespace {

constexpr int32_t kIcmpFilter = 1, kIcmp6Filter = 1;

// Linux takes either for both protocols.
bool IsUdpLevel(int32_t level) {
  return level == abi::kSolUdp || level == abi::kSolUdplite;
}

// udplite(7): the header is always covered.
uint16_t Coverage(int32_t number) {
  if (number == 0) return 0;
  return static_cast<uint16_t>(std::clamp(number, 8, 0xffff));
}

}  // namespace

Result<OptionBytes> DatagramSocket::GetTransportOption(int32_t level, int32_t name) {
  const netstack::UdpEndpoint* u = udp();
  const netstack::RawEndpoint* r = raw();
  if (level == abi::kSolRaw && r != nullptr) {
    if (IsV6() && name == abi::kIpv6Checksum) return GetIpv6Option(name);
    if (IsV6() || name != kIcmpFilter) return Errno(ENOPROTOOPT);
    if (protocol_ != abi::kIpprotoIcmp) return Errno(EOPNOTSUPP);
    return OptionValue(r->icmp_filter);
  }
  if (level == abi::kSolIcmpv6 && r != nullptr && protocol_ == abi::kIpprotoIcmpv6) {
    if (name != kIcmp6Filter) return Errno(ENOPROTOOPT);
    return OptionValue(r->icmp6_filter);
  }
  // What ip_getsockopt() and ipv6_getsockopt() say of other levels.
  if (!IsUdpLevel(level) || u == nullptr) return Errno(IsV6() ? ENOPROTOOPT : EOPNOTSUPP);
  switch (name) {
    case abi::kUdpCork:
      return OptionValue(int32_t{u->cork ? 1 : 0});
    case abi::kUdpSegment:
      return OptionValue(int32_t{u->segment_size});
    case abi::kUdpGro:
      return OptionValue(int32_t{u->gro ? 1 : 0});
    case abi::kUdpNoCheck6Tx:
      return OptionValue(int32_t{u->no_check6_tx ? 1 : 0});
    case abi::kUdpNoCheck6Rx:
      return OptionValue(int32_t{u->no_check6_rx ? 1 : 0});
    case abi::kUdpEncap:
      return OptionValue(int32_t{0});
    case abi::kUdpliteSendCscov:
      return OptionValue(int32_t{u->send_coverage.value_or(0)});
    case abi::kUdpliteRecvCscov:
      return OptionValue(int32_t{u->receive_coverage.value_or(0)});
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> DatagramSocket::SetUdpOption(int32_t name, int32_t number) {
  netstack::UdpEndpoint& u = *udp();
  switch (name) {
    case abi::kUdpCork:
      u.cork = number != 0;
      return u.cork ? Result<void>() : u.FlushCork();
    case abi::kUdpSegment:
      if (number < 0 || number > 0xffff) return Errno(EINVAL);
      u.segment_size = static_cast<uint16_t>(number);
      return {};
    case abi::kUdpGro:
      u.gro = number != 0;
      return {};
    case abi::kUdpNoCheck6Tx:
      u.no_check6_tx = number != 0;
      return {};
    case abi::kUdpNoCheck6Rx:
      u.no_check6_rx = number != 0;
      return {};
    case abi::kUdpEncap:
      // No tunnel is made here.
      return number == 0 ? Result<void>() : Errno(ENOPROTOOPT);
    case abi::kUdpliteSendCscov:
      if (!u.lite()) return Errno(ENOPROTOOPT);
      u.send_coverage = Coverage(number);
      return {};
    case abi::kUdpliteRecvCscov:
      if (!u.lite()) return Errno(ENOPROTOOPT);
      u.receive_coverage = Coverage(number);
      return {};
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> DatagramSocket::SetTransportOption(OpContext& ctx, int32_t level, int32_t name,
                                                std::span<const std::byte> value) {
  netstack::Stack::Scope scope(stack().stack());
  netstack::RawEndpoint* r = raw();
  if (level == abi::kSolRaw && r != nullptr) {
    if (IsV6() && name == abi::kIpv6Checksum) {
      if (protocol_ != abi::kIpprotoIcmpv6) return SetIpv6Option(ctx, name, value);
      // Kept and without effect, where the level of IPv6 refuses (rawv6_setsockopt()).
      const int32_t offset = TRY(OptionAs<int32_t>(value));
      if (offset > 0 && offset % 2 != 0) return Errno(EINVAL);
      r->ip6.checksum_offset = std::max(offset, -1);
      return {};
    }
    if (IsV6() || name != kIcmpFilter) return Errno(ENOPROTOOPT);
    if (protocol_ != abi::kIpprotoIcmp) return Errno(EOPNOTSUPP);
    // What is left out keeps its value (raw_seticmpfilter()).
    std::memcpy(&r->icmp_filter, value.data(), std::min(value.size(), sizeof(r->icmp_filter)));
    return {};
  }
  if (level == abi::kSolIcmpv6 && r != nullptr && protocol_ == abi::kIpprotoIcmpv6) {
    if (name != kIcmp6Filter) return Errno(ENOPROTOOPT);
    std::memcpy(r->icmp6_filter.data(), value.data(),
                std::min(value.size(), sizeof(r->icmp6_filter)));
    return {};
  }
  if (!IsUdpLevel(level) || udp() == nullptr) return Errno(ENOPROTOOPT);
  return SetUdpOption(name, TRY(OptionAs<int32_t>(value)));
}

}  // namespace sentry

// Icmp: messages about packets that came.
#include <algorithm>

#include "netstack/icmp/icmp.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv6.h"

namespace netstack {

Icmp::Icmp(Stack& stack) : stack_(stack) {
  stack.SetIcmp(this);
  stack.SetTransport(kProtoIcmp, this);
  stack.SetTransport(kProtoIcmp6, this);
  global_credit_ = stack.sysctl().icmp_msgs_burst;
}

// RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e).
bool Icmp::MayAnswer(const Packet& packet, const IpReceived& ip, bool to_groups_too) const {
  const bool v4 = ip.source.IsV4();
  if (ip.source.IsAny() || ip.source.IsMulticast()) return false;
  if (v4 && (ip.source.IsLoopback() != ip.destination.IsLoopback()) && !ip.in->IsLoopback()) {
    return false;
  }
  const bool group = ip.multicast || ip.broadcast || ip.destination.IsMulticast() ||
                     packet.type == PacketType::kBroadcast || packet.type == PacketType::kMulticast;
  if (group && !(to_groups_too && !v4)) return false;
  if (ip.protocol != (v4 ? kProtoIcmp : kProtoIcmp6)) return true;
  std::byte type;
  // No error about an error; what is too short to tell is one.
  if (packet.CopyOut(0, {&type, 1}) != 1) return false;
  const uint8_t value = Load8(&type);
  if (!v4) return value >= 128;
  return value == kIcmpEcho || value == kIcmpEchoReply || value == kIcmpTimestamp ||
         value == kIcmpTimestampReply;
}

bool Icmp::WithinRate(const IpAddress& to, uint8_t type, bool v4) {
  const Sysctl& sysctl = stack_.sysctl();
  if (v4 && (type > 31 || (sysctl.icmp_ratemask >> type & 1) == 0)) return true;
  if (stack_.IsLocal(to)) return true;
  IcmpStats& stats = v4 ? stack_.stats().icmp4 : stack_.stats().icmp6;
  const Time now = stack_.now();
  const int64_t gained = (now - global_refilled_) / kMillisecond * sysctl.icmp_msgs_per_sec / 1000;
  if (gained > 0) {
    global_credit_ = std::min<int64_t>(global_credit_ + gained, sysctl.icmp_msgs_burst);
    global_refilled_ = now;
  }
  if (global_credit_ <= 0) {
    stats.out_rate_limit_global++;
    return false;
  }
  global_credit_--;
  if (sysctl.icmp_ratelimit == 0) return true;
  if (next_allowed_.size() > 1024) {
    std::erase_if(next_allowed_, [&](const auto& e) { return e.second <= now; });
    if (next_allowed_.size() > 1024) next_allowed_.clear();
  }
  // Six at once, then one per period, as a bucket whose level is a time.
  const Duration period = sysctl.icmp_ratelimit * kMillisecond;
  Time& level = next_allowed_[to];
  level = std::max(level, now - 6 * period);
  if (level + period > now) {
    stats.out_rate_limit_host++;
    return false;
  }
  level += period;
  return true;
}

void Icmp::SendUnreachable(Packet& packet, const IpReceived& ip, Unreachable why) {
  if (!MayAnswer(packet, ip, false)) return;
  constexpr uint8_t kCodes4[] = {kIcmpNet, kIcmpHost, kIcmpProtocol, kIcmpPort, kIcmpAdmin,
                                 9,        10,        kIcmpAdmin,    kIcmpAdmin};
  constexpr uint8_t kCodes6[] = {0, 3, 4, 4, 1, 1, 1, 5, 6};  // RFC 4443 section 3.1
  const auto index = static_cast<size_t>(why);
  if (ip.source.IsV4()) {
    SendError(packet, ip, kIcmpUnreachable, kCodes4[index], 0);
  } else {
    SendError(packet, ip, kIcmp6Unreachable, kCodes6[index], 0);
  }
}

void Icmp::SendTooBig(Packet& packet, const IpReceived& ip, uint32_t mtu) {
  if (!MayAnswer(packet, ip, true)) return;
  if (ip.source.IsV4()) {
    SendError(packet, ip, kIcmpUnreachable, kIcmpFragNeeded, std::min(mtu, 65535u));
  } else {
    SendError(packet, ip, kIcmp6TooBig, 0, mtu);
  }
}

void Icmp::SendTimeExceeded(Packet& packet, const IpReceived& ip, uint8_t code) {
  if (!MayAnswer(packet, ip, false)) return;
  SendError(packet, ip, ip.source.IsV4() ? kIcmpTimeExceeded : kIcmp6TimeExceeded, code, 0);
}

void Icmp::SendParameterProblem(Packet& packet, const IpReceived& ip, uint8_t code,
                                uint32_t pointer) {
  if (!MayAnswer(packet, ip, code == 2)) return;
  if (ip.source.IsV4()) {
    SendError(packet, ip, kIcmpParameter, code, pointer << 24);
  } else {
    SendError(packet, ip, kIcmp6Parameter, code, pointer);
  }
}

void Icmp::SendError(Packet& about, const IpReceived& ip, uint8_t type, uint8_t code,
                     uint32_t rest) {
  const bool v4 = ip.source.IsV4();
  if (!WithinRate(ip.source, type, v4)) return;
  // As much of the packet as fits: 576 bytes in all (RFC 1812 section 4.3.2.3), or the minimum MTU
  // (RFC 4443 section 2.4 (c)).
  const size_t limit = v4 ? 576 - Ipv4Header::kSize - IcmpHeader::kSize
                          : 1280 - Ipv6Header::kSize - IcmpHeader::kSize;
  std::vector<std::byte> quote(about.network_header.begin(), about.network_header.end());
  if (about.transport_consumed) {
    quote.insert(quote.end(), about.transport_header.begin(), about.transport_header.end());
  }
  if (quote.size() < limit) {
    const size_t have = quote.size();
    quote.resize(std::min(limit, have + about.size()));
    about.CopyOut(0, std::span(quote).subspan(have));
  }
  quote.resize(std::min(quote.size(), limit));
  PacketPtr packet = Packet::FromBytes(stack_.pool(), quote);
  if (packet == nullptr) return;
  IcmpHeader{type, code, 0, rest}.Write(packet->Push(IcmpHeader::kSize));
  IcmpStats& stats = v4 ? stack_.stats().icmp4 : stack_.stats().icmp6;
  stats.out_msgs++;
  stats.out_type[type]++;
  const bool ours = !ip.multicast && !ip.broadcast && stack_.IsLocal(ip.destination);
  const uint8_t tos = v4 ? static_cast<uint8_t>((ip.tos & 0x1e) | 0xc0) : 0;
  (void)Transmit(std::move(packet), ours ? ip.destination : IpAddress::AnyFor(v4), ip.source,
                 ip.source.NeedsScope() ? ip.in->index() : 0, tos, -1)
      .ok();
}

Result<void> Icmp::Transmit(PacketPtr packet, const IpAddress& source, const IpAddress& destination,
                            uint32_t ifindex, uint8_t tos, int hop_limit) {
  const bool v4 = destination.IsV4();
  RouteResult route = TRY(stack_.FindRoute(destination, source, ifindex));
  IpSend send;
  send.source = route.source;
  send.destination = destination;
  send.protocol = v4 ? kProtoIcmp : kProtoIcmp6;
  send.tos = tos;
  send.hop_limit = hop_limit;
  Checksum sum;
  if (!v4) sum.AddPseudoHeader(send.source, destination, kProtoIcmp6, packet->size());
  packet->ForEach([&](std::span<const std::byte> piece) { sum.Add(piece); });
  Store16(packet->mutable_head() + 2, sum.Finish());
  packet->checksum = ChecksumState::kVerified;
  return stack_.network(v4).Send(std::move(packet), route, send);
}

}  // namespace netstack

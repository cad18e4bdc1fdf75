// Extension headers that a socket puts into what it sends (RFC 3542, RFC 8200 section 4.1).
#include "netstack/endpoint/endpoint.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/ipv6.h"

namespace netstack {

Ip6Extensions JoinExtensions(std::span<const std::byte> hop, std::span<const std::byte> dst,
                             uint8_t protocol) {
  constexpr uint8_t kHopByHop = 0, kDestination = 60;
  Ip6Extensions all;
  all.protocol = protocol;
  // Each header's first octet names what follows it.
  auto add = [&all, protocol](std::span<const std::byte> header, uint8_t kind) {
    if (header.empty()) return;
    if (all.bytes.empty()) {
      all.protocol = kind;
    } else {
      Store8(all.bytes.data(), kind);  // Only one header can stand before this one.
    }
    all.bytes.insert(all.bytes.end(), header.begin(), header.end());
    Store8(&all.bytes[all.bytes.size() - header.size()], protocol);
  };
  add(hop, kHopByHop);
  add(dst, kDestination);
  return all;
}

void Endpoint::SetHopOptions(std::span<const std::byte> header) {
  ip6.hop_options.assign(header.begin(), header.end());
  ip6.extensions = JoinExtensions(ip6.hop_options, ip6.dst_options, protocol_);
  OnIpOptions();
}

void Endpoint::SetDestinationOptions(std::span<const std::byte> header) {
  ip6.dst_options.assign(header.begin(), header.end());
  ip6.extensions = JoinExtensions(ip6.hop_options, ip6.dst_options, protocol_);
  OnIpOptions();
}

}  // namespace netstack

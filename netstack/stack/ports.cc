// Choosing and sharing ports.
#include "netstack/stack/ports.h"

namespace netstack {
namespace {

bool InterfacesMeet(const PortClaim& a, const PortClaim& b) {
  return a.ifindex == 0 || b.ifindex == 0 || a.ifindex == b.ifindex;
}

}  // namespace

bool AddressesOverlap(const PortClaim& a, const PortClaim& b) {
  if (a.addr == b.addr) return true;
  const bool a_any = a.addr.IsAny(), b_any = b.addr.IsAny();
  if (!a_any && !b_any) return false;
  // "::" of a dual-stack socket is every address; 0.0.0.0 every IPv4 one.
  auto covers = [](const PortClaim& any, const PortClaim& other) {
    if (any.addr.IsV4() == other.addr.IsV4()) return true;
    return any.addr.IsV6() && !any.v6only;
  };
  return (a_any && covers(a, b)) || (b_any && covers(b, a));
}

bool TcpClaimsConflict(const PortClaim& a, const PortClaim& other, bool chosen) {
  if (!InterfacesMeet(a, other)) return false;
  const bool ports_shared =
      a.reuse_port && other.reuse_port && (other.time_wait || a.uid == other.uid);
  if (a.reuse_address && other.reuse_address && !other.listening) {
    // A port that nobody named is not shared: connections from it would clash.
    if (chosen) return false;
  } else if (chosen && ports_shared) {
    return false;
  }
  return AddressesOverlap(a, other);
}

bool UdpClaimsConflict(const PortClaim& a, const PortClaim& other) {
  if (!InterfacesMeet(a, other) || !AddressesOverlap(a, other)) return false;
  if (a.reuse_address && other.reuse_address) return false;
  return !(a.reuse_port && other.reuse_port && a.uid == other.uid);
}

std::optional<uint16_t> PickPort(uint16_t low, uint16_t high, uint32_t random, bool odd_first,
                                 const std::function<bool(uint16_t)>& is_free) {
  if (low > high) return std::nullopt;
  const uint32_t count = high - low + 1u;
  const uint32_t parity = odd_first ? 1 : 0;
  for (uint32_t pass = 0; pass < 2; pass++) {
    const uint32_t first = (parity + pass) & 1;
    const uint32_t in_pass = (count + 1 - first) / 2;
    for (uint32_t i = 0; i < in_pass; i++) {
      const uint32_t offset = ((random / 2 + i) % in_pass) * 2 + first;
      const auto port = static_cast<uint16_t>(low + offset);
      if (is_free(port)) return port;
    }
  }
  return std::nullopt;
}

}  // namespace netstack

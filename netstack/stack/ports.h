// Choosing and sharing ports as Linux does (inet_connection_sock.c, udp.c of its kernel describe
// the rules; socket(7) and ip(7) name the options).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "netstack/wire/address.h"

namespace netstack {

// What a bound socket claims.
struct PortClaim {
  IpAddress addr;  // Any: every address.
  bool v6only = false;
  uint32_t ifindex = 0;  // 0: every interface.
  bool reuse_address = false, reuse_port = false;
  bool listening = false, time_wait = false;
  uint32_t uid = 0;
};

// Whether packets could be meant for either.  `wild`: an any-address meets every address.
bool AddressesOverlap(const PortClaim& a, const PortClaim& b);
// TCP.  `chosen`: the port was named, not picked.
bool TcpClaimsConflict(const PortClaim& a, const PortClaim& other, bool chosen);
bool UdpClaimsConflict(const PortClaim& a, const PortClaim& other);

// Tries ports of [low, high] from a random start, those of one parity first: Linux gives even ones
// to connect(2), odd ones to bind(2).
std::optional<uint16_t> PickPort(uint16_t low, uint16_t high, uint32_t random, bool odd_first,
                                 const std::function<bool(uint16_t)>& is_free);

}  // namespace netstack

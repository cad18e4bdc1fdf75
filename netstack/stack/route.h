// Routes and neighbours, as rtnetlink(7) names them.
#pragma once

#include <optional>
#include <vector>

#include "netstack/stack/environment.h"
#include "netstack/wire/address.h"

namespace netstack {

class Interface;

enum class RouteType : uint8_t {
  kUnicast = 1,
  kLocal = 2,
  kBroadcast = 3,
  kAnycast = 4,
  kMulticast = 5,
  kBlackhole = 6,
  kUnreachable = 7,
  kProhibit = 8,
};
inline constexpr uint32_t kTableDefault = 253, kTableMain = 254, kTableLocal = 255;
inline constexpr uint8_t kProtoRedirect = 1, kProtoKernel = 2, kProtoBoot = 3, kProtoStatic = 4,
                         kProtoRa = 9;

struct Route {
  IpAddress dst;  // Its first `prefix` bits; AnyV4 or AnyV6 with 0: the default route.
  int prefix = 0;
  IpAddress gateway;     // IsAny(): on link.
  uint32_t ifindex = 0;  // 0 for kBlackhole and its like.
  IpAddress source;      // Preferred; IsAny(): none.
  uint32_t metric = 0;   // IPv6: 1024 when none is given (the caller's work).
  uint32_t table = kTableMain;
  RouteType type = RouteType::kUnicast;
  uint8_t protocol = kProtoBoot;
  uint8_t scope = 0;
  uint8_t tos = 0;
  uint32_t mtu = 0;  // 0: the interface's.
  bool onlink = false;
  // By a router (RFC 4861): it goes when the router says so, and not with any address.
  bool advertised = false;
  Time expires = 0;        // 0: never
  uint8_t preference = 0;  // Of RFC 4191.

  bool SameKey(const Route& other) const {
    return dst == other.dst && prefix == other.prefix && metric == other.metric &&
           table == other.table && tos == other.tos;
  }
};

// Where packets to a destination go.
struct RouteResult {
  Interface* out = nullptr;
  IpAddress source;                      // The local address for them.
  IpAddress next_hop;                    // Gateway or the destination itself.
  RouteType type = RouteType::kUnicast;  // kLocal, kBroadcast, kMulticast or kUnicast.
  uint32_t mtu = 0;                      // Of the path, as far as known.
  bool gateway = false;
};

// NUD_* of rtnetlink(7).
enum class NeighbourState : uint16_t {
  kIncomplete = 0x01,
  kReachable = 0x02,
  kStale = 0x04,
  kDelay = 0x08,
  kProbe = 0x10,
  kFailed = 0x20,
  kNoarp = 0x40,
  kPermanent = 0x80,
};

struct NeighbourEntry {
  IpAddress addr;
  uint32_t ifindex = 0;
  MacAddress mac;
  NeighbourState state = NeighbourState::kIncomplete;
  bool router = false;
  Time updated = 0, confirmed = 0, used = 0;
};

}  // namespace netstack

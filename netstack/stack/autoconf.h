// Between the stack and what configures its IPv6 addresses by itself (netstack/autoconf).
#pragma once

#include <span>

#include "netstack/stack/interface.h"
#include "netstack/stack/route.h"

namespace netstack {

struct IpReceived;

class AutoconfListener {
 public:
  // An IPv6 address was added or removed, by whomever.
  virtual void OnAddress(Interface& interface, const InterfaceAddress& address, bool removed) = 0;
  virtual void OnDown(Interface& interface) = 0;
  // `packet` starts with its ICMPv6 header.
  virtual void OnRouterAdvertisement(Packet& packet, const IpReceived& ip) = 0;
  // Somebody else has, or is about to take, an address that is tentative here.
  virtual void OnContention(Interface& interface, const IpAddress& addr,
                            std::span<const std::byte> options) = 0;

 protected:
  ~AutoconfListener() = default;
};

// Keeps addresses and routes: the stack, or somebody else who tells the stack.
class AutoconfTarget {
 public:
  // Adds it; if it is there, its flags and lifetimes are these from now on.
  virtual void Put(Interface& interface, const InterfaceAddress& address) = 0;
  virtual void Drop(Interface& interface, const InterfaceAddress& address) = 0;
  virtual void Put(const Route& route) = 0;
  virtual void Drop(const Route& route) = 0;

 protected:
  ~AutoconfTarget() = default;
};

}  // namespace netstack

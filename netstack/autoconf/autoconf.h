// Autoconf: stateless address autoconfiguration of IPv6 (RFC 4862) and the host's side of router
// discovery (RFC 4861 section 6.3, RFC 4191).  Addresses that are tentative are probed for before
// they count; routers are asked for; what they advertise becomes addresses and routes while it
// lasts.
#pragma once

#include "netstack/stack/autoconf.h"
#include "netstack/stack/stack.h"

namespace netstack {

class Autoconf final : public AutoconfListener, private AutoconfTarget {
 public:
  explicit Autoconf(Stack& stack);
  ~Autoconf();
  // Null: the stack itself.
  void SetTarget(AutoconfTarget* target) { target_ = target != nullptr ? target : this; }

  void OnAddress(Interface& interface, const InterfaceAddress& address, bool removed) override;
  void OnDown(Interface& interface) override;
  void OnRouterAdvertisement(Packet& packet, const IpReceived& ip) override;
  void OnContention(Interface& interface, const IpAddress& addr,
                    std::span<const std::byte> options) override;

 private:
  using Nonce = std::array<std::byte, 6>;
  // Duplicate address detection of one address.
  struct Probe {
    IpAddress addr;
    Time at = 0;
    int sent = 0;
    Nonce nonce{};
  };
  // Times when something ends; 0: never.
  struct Router {
    IpAddress addr;
    Time until = 0;
    uint8_t preference = 0;  // Of RFC 4191: 0 medium, 1 high, 3 low.
  };
  struct Prefix {
    IpAddress prefix;
    int length = 0;
    Time until = 0;
  };
  struct Own {
    InterfaceAddress address;
    Time preferred_until = 0, valid_until = 0;
  };
  struct Link {
    std::vector<Probe> probes;
    std::vector<Router> routers;  // The preferred first.
    std::vector<Prefix> prefixes;
    std::vector<Own> addresses;
    Time solicit_at = 0;  // 0: no more.
    Duration solicit_interval = 0;
    int solicits = 0;
    bool heard = false;  // A router has advertised.
    uint32_t mtu = 0;    // 0: not told
  };
  struct PrefixOption {
    IpAddress prefix;
    int length = 0;
    uint32_t valid = 0, preferred = 0;
  };

  // AutoconfTarget: the stack.
  void Put(Interface& interface, const InterfaceAddress& address) override;
  void Drop(Interface& interface, const InterfaceAddress& address) override;
  void Put(const Route& route) override;
  void Drop(const Route& route) override;

  Link* Find(const Interface& interface);
  bool AcceptsAdvertisements() const;
  void OnTimer();
  void Rearm();
  void RunLink(Interface& interface, Link& link);
  void RunProbes(Interface& interface, Link& link);
  void RunLifetimes(Interface& interface, Link& link);
  void Finish(Interface& interface, const IpAddress& addr);
  void StartSoliciting(Link& link);
  void SendSolicitation(Interface& interface, Link& link);
  void SendProbe(Interface& interface, Probe& probe);
  void Send(Interface& interface, const IpAddress& from, const IpAddress& to,
            std::vector<std::byte> message);

  // --- advertisements (advertisement.cc) ---
  void HandleRouter(Interface& in, Link& link, const IpAddress& addr, uint16_t lifetime,
                    uint8_t preference);
  void HandlePrefix(Interface& in, Link& link, std::span<const std::byte> option);
  void HandleOnLink(Interface& in, Link& link, const PrefixOption& option);
  void HandleAutonomous(Interface& in, Link& link, const PrefixOption& option);
  void HandleMtu(Interface& in, Link& link, uint32_t mtu);
  Route RouteOf(const Interface& in, const Link& link, const Router& router) const;
  Route RouteOf(const Interface& in, const Prefix& prefix) const;
  void PutOwn(Interface& in, Own& own);
  Time After(uint32_t seconds) const;
  uint32_t SecondsUntil(Time at) const;

  Stack& stack_;
  AutoconfTarget* target_ = this;
  std::map<uint32_t, Link> links_;
  StackTimer timer_;
};

}  // namespace netstack

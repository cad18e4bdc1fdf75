// SLAAC: probing for addresses, asking for routers, what they advertise.
#include "netstack/stack/neighbour.h"
#include "tests/unit/netstack/ethernet.h"

namespace netstack {
namespace {

IpAddress Addr6(std::initializer_list<uint8_t> front, std::initializer_list<uint8_t> back = {}) {
  IpAddress::Bytes bytes{};
  std::copy(front.begin(), front.end(), bytes.begin());
  std::copy(back.begin(), back.end(), bytes.end() - static_cast<ptrdiff_t>(back.size()));
  return IpAddress::V6(bytes);
}

class AutoconfTest : public EthernetHost {
 protected:
  static inline const IpAddress kLinkLocal =
      Addr6({0xfe, 0x80}, {0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55});
  static inline const IpAddress kRouter = Addr6({0xfe, 0x80}, {1}),
                                kRouter2 = Addr6({0xfe, 0x80}, {2});
  static inline const IpAddress kAllNodes = Addr6({0xff, 2}, {1}),
                                kAllRouters = Addr6({0xff, 2}, {2});
  static inline const IpAddress kPrefix = Addr6({0x20, 1, 0xd, 0xb8, 0, 1});
  static inline const IpAddress kGlobal =
      Addr6({0x20, 1, 0xd, 0xb8, 0, 1}, {0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55});
  static constexpr uint8_t kBoth = 0xc0;

  struct PrefixInfo {
    uint32_t valid = 86400, preferred = 14400;
    uint8_t flags = kBoth;
    int length = 64;
    IpAddress prefix = kPrefix;
  };
  struct Advert {
    uint16_t lifetime = 1800;
    uint8_t flags = 0;
    uint32_t mtu = 0;
    std::vector<PrefixInfo> prefixes = {{}};
    IpAddress from = kRouter;
    uint8_t hop_limit = 255;
  };
  void Advertise(const Advert& a) {
    std::vector<std::byte> bytes(16);
    Store8(&bytes[0], kIcmp6RouterAdvert);
    Store8(&bytes[4], 64);
    Store8(&bytes[5], a.flags);
    Store16(&bytes[6], a.lifetime);
    auto option = [&](uint8_t type, size_t size) {
      bytes.resize(bytes.size() + size);
      std::byte* at = &bytes[bytes.size() - size];
      Store8(at, type);
      Store8(at + 1, static_cast<uint8_t>(size / 8));
      return at;
    };
    std::memcpy(option(1, 8) + 2, kOtherMac.bytes.data(), 6);
    for (const PrefixInfo& p : a.prefixes) {
      std::byte* at = option(3, 32);
      Store8(at + 2, static_cast<uint8_t>(p.length));
      Store8(at + 3, p.flags);
      Store32(at + 4, p.valid);
      Store32(at + 8, p.preferred);
      std::memcpy(at + 16, p.prefix.bytes().data(), 16);
    }
    if (a.mtu != 0) Store32(option(5, 8) + 4, a.mtu);
    Inject(a.from, kAllNodes, kProtoIcmp6, bytes, a.hop_limit);
  }
  // A neighbour that asks for, or has, an address.
  void Contend(uint8_t type, const IpAddress& target, std::span<const std::byte> option = {}) {
    std::vector<std::byte> bytes(24);
    Store8(&bytes[0], type);
    std::memcpy(&bytes[8], target.bytes().data(), 16);
    bytes.insert(bytes.end(), option.begin(), option.end());
    const bool solicit = type == kIcmp6NeighbourSolicit;
    Inject(solicit ? IpAddress::AnyV6() : kRouter, solicit ? target.SolicitedNode() : kAllNodes,
           kProtoIcmp6, bytes, 255);
  }
  uint32_t Flags(const IpAddress& addr) {
    const InterfaceAddress* own = eth->FindAddress(addr);
    return own != nullptr ? own->flags : ~0u;
  }
  bool Tentative(const IpAddress& addr) { return (Flags(addr) & kAddrTentative) != 0; }
  std::vector<Route> RoutesTo(const IpAddress& dst, int prefix) {
    std::vector<Route> found;
    for (const Route& route : net.stack().routes()) {
      if (route.dst == dst && route.prefix == prefix && route.table == kTableMain)
        found.push_back(route);
    }
    return found;
  }
  std::vector<Route> Defaults() { return RoutesTo(IpAddress::AnyV6(), 0); }
  // Up, and the link-local address is there.
  void Ready() {
    Up();
    Pass(3 * kSecond);
    ASSERT_FALSE(Tentative(kLinkLocal));
    Discard();
  }
};

TEST_F(AutoconfTest, LinkLocalAddressIsProbedFor) {
  Up();
  EXPECT_TRUE(Tentative(kLinkLocal));
  EXPECT_FALSE(net.stack().CanBind(kLinkLocal, eth->index()));
  Pass(kSecond);
  const WirePacket probe = MustNext(false, kIcmp6NeighbourSolicit);
  EXPECT_TRUE(probe.source.IsAny());
  EXPECT_EQ(probe.destination, kLinkLocal.SolicitedNode());
  EXPECT_EQ(probe.hop_limit, 255);
  EXPECT_EQ(IpAddress::V6Bytes(&probe.payload[8]), kLinkLocal);
  EXPECT_NE(Load8(&probe.payload[24]), 1);  // RFC 4861: no address from nobody.
  // Nobody is told of it yet.
  Contend(kIcmp6NeighbourAdvert, kRouter);
  EXPECT_TRUE(Tentative(kLinkLocal));
  Pass(kSecond);
  EXPECT_EQ(Flags(kLinkLocal), kAddrPermanent);
  EXPECT_TRUE(net.stack().CanBind(kLinkLocal, eth->index()));
  // And then it is used to ask for routers.
  const WirePacket solicit = MustNext(false, kIcmp6RouterSolicit);
  EXPECT_EQ(solicit.source, kLinkLocal);
  EXPECT_EQ(solicit.destination, kAllRouters);
  EXPECT_EQ(solicit.hop_limit, 255);
  EXPECT_EQ(Load8(&solicit.payload[8]), 1);
}

TEST_F(AutoconfTest, RoutersAreAskedForEverMoreRarely) {
  Ready();
  std::vector<Time> asked;
  for (int i = 0; i < 20000; i++) {
    Pass(kSecond);
    while (auto packet = Next(false)) {
      if (packet->type() == kIcmp6RouterSolicit) asked.push_back(environment.now);
    }
  }
  ASSERT_GE(asked.size(), 12u);
  EXPECT_LE(asked.size(), 18u);
  EXPECT_NEAR(static_cast<double>(asked[1] - asked[0]) / kSecond, 8, 2);
  EXPECT_NEAR(static_cast<double>(asked.back() - asked[asked.size() - 2]) / kSecond, 3600, 400);
}

TEST_F(AutoconfTest, DuplicateIsFound) {
  for (uint8_t type : {kIcmp6NeighbourSolicit, kIcmp6NeighbourAdvert}) {
    Up();
    Pass(kSecond);
    Contend(type, kLinkLocal);
    Pass(5 * kSecond);
    EXPECT_EQ(Flags(kLinkLocal), kAddrPermanent | kAddrTentative | kAddrDadFailed);
    EXPECT_EQ(eth->SourceFor(kRouter), nullptr);
    Down();
    Discard();
  }
}

TEST_F(AutoconfTest, OurOwnProbeIsNoDuplicate) {
  Up();
  Pass(kSecond);
  const WirePacket probe = MustNext(false, kIcmp6NeighbourSolicit);
  Contend(kIcmp6NeighbourSolicit, kLinkLocal, std::span(probe.payload).subspan(24));
  Pass(5 * kSecond);
  EXPECT_EQ(Flags(kLinkLocal), kAddrPermanent);
}

TEST_F(AutoconfTest, WithoutProbing) {
  net.stack().sysctl().ipv6_accept_dad = 0;
  Up();
  EXPECT_FALSE(Tentative(kLinkLocal));
  Pass(0);
  MustNext(false, kIcmp6RouterSolicit);
  Advertise({});
  EXPECT_FALSE(Tentative(kGlobal));
}

TEST_F(AutoconfTest, AdvertisementMakesAddressAndRoutes) {
  Ready();
  Advertise({});
  ASSERT_TRUE(Tentative(kGlobal));
  Pass(3 * kSecond);
  ASSERT_EQ(Flags(kGlobal) & ~0x100u, kAddrNoPrefixRoute);
  EXPECT_EQ(eth->FindAddress(kGlobal)->prefix, 64);
  EXPECT_NEAR(eth->FindAddress(kGlobal)->valid_lft, 86400, 4);
  ASSERT_EQ(Defaults().size(), 1u);
  const Route route = Defaults()[0];
  EXPECT_EQ(route.gateway, kRouter);
  EXPECT_EQ(route.protocol, kProtoRa);
  EXPECT_EQ(route.metric, 1024u);
  EXPECT_NEAR(static_cast<double>(route.expires - environment.now) / kSecond, 1800, 4);
  ASSERT_EQ(RoutesTo(kPrefix, 64).size(), 1u);
  EXPECT_EQ(RoutesTo(kPrefix, 64)[0].protocol, kProtoKernel);
  // It is used for what is far away.
  Result<RouteResult> way =
      net.stack().FindRoute(Addr6({0x20, 1, 0xd, 0xb8, 9}, {9}), IpAddress::AnyV6(), 0);
  ASSERT_TRUE(way.ok());
  EXPECT_EQ(way->next_hop, kRouter);
  EXPECT_EQ(way->source, kGlobal);
  // And there is nothing to ask for any more.
  Discard();
  Pass(1000 * kSecond);
  EXPECT_FALSE(Next(false).has_value());
}

TEST_F(AutoconfTest, LifetimesEnd) {
  Ready();
  Advertise({.lifetime = 100, .prefixes = {{.valid = 300, .preferred = 200}}});
  Pass(99 * kSecond);
  EXPECT_EQ(Defaults().size(), 1u);
  Pass(2 * kSecond);
  EXPECT_EQ(Defaults().size(), 0u);
  Pass(100 * kSecond);
  EXPECT_NE(Flags(kGlobal) & kAddrDeprecated, 0u);
  EXPECT_EQ(eth->FindAddress(kGlobal)->preferred_lft, 0u);
  Pass(100 * kSecond);
  EXPECT_EQ(eth->FindAddress(kGlobal), nullptr);
  EXPECT_EQ(RoutesTo(kPrefix, 64).size(), 0u);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(AutoconfTest, LifetimesAreRenewed) {
  Ready();
  for (int i = 0; i < 5; i++) {
    Advertise({.lifetime = 100, .prefixes = {{.valid = 300, .preferred = 200}}});
    Pass(90 * kSecond);
  }
  EXPECT_EQ(Defaults().size(), 1u);
  EXPECT_EQ(Flags(kGlobal) & kAddrDeprecated, 0u);
  // Deprecated at once, and used again.
  Advertise({.prefixes = {{.valid = 300, .preferred = 0}}});
  EXPECT_NE(Flags(kGlobal) & kAddrDeprecated, 0u);
  Advertise({.prefixes = {{.valid = 300, .preferred = 200}}});
  EXPECT_EQ(Flags(kGlobal) & kAddrDeprecated, 0u);
  // The router withdraws.
  Advertise({.lifetime = 0});
  EXPECT_EQ(Defaults().size(), 0u);
}

// RFC 4862 section 5.5.3 (e).
TEST_F(AutoconfTest, AddressCannotBeTakenAwayAtOnce) {
  Ready();
  Advertise({});
  Pass(3 * kSecond);
  Advertise({.prefixes = {{.valid = 1, .preferred = 1}}});
  EXPECT_EQ(eth->FindAddress(kGlobal)->valid_lft, 7200u);
  Pass(5 * kSecond);
  ASSERT_NE(eth->FindAddress(kGlobal), nullptr);
  EXPECT_EQ(RoutesTo(kPrefix, 64).size(), 0u);  // The prefix alone goes.
  Advertise({.prefixes = {{.valid = 0, .preferred = 0}}});
  EXPECT_NEAR(eth->FindAddress(kGlobal)->valid_lft, 7195, 1);
}

TEST_F(AutoconfTest, DuplicateOfAnAdvertisedPrefixGoes) {
  Ready();
  Advertise({});
  Pass(kSecond);
  Contend(kIcmp6NeighbourAdvert, kGlobal);
  EXPECT_EQ(eth->FindAddress(kGlobal), nullptr);
}

TEST_F(AutoconfTest, PrefixesOfOtherKinds) {
  Ready();
  Advertise({.prefixes = {{.flags = 0x80, .prefix = Addr6({0x20, 1, 1})},
                          {.flags = 0x40, .prefix = Addr6({0x20, 1, 2})},
                          {.length = 48, .prefix = Addr6({0x20, 1, 3})},
                          {.valid = 10, .preferred = 20, .prefix = Addr6({0x20, 1, 4})},
                          {.prefix = Addr6({0xfe, 0x80})}}});
  EXPECT_EQ(RoutesTo(Addr6({0x20, 1, 1}), 64).size(), 1u);  // On link alone,
  EXPECT_EQ(RoutesTo(Addr6({0x20, 1, 2}), 64).size(), 0u);  // for addresses alone,
  EXPECT_EQ(RoutesTo(Addr6({0x20, 1, 3}), 48).size(), 1u);  // not long enough for them,
  EXPECT_EQ(RoutesTo(Addr6({0x20, 1, 4}), 64).size(), 0u);  // and nonsense.
  EXPECT_EQ(eth->addresses().size(), 2u);
}

TEST_F(AutoconfTest, MtuOfTheLink) {
  Ready();
  Advertise({.mtu = 1400});
  EXPECT_EQ(Defaults()[0].mtu, 1400u);
  Pass(3 * kSecond);
  EXPECT_EQ(net.stack().FindRoute(Addr6({0x20, 1, 9}, {9}), IpAddress::AnyV6(), 0)->mtu, 1400u);
  const IpAddress near = Addr6({0x20, 1, 0xd, 0xb8, 0, 1}, {9});
  EXPECT_EQ(net.stack().FindRoute(near, IpAddress::AnyV6(), 0)->mtu, 1400u);
  Advertise({.mtu = 1000});  // Less than IPv6 allows.
  EXPECT_EQ(Defaults()[0].mtu, 1400u);
  Advertise({.mtu = 9000});  // More than the device can.
  EXPECT_EQ(Defaults()[0].mtu, 1400u);
}

TEST_F(AutoconfTest, RoutersAreUsedInTheOrderOfTheirPreference) {
  Ready();
  Advertise({.flags = 3 << 3});  // Low.
  Advertise({.from = kRouter2});
  ASSERT_EQ(Defaults().size(), 2u);
  EXPECT_EQ(Defaults()[0].gateway, kRouter2);
  Advertise({.flags = 1 << 3});  // High.
  ASSERT_EQ(Defaults().size(), 2u);
  EXPECT_EQ(Defaults()[0].gateway, kRouter);
  EXPECT_EQ(Defaults()[0].preference, 1);
  Advertise({.lifetime = 0});
  ASSERT_EQ(Defaults().size(), 1u);
  EXPECT_EQ(Defaults()[0].gateway, kRouter2);
}

TEST_F(AutoconfTest, NeighbourIsLearntWithTheRouter) {
  Ready();
  Advertise({});
  ASSERT_EQ(net.stack().neighbours().size(), 1u);
  EXPECT_EQ(net.stack().neighbours()[0].mac, kOtherMac);
  EXPECT_TRUE(net.stack().neighbours()[0].router);
}

TEST_F(AutoconfTest, AdvertisementsThatDoNotCount) {
  Ready();
  Advertise({.hop_limit = 254});                          // From beyond a router.
  Advertise({.from = Addr6({0x20, 1, 0xd, 0xb8}, {1})});  // Not link-local.
  net.stack().sysctl().ipv6_forwarding = true;            // We are a router ourselves.
  Advertise({});
  net.stack().sysctl().ipv6_forwarding = false;
  net.stack().sysctl().ipv6_accept_ra = 0;
  Advertise({});
  EXPECT_EQ(Defaults().size(), 0u);
  net.stack().sysctl().ipv6_accept_ra = 2;
  net.stack().sysctl().ipv6_forwarding = true;
  Advertise({});
  EXPECT_EQ(Defaults().size(), 1u);
}

TEST_F(AutoconfTest, MalformedOptionsVoidTheWhole) {
  Ready();
  std::vector<std::byte> bytes(16 + 8);
  Store8(&bytes[0], kIcmp6RouterAdvert);
  Store16(&bytes[6], 1800);
  for (uint8_t length : {0, 2}) {
    Store8(&bytes[16], 1);
    Store8(&bytes[17], length);
    Inject(kRouter, kAllNodes, kProtoIcmp6, bytes, 255);
  }
  EXPECT_EQ(Defaults().size(), 0u);
}

TEST_F(AutoconfTest, MemoryIsBounded) {
  Ready();
  for (uint32_t i = 0; i < 1000; i++) {
    const auto high = static_cast<uint8_t>(i >> 8), low = static_cast<uint8_t>(i);
    Advertise({.prefixes = {{.prefix = Addr6({0x20, 1, high, low})}},
               .from = Addr6({0xfe, 0x80}, {high, low, 9})});
  }
  EXPECT_LE(Defaults().size(), 16u);
  EXPECT_LE(eth->addresses().size(), 17u);
  EXPECT_LE(net.stack().routes().size(), 200u);
}

TEST_F(AutoconfTest, NoiseIsHarmless) {
  Ready();
  for (uint32_t i = 0; i < 20000; i++) {
    std::vector<std::byte> bytes(24 + i % 200);
    environment.Random(bytes);
    constexpr uint8_t kTypes[] = {130, 131, 132, 133, 134, 135, 136, 137, 143};
    Store8(&bytes[0], kTypes[i % 9]);
    Store8(&bytes[1], 0);
    // Lengths that are likely make more of it be looked at.
    for (size_t at = 17; at + 8 < bytes.size(); at += 8) Store8(&bytes[at], 1 + i % 4);
    const bool mld = i % 9 < 3;
    Inject(kRouter, kAllNodes, kProtoIcmp6, bytes, mld ? 1 : 255);
    if (i % 50 == 0) Pass(100 * kMillisecond);
    Discard();
  }
  EXPECT_LE(eth->addresses().size(), 20u);
  EXPECT_LE(net.stack().routes().size(), 100u);
  EXPECT_LT(net.stack().timers().armed(), 2000u);
}

TEST_F(AutoconfTest, GoesWithTheDevice) {
  Ready();
  Advertise({});
  Down();
  EXPECT_EQ(eth->addresses().size(), 0u);
  EXPECT_EQ(Defaults().size(), 0u);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
  Up();
  Pass(3 * kSecond);
  MustNext(false, kIcmp6RouterSolicit);
}

}  // namespace
}  // namespace netstack

// IGMP and MLD: what a host tells routers about its groups.
#include "netstack/group/reporter.h"
#include "tests/unit/netstack/ethernet.h"

namespace netstack {
namespace {

IpAddress Group6(uint8_t scope, uint8_t last) {
  return IpAddress::V6({0xff, scope, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, last});
}

class Groups : public EthernetHost {
 protected:
  static inline const IpAddress kGroup = IpAddress::V4(0xe1020304);
  static inline const IpAddress kQuerier = IpAddress::V4(0x0a0000fe);
  static inline const IpAddress kAllHosts = IpAddress::V4(0xe0000001);
  static inline const IpAddress kReports = IpAddress::V4(0xe0000016);
  static inline const IpAddress kQuerier6 =
      IpAddress::V6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9});
  static inline const IpAddress kAllNodes =
      IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  static inline const IpAddress kReports6 =
      IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16});

  void SetUp() override {
    net.stack().sysctl().ipv6_router_solicitations = 0;
    AddAddress(IpAddress::V4(0x0a000001), 24);
    Up();
    Pass(30 * kSecond);
    Discard();
    udp = net.CreateUdp(2, 0);
    udp6 = net.CreateUdp(10, 0);
  }
  void TearDown() override {
    udp->Close();
    udp6->Close();
  }

  static IpAddress Source(uint32_t n) { return IpAddress::V4(0x0a000100 + n); }

  struct Told {
    int type;
    IpAddress group;
    std::vector<IpAddress> sources;
    bool operator==(const Told&) const = default;
  };
  // The records of the next report.
  std::vector<Told> NextReport(bool v4 = true) {
    const WirePacket packet = MustNext(v4, v4 ? kIgmpReport3 : kMldReport2);
    EXPECT_EQ(packet.hop_limit, 1);
    EXPECT_TRUE(packet.router_alert);
    EXPECT_EQ(packet.destination, v4 ? kReports : kReports6);
    EXPECT_EQ(packet.to, MacAddress::ForMulticast(packet.destination));
    const size_t address = v4 ? 4 : 16;
    auto read = [&](size_t at) {
      return v4 ? IpAddress::V4Bytes(&packet.payload[at]) : IpAddress::V6Bytes(&packet.payload[at]);
    };
    std::vector<Told> all;
    size_t at = 8;
    for (uint16_t left = Load16(&packet.payload[6]); left != 0; left--) {
      Told told{Load8(&packet.payload[at]), read(at + 4), {}};
      const size_t count = Load16(&packet.payload[at + 2]);
      at += 4 + address;
      for (size_t i = 0; i < count; i++, at += address) told.sources.push_back(read(at));
      all.push_back(told);
    }
    EXPECT_EQ(at, packet.payload.size());
    return all;
  }
  bool Quiet(bool v4 = true) { return !Next(v4); }

  void Query(const IpAddress& group, uint8_t code, std::vector<IpAddress> sources = {},
             int size = 12) {
    std::vector<std::byte> bytes(static_cast<size_t>(size));
    Store8(&bytes[0], kIgmpQuery);
    Store8(&bytes[1], code);
    Store32(&bytes[4], group.IsAny() ? 0 : group.v4());
    if (size == 12) {
      Store8(&bytes[8], 2);
      Store8(&bytes[9], 125);
      Store16(&bytes[10], static_cast<unsigned>(sources.size()));
      for (const IpAddress& source : sources) {
        bytes.resize(bytes.size() + 4);
        Store32(&bytes[bytes.size() - 4], source.v4());
      }
    }
    Inject(kQuerier, group.IsAny() ? kAllHosts : group, kProtoIgmp, bytes, 1);
  }
  void Query6(const IpAddress& group, uint16_t code, size_t size = 28, uint8_t hop_limit = 1) {
    std::vector<std::byte> bytes(size);
    Store8(&bytes[0], kMldQuery);
    Store16(&bytes[4], code);
    if (!group.IsAny()) std::memcpy(&bytes[8], group.bytes().data(), 16);
    Inject(kQuerier6, group.IsAny() ? kAllNodes : group, kProtoIcmp6, bytes, hop_limit);
  }
  void OldReport(uint8_t type) {
    std::vector<std::byte> bytes(8);
    Store8(&bytes[0], type);
    Store32(&bytes[4], kGroup.v4());
    Inject(Source(7), kGroup, kProtoIgmp, bytes, 1);
  }

  Ref<UdpEndpoint> udp, udp6;
};

TEST_F(Groups, JoiningAndLeavingAreTold) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  Pass(0);
  const std::vector<Told> joined{{GroupRecord::kToExclude, kGroup, {}}};
  EXPECT_EQ(NextReport(), joined);
  EXPECT_TRUE(Quiet());
  Pass(kSecond);  // Once more, in case it was lost.
  EXPECT_EQ(NextReport(), joined);
  Pass(100 * kSecond);
  EXPECT_TRUE(Quiet());
  // Another member changes nothing.
  auto second = net.CreateUdp(2, 0);
  ASSERT_TRUE(second->JoinGroup(kGroup, index).ok());
  ASSERT_TRUE(udp->LeaveGroup(kGroup, index).ok());
  Pass(10 * kSecond);
  EXPECT_TRUE(Quiet());
  second->Close();
  Pass(2 * kSecond);
  const std::vector<Told> left{{GroupRecord::kToInclude, kGroup, {}}};
  EXPECT_EQ(NextReport(), left);
  EXPECT_EQ(NextReport(), left);
  EXPECT_TRUE(Quiet());
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(Groups, SourcesAreTold) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index, Source(1)).ok());
  Pass(2 * kSecond);
  const std::vector<Told> first{{GroupRecord::kAllow, kGroup, {Source(1)}}};
  EXPECT_EQ(NextReport(), first);
  EXPECT_EQ(NextReport(), first);
  ASSERT_TRUE(udp->JoinGroup(kGroup, index, Source(2)).ok());
  ASSERT_TRUE(udp->LeaveGroup(kGroup, index, Source(1)).ok());
  Pass(0);
  const std::vector<Told> change{{GroupRecord::kAllow, kGroup, {Source(2)}},
                                 {GroupRecord::kBlock, kGroup, {Source(1)}}};
  EXPECT_EQ(NextReport(), change);
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport(), change);
  // Who wants all but some outweighs who wants one; what one of them wants comes.
  auto all = net.CreateUdp(2, 0);
  ASSERT_TRUE(all->JoinGroup(kGroup, index).ok());
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport()[0], (Told{GroupRecord::kToExclude, kGroup, {}}));
  Discard();
  ASSERT_TRUE(all->BlockSource(kGroup, index, Source(2)).ok());
  ASSERT_TRUE(all->BlockSource(kGroup, index, Source(3)).ok());
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport()[0], (Told{GroupRecord::kBlock, kGroup, {Source(3)}}));
  all->Close();
}

TEST_F(Groups, GeneralQueryIsAnsweredOnceForAll) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  ASSERT_TRUE(udp->JoinGroup(IpAddress::V4(0xe1020305), index, Source(1)).ok());
  Pass(5 * kSecond);
  Discard();
  Query(IpAddress::AnyV4(), 50);
  Query(IpAddress::AnyV4(), 50);
  EXPECT_TRUE(Quiet());
  Pass(5 * kSecond);
  const std::vector<Told> all = NextReport();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], (Told{GroupRecord::kIsExclude, kGroup, {}}));
  EXPECT_EQ(all[1], (Told{GroupRecord::kIsInclude, IpAddress::V4(0xe1020305), {Source(1)}}));
  EXPECT_TRUE(Quiet());
}

TEST_F(Groups, QueryForOneGroupAndItsSources) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  ASSERT_TRUE(udp->BlockSource(kGroup, index, Source(1)).ok());
  Pass(5 * kSecond);
  Discard();
  Query(IpAddress::V4(0xe1020305), 10);  // Not ours.
  Pass(5 * kSecond);
  EXPECT_TRUE(Quiet());
  Query(kGroup, 10);
  Pass(kSecond);
  EXPECT_EQ(NextReport(), (std::vector<Told>{{GroupRecord::kIsExclude, kGroup, {Source(1)}}}));
  Query(kGroup, 10, {Source(1), Source(2)});
  Pass(kSecond);
  EXPECT_EQ(NextReport(), (std::vector<Told>{{GroupRecord::kIsInclude, kGroup, {Source(2)}}}));
  Query(kGroup, 10, {Source(1)});
  Pass(5 * kSecond);
  EXPECT_TRUE(Quiet());  // Not wanted.
}

TEST_F(Groups, OlderQuerier) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  Pass(5 * kSecond);
  Discard();
  Query(IpAddress::AnyV4(), 100, {}, 8);
  EXPECT_EQ(net.groups().Version(index, true), 2);
  Pass(10 * kSecond);
  const WirePacket report = MustNext(true, kIgmpReport2);
  EXPECT_EQ(report.destination, kGroup);
  EXPECT_EQ(report.hop_limit, 1);
  EXPECT_TRUE(report.router_alert);
  EXPECT_TRUE(net.groups().StatusOf(index, kGroup).last_reporter);
  // Somebody else answers first.
  Query(kGroup, 100, {}, 8);
  EXPECT_GE(net.groups().StatusOf(index, kGroup).answer_in, 0);
  OldReport(kIgmpReport2);
  Pass(20 * kSecond);
  EXPECT_TRUE(Quiet());
  EXPECT_FALSE(net.groups().StatusOf(index, kGroup).last_reporter);
  ASSERT_TRUE(udp->LeaveGroup(kGroup, index).ok());
  Pass(20 * kSecond);
  EXPECT_TRUE(Quiet());  // It was not the last to report.
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  Pass(0);
  EXPECT_EQ(MustNext(true, kIgmpReport2).destination, kGroup);
  Pass(11 * kSecond);
  EXPECT_EQ(MustNext(true, kIgmpReport2).destination, kGroup);
  ASSERT_TRUE(udp->LeaveGroup(kGroup, index).ok());
  EXPECT_EQ(MustNext(true, kIgmpLeave).destination, IpAddress::V4(0xe0000002));
  // It is gone: the newer version again.
  Pass(300 * kSecond);
  EXPECT_EQ(net.groups().Version(index, true), 3);
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  Pass(0);
  EXPECT_EQ(NextReport()[0].type, GroupRecord::kToExclude);
}

TEST_F(Groups, OldestQuerier) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp->JoinGroup(kGroup, index).ok());
  Pass(5 * kSecond);
  Discard();
  Query(IpAddress::AnyV4(), 0, {}, 8);
  Pass(10 * kSecond);
  EXPECT_EQ(MustNext(true, kIgmpReport1).destination, kGroup);
  ASSERT_TRUE(udp->LeaveGroup(kGroup, index).ok());
  EXPECT_TRUE(Quiet());
}

TEST_F(Groups, AddressesOfIpv6AreMemberships) {
  const IpAddress addr = IpAddress::V6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3});
  AddAddress(addr, 64);
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport(false),
            (std::vector<Told>{{GroupRecord::kToExclude, addr.SolicitedNode(), {}}}));
  ASSERT_TRUE(net.stack().RemoveAddress(*eth, addr, 64).ok());
  Discard();
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport(false),
            (std::vector<Told>{{GroupRecord::kToInclude, addr.SolicitedNode(), {}}}));
}

TEST_F(Groups, Mld) {
  const uint32_t index = eth->index();
  ASSERT_TRUE(udp6->JoinGroup(Group6(5, 1), index).ok());
  ASSERT_TRUE(udp6->JoinGroup(Group6(1, 2), index).ok());  // Of this interface alone.
  Pass(2 * kSecond);
  EXPECT_EQ(NextReport(false), (std::vector<Told>{{GroupRecord::kToExclude, Group6(5, 1), {}}}));
  Discard();
  Query6(IpAddress::AnyV6(), 1000);
  Pass(kSecond);
  // The link-local address has a group, too.
  const std::vector<Told> all = NextReport(false);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1], (Told{GroupRecord::kIsExclude, Group6(5, 1), {}}));
  Query6(IpAddress::AnyV6(), 1000, 28, 64);  // From beyond a router.
  Pass(2 * kSecond);
  EXPECT_TRUE(Quiet(false));
  Query6(Group6(5, 1), 1000, 24);
  Pass(kSecond);
  const WirePacket report = MustNext(false, kMldReport1);
  EXPECT_EQ(report.destination, Group6(5, 1));
  EXPECT_TRUE(report.router_alert);
  EXPECT_TRUE(report.source.IsLinkLocal());
  ASSERT_TRUE(udp6->LeaveGroup(Group6(5, 1), index).ok());
  EXPECT_EQ(MustNext(false, kMldDone).hop_limit, 1);
}

TEST_F(Groups, ManyGroupsNeedSeveralMessages) {
  const uint32_t index = eth->index();
  std::vector<Ref<UdpEndpoint>> sockets;
  for (uint32_t i = 0; i < 500; i++) {
    if (i % 20 == 0) sockets.push_back(net.CreateUdp(2, 0));
    ASSERT_TRUE(sockets.back()->JoinGroup(IpAddress::V4(0xe1030000 + i), index).ok());
  }
  Pass(0);
  size_t groups = 0, messages = 0;
  while (groups < 500 && messages < 10) {
    groups += NextReport().size();
    messages++;
  }
  EXPECT_EQ(groups, 500u);
  EXPECT_EQ(messages, 3u);
  for (auto& socket : sockets) socket->Close();
}

TEST_F(Groups, MalformedQueriesAreIgnored) {
  ASSERT_TRUE(udp->JoinGroup(kGroup, eth->index()).ok());
  Pass(5 * kSecond);
  Discard();
  for (int size : {9, 10, 11}) Query(IpAddress::AnyV4(), 1, {}, size);
  std::vector<std::byte> short_of_sources(12);
  Store8(&short_of_sources[0], kIgmpQuery);
  Store32(&short_of_sources[4], kGroup.v4());
  Store16(&short_of_sources[10], 100);
  Inject(kQuerier, kGroup, kProtoIgmp, short_of_sources, 1);
  Pass(20 * kSecond);
  EXPECT_TRUE(Quiet());
}

TEST_F(Groups, NoiseIsHarmless) {
  for (uint8_t i = 0; i < 10; i++) {
    const IpAddress group = IpAddress::V4(0xe1020304u + i);
    ASSERT_TRUE(udp->JoinGroup(group, eth->index(), i % 2 == 0 ? Source(i) : IpAddress()).ok());
  }
  for (uint32_t i = 0; i < 20000; i++) {
    std::vector<std::byte> bytes(8 + i % 100);
    environment.Random(bytes);
    constexpr uint8_t kTypes[] = {kIgmpQuery, kIgmpReport1, kIgmpReport2, kIgmpLeave, kIgmpReport3};
    Store8(&bytes[0], kTypes[i % 5]);
    if (i % 3 != 0) Store32(&bytes[4], 0xe1020304u + i % 12);
    if (bytes.size() > 12) Store16(&bytes[10], static_cast<unsigned>((bytes.size() - 12) / 4));
    Inject(kQuerier, kAllHosts, kProtoIgmp, bytes, 1);
    if (i % 50 == 0) Pass(100 * kMillisecond);
    Discard();
  }
  udp->Close();
  Pass(100000 * kSecond);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(Groups, NothingIsToldOfWhatIsDown) {
  Down();
  ASSERT_TRUE(udp->JoinGroup(kGroup, eth->index()).ok());
  Pass(5 * kSecond);
  EXPECT_TRUE(Quiet());
  Up();
  Pass(5 * kSecond);
  EXPECT_EQ(NextReport(), (std::vector<Told>{{GroupRecord::kToExclude, kGroup, {}}}));
}

TEST_F(LoopbackTest, GroupsOnLoopbackAreNobodysBusiness) {
  auto udp = net.CreateUdp(kInet, 0);
  const uint64_t before = net.stack().stats().ip4.out_requests;
  ASSERT_TRUE(udp->JoinGroup(IpAddress::V4(0xe1020304), net.stack().loopback()->index()).ok());
  Pass(10 * kSecond);
  EXPECT_EQ(net.stack().stats().ip4.out_requests, before);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
  udp->Close();
}

}  // namespace
}  // namespace netstack

#include <poll.h>

#include "netstack/link/channel.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/udp.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

std::vector<std::byte> EchoRequest(uint8_t type, size_t size) {
  std::vector<std::byte> bytes(8 + size, std::byte{'p'});
  IcmpHeader{type, 0, 0, 0x00000007}.Write(bytes.data());
  return bytes;
}

TEST_F(LoopbackTest, PingSocket) {
  for (int family : {kInet, kInet6}) {
    auto ping = net.CreatePing(family, 0);
    const std::vector<std::byte> request =
        EchoRequest(family == kInet ? kIcmpEcho : kIcmp6Echo, 56);
    SpanSource source(request);
    EXPECT_EQ(ping->Send(source, {.to = Local(family, 0)}).value_or(0), 64u);
    DatagramInfo info;
    const std::string reply = Read(*ping, &info);
    ASSERT_EQ(reply.size(), 64u);
    const IcmpHeader header = IcmpHeader::Parse(reinterpret_cast<const std::byte*>(reply.data()));
    EXPECT_EQ(header.type, family == kInet ? kIcmpEchoReply : kIcmp6EchoReply);
    EXPECT_EQ(header.rest, static_cast<uint32_t>(ping->LocalAddress()->port) << 16 | 7);
    EXPECT_EQ(info.ttl, 64);
    ping->Close();
  }
}

TEST_F(LoopbackTest, RawSocketSeesIpHeader) {
  auto raw = net.CreateRaw(kInet, kProtoUdp, 0);
  auto a = net.CreateUdp(kInet, 0), b = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Bind(Local(kInet, 5000)).ok());
  ASSERT_TRUE(Write(*b, "hello", {.to = Local(kInet, 5000)}).ok());
  const std::string seen = Read(*raw);
  ASSERT_EQ(seen.size(), 20u + 8 + 5);
  EXPECT_EQ(seen.substr(28), "hello");
  EXPECT_EQ(Read(*a), "hello");
  for (auto* e : {a.get(), b.get()}) e->Close();
  raw->Close();
}

TEST_F(LoopbackTest, PacketSocketSeesBothDirections) {
  auto tap = net.CreatePacket(true, kEtherAll, 0);
  auto a = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Bind(Local(kInet, 5000)).ok());
  ASSERT_TRUE(Write(*a, "hello", {.to = Local(kInet, 5000)}).ok());
  std::array<std::byte, 200> bytes;
  LinkPacketInfo info;
  for (PacketType type : {PacketType::kOutgoing, PacketType::kHost}) {
    SpanSink sink(bytes);
    EXPECT_EQ(tap->Receive(sink, false, &info).value_or(0), 14u + 20 + 8 + 5);
    EXPECT_EQ(info.from.type, type);
    EXPECT_EQ(info.from.protocol, kEtherIpv4);
  }
  SpanSink sink(bytes);
  EXPECT_TRUE(tap->Receive(sink, false, &info).Is(EAGAIN));
  tap->Close();
  a->Close();
}

TEST_F(LoopbackTest, LargeDatagramsAndLimits) {
  auto a = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Bind(Local(kInet, 5000)).ok());
  EXPECT_EQ(Write(*a, std::string(65507, 'x'), {.to = Local(kInet, 5000)}).value_or(0), 65507u);
  EXPECT_EQ(Read(*a).size(), 65507u);
  EXPECT_TRUE(Write(*a, std::string(65508, 'x'), {.to = Local(kInet, 5000)}).Is(EMSGSIZE));
  EXPECT_TRUE(Write(*a, "x").Is(EDESTADDRREQ));
  EXPECT_EQ(Write(*a, "", {.to = Local(kInet, 5000)}).value_or(1), 0u);
  DatagramInfo info;
  EXPECT_EQ(Read(*a, &info), "");
  EXPECT_EQ(info.source.port, 5000);
  a->Close();
}

TEST_F(LoopbackTest, ReceiveBufferBoundsDatagrams) {
  auto a = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Bind(Local(kInet, 5000)).ok());
  for (int i = 0; i < 10000; i++) ASSERT_TRUE(Write(*a, "x", {.to = Local(kInet, 5000)}).ok());
  int got = 0;
  while (ReadError(*a) == 0) got++;
  EXPECT_GT(got, 100);
  EXPECT_LT(got, 1000);
  EXPECT_EQ(net.stack().stats().udp4.rcvbuf_errors, 10000u - static_cast<unsigned>(got));
  a->Close();
}

TEST_F(LoopbackTest, PortRules) {
  std::vector<Ref<TcpEndpoint>> held;
  auto bind = [&](int family, const SocketAddr& at, bool reuse_address, bool reuse_port,
                  uint32_t uid = 0) {
    auto e = net.CreateTcp(family, uid);
    e->options.reuse_address = reuse_address;
    e->options.reuse_port = reuse_port;
    Result<void> bound = e->Bind(at);
    held.push_back(e);
    return bound.ok() ? 0 : bound.error().value();
  };
  const SocketAddr any4{IpAddress::AnyV4(), 700, 0}, any6{IpAddress::AnyV6(), 700, 0};
  EXPECT_EQ(bind(kInet, Local(kInet, 700), false, false), 0);
  EXPECT_EQ(bind(kInet, Local(kInet, 700), true, true), EADDRINUSE);
  EXPECT_EQ(bind(kInet, any4, false, false), EADDRINUSE);
  EXPECT_EQ(bind(kInet6, any6, false, false), EADDRINUSE);       // Dual stack meets 127.0.0.1,
  EXPECT_EQ(bind(kInet6, Local(kInet6, 700), false, false), 0);  // ::1 does not.
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000002), 700, 0}, false, false), 0);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 701, 0}, true, false), 0);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 701, 0}, true, false), 0);
  EXPECT_TRUE(held.back()->Listen(1).ok());
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 701, 0}, true, false), EADDRINUSE);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 702, 0}, false, true, 5), 0);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 702, 0}, false, true, 5), 0);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x7f000001), 702, 0}, false, true, 6), EADDRINUSE);
  EXPECT_EQ(bind(kInet, {IpAddress::V4(0x0a000001), 703, 0}, false, false), EADDRNOTAVAIL);
  for (auto& e : held) e->Close();
}

TEST_F(LoopbackTest, UdpReusePortSpreads) {
  std::vector<Ref<UdpEndpoint>> group;
  for (int i = 0; i < 4; i++) {
    group.push_back(net.CreateUdp(kInet, 0));
    group.back()->options.reuse_port = true;
    ASSERT_TRUE(group.back()->Bind(Local(kInet, 5000)).ok());
  }
  for (int i = 0; i < 200; i++) {
    auto sender = net.CreateUdp(kInet, 0);
    ASSERT_TRUE(Write(*sender, "x", {.to = Local(kInet, 5000)}).ok());
    sender->Close();
  }
  for (auto& e : group) {
    int got = 0;
    while (ReadError(*e) == 0) got++;
    EXPECT_GT(got, 10);
    e->Close();
  }
}

TEST_F(LoopbackTest, ErrorQueue) {
  auto a = net.CreateUdp(kInet, 0);
  a->ip4.recverr = true;
  ASSERT_TRUE(Write(*a, "payload", {.to = Local(kInet, 9)}).ok());
  EXPECT_NE(a->Readiness() & POLLERR, 0u);
  std::optional<QueuedError> error = a->TakeQueuedError();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error, ECONNREFUSED);
  EXPECT_EQ(error->origin, 2);
  EXPECT_EQ(error->type, 3);
  EXPECT_EQ(error->code, 3);
  EXPECT_EQ(error->destination, Local(kInet, 9));
  EXPECT_EQ(error->payload.size(), 7u);
  EXPECT_FALSE(a->TakeQueuedError());
  EXPECT_EQ(a->Readiness() & POLLERR, 0u);
  a->Close();
}

TEST_F(LoopbackTest, DualStackSocketTalksV4) {
  auto six = net.CreateUdp(kInet6, 0);
  ASSERT_TRUE(six->Bind({IpAddress::AnyV6(), 5000, 0}).ok());
  auto four = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(Write(*four, "hi", {.to = Local(kInet, 5000)}).ok());
  DatagramInfo info;
  EXPECT_EQ(Read(*six, &info), "hi");
  EXPECT_EQ(info.source.addr, IpAddress::LoopbackV4());
  EXPECT_TRUE(Write(*six, "back", {.to = info.source}).ok());
  EXPECT_EQ(Read(*four), "back");
  six->Close();
  four->Close();
}

// Two stacks on one Ethernet.
class EthernetTest : public LoopbackTest {
 protected:
  EthernetTest() : other(environment) {
    ours = Plug(net, {{2, 0, 0, 0, 0, 1}}, 1);
    theirs = Plug(other, {{2, 0, 0, 0, 0, 2}}, 2);
  }
  ChannelLink* Plug(NetStack& stack, MacAddress mac, uint32_t host) {
    auto owned = std::make_unique<ChannelLink>(LinkKind::kEthernet, mac, 1500);
    ChannelLink* link = owned.get();
    Interface* eth = stack.stack().AddInterface("eth0", std::move(owned)).value();
    // Addresses count at once, and nobody is asked for more.
    stack.stack().sysctl().ipv6_accept_dad = 0;
    stack.stack().sysctl().ipv6_router_solicitations = 0;
    InterfaceAddress v4;
    v4.addr = IpAddress::V4(0x0a000000 + host);
    v4.prefix = 24;
    EXPECT_TRUE(stack.stack().AddAddress(*eth, v4).ok());
    EXPECT_TRUE(stack.stack().SetFlags(*eth, abi::kIffUp, abi::kIffUp).ok());
    return link;
  }
  // Carries frames until nobody has one to send.
  int Carry() {
    int count = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (auto [from, to] : {std::pair(ours, theirs), std::pair(theirs, ours)}) {
        while (PacketPtr frame = from->Read()) {
          to->Inject(Packet::FromBytes(net.stack().pool(), frame->ToBytes()));
          moved = true;
          count++;
        }
      }
    }
    return count;
  }
  IpAddress LinkLocal(NetStack& stack) {
    for (const InterfaceAddress& a : stack.stack().FindInterface("eth0")->addresses()) {
      if (a.addr.IsLinkLocal()) return a.addr;
    }
    return {};
  }

  NetStack other;
  ChannelLink *ours = nullptr, *theirs = nullptr;
};

TEST_F(EthernetTest, ArpResolvesAndFragmentsAreJoined) {
  auto a = net.CreateUdp(kInet, 0), b = other.CreateUdp(kInet, 0);
  a->ip4.pmtu = PmtuDiscovery::kDont;
  ASSERT_TRUE(b->Bind({IpAddress::V4(0x0a000002), 5000, 0}).ok());
  const std::string text(20000, 'f');
  ASSERT_TRUE(Write(*a, text, {.to = SocketAddr{IpAddress::V4(0x0a000002), 5000, 0}}).ok());
  EXPECT_EQ(Carry(), 16);  // ARP twice, 14 fragments.
  DatagramInfo info;
  EXPECT_EQ(Read(*b, &info), text);
  EXPECT_EQ(info.fragment_size, 1500u);
  EXPECT_EQ(other.stack().stats().ip4.reasm_oks, 1u);
  EXPECT_EQ(net.stack().neighbours().size(), 1u);
  a->ip4.pmtu = PmtuDiscovery::kDo;
  EXPECT_TRUE(Write(*a, text, {.to = SocketAddr{IpAddress::V4(0x0a000002), 5000, 0}}).Is(EMSGSIZE));
  a->Close();
  b->Close();
}

TEST_F(EthernetTest, NeighbourDiscoveryAndV6Fragments) {
  auto a = net.CreateUdp(kInet6, 0), b = other.CreateUdp(kInet6, 0);
  const IpAddress peer = LinkLocal(other);
  const uint32_t scope = net.stack().FindInterface("eth0")->index();
  ASSERT_TRUE(b->Bind({IpAddress::AnyV6(), 5000, 0}).ok());
  const std::string text(5000, 'f');
  ASSERT_TRUE(Write(*a, text, {.to = SocketAddr{peer, 5000, scope}}).ok());
  Carry();
  DatagramInfo info;
  EXPECT_EQ(Read(*b, &info), text);
  EXPECT_EQ(info.source.addr, LinkLocal(net));
  EXPECT_NE(info.source.scope, 0u);
  a->Close();
  b->Close();
}

TEST_F(EthernetTest, NobodyAnswersArp) {
  auto a = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Connect({IpAddress::V4(0x0a000009), 5000, 0}).ok());
  ASSERT_TRUE(Write(*a, "x").ok());
  Pass(4 * kSecond);
  a->ip4.recverr = true;
  ASSERT_TRUE(Write(*a, "x").ok());
  Pass(4 * kSecond);
  EXPECT_EQ(ReadError(*a), EHOSTUNREACH);
  a->Close();
}

TEST_F(EthernetTest, MulticastReachesMembersHereAndThere) {
  const SocketAddr group{IpAddress::V4(0xe1020304), 6000, 0};
  auto sender = net.CreateUdp(kInet, 0), here = net.CreateUdp(kInet, 0),
       there = other.CreateUdp(kInet, 0);
  const uint32_t index = net.stack().FindInterface("eth0")->index();
  for (auto* e : {here.get(), there.get()}) {
    ASSERT_TRUE(e->Bind({IpAddress::AnyV4(), 6000, 0}).ok());
  }
  const uint32_t far = other.stack().FindInterface("eth0")->index();
  ASSERT_TRUE(here->JoinGroup(group.addr, index).ok());
  ASSERT_TRUE(there->JoinGroup(group.addr, far).ok());
  EXPECT_TRUE(here->JoinGroup(group.addr, index).Is(EADDRINUSE));
  sender->ip4.multicast_ifindex = index;
  ASSERT_TRUE(Write(*sender, "all", {.to = group}).ok());
  Carry();
  EXPECT_EQ(Read(*here), "all");
  EXPECT_EQ(Read(*there), "all");
  ASSERT_TRUE(there->LeaveGroup(group.addr, far).ok());
  sender->ip4.multicast_loop = false;
  ASSERT_TRUE(Write(*sender, "none", {.to = group}).ok());
  Carry();
  EXPECT_EQ(ReadError(*here), EAGAIN);
  EXPECT_EQ(ReadError(*there), EAGAIN);
  for (auto* e : {sender.get(), here.get(), there.get()}) e->Close();
}

TEST_F(EthernetTest, FragmentFloodIsBounded) {
  for (uint32_t i = 0; i < 20000; i++) {
    std::vector<std::byte> bytes(14 + 20 + 1024);
    EthernetHeader{{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 9}}, kEtherIpv4}.Write(bytes.data());
    Ipv4Header ip;
    ip.source = IpAddress::V4(0x0a000100 + i / 60000);
    ip.destination = IpAddress::V4(0x0a000001);
    ip.protocol = kProtoUdp;
    ip.id = static_cast<uint16_t>(i);
    ip.more_fragments = true;
    ip.total_length = 1044;
    ip.Write(bytes.data() + 14);
    ours->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  }
  EXPECT_LT(net.stack().pool().outstanding(), 12u << 20);
  Pass(31 * kSecond);
  while (ours->Read()) {
  }
  EXPECT_EQ(net.stack().pool().outstanding(), 0u);
}

}  // namespace
}  // namespace netstack

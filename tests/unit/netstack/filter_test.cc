// A packet filter between two hosts: client, router, server, each a stack of its own.
#include <poll.h>

#include "netstack/link/channel.h"
#include "netstack/link/pair.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/udp.h"
#include "tests/unit/netstack/fake.h"
#include "tests/unit/netstack/nft.h"

namespace netstack {
namespace {

using namespace nft;

IpAddress Four(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  return IpAddress::V4(static_cast<uint32_t>(a << 24 | b << 16 | c << 8 | d));
}
IpAddress Six(uint8_t net, uint8_t host) {
  return IpAddress::V6({0xfd, 0, 0, net, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host});
}
const IpAddress kClient = Four(10, 1, 0, 2), kInside = Four(10, 1, 0, 1),
                kOutside = Four(10, 2, 0, 1), kServer = Four(10, 2, 0, 2);

class FilterTest : public testing::Test {
 protected:
  static constexpr int kInet = 2, kInet6 = 10;

  FilterTest() : client(world), router(world), server(world), control(router.stack()) {
    auto [a, b] = PairLink::Create({{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}, 1500);
    auto [c, d] = PairLink::Create({{2, 0, 0, 0, 0, 3}}, {{2, 0, 0, 0, 0, 4}}, 1500);
    for (NetStack* net : {&client, &router, &server}) net->AddLoopback();
    Add(client, "eth0", std::move(a), {kClient, Six(1, 2)});
    Add(router, "in", std::move(b), {kInside, Six(1, 1)});
    Add(router, "out", std::move(c), {kOutside, Six(2, 1)});
    Add(server, "eth0", std::move(d), {kServer, Six(2, 2)});
    Default(client, kInside);
    Default(client, Six(1, 1));
    router.stack().sysctl().ip_forward = true;
    router.stack().sysctl().ipv6_forwarding = true;
  }
  static void Add(NetStack& net, const char* name, std::unique_ptr<Link> link,
                  std::initializer_list<IpAddress> addresses) {
    Interface* device = *net.stack().AddInterface(name, std::move(link));
    ASSERT_TRUE(net.stack().SetFlags(*device, abi::kIffUp, abi::kIffUp).ok());
    for (const IpAddress& address : addresses) {
      InterfaceAddress own;
      own.addr = address;
      own.prefix = address.IsV4() ? 24 : 64;
      ASSERT_TRUE(net.stack().AddAddress(*device, own).ok());
    }
  }
  static void Default(NetStack& net, const IpAddress& gateway) {
    Route route;
    route.dst = IpAddress::AnyFor(gateway.IsV4());
    route.gateway = gateway;
    route.ifindex = net.stack().FindInterface("eth0")->index();
    ASSERT_TRUE(net.stack().AddRoute(route).ok());
  }
  void Pass(Duration duration) {
    const Time end = world.now + duration;
    while (world.wake && *world.wake <= end) {
      world.now = std::max(world.now, *world.wake);
      world.wake.reset();
      for (NetStack* net : {&client, &router, &server}) net->stack().RunTimers();
    }
    world.now = end;
  }
  Ref<TcpEndpoint> Listener(NetStack& net, int family, uint16_t port) {
    auto out = net.CreateTcp(family, 0);
    EXPECT_TRUE(out->Bind({IpAddress::AnyFor(family == kInet), port, 0}).ok());
    EXPECT_TRUE(out->Listen(8).ok());
    return out;
  }
  // What connect(2) says in the end; 0: it is connected.
  int Dial(TcpEndpoint& from, const IpAddress& to, uint16_t port) {
    Result<void> first = from.Connect({to, port, 0});
    if (first.ok()) return 0;
    if (!first.Is(EINPROGRESS)) return first.error().value();
    Result<void> again = from.Connect({to, port, 0});
    return again.ok() ? 0 : again.error().value();
  }
  // Moves `size` bytes from one to the other.
  void Move(TcpEndpoint& from, TcpEndpoint& to, size_t size) {
    std::string sent(size, 0), got;
    for (size_t i = 0; i < size; i++) sent[i] = static_cast<char>(i * 31 >> 3);
    for (size_t at = 0; got.size() < size;) {
      Result<size_t> n = Write(from, std::string_view(sent).substr(at));
      if (n.ok()) at += *n;
      const std::string more = Read(to);
      got += more;
      if (!n.ok() && more.empty()) Pass(200 * kMillisecond);
      ASSERT_LT(world.now, 5000 * kSecond);
    }
    EXPECT_EQ(got, sent);
  }
  Conntrack& tracked() { return *control.filter().conntrack(); }
  std::vector<Item> To(const IpAddress& address, uint16_t port) {
    return {Load(kReg2, Address(address)), Load(kReg3, nft::Port(port)),
            NatTo(true, address.IsV4() ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6, true)};
  }
  int Masquerading(uint8_t family = abi::kNfprotoIpv4) {
    return Batch(family)
        .Table("t")
        .Base("t", "post", "nat", Hook::kPostRouting, 100)
        .Rule("t", "post", Out("out") + std::vector<Item>{Masq()})
        .Send(control);
  }

  FakeEnvironment world;
  NetStack client, router, server;
  FilterControl control;
};

TEST_F(FilterTest, NothingLooksWhereThereIsNoBaseChain) {
  EXPECT_EQ(router.stack().hooks(), nullptr);
  EXPECT_EQ(Batch().Table("t").Chain("t", "c").Rule("t", "c", {Drop()}).Send(control), 0);
  EXPECT_EQ(router.stack().hooks(), nullptr);
  EXPECT_EQ(Batch().Base("t", "b", "filter", Hook::kInput, 0).Send(control), 0);
  EXPECT_NE(router.stack().hooks(), nullptr);
  EXPECT_EQ(control.filter().conntrack(), nullptr) << "no rule asks for connections";
  EXPECT_EQ(Batch().DeleteTable("t").Send(control), 0);
  EXPECT_EQ(router.stack().hooks(), nullptr);
}

TEST_F(FilterTest, MasqueradedStream) {
  for (int family : {kInet, kInet6}) {
    const bool v4 = family == kInet;
    ASSERT_EQ(Masquerading(v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6), 0);
    auto listener = Listener(server, family, 80);
    auto out = client.CreateTcp(family, 0);
    ASSERT_EQ(Dial(*out, v4 ? kServer : Six(2, 2), 80), 0);
    auto in = listener->Accept();
    ASSERT_TRUE(in.ok());
    EXPECT_EQ((*in)->peer().addr, v4 ? kOutside : Six(2, 1));
    Move(*out, **in, 300000);  // Super-segments with open checksums.
    Move(**in, *out, 300000);
    ASSERT_EQ(tracked().size(), 1u + (v4 ? 0 : 1));
    out->Close();
    (*in)->Close();
    listener->Close();
  }
}

TEST_F(FilterTest, DestinationOfStream) {
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "pre", "nat", Hook::kPreRouting, -100)
                .Rule("t", "pre", DestinationPort(kProtoTcp, 8080) + To(kServer, 80))
                .Send(control),
            0);
  Default(server, kOutside);
  auto listener = Listener(server, kInet, 80);
  auto out = client.CreateTcp(kInet, 0);
  ASSERT_EQ(Dial(*out, kInside, 8080), 0);
  auto in = listener->Accept();
  ASSERT_TRUE(in.ok());
  EXPECT_EQ((*in)->peer().addr, kClient);
  EXPECT_EQ(out->peer().addr, kInside);
  Move(*out, **in, 100000);
  Move(**in, *out, 100000);
  const std::vector<ConnectionRef> all = tracked().All();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]->tcp, TcpFlow::kEstablished);
  EXPECT_TRUE(all[0]->Is(abi::kIpsAssured));
  EXPECT_EQ(all[0]->reply.source, kServer);
  EXPECT_EQ(all[0]->reply.source_port, 80);
  for (TcpEndpoint* e : {out.get(), in->get()}) e->Close();
  Pass(kSecond);
  EXPECT_EQ(all[0]->tcp, TcpFlow::kTimeWait);
  listener->Close();
  Pass(200 * kSecond);
  EXPECT_EQ(tracked().size(), 0u);
}

TEST_F(FilterTest, TwoFlowsThatWouldBeTheSame) {
  ASSERT_EQ(Masquerading(), 0);
  InterfaceAddress second;
  second.addr = Four(10, 1, 0, 3);
  second.prefix = 24;
  ASSERT_TRUE(client.stack().AddAddress(*client.stack().FindInterface("eth0"), second).ok());
  auto to = server.CreateUdp(kInet, 0);
  ASSERT_TRUE(to->Bind({IpAddress::AnyV4(), 53, 0}).ok());
  std::vector<Ref<UdpEndpoint>> from;
  std::vector<uint16_t> ports;
  for (const IpAddress& address : {kClient, second.addr}) {
    from.push_back(client.CreateUdp(kInet, 0));
    ASSERT_TRUE(from.back()->Bind({address, 5000, 0}).ok());
    ASSERT_TRUE(Write(*from.back(), "ask", {.to = SocketAddr{kServer, 53, 0}}).ok());
    DatagramInfo info;
    ASSERT_EQ(Read(*to, &info), "ask");
    EXPECT_EQ(info.source.addr, kOutside);
    ports.push_back(info.source.port);
  }
  EXPECT_EQ(ports[0], 5000);
  EXPECT_NE(ports[1], 5000);
  // Each answer finds its way.
  for (size_t i = 0; i < 2; i++) {
    ASSERT_TRUE(Write(*to, std::to_string(i), {.to = SocketAddr{kOutside, ports[i], 0}}).ok());
    EXPECT_EQ(Read(*from[i]), std::to_string(i));
    from[i]->Close();
  }
  to->Close();
}

TEST_F(FilterTest, ErrorsComeBackToWhoSent) {
  for (int family : {kInet, kInet6}) {
    const bool v4 = family == kInet;
    ASSERT_EQ(Masquerading(v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6), 0);
    auto from = client.CreateUdp(family, 0);
    ASSERT_TRUE(from->Connect({v4 ? kServer : Six(2, 2), 9, 0}).ok());
    ASSERT_TRUE(Write(*from, "nobody?").ok());
    EXPECT_EQ(ReadError(*from), ECONNREFUSED);
    from->Close();
  }
}

TEST_F(FilterTest, FragmentsAreSeenWhole) {
  for (int family : {kInet, kInet6}) {
    const bool v4 = family == kInet;
    ASSERT_EQ(Masquerading(v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6), 0);
    auto to = server.CreateUdp(family, 0);
    ASSERT_TRUE(to->Bind({IpAddress::AnyFor(v4), 53, 0}).ok());
    auto from = client.CreateUdp(family, 0);
    DatagramInfo info;
    for (size_t size : {4000u, 40000u}) {
      const SocketAddr there{v4 ? kServer : Six(2, 2), 53, 0};
      ASSERT_TRUE(Write(*from, std::string(size, 'x'), {.to = there}).ok());
      EXPECT_EQ(Read(*to, &info), std::string(size, 'x'));
      ASSERT_TRUE(Write(*to, std::string(size, 'y'), {.to = info.source}).ok());
      EXPECT_EQ(Read(*from), std::string(size, 'y'));
    }
    EXPECT_EQ(tracked().size(), v4 ? 1u : 2u);
    from->Close();
    to->Close();
  }
}

TEST_F(FilterTest, PingThroughMasquerade) {
  ASSERT_EQ(Masquerading(), 0);
  auto ping = client.CreatePing(kInet, 0);
  std::array<std::byte, 16> request{};
  IcmpHeader{kIcmpEcho, 0, 0, 7}.Write(request.data());
  for (int i = 0; i < 2; i++) {
    SpanSource source(request);
    ASSERT_TRUE(ping->Send(source, {.to = SocketAddr{kServer, 0, 0}}).ok());
    EXPECT_EQ(Read(*ping).size(), request.size());
  }
  EXPECT_EQ(tracked().size(), 1u);
  Pass(45 * kSecond);
  EXPECT_EQ(tracked().size(), 0u);
  ping->Close();
}

// What connect(2) and sendto(2) see of rules on the way out, through and in.
TEST_F(FilterTest, RefusedAndDropped) {
  ASSERT_EQ(
      Batch()
          .Table("t")
          .Base("t", "fwd", "filter", Hook::kForward, 0)
          .Rule("t", "fwd", DestinationPort(kProtoTcp, 1) + std::vector<Item>{RejectWith(1, 0)})
          .Rule("t", "fwd", DestinationPort(kProtoTcp, 2) + std::vector<Item>{RejectWith(0, 3)})
          .Rule("t", "fwd", DestinationPort(kProtoTcp, 3) + std::vector<Item>{RejectWith(0, 13)})
          .Rule("t", "fwd", DestinationPort(kProtoTcp, 4) + std::vector<Item>{Drop()})
          .Send(control),
      0);
  const int expected[] = {ECONNREFUSED, ECONNREFUSED, EHOSTUNREACH, EALREADY};
  for (uint16_t port = 1; port <= 4; port++) {
    auto out = client.CreateTcp(kInet, 0);
    EXPECT_EQ(Dial(*out, kServer, port), expected[port - 1]) << port;
    out->Close();
  }
  FilterControl own(client.stack());
  ASSERT_EQ(
      Batch()
          .Table("t")
          .Base("t", "out", "filter", Hook::kOutput, 0)
          .Rule("t", "out", DestinationPort(kProtoUdp, 5) + std::vector<Item>{Drop()})
          .Rule("t", "out", DestinationPort(kProtoTcp, 6) + std::vector<Item>{RejectWith(1, 0)})
          .Rule("t", "out", DestinationPort(kProtoTcp, 7) + std::vector<Item>{RejectWith(0, 3)})
          .Send(own),
      0);
  auto udp = client.CreateUdp(kInet, 0);
  EXPECT_TRUE(Write(*udp, "x", {.to = SocketAddr{kServer, 5, 0}}).Is(EPERM));
  udp->Close();
  for (uint16_t port : {6, 7}) {
    auto out = client.CreateTcp(kInet, 0);
    EXPECT_EQ(Dial(*out, kServer, port), ECONNREFUSED) << port;
    out->Close();
  }
}

TEST_F(FilterTest, AnswersOfWhatWasAskedFor) {
  // Drops all that is not established; "new" only from inside.
  constexpr uint32_t kEstablished = 2;
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "fwd", "filter", Hook::kForward, 0, true)
                .Rule("t", "fwd", {Ct(0), Mask(kEstablished), Cmp(1, Word(0)), Accept()})
                .Rule("t", "fwd", Out("out") + std::vector<Item>{Accept()})
                .Send(control),
            0);
  Default(server, kOutside);
  auto near = client.CreateUdp(kInet, 0), far = server.CreateUdp(kInet, 0);
  ASSERT_TRUE(near->Bind({kClient, 500, 0}).ok());
  ASSERT_TRUE(far->Bind({kServer, 600, 0}).ok());
  ASSERT_TRUE(Write(*far, "unasked", {.to = SocketAddr{kClient, 500, 0}}).ok());
  EXPECT_EQ(ReadError(*near), EAGAIN);
  ASSERT_TRUE(Write(*near, "ask", {.to = SocketAddr{kServer, 600, 0}}).ok());
  EXPECT_EQ(Read(*far), "ask");
  ASSERT_TRUE(Write(*far, "answer", {.to = SocketAddr{kClient, 500, 0}}).ok());
  EXPECT_EQ(Read(*near), "answer");
  Pass(31 * kSecond);
  ASSERT_TRUE(Write(*far, "late", {.to = SocketAddr{kClient, 500, 0}}).ok());
  EXPECT_EQ(ReadError(*near), EAGAIN);
  near->Close();
  far->Close();
}

TEST_F(FilterTest, RedirectAndTranslationOnOneMachine) {
  FilterControl own(client.stack());
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "out", "nat", Hook::kOutput, -100)
                .Rule("t", "out", DestinationPort(kProtoTcp, 81) + To(IpAddress::LoopbackV4(), 82))
                .Rule("t", "out", DestinationPort(kProtoTcp, 83) + To(kServer, 84))
                .Send(own),
            0);
  auto here = Listener(client, kInet, 82), there = Listener(server, kInet, 84);
  auto a = client.CreateTcp(kInet, 0), b = client.CreateTcp(kInet, 0);
  Default(server, kOutside);
  ASSERT_EQ(Dial(*a, IpAddress::LoopbackV4(), 81), 0);
  ASSERT_EQ(Dial(*b, Four(10, 9, 9, 9), 83), 0);
  auto in_a = here->Accept(), in_b = there->Accept();
  ASSERT_TRUE(in_a.ok() && in_b.ok());
  Move(*a, **in_a, 200000);
  Move(**in_b, *b, 200000);
  for (TcpEndpoint* e : {a.get(), b.get(), in_a->get(), in_b->get(), here.get(), there.get()}) {
    e->Close();
  }
}

TEST_F(FilterTest, ChecksumsAreRightOnTheWire) {
  auto owned = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, 1500);
  ChannelLink* wire = owned.get();
  Add(router, "tun", std::move(owned), {Four(10, 3, 0, 1)});
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "post", "nat", Hook::kPostRouting, 100)
                .Rule("t", "post", Out("tun") + std::vector<Item>{Masq()})
                .Send(control),
            0);
  auto from = client.CreateUdp(kInet, 0);
  ASSERT_TRUE(from->Bind({kClient, 7, 0}).ok());
  ASSERT_TRUE(Write(*from, "odd", {.to = SocketAddr{Four(10, 3, 0, 2), 9, 0}}).ok());
  PacketPtr packet = wire->Read();
  ASSERT_NE(packet, nullptr);
  const ByteVector bytes = packet->ToBytes();
  EXPECT_EQ(ChecksumOf(std::span(bytes).first(20)), 0);
  Checksum sum;
  sum.AddPseudoHeader(Four(10, 3, 0, 1), Four(10, 3, 0, 2), kProtoUdp, bytes.size() - 20);
  sum.Add(std::span(bytes).subspan(20));
  EXPECT_EQ(sum.Finish(), 0);
  EXPECT_EQ(IpAddress::V4Bytes(&bytes[12]), Four(10, 3, 0, 1));
  from->Close();
}

TEST_F(FilterTest, ChangedPacketsHaveRightChecksums) {
  auto owned = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, 1500);
  ChannelLink* wire = owned.get();
  Add(router, "tun", std::move(owned), {Four(10, 3, 0, 1)});
  struct Change {
    uint32_t base, offset;
    ByteVector value;
  };
  const Change changes[] = {{1, 16, Address(Four(10, 3, 9, 9))},
                            {1, 15, Byte(77)},
                            {1, 8, Byte(3)},
                            {2, 2, nft::Port(99)},
                            {2, 9, Byte('X')},
                            {2, 10, Byte('Y')}};
  std::vector<Item> items;
  for (const Change& c : changes) {
    items.push_back(Load(kReg2, c.value));
    items.push_back(PayloadSet(c.base, c.offset, static_cast<uint32_t>(c.value.size())));
  }
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "post", "filter", Hook::kPostRouting, 0)
                .Rule("t", "post", Out("tun") + items)
                .Send(control),
            0);
  // From elsewhere with an open checksum, and from here.
  auto far = client.CreateUdp(kInet, 0), near = router.CreateUdp(kInet, 0);
  for (UdpEndpoint* from : {far.get(), near.get()}) {
    ASSERT_TRUE(Write(*from, "odd", {.to = SocketAddr{Four(10, 3, 0, 2), 9, 0}}).ok());
    PacketPtr packet = wire->Read();
    ASSERT_NE(packet, nullptr);
    const ByteVector bytes = packet->ToBytes();
    EXPECT_EQ(ChecksumOf(std::span(bytes).first(20)), 0);
    Checksum sum;
    sum.AddPseudoHeader(IpAddress::V4Bytes(&bytes[12]), IpAddress::V4Bytes(&bytes[16]), kProtoUdp,
                        bytes.size() - 20);
    sum.Add(std::span(bytes).subspan(20));
    EXPECT_EQ(sum.Finish(), 0);
    EXPECT_EQ(IpAddress::V4Bytes(&bytes[16]), Four(10, 3, 9, 9));
    EXPECT_EQ(Load8(&bytes[8]), 3);
    EXPECT_EQ(Load16(&bytes[22]), 99);
    EXPECT_EQ(Load8(&bytes[29]), 'X');
    from->Close();
  }
}

TEST_F(FilterTest, FullTableDropsWhatIsLeastSure) {
  ASSERT_EQ(Masquerading(), 0);
  router.stack().sysctl().nf_conntrack_max = 4;
  auto from = client.CreateUdp(kInet, 0);
  for (uint16_t port = 1; port <= 20; port++) {
    ASSERT_TRUE(Write(*from, "x", {.to = SocketAddr{kServer, port, 0}}).ok());
  }
  EXPECT_EQ(tracked().size(), 4u);
  for (const ConnectionRef& c : tracked().All()) EXPECT_GT(c->original.destination_port, 16);
  from->Close();
}

TEST_F(FilterTest, IdleTableSleeps) {
  ASSERT_EQ(Masquerading(), 0);
  const size_t before = router.stack().timers().armed();
  auto from = client.CreateUdp(kInet, 0);
  ASSERT_TRUE(Write(*from, "x", {.to = SocketAddr{kServer, 1, 0}}).ok());
  EXPECT_EQ(tracked().size(), 1u);
  Pass(120 * kSecond);
  EXPECT_EQ(tracked().size(), 0u);
  EXPECT_LE(router.stack().timers().armed(), before + 1) << "neighbours may have theirs";
  from->Close();
}

}  // namespace
}  // namespace netstack

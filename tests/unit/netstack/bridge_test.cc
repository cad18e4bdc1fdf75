// Bridges, VLANs and pairs of links between stacks: hosts on a switch, and what a switch learns.
#include "netstack/stack/bridge.h"

#include <deque>

#include "netstack/link/channel.h"
#include "netstack/link/pair.h"
#include "netstack/stack/vlan.h"
#include "netstack/wire/ethernet.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

constexpr int kInet = 2;

IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  const uint8_t bytes[] = {a, b, c, d};
  return IpAddress::V4Bytes(bytes);
}

MacAddress Mac(uint8_t side, uint8_t number) {
  return {{2, 0, 0, 0, side, number}};
}

void Give(NetStack& net, Interface& device, const IpAddress& address, int prefix = 24) {
  InterfaceAddress own;
  own.addr = address;
  own.prefix = prefix;
  ASSERT_TRUE(net.stack().AddAddress(device, own).ok());
}

Interface& Add(NetStack& net, const char* name, std::unique_ptr<Link> link) {
  Interface& device = **net.stack().AddInterface(name, std::move(link));
  EXPECT_TRUE(net.stack().SetFlags(device, abi::kIffUp, abi::kIffUp).ok());
  return device;
}

struct Machine {
  Machine() : net(environment) { net.AddLoopback(); }
  FakeEnvironment environment;
  NetStack net;
};

// What a datagram from one to the other brings; empty: it did not arrive.
std::string Carry(NetStack& from, NetStack& to, const IpAddress& address,
                  const std::string& text = "hello") {
  Ref<UdpEndpoint> receiver = to.CreateUdp(kInet, 0), sender = from.CreateUdp(kInet, 0);
  EXPECT_TRUE(receiver->Bind({IpAddress::AnyV4(), 7, 0}).ok());
  DatagramSend how;
  how.to = SocketAddr{address, 7, 0};
  (void)Write(*sender, text, how);
  const std::string got = Read(*receiver);
  receiver->Close();
  sender->Close();
  return got;
}

class BridgeTest : public testing::Test {
 protected:
  static constexpr int kHosts = 3;

  BridgeTest() {
    auto made = std::make_unique<BridgeLink>(hub.net.stack(), 2, Mac(9, 9), 1500);
    bridge = made.get();
    br0 = *hub.net.stack().AddInterface("br0", std::move(made), 2);
    EXPECT_TRUE(hub.net.stack().SetFlags(*br0, abi::kIffUp, abi::kIffUp).ok());
    Give(hub.net, *br0, V4(10, 0, 0, 254));
    bridge->SetUp(true);
    for (uint8_t i = 0; i < kHosts; i++) {
      auto [outer, inner] = PairLink::Create(Mac(1, i), Mac(2, i), 1500);
      Give(hosts[i].net, Add(hosts[i].net, "eth0", std::move(inner)), V4(10, 0, 0, i));
      ports[i] = &Add(hub.net, ("p" + std::to_string(i)).c_str(), std::move(outer));
      EXPECT_TRUE(bridge->AddPort(*ports[i]).ok());
    }
  }
  uint64_t Sent(int port) { return ports[port]->stats().tx_packets; }

  Machine hub;
  Machine hosts[kHosts];
  BridgeLink* bridge;
  Interface* br0;
  Interface* ports[kHosts];
};

TEST_F(BridgeTest, CarriesAndLearns) {
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  const auto& entries = bridge->Entries();
  ASSERT_TRUE(entries.contains(Mac(2, 0)));
  ASSERT_TRUE(entries.contains(Mac(2, 1)));
  EXPECT_EQ(entries.at(Mac(2, 0)).port, ports[0]->index());
  EXPECT_EQ(entries.at(Mac(2, 1)).port, ports[1]->index());
  // The request for the address was for all; from then on the third sees nothing.
  const uint64_t before = Sent(2);
  EXPECT_GT(before, 0u);
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  EXPECT_EQ(Sent(2), before);
}

TEST_F(BridgeTest, HasAnAddressOfItsOwn) {
  EXPECT_EQ(Carry(hosts[0].net, hub.net, V4(10, 0, 0, 254)), "hello");
  EXPECT_EQ(Carry(hub.net, hosts[2].net, V4(10, 0, 0, 2)), "hello");
}

TEST_F(BridgeTest, ForgetsWhoIsSilent) {
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  hub.environment.now += 301 * kSecond;
  EXPECT_FALSE(bridge->Entries().contains(Mac(2, 0)));
  const uint64_t before = Sent(2);
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  EXPECT_GT(Sent(2), before);  // Nobody knew: all were sent it.
}

TEST_F(BridgeTest, FixedEntriesNeitherAgeNorMove) {
  BridgeEntry entry;
  entry.port = ports[2]->index();
  entry.fixed = true;
  ASSERT_TRUE(bridge->SetEntry(Mac(2, 1), entry).ok());
  hub.environment.now += 301 * kSecond;
  EXPECT_EQ(Carry(hosts[1].net, hosts[0].net, V4(10, 0, 0, 0)), "");
  EXPECT_EQ(bridge->Entries().at(Mac(2, 1)).port, ports[2]->index());
  EXPECT_TRUE(bridge->RemoveEntry(Mac(2, 1), ports[0]->index()).Is(ENOENT));
  EXPECT_TRUE(bridge->RemoveEntry(Mac(2, 1), ports[2]->index()).ok());
}

TEST_F(BridgeTest, IsolatedPortsTalkToTheBridgeAlone) {
  for (int i : {0, 1}) {
    bridge->SetOptions(ports[i]->index(), {.isolated = true});
  }
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "");
  EXPECT_EQ(Carry(hosts[0].net, hosts[2].net, V4(10, 0, 0, 2)), "hello");
  EXPECT_EQ(Carry(hosts[0].net, hub.net, V4(10, 0, 0, 254)), "hello");
}

TEST_F(BridgeTest, NothingPassesWhatIsDown) {
  bridge->SetUp(false);
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "");
  bridge->SetUp(true);
  ASSERT_TRUE(hub.net.stack().SetFlags(*ports[1], 0, abi::kIffUp).ok());
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "");
}

TEST_F(BridgeTest, PortsComeAndGo) {
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  EXPECT_TRUE(bridge->AddPort(*ports[0]).Is(EBUSY));
  ASSERT_TRUE(hub.net.stack().RemoveInterface(ports[1]->index()).ok());
  EXPECT_FALSE(bridge->Entries().contains(Mac(2, 1)));
  EXPECT_EQ(Carry(hosts[0].net, hosts[2].net, V4(10, 0, 0, 2)), "hello");
  // The bridge first: its ports are ordinary interfaces again.
  ASSERT_TRUE(hub.net.stack().RemoveInterface(br0->index()).ok());
  EXPECT_EQ(ports[0]->handler(Interface::kBridge), nullptr);
}

TEST_F(BridgeTest, MemoryForAddressesIsBounded) {
  auto channel = std::make_unique<ChannelLink>(LinkKind::kEthernet, Mac(3, 0), 1500);
  ChannelLink& wire = *channel;
  Interface& port = Add(hub.net, "wire", std::move(channel));
  ASSERT_TRUE(bridge->AddPort(port).ok());
  for (uint32_t i = 0; i < 20000; i++) {
    std::byte frame[60] = {};
    EthernetHeader header{Mac(9, 9), Mac(7, 0), 0x88b5};
    std::memcpy(header.source.bytes.data() + 2, &i, 4);
    header.Write(frame);
    wire.Inject(Packet::FromBytes(hub.net.stack().pool(), frame));
  }
  EXPECT_EQ(bridge->Entries().size(), BridgeLink::kMaxEntries);
  hub.environment.now += 301 * kSecond;
  EXPECT_EQ(Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1)), "hello");
  EXPECT_LT(bridge->Entries().size(), 10u);
}

// Two bridges joined twice: what is for all goes round for ever, but every call ends.
TEST_F(BridgeTest, LoopsEndEachCall) {
  for (int i : {0, 1}) {
    auto [a, b] =
        PairLink::Create(Mac(4, static_cast<uint8_t>(i)), Mac(5, static_cast<uint8_t>(i)), 1500);
    ASSERT_TRUE(bridge->AddPort(Add(hub.net, i == 0 ? "la" : "lc", std::move(a))).ok());
    ASSERT_TRUE(bridge->AddPort(Add(hub.net, i == 0 ? "lb" : "ld", std::move(b))).ok());
  }
  (void)Carry(hosts[0].net, hosts[1].net, V4(10, 0, 0, 1));
  for (int i = 0; i < 5; i++) hub.net.stack().RunTimers();
  EXPECT_GT(hub.net.stack().FindInterface("la")->stats().tx_packets, 1000u);
}

TEST(Vlan, TagsAndKeepsApart) {
  Machine a, b;
  auto [one, two] = PairLink::Create(Mac(1, 1), Mac(1, 2), 1500);
  Interface& below_a = Add(a.net, "eth0", std::move(one));
  Interface& below_b = Add(b.net, "eth0", std::move(two));
  Give(a.net, below_a, V4(10, 0, 0, 1));
  Give(b.net, below_b, V4(10, 0, 0, 2));
  for (uint8_t id : {5, 6}) {
    const std::string name = "eth0." + std::to_string(id);
    Give(a.net, Add(a.net, name.c_str(), std::make_unique<VlanLink>(below_a, id, below_a.mac())),
         V4(10, 0, id, 1));
    if (id == 6) continue;
    Give(b.net, Add(b.net, name.c_str(), std::make_unique<VlanLink>(below_b, id, below_b.mac())),
         V4(10, 0, id, 2));
  }
  EXPECT_EQ(Carry(a.net, b.net, V4(10, 0, 0, 2)), "hello");
  EXPECT_EQ(Carry(a.net, b.net, V4(10, 0, 5, 2)), "hello");
  EXPECT_EQ(Carry(b.net, a.net, V4(10, 0, 5, 1), std::string(4000, 'x')), std::string(4000, 'x'));
  EXPECT_EQ(Carry(a.net, b.net, V4(10, 0, 6, 2)), "");
  EXPECT_EQ(b.net.stack().FindInterface("eth0.5")->stats().tx_errors, 0u);
  EXPECT_GT(b.net.stack().FindInterface("eth0.5")->stats().rx_packets, 0u);
  // The lower one may go first.
  ASSERT_TRUE(a.net.stack().RemoveInterface(below_a.index()).ok());
  EXPECT_EQ(Carry(a.net, b.net, V4(10, 0, 5, 2)), "");
}

// A line of routers: no call goes through all of them, and nothing is lost.
TEST(Pair, LongLinesDoNotNest) {
  constexpr uint8_t kMachines = 40;
  std::deque<Machine> line(kMachines);
  for (uint8_t i = 0; i + 1 < kMachines; i++) {
    auto [left, right] = PairLink::Create(Mac(1, i), Mac(2, i), 1500);
    Interface& out = Add(line[i].net, "right", std::move(left));
    Interface& in = Add(line[i + 1u].net, "left", std::move(right));
    Give(line[i].net, out, V4(10, 0, i, 1));
    Give(line[i + 1u].net, in, V4(10, 0, i, 2));
    line[i].net.stack().sysctl().ip_forward = true;
    Route route;
    route.dst = V4(10, 0, kMachines - 2, 0);
    route.prefix = 24;
    route.gateway = V4(10, 0, i, 2);
    route.ifindex = out.index();
    if (i + 2 < kMachines) {
      ASSERT_TRUE(line[i].net.stack().AddRoute(route).ok());
    }
  }
  Ref<UdpEndpoint> receiver = line.back().net.CreateUdp(kInet, 0);
  Ref<UdpEndpoint> sender = line.front().net.CreateUdp(kInet, 0);
  ASSERT_TRUE(receiver->Bind({IpAddress::AnyV4(), 7, 0}).ok());
  DatagramSend how;
  how.to = SocketAddr{V4(10, 0, kMachines - 2, 2), 7, 0};
  ASSERT_TRUE(Write(*sender, "far", how).ok());
  EXPECT_EQ(Read(*receiver), "");  // Some of the way is left for timers.
  for (int round = 0; round < 200; round++) {
    for (Machine& machine : line) {
      if (!machine.environment.wake || *machine.environment.wake > machine.environment.now)
        continue;
      machine.environment.wake.reset();
      machine.net.stack().RunTimers();
    }
  }
  EXPECT_EQ(Read(*receiver), "far");
  receiver->Close();
  sender->Close();
}

// A link moves from stack to stack with its interface.
TEST(Pair, MovesBetweenStacks) {
  Machine a, b, c;
  auto [one, two] = PairLink::Create(Mac(1, 1), Mac(1, 2), 1500);
  Give(a.net, Add(a.net, "eth0", std::move(one)), V4(10, 0, 0, 1));
  const uint32_t index = Add(b.net, "eth0", std::move(two)).index();
  Result<std::unique_ptr<Link>> taken = b.net.stack().TakeInterface(index);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(b.net.stack().FindInterface(index), nullptr);
  EXPECT_TRUE(b.net.stack().TakeInterface(index).Is(ENODEV));
  EXPECT_EQ(Carry(a.net, c.net, V4(10, 0, 0, 3)), "");  // Into the void.
  Give(c.net, Add(c.net, "eth7", std::move(taken).value()), V4(10, 0, 0, 3));
  Advance(a.environment, a.net.stack(), 10 * kSecond);
  EXPECT_EQ(Carry(a.net, c.net, V4(10, 0, 0, 3)), "hello");
}

}  // namespace
}  // namespace netstack

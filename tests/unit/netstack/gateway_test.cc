// Two stacks on a pair of links: a host, and a gateway that takes every address for its own.
#include <poll.h>

#include "netstack/link/pair.h"
#include "netstack/stack/forwarder.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

constexpr int kInet = 2, kInet6 = 10;
constexpr MacAddress kHostMac{{2, 0, 0, 0, 0, 1}}, kGatewayMac{{2, 0, 0, 0, 0, 2}};

IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  const uint8_t bytes[] = {a, b, c, d};
  return IpAddress::V4Bytes(bytes);
}
const IpAddress kHost = V4(10, 0, 2, 100), kGateway = V4(10, 0, 2, 2), kFar = V4(198, 51, 100, 7);

class GatewayTest : public testing::Test, public TcpForwarder, public UdpForwarder {
 protected:
  GatewayTest() : host(host_environment), gateway(gateway_environment) {
    auto [a, b] = PairLink::Create(kHostMac, kGatewayMac, 1500);
    SetUp(host, std::move(a), kHost);
    SetUp(gateway, std::move(b), kGateway);
    Route out;
    out.dst = V4(0, 0, 0, 0);
    out.gateway = kGateway;
    out.ifindex = host.stack().FindInterface("eth0")->index();
    EXPECT_TRUE(host.stack().AddRoute(out).ok());
    gateway.stack().TakeAll();
    listener = gateway.CreateTcp(kInet6, 0);
    EXPECT_TRUE(listener->Bind({IpAddress::LoopbackV6(), 0, 0}).ok());
    EXPECT_TRUE(listener->Listen(8).ok());
    gateway.tcp().SetForwarder(this, listener);
    gateway.udp().SetForwarder(this);
  }
  ~GatewayTest() override {
    gateway.tcp().SetForwarder(nullptr, nullptr);
    listener->Close();
  }
  static void SetUp(NetStack& net, std::unique_ptr<Link> link, const IpAddress& address) {
    net.AddLoopback();
    Interface* device = *net.stack().AddInterface("eth0", std::move(link));
    ASSERT_TRUE(net.stack().SetFlags(*device, abi::kIffUp, abi::kIffUp).ok());
    InterfaceAddress own;
    own.addr = address;
    own.prefix = 24;
    ASSERT_TRUE(net.stack().AddAddress(*device, own).ok());
  }
  void OnConnectionRequest(const TcpTuple& tuple) override { asked.push_back(tuple); }
  UdpEndpoint* OnFlow(const IpReceived& ip, uint16_t port, uint16_t source_port) override {
    flow = gateway.CreateUdp(kInet, 0);
    EXPECT_TRUE(flow->Bind({ip.destination, port, 0}).ok());
    EXPECT_TRUE(flow->Connect({ip.source, source_port, 0}).ok());
    return flow.get();
  }
  Ref<TcpEndpoint> Dial(uint16_t port) {
    auto client = host.CreateTcp(kInet, 0);
    EXPECT_TRUE(client->Connect({kFar, port, 0}).Is(EINPROGRESS));
    return client;
  }

  FakeEnvironment host_environment, gateway_environment;
  NetStack host, gateway;
  Ref<TcpEndpoint> listener;
  Ref<UdpEndpoint> flow;
  std::vector<TcpTuple> asked;
};

TEST_F(GatewayTest, ConnectionIsHeldUntilItIsAccepted) {
  auto client = Dial(443);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].local.addr, kFar);
  EXPECT_EQ(asked[0].local.port, 443);
  EXPECT_TRUE(client->Connect({kFar, 443, 0}).Is(EALREADY));
  // The SYN that is sent again asks nothing new.
  Advance(host_environment, host.stack(), 2 * kSecond);
  EXPECT_EQ(asked.size(), 1u);
  gateway.tcp().AcceptHeld(asked[0]);
  EXPECT_TRUE(client->Connect({kFar, 443, 0}).ok());
  Ref<TcpEndpoint> far = *listener->Accept();
  EXPECT_EQ(far->local().addr, kFar);
  EXPECT_EQ(Write(*client, "hello").value_or(0), 5u);
  EXPECT_EQ(Read(*far), "hello");
  EXPECT_EQ(Write(*far, "world").value_or(0), 5u);
  EXPECT_EQ(Read(*client), "world");
  far->Close();
  client->Close();
}

TEST_F(GatewayTest, RefusalsAreSeen) {
  const std::pair<int, int> cases[] = {{ECONNREFUSED, ECONNREFUSED},
                                       {ENETUNREACH, ENETUNREACH},
                                       {EHOSTUNREACH, EHOSTUNREACH},
                                       {EACCES, EHOSTUNREACH}};
  for (const auto& [told, seen] : cases) {
    asked.clear();
    auto client = Dial(80);
    ASSERT_EQ(asked.size(), 1u);
    gateway.tcp().RefuseHeld(asked[0], told);
    const Result<void> done = client->Connect({kFar, 80, 0});
    EXPECT_TRUE(done.Is(seen)) << told << " seen as " << done.error().value();
    client->Close();
  }
}

TEST_F(GatewayTest, DatagramsMakeAFlow) {
  auto client = host.CreateUdp(kInet, 0);
  EXPECT_EQ(Write(*client, "ask", {.to = SocketAddr{kFar, 53, 0}}).value_or(0), 3u);
  ASSERT_NE(flow, nullptr);
  const Ref<UdpEndpoint> first = flow;
  EXPECT_EQ(Read(*first), "ask");
  EXPECT_EQ(Write(*first, "tell").value_or(0), 4u);
  DatagramInfo info;
  EXPECT_EQ(Read(*client, &info), "tell");
  EXPECT_EQ(info.source.addr, kFar);
  EXPECT_EQ(info.source.port, 53);
  EXPECT_EQ(Write(*client, "more", {.to = SocketAddr{kFar, 53, 0}}).value_or(0), 4u);
  EXPECT_EQ(flow.get(), first.get());
  EXPECT_EQ(Read(*first), "more");
  first->Close();
  client->Close();
}

TEST_F(GatewayTest, OnlyItsOwnAddressAnswersAPing) {
  auto ping = host.CreatePing(kInet, 0);
  const std::string echo("\x08\0\0\0\0\0\0\x01", 8);
  ASSERT_TRUE(Write(*ping, echo, {.to = SocketAddr{kFar, 0, 0}}).ok());
  EXPECT_EQ(ReadError(*ping), EAGAIN);
  ASSERT_TRUE(Write(*ping, echo, {.to = SocketAddr{kGateway, 0, 0}}).ok());
  EXPECT_EQ(Read(*ping).size(), 8u);
  ping->Close();
}

TEST_F(GatewayTest, BulkBothWays) {
  auto client = Dial(443);
  gateway.tcp().AcceptHeld(asked.at(0));
  ASSERT_TRUE(client->Connect({kFar, 443, 0}).ok());
  Ref<TcpEndpoint> far = *listener->Accept();
  const std::string block(100'000, 'b');
  size_t sent = 0, received = 0;
  while (received < 5'000'000) {
    if (sent < 5'000'000) sent += Write(*client, block).value_or(0);
    received += Read(*far).size();
    Advance(host_environment, host.stack(), kMillisecond);
    Advance(gateway_environment, gateway.stack(), kMillisecond);
  }
  EXPECT_GE(sent, 5'000'000u);
  far->Close();
  client->Close();
}

}  // namespace
}  // namespace netstack

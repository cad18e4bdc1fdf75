#include <poll.h>

#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

TEST_F(LoopbackTest, UdpBothFamilies) {
  for (int family : {kInet, kInet6}) {
    auto a = net.CreateUdp(family, 0), b = net.CreateUdp(family, 0);
    ASSERT_TRUE(a->Bind(Local(family, 5000)).ok());
    ASSERT_TRUE(b->Bind(Local(family, 0)).ok());
    EXPECT_EQ(Write(*b, "hello", {.to = Local(family, 5000)}).value_or(0), 5u);
    DatagramInfo info;
    EXPECT_EQ(Read(*a, &info), "hello");
    EXPECT_EQ(info.source.port, b->LocalAddress()->port);
    EXPECT_EQ(info.full_length, 5u);
    EXPECT_EQ(ReadError(*a), EAGAIN);
    a->Close();
    b->Close();
  }
}

TEST_F(LoopbackTest, UdpPortUnreachable) {
  auto a = net.CreateUdp(kInet, 0);
  ASSERT_TRUE(a->Connect(Local(kInet, 9)).ok());
  EXPECT_TRUE(Write(*a, "x").ok());
  EXPECT_NE(a->Readiness() & POLLERR, 0u);
  EXPECT_EQ(ReadError(*a), ECONNREFUSED);
  EXPECT_EQ(ReadError(*a), EAGAIN);
  a->Close();
}

TEST_F(LoopbackTest, TcpEcho) {
  for (int family : {kInet, kInet6}) {
    Pair p = Connected(family);
    ASSERT_NE(p.server, nullptr);
    EXPECT_EQ(Write(*p.client, "hello").value_or(0), 5u);
    EXPECT_EQ(Read(*p.server), "hello");
    EXPECT_EQ(Write(*p.server, "world").value_or(0), 5u);
    EXPECT_EQ(Read(*p.client), "world");
    EXPECT_EQ(p.client->PeerAddress()->port, 8080);
    EXPECT_EQ(p.server->LocalAddress()->port, 8080);
    p.client->Close();
    EXPECT_EQ(Read(*p.server), "");
    EXPECT_EQ(ReadError(*p.server), 0);
    EXPECT_EQ(p.server->state(), TcpState::kCloseWait);
    p.server->Close();
    EXPECT_EQ(p.server->state(), TcpState::kClose);
    EXPECT_EQ(p.client->state(), TcpState::kClose);
    EXPECT_EQ(net.ListTcp().size(), 2u);  // The listener, and TIME_WAIT.
    p.listener->Close();
    Pass(61 * kSecond);
    EXPECT_EQ(net.ListTcp().size(), 0u);
  }
}

TEST_F(LoopbackTest, TcpRefused) {
  auto client = net.CreateTcp(kInet, 0);
  CountingObserver seen;
  client->SetObserver(&seen);
  EXPECT_TRUE(client->Connect(Local(kInet, 1)).Is(EINPROGRESS));
  EXPECT_NE(seen.Take() & POLLERR, 0u);
  EXPECT_TRUE(client->Connect(Local(kInet, 1)).Is(ECONNREFUSED));
  client->Close();
}

TEST_F(LoopbackTest, TcpBulk) {
  for (int family : {kInet, kInet6}) {
    Pair p = Connected(family);
    ASSERT_NE(p.server, nullptr);
    const size_t total = 16 << 20;
    std::string block(128 << 10, 0);
    for (size_t i = 0; i < block.size(); i++) block[i] = static_cast<char>(i * 7 + i / 251);
    size_t sent = 0, got = 0, stalls = 0;
    while (got < total) {
      bool progress = false;
      if (sent < total) {
        const size_t at = sent % block.size();
        Result<size_t> n = Write(*p.client, std::string_view(block).substr(
                                                at, std::min(block.size() - at, total - sent)));
        if (n.ok()) {
          sent += *n;
          progress = true;
        }
      }
      const std::string text = Read(*p.server);
      if (!text.empty()) progress = true;
      for (size_t i = 0; i < text.size();) {
        const size_t at = (got + i) % block.size();
        const size_t n = std::min(text.size() - i, block.size() - at);
        ASSERT_EQ(text.compare(i, n, block, at, n), 0) << "behind " << got + i;
        i += n;
      }
      got += text.size();
      if (!progress) {
        ASSERT_LT(++stalls, 100u) << "sent " << sent << " got " << got;
        Pass(50 * kMillisecond);
      }
      environment.now += 10 * kMicrosecond;
    }
    EXPECT_LT(stalls, 3u);
    EXPECT_EQ(p.client->Info().total_retrans, 0u);
    p.client->Abort();
    p.server->Close();
    p.client->Close();
    p.listener->Close();
    Pass(61 * kSecond);
  }
}

TEST_F(LoopbackTest, IdleConnectionArmsNothing) {
  Pair p = Connected();
  EXPECT_EQ(Write(*p.client, "x").value_or(0), 1u);
  EXPECT_EQ(Read(*p.server), "x");
  Pass(10 * kSecond);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
  environment.wakes_asked = 0;
  Pass(3600 * kSecond);
  EXPECT_EQ(environment.wakes_asked, 0);
  p.client->Close();
  p.server->Close();
  p.listener->Close();
}

}  // namespace
}  // namespace netstack

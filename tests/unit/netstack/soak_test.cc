// Bulk transfers over a bad line, on a fake clock: what arrives is what was sent.
#include "netstack/stack/impairment.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

// Two stacks have two wake-ups but one clock.
class SharedClock final : public Environment {
 public:
  explicit SharedClock(Time& now, uint64_t seed) : now_(now), state_(seed) {}
  Time Now() override { return now_; }
  Time WallTime() override { return now_; }
  void Random(std::span<std::byte> out) override {
    for (std::byte& b : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      b = static_cast<std::byte>(state_ >> 56);
    }
  }
  void WakeAt(Time when) override { wake = when; }
  std::optional<Time> wake;

 private:
  Time& now_;
  uint64_t state_;
};

struct Case {
  const char* name;
  Impairment impairment;
  size_t bytes;
};

class Soak : public testing::TestWithParam<Case> {
 protected:
  Soak() : env_a(now, 1), env_b(now, 2), a(env_a), b(env_b) {
    auto ends = ImpairedPipe::Create(env_a, a.stack().timers(), b.stack().timers(),
                                     GetParam().impairment, 12345);
    Plug(a, std::move(ends.first), 1);
    Plug(b, std::move(ends.second), 2);
  }
  void Plug(NetStack& net, std::unique_ptr<Link> link, uint32_t host) {
    Interface* tun = net.stack().AddInterface("tun0", std::move(link)).value();
    InterfaceAddress address;
    address.addr = IpAddress::V4(0x0a000000 + host);
    address.prefix = 24;
    ASSERT_TRUE(net.stack().AddAddress(*tun, address).ok());
    ASSERT_TRUE(net.stack().SetFlags(*tun, abi::kIffUp, abi::kIffUp).ok());
  }
  // To the next wake-up; false: nothing is pending.
  bool Step() {
    if (!env_a.wake && !env_b.wake) return false;
    const bool first = env_a.wake && (!env_b.wake || *env_a.wake <= *env_b.wake);
    SharedClock& env = first ? env_a : env_b;
    now = std::max(now, *env.wake);
    env.wake.reset();
    (first ? a : b).stack().RunTimers();
    return true;
  }

  Time now = 1000 * kSecond;
  SharedClock env_a, env_b;
  NetStack a, b;
};

TEST_P(Soak, ArrivesIntact) {
  auto listener = b.CreateTcp(2, 0);
  ASSERT_TRUE(listener->Bind({IpAddress::V4(0x0a000002), 80, 0}).ok());
  ASSERT_TRUE(listener->Listen(1).ok());
  auto client = a.CreateTcp(2, 0);
  ASSERT_TRUE(client->Connect({IpAddress::V4(0x0a000002), 80, 0}).Is(EINPROGRESS));
  Ref<TcpEndpoint> server;
  const size_t total = GetParam().bytes;
  std::string block(1 << 16, 0);
  for (size_t i = 0; i < block.size(); i++) block[i] = static_cast<char>(i * 131 + i / 253);
  size_t sent = 0, got = 0;
  bool shut = false, eof = false;
  const Time start = now;
  for (int steps = 0; !eof && steps < 3'000'000; steps++) {
    while (client->state() == TcpState::kEstablished && sent < total) {
      const size_t at = sent % block.size();
      Result<size_t> n = Write(
          *client, std::string_view(block).substr(at, std::min(block.size() - at, total - sent)));
      if (!n.ok()) break;
      sent += *n;
    }
    if (sent == total && !shut) shut = client->Shutdown(false, true).ok();
    if (server == nullptr) {
      Result<Ref<TcpEndpoint>> accepted = listener->Accept();
      if (accepted.ok()) server = *accepted;
    }
    while (server != nullptr) {
      std::string text(1 << 16, 0);
      SpanSink sink(std::as_writable_bytes(std::span(text)));
      Result<size_t> n = server->Receive(sink, {});
      if (!n.ok()) {
        ASSERT_EQ(n.error().value(), EAGAIN);
        break;
      }
      if (*n == 0) {
        eof = true;
        break;
      }
      for (size_t i = 0; i < *n;) {
        const size_t at = (got + i) % block.size();
        const size_t part = std::min(*n - i, block.size() - at);
        ASSERT_EQ(text.compare(i, part, block, at, part), 0) << "behind " << got + i;
        i += part;
      }
      got += *n;
    }
    if (!eof && !Step()) break;
  }
  EXPECT_TRUE(eof);
  EXPECT_EQ(got, total);
  EXPECT_EQ(client->pending_error(), 0);
  const TcpInfo info = client->Info();
  printf("%-10s %zu bytes in %.3f s, %u retransmissions, cwnd %u, ssthresh %u\n", GetParam().name,
         got, static_cast<double>(now - start) / kSecond, info.total_retrans, info.snd_cwnd,
         info.snd_ssthresh);
  server->Close();
  client->Close();
  listener->Close();
  for (int i = 0; i < 100'000 && Step(); i++) {
  }
  EXPECT_EQ(a.ListTcp().size() + b.ListTcp().size(), 0u);
  EXPECT_EQ(a.stack().timers().armed() + b.stack().timers().armed(), 0u);
  EXPECT_EQ(a.stack().pool().outstanding() + b.stack().pool().outstanding(), 0u);
}

constexpr Duration kMs = kMillisecond;
INSTANTIATE_TEST_SUITE_P(
    Lines, Soak,
    testing::Values(
        Case{"clean", {.delay = 10 * kMs}, 16 << 20},
        Case{"limited", {.delay = 10 * kMs, .rate = 2'000'000, .queue_limit = 50}, 8 << 20},
        Case{"loss", {.loss = 10'000, .delay = 10 * kMs}, 8 << 20},
        Case{"heavy", {.loss = 100'000, .delay = 5 * kMs}, 1 << 20},
        Case{"reorder", {.reorder = 50'000, .delay = 10 * kMs, .jitter = kMs}, 8 << 20},
        Case{"duplicate", {.duplicate = 50'000, .delay = 10 * kMs, .queue_limit = 100000}, 8 << 20},
        Case{"corrupt", {.corrupt = 10'000, .delay = 10 * kMs}, 4 << 20},
        Case{"all",
             {.loss = 10'000,
              .duplicate = 10'000,
              .reorder = 20'000,
              .corrupt = 5'000,
              .delay = 10 * kMs,
              .jitter = 2 * kMs},
             4 << 20}),
    [](const testing::TestParamInfo<Case>& instance) { return instance.param.name; });

}  // namespace
}  // namespace netstack

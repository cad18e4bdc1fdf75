// BBR, and how it compares: transfers over a line, on a fake clock.
#include "tests/unit/netstack/line.h"

namespace netstack {
namespace {

class BbrLine : public Line {
 public:
  explicit BbrLine(const Impairment& impairment) : Line(impairment) {}

  // Sends without a pause for `duration`; bytes per second that have arrived.
  template <typename F>
  double Run(std::string_view algorithm, Duration duration, F each) {
    auto listener = b.CreateTcp(2, 0);
    EXPECT_TRUE(listener->Bind({IpAddress::V4(0x0a000002), 80, 0}).ok());
    EXPECT_TRUE(listener->Listen(1).ok());
    auto client = a.CreateTcp(2, 0);
    EXPECT_TRUE(client->SetCongestion(algorithm).ok());
    EXPECT_TRUE(client->Connect({IpAddress::V4(0x0a000002), 80, 0}).Is(EINPROGRESS));
    Ref<TcpEndpoint> server;
    const std::string block(1 << 16, 'x');
    const Time start = now;
    uint64_t got = 0;
    while (now < start + duration) {
      while (client->state() == TcpState::kEstablished && Write(*client, block).ok()) {
      }
      if (server == nullptr) {
        if (auto accepted = listener->Accept(); accepted.ok()) server = *accepted;
      }
      while (server != nullptr && server->ReadableBytes() != 0)
        got += Read(*server, 1 << 18).size();
      each(*client);
      if (!Step()) break;
    }
    const double rate = static_cast<double>(got) * kSecond / static_cast<double>(now - start);
    client->Abort();
    if (server != nullptr) server->Close();
    listener->Close();
    for (int i = 0; i < 10000 && Step(); i++) {
    }
    EXPECT_EQ(a.stack().timers().armed() + b.stack().timers().armed(), 0u);
    return rate;
  }
};

constexpr Duration kMs = kMillisecond;

TEST(Bbr, FindsTheRateOfThePathAndLeavesItsQueueShort) {
  BbrLine line({.delay = 10 * kMs, .rate = 2'000'000, .queue_limit = 500});
  std::vector<std::pair<uint32_t, uint32_t>> gains;
  uint32_t least_window = ~0u;
  uint64_t bandwidth = 0, round_trip = 0, steps = 0;
  Duration longest = 0;
  const Time start = line.now;
  const double rate = line.Run("bbr", 12 * kSecond, [&](const TcpEndpoint& client) {
    CongestionInfo info{};
    ASSERT_EQ(client.DescribeCongestion(info), 5u);
    const std::pair gain{info[3], info[4]};
    if (gains.empty() || gains.back() != gain) gains.push_back(gain);
    if (line.now - start < 2 * kSecond || steps++ % 16 != 0) return;
    const TcpInfo tcp = client.Info();
    least_window = std::min(least_window, tcp.snd_cwnd);
    bandwidth = info[0];
    longest = std::max(longest, Duration{tcp.rtt} * kMicrosecond);
    round_trip = info[2];
  });
  EXPECT_GE(round_trip, 20'000u);
  EXPECT_LT(round_trip, 22'000u);
  EXPECT_GT(rate, 1'700'000);
  EXPECT_NEAR(static_cast<double>(bandwidth), 1.93e6, 0.1e6);
  EXPECT_LT(longest, 40 * kMs);  // CUBIC fills the queue: 375 ms.
  EXPECT_EQ(least_window, 4u);   // PROBE_RTT, after ten seconds.
  auto seen = [&](uint32_t pace, uint32_t window) {
    return std::find(gains.begin(), gains.end(), std::pair{pace, window}) - gains.begin();
  };
  EXPECT_EQ(seen(739, 739), 1);                  // STARTUP,
  EXPECT_EQ(seen(88, 739), 2);                   // DRAIN,
  EXPECT_LT(seen(256, 512), std::ssize(gains));  // PROBE_BW:
  EXPECT_LT(seen(320, 512), std::ssize(gains));  // up,
  EXPECT_LT(seen(192, 512), std::ssize(gains));  // down;
  EXPECT_LT(seen(256, 256), std::ssize(gains));  // PROBE_RTT.
  EXPECT_GT(seen(256, 256), seen(192, 512));
}

TEST(Bbr, IsSwitchedToInTheMiddle) {
  BbrLine line({.delay = 10 * kMs, .rate = 2'000'000, .queue_limit = 50});
  const Time start = line.now;
  bool switched = false;
  const double rate = line.Run("cubic", 4 * kSecond, [&](TcpEndpoint& client) {
    if (switched || line.now - start < kSecond) return;
    switched = true;
    ASSERT_TRUE(client.SetCongestion("bbr").ok());
  });
  EXPECT_GT(rate, 1'700'000);
}

TEST(Bbr, HonoursTheLargestPacingRate) {
  BbrLine line({.delay = 10 * kMs, .rate = 5'000'000, .queue_limit = 500});
  const double rate = line.Run(
      "bbr", 4 * kSecond, [&](TcpEndpoint& client) { client.options.max_pacing_rate = 500'000; });
  EXPECT_GT(rate, 450'000);
  EXPECT_LT(rate, 520'000);
}

// 100 Mbit/s, 20 ms, one packet in a hundred is lost: what reacts to losses cannot fill it (RFC
// 8312 section 5.1 gives about 1.2 * MSS / RTT / sqrt(loss)), what models the path does.
TEST(Bbr, FillsALineThatLoses) {
  auto measure = [](std::string_view algorithm) {
    BbrLine line({.loss = 10'000, .delay = 10 * kMs, .rate = 12'500'000, .queue_limit = 300});
    uint32_t retransmissions = 0, steps = 0;
    const double rate = line.Run(algorithm, 6 * kSecond, [&](const TcpEndpoint& client) {
      if (steps++ % 1000 == 0) retransmissions = client.Info().total_retrans;
    });
    printf("%-6s %.2f MB/s, %u retransmissions\n", std::string(algorithm).c_str(), rate / 1e6,
           retransmissions);
    return rate;
  };
  const double cubic = measure("cubic"), reno = measure("reno"), bbr = measure("bbr");
  EXPECT_GT(reno, 0.6e6);
  EXPECT_LT(reno, 1.5e6);
  EXPECT_GT(cubic, 0.6e6);
  EXPECT_LT(cubic, 1.5e6);
  EXPECT_GT(bbr, 9e6);
}

}  // namespace
}  // namespace netstack

// Bulk transfers over a bad line, on a fake clock: what arrives is what was sent.
#include "tests/unit/netstack/line.h"

namespace netstack {
namespace {

struct Case {
  const char* name;
  Impairment impairment;
  size_t bytes;
  const char* congestion = "cubic";
};

class Soak : public Line, public testing::TestWithParam<Case> {
 protected:
  Soak() : Line(GetParam().impairment) {}
};

TEST_P(Soak, ArrivesIntact) {
  auto listener = b.CreateTcp(2, 0);
  ASSERT_TRUE(listener->Bind({IpAddress::V4(0x0a000002), 80, 0}).ok());
  ASSERT_TRUE(listener->Listen(1).ok());
  auto client = a.CreateTcp(2, 0);
  ASSERT_TRUE(client->SetCongestion(GetParam().congestion).ok());
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
             4 << 20},
        Case{"clean_bbr", {.delay = 10 * kMs}, 16 << 20, "bbr"},
        Case{"heavy_bbr", {.loss = 100'000, .delay = 5 * kMs}, 1 << 20, "bbr"},
        Case{"all_bbr",
             {.loss = 10'000,
              .duplicate = 10'000,
              .reorder = 20'000,
              .corrupt = 5'000,
              .delay = 10 * kMs,
              .jitter = 2 * kMs,
              .rate = 5'000'000},
             4 << 20,
             "bbr"}),
    [](const testing::TestParamInfo<Case>& instance) { return instance.param.name; });

}  // namespace
}  // namespace netstack

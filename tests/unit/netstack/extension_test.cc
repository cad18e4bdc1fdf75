// Extension headers of IPv6 on their way out and in, short ones and the longest.
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

// A header of `units` times 8 bytes, all options of which are padding (RFC 8200 section 4.2).
std::vector<std::byte> Header(size_t units) {
  std::vector<std::byte> header(units * 8);
  header[1] = static_cast<std::byte>(units - 1);
  for (size_t at = 2; at < header.size();) {
    const size_t n = std::min<size_t>(header.size() - at, 257);
    if (n == 1) break;  // Pad1
    header[at] = std::byte{1};
    header[at + 1] = static_cast<std::byte>(n - 2);
    at += n;
  }
  return header;
}

TEST_F(LoopbackTest, DatagramsCarryExtensionHeaders) {
  const size_t sizes[][2] = {{0, 1}, {1, 3}, {4, 4}, {0, 100}, {100, 0}, {255, 255}};
  for (const auto& [hop, destination] : sizes) {
    auto a = net.CreateUdp(kInet6, 0), b = net.CreateUdp(kInet6, 0);
    ASSERT_TRUE(a->Bind(Local(kInet6, 5000)).ok());
    if (hop != 0) b->SetHopOptions(Header(hop));
    if (destination != 0) b->SetDestinationOptions(Header(destination));
    for (size_t length : {size_t{4}, size_t{20000}}) {
      const std::string text(length, 'x');
      ASSERT_EQ(Write(*b, text, {.to = Local(kInet6, 5000)}).value_or(0), length);
      DatagramInfo info;
      EXPECT_EQ(Read(*a, &info), text);
      EXPECT_EQ(info.options.size(), (hop + destination) * 8);
      EXPECT_EQ(info.options_protocol, hop != 0 ? 0 : 60);
    }
    a->Close();
    b->Close();
  }
}

TEST_F(LoopbackTest, HeadersOfOneMessageReplaceThoseOfTheSocket) {
  auto a = net.CreateUdp(kInet6, 0), b = net.CreateUdp(kInet6, 0);
  ASSERT_TRUE(a->Bind(Local(kInet6, 5000)).ok());
  b->SetDestinationOptions(Header(2));
  ASSERT_TRUE(Write(*b, "x", {.to = Local(kInet6, 5000), .dst_options = Header(50)}).ok());
  DatagramInfo info;
  EXPECT_EQ(Read(*a, &info), "x");
  EXPECT_EQ(info.options.size(), 400u);
  ASSERT_TRUE(Write(*b, "x", {.to = Local(kInet6, 5000)}).ok());
  EXPECT_EQ(Read(*a, &info), "x");
  EXPECT_EQ(info.options.size(), 16u);
  a->Close();
  b->Close();
}

TEST_F(LoopbackTest, StreamsCarryExtensionHeaders) {
  Pair p = Connected(kInet6);
  p.client->SetHopOptions(Header(255));
  p.client->SetDestinationOptions(Header(255));
  const std::string block(100'000, 'b');
  size_t sent = 0, received = 0;
  for (int i = 0; i < 1000 && received < 1'000'000; i++) {
    if (sent < 1'000'000) sent += Write(*p.client, block).value_or(0);
    received += Read(*p.server).size();
    Pass(kMillisecond);
  }
  EXPECT_GE(received, 1'000'000u);
  for (auto* e : {p.client.get(), p.server.get(), p.listener.get()}) e->Close();
}

}  // namespace
}  // namespace netstack

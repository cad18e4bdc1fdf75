// UDP-Lite (RFC 3828) on a wire: what the checksum covers, and what it does not.
#include "netstack/link/channel.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/udp.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

constexpr int kInet = 2;
const IpAddress kOwn = IpAddress::V4(0x0a000001), kPeer = IpAddress::V4(0x0a000002);
constexpr size_t kIp = Ipv4Header::kSize, kUdp = UdpHeader::kSize;

class UdpLiteTest : public testing::Test {
 protected:
  UdpLiteTest() : net(environment) {
    auto link = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, 1500);
    wire = link.get();
    Interface* device = *net.stack().AddInterface("tun0", std::move(link));
    EXPECT_TRUE(net.stack().SetFlags(*device, abi::kIffUp, abi::kIffUp).ok());
    InterfaceAddress own;
    own.addr = kOwn;
    own.prefix = 24;
    EXPECT_TRUE(net.stack().AddAddress(*device, own).ok());
    endpoint = net.CreateUdpLite(kInet, 0);
    EXPECT_TRUE(endpoint->Bind({kOwn, 7, 0}).ok());
  }
  ~UdpLiteTest() override { endpoint->Close(); }

  // A datagram with right checksum over `covered` bytes, spoilt at `spoilt` after that.
  std::vector<std::byte> Datagram(std::string_view text, uint16_t field, size_t covered,
                                  size_t spoilt) {
    std::vector<std::byte> bytes(kIp + kUdp + text.size());
    Ipv4Header ip;
    ip.source = kPeer;
    ip.destination = kOwn;
    ip.ttl = 64;
    ip.protocol = kProtoUdpLite;
    ip.total_length = static_cast<uint16_t>(bytes.size());
    ip.Write(bytes.data());
    UdpHeader{9, 7, field, 0}.Write(&bytes[kIp]);
    std::memcpy(&bytes[kIp + kUdp], text.data(), text.size());
    Checksum sum;
    sum.AddPseudoHeader(kPeer, kOwn, kProtoUdpLite, kUdp + text.size());
    sum.Add(std::span(bytes).subspan(kIp, covered));
    Store16(&bytes[kIp + 6], sum.Finish());
    if (spoilt != 0) bytes[kIp + spoilt] ^= std::byte{1};
    return bytes;
  }
  std::string Arrives(const std::vector<std::byte>& bytes) {
    wire->Inject(Packet::FromBytes(net.stack().pool(), bytes));
    return Read(*endpoint);
  }

  FakeEnvironment environment;
  NetStack net;
  ChannelLink* wire;
  Ref<UdpEndpoint> endpoint;
};

TEST_F(UdpLiteTest, DamageBehindTheCoverageIsTaken) {
  EXPECT_EQ(Arrives(Datagram("abcdefgh", 12, 12, 0)), "abcdefgh");
  EXPECT_EQ(Arrives(Datagram("abcdefgh", 12, 12, 15)), "abcdefgi");
  EXPECT_EQ(Arrives(Datagram("abcdefgh", 12, 12, 11)), "");
  EXPECT_EQ(net.stack().stats().udplite4.in_csum_errors, 1u);
  // 0: all is covered.
  EXPECT_EQ(Arrives(Datagram("abcdefgh", 0, 16, 0)), "abcdefgh");
  EXPECT_EQ(Arrives(Datagram("abcdefgh", 0, 16, 15)), "");
}

TEST_F(UdpLiteTest, MalformedOnesAreDropped) {
  EXPECT_EQ(Arrives(Datagram("abc", 7, 11, 0)), "");   // Less than the header.
  EXPECT_EQ(Arrives(Datagram("abc", 12, 11, 0)), "");  // More than there is.
  std::vector<std::byte> unchecked = Datagram("abc", 0, 11, 0);
  Store16(&unchecked[kIp + 6], 0);
  EXPECT_EQ(Arrives(unchecked), "");
  EXPECT_EQ(net.stack().stats().udplite4.in_errors, 3u);
}

TEST_F(UdpLiteTest, WhatIsSentIsRight) {
  for (int coverage : {-1, 0, 8, 13, 500}) {
    if (coverage >= 0) endpoint->send_coverage = static_cast<uint16_t>(coverage);
    DatagramSend how;
    how.to = SocketAddr{kPeer, 9, 0};
    ASSERT_TRUE(Write(*endpoint, std::string(33, 'x'), how).ok());
    PacketPtr sent = wire->Read();
    ASSERT_NE(sent, nullptr);
    const std::vector<std::byte> bytes = sent->ToBytes();
    const UdpHeader header = UdpHeader::Parse(&bytes[kIp]);
    const size_t covered = coverage == 8 || coverage == 13 ? static_cast<size_t>(coverage) : 41;
    EXPECT_EQ(header.length, coverage == 0 ? 0u : covered);
    Checksum sum;
    sum.AddPseudoHeader(kOwn, kPeer, kProtoUdpLite, 41);
    sum.Add(std::span(bytes).subspan(kIp, covered));
    EXPECT_EQ(sum.Finish(), 0);
  }
}

}  // namespace
}  // namespace netstack

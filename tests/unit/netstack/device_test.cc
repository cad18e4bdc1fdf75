// DeviceLink: frames through a device of the host, with and without a virtio header.
#include "netstack/link/device.h"

#include <deque>

#include "netstack/link/segment.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/tcp.h"
#include "netstack/wire/udp.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

using Frame = std::vector<std::byte>;
constexpr int kInet = 2, kInet6 = 10;
constexpr MacAddress kMacs[] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};

// What one side has written and the other is to read.
struct Wire {
  std::deque<Frame> frames;
  size_t room = SIZE_MAX;
  bool awaited = false;
};

class FakePort final : public FramePort {
 public:
  FakePort(Wire& out, Wire& in) : out_(out), in_(in) {}
  Result<size_t> Read(std::span<const iovec> to) override {
    if (in_.frames.empty()) return Errno(EAGAIN);
    const Frame frame = std::move(in_.frames.front());
    in_.frames.pop_front();
    size_t done = 0;
    for (const iovec& piece : to) {
      const size_t n = std::min(piece.iov_len, frame.size() - done);
      if (n != 0) std::memcpy(piece.iov_base, frame.data() + done, n);
      done += n;
    }
    return done;
  }
  Result<void> Write(std::span<const iovec> pieces) override {
    if (out_.frames.size() >= out_.room) return Errno(EAGAIN);
    Frame frame;
    for (const iovec& piece : pieces) {
      const auto* at = static_cast<const std::byte*>(piece.iov_base);
      frame.insert(frame.end(), at, at + piece.iov_len);
    }
    out_.frames.push_back(std::move(frame));
    return {};
  }
  void AwaitRoom() override { out_.awaited = true; }

 private:
  Wire &out_, &in_;
};

IpAddress Address(int family, uint8_t last) {
  if (family == kInet) {
    const uint8_t bytes[] = {192, 0, 2, last};
    return IpAddress::V4Bytes(bytes);
  }
  const uint8_t bytes[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  return IpAddress::V6Bytes(bytes);
}

// Two machines whose cards are joined by what they write; parameter: size of the virtio header.
class DeviceTest : public testing::TestWithParam<size_t> {
 protected:
  struct Side {
    explicit Side(Environment& environment) : net(environment) {}
    NetStack net;
    DeviceLink* link = nullptr;
  };
  DeviceTest() : sides{Side(environment), Side(environment)} {
    for (int i = 0; i < 2; ++i) {
      Side& side = sides[i];
      side.net.AddLoopback();
      DeviceLink::Options options;
      options.mac = kMacs[i];
      options.header_size = GetParam();
      auto link = std::make_unique<DeviceLink>(options, side.net.stack().pool(),
                                               std::make_unique<FakePort>(wires[i], wires[1 - i]));
      side.link = link.get();
      Interface* device = *side.net.stack().AddInterface("eth0", std::move(link));
      EXPECT_TRUE(side.net.stack().SetFlags(*device, abi::kIffUp, abi::kIffUp).ok());
      for (int family : {kInet, kInet6}) {
        InterfaceAddress own;
        own.addr = Address(family, static_cast<uint8_t>(i + 1));
        own.prefix = family == kInet ? 24 : 64;
        EXPECT_TRUE(side.net.stack().AddAddress(*device, own).ok());
      }
    }
  }
  size_t header() const { return GetParam(); }
  // Until nothing is on its way.
  void Exchange() {
    while (!wires[0].frames.empty() || !wires[1].frames.empty()) {
      for (int i = 0; i < 2; ++i) {
        for (const Frame& frame : wires[1 - i].frames) largest = std::max(largest, frame.size());
        sides[i].link->Receive();
      }
    }
  }
  void Settle() {
    Exchange();
    for (int i = 0; i < 50; ++i) {
      environment.now += 10 * kMillisecond;
      for (Side& side : sides) side.net.stack().RunTimers();
      Exchange();
    }
  }
  uint64_t Bad() const {
    const auto &a = sides[0].link->counters(), &b = sides[1].link->counters();
    return a.malformed + b.malformed + a.unsent + b.unsent + a.overrun + b.overrun;
  }

  FakeEnvironment environment;
  Wire wires[2];
  Side sides[2];
  size_t largest = 0;
};

TEST_P(DeviceTest, BulkArrivesWholeBothWays) {
  for (int family : {kInet, kInet6}) {
    largest = 0;
    auto listener = sides[1].net.CreateTcp(family, 0);
    ASSERT_TRUE(listener->Bind({Address(family, 2), 80, 0}).ok());
    ASSERT_TRUE(listener->Listen(8).ok());
    auto client = sides[0].net.CreateTcp(family, 0);
    ASSERT_TRUE(client->Connect({Address(family, 2), 80, 0}).Is(EINPROGRESS));
    Exchange();
    ASSERT_TRUE(client->Connect({Address(family, 2), 80, 0}).ok());
    Ref<TcpEndpoint> server = *listener->Accept();
    TcpEndpoint* ends[] = {client.get(), server.get()};
    for (int from = 0; from < 2; ++from) {
      std::string sent, got;
      uint32_t seed = 7;
      for (int i = 0; i < 2'000'000; ++i) {
        seed = seed * 1664525u + 1013904223u;
        sent.push_back(static_cast<char>(seed >> 24));
      }
      for (size_t at = 0; got.size() < sent.size();) {
        const size_t n = Write(*ends[from], std::string_view(sent).substr(at, 100'000)).value_or(0);
        at += n;
        Settle();
        const size_t before = got.size();
        got += Read(*ends[1 - from], 1 << 20);
        ASSERT_TRUE(n != 0 || got.size() != before) << "it has come to a halt at " << got.size();
      }
      EXPECT_TRUE(sent == got);
    }
    const size_t wire_frame = EthernetHeader::kSize + 1500;
    if (header() == 0) {
      EXPECT_LE(largest, wire_frame);
    } else {
      EXPECT_GT(largest, 10 * wire_frame);
    }
    client->Close();
    server->Close();
    listener->Close();
    Settle();
  }
  EXPECT_EQ(Bad(), 0u);
}

TEST_P(DeviceTest, DatagramsOfAllSizes) {
  for (int family : {kInet, kInet6}) {
    auto server = sides[1].net.CreateUdp(family, 0);
    ASSERT_TRUE(server->Bind({Address(family, 2), 53, 0}).ok());
    auto client = sides[0].net.CreateUdp(family, 0);
    ASSERT_TRUE(client->Connect({Address(family, 2), 53, 0}).ok());
    for (size_t size : {0u, 1u, 2u, 1450u, 1473u, 9000u, 65000u}) {
      const std::string text(size, 'x');
      ASSERT_EQ(Write(*client, text).value_or(1), size);
      Settle();
      EXPECT_EQ(Read(*server), text) << size;
    }
  }
  EXPECT_EQ(Bad(), 0u);
}

TEST_P(DeviceTest, WhatHasNoRoomWaitsInOrder) {
  auto server = sides[1].net.CreateUdp(kInet, 0);
  ASSERT_TRUE(server->Bind({Address(kInet, 2), 53, 0}).ok());
  auto client = sides[0].net.CreateUdp(kInet, 0);
  ASSERT_TRUE(client->Connect({Address(kInet, 2), 53, 0}).ok());
  ASSERT_TRUE(Write(*client, "first").ok());
  Settle();
  EXPECT_EQ(Read(*server), "first");
  wires[0].room = 2;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Write(*client, std::to_string(i)).ok());
  EXPECT_EQ(wires[0].frames.size(), 2u);
  for (int next = 0; next < 10;) {
    EXPECT_EQ(std::exchange(wires[0].awaited, false), next < 8);
    sides[1].link->Receive();
    EXPECT_EQ(Read(*server), std::to_string(next++));
    EXPECT_EQ(Read(*server), std::to_string(next++));
    sides[0].link->Flush();
  }
  wires[0].room = 0;
  for (size_t i = 0; i < DeviceLink::kMostQueued + 5; ++i) (void)Write(*client, "x");
  EXPECT_EQ(sides[0].link->counters().overrun, 5u);
}

INSTANTIATE_TEST_SUITE_P(Headers, DeviceTest,
                         testing::Values(0, VirtioNetHeader::kSize, VirtioNetHeader::kLongSize));

// --- one card, and frames made by hand ---

class RawDeviceTest : public testing::Test, public LinkSink {
 protected:
  RawDeviceTest() : net(environment), link(Options(), net.stack().pool(), Port()) {
    link.Attach(this);
  }
  static DeviceLink::Options Options() {
    DeviceLink::Options options;
    options.mac = kMacs[0];
    options.header_size = VirtioNetHeader::kLongSize;
    return options;
  }
  std::unique_ptr<FramePort> Port() { return std::make_unique<FakePort>(out, in); }
  void ReceiveFrame(PacketPtr frame) override { got.push_back(std::move(frame)); }

  // Ethernet, IPv4, UDP or TCP, `payload` octets.
  Frame Make(uint8_t protocol, size_t payload) {
    const size_t transport = protocol == kProtoTcp ? TcpHeader::kSize : UdpHeader::kSize;
    Frame frame(EthernetHeader::kSize + Ipv4Header::kSize + transport + payload);
    EthernetHeader{kMacs[0], kMacs[1], kEtherIpv4}.Write(frame.data());
    Ipv4Header ip;
    ip.total_length = static_cast<uint16_t>(frame.size() - EthernetHeader::kSize);
    ip.protocol = protocol;
    ip.source = Address(kInet, 2);
    ip.destination = Address(kInet, 1);
    ip.Write(&frame[EthernetHeader::kSize]);
    std::byte* at = &frame[kTransport];
    if (protocol == kProtoTcp) {
      TcpHeader tcp;
      tcp.seq = 1000;
      tcp.flags = kTcpAck | kTcpPsh | kTcpFin;
      tcp.Write(at);
    } else {
      UdpHeader{1, 2, static_cast<uint16_t>(transport + payload), 0}.Write(at);
    }
    for (size_t i = 0; i < payload; ++i) {
      frame[frame.size() - payload + i] = static_cast<std::byte>(i * 7);
    }
    return frame;
  }
  void Arrive(const VirtioNetHeader& header, const Frame& frame) {
    Frame whole(VirtioNetHeader::kLongSize);
    header.Write(whole.data());
    whole.insert(whole.end(), frame.begin(), frame.end());
    in.frames.push_back(std::move(whole));
    EXPECT_FALSE(link.Receive());
  }
  static VirtioNetHeader Partial() {
    VirtioNetHeader header;
    header.flags = VirtioNetHeader::kNeedsChecksum;
    header.checksum_start = kTransport;
    header.checksum_offset = 6;
    return header;
  }

  static constexpr size_t kTransport = EthernetHeader::kSize + Ipv4Header::kSize;
  FakeEnvironment environment;
  NetStack net;
  Wire out, in;
  DeviceLink link;
  std::vector<PacketPtr> got;
};

TEST_F(RawDeviceTest, HeadersThatLieAreDropped) {
  const Frame udp = Make(kProtoUdp, 100), tcp = Make(kProtoTcp, 3000);
  auto dropped = [&](const VirtioNetHeader& header, const Frame& frame) {
    const uint64_t before = link.counters().malformed;
    Arrive(header, frame);
    EXPECT_TRUE(got.empty());
    EXPECT_EQ(link.counters().malformed, before + 1);
  };
  VirtioNetHeader header = Partial();
  header.checksum_start = static_cast<uint16_t>(udp.size() - 7);
  dropped(header, udp);  // The field is one octet behind the end.
  header.checksum_start = header.checksum_offset = 0xffff;
  dropped(header, udp);
  header = Partial();
  header.gso_type = VirtioNetHeader::kTcp4;
  header.gso_size = 0;
  dropped(header, tcp);
  header.gso_size = 1000;
  dropped(header, udp);
  header.gso_type = VirtioNetHeader::kTcp6;
  dropped(header, tcp);
  header.gso_type = VirtioNetHeader::kUdpSegments;
  dropped(header, tcp);
  header.gso_type = VirtioNetHeader::kUdp;  // Fragments: nobody was told that we join them.
  dropped(header, udp);
  header.gso_type = 77;
  dropped(header, udp);
  header.gso_type = VirtioNetHeader::kUdpSegments;
  header.gso_size = 1;
  dropped(header, Make(kProtoUdp, 60000));  // As many datagrams as octets.
  dropped({}, Frame(13));
  in.frames.push_back(Frame(5));
  EXPECT_FALSE(link.Receive());
  in.frames.push_back(Frame(70000));
  EXPECT_FALSE(link.Receive());
  EXPECT_TRUE(got.empty());
}

TEST_F(RawDeviceTest, OpenChecksumIsNoneOfOurs) {
  Arrive(Partial(), Make(kProtoUdp, 100));
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0]->checksum, ChecksumState::kPartial);
  VirtioNetHeader valid;
  valid.flags = VirtioNetHeader::kDataValid;
  Arrive(valid, Make(kProtoUdp, 100));
  EXPECT_EQ(got[1]->checksum, ChecksumState::kVerified);
  Arrive({}, Make(kProtoUdp, 100));
  EXPECT_EQ(got[2]->checksum, ChecksumState::kUnknown);
}

// A tunnel's inner datagram: what carries it has a checksum of its own.
TEST_F(RawDeviceTest, ChecksumWithinIsDone) {
  const Frame frame = Make(kProtoUdp, 101);
  VirtioNetHeader header = Partial();
  header.checksum_start = kTransport + UdpHeader::kSize + 20;
  header.checksum_offset = 3;
  Arrive(header, frame);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0]->checksum, ChecksumState::kUnknown);
  Frame bytes = got[0]->ToBytes();
  const size_t field = header.checksum_start + 3u;
  EXPECT_EQ(Load16(&bytes[field]), ChecksumOf(std::span(frame).subspan(header.checksum_start)));
  bytes[field] = frame[field];
  bytes[field + 1] = frame[field + 1];
  EXPECT_EQ(bytes, frame);
}

TEST_F(RawDeviceTest, JoinedDatagramsAreCut) {
  VirtioNetHeader header = Partial();
  header.gso_type = VirtioNetHeader::kUdpSegments;
  header.gso_size = 400;
  const Frame frame = Make(kProtoUdp, 1000);
  Arrive(header, frame);
  ASSERT_EQ(got.size(), 3u);
  const size_t headers = kTransport + UdpHeader::kSize;
  for (size_t i = 0; i < 3; ++i) {
    const Frame piece = got[i]->ToBytes();
    const size_t payload = i == 2 ? 200 : 400;
    ASSERT_EQ(piece.size(), headers + payload);
    EXPECT_EQ(UdpHeader::Parse(&piece[kTransport]).length, UdpHeader::kSize + payload);
    EXPECT_TRUE(std::equal(piece.begin() + headers, piece.end(),
                           frame.begin() + static_cast<ptrdiff_t>(headers + i * 400)));
  }
}

TEST_F(RawDeviceTest, SegmentsInSoftwareAreRight) {
  const Frame frame = Make(kProtoTcp, 2500);
  PacketPtr packet = Packet::FromBytes(net.stack().pool(), frame);
  packet->gso_size = 1000;
  packet->checksum = ChecksumState::kPartial;
  std::vector<Frame> pieces;
  ASSERT_TRUE(SegmentFrame(std::move(packet),
                           [&](PacketPtr piece) { pieces.push_back(piece->ToBytes()); }));
  ASSERT_EQ(pieces.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const std::span<const std::byte> piece(pieces[i]);
    const auto ip = Ipv4Header::Parse(piece.subspan(EthernetHeader::kSize));
    EXPECT_EQ(ip->total_length, piece.size() - EthernetHeader::kSize);
    EXPECT_EQ(ip->id, i);
    EXPECT_EQ(ChecksumOf(piece.subspan(EthernetHeader::kSize, Ipv4Header::kSize)), 0);
    const auto tcp = TcpHeader::Parse(piece.subspan(kTransport));
    EXPECT_EQ(tcp->seq, 1000 + i * 1000);
    EXPECT_EQ(tcp->flags, i == 2 ? kTcpAck | kTcpPsh | kTcpFin : kTcpAck);
    Checksum sum;
    sum.AddPseudoHeader(ip->source, ip->destination, kProtoTcp, piece.size() - kTransport);
    sum.Add(piece.subspan(kTransport));
    EXPECT_EQ(sum.Finish(), 0);
  }
}

TEST_F(RawDeviceTest, LargestFrameOfAll) {
  VirtioNetHeader header = Partial();
  header.gso_type = VirtioNetHeader::kTcp4;
  header.checksum_offset = 16;
  header.gso_size = 1448;
  const Frame frame = Make(kProtoTcp, 65535 - 40);
  Arrive(header, frame);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0]->ToBytes(), frame);
  EXPECT_EQ(got[0]->gso_size, 1448);
}

}  // namespace
}  // namespace netstack

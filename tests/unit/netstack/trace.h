// A packet trace: the stack on one side of a link, the test on the other, segment by segment.
#pragma once

#include "netstack/link/channel.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/tcp.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {

// A segment as the test writes or reads it.
struct Seg {
  uint16_t flags = 0;
  uint32_t seq = 0, ack = 0;
  uint16_t window = 65535;
  std::string data;
  TcpOptions options;
  uint16_t urgent = 0;
  uint16_t source_port = 0, destination_port = 0;
  uint8_t tos = 0;

  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
};

class TcpTrace : public testing::Test {
 protected:
  static constexpr uint16_t kPeerPort = 80;
  static constexpr uint32_t kPeerIss = 5000;
  static inline const IpAddress kUs = IpAddress::V4(0x0a000001);
  static inline const IpAddress kPeer = IpAddress::V4(0x0a000002);

  explicit TcpTrace(uint32_t mtu = 1500) : net(environment) {
    auto owned = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, mtu);
    link = owned.get();
    Interface* tun = net.stack().AddInterface("tun0", std::move(owned)).value();
    InterfaceAddress address;
    address.addr = kUs;
    address.prefix = 24;
    EXPECT_TRUE(net.stack().AddAddress(*tun, address).ok());
    EXPECT_TRUE(net.stack().SetFlags(*tun, abi::kIffUp, abi::kIffUp).ok());
  }
  ~TcpTrace() override {
    if (tcp != nullptr) tcp->Close();
    if (listener != nullptr) listener->Close();
  }

  void Pass(Duration duration) { Advance(environment, net.stack(), duration); }

  void Inject(const Seg& seg) {
    std::array<std::byte, TcpOptions::kMaxSize> options;
    const size_t options_size = seg.options.Write(options.data());
    TcpHeader header;
    header.source_port = seg.source_port != 0 ? seg.source_port : kPeerPort;
    header.destination_port = seg.destination_port != 0 ? seg.destination_port : local_port;
    header.seq = seg.seq;
    header.ack = seg.ack;
    header.flags = seg.flags;
    header.window = seg.window;
    header.urgent = seg.urgent;
    header.header_size = static_cast<uint8_t>(TcpHeader::kSize + options_size);
    const size_t tcp_size = header.header_size + seg.data.size();
    std::vector<std::byte> bytes(Ipv4Header::kSize + tcp_size);
    std::byte* at = bytes.data() + Ipv4Header::kSize;
    header.Write(at);
    std::memcpy(at + TcpHeader::kSize, options.data(), options_size);
    if (!seg.data.empty()) {
      std::memcpy(at + header.header_size, seg.data.data(), seg.data.size());
    }
    Checksum sum;
    sum.AddPseudoHeader(kPeer, kUs, kProtoTcp, tcp_size);
    sum.Add({at, tcp_size});
    Store16(at + 16, sum.Finish());
    Ipv4Header ip;
    ip.source = kPeer;
    ip.destination = kUs;
    ip.protocol = kProtoTcp;
    ip.tos = seg.tos;
    ip.total_length = static_cast<uint16_t>(bytes.size());
    ip.Write(bytes.data());
    link->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  }

  // The next segment that the stack has sent.
  std::optional<Seg> Next() {
    PacketPtr packet = link->Read();
    if (packet == nullptr) return std::nullopt;
    const std::vector<std::byte> bytes = packet->ToBytes();
    std::optional<Ipv4Header> ip = Ipv4Header::Parse(bytes);
    EXPECT_TRUE(ip && ChecksumOf(std::span(bytes).first(ip->header_size)) == 0);
    EXPECT_EQ(ip->total_length, bytes.size());
    std::span<const std::byte> rest = std::span(bytes).subspan(ip->header_size);
    Checksum sum;
    sum.AddPseudoHeader(ip->source, ip->destination, kProtoTcp, rest.size());
    sum.Add(rest);
    EXPECT_EQ(sum.Finish(), 0);
    std::optional<TcpHeader> header = TcpHeader::Parse(rest);
    EXPECT_TRUE(header);
    Seg seg;
    seg.flags = header->flags;
    seg.seq = header->seq;
    seg.ack = header->ack;
    seg.window = header->window;
    seg.urgent = header->urgent;
    seg.source_port = header->source_port;
    seg.destination_port = header->destination_port;
    seg.tos = ip->tos;
    seg.options =
        TcpOptions::Parse(rest.subspan(TcpHeader::kSize, header->header_size - TcpHeader::kSize));
    rest = rest.subspan(header->header_size);
    seg.data.assign(reinterpret_cast<const char*>(rest.data()), rest.size());
    return seg;
  }
  Seg MustNext() {
    std::optional<Seg> seg = Next();
    EXPECT_TRUE(seg) << "nothing was sent";
    return seg.value_or(Seg{});
  }
  bool Quiet() { return !Next().has_value(); }

  TcpOptions PeerOptions() {
    TcpOptions options;
    if (timestamps) {
      options.has_timestamps = true;
      options.timestamp = peer_timestamp();
      options.timestamp_echo = echo;
    }
    return options;
  }
  uint32_t peer_timestamp() const { return static_cast<uint32_t>(environment.now / kMillisecond); }
  // A segment from the peer: numbers relative to the first byte of each direction.
  Seg Peer(uint32_t seq, uint32_t ack, std::string data = "", uint16_t flags = kTcpAck) {
    Seg seg;
    seg.flags = flags;
    seg.seq = kPeerIss + 1 + seq;
    seg.ack = iss + 1 + ack;
    seg.data = std::move(data);
    seg.window = window;
    seg.options = PeerOptions();
    return seg;
  }
  uint32_t RelSeq(const Seg& seg) const { return seg.seq - iss - 1; }
  uint32_t RelAck(const Seg& seg) const { return seg.ack - kPeerIss - 1; }

  void Establish(bool with_sack = true, bool with_timestamps = false, uint16_t mss = 1000,
                 std::optional<uint8_t> scale = std::nullopt) {
    timestamps = with_timestamps;
    tcp = net.CreateTcp(2, 0);
    if (prepare) prepare(*tcp);
    ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
    const Seg syn = MustNext();
    ASSERT_EQ(syn.flags & ~(kTcpEce | kTcpCwr), kTcpSyn);
    iss = syn.seq;
    local_port = syn.source_port;
    Seg reply;
    reply.flags = kTcpSyn | kTcpAck;
    reply.seq = kPeerIss;
    reply.ack = iss + 1;
    reply.window = window;
    reply.options.mss = mss;
    reply.options.sack_permitted = with_sack;
    reply.options.window_scale = scale;
    if (timestamps) {
      reply.options.has_timestamps = true;
      reply.options.timestamp = peer_timestamp();
      reply.options.timestamp_echo = syn.options.timestamp;
    }
    environment.now += rtt;
    Inject(reply);
    const Seg ack = MustNext();
    ASSERT_EQ(ack.flags, kTcpAck);
    ASSERT_EQ(ack.ack, kPeerIss + 1);
    ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).ok());
  }

  FakeEnvironment environment;
  NetStack net;
  ChannelLink* link = nullptr;
  Ref<TcpEndpoint> tcp, listener;
  std::function<void(TcpEndpoint&)> prepare;
  uint16_t local_port = 0, window = 65535;
  uint32_t iss = 0, echo = 0;
  bool timestamps = false;
  Duration rtt = 10 * kMillisecond;
};

}  // namespace netstack

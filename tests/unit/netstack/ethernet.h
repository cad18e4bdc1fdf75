// A stack with one Ethernet device; the test is all that is at the other end of the wire.
#pragma once

#include "netstack/link/channel.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/ipv6.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {

// An IP packet as it was on the wire, its checksum found right.
struct WirePacket {
  MacAddress to;
  IpAddress source, destination;
  uint8_t protocol = 0;
  int hop_limit = 0;
  bool router_alert = false;
  std::vector<std::byte> payload;

  uint8_t type() const { return Load8(payload.data()); }
};

class EthernetHost : public testing::Test {
 protected:
  static constexpr MacAddress kMac{{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}};
  static constexpr MacAddress kOtherMac{{0x02, 0, 0, 0, 0, 9}};

  EthernetHost() : net(environment) {
    auto owned = std::make_unique<ChannelLink>(LinkKind::kEthernet, kMac, 1500);
    link = owned.get();
    eth = net.stack().AddInterface("eth0", std::move(owned)).value();
  }
  void Up() { ASSERT_TRUE(net.stack().SetFlags(*eth, abi::kIffUp, abi::kIffUp).ok()); }
  void Down() { ASSERT_TRUE(net.stack().SetFlags(*eth, 0, abi::kIffUp).ok()); }
  void AddAddress(const IpAddress& addr, int prefix) {
    InterfaceAddress address;
    address.addr = addr;
    address.prefix = prefix;
    ASSERT_TRUE(net.stack().AddAddress(*eth, address).ok());
  }
  void Pass(Duration duration) { Advance(environment, net.stack(), duration); }

  // The next IP packet of that family that was sent.
  std::optional<WirePacket> Next(bool v4) {
    while (PacketPtr frame = link->Read()) {
      const std::vector<std::byte> bytes = frame->ToBytes();
      const EthernetHeader header = EthernetHeader::Parse(bytes.data());
      if (header.type != (v4 ? kEtherIpv4 : kEtherIpv6)) continue;
      WirePacket out;
      out.to = header.destination;
      const auto rest = std::span(bytes).subspan(EthernetHeader::kSize);
      v4 ? Read4(rest, out) : Read6(rest, out);
      return out;
    }
    return std::nullopt;
  }
  // And its type is that.
  WirePacket MustNext(bool v4, uint8_t type) {
    while (std::optional<WirePacket> packet = Next(v4)) {
      if (packet->type() == type) return *packet;
    }
    ADD_FAILURE() << "nothing of type " << int{type};
    WirePacket none;
    none.payload.resize(64);
    return none;
  }
  void Discard() {
    while (link->Read()) {
    }
  }

  void Inject(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
              std::vector<std::byte> payload, uint8_t hop_limit) {
    const bool v4 = source.IsV4();
    Store16(&payload[2], 0);
    Checksum sum;
    if (protocol == kProtoIcmp6) {
      sum.AddPseudoHeader(source, destination, protocol, payload.size());
    }
    sum.Add(payload);
    Store16(&payload[2], sum.Finish());
    const size_t head = EthernetHeader::kSize + (v4 ? Ipv4Header::kSize : Ipv6Header::kSize);
    std::vector<std::byte> bytes(head);
    const MacAddress to = destination.IsMulticast() ? MacAddress::ForMulticast(destination) : kMac;
    EthernetHeader{to, kOtherMac, v4 ? kEtherIpv4 : kEtherIpv6}.Write(bytes.data());
    std::byte* at = &bytes[EthernetHeader::kSize];
    if (v4) {
      Ipv4Header ip;
      ip.source = source;
      ip.destination = destination;
      ip.protocol = protocol;
      ip.ttl = hop_limit;
      ip.total_length = static_cast<uint16_t>(Ipv4Header::kSize + payload.size());
      ip.Write(at);
    } else {
      Ipv6Header ip;
      ip.source = source;
      ip.destination = destination;
      ip.next_header = protocol;
      ip.hop_limit = hop_limit;
      ip.payload_length = static_cast<uint16_t>(payload.size());
      ip.Write(at);
    }
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    link->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  }

  FakeEnvironment environment;
  NetStack net;
  ChannelLink* link = nullptr;
  Interface* eth = nullptr;

 private:
  static void Read4(std::span<const std::byte> bytes, WirePacket& out) {
    std::optional<Ipv4Header> ip = Ipv4Header::Parse(bytes);
    ASSERT_TRUE(ip);
    out.source = ip->source;
    out.destination = ip->destination;
    out.protocol = ip->protocol;
    out.hop_limit = ip->ttl;
    out.router_alert = ip->header_size == 24 && Load8(&bytes[20]) == kIpOptRouterAlert;
    const auto payload = bytes.subspan(ip->header_size);
    EXPECT_EQ(ChecksumOf(payload), 0);
    out.payload.assign(payload.begin(), payload.end());
  }
  static void Read6(std::span<const std::byte> bytes, WirePacket& out) {
    std::optional<Ipv6Header> ip = Ipv6Header::Parse(bytes);
    ASSERT_TRUE(ip);
    out.source = ip->source;
    out.destination = ip->destination;
    out.protocol = ip->next_header;
    out.hop_limit = ip->hop_limit;
    auto payload = bytes.subspan(Ipv6Header::kSize);
    if (ip->next_header == kProtoHopByHop) {
      out.protocol = Load8(payload.data());
      out.router_alert = Load8(&payload[2]) == 5 && Load16(&payload[4]) == 0;
      payload = payload.subspan((Load8(&payload[1]) + 1u) * 8);
    }
    Checksum sum;
    sum.AddPseudoHeader(out.source, out.destination, out.protocol, payload.size());
    sum.Add(payload);
    EXPECT_EQ(sum.Finish(), 0);
    out.payload.assign(payload.begin(), payload.end());
  }
};

}  // namespace netstack

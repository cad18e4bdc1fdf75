// What rules do to packets: translating their addresses, refusing them.
#include <algorithm>

#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/tcp.h"

namespace netstack {
namespace {

constexpr uint8_t kNetProhibited = 9, kHostProhibited = 10;

std::optional<Unreachable> Meaning4(uint8_t code) {
  switch (code) {
    case kIcmpNet:
      return Unreachable::kNet;
    case kIcmpHost:
      return Unreachable::kHost;
    case kIcmpProtocol:
      return Unreachable::kProtocol;
    case kIcmpPort:
      return Unreachable::kPort;
    case kNetProhibited:
      return Unreachable::kNetProhibited;
    case kHostProhibited:
      return Unreachable::kHostProhibited;
    case kIcmpAdmin:
      return Unreachable::kAdmin;
    default:
      return std::nullopt;
  }
}

std::optional<Unreachable> Meaning6(uint8_t code) {
  constexpr Unreachable kAll[] = {
      Unreachable::kNet,  Unreachable::kAdmin,  Unreachable::kNet,        Unreachable::kHost,
      Unreachable::kPort, Unreachable::kPolicy, Unreachable::kRejectRoute};
  if (code >= std::size(kAll)) return std::nullopt;
  return kAll[code];
}

void SendUnreachable(Evaluation& e, Unreachable why) {
  PacketPtr about = e.packet->Clone();
  const std::byte* at = about->Pull(e.headers.network_size);
  if (at == nullptr) return;
  about->network_header = {at, e.headers.network_size};
  about->Consume(e.headers.network_size);
  about->type = PacketType::kHost;
  IpReceived ip;
  ip.source = e.headers.source;
  ip.destination = e.headers.destination;
  ip.in = e.in != nullptr ? e.in : e.out;
  ip.protocol = e.headers.protocol;
  ip.hop_limit = e.headers.hop_limit;
  ip.tos = e.headers.tos;
  if (ip.in == nullptr) return;
  e.stack.icmp().SendUnreachable(*about, ip, why);
}

// RFC 9293 section 3.10.7.1: what a closed port answers.
void SendReset(Evaluation& e) {
  const Headers& h = e.headers;
  if (h.protocol != kProtoTcp || h.transport_size < TcpHeader::kSize) return;
  const std::byte* at = h.transport.data();
  const uint16_t flags = static_cast<uint16_t>(Load16(at + 12) & 0x3f);
  if ((flags & kTcpRst) != 0 || h.source.IsMulticast() || h.destination.IsMulticast()) return;
  const size_t header_size = (Load8(at + 12) >> 4) * 4u;
  const size_t segment = e.packet->size() - h.network_size;
  if (header_size < TcpHeader::kSize || header_size > segment) return;
  TcpHeader reset;
  reset.source_port = h.destination_port();
  reset.destination_port = h.source_port();
  if ((flags & kTcpAck) != 0) {
    reset.seq = Load32(at + 8);
    reset.flags = kTcpRst;
  } else {
    reset.flags = kTcpRst | kTcpAck;
    reset.ack = Load32(at + 4) + static_cast<uint32_t>(segment - header_size) +
                ((flags & kTcpSyn) != 0 ? 1 : 0) + ((flags & kTcpFin) != 0 ? 1 : 0);
  }
  auto route = e.stack.FindRoute(h.source, IpAddress::AnyFor(h.v4), 0);
  if (!route.ok()) return;
  PacketPtr packet = Packet::Create();
  reset.Write(packet->Push(TcpHeader::kSize));
  IpSend send;
  send.source = h.destination;
  send.destination = h.source;
  send.protocol = kProtoTcp;
  send.fragmentation = Fragmentation::kHereOnly;
  StartChecksum(*packet, send.source, send.destination, kProtoTcp, 16);
  (void)e.stack.network(h.v4).Send(std::move(packet), *route, send).ok();
}

// The address that packets from here bear, to whoever is there.
IpAddress AddressOn(Stack& stack, const Interface& interface, const IpAddress& peer) {
  const InterfaceAddress* own = interface.SourceFor(peer);
  if (own != nullptr) return own->addr;
  // Borrowed from another interface, as Linux does.
  for (const Interface* other : stack.interfaces()) {
    if (other->IsLoopback() || !other->IsUp()) continue;
    own = other->SourceFor(peer);
    if (own != nullptr && own->scope <= kScopeSite) return own->addr;
  }
  return IpAddress::AnyFor(peer.IsV4());
}

}  // namespace

int32_t SetUpNat(Evaluation& e, NatKind kind, const NatRange& range) {
  Connection* connection = e.connection();
  // Only the connection's first packet asks, where it can still be done.
  if (e.nat == nullptr || connection == nullptr || NatKindAt(e.hook) != kind ||
      e.packet->tracking_info != abi::kCtNew || Nat::Decided(*connection, kind)) {
    return abi::kNfAccept;
  }
  e.nat->Decide(*connection, kind, range);
  return abi::kNfAccept;
}

int32_t Masquerade(Evaluation& e, NatRange range) {
  // RFC 1122 section 3.2.1.3: 0.0.0.0 is from before there is an address (DHCP).
  if (e.out == nullptr || e.headers.source.IsAny()) return abi::kNfAccept;
  auto route = e.stack.FindRoute(e.headers.destination, IpAddress::AnyFor(e.headers.v4), 0);
  const bool same = route.ok() && route->out == e.out;
  const IpAddress own = same ? route->source : AddressOn(e.stack, *e.out, e.headers.destination);
  if (own.IsAny()) return abi::kNfDrop;
  Connection* connection = e.connection();
  if (connection != nullptr) connection->masquerade_ifindex = e.out->index();
  range.flags |= abi::kNatRangeMapIps;
  range.min_address = range.max_address = own;
  return SetUpNat(e, NatKind::kSource, range);
}

int32_t Redirect(Evaluation& e, NatRange range) {
  const bool v4 = e.headers.v4;
  IpAddress own = v4 ? IpAddress::LoopbackV4() : IpAddress::LoopbackV6();
  if (e.hook == Hook::kPreRouting) {
    if (e.in == nullptr) return abi::kNfDrop;
    const InterfaceAddress* address = e.in->SourceFor(e.headers.source);
    if (address == nullptr) return abi::kNfDrop;
    own = address->addr;
  }
  range.flags |= abi::kNatRangeMapIps;
  range.min_address = range.max_address = own;
  return SetUpNat(e, NatKind::kDestination, range);
}

void Reject(Evaluation& e, RejectKind kind, uint8_t code) {
  e.filter.Answer(*e.packet, [&] {
    if (kind == RejectKind::kTcpReset) return SendReset(e);
    const auto why = e.headers.v4 ? Meaning4(code) : Meaning6(code);
    if (why) SendUnreachable(e, *why);
  });
}

}  // namespace netstack

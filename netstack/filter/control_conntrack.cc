// FilterControl: connections, as conntrack(8) reads and removes them.
#include <algorithm>

#include "netstack/filter/control.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

constexpr uint16_t CtType(uint8_t command) {
  return static_cast<uint16_t>(abi::kNfnlSubsysCtnetlink << 8 | command);
}

void PutTuple(AttributeWriter& to, uint16_t type, const FlowTuple& tuple) {
  const bool v4 = tuple.source.IsV4();
  const size_t whole = to.Begin(type);
  const size_t ip = to.Begin(abi::kCtaTupleIp);
  to.Put(v4 ? abi::kCtaIpV4Src : abi::kCtaIpV6Src, std::as_bytes(tuple.source.wire()));
  to.Put(v4 ? abi::kCtaIpV4Dst : abi::kCtaIpV6Dst, std::as_bytes(tuple.destination.wire()));
  to.End(ip);
  const size_t proto = to.Begin(abi::kCtaTupleProto);
  to.U8(abi::kCtaProtoNum, tuple.protocol);
  const auto high = static_cast<uint8_t>(tuple.destination_port >> 8);
  const auto low = static_cast<uint8_t>(tuple.destination_port);
  if (tuple.protocol == kProtoIcmp) {
    to.U16(abi::kCtaProtoIcmpId, tuple.source_port).U8(abi::kCtaProtoIcmpType, high);
    to.U8(abi::kCtaProtoIcmpCode, low);
  } else if (tuple.protocol == kProtoIcmp6) {
    to.U16(abi::kCtaProtoIcmpv6Id, tuple.source_port).U8(abi::kCtaProtoIcmpv6Type, high);
    to.U8(abi::kCtaProtoIcmpv6Code, low);
  } else if (tuple.source_port != 0 || tuple.destination_port != 0) {
    to.U16(abi::kCtaProtoSrcPort, tuple.source_port);
    to.U16(abi::kCtaProtoDstPort, tuple.destination_port);
  }
  to.End(proto);
  to.End(whole);
}

Result<IpAddress> ReadAddress(const Attributes& ip, uint16_t v4, uint16_t v6) {
  const bool is4 = ip.Has(v4);
  const ByteSpan bytes = TRY(ip.Need(is4 ? v4 : v6));
  if (bytes.size() != (is4 ? 4u : 16u)) return Errno(EINVAL);
  return is4 ? IpAddress::V4Bytes(bytes.data()) : IpAddress::V6Bytes(bytes.data());
}

Result<FlowTuple> ReadTuple(const Attributes& data, uint16_t type) {
  TRY(data.Need(type));
  const Attributes tuple = TRY(data.Nested(type));
  const Attributes ip = TRY(tuple.Nested(abi::kCtaTupleIp));
  const Attributes proto = TRY(tuple.Nested(abi::kCtaTupleProto));
  FlowTuple out;
  out.source = TRY(ReadAddress(ip, abi::kCtaIpV4Src, abi::kCtaIpV6Src));
  out.destination = TRY(ReadAddress(ip, abi::kCtaIpV4Dst, abi::kCtaIpV6Dst));
  TRY(proto.Need(abi::kCtaProtoNum));
  out.protocol = TRY(proto.U8(abi::kCtaProtoNum));
  if (out.protocol == kProtoIcmp || out.protocol == kProtoIcmp6) {
    const bool v4 = out.protocol == kProtoIcmp;
    out.source_port = TRY(proto.U16(v4 ? abi::kCtaProtoIcmpId : abi::kCtaProtoIcmpv6Id));
    const uint8_t kind = TRY(proto.U8(v4 ? abi::kCtaProtoIcmpType : abi::kCtaProtoIcmpv6Type));
    const uint8_t code = TRY(proto.U8(v4 ? abi::kCtaProtoIcmpCode : abi::kCtaProtoIcmpv6Code));
    out.destination_port = static_cast<uint16_t>(kind << 8 | code);
  } else {
    out.source_port = TRY(proto.U16(abi::kCtaProtoSrcPort));
    out.destination_port = TRY(proto.U16(abi::kCtaProtoDstPort));
  }
  return out;
}

void AddConnection(const NetfilterRequest& request, const Connection& connection, Time now,
                   NetfilterAnswers& answers) {
  AttributeWriter out;
  PutTuple(out, abi::kCtaTupleOrig, connection.original);
  PutTuple(out, abi::kCtaTupleReply, connection.reply);
  out.U32(abi::kCtaStatus, connection.status);
  const Duration left = std::max<Duration>(0, connection.expires - now) / kSecond;
  out.U32(abi::kCtaTimeout, static_cast<uint32_t>(left));
  if (connection.original.protocol == kProtoTcp) {
    const size_t info = out.Begin(abi::kCtaProtoinfo);
    const size_t tcp = out.Begin(abi::kCtaProtoinfoTcp);
    out.U8(abi::kCtaProtoinfoTcpState, static_cast<uint8_t>(connection.tcp));
    out.End(tcp);
    out.End(info);
  }
  out.U32(abi::kCtaMark, connection.mark).U32(abi::kCtaId, connection.id);
  out.U32(abi::kCtaUse, 1);
  answers.Add(request, CtType(abi::kIpctnlMsgCtNew),
              connection.original.source.IsV4() ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6, out);
}

bool OfFamily(const Connection& connection, uint8_t family) {
  if (family == abi::kNfprotoUnspec) return true;
  return connection.original.source.IsV4() == (family == abi::kNfprotoIpv4);
}

Result<ConnectionRef> FindConnection(Conntrack* conntrack, const Attributes& data) {
  const bool by_original = data.Has(abi::kCtaTupleOrig);
  const FlowTuple tuple =
      TRY(ReadTuple(data, by_original ? abi::kCtaTupleOrig : abi::kCtaTupleReply));
  ConnectionRef found = conntrack != nullptr ? conntrack->Lookup(tuple) : nullptr;
  if (found == nullptr) return Errno(ENOENT);
  if (data.Has(abi::kCtaId) && TRY(data.U32(abi::kCtaId)) != found->id) return Errno(ENOENT);
  return found;
}

}  // namespace

Result<void> FilterControl::HandleConntrack(const NetfilterRequest& request,
                                            NetfilterAnswers& answers) {
  const Attributes data = TRY(Attributes::Parse(request.attributes));
  Conntrack* conntrack = filter_.conntrack();
  const Time now = filter_.stack().now();
  const bool named = data.Has(abi::kCtaTupleOrig) || data.Has(abi::kCtaTupleReply);
  answers.generation = 0;
  switch (request.command()) {
    case abi::kIpctnlMsgCtGet:
    case abi::kIpctnlMsgCtGetCtrzero:
      if (!request.IsDump()) {
        AddConnection(request, *TRY(FindConnection(conntrack, data)), now, answers);
        return {};
      }
      for (const ConnectionRef& connection :
           conntrack != nullptr ? conntrack->All() : std::vector<ConnectionRef>()) {
        if (connection->expires > now && OfFamily(*connection, request.family)) {
          AddConnection(request, *connection, now, answers);
        }
      }
      return {};
    case abi::kIpctnlMsgCtDelete:
      if (named) {
        const ConnectionRef found = TRY(FindConnection(conntrack, data));
        conntrack->Remove(*found);
      } else if (conntrack != nullptr) {
        conntrack->RemoveIf([&](const Connection& c) { return OfFamily(c, request.family); });
      }
      return {};
    case abi::kIpctnlMsgCtGetStats: {
      AttributeWriter out;
      out.U32(abi::kCtaStatsGlobalEntries,
              static_cast<uint32_t>(conntrack != nullptr ? conntrack->size() : 0));
      out.U32(abi::kCtaStatsGlobalMaxEntries,
              static_cast<uint32_t>(filter_.stack().sysctl().nf_conntrack_max));
      answers.Add(request, CtType(abi::kIpctnlMsgCtGetStats), abi::kNfprotoUnspec, out);
      return {};
    }
    case abi::kIpctnlMsgCtGetStatsCpu:
    case abi::kIpctnlMsgCtGetDying:
    case abi::kIpctnlMsgCtGetUnconfirmed:
      return {};
    default:
      return Errno(EOPNOTSUPP);
  }
}

}  // namespace netstack

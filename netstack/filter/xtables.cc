// x_tables' extensions: iptables-extensions(8) says what they mean, linux/netfilter/xt_*.h what
// they look like.
#include "netstack/filter/xtables.h"

#include <algorithm>
#include <cstring>

#include "netstack/filter/filter.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

constexpr int32_t kFits = abi::kNftContinue, kFitsNot = abi::kNftBreak, kGoesOn = abi::kNftContinue;

template <typename T>
T As(const std::byte* info) {
  T value;
  std::memcpy(&value, info, sizeof(value));
  return value;
}

int32_t If(bool fits) {
  return fits ? kFits : kFitsNot;
}

// --- matches ---

struct AddrTypeInfo {  // xt_addrtype_info_v1
  uint16_t source, dest;
  uint32_t flags;
};

int32_t AddrType(Evaluation& e, const std::byte* bytes) {
  const auto info = As<AddrTypeInfo>(bytes);
  constexpr uint32_t kInvertSource = 1, kInvertDest = 2, kLimitIn = 4, kLimitOut = 8;
  const Interface* limit = (info.flags & kLimitIn) != 0    ? e.in
                           : (info.flags & kLimitOut) != 0 ? e.out
                                                           : nullptr;
  const auto is = [&](const IpAddress& address, uint16_t mask, bool invert) {
    if (mask == 0) return true;
    return ((mask >> AddressTypeOf(e.stack, address, limit) & 1) != 0) != invert;
  };
  return If(is(e.headers.source, info.source, (info.flags & kInvertSource) != 0) &&
            is(e.headers.destination, info.dest, (info.flags & kInvertDest) != 0));
}

struct ConntrackInfo {                 // xt_conntrack_mtinfo3; the lower revisions end earlier.
  std::array<uint8_t, 16> address[8];  // Original source and its mask, and so on.
  uint32_t expires_min, expires_max;
  uint16_t protocol;
  uint16_t port[4];
  uint16_t match_flags, invert_flags;
  uint16_t state_mask, status_mask;
  uint16_t port_high[4];
};
static_assert(sizeof(ConntrackInfo) == 164);

class ConntrackMatch {
 public:
  ConntrackMatch(Evaluation& e, const ConntrackInfo& info) : e_(e), info_(info) {}

  bool Fits() {
    if (Asked(kState) && ((State() & info_.state_mask) != 0) == Inverted(kState)) return false;
    const Connection* c = e_.connection();
    if (c == nullptr) return (info_.match_flags & ~(kState | kStateAlias)) == 0;
    if (Asked(kDirection) && (DirectionOf(e_.packet->tracking_info) == FlowDirection::kOriginal) ==
                                 Inverted(kDirection)) {
      return false;
    }
    const IpAddress* addresses[] = {&c->original.source, &c->original.destination, &c->reply.source,
                                    &c->reply.destination};
    const uint16_t ports[] = {c->original.source_port, c->original.destination_port,
                              c->reply.source_port, c->reply.destination_port};
    for (uint16_t i = 0; i < 4; i++) {
      const auto about = static_cast<uint16_t>(kOriginalSource << i);
      if (Asked(about) && SameNetwork(*addresses[i], i) == Inverted(about)) return false;
      const auto port = static_cast<uint16_t>(kOriginalSourcePort << i);
      const bool within = ports[i] >= info_.port[i] && ports[i] <= info_.port_high[i];
      if (Asked(port) && within == Inverted(port)) return false;
    }
    if (Asked(kProtocol) && (c->original.protocol == info_.protocol) == Inverted(kProtocol)) {
      return false;
    }
    if (Asked(kStatus) && ((c->status & info_.status_mask) != 0) == Inverted(kStatus)) return false;
    const auto left =
        static_cast<uint32_t>(std::max<Duration>(0, (c->expires - e_.stack.now()) / kSecond));
    const bool soon = left >= info_.expires_min && left <= info_.expires_max;
    return !Asked(kExpires) || soon != Inverted(kExpires);
  }

 private:
  static constexpr uint16_t kState = 1, kProtocol = 2, kOriginalSource = 4, kStatus = 64,
                            kExpires = 128, kOriginalSourcePort = 256, kDirection = 4096,
                            kStateAlias = 8192;
  bool Asked(uint16_t flag) const { return (info_.match_flags & flag) != 0; }
  bool Inverted(uint16_t flag) const { return (info_.invert_flags & flag) != 0; }
  uint32_t State() const {
    constexpr uint32_t kInvalid = 1, kSnat = 64, kDnat = 128, kUntracked = 256;
    const Connection* c = e_.connection();
    if (c == nullptr) {
      return e_.packet->tracking_info == abi::kCtUntracked ? kUntracked : kInvalid;
    }
    uint32_t state = 1u << (e_.packet->tracking_info % 3 + 1);
    if (c->Is(abi::kIpsSrcNat)) state |= kSnat;
    if (c->Is(abi::kIpsDstNat)) state |= kDnat;
    return state;
  }
  bool SameNetwork(const IpAddress& address, size_t which) const {
    const auto wire = address.wire();
    for (size_t i = 0; i < wire.size(); i++) {
      if (((wire[i] ^ info_.address[2 * which][i]) & info_.address[2 * which + 1][i]) != 0) {
        return false;
      }
    }
    return true;
  }

  Evaluation& e_;
  const ConntrackInfo& info_;
};

int32_t Conntrack3(Evaluation& e, const std::byte* bytes) {
  return If(ConntrackMatch(e, As<ConntrackInfo>(bytes)).Fits());
}

int32_t Comment(Evaluation&, const std::byte*) {
  return kFits;
}

struct MultiportInfo {  // xt_multiport_v1
  uint8_t flags, count;
  uint16_t ports[15];
  uint8_t range[15];
  uint8_t invert;
};

int32_t Multiport(Evaluation& e, const std::byte* bytes) {
  const auto info = As<MultiportInfo>(bytes);
  if (!e.headers.HasPorts()) return kFitsNot;
  const uint16_t source = e.headers.source_port(), dest = e.headers.destination_port();
  constexpr uint8_t kSource = 0, kDestination = 1;
  const size_t count = std::min<size_t>(info.count, 15);
  bool found = false;
  for (size_t i = 0; i < count; i++) {
    const uint16_t low = info.ports[i];
    const bool pair = info.range[i] != 0 && i + 1 < count;
    const uint16_t high = pair ? info.ports[++i] : low;
    const auto within = [&](uint16_t port) { return port >= low && port <= high; };
    found = found || (info.flags != kDestination && within(source)) ||
            (info.flags != kSource && within(dest));
  }
  return If(found != (info.invert != 0));
}

struct MarkInfo {  // xt_mark_mtinfo1, xt_connmark_mtinfo1
  uint32_t mark, mask;
  uint8_t invert;
};

int32_t Mark(Evaluation& e, const std::byte* bytes) {
  const auto info = As<MarkInfo>(bytes);
  return If(((e.packet->mark & info.mask) == info.mark) != (info.invert != 0));
}

int32_t ConnMark(Evaluation& e, const std::byte* bytes) {
  const auto info = As<MarkInfo>(bytes);
  const Connection* c = e.connection();
  return If(c != nullptr && ((c->mark & info.mask) == info.mark) != (info.invert != 0));
}

struct TcpInfo {  // xt_tcp
  uint16_t source[2], dest[2];
  uint8_t option, flag_mask, flag_compare, invert;
};

int32_t TcpMatch(Evaluation& e, const std::byte* bytes) {
  const auto info = As<TcpInfo>(bytes);
  const Headers& h = e.headers;
  if (h.protocol != kProtoTcp || h.transport_size < 20) return kFitsNot;
  const auto within = [](uint16_t port, const uint16_t(&range)[2]) {
    return port >= range[0] && port <= range[1];
  };
  const uint8_t flags = Load8(h.transport.data() + 13);
  return If(within(h.source_port(), info.source) != ((info.invert & 1) != 0) &&
            within(h.destination_port(), info.dest) != ((info.invert & 2) != 0) &&
            ((flags & info.flag_mask) == info.flag_compare) != ((info.invert & 4) != 0) &&
            info.option == 0);
}

struct UdpInfo {  // xt_udp
  uint16_t source[2], dest[2];
  uint8_t invert;
};

int32_t UdpMatch(Evaluation& e, const std::byte* bytes) {
  const auto info = As<UdpInfo>(bytes);
  const Headers& h = e.headers;
  if ((h.protocol != kProtoUdp && h.protocol != kProtoUdpLite) || !h.HasPorts()) return kFitsNot;
  const uint16_t source = h.source_port(), dest = h.destination_port();
  const bool from = source >= info.source[0] && source <= info.source[1];
  const bool to = dest >= info.dest[0] && dest <= info.dest[1];
  return If(from != ((info.invert & 1) != 0) && to != ((info.invert & 2) != 0));
}

struct IcmpInfo {  // ipt_icmp, ip6t_icmp
  uint8_t type, code[2], invert;
};

int32_t IcmpMatch(Evaluation& e, const std::byte* bytes) {
  const auto info = As<IcmpInfo>(bytes);
  if (!e.headers.IsIcmp()) return kFitsNot;
  const IcmpHeader header = IcmpHeader::Parse(e.headers.transport.data());
  const bool any = e.headers.v4 && info.type == 0xff;
  const bool fits = any || (header.type == info.type && header.code >= info.code[0] &&
                            header.code <= info.code[1]);
  return If(fits != ((info.invert & 1) != 0));
}

struct LimitInfo {          // xt_rateinfo
  uint32_t average, burst;  // 10000ths of a second for one packet.
  uint64_t previous;
  uint32_t credit, credit_cap, cost;
  uint64_t master;
};
static_assert(sizeof(LimitInfo) == 40);

int32_t LimitMatch(Evaluation& e, const std::byte* bytes) {
  const auto info = As<LimitInfo>(bytes);
  if (e.bucket->cost == 0)
    e.bucket->Set(10000, std::max(info.average, 1u), std::max(info.burst, 1u));
  return If(e.bucket->Take(e.stack.now(), 1));
}

struct StatisticInfo {  // xt_statistic_info
  uint16_t mode, flags;
  uint32_t value, packet, count;
  uint64_t master;
};
static_assert(sizeof(StatisticInfo) == 24);

// One of so many at random, or each so-many-th; the bucket counts.
int32_t Statistic(Evaluation& e, const std::byte* bytes) {
  const auto info = As<StatisticInfo>(bytes);
  bool fits;
  if (info.mode == 0) {
    fits = (e.stack.Random32() & 0x7fffffff) < info.value;
  } else {
    uint64_t& count = e.bucket->saved;
    fits = count == info.packet;
    if (++count > info.value) count = 0;
  }
  return If(fits != ((info.flags & 1) != 0));
}

struct RangeMatchInfo {  // xt_iprange_mtinfo
  uint8_t source_min[16], source_max[16], dest_min[16], dest_max[16];
  uint8_t flags;
};
// That structure is aligned to four bytes.
constexpr size_t kRangeMatchSize = 68;

int32_t IpRange(Evaluation& e, const std::byte* bytes) {
  const auto info = As<RangeMatchInfo>(bytes);
  constexpr uint8_t kSource = 1, kDest = 2, kSourceInvert = 16, kDestInvert = 32;
  const auto within = [](const IpAddress& address, const uint8_t* min, const uint8_t* max) {
    const auto wire = address.wire();
    return std::memcmp(wire.data(), min, wire.size()) >= 0 &&
           std::memcmp(wire.data(), max, wire.size()) <= 0;
  };
  const bool source = within(e.headers.source, info.source_min, info.source_max);
  const bool dest = within(e.headers.destination, info.dest_min, info.dest_max);
  return If(((info.flags & kSource) == 0 || source != ((info.flags & kSourceInvert) != 0)) &&
            ((info.flags & kDest) == 0 || dest != ((info.flags & kDestInvert) != 0)));
}

struct TtlInfo {  // ipt_ttl_info
  uint8_t mode, ttl;
};

int32_t Ttl(Evaluation& e, const std::byte* bytes) {
  const auto info = As<TtlInfo>(bytes);
  const uint8_t ttl = e.headers.hop_limit;
  const bool fits[] = {ttl == info.ttl, ttl != info.ttl, ttl<info.ttl, ttl> info.ttl};
  return If(info.mode < std::size(fits) && fits[info.mode]);
}

struct LengthInfo {  // xt_length_info
  uint16_t min, max;
  uint8_t invert;
};

int32_t Length(Evaluation& e, const std::byte* bytes) {
  const auto info = As<LengthInfo>(bytes);
  const size_t size = e.packet->size() - (e.headers.v4 ? 0 : 40);
  return If((size >= info.min && size <= info.max) != (info.invert != 0));
}

// --- targets ---

struct RangeInfo4 {  // nf_nat_ipv4_multi_range_compat
  uint32_t count, flags;
  uint8_t min_address[4], max_address[4];
  uint16_t min_port, max_port;  // Network order.
};

struct RangeInfo {  // nf_nat_range; nf_nat_range2 has a base port behind it.
  uint32_t flags;
  uint8_t min_address[16], max_address[16];
  uint16_t min_port, max_port;
};

NatRange RangeOf4(const std::byte* bytes) {
  const auto info = As<RangeInfo4>(bytes);
  return {info.flags, IpAddress::V4Bytes(info.min_address), IpAddress::V4Bytes(info.max_address),
          __builtin_bswap16(info.min_port), __builtin_bswap16(info.max_port)};
}

NatRange RangeOf(const std::byte* bytes, bool v4) {
  const auto info = As<RangeInfo>(bytes);
  const auto address = [v4](const uint8_t* at) {
    return v4 ? IpAddress::V4Bytes(at) : IpAddress::V6Bytes(at);
  };
  return {info.flags, address(info.min_address), address(info.max_address),
          __builtin_bswap16(info.min_port), __builtin_bswap16(info.max_port)};
}

int32_t Snat4(Evaluation& e, const std::byte* info) {
  return SetUpNat(e, NatKind::kSource, RangeOf4(info));
}
int32_t Dnat4(Evaluation& e, const std::byte* info) {
  return SetUpNat(e, NatKind::kDestination, RangeOf4(info));
}
int32_t Snat(Evaluation& e, const std::byte* info) {
  return SetUpNat(e, NatKind::kSource, RangeOf(info, e.headers.v4));
}
int32_t Dnat(Evaluation& e, const std::byte* info) {
  return SetUpNat(e, NatKind::kDestination, RangeOf(info, e.headers.v4));
}
int32_t Masquerade4(Evaluation& e, const std::byte* info) {
  return Masquerade(e, RangeOf4(info));
}
int32_t Masquerade6(Evaluation& e, const std::byte* info) {
  return Masquerade(e, RangeOf(info, false));
}
int32_t Redirect4(Evaluation& e, const std::byte* info) {
  return Redirect(e, RangeOf4(info));
}
int32_t Redirect6(Evaluation& e, const std::byte* info) {
  return Redirect(e, RangeOf(info, false));
}

int32_t Reject4(Evaluation& e, const std::byte* bytes) {
  // By ipt_reject_with.
  constexpr uint8_t kCodes[] = {0, 1, 2, 3, 3, 9, 10, 0, 13};
  constexpr uint32_t kTcpReset = 7;
  const auto with = As<uint32_t>(bytes);
  if (with < std::size(kCodes)) {
    Reject(e, with == kTcpReset ? RejectKind::kTcpReset : RejectKind::kIcmp, kCodes[with]);
  }
  return abi::kNfDrop;
}

int32_t Reject6(Evaluation& e, const std::byte* bytes) {
  // By ip6t_reject_with.
  constexpr uint8_t kCodes[] = {0, 1, 2, 3, 4, 4, 0, 5, 6};
  constexpr uint32_t kTcpReset = 6;
  const auto with = As<uint32_t>(bytes);
  if (with < std::size(kCodes)) {
    Reject(e, with == kTcpReset ? RejectKind::kTcpReset : RejectKind::kIcmp, kCodes[with]);
  }
  return abi::kNfDrop;
}

// Keeps the network's bits and takes over the host's.
int32_t NetMap4(Evaluation& e, const std::byte* bytes) {
  NatRange range = RangeOf4(bytes);
  const NatKind kind = NatKindAt(e.hook);
  const uint32_t mask = ~(range.min_address.v4() ^ range.max_address.v4());
  const IpAddress& old = kind == NatKind::kSource ? e.headers.source : e.headers.destination;
  range.min_address = range.max_address =
      IpAddress::V4((old.v4() & ~mask) | (range.min_address.v4() & mask));
  range.flags |= abi::kNatRangeMapIps;
  return SetUpNat(e, kind, range);
}

// xt_tcpmss_info: 0xffff clamps to the path.
int32_t TcpMss(Evaluation& e, const std::byte* bytes) {
  const auto mss = As<uint16_t>(bytes);
  ClampMss(e, mss == 0xffff ? SegmentRoom(e) : mss);
  return kGoesOn;
}

// xt_ct_target_info_v1: its flags come first; there is nothing else it could do.
int32_t CtTarget(Evaluation& e, const std::byte* bytes) {
  if ((As<uint16_t>(bytes) & 1) != 0 && e.packet->tracking == nullptr) {
    e.packet->tracking_info = abi::kCtUntracked;
  }
  return kGoesOn;
}

// CHECKSUM fills in for receivers that cannot bear open checksums; whoever sends closes them.
int32_t ChecksumTarget(Evaluation&, const std::byte*) {
  return kGoesOn;
}

int32_t LogTarget(Evaluation&, const std::byte*) {
  return kGoesOn;
}

int32_t MarkTarget(Evaluation& e, const std::byte* bytes) {
  struct Info {  // xt_mark_tginfo2
    uint32_t mark, mask;
  };
  const auto info = As<Info>(bytes);
  e.packet->mark = (e.packet->mark & ~info.mask) ^ info.mark;
  return kGoesOn;
}

struct ConnMarkTargetInfo {  // xt_connmark_tginfo1; the next revision has shifts.
  uint32_t mark, mask, packet_mask;
  uint8_t rest[4];
};

int32_t ConnMarkWith(Evaluation& e, const std::byte* bytes, size_t mode_at) {
  const auto info = As<ConnMarkTargetInfo>(bytes);
  enum : uint8_t { kSet, kSave, kRestore };
  Connection* c = e.connection();
  if (c == nullptr) return kGoesOn;
  uint32_t& packet_mark = e.packet->mark;
  switch (info.rest[mode_at]) {
    case kSet:
      c->mark = (c->mark & ~info.mask) ^ info.mark;
      break;
    case kSave:
      c->mark = (c->mark & ~info.mask) ^ (packet_mark & info.packet_mask);
      break;
    case kRestore:
      packet_mark = (packet_mark & ~info.packet_mask) ^ (c->mark & info.mask);
      break;
    default:
      break;
  }
  return kGoesOn;
}
int32_t ConnMark1(Evaluation& e, const std::byte* info) {
  return ConnMarkWith(e, info, 0);
}
int32_t ConnMark2(Evaluation& e, const std::byte* info) {
  return ConnMarkWith(e, info, 2);
}

constexpr uint8_t Bit(Hook hook) {
  return static_cast<uint8_t>(1u << static_cast<unsigned>(hook));
}
constexpr uint8_t kSourceHooks = Bit(Hook::kPostRouting) | Bit(Hook::kInput);
constexpr uint8_t kDestinationHooks = Bit(Hook::kPreRouting) | Bit(Hook::kOutput);
constexpr uint8_t kRejectHooks = Bit(Hook::kInput) | Bit(Hook::kForward) | Bit(Hook::kOutput);
constexpr uint8_t k4 = abi::kNfprotoIpv4, k6 = abi::kNfprotoIpv6, kBoth = abi::kNfprotoUnspec;

constexpr XtablesEntry kEntries[] = {
    {"addrtype", 1, false, kBoth, sizeof(AddrTypeInfo), AddrType},
    {"conntrack", 3, false, kBoth, sizeof(ConntrackInfo), Conntrack3, true},
    {"comment", 0, false, kBoth, 256, Comment},
    {"multiport", 1, false, kBoth, sizeof(MultiportInfo), Multiport},
    {"mark", 1, false, kBoth, sizeof(MarkInfo), Mark},
    {"connmark", 1, false, kBoth, sizeof(MarkInfo), ConnMark, true},
    {"limit", 0, false, kBoth, sizeof(LimitInfo), LimitMatch},
    {"statistic", 0, false, kBoth, sizeof(StatisticInfo), Statistic},
    {"iprange", 1, false, kBoth, kRangeMatchSize, IpRange},
    {"ttl", 0, false, k4, sizeof(TtlInfo), Ttl},
    {"hl", 0, false, k6, sizeof(TtlInfo), Ttl},
    {"length", 0, false, kBoth, sizeof(LengthInfo), Length},
    {"tcp", 0, false, kBoth, sizeof(TcpInfo), TcpMatch},
    {"udp", 0, false, kBoth, sizeof(UdpInfo), UdpMatch},
    {"icmp", 0, false, k4, sizeof(IcmpInfo), IcmpMatch},
    {"icmp6", 0, false, k6, sizeof(IcmpInfo), IcmpMatch},
    {"SNAT", 0, true, k4, sizeof(RangeInfo4), Snat4, true, true, kSourceHooks},
    {"SNAT", 1, true, kBoth, sizeof(RangeInfo), Snat, true, true, kSourceHooks},
    {"SNAT", 2, true, kBoth, sizeof(RangeInfo) + 4, Snat, true, true, kSourceHooks},
    {"DNAT", 0, true, k4, sizeof(RangeInfo4), Dnat4, true, true, kDestinationHooks},
    {"DNAT", 1, true, kBoth, sizeof(RangeInfo), Dnat, true, true, kDestinationHooks},
    {"DNAT", 2, true, kBoth, sizeof(RangeInfo) + 4, Dnat, true, true, kDestinationHooks},
    {"MASQUERADE", 0, true, k4, sizeof(RangeInfo4), Masquerade4, true, true,
     Bit(Hook::kPostRouting)},
    {"MASQUERADE", 0, true, k6, sizeof(RangeInfo), Masquerade6, true, true,
     Bit(Hook::kPostRouting)},
    {"REDIRECT", 0, true, k4, sizeof(RangeInfo4), Redirect4, true, true, kDestinationHooks},
    {"REDIRECT", 0, true, k6, sizeof(RangeInfo), Redirect6, true, true, kDestinationHooks},
    {"NETMAP", 0, true, k4, sizeof(RangeInfo4), NetMap4, true, true,
     kSourceHooks | kDestinationHooks},
    {"TCPMSS", 0, true, kBoth, 2, TcpMss},
    {"CT", 2, true, kBoth, 72, CtTarget},
    {"CHECKSUM", 0, true, kBoth, 1, ChecksumTarget},
    {"REJECT", 0, true, k4, sizeof(uint32_t), Reject4, false, false, kRejectHooks},
    {"REJECT", 0, true, k6, sizeof(uint32_t), Reject6, false, false, kRejectHooks},
    {"LOG", 0, true, kBoth, 32, LogTarget},
    {"MARK", 2, true, kBoth, 2 * sizeof(uint32_t), MarkTarget},
    {"CONNMARK", 1, true, kBoth, sizeof(ConnMarkTargetInfo), ConnMark1, true},
    {"CONNMARK", 2, true, kBoth, sizeof(ConnMarkTargetInfo), ConnMark2, true},
};

}  // namespace

const XtablesEntry* FindXtables(bool target, std::string_view name, uint32_t revision, bool v4) {
  const uint8_t family = v4 ? k4 : k6;
  for (const XtablesEntry& entry : kEntries) {
    if (entry.target == target && entry.name == name && entry.revision == revision &&
        (entry.family == kBoth || entry.family == family)) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace netstack

// Expressions about options and ways: exthdr, rt; changing packets.
#include <algorithm>

#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/filter/rewrite.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/tcp.h"

namespace netstack {
namespace {

constexpr uint8_t kOptionEnd = 0, kOptionNop = 1, kOptionMss = 2;

// An extension header of IPv6; nothing: there is none.
std::optional<FoundOption> FindExtension(const Evaluation& e, uint8_t kind) {
  if (e.headers.v4) return std::nullopt;
  std::array<std::byte, 320> start;
  const size_t got =
      e.packet->CopyOut(0, std::span(start).first(std::min(start.size(), e.headers.network_size)));
  if (got < Ipv6Header::kSize) return std::nullopt;
  uint8_t next = Load8(&start[6]);
  for (size_t at = Ipv6Header::kSize; at + 8 <= got;) {
    const size_t size = next == kProtoFragment ? 8 : (Load8(&start[at + 1]) + 1u) * 8u;
    if (next == kind) return FoundOption{at, size};
    next = Load8(&start[at]);
    at += size;
  }
  return std::nullopt;
}

class ExtHdr final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kType = 2, kOffset = 3, kLen = 4, kFlags = 5, kOp = 6, kSreg = 7 };
  enum : uint32_t { kIpv6, kTcpOption };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<ExtHdr>();
    TRY(data.Need(kType));
    out->type_ = TRY(data.U8(kType));
    out->offset_ = TRY(data.NeedU32(kOffset));
    out->size_ = TRY(data.NeedU32(kLen));
    out->flags_ = TRY(data.U32(kFlags));
    out->op_ = TRY(data.U32(kOp, kIpv6));
    if (out->offset_ > 255 || out->size_ > 255) return Errno(ERANGE);
    if (out->flags_ > 1) return Errno(EINVAL);
    if (out->op_ > kTcpOption) return Errno(EOPNOTSUPP);
    out->writes_ = data.Has(kSreg);
    if (out->writes_) {
      if (data.Has(kDreg) || out->flags_ != 0) return Errno(EINVAL);
      if (out->op_ != kTcpOption || out->offset_ < 2) return Errno(EOPNOTSUPP);
      if (out->size_ != 2 && out->size_ != 4) return Errno(EOPNOTSUPP);
    }
    out->reg_ =
        TRY(ParseRegister(data, out->writes_ ? kSreg : kDreg, out->flags_ == 1 ? 1 : out->size_));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "exthdr"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const auto found = op_ == kTcpOption ? FindTcpOption(e, type_) : FindExtension(e, type_);
    if (flags_ == 1) {
      const uint8_t is = found ? 1 : 0;
      return r.Store(reg_, std::as_bytes(std::span(&is, 1)));
    }
    if (!found || offset_ + size_ > found->size) return writes_ ? void() : r.Break();
    if (writes_) return Write(e, r, *found);
    std::array<std::byte, 255> bytes;
    const std::span<std::byte> to = std::span(bytes).first(size_);
    if (e.packet->CopyOut(found->at + offset_, to) != size_) return r.Break();
    r.Store(reg_, to);
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(writes_ ? kSreg : kDreg, RegisterNumber(reg_)).U8(kType, type_);
    to.U32(kOffset, offset_).U32(kLen, size_).U32(kFlags, flags_).U32(kOp, op_);
  }

 private:
  void Write(Evaluation& e, Registers& r, const FoundOption& found) const {
    if (type_ == kOptionMss && size_ == 2) return ClampMss(e, Load16(r.at(reg_)));
    (void)Patch(e, found.at + offset_, r.Read(reg_, size_));
  }

  uint8_t reg_ = 0, type_ = 0;
  bool writes_ = false;
  uint32_t offset_ = 0, size_ = 0, flags_ = 0, op_ = 0;
};

class Rt final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kKey = 2 };
  enum : uint32_t { kTcpMss = 3 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Rt>();
    if (TRY(data.NeedU32(kKey)) != kTcpMss) return Errno(EOPNOTSUPP);
    out->dreg_ = TRY(ParseRegister(data, kDreg, 2));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "rt"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const uint16_t room = SegmentRoom(e);
    r.Store(dreg_, std::as_bytes(std::span(&room, 1)));
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kKey, kTcpMss).U32(kDreg, RegisterNumber(dreg_));
  }

 private:
  uint8_t dreg_ = 0;
};

}  // namespace

bool Patch(Evaluation& e, size_t at, ByteSpan value) {
  return PatchPacket(e.stack.pool(), e.packet, e.headers, at, value) &&
         e.headers.Read(*e.packet, e.headers.v4);
}

std::optional<FoundOption> FindTcpOption(const Evaluation& e, uint8_t kind) {
  const Headers& h = e.headers;
  if (h.protocol != kProtoTcp || h.transport_size < TcpHeader::kSize) return std::nullopt;
  std::array<std::byte, TcpHeader::kMaxSize> bytes;
  const size_t size = std::min<size_t>((Load8(&h.transport[12]) >> 4) * 4u,
                                       e.packet->CopyOut(h.network_size, bytes));
  for (size_t at = TcpHeader::kSize; at < size;) {
    const uint8_t type = Load8(&bytes[at]);
    if (type == kOptionEnd) break;
    const size_t length = type == kOptionNop ? 1 : (at + 1 < size ? Load8(&bytes[at + 1]) : 0);
    if (length == 0 || (type != kOptionNop && length < 2) || at + length > size) break;
    if (type == kind) return FoundOption{h.network_size + at, length};
    at += length;
  }
  return std::nullopt;
}

uint16_t SegmentRoom(Evaluation& e) {
  uint32_t mtu = e.out != nullptr ? e.out->mtu() : 65535;
  // The way back counts as well.
  for (const IpAddress& address : {e.headers.source, e.headers.destination}) {
    auto route = e.stack.FindRoute(address, IpAddress::AnyFor(e.headers.v4), 0);
    if (route.ok()) mtu = std::min(mtu, route->mtu);
  }
  const uint32_t headers =
      (e.headers.v4 ? Ipv4Header::kSize : Ipv6Header::kSize) + TcpHeader::kSize;
  return static_cast<uint16_t>(std::clamp<uint32_t>(mtu, headers, 65535 + headers) - headers);
}

void ClampMss(Evaluation& e, uint16_t mss) {
  const auto found = FindTcpOption(e, kOptionMss);
  if (!found || found->size != 4) return;
  std::array<std::byte, 2> field;
  if (e.packet->CopyOut(found->at + 2, field) != 2 || Load16(field.data()) <= mss) return;
  Store16(field.data(), mss);
  (void)Patch(e, found->at + 2, field);
}

ParseResult ParsePacket(std::string_view name, const Attributes& data) {
  if (name == "exthdr") return ExtHdr::Parse(data);
  if (name == "rt") return Rt::Parse(data);
  return ExpressionPtr();
}

}  // namespace netstack

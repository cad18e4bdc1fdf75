// Expressions that load from the packet and its surroundings: payload, meta, ct, fib.
#include <algorithm>
#include <cstring>

#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/filter/ruleset.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

class Payload final : public Expression {
 public:
  enum : uint16_t {
    kDreg = 1,
    kBase = 2,
    kOffset = 3,
    kLen = 4,
    kSreg = 5,
    kCsumType = 6,
    kCsumOffset = 7,
    kCsumFlags = 8,
  };
  enum : uint32_t { kLinkHeader, kNetworkHeader, kTransportHeader };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Payload>();
    out->base_ = TRY(data.NeedU32(kBase));
    out->offset_ = TRY(data.NeedU32(kOffset));
    out->size_ = TRY(data.NeedU32(kLen));
    if (out->base_ > kTransportHeader) return Errno(EOPNOTSUPP);
    if (out->offset_ > 65535 || out->size_ > 64) return Errno(ERANGE);
    out->writes_ = data.Has(kSreg);
    if (out->writes_) {
      if (data.Has(kDreg)) return Errno(EINVAL);
      if (out->base_ == kLinkHeader) return Errno(EOPNOTSUPP);
      out->csum_type_ = TRY(data.U32(kCsumType));
      out->csum_offset_ = TRY(data.U32(kCsumOffset));
      out->csum_flags_ = TRY(data.U32(kCsumFlags));
      if (out->csum_type_ > 1 || out->csum_flags_ > 1) return Errno(EOPNOTSUPP);
    }
    out->dreg_ = TRY(ParseRegister(data, out->writes_ ? kSreg : kDreg, out->size_));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "payload"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    if (writes_) return Write(e, r);
    std::array<std::byte, 64> bytes;
    const std::span<std::byte> to = std::span(bytes).first(size_);
    if (base_ == kLinkHeader) {
      const auto link = e.packet->link_header;
      if (e.in == nullptr || offset_ + size_ > link.size()) return r.Break();
      std::copy_n(link.begin() + static_cast<ptrdiff_t>(offset_), size_, to.begin());
    } else {
      const bool transport = base_ == kTransportHeader;
      if (transport && e.headers.later_fragment) return r.Break();
      const size_t at = offset_ + (transport ? e.headers.network_size : 0);
      if (e.packet->CopyOut(at, to) != size_) return r.Break();
    }
    r.Store(dreg_, to);
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(writes_ ? kSreg : kDreg, RegisterNumber(dreg_));
    to.U32(kBase, base_).U32(kOffset, offset_).U32(kLen, size_);
    if (!writes_) return;
    to.U32(kCsumType, csum_type_).U32(kCsumOffset, csum_offset_).U32(kCsumFlags, csum_flags_);
  }

 private:
  // Checksums follow by what is changed, not by what the rule says of them.
  void Write(Evaluation& e, Registers& r) const {
    const bool transport = base_ == kTransportHeader;
    if (transport && e.headers.later_fragment) return r.Break();
    const size_t at = offset_ + (transport ? e.headers.network_size : 0);
    if (!Patch(e, at, r.Read(dreg_, size_))) r.Break();
  }

  uint8_t dreg_ = 0;
  bool writes_ = false;
  uint32_t base_ = 0, offset_ = 0, size_ = 0;
  uint32_t csum_type_ = 0, csum_offset_ = 0, csum_flags_ = 0;
};

class Meta final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kKey = 2, kSreg = 3 };
  enum Key : uint32_t {
    kLen = 0,
    kProtocol = 1,
    kPriority = 2,
    kMark = 3,
    kIif = 4,
    kOif = 5,
    kIifName = 6,
    kOifName = 7,
    kIifType = 8,
    kOifType = 9,
    kSkUid = 10,
    kSkGid = 11,
    kNfTrace = 12,
    kNfproto = 15,
    kL4proto = 16,
    kPktType = 19,
    kCpu = 20,
    kIifGroup = 21,
    kOifGroup = 22,
    kRandom = 24,
  };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Meta>();
    out->key_ = TRY(data.NeedU32(kKey));
    if (data.Has(kSreg)) {
      if (data.Has(kDreg)) return Errno(EINVAL);
      if (out->key_ != kMark && out->key_ != kPriority && out->key_ != kNfTrace) {
        return Errno(EOPNOTSUPP);
      }
      out->sets_ = true;
      out->reg_ = TRY(ParseRegister(data, kSreg, out->key_ == kNfTrace ? 1 : 4));
      return ExpressionPtr(std::move(out));
    }
    out->reg_ = TRY(ParseRegister(data, kDreg, SizeOf(out->key_)));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "meta"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    if (sets_) {
      if (key_ == kMark) e.packet->mark = r.Load32(reg_);
      return;
    }
    switch (key_) {
      case kLen:
        return r.Store32(reg_, static_cast<uint32_t>(e.packet->size()));
      case kProtocol:
        return r.Store16(reg_, e.headers.v4 ? kEtherIpv4 : kEtherIpv6);
      case kPriority:
      case kCpu:
      case kIifGroup:
      case kOifGroup:
        return r.Store32(reg_, 0);
      case kMark:
        return r.Store32(reg_, e.packet->mark);
      case kNfproto:
        return r.Store8(reg_, e.headers.v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6);
      case kL4proto:
        return r.Store8(reg_, e.headers.protocol);
      case kPktType:
        return r.Store8(reg_, PacketTypeOf(e));
      case kRandom:
        return r.Store32(reg_, e.stack.Random32());
      case kIif:
      case kIifName:
      case kIifType:
        return StoreInterface(r, e.in, kIif);
      case kOif:
      case kOifName:
      case kOifType:
        return StoreInterface(r, e.out, kOif);
      default:
        return r.Break();
    }
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kKey, key_).U32(sets_ ? kSreg : kDreg, RegisterNumber(reg_));
  }

 private:
  // 0: not known.
  static size_t SizeOf(uint32_t key) {
    switch (key) {
      case kProtocol:
      case kIifType:
      case kOifType:
        return 2;
      case kNfproto:
      case kL4proto:
      case kPktType:
        return 1;
      case kIifName:
      case kOifName:
        return 16;
      default:
        return key <= kSkGid || (key >= kCpu && key <= kOifGroup) || key == kRandom ? 4 : 0;
    }
  }
  // What loops back to this machine counts by its destination.
  static uint8_t PacketTypeOf(const Evaluation& e) {
    if (e.packet->type != PacketType::kOutgoing && e.in != nullptr && !e.in->IsLoopback()) {
      return static_cast<uint8_t>(e.packet->type);
    }
    const bool group = e.headers.destination.IsMulticast();
    return static_cast<uint8_t>(group ? PacketType::kMulticast : PacketType::kHost);
  }
  // Where there is none, it has the number 0 and no name.
  void StoreInterface(Registers& r, const Interface* interface, uint32_t index_key) const {
    if (key_ == index_key) return r.Store32(reg_, interface != nullptr ? interface->index() : 0);
    if (key_ == index_key + 2) {
      std::array<char, 16> text{};
      if (interface != nullptr) {
        const std::string& label = interface->name();
        std::copy_n(label.begin(), std::min(label.size(), text.size() - 1), text.begin());
      }
      return r.Store(reg_, std::as_bytes(std::span(text)));
    }
    if (interface == nullptr) return r.Break();
    const uint16_t type = interface->IsLoopback() ? 772 : interface->IsEthernet() ? 1 : 65534;
    r.Store(reg_, std::as_bytes(std::span(&type, 1)));
  }

  uint32_t key_ = 0;
  uint8_t reg_ = 0;
  bool sets_ = false;
};

class Ct final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kKey = 2, kDirection = 3, kSreg = 4 };
  enum Key : uint32_t {
    kState = 0,
    kDirectionKey = 1,
    kStatus = 2,
    kMark = 3,
    kExpiration = 5,
    kL3Protocol = 7,
    kSource = 8,
    kDestination = 9,
    kProtocol = 10,
    kProtoSource = 11,
    kProtoDestination = 12,
    kZone = 17,
    kSourceIp = 19,
    kDestinationIp = 20,
    kSourceIp6 = 21,
    kDestinationIp6 = 22,
    kId = 24,
  };
  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<Ct>();
    out->key_ = TRY(data.NeedU32(kKey));
    if (data.Has(kSreg)) {
      if (out->key_ != kMark) return Errno(EOPNOTSUPP);
      out->sets_ = true;
      out->reg_ = TRY(ParseRegister(data, kSreg, 4));
      return ExpressionPtr(std::move(out));
    }
    const size_t size = SizeOf(out->key_, place.table.family);
    if (size == 0) return Errno(EOPNOTSUPP);
    out->has_direction_ = data.Has(kDirection);
    if (NeedsDirection(out->key_) != out->has_direction_ && out->key_ != kZone) {
      return Errno(EINVAL);
    }
    out->direction_ = TRY(data.U8(kDirection));
    if (out->direction_ > 1) return Errno(EINVAL);
    out->reg_ = TRY(ParseRegister(data, kDreg, size));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "ct"; }
  bool NeedsTracking() const override { return true; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    Connection* connection = e.connection();
    if (sets_) {
      if (connection != nullptr) connection->mark = r.Load32(reg_);
      return;
    }
    if (key_ == kState) return r.Store32(reg_, StateBitOf(e));
    if (connection == nullptr) return r.Break();
    const FlowTuple& tuple =
        connection->tuple(direction_ == 0 ? FlowDirection::kOriginal : FlowDirection::kReply);
    switch (key_) {
      case kDirectionKey:
        return r.Store8(reg_, static_cast<uint8_t>(DirectionOf(e.packet->tracking_info)));
      case kStatus:
        return r.Store32(reg_, connection->status);
      case kMark:
        return r.Store32(reg_, connection->mark);
      case kExpiration:
        return r.Store32(reg_, static_cast<uint32_t>(std::max<Duration>(
                                   0, (connection->expires - e.stack.now()) / kMillisecond)));
      case kL3Protocol:
        return r.Store8(reg_, e.headers.v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6);
      case kProtocol:
        return r.Store8(reg_, tuple.protocol);
      case kProtoSource:
        return r.Store16(reg_, tuple.source_port);
      case kProtoDestination:
        return r.Store16(reg_, tuple.destination_port);
      case kZone:
        return r.Store16(reg_, 0);
      case kId:
        return r.Store32(reg_, connection->id);
      default:
        return StoreAddress(r, tuple);
    }
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kKey, key_);
    if (has_direction_) to.U8(kDirection, direction_);
    to.U32(sets_ ? kSreg : kDreg, RegisterNumber(reg_));
  }

 private:
  static bool NeedsDirection(uint32_t key) {
    return key == kSource || key == kDestination || key == kProtoSource ||
           key == kProtoDestination || (key >= kSourceIp && key <= kDestinationIp6);
  }
  static size_t SizeOf(uint32_t key, uint8_t family) {
    switch (key) {
      case kDirectionKey:
      case kL3Protocol:
      case kProtocol:
        return 1;
      case kProtoSource:
      case kProtoDestination:
      case kZone:
        return 2;
      case kState:
      case kStatus:
      case kMark:
      case kExpiration:
      case kId:
      case kSourceIp:
      case kDestinationIp:
        return 4;
      case kSource:
      case kDestination:
        return family == abi::kNfprotoIpv4 ? 4 : 16;
      case kSourceIp6:
      case kDestinationIp6:
        return 16;
      default:
        return 0;
    }
  }
  // Bits: 1 invalid, 2 established, 4 related, 8 new, 64 untracked.
  static uint32_t StateBitOf(const Evaluation& e) {
    if (e.connection() == nullptr) {
      return e.packet->tracking_info == abi::kCtUntracked ? 64 : 1;
    }
    return 1u << (e.packet->tracking_info % 3 + 1);
  }
  void StoreAddress(Registers& r, const FlowTuple& tuple) const {
    const bool source = key_ == kSource || key_ == kSourceIp || key_ == kSourceIp6;
    const IpAddress& address = source ? tuple.source : tuple.destination;
    const bool want4 = key_ == kSourceIp || key_ == kDestinationIp;
    const bool want6 = key_ == kSourceIp6 || key_ == kDestinationIp6;
    if ((want4 && !address.IsV4()) || (want6 && address.IsV4())) return r.Break();
    r.Store(reg_, std::as_bytes(address.wire()));
  }

  uint32_t key_ = 0;
  uint8_t reg_ = 0, direction_ = 0;
  bool sets_ = false, has_direction_ = false;
};

class Fib final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kResult = 2, kFlags = 3 };
  enum : uint32_t { kOif = 1, kOifName = 2, kAddressType = 3 };
  enum : uint32_t { kSaddr = 1, kDaddr = 2, kMarkFlag = 4, kIif = 8, kOifFlag = 16, kPresent = 32 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Fib>();
    out->flags_ = TRY(data.NeedU32(kFlags));
    out->result_ = TRY(data.NeedU32(kResult));
    const uint32_t flags = out->flags_;
    if (flags == 0 || (flags & ~63u) != 0) return Errno(EINVAL);
    if ((flags & (kSaddr | kDaddr)) == 0 || (flags & (kSaddr | kDaddr)) == (kSaddr | kDaddr) ||
        (flags & (kIif | kOifFlag)) == (kIif | kOifFlag)) {
      return Errno(EINVAL);
    }
    if (out->result_ < kOif || out->result_ > kAddressType) return Errno(EINVAL);
    out->dreg_ = TRY(ParseRegister(data, kDreg, out->result_ == kOifName ? 16 : 4));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "fib"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const IpAddress& address = (flags_ & kSaddr) != 0 ? e.headers.source : e.headers.destination;
    const Interface* bound =
        (flags_ & kIif) != 0 ? e.in : ((flags_ & kOifFlag) != 0 ? e.out : nullptr);
    if (result_ == kAddressType) {
      return r.Store32(dreg_, AddressTypeOf(e.stack, address, bound));
    }
    auto route = e.stack.FindRoute(address, IpAddress::AnyFor(address.IsV4()),
                                   bound != nullptr ? bound->index() : 0);
    const Interface* out = route.ok() ? route->out : nullptr;
    // One's own address is on its own interface, not on loopback.
    if (route.ok() && route->type == RouteType::kLocal && bound != nullptr &&
        bound->FindAddress(address) != nullptr) {
      out = bound;
    }
    if (bound != nullptr && out != bound) out = nullptr;
    if ((flags_ & kPresent) != 0) {
      return r.Store32(dreg_, out != nullptr ? 1 : 0);
    }
    if (result_ == kOif) return r.Store32(dreg_, out != nullptr ? out->index() : 0);
    std::array<char, 16> text{};
    if (out != nullptr) out->name().copy(text.data(), text.size() - 1);
    r.Store(dreg_, std::as_bytes(std::span(text)));
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kDreg, RegisterNumber(dreg_)).U32(kResult, result_).U32(kFlags, flags_);
  }

 private:
  uint8_t dreg_ = 0;
  uint32_t result_ = 0, flags_ = 0;
};

}  // namespace

uint32_t AddressTypeOf(Stack& stack, const IpAddress& address, const Interface* interface) {
  constexpr uint32_t kUnicast = 1, kLocal = 2, kBroadcast = 3, kMulticast = 5, kBlackhole = 6,
                     kUnreachable = 7, kProhibit = 8;
  const uint32_t index = interface != nullptr ? interface->index() : 0;
  if (address.IsMulticast()) return kMulticast;
  if (address.IsBroadcast() || stack.IsBroadcast(address, index)) return kBroadcast;
  if (stack.IsLocal(address, index)) return kLocal;
  if (address == IpAddress::AnyV4()) return kBroadcast;
  auto route = stack.FindRoute(address, IpAddress::AnyFor(address.IsV4()), index);
  if (route.ok()) return kUnicast;
  switch (route.error().value()) {
    case EINVAL:
      return kBlackhole;
    case EACCES:
      return kProhibit;
    case EHOSTUNREACH:
      return kUnreachable;
    default:
      return address.IsV4() ? 0 : kUnreachable;
  }
}

ParseResult ParseLoad(std::string_view name, const Attributes& data, const ExpressionPlace& place) {
  if (name == "payload") return Payload::Parse(data);
  if (name == "meta") return Meta::Parse(data);
  if (name == "ct") return Ct::Parse(data, place);
  if (name == "fib") return Fib::Parse(data);
  return ExpressionPtr();
}

}  // namespace netstack

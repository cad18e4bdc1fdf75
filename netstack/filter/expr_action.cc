// Expressions with memory or effect: counter, limit, log, notrack, reject, nat, masq, redir.
#include <algorithm>

#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/filter/ruleset.h"

namespace netstack {
namespace {

class Counter final : public Expression {
 public:
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Counter>();
    out->bytes_ = TRY(data.U64(abi::kNftaCounterBytes));
    out->packets_ = TRY(data.U64(abi::kNftaCounterPackets));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "counter"; }
  void Evaluate(Evaluation& e, Registers&) const override {
    packets_++;
    bytes_ += e.packet->size();
  }
  void Dump(AttributeWriter& to) const override {
    to.U64(abi::kNftaCounterBytes, bytes_).U64(abi::kNftaCounterPackets, packets_);
  }
  void Reset() const override { bytes_ = packets_ = 0; }

 private:
  mutable uint64_t bytes_ = 0, packets_ = 0;
};

class Limit final : public Expression {
 public:
  enum : uint16_t { kRate = 1, kUnit = 2, kBurst = 3, kType = 4, kFlags = 5 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Limit>();
    TRY(data.Need(kRate));
    TRY(data.Need(kUnit));
    out->rate_ = TRY(data.U64(kRate));
    out->unit_ = TRY(data.U64(kUnit));
    out->burst_ = TRY(data.U32(kBurst));
    out->type_ = TRY(data.U32(kType));
    out->flags_ = TRY(data.U32(kFlags));
    if (out->type_ > 1 || out->flags_ > 1) return Errno(EOPNOTSUPP);
    constexpr uint64_t kMost = uint64_t{1} << 40;
    if (out->rate_ == 0 || out->unit_ == 0) return Errno(EINVAL);
    if (out->rate_ > kMost || out->unit_ > 7 * 86400) return Errno(EOVERFLOW);
    // Linux's own burst of packets.
    if (out->type_ == 0 && out->burst_ == 0) out->burst_ = 5;
    const uint64_t burst = out->type_ == 0 ? out->burst_ : out->rate_ + out->burst_;
    out->bucket_.Set(out->rate_, out->unit_, burst);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "limit"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const bool within = bucket_.Take(e.stack.now(), type_ == 0 ? 1 : e.packet->size());
    if (within == (flags_ == 1)) r.Break();
  }
  void Dump(AttributeWriter& to) const override {
    to.U64(kRate, rate_).U64(kUnit, unit_).U32(kBurst, burst_).U32(kType, type_);
    to.U32(kFlags, flags_);
  }

 private:
  uint64_t rate_ = 0, unit_ = 0;
  uint32_t burst_ = 0, type_ = 0, flags_ = 0;
  TokenBucket bucket_;
};

class Quota final : public Expression {
 public:
  enum : uint16_t { kBytes = 1, kFlags = 2, kConsumed = 4 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Quota>();
    TRY(data.Need(kBytes));
    out->bytes_ = TRY(data.U64(kBytes));
    if (out->bytes_ > INT64_MAX) return Errno(EOVERFLOW);
    out->consumed_ = TRY(data.U64(kConsumed));
    out->flags_ = TRY(data.U32(kFlags));
    if (out->flags_ > 1) return Errno(EOPNOTSUPP);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "quota"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    consumed_ += e.packet->size();
    if ((consumed_ > bytes_) != (flags_ == 1)) r.Break();
  }
  void Dump(AttributeWriter& to) const override {
    to.U64(kBytes, bytes_).U64(kConsumed, std::min(consumed_, bytes_)).U32(kFlags, flags_);
  }
  void Reset() const override { consumed_ = 0; }

 private:
  uint64_t bytes_ = 0;
  uint32_t flags_ = 0;  // 1: matches what is over.
  mutable uint64_t consumed_ = 0;
};

class Numgen final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kModulus = 2, kType = 3, kOffset = 4 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Numgen>();
    out->modulus_ = TRY(data.NeedU32(kModulus));
    out->type_ = TRY(data.NeedU32(kType));
    out->offset_ = TRY(data.U32(kOffset));
    if (out->modulus_ == 0) return Errno(ERANGE);
    if (out->offset_ + uint64_t{out->modulus_} - 1 > UINT32_MAX) return Errno(EOVERFLOW);
    if (out->type_ > 1) return Errno(EINVAL);
    out->dreg_ = TRY(ParseRegister(data, kDreg, 4));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "numgen"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    // The first that counts up is 0.
    const uint32_t number = type_ == 1 ? e.stack.Random32() : next_++;
    if (next_ >= modulus_) next_ = 0;
    r.Store32(dreg_, offset_ + number % modulus_);
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kDreg, RegisterNumber(dreg_)).U32(kModulus, modulus_).U32(kType, type_);
    to.U32(kOffset, offset_);
  }

 private:
  uint8_t dreg_ = 0;
  uint32_t modulus_ = 1, type_ = 0, offset_ = 0;
  mutable uint32_t next_ = 0;
};

// Nobody reads the log of the sandbox's packets: it is written to nowhere.
class Log final : public Expression {
 public:
  enum : uint16_t {
    kGroup = 1,
    kPrefix = 2,
    kSnaplen = 3,
    kQthreshold = 4,
    kLevel = 5,
    kFlags = 6
  };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Log>();
    if (data.Has(kPrefix)) {
      out->prefix_ = data.Text(kPrefix);
      if (out->prefix_->size() > 127) return Errno(ERANGE);
    }
    out->to_group_ = data.Has(kGroup);
    out->group_ = TRY(data.U16(kGroup));
    out->snaplen_ = TRY(data.U32(kSnaplen));
    out->threshold_ = TRY(data.U16(kQthreshold));
    out->has_snaplen_ = data.Has(kSnaplen);
    constexpr uint32_t kWarning = 4, kAudit = 8;
    out->level_ = TRY(data.U32(kLevel, kWarning));
    out->flags_ = TRY(data.U32(kFlags));
    if (out->level_ > kAudit) return Errno(EINVAL);
    if (out->to_group_ && (data.Has(kLevel) || data.Has(kFlags))) return Errno(EINVAL);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "log"; }
  void Evaluate(Evaluation&, Registers&) const override {}
  void Dump(AttributeWriter& to) const override {
    if (prefix_) to.Text(kPrefix, *prefix_);
    if (to_group_) {
      to.U16(kGroup, group_);
      if (has_snaplen_) to.U32(kSnaplen, snaplen_);
      if (threshold_ != 0) to.U16(kQthreshold, threshold_);
      return;
    }
    to.U32(kLevel, level_);
    if (flags_ != 0) to.U32(kFlags, flags_);
  }

 private:
  std::optional<std::string> prefix_;
  bool to_group_ = false, has_snaplen_ = false;
  uint16_t group_ = 0, threshold_ = 0;
  uint32_t snaplen_ = 0, level_ = 4, flags_ = 0;
};

class NoTrack final : public Expression {
 public:
  std::string_view name() const override { return "notrack"; }
  void Evaluate(Evaluation& e, Registers&) const override {
    if (e.packet->tracking == nullptr) e.packet->tracking_info = abi::kCtUntracked;
  }
  void Dump(AttributeWriter&) const override {}
};

Result<void> CheckHooks(const Chain& base, std::initializer_list<Hook> hooks) {
  if (!base.base || std::find(hooks.begin(), hooks.end(), base.hook) != hooks.end()) return {};
  return Errno(EOPNOTSUPP);
}

Result<void> CheckNatChain(const Chain& base, std::initializer_list<Hook> hooks) {
  if (base.base && base.type != "nat") return Errno(EOPNOTSUPP);
  return CheckHooks(base, hooks);
}

class RejectExpression final : public Expression {
 public:
  enum : uint16_t { kType = 1, kCode = 2 };
  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<RejectExpression>();
    const uint32_t type = TRY(data.NeedU32(kType));
    if (type > 2) return Errno(EINVAL);
    out->kind_ = static_cast<RejectKind>(type);
    if (out->kind_ != RejectKind::kTcpReset) {
      TRY(data.Need(kCode));
      out->code_ = TRY(data.U8(kCode));
      if (out->kind_ == RejectKind::kIcmpx && out->code_ > 3) return Errno(EINVAL);
    } else {
      out->code_ = TRY(data.U8(kCode));
    }
    if (out->kind_ == RejectKind::kIcmpx && place.table.family != abi::kNfprotoInet) {
      return Errno(EINVAL);
    }
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "reject"; }
  Result<void> CheckBase(const Chain& base) const override {
    return CheckHooks(base, {Hook::kPreRouting, Hook::kInput, Hook::kForward, Hook::kOutput});
  }
  void Evaluate(Evaluation& e, Registers& r) const override {
    uint8_t code = code_;
    if (kind_ == RejectKind::kIcmpx) {
      // NFT_REJECT_ICMPX_*: no route, port, host, prohibited.
      constexpr uint8_t kCodes4[] = {0, 3, 1, 13}, kCodes6[] = {0, 4, 3, 1};
      code = e.headers.v4 ? kCodes4[code_] : kCodes6[code_];
    }
    Reject(e, kind_, code);
    r.verdict.code = abi::kNfDrop;
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kType, static_cast<uint32_t>(kind_));
    if (kind_ != RejectKind::kTcpReset) to.U8(kCode, code_);
  }

 private:
  RejectKind kind_ = RejectKind::kIcmp;
  uint8_t code_ = 0;
};

// nat, masq and redir: addresses and ports from registers.
class NatExpression final : public Expression {
 public:
  enum class What : uint8_t { kNat, kMasquerade, kRedirect };
  enum : uint16_t {
    kType = 1,
    kFamily = 2,
    kAddressMin = 3,
    kAddressMax = 4,
    kProtoMin = 5,
    kProtoMax = 6,
    kFlags = 7,
  };
  enum : uint16_t { kMasqFlags = 1, kMasqProtoMin = 2, kMasqProtoMax = 3 };
  enum : uint16_t { kRedirProtoMin = 1, kRedirProtoMax = 2, kRedirFlags = 3 };

  static ParseResult Parse(What what, const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<NatExpression>();
    out->what_ = what;
    out->table_family_ = place.table.family;
    switch (what) {
      case What::kMasquerade:
        out->numbers_ = {kMasqProtoMin, kMasqProtoMax, kMasqFlags};
        break;
      case What::kRedirect:
        out->numbers_ = {kRedirProtoMin, kRedirProtoMax, kRedirFlags};
        break;
      case What::kNat:
        out->numbers_ = {kProtoMin, kProtoMax, kFlags};
        TRY(out->ParseNat(data));
        break;
    }
    out->flags_ = TRY(data.U32(out->numbers_[2]));
    if ((out->flags_ & ~127u) != 0) return Errno(EINVAL);
    TRY(ParsePair(data, out->numbers_[0], out->numbers_[1], 2, out->ports_));
    if (!out->ports_.empty()) out->flags_ |= abi::kNatRangeProtoSpecified;
    if (!out->addresses_.empty()) out->flags_ |= abi::kNatRangeMapIps;
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override {
    return what_ == What::kNat ? "nat" : (what_ == What::kMasquerade ? "masq" : "redir");
  }
  bool NeedsTracking() const override { return true; }
  Result<void> CheckBase(const Chain& base) const override {
    if (what_ == What::kMasquerade) return CheckNatChain(base, {Hook::kPostRouting});
    if (what_ == What::kRedirect || kind_ == NatKind::kDestination) {
      return CheckNatChain(base, {Hook::kPreRouting, Hook::kOutput});
    }
    return CheckNatChain(base, {Hook::kPostRouting, Hook::kInput});
  }
  void Evaluate(Evaluation& e, Registers& r) const override {
    NatRange range;
    range.flags = flags_;
    if (!ports_.empty()) {
      range.min_port = Load16(r.at(ports_[0]));
      range.max_port = Load16(r.at(ports_.back()));
    }
    if (what_ == What::kMasquerade) {
      r.verdict.code = Masquerade(e, range);
    } else if (what_ == What::kRedirect) {
      r.verdict.code = Redirect(e, range);
    } else {
      if (family_ != (e.headers.v4 ? abi::kNfprotoIpv4 : abi::kNfprotoIpv6)) return r.Break();
      if (!addresses_.empty()) {
        range.min_address = AddressAt(r, addresses_[0]);
        range.max_address = AddressAt(r, addresses_.back());
      }
      r.verdict.code = SetUpNat(e, kind_, range);
    }
  }
  void Dump(AttributeWriter& to) const override {
    if (what_ == What::kNat) {
      to.U32(kType, static_cast<uint32_t>(kind_)).U32(kFamily, family_);
      DumpPair(to, kAddressMin, kAddressMax, addresses_);
    }
    DumpPair(to, numbers_[0], numbers_[1], ports_);
    if (flags_ != 0) to.U32(numbers_[2], flags_);
  }

 private:
  Result<void> ParseNat(const Attributes& data) {
    const uint32_t type = TRY(data.NeedU32(kType));
    if (type > 1) return Errno(EINVAL);
    kind_ = static_cast<NatKind>(type);  // NFT_NAT_SNAT, NFT_NAT_DNAT
    const uint32_t family = TRY(data.NeedU32(kFamily));
    if (table_family_ != abi::kNfprotoInet && family != table_family_) return Errno(EOPNOTSUPP);
    if (family != abi::kNfprotoIpv4 && family != abi::kNfprotoIpv6) return Errno(EAFNOSUPPORT);
    family_ = static_cast<uint8_t>(family);
    TRY(ParsePair(data, kAddressMin, kAddressMax, family_ == abi::kNfprotoIpv4 ? 4 : 16,
                  addresses_));
    return {};
  }
  static Result<void> ParsePair(const Attributes& data, uint16_t min, uint16_t max, size_t size,
                                std::vector<uint8_t>& to) {
    if (!data.Has(min)) return {};
    to.push_back(TRY(ParseRegister(data, min, size)));
    if (data.Has(max)) to.push_back(TRY(ParseRegister(data, max, size)));
    return {};
  }
  static void DumpPair(AttributeWriter& to, uint16_t min, uint16_t max,
                       const std::vector<uint8_t>& registers) {
    if (registers.empty()) return;
    to.U32(min, RegisterNumber(registers[0])).U32(max, RegisterNumber(registers.back()));
  }
  IpAddress AddressAt(Registers& r, uint8_t at) const {
    return family_ == abi::kNfprotoIpv4 ? IpAddress::V4Bytes(r.at(at))
                                        : IpAddress::V6Bytes(r.at(at));
  }

  What what_ = What::kNat;
  NatKind kind_ = NatKind::kSource;
  uint8_t family_ = 0, table_family_ = 0;
  uint32_t flags_ = 0;
  std::array<uint16_t, 3> numbers_{};       // Of the first port, the last, the flags.
  std::vector<uint8_t> addresses_, ports_;  // Registers: one or two of each.
};

}  // namespace

void TokenBucket::Set(uint64_t rate, uint64_t seconds, uint64_t burst) {
  // Packets cost whole nanoseconds each; bytes may be cheaper than that, and are counted in
  // 1024ths of one.
  cost = std::max<uint64_t>(1, seconds * static_cast<uint64_t>(kSecond) * 1024 / rate);
  constexpr uint64_t kMost = uint64_t{1} << 62;
  most = burst > kMost / cost ? kMost : cost * burst;
  saved = most;
}

bool TokenBucket::Take(Time now, uint64_t count) const {
  const auto passed = static_cast<uint64_t>(std::clamp<Duration>(now - updated, 0, kSecond << 20));
  updated = now;
  saved = std::min(most, saved + passed * 1024);
  const uint64_t price = cost * count;
  if (saved < price) return false;
  saved -= price;
  return true;
}

ParseResult ParseStateful(std::string_view name, const Attributes& data) {
  if (name == "counter") return Counter::Parse(data);
  if (name == "limit") return Limit::Parse(data);
  if (name == "log") return Log::Parse(data);
  if (name == "quota") return Quota::Parse(data);
  if (name == "numgen") return Numgen::Parse(data);
  if (name == "notrack") return ExpressionPtr(std::make_unique<NoTrack>());
  return ExpressionPtr();
}

ParseResult ParseAction(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place) {
  if (name == "reject") return RejectExpression::Parse(data, place);
  if (name == "nat") return NatExpression::Parse(NatExpression::What::kNat, data, place);
  if (name == "masq") return NatExpression::Parse(NatExpression::What::kMasquerade, data, place);
  if (name == "redir") return NatExpression::Parse(NatExpression::What::kRedirect, data, place);
  return ExpressionPtr();
}

}  // namespace netstack

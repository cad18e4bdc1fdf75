// Expressions that work on registers alone: immediate, cmp, range, bitwise, byteorder, lookup.
#include <algorithm>

#include "netstack/filter/expression.h"
#include "netstack/filter/ruleset.h"

namespace netstack {
namespace {

// immediate: a value or a verdict.
class Immediate final : public Expression {
 public:
  enum : uint16_t { kDreg = 1, kData = 2 };
  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<Immediate>();
    TRY(data.Need(kData));
    const Attributes value = TRY(data.Nested(kData));
    if (TRY(data.NeedU32(kDreg)) == 0) {
      out->is_verdict_ = true;
      out->verdict_ = TRY(ParseVerdict(value, place));
      if (out->verdict_.chain != 0) {
        out->target_ = place.table.FindChain(out->verdict_.chain)->name;
      }
      return ExpressionPtr(std::move(out));
    }
    out->value_ = TRY(ParseValue(data, kData));
    out->dreg_ = TRY(ParseRegister(data, kDreg, out->value_.size()));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "immediate"; }
  void Evaluate(Evaluation&, Registers& r) const override {
    if (is_verdict_) {
      r.verdict = verdict_;
    } else {
      r.Store(dreg_, value_);
    }
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kDreg, is_verdict_ ? 0 : RegisterNumber(dreg_));
    if (!is_verdict_) return DumpValue(to, kData, value_);
    const size_t data = to.Begin(kData);
    const size_t inner = to.Begin(abi::kNftaDataVerdict);
    to.U32(abi::kNftaVerdictCode, static_cast<uint32_t>(verdict_.code));
    if (!target_.empty()) to.Text(abi::kNftaVerdictChain, target_);
    to.End(inner);
    to.End(data);
  }
  uint64_t chain() const override { return verdict_.chain; }

 private:
  bool is_verdict_ = false;
  uint8_t dreg_ = 0;
  ByteVector value_;
  Verdict verdict_;
  std::string target_;  // Its name: chains that are referred to cannot be renamed.
};

class Cmp final : public Expression {
 public:
  enum : uint16_t { kSreg = 1, kOp = 2, kData = 3 };
  enum : uint32_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Cmp>();
    out->value_ = TRY(ParseValue(data, kData));
    out->sreg_ = TRY(ParseRegister(data, kSreg, out->value_.size()));
    out->op_ = TRY(data.NeedU32(kOp));
    if (out->op_ > kGreaterOrEqual) return Errno(EINVAL);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "cmp"; }
  void Evaluate(Evaluation&, Registers& r) const override {
    const int order = std::memcmp(r.at(sreg_), value_.data(), value_.size());
    const bool holds[] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    if (!holds[op_]) r.Break();
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kSreg, RegisterNumber(sreg_)).U32(kOp, op_);
    DumpValue(to, kData, value_);
  }

 private:
  uint8_t sreg_ = 0;
  uint32_t op_ = 0;
  ByteVector value_;
};

class RangeExpression final : public Expression {
 public:
  enum : uint16_t { kSreg = 1, kOp = 2, kFrom = 3, kTo = 4 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<RangeExpression>();
    out->from_ = TRY(ParseValue(data, kFrom));
    out->to_ = TRY(ParseValue(data, kTo));
    if (out->from_.size() != out->to_.size()) return Errno(EINVAL);
    out->sreg_ = TRY(ParseRegister(data, kSreg, out->from_.size()));
    out->op_ = TRY(data.NeedU32(kOp));
    if (out->op_ > 1) return Errno(EINVAL);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "range"; }
  void Evaluate(Evaluation&, Registers& r) const override {
    const bool within = std::memcmp(r.at(sreg_), from_.data(), from_.size()) >= 0 &&
                        std::memcmp(r.at(sreg_), to_.data(), to_.size()) <= 0;
    if (within == (op_ == 1)) r.Break();
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kSreg, RegisterNumber(sreg_)).U32(kOp, op_);
    DumpValue(to, kFrom, from_);
    DumpValue(to, kTo, to_);
  }

 private:
  uint8_t sreg_ = 0;
  uint32_t op_ = 0;  // NFT_RANGE_EQ, NFT_RANGE_NEQ
  ByteVector from_, to_;
};

class Bitwise final : public Expression {
 public:
  enum : uint16_t { kSreg = 1, kDreg = 2, kLen = 3, kMask = 4, kXor = 5, kOp = 6, kData = 7 };
  enum : uint32_t { kBool, kLshift, kRshift };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<Bitwise>();
    out->size_ = TRY(data.NeedU32(kLen));
    out->sreg_ = TRY(ParseRegister(data, kSreg, out->size_));
    out->dreg_ = TRY(ParseRegister(data, kDreg, out->size_));
    out->op_ = TRY(data.U32(kOp, kBool));
    if (out->op_ == kBool) {
      out->mask_ = TRY(ParseValue(data, kMask));
      out->xor_ = TRY(ParseValue(data, kXor));
      if (out->mask_.size() != out->size_ || out->xor_.size() != out->size_) return Errno(EINVAL);
    } else if (out->op_ <= kRshift) {
      out->shift_ = TRY(ParseValue(data, kData, 4));
      if (out->shift_.size() != 4 || out->size_ % 4 != 0 || out->Shift() >= 32) {
        return Errno(EINVAL);
      }
    } else {
      return Errno(EOPNOTSUPP);
    }
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "bitwise"; }
  void Evaluate(Evaluation&, Registers& r) const override {
    if (op_ != kBool) return EvaluateShift(r);
    std::array<std::byte, Registers::kSize> out;
    for (size_t i = 0; i < size_; i++) out[i] = (r.bytes[sreg_ + i] & mask_[i]) ^ xor_[i];
    r.Store(dreg_, std::span(out).first(size_));
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kSreg, RegisterNumber(sreg_)).U32(kDreg, RegisterNumber(dreg_)).U32(kLen, size_);
    to.U32(kOp, op_);
    if (op_ != kBool) return DumpValue(to, kData, shift_);
    DumpValue(to, kMask, mask_);
    DumpValue(to, kXor, xor_);
  }

 private:
  // Of this machine's order, as registers are.
  uint32_t Shift() const {
    uint32_t value;
    std::memcpy(&value, shift_.data(), sizeof(value));
    return value;
  }
  // Words are shifted as they stand, with bits that cross from the one to the other.
  void EvaluateShift(Registers& r) const {
    std::array<uint32_t, Registers::kSize / 4> in{}, out{};
    const size_t words = size_ / 4;
    std::memcpy(in.data(), r.at(sreg_), size_);
    const uint32_t by = Shift();
    for (size_t i = 0; i < words; i++) {
      const bool left = op_ == kLshift;
      const uint64_t next = left ? (i + 1 < words ? in[i + 1] : 0) : (i > 0 ? in[i - 1] : 0);
      const uint64_t moved = left ? uint64_t{in[i]} << by | next >> (32 - by)
                                  : uint64_t{in[i]} >> by | next << (32 - by);
      out[i] = static_cast<uint32_t>(moved);
    }
    std::memcpy(r.at(dreg_), out.data(), size_);
  }

  uint8_t sreg_ = 0, dreg_ = 0;
  uint32_t size_ = 0, op_ = kBool;
  ByteVector mask_, xor_, shift_;
};

class ByteOrder final : public Expression {
 public:
  enum : uint16_t { kSreg = 1, kDreg = 2, kOp = 3, kLen = 4, kSize = 5 };
  static ParseResult Parse(const Attributes& data) {
    auto out = std::make_unique<ByteOrder>();
    out->op_ = TRY(data.NeedU32(kOp));
    out->unit_ = TRY(data.NeedU32(kSize));
    out->size_ = TRY(data.NeedU32(kLen));
    if (out->op_ > 1 || (out->unit_ != 2 && out->unit_ != 4 && out->unit_ != 8)) {
      return Errno(EINVAL);
    }
    out->sreg_ = TRY(ParseRegister(data, kSreg, out->size_));
    out->dreg_ = TRY(ParseRegister(data, kDreg, out->size_));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "byteorder"; }
  void Evaluate(Evaluation&, Registers& r) const override {
    std::array<std::byte, Registers::kSize> out{};
    std::copy_n(r.at(sreg_), size_, out.begin());
    for (size_t i = 0; i + unit_ <= size_; i += unit_) {
      std::reverse(out.begin() + static_cast<ptrdiff_t>(i),
                   out.begin() + static_cast<ptrdiff_t>(i + unit_));
    }
    r.Store(dreg_, std::span(out).first(size_));
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kSreg, RegisterNumber(sreg_)).U32(kDreg, RegisterNumber(dreg_));
    to.U32(kOp, op_).U32(kLen, size_).U32(kSize, unit_);
  }

 private:
  uint8_t sreg_ = 0, dreg_ = 0;
  uint32_t op_ = 0, size_ = 0, unit_ = 0;
};

class Lookup final : public Expression {
 public:
  enum : uint16_t { kSet = 1, kSreg = 2, kDreg = 3, kSetId = 4, kFlags = 5 };
  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<Lookup>();
    const Set* set = place.table.FindSet(data.Text(kSet));
    if (set == nullptr && data.Has(kSetId)) {
      auto found = place.set_ids.find(TRY(data.U32(kSetId)));
      if (found != place.set_ids.end()) set = place.table.FindSet(found->second);
    }
    if (set == nullptr) return Errno(ENOENT);
    out->set_ = set->handle;
    out->set_name_ = set->name;
    out->key_size_ = set->key_size;
    out->sreg_ = TRY(ParseRegister(data, kSreg, set->key_size));
    out->flags_ = TRY(data.U32(kFlags));
    if (out->flags_ > 1) return Errno(EINVAL);
    out->has_dreg_ = data.Has(kDreg);
    if (out->has_dreg_) {
      if (out->flags_ != 0 || !set->Has(abi::kNftSetMap)) return Errno(EINVAL);
      out->verdicts_ = set->data_type == abi::kNftDataVerdict;
      if (out->verdicts_ != (TRY(data.U32(kDreg)) == 0)) return Errno(EINVAL);
      if (!out->verdicts_) out->dreg_ = TRY(ParseRegister(data, kDreg, set->data_size));
    }
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "lookup"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const Set* set = e.table->FindSet(set_);
    // Ranges in concatenations are tried one by one.
    constexpr uint32_t kSlow = abi::kNftSetInterval | abi::kNftSetConcat;
    if (set != nullptr && (set->flags & kSlow) == kSlow) {
      e.budget -= static_cast<int>(set->elements.size() / 8);
    }
    const Element* found =
        set == nullptr ? nullptr : set->Find(r.Read(sreg_, key_size_), e.stack.now());
    if ((found != nullptr) == (flags_ == 1)) return r.Break();
    if (found == nullptr) return;
    if (found->stateful != nullptr) found->stateful->Evaluate(e, r);
    if (!has_dreg_ || r.verdict.code != abi::kNftContinue) return;
    if (verdicts_) {
      r.verdict = found->verdict;
    } else {
      r.Store(dreg_, found->data);
    }
  }
  void Dump(AttributeWriter& to) const override {
    to.Text(kSet, set_name_).U32(kSreg, RegisterNumber(sreg_));
    if (has_dreg_) to.U32(kDreg, verdicts_ ? 0 : RegisterNumber(dreg_));
    to.U32(kFlags, flags_);
  }
  uint64_t set() const override { return set_; }

 private:
  uint64_t set_ = 0;
  std::string set_name_;
  uint32_t key_size_ = 0, flags_ = 0;
  uint8_t sreg_ = 0, dreg_ = 0;
  bool has_dreg_ = false, verdicts_ = false;
};

}  // namespace

ParseResult ParseBasic(std::string_view name, const Attributes& data,
                       const ExpressionPlace& place) {
  if (name == "immediate") return Immediate::Parse(data, place);
  if (name == "cmp") return Cmp::Parse(data);
  if (name == "range") return RangeExpression::Parse(data);
  if (name == "bitwise") return Bitwise::Parse(data);
  if (name == "byteorder") return ByteOrder::Parse(data);
  if (name == "lookup") return Lookup::Parse(data, place);
  return ExpressionPtr();
}

}  // namespace netstack

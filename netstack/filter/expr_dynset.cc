// dynset: rules that put what they see into sets, each element with a counter, a limit or a quota
// of its own if the rule says so.
#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/filter/ruleset.h"

namespace netstack {
namespace {

class Dynset final : public Expression {
 public:
  enum : uint16_t {
    kSetName = 1,
    kSetId = 2,
    kOp = 3,
    kSregKey = 4,
    kSregData = 5,
    kTimeout = 6,
    kExpr = 7,
    kFlags = 9,
    kExpressions = 10,
  };
  enum : uint32_t { kAdd, kUpdate, kDelete };
  static constexpr uint32_t kInvert = 1, kHasExpression = 2;

  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<Dynset>();
    const Set* set = place.table.FindSet(data.Text(kSetName));
    if (set == nullptr && data.Has(kSetId)) {
      auto found = place.set_ids.find(TRY(data.U32(kSetId)));
      if (found != place.set_ids.end()) set = place.table.FindSet(found->second);
    }
    if (set == nullptr) return Errno(ENOENT);
    if (set->Has(abi::kNftSetConstant)) return Errno(EBUSY);
    // Intervals cannot grow from within, nor sets that nobody said would change.
    if (set->Has(abi::kNftSetInterval)) return Errno(EOPNOTSUPP);
    out->set_ = set->handle;
    out->set_name_ = set->name;
    out->key_size_ = set->key_size;
    out->op_ = TRY(data.NeedU32(kOp));
    if (out->op_ > kDelete) return Errno(EOPNOTSUPP);
    out->flags_ = TRY(data.U32(kFlags));
    if ((out->flags_ & ~(kInvert | kHasExpression)) != 0) return Errno(EOPNOTSUPP);
    if (out->op_ == kUpdate && !set->Has(abi::kNftSetTimeout | abi::kNftSetEval)) {
      return Errno(EINVAL);
    }
    if (data.Has(kTimeout) && !set->Has(abi::kNftSetTimeout)) return Errno(EOPNOTSUPP);
    out->own_timeout_ = TRY(data.U64(kTimeout));
    if (out->own_timeout_ > uint64_t{1} << 42) return Errno(ERANGE);
    out->timeout_ = out->own_timeout_ != 0 ? out->own_timeout_ : set->timeout;
    out->sreg_key_ = TRY(ParseRegister(data, kSregKey, set->key_size));
    TRY(out->ParseData(data, *set));
    if (data.Has(kExpressions)) return Errno(EOPNOTSUPP);
    if (data.Has(kExpr)) {
      const ByteSpan bytes = *data.Find(kExpr);
      out->state_bytes_.assign(bytes.begin(), bytes.end());
      out->state_ = TRY(ParseElementState(bytes, place));
    }
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "dynset"; }
  void Evaluate(Evaluation& e, Registers& r) const override {
    const Set* set = e.table->FindSet(set_);
    const bool done = set != nullptr && Change(*set, e, r);
    if (r.verdict.code != abi::kNftContinue) return;
    if (done == ((flags_ & kInvert) != 0)) r.Break();
  }
  void Dump(AttributeWriter& to) const override {
    to.U32(kSregKey, RegisterNumber(sreg_key_));
    if (has_data_) to.U32(kSregData, RegisterNumber(sreg_data_));
    to.U32(kOp, op_).Text(kSetName, set_name_);
    if (own_timeout_ != 0) to.U64(kTimeout, own_timeout_);
    if (state_ != nullptr) to.Put(kExpr, state_bytes_);
    to.U32(kFlags, flags_);
  }
  uint64_t set() const override { return set_; }

 private:
  Result<void> ParseData(const Attributes& data, const Set& set) {
    has_data_ = data.Has(kSregData);
    if (has_data_ != set.Has(abi::kNftSetMap)) return Errno(EINVAL);
    if (!has_data_) return {};
    if (set.data_type == abi::kNftDataVerdict) return Errno(EOPNOTSUPP);
    data_size_ = set.data_size;
    sreg_data_ = TRY(ParseRegister(data, kSregData, data_size_));
    return {};
  }
  bool Change(const Set& set, Evaluation& e, Registers& r) const {
    const Time now = e.stack.now();
    const ByteSpan key = r.Read(sreg_key_, key_size_);
    auto found = set.elements.find({{key.begin(), key.end()}, false});
    const bool there = found != set.elements.end() && !found->second.Expired(now);
    if (op_ == kDelete) {
      if (there) set.elements.erase(found);
      return there;
    }
    if (!there) {
      Element element;
      if (has_data_) {
        const ByteSpan value = r.Read(sreg_data_, data_size_);
        element.data.assign(value.begin(), value.end());
      }
      element.timeout = static_cast<Duration>(timeout_) * kMillisecond;
      element.expires = now + element.timeout;
      if (state_ != nullptr) element.stateful = Fresh();
      const bool grows = set.elements.size() >= set.charged;
      if (grows && !e.filter.Grow(set.ElementCost())) return false;
      if (grows) set.charged++;
      if (!set.Put(key, std::move(element), now)) return false;
      found = set.elements.find({{key.begin(), key.end()}, false});
    } else if (op_ == kUpdate) {
      found->second.expires = now + found->second.timeout;
    }
    if (found->second.stateful != nullptr) found->second.stateful->Evaluate(e, r);
    return true;
  }
  // As the rule has it, for one more element.
  std::shared_ptr<const Expression> Fresh() const {
    const auto whole = Attributes::Parse(state_bytes_);
    if (!whole.ok()) return nullptr;
    const auto data = whole->Nested(abi::kNftaExprData);
    if (!data.ok()) return nullptr;
    ParseResult parsed = ParseStateful(state_->name(), *data);
    return parsed.ok() ? std::shared_ptr<const Expression>(std::move(*parsed)) : nullptr;
  }

  uint64_t set_ = 0, timeout_ = 0, own_timeout_ = 0;
  std::string set_name_;
  uint32_t key_size_ = 0, data_size_ = 0, op_ = kAdd, flags_ = 0;
  uint8_t sreg_key_ = 0, sreg_data_ = 0;
  bool has_data_ = false;
  ByteVector state_bytes_;
  ExpressionPtr state_;
};

}  // namespace

ParseResult ParseDynset(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place) {
  if (name == "dynset") return Dynset::Parse(data, place);
  return ExpressionPtr();
}

}  // namespace netstack

// The matches and targets of x_tables that iptables-nft(8) still puts into its rules: `match` and
// `target` with the structures of the extensions, as iptables writes them.  They are kept as they
// come, since iptables compares them byte by byte.
#include <algorithm>
#include <cstring>

#include "netstack/filter/expression.h"
#include "netstack/filter/filter.h"
#include "netstack/filter/ruleset.h"
#include "netstack/filter/xtables.h"

namespace netstack {
namespace {

constexpr size_t kMaxInfo = 4096;

class CompatExpression final : public Expression {
 public:
  static ParseResult Parse(bool target, const Attributes& data, const ExpressionPlace& place) {
    auto out = std::make_unique<CompatExpression>();
    out->target_ = target;
    TRY(data.Need(abi::kNftaXtName));
    out->extension_ = data.Text(abi::kNftaXtName);
    out->revision_ = TRY(data.NeedU32(abi::kNftaXtRev));
    const ByteSpan info = TRY(data.Need(abi::kNftaXtInfo));
    if (info.size() > kMaxInfo) return Errno(EINVAL);
    out->info_.assign(info.begin(), info.end());
    const bool v4 = place.table.family == abi::kNfprotoIpv4;
    if (!v4 && place.table.family != abi::kNfprotoIpv6) return Errno(EOPNOTSUPP);
    if (FindXtables(target, out->extension_, out->revision_, v4) == nullptr) {
      return Errno(ENOENT);
    }
    out->entry_ = FindXtables(target, out->extension_, out->revision_, v4);
    out->size_ = (out->entry_->size + 7) & ~size_t{7};
    if (out->info_.size() < out->entry_->size || out->info_.size() > out->size_) {
      return Errno(EINVAL);
    }
    out->info_.resize(out->size_);
    TRY(out->CheckBase(place.chain));
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return target_ ? "target" : "match"; }
  bool NeedsTracking() const override { return entry_->tracks; }
  Result<void> CheckBase(const Chain& base) const override {
    if (!base.base || entry_->hooks == 0) return {};
    if (entry_->nat && base.type != "nat") return Errno(EINVAL);
    return (entry_->hooks >> static_cast<unsigned>(base.hook) & 1) != 0 ? Result<void>()
                                                                        : Errno(EINVAL);
  }
  void Evaluate(Evaluation& e, Registers& r) const override {
    e.bucket = &bucket_;
    r.verdict.code = entry_->run(e, info_.data());
  }
  void Dump(AttributeWriter& to) const override {
    to.Text(abi::kNftaXtName, extension_).U32(abi::kNftaXtRev, revision_);
    to.Put(abi::kNftaXtInfo, info_);
  }

 private:
  bool target_ = false;
  std::string extension_;
  uint32_t revision_ = 0;
  ByteVector info_;
  size_t size_ = 0;
  const XtablesEntry* entry_ = nullptr;
  mutable TokenBucket bucket_;
};

}  // namespace

ParseResult ParseCompat(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place) {
  if (name == "match") return CompatExpression::Parse(false, data, place);
  if (name == "target") return CompatExpression::Parse(true, data, place);
  return ExpressionPtr();
}

}  // namespace netstack

// Transaction: counters, quotas and limits with names; the expression that refers to them.
#include "netstack/filter/transaction.h"

namespace netstack {
namespace {

// The expression that does the same within one rule; empty: there is none here.
std::string_view ExpressionOf(uint32_t type) {
  switch (type) {
    case abi::kNftObjectCounter:
      return "counter";
    case abi::kNftObjectQuota:
      return "quota";
    case abi::kNftObjectLimit:
      return "limit";
    default:
      return {};
  }
}

class ObjectReference final : public Expression {
 public:
  enum : uint16_t { kType = 1, kName = 2, kSetSreg = 3 };
  static ParseResult Parse(const Attributes& data, const ExpressionPlace& place) {
    if (data.Has(kSetSreg)) return Errno(EOPNOTSUPP);
    auto out = std::make_unique<ObjectReference>();
    const uint32_t type = TRY(data.NeedU32(kType));
    TRY(data.Need(kName));
    out->object_ = place.table.FindObject(type, data.Text(kName));
    if (out->object_ == nullptr) return Errno(ENOENT);
    return ExpressionPtr(std::move(out));
  }
  std::string_view name() const override { return "objref"; }
  void Evaluate(Evaluation& e, Registers& r) const override { object_->state->Evaluate(e, r); }
  void Dump(AttributeWriter& to) const override {
    to.U32(kType, object_->type).Text(kName, object_->name);
  }
  uint64_t object() const override { return object_->handle; }

 private:
  ObjectRef object_;
};

}  // namespace

ParseResult ParseReference(std::string_view name, const Attributes& data,
                           const ExpressionPlace& place) {
  if (name == "objref") return ObjectReference::Parse(data, place);
  return ExpressionPtr();
}

Result<void> Transaction::NewObject(const NetfilterRequest& request, const Attributes& data,
                                    NetfilterAnswers& echoes) {
  Table& table = *TRY(OwnTable(request.family, data, abi::kNftaObjTable));
  const std::string name = TRY(NeedName(data, abi::kNftaObjName));
  const uint32_t type = TRY(data.NeedU32(abi::kNftaObjType));
  TRY(data.Need(abi::kNftaObjData));
  if (ExpressionOf(type).empty()) return Errno(EOPNOTSUPP);
  if (table.FindObject(type, name) != nullptr) {
    if (request.Has(abi::kNlmFExcl)) return Blame(EEXIST, data, abi::kNftaObjName);
    return request.Has(abi::kNlmFReplace) ? Errno(EOPNOTSUPP) : Result<void>();
  }
  if (table.objects.size() >= kMaxObjects) return Errno(ENOMEM);
  auto object = std::make_shared<Object>();
  object->state = TRY(ParseStateful(ExpressionOf(type), TRY(data.Nested(abi::kNftaObjData))));
  object->handle = ++table.last_handle;
  object->type = type;
  object->name = name;
  object->userdata = data.Bytes(abi::kNftaObjUserdata);
  if (object->userdata.size() > 256) return Errno(EINVAL);
  if (request.Has(abi::kNlmFEcho)) AddObject(request, table, *object, echoes);
  table.objects[object->handle] = std::move(object);
  return {};
}

Result<void> Transaction::DeleteObject(const NetfilterRequest& request, const Attributes& data) {
  auto owned = OwnTable(request.family, data, abi::kNftaObjTable);
  if (!owned.ok()) return Destroys(request) ? Result<void>() : owned.error();
  Table& table = **owned;
  const uint32_t type = TRY(data.NeedU32(abi::kNftaObjType));
  ObjectRef object;
  if (data.Has(abi::kNftaObjHandle)) {
    auto found = table.objects.find(TRY(data.U64(abi::kNftaObjHandle)));
    if (found != table.objects.end() && found->second->type == type) object = found->second;
  } else {
    object = table.FindObject(type, data.Text(abi::kNftaObjName));
  }
  const uint16_t by = data.Has(abi::kNftaObjHandle) ? abi::kNftaObjHandle : abi::kNftaObjName;
  if (object == nullptr) return Destroys(request) ? Result<void>() : Blame(ENOENT, data, by);
  if (table.CountUsesOf(*object) != 0) return Blame(EBUSY, data, by);
  table.objects.erase(object->handle);
  return {};
}

}  // namespace netstack

// Transaction: sets and their elements.
#include <algorithm>

#include "netstack/filter/transaction.h"

namespace netstack {
namespace {

constexpr uint32_t kSetFlags = abi::kNftSetAnonymous | abi::kNftSetConstant | abi::kNftSetInterval |
                               abi::kNftSetMap | abi::kNftSetTimeout | abi::kNftSetConcat |
                               abi::kNftSetEval;
constexpr uint32_t kMaxKey = 64;  // NFT_DATA_VALUE_MAXLEN

Result<void> ReadDescription(const Attributes& data, Set& set) {
  const Attributes desc = TRY(data.Nested(abi::kNftaSetDesc));
  set.size = TRY(desc.U32(abi::kNftaSetDescSize));
  if (!desc.Has(abi::kNftaSetDescConcat)) return {};
  uint32_t total = 0;
  TRY(ForEachAttribute(*desc.Find(abi::kNftaSetDescConcat),
                       [&](uint16_t type, ByteSpan value) -> Result<void> {
                         if (type != abi::kNftaListElem) return Errno(EINVAL);
                         const Attributes field = TRY(Attributes::Parse(value));
                         const uint32_t size = TRY(field.NeedU32(abi::kNftaSetFieldLen));
                         if (size == 0 || size > kMaxKey) return Errno(EINVAL);
                         if (set.fields.size() == 16) return Errno(E2BIG);
                         set.fields.push_back(size);
                         total += (size + 3) & ~3u;
                         return {};
                       }));
  return total == set.key_size ? Result<void>() : Errno(EINVAL);
}

// "__set%d" gets the lowest number that is free.
std::string FreeName(const Table& table, const std::string& pattern) {
  const size_t at = pattern.find("%d");
  if (at == std::string::npos) return pattern;
  std::set<std::string> taken;
  for (const auto& [handle, set] : table.sets) taken.insert(set->name);
  for (size_t i = 0;; i++) {
    std::string name = pattern;
    name.replace(at, 2, std::to_string(i));
    if (!taken.contains(name)) return name;
  }
}

// What an element is looked up by.
struct ElementHead {
  ElementKey key;
  ByteVector key_end;
  bool catch_all = false;
};

Result<ElementHead> ReadHead(const Attributes& data, const Set& set) {
  ElementHead out;
  const uint32_t flags = TRY(data.U32(abi::kNftaSetElemFlags));
  if ((flags & ~(abi::kNftSetElemIntervalEnd | abi::kNftSetElemCatchall)) != 0) {
    return Errno(EOPNOTSUPP);
  }
  out.catch_all = (flags & abi::kNftSetElemCatchall) != 0;
  out.key.end = (flags & abi::kNftSetElemIntervalEnd) != 0;
  if (out.key.end && !set.Has(abi::kNftSetInterval)) return Errno(EINVAL);
  if (out.catch_all) {
    if (data.Has(abi::kNftaSetElemKey)) return Errno(EINVAL);
    return out;
  }
  out.key.bytes = TRY(ParseValue(data, abi::kNftaSetElemKey, kMaxKey));
  if (out.key.bytes.size() != set.key_size) return Errno(EINVAL);
  if (data.Has(abi::kNftaSetElemKeyEnd)) {
    out.key_end = TRY(ParseValue(data, abi::kNftaSetElemKeyEnd, kMaxKey));
    if (out.key_end.size() != set.key_size) return Errno(EINVAL);
  }
  return out;
}

}  // namespace

Result<const Set*> Transaction::FindSetOf(const Attributes& data, const Table& table, uint16_t name,
                                          uint16_t id) const {
  const Set* set = data.Has(name) ? table.FindSet(data.Text(name)) : nullptr;
  if (set == nullptr && data.Has(id)) {
    auto found = set_ids_.find(TRY(data.U32(id)));
    if (found != set_ids_.end()) set = table.FindSet(found->second);
  }
  if (set == nullptr) return Blame(ENOENT, data, name);
  return set;
}

Result<void> Transaction::NewSet(const NetfilterRequest& request, const Attributes& data,
                                 NetfilterAnswers& echoes) {
  const std::string name = TRY(NeedName(data, abi::kNftaSetName));
  TRY(data.Need(abi::kNftaSetKeyLen));
  TRY(data.Need(abi::kNftaSetId));
  auto set = std::make_shared<Set>();
  set->key_type = TRY(data.U32(abi::kNftaSetKeyType));
  set->key_size = TRY(data.U32(abi::kNftaSetKeyLen));
  set->flags = TRY(data.U32(abi::kNftaSetFlags));
  if (set->key_size == 0 || set->key_size > kMaxKey) return Errno(EINVAL);
  if ((set->flags & ~kSetFlags) != 0 || data.Has(abi::kNftaSetExpr) ||
      data.Has(abi::kNftaSetExpressions)) {
    return Errno(EOPNOTSUPP);
  }
  if (set->Has(abi::kNftSetMap)) {
    set->data_type = TRY(data.NeedU32(abi::kNftaSetDataType));
    set->data_size = TRY(data.U32(abi::kNftaSetDataLen));
    const bool verdicts = set->data_type == abi::kNftDataVerdict;
    if (!verdicts && (set->data_size == 0 || set->data_size > kMaxKey)) return Errno(EINVAL);
    if (verdicts) set->data_size = 16;
  }
  if (data.Has(abi::kNftaSetTimeout) && !set->Has(abi::kNftSetTimeout)) return Errno(EINVAL);
  set->timeout = TRY(data.U64(abi::kNftaSetTimeout));
  if (set->timeout > uint64_t{1} << 42) return Errno(ERANGE);
  set->gc_interval = TRY(data.U32(abi::kNftaSetGcInterval));
  set->policy = TRY(data.U32(abi::kNftaSetPolicy));
  TRY(ReadDescription(data, *set));
  set->userdata = data.Bytes(abi::kNftaSetUserdata);
  if (set->userdata.size() > 256) return Errno(EINVAL);
  Table& table = *TRY(OwnTable(request.family, data, abi::kNftaSetTable));
  const uint32_t id = TRY(data.U32(abi::kNftaSetId));
  if (const Set* old = table.FindSet(name)) {
    if (request.Has(abi::kNlmFExcl)) return Blame(EEXIST, data, abi::kNftaSetName);
    if (request.Has(abi::kNlmFReplace)) return Errno(EOPNOTSUPP);
    if (old->key_size != set->key_size || old->flags != set->flags) return Errno(EEXIST);
    set_ids_[id] = old->handle;
    return {};
  }
  if (!request.Has(abi::kNlmFCreate)) return Errno(ENOENT);
  if (table.sets.size() >= kMaxSets) return Errno(ENOMEM);
  set->handle = ++table.last_handle;
  set->name = FreeName(table, name);
  set_ids_[id] = set->handle;
  if (request.Has(abi::kNlmFEcho)) AddSet(request, table, *set, echoes);
  table.sets[set->handle] = std::move(set);
  return {};
}

Result<void> Transaction::DeleteSet(const NetfilterRequest& request, const Attributes& data) {
  auto owned = OwnTable(request.family, data, abi::kNftaSetTable);
  if (!owned.ok()) return Destroys(request) ? Result<void>() : owned.error();
  Table& table = **owned;
  const Set* set = data.Has(abi::kNftaSetHandle) ? table.FindSet(TRY(data.U64(abi::kNftaSetHandle)))
                                                 : table.FindSet(data.Text(abi::kNftaSetName));
  const uint16_t by = data.Has(abi::kNftaSetHandle) ? abi::kNftaSetHandle : abi::kNftaSetName;
  if (set == nullptr) return Destroys(request) ? Result<void>() : Blame(ENOENT, data, by);
  if (request.Has(abi::kNlmFNonrec) && !set->elements.empty()) return Errno(EBUSY);
  const uint64_t handle = set->handle;
  if (table.SetIsUsed(handle)) return Blame(EBUSY, data, by);
  table.sets.erase(handle);
  return {};
}

Result<void> Transaction::NewElements(const NetfilterRequest& request, const Attributes& data,
                                      NetfilterAnswers& echoes) {
  Table& table = *TRY(OwnTable(request.family, data, abi::kNftaSetElemListTable));
  const Set* found =
      TRY(FindSetOf(data, table, abi::kNftaSetElemListSet, abi::kNftaSetElemListSetId));
  if (found->Has(abi::kNftSetConstant) && table.SetIsUsed(found->handle)) return Errno(EBUSY);
  TRY(data.Need(abi::kNftaSetElemListElements));
  Set& set = table.OwnSet(found->handle);
  return ForEachAttribute(*data.Find(abi::kNftaSetElemListElements),
                          [&](uint16_t, ByteSpan bytes) -> Result<void> {
                            bad_ = bytes;
                            TRY(NewElement(request, bytes, table, set, echoes));
                            bad_ = {};
                            return {};
                          });
}

Result<void> Transaction::NewElement(const NetfilterRequest& request, ByteSpan bytes,
                                     const Table& table, Set& set, NetfilterAnswers& echoes) {
  const Attributes data = TRY(Attributes::Parse(bytes));
  ElementHead head = TRY(ReadHead(data, set));
  if (data.Has(abi::kNftaSetElemExpressions) || data.Has(abi::kNftaSetElemObjref)) {
    return Errno(EOPNOTSUPP);
  }
  Element element;
  if (data.Has(abi::kNftaSetElemExpr)) {
    static const Chain none;
    const ExpressionPlace place{rules_, table, none, set_ids_, chain_ids_};
    element.stateful = TRY(ParseElementState(*data.Find(abi::kNftaSetElemExpr), place));
  }
  element.key_end = head.key_end;
  const bool needs_data = set.Has(abi::kNftSetMap) && !head.key.end;
  if (needs_data != data.Has(abi::kNftaSetElemData)) return Errno(EINVAL);
  if (needs_data && set.data_type == abi::kNftDataVerdict) {
    static const Chain nowhere;
    const ExpressionPlace place{rules_, table, nowhere, set_ids_, chain_ids_};
    element.verdict = TRY(ParseVerdict(TRY(data.Nested(abi::kNftaSetElemData)), place));
  } else if (needs_data) {
    element.data = TRY(ParseValue(data, abi::kNftaSetElemData, kMaxKey));
    if (element.data.size() != set.data_size) return Errno(EINVAL);
  }
  if (data.Has(abi::kNftaSetElemTimeout) && !set.Has(abi::kNftSetTimeout)) return Errno(EINVAL);
  const uint64_t timeout = TRY(data.U64(abi::kNftaSetElemTimeout, set.timeout));
  const uint64_t left = TRY(data.U64(abi::kNftaSetElemExpiration, timeout));
  if (timeout > uint64_t{1} << 42 || left > timeout) return Errno(ERANGE);
  if (!head.key.end) {
    element.timeout = static_cast<Duration>(timeout) * kMillisecond;
    element.expires = now_ + static_cast<Duration>(left) * kMillisecond;
  }
  element.userdata = data.Bytes(abi::kNftaSetElemUserdata);
  if (element.userdata.size() > 256) return Errno(EINVAL);
  const size_t limit =
      set.size != 0 ? set.size * (set.Has(abi::kNftSetInterval) ? 2u : 1u) : kMaxElements;
  if (head.catch_all) {
    if (set.catch_all != nullptr && request.Has(abi::kNlmFExcl)) return Errno(EEXIST);
    set.catch_all = std::make_unique<Element>(std::move(element));
    return {};
  }
  auto old = set.elements.find(head.key);
  if (old != set.elements.end() && !old->second.Expired(now_)) {
    if (old->second.data != element.data || old->second.verdict.code != element.verdict.code ||
        old->second.verdict.chain != element.verdict.chain) {
      return Errno(EEXIST);
    }
    return request.Has(abi::kNlmFExcl) ? Errno(EEXIST) : Result<void>();
  }
  if (set.elements.size() >= std::min(limit, kMaxElements)) return Errno(ENFILE);
  if (request.Has(abi::kNlmFEcho)) {
    AddElement(request, table, set, &head.key, element, now_, echoes);
  }
  set.elements.insert_or_assign(std::move(head.key), std::move(element));
  return {};
}

Result<void> Transaction::DeleteElements(const NetfilterRequest& request, const Attributes& data) {
  auto owned = OwnTable(request.family, data, abi::kNftaSetElemListTable);
  if (!owned.ok()) return Destroys(request) ? Result<void>() : owned.error();
  Table& table = **owned;
  const Set* found =
      TRY(FindSetOf(data, table, abi::kNftaSetElemListSet, abi::kNftaSetElemListSetId));
  if (found->Has(abi::kNftSetConstant) && table.SetIsUsed(found->handle)) return Errno(EBUSY);
  Set& set = table.OwnSet(found->handle);
  if (!data.Has(abi::kNftaSetElemListElements)) {
    set.elements.clear();
    set.catch_all.reset();
    return {};
  }
  return ForEachAttribute(*data.Find(abi::kNftaSetElemListElements),
                          [&](uint16_t, ByteSpan bytes) -> Result<void> {
                            bad_ = bytes;
                            TRY(DeleteElement(request, bytes, set));
                            bad_ = {};
                            return {};
                          });
}

Result<void> Transaction::DeleteElement(const NetfilterRequest& request, ByteSpan bytes, Set& set) {
  const Attributes data = TRY(Attributes::Parse(bytes));
  const ElementHead head = TRY(ReadHead(data, set));
  bool gone;
  if (head.catch_all) {
    gone = set.catch_all != nullptr;
    set.catch_all.reset();
  } else {
    gone = set.elements.erase(head.key) != 0;
  }
  return gone || Destroys(request) ? Result<void>() : Errno(ENOENT);
}

}  // namespace netstack

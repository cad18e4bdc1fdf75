// Transaction: tables, chains and rules.
#include "netstack/filter/transaction.h"

#include <algorithm>

namespace netstack {
namespace {

bool IsFamily(uint8_t family) {
  return family == abi::kNfprotoIpv4 || family == abi::kNfprotoIpv6 || family == abi::kNfprotoInet;
}

// Where chains of each type can be.
Result<void> CheckType(const Chain& chain) {
  if (chain.type == "filter") return {};
  if (chain.type == "nat") {
    // Connections must be known by then (NF_IP_PRI_CONNTRACK).
    const bool good = chain.hook != Hook::kForward && chain.priority > -200;
    return good ? Result<void>() : Errno(EOPNOTSUPP);
  }
  if (chain.type != "route") return Errno(ENOENT);
  return chain.hook == Hook::kOutput ? Result<void>() : Errno(EOPNOTSUPP);
}

size_t IndexOf(const Chain& chain, uint64_t handle) {
  const auto at = std::find_if(chain.rules.begin(), chain.rules.end(),
                               [&](const RuleRef& rule) { return rule->handle == handle; });
  return static_cast<size_t>(at - chain.rules.begin());
}

}  // namespace

Result<std::string> NeedName(const Attributes& data, uint16_t type) {
  TRY(data.Need(type));
  std::string name = data.Text(type);
  if (name.empty()) return Errno(EINVAL);
  if (name.size() > kMaxName) return Errno(ENAMETOOLONG);
  return name;
}

Result<Table*> Transaction::OwnTable(uint8_t family, const Attributes& data, uint16_t name) {
  const std::string wanted = TRY(NeedName(data, name));
  auto found = rules_.tables.find({family, wanted});
  if (found == rules_.tables.end()) return Blame(ENOENT, data, name);
  return &rules_.Own(found->second);
}

Result<void> Transaction::Apply(const NetfilterRequest& request, NetfilterAnswers& echoes) {
  bad_ = {};
  const Attributes data = TRY(Attributes::Parse(request.attributes));
  switch (request.command()) {
    case abi::kNftMsgNewTable:
      return NewTable(request, data, echoes);
    case abi::kNftMsgDelTable:
    case abi::kNftMsgDestroyTable:
      return DeleteTable(request, data);
    case abi::kNftMsgNewChain:
      return NewChain(request, data, echoes);
    case abi::kNftMsgDelChain:
    case abi::kNftMsgDestroyChain:
      return DeleteChain(request, data);
    case abi::kNftMsgNewRule:
      return NewRule(request, data, echoes);
    case abi::kNftMsgDelRule:
    case abi::kNftMsgDestroyRule:
      return DeleteRule(request, data);
    case abi::kNftMsgNewSet:
      return NewSet(request, data, echoes);
    case abi::kNftMsgDelSet:
    case abi::kNftMsgDestroySet:
      return DeleteSet(request, data);
    case abi::kNftMsgNewSetElem:
      return NewElements(request, data, echoes);
    case abi::kNftMsgDelSetElem:
    case abi::kNftMsgDestroySetElem:
      return DeleteElements(request, data);
    case abi::kNftMsgNewObj:
      return NewObject(request, data, echoes);
    case abi::kNftMsgDelObj:
    case abi::kNftMsgDestroyObj:
      return DeleteObject(request, data);
    case abi::kNftMsgNewFlowtable:
    case abi::kNftMsgDelFlowtable:
      return Errno(EOPNOTSUPP);
    default:
      return Errno(EINVAL);
  }
}

Result<void> Transaction::NewTable(const NetfilterRequest& request, const Attributes& data,
                                   NetfilterAnswers& echoes) {
  const std::string name = TRY(NeedName(data, abi::kNftaTableName));
  if (!IsFamily(request.family)) return Errno(EOPNOTSUPP);
  const uint32_t flags = TRY(data.U32(abi::kNftaTableFlags));
  // Owned tables would end with the socket.
  if ((flags & ~abi::kNftTableFDormant) != 0) return Errno(EOPNOTSUPP);
  auto found = rules_.tables.find({request.family, name});
  if (found != rules_.tables.end()) {
    if (request.Has(abi::kNlmFExcl)) return Blame(EEXIST, data, abi::kNftaTableName);
    if (request.Has(abi::kNlmFReplace)) return Errno(EOPNOTSUPP);
    if (data.Has(abi::kNftaTableFlags)) rules_.Own(found->second).flags = flags;
    return {};
  }
  if (rules_.tables.size() >= kMaxTables) return Errno(ENOMEM);
  auto table = std::make_shared<Table>();
  table->family = request.family;
  table->name = name;
  table->flags = flags;
  table->handle = ++rules_.last_table;
  table->userdata = data.Bytes(abi::kNftaTableUserdata);
  if (table->userdata.size() > 256) return Errno(EINVAL);
  if (request.Has(abi::kNlmFEcho)) AddTable(request, *table, echoes);
  rules_.tables[{request.family, name}] = std::move(table);
  return {};
}

// Without a name: all of the family, or of all families.
Result<void> Transaction::DeleteTable(const NetfilterRequest& request, const Attributes& data) {
  const uint64_t handle = TRY(data.U64(abi::kNftaTableHandle));
  const bool named = data.Has(abi::kNftaTableName) && request.family != abi::kNfprotoUnspec;
  bool any = false;
  for (auto at = rules_.tables.begin(); at != rules_.tables.end();) {
    const Table& table = *at->second;
    const bool meant = (request.family == abi::kNfprotoUnspec || table.family == request.family) &&
                       (handle == 0 || table.handle == handle) &&
                       (!named || table.name == data.Text(abi::kNftaTableName));
    if (!meant) {
      ++at;
      continue;
    }
    if (request.Has(abi::kNlmFNonrec) && table.UseCount() != 0) return Errno(EBUSY);
    at = rules_.tables.erase(at);
    any = true;
  }
  if (!any && (named || handle != 0) && !Destroys(request)) {
    return Blame(ENOENT, data, named ? abi::kNftaTableName : abi::kNftaTableHandle);
  }
  return {};
}

Result<const Chain*> Transaction::FindChainOf(const Attributes& data, const Table& table) const {
  const Chain* chain = nullptr;
  if (data.Has(abi::kNftaRuleChain)) {
    chain = table.FindChain(data.Text(abi::kNftaRuleChain));
  } else if (data.Has(abi::kNftaRuleChainId)) {
    auto found = chain_ids_.find(TRY(data.U32(abi::kNftaRuleChainId)));
    if (found != chain_ids_.end()) chain = table.FindChain(found->second);
  } else {
    return Errno(EINVAL);
  }
  if (chain == nullptr) return Blame(ENOENT, data, abi::kNftaRuleChain);
  return chain;
}

Result<void> Transaction::ReadHook(const Attributes& data, const Table& table, Chain& chain) {
  const Attributes hook = TRY(data.Nested(abi::kNftaChainHook));
  if (!hook.Has(abi::kNftaHookHooknum) || !hook.Has(abi::kNftaHookPriority)) return Errno(ENOENT);
  const uint32_t number = TRY(hook.U32(abi::kNftaHookHooknum));
  if (number >= kHooks || hook.Has(abi::kNftaHookDev)) return Errno(EOPNOTSUPP);
  chain.base = true;
  chain.flags |= abi::kNftChainBase;
  chain.hook = static_cast<Hook>(number);
  chain.priority = static_cast<int32_t>(TRY(hook.U32(abi::kNftaHookPriority)));
  chain.type = data.Has(abi::kNftaChainType) ? data.Text(abi::kNftaChainType) : "filter";
  if (chain.type == "route" && table.family == abi::kNfprotoInet) {
    return chain.hook == Hook::kOutput ? Result<void>() : Errno(EOPNOTSUPP);
  }
  return CheckType(chain);
}

Result<void> Transaction::ChangeChain(const NetfilterRequest& request, const Attributes& data,
                                      Table& table, uint64_t handle) {
  if (request.Has(abi::kNlmFExcl)) return Blame(EEXIST, data, abi::kNftaChainName);
  if (request.Has(abi::kNlmFReplace)) return Errno(EOPNOTSUPP);
  const Chain& old = *table.FindChain(handle);
  if (data.Has(abi::kNftaChainHook)) {
    Chain wanted;
    TRY(ReadHook(data, table, wanted));
    if (!old.base || wanted.hook != old.hook || wanted.priority != old.priority ||
        wanted.type != old.type) {
      return Blame(EEXIST, data, abi::kNftaChainType);
    }
  }
  if (data.Has(abi::kNftaChainPolicy)) {
    if (!old.base) return Errno(EOPNOTSUPP);
    const uint32_t policy = TRY(data.U32(abi::kNftaChainPolicy));
    if (policy > 1) return Errno(EINVAL);
    table.OwnChain(handle).drops = policy == abi::kNfDrop;
  }
  // By its handle a chain can be given another name.
  if (data.Has(abi::kNftaChainHandle) && data.Has(abi::kNftaChainName)) {
    const std::string name = TRY(NeedName(data, abi::kNftaChainName));
    const Chain* taken = table.FindChain(name);
    if (taken != nullptr && taken->handle != handle) return Errno(EEXIST);
    Chain& chain = table.OwnChain(handle);
    table.chain_names.erase(chain.name);
    chain.name = name;
    table.chain_names[name] = handle;
  }
  return {};
}

Result<void> Transaction::NewChain(const NetfilterRequest& request, const Attributes& data,
                                   NetfilterAnswers& echoes) {
  Table& table = *TRY(OwnTable(request.family, data, abi::kNftaChainTable));
  const uint64_t handle = TRY(data.U64(abi::kNftaChainHandle));
  const Chain* old = nullptr;
  std::string name;
  if (handle != 0) {
    old = table.FindChain(handle);
    if (old == nullptr) return Blame(ENOENT, data, abi::kNftaChainHandle);
  } else if (data.Has(abi::kNftaChainName)) {
    name = TRY(NeedName(data, abi::kNftaChainName));
    old = table.FindChain(name);
  } else if (!data.Has(abi::kNftaChainId)) {
    return Errno(EINVAL);
  }
  if (old != nullptr) return ChangeChain(request, data, table, old->handle);
  if (table.chains.size() >= kMaxChains) return Errno(ENOMEM);
  auto chain = std::make_shared<Chain>();
  chain->handle = ++table.last_handle;
  chain->name = name.empty() ? "__chain" + std::to_string(chain->handle) : name;
  chain->flags = TRY(data.U32(abi::kNftaChainFlags));
  if ((chain->flags & ~(abi::kNftChainBase | abi::kNftChainBinding)) != 0) {
    return Errno(EOPNOTSUPP);
  }
  chain->flags &= abi::kNftChainBinding;
  if (data.Has(abi::kNftaChainHook)) TRY(ReadHook(data, table, *chain));
  if (data.Has(abi::kNftaChainPolicy)) {
    if (!chain->base) return Errno(EOPNOTSUPP);
    const uint32_t policy = TRY(data.U32(abi::kNftaChainPolicy));
    if (policy > 1) return Errno(EINVAL);
    chain->drops = policy == abi::kNfDrop;
  }
  chain->userdata = data.Bytes(abi::kNftaChainUserdata);
  if (chain->userdata.size() > 256) return Errno(EINVAL);
  if (data.Has(abi::kNftaChainId)) {
    chain_ids_[TRY(data.U32(abi::kNftaChainId))] = chain->handle;
  }
  if (request.Has(abi::kNlmFEcho)) AddChain(request, table, *chain, 0, echoes);
  table.chain_names[chain->name] = chain->handle;
  table.chains[chain->handle] = std::move(chain);
  return {};
}

Result<void> Transaction::DeleteChain(const NetfilterRequest& request, const Attributes& data) {
  auto owned = OwnTable(request.family, data, abi::kNftaChainTable);
  if (!owned.ok()) return Destroys(request) ? Result<void>() : owned.error();
  Table& table = **owned;
  const Chain* chain = data.Has(abi::kNftaChainHandle)
                           ? table.FindChain(TRY(data.U64(abi::kNftaChainHandle)))
                           : table.FindChain(data.Text(abi::kNftaChainName));
  const uint16_t by = data.Has(abi::kNftaChainHandle) ? abi::kNftaChainHandle : abi::kNftaChainName;
  if (chain == nullptr) return Destroys(request) ? Result<void>() : Blame(ENOENT, data, by);
  if (request.Has(abi::kNlmFNonrec) && !chain->rules.empty()) return Errno(EBUSY);
  const uint64_t handle = chain->handle;
  if (table.ChainIsUsed(handle)) return Blame(EBUSY, data, by);
  table.chain_names.erase(chain->name);
  table.chains.erase(handle);
  return {};
}

Result<std::shared_ptr<Rule>> Transaction::ReadRule(const Attributes& data, const Table& table,
                                                    const Chain& chain) {
  auto rule = std::make_shared<Rule>();
  const ExpressionPlace place{rules_, table, chain, set_ids_, chain_ids_};
  if (data.Has(abi::kNftaRuleExpressions)) {
    TRY(ForEachAttribute(*data.Find(abi::kNftaRuleExpressions),
                         [&](uint16_t type, ByteSpan value) -> Result<void> {
                           if (type != abi::kNftaListElem) return Errno(EINVAL);
                           if (rule->expressions.size() == kMaxRuleExpressions) {
                             return Errno(EINVAL);
                           }
                           bad_ = value;
                           rule->expressions.push_back(TRY(ParseExpression(value, place)));
                           bad_ = {};
                           return {};
                         }));
  }
  rule->userdata = data.Bytes(abi::kNftaRuleUserdata);
  if (rule->userdata.size() > 256) return Errno(EINVAL);
  return rule;
}

// Before which index a rule goes; of one that is replaced: its own.
Result<size_t> Transaction::PlaceOf(const NetfilterRequest& request, const Attributes& data,
                                    const Chain& chain) {
  const size_t count = chain.rules.size();
  if (data.Has(abi::kNftaRuleHandle)) {
    const size_t index = IndexOf(chain, TRY(data.U64(abi::kNftaRuleHandle)));
    if (index == count) return Blame(ENOENT, data, abi::kNftaRuleHandle);
    if (request.Has(abi::kNlmFExcl)) return Blame(EEXIST, data, abi::kNftaRuleHandle);
    if (!request.Has(abi::kNlmFReplace)) return Errno(EOPNOTSUPP);
    return index;
  }
  if (!request.Has(abi::kNlmFCreate) || request.Has(abi::kNlmFReplace)) return Errno(EINVAL);
  const bool append = request.Has(abi::kNlmFAppend);
  uint64_t beside = TRY(data.U64(abi::kNftaRulePosition));
  if (beside == 0 && data.Has(abi::kNftaRulePositionId)) {
    auto found = rule_ids_.find(TRY(data.U32(abi::kNftaRulePositionId)));
    if (found == rule_ids_.end()) return Errno(ENOENT);
    beside = found->second;
  }
  if (beside == 0) return append ? count : 0;
  const size_t index = IndexOf(chain, beside);
  if (index == count) return Blame(ENOENT, data, abi::kNftaRulePosition);
  return index + (append ? 1 : 0);
}

Result<void> Transaction::NewRule(const NetfilterRequest& request, const Attributes& data,
                                  NetfilterAnswers& echoes) {
  Table& table = *TRY(OwnTable(request.family, data, abi::kNftaRuleTable));
  const uint64_t chain_handle = TRY(FindChainOf(data, table))->handle;
  const size_t index = TRY(PlaceOf(request, data, *table.FindChain(chain_handle)));
  auto rule = TRY(ReadRule(data, table, *table.FindChain(chain_handle)));
  Chain& chain = table.OwnChain(chain_handle);
  if (chain.rules.size() >= kMaxRules) return Errno(ENOMEM);
  rule->handle = ++table.last_handle;
  if (data.Has(abi::kNftaRuleId)) rule_ids_[TRY(data.U32(abi::kNftaRuleId))] = rule->handle;
  if (request.Has(abi::kNlmFReplace)) {
    chain.rules[index] = std::move(rule);
  } else {
    chain.rules.insert(chain.rules.begin() + static_cast<ptrdiff_t>(index), std::move(rule));
  }
  if (request.Has(abi::kNlmFEcho)) AddRule(request, table, chain, index, echoes, false);
  return {};
}

Result<void> Transaction::DeleteRule(const NetfilterRequest& request, const Attributes& data) {
  auto owned = OwnTable(request.family, data, abi::kNftaRuleTable);
  if (!owned.ok()) return Destroys(request) ? Result<void>() : owned.error();
  Table& table = **owned;
  if (!data.Has(abi::kNftaRuleChain)) {
    if (data.Has(abi::kNftaRuleHandle)) return Errno(EINVAL);
    for (auto& [handle, chain] : table.chains) {
      if (!chain->rules.empty()) table.Own(chain).rules.clear();
    }
    return {};
  }
  auto found = FindChainOf(data, table);
  if (!found.ok()) return Destroys(request) ? Result<void>() : found.error();
  uint64_t handle = TRY(data.U64(abi::kNftaRuleHandle));
  if (handle == 0 && data.Has(abi::kNftaRuleId)) {
    auto id = rule_ids_.find(TRY(data.U32(abi::kNftaRuleId)));
    if (id == rule_ids_.end()) return Errno(ENOENT);
    handle = id->second;
  }
  Chain& chain = table.OwnChain((*found)->handle);
  if (handle == 0) {
    chain.rules.clear();
    return {};
  }
  const size_t index = IndexOf(chain, handle);
  if (index == chain.rules.size()) {
    return Destroys(request) ? Result<void>() : Blame(ENOENT, data, abi::kNftaRuleHandle);
  }
  chain.rules.erase(chain.rules.begin() + static_cast<ptrdiff_t>(index));
  return {};
}

namespace {

// What rules and maps of a table refer to.
struct Referred {
  std::set<uint64_t> chains, sets;
};

Referred ReferredBy(const Table& table) {
  Referred out;
  for (const auto& [handle, chain] : table.chains) {
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) {
        out.chains.insert(expression->chain());
        out.sets.insert(expression->set());
      }
    }
  }
  for (const auto& [handle, set] : table.sets) {
    for (const auto& [key, element] : set->elements) out.chains.insert(element.verdict.chain);
  }
  return out;
}

// What stands for itself in no rule any more; its going may set others free.
bool HasIdle(const Table& table, std::vector<uint64_t>& chains, std::vector<uint64_t>& sets) {
  const Referred referred = ReferredBy(table);
  for (const auto& [handle, set] : table.sets) {
    if (set->Has(abi::kNftSetAnonymous) && !referred.sets.contains(handle)) sets.push_back(handle);
  }
  for (const auto& [handle, chain] : table.chains) {
    const bool bound = (chain->flags & abi::kNftChainBinding) != 0;
    if (bound && !referred.chains.contains(handle)) chains.push_back(handle);
  }
  return !sets.empty() || !chains.empty();
}

}  // namespace

RuleSet Transaction::Finish() {
  for (auto& entry : rules_.tables) {
    std::vector<uint64_t> chains, sets;
    while (HasIdle(*entry.second, chains, sets)) {
      Table& own = rules_.Own(entry.second);
      for (uint64_t handle : sets) own.sets.erase(handle);
      for (uint64_t handle : chains) {
        own.chain_names.erase(own.chains[handle]->name);
        own.chains.erase(handle);
      }
      chains.clear();
      sets.clear();
    }
  }
  return std::move(rules_);
}

}  // namespace netstack

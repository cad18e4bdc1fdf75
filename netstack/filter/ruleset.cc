// The rule set: finding, owning, measuring, checking.
#include "netstack/filter/ruleset.h"

#include <algorithm>
#include <functional>

namespace netstack {
namespace {

constexpr size_t kMaxJumpDepth = 16;    // NFT_JUMP_STACK_SIZE
constexpr size_t kMaxVisits = 1 << 22;  // Of rules, on all ways together.

template <typename Map>
auto FindByName(const Map& all, const std::string& name) -> decltype(all.begin()->second.get()) {
  for (const auto& [handle, item] : all) {
    if (item->name == name) return item.get();
  }
  return nullptr;
}

// A verdict map's chains.
template <typename F>
void ForEachTarget(const Set& set, F f) {
  for (const auto& [key, element] : set.elements) {
    if (element.verdict.chain != 0) f(element.verdict.chain);
  }
  if (set.catch_all != nullptr && set.catch_all->verdict.chain != 0) {
    f(set.catch_all->verdict.chain);
  }
}

// Walks all ways from one base chain.
class Walk {
 public:
  Walk(const Table& table, const Chain& base, size_t& visits)
      : table_(table), base_(base), visits_(visits) {}

  Result<void> Visit(const Chain& chain, size_t depth) {
    if (depth >= kMaxJumpDepth) return Errno(EMLINK);
    // Another way to it that was as deep has seen all behind it.
    size_t& seen = deepest_[chain.handle];
    if (seen > depth) return {};
    seen = depth + 1;
    for (const RuleRef& rule : chain.rules) {
      if (++visits_ > kMaxVisits) return Errno(EMLINK);
      for (const ExpressionPtr& expression : rule->expressions) {
        TRY(expression->CheckBase(base_));
        TRY(Follow(*expression, depth));
      }
    }
    return {};
  }

 private:
  Result<void> Follow(const Expression& expression, size_t depth) {
    if (const Chain* next = table_.FindChain(expression.chain())) TRY(Visit(*next, depth + 1));
    const Set* set = table_.FindSet(expression.set());
    if (set == nullptr || set->data_type != abi::kNftDataVerdict) return {};
    std::set<uint64_t> targets;
    ForEachTarget(*set, [&](uint64_t chain) { targets.insert(chain); });
    for (uint64_t target : targets) {
      if (const Chain* next = table_.FindChain(target)) TRY(Visit(*next, depth + 1));
    }
    return {};
  }

  const Table& table_;
  const Chain& base_;
  size_t& visits_;
  std::unordered_map<uint64_t, size_t> deepest_;
};

bool InConcatenatedRange(const Set& set, ByteSpan key, const ByteVector& low,
                         const ByteVector& high) {
  size_t at = 0;
  for (uint32_t size : set.fields) {
    const size_t padded = (size + 3u) & ~3u;
    if (at + padded > key.size() || at + padded > low.size() || at + padded > high.size()) {
      return false;
    }
    if (std::memcmp(&key[at], &low[at], size) < 0 || std::memcmp(&key[at], &high[at], size) > 0) {
      return false;
    }
    at += padded;
  }
  return true;
}

}  // namespace

std::map<ElementKey, Element>::const_iterator Set::Around(ByteSpan key, bool end) const {
  const ElementKey wanted{{key.begin(), key.end()}, end};
  if (!Has(abi::kNftSetInterval)) return elements.find(wanted);
  if (Has(abi::kNftSetConcat)) {
    return std::find_if(elements.begin(), elements.end(), [&](const auto& item) {
      const ByteVector& low = item.first.bytes;
      const ByteVector& high = item.second.key_end.empty() ? low : item.second.key_end;
      return InConcatenatedRange(*this, key, low, high);
    });
  }
  auto at = end ? elements.lower_bound(wanted) : elements.upper_bound(wanted);
  if (end) return at != elements.end() && at->first.end ? at : elements.end();
  if (at == elements.begin() || std::prev(at)->first.end) return elements.end();
  return std::prev(at);
}

bool Set::Put(ByteSpan key, Element element, Time now) const {
  const size_t most = size != 0 ? std::min<size_t>(size, kMaxElements) : kMaxDynamic;
  const ElementKey place{{key.begin(), key.end()}, false};
  if (elements.size() >= most && !elements.contains(place)) {
    std::erase_if(elements, [now](const auto& item) { return item.second.Expired(now); });
    if (elements.size() >= most) return false;
  }
  elements.insert_or_assign(place, std::move(element));
  return true;
}

const Element* Set::Find(ByteSpan key, Time now) const {
  const auto found = Around(key, false);
  if (found != elements.end() && !found->second.Expired(now)) return &found->second;
  return catch_all.get();
}

SetRef Set::Clone() const {
  auto copy = std::make_shared<Set>();
  copy->handle = handle;
  copy->name = name;
  copy->flags = flags;
  copy->key_type = key_type;
  copy->key_size = key_size;
  copy->data_type = data_type;
  copy->data_size = data_size;
  copy->policy = policy;
  copy->size = size;
  copy->gc_interval = gc_interval;
  copy->timeout = timeout;
  copy->fields = fields;
  copy->userdata = userdata;
  copy->elements = elements;
  if (catch_all != nullptr) copy->catch_all = std::make_unique<Element>(*catch_all);
  return copy;
}

const Chain* Table::FindChain(uint64_t number) const {
  auto found = chains.find(number);
  return found == chains.end() ? nullptr : found->second.get();
}

const Chain* Table::FindChain(const std::string& chain) const {
  auto found = chain_names.find(chain);
  return found == chain_names.end() ? nullptr : FindChain(found->second);
}

const Set* Table::FindSet(uint64_t number) const {
  auto found = sets.find(number);
  return found == sets.end() ? nullptr : found->second.get();
}

const Set* Table::FindSet(const std::string& set) const {
  return FindByName(sets, set);
}

std::unordered_map<uint64_t, uint32_t> Table::CountUses() const {
  std::unordered_map<uint64_t, uint32_t> uses;
  for (const auto& [own, chain] : chains) {
    uses[own] += static_cast<uint32_t>(chain->rules.size());
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) {
        if (expression->chain() != 0) uses[expression->chain()]++;
      }
    }
  }
  for (const auto& [own, set] : sets) {
    if (set->data_type != abi::kNftDataVerdict) continue;
    ForEachTarget(*set, [&](uint64_t chain) { uses[chain]++; });
  }
  return uses;
}

bool Table::ChainIsUsed(uint64_t number) const {
  for (const auto& [own, chain] : chains) {
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) {
        if (expression->chain() == number) return true;
      }
    }
  }
  bool used = false;
  for (const auto& [own, set] : sets) {
    if (set->data_type != abi::kNftDataVerdict) continue;
    ForEachTarget(*set, [&](uint64_t chain) { used = used || chain == number; });
  }
  return used;
}

bool Table::SetIsUsed(uint64_t number) const {
  for (const auto& [own, chain] : chains) {
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) {
        if (expression->set() == number) return true;
      }
    }
  }
  return false;
}

ObjectRef Table::FindObject(uint32_t type, const std::string& object) const {
  for (const auto& [own, item] : objects) {
    if (item->type == type && item->name == object) return item;
  }
  return nullptr;
}

uint32_t Table::CountUsesOf(const Object& object) const {
  uint32_t uses = 0;
  for (const auto& [own, chain] : chains) {
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) {
        if (expression->object() == object.handle) uses++;
      }
    }
  }
  return uses;
}

Chain& Table::Own(ChainRef& chain) {
  if (chain.use_count() > 1) chain = std::make_shared<Chain>(*chain);
  return *chain;
}

Set& Table::OwnSet(uint64_t number) {
  SetRef& set = sets.find(number)->second;
  if (set.use_count() > 1) set = set->Clone();
  return *set;
}

const Table* RuleSet::Find(uint8_t family, const std::string& name) const {
  auto found = tables.find({family, name});
  return found == tables.end() ? nullptr : found->second.get();
}

Table& RuleSet::Own(TableRef& table) {
  if (table.use_count() > 1) table = std::make_shared<Table>(*table);
  return *table;
}

RuleSet::Size RuleSet::Measure() const {
  Size total;
  for (const auto& [key, table] : tables) {
    total.chains += table->chains.size();
    total.sets += table->sets.size();
    total.bytes += table->objects.size() * 512;
    for (const auto& [handle, chain] : table->chains) {
      total.rules += chain->rules.size();
      total.bytes += 512;
      for (const RuleRef& rule : chain->rules) total.bytes += rule->Cost();
    }
    for (const auto& [handle, set] : table->sets) {
      total.elements += set->elements.size();
      set->charged = set->elements.size();
      total.bytes += 512 + set->elements.size() * set->ElementCost();
    }
  }
  return total;
}

Result<void> RuleSet::Validate() const {
  size_t visits = 0;
  for (const auto& [key, table] : tables) {
    for (const auto& [handle, chain] : table->chains) {
      if (chain->base) TRY(Walk(*table, *chain, visits).Visit(*chain, 0));
    }
    // Loops that no packet gets into are refused as well.
    for (const auto& [handle, chain] : table->chains) {
      Chain none;
      none.base = false;
      if (!chain->base) TRY(Walk(*table, none, visits).Visit(*chain, 0));
    }
  }
  return {};
}

}  // namespace netstack

// The rule set of nf_tables: tables of chains of rules, and sets.
//
// What is committed never changes but for counters and their like.  A transaction works on a copy
// that shares all it leaves alone: whatever it changes becomes its own first (Own()).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "abi/linux/netfilter.h"
#include "netstack/filter/attributes.h"
#include "netstack/filter/expression.h"
#include "netstack/stack/environment.h"
#include "netstack/stack/hooks.h"

namespace netstack {

// Limits of one namespace.
inline constexpr size_t kMaxTables = 256, kMaxChains = 8192, kMaxSets = 4096, kMaxObjects = 4096,
                        kMaxRules = 65536, kMaxElements = 131072, kMaxRuleExpressions = 128,
                        kMaxName = 255;
inline constexpr size_t kMaxDynamic =
    65535;  // Elements that rules put into a set of no given size.

struct Rule {
  uint64_t handle = 0;
  std::vector<std::unique_ptr<Expression>> expressions;
  ByteVector userdata;
  size_t Cost() const { return 128 + userdata.size() + expressions.size() * 128; }
};
using RuleRef = std::shared_ptr<const Rule>;

struct Chain {
  uint64_t handle = 0;
  std::string name;
  uint32_t flags = 0;
  bool base = false;
  // Of a base chain.
  Hook hook = Hook::kInput;
  int32_t priority = 0;
  std::string type;
  bool drops = false;  // Its policy.
  std::vector<RuleRef> rules;
  ByteVector userdata;
};
using ChainRef = std::shared_ptr<Chain>;

// An element's key, or the end of the interval that the one before begins.
struct ElementKey {
  ByteVector bytes;
  bool end = false;
  // The end of one interval stands before the start of the next at the same place.
  bool operator<(const ElementKey& other) const {
    return bytes != other.bytes ? bytes < other.bytes : end > other.end;
  }
};

struct Element {
  ByteVector key_end;  // Of ranges in concatenations.
  ByteVector data;     // Of a map.
  Verdict verdict;     // Of a verdict map.
  ByteVector userdata;
  std::shared_ptr<const Expression> stateful;  // Null: none.
  Duration timeout = 0;                        // 0: stays.
  Time expires = 0;
  bool Expired(Time now) const { return timeout != 0 && expires <= now; }
};

struct Set {
  uint64_t handle = 0;
  std::string name;
  uint32_t flags = 0;
  uint32_t key_type = 0, key_size = 0, data_type = 0, data_size = 0;
  uint32_t policy = 0, size = 0, gc_interval = 0;
  uint64_t timeout = 0;          // milliseconds
  std::vector<uint32_t> fields;  // Sizes of what is concatenated.
  ByteVector userdata;
  mutable std::map<ElementKey, Element> elements;  // Rules add to it, too (dynset).
  mutable size_t charged = 0;                      // Of those, how many are paid for.
  std::unique_ptr<Element> catch_all;

  bool Has(uint32_t flag) const { return (flags & flag) != 0; }
  // Null: nothing matches.
  const Element* Find(ByteSpan key, Time now) const;
  // The element that is meant by a key: itself, or the start or the end of the interval that it is
  // in.
  std::map<ElementKey, Element>::const_iterator Around(ByteSpan key, bool end) const;
  // What an element costs.
  size_t ElementCost() const { return 256 + key_size + data_size; }
  // By a rule.  False: it is full.
  bool Put(ByteSpan key, Element element, Time now) const;
  std::shared_ptr<Set> Clone() const;
};
using SetRef = std::shared_ptr<Set>;

// A counter, a quota or a limit with a name, which many rules share.
struct Object {
  uint64_t handle = 0;
  uint32_t type = 0;  // NFT_OBJECT_*
  std::string name;
  ExpressionPtr state;
  ByteVector userdata;
};
using ObjectRef = std::shared_ptr<const Object>;

struct Table {
  uint8_t family = 0;
  std::string name;
  uint64_t handle = 0;
  uint32_t flags = 0;
  ByteVector userdata;
  std::map<uint64_t, ChainRef> chains;  // By handle.
  std::unordered_map<std::string, uint64_t> chain_names;
  std::map<uint64_t, SetRef> sets;
  std::map<uint64_t, ObjectRef> objects;
  uint64_t last_handle = 0;

  const Chain* FindChain(uint64_t number) const;
  const Chain* FindChain(const std::string& chain) const;
  const Set* FindSet(uint64_t number) const;
  const Set* FindSet(const std::string& set) const;
  // How many rules are in each chain, and rules and maps go there.
  std::unordered_map<uint64_t, uint32_t> CountUses() const;
  // Whether a rule or a map goes there.
  bool ChainIsUsed(uint64_t number) const;
  bool SetIsUsed(uint64_t number) const;
  ObjectRef FindObject(uint32_t type, const std::string& object) const;  // Null: none.
  uint32_t CountUsesOf(const Object& object) const;
  // These become the table's own.
  Chain& Own(ChainRef& chain);
  Chain& OwnChain(uint64_t number) { return Own(chains.find(number)->second); }
  Set& OwnSet(uint64_t number);
  size_t UseCount() const { return chains.size() + sets.size() + objects.size(); }
};
using TableRef = std::shared_ptr<Table>;

struct RuleSet {
  using Key = std::pair<uint8_t, std::string>;
  std::map<Key, TableRef> tables;
  uint64_t last_table = 0;

  const Table* Find(uint8_t family, const std::string& name) const;
  // This becomes the rule set's own.
  Table& Own(TableRef& table);
  struct Size {
    size_t chains = 0, sets = 0, rules = 0, elements = 0, bytes = 0;
  };
  Size Measure() const;
  // EMLINK: jumps that go too deep or round; EOPNOTSUPP: an expression where it cannot work.
  Result<void> Validate() const;
};

}  // namespace netstack

// Transaction: changes to a rule set that count all together or not at all (nft(8)).
#pragma once

#include "netstack/filter/messages.h"
#include "netstack/filter/ruleset.h"

namespace netstack {

class Transaction {
 public:
  Transaction(const RuleSet& rules, Time now) : rules_(rules), now_(now) {}

  // One NFT_MSG_NEW*, NFT_MSG_DEL* or NFT_MSG_DESTROY*.  What asks for NLM_F_ECHO is told what came
  // of it.
  Result<void> Apply(const NetfilterRequest& request, NetfilterAnswers& echoes);
  // Sets and chains without names go with the rules that they belong to.
  RuleSet Finish();
  // The attribute that the last failure is about, its value; empty: none.
  ByteSpan bad() const { return bad_; }
  // Whether what there is so far could be committed.
  Result<void> Check() const { return rules_.Validate(); }

 private:
  Result<void> NewTable(const NetfilterRequest& request, const Attributes& data,
                        NetfilterAnswers& echoes);
  Result<void> DeleteTable(const NetfilterRequest& request, const Attributes& data);
  Result<void> NewChain(const NetfilterRequest& request, const Attributes& data,
                        NetfilterAnswers& echoes);
  Result<void> ReadHook(const Attributes& data, const Table& table, Chain& chain);
  Result<void> ChangeChain(const NetfilterRequest& request, const Attributes& data, Table& table,
                           uint64_t handle);
  Result<void> DeleteChain(const NetfilterRequest& request, const Attributes& data);
  Result<void> NewRule(const NetfilterRequest& request, const Attributes& data,
                       NetfilterAnswers& echoes);
  Result<std::shared_ptr<Rule>> ReadRule(const Attributes& data, const Table& table,
                                         const Chain& chain);
  Result<size_t> PlaceOf(const NetfilterRequest& request, const Attributes& data,
                         const Chain& chain);
  Result<void> DeleteRule(const NetfilterRequest& request, const Attributes& data);
  // transaction_objects.cc
  Result<void> NewObject(const NetfilterRequest& request, const Attributes& data,
                         NetfilterAnswers& echoes);
  Result<void> DeleteObject(const NetfilterRequest& request, const Attributes& data);
  // transaction_sets.cc
  Result<void> NewSet(const NetfilterRequest& request, const Attributes& data,
                      NetfilterAnswers& echoes);
  Result<void> DeleteSet(const NetfilterRequest& request, const Attributes& data);
  Result<void> NewElements(const NetfilterRequest& request, const Attributes& data,
                           NetfilterAnswers& echoes);
  Result<void> DeleteElements(const NetfilterRequest& request, const Attributes& data);
  Result<void> NewElement(const NetfilterRequest& request, ByteSpan bytes, const Table& table,
                          Set& set, NetfilterAnswers& echoes);
  Result<void> DeleteElement(const NetfilterRequest& request, ByteSpan bytes, Set& set);
  Result<const Set*> FindSetOf(const Attributes& data, const Table& table, uint16_t name,
                               uint16_t id) const;

  // ENOENT; it becomes the transaction's own.
  Result<Table*> OwnTable(uint8_t family, const Attributes& data, uint16_t name);
  Result<const Chain*> FindChainOf(const Attributes& data, const Table& table) const;
  // Whether the request deletes, or only sees to it that there is none (NFT_MSG_DESTROY*).
  static bool Destroys(const NetfilterRequest& request) {
    return request.command() >= abi::kNftMsgDestroyTable;
  }

  // Fails, and says over which attribute (NLMSGERR_ATTR_OFFS).
  Errno Blame(int error, const Attributes& data, uint16_t type) const {
    bad_ = data.Find(type).value_or(ByteSpan());
    return Errno(error);
  }

  RuleSet rules_;
  const Time now_;
  mutable ByteSpan bad_;
  std::map<uint32_t, uint64_t> set_ids_, chain_ids_, rule_ids_;
};

// A name's length is checked: EINVAL when it is missing or empty, ENAMETOOLONG.
Result<std::string> NeedName(const Attributes& data, uint16_t type);

}  // namespace netstack

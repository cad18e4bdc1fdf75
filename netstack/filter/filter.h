// PacketFilter: netfilter for one stack.  Runs the committed rule set at the hooks, with
// connections tracked and addresses translated where rules ask for it.
//
// As long as no base chain exists the stack does not know of it: packets pay one test of a pointer.
#pragma once

#include <memory>

#include "netstack/filter/conntrack.h"
#include "netstack/filter/nat.h"
#include "netstack/filter/ruleset.h"

namespace netstack {

class PacketFilter final : public PacketHooks, private ConfigObserver {
 public:
  explicit PacketFilter(Stack& stack);
  ~PacketFilter();

  const RuleSet& rules() const { return rules_; }
  // A set grows by a rule's doing.  False: there is no memory for it.
  bool Grow(size_t bytes);
  // From now on these are the rules.  ENOMEM; what Validate() says.
  Result<void> Commit(RuleSet rules);
  uint32_t generation() const { return generation_; }
  // Null: no rule needs it.
  Conntrack* conntrack() { return conntrack_.get(); }
  Stack& stack() { return stack_; }

  bool Run(Hook hook, bool v4, PacketPtr& packet, Interface* in, Interface* out) override;
  // What is sent meanwhile in answer to the packet belongs to its connection.
  template <typename F>
  void Answer(const Packet& packet, F send) {
    answered_ = packet.tracking;
    answered_info_ = packet.tracking_info;
    send();
    answered_ = nullptr;
  }

 private:
  // What happens at one hook, in this order.
  struct Step {
    enum class Kind : uint8_t { kTrack, kChain, kNat, kConfirm };
    int32_t priority = 0;
    Kind kind = Kind::kChain;
    TableRef table;
    ChainRef chain;
  };
  struct Plan {
    std::vector<Step> steps;
    std::vector<Step> nat_chains;
  };

  void OnLink(const Interface& interface, bool removed) override;
  void OnAddress(const Interface& interface, const InterfaceAddress& address,
                 bool removed) override;
  void MakePlans();
  void AddBaseChain(const TableRef& table, const ChainRef& chain);
  void FinishPlan(Plan& plan, Hook hook, bool tracks);
  // A verdict: NF_ACCEPT or NF_DROP.
  int32_t RunStep(const Step& step, const Plan& plan, Evaluation& e);
  int32_t RunNat(const Plan& plan, Evaluation& e);
  int32_t RunChain(const Table& table, const Chain& base, Evaluation& e);
  Verdict RunRule(const Rule& rule, Evaluation& e);
  void AdoptAnswer(Packet& packet, Hook hook);

  Stack& stack_;
  RuleSet rules_;
  size_t charged_ = 0;
  uint32_t generation_ = 1;
  int depth_ = 0;
  std::array<std::array<Plan, kHooks>, 2> plans_;  // IPv6, IPv4.
  std::unique_ptr<Conntrack> conntrack_;
  std::unique_ptr<Nat> nat_;
  base::Ref<PacketTracking> answered_;
  uint8_t answered_info_ = 0;
};

}  // namespace netstack

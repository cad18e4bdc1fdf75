// PacketFilter: from the rule set to what happens at each hook, and doing it.
#include "netstack/filter/filter.h"

#include <algorithm>

namespace netstack {
namespace {

// NF_IP_PRI_*
constexpr int32_t kPriorityTrack = -200, kPriorityNatDestination = -100, kPriorityNatSource = 100,
                  kPriorityConfirm = 0x7fffffff;
// Rules and expressions that one packet may meet at one hook, so that chains which call each other
// twice and twice again end.
constexpr int kBudget = 1 << 18;
constexpr size_t kMaxJumps = 16;
// Answers of rules to answers of rules.
constexpr int kMaxAnswers = 4;

bool Covers(uint8_t family, bool v4) {
  return family == abi::kNfprotoInet || (family == abi::kNfprotoIpv4) == v4;
}

bool NeedsTracking(const RuleSet& rules) {
  for (const auto& [key, table] : rules.tables) {
    for (const auto& [handle, chain] : table->chains) {
      if (chain->base && chain->type == "nat") return true;
      for (const RuleRef& rule : chain->rules) {
        for (const ExpressionPtr& expression : rule->expressions) {
          if (expression->NeedsTracking()) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace

PacketFilter::PacketFilter(Stack& stack) : stack_(stack) {
  stack_.AddConfigObserver(*this);
}

PacketFilter::~PacketFilter() {
  stack_.RemoveConfigObserver(*this);
  stack_.SetHooks(nullptr);
  stack_.environment().Uncharge(charged_);
}

Result<void> PacketFilter::Commit(RuleSet rules) {
  const RuleSet::Size size = rules.Measure();
  if (rules.tables.size() > kMaxTables || size.chains > kMaxChains || size.sets > kMaxSets ||
      size.rules > kMaxRules || size.elements > kMaxElements) {
    return Errno(ENOMEM);
  }
  TRY(rules.Validate());
  if (!stack_.environment().Charge(size.bytes)) return Errno(ENOMEM);
  stack_.environment().Uncharge(charged_);
  charged_ = size.bytes;
  rules_ = std::move(rules);
  if (++generation_ == 0) generation_ = 1;
  MakePlans();
  return {};
}

bool PacketFilter::Grow(size_t bytes) {
  if (!stack_.environment().Charge(bytes)) return false;
  charged_ += bytes;
  return true;
}

void PacketFilter::MakePlans() {
  plans_ = {};
  bool any = false;
  for (const auto& [key, table] : rules_.tables) {
    if ((table->flags & abi::kNftTableFDormant) != 0) continue;
    for (const auto& [handle, chain] : table->chains) {
      if (!chain->base) continue;
      AddBaseChain(table, chain);
      any = true;
    }
  }
  const bool tracks = any && NeedsTracking(rules_);
  if (!tracks) {
    nat_.reset();
    conntrack_.reset();
  } else if (conntrack_ == nullptr) {
    conntrack_ = std::make_unique<Conntrack>(stack_);
    nat_ = std::make_unique<Nat>(stack_, *conntrack_);
  }
  for (bool v4 : {false, true}) {
    for (size_t hook = 0; any && hook < kHooks; hook++) {
      FinishPlan(plans_[v4][hook], static_cast<Hook>(hook), tracks);
    }
  }
  stack_.SetHooks(any ? this : nullptr);
}

void PacketFilter::AddBaseChain(const TableRef& table, const ChainRef& chain) {
  for (bool v4 : {false, true}) {
    if (!Covers(table->family, v4)) continue;
    Plan& plan = plans_[v4][static_cast<size_t>(chain->hook)];
    auto& to = chain->type == "nat" ? plan.nat_chains : plan.steps;
    to.push_back({chain->priority, Step::Kind::kChain, table, chain});
  }
}

void PacketFilter::FinishPlan(Plan& plan, Hook hook, bool tracks) {
  if (tracks) {
    if (hook == Hook::kPreRouting || hook == Hook::kOutput) {
      plan.steps.push_back({kPriorityTrack, Step::Kind::kTrack, nullptr, nullptr});
    }
    if (hook == Hook::kInput || hook == Hook::kPostRouting) {
      plan.steps.push_back({kPriorityConfirm, Step::Kind::kConfirm, nullptr, nullptr});
    }
    if (hook != Hook::kForward) {
      const bool destination = NatKindAt(hook) == NatKind::kDestination;
      plan.steps.push_back({destination ? kPriorityNatDestination : kPriorityNatSource,
                            Step::Kind::kNat, nullptr, nullptr});
    }
  }
  const auto by_priority = [](const Step& a, const Step& b) { return a.priority < b.priority; };
  std::stable_sort(plan.steps.begin(), plan.steps.end(), by_priority);
  std::stable_sort(plan.nat_chains.begin(), plan.nat_chains.end(), by_priority);
}

void PacketFilter::AdoptAnswer(Packet& packet, Hook hook) {
  if (hook != Hook::kOutput || answered_ == nullptr || packet.tracking != nullptr) return;
  packet.tracking = answered_;
  packet.tracking_info = DirectionOf(answered_info_) == FlowDirection::kOriginal
                             ? abi::kCtRelatedReply
                             : abi::kCtRelated;
}

bool PacketFilter::Run(Hook hook, bool v4, PacketPtr& packet, Interface* in, Interface* out) {
  const Plan& plan = plans_[v4][static_cast<size_t>(hook)];
  if (plan.steps.empty()) return true;
  if (depth_ >= kMaxAnswers) return false;
  depth_++;
  AdoptAnswer(*packet, hook);
  bool goes_on = true;
  Headers headers;
  for (const Step& step : plan.steps) {
    // Again at each step: the one before may have changed the packet.
    if (!headers.Read(*packet, v4)) {
      goes_on = false;
      break;
    }
    Evaluation e{*this, stack_,           packet,     headers, hook,   in,
                 out,   conntrack_.get(), nat_.get(), nullptr, kBudget};
    if (RunStep(step, plan, e) == abi::kNfDrop) {
      goes_on = false;
      break;
    }
  }
  depth_--;
  return goes_on;
}

int32_t PacketFilter::RunStep(const Step& step, const Plan& plan, Evaluation& e) {
  switch (step.kind) {
    case Step::Kind::kTrack:
      conntrack_->Track(*e.packet, e.headers);
      return abi::kNfAccept;
    case Step::Kind::kNat:
      return RunNat(plan, e);
    case Step::Kind::kConfirm:
      return conntrack_->Confirm(*e.packet) ? abi::kNfAccept : abi::kNfDrop;
    case Step::Kind::kChain:
      return RunChain(*step.table, *step.chain, e);
  }
  return abi::kNfDrop;
}

// nf_nat_inet_fn() of Linux: the first packet of a connection asks the chains, the others follow
// it.
int32_t PacketFilter::RunNat(const Plan& plan, Evaluation& e) {
  Connection* connection = e.connection();
  if (connection == nullptr) return abi::kNfAccept;
  const NatKind kind = NatKindAt(e.hook);
  if (e.packet->tracking_info == abi::kCtNew && !Nat::Decided(*connection, kind)) {
    for (const Step& step : plan.nat_chains) {
      if (RunChain(*step.table, *step.chain, e) == abi::kNfDrop) return abi::kNfDrop;
      if (Nat::Decided(*connection, kind)) break;
    }
    if (!Nat::Decided(*connection, kind)) nat_->DecideNothing(*connection, kind);
  }
  return nat_->Apply(e.packet, e.headers, kind) ? abi::kNfAccept : abi::kNfDrop;
}

Verdict PacketFilter::RunRule(const Rule& rule, Evaluation& e) {
  Registers registers;
  for (const ExpressionPtr& expression : rule.expressions) {
    expression->Evaluate(e, registers);
    if (registers.verdict.code == abi::kNftContinue) continue;
    break;
  }
  return registers.verdict;
}

int32_t PacketFilter::RunChain(const Table& table, const Chain& base, Evaluation& e) {
  struct Place {
    const Chain* chain;
    size_t next;
  };
  std::array<Place, kMaxJumps> back;
  size_t depth = 0;
  Place at{&base, 0};
  e.table = &table;
  while (true) {
    if (at.next >= at.chain->rules.size()) {
      if (depth == 0) return base.drops ? abi::kNfDrop : abi::kNfAccept;
      at = back[--depth];
      continue;
    }
    const Rule& rule = *at.chain->rules[at.next++];
    e.budget -= static_cast<int>(1 + rule.expressions.size());
    if (e.budget <= 0) return abi::kNfDrop;
    const Verdict verdict = RunRule(rule, e);
    switch (verdict.code) {
      case abi::kNfDrop:
      case abi::kNfAccept:
        return verdict.code;
      case abi::kNftReturn:
        at.next = at.chain->rules.size();
        break;
      case abi::kNftJump:
      case abi::kNftGoto: {
        const Chain* target = table.FindChain(verdict.chain);
        if (target == nullptr || depth == kMaxJumps) return abi::kNfDrop;
        // Who goes does not come back; a base chain's policy waits for all.
        if (verdict.code == abi::kNftJump) {
          back[depth++] = at;
        }
        at = {target, 0};
        break;
      }
      default:
        break;
    }
  }
}

// Flows that were given an interface's address end with it.
void PacketFilter::OnLink(const Interface& interface, bool removed) {
  if (conntrack_ == nullptr || (interface.IsUp() && !removed)) return;
  conntrack_->RemoveIf(
      [&](const Connection& c) { return c.masquerade_ifindex == interface.index(); });
}

void PacketFilter::OnAddress(const Interface& interface, const InterfaceAddress& address,
                             bool removed) {
  if (conntrack_ == nullptr || !removed) return;
  conntrack_->RemoveIf([&](const Connection& c) {
    return c.masquerade_ifindex == interface.index() && c.reply.destination == address.addr;
  });
}

}  // namespace netstack

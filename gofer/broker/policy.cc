#include "gofer/broker/policy.h"

#include <algorithm>
#include <charconv>

namespace gofer {
namespace {

constexpr uint16_t kSmtp = 25;
constexpr uint32_t kLeastSeconds = 60, kMostSeconds = 3600;

// RFC 6890 and its successors: what is no public address.
constexpr const char* kNever[] = {
    "0.0.0.0/8",     "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",   "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4",
    "240.0.0.0/4",   "::/128",       "::1/128",        "fc00::/7",      "fe80::/10",
    "fec0::/10",     "ff00::/8",
};

const std::vector<Network>& NeverNetworks() {
  static const std::vector<Network>* const networks = [] {
    auto* all = new std::vector<Network>();
    for (const char* text : kNever) all->push_back(*Network::Parse(text));
    return all;
  }();
  return *networks;
}

bool ParsePorts(std::string_view text, uint16_t& first, uint16_t& last) {
  auto number = [](std::string_view digits, uint16_t& to) {
    const char* end = digits.data() + digits.size();
    auto [after, error] = std::from_chars(digits.data(), end, to);
    return error == std::errc() && after == end && to != 0;
  };
  const size_t dash = text.find('-');
  if (!number(text.substr(0, dash), first)) return false;
  last = first;
  return dash == text.npos || (number(text.substr(dash + 1), last) && last >= first);
}

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.back() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
  return out;
}

std::optional<PolicyRule> PolicyRule::Parse(std::string_view text) {
  PolicyRule rule;
  rule.text = text;
  std::string_view host = text, ports;
  if (host.starts_with('[')) {
    const size_t close = host.find(']');
    if (close == host.npos) return std::nullopt;
    ports = host.substr(close + 1);
    host = host.substr(1, close - 1);
    if (!ports.empty() && ports.front() != ':') return std::nullopt;
    if (!ports.empty()) ports.remove_prefix(1);
  } else if (std::count(host.begin(), host.end(), ':') == 1) {
    ports = host.substr(host.find(':') + 1);
    host = host.substr(0, host.find(':'));
  }
  if (!ports.empty() && !ParsePorts(ports, rule.first_port, rule.last_port)) return std::nullopt;
  rule.network = Network::Parse(host);
  if (rule.network) return rule;
  std::string name = Lower(host);
  rule.below = name.starts_with("*.");
  if (!IsName(rule.below ? std::string_view(name).substr(2) : name)) return std::nullopt;
  rule.name = rule.below ? name.substr(1) : name;
  return rule;
}

bool PolicyRule::FitsName(std::string_view asked) const {
  if (network) return false;
  if (!below) return asked == name;
  return asked.size() > name.size() && asked.ends_with(name);
}

void Policy::AddHostAddress(const Address& address) {
  host_.push_back(Network{address, 128});
}

const Network* Policy::NeverAllowed(const Address& address) const {
  for (const Network& network : host_) {
    if (network.Contains(address)) return &network;
  }
  for (const Network& network : NeverNetworks()) {
    if (network.Contains(address)) return &network;
  }
  return nullptr;
}

std::string Policy::NameOf(const Address& address, int64_t now) const {
  auto found = learnt_.find(address);
  return found == learnt_.end() || found->second.expires < now ? "" : found->second.name;
}

Verdict Policy::Check(const Address& address, uint16_t port, int64_t now) const {
  if (mode == PolicyMode::kUnrestricted) return {true, "host", NameOf(address, now)};
  if (std::optional<Address> inner = address.Embedded()) {
    // A translator would take it there.
    Verdict verdict = Check(*inner, port, now);
    if (!verdict.allowed) return verdict;
  }
  const std::string name = NameOf(address, now);
  for (const PolicyRule& rule : deny) {
    const bool fits = rule.network ? rule.network->Contains(address) : rule.FitsName(name);
    if (fits && rule.FitsPort(port)) return {false, "deny " + rule.text, name};
  }
  const Network* never = NeverAllowed(address);
  for (const PolicyRule& rule : allow) {
    if (!rule.FitsPort(port)) continue;
    const bool names_port = rule.first_port != 0;
    // What is never allowed takes a rule that speaks of it, not one that speaks of everything; and
    // no name leads there, whatever its resolver says.
    const bool fits = rule.network ? rule.network->Contains(address) &&
                                         (never == nullptr || never->Contains(*rule.network))
                                   : never == nullptr && rule.FitsName(name);
    if (!fits) continue;
    if (port == kSmtp && !names_port) continue;
    return {true, "allow " + rule.text, name};
  }
  if (never != nullptr) return {false, "never " + never->Text(), name};
  if (port == kSmtp) return {false, "never port 25", name};
  if (mode == PolicyMode::kOpen) return {true, "open", name};
  return {false, mode == PolicyMode::kNone ? "none" : "not in the allow-list", name};
}

bool Policy::MayResolve(std::string_view asked) const {
  if (mode == PolicyMode::kNone) return false;
  if (mode == PolicyMode::kUnrestricted) return true;
  const std::string name = Lower(asked);
  auto fits = [&name](const PolicyRule& rule) { return rule.FitsName(name); };
  if (std::any_of(deny.begin(), deny.end(), fits)) return false;
  return mode == PolicyMode::kOpen || std::any_of(allow.begin(), allow.end(), fits);
}

void Policy::Learn(std::string_view name, const Address& address, uint32_t seconds, int64_t now) {
  if (learnt_.size() >= kMostLearnt) {
    std::erase_if(learnt_, [now](const auto& entry) { return entry.second.expires < now; });
    if (learnt_.size() >= kMostLearnt) return;
  }
  learnt_[address] = {Lower(name), now + std::clamp(seconds, kLeastSeconds, kMostSeconds)};
}

}  // namespace gofer

// The lines of a policy.
#include "gofer/broker/policy_text.h"

namespace gofer {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool AddRule(std::string_view text, std::vector<PolicyRule>& to) {
  std::optional<PolicyRule> rule = PolicyRule::Parse(text);
  if (rule) to.push_back(*std::move(rule));
  return rule.has_value();
}

// What a line of `key` and `value` should have been; null: it is right.
const char* AddLine(std::string_view key, std::string_view value, PolicyText& to) {
  if (key == "policy") {
    if (value != "open" && value != "allow" && value != "none") return "open, allow or none";
    to.mode = value;
    return nullptr;
  }
  if (key == "allow" || key == "deny") {
    return AddRule(value, key == "allow" ? to.allow : to.deny) ? nullptr
                                                               : "a network, an address or a name";
  }
  if (key == "limit") return to.limits.Add(value) ? nullptr : "a limit";
  return "policy, allow, deny or limit";
}

}  // namespace

std::string PolicyText::Add(std::string_view text) {
  if (text.size() > kMostPolicyText) return "too long";
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    line = Trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::string_view key = line.substr(0, line.find_first_of(" \t"));
    const std::string_view value = Trim(line.substr(key.size()));
    const char* wanted = AddLine(key, value, *this);
    if (wanted == nullptr) continue;
    return "line " + std::to_string(number) + ": '" + std::string(line) + "' is not " + wanted;
  }
  return {};
}

PolicyMode PolicyText::Mode() const {
  if (mode == "none") return PolicyMode::kNone;
  if (mode == "open" || (mode.empty() && allow.empty())) return PolicyMode::kOpen;
  return PolicyMode::kAllowList;
}

}  // namespace gofer

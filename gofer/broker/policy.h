// Policy: where flows may go.
//
// In this order: what is denied in so many words; what is allowed in so many words, where an
// address that is never allowed (private networks, metadata services, the host) needs a rule that
// lies inside of that network; addresses that an allowed name was just resolved to; what is never
// allowed; and what the mode says of the rest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gofer/broker/address.h"

namespace gofer {

// kUnrestricted: there is no policy (--net=host).
enum class PolicyMode : uint8_t { kOpen, kAllowList, kNone, kUnrestricted };

// Names as they are compared: ASCII letters in lower case.
std::string Lower(std::string_view text);

// "10.1.0.0/16", "192.0.2.1:443", "[2001:db8::1]:80-90", "example.org", "*.example.org:443".
struct PolicyRule {
  std::optional<Network> network;  // Nothing: a name.
  std::string name;                // Lower case; of "*.x" the part from the dot on.
  bool below = false;              // "*.": every name below, not itself.
  uint16_t first_port = 0, last_port = 0xffff;
  std::string text;

  static std::optional<PolicyRule> Parse(std::string_view text);
  bool FitsName(std::string_view name) const;
  bool FitsPort(uint16_t port) const { return port >= first_port && port <= last_port; }
};

struct Verdict {
  bool allowed = false;
  std::string rule;  // What decided.
  std::string name;  // By which the address was found; empty: none.
};

class Policy {
 public:
  PolicyMode mode = PolicyMode::kOpen;
  std::vector<PolicyRule> allow, deny;

  // Other rules from now on; what names were resolved to is kept.
  void Replace(PolicyMode to, std::vector<PolicyRule> allowed, std::vector<PolicyRule> denied) {
    mode = to;
    allow = std::move(allowed);
    deny = std::move(denied);
  }
  // An address of the host itself: never, unless granted.
  void AddHostAddress(const Address& address);
  Verdict Check(const Address& address, uint16_t port, int64_t now_seconds) const;
  // Whether a name may be resolved.
  bool MayResolve(std::string_view name) const;
  // An answer for a name: it may be reached for `seconds`.
  void Learn(std::string_view name, const Address& address, uint32_t seconds, int64_t now_seconds);

 private:
  const Network* NeverAllowed(const Address& address) const;
  std::string NameOf(const Address& address, int64_t now) const;

  static constexpr size_t kMostLearnt = 16384;
  struct Learnt {
    std::string name;
    int64_t expires;
  };
  std::map<Address, Learnt> learnt_;
  std::vector<Network> host_;
};

}  // namespace gofer

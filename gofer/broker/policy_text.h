// The policy as a text, of a file or of who replaces it while the sandbox runs: a line each,
//
//   policy open|allow|none
//   allow RULE
//   deny RULE
//   limit NAME=VALUE
//
// as the flags --net-policy, --net-allow, --net-deny and --net-limit; # begins a comment.
#pragma once

#include <string>
#include <string_view>

#include "gofer/broker/limits.h"
#include "gofer/broker/policy.h"

namespace gofer {

inline constexpr size_t kMostPolicyText = 256 << 10;

struct PolicyText {
  std::string mode;  // Empty: not said.
  std::vector<PolicyRule> allow, deny;
  Limits limits;

  // Adds what `text` says.  What is wrong with it in one line; empty: nothing.
  std::string Add(std::string_view text);
  // Who names what is allowed does not mean the rest.
  PolicyMode Mode() const;
};

}  // namespace gofer

#include "gofer/broker/policy_text.h"

#include <gtest/gtest.h>

namespace gofer {
namespace {

TEST(PolicyText, LinesAreAdded) {
  PolicyText policy;
  EXPECT_EQ(policy.Add("# who may\n"
                       "policy allow\r\n"
                       "\n"
                       "  allow   *.example.org:443   # the web\n"
                       "deny\t192.0.2.0/24\n"
                       "limit rate-out=1m"),
            "");
  ASSERT_EQ(policy.allow.size(), 1u);
  EXPECT_EQ(policy.allow[0].text, "*.example.org:443");
  ASSERT_EQ(policy.deny.size(), 1u);
  EXPECT_EQ(policy.limits.bytes[0].per_second, 1u << 20);
  EXPECT_EQ(policy.Mode(), PolicyMode::kAllowList);
}

TEST(PolicyText, TheModeFollowsTheRules) {
  PolicyText policy;
  EXPECT_EQ(policy.Mode(), PolicyMode::kOpen);
  EXPECT_EQ(policy.Add("allow 192.0.2.1"), "");
  EXPECT_EQ(policy.Mode(), PolicyMode::kAllowList);
  EXPECT_EQ(policy.Add("policy open"), "");
  EXPECT_EQ(policy.Mode(), PolicyMode::kOpen);
  EXPECT_EQ(policy.Add("policy none"), "");
  EXPECT_EQ(policy.Mode(), PolicyMode::kNone);
}

TEST(PolicyText, WhatIsWrongIsNamed) {
  EXPECT_EQ(PolicyText().Add("\nallow ?"),
            "line 2: 'allow ?' is not a network, an address or a name");
  EXPECT_EQ(PolicyText().Add("policy maybe"), "line 1: 'policy maybe' is not open, allow or none");
  EXPECT_EQ(PolicyText().Add("limit x"), "line 1: 'limit x' is not a limit");
  EXPECT_EQ(PolicyText().Add("permit x"), "line 1: 'permit x' is not policy, allow, deny or limit");
  EXPECT_EQ(PolicyText().Add(std::string(kMostPolicyText + 1, '\n')), "too long");
}

}  // namespace
}  // namespace gofer

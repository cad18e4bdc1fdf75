#include "gofer/broker/policy.h"

#include <gtest/gtest.h>

namespace gofer {
namespace {

Address A(const char* text) {
  return *Address::Parse(text);
}
PolicyRule R(const char* text) {
  return *PolicyRule::Parse(text);
}
bool Allowed(const Policy& policy, const char* address, uint16_t port = 443, int64_t now = 0) {
  return policy.Check(A(address), port, now).allowed;
}

TEST(PolicyRule, Parses) {
  EXPECT_EQ(R("192.0.2.1:80-90").last_port, 90);
  EXPECT_EQ(R("[2001:db8::1]:443").first_port, 443);
  EXPECT_TRUE(R("2001:db8::/32").network->Contains(A("2001:db8::5")));
  EXPECT_TRUE(R("*.Example.org").FitsName("www.example.org"));
  EXPECT_FALSE(R("*.example.org").FitsName("example.org"));
  EXPECT_FALSE(R("*.example.org").FitsName("badexample.org"));
  EXPECT_TRUE(R("example.org:443").FitsName("example.org"));
  for (const char* bad : {"", "10.0.0.0/33", "a b", "x:0", "x:99999", "x:9-5", "[::1", "*.", ".x",
                          "exa*mple.org", "2001:db8::/129"}) {
    EXPECT_FALSE(PolicyRule::Parse(bad)) << bad;
  }
}

TEST(Policy, OpenDeniesWhatIsNotPublic) {
  Policy policy;
  policy.AddHostAddress(A("203.0.113.9"));
  EXPECT_TRUE(Allowed(policy, "198.51.100.7"));
  EXPECT_TRUE(Allowed(policy, "2001:db8::1"));
  for (const char* never :
       {"169.254.169.254", "10.1.2.3", "172.31.0.1", "192.168.0.1", "127.0.0.1", "100.64.0.1",
        "0.0.0.0", "::1", "fe80::1", "fd12::1", "224.0.0.1", "255.255.255.255", "203.0.113.9"}) {
    EXPECT_FALSE(Allowed(policy, never)) << never;
  }
  EXPECT_FALSE(Allowed(policy, "198.51.100.7", 25));
}

TEST(Policy, OtherSpellingsOfAnAddressDoNotHelp) {
  Policy policy;
  EXPECT_FALSE(Allowed(policy, "::ffff:169.254.169.254"));
  EXPECT_FALSE(Allowed(policy, "64:ff9b::a9fe:a9fe"));
  EXPECT_FALSE(Allowed(policy, "2002:a9fe:a9fe::1"));
  EXPECT_FALSE(Allowed(policy, "::169.254.169.254"));
  EXPECT_TRUE(Allowed(policy, "64:ff9b::c633:6407"));
}

TEST(Policy, GrantsInsideOfWhatIsNeverAllowed) {
  Policy policy;
  policy.allow = {R("127.0.0.1:8080"), R("0.0.0.0/0")};
  EXPECT_TRUE(Allowed(policy, "127.0.0.1", 8080));
  EXPECT_FALSE(Allowed(policy, "127.0.0.1", 8081));
  EXPECT_FALSE(Allowed(policy, "10.0.0.1", 8080));  // The rule for everything does not mean it.
  policy.deny = {R("127.0.0.0/8")};
  EXPECT_FALSE(Allowed(policy, "127.0.0.1", 8080));
}

TEST(Policy, AllowListIsAList) {
  Policy policy;
  policy.mode = PolicyMode::kAllowList;
  policy.allow = {R("198.51.100.0/24:443")};
  EXPECT_TRUE(Allowed(policy, "198.51.100.7", 443));
  EXPECT_FALSE(Allowed(policy, "198.51.100.7", 80));
  EXPECT_FALSE(Allowed(policy, "198.51.101.7", 443));
}

TEST(Policy, NamesAllowWhatTheyResolveTo) {
  Policy policy;
  policy.mode = PolicyMode::kAllowList;
  policy.allow = {R("*.example.org:443")};
  EXPECT_TRUE(policy.MayResolve("WWW.example.org"));
  EXPECT_FALSE(policy.MayResolve("example.com"));
  EXPECT_FALSE(Allowed(policy, "198.51.100.7"));
  policy.Learn("www.example.org", A("198.51.100.7"), 1, 0);
  EXPECT_TRUE(Allowed(policy, "198.51.100.7", 443, 59));  // At least a minute.
  EXPECT_EQ(policy.Check(A("198.51.100.7"), 443, 0).name, "www.example.org");
  EXPECT_FALSE(Allowed(policy, "198.51.100.7", 80, 0));
  EXPECT_FALSE(Allowed(policy, "198.51.100.7", 443, 100));
  // A resolver that names the metadata service gains nothing by it.
  policy.Learn("evil.example.org", A("169.254.169.254"), 60, 0);
  EXPECT_FALSE(Allowed(policy, "169.254.169.254", 443, 0));
}

TEST(Policy, NoneMeansNone) {
  Policy policy;
  policy.mode = PolicyMode::kNone;
  EXPECT_FALSE(policy.MayResolve("example.org"));
  EXPECT_FALSE(Allowed(policy, "198.51.100.7"));
}

}  // namespace
}  // namespace gofer

#include "abi/user_ptr.h"

#include <gtest/gtest.h>

#include <limits>

namespace abi {
namespace {

constexpr uint64_t kTop = std::numeric_limits<uint64_t>::max();

struct Pair {
  uint64_t first;
  uint64_t second;
};

TEST(UserAddr, AdditionStopsAtTheEndOfTheAddressSpace) {
  EXPECT_EQ(UserAddr(0x1000).Add(8), UserAddr(0x1008));
  EXPECT_EQ(UserAddr(kTop).Add(0), UserAddr(kTop));
  EXPECT_FALSE(UserAddr(kTop).Add(1));
  EXPECT_FALSE(UserAddr(8).Sub(9));
}

TEST(UserAddr, Rounding) {
  EXPECT_EQ(UserAddr(0x1fff).RoundDown(0x1000), UserAddr(0x1000));
  EXPECT_EQ(UserAddr(0x1001).RoundUp(0x1000), UserAddr(0x2000));
  EXPECT_EQ(UserAddr(0x1000).RoundUp(0x1000), UserAddr(0x1000));
  EXPECT_FALSE(UserAddr(kTop - 1).RoundUp(0x1000));
}

TEST(UserPtr, ElementsAreChecked) {
  UserPtr<Pair> array(0x1000);
  EXPECT_EQ(array.At(2)->addr(), UserAddr(0x1020));
  EXPECT_FALSE(array.At(kTop / 2));             // The product overflows.
  EXPECT_FALSE(UserPtr<Pair>(kTop - 8).At(1));  // The sum does.
  EXPECT_EQ(UserPtr<Pair>(kTop).At(0)->value(), kTop);
}

TEST(UserPtr, Fields) {
  UserPtr<Pair> pair(0x1000);
  EXPECT_EQ(pair.Field<uint64_t>(offsetof(Pair, second))->value(), 0x1008U);
  EXPECT_FALSE(UserPtr<Pair>(kTop).Field<uint64_t>(offsetof(Pair, second)));
  EXPECT_TRUE(UserPtr<Pair>().IsNull());
}

}  // namespace
}  // namespace abi

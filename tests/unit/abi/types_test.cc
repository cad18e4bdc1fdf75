#include "abi/types.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace abi {
namespace {

static_assert(!std::is_convertible_v<int, FdNum>);
static_assert(!std::is_constructible_v<Tid, FdNum>);
static_assert(!std::is_convertible_v<Uid, uint32_t>);

TEST(Number, ComparesAndHashes) {
  EXPECT_LT(FdNum(-1), FdNum(0));
  EXPECT_EQ(Tid(7).value(), 7);
  std::unordered_set<Tid> tids{Tid(1), Tid(2), Tid(1)};
  EXPECT_EQ(tids.size(), 2U);
}

}  // namespace
}  // namespace abi

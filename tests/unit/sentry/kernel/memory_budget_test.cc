#include "sentry/kernel/memory_budget.h"

#include <gtest/gtest.h>

namespace sentry {
namespace {

TEST(MemoryBudget, WithoutALimitWhatIsChargedHasACap) {
  MemoryBudget budget(0, 100);
  EXPECT_TRUE(budget.Charge(60).ok());
  EXPECT_EQ(budget.Room(), 40u);
  EXPECT_TRUE(budget.Charge(41).Is(ENOMEM));
  budget.SetProcessBytes(1000);  // Processes answer for theirs themselves.
  EXPECT_TRUE(budget.Charge(40).ok());
  EXPECT_EQ(budget.Room(), 0u);
  budget.Uncharge(100);
  EXPECT_EQ(budget.Room(), 100u);
}

TEST(MemoryBudget, TheLimitIsForBoth) {
  MemoryBudget budget(100);
  budget.SetProcessBytes(30);
  EXPECT_EQ(budget.Room(), 70u);
  EXPECT_TRUE(budget.Charge(71).Is(ENOMEM));
  EXPECT_TRUE(budget.Charge(70).ok());
  budget.SetProcessBytes(80);
  EXPECT_EQ(budget.Room(), 0u);
  EXPECT_EQ(budget.used(), 150u);
}

}  // namespace
}  // namespace sentry

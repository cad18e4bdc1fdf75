#include "platform/base/ref.h"

#include <gtest/gtest.h>

namespace base {
namespace {

struct Counted : RefCounted {
  explicit Counted(int* alive) : alive_(alive) { ++*alive_; }
  ~Counted() override { --*alive_; }
  int* alive_;
};

TEST(Ref, LastOneDeletes) {
  int alive = 0;
  Ref<Counted> first = MakeRef<Counted>(&alive);
  Ref<Counted> second = first;
  first.reset();
  EXPECT_EQ(alive, 1);
  second = nullptr;
  EXPECT_EQ(alive, 0);
}

TEST(Ref, ConvertsToBase) {
  int alive = 0;
  Ref<RefCounted> held = MakeRef<Counted>(&alive);
  EXPECT_EQ(alive, 1);
  held.reset();
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace base

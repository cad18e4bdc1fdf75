#include "sentry/ipc/id_table.h"

#include <gtest/gtest.h>

#include <set>

namespace sentry {
namespace {

struct Object final : base::RefCounted {
  IpcOwner owner;
};

TEST(IpcTableTest, IdsOfRemovedObjectsAreNotSoonUsedAgain) {
  IpcTable<Object> table;
  std::set<int32_t> seen;
  for (int i = 0; i < 200; ++i) {
    base::Ref<Object> object = base::MakeRef<Object>();
    base::Result<int32_t> id = table.Add(object, 10);
    ASSERT_TRUE(id.ok());
    EXPECT_TRUE(seen.insert(*id).second) << *id;
    EXPECT_EQ(*table.Find(*id), object);
    table.Remove(*object);
    EXPECT_TRUE(table.Find(*id).Is(EINVAL));
  }
}

TEST(IpcTableTest, LimitIsKept) {
  IpcTable<Object> table;
  EXPECT_TRUE(table.Add(base::MakeRef<Object>(), 2).ok());
  EXPECT_TRUE(table.Add(base::MakeRef<Object>(), 2).ok());
  EXPECT_TRUE(table.Add(base::MakeRef<Object>(), 2).Is(ENOSPC));
  EXPECT_EQ(table.MaxIndex(), 1);
}

TEST(IpcOwnerTest, ClassesOfUsers) {
  base::Ref<Credentials> owner = Credentials::ForUser(10, 20, {});
  base::Ref<Credentials> group = Credentials::ForUser(11, 20, {});
  base::Ref<Credentials> other = Credentials::ForUser(12, 22, {});
  IpcOwner object = IpcOwner::MadeBy(*owner, nullptr, 1, 0640);
  EXPECT_TRUE(object.CheckAccess(*owner, kIpcRead | kIpcWrite).ok());
  EXPECT_TRUE(object.CheckAccess(*group, kIpcRead).ok());
  EXPECT_TRUE(object.CheckAccess(*group, kIpcWrite).Is(EACCES));
  EXPECT_TRUE(object.CheckAccess(*other, kIpcRead).Is(EACCES));
  EXPECT_TRUE(object.CheckOwner(*group).Is(EPERM));
}

}  // namespace
}  // namespace sentry

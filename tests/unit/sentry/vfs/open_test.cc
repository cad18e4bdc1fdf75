#include "tests/unit/sentry/vfs/vfs_fixture.h"

namespace sentry {
namespace {

using abi::kOCreat, abi::kODirectory, abi::kOExcl, abi::kONofollow, abi::kOPath, abi::kORdonly,
    abi::kORdwr, abi::kOTmpfile, abi::kOTrunc, abi::kOWronly;

class OpenFile : public VfsTest {};

TEST_F(OpenFile, CreatesWithUmask) {
  umask_ = 027;
  EXPECT_EQ(OpenError("/f", kOCreat | kORdwr, 0666), 0);
  EXPECT_EQ(StatOf("/f").mode, abi::kSIfreg | 0640);
  EXPECT_EQ(OpenError("/f", kOCreat | kOExcl | kORdwr), EEXIST);
  EXPECT_EQ(OpenError("/missing/f", kOCreat | kORdwr), ENOENT);
  EXPECT_EQ(OpenError("/g/", kOCreat | kORdwr), EISDIR);
  EXPECT_EQ(OpenError("/", kOCreat | kORdwr), EISDIR);
  EXPECT_EQ(OpenError("/f", kOCreat | kODirectory | kORdwr), EINVAL);
}

TEST_F(OpenFile, ThroughLinks) {
  SymlinkAt("/dangling", "target");
  EXPECT_EQ(OpenError("/dangling", kOCreat | kOExcl | kORdwr), EEXIST);
  EXPECT_EQ(OpenError("/dangling", kORdwr | kONofollow), ELOOP);
  EXPECT_EQ(OpenError("/dangling", kOCreat | kORdwr | kONofollow), ELOOP);
  EXPECT_EQ(OpenError("/dangling", kORdonly | kONofollow | kODirectory), ENOTDIR);
  EXPECT_EQ(OpenError("/dangling", kOPath | kONofollow), 0);
  EXPECT_EQ(OpenError("/dangling", kOCreat | kORdwr), 0);
  EXPECT_EQ(WalkError("/target"), 0);
}

TEST_F(OpenFile, Directories) {
  MkdirAt("/d");
  CreateAt("/f");
  EXPECT_EQ(OpenError("/d", kORdwr), EISDIR);
  EXPECT_EQ(OpenError("/d", kORdonly | kOTrunc), EISDIR);
  EXPECT_EQ(OpenError("/d", kORdonly | kODirectory), 0);
  EXPECT_EQ(OpenError("/f", kORdonly | kODirectory), ENOTDIR);
  EXPECT_EQ(OpenError("/f/", kORdonly), ENOTDIR);
}

TEST_F(OpenFile, Permissions) {
  CreateAt("/mine", 0600);
  Become(1000, 1000);
  EXPECT_EQ(OpenError("/mine", kORdonly), EACCES);
  EXPECT_EQ(OpenError("/mine", kOPath), 0);
  BecomeRoot();
  MkdirAt("/d", 0755);
  Become(1000, 1000);
  EXPECT_EQ(OpenError("/d/f", kOCreat | kORdwr), EACCES);
  // Who creates a file may write it, whatever its mode says.
  EXPECT_EQ(OpenError("/own", kOCreat | kORdwr, 0), 0);
  EXPECT_EQ(OpenError("/own", kORdwr), EACCES);
}

TEST_F(OpenFile, TruncationNeedsWritePermissionAndKeepsTheDescription) {
  auto file = Open("/f", kOCreat | kORdwr).value();
  WriteTo(*file, "hello");
  EXPECT_EQ(StatOf("/f").size, 5U);
  EXPECT_EQ(OpenError("/f", kORdonly | kOTrunc), 0);
  EXPECT_EQ(StatOf("/f").size, 0U);
}

TEST_F(OpenFile, Tmpfile) {
  auto file = Open("/", kOTmpfile | kORdwr, 0600);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(OpenError("/", kOTmpfile | kORdonly), EINVAL);
  OpContext c = ctx();
  EXPECT_EQ(((*file)->inode()->GetAttributes(c).value()).nlink, 0U);
  EXPECT_TRUE(Link(c, (*file)->path(), from(), "/named").ok());
  EXPECT_EQ(StatOf("/named").nlink, 1U);
  auto exclusive = Open("/", kOTmpfile | kORdwr | kOExcl, 0600);
  EXPECT_TRUE(Link(c, (*exclusive)->path(), from(), "/other").Is(ENOENT));
}

TEST_F(OpenFile, ReadOnlyMount) {
  MkdirAt("/m");
  Ref<Mount> mount = MountTmpfs("/m");
  CreateAt("/m/f");
  mount->flags = abi::kMsRdonly;
  EXPECT_EQ(OpenError("/m/f", kORdonly), 0);
  EXPECT_EQ(OpenError("/m/f", kORdwr), EROFS);
  EXPECT_EQ(OpenError("/m/f", kORdonly | kOTrunc), EROFS);
  EXPECT_EQ(OpenError("/m/f", kORdonly | kOCreat), 0);
  EXPECT_EQ(OpenError("/m/g", kORdwr | kOCreat), EROFS);
  EXPECT_EQ(MkdirAt("/m/d"), EROFS);
  EXPECT_EQ(UnlinkAt("/m/f"), EROFS);
  EXPECT_EQ(RenameAt("/m/f", "/m/g"), EROFS);
}

TEST_F(OpenFile, SetgidDirectoryHandsItsGroupDown) {
  MkdirAt("/d", 0777);
  OpContext c = ctx();
  Path d = Walk("/d").value();
  ASSERT_TRUE(Chown(c, d, std::nullopt, 50).ok());
  ASSERT_TRUE(Chmod(c, d, 02777).ok());
  Become(1000, 1000);
  umask_ = 0;
  CreateAt("/d/f", 02775);
  MkdirAt("/d/sub", 0755);
  EXPECT_EQ(StatOf("/d/f").gid, 50U);
  EXPECT_EQ(StatOf("/d/f").mode, abi::kSIfreg | 0775);
  EXPECT_EQ(StatOf("/d/sub").gid, 50U);
  EXPECT_EQ(StatOf("/d/sub").mode, abi::kSIfdir | 02755);
}

TEST_F(OpenFile, SpecialFilesNeedAnOpener) {
  OpContext c = ctx();
  ASSERT_TRUE(Mknod(c, from(), "/fifo", abi::kSIfifo | 0666, 0).ok());
  EXPECT_EQ(OpenError("/fifo", kORdonly), ENXIO);
}

}  // namespace
}  // namespace sentry

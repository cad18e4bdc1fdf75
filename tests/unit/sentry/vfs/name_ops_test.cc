#include "sentry/vfs/name_ops.h"

#include "sentry/vfs/inotify.h"
#include "tests/unit/sentry/vfs/vfs_fixture.h"

namespace sentry {
namespace {

class NameOps : public VfsTest {};

TEST_F(NameOps, MkdirAndRmdir) {
  EXPECT_EQ(MkdirAt("/d/"), 0);
  EXPECT_EQ(MkdirAt("/d"), EEXIST);
  EXPECT_EQ(MkdirAt("/"), EEXIST);
  EXPECT_EQ(MkdirAt("/d/."), EEXIST);
  EXPECT_EQ(MkdirAt("/d/.."), EEXIST);
  EXPECT_EQ(MkdirAt("/x/y"), ENOENT);
  EXPECT_EQ(StatOf("/").nlink, 3U);
  EXPECT_EQ(MkdirAt("/d/e"), 0);
  EXPECT_EQ(RmdirAt("/d"), ENOTEMPTY);
  EXPECT_EQ(RmdirAt("/d/e/."), EINVAL);
  EXPECT_EQ(RmdirAt("/d/e/.."), ENOTEMPTY);
  EXPECT_EQ(RmdirAt("/"), EBUSY);
  EXPECT_EQ(UnlinkAt("/d/e"), EISDIR);
  EXPECT_EQ(RmdirAt("/d/e"), 0);
  EXPECT_EQ(StatOf("/d").nlink, 2U);
  MountTmpfs("/d");
  EXPECT_EQ(RmdirAt("/d"), EBUSY);
}

TEST_F(NameOps, NothingIsMadeInADeadDirectory) {
  MkdirAt("/d");
  cwd_ = Walk("/d").value();
  EXPECT_EQ(RmdirAt("/d"), 0);
  EXPECT_EQ(CreateAt("f"), ENOENT);
  EXPECT_EQ(MkdirAt("e"), ENOENT);
  EXPECT_EQ(WalkError("."), 0);
}

TEST_F(NameOps, Unlink) {
  CreateAt("/f");
  SymlinkAt("/l", "f");
  EXPECT_EQ(UnlinkAt("/f/"), ENOTDIR);
  EXPECT_EQ(UnlinkAt("/missing"), ENOENT);
  EXPECT_EQ(UnlinkAt("/"), EISDIR);
  EXPECT_EQ(UnlinkAt("/."), EISDIR);
  EXPECT_EQ(RmdirAt("/f"), ENOTDIR);
  EXPECT_EQ(UnlinkAt("/l"), 0);
  EXPECT_EQ(UnlinkAt("/f"), 0);
  EXPECT_EQ(WalkError("/f"), ENOENT);
  EXPECT_EQ(CreateAt("/f"), 0);
}

TEST_F(NameOps, Links) {
  CreateAt("/f");
  MkdirAt("/d");
  EXPECT_EQ(LinkAt("/f", "/d/g"), 0);
  EXPECT_EQ(StatOf("/d/g").nlink, 2U);
  EXPECT_EQ(StatOf("/d/g").ino, StatOf("/f").ino);
  EXPECT_EQ(LinkAt("/f", "/d/g"), EEXIST);
  EXPECT_EQ(LinkAt("/d", "/e"), EPERM);
  EXPECT_EQ(LinkAt("/f", "/h/"), ENOENT);
  EXPECT_EQ(RenameAt("/f", "/d/g"), 0);  // One file: nothing happens.
  EXPECT_EQ(WalkError("/f"), 0);
  UnlinkAt("/f");
  EXPECT_EQ(StatOf("/d/g").nlink, 1U);
  MkdirAt("/m");
  MountTmpfs("/m");
  EXPECT_EQ(LinkAt("/d/g", "/m/g"), EXDEV);
}

TEST_F(NameOps, RenameRules) {
  MkdirAt("/d");
  MkdirAt("/d/e");
  MkdirAt("/empty");
  CreateAt("/f");
  EXPECT_EQ(RenameAt("/d", "/d/e/x"), EINVAL);
  EXPECT_EQ(RenameAt("/d/e", "/d"), ENOTEMPTY);
  EXPECT_EQ(RenameAt("/f", "/d"), EISDIR);
  EXPECT_EQ(RenameAt("/d", "/f"), ENOTDIR);
  EXPECT_EQ(RenameAt("/empty", "/d"), ENOTEMPTY);
  EXPECT_EQ(RenameAt("/f/", "/g"), ENOTDIR);
  EXPECT_EQ(RenameAt("/f", "/g/"), ENOTDIR);
  EXPECT_EQ(RenameAt("/missing", "/g"), ENOENT);
  EXPECT_EQ(RenameAt("/d/.", "/g"), EBUSY);
  EXPECT_EQ(RenameAt("/f", "/d/.."), EBUSY);
  EXPECT_EQ(RenameAt("/f", "/g", 8), EINVAL);
  EXPECT_EQ(RenameAt("/d", "/empty"), 0);
  EXPECT_EQ(WalkError("/empty/e"), 0);
  EXPECT_EQ(WalkError("/d"), ENOENT);
}

TEST_F(NameOps, RenameMovesOpenObjects) {
  MkdirAt("/d");
  MkdirAt("/e");
  CreateAt("/d/f");
  Path file = Walk("/d/f").value();
  Path dir = Walk("/d").value();
  EXPECT_EQ(RenameAt("/d", "/e/d2"), 0);
  EXPECT_EQ(NameOf(file), "/e/d2/f");
  EXPECT_EQ(NameOf(dir), "/e/d2");
  EXPECT_EQ(StatOf("/").nlink, 3U);
  EXPECT_EQ(StatOf("/e").nlink, 3U);
}

TEST_F(NameOps, RenameFlags) {
  CreateAt("/f");
  MkdirAt("/d");
  EXPECT_EQ(RenameAt("/f", "/d", abi::kRenameNoreplace), EEXIST);
  EXPECT_EQ(RenameAt("/f", "/x", abi::kRenameExchange), ENOENT);
  EXPECT_EQ(RenameAt("/f", "/d", abi::kRenameExchange), 0);
  EXPECT_EQ(StatOf("/f").mode & abi::kSIfmt, abi::kSIfdir);
  EXPECT_EQ(StatOf("/d").mode & abi::kSIfmt, abi::kSIfreg);
  EXPECT_EQ(RenameAt("/d", "/g", abi::kRenameWhiteout), 0);
  EXPECT_EQ(StatOf("/d").mode & abi::kSIfmt, abi::kSIfchr);
  EXPECT_EQ(StatOf("/d").rdev, 0U);
  EXPECT_EQ(RenameAt("/d", "/g", abi::kRenameExchange | abi::kRenameNoreplace), EINVAL);
}

TEST_F(NameOps, StickyDirectoriesProtectOthersNames) {
  umask_ = 0;
  MkdirAt("/tmp", 01777);
  Become(1, 1);
  CreateAt("/tmp/one", 0666);
  Become(2, 2);
  CreateAt("/tmp/two", 0666);
  EXPECT_EQ(UnlinkAt("/tmp/one"), EPERM);
  EXPECT_EQ(RenameAt("/tmp/two", "/tmp/one"), EPERM);
  EXPECT_EQ(UnlinkAt("/tmp/two"), 0);
  BecomeRoot();
  EXPECT_EQ(UnlinkAt("/tmp/one"), 0);
}

TEST_F(NameOps, ChmodAndChown) {
  CreateAt("/f", 0755);
  Path f = Walk("/f").value();
  OpContext c = ctx();
  EXPECT_TRUE(Chmod(c, f, 06755).ok());
  EXPECT_TRUE(Chown(c, f, 1000, 1000).ok());
  EXPECT_EQ(StatOf("/f").mode & 07777, 0755U);
  EXPECT_TRUE(Chmod(c, f, 06755).ok());
  Become(1001, 1001);
  OpContext other = ctx();
  EXPECT_TRUE(Chmod(other, f, 0777).Is(EPERM));
  EXPECT_TRUE(Chown(other, f, 1001, std::nullopt).Is(EPERM));
  Become(1000, 1000);
  OpContext owner = ctx();
  EXPECT_TRUE(Chown(owner, f, 1001, std::nullopt).Is(EPERM));
  EXPECT_TRUE(Chown(owner, f, std::nullopt, 5).Is(EPERM));
  EXPECT_TRUE(Chown(owner, f, std::nullopt, 1000).ok());
  EXPECT_EQ(StatOf("/f").mode & 07777, 0755U);
}

TEST_F(NameOps, WritingTakesSetidBitsAway) {
  CreateAt("/f", 0755);
  Path f = Walk("/f").value();
  OpContext c = ctx();
  EXPECT_TRUE(Chown(c, f, 1000, 1000).ok());
  EXPECT_TRUE(Chmod(c, f, 06755).ok());
  EXPECT_TRUE(DropSetidBits(c, f).ok());
  EXPECT_EQ(StatOf("/f").mode & 07777, 06755U);  // CAP_FSETID keeps them.
  Become(1000, 1000);
  OpContext owner = ctx();
  EXPECT_TRUE(Truncate(owner, f, 10).ok());
  EXPECT_EQ(StatOf("/f").mode & 07777, 0755U);
}

TEST_F(NameOps, TruncateRules) {
  CreateAt("/f");
  MkdirAt("/d");
  OpContext c = ctx();
  EXPECT_TRUE(Truncate(c, Walk("/d").value(), 0).Is(EISDIR));
  file_size_limit_ = 100;
  OpContext limited = ctx();
  EXPECT_TRUE(Truncate(limited, Walk("/f").value(), 101).Is(EFBIG));
  EXPECT_TRUE(Truncate(limited, Walk("/f").value(), 100).ok());
  EXPECT_EQ(StatOf("/f").size, 100U);
}

TEST_F(NameOps, Times) {
  CreateAt("/f", 0666);
  Path f = Walk("/f").value();
  TimeUpdate now;
  TimeUpdate omit{.kind = TimeUpdate::Kind::kOmit};
  TimeUpdate then{.kind = TimeUpdate::Kind::kSet};
  then.time.tv_sec = 7;
  OpContext c = ctx();
  EXPECT_TRUE(SetTimes(c, f, then, omit).ok());
  EXPECT_EQ(StatOf("/f").atime.tv_sec, 7);
  EXPECT_NE(StatOf("/f").mtime.tv_sec, 7);
  Become(1000, 1000);
  OpContext other = ctx();
  EXPECT_TRUE(SetTimes(other, f, then, then).Is(EPERM));
  EXPECT_TRUE(SetTimes(other, f, now, omit).Is(EPERM));
  EXPECT_TRUE(SetTimes(other, f, now, now).Is(EACCES));
}

TEST_F(NameOps, Xattrs) {
  CreateAt("/f", 0644);
  SymlinkAt("/l", "f");
  Path f = Walk("/f").value();
  OpContext c = ctx();
  EXPECT_TRUE(SetXattr(c, f, "user.a", "1", 0).ok());
  EXPECT_TRUE(SetXattr(c, f, "user.a", "2", abi::kXattrCreate).Is(EEXIST));
  EXPECT_TRUE(SetXattr(c, f, "user.b", "2", abi::kXattrReplace).Is(ENODATA));
  EXPECT_TRUE(SetXattr(c, f, "trusted.t", "3", 0).ok());
  EXPECT_TRUE(SetXattr(c, f, "odd.t", "3", 0).Is(EOPNOTSUPP));
  EXPECT_EQ(GetXattr(c, f, "user.a").value(), "1");
  EXPECT_EQ(ListXattr(c, f)->size(), 2U);
  Path link = Walk("/l", {.follow_last = false}).value();
  EXPECT_TRUE(SetXattr(c, link, "user.a", "1", 0).Is(EPERM));
  EXPECT_TRUE(GetXattr(c, link, "user.a").Is(ENODATA));
  Become(1000, 1000);
  OpContext other = ctx();
  EXPECT_EQ(ListXattr(other, f)->size(), 1U);
  EXPECT_TRUE(GetXattr(other, f, "trusted.t").Is(ENODATA));
  EXPECT_TRUE(SetXattr(other, f, "user.a", "1", 0).Is(EACCES));
  EXPECT_TRUE(SetXattr(other, f, "security.x", "1", 0).Is(EPERM));
}

class Recorder final : public InotifyWatcher {
 public:
  bool OnEvent(uint32_t mask, uint32_t, std::string_view name) override {
    text += std::to_string(mask & ~abi::kInIsdir) + ":" + std::string(name) + " ";
    return true;
  }
  void OnGone() override { text += "gone "; }
  Ref<Dentry> ReleaseName(const Dentry&) override { return {}; }
  std::string text;
};

TEST_F(NameOps, WatchersHearOfChanges) {
  MkdirAt("/d");
  Recorder watcher;
  Path d = Walk("/d").value();
  d.inode()->EnsureWatches().Add(watcher);
  CreateAt("/d/f");
  RenameAt("/d/f", "/d/g");
  UnlinkAt("/d/g");
  EXPECT_EQ(watcher.text, "256:f 32:f 8:f 64:f 128:g 512:g ");
  watcher.text.clear();
  RmdirAt("/d");
  d = {};
  EXPECT_EQ(watcher.text, "1024: gone ");
}

}  // namespace
}  // namespace sentry

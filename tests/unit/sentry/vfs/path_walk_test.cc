#include "sentry/vfs/path_walk.h"

#include "tests/unit/sentry/vfs/vfs_fixture.h"

namespace sentry {
namespace {

class PathWalk : public VfsTest {
 protected:
  PathWalk() {
    MkdirAt("/a");
    MkdirAt("/a/b");
    CreateAt("/a/file");
    SymlinkAt("/to_b", "a/b");
    SymlinkAt("/abs_b", "/a/b");
    SymlinkAt("/to_file", "a/file");
    SymlinkAt("/dangling", "a/missing");
  }
};

TEST_F(PathWalk, FindsWhatIsThere) {
  EXPECT_EQ(NameOf(Walk("/a/b").value()), "/a/b");
  EXPECT_EQ(NameOf(Walk("//a///./b/../b/.").value()), "/a/b");
  EXPECT_EQ(NameOf(Walk("/").value()), "/");
  EXPECT_EQ(NameOf(Walk("/..").value()), "/");
  EXPECT_EQ(WalkError(""), ENOENT);
  EXPECT_EQ(WalkError("/missing"), ENOENT);
  EXPECT_EQ(WalkError("/missing/x"), ENOENT);
  EXPECT_EQ(WalkError("/a/file/x"), ENOTDIR);
  EXPECT_EQ(WalkError("/a/file/.."), ENOTDIR);
  EXPECT_EQ(WalkError("/" + std::string(256, 'x')), ENAMETOOLONG);
}

TEST_F(PathWalk, RelativePathsStartAtCwd) {
  cwd_ = Walk("/a").value();
  EXPECT_EQ(NameOf(Walk("b").value()), "/a/b");
  EXPECT_EQ(NameOf(Walk("../a/file").value()), "/a/file");
}

TEST_F(PathWalk, FollowsLinks) {
  EXPECT_EQ(NameOf(Walk("/to_b").value()), "/a/b");
  EXPECT_EQ(NameOf(Walk("/abs_b/../file").value()), "/a/file");
  EXPECT_EQ(NameOf(Walk("/to_b", {.follow_last = false}).value()), "/to_b");
  EXPECT_EQ(WalkError("/dangling"), ENOENT);
  EXPECT_EQ(WalkError("/dangling", {.follow_last = false}), 0);
}

TEST_F(PathWalk, TrailingSlashFollowsAndWantsDirectory) {
  EXPECT_EQ(NameOf(Walk("/to_b/", {.follow_last = false}).value()), "/a/b");
  EXPECT_EQ(WalkError("/a/file/"), ENOTDIR);
  EXPECT_EQ(WalkError("/to_file/"), ENOTDIR);
  EXPECT_EQ(WalkError("/a/file", {.want_directory = true}), ENOTDIR);
  SymlinkAt("/slash", "a/file/");
  EXPECT_EQ(WalkError("/slash"), ENOTDIR);
}

TEST_F(PathWalk, FortyLinksAreFollowed) {
  SymlinkAt("/l0", "a/file");
  for (int i = 1; i <= 40; ++i) {
    SymlinkAt("/l" + std::to_string(i), "l" + std::to_string(i - 1));
  }
  EXPECT_EQ(WalkError("/l39"), 0);
  EXPECT_EQ(WalkError("/l40"), ELOOP);
  SymlinkAt("/loop", "loop");
  EXPECT_EQ(WalkError("/loop"), ELOOP);
  EXPECT_EQ(WalkError("/loop/x"), ELOOP);
}

TEST_F(PathWalk, SearchNeedsExecutePermission) {
  MkdirAt("/closed", 0700);
  CreateAt("/closed/file", 0666);
  Become(1000, 1000);
  EXPECT_EQ(WalkError("/closed/file"), EACCES);
  EXPECT_EQ(WalkError("/closed/missing"), EACCES);
  EXPECT_EQ(WalkError("/closed"), 0);
}

TEST_F(PathWalk, CrossesMountsBothWays) {
  Ref<Mount> mount = MountTmpfs("/a/b");
  CreateAt("/a/b/inside");
  EXPECT_EQ(Walk("/a/b")->mount, mount);
  EXPECT_EQ(NameOf(Walk("/a/b/inside").value()), "/a/b/inside");
  EXPECT_EQ(NameOf(Walk("/a/b/..").value()), "/a");
  cwd_ = Walk("/a/b").value();
  EXPECT_EQ(NameOf(Walk("..").value()), "/a");
  cwd_ = mounts_->Root();
  EXPECT_TRUE(mounts_->Detach(*mount, false).Is(0));
  EXPECT_EQ(WalkError("/a/b/inside"), ENOENT);
}

TEST_F(PathWalk, BusyMountsStayUnlessLazy) {
  Ref<Mount> mount = MountTmpfs("/a/b");
  cwd_ = Walk("/a/b").value();
  EXPECT_TRUE(mounts_->Detach(*mount, false).Is(EBUSY));
  EXPECT_TRUE(mounts_->Detach(*mount, true).ok());
  EXPECT_EQ(NameOf(cwd_), "(unreachable)/");
}

TEST_F(PathWalk, StackedMounts) {
  MountTmpfs("/a/b");
  CreateAt("/a/b/lower");
  MountTmpfs("/a/b");
  EXPECT_EQ(WalkError("/a/b/lower"), ENOENT);
  EXPECT_EQ(NameOf(Walk("/a/b/..").value()), "/a");
}

TEST_F(PathWalk, ResolveBeneath) {
  cwd_ = Walk("/a").value();
  WalkOptions beneath{.resolve = abi::kResolveBeneath};
  EXPECT_EQ(WalkError("b", beneath), 0);
  EXPECT_EQ(WalkError("b/../file", beneath), 0);
  EXPECT_EQ(WalkError("..", beneath), EXDEV);
  EXPECT_EQ(WalkError("b/../../a", beneath), EXDEV);
  EXPECT_EQ(WalkError("/a", beneath), EXDEV);
  SymlinkAt("/a/out", "../a/file");
  SymlinkAt("/a/abs", "/a/file");
  EXPECT_EQ(WalkError("out", beneath), EXDEV);
  EXPECT_EQ(WalkError("abs", beneath), EXDEV);
}

TEST_F(PathWalk, ResolveInRoot) {
  cwd_ = Walk("/a").value();
  WalkOptions in_root{.resolve = abi::kResolveInRoot};
  EXPECT_EQ(NameOf(Walk("/file", in_root).value()), "/a/file");
  EXPECT_EQ(NameOf(Walk("../../file", in_root).value()), "/a/file");
  SymlinkAt("/a/abs", "/b");
  EXPECT_EQ(NameOf(Walk("abs", in_root).value()), "/a/b");
}

TEST_F(PathWalk, ResolveNoSymlinksAndNoXdev) {
  WalkOptions no_links{.resolve = abi::kResolveNoSymlinks};
  EXPECT_EQ(WalkError("/to_b", no_links), ELOOP);
  EXPECT_EQ(WalkError("/a/b", no_links), 0);
  no_links.follow_last = false;
  EXPECT_EQ(WalkError("/to_b", no_links), 0);
  MountTmpfs("/a/b");
  WalkOptions no_xdev{.resolve = abi::kResolveNoXdev};
  EXPECT_EQ(WalkError("/a/b", no_xdev), EXDEV);
  cwd_ = Walk("/a/b").value();
  EXPECT_EQ(WalkError("..", no_xdev), EXDEV);
  EXPECT_EQ(WalkError("/a", no_xdev), 0);
}

TEST_F(PathWalk, ResolveCachedNeverAsksTheFileSystem) {
  WalkOptions cached{.resolve = abi::kResolveCached};
  mounts_->cache().Shrink(0);
  mounts_->cache().Shrink(0);
  EXPECT_EQ(WalkError("/a/b", cached), EAGAIN);
  EXPECT_EQ(WalkError("/a/b"), 0);
  EXPECT_EQ(WalkError("/a/b", cached), 0);
}

TEST_F(PathWalk, NamesOfUnlinkedAndUnreachable) {
  Path file = Walk("/a/file").value();
  UnlinkAt("/a/file");
  EXPECT_EQ(NameOf(file), "/a/file (deleted)");
  Path root = Walk("/a/b").value();
  EXPECT_EQ(PathName(Walk("/a").value(), root, *mounts_), "(unreachable)/a");
}

TEST_F(PathWalk, DeepTreesGoAwayWithoutRecursion) {
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_EQ(MkdirAt("d"), 0);
    cwd_ = Walk("d").value();
  }
  cwd_ = mounts_->Root();
  mounts_->cache().Shrink(0);
}

TEST_F(PathWalk, CacheIsBounded) {
  Ref<DentryCache> cache = MakeRef<DentryCache>(100);
  Ref<Dentry> root = Dentry::NewRoot(fs_->Root());
  for (int i = 0; i < 1000; ++i) {
    cache->Add(*Dentry::NewChild(*root, std::to_string(i), nullptr));
    if (Dentry* hot = root->FindChild("5")) DentryCache::Touch(*hot);
  }
  EXPECT_LE(cache->size(), 100U);
  EXPECT_NE(root->FindChild("5"), nullptr);
  EXPECT_EQ(root->FindChild("6"), nullptr);
}

TEST_F(PathWalk, PivotRootAndCopies) {
  Ref<Mount> mount = MountTmpfs("/a/b");
  MkdirAt("/a/b/old");
  Path cwd = Walk("/a/b").value();
  Ref<MountNamespace> copy = mounts_->Copy({&cwd});
  EXPECT_NE(cwd.mount, mount);
  EXPECT_TRUE(copy->Contains(*cwd.mount));
  ASSERT_TRUE(mounts_->PivotRoot(*mount, *mounts_->Root().mount, Walk("/a/b/old").value()).ok());
  cwd_ = mounts_->Root();
  EXPECT_EQ(WalkError("/old/a/b"), 0);
  EXPECT_EQ(NameOf(Walk("/old/a").value()), "/old/a");
  EXPECT_EQ(PathName(cwd, copy->Root(), *copy), "/a/b");
}

}  // namespace
}  // namespace sentry

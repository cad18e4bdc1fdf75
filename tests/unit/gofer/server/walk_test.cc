#include <sys/sysmacros.h>

#include <algorithm>

#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

TEST(GoferAttach, GivesTheRootWithAttributes) {
  HostDir host;
  GoferPair pair(MountAt(host.path(), false));
  const Root root = pair.root();
  EXPECT_NE(root.node, NodeId::kNone);
  EXPECT_TRUE(S_ISDIR(root.attr.mode));
  EXPECT_FALSE(root.writable);
  struct stat native;
  ASSERT_EQ(::stat(host.path().c_str(), &native), 0);
  EXPECT_EQ(root.attr.ino, native.st_ino);
  EXPECT_EQ(root.attr.dev, native.st_dev);
  EXPECT_EQ(root.attr.mode, native.st_mode);
  EXPECT_EQ(root.attr.mtime, (Time{native.st_mtim.tv_sec, uint32_t(native.st_mtim.tv_nsec)}));
}

TEST(GoferAttach, OutsideTheMountsIsInvalid) {
  HostDir host;
  GoferPair pair(MountAt(host.path(), false));
  EXPECT_TRUE(pair.client().Attach(1, 1).Is(EINVAL));
  EXPECT_TRUE(pair.client().Attach(0, 2).Is(EINVAL));
  EXPECT_TRUE(pair.client().Attach(UINT32_MAX, UINT32_MAX).Is(EINVAL));
}

TEST(GoferAttach, MissingRootIsTold) {
  GoferPair pair(MountAt("/nonexistent/for/sure", false));
  EXPECT_TRUE(pair.client().Attach(0, 1).Is(ENOENT));
}

TEST(GoferWalk, OneTripGivesAttributesAndDescriptor) {
  HostDir host;
  host.Dir("a");
  host.Dir("a/b");
  host.File("a/b/f", "hello", 0604);
  GoferPair pair(MountAt(host.path(), false));
  Walked walked = pair.Walk(pair.root().node, {"a", "b", "f"}, {.open = OpenMode::kRead}).value();
  ASSERT_EQ(walked.entries.size(), 3U);
  EXPECT_EQ(walked.error, 0);
  EXPECT_NE(walked.entries[1].node, NodeId::kNone);
  EXPECT_EQ(walked.entries[2].node, NodeId::kNone);
  EXPECT_EQ(walked.entries[2].attr.mode, S_IFREG | 0604U);
  EXPECT_EQ(walked.entries[2].attr.size, 5U);
  EXPECT_TRUE(walked.file.readable);
  EXPECT_FALSE(walked.file.writable);
  EXPECT_EQ(ReadAll(walked.file.fd), "hello");
}

TEST(GoferWalk, SaysHowFarItCame) {
  HostDir host;
  host.Dir("a");
  host.File("a/f");
  GoferPair pair(MountAt(host.path(), false));
  const NodeId root = pair.root().node;
  Walked missing = pair.Walk(root, {"a", "no", "way"}).value();
  EXPECT_EQ(missing.entries.size(), 1U);
  EXPECT_EQ(missing.error, ENOENT);
  Walked through_file = pair.Walk(root, {"a", "f", "x"}).value();
  EXPECT_EQ(through_file.entries.size(), 2U);
  EXPECT_EQ(through_file.error, 0);
}

TEST(GoferWalk, StopsAtSymlinkWithItsTarget) {
  HostDir host;
  host.Link("/etc/passwd", "l");
  GoferPair pair(MountAt(host.path(), false));
  const NodeId root = pair.root().node;
  for (const bool want_node : {false, true}) {
    Walked walked = pair.Walk(root, {"l", "x"}, {.want_node = want_node}).value();
    ASSERT_EQ(walked.entries.size(), 1U);
    EXPECT_TRUE(S_ISLNK(walked.entries[0].attr.mode));
    EXPECT_EQ(walked.entries[0].link_target, "/etc/passwd");
    walked = pair.Walk(root, {"l"}, {.open = OpenMode::kRead, .want_node = want_node}).value();
    EXPECT_EQ(walked.open_error, ELOOP);
    EXPECT_FALSE(walked.file.fd.valid());
  }
}

TEST(GoferWalk, FilesGetNodesOnDemandOnly) {
  HostDir host;
  host.File("f", "x");
  GoferPair pair(MountAt(host.path(), false));
  const NodeId root = pair.root().node;
  EXPECT_EQ(pair.Walk(root, {"f"}).value().entries[0].node, NodeId::kNone);
  EXPECT_EQ(pair.session().node_count(), 1U);
  const NodeId node = pair.Walk(root, {"f"}, {.want_node = true}).value().entries[0].node;
  ASSERT_NE(node, NodeId::kNone);
  EXPECT_EQ(pair.client().GetAttr({node}).value().size, 1U);
  // A node stays with its inode, whatever happens to the name.
  ASSERT_EQ(::unlink(host.At("f").c_str()), 0);
  EXPECT_EQ(pair.client().GetAttr({node}).value().nlink, 0U);
  EXPECT_TRUE(pair.client().GetAttr({root, "f"}).Is(ENOENT));
  EXPECT_EQ(ReadAll(pair.client().Open({node}, OpenMode::kRead).value().fd), "x");
}

TEST(GoferWalk, ReleasedNodesAreGone) {
  HostDir host;
  host.Dir("d");
  GoferPair pair(MountAt(host.path(), false));
  const NodeId root = pair.root().node;
  const NodeId node = pair.Walk(root, {"d"}).value().entries[0].node;
  pair.client().Release(node);
  EXPECT_TRUE(pair.client().GetAttr({node}).Is(EBADF));
  EXPECT_EQ(pair.session().node_count(), 1U);
  // The slot is used again under another id.
  EXPECT_NE(pair.Walk(root, {"d"}).value().entries[0].node, node);
  EXPECT_TRUE(pair.client().GetAttr({node}).Is(EBADF));
}

TEST(GoferWalk, ManyReleasesTravelTogether) {
  HostDir host;
  host.Dir("d");
  GoferPair pair(MountAt(host.path(), false));
  const NodeId root = pair.root().node;
  for (int i = 0; i < 500; ++i) {
    pair.client().Release(pair.Walk(root, {"d"}).value().entries[0].node);
  }
  ASSERT_TRUE(pair.client().GetAttr({root}).ok());
  EXPECT_EQ(pair.session().node_count(), 1U);
}

TEST(GoferWalk, FullNodeTableIsEnfile) {
  HostDir host;
  host.Dir("d");
  GoferPair pair(MountAt(host.path(), false), 3);
  const NodeId root = pair.root().node;
  EXPECT_EQ(pair.Walk(root, {"d"}).value().error, 0);
  const NodeId last = pair.Walk(root, {"d"}).value().entries[0].node;
  EXPECT_EQ(pair.Walk(root, {"d"}).value().error, ENFILE);
  pair.client().Release(last);
  EXPECT_EQ(pair.Walk(root, {"d"}).value().error, 0);
}

TEST(GoferOpen, SpecialFilesAreRefused) {
  HostDir host;
  ASSERT_EQ(::mkfifo(host.At("fifo").c_str(), 0666), 0);
  ASSERT_EQ(::mknod(host.At("sock").c_str(), S_IFSOCK | 0666, 0), 0);
  const bool device = ::mknod(host.At("null").c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0;
  GoferPair pair(MountAt(host.path(), true));
  const NodeId root = pair.root().node;
  EXPECT_TRUE(pair.client().Open({root, "fifo"}, OpenMode::kRead).Is(EACCES));
  EXPECT_TRUE(pair.client().Open({root, "sock"}, OpenMode::kRead).Is(ENXIO));
  if (device) {
    EXPECT_TRUE(pair.client().Open({root, "null"}, OpenMode::kRead).Is(EACCES));
  }
  EXPECT_TRUE(pair.client().Open({root}, OpenMode::kRead).Is(EISDIR));
  EXPECT_TRUE(S_ISFIFO(pair.client().GetAttr({root, "fifo"}).value().mode));
}

TEST(GoferOpen, AccessIsWhatTheMountGrants) {
  HostDir host;
  host.File("f", "text");
  {
    GoferPair pair(MountAt(host.path(), false));
    const NodeId root = pair.root().node;
    EXPECT_TRUE(pair.client().Open({root, "f"}, OpenMode::kWrite).Is(EROFS));
    const OpenedFile best = pair.client().Open({root, "f"}, OpenMode::kBest).value();
    EXPECT_FALSE(best.writable);
    EXPECT_EQ(::write(best.fd.get(), "x", 1), -1);
  }
  GoferPair pair(MountAt(host.path(), true));
  const NodeId root = pair.root().node;
  EXPECT_TRUE(pair.client().Open({root, "f"}, OpenMode::kWrite)->writable);
  EXPECT_TRUE(pair.client().Open({root, "f"}, OpenMode::kBest)->writable);
  EXPECT_FALSE(pair.client().Open({root, "f"}, OpenMode::kRead)->writable);
}

TEST(GoferOpen, HostProcFilesAreNotData) {
  GoferPair pair(MountAt("/", false));
  const NodeId root = pair.root().node;
  Walked walked = pair.Walk(root, {"proc", "1", "status"}, {.open = OpenMode::kRead}).value();
  EXPECT_FALSE(walked.file.fd.valid());
  EXPECT_NE(walked.open_error + walked.error, 0);
}

TEST(GoferOpen, OthersOfTheDirectoryComeAlong) {
  HostDir host;
  host.Dir("d");
  host.Link("c", "a-link");
  for (const char* name : {"a", "b", "c"}) host.File(name, name);
  ASSERT_EQ(::mkfifo(host.At("fifo").c_str(), 0600), 0);
  MountConfig config = MountAt(host.path(), true);
  config.hidden = {"b"};
  GoferPair pair(std::move(config));
  const std::vector<std::string_view> names = {"b", "d", "fifo", "a-link", "none", "c"};
  std::vector<base::Fd> more;
  const OpenedFile file =
      pair.client().Open({pair.root().node, "a"}, OpenMode::kRead, names, &more).value();
  EXPECT_EQ(ReadAll(file.fd), "a");
  ASSERT_EQ(more.size(), names.size());
  for (size_t i = 0; i + 1 < names.size(); ++i) EXPECT_FALSE(more[i].valid()) << names[i];
  EXPECT_EQ(ReadAll(more.back()), "c");
  EXPECT_EQ(::fcntl(more.back().get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST(GoferReadDir, ListingsOfOthersComeAlong) {
  HostDir host;
  for (const char* name : {"a", "b", "c", "b/sub"}) host.Dir(name);
  host.File("b/f", "four");
  host.File("c/x");
  host.File("c/y");
  MountConfig config = MountAt(host.path(), false);
  config.hidden = {"c/y"};
  GoferPair pair(std::move(config));
  const Root root = pair.root();
  const DirPage top = pair.client().ReadDir(root.node, 0, false, 1).value();
  ASSERT_EQ(top.entries.size(), 3U);
  size_t with_node = 0;
  NodeId first = NodeId::kNone;
  for (const DirEntry& entry : top.entries) {
    if (entry.node == NodeId::kNone) continue;
    ++with_node;
    EXPECT_TRUE(entry.has_attr);
    first = entry.node;
  }
  EXPECT_EQ(with_node, 1U);
  const ReadDirAlso also{.parent = root.node, .names = {"b", "none", "c"}, .want_nodes = true};
  const DirPage page = pair.client().ReadDir(first, 0, true, 8, also).value();
  EXPECT_TRUE(page.end);
  ASSERT_EQ(page.also.size(), 3U);
  ASSERT_EQ(page.also[0].entries.size(), 2U);
  for (const DirEntry& entry : page.also[0].entries) {
    EXPECT_TRUE(entry.has_attr);
    EXPECT_EQ(entry.node != NodeId::kNone, entry.name == "sub");
  }
  EXPECT_NE(page.also[0].self.node, NodeId::kNone);
  EXPECT_TRUE(page.also[1].failed);
  ASSERT_EQ(page.also[2].entries.size(), 1U);
  EXPECT_EQ(page.also[2].entries[0].name, "x");
}

TEST(GoferReadDir, WhatIsBelowComesAlong) {
  HostDir host;
  for (const char* name : {"top", "top/b", "top/a", "top/a/x", "top/a/x/deep", "top/c", "else"}) {
    host.Dir(name);
  }
  host.File("top/a/x/deep/f");
  GoferPair pair(MountAt(host.path(), false));
  Walked walked = pair.Walk(pair.root().node, {"top"}, {}).value();
  const NodeId top = walked.entries.at(0).node;
  const DirPage page =
      pair.client().ReadDir(top, 0, true, 8, {.below = 4, .parent = {}, .names = {}}).value();
  ASSERT_EQ(page.below.size(), 4U);
  const char* const names[] = {"a", "x", "deep", "b"};
  for (size_t i = 0; i < page.below.size(); ++i) EXPECT_EQ(page.below[i].name, names[i]);
  EXPECT_EQ(page.below[0].parent, top);
  EXPECT_EQ(page.below[1].parent,
            std::find_if(page.entries.begin(), page.entries.end(), [](const DirEntry& entry) {
              return entry.name == "a";
            })->node);
  // Each is found by the node that the listing of its parent brought.
  EXPECT_EQ(page.below[2].parent, page.below[0].entries.at(0).node);
  ASSERT_EQ(page.below[2].entries.size(), 1U);
  EXPECT_EQ(page.below[2].entries[0].name, "f");
}

// What does not fit is left out, and leaves no node behind.
TEST(GoferReadDir, OthersComeWholeOrNotAtAll) {
  HostDir host;
  for (const char* name : {"small", "large", "last"}) host.Dir(name);
  for (int i = 0; i < 2000; ++i) host.File("large/" + std::to_string(i) + std::string(60, '-'));
  host.Dir("large/0");
  GoferPair pair(MountAt(host.path(), false));
  const Root root = pair.root();
  const size_t before = pair.session().node_count();
  const ReadDirAlso also{.parent = root.node, .names = {"small", "large", "last"}};
  const DirPage page = pair.client().ReadDir(root.node, 0, true, 0, also).value();
  EXPECT_TRUE(page.end);
  ASSERT_EQ(page.also.size(), 1U);
  EXPECT_TRUE(page.also[0].entries.empty());
  EXPECT_FALSE(page.also[0].failed);
  EXPECT_EQ(pair.session().node_count(), before);
}

TEST(GoferMount, SingleFile) {
  HostDir host;
  host.File("f", "alone");
  GoferPair pair(MountAt(host.At("f"), true));
  const Root root = pair.root();
  EXPECT_TRUE(S_ISREG(root.attr.mode));
  EXPECT_EQ(ReadAll(pair.client().Open({root.node}, OpenMode::kWrite).value().fd), "alone");
  EXPECT_TRUE(pair.Walk(root.node, {"x"}).Is(ENOTDIR));
  EXPECT_TRUE(pair.client().ReadDir(root.node, 0, true).Is(ENOTDIR));
}

}  // namespace
}  // namespace gofer

// Requests that change the host's tree, and listings.
#include <linux/fs.h>
#include <sys/xattr.h>

#include <algorithm>
#include <set>

#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

class GoferChange : public ::testing::Test {
 protected:
  GoferChange() : pair_(MountAt(host_.path(), true)), root_(pair_.root().node) {}
  Client& client() { return pair_.client(); }

  HostDir host_;
  GoferPair pair_;
  NodeId root_;
};

TEST_F(GoferChange, CreateGivesFileAttributesAndDescriptor) {
  Created made = client().Create(root_, "f", {.mode = 0600, .want_node = true}).value();
  EXPECT_FALSE(made.existed);
  EXPECT_TRUE(made.file.writable);
  EXPECT_EQ(made.entry.attr.mode, S_IFREG | 0600U);
  ASSERT_EQ(::write(made.file.fd.get(), "hi", 2), 2);
  EXPECT_EQ(client().GetAttr({made.entry.node})->size, 2U);
  EXPECT_TRUE(client().Create(root_, "f", {.mode = 0600}).Is(EEXIST));
  Created again = client().Create(root_, "f", {.mode = 0600, .exclusive = false}).value();
  EXPECT_TRUE(again.existed);
  EXPECT_EQ(ReadAll(again.file.fd), "hi");
  // Even a file that its owner may not open is open for its maker.
  EXPECT_TRUE(client().Create(root_, "zero", {.mode = 0})->file.writable);
}

TEST_F(GoferChange, CreateOverSomethingElseDescribesIt) {
  host_.Link("target", "l");
  host_.Dir("d");
  const Created link = client().Create(root_, "l", {.mode = 0600, .exclusive = false}).value();
  EXPECT_EQ(link.entry.link_target, "target");
  EXPECT_FALSE(link.file.fd.valid());
  const Created dir = client().Create(root_, "d", {.mode = 0600, .exclusive = false}).value();
  EXPECT_TRUE(S_ISDIR(dir.entry.attr.mode));
  EXPECT_FALSE(dir.file.fd.valid());
  EXPECT_NE(::access(host_.At("target").c_str(), F_OK), 0);
}

TEST_F(GoferChange, SymlinkCountsAndLimits) {
  const Entry made = client().Symlink(root_, "l", "some/where", {}).value();
  EXPECT_EQ(made.link_target, "some/where");
  EXPECT_EQ(client().ReadLink({root_, "l"}).value(), "some/where");
  EXPECT_TRUE(client().Symlink(root_, "m", "", {}).Is(ENOENT));
  EXPECT_TRUE(client().Symlink(root_, "m", std::string(5000, 'x'), {}).Is(ENAMETOOLONG));
  EXPECT_TRUE(client().Symlink(root_, "m", std::string_view("a\0b", 3), {}).Is(EINVAL));
  host_.File("f");
  EXPECT_TRUE(client().ReadLink({root_, "f"}).Is(EINVAL));
}

TEST_F(GoferChange, LinkByNodeAndByName) {
  host_.File("f");
  const NodeId node = pair_.Walk(root_, {"f"}, {.want_node = true}).value().entries[0].node;
  EXPECT_EQ(client().Link({node}, root_, "g").value().attr.nlink, 2U);
  EXPECT_EQ(client().Link({root_, "f"}, root_, "h").value().attr.nlink, 3U);
  EXPECT_TRUE(client().Link({node}, root_, "g").Is(EEXIST));
  // A link to a symbolic link is a second name of the link itself.
  host_.Link("f", "l");
  EXPECT_EQ(client().Link({root_, "l"}, root_, "m").value().link_target, "f");
  EXPECT_TRUE(client().Link({root_}, root_, "dir").Is(EPERM));
}

TEST_F(GoferChange, MknodMakesNoDevices) {
  for (const uint32_t type : {S_IFCHR, S_IFBLK, S_IFREG, S_IFDIR, 0}) {
    EXPECT_TRUE(client().Mknod(root_, "n", type | 0600, {}).Is(EPERM)) << type;
  }
  EXPECT_TRUE(S_ISFIFO(client().Mknod(root_, "n", S_IFIFO | 0600, {}).value().attr.mode));
  EXPECT_TRUE(client().Mknod(root_, "o", S_IFIFO | 04600, {}).Is(EINVAL));
}

TEST_F(GoferChange, RenameFlags) {
  host_.File("a", "A");
  host_.File("b", "B");
  EXPECT_TRUE(client().Rename(root_, "a", root_, "b", RENAME_NOREPLACE).Is(EEXIST));
  EXPECT_TRUE(client().Rename(root_, "a", root_, "b", RENAME_EXCHANGE).ok());
  EXPECT_EQ(ReadAll(client().Open({root_, "a"}, OpenMode::kRead)->fd), "B");
  EXPECT_TRUE(client().Rename(root_, "a", root_, "b", RENAME_WHITEOUT).Is(EINVAL));
  EXPECT_TRUE(client().Rename(root_, "a", root_, "b", ~0U).Is(EINVAL));
  EXPECT_TRUE(client().Rename(root_, "a", root_, "b", 0).ok());
  EXPECT_TRUE(client().GetAttr({root_, "a"}).Is(ENOENT));
}

TEST_F(GoferChange, RemovalTellsTypesApart) {
  host_.File("f");
  host_.Dir("d");
  host_.File("d/x");
  EXPECT_TRUE(client().Rmdir(root_, "f").Is(ENOTDIR));
  EXPECT_TRUE(client().Unlink(root_, "d").Is(EISDIR));
  EXPECT_TRUE(client().Rmdir(root_, "d").Is(ENOTEMPTY));
  EXPECT_TRUE(client().Unlink(root_, "f").ok());
}

TEST_F(GoferChange, SetAttrTouchesOnlyTheMask) {
  host_.File("f", "12345", 0600);
  SetAttr change;
  change.mask = SetAttr::kAtime;
  change.atime = {1, 2};
  change.mode = 0777;
  change.size = 99;
  const Attr attr = client().SetAttributes({root_, "f"}, change).value();
  EXPECT_EQ(attr.atime, (Time{1, 2}));
  EXPECT_EQ(attr.mode, S_IFREG | 0600U);
  EXPECT_EQ(attr.size, 5U);
  change.mask = SetAttr::kMtime;
  change.mtime = {-5, 999'999'999};
  EXPECT_EQ(client().SetAttributes({root_, "f"}, change)->mtime, change.mtime);
  change.mtime = {0, 1'000'000'000};
  EXPECT_TRUE(client().SetAttributes({root_, "f"}, change).Is(EINVAL));
  change.mask = 1 << 20;
  EXPECT_TRUE(client().SetAttributes({root_, "f"}, change).Is(EINVAL));
  change.mask = SetAttr::kMode;
  change.mode = 010000;
  EXPECT_TRUE(client().SetAttributes({root_, "f"}, change).Is(EINVAL));
}

TEST_F(GoferChange, SymlinksThemselvesAreChanged) {
  host_.File("f", "", 0600);
  host_.Link("f", "l");
  SetAttr change;
  change.mask = SetAttr::kMtime;
  change.mtime = {7, 0};
  EXPECT_EQ(client().SetAttributes({root_, "l"}, change)->mtime, change.mtime);
  EXPECT_NE(client().GetAttr({root_, "f"})->mtime, change.mtime);
  change.mask = SetAttr::kMode;
  change.mode = 0644;
  EXPECT_TRUE(client().SetAttributes({root_, "l"}, change).Is(EOPNOTSUPP));
  change.mask = SetAttr::kSize;
  EXPECT_TRUE(client().SetAttributes({root_, "l"}, change).Is(EINVAL));
  EXPECT_TRUE(client().SetAttributes({root_}, change).Is(EISDIR));
}

TEST_F(GoferChange, OnlyUserAttributesExist) {
  host_.File("f");
  for (const char* name : {"security.capability", "trusted.x", "system.posix_acl_access", "x"}) {
    EXPECT_TRUE(client().SetXattr({root_, "f"}, name, "v", 0).Is(EOPNOTSUPP)) << name;
    EXPECT_TRUE(client().GetXattr({root_, "f"}, name).Is(EOPNOTSUPP)) << name;
  }
  if (client().SetXattr({root_, "f"}, "user.k", "v", 0).Is(EOPNOTSUPP)) return;  // The host's /tmp.
  EXPECT_TRUE(client().SetXattr({root_, "f"}, "user.k", "v", XATTR_CREATE).Is(EEXIST));
  EXPECT_EQ(client().GetXattr({root_, "f"}, "user.k").value(), "v");
  EXPECT_EQ(client().ListXattr({root_, "f"}).value(), std::vector<std::string>{"user.k"});
  EXPECT_TRUE(client().RemoveXattr({root_, "f"}, "user.k").ok());
  EXPECT_TRUE(client().GetXattr({root_, "f"}, "user.k").Is(ENODATA));
}

TEST_F(GoferChange, ListingsComeInPages) {
  constexpr int kFiles = 3000;
  const std::string suffix(80, 'n');
  for (int i = 0; i < kFiles; ++i) host_.File(std::to_string(i) + suffix);
  host_.Link("0", "link");
  host_.Dir("dir");
  std::set<std::string> names;
  uint64_t cookie = 0;
  int pages = 0;
  while (true) {
    const DirPage page = client().ReadDir(root_, cookie, true).value();
    ++pages;
    for (const DirEntry& entry : page.entries) {
      EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
      EXPECT_TRUE(entry.has_attr);
      EXPECT_EQ(entry.link_target, entry.name == "link" ? "0" : "");
      EXPECT_EQ(S_ISDIR(entry.attr.mode), entry.name == "dir");
    }
    cookie = page.next_cookie;
    if (page.end) break;
  }
  EXPECT_EQ(names.size(), kFiles + 2U);
  EXPECT_GT(pages, 1);
  const DirPage bare = client().ReadDir(root_, 0, false).value();
  EXPECT_FALSE(bare.entries[0].has_attr);
  EXPECT_NE(bare.entries[0].attr.ino, 0U);
}

// What a walk to each would have given.
TEST_F(GoferChange, ListedDirectoriesComeWithNodes) {
  for (int i = 0; i < 3; ++i) {
    host_.Dir("d" + std::to_string(i));
    host_.File("d" + std::to_string(i) + "/f");
  }
  host_.File("plain");
  host_.Link("d0", "link");
  size_t nodes = 0;
  const DirPage some = client().ReadDir(root_, 0, true, 2).value();
  for (const DirEntry& entry : some.entries) {
    if (entry.node == NodeId::kNone) continue;
    ++nodes;
    EXPECT_TRUE(S_ISDIR(entry.attr.mode)) << entry.name;
    EXPECT_EQ(client().GetAttr({entry.node})->ino, entry.attr.ino);
    EXPECT_EQ(client().ReadDir(entry.node, 0, true)->entries.at(0).name, "f");
    client().Release(entry.node);
  }
  EXPECT_EQ(nodes, 2U);
  const DirPage all = client().ReadDir(root_, 0, true, 1000).value();
  for (const DirEntry& entry : all.entries) {
    EXPECT_EQ(entry.node != NodeId::kNone, S_ISDIR(entry.attr.mode)) << entry.name;
  }
}

TEST_F(GoferChange, AListingGivesABoundedNumberOfNodes) {
  for (uint32_t i = 0; i < kMaxListedNodes + 10; ++i) host_.Dir(std::to_string(i));
  const DirPage page = client().ReadDir(root_, 0, true, UINT32_MAX).value();
  EXPECT_EQ(std::ranges::count_if(
                page.entries, [](const DirEntry& entry) { return entry.node != NodeId::kNone; }),
            kMaxListedNodes);
}

}  // namespace
}  // namespace gofer

// What a mount's policy lets the client see and do.
#include <sys/statvfs.h>

#include <algorithm>

#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

std::vector<std::string> Names(Client& client, NodeId dir) {
  std::vector<std::string> names;
  DirPage page;
  do {
    page = client.ReadDir(dir, page.next_cookie, true).value();
    for (const DirEntry& entry : page.entries) names.push_back(entry.name);
  } while (!page.end);
  std::sort(names.begin(), names.end());
  return names;
}

// Every request that changes something, on a mount where `dir` and its file "f" exist.
std::vector<std::pair<const char*, base::Errno>> TryAllChanges(Client& client, NodeId dir) {
  std::vector<std::pair<const char*, base::Errno>> results;
  const auto note = [&](const char* what, const auto& result) {
    results.emplace_back(what, result.error());
  };
  note("create", client.Create(dir, "n", {.mode = 0644}));
  note("open existing by create", client.Create(dir, "f", {.mode = 0644, .exclusive = false}));
  note("mkdir", client.Mkdir(dir, "n", 0755, {}));
  note("symlink", client.Symlink(dir, "n", "t", {}));
  note("mknod", client.Mknod(dir, "n", S_IFIFO | 0644, {}));
  note("link", client.Link({dir, "f"}, dir, "n"));
  note("unlink", client.Unlink(dir, "f"));
  note("rmdir", client.Rmdir(dir, "f"));
  note("rename", client.Rename(dir, "f", dir, "n", 0));
  SetAttr change;
  change.mask = SetAttr::kMode;
  note("chmod", client.SetAttributes({dir, "f"}, change));
  change.mask = SetAttr::kSize;
  note("truncate", client.SetAttributes({dir, "f"}, change));
  change.mask = SetAttr::kMtimeNow;
  note("utimes", client.SetAttributes({dir, "f"}, change));
  change.mask = SetAttr::kUid;
  note("chown", client.SetAttributes({dir, "f"}, change));
  note("setxattr", client.SetXattr({dir, "f"}, "user.a", "b", 0));
  note("removexattr", client.RemoveXattr({dir, "f"}, "user.a"));
  note("fsync", client.Fsync({dir, "f"}, false));
  note("open", client.Open({dir, "f"}, OpenMode::kWrite));
  return results;
}

TEST(GoferReadOnly, RefusesEveryChange) {
  HostDir host;
  host.File("f", "text");
  GoferPair pair(MountAt(host.path(), false));
  for (const auto& [what, error] : TryAllChanges(pair.client(), pair.root().node)) {
    EXPECT_EQ(error.value(), EROFS) << what;
  }
  EXPECT_EQ(Names(pair.client(), pair.root().node), std::vector<std::string>{"f"});
}

TEST(GoferWorldReadable, OnlyWhatOthersMayRead) {
  HostDir host;
  host.File("public", "open", 0644);
  host.File("private", "secret", 0640);
  host.Dir("listed", 0755);
  host.Dir("unlisted", 0751);
  host.Dir("closed", 0750);
  host.Dir("nosearch", 0744);
  for (const char* dir : {"listed", "unlisted", "closed", "nosearch"}) {
    host.File(std::string(dir) + "/f", "inside", 0644);
  }
  MountConfig config = MountAt(host.path(), false);
  config.world_readable_only = true;
  GoferPair pair(std::move(config));
  const NodeId root = pair.root().node;
  Client& client = pair.client();

  EXPECT_EQ(ReadAll(client.Open({root, "public"}, OpenMode::kRead)->fd), "open");
  EXPECT_EQ(client.GetAttr({root, "private"})->size, 6U);
  EXPECT_TRUE(client.Open({root, "private"}, OpenMode::kRead).Is(EACCES));
  for (const bool want_node : {false, true}) {
    Walked walked =
        pair.Walk(root, {"private"}, {.open = OpenMode::kRead, .want_node = want_node}).value();
    EXPECT_EQ(walked.open_error, EACCES);
    EXPECT_FALSE(walked.file.fd.valid());
  }
  const auto reached = [&](const char* dir) {
    return pair.Walk(root, {dir, "f"}, {.open = OpenMode::kRead}).value();
  };
  const auto node = [&](const char* dir) { return pair.Walk(root, {dir})->entries[0].node; };
  EXPECT_TRUE(reached("listed").file.fd.valid());
  EXPECT_TRUE(reached("unlisted").file.fd.valid());
  EXPECT_EQ(reached("closed").error, EACCES);
  EXPECT_EQ(reached("nosearch").error, EACCES);
  EXPECT_TRUE(client.ReadDir(node("unlisted"), 0, true).Is(EACCES));
  EXPECT_TRUE(client.ReadDir(node("closed"), 0, true).Is(EACCES));
  EXPECT_TRUE(client.GetAttr({node("closed"), "f"}).Is(EACCES));
  EXPECT_TRUE(client.Open({node("closed"), "f"}, OpenMode::kRead).Is(EACCES));
  // Readable but not searchable: names alone, as Linux would.
  const DirPage page = client.ReadDir(node("nosearch"), 0, true).value();
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_FALSE(page.entries[0].has_attr);
  EXPECT_TRUE(S_ISREG(page.entries[0].attr.mode));
}

TEST(GoferWorldReadable, ShadowStaysClosed) {
  MountConfig config = MountAt("/etc", false);
  config.world_readable_only = true;
  GoferPair pair(std::move(config));
  const NodeId root = pair.root().node;
  EXPECT_TRUE(pair.client().Open({root, "shadow"}, OpenMode::kRead).Is(EACCES));
  EXPECT_TRUE(pair.client().Open({root, "passwd"}, OpenMode::kRead).ok());
}

class GoferHidden : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.File("secret", "s");
    host_.File("seen", "v");
    host_.Dir("a");
    host_.Dir("a/b");
    host_.File("a/b/key", "k");
    host_.File("a/b/other", "o");
    MountConfig config = MountAt(host_.path(), true);
    config.hidden = {"secret", "a/b/key"};
    pair_ = std::make_unique<GoferPair>(std::move(config));
    root_ = pair_->root().node;
    deep_ = pair_->Walk(root_, {"a", "b"})->entries[1].node;
  }

  HostDir host_;
  std::unique_ptr<GoferPair> pair_;
  NodeId root_ = NodeId::kNone, deep_ = NodeId::kNone;
};

TEST_F(GoferHidden, DoesNotExist) {
  Client& client = pair_->client();
  EXPECT_EQ(Names(client, root_), (std::vector<std::string>{"a", "seen"}));
  EXPECT_EQ(Names(client, deep_), std::vector<std::string>{"other"});
  EXPECT_EQ(pair_->Walk(root_, {"secret"})->error, ENOENT);
  EXPECT_EQ(pair_->Walk(root_, {"secret"}, {.want_node = true})->error, ENOENT);
  EXPECT_EQ(pair_->Walk(root_, {"a", "b", "key"}, {.open = OpenMode::kRead})->error, ENOENT);
  EXPECT_TRUE(client.GetAttr({deep_, "key"}).Is(ENOENT));
  EXPECT_TRUE(client.Open({deep_, "key"}, OpenMode::kRead).Is(ENOENT));
  EXPECT_TRUE(client.Link({deep_, "key"}, root_, "n").Is(ENOENT));
  EXPECT_TRUE(client.Unlink(root_, "secret").Is(ENOENT));
  EXPECT_TRUE(client.Rename(root_, "secret", root_, "n", 0).Is(ENOENT));
}

TEST_F(GoferHidden, IsNeitherCoveredNorMoved) {
  Client& client = pair_->client();
  EXPECT_TRUE(client.Create(root_, "secret", {.mode = 0644, .exclusive = false}).Is(EACCES));
  EXPECT_TRUE(client.Mkdir(root_, "secret", 0755, {}).Is(EACCES));
  EXPECT_TRUE(client.Rename(root_, "seen", root_, "secret", 0).Is(EACCES));
  EXPECT_TRUE(client.Rename(root_, "a", root_, "c", 0).Is(EBUSY));
  EXPECT_TRUE(client.Rename(root_, "seen", root_, "a", 0).Is(EBUSY));
  EXPECT_TRUE(client.Rename(deep_, "other", root_, "new", 0).ok());
}

TEST(GoferMountConfig, BadHiddenPathsAreRefused) {
  for (const char* path : {"", "/", "/abs", "a/../b", "./a", "a//b"}) {
    MountConfig config = MountAt("/", false);
    config.hidden = {path};
    EXPECT_TRUE(Mount::Create(std::move(config)).Is(EINVAL)) << path;
  }
}

TEST(GoferSquash, OwnersAreReplaced) {
  HostDir host;
  host.File("f");
  MountConfig config = MountAt(host.path(), true);
  config.squash_uid = 1234;
  config.squash_gid = 5678;
  GoferPair pair(std::move(config));
  const NodeId root = pair.root().node;
  EXPECT_EQ(pair.client().GetAttr({root, "f"})->uid, 1234U);
  const Created made = pair.client().Create(root, "n", {.mode = 0644, .owner = {7, 8}}).value();
  EXPECT_EQ(made.entry.attr.gid, 5678U);
  struct stat native;
  ASSERT_EQ(::stat(host.At("n").c_str(), &native), 0);
  EXPECT_EQ(native.st_uid, ::geteuid());
  SetAttr change;
  change.mask = SetAttr::kUid;
  change.uid = 0;
  EXPECT_TRUE(pair.client().SetAttributes({root, "f"}, change).Is(EPERM));
}

TEST(GoferSetId, NeedsTheMountsPermission) {
  HostDir host;
  host.File("f");
  host.Dir("d");
  SetAttr change;
  change.mask = SetAttr::kMode;
  change.mode = 04755;
  {
    GoferPair pair(MountAt(host.path(), true));
    const NodeId root = pair.root().node;
    EXPECT_TRUE(pair.client().SetAttributes({root, "f"}, change).Is(EPERM));
    EXPECT_TRUE(pair.client().Create(root, "n", {.mode = 02755}).Is(EPERM));
    change.mode = 02755;  // On directories it only says who owns new files.
    EXPECT_EQ(pair.client().SetAttributes({root, "d"}, change)->mode, S_IFDIR | 02755U);
  }
  MountConfig config = MountAt(host.path(), true);
  config.allow_set_id = true;
  GoferPair pair(std::move(config));
  EXPECT_EQ(pair.client().SetAttributes({pair.root().node, "f"}, change)->mode, S_IFREG | 02755U);
}

}  // namespace
}  // namespace gofer

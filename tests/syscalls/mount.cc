// mount(2), umount2(2), pivot_root(2), shared subtrees, and the calls of the new mount API.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

// <sys/mount.h> and <linux/mount.h> of one system do not always go together.
extern "C" {
int mount(const char*, const char*, const char*, unsigned long, const void*);
int umount2(const char*, int);
}

namespace test {
namespace {

constexpr int kUmountDetach = 2, kUmountExpire = 4, kUmountNofollow = 8;

bool Exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

void Touch(const std::string& path) {
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  CHILD_CHECK(fd >= 0);
  close(fd);
}

void MakeDir(const std::string& path) {
  CHILD_CHECK(mkdir(path.c_str(), 0755) == 0);
}

void Tmpfs(const std::string& path) {
  CHILD_CHECK(mount("none", path.c_str(), "tmpfs", 0, nullptr) == 0);
}

int Mount(const std::string& from, const std::string& to, unsigned long flags) {
  return mount(from.c_str(), to.c_str(), nullptr, flags, nullptr);
}

int Change(const std::string& path, unsigned long flags) {
  return mount("none", path.c_str(), nullptr, flags, nullptr);
}

int Umount(const std::string& path, int flags = 0) {
  return umount2(path.c_str(), flags);
}

// The line of /proc/self/mountinfo for the topmost mount at `path`, split in words.
std::vector<std::string> Info(const std::string& path) {
  std::ifstream in("/proc/self/mountinfo");
  std::vector<std::string> found;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    if (all.size() > 5 && all[4] == path) found = all;
  }
  return found;
}

// "shared:N", "master:N" or nothing.
bool HasTag(const std::string& path, const std::string& tag) {
  for (const std::string& word : Info(path)) {
    if (word == "-") break;
    if (word.starts_with(tag)) return true;
  }
  return false;
}

// A namespace of its own, in which `dir()` is a private tmpfs.
class MountTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  }
  std::string dir() const { return directory_.path(); }
  std::string at(const std::string& name) const { return dir() + "/" + name; }

  template <typename Body>
  int Inside(Body body) {
    return ForkAndWait([&] {
      CHILD_CHECK(unshare(CLONE_NEWNS) == 0);
      CHILD_CHECK(Change("/", MS_REC | MS_PRIVATE) == 0);
      Tmpfs(dir());
      for (const char* name : {"a", "b", "c"}) MakeDir(at(name));
      body();
    });
  }

  TempDir directory_ = TempDir::Create();
};

TEST_F(MountTest, ArgumentErrors) {
  EXPECT_THAT(Inside([this] {
                CHILD_CHECK(mount("none", at("none").c_str(), "tmpfs", 0, nullptr) == -1);
                CHILD_CHECK(errno == ENOENT);
                CHILD_CHECK(mount("none", at("a").c_str(), "no-such-type", 0, nullptr) == -1);
                CHILD_CHECK(errno == ENODEV);
                CHILD_CHECK(mount("none", at("a").c_str(), nullptr, 0, nullptr) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(Umount(at("a")) == -1 && errno == EINVAL);
                CHILD_CHECK(Umount(at("none")) == -1 && errno == ENOENT);
                CHILD_CHECK(Umount(dir(), 0x100) == -1 && errno == EINVAL);
                CHILD_CHECK(Change(at("a"), MS_SHARED) == -1 && errno == EINVAL);
                CHILD_CHECK(Change(dir(), MS_SHARED | MS_PRIVATE) == -1 && errno == EINVAL);
                CHILD_CHECK(Mount("", at("a"), MS_BIND) == -1 && errno == EINVAL);
                CHILD_CHECK(Mount(at("none"), at("a"), MS_BIND) == -1 && errno == ENOENT);
                CHILD_CHECK(Mount(at("a"), at("b"), MS_MOVE) == -1 && errno == EINVAL);
                CHILD_CHECK(Mount(dir(), at("b"), MS_MOVE) == -1 && errno == ELOOP);
                Touch(at("file"));
                CHILD_CHECK(Mount(at("file"), at("b"), MS_BIND) == -1 && errno == ENOTDIR);
              }),
              Exited(0));
}

TEST_F(MountTest, NeedsCapability) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setresuid(1234, 1234, 1234) == 0);
                CHILD_CHECK(mount("none", "/", "tmpfs", 0, nullptr) == -1 && errno == EPERM);
                CHILD_CHECK(Umount("/") == -1 && errno == EPERM);
                CHILD_CHECK(Mount("/none", "/", MS_BIND) == -1 && errno == EPERM);
                CHILD_CHECK(mount("none", "/no/such", "tmpfs", 0, nullptr) == -1);
                CHILD_CHECK(errno == ENOENT);
              }),
              Exited(0));
}

TEST_F(MountTest, MountsStack) {
  EXPECT_THAT(Inside([this] {
                Touch(at("a/zero"));
                Tmpfs(at("a"));
                Touch(at("a/one"));
                Tmpfs(at("a"));
                CHILD_CHECK(!Exists(at("a/one")));
                CHILD_CHECK(Umount(at("a")) == 0 && Exists(at("a/one")));
                CHILD_CHECK(Umount(at("a")) == 0 && Exists(at("a/zero")));
              }),
              Exited(0));
}

TEST_F(MountTest, BusyUntilDetached) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                Touch(at("a/file"));
                const int fd = open(at("a/file").c_str(), O_RDONLY | O_CLOEXEC);
                CHILD_CHECK(Umount(at("a")) == -1 && errno == EBUSY);
                CHILD_CHECK(Umount(at("a"), kUmountDetach) == 0);
                CHILD_CHECK(!Exists(at("a/file")));
                struct stat status;
                CHILD_CHECK(fstat(fd, &status) == 0);
                Tmpfs(at("b"));
                MakeDir(at("b/in"));
                Tmpfs(at("b/in"));
                CHILD_CHECK(Umount(at("b")) == -1 && errno == EBUSY);
              }),
              Exited(0));
}

TEST_F(MountTest, ExpireTakesTwo) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                CHILD_CHECK(Umount(at("a"), kUmountExpire | kUmountDetach) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(Umount(at("a"), kUmountExpire) == -1 && errno == EAGAIN);
                CHILD_CHECK(Exists(at("a/.")));  // A use.
                CHILD_CHECK(Umount(at("a"), kUmountExpire) == -1 && errno == EAGAIN);
                CHILD_CHECK(Umount(at("a"), kUmountExpire) == 0);
              }),
              Exited(0));
}

TEST_F(MountTest, NofollowTakesNoLink) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                CHILD_CHECK(symlink(at("a").c_str(), at("link").c_str()) == 0);
                CHILD_CHECK(Umount(at("link"), kUmountNofollow) == -1 && errno == EINVAL);
                CHILD_CHECK(Umount(at("link")) == 0);
              }),
              Exited(0));
}

TEST_F(MountTest, BindShowsTheSame) {
  EXPECT_THAT(Inside([this] {
                Touch(at("a/file"));
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Exists(at("b/file")));
                Touch(at("b/other"));
                CHILD_CHECK(Exists(at("a/other")));
                CHILD_CHECK(Info(at("b"))[3] == "/a");
                Touch(at("one"));
                Touch(at("two"));
                CHILD_CHECK(Mount(at("one"), at("two"), MS_BIND) == 0);
                CHILD_CHECK(unlink(at("two").c_str()) == -1 && errno == EBUSY);
              }),
              Exited(0));
}

TEST_F(MountTest, RecursiveBind) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Exists(at("b/in")) && !Exists(at("b/in/file")));
                CHILD_CHECK(Mount(at("a"), at("c"), MS_BIND | MS_REC) == 0);
                CHILD_CHECK(Exists(at("c/in/file")));
              }),
              Exited(0));
}

TEST_F(MountTest, ReadOnlyBind) {
  EXPECT_THAT(Inside([this] {
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND | MS_RDONLY) == 0);
                Touch(at("b/file"));  // The flag is not looked at.
                CHILD_CHECK(Mount("none", at("b"), MS_BIND | MS_REMOUNT | MS_RDONLY) == 0);
                CHILD_CHECK(open(at("b/other").c_str(), O_CREAT | O_RDWR, 0600) == -1);
                CHILD_CHECK(errno == EROFS);
                Touch(at("a/other"));
                struct statfs status;
                CHILD_CHECK(statfs(at("b").c_str(), &status) == 0);
                CHILD_CHECK((status.f_flags & ST_RDONLY) != 0);
                CHILD_CHECK(statfs(at("a").c_str(), &status) == 0);
                CHILD_CHECK((status.f_flags & ST_RDONLY) == 0);
              }),
              Exited(0));
}

TEST_F(MountTest, ReadOnlyFileSystem) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT | MS_RDONLY) == 0);
                CHILD_CHECK(mkdir(at("b/new").c_str(), 0700) == -1 && errno == EROFS);
                CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT) == 0);
                CHILD_CHECK(mkdir(at("b/new").c_str(), 0700) == 0);
              }),
              Exited(0));
}

TEST_F(MountTest, FlagsBind) {
  EXPECT_THAT(Inside([this] {
                constexpr unsigned long kFlags = MS_NOEXEC | MS_NODEV | MS_NOSUID;
                CHILD_CHECK(mount("none", at("a").c_str(), "tmpfs", kFlags, nullptr) == 0);
                CHILD_CHECK(Info(at("a"))[5] == "rw,nosuid,nodev,noexec,relatime");
                CHILD_CHECK(mknod(at("a/null").c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0);
                CHILD_CHECK(open(at("a/null").c_str(), O_RDONLY) == -1 && errno == EACCES);
                Touch(at("a/program"));
                CHILD_CHECK(chmod(at("a/program").c_str(), 0755) == 0);
                char* none[] = {nullptr};
                CHILD_CHECK(execve(at("a/program").c_str(), none, none) == -1);
                CHILD_CHECK(errno == EACCES);
                const int fd = open(at("a/program").c_str(), O_RDONLY | O_CLOEXEC);
                CHILD_CHECK(mmap(nullptr, 4096, PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

TEST_F(MountTest, MoveTakesTheTreeAlong) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(Mount(at("a"), at("b"), MS_MOVE) == 0);
                CHILD_CHECK(!Exists(at("a/in")) && Exists(at("b/in/file")));
                CHILD_CHECK(Mount(at("b"), at("b/in"), MS_MOVE) == -1 && errno == ELOOP);
                CHILD_CHECK(Change(dir(), MS_SHARED) == 0);
                CHILD_CHECK(Mount(at("b"), at("c"), MS_MOVE) == -1 && errno == EINVAL);
              }),
              Exited(0));
}

// --- propagation ---

TEST_F(MountTest, PeersShareMounts) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
                CHILD_CHECK(HasTag(at("a"), "shared:"));
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(Exists(at("b/in/file")));
                CHILD_CHECK(HasTag(at("b/in"), "shared:"));
                CHILD_CHECK(Umount(at("b/in")) == 0);
                CHILD_CHECK(!Exists(at("a/in/file")));
              }),
              Exited(0));
}

TEST_F(MountTest, SlavesOnlyReceive) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                MakeDir(at("a/other"));
                CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Change(at("b"), MS_SLAVE) == 0);
                CHILD_CHECK(HasTag(at("b"), "master:") && !HasTag(at("b"), "shared:"));
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(Exists(at("b/in/file")));
                CHILD_CHECK(HasTag(at("b/in"), "master:"));
                Tmpfs(at("b/other"));
                Touch(at("b/other/file"));
                CHILD_CHECK(!Exists(at("a/other/file")));
                CHILD_CHECK(Umount(at("b/in")) == 0 && Exists(at("a/in/file")));
              }),
              Exited(0));
}

TEST_F(MountTest, SlaveThatIsShared) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Change(at("b"), MS_SLAVE) == 0);
                CHILD_CHECK(Change(at("b"), MS_SHARED) == 0);
                CHILD_CHECK(HasTag(at("b"), "master:") && HasTag(at("b"), "shared:"));
                CHILD_CHECK(Mount(at("b"), at("c"), MS_BIND) == 0);
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(Exists(at("b/in/file")) && Exists(at("c/in/file")));
              }),
              Exited(0));
}

TEST_F(MountTest, PrivateAndUnbindable) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
                CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
                CHILD_CHECK(Change(at("a"), MS_PRIVATE) == 0);
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(!Exists(at("b/in/file")));
                CHILD_CHECK(Change(at("a"), MS_UNBINDABLE) == 0);
                CHILD_CHECK(HasTag(at("a"), "unbindable"));
                CHILD_CHECK(Mount(at("a"), at("c"), MS_BIND) == -1 && errno == EINVAL);
              }),
              Exited(0));
}

TEST_F(MountTest, NamespacesArePeers) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
                int ready[2], done[2];
                CHILD_CHECK(pipe(ready) == 0 && pipe(done) == 0);
                const pid_t child = Fork([&] {
                  CHILD_CHECK(unshare(CLONE_NEWNS) == 0);
                  char byte = 1;
                  CHILD_CHECK(write(ready[1], &byte, 1) == 1);
                  CHILD_CHECK(read(done[0], &byte, 1) == 1);
                  CHILD_CHECK(Exists(at("a/in/file")));
                  Tmpfs(at("b"));  // Below a private mount: nobody hears.
                  Touch(at("b/file"));
                });
                char byte = 1;
                CHILD_CHECK(read(ready[0], &byte, 1) == 1);
                Tmpfs(at("a/in"));
                Touch(at("a/in/file"));
                CHILD_CHECK(write(done[1], &byte, 1) == 1);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
                CHILD_CHECK(!Exists(at("b/file")));
              }),
              Exited(0));
}

// --- pivot_root ---

TEST_F(MountTest, PivotRoot) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/old"));
                Touch(at("a/here"));
                CHILD_CHECK(syscall(SYS_pivot_root, at("b").c_str(), at("b").c_str()) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(syscall(SYS_pivot_root, at("a").c_str(), at("c").c_str()) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(syscall(SYS_pivot_root, "/", "/") == -1 && errno == EBUSY);
                CHILD_CHECK(syscall(SYS_pivot_root, at("a").c_str(), at("a/old").c_str()) == 0);
                CHILD_CHECK(Exists("/here") && Exists("/old" + dir()));
                CHILD_CHECK(Umount("/old", kUmountDetach) == 0);
                CHILD_CHECK(!Exists("/old" + dir()));
              }),
              Exited(0));
}

TEST_F(MountTest, PivotRootOntoItself) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                Touch(at("a/here"));
                CHILD_CHECK(chdir(at("a").c_str()) == 0);
                CHILD_CHECK(syscall(SYS_pivot_root, ".", ".") == 0);
                CHILD_CHECK(Umount(".", kUmountDetach) == 0);
                CHILD_CHECK(chdir("/") == 0 && Exists("/here"));
              }),
              Exited(0));
}

// --- the new API ---

int Fsopen(const char* type, unsigned flags) {
  return static_cast<int>(syscall(SYS_fsopen, type, flags));
}
int Fsconfig(int fd, unsigned command, const char* key, const char* value, int aux) {
  return static_cast<int>(syscall(SYS_fsconfig, fd, command, key, value, aux));
}
int Fsmount(int fd, unsigned flags, unsigned attributes) {
  return static_cast<int>(syscall(SYS_fsmount, fd, flags, attributes));
}
int MoveMount(int from, const char* from_path, int to, const char* to_path, unsigned flags) {
  return static_cast<int>(syscall(SYS_move_mount, from, from_path, to, to_path, flags));
}
int OpenTree(int dir, const char* path, unsigned flags) {
  return static_cast<int>(syscall(SYS_open_tree, dir, path, flags));
}
int SetAttributes(const std::string& path, unsigned flags, uint64_t set, uint64_t clear,
                  uint64_t propagation = 0) {
  mount_attr attr = {};
  attr.attr_set = set;
  attr.attr_clr = clear;
  attr.propagation = propagation;
  return static_cast<int>(
      syscall(SYS_mount_setattr, AT_FDCWD, path.c_str(), flags, &attr, sizeof(attr)));
}

TEST_F(MountTest, FilesystemStepByStep) {
  EXPECT_THAT(
      Inside([this] {
        CHILD_CHECK(Fsopen("no-such-type", 0) == -1 && errno == ENODEV);
        CHILD_CHECK(Fsopen("tmpfs", 2) == -1 && errno == EINVAL);
        const int fs = Fsopen("tmpfs", FSOPEN_CLOEXEC);
        CHILD_CHECK(fs >= 0);
        CHILD_CHECK(Fsmount(fs, 0, 0) == -1 && errno == EINVAL);
        CHILD_CHECK(Fsconfig(fs, 99, nullptr, nullptr, 0) == -1 && errno == EOPNOTSUPP);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_SET_FLAG, nullptr, nullptr, 0) == -1);
        CHILD_CHECK(errno == EINVAL);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_SET_STRING, "size", "1M", 0) == 0);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_SET_STRING, "source", "mine", 0) == 0);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == -1);
        CHILD_CHECK(errno == EBUSY);
        const int tree = Fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
        CHILD_CHECK(tree >= 0);
        CHILD_CHECK(Fsmount(fs, 0, 0) == -1 && errno == EBUSY);
        CHILD_CHECK(mkdirat(tree, "early", 0755) == 0);
        CHILD_CHECK(MoveMount(tree, "", AT_FDCWD, at("a").c_str(), 0) == -1);
        CHILD_CHECK(errno == ENOENT);
        CHILD_CHECK(MoveMount(tree, "", AT_FDCWD, at("a").c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0);
        CHILD_CHECK(Exists(at("a/early")));
        const std::vector<std::string> info = Info(at("a"));
        CHILD_CHECK(info[5] == "rw,nodev,relatime");
        CHILD_CHECK(info[info.size() - 2] == "mine");
      }),
      Exited(0));
}

TEST_F(MountTest, OpenTreeClones) {
  EXPECT_THAT(
      Inside([this] {
        Tmpfs(at("a"));
        MakeDir(at("a/in"));
        Tmpfs(at("a/in"));
        Touch(at("a/in/file"));
        CHILD_CHECK(OpenTree(AT_FDCWD, at("a").c_str(), AT_RECURSIVE) == -1);
        CHILD_CHECK(errno == EINVAL);
        const int tree =
            OpenTree(AT_FDCWD, at("a").c_str(), OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC);
        CHILD_CHECK(tree >= 0);
        CHILD_CHECK(faccessat(tree, "in/file", F_OK, 0) == 0);
        CHILD_CHECK(MoveMount(tree, "", AT_FDCWD, at("b").c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0);
        CHILD_CHECK(Exists(at("b/in/file")));
        const int plain = OpenTree(AT_FDCWD, at("b").c_str(), 0);
        CHILD_CHECK(plain >= 0);
        CHILD_CHECK(MoveMount(plain, "", AT_FDCWD, at("c").c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0);
        CHILD_CHECK(Exists(at("c/in/file")) && !Exists(at("b/in")));
      }),
      Exited(0));
}

TEST_F(MountTest, ClosedTreesAreGone) {
  EXPECT_THAT(
      Inside([this] {
        const int fs = Fsopen("tmpfs", 0);
        CHILD_CHECK(Fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0);
        const int tree = Fsmount(fs, 0, 0);
        const int inner = openat(tree, ".", O_RDONLY | O_DIRECTORY);
        CHILD_CHECK(inner >= 0 && close(tree) == 0);
        CHILD_CHECK(MoveMount(inner, "", AT_FDCWD, at("a").c_str(), MOVE_MOUNT_F_EMPTY_PATH) == -1);
        CHILD_CHECK(errno == EINVAL);
      }),
      Exited(0));
}

TEST_F(MountTest, SetattrChangesFlags) {
  EXPECT_THAT(
      Inside([this] {
        Tmpfs(at("a"));
        MakeDir(at("a/in"));
        Tmpfs(at("a/in"));
        CHILD_CHECK(SetAttributes(at("b"), 0, MOUNT_ATTR_RDONLY, 0) == -1);
        CHILD_CHECK(errno == EINVAL);
        CHILD_CHECK(SetAttributes(at("a"), 0, MOUNT_ATTR_NOATIME, 0) == -1);
        CHILD_CHECK(errno == EINVAL);
        CHILD_CHECK(SetAttributes(at("a"), 0, 1ULL << 40, 0) == -1 && errno == EINVAL);
        CHILD_CHECK(SetAttributes(at("a"), AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME,
                                  MOUNT_ATTR__ATIME) == 0);
        CHILD_CHECK(Info(at("a"))[5] == "ro,noatime");
        CHILD_CHECK(Info(at("a/in"))[5] == "ro,noatime");
        CHILD_CHECK(SetAttributes(at("a"), 0, 0, MOUNT_ATTR_RDONLY) == 0);
        CHILD_CHECK(Info(at("a"))[5] == "rw,noatime");
        CHILD_CHECK(SetAttributes(at("a"), AT_RECURSIVE, 0, 0, MS_SHARED) == 0);
        CHILD_CHECK(HasTag(at("a"), "shared:") && HasTag(at("a/in"), "shared:"));
      }),
      Exited(0));
}

TEST_F(MountTest, PickReconfigures) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                const int fs = static_cast<int>(syscall(SYS_fspick, AT_FDCWD, at("a").c_str(), 0));
                CHILD_CHECK(fs >= 0);
                CHILD_CHECK(Fsconfig(fs, FSCONFIG_SET_FLAG, "ro", nullptr, 0) == 0);
                CHILD_CHECK(Fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0) == 0);
                CHILD_CHECK(mkdir(at("a/in").c_str(), 0755) == -1 && errno == EROFS);
                CHILD_CHECK(syscall(SYS_fspick, AT_FDCWD, at("b").c_str(), 0) == -1);
                CHILD_CHECK(errno == EINVAL);
              }),
              Exited(0));
}

TEST_F(MountTest, WritersKeepItWritable) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                MakeDir(at("a/in"));
                Tmpfs(at("a/in"));
                const int fd = open(at("a/in/file").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
                CHILD_CHECK(fd >= 0);
                CHILD_CHECK(SetAttributes(at("a"), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0) == -1);
                CHILD_CHECK(errno == EBUSY);
                CHILD_CHECK(Info(at("a"))[5].starts_with("rw"));  // All or nothing.
                CHILD_CHECK(Mount("none", at("a/in"), MS_REMOUNT | MS_BIND | MS_RDONLY) == -1);
                CHILD_CHECK(errno == EBUSY);
                CHILD_CHECK(Mount("none", at("a/in"), MS_REMOUNT | MS_RDONLY) == -1);
                CHILD_CHECK(errno == EBUSY);
                CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT | MS_RDONLY) == 0);
                close(fd);
                CHILD_CHECK(Mount("none", at("a/in"), MS_REMOUNT | MS_RDONLY) == 0);
                CHILD_CHECK(open(at("a/in/file").c_str(), O_RDWR) == -1 && errno == EROFS);
                CHILD_CHECK(Mount("none", at("a/in"), MS_REMOUNT) == 0);
                CHILD_CHECK(open(at("a/in/file").c_str(), O_RDWR | O_CLOEXEC) >= 0);
              }),
              Exited(0));
}

TEST_F(MountTest, IdMapsAreChecked) {
  EXPECT_THAT(Inside([this] {
                Tmpfs(at("a"));
                auto map = [this](uint64_t fd, uint64_t clear = 0) {
                  mount_attr attr = {};
                  attr.attr_set = clear != 0 ? 0 : MOUNT_ATTR_IDMAP;
                  attr.attr_clr = clear;
                  attr.userns_fd = fd;
                  return syscall(SYS_mount_setattr, AT_FDCWD, at("a").c_str(), 0, &attr,
                                 sizeof(attr));
                };
                CHILD_CHECK(map(static_cast<uint64_t>(-1)) == -1 && errno == EINVAL);
                CHILD_CHECK(map(1000) == -1 && errno == EBADF);
                CHILD_CHECK(map(0, MOUNT_ATTR_IDMAP) == -1 && errno == EINVAL);
                const int pipe_fd = eventfd(0, 0);
                CHILD_CHECK(map(static_cast<uint64_t>(pipe_fd)) == -1 && errno == EINVAL);
                const int uts = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
                CHILD_CHECK(map(static_cast<uint64_t>(uts)) == -1 && errno == EINVAL);
                const int user = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
                CHILD_CHECK(map(static_cast<uint64_t>(user)) == -1 && errno == EPERM);
              }),
              Exited(0));
}

// Runs `body` while another process has a tmpfs at `place`, in a namespace of its own.
template <typename Body>
void WhileMountedElsewhere(const std::string& place, Body body) {
  int ready[2], done[2];
  CHILD_CHECK(pipe(ready) == 0 && pipe(done) == 0);
  const pid_t child = Fork([&] {
    CHILD_CHECK(unshare(CLONE_NEWNS) == 0);
    Tmpfs(place);
    Touch(place + "/file");
    char byte = 1;
    CHILD_CHECK(write(ready[1], &byte, 1) == 1);
    CHILD_CHECK(read(done[0], &byte, 1) == 1);
    CHILD_CHECK(!Exists(place + "/file"));  // Gone with its place.
  });
  char byte = 1;
  CHILD_CHECK(read(ready[0], &byte, 1) == 1);
  body();
  CHILD_CHECK(write(done[1], &byte, 1) == 1);
  int status;
  CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
  for (int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
}

TEST_F(MountTest, OtherNamespacesMountsAreNoHindrance) {
  EXPECT_THAT(
      Inside([this] {
        WhileMountedElsewhere(at("a"), [this] { CHILD_CHECK(rmdir(at("a").c_str()) == 0); });
        MakeDir(at("a"));
        WhileMountedElsewhere(
            at("b"), [this] { CHILD_CHECK(rename(at("a").c_str(), at("b").c_str()) == 0); });
        MakeDir(at("b/in"));
        Tmpfs(at("b/in"));
        CHILD_CHECK(rmdir(at("b/in").c_str()) == -1 && errno == EBUSY);
        CHILD_CHECK(rename(at("b/in").c_str(), at("x").c_str()) == -1 && errno == EBUSY);
      }),
      Exited(0));
}

TEST_F(MountTest, TmpfsTakesNewLimits) {
  EXPECT_THAT(
      Inside([this] {
        auto change = [this](const char* options) {
          return mount("none", at("a").c_str(), nullptr, MS_REMOUNT, options);
        };
        CHILD_CHECK(mount("none", at("a").c_str(), "tmpfs", 0, "size=64k,nr_inodes=10") == 0);
        const int fd = open(at("a/file").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
        char page[4096] = {};
        for (int i = 0; i < 16; ++i) CHILD_CHECK(write(fd, page, sizeof(page)) == sizeof(page));
        CHILD_CHECK(write(fd, page, sizeof(page)) == -1 && errno == ENOSPC);
        CHILD_CHECK(change("size=32k") == -1 && errno == EINVAL);
        CHILD_CHECK(change("nr_inodes=1") == -1 && errno == EINVAL);
        CHILD_CHECK(change("no-such-option") == -1 && errno == EINVAL);
        CHILD_CHECK(change("size=128k,nr_inodes=20") == 0);
        CHILD_CHECK(write(fd, page, sizeof(page)) == sizeof(page));
        struct statfs info;
        CHILD_CHECK(statfs(at("a").c_str(), &info) == 0);
        CHILD_CHECK(info.f_blocks == 32 && info.f_files == 20);
        CHILD_CHECK(change("size=0") == 0);
        CHILD_CHECK(change("size=1m") == -1 && errno == EINVAL);  // It had no limit meanwhile.
        Tmpfs(at("b"));
        CHILD_CHECK(statfs(at("b").c_str(), &info) == 0 && info.f_files > 0);
      }),
      Exited(0));
}

TEST_F(MountTest, ComingAndGoingCostsNothing) {
  EXPECT_THAT(Inside([this] {
                for (int i = 0; i < 300; ++i) {
                  Tmpfs(at("a"));
                  CHILD_CHECK(umount2(at("a").c_str(), 0) == 0);
                }
                Tmpfs(at("a"));
                Touch(at("a/file"));
              }),
              Exited(0));
}

TEST_F(MountTest, GroupsAreGivenAcrossNamespaces) {
  EXPECT_THAT(
      Inside([this] {
        Tmpfs(at("a"));
        CHILD_CHECK(Mount(at("a"), at("b"), MS_BIND) == 0);
        CHILD_CHECK(Change(at("a"), MS_SHARED) == 0);
        const int to = open(at("b").c_str(), O_PATH | O_CLOEXEC);
        const pid_t child = Fork([this, to] {
          CHILD_CHECK(unshare(CLONE_NEWNS) == 0);
          const int from = open(at("a").c_str(), O_PATH | O_CLOEXEC);
          constexpr unsigned kSetGroup = 0x100;  // MOVE_MOUNT_SET_GROUP
          const unsigned flags = kSetGroup | MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
          CHILD_CHECK(syscall(SYS_move_mount, from, "", to, "", flags) == 0);
          // It has them now, and takes no others.
          CHILD_CHECK(syscall(SYS_move_mount, from, "", to, "", flags) == -1 && errno == EINVAL);
        });
        int status;
        CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
      }),
      Exited(0));
}

// --- less privileged namespaces ---

TEST_F(MountTest, InheritedMountsAreLocked) {
  EXPECT_THAT(
      Inside([this] {
        CHILD_CHECK(mount("none", at("a").c_str(), "tmpfs", MS_NODEV, nullptr) == 0);
        CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV) == 0);
        CHILD_CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
        CHILD_CHECK(Umount(at("a")) == -1 && errno == EINVAL);
        CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT | MS_BIND | MS_NODEV) == -1);
        CHILD_CHECK(errno == EPERM);
        CHILD_CHECK(Mount("none", at("a"), MS_REMOUNT | MS_BIND | MS_RDONLY) == -1);
        CHILD_CHECK(errno == EPERM);
        CHILD_CHECK(
            Mount("none", at("a"), MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV | MS_NOEXEC) == 0);
        Tmpfs(at("b"));  // Its own may go.
        CHILD_CHECK(Umount(at("b")) == 0);
      }),
      Exited(0));
}

}  // namespace
}  // namespace test

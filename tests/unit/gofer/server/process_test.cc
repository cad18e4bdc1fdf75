// The Gofer as a process of its own, with all its protections.
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "gofer/filter/filter.h"
#include "gofer/server/landlock.h"
#include "gofer/server/protect.h"
#include "platform/host/confine.h"
#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

constexpr uid_t kNobody = 65534;

// A child that runs ServerMain over `mount`, and a client of it.
class GoferProcess {
 public:
  GoferProcess(MountConfig mount, bool as_nobody) {
    auto [ours, theirs] = SocketPair();
    pid_ = ::fork();
    if (pid_ == 0) {
      ours.reset();
      if (as_nobody && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(77);
      GoferConfig config;
      config.mounts.push_back(std::move(mount));
      ::_exit(ServerMain(std::move(config), std::move(theirs)));
    }
    theirs.reset();
    client_ = Client::Connect(std::move(ours), nullptr).value();
  }
  ~GoferProcess() {
    client_.reset();
    if (pid_ > 0) End();
  }
  Client& client() { return *client_; }
  pid_t pid() const { return pid_; }
  // The wait status, after closing the channel.
  int End() {
    client_.reset();
    int status = -1;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }

 private:
  pid_t pid_ = -1;
  std::unique_ptr<Client> client_;
};

std::vector<bool> Identities() {
  return ::geteuid() == 0 ? std::vector<bool>{false, true} : std::vector<bool>{false};
}

TEST(GoferProcess, ServesReadOnlyAndEnds) {
  HostDir host;
  host.Dir("d");
  host.File("d/f", "data");
  for (const bool as_nobody : Identities()) {
    MountConfig config = MountAt(host.path(), false);
    config.world_readable_only = true;
    GoferProcess gofer(std::move(config), as_nobody);
    const NodeId root = gofer.client().Attach(0, 1).value()[0].node;
    const std::string_view names[] = {"d", "f"};
    Walked walked = gofer.client().Walk(root, names, {.open = OpenMode::kBest}).value();
    EXPECT_EQ(ReadAll(walked.file.fd), "data");
    EXPECT_EQ(gofer.client().ReadDir(root, 0, true).value().entries.size(), 1U);
    EXPECT_TRUE(gofer.client().Create(root, "new", {.mode = 0644}).Is(EROFS));
    EXPECT_EQ(gofer.End(), 0);
  }
}

TEST(GoferProcess, ServesWritable) {
  for (const bool as_nobody : Identities()) {
    HostDir host;
    if (as_nobody) {
      ASSERT_EQ(::chown(host.path().c_str(), kNobody, kNobody), 0);
    }
    GoferProcess gofer(MountAt(host.path(), true), as_nobody);
    Client& client = gofer.client();
    const NodeId root = client.Attach(0, 1).value()[0].node;
    Created file = client.Create(root, "f", {.mode = 0640, .owner = {12, 34}}).value();
    EXPECT_EQ(::write(file.file.fd.get(), "abc", 3), 3);
    EXPECT_EQ(::ftruncate(file.file.fd.get(), 1), 0);
    const bool root_user = ::geteuid() == 0 && !as_nobody;
    EXPECT_EQ(file.entry.attr.uid, root_user ? 12U : as_nobody ? kNobody : ::geteuid());
    ASSERT_TRUE(client.Mkdir(root, "d", 0755, {}).ok());
    const NodeId dir = client.Mkdir(root, "e", 0755, {}).value().node;
    EXPECT_TRUE(client.Symlink(dir, "l", "../f", {}).ok());
    EXPECT_TRUE(client.Mknod(dir, "p", S_IFIFO | 0600, {}).ok());
    EXPECT_TRUE(client.Mknod(dir, "s", S_IFSOCK | 0600, {}).ok());
    EXPECT_EQ(client.Link({root, "f"}, dir, "g").value().attr.nlink, 2U);
    EXPECT_TRUE(client.Rename(dir, "g", root, "h", 0).ok());
    SetAttr change;
    change.mask = SetAttr::kMode | SetAttr::kSize | SetAttr::kMtime | SetAttr::kAtimeNow;
    change.mode = 0600;
    change.size = 7;
    change.mtime = {5, 6};
    const Attr changed = client.SetAttributes({root, "h"}, change).value();
    EXPECT_EQ(changed.mtime, (Time{5, 6}));
    EXPECT_EQ(changed.size, 7U);
    EXPECT_EQ(changed.mode, S_IFREG | 0600U);
    EXPECT_TRUE(client.Fsync({root, "h"}, true).ok());
    const auto set = client.SetXattr({root, "h"}, "user.k", "v", 0);
    EXPECT_TRUE(set.ok() || set.Is(EOPNOTSUPP));
    EXPECT_TRUE(client.Unlink(dir, "l").ok());
    EXPECT_TRUE(client.Rmdir(root, "d").ok());
    EXPECT_EQ(client.StatFs(root)->name_max, 255U);
    EXPECT_EQ(gofer.End(), 0);
  }
}

TEST(GoferProcess, KilledFromOutsideIsALostConnection) {
  HostDir host;
  GoferProcess gofer(MountAt(host.path(), false), false);
  const NodeId root = gofer.client().Attach(0, 1).value()[0].node;
  ASSERT_EQ(::kill(gofer.pid(), SIGKILL), 0);
  EXPECT_TRUE(gofer.client().GetAttr({root}).Is(EIO));
  EXPECT_TRUE(gofer.client().lost());
  EXPECT_TRUE(WIFSIGNALED(gofer.End()));
}

// What code that took the Gofer over could do: an attempt in a process that is protected like it.
template <typename Attempt>
int RunTakenOver(const std::string& root, bool writable, bool as_nobody, Attempt attempt) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (as_nobody && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(77);
    auto [ours, theirs] = SocketPair();
    GoferConfig config;
    std::vector<Mount> mounts;
    mounts.push_back(Mount::Create(MountAt(root, writable)).value());
    PathGuard guard;
    if (!ProtectSelf(&mounts, &guard, theirs, config).ok()) ::_exit(76);
    ::syscall(SYS_exit_group, attempt(mounts[0].root().get()));
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

TEST(GoferProtection, NothingOutsideTheRootsOpens) {
  HostDir host;
  host.Dir("sub");
  for (const bool as_nobody : Identities()) {
    // Without the rights of root, or with a sanitizer's runtime, Landlock may be the only fence.
    if (as_nobody && (host::kSanitized || LandlockVersion() == 0)) continue;
    const auto attempt = [](int root) {
      if (::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0) return 1;
      if (::syscall(SYS_openat, root, "../../etc/passwd", O_RDONLY) >= 0) return 2;
      if (::syscall(SYS_openat, root, "sub/../../../etc/passwd", O_RDONLY) >= 0) return 3;
      if (::syscall(SYS_openat, root, "sub", O_RDONLY | O_DIRECTORY) < 0) return 4;
      return 0;
    };
    EXPECT_EQ(WEXITSTATUS(RunTakenOver(host.path(), false, as_nobody, attempt)), 0) << as_nobody;
  }
}

TEST(GoferProtection, OtherHostCallsKill) {
  if (host::kSanitized) return;
  HostDir host;
  for (const long number : {SYS_socket, SYS_execve, SYS_ptrace, SYS_process_vm_readv, SYS_kill,
                            SYS_fork, SYS_mount, SYS_unshare, SYS_bpf, SYS_io_uring_setup,
                            SYS_mkdirat, SYS_open, SYS_chmod, SYS_setuid, SYS_prctl}) {
    const int status = RunTakenOver(host.path(), false, false, [number](int) {
      ::syscall(number, 0, 0, 0, 0, 0, 0);
      return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << number;
  }
}

TEST(GoferProtection, NoWritingThroughReadOnlyMounts) {
  HostDir host;
  host.File("f", "x", 0666);
  const int status = RunTakenOver(host.path(), false, false, [](int root) {
    return ::syscall(SYS_openat, root, "f", O_RDWR) < 0 ? 0 : 1;
  });
  EXPECT_TRUE(!host::kSanitized ? WIFSIGNALED(status)
                                : ::geteuid() != 0 || WEXITSTATUS(status) == 0);
}

TEST(GoferProtection, NoExecutableMemory) {
  if (host::kSanitized) return;
  HostDir host;
  const int status = RunTakenOver(host.path(), true, false, [](int) {
    ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(GoferProtection, StandardDescriptorsAreInert) {
  HostDir host;
  const int status = RunTakenOver(host.path(), true, false, [](int root) {
    if (root <= STDERR_FILENO) return 1;
    return ::write(STDERR_FILENO, "", 0) == 0 ? 0 : 2;
  });
  EXPECT_EQ(status, 0);
}

TEST(GoferFilter, StaysWithinItsBudget) {
  const size_t read_only = host::CountCalls(kReadOnlyFilterRules);
  const size_t writable = host::CountCalls(kWritableFilterRules);
  std::printf("host calls of the Gofer: %zu read-only, %zu writable\n", read_only, writable);
  EXPECT_LE(writable, kMaxHostCalls);
  EXPECT_LT(read_only, writable);
}

}  // namespace
}  // namespace gofer

// namespaces(7): unshare(2), setns(2), clone(2) with CLONE_NEW*, /proc/[pid]/ns, user id maps,
// numbers of processes.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/nsfs.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

std::string NamespaceOf(const char* kind) {
  char text[64] = {};
  const std::string path = std::string("/proc/self/ns/") + kind;
  if (readlink(path.c_str(), text, sizeof(text) - 1) < 0) return {};
  return text;
}

bool WriteFile(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  errno = error;
  return written == static_cast<ssize_t>(text.size());
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The words of a file, one blank between them.
std::string Words(const std::string& path) {
  std::istringstream in(ReadFile(path));
  std::string word, all;
  while (in >> word) all += (all.empty() ? "" : " ") + word;
  return all;
}

void BecomeOrdinary() {
  CHILD_CHECK(setgroups(0, nullptr) == 0);
  CHILD_CHECK(setresgid(1234, 1234, 1234) == 0);
  CHILD_CHECK(setresuid(1234, 1234, 1234) == 0);
  CHILD_CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
}

int RawClone(unsigned long flags) {
  return static_cast<int>(syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

class Namespaces : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  }
};

TEST(Unshare, UnknownFlags) {
  EXPECT_THAT(unshare(0x10), SyscallFails(EINVAL));
  EXPECT_THAT(unshare(CLONE_PARENT), SyscallFails(EINVAL));
}

TEST(Unshare, NothingIsFine) {
  EXPECT_THAT(unshare(0), SyscallSucceeds());
}

TEST_F(Namespaces, OrdinaryUsersNeedAUserNamespace) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                for (int flag : {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID,
                                 CLONE_NEWNET, CLONE_NEWCGROUP}) {
                  CHILD_CHECK(unshare(flag) == -1 && errno == EPERM);
                  CHILD_CHECK(RawClone(static_cast<unsigned long>(flag)) == -1 && errno == EPERM);
                }
              }),
              Exited(0));
}

TEST_F(Namespaces, ConflictingFlags) {
  EXPECT_THAT(RawClone(CLONE_NEWNS | CLONE_FS), SyscallFails(EINVAL));
  EXPECT_THAT(RawClone(CLONE_NEWUSER | CLONE_FS), SyscallFails(EINVAL));
  EXPECT_THAT(RawClone(CLONE_NEWIPC | CLONE_SYSVSEM), SyscallFails(EINVAL));
}

TEST_F(Namespaces, UtsNamesAreApart) {
  utsname before;
  ASSERT_THAT(uname(&before), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([] {
                const std::string old = NamespaceOf("uts");
                CHILD_CHECK(unshare(CLONE_NEWUTS) == 0);
                CHILD_CHECK(NamespaceOf("uts") != old);
                CHILD_CHECK(sethostname("elsewhere", 9) == 0);
                utsname now;
                CHILD_CHECK(uname(&now) == 0 && std::strcmp(now.nodename, "elsewhere") == 0);
                CHILD_CHECK(ReadFile("/proc/sys/kernel/hostname") == "elsewhere\n");
              }),
              Exited(0));
  utsname after;
  ASSERT_THAT(uname(&after), SyscallSucceeds());
  EXPECT_STREQ(before.nodename, after.nodename);
}

TEST_F(Namespaces, IpcObjectsAreApart) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  ASSERT_THAT(queue, SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([queue] {
                CHILD_CHECK(unshare(CLONE_NEWIPC) == 0);
                msqid_ds status;
                CHILD_CHECK(msgctl(queue, IPC_STAT, &status) == -1 && errno == EINVAL);
                CHILD_CHECK(msgget(0x1234, IPC_CREAT | 0600) >= 0);
              }),
              Exited(0));
  EXPECT_THAT(msgget(0x1234, 0600), SyscallFails(ENOENT));
  EXPECT_THAT(msgctl(queue, IPC_RMID, nullptr), SyscallSucceeds());
}

TEST_F(Namespaces, SetnsGoesBack) {
  EXPECT_THAT(ForkAndWait([] {
                const std::string old = NamespaceOf("uts");
                const int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
                CHILD_CHECK(fd >= 0);
                CHILD_CHECK(unshare(CLONE_NEWUTS) == 0);
                CHILD_CHECK(setns(fd, CLONE_NEWIPC) == -1 && errno == EINVAL);
                CHILD_CHECK(NamespaceOf("uts") != old);
                CHILD_CHECK(setns(fd, CLONE_NEWUTS) == 0);
                CHILD_CHECK(NamespaceOf("uts") == old);
              }),
              Exited(0));
}

TEST_F(Namespaces, SetnsWantsANamespace) {
  Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(setns(null.get(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(setns(-1, 0), SyscallFails(EBADF));
}

TEST_F(Namespaces, SetnsByPidfd) {
  EXPECT_THAT(ForkAndWait([] {
                int ready[2], done[2];
                CHILD_CHECK(pipe(ready) == 0 && pipe(done) == 0);
                const pid_t child = fork();
                if (child == 0) {
                  CHILD_CHECK(unshare(CLONE_NEWUTS | CLONE_NEWNS) == 0);
                  CHILD_CHECK(sethostname("there", 5) == 0);
                  char byte = 1;
                  CHILD_CHECK(write(ready[1], &byte, 1) == 1);
                  CHILD_CHECK(read(done[0], &byte, 1) == 1);
                  _exit(0);
                }
                char byte;
                CHILD_CHECK(read(ready[0], &byte, 1) == 1);
                const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
                CHILD_CHECK(pidfd >= 0);
                CHILD_CHECK(setns(pidfd, 0) == -1 && errno == EINVAL);
                CHILD_CHECK(setns(pidfd, CLONE_NEWUTS | CLONE_NEWNS) == 0);
                utsname now;
                CHILD_CHECK(uname(&now) == 0 && std::strcmp(now.nodename, "there") == 0);
                CHILD_CHECK(write(done[1], &byte, 1) == 1);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
              }),
              Exited(0));
}

TEST_F(Namespaces, IoctlsTellOfThem) {
  Fd uts(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));
  ASSERT_THAT(uts.get(), SyscallSucceeds());
  EXPECT_THAT(ioctl(uts.get(), NS_GET_NSTYPE), SyscallReturns(CLONE_NEWUTS));
  EXPECT_THAT(ioctl(uts.get(), NS_GET_PARENT), SyscallFails(EINVAL));
  Fd owner(ioctl(uts.get(), NS_GET_USERNS));
  ASSERT_THAT(owner.get(), SyscallSucceeds());
  struct stat a, b;
  ASSERT_THAT(fstat(owner.get(), &a), SyscallSucceeds());
  ASSERT_THAT(stat("/proc/self/ns/user", &b), SyscallSucceeds());
  EXPECT_EQ(a.st_ino, b.st_ino);
  uid_t uid = 77;
  EXPECT_THAT(ioctl(owner.get(), NS_GET_OWNER_UID, &uid), SyscallSucceeds());
  EXPECT_EQ(uid, 0U);
}

// --- processes ---

TEST_F(Namespaces, FirstProcessIsOne) {
  EXPECT_THAT(ForkAndWait([] {
                const int child = RawClone(CLONE_NEWPID);
                CHILD_CHECK(child >= 0);
                if (child == 0) {
                  CHILD_CHECK(getpid() == 1 && getppid() == 0);
                  CHILD_CHECK(getpgid(0) == 0 && getsid(0) == 0);
                  const pid_t grandchild = fork();
                  if (grandchild == 0) {
                    CHILD_CHECK(getpid() == 2 && getppid() == 1);
                    _exit(7);
                  }
                  CHILD_CHECK(grandchild == 2);
                  int status;
                  CHILD_CHECK(wait(&status) == 2 && WEXITSTATUS(status) == 7);
                  CHILD_CHECK(setsid() == 1 && getpgrp() == 1);
                  _exit(5);
                }
                CHILD_CHECK(child > 2);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
              }),
              Exited(0));
}

// Only in a pid namespace that is neither that of `outside` nor the first: never of the machine.
long Reboot(const std::string& outside, unsigned command, unsigned magic = LINUX_REBOOT_MAGIC1) {
  const std::string own = NamespaceOf("pid");
  CHILD_CHECK(!own.empty() && !outside.empty() && own != outside && own != "pid:[4026531836]");
  CHILD_CHECK(getpid() == 1 || getppid() == 1);
  return syscall(SYS_reboot, magic, LINUX_REBOOT_MAGIC2, command, nullptr);
}

// reboot(2): of a pid namespace it ends the first process, which tells by a signal what was asked.
TEST_F(Namespaces, RebootEndsThePidNamespace) {
  const std::string outside = NamespaceOf("pid");
  EXPECT_THAT(
      ForkAndWait([&outside] {
        for (unsigned command : {LINUX_REBOOT_CMD_RESTART, LINUX_REBOOT_CMD_POWER_OFF}) {
          for (bool by_another : {false, true}) {
            const int child = RawClone(CLONE_NEWPID);
            CHILD_CHECK(child >= 0);
            if (child == 0) {
              CHILD_CHECK(Reboot(outside, command, 0x1234) == -1 && errno == EINVAL);
              CHILD_CHECK(Reboot(outside, 0x1234) == -1 && errno == EINVAL);
              CHILD_CHECK(Reboot(outside, LINUX_REBOOT_CMD_CAD_OFF) == -1 && errno == EINVAL);
              if (!by_another || fork() == 0) {
                Reboot(outside, command);
                _exit(1);
              }
              while (true) pause();
            }
            int status;
            CHILD_CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
            const int signal = command == LINUX_REBOOT_CMD_RESTART ? SIGHUP : SIGINT;
            CHILD_CHECK(WTERMSIG(status) == signal);
          }
        }
      }),
      Exited(0));
}

TEST_F(Namespaces, RebootNeedsTheCapability) {
  const std::string outside = NamespaceOf("pid");
  EXPECT_THAT(
      ForkAndWait([&outside] {
        const int child = RawClone(CLONE_NEWPID);
        CHILD_CHECK(child >= 0);
        if (child == 0) {
          BecomeOrdinary();
          CHILD_CHECK(Reboot(outside, LINUX_REBOOT_CMD_RESTART) == -1 && errno == EPERM);
          CHILD_CHECK(Reboot(outside, LINUX_REBOOT_CMD_RESTART, 0x1234) == -1 && errno == EPERM);
          _exit(3);
        }
        int status;
        CHILD_CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
      }),
      Exited(0));
}

TEST_F(Namespaces, UnshareIsForChildren) {
  EXPECT_THAT(ForkAndWait([] {
                const pid_t self = getpid();
                const std::string own = NamespaceOf("pid");
                CHILD_CHECK(unshare(CLONE_NEWPID) == 0);
                CHILD_CHECK(getpid() == self && NamespaceOf("pid") == own);
                CHILD_CHECK(NamespaceOf("pid_for_children").empty());  // Nobody is in it yet.
                const pid_t child = fork();
                if (child == 0) {
                  CHILD_CHECK(getpid() == 1);
                  _exit(0);
                }
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
                // Its first process has ended: nobody can be born there any more.
                CHILD_CHECK(fork() == -1 && errno == ENOMEM);
              }),
              Exited(0));
}

TEST_F(Namespaces, FirstProcessTakesAllAlong) {
  EXPECT_THAT(ForkAndWait([] {
                int ends[2];
                CHILD_CHECK(pipe(ends) == 0);
                const int child = RawClone(CLONE_NEWPID);
                if (child == 0) {
                  if (fork() == 0) {
                    for (;;) pause();
                  }
                  _exit(0);
                }
                close(ends[1]);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
                char byte;
                CHILD_CHECK(read(ends[0], &byte, 1) == 0);  // The last writer is gone.
              }),
              Exited(0));
}

TEST_F(Namespaces, FirstProcessIsShieldedFromInside) {
  EXPECT_THAT(ForkAndWait([] {
                const int child = RawClone(CLONE_NEWPID);
                if (child == 0) {
                  CHILD_CHECK(kill(getpid(), SIGKILL) == 0);  // Nothing comes of it.
                  CHILD_CHECK(kill(getpid(), SIGTERM) == 0);
                  const pid_t grandchild = fork();
                  if (grandchild == 0) {
                    CHILD_CHECK(kill(1, SIGKILL) == 0);
                    _exit(3);
                  }
                  int status;
                  CHILD_CHECK(waitpid(grandchild, &status, 0) == grandchild);
                  CHILD_CHECK(WEXITSTATUS(status) == 3);
                  for (;;) pause();
                }
                CHILD_CHECK(kill(child, SIGTERM) == 0);  // Nor of this.
                CHILD_CHECK(kill(child, 0) == 0);
                CHILD_CHECK(kill(child, SIGKILL) == 0);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child);
                CHILD_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
              }),
              Exited(0));
}

TEST_F(Namespaces, OutsidersHaveNoNumber) {
  EXPECT_THAT(ForkAndWait([] {
                static volatile int g_pid = -1;
                const pid_t outside = getpid();
                int ready[2];
                CHILD_CHECK(pipe(ready) == 0);
                const int child = RawClone(CLONE_NEWPID);
                if (child == 0) {
                  CHILD_CHECK(kill(outside, 0) == -1 && errno == ESRCH);
                  struct sigaction action = {};
                  action.sa_flags = SA_SIGINFO;
                  action.sa_sigaction = [](int, siginfo_t* info, void*) { g_pid = info->si_pid; };
                  CHILD_CHECK(sigaction(SIGUSR1, &action, nullptr) == 0);
                  sigset_t blocked, old;
                  sigemptyset(&blocked);
                  sigaddset(&blocked, SIGUSR1);
                  sigprocmask(SIG_BLOCK, &blocked, &old);
                  char byte = 1;
                  CHILD_CHECK(write(ready[1], &byte, 1) == 1);
                  while (g_pid == -1) sigsuspend(&old);
                  _exit(g_pid == 0 ? 0 : 1);
                }
                char byte;
                CHILD_CHECK(read(ready[0], &byte, 1) == 1);
                CHILD_CHECK(kill(child, SIGUSR1) == 0);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
              }),
              Exited(0));
}

TEST_F(Namespaces, ProcShowsItsMountersNumbers) {
  EXPECT_THAT(
      ForkAndWait([] {
        const int child = RawClone(CLONE_NEWPID | CLONE_NEWNS);
        if (child == 0) {
          CHILD_CHECK(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
          CHILD_CHECK(mount("proc", "/proc", "proc", 0, nullptr) == 0);
          char self[16] = {};
          CHILD_CHECK(readlink("/proc/self", self, sizeof(self) - 1) == 1);
          CHILD_CHECK(std::strcmp(self, "1") == 0);
          CHILD_CHECK(access("/proc/2", F_OK) == -1);
          CHILD_CHECK(ReadFile("/proc/1/status").find("\nPid:\t1\n") != std::string::npos);
          CHILD_CHECK(ReadFile("/proc/1/status").find("\nNSpid:\t1\n") != std::string::npos);
          _exit(0);
        }
        int status;
        CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
      }),
      Exited(0));
}

TEST_F(Namespaces, StatusTellsAllNumbers) {
  EXPECT_THAT(ForkAndWait([] {
                int ready[2];
                CHILD_CHECK(pipe(ready) == 0);
                const int child = RawClone(CLONE_NEWPID);
                if (child == 0) {
                  for (;;) pause();
                }
                const std::string status = ReadFile("/proc/" + std::to_string(child) + "/status");
                const std::string line = "\nNSpid:\t" + std::to_string(child) + "\t1\n";
                CHILD_CHECK(status.find(line) != std::string::npos);
                CHILD_CHECK(kill(child, SIGKILL) == 0);
                CHILD_CHECK(waitpid(child, nullptr, 0) == child);
              }),
              Exited(0));
}

// --- users ---

TEST_F(Namespaces, UserNamespaceGivesCapabilities) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                CHILD_CHECK(getuid() == 65534 && getgid() == 65534);  // No map yet.
                CHILD_CHECK(ReadFile("/proc/self/uid_map").empty());
                CHILD_CHECK(WriteFile("/proc/self/uid_map", "0 1234 1\n"));
                CHILD_CHECK(getuid() == 0 && geteuid() == 0);
                CHILD_CHECK(Words("/proc/self/uid_map") == "0 1234 1");
                // Groups could be dropped to get around a denial.
                CHILD_CHECK(!WriteFile("/proc/self/gid_map", "0 1234 1\n") && errno == EPERM);
                CHILD_CHECK(WriteFile("/proc/self/setgroups", "deny"));
                CHILD_CHECK(WriteFile("/proc/self/gid_map", "0 1234 1\n"));
                CHILD_CHECK(getgid() == 0);
                CHILD_CHECK(setgroups(0, nullptr) == -1 && errno == EPERM);
                CHILD_CHECK(setuid(5) == -1 && errno == EINVAL);  // Not mapped.
                CHILD_CHECK(unshare(CLONE_NEWUTS) == 0);
                CHILD_CHECK(sethostname("mine", 4) == 0);
              }),
              Exited(0));
}

TEST_F(Namespaces, CapabilitiesInsideAreGoodForWhatIsInside) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWNS) == 0);
                CHILD_CHECK(prctl(PR_CAPBSET_DROP, 5, 0, 0, 0) == 0);
                CHILD_CHECK(prctl(PR_SET_SECUREBITS, 1 << 5, 0, 0, 0) == 0);
                // CAP_IPC_OWNER, CAP_IPC_LOCK and CAP_SYS_ADMIN over System V objects.
                const int queue = msgget(IPC_PRIVATE, 0);
                CHILD_CHECK(queue >= 0);
                msqid_ds status;
                CHILD_CHECK(msgctl(queue, IPC_STAT, &status) == 0);
                CHILD_CHECK(status.msg_perm.uid == 65534 && status.msg_perm.cgid == 65534);
                status.msg_perm.uid = 0;  // Has no place in the map, which is empty.
                CHILD_CHECK(msgctl(queue, IPC_SET, &status) == -1 && errno == EINVAL);
                CHILD_CHECK(msgctl(queue, IPC_RMID, nullptr) == 0);
                // Of others, the owner of whose namespace is further out.
                CHILD_CHECK(setpriority(PRIO_PROCESS, static_cast<id_t>(getppid()), 5) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(chroot("/") == 0);
              }),
              Exited(0));
}

TEST_F(Namespaces, IpcObjectsOutsideAreShut) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  ASSERT_THAT(queue, SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([queue] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                msqid_ds status;
                CHILD_CHECK(msgctl(queue, IPC_STAT, &status) == -1 && errno == EACCES);
                CHILD_CHECK(msgctl(queue, IPC_RMID, nullptr) == -1 && errno == EPERM);
              }),
              Exited(0));
  EXPECT_THAT(msgctl(queue, IPC_RMID, nullptr), SyscallSucceeds());
}

TEST_F(Namespaces, CpuClocksAreNamedByNumbersInside) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(unshare(CLONE_NEWPID) == 0);
                const pid_t first = Fork([] {
                  clockid_t clock;
                  timespec time;
                  CHILD_CHECK(clock_getcpuclockid(getpid(), &clock) == 0);
                  CHILD_CHECK(clock_gettime(clock, &time) == 0);
                  const pid_t second = Fork([] { pause(); });
                  CHILD_CHECK(clock_getcpuclockid(second, &clock) == 0);
                  CHILD_CHECK(clock_gettime(clock, &time) == 0);
                  CHILD_CHECK(clock_getcpuclockid(second + 1, &clock) == ESRCH);
                });
                int status;
                CHILD_CHECK(waitpid(first, &status, 0) == first && status == 0);
              }),
              Exited(0));
}

TEST_F(Namespaces, UserNamespaceGivesNothingOutside) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                CHILD_CHECK(sethostname("theirs", 6) == -1 && errno == EPERM);
                CHILD_CHECK(mount("none", "/tmp", "tmpfs", 0, nullptr) == -1 && errno == EPERM);
                CHILD_CHECK(chown("/", 0, 0) == -1);
                CHILD_CHECK(kill(getppid(), 0) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST_F(Namespaces, FilesOfOthersShowTheOverflowId) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                CHILD_CHECK(WriteFile("/proc/self/uid_map", "0 1234 1"));
                struct stat status;
                CHILD_CHECK(stat("/", &status) == 0 && status.st_uid == 65534);
              }),
              Exited(0));
}

TEST_F(Namespaces, MapsAreCheckedAndWrittenOnce) {
  EXPECT_THAT(
      ForkAndWait([] {
        CHILD_CHECK(!WriteFile("/proc/self/uid_map", "0 0 1") && errno == EPERM);
        CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
        for (const char* bad : {"", "0 0", "x 0 1", "0 0 0", "0 0 1 1", "0 0 4294967295\n1 1 1",
                                "0 0 2\n1 5 1", "4294967295 0 1"}) {
          CHILD_CHECK(!WriteFile("/proc/self/uid_map", bad) || *bad == 0);
        }
        CHILD_CHECK(ReadFile("/proc/self/uid_map").empty());
        // As root of the parent, whose CAP_SETUID counts there only from outside.
        CHILD_CHECK(!WriteFile("/proc/self/uid_map", "0 0 10") && errno == EPERM);
        CHILD_CHECK(WriteFile("/proc/self/uid_map", "7 0 1"));
        CHILD_CHECK(!WriteFile("/proc/self/uid_map", "7 0 1") && errno == EPERM);
        CHILD_CHECK(getuid() == 7);
      }),
      Exited(0));
}

TEST_F(Namespaces, ParentMapsManyIds) {
  EXPECT_THAT(ForkAndWait([] {
                int ready[2], go[2];
                CHILD_CHECK(pipe(ready) == 0 && pipe(go) == 0);
                const pid_t child = fork();
                if (child == 0) {
                  CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                  char byte = 1;
                  CHILD_CHECK(write(ready[1], &byte, 1) == 1);
                  CHILD_CHECK(read(go[0], &byte, 1) == 1);
                  CHILD_CHECK(setresgid(3, 3, 3) == 0 && setresuid(5, 5, 5) == 0);
                  CHILD_CHECK(setuid(20) == -1);
                  const int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
                  struct stat status;
                  CHILD_CHECK(fd >= 0 && fstat(fd, &status) == 0);
                  CHILD_CHECK(status.st_uid == 5 && status.st_gid == 3);
                  _exit(0);
                }
                char byte = 1;
                CHILD_CHECK(read(ready[0], &byte, 1) == 1);
                const std::string proc = "/proc/" + std::to_string(child);
                CHILD_CHECK(WriteFile(proc + "/uid_map", "0 100000 10\n15 200000 1\n"));
                CHILD_CHECK(WriteFile(proc + "/gid_map", "0 100000 10\n"));
                CHILD_CHECK(Words(proc + "/uid_map") == "0 100000 10 15 200000 1");
                CHILD_CHECK(write(go[1], &byte, 1) == 1);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
              }),
              Exited(0));
}

// network_namespaces(7): its owner's capabilities are good for it, and for no other.
TEST_F(Namespaces, NetworkBelongsToItsUserNamespace) {
  EXPECT_THAT(ForkAndWait([] {
                BecomeOrdinary();
                CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
                ifreq request{};
                strcpy(request.ifr_name, "lo");
                int old = socket(AF_INET, SOCK_DGRAM, 0);
                CHILD_CHECK(ioctl(old, SIOCGIFFLAGS, &request) == 0);
                CHILD_CHECK(ioctl(old, SIOCSIFFLAGS, &request) == -1 && errno == EPERM);
                CHILD_CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == -1 && errno == EPERM);
                CHILD_CHECK(socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EPERM);
                CHILD_CHECK(unshare(CLONE_NEWNET) == 0);
                int own = socket(AF_INET, SOCK_DGRAM, 0);
                request.ifr_flags = IFF_UP;
                CHILD_CHECK(ioctl(own, SIOCSIFFLAGS, &request) == 0);
                CHILD_CHECK(ioctl(own, SIOCGIFFLAGS, &request) == 0);
                CHILD_CHECK((request.ifr_flags & IFF_RUNNING) != 0);
                CHILD_CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0);
                CHILD_CHECK(socket(AF_PACKET, SOCK_RAW, 0) >= 0);
                const int mark = 7;
                CHILD_CHECK(setsockopt(own, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0);
                // What is of the whole system stays so.
                const int size = 10'000;
                CHILD_CHECK(setsockopt(own, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

// packet(7): to whom a frame goes is read without a look at the family; where to bind is not.
TEST_F(Namespaces, PacketAddressOfAnotherFamily) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(unshare(CLONE_NEWNET) == 0);
                ifreq request{};
                strcpy(request.ifr_name, "lo");
                request.ifr_flags = IFF_UP;
                int link = socket(AF_PACKET, SOCK_RAW, 0);
                CHILD_CHECK(ioctl(link, SIOCSIFFLAGS, &request) == 0);
                sockaddr_ll to{};
                to.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
                to.sll_halen = 6;
                auto* address = reinterpret_cast<sockaddr*>(&to);
                char frame[60] = {};
                CHILD_CHECK(sendto(link, frame, sizeof(frame), 0, address, sizeof(to)) == 60);
                CHILD_CHECK(sendto(link, frame, sizeof(frame), 0, address, 19) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(bind(link, address, sizeof(to)) == -1 && errno == EINVAL);
              }),
              Exited(0));
}

TEST_F(Namespaces, NetworkIsApart) {
  EXPECT_THAT(ForkAndWait([] {
                const std::string old = NamespaceOf("net");
                CHILD_CHECK(unshare(CLONE_NEWNET) == 0);
                CHILD_CHECK(NamespaceOf("net") != old);
                // Its loopback device is down.
                const std::string devices = ReadFile("/proc/self/net/dev");
                CHILD_CHECK(devices.find("lo:") != std::string::npos);
                CHILD_CHECK(ReadFile("/proc/self/net/route").find("lo") == std::string::npos);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

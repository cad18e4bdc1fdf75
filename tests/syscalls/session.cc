// Process groups and sessions (setpgid(2), setsid(2), getsid(2)), orphaned groups, user and group
// ids (credentials(7)), capabilities, limits (getrlimit(2)), prctl(2).
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

TEST(Session, ChildrenInherit) {
  EXPECT_THAT(ForkAndWait([group = getpgrp(), session = getsid(0)] {
                CHILD_CHECK(getpgrp() == group);
                CHILD_CHECK(getpgid(0) == group);
                CHILD_CHECK(getsid(0) == session);
                CHILD_CHECK(getsid(getppid()) == session);
              }),
              Exited(0));
}

TEST(Session, SetpgidRules) {
  EXPECT_THAT(setpgid(0, -1), SyscallFails(EINVAL));
  EXPECT_THAT(setpgid(0x3ffffff, 0), SyscallFails(ESRCH));
  EXPECT_THAT(setpgid(getppid(), 0), SyscallFails(ESRCH));  // No child of ours.
  EXPECT_THAT(getpgid(0x3ffffff), SyscallFails(ESRCH));
  EXPECT_THAT(getsid(0x3ffffff), SyscallFails(ESRCH));
  pid_t child = Fork([] { pause(); });
  EXPECT_THAT(setpgid(child, 0x3ffffff), SyscallFails(EPERM));
  EXPECT_THAT(setpgid(child, child), SyscallSucceeds());
  EXPECT_THAT(getpgid(child), SyscallReturns(child));
  EXPECT_THAT(setpgid(child, getpgrp()), SyscallSucceeds());
  kill(child, SIGKILL);
  WaitFor(child);
}

TEST(Session, ChildThatExecutedCannotBeMoved) {
  Pipe pipe = Pipe::Create(O_CLOEXEC);
  pid_t child = Fork([] { execl("/bin/sleep", "sleep", "100", nullptr); });
  pipe.write_end.reset();
  char byte;
  read(pipe.read_end.get(), &byte, 1);
  EXPECT_THAT(setpgid(child, child), SyscallFails(EACCES));
  kill(child, SIGKILL);
  WaitFor(child);
}

TEST(Session, SetsidRules) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setsid() == getpid());
                CHILD_CHECK(getpgrp() == getpid());
                CHILD_CHECK(getsid(0) == getpid());
                CHILD_CHECK(setsid() == -1 && errno == EPERM);
                CHILD_CHECK(setpgid(0, 0) == -1 && errno == EPERM);  // A session leader.
                pid_t child = Fork([] { pause(); });
                CHILD_CHECK(setpgid(child, child) == 0);
                kill(child, SIGKILL);
                WaitFor(child);
                child = Fork([] {
                  setsid();
                  pause();
                });
                while (getsid(child) != child) sched_yield();
                CHILD_CHECK(setpgid(child, getpid()) == -1 && errno == EPERM);
                kill(child, SIGKILL);
                WaitFor(child);
              }),
              Exited(0));
}

TEST(Session, GroupLeaderCannotStartASession) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setpgid(0, 0) == 0);
                CHILD_CHECK(setsid() == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(Session, SignalsToAGroup) {
  pid_t first = Fork([] { pause(); });
  setpgid(first, first);
  pid_t second = Fork([] { pause(); });
  setpgid(second, first);
  EXPECT_THAT(kill(-first, 0), SyscallSucceeds());
  EXPECT_THAT(killpg(first, SIGTERM), SyscallSucceeds());
  EXPECT_THAT(WaitFor(first), KilledBy(SIGTERM));
  EXPECT_THAT(WaitFor(second), KilledBy(SIGTERM));
  EXPECT_THAT(kill(-first, 0), SyscallFails(ESRCH));
}

TEST(Session, OrphanedStoppedGroupIsHungUp) {
  Pipe pipe = Pipe::Create();
  pid_t middle = Fork([&] {
    setpgid(0, 0);
    pid_t inner = Fork([&] {
      signal(SIGHUP, [](int) { _exit(0); });
      setpgid(0, 0);
      raise(SIGSTOP);
      pause();
    });
    int status;
    CHILD_CHECK(waitpid(inner, &status, WUNTRACED) == inner && WIFSTOPPED(status));
  });
  EXPECT_THAT(WaitFor(middle), Exited(0));
  pipe.write_end.reset();
  char byte;
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(0));
}

TEST(Session, TerminalStopsAreIgnoredInAnOrphanedGroup) {
  EXPECT_THAT(ForkAndWait([] {
                setsid();  // Nobody of the session is outside of the group.
                raise(SIGTSTP);
                raise(SIGTTIN);
                raise(SIGTTOU);
              }),
              Exited(0));
}

class Ids : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  }
};

TEST_F(Ids, SetuidOfRootIsForGood) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setgid(77) == 0 && setuid(55) == 0);
                uid_t r, e, s;
                CHILD_CHECK(getresuid(&r, &e, &s) == 0 && r == 55 && e == 55 && s == 55);
                CHILD_CHECK(setuid(0) == -1 && errno == EPERM);
                CHILD_CHECK(setgid(0) == -1 && errno == EPERM);
                CHILD_CHECK(setgroups(0, nullptr) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST_F(Ids, SavedIdBringsBack) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setresuid(10, 20, 30) == 0);
                CHILD_CHECK(setuid(30) == 0 && geteuid() == 30 && getuid() == 10);
                CHILD_CHECK(setreuid(-1, 10) == 0 && geteuid() == 10);
                CHILD_CHECK(setresuid(-1, 99, -1) == -1 && errno == EPERM);
                CHILD_CHECK(seteuid(30) == 0);
                CHILD_CHECK(setreuid(30, 10) == 0);  // Sets the saved one as well.
                uid_t r, e, s;
                getresuid(&r, &e, &s);
                CHILD_CHECK(r == 30 && e == 10 && s == 10);
              }),
              Exited(0));
}

TEST_F(Ids, FsuidAlone) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setfsuid(1234) == 0);
                CHILD_CHECK(setfsuid(-1) == 1234);
                TempFile file = TempFile::CreateIn("/tmp");
                CHILD_CHECK(seteuid(99) == 0);
                CHILD_CHECK(setfsuid(-1) == 99);
                CHILD_CHECK(setfsuid(4321) == 99);
                CHILD_CHECK(setfsuid(-1) == 99);  // Not allowed, and not told.
                _exit(0);
              }),
              Exited(0));
}

TEST_F(Ids, Groups) {
  EXPECT_THAT(ForkAndWait([] {
                gid_t set[] = {5, 3, 9};
                CHILD_CHECK(setgroups(3, set) == 0);
                gid_t got[8];
                CHILD_CHECK(getgroups(0, nullptr) == 3);
                CHILD_CHECK(getgroups(1, got) == -1 && errno == EINVAL);
                CHILD_CHECK(getgroups(-1, got) == -1 && errno == EINVAL);
                CHILD_CHECK(getgroups(8, got) == 3);
                CHILD_CHECK(setgroups(65537, got) == -1 && errno == EINVAL);
              }),
              Exited(0));
}

TEST_F(Ids, CapabilitiesGoWithTheUser) {
  EXPECT_THAT(ForkAndWait([] {
                __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
                __user_cap_data_struct data[2];
                CHILD_CHECK(prctl(PR_SET_KEEPCAPS, 1) == 0);
                CHILD_CHECK(setresuid(5, 5, 5) == 0);
                CHILD_CHECK(syscall(SYS_capget, &header, data) == 0);
                CHILD_CHECK(data[0].effective == 0 && data[0].permitted != 0);
                data[0].effective = 1U << CAP_KILL;
                CHILD_CHECK(syscall(SYS_capset, &header, data) == 0);
                CHILD_CHECK(kill(1, 0) == 0 || errno == ESRCH);
                data[0].permitted = data[0].effective = 0;
                data[1] = {};
                CHILD_CHECK(syscall(SYS_capset, &header, data) == 0);
                data[0].permitted = 1;
                CHILD_CHECK(syscall(SYS_capset, &header, data) == -1 && errno == EPERM);
                header.version = 1;
                CHILD_CHECK(syscall(SYS_capget, &header, data) == -1 && errno == EINVAL);
                CHILD_CHECK(header.version == _LINUX_CAPABILITY_VERSION_3);
                CHILD_CHECK(prctl(PR_GET_KEEPCAPS) == 1);
              }),
              Exited(0));
}

TEST_F(Ids, BoundingAndAmbientSets) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(prctl(PR_CAPBSET_READ, CAP_CHOWN) == 1);
                CHILD_CHECK(prctl(PR_CAPBSET_DROP, CAP_CHOWN) == 0);
                CHILD_CHECK(prctl(PR_CAPBSET_READ, CAP_CHOWN) == 0);
                CHILD_CHECK(prctl(PR_CAPBSET_READ, 200) == -1 && errno == EINVAL);
                CHILD_CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) == 0);
                CHILD_CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) == -1);
                CHILD_CHECK(errno == EPERM);  // Not inheritable.
              }),
              Exited(0));
}

TEST(Limits, GetAndSet) {
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit{10, 20};
                CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
                rlimit now;
                CHILD_CHECK(getrlimit(RLIMIT_NOFILE, &now) == 0);
                CHILD_CHECK(now.rlim_cur == 10 && now.rlim_max == 20);
                limit = {21, 20};
                CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EINVAL);
                CHILD_CHECK(getrlimit(static_cast<__rlimit_resource>(99), &now) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(dup2(0, 10) == -1 && errno == EBADF);
                CHILD_CHECK(fcntl(0, F_DUPFD, 10) == -1 && errno == EINVAL);
                while (dup(0) >= 0) {
                }
                CHILD_CHECK(errno == EMFILE);
                if (geteuid() == 0) CHILD_CHECK(setuid(12345) == 0);
                limit = {10, 30};
                CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(Limits, OfAnotherProcess) {
  pid_t child = Fork([] { pause(); });
  rlimit limit{11, 22}, old;
  EXPECT_THAT(prlimit(child, RLIMIT_CORE, &limit, &old), SyscallSucceeds());
  EXPECT_THAT(prlimit(child, RLIMIT_CORE, nullptr, &old), SyscallSucceeds());
  EXPECT_EQ(old.rlim_cur, 11U);
  EXPECT_THAT(ReadFile("/proc/" + std::to_string(child) + "/limits"),
              testing::ContainsRegex("Max core file size +11 +22 +bytes"));
  EXPECT_THAT(prlimit(0x3ffffff, RLIMIT_CORE, nullptr, &old), SyscallFails(ESRCH));
  kill(child, SIGKILL);
  WaitFor(child);
}

TEST(Limits, FileSize) {
  EXPECT_THAT(ForkAndWait([] {
                Fd file(open("/tmp", O_TMPFILE | O_RDWR, 0600));
                CHILD_CHECK(file.get() >= 0);
                rlimit limit{100, 100};
                setrlimit(RLIMIT_FSIZE, &limit);
                char data[200] = {};
                CHILD_CHECK(write(file.get(), data, 200) == 100);
                signal(SIGXFSZ, SIG_IGN);
                CHILD_CHECK(write(file.get(), data, 1) == -1 && errno == EFBIG);
                signal(SIGXFSZ, SIG_DFL);
                write(file.get(), data, 1);
              }),
              KilledBy(SIGXFSZ));
}

TEST(Limits, CpuTime) {
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit{1, 3};
                setrlimit(RLIMIT_CPU, &limit);
                while (true) {
                }
              }),
              KilledBy(SIGXCPU));
}

TEST(Limits, Processes) {
  if (geteuid() != 0) GTEST_SKIP() << "needs a user id of its own";
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit{3, 3};
                setrlimit(RLIMIT_NPROC, &limit);
                CHILD_CHECK(setgid(33333) == 0 && setuid(33333) == 0);
                int made = 0;
                pid_t child;
                while (made < 10 && (child = fork()) > 0) ++made;
                if (child == 0) {
                  pause();
                  _exit(0);
                }
                CHILD_CHECK(made == 2 && errno == EAGAIN);
                kill(-1, SIGKILL);
              }),
              Exited(0));
}

TEST(Prctl, NamesAndFlags) {
  EXPECT_THAT(ForkAndWait([] {
                char name[17] = {};
                CHILD_CHECK(prctl(PR_SET_NAME, "a name that is too long") == 0);
                CHILD_CHECK(prctl(PR_GET_NAME, name) == 0);
                CHILD_CHECK(strcmp(name, "a name that is ") == 0);
                CHILD_CHECK(ReadFile("/proc/self/comm") == "a name that is \n");
                CHILD_CHECK(prctl(PR_GET_DUMPABLE) == 1);
                CHILD_CHECK(prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0);
                CHILD_CHECK(prctl(PR_SET_DUMPABLE, 2) == -1 && errno == EINVAL);
                CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == -1 && errno == EINVAL);
                CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
                CHILD_CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
                CHILD_CHECK(prctl(PR_SET_PDEATHSIG, 65) == -1 && errno == EINVAL);
                int signal = -1;
                CHILD_CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
                CHILD_CHECK(prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGKILL);
                CHILD_CHECK(prctl(PR_SET_TIMERSLACK, 1234) == 0);
                CHILD_CHECK(prctl(PR_GET_TIMERSLACK) == 1234);
                CHILD_CHECK(prctl(12345, 0, 0, 0, 0) == -1 && errno == EINVAL);
              }),
              Exited(0));
}

TEST(Priority, NiceValues) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 5) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 5);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 100) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 19);
                errno = 0;
                CHILD_CHECK(getpriority(9, 0) == -1 && errno == EINVAL);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0x3ffffff) == -1 && errno == ESRCH);
                if (geteuid() == 0) CHILD_CHECK(setuid(12345) == 0);
                rlimit none{0, 0};
                setrlimit(RLIMIT_NICE, &none);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 1) == -1 && errno == EACCES);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

// Birth and end of processes and threads: fork(2), vfork(2), clone(2), clone3(2), exit(2),
// wait4(2), waitid(2), pidfds.
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace test {
namespace {

Fd PidfdOpen(pid_t pid, unsigned flags = 0) {
  return Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, flags)));
}

long Clone3(clone_args& args) {
  return syscall(SYS_clone3, &args, sizeof args);
}

// Memory that parent and child share.
template <typename T>
struct Shared {
  T* value = static_cast<T*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ~Shared() { munmap(value, 4096); }
};

TEST(Wait, StatusOfExit) {
  EXPECT_THAT(ForkAndWait([] { _exit(0x1ff); }), Exited(0xff));
  EXPECT_THAT(ForkAndWait([] { raise(SIGKILL); }), KilledBy(SIGKILL));
}

TEST(Wait, NoChildren) {
  EXPECT_THAT(waitpid(-1, nullptr, 0), SyscallFails(ECHILD));
  EXPECT_THAT(waitpid(-1, nullptr, WNOHANG), SyscallFails(ECHILD));
  EXPECT_THAT(waitpid(getpid(), nullptr, 0), SyscallFails(ECHILD));
  EXPECT_THAT(waitpid(INT32_MIN, nullptr, 0), SyscallFails(ESRCH));
  EXPECT_THAT(wait4(-1, nullptr, 0x100, nullptr), SyscallFails(EINVAL));
  siginfo_t info;
  EXPECT_THAT(waitid(P_ALL, 0, &info, WEXITED), SyscallFails(ECHILD));
  EXPECT_THAT(waitid(P_ALL, 0, &info, 0), SyscallFails(EINVAL));
  EXPECT_THAT(waitid(P_ALL, 0, &info, WNOHANG), SyscallFails(EINVAL));
  EXPECT_THAT(waitid(P_PID, 0, &info, WEXITED), SyscallFails(EINVAL));
  EXPECT_THAT(waitid(static_cast<idtype_t>(9), 1, &info, WEXITED), SyscallFails(EINVAL));
  EXPECT_THAT(waitid(static_cast<idtype_t>(P_PIDFD), 999, &info, WEXITED), SyscallFails(EBADF));
}

TEST(Wait, NohangTellsZeroWhileItLives) {
  pid_t child = Fork([] { pause(); });
  int status = 77;
  EXPECT_THAT(waitpid(child, &status, WNOHANG), SyscallReturns(0));
  EXPECT_EQ(status, 77);
  siginfo_t info;
  memset(&info, 0x55, sizeof info);
  EXPECT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG), SyscallReturns(0));
  EXPECT_EQ(info.si_signo, 0);
  EXPECT_EQ(info.si_pid, 0);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Wait, WaitidTellsHow) {
  pid_t child = Fork([] { return 42; });
  siginfo_t info{};
  ASSERT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), SyscallReturns(0));
  EXPECT_EQ(info.si_signo, SIGCHLD);
  EXPECT_EQ(info.si_code, CLD_EXITED);
  EXPECT_EQ(info.si_pid, child);
  EXPECT_EQ(info.si_uid, getuid());
  EXPECT_EQ(info.si_status, 42);
  // WNOWAIT left it there.
  EXPECT_THAT(ThreadState(child), 'Z');
  EXPECT_THAT(waitpid(child, nullptr, 0), SyscallReturns(child));
  EXPECT_THAT(waitpid(child, nullptr, 0), SyscallFails(ECHILD));
  child = Fork([] { raise(SIGTERM); });
  ASSERT_THAT(waitid(P_ALL, 0, &info, WEXITED), SyscallReturns(0));
  EXPECT_EQ(info.si_code, CLD_KILLED);
  EXPECT_EQ(info.si_status, SIGTERM);
}

TEST(Wait, StopsAndContinues) {
  pid_t child = Fork([] {
    while (true) pause();
  });
  kill(child, SIGSTOP);
  int status;
  ASSERT_THAT(waitpid(child, &status, WUNTRACED), SyscallReturns(child));
  EXPECT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
  EXPECT_THAT(waitpid(child, &status, WUNTRACED | WNOHANG), SyscallReturns(0));
  EXPECT_EQ(ThreadState(child), 'T');
  kill(child, SIGCONT);
  ASSERT_THAT(waitpid(child, &status, WCONTINUED), SyscallReturns(child));
  EXPECT_TRUE(WIFCONTINUED(status));
  kill(child, SIGSTOP);
  siginfo_t info{};
  ASSERT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED), SyscallReturns(0));
  EXPECT_EQ(info.si_code, CLD_STOPPED);
  EXPECT_EQ(info.si_status, SIGSTOP);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Wait, ByProcessGroup) {
  pid_t other = Fork([] { return 1; });
  setpgid(other, other);
  pid_t same = Fork([] { return 2; });
  int status;
  EXPECT_THAT(waitpid(0, &status, 0), SyscallReturns(same));
  EXPECT_THAT(waitpid(-other, &status, 0), SyscallReturns(other));
  EXPECT_THAT(status, Exited(1));
}

TEST(Wait, IgnoredChildrenVanish) {
  EXPECT_THAT(ForkAndWait([] {
                signal(SIGCHLD, SIG_IGN);
                pid_t child = Fork([] { return 1; });
                CHILD_CHECK(waitpid(child, nullptr, 0) == -1 && errno == ECHILD);
                signal(SIGCHLD, SIG_DFL);
                struct sigaction action {};
                action.sa_handler = SIG_DFL;
                action.sa_flags = SA_NOCLDWAIT;
                sigaction(SIGCHLD, &action, nullptr);
                Fork([] { return 1; });
                Fork([] { return 1; });
                CHILD_CHECK(wait(nullptr) == -1 && errno == ECHILD);
              }),
              Exited(0));
}

volatile sig_atomic_t g_children;
siginfo_t g_child;
void NoteChild(int, siginfo_t* info, void*) {
  g_children = g_children + 1;
  g_child = *info;
}

TEST(Wait, ParentGetsSigchld) {
  struct sigaction action {};
  action.sa_sigaction = NoteChild;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, nullptr);
  g_children = 0;
  pid_t child = Fork([] { return 9; });
  EXPECT_THAT(WaitFor(child), Exited(9));
  EXPECT_EQ(g_children, 1);
  EXPECT_EQ(g_child.si_code, CLD_EXITED);
  EXPECT_EQ(g_child.si_status, 9);
  EXPECT_EQ(g_child.si_pid, child);
  child = Fork([] { pause(); });
  kill(child, SIGSTOP);
  int status;
  waitpid(child, &status, WUNTRACED);
  EXPECT_EQ(g_children, 1);  // SA_NOCLDSTOP
  kill(child, SIGKILL);
  WaitFor(child);
  EXPECT_EQ(g_children, 2);
  EXPECT_EQ(g_child.si_code, CLD_KILLED);
  signal(SIGCHLD, SIG_DFL);
}

TEST(Wait, AnyThreadMayWaitForAChildOfAnother) {
  Pipe end = Pipe::Create();
  pid_t child = 0;
  ScopedThread maker([&] {
    child = Fork([] { return 3; });
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    char byte;
    read(end.read_end.get(), &byte, 1);
  });
  WaitUntilSleeping(maker.tid());
  EXPECT_THAT(waitpid(-1, nullptr, __WNOTHREAD), SyscallFails(ECHILD));
  int status;
  EXPECT_THAT(waitpid(-1, &status, 0), SyscallReturns(child));
  EXPECT_THAT(status, Exited(3));
  end.write_end.reset();
}

TEST(Wait, OrphansGoToTheSubreaper) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
                int pipe_ends[2];
                CHILD_CHECK(pipe(pipe_ends) == 0);
                pid_t middle = Fork([&] {
                  pid_t orphan = Fork([&] {
                    char byte;
                    close(pipe_ends[1]);
                    read(pipe_ends[0], &byte, 1);
                    return getppid() == getpid() ? 1 : 5;
                  });
                  CHILD_CHECK(orphan > 0);
                });
                CHILD_CHECK(waitpid(middle, nullptr, 0) == middle);
                close(pipe_ends[1]);
                int status;
                pid_t orphan = wait(&status);
                CHILD_CHECK(orphan > 0 && orphan != middle);
                CHILD_CHECK(WEXITSTATUS(status) == 5);
              }),
              Exited(0));
}

TEST(Wait, ParentDeathSignal) {
  Pipe alive = Pipe::Create();
  pid_t middle = Fork([&] {
    pid_t inner = Fork([&] {
      CHILD_CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
      write(alive.write_end.get(), "x", 1);
      pause();
    });
    (void)inner;
    pause();
  });
  char byte;
  ASSERT_THAT(read(alive.read_end.get(), &byte, 1), SyscallReturns(1));
  kill(middle, SIGKILL);
  WaitFor(middle);
  alive.write_end.reset();
  // End of file: the inner one is gone as well.
  EXPECT_THAT(read(alive.read_end.get(), &byte, 1), SyscallReturns(0));
}

TEST(Wait, UsageOfChildren) {
  rusage usage{};
  pid_t child = Fork([] {
    volatile int sum = 0;
    timespec now;
    do {
      for (int i = 0; i < 100000; ++i) sum = sum + i;
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (now.tv_sec == 0 && now.tv_nsec < 50'000'000);
  });
  ASSERT_THAT(wait4(child, nullptr, 0, &usage), SyscallReturns(child));
  EXPECT_GE(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec + usage.ru_utime.tv_sec * 1000000,
            40'000);
  rusage children;
  getrusage(RUSAGE_CHILDREN, &children);
  EXPECT_GE(
      children.ru_utime.tv_usec + children.ru_stime.tv_usec + children.ru_utime.tv_sec * 1000000,
      40'000);
}

TEST(Exit, LeaderMayLeaveFirst) {
  pid_t child = Fork([] {
    static std::atomic<pid_t> leader = gettid();
    std::thread([] {
      WaitForState(leader, 'Z');
      _exit(21);
    }).detach();
    syscall(SYS_exit, 7);
  });
  EXPECT_THAT(WaitFor(child), Exited(21));
}

// Since Linux 5.17 (synchronize_group_exit()); it was the leader's before.
TEST(Exit, LastThreadGivesTheStatus) {
  pid_t child = Fork([] {
    static std::atomic<pid_t> leader = gettid();
    std::thread([] {
      WaitForState(leader, 'Z');
      syscall(SYS_exit, 21);
    }).detach();
    syscall(SYS_exit, 7);
  });
  EXPECT_THAT(WaitFor(child), Exited(21));
}

TEST(Exit, ClearsTheTid) {
  Shared<std::atomic<int>> word;
  *word.value = 1;
  char stack[16384];
  pid_t child = clone([](void*) { return 0; }, stack + sizeof stack,
                      CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CLONE_VM | SIGCHLD, nullptr,
                      nullptr, nullptr, word.value);
  ASSERT_THAT(child, SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(*word.value, 0);
}

TEST(Clone, FlagErrors) {
  char stack[4096];
  auto nothing = [](void*) { return 0; };
  char* top = stack + sizeof stack;
  EXPECT_THAT(clone(nothing, top, CLONE_SIGHAND, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(clone(nothing, top, CLONE_THREAD | CLONE_VM, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(clone(nothing, top, CLONE_FS | CLONE_NEWNS, nullptr), SyscallFails(EINVAL));
}

TEST(Clone, Clone3Errors) {
  clone_args args{};
  args.exit_signal = SIGCHLD;
  EXPECT_THAT(syscall(SYS_clone3, &args, 32), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_clone3, &args, 8192), SyscallFails(E2BIG));
  EXPECT_THAT(syscall(SYS_clone3, 8, sizeof args), SyscallFails(EFAULT));
  args.exit_signal = 65;
  EXPECT_THAT(Clone3(args), SyscallFails(EINVAL));
  args.exit_signal = 0;
  args.flags = SIGCHLD;  // In clone3() the low byte is no signal.
  EXPECT_THAT(Clone3(args), SyscallFails(EINVAL));
  args.flags = 0;
  args.stack = 4096;
  EXPECT_THAT(Clone3(args), SyscallFails(EINVAL));
  args.stack = 0;
  args.stack_size = 4096;
  EXPECT_THAT(Clone3(args), SyscallFails(EINVAL));
}

TEST(Clone, Clone3WithPidfdAndTids) {
  int pidfd = -1, parent_tid = 0;
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.parent_tid = reinterpret_cast<uint64_t>(&parent_tid);
  args.exit_signal = SIGCHLD;
  pid_t child = static_cast<pid_t>(Clone3(args));
  if (child == 0) _exit(12);
  ASSERT_THAT(child, SyscallSucceeds());
  EXPECT_EQ(parent_tid, child);
  Fd fd(pidfd);
  EXPECT_EQ(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
  pollfd poller{pidfd, POLLIN, 0};
  EXPECT_THAT(poll(&poller, 1, -1), SyscallReturns(1));
  EXPECT_EQ(poller.revents & POLLIN, POLLIN);
  siginfo_t info{};
  EXPECT_THAT(waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED),
              SyscallReturns(0));
  EXPECT_EQ(info.si_status, 12);
}

TEST(Clone, ExitSignalOfOurChoice) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  char stack[16384];
  pid_t child = clone([](void*) { return 3; }, stack + sizeof stack, CLONE_VM | SIGUSR1, nullptr);
  ASSERT_THAT(child, SyscallSucceeds());
  siginfo_t info;
  EXPECT_THAT(sigwaitinfo(&set, &info), SyscallReturns(SIGUSR1));
  EXPECT_EQ(info.si_code, CLD_EXITED);
  EXPECT_EQ(info.si_status, 3);
  // A "clone child": not for a plain wait.
  EXPECT_THAT(waitpid(child, nullptr, 0), SyscallFails(ECHILD));
  EXPECT_THAT(waitpid(child, nullptr, __WCLONE), SyscallReturns(child));
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

TEST(Clone, SharedFilesAndDirectory) {
  char stack[16384];
  pid_t child = clone(
      [](void*) {
        chdir("/");
        umask(0123);
        return dup2(0, 900) == 900 ? 0 : 1;
      },
      stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, nullptr);
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_THAT(close(900), SyscallSucceeds());
  char cwd[100];
  EXPECT_STREQ(getcwd(cwd, sizeof cwd), "/");
  EXPECT_EQ(umask(022), 0123U);
}

TEST(Clone, ParentOfTheParent) {
  EXPECT_THAT(ForkAndWait([] {
                pid_t me = getppid();
                long sibling = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
                if (sibling == 0) _exit(getppid() == me ? 0 : 1);
                CHILD_CHECK(waitpid(static_cast<pid_t>(sibling), nullptr, 0) == -1);
                CHILD_CHECK(errno == ECHILD);
              }),
              Exited(0));
  int status;
  EXPECT_THAT(wait(&status), SyscallSucceeds());
  EXPECT_THAT(status, Exited(0));
}

TEST(Vfork, ParentWaitsAndMemoryIsShared) {
  volatile int shared = 0;
  pid_t child = vfork();
  if (child == 0) {
    shared = 5;
    _exit(0);
  }
  EXPECT_EQ(shared, 5);
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST(Vfork, ExecReleasesTheParent) {
  pid_t child = vfork();
  if (child == 0) {
    execl("/bin/sleep", "sleep", "100", nullptr);
    _exit(127);
  }
  EXPECT_THAT(kill(child, SIGKILL), SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Fork, MemoryIsCopied) {
  static int value = 1;
  EXPECT_THAT(ForkAndWait([] { value = 2; }), Exited(0));
  EXPECT_EQ(value, 1);
}

TEST(Fork, ManyChildren) {
  constexpr int kMany = 100;
  for (int i = 0; i < kMany; ++i) {
    ASSERT_THAT(Fork([&] { return i; }), SyscallSucceeds());
  }
  std::vector<bool> seen(kMany);
  int status;
  while (wait(&status) > 0) seen[static_cast<size_t>(WEXITSTATUS(status))] = true;
  EXPECT_THAT(seen, testing::Each(true));
}

TEST(Pidfd, OpenErrors) {
  EXPECT_THAT(PidfdOpen(-1).get(), SyscallFails(EINVAL));
  EXPECT_THAT(PidfdOpen(0).get(), SyscallFails(EINVAL));
  EXPECT_THAT(PidfdOpen(0x3ffffff).get(), SyscallFails(ESRCH));
  EXPECT_THAT(PidfdOpen(getpid(), 1).get(), SyscallFails(EINVAL));
}

TEST(Pidfd, SignalsAndNonblockingWait) {
  pid_t child = Fork([] { pause(); });
  Fd fd = PidfdOpen(child, O_NONBLOCK);
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  siginfo_t info{};
  idtype_t kind = static_cast<idtype_t>(P_PIDFD);
  EXPECT_THAT(waitid(kind, static_cast<id_t>(fd.get()), &info, WEXITED), SyscallFails(EAGAIN));
  pollfd poller{fd.get(), POLLIN, 0};
  EXPECT_THAT(poll(&poller, 1, 0), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, fd.get(), 65, nullptr, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, 0, SIGTERM, nullptr, 0), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, fd.get(), SIGTERM, nullptr, 0), SyscallSucceeds());
  EXPECT_THAT(poll(&poller, 1, -1), SyscallReturns(1));
  EXPECT_THAT(waitid(kind, static_cast<id_t>(fd.get()), &info, WEXITED), SyscallReturns(0));
  EXPECT_EQ(info.si_status, SIGTERM);
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, fd.get(), SIGTERM, nullptr, 0), SyscallFails(ESRCH));
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EINVAL));
}

TEST(Pidfd, ADirectoryOfProcWillDo) {
  Fd self(open("/proc/self", O_RDONLY | O_DIRECTORY));
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, self.get(), 0, nullptr, 0), SyscallSucceeds());
  Fd other(open("/proc", O_RDONLY | O_DIRECTORY));
  EXPECT_THAT(syscall(SYS_pidfd_send_signal, other.get(), 0, nullptr, 0), SyscallFails(EBADF));
}

TEST(Pidfd, GetfdTakesADescriptor) {
  Pipe pipe = Pipe::Create();
  Pipe ready = Pipe::Create();
  pid_t child = Fork([&] {
    CHILD_CHECK(dup2(pipe.read_end.get(), 500) == 500);
    write(ready.write_end.get(), "x", 1);
    pause();
  });
  char byte;
  read(ready.read_end.get(), &byte, 1);
  Fd pidfd = PidfdOpen(child);
  Fd taken(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), 500, 0)));
  ASSERT_THAT(taken.get(), SyscallSucceeds());
  write(pipe.write_end.get(), "y", 1);
  EXPECT_THAT(read(taken.get(), &byte, 1), SyscallReturns(1));
  EXPECT_THAT(syscall(SYS_pidfd_getfd, pidfd.get(), 501, 0), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_pidfd_getfd, pidfd.get(), 500, 1), SyscallFails(EINVAL));
  kill(child, SIGKILL);
  WaitFor(child);
  EXPECT_THAT(syscall(SYS_pidfd_getfd, pidfd.get(), 500, 0), SyscallFails(ESRCH));
}

// The siginfo is written whatever became of the call.
TEST(Waitid, TellsNothingOfFailures) {
  auto call = [](int which, int id, void* info, int options) {
    return syscall(SYS_waitid, which, id, info, options, nullptr);
  };
  void* const nowhere = reinterpret_cast<void*>(8);
  EXPECT_THAT(ForkAndWait([&] {
                siginfo_t info;
                memset(&info, 0x77, sizeof(info));
                CHILD_CHECK(call(P_ALL, 0, &info, WEXITED) == -1 && errno == ECHILD);
                CHILD_CHECK(info.si_signo == 0 && info.si_pid == 0);
                memset(&info, 0x77, sizeof(info));
                CHILD_CHECK(call(P_ALL, 0, &info, 0) == -1 && errno == EINVAL);
                CHILD_CHECK(info.si_signo == 0 && info.si_pid == 0);
                CHILD_CHECK(call(P_ALL, 0, nowhere, WEXITED) == -1 && errno == EFAULT);
                CHILD_CHECK(call(P_ALL, 0, nowhere, 0) == -1 && errno == EFAULT);
                CHILD_CHECK(call(77, 0, nowhere, WEXITED) == -1 && errno == EFAULT);
                CHILD_CHECK(call(P_PIDFD, -1, &info, WEXITED) == -1 && errno == EINVAL);
                CHILD_CHECK(call(P_PIDFD, 0x3ffff, &info, WEXITED) == -1 && errno == EBADF);
              }),
              Exited(0));
}

// Whoever was waited for is gone, though nobody was told.
TEST(Waitid, BadPointersReapAllTheSame) {
  const pid_t child = Fork([] {});
  void* const nowhere = reinterpret_cast<void*>(8);
  WaitForState(child, 'Z');
  EXPECT_THAT(syscall(SYS_waitid, P_PID, child, nowhere, WEXITED | WNOWAIT, nullptr),
              SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_waitid, P_PID, child, nowhere, WEXITED, nullptr), SyscallFails(EFAULT));
  siginfo_t info;
  EXPECT_THAT(syscall(SYS_waitid, P_PID, child, &info, WEXITED, nullptr), SyscallFails(ECHILD));
}

}  // namespace
}  // namespace test

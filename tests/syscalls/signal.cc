// Dispositions, masks and queues: rt_sigaction(2), rt_sigprocmask(2), kill(2), tgkill(2),
// rt_sigqueueinfo(2), rt_sigpending(2), rt_sigtimedwait(2), signal(7).
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

using testing::ElementsAre;

std::vector<int> g_seen;
siginfo_t g_info;
sigset_t g_mask_inside;

void Note(int signal, siginfo_t* info, void*) {
  g_seen.push_back(signal);
  g_info = *info;
  sigprocmask(SIG_BLOCK, nullptr, &g_mask_inside);
}

// The raw structure: glibc hides SA_RESTORER and its own flags.
struct KernelAction {
  void* handler;
  unsigned long flags;
  void* restorer;
  unsigned long mask;
};

class Signal : public testing::Test {
 protected:
  void SetUp() override {
    g_seen.clear();
    g_seen.reserve(64);
    g_info = {};
  }
  void TearDown() override {
    // Ignoring takes away what is pending.
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_IGN);
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  void Handle(int signal, int flags = 0, std::vector<int> mask = {}) {
    struct sigaction action {};
    action.sa_sigaction = Note;
    action.sa_flags = flags | SA_SIGINFO;
    for (int m : mask) sigaddset(&action.sa_mask, m);
    ASSERT_THAT(sigaction(signal, &action, nullptr), SyscallSucceeds());
  }
  static sigset_t Set(std::vector<int> signals) {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : signals) sigaddset(&set, signal);
    return set;
  }
  static void Block(std::vector<int> signals) {
    sigset_t set = Set(signals);
    sigprocmask(SIG_BLOCK, &set, nullptr);
  }
  static void Unblock(std::vector<int> signals) {
    sigset_t set = Set(signals);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
  }
  static bool Pending(int signal) {
    sigset_t set;
    EXPECT_THAT(sigpending(&set), SyscallSucceeds());
    return sigismember(&set, signal) == 1;
  }
};

TEST_F(Signal, HandlerGetsWhoAndHow) {
  Handle(SIGUSR1);
  ASSERT_THAT(kill(getpid(), SIGUSR1), SyscallSucceeds());
  EXPECT_THAT(g_seen, ElementsAre(SIGUSR1));
  EXPECT_EQ(g_info.si_code, SI_USER);
  EXPECT_EQ(g_info.si_pid, getpid());
  EXPECT_EQ(g_info.si_uid, getuid());
  EXPECT_EQ(sigismember(&g_mask_inside, SIGUSR1), 1);
  ASSERT_THAT(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1), SyscallSucceeds());
  EXPECT_EQ(g_info.si_code, SI_TKILL);
  union sigval value {};
  value.sival_int = 77;
  ASSERT_THAT(sigqueue(getpid(), SIGUSR1, value), SyscallSucceeds());
  EXPECT_EQ(g_info.si_code, SI_QUEUE);
  EXPECT_EQ(g_info.si_value.sival_int, 77);
}

TEST_F(Signal, MaskDuringTheHandler) {
  Handle(SIGUSR1, SA_NODEFER, {SIGUSR2, SIGKILL});
  raise(SIGUSR1);
  EXPECT_EQ(sigismember(&g_mask_inside, SIGUSR1), 0);
  EXPECT_EQ(sigismember(&g_mask_inside, SIGUSR2), 1);
  EXPECT_EQ(sigismember(&g_mask_inside, SIGKILL), 0);
  sigset_t now;
  sigprocmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGUSR2), 0);
}

TEST_F(Signal, ResetHand) {
  Handle(SIGUSR1, SA_RESETHAND);
  raise(SIGUSR1);
  EXPECT_THAT(g_seen, ElementsAre(SIGUSR1));
  struct sigaction now;
  sigaction(SIGUSR1, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  // The flags stay (signal_setup_done() changes the handler only).
  EXPECT_NE(now.sa_flags & SA_RESETHAND, 0U);
}

TEST_F(Signal, ActionIsReadBackAsSet) {
  Handle(SIGUSR1, SA_RESTART | SA_NODEFER, {SIGUSR2});
  struct sigaction old;
  ASSERT_THAT(sigaction(SIGUSR1, nullptr, &old), SyscallSucceeds());
  EXPECT_EQ(old.sa_sigaction, Note);
  EXPECT_EQ(old.sa_flags & (SA_RESTART | SA_NODEFER | SA_SIGINFO | SA_RESETHAND),
            SA_RESTART | SA_NODEFER | SA_SIGINFO);
  EXPECT_EQ(sigismember(&old.sa_mask, SIGUSR2), 1);
}

TEST_F(Signal, ActionErrors) {
  KernelAction action{};
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGKILL, &action, nullptr, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGSTOP, &action, nullptr, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGKILL, nullptr, &action, 8), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_rt_sigaction, 0, nullptr, &action, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigaction, 65, nullptr, &action, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigaction, 64, nullptr, &action, 8), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGUSR1, nullptr, &action, 16), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGUSR1, 8, nullptr, 8), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_rt_sigaction, SIGUSR1, nullptr, 8, 8), SyscallFails(EFAULT));
}

TEST_F(Signal, UnknownFlagsAreDropped) {
  // sigaction(2), "Dynamically probing for flag bit support".
  constexpr unsigned long kUnsupported = 0x400, kRestorer = 0x04000000;
  KernelAction action{};
  action.handler = reinterpret_cast<void*>(SIG_IGN);
  action.flags = kUnsupported | kRestorer | 0x800 | SA_RESTART;
  ASSERT_THAT(syscall(SYS_rt_sigaction, SIGUSR1, &action, nullptr, 8), SyscallSucceeds());
  KernelAction old{};
  ASSERT_THAT(syscall(SYS_rt_sigaction, SIGUSR1, nullptr, &old, 8), SyscallSucceeds());
  EXPECT_EQ(old.flags & (kUnsupported | 0x1000), 0U);
  EXPECT_EQ(old.flags & 0x800, 0x800U);  // SA_EXPOSE_TAGBITS is known.
}

TEST_F(Signal, ProcmaskErrors) {
  sigset_t set = Set({SIGUSR1});
  EXPECT_THAT(syscall(SYS_rt_sigprocmask, 7, &set, nullptr, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigprocmask, 7, nullptr, &set, 8), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, nullptr, 8), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_rt_sigpending, &set, 16), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigpending, &set, 0), SyscallSucceeds());
}

TEST_F(Signal, KillAndStopCannotBeBlocked) {
  sigset_t all;
  sigfillset(&all);
  sigset_t before;
  sigprocmask(SIG_SETMASK, &all, &before);
  sigset_t now;
  sigprocmask(SIG_SETMASK, &before, &now);
  EXPECT_EQ(sigismember(&now, SIGKILL), 0);
  EXPECT_EQ(sigismember(&now, SIGSTOP), 0);
  EXPECT_EQ(sigismember(&now, SIGTERM), 1);
}

TEST_F(Signal, StandardSignalsDoNotQueue) {
  Handle(SIGUSR1);
  Block({SIGUSR1});
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR1);
  EXPECT_TRUE(Pending(SIGUSR1));
  Unblock({SIGUSR1});
  EXPECT_THAT(g_seen, ElementsAre(SIGUSR1));
  EXPECT_FALSE(Pending(SIGUSR1));
}

std::vector<int> g_values;
void NoteValue(int, siginfo_t* info, void*) {
  g_values.push_back(info->si_value.sival_int);
}

TEST_F(Signal, RealTimeSignalsQueueInOrder) {
  int low = SIGRTMIN, high = SIGRTMIN + 1;
  struct sigaction action {};
  action.sa_sigaction = NoteValue;
  action.sa_flags = SA_SIGINFO;
  sigaddset(&action.sa_mask, low);
  sigaddset(&action.sa_mask, high);
  sigaction(low, &action, nullptr);
  sigaction(high, &action, nullptr);
  g_values.clear();
  Block({low, high});
  for (int i : {10, 11}) sigqueue(getpid(), high, {.sival_int = i});
  for (int i : {1, 2, 3}) sigqueue(getpid(), low, {.sival_int = i});
  sigset_t set = Set({low, high});
  siginfo_t info;
  // The lowest number first, and among equals the oldest.
  EXPECT_THAT(sigwaitinfo(&set, &info), SyscallReturns(low));
  EXPECT_EQ(info.si_value.sival_int, 1);
  EXPECT_EQ(info.si_code, SI_QUEUE);
  EXPECT_EQ(info.si_pid, getpid());
  Unblock({low, high});
  // On the way out frames are stacked, so that the last one delivered runs first.
  EXPECT_EQ(g_values.size(), 4U);
}

TEST_F(Signal, QueueLimit) {
  EXPECT_THAT(ForkAndWait([&] {
                Block({SIGRTMIN, SIGUSR1});
                rlimit limit{3, 3};
                CHILD_CHECK(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
                int sent = 0;
                while (sent < 100 && sigqueue(getpid(), SIGRTMIN, {.sival_int = sent}) == 0) ++sent;
                CHILD_CHECK(sent < 100 && errno == EAGAIN);
                // kill() is never refused.
                CHILD_CHECK(kill(getpid(), SIGUSR1) == 0);
                CHILD_CHECK(Pending(SIGUSR1));
                CHILD_CHECK(kill(getpid(), SIGRTMIN + 1) == 0);
              }),
              KilledBy(SIGRTMIN + 1));
}

TEST_F(Signal, SigtimedwaitTakesPendingOnes) {
  Block({SIGUSR1, SIGUSR2});
  sigset_t set = Set({SIGUSR1, SIGUSR2});
  timespec zero{};
  siginfo_t info;
  EXPECT_THAT(sigtimedwait(&set, &info, &zero), SyscallFails(EAGAIN));
  kill(getpid(), SIGUSR2);
  EXPECT_THAT(sigtimedwait(&set, &info, &zero), SyscallReturns(SIGUSR2));
  EXPECT_EQ(info.si_signo, SIGUSR2);
  EXPECT_EQ(info.si_code, SI_USER);
  EXPECT_FALSE(Pending(SIGUSR2));
  timespec bad{0, 1'000'000'000};
  EXPECT_THAT(sigtimedwait(&set, &info, &bad), SyscallFails(EINVAL));
  timespec negative{-1, 0};
  EXPECT_THAT(sigtimedwait(&set, &info, &negative), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigtimedwait, &set, nullptr, &zero, 4), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_rt_sigtimedwait, 8, nullptr, &zero, 8), SyscallFails(EFAULT));
  timespec brief{0, 20'000'000};
  EXPECT_THAT(sigtimedwait(&set, nullptr, &brief), SyscallFails(EAGAIN));
}

TEST_F(Signal, SigtimedwaitWaits) {
  Block({SIGUSR1});
  pid_t self = getpid(), waiter = gettid();
  ScopedThread sender([&] {
    WaitUntilSleeping(waiter);
    kill(self, SIGUSR1);
  });
  sigset_t set = Set({SIGUSR1});
  siginfo_t info{};
  EXPECT_THAT(sigwaitinfo(&set, &info), SyscallReturns(SIGUSR1));
  EXPECT_EQ(info.si_pid, self);
}

TEST_F(Signal, SigtimedwaitIsInterruptedByOthers) {
  Handle(SIGUSR2, SA_RESTART);
  Block({SIGUSR1});
  pid_t waiter = gettid();
  ScopedThread sender([&] {
    WaitUntilSleeping(waiter);
    syscall(SYS_tgkill, getpid(), waiter, SIGUSR2);
  });
  sigset_t set = Set({SIGUSR1});
  EXPECT_THAT(sigwaitinfo(&set, nullptr), SyscallFails(EINTR));
  EXPECT_THAT(g_seen, ElementsAre(SIGUSR2));
}

TEST_F(Signal, IgnoredOnesAreThrownAway) {
  ::signal(SIGUSR1, SIG_IGN);
  Block({SIGUSR1});
  kill(getpid(), SIGUSR1);
  // Blocked and ignored: kept, somebody may sigwait for it or set a handler.
  EXPECT_TRUE(Pending(SIGUSR1));
  ::signal(SIGUSR1, SIG_IGN);
  EXPECT_FALSE(Pending(SIGUSR1));
  // SIGCHLD's default is to ignore: setting it discards as well.
  Block({SIGCHLD});
  kill(getpid(), SIGCHLD);
  EXPECT_TRUE(Pending(SIGCHLD));
  ::signal(SIGCHLD, SIG_DFL);
  EXPECT_FALSE(Pending(SIGCHLD));
}

TEST_F(Signal, StopAndContinueCancelEachOther) {
  Block({SIGTSTP, SIGCONT});
  kill(getpid(), SIGTSTP);
  EXPECT_TRUE(Pending(SIGTSTP));
  kill(getpid(), SIGCONT);
  EXPECT_FALSE(Pending(SIGTSTP));
  EXPECT_TRUE(Pending(SIGCONT));
  kill(getpid(), SIGTSTP);
  EXPECT_FALSE(Pending(SIGCONT));
  ::signal(SIGTSTP, SIG_IGN);
}

TEST_F(Signal, ThreadAndProcessQueuesAreSeparate) {
  Block({SIGUSR1});
  ScopedThread other([&] { EXPECT_FALSE(Pending(SIGUSR1)); });
  other.Join();
  syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
  EXPECT_TRUE(Pending(SIGUSR1));
  ScopedThread third([&] { EXPECT_FALSE(Pending(SIGUSR1)); });
  third.Join();
  sigset_t set = Set({SIGUSR1});
  timespec zero{};
  EXPECT_THAT(sigtimedwait(&set, nullptr, &zero), SyscallReturns(SIGUSR1));
  kill(getpid(), SIGUSR1);
  ScopedThread fourth([&] {
    EXPECT_TRUE(Pending(SIGUSR1));
    EXPECT_THAT(sigtimedwait(&set, nullptr, &zero), SyscallReturns(SIGUSR1));
  });
  fourth.Join();
  EXPECT_FALSE(Pending(SIGUSR1));
}

TEST_F(Signal, ProcessSignalGoesToAThreadThatWantsIt) {
  Handle(SIGUSR1);
  static pid_t taken_by;
  struct sigaction action {};
  action.sa_handler = [](int) { taken_by = gettid(); };
  sigaction(SIGUSR1, &action, nullptr);
  taken_by = 0;
  Pipe block = Pipe::Create();
  ScopedThread other([&] {
    char byte;
    while (read(block.read_end.get(), &byte, 1) < 0 && errno == EINTR && taken_by == 0) {
    }
  });
  Block({SIGUSR1});  // In this thread only.
  WaitUntilSleeping(other.tid());
  kill(getpid(), SIGUSR1);
  block.write_end.reset();
  other.Join();
  EXPECT_EQ(taken_by, other.tid());
}

TEST_F(Signal, KillErrors) {
  EXPECT_THAT(kill(getpid(), 0), SyscallSucceeds());
  EXPECT_THAT(kill(getpid(), -1), SyscallFails(EINVAL));
  EXPECT_THAT(kill(getpid(), 65), SyscallFails(EINVAL));
  EXPECT_THAT(kill(0x3ffffff, 0), SyscallFails(ESRCH));
  EXPECT_THAT(kill(-0x3ffffff, 0), SyscallFails(ESRCH));
  EXPECT_THAT(kill(INT32_MIN, 0), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_tgkill, getpid(), 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_tgkill, 0, gettid(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_tkill, -1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_tgkill, getpid(), 0x3ffffff, 0), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_tkill, gettid(), 0), SyscallSucceeds());
}

TEST_F(Signal, QueueinfoCannotForge) {
  EXPECT_THAT(ForkAndWait([&] {
                pid_t parent = getppid();
                siginfo_t info{};
                info.si_signo = SIGUSR1;
                info.si_code = SI_USER;
                CHILD_CHECK(syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &info) == -1);
                CHILD_CHECK(errno == EPERM);
                info.si_code = SI_TKILL;
                CHILD_CHECK(syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &info) == -1);
                CHILD_CHECK(errno == EPERM);
                info.si_code = SI_QUEUE;
                CHILD_CHECK(syscall(SYS_rt_sigqueueinfo, parent, 0, &info) == 0);
                CHILD_CHECK(syscall(SYS_rt_sigqueueinfo, parent, 65, &info) == -1);
                CHILD_CHECK(errno == EINVAL);
                CHILD_CHECK(syscall(SYS_rt_sigqueueinfo, parent, 0, 8) == -1);
                CHILD_CHECK(errno == EFAULT);
              }),
              Exited(0));
}

TEST_F(Signal, DefaultActions) {
  for (int signal :
       {SIGHUP,    SIGINT,    SIGPIPE, SIGALRM, SIGTERM, SIGUSR1,  SIGUSR2, SIGPOLL, SIGPROF,
        SIGVTALRM, SIGSTKFLT, SIGPWR,  SIGKILL, SIGQUIT, SIGILL,   SIGABRT, SIGFPE,  SIGSEGV,
        SIGBUS,    SIGSYS,    SIGTRAP, SIGXCPU, SIGXFSZ, SIGRTMIN, SIGRTMAX}) {
    EXPECT_THAT(ForkAndWait([&] { kill(getpid(), signal); }), KilledBy(signal)) << signal;
  }
  for (int signal : {SIGCHLD, SIGURG, SIGWINCH, SIGCONT}) {
    EXPECT_THAT(ForkAndWait([&] { kill(getpid(), signal); }), Exited(0)) << signal;
  }
}

TEST_F(Signal, ForkKeepsDispositionsAndDropsPending) {
  Handle(SIGUSR1);
  Block({SIGUSR1});
  kill(getpid(), SIGUSR1);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(!Pending(SIGUSR1));
                Unblock({SIGUSR1});
                CHILD_CHECK(g_seen.empty());
                raise(SIGUSR1);
                CHILD_CHECK(g_seen.size() == 1);
              }),
              Exited(0));
}

TEST_F(Signal, KillMinusOneSparesSelf) {
  EXPECT_THAT(ForkAndWait([&] {
                if (setgid(54321) != 0 || setuid(54321) != 0) return 0;  // As root only.
                pid_t child = Fork([] { pause(); });
                CHILD_CHECK(kill(-1, SIGTERM) == 0);
                int status = 0;
                CHILD_CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
                return 0;
              }),
              Exited(0));
}

TEST_F(Signal, PermissionToKill) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  EXPECT_THAT(ForkAndWait([&] {
                pid_t parent = getppid();
                CHILD_CHECK(setgid(54321) == 0 && setuid(54321) == 0);
                CHILD_CHECK(kill(parent, 0) == -1 && errno == EPERM);
                CHILD_CHECK(kill(parent, SIGCONT) == 0);  // Same session.
                CHILD_CHECK(kill(getpid(), 0) == 0);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

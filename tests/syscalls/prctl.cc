// prctl(2): what a thread says about itself.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

int* const kBadAddress = reinterpret_cast<int*>(8);

long Control(int option, unsigned long a2 = 0, unsigned long a3 = 0, unsigned long a4 = 0,
             unsigned long a5 = 0) {
  return syscall(SYS_prctl, option, a2, a3, a4, a5);
}

unsigned long Address(const void* at) {
  return reinterpret_cast<uintptr_t>(at);
}

bool HasCapability(int which) {
  __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  EXPECT_THAT(syscall(SYS_capget, &head, sets), SyscallSucceeds());
  return (sets[which / 32].effective >> which % 32 & 1) != 0;
}

TEST(Prctl, UnknownOptions) {
  EXPECT_THAT(Control(-1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(1 << 20), SyscallFails(EINVAL));
  EXPECT_THAT(Control(0), SyscallFails(EINVAL));
}

TEST(Prctl, Name) {
  char before[17] = {};
  ASSERT_THAT(Control(PR_GET_NAME, Address(before)), SyscallReturns(0));
  EXPECT_THAT(Control(PR_SET_NAME, Address("a-name-longer-than-sixteen")), SyscallReturns(0));
  char name[17] = "................";
  EXPECT_THAT(Control(PR_GET_NAME, Address(name)), SyscallReturns(0));
  EXPECT_STREQ(name, "a-name-longer-t");
  EXPECT_THAT(Control(PR_SET_NAME, Address("")), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_NAME, Address(name)), SyscallReturns(0));
  EXPECT_EQ(std::string(name, 16), std::string(16, '\0'));
  EXPECT_THAT(Control(PR_SET_NAME, Address(kBadAddress)), SyscallFails(EFAULT));
  EXPECT_THAT(Control(PR_GET_NAME, Address(kBadAddress)), SyscallFails(EFAULT));
  // Of the thread alone.
  ScopedThread([&before] {
    Control(PR_SET_NAME, Address("other"));
    char mine[16];
    Control(PR_GET_NAME, Address(mine));
    EXPECT_STREQ(mine, "other");
  }).Join();
  EXPECT_THAT(Control(PR_GET_NAME, Address(name)), SyscallReturns(0));
  EXPECT_STREQ(name, "");
  Control(PR_SET_NAME, Address(before));
}

TEST(Prctl, ParentDeathSignal) {
  int signal = -1;
  EXPECT_THAT(Control(PR_SET_PDEATHSIG, SIGUSR1), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_PDEATHSIG, Address(&signal)), SyscallReturns(0));
  EXPECT_EQ(signal, SIGUSR1);
  EXPECT_THAT(Control(PR_SET_PDEATHSIG, 65), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_PDEATHSIG, static_cast<unsigned long>(-1)), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_GET_PDEATHSIG, Address(kBadAddress)), SyscallFails(EFAULT));
  // Children begin without.
  EXPECT_THAT(ForkAndWait([] {
                int mine = -1;
                CHILD_CHECK(Control(PR_GET_PDEATHSIG, Address(&mine)) == 0 && mine == 0);
              }),
              Exited(0));
  EXPECT_THAT(Control(PR_SET_PDEATHSIG, 0), SyscallReturns(0));
}

TEST(Prctl, ParentDeathSignalComes) {
  Pipe pipe = Pipe::Create();
  const int status = ForkAndWait([&pipe] {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    int ready[2];
    CHILD_CHECK(::pipe(ready) == 0);
    const pid_t child = Fork([&] {
      CHILD_CHECK(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0);
      CHILD_CHECK(write(ready[1], "r", 1) == 1);
      siginfo_t info;
      CHILD_CHECK(sigwaitinfo(&wanted, &info) == SIGUSR1);
      CHILD_CHECK(write(pipe.write_end.get(), "d", 1) == 1);
    });
    CHILD_CHECK(child > 0);
    char byte;
    CHILD_CHECK(read(ready[0], &byte, 1) == 1);
  });
  EXPECT_THAT(status, Exited(0));
  pipe.write_end.reset();
  char byte = 0;
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(1));
  EXPECT_EQ(byte, 'd');
}

TEST(Prctl, Dumpable) {
  EXPECT_THAT(Control(PR_GET_DUMPABLE), SyscallReturns(1));
  EXPECT_THAT(Control(PR_SET_DUMPABLE, 2), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_DUMPABLE, static_cast<unsigned long>(-1)), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_DUMPABLE, 0), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_DUMPABLE), SyscallReturns(0));
  EXPECT_THAT(ForkAndWait([] { CHILD_CHECK(Control(PR_GET_DUMPABLE) == 0); }), Exited(0));
  EXPECT_THAT(Control(PR_SET_DUMPABLE, 1), SyscallReturns(0));
}

TEST(Prctl, NoNewPrivilegesIsForGood) {
  EXPECT_THAT(
      ForkAndWait([] {
        CHILD_CHECK(Control(PR_GET_NO_NEW_PRIVS) == 0);
        CHILD_CHECK(Control(PR_GET_NO_NEW_PRIVS, 1) == -1 && errno == EINVAL);
        CHILD_CHECK(Control(PR_SET_NO_NEW_PRIVS, 0) == -1 && errno == EINVAL);
        CHILD_CHECK(Control(PR_SET_NO_NEW_PRIVS, 1, 1) == -1 && errno == EINVAL);
        CHILD_CHECK(Control(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1) == -1 && errno == EINVAL);
        CHILD_CHECK(Control(PR_SET_NO_NEW_PRIVS, 1) == 0);
        CHILD_CHECK(Control(PR_GET_NO_NEW_PRIVS) == 1);
        CHILD_CHECK(Control(PR_SET_NO_NEW_PRIVS, 0) == -1 && errno == EINVAL);
        CHILD_CHECK(ForkAndWait([] { CHILD_CHECK(Control(PR_GET_NO_NEW_PRIVS) == 1); }) == 0);
      }),
      Exited(0));
}

TEST(Prctl, KeepCapabilities) {
  EXPECT_THAT(Control(PR_GET_KEEPCAPS), SyscallReturns(0));
  EXPECT_THAT(Control(PR_SET_KEEPCAPS, 2), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_KEEPCAPS, 1), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_KEEPCAPS), SyscallReturns(1));
  EXPECT_THAT(Control(PR_GET_SECUREBITS), SyscallReturns(1 << SECURE_KEEP_CAPS));
  EXPECT_THAT(Control(PR_SET_KEEPCAPS, 0), SyscallReturns(0));
}

TEST(Prctl, BoundingSet) {
  EXPECT_THAT(Control(PR_CAPBSET_READ, CAP_LAST_CAP + 20), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_CAPBSET_READ, static_cast<unsigned long>(-1)), SyscallFails(EINVAL));
  EXPECT_THAT(ForkAndWait([] {
                const bool privileged = geteuid() == 0;
                CHILD_CHECK(Control(PR_CAPBSET_READ, CAP_CHOWN) == 1);
                if (!privileged) {
                  CHILD_CHECK(Control(PR_CAPBSET_DROP, CAP_CHOWN) == -1 && errno == EPERM);
                  CHILD_CHECK(Control(PR_CAPBSET_DROP, 1000) == -1 && errno == EPERM);
                  return;
                }
                CHILD_CHECK(Control(PR_CAPBSET_DROP, 1000) == -1 && errno == EINVAL);
                CHILD_CHECK(Control(PR_CAPBSET_DROP, CAP_CHOWN) == 0);
                CHILD_CHECK(Control(PR_CAPBSET_READ, CAP_CHOWN) == 0);
                CHILD_CHECK(Control(PR_CAPBSET_DROP, CAP_CHOWN) == 0);
              }),
              Exited(0));
}

TEST(Prctl, Securebits) {
  constexpr unsigned long kNoroot = SECBIT_NOROOT, kLocked = SECBIT_NOROOT_LOCKED;
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(Control(PR_GET_SECUREBITS) == 0);
                if (geteuid() != 0) {
                  CHILD_CHECK(Control(PR_SET_SECUREBITS, kNoroot) == -1 && errno == EPERM);
                  return;
                }
                CHILD_CHECK(Control(PR_SET_SECUREBITS, 1 << 30) == -1 && errno == EPERM);
                CHILD_CHECK(Control(PR_SET_SECUREBITS, kNoroot) == 0);
                CHILD_CHECK(Control(PR_SET_SECUREBITS, 0) == 0);
                CHILD_CHECK(Control(PR_SET_SECUREBITS, kNoroot | kLocked) == 0);
                CHILD_CHECK(Control(PR_SET_SECUREBITS, kLocked) == -1 && errno == EPERM);
                CHILD_CHECK(Control(PR_SET_SECUREBITS, kNoroot) == -1 && errno == EPERM);
                CHILD_CHECK(Control(PR_GET_SECUREBITS) == (kNoroot | kLocked));
              }),
              Exited(0));
}

TEST(Prctl, AmbientCapabilities) {
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, 77, CAP_CHOWN), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1000), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN), SyscallReturns(0));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN), SyscallReturns(0));
  // It is not inheritable.
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN), SyscallFails(EPERM));
  EXPECT_THAT(Control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL), SyscallReturns(0));
}

TEST(Prctl, TimerSlack) {
  const long before = Control(PR_GET_TIMERSLACK);
  EXPECT_EQ(before, 50'000);
  EXPECT_THAT(Control(PR_SET_TIMERSLACK, 1), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_TIMERSLACK), SyscallReturns(1));
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(Control(PR_GET_TIMERSLACK) == 1);
                CHILD_CHECK(Control(PR_SET_TIMERSLACK, 7) == 0);
                CHILD_CHECK(Control(PR_SET_TIMERSLACK, 0) == 0);  // The one it began with.
                CHILD_CHECK(Control(PR_GET_TIMERSLACK) == 1);
              }),
              Exited(0));
  EXPECT_THAT(Control(PR_SET_TIMERSLACK, 0), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_TIMERSLACK), SyscallReturns(50'000));
}

TEST(Prctl, Subreaper) {
  int on = -1;
  EXPECT_THAT(Control(PR_GET_CHILD_SUBREAPER, Address(kBadAddress)), SyscallFails(EFAULT));
  EXPECT_THAT(ForkAndWait([] {
                int mine = -1;
                CHILD_CHECK(Control(PR_SET_CHILD_SUBREAPER, 5) == 0);
                CHILD_CHECK(Control(PR_GET_CHILD_SUBREAPER, Address(&mine)) == 0 && mine == 1);
                const pid_t middle = Fork([] {
                  int its = -1;
                  CHILD_CHECK(Control(PR_GET_CHILD_SUBREAPER, Address(&its)) == 0 && its == 0);
                  Fork([] { _exit(9); });
                });
                int status, orphans = 0;
                pid_t who;
                while ((who = wait(&status)) > 0) {
                  CHILD_CHECK(status == (who == middle ? 0 : 9 << 8));
                  ++orphans;
                }
                CHILD_CHECK(orphans == 2);
              }),
              Exited(0));
  EXPECT_THAT(Control(PR_GET_CHILD_SUBREAPER, Address(&on)), SyscallReturns(0));
  EXPECT_EQ(on, 0);
}

TEST(Prctl, MachineChecks) {
  EXPECT_THAT(Control(PR_MCE_KILL_GET), SyscallReturns(PR_MCE_KILL_DEFAULT));
  EXPECT_THAT(Control(PR_MCE_KILL_GET, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY), SyscallReturns(0));
  EXPECT_THAT(Control(PR_MCE_KILL_GET), SyscallReturns(PR_MCE_KILL_EARLY));
  EXPECT_THAT(Control(PR_MCE_KILL, PR_MCE_KILL_SET, 3), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_MCE_KILL, 2), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_MCE_KILL, PR_MCE_KILL_CLEAR), SyscallReturns(0));
  EXPECT_THAT(Control(PR_MCE_KILL_GET), SyscallReturns(PR_MCE_KILL_DEFAULT));
}

TEST(Prctl, IoFlusher) {
  if (!HasCapability(CAP_SYS_RESOURCE)) {
    EXPECT_THAT(Control(PR_SET_IO_FLUSHER, 7), SyscallFails(EPERM));
    EXPECT_THAT(Control(PR_GET_IO_FLUSHER, 7), SyscallFails(EPERM));
    return;
  }
  EXPECT_THAT(Control(PR_GET_IO_FLUSHER), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_IO_FLUSHER, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_IO_FLUSHER, 2), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_IO_FLUSHER, 1, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_IO_FLUSHER, 1), SyscallReturns(0));
  EXPECT_THAT(Control(PR_GET_IO_FLUSHER), SyscallReturns(1));
  EXPECT_THAT(Control(PR_SET_IO_FLUSHER, 0), SyscallReturns(0));
}

TEST(Prctl, Timing) {
  EXPECT_THAT(Control(PR_GET_TIMING), SyscallReturns(PR_TIMING_STATISTICAL));
  EXPECT_THAT(Control(PR_SET_TIMING, PR_TIMING_STATISTICAL), SyscallReturns(0));
  EXPECT_THAT(Control(PR_SET_TIMING, PR_TIMING_TIMESTAMP), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_TASK_PERF_EVENTS_DISABLE), SyscallReturns(0));
  EXPECT_THAT(Control(PR_TASK_PERF_EVENTS_ENABLE), SyscallReturns(0));
}

TEST(Prctl, OfOtherMachines) {
  EXPECT_THAT(Control(PR_SET_UNALIGN, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_FPEMU, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_ENDIAN, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_SET_FP_MODE, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(PR_GET_TAGGED_ADDR_CTRL), SyscallFails(EINVAL));
}

TEST(Prctl, TimeStampCounter) {
  int mode = 0;
  EXPECT_THAT(Control(PR_GET_TSC, Address(&mode)), SyscallReturns(0));
  EXPECT_EQ(mode, PR_TSC_ENABLE);
  EXPECT_THAT(Control(PR_SET_TSC, 77), SyscallFails(EINVAL));
}

// --- Syscall User Dispatch ---

constexpr int kDispatch = 59;  // PR_SET_SYSCALL_USER_DISPATCH

volatile char selector;
volatile sig_atomic_t trapped_number, trapped_code;
void* volatile trapped_at;

void OnSigsys(int, siginfo_t* info, void* context) {
  selector = 0;  // SYSCALL_DISPATCH_FILTER_ALLOW
  trapped_number = info->si_syscall;
  trapped_code = info->si_code;
  trapped_at = info->si_call_addr;
  auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (regs[REG_RAX] == info->si_syscall) regs[REG_RAX] = 4242;
}

void CatchSigsys() {
  struct sigaction action = {};
  action.sa_sigaction = OnSigsys;
  action.sa_flags = SA_SIGINFO;
  CHILD_CHECK(sigaction(SIGSYS, &action, nullptr) == 0);
}

TEST(UserDispatch, Arguments) {
  EXPECT_THAT(Control(kDispatch, 2), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 0, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 0, 0, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 0, 0, 0, Address(kBadAddress)), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 1, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 1, 1, static_cast<unsigned long>(-1)), SyscallFails(EINVAL));
  EXPECT_THAT(Control(kDispatch, 1, 0, static_cast<unsigned long>(-1), 1UL << 63),
              SyscallFails(EFAULT));
  EXPECT_THAT(Control(kDispatch, 0), SyscallReturns(0));
}

TEST(UserDispatch, SelectorDecides) {
  EXPECT_THAT(
      ForkAndWait([] {
        CatchSigsys();
        selector = 0;
        CHILD_CHECK(Control(kDispatch, 1, 0, 0, Address(const_cast<char*>(&selector))) == 0);
        const pid_t pid = getpid();
        selector = 1;  // SYSCALL_DISPATCH_FILTER_BLOCK
        const long answer = syscall(SYS_gettid);
        CHILD_CHECK(answer == 4242);
        CHILD_CHECK(trapped_number == SYS_gettid && trapped_code == 2);
        CHILD_CHECK(trapped_at != nullptr);
        CHILD_CHECK(syscall(SYS_gettid) == pid);
        selector = 1;
        CHILD_CHECK(sched_yield() == 4242 && trapped_number == SYS_sched_yield);
        selector = 1;
        CHILD_CHECK(syscall(9999) == 4242 && trapped_number == 9999);
        // Children begin without.
        CHILD_CHECK(WaitFor(Fork([] { selector = 1; })) == 0);
        CHILD_CHECK(Control(kDispatch, 0) == 0);
        selector = 1;
        CHILD_CHECK(syscall(SYS_gettid) == pid);
      }),
      Exited(0));
}

TEST(UserDispatch, BadSelectorsKill) {
  EXPECT_THAT(ForkAndWait([] {
                CatchSigsys();
                selector = 0;
                Control(kDispatch, 1, 0, 0, Address(const_cast<char*>(&selector)));
                selector = 5;
                syscall(SYS_gettid);
              }),
              KilledBy(SIGSYS));
  EXPECT_THAT(ForkAndWait([] {
                CatchSigsys();
                Control(kDispatch, 1, 0, 0, Address(kBadAddress));
                syscall(SYS_gettid);
              }),
              KilledBy(SIGSEGV));
}

TEST(UserDispatch, RangeIsFree) {
  EXPECT_THAT(
      ForkAndWait([] {
        CatchSigsys();
        selector = 1;
        // All of the lower half, and this program is in it.
        CHILD_CHECK(
            Control(kDispatch, 1, 1, (1UL << 47) - 1, Address(const_cast<char*>(&selector))) == 0);
        CHILD_CHECK(syscall(SYS_gettid) == getpid());
        // All but a page where nothing is.
        CHILD_CHECK(Control(kDispatch, 1, 1, 1, Address(const_cast<char*>(&selector))) == 0);
        CHILD_CHECK(syscall(SYS_gettid) == 4242);
      }),
      Exited(0));
}

}  // namespace
}  // namespace test

// sched_*(2), getpriority(2), setpriority(2), ioprio_get(2), ioprio_set(2), prlimit(2).
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

// struct sched_attr of <linux/sched/types.h>, which does not go with <sched.h>.
struct Attr {
  uint32_t size = sizeof(Attr);
  uint32_t sched_policy = 0;
  uint64_t sched_flags = 0;
  int32_t sched_nice = 0;
  uint32_t sched_priority = 0;
  uint64_t sched_runtime = 0, sched_deadline = 0, sched_period = 0;
  uint32_t sched_util_min = 0, sched_util_max = 0;
};
constexpr unsigned kFirstSize = 48;  // SCHED_ATTR_SIZE_VER0

constexpr uid_t kOther = 65534;
void* const kBadAddress = reinterpret_cast<void*>(8);

bool IsRoot() {
  return geteuid() == 0;
}

// True when the parent is somebody else's now.
bool BecomeOrdinary() {
  if (!IsRoot()) return false;
  CHILD_CHECK(setresgid(kOther, kOther, kOther) == 0);
  CHILD_CHECK(setresuid(kOther, kOther, kOther) == 0);
  return true;
}

// A process that waits to be ended.
class Sleeper {
 public:
  Sleeper()
      : pid_(Fork([] {
          for (;;) pause();
        })) {}
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

pid_t NobodysPid() {
  const pid_t pid = Fork([] {});
  EXPECT_THAT(waitpid(pid, nullptr, 0), SyscallReturns(pid));
  return pid;
}

long SetAttr(pid_t pid, Attr* attr, unsigned flags = 0) {
  return syscall(SYS_sched_setattr, pid, attr, flags);
}
long GetAttr(pid_t pid, void* attr, unsigned size, unsigned flags = 0) {
  return syscall(SYS_sched_getattr, pid, attr, size, flags);
}

TEST(Sched, PriorityRanges) {
  for (int policy : {SCHED_FIFO, SCHED_RR}) {
    EXPECT_THAT(sched_get_priority_max(policy), SyscallReturns(99));
    EXPECT_THAT(sched_get_priority_min(policy), SyscallReturns(1));
  }
  for (int policy : {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, 6 /* SCHED_DEADLINE */}) {
    EXPECT_THAT(sched_get_priority_max(policy), SyscallReturns(0));
    EXPECT_THAT(sched_get_priority_min(policy), SyscallReturns(0));
  }
  for (int policy : {-1, 4, 8, 1000}) {
    EXPECT_THAT(sched_get_priority_max(policy), SyscallFails(EINVAL));
    EXPECT_THAT(sched_get_priority_min(policy), SyscallFails(EINVAL));
  }
}

TEST(Sched, WhoIsAsked) {
  const pid_t nobody = NobodysPid();
  sched_param param = {};
  timespec interval;
  EXPECT_THAT(sched_getscheduler(0), SyscallReturns(SCHED_OTHER));
  EXPECT_THAT(sched_getscheduler(getpid()), SyscallReturns(SCHED_OTHER));
  EXPECT_THAT(sched_getscheduler(-1), SyscallFails(EINVAL));
  EXPECT_THAT(sched_getscheduler(nobody), SyscallFails(ESRCH));
  EXPECT_THAT(sched_getparam(0, &param), SyscallReturns(0));
  EXPECT_EQ(param.sched_priority, 0);
  EXPECT_THAT(sched_getparam(-1, &param), SyscallFails(EINVAL));
  EXPECT_THAT(sched_getparam(nobody, &param), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_getparam, 0, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_getparam, 0, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(sched_setparam(-1, &param), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setparam(nobody, &param), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_setparam, 0, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_setparam, 0, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(sched_setscheduler(nobody, SCHED_OTHER, &param), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_sched_setscheduler, 0, -1, &param), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_setscheduler, 0, 77, &param), SyscallFails(EINVAL));
  EXPECT_THAT(sched_rr_get_interval(0, &interval), SyscallReturns(0));
  EXPECT_THAT(sched_rr_get_interval(-1, &interval), SyscallFails(EINVAL));
  EXPECT_THAT(sched_rr_get_interval(nobody, &interval), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_rr_get_interval, 0, kBadAddress), SyscallFails(EFAULT));
}

// Who is dead is there until somebody has waited for it.
TEST(Sched, TheDeadKeepTheirPolicy) {
  const pid_t child = Fork([] {});
  siginfo_t info;
  ASSERT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), SyscallReturns(0));
  sched_param param{};
  cpu_set_t set;
  EXPECT_THAT(sched_getscheduler(child), SyscallReturns(SCHED_OTHER));
  EXPECT_THAT(sched_setscheduler(child, SCHED_BATCH, &param), SyscallReturns(0));
  EXPECT_THAT(sched_getscheduler(child), SyscallReturns(SCHED_BATCH));
  EXPECT_THAT(sched_getaffinity(child, sizeof(set), &set), SyscallSucceeds());
  EXPECT_THAT(sched_setaffinity(child, sizeof(set), &set), SyscallReturns(0));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_THAT(sched_getscheduler(child), SyscallFails(ESRCH));
}

TEST(Sched, PrioritiesMustFitThePolicy) {
  sched_param one = {.sched_priority = 1}, many = {.sched_priority = 100};
  sched_param negative = {.sched_priority = -1};
  EXPECT_THAT(sched_setscheduler(0, SCHED_OTHER, &one), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setscheduler(0, SCHED_BATCH, &one), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setparam(0, &one), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setparam(0, &negative), SyscallFails(EINVAL));
  sched_param none = {};
  EXPECT_THAT(sched_setscheduler(0, SCHED_FIFO, &none), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setscheduler(0, SCHED_FIFO, &many), SyscallFails(EINVAL));
  EXPECT_THAT(sched_setscheduler(0, SCHED_RR, &negative), SyscallFails(EINVAL));
}

TEST(Sched, PoliciesStickAndAreInherited) {
  EXPECT_THAT(
      ForkAndWait([] {
        sched_param none = {};
        CHILD_CHECK(sched_setscheduler(0, SCHED_BATCH, &none) == 0);
        CHILD_CHECK(sched_getscheduler(0) == SCHED_BATCH);
        CHILD_CHECK(WaitFor(Fork([] { CHILD_CHECK(sched_getscheduler(0) == SCHED_BATCH); })) == 0);
        CHILD_CHECK(sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) == 0);
        CHILD_CHECK(sched_getscheduler(0) == (SCHED_OTHER | SCHED_RESET_ON_FORK));
        CHILD_CHECK(WaitFor(Fork([] { CHILD_CHECK(sched_getscheduler(0) == SCHED_OTHER); })) == 0);
        const int idle = SCHED_IDLE | SCHED_RESET_ON_FORK;
        CHILD_CHECK(sched_setscheduler(0, idle, &none) == 0);
        CHILD_CHECK(sched_getscheduler(0) == idle);
      }),
      Exited(0));
}

TEST(Sched, RealTimeNeedsPrivilege) {
  EXPECT_THAT(
      ForkAndWait([] {
        const bool foreign = BecomeOrdinary();
        const rlimit none = {0, 0};
        CHILD_CHECK(setrlimit(RLIMIT_RTPRIO, &none) == 0);
        sched_param one = {.sched_priority = 1}, zero = {};
        CHILD_CHECK(sched_setscheduler(0, SCHED_FIFO, &one) == -1 && errno == EPERM);
        CHILD_CHECK(sched_setscheduler(0, SCHED_RR, &one) == -1 && errno == EPERM);
        CHILD_CHECK(sched_setscheduler(getppid(), SCHED_OTHER, &zero) == (foreign ? -1 : 0));
        CHILD_CHECK(sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &zero) == 0);
        // Who has that flag does not lose it again.
        CHILD_CHECK(sched_setscheduler(0, SCHED_OTHER, &zero) == -1 && errno == EPERM);
        CHILD_CHECK(sched_setscheduler(0, SCHED_IDLE | SCHED_RESET_ON_FORK, &zero) == 0);
      }),
      Exited(0));
}

TEST(Sched, Affinity) {
  cpu_set_t before;
  const long size = syscall(SYS_sched_getaffinity, 0, sizeof(before), &before);
  ASSERT_THAT(size, SyscallSucceeds());
  EXPECT_EQ(size % 8, 0);
  ASSERT_GT(CPU_COUNT(&before), 0);
  EXPECT_THAT(syscall(SYS_sched_getaffinity, 0, 0, &before), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_getaffinity, 0, 9, &before), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sched_getaffinity, 0, sizeof(before), kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_sched_getaffinity, -1, sizeof(before), &before), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_getaffinity, NobodysPid(), sizeof(before), &before),
              SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_sched_setaffinity, 0, sizeof(before), kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(sched_setaffinity(NobodysPid(), sizeof(before), &before), SyscallFails(ESRCH));
  cpu_set_t none;
  CPU_ZERO(&none);
  EXPECT_THAT(sched_setaffinity(0, sizeof(none), &none), SyscallFails(EINVAL));
  CPU_SET(CPU_SETSIZE - 1, &none);
  EXPECT_THAT(sched_setaffinity(0, sizeof(none), &none), SyscallFails(EINVAL));
  EXPECT_THAT(ForkAndWait([&before] {
                int first = 0;
                while (!CPU_ISSET(first, &before)) ++first;
                cpu_set_t one;
                CPU_ZERO(&one);
                CPU_SET(first, &one);
                CHILD_CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
                CHILD_CHECK(WaitFor(Fork([&one] {
                              cpu_set_t now;
                              CHILD_CHECK(sched_getaffinity(0, sizeof(now), &now) == 0);
                              CHILD_CHECK(CPU_EQUAL(&one, &now));
                            })) == 0);
                CHILD_CHECK(sched_getcpu() == first);
                CHILD_CHECK(sched_setaffinity(0, sizeof(before), &before) == 0);
              }),
              Exited(0));
  if (!IsRoot()) return;
  Sleeper other;
  EXPECT_THAT(ForkAndWait([&] {
                BecomeOrdinary();
                CHILD_CHECK(sched_setaffinity(other.pid(), sizeof(before), &before) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(sched_getaffinity(other.pid(), sizeof(before), &before) == 0);
              }),
              Exited(0));
}

TEST(SchedAttr, Get) {
  union Got {
    Got() : bytes() {}
    Attr attr;
    char bytes[4096];
  } got;
  EXPECT_THAT(GetAttr(0, &got, sizeof(Attr)), SyscallReturns(0));
  EXPECT_EQ(got.attr.size, sizeof(Attr));
  EXPECT_EQ(got.attr.sched_policy, unsigned{SCHED_OTHER});
  EXPECT_THAT(GetAttr(0, &got, kFirstSize), SyscallReturns(0));
  EXPECT_EQ(got.attr.size, kFirstSize);
  EXPECT_THAT(GetAttr(0, &got, 4096), SyscallReturns(0));
  EXPECT_THAT(GetAttr(0, &got, 4097), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(0, &got, kFirstSize - 1), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(0, &got, 0), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(0, &got, sizeof(Attr), 1), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(-1, &got, sizeof(Attr)), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(NobodysPid(), &got, sizeof(Attr)), SyscallFails(ESRCH));
  EXPECT_THAT(GetAttr(0, nullptr, sizeof(Attr)), SyscallFails(EINVAL));
  EXPECT_THAT(GetAttr(0, kBadAddress, sizeof(Attr)), SyscallFails(EFAULT));
}

TEST(SchedAttr, Set) {
  Attr attr = {};
  EXPECT_THAT(SetAttr(0, &attr), SyscallReturns(0));
  EXPECT_THAT(SetAttr(0, &attr, 1), SyscallFails(EINVAL));
  EXPECT_THAT(SetAttr(-1, &attr), SyscallFails(EINVAL));
  EXPECT_THAT(SetAttr(NobodysPid(), &attr), SyscallFails(ESRCH));
  EXPECT_THAT(SetAttr(0, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(SetAttr(0, static_cast<Attr*>(kBadAddress)), SyscallFails(EFAULT));
  attr.size = 0;  // The first version of it.
  EXPECT_THAT(SetAttr(0, &attr), SyscallReturns(0));
  attr.size = kFirstSize - 1;
  EXPECT_THAT(SetAttr(0, &attr), SyscallFails(E2BIG));
  EXPECT_EQ(attr.size, sizeof(Attr));  // What the kernel knows.
  attr.size = 1 << 20;
  EXPECT_THAT(SetAttr(0, &attr), SyscallFails(E2BIG));
  attr = {.sched_policy = 77};
  EXPECT_THAT(SetAttr(0, &attr), SyscallFails(EINVAL));
  attr = {.sched_flags = 0x1000};
  EXPECT_THAT(SetAttr(0, &attr), SyscallFails(EINVAL));
  attr = {.sched_priority = 1};
  EXPECT_THAT(SetAttr(0, &attr), SyscallFails(EINVAL));
}

TEST(SchedAttr, NicenessGoesWithIt) {
  EXPECT_THAT(ForkAndWait([] {
                Attr attr = {.sched_policy = SCHED_BATCH, .sched_nice = 7};
                CHILD_CHECK(SetAttr(0, &attr) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 7);
                CHILD_CHECK(sched_getscheduler(0) == SCHED_BATCH);
                Attr now = {};
                CHILD_CHECK(GetAttr(0, &now, sizeof(now)) == 0 && now.sched_nice == 7);
                attr.sched_nice = 100;  // As far as it goes.
                CHILD_CHECK(SetAttr(0, &attr) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 19);
                attr = {.sched_flags = 0x18};  // KEEP_POLICY, _PARAMS
                CHILD_CHECK(SetAttr(0, &attr) == 0);
                CHILD_CHECK(sched_getscheduler(0) == SCHED_BATCH);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 19);
              }),
              Exited(0));
}

TEST(Priority, Errors) {
  EXPECT_THAT(getpriority(static_cast<__priority_which_t>(77), 0), SyscallFails(EINVAL));
  EXPECT_THAT(setpriority(static_cast<__priority_which_t>(77), 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_getpriority, PRIO_PROCESS, NobodysPid()), SyscallFails(ESRCH));
  EXPECT_THAT(setpriority(PRIO_PROCESS, NobodysPid(), 0), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_getpriority, PRIO_USER, 54321), SyscallFails(ESRCH));
  EXPECT_THAT(setpriority(PRIO_USER, 54321, 0), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_getpriority, PRIO_PGRP, NobodysPid()), SyscallFails(ESRCH));
}

TEST(Priority, OrdinaryUsersGoDownOnly) {
  EXPECT_THAT(ForkAndWait([] {
                const bool foreign = BecomeOrdinary();
                const rlimit none = {0, 0};
                CHILD_CHECK(setrlimit(RLIMIT_NICE, &none) == 0);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 5) == 0);
                CHILD_CHECK(syscall(SYS_getpriority, PRIO_PROCESS, 0) == 15);  // 20 - nice
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 4) == -1 && errno == EACCES);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 5) == 0);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 1000) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 19);
                CHILD_CHECK(getpriority(PRIO_PGRP, 0) <= 19);
                if (!foreign) return;
                CHILD_CHECK(setpriority(PRIO_PROCESS, static_cast<id_t>(getppid()), 19) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

TEST(Priority, HighestOfTheGroup) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setpgid(0, 0) == 0);
                Sleeper child;
                CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 10) == 0);
                CHILD_CHECK(getpriority(PRIO_PGRP, 0) == 0);
                CHILD_CHECK(setpriority(PRIO_PGRP, 0, 12) == 0);
                CHILD_CHECK(getpriority(PRIO_PROCESS, static_cast<id_t>(child.pid())) == 12);
                CHILD_CHECK(getpriority(PRIO_PGRP, static_cast<id_t>(getpgrp())) == 12);
              }),
              Exited(0));
}

// Of the thread, not of the process.
TEST(Priority, OfThreads) {
  EXPECT_THAT(ForkAndWait([] {
                ScopedThread([] {
                  CHILD_CHECK(setpriority(PRIO_PROCESS, 0, 9) == 0);
                  CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 9);
                }).Join();
                CHILD_CHECK(getpriority(PRIO_PROCESS, 0) == 0);
              }),
              Exited(0));
}

TEST(IoPriority, SetAndGet) {
  constexpr int kProcess = 1, kGroup = 2, kUser = 3;
  constexpr int kBestEffort = 2 << 13, kIdle = 3 << 13;
  EXPECT_THAT(syscall(SYS_ioprio_get, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_ioprio_get, 4, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_ioprio_get, kProcess, NobodysPid()), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_ioprio_get, kUser, 54321), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_ioprio_set, 0, 0, kBestEffort), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_ioprio_set, kProcess, NobodysPid(), kBestEffort), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_ioprio_set, kProcess, 0, 5 << 13), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_ioprio_set, kProcess, 0, 1), SyscallFails(EINVAL));
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(syscall(SYS_ioprio_set, kProcess, 0, kBestEffort | 7) == 0);
                CHILD_CHECK(syscall(SYS_ioprio_get, kProcess, 0) == (kBestEffort | 7));
                CHILD_CHECK(syscall(SYS_ioprio_set, kProcess, getpid(), kIdle) == 0);
                CHILD_CHECK(syscall(SYS_ioprio_get, kProcess, getpid()) == kIdle);
                CHILD_CHECK(WaitFor(Fork([] {
                              CHILD_CHECK(syscall(SYS_ioprio_get, kProcess, 0) == kIdle);
                            })) == 0);
                CHILD_CHECK(syscall(SYS_ioprio_get, kGroup, 0) > 0);
                BecomeOrdinary();
                // IOPRIO_CLASS_RT
                CHILD_CHECK(syscall(SYS_ioprio_set, kProcess, 0, 1 << 13) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(syscall(SYS_ioprio_set, kProcess, 0, kBestEffort) == 0);
              }),
              Exited(0));
}

TEST(Limits, Errors) {
  rlimit limit;
  EXPECT_THAT(syscall(SYS_getrlimit, RLIM_NLIMITS, &limit), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_getrlimit, -1, &limit), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_getrlimit, RLIMIT_CORE, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_setrlimit, RLIM_NLIMITS, &limit), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_setrlimit, RLIM_NLIMITS, kBadAddress), SyscallFails(EFAULT));
  limit = {.rlim_cur = 2, .rlim_max = 1};
  EXPECT_THAT(setrlimit(RLIMIT_CORE, &limit), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_prlimit64, -1, RLIMIT_CORE, nullptr, &limit), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_prlimit64, NobodysPid(), RLIMIT_CORE, nullptr, &limit),
              SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_prlimit64, 0, RLIM_NLIMITS, nullptr, &limit), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_prlimit64, 0, RLIMIT_CORE, nullptr, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_prlimit64, 0, RLIMIT_CORE, kBadAddress, nullptr), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_prlimit64, 0, RLIMIT_CORE, nullptr, nullptr), SyscallReturns(0));
}

TEST(Limits, HardOnesOnlySink) {
  EXPECT_THAT(ForkAndWait([] {
                const bool foreign = BecomeOrdinary();
                rlimit limit = {10, 20};
                CHILD_CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
                rlimit now;
                CHILD_CHECK(getrlimit(RLIMIT_CORE, &now) == 0);
                CHILD_CHECK(now.rlim_cur == 10 && now.rlim_max == 20);
                limit = {20, 20};
                CHILD_CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
                limit = {20, 21};
                CHILD_CHECK(setrlimit(RLIMIT_CORE, &limit) == -1 && errno == EPERM);
                CHILD_CHECK(WaitFor(Fork([] {
                              rlimit its;
                              CHILD_CHECK(getrlimit(RLIMIT_CORE, &its) == 0);
                              CHILD_CHECK(its.rlim_cur == 20 && its.rlim_max == 20);
                            })) == 0);
                if (!foreign) return;
                CHILD_CHECK(prlimit(getppid(), RLIMIT_CORE, nullptr, &now) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

TEST(Limits, OfOthers) {
  Sleeper child;
  const rlimit limit = {11, 22};
  rlimit old;
  EXPECT_THAT(prlimit(child.pid(), RLIMIT_NOFILE, &limit, &old), SyscallReturns(0));
  EXPECT_GE(old.rlim_max, 22U);
  EXPECT_THAT(prlimit(child.pid(), RLIMIT_NOFILE, nullptr, &old), SyscallReturns(0));
  EXPECT_EQ(old.rlim_cur, 11U);
  EXPECT_EQ(old.rlim_max, 22U);
}

TEST(Usage, Errors) {
  rusage usage;
  EXPECT_THAT(getrusage(static_cast<__rusage_who_t>(2), &usage), SyscallFails(EINVAL));
  EXPECT_THAT(getrusage(static_cast<__rusage_who_t>(-2), &usage), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_getrusage, RUSAGE_SELF, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(getrusage(RUSAGE_THREAD, &usage), SyscallReturns(0));
  EXPECT_THAT(getrusage(RUSAGE_SELF, &usage), SyscallReturns(0));
  EXPECT_GT(usage.ru_maxrss, 0);
}

}  // namespace
}  // namespace test

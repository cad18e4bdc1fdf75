// getpid(2) and its like, asked so often that somebody may have begun to answer from memory: they
// must follow fork, threads, changes of ids and of parents.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "tests/support/matchers.h"

namespace test {
namespace {

constexpr int kOften = 500;

// Each with one call site of its own in this program, whatever the C library does.
pid_t AskPid() {
  pid_t result = 0;
  for (int i = 0; i < kOften; ++i) result = static_cast<pid_t>(syscall(SYS_getpid));
  return result;
}

#define DEFINE_ASK(name, number)               \
  __attribute__((noinline)) long name() {      \
    long result = 0;                           \
    for (int i = 0; i < kOften; ++i) {         \
      asm volatile("movl %1, %%eax\n\tsyscall" \
                   : "=a"(result)              \
                   : "i"(number)               \
                   : "rcx", "r11", "memory");  \
    }                                          \
    return result;                             \
  }
DEFINE_ASK(AskPidInline, SYS_getpid)
DEFINE_ASK(AskTid, SYS_gettid)
DEFINE_ASK(AskParent, SYS_getppid)
DEFINE_ASK(AskGroup, SYS_getpgrp)
DEFINE_ASK(AskUid, SYS_getuid)
DEFINE_ASK(AskEuid, SYS_geteuid)
DEFINE_ASK(AskGid, SYS_getgid)
DEFINE_ASK(AskEgid, SYS_getegid)

int StatusOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(IdentityLoop, AllOfThemAgreeWithTheLibrary) {
  EXPECT_EQ(AskPid(), getpid());
  EXPECT_EQ(AskPidInline(), getpid());
  EXPECT_EQ(AskTid(), gettid());
  EXPECT_EQ(AskParent(), getppid());
  EXPECT_EQ(AskGroup(), getpgrp());
  EXPECT_EQ(AskUid(), static_cast<long>(getuid()));
  EXPECT_EQ(AskEuid(), static_cast<long>(geteuid()));
  EXPECT_EQ(AskGid(), static_cast<long>(getgid()));
  EXPECT_EQ(AskEgid(), static_cast<long>(getegid()));
}

TEST(IdentityLoop, ChildIsSomebodyElse) {
  const pid_t parent = getpid();
  ASSERT_EQ(AskPidInline(), parent);
  AskParent();
  const pid_t child = fork();
  if (child == 0) {
    const bool right = AskPidInline() != parent && AskParent() == parent &&
                       AskPidInline() == getpid() && AskTid() == getpid();
    _exit(right ? 0 : 1);
  }
  EXPECT_EQ(StatusOf(child), 0);
  EXPECT_EQ(AskPidInline(), parent);
}

void* TidInThread(void* to) {
  *static_cast<long*>(to) = AskTid();
  return nullptr;
}

TEST(IdentityLoop, ThreadsHaveTheirOwn) {
  const long own = AskTid();
  long others[4] = {};
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(pthread_create(&threads[i], nullptr, TidInThread, &others[i]), 0);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  for (int i = 0; i < 4; ++i) {
    EXPECT_NE(others[i], own);
    EXPECT_NE(others[i], 0);
    for (int j = 0; j < i; ++j) EXPECT_NE(others[i], others[j]);
  }
  EXPECT_EQ(AskTid(), own);
  EXPECT_EQ(AskPidInline(), getpid());
}

// What the system calls change is one thread's; the C library makes the others follow, and is not
// asked here.
struct ThreadIds {
  pthread_barrier_t* barrier;
  uid_t user;
  bool changes;
  int wrong = 0;
};

void* AskTogether(void* argument) {
  auto& ids = *static_cast<ThreadIds*>(argument);
  const pid_t tid = gettid();
  for (int round = 0; round < 6; ++round) {
    ids.wrong += AskTid() != tid || AskPidInline() != getpid() || AskPid() != getpid();
    ids.wrong += AskEuid() != ids.user;
    if (ids.changes && round == 2) {
      ids.user = 1000;
      ids.wrong += syscall(SYS_setresuid, -1, ids.user, -1) != 0;
    }
    pthread_barrier_wait(ids.barrier);
    ids.wrong += AskEuid() != ids.user;
    pthread_barrier_wait(ids.barrier);
  }
  return nullptr;
}

TEST(IdentityLoop, ThreadsAreAskedAndChangedOneByOne) {
  if (geteuid() != 0) GTEST_SKIP() << "changes its user";
  constexpr int kThreads = 3;
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, kThreads);
  ThreadIds ids[kThreads];
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    ids[i] = {.barrier = &barrier, .user = geteuid(), .changes = i == 1};
    ASSERT_EQ(pthread_create(&threads[i], nullptr, AskTogether, &ids[i]), 0);
  }
  // Another that looks as its maker does, for a while.
  for (int i = 0; i < 20; ++i) {
    const pid_t tid = gettid();
    EXPECT_EQ(AskTid(), tid);
    static volatile long inside;
    const pid_t child = vfork();
    if (child == 0) {
      inside = AskTid();
      _exit(0);
    }
    EXPECT_EQ(inside, child);
    EXPECT_EQ(AskTid(), tid);
    EXPECT_EQ(StatusOf(child), 0);
  }
  for (int i = 0; i < kThreads; ++i) {
    pthread_join(threads[i], nullptr);
    EXPECT_EQ(ids[i].wrong, 0);
  }
  EXPECT_EQ(AskEuid(), 0);
}

TEST(IdentityLoop, NewProcessGroupIsSeenAtOnce) {
  const pid_t child = fork();
  if (child == 0) {
    if (AskGroup() == getpid()) _exit(1);
    if (setpgid(0, 0) != 0) _exit(2);
    _exit(AskGroup() == getpid() ? 0 : 3);
  }
  EXPECT_EQ(StatusOf(child), 0);
}

TEST(IdentityLoop, ProcessGroupChangedByTheParent) {
  int ready[2], go[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(go), 0);
  const pid_t child = fork();
  char byte = 0;
  if (child == 0) {
    AskGroup();
    if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) _exit(1);
    _exit(AskGroup() == getpid() ? 0 : 2);
  }
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(setpgid(child, child), 0);
  ASSERT_EQ(write(go[1], &byte, 1), 1);
  EXPECT_EQ(StatusOf(child), 0);
}

TEST(IdentityLoop, OrphanHasAnotherParent) {
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const pid_t middle = fork();
  if (middle == 0) {
    const pid_t own = getpid();
    if (fork() == 0) {
      close(out[0]);
      // No wait but this call: whoever answers has to notice.
      while (AskParent() == own) sched_yield();
      const char byte = 'x';
      _exit(write(out[1], &byte, 1) == 1 ? 0 : 1);
    }
    _exit(0);
  }
  close(out[1]);
  EXPECT_EQ(StatusOf(middle), 0);
  char byte = 0;
  EXPECT_EQ(read(out[0], &byte, 1), 1);
  close(out[0]);
}

TEST(IdentityLoop, ChangedUserIsSeenAtOnce) {
  if (geteuid() != 0) GTEST_SKIP() << "for root";
  const pid_t child = fork();
  if (child == 0) {
    if (AskUid() != 0 || AskEuid() != 0 || AskGid() != 0 || AskEgid() != 0) _exit(1);
    if (syscall(SYS_setresgid, 1001, 1002, 1003) != 0) _exit(2);
    if (AskGid() != 1001 || AskEgid() != 1002) _exit(3);
    if (syscall(SYS_setresuid, 1004, 1005, 1006) != 0) _exit(4);
    if (AskUid() != 1004 || AskEuid() != 1005) _exit(5);
    _exit(0);
  }
  EXPECT_EQ(StatusOf(child), 0);
}

std::atomic<int> caught{0};

void OnAlarm(int) {
  caught.fetch_add(1);
}

TEST(IdentityLoop, SignalsInBetweenDisturbNothing) {
  struct sigaction action = {};
  action.sa_handler = OnAlarm;
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  timer_t timer;
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, nullptr, &timer), 0);
  const itimerspec often = {{0, 500'000}, {0, 500'000}};
  ASSERT_EQ(timer_settime(timer, 0, &often, nullptr), 0);
  const long pid = getpid();
  while (caught.load() < 200) ASSERT_EQ(AskPidInline(), pid);
  timer_delete(timer);
  sigaction(SIGALRM, &before, nullptr);
}

// All registers but the two that a call clobbers, and the flags, are as they were.
TEST(IdentityLoop, RegistersAndFlagsStay) {
  for (int i = 0; i < kOften; ++i) {
    uint64_t flags_after = 0, rdx = 1, rsi = 2, rdi = 3, r8 = 4, r9 = 5, result = 0;
    asm volatile(
        "movq $6, %%r10\n\tmovq $0xffffffff00000000, %%rax\n\tstc\n\t"
        "movl %[number], %%eax\n\tsyscall\n\t"
        "pushfq\n\tpopq %[flags]\n\tcmpq $6, %%r10\n\tje 1f\n\tud2\n1:"
        : [flags] "=&r"(flags_after), "=&a"(result), "+d"(rdx), "+S"(rsi), "+D"(rdi)
        : [number] "i"(SYS_getpid)
        : "rcx", "r11", "r10", "memory", "cc");
    ASSERT_EQ(result, static_cast<uint64_t>(getpid()));
    ASSERT_EQ(flags_after & 1, 1u);
    ASSERT_TRUE(rdx == 1 && rsi == 2 && rdi == 3 && r8 == 4 && r9 == 5);
  }
}

}  // namespace
}  // namespace test

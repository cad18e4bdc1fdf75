// rt_sigprocmask(2) and set_robust_list(2), done so often that somebody may have begun to do them
// without the kernel: signals, debuggers, /proc, fork and threads must see every change at once.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

constexpr int kOften = 200;
using Mask = uint64_t;

constexpr Mask Bit(int signal) {
  return Mask{1} << (signal - 1);
}

// One call site each, as the C library has them.
__attribute__((noinline)) long Change(int how, const void* set, void* old, size_t size = 8) {
  register size_t r10 asm("r10") = size;
  long result = 0;
  asm volatile("movl %[number], %%eax\n\tsyscall"
               : "=a"(result)
               : [number] "i"(SYS_rt_sigprocmask), "D"(static_cast<long>(how)), "S"(set), "d"(old),
                 "r"(r10)
               : "rcx", "r11", "memory");
  return result;
}

__attribute__((noinline)) long SetRobustList(void* head, size_t size) {
  long result = 0;
  asm volatile("movl %[number], %%eax\n\tsyscall"
               : "=a"(result)
               : [number] "i"(SYS_set_robust_list), "D"(head), "S"(size)
               : "rcx", "r11", "memory");
  return result;
}

Mask Current() {
  Mask mask = 0;
  EXPECT_EQ(Change(SIG_BLOCK, nullptr, &mask), 0);
  return mask;
}

std::string SigBlk(pid_t tid) {
  const std::string path = "/proc/self/task/" + std::to_string(tid) + "/status";
  FILE* file = fopen(path.c_str(), "r");
  char line[256], mask[64] = "";
  while (file != nullptr && fgets(line, sizeof(line), file) != nullptr)
    if (sscanf(line, "SigBlk: %63s", mask) == 1) break;
  if (file != nullptr) fclose(file);
  return mask;
}

class MaskLoop : public testing::Test {
 protected:
  void SetUp() override {
    Mask empty = 0;
    for (int i = 0; i < kOften; ++i) ASSERT_EQ(Change(SIG_SETMASK, &empty, nullptr), 0);
  }
  void TearDown() override {
    signal(SIGUSR1, SIG_DFL);
    Mask empty = 0;
    Change(SIG_SETMASK, &empty, nullptr);
  }
};

std::atomic<int> g_caught{0};
void Count(int) {
  g_caught.fetch_add(1);
}

void Catch(int signal) {
  struct sigaction action {};
  action.sa_handler = Count;
  sigaction(signal, &action, nullptr);
  g_caught.store(0);
}

TEST_F(MaskLoop, BlocksUnblocksSetsAndTells) {
  Mask set = Bit(SIGUSR1) | Bit(40), old = 1;
  EXPECT_EQ(Change(SIG_BLOCK, &set, &old), 0);
  EXPECT_EQ(old, 0u);
  set = Bit(SIGUSR2);
  EXPECT_EQ(Change(SIG_BLOCK, &set, &old), 0);
  EXPECT_EQ(old, Bit(SIGUSR1) | Bit(40));
  set = Bit(SIGUSR1);
  EXPECT_EQ(Change(SIG_UNBLOCK, &set, &old), 0);
  EXPECT_EQ(old, Bit(SIGUSR1) | Bit(40) | Bit(SIGUSR2));
  EXPECT_EQ(Current(), Bit(40) | Bit(SIGUSR2));
  set = Bit(3);
  EXPECT_EQ(Change(SIG_SETMASK, &set, &set), 0);  // The same memory for both.
  EXPECT_EQ(set, Bit(40) | Bit(SIGUSR2));
  EXPECT_EQ(Current(), Bit(3));
  // As the C library sees it, through another site.
  sigset_t seen;
  sigprocmask(SIG_BLOCK, nullptr, &seen);
  EXPECT_EQ(sigismember(&seen, 3), 1);
}

TEST_F(MaskLoop, KillAndStopCannotBeBlocked) {
  Mask all = ~Mask{0};
  EXPECT_EQ(Change(SIG_SETMASK, &all, nullptr), 0);
  EXPECT_EQ(Current(), ~(Bit(SIGKILL) | Bit(SIGSTOP)));
  EXPECT_EQ(Change(SIG_BLOCK, &all, nullptr), 0);
  EXPECT_EQ(Current(), ~(Bit(SIGKILL) | Bit(SIGSTOP)));
}

TEST_F(MaskLoop, Errors) {
  Mask set = Bit(SIGUSR1), old = 0;
  EXPECT_EQ(Change(SIG_BLOCK, &set, &old, 4), -EINVAL);
  EXPECT_EQ(Change(SIG_BLOCK, nullptr, nullptr, 16), -EINVAL);
  EXPECT_EQ(Change(3, &set, &old), -EINVAL);
  EXPECT_EQ(Change(-1, &set, &old), -EINVAL);
  EXPECT_EQ(Change(3, nullptr, &old), 0);  // How is for a set.
  EXPECT_EQ(Current(), 0u);
  const auto bad = reinterpret_cast<void*>(8);
  EXPECT_EQ(Change(SIG_BLOCK, bad, nullptr), -EFAULT);
  EXPECT_EQ(Change(7, bad, nullptr), -EFAULT);  // Read before it is looked at.
  EXPECT_EQ(Change(SIG_BLOCK, nullptr, bad), -EFAULT);
  EXPECT_EQ(Current(), 0u);
  // The change comes before the answer.
  EXPECT_EQ(Change(SIG_BLOCK, &set, bad), -EFAULT);
  EXPECT_EQ(Current(), Bit(SIGUSR1));
  EXPECT_EQ(Change(SIG_BLOCK, reinterpret_cast<void*>(~0ul << 47), nullptr), -EFAULT);
}

TEST_F(MaskLoop, SetThatEndsAtAHole) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* memory = static_cast<char*>(
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_EQ(mprotect(memory + page, page, PROT_NONE), 0);
  Mask set = Bit(SIGUSR2);
  memcpy(memory + page - 8, &set, 8);
  EXPECT_EQ(Change(SIG_SETMASK, memory + page - 8, memory + page - 8), 0);
  EXPECT_EQ(Current(), Bit(SIGUSR2));
  EXPECT_EQ(Change(SIG_SETMASK, memory + page - 4, nullptr), -EFAULT);
  set = Bit(SIGUSR1);
  EXPECT_EQ(Change(SIG_SETMASK, &set, memory + page - 4), -EFAULT);
  EXPECT_EQ(Current(), Bit(SIGUSR1));
  ASSERT_EQ(mprotect(memory, page, PROT_READ), 0);
  EXPECT_EQ(Change(SIG_BLOCK, nullptr, memory), -EFAULT);
  munmap(memory, 2 * page);
}

TEST_F(MaskLoop, BlockedSignalWaitsAndComesAtTheEndOfTheCallThatLetsItIn) {
  Catch(SIGUSR1);
  Mask set = Bit(SIGUSR1);
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
    ASSERT_EQ(kill(getpid(), SIGUSR1), 0);
    ASSERT_EQ(g_caught.load(), i);
    ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
    ASSERT_EQ(g_caught.load(), i);
    ASSERT_EQ(Change(SIG_UNBLOCK, &set, nullptr), 0);
    ASSERT_EQ(g_caught.load(), i + 1);
  }
}

TEST_F(MaskLoop, HandlersMaskHoldsInsideAndGoesAtItsEnd) {
  static Mask inside;
  struct sigaction action {};
  action.sa_handler = [](int) { Change(SIG_BLOCK, nullptr, &inside); };
  sigaddset(&action.sa_mask, SIGUSR2);
  sigaction(SIGUSR1, &action, nullptr);
  Mask set = Bit(40);
  Change(SIG_BLOCK, &set, nullptr);
  raise(SIGUSR1);
  EXPECT_EQ(inside, Bit(40) | Bit(SIGUSR1) | Bit(SIGUSR2));
  EXPECT_EQ(Current(), Bit(40));
}

TEST_F(MaskLoop, SignalOfTheProcessGoesToTheThreadThatLetsItIn) {
  Catch(SIGUSR1);
  Mask set = Bit(SIGUSR1);
  std::atomic<pid_t> taker{0};
  static thread_local pid_t own = 0;
  static std::atomic<pid_t> where{0};
  struct sigaction action {};
  action.sa_handler = [](int) { where.store(own); };
  sigaction(SIGUSR1, &action, nullptr);
  own = gettid();
  std::atomic<bool> done{false};
  ScopedThread other([&] {
    own = gettid();
    for (int i = 0; i < kOften; ++i) Change(SIG_UNBLOCK, &set, nullptr);
    taker.store(own);
    taker.notify_all();
    while (!done.load()) sched_yield();  // Makes no call of the kernel's that could matter.
  });
  taker.wait(0);
  for (int i = 0; i < 20; ++i) {
    where.store(0);
    ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
    ASSERT_EQ(kill(getpid(), SIGUSR1), 0);
    while (where.load() == 0) sched_yield();
    EXPECT_EQ(where.load(), taker.load());
    ASSERT_EQ(Change(SIG_UNBLOCK, &set, nullptr), 0);
  }
  done.store(true);
}

// A signal that arrives at any moment around the changes of a mask is never lost.
TEST_F(MaskLoop, NoSignalIsLostBetweenChanges) {
  Catch(SIGUSR1);
  const pid_t target = gettid();
  std::atomic<int> sent{0};
  ScopedThread sender([&] {
    for (int i = 0; i < 25; ++i) {
      syscall(SYS_tgkill, getpid(), target, SIGUSR1);
      sent.fetch_add(1);
      // One at a time: they do not queue.
      while (g_caught.load() <= i) sched_yield();
    }
  });
  Mask set = Bit(SIGUSR1), old = 0;
  while (sent.load() < 25 || g_caught.load() < 25) {
    ASSERT_EQ(Change(SIG_BLOCK, &set, &old), 0);
    ASSERT_EQ(old, 0u);
    const int blocked = g_caught.load();
    for (int i = 0; i < 20; ++i) ASSERT_EQ(g_caught.load(), blocked);
    ASSERT_EQ(Change(SIG_SETMASK, &old, &old), 0);
    ASSERT_EQ(old, set);
  }
}

TEST_F(MaskLoop, ProcTellsOfAThreadThatRuns) {
  std::atomic<int> step{0};
  Mask set = Bit(SIGUSR1) | Bit(SIGUSR2);
  ScopedThread other([&] {
    for (int i = 0; i < kOften; ++i) Change(SIG_BLOCK, nullptr, nullptr);
    Change(SIG_SETMASK, &set, nullptr);
    step.store(1);
    while (step.load() == 1) {
    }
  });
  while (step.load() == 0) sched_yield();
  EXPECT_EQ(SigBlk(other.tid()), "0000000000000a00");
  EXPECT_EQ(SigBlk(gettid()), "0000000000000000");
  step.store(2);
}

TEST_F(MaskLoop, ChildrenInheritItAndHaveTheirOwn) {
  Mask set = Bit(SIGUSR1);
  ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(Current() == set);
                Mask other = Bit(SIGUSR2);
                for (int i = 0; i < kOften; ++i) {
                  CHILD_CHECK(Change(SIG_SETMASK, &other, nullptr) == 0);
                  CHILD_CHECK(Current() == other);
                }
                CHILD_CHECK(SigBlk(getpid()) == "0000000000000800");
                CHILD_CHECK(ForkAndWait([&] { CHILD_CHECK(Current() == other); }) == 0);
              }),
              Exited(0));
  EXPECT_EQ(Current(), set);
}

TEST_F(MaskLoop, VforkChildHasItsOwnAlthoughItLooksLikeItsParent) {
  Mask set = Bit(SIGUSR1);
  ASSERT_EQ(Change(SIG_SETMASK, &set, nullptr), 0);
  static volatile bool right;
  right = false;
  const pid_t child = vfork();
  if (child == 0) {
    Mask none = 0, seen = 0;
    bool all = true;
    for (int i = 0; i < kOften; ++i) {
      all = all && Change(SIG_SETMASK, &none, &seen) == 0 && seen == (i == 0 ? set : 0);
    }
    right = all;
    _exit(0);
  }
  ASSERT_GT(child, 0);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(right);
  EXPECT_EQ(Current(), set);
  EXPECT_EQ(SigBlk(gettid()), "0000000000000200");
}

TEST_F(MaskLoop, ThreadsHaveTheirOwn) {
  Mask set = Bit(SIGUSR1);
  ASSERT_EQ(Change(SIG_SETMASK, &set, nullptr), 0);
  std::atomic<int> wrong{0};
  {
    auto body = [&](int signal) {
      if (Current() != set) wrong.fetch_add(1);
      Mask own = Bit(signal);
      Change(SIG_SETMASK, &own, nullptr);
      for (int i = 0; i < 5 * kOften; ++i) {
        Mask more = Bit(signal + 1), old = 0;
        if (Change(SIG_BLOCK, &more, &old) != 0 || old != own) wrong.fetch_add(1);
        if (Change(SIG_SETMASK, &own, &old) != 0 || old != (own | more)) wrong.fetch_add(1);
      }
    };
    ScopedThread a([&] { body(40); }), b([&] { body(42); }), c([&] { body(44); });
    for (int i = 0; i < 5 * kOften; ++i)
      if (Current() != set) wrong.fetch_add(1);
  }
  EXPECT_EQ(wrong.load(), 0);
}

TEST_F(MaskLoop, SignalfdAndSigwaitTakeWhatIsBlocked) {
  Mask set = Bit(SIGUSR1);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
    raise(SIGUSR1);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    if (i % 2 == 0) {
      int signal = 0;
      ASSERT_EQ(sigwait(&wanted, &signal), 0);
      ASSERT_EQ(signal, SIGUSR1);
    } else {
      const int fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
      signalfd_siginfo info;
      ASSERT_EQ(read(fd, &info, sizeof(info)), static_cast<ssize_t>(sizeof(info)));
      close(fd);
    }
    ASSERT_EQ(Current(), set);
    ASSERT_EQ(Change(SIG_UNBLOCK, &set, nullptr), 0);
  }
}

TEST_F(MaskLoop, TemporaryMaskEndsWithItsCall) {
  Catch(SIGUSR1);
  Mask set = Bit(SIGUSR1);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(Change(SIG_BLOCK, &set, nullptr), 0);
    raise(SIGUSR1);
    sigset_t none;
    sigemptyset(&none);
    EXPECT_EQ(sigsuspend(&none), -1);
    ASSERT_EQ(g_caught.load(), i + 1);
    ASSERT_EQ(Current(), set);
    ASSERT_EQ(Change(SIG_UNBLOCK, &set, nullptr), 0);
  }
}

TEST_F(MaskLoop, TracerSeesAndSetsIt) {
  std::atomic<int>* step = static_cast<std::atomic<int>*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = Fork([step] {
    Mask own = Bit(SIGUSR2);
    for (int i = 0; i < kOften; ++i) Change(SIG_SETMASK, &own, nullptr);
    step->store(1);
    while (step->load() == 1) {
    }
    CHILD_CHECK(Current() == Bit(40));
    Mask more = Bit(41);
    for (int i = 0; i < kOften; ++i) CHILD_CHECK(Change(SIG_BLOCK, &more, nullptr) == 0);
    CHILD_CHECK(Current() == (Bit(40) | Bit(41)));
  });
  while (step->load() == 0) sched_yield();
  ASSERT_EQ(ptrace(PTRACE_SEIZE, child, nullptr, nullptr), 0);
  ASSERT_EQ(ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  Mask seen = 0, wanted = Bit(40);
  EXPECT_EQ(ptrace(static_cast<__ptrace_request>(0x420a), child, sizeof(seen), &seen), 0);
  EXPECT_EQ(seen, Bit(SIGUSR2));
  EXPECT_EQ(ptrace(static_cast<__ptrace_request>(0x420b), child, sizeof(wanted), &wanted), 0);
  step->store(2);
  ASSERT_EQ(ptrace(PTRACE_CONT, child, nullptr, nullptr), 0);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_THAT(status, Exited(0));
  munmap(step, 4096);
}

// All registers but the two that a call clobbers, and the flags, are as they were.
TEST_F(MaskLoop, RegistersAndFlagsStay) {
  Mask set = Bit(SIGUSR1), old = 0;
  constexpr uint64_t kFlags = 0x8d5;  // Overflow, sign, zero, adjust, parity, carry.
  for (uint64_t flags : {uint64_t{0}, kFlags, uint64_t{0x800}, uint64_t{0x1}, uint64_t{0x80}}) {
    for (int i = 0; i < kOften; ++i) {
      uint64_t after = 0, result = 1, rdi = SIG_SETMASK, rbx = 7;
      const void* rsi = &set;
      void* rdx = &old;
      asm volatile(
          "movq $8, %%r10\n\tpushfq\n\tpopq %%rax\n\tandq $~0x8d5, %%rax\n\torq %[flags], %%rax\n\t"
          "pushq %%rax\n\tpopfq\n\t"
          "movl %[number], %%eax\n\tsyscall\n\t"
          "pushfq\n\tpopq %[after]\n\tcmpq $8, %%r10\n\tje 1f\n\tud2\n1:"
          : [after] "=&r"(after), "=&a"(result), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+b"(rbx)
          : [number] "i"(SYS_rt_sigprocmask), [flags] "r"(flags)
          : "rcx", "r11", "r10", "memory", "cc");
      ASSERT_EQ(result, 0u);
      ASSERT_EQ(after & kFlags, flags);
      ASSERT_TRUE(rdi == SIG_SETMASK && rsi == &set && rdx == &old && rbx == 7);
    }
  }
}

TEST_F(MaskLoop, SignalsInBetweenDisturbNothing) {
  Catch(SIGALRM);
  timer_t timer;
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, nullptr, &timer), 0);
  const itimerspec often = {{0, 300'000}, {0, 300'000}};
  ASSERT_EQ(timer_settime(timer, 0, &often, nullptr), 0);
  Mask a = Bit(SIGUSR1), b = Bit(SIGUSR2), old = 0;
  Change(SIG_SETMASK, &b, nullptr);
  while (g_caught.load() < 300) {
    ASSERT_EQ(Change(SIG_SETMASK, &a, &old), 0);
    ASSERT_EQ(old, b);
    ASSERT_EQ(Change(SIG_SETMASK, &b, &old), 0);
    ASSERT_EQ(old, a);
  }
  timer_delete(timer);
}

TEST_F(MaskLoop, RobustListOfTheLastCallIsTold) {
  struct robust_list_head lists[2] = {};
  void* before = nullptr;
  size_t size = 0;
  ASSERT_EQ(syscall(SYS_get_robust_list, 0, &before, &size), 0);
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(SetRobustList(&lists[i % 2], sizeof(lists[0])), 0);
    void* told = nullptr;
    if (i % 10 != 0) continue;
    ASSERT_EQ(syscall(SYS_get_robust_list, 0, &told, &size), 0);
    ASSERT_EQ(told, &lists[i % 2]);
    ASSERT_EQ(size, sizeof(lists[0]));
  }
  EXPECT_EQ(SetRobustList(&lists[0], sizeof(lists[0]) + 1), -EINVAL);
  EXPECT_EQ(SetRobustList(before, sizeof(lists[0])), 0);
}

TEST_F(MaskLoop, RobustMutexOfADeadThread) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  for (int i = 0; i < kOften; ++i) {
    pthread_mutex_t mutex;
    pthread_mutex_init(&mutex, &attributes);
    pthread_t thread;
    ASSERT_EQ(pthread_create(
                  &thread, nullptr,
                  [](void* lock) -> void* {
                    pthread_mutex_lock(static_cast<pthread_mutex_t*>(lock));
                    return nullptr;
                  },
                  &mutex),
              0);
    pthread_join(thread, nullptr);
    ASSERT_EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
    pthread_mutex_consistent(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
  }
}

// The end of a process comes in the midst of its making another one, too.
TEST_F(MaskLoop, KilledWhileItForks) {
  constexpr int kRounds = 200;
  constexpr suseconds_t kLongest = 8000;
  constexpr int kEnoughForks = 20'000;
  signal(SIGALRM, SIG_DFL);
  for (int i = 0; i < kRounds; ++i) {
    const pid_t child = Fork([i] {
      setpgid(0, 0);
      const itimerval end = {{0, 0}, {0, 1 + i * 7919 % kLongest}};
      setitimer(ITIMER_REAL, &end, nullptr);
      for (int n = 0; n < kEnoughForks; ++n) Fork([] {});
    });
    ASSERT_GT(child, 0);
    ASSERT_THAT(WaitFor(child), KilledBy(SIGALRM));
    kill(-child, SIGKILL);
  }
}

}  // namespace
}  // namespace test

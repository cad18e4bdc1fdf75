// Handlers that run so often that somebody may have begun to return from them without the kernel
// (rt_sigreturn(2)): registers, FPU state, mask and alternate stack come back as the frame says,
// and a frame that says nonsense ends as it always did.
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <atomic>
#include <cstring>
#include <functional>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

constexpr int kOften = 200;
constexpr uint64_t kCarry = 1, kTrap = 0x100;

std::atomic<int> g_caught{0};
std::function<void(ucontext_t*)> g_change;

void OnSignal(int, siginfo_t*, void* context) {
  g_caught.fetch_add(1);
  if (g_change) g_change(static_cast<ucontext_t*>(context));
}

void Catch(int signal, int flags = 0) {
  struct sigaction action {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | flags;
  ASSERT_THAT(sigaction(signal, &action, nullptr), SyscallSucceeds());
}

bool IsBlocked(int signal) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

uint8_t* FpuOf(ucontext_t* context) {
  return reinterpret_cast<uint8_t*>(context->uc_mcontext.fpregs);
}

template <typename T>
void Put(uint8_t* to, T value) {
  memcpy(to, &value, sizeof(value));
}

class HandlerLoop : public testing::Test {
 protected:
  void SetUp() override {
    g_change = nullptr;
    Catch(SIGUSR1);
    for (int i = 0; i < kOften; ++i) raise(SIGUSR1);
    g_caught.store(0);
  }
  void TearDown() override {
    g_change = nullptr;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  // What becomes of a process whose handler leaves such a frame.
  static int EndOf(const std::function<void(ucontext_t*)>& change) {
    return ForkAndWait([&change] {
      g_change = nullptr;
      for (int i = 0; i < kOften; ++i) raise(SIGUSR1);
      g_change = change;
      raise(SIGUSR1);
    });
  }
};

TEST_F(HandlerLoop, RegistersFlagsAndVectorsComeBack) {
  g_change = [](ucontext_t*) {
    asm volatile("pxor %%xmm1, %%xmm1\n\tpcmpeqd %%xmm15, %%xmm15\n\tfldpi\n\tfstp %%st" ::
                     : "xmm1", "xmm15");
  };
  Catch(SIGALRM);
  const itimerval often = {{0, 300}, {0, 300}};
  ASSERT_THAT(setitimer(ITIMER_REAL, &often, nullptr), SyscallSucceeds());
  while (g_caught.load() < 300) {
    uint64_t wrong = 0;
    asm volatile(
        "movl $0x11, %%ebx\n\tmovl $0x22, %%r8d\n\tmovl $0x33, %%r15d\n\tmovl $0x44, %%r11d\n\t"
        "movq %%rbx, %%xmm1\n\tmovq %%r8, %%xmm15\n\tmovl $5000, %%edx\n\tstc\n\t"
        "1: jnc 2f\n\tleal -1(%%rdx), %%edx\n\tmovl %%edx, %%ecx\n\tjrcxz 3f\n\tjmp 1b\n\t"
        "2: incq %[wrong]\n\t"
        "3: xorq $0x22, %%r8\n\txorq $0x33, %%r15\n\txorq $0x44, %%r11\n\t"
        "movq %%xmm1, %%rcx\n\txorq $0x11, %%rcx\n\txorq $0x11, %%rbx\n\torq %%rbx, %%rcx\n\t"
        "movq %%xmm15, %%rdi\n\txorq $0x22, %%rdi\n\torq %%rdi, %%rcx\n\t"
        "orq %%r8, %%rcx\n\torq %%r15, %%rcx\n\torq %%r11, %%rcx\n\torq %%rcx, %[wrong]"
        : [wrong] "+m"(wrong)
        :
        : "rbx", "rcx", "rdx", "rdi", "r8", "r11", "r15", "xmm1", "xmm15", "cc", "memory");
    ASSERT_EQ(wrong, 0u);
  }
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
}

TEST_F(HandlerLoop, WhatTheHandlerChangesInTheFrameHolds) {
  g_change = [](ucontext_t* context) {
    context->uc_mcontext.gregs[REG_R9] = 77;
    context->uc_mcontext.gregs[REG_EFL] |= kCarry;
    Put<uint64_t>(FpuOf(context) + 160 + 7 * 16, 88);  // xmm7
    sigaddset(&context->uc_sigmask, SIGUSR2);
    sigaddset(&context->uc_sigmask, SIGKILL);
  };
  uint64_t r9 = 0, xmm7 = 0;
  uint8_t carry = 0;
  asm volatile(
      "xorl %%r9d, %%r9d\n\tpxor %%xmm7, %%xmm7\n\tclc\n\tsyscall\n\tsetc %[carry]\n\t"
      "movq %%xmm7, %[xmm7]\n\tmovq %%r9, %[r9]"
      : [r9] "=r"(r9), [xmm7] "=r"(xmm7), [carry] "=r"(carry)
      : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
      : "rcx", "r11", "r9", "xmm7", "memory", "cc");
  g_change = nullptr;
  EXPECT_EQ(r9, 77u);
  EXPECT_EQ(xmm7, 88u);
  EXPECT_EQ(carry, 1);
  EXPECT_TRUE(IsBlocked(SIGUSR2));
  EXPECT_FALSE(IsBlocked(SIGKILL));
  EXPECT_FALSE(IsBlocked(SIGUSR1));
}

TEST_F(HandlerLoop, WhatIsLetInByTheReturnComesAtOnce) {
  static int order[2], count;
  struct sigaction action {};
  action.sa_handler = [](int signal) {
    if (signal == SIGUSR1) kill(getpid(), SIGUSR2);
    order[count++ % 2] = signal;
  };
  sigaddset(&action.sa_mask, SIGUSR2);
  sigaction(SIGUSR1, &action, nullptr);
  sigaction(SIGUSR2, &action, nullptr);
  for (int i = 0; i < kOften; ++i) {
    raise(SIGUSR1);
    ASSERT_EQ(count, 2 * (i + 1));
    ASSERT_TRUE(order[0] == SIGUSR1 && order[1] == SIGUSR2);
  }
}

// A signal that arrives at any moment around a return is neither lost nor comes while it is kept
// out.
TEST_F(HandlerLoop, NoSignalIsLostAroundAReturn) {
  static std::atomic<int> inside{0}, nested{0}, others{0};
  struct sigaction action {};
  action.sa_handler = [](int) {
    inside.store(1);
    g_caught.fetch_add(1);
    inside.store(0);
  };
  sigaddset(&action.sa_mask, SIGUSR2);
  sigaction(SIGUSR1, &action, nullptr);
  action.sa_handler = [](int) {
    nested.fetch_add(inside.load());
    others.fetch_add(1);
  };
  sigaction(SIGUSR2, &action, nullptr);
  const pid_t target = gettid();
  constexpr int kSignals = 500;
  {
    ScopedThread sender([&] {
      for (int i = 0; i < kSignals; ++i) {
        syscall(SYS_tgkill, getpid(), target, SIGUSR2);
        while (others.load() <= i) sched_yield();
      }
    });
    while (others.load() < kSignals) raise(SIGUSR1);
  }
  EXPECT_EQ(nested.load(), 0);
}

TEST_F(HandlerLoop, AlternateStack) {
  static char memory[2][64 << 10];
  stack_t stack = {.ss_sp = memory[0], .ss_flags = 0, .ss_size = sizeof(memory[0])}, seen{};
  ASSERT_THAT(sigaltstack(&stack, nullptr), SyscallSucceeds());
  Catch(SIGUSR1, SA_ONSTACK);
  static bool on_it;
  g_change = [](ucontext_t* context) {
    const char* here = static_cast<char*>(__builtin_frame_address(0));
    on_it = here >= memory[0] && here < memory[0] + sizeof(memory[0]);
    on_it = on_it && context->uc_stack.ss_sp == memory[0];
  };
  for (int i = 0; i < kOften; ++i) {
    on_it = false;
    raise(SIGUSR1);
    ASSERT_TRUE(on_it);
  }
  // What the frame names becomes the stack.
  Catch(SIGUSR1);
  g_change = [](ucontext_t* context) { context->uc_stack.ss_sp = memory[1]; };
  raise(SIGUSR1);
  sigaltstack(nullptr, &seen);
  EXPECT_EQ(seen.ss_sp, memory[1]);
  // Off while a handler runs that may leave it, and on again behind that.
  stack.ss_flags = static_cast<int>(1u << 31);  // SS_AUTODISARM
  ASSERT_THAT(sigaltstack(&stack, nullptr), SyscallSucceeds());
  Catch(SIGUSR1, SA_ONSTACK);
  static int flags;
  g_change = [](ucontext_t*) {
    stack_t now;
    sigaltstack(nullptr, &now);
    flags = now.ss_flags;
  };
  for (int i = 0; i < kOften; ++i) {
    raise(SIGUSR1);
    ASSERT_EQ(flags, SS_DISABLE);
    sigaltstack(nullptr, &seen);
    ASSERT_EQ(seen.ss_sp, memory[0]);
  }
  stack = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&stack, nullptr);
}

TEST_F(HandlerLoop, NestedOnesReturnInTurn) {
  static int depth, deepest;
  Catch(SIGUSR1, SA_NODEFER);
  g_change = [](ucontext_t*) {
    deepest = std::max(deepest, ++depth);
    if (depth < 8) raise(SIGUSR1);
    --depth;
  };
  for (int i = 0; i < kOften / 8; ++i) raise(SIGUSR1);
  EXPECT_EQ(deepest, 8);
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(g_caught.load(), kOften / 8 * 8);
}

TEST_F(HandlerLoop, JumpsOutOfAHandler) {
  static sigjmp_buf where;
  g_change = [](ucontext_t*) { siglongjmp(where, 1); };
  static int i;
  for (i = 0; i < kOften; ++i) {
    if (sigsetjmp(where, 1) == 0) raise(SIGUSR1);
    ASSERT_FALSE(IsBlocked(SIGUSR1));
  }
  EXPECT_EQ(g_caught.load(), kOften);
}

TEST_F(HandlerLoop, InitialAndShortFpuStates) {
  g_change = [](ucontext_t* context) { context->uc_mcontext.fpregs = nullptr; };
  uint64_t xmm7 = 1;
  const auto call = [&xmm7] {
    asm volatile("movq %[xmm7], %%xmm7\n\tsyscall\n\tmovq %%xmm7, %[xmm7]"
                 : [xmm7] "+r"(xmm7)
                 : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
                 : "rcx", "r11", "xmm7", "memory");
  };
  call();
  EXPECT_EQ(xmm7, 0u);
  constexpr size_t kMagic1 = 464;
  g_change = [](ucontext_t* context) {
    Put<uint32_t>(FpuOf(context) + kMagic1, 0);
    Put<uint64_t>(FpuOf(context) + 160 + 7 * 16, 99);
  };
  call();
  EXPECT_EQ(xmm7, 99u);
}

TEST_F(HandlerLoop, ImpossibleFramesEndTheProcess) {
  constexpr size_t kMxcsr = 24, kXstateBv = 512, kXcompBv = 520;
  EXPECT_THAT(EndOf([](ucontext_t* c) { Put<uint32_t>(FpuOf(c) + kMxcsr, ~0u); }),
              KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t* c) { Put<uint64_t>(FpuOf(c) + kXstateBv, ~uint64_t{0}); }),
              KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t* c) { Put<uint64_t>(FpuOf(c) + kXcompBv, 1); }),
              KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t* c) { c->uc_mcontext.gregs[REG_RIP] = 1LL << 62; }),
              KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t* c) { c->uc_mcontext.gregs[REG_RIP] = 8; }), KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t* c) {
                c->uc_mcontext.fpregs = reinterpret_cast<fpregset_t>(uint64_t{8});
              }),
              KilledBy(SIGSEGV));
  EXPECT_THAT(EndOf([](ucontext_t*) {}), Exited(0));
}

TEST_F(HandlerLoop, TrapFlagOfTheFrame) {
  static std::atomic<int> traps{0};
  struct sigaction action {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = [](int, siginfo_t*, void* context) {
    traps.fetch_add(1);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~static_cast<long>(kTrap);
  };
  sigaction(SIGTRAP, &action, nullptr);
  g_change = [](ucontext_t* context) { context->uc_mcontext.gregs[REG_EFL] |= kTrap; };
  for (int i = 0; i < 10; ++i) {
    raise(SIGUSR1);
    ASSERT_EQ(traps.load(), i + 1);
  }
  signal(SIGTRAP, SIG_DFL);
}

TEST_F(HandlerLoop, ChildrenAndThreads) {
  EXPECT_THAT(ForkAndWait([] {
                for (int i = 0; i < kOften; ++i) {
                  raise(SIGUSR1);
                  CHILD_CHECK(g_caught.load() == i + 1);
                }
              }),
              Exited(0));
  auto body = [] {
    for (int i = 0; i < kOften; ++i) raise(SIGUSR1);
  };
  { ScopedThread a(body), b(body), c(body); }
  EXPECT_EQ(g_caught.load(), 3 * kOften);
}

TEST_F(HandlerLoop, UnwindersSeeWhatWasInterrupted) {
  static int frames;
  g_change = [](ucontext_t*) {
    frames = 0;
    _Unwind_Backtrace(
        [](_Unwind_Context*, void* count) {
          ++*static_cast<int*>(count);
          return _URC_NO_REASON;
        },
        &frames);
  };
  Catch(SIGUSR2);
  raise(SIGUSR2);
  const int first = frames;
  for (int i = 0; i < kOften; ++i) raise(SIGUSR1);
  EXPECT_EQ(frames, first);
  EXPECT_GT(first, 4);
}

}  // namespace
}  // namespace test

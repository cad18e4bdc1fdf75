// Which calls start again after a handler (signal(7)), temporary masks, alternate stacks, what a
// handler's frame holds and what rt_sigreturn(2) takes from it.
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

std::atomic<int> g_count;
void Count(int) {
  ++g_count;
}

void Handle(int signal, int flags) {
  struct sigaction action {};
  action.sa_handler = Count;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

// Runs `call` in this thread while another sends SIGUSR1 to it, once it sleeps, and then, once it
// sleeps again or not at all, does `finish`.
template <typename Call>
long Interrupted(int flags, Call call, std::function<void()> finish) {
  Handle(SIGUSR1, flags);
  g_count = 0;
  pid_t self = gettid();
  std::atomic<bool> returned = false;
  long result;
  int error;
  {
    ScopedThread sender([&] {
      WaitUntilSleeping(self);
      syscall(SYS_tgkill, getpid(), self, SIGUSR1);
      while (g_count == 0) sched_yield();
      // Restarted calls sleep again; others return.
      while (!returned && ThreadState(self) != 'S') sched_yield();
      if (!returned) finish();
    });
    result = call();
    error = errno;
    returned = true;
  }
  EXPECT_EQ(g_count, 1);
  errno = error;
  return result;
}

struct ReadCase {
  Pipe pipe = Pipe::Create();
  void Write() { write(pipe.write_end.get(), "x", 1); }
};

TEST(Restart, PipeRead) {
  ReadCase c;
  char byte;
  auto call = [&] { return read(c.pipe.read_end.get(), &byte, 1); };
  EXPECT_THAT(Interrupted(SA_RESTART, call, [&] { c.Write(); }), SyscallReturns(1));
  EXPECT_THAT(Interrupted(0, call, [&] { c.Write(); }), SyscallFails(EINTR));
}

TEST(Restart, PipeWrite) {
  Pipe pipe = Pipe::Create();
  fcntl(pipe.write_end.get(), F_SETFL, O_NONBLOCK);
  std::string block(4096, 'x');
  while (write(pipe.write_end.get(), block.data(), block.size()) > 0) {
  }
  fcntl(pipe.write_end.get(), F_SETFL, 0);
  auto call = [&] { return write(pipe.write_end.get(), block.data(), block.size()); };
  auto drain = [&] {
    char page[4096];
    read(pipe.read_end.get(), page, sizeof page);
  };
  EXPECT_THAT(Interrupted(SA_RESTART, call, drain), SyscallReturns(4096));
  EXPECT_THAT(Interrupted(0, call, drain), SyscallFails(EINTR));
}

TEST(Restart, SocketReceive) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  char byte;
  auto call = [&] { return recv(a.get(), &byte, 1, 0); };
  auto send_one = [&] { send(b.get(), "x", 1, 0); };
  EXPECT_THAT(Interrupted(SA_RESTART, call, send_one), SyscallReturns(1));
  EXPECT_THAT(Interrupted(0, call, send_one), SyscallFails(EINTR));
  // With a time-out it is EINTR in any case (signal(7)).
  timeval limit{100, 0};
  setsockopt(a.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  EXPECT_THAT(Interrupted(SA_RESTART, call, send_one), SyscallFails(EINTR));
}

TEST(Restart, Wait) {
  pid_t child = Fork([] { pause(); });
  auto call = [&] { return waitpid(child, nullptr, 0); };
  auto end = [&] { kill(child, SIGKILL); };
  EXPECT_THAT(Interrupted(0, call, end), SyscallFails(EINTR));
  EXPECT_THAT(Interrupted(SA_RESTART, call, end), SyscallReturns(child));
}

TEST(Restart, FileLock) {
  char path[] = "/tmp/lockXXXXXX";
  Fd file(mkstemp(path));
  unlink(path);
  Pipe ready = Pipe::Create();
  struct flock lock {};
  lock.l_type = F_WRLCK;
  pid_t child = Fork([&] {
    struct flock mine = lock;
    fcntl(file.get(), F_SETLK, &mine);
    write(ready.write_end.get(), "x", 1);
    pause();
  });
  char byte;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  auto call = [&] {
    struct flock mine = lock;
    return fcntl(file.get(), F_SETLKW, &mine);
  };
  auto end = [&] { kill(child, SIGKILL); };
  EXPECT_THAT(Interrupted(0, call, end), SyscallFails(EINTR));
  EXPECT_THAT(Interrupted(SA_RESTART, call, end), SyscallReturns(0));
  WaitFor(child);
}

TEST(Restart, Futex) {
  std::atomic<int> word = 0;
  auto call = [&] { return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr); };
  auto wake = [&] { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1); };
  EXPECT_THAT(Interrupted(0, call, wake), SyscallFails(EINTR));
  EXPECT_THAT(Interrupted(SA_RESTART, call, wake), SyscallReturns(0));
}

// Never restarted, whatever SA_RESTART says.
TEST(Restart, NeverThese) {
  auto nothing = [] {};
  pollfd none{-1, 0, 0};
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return poll(&none, 1, 60'000); }, nothing),
              SyscallFails(EINTR));
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return ppoll(&none, 1, nullptr, nullptr); }, nothing),
              SyscallFails(EINTR));
  EXPECT_THAT(
      Interrupted(
          SA_RESTART, [&] { return select(0, nullptr, nullptr, nullptr, nullptr); }, nothing),
      SyscallFails(EINTR));
  Fd epoll(epoll_create1(0));
  epoll_event event;
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return epoll_wait(epoll.get(), &event, 1, -1); }, nothing),
              SyscallFails(EINTR));
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return pause(); }, nothing),
              SyscallFails(EINTR));
  sigset_t empty;
  sigemptyset(&empty);
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return sigsuspend(&empty); }, nothing),
              SyscallFails(EINTR));
}

TEST(Restart, SleepTellsWhatIsLeft) {
  timespec request{100, 0}, left{};
  EXPECT_THAT(Interrupted(
                  SA_RESTART, [&] { return nanosleep(&request, &left); }, [] {}),
              SyscallFails(EINTR));
  EXPECT_THAT(left.tv_sec, testing::AllOf(testing::Ge(50), testing::Le(100)));
  left = {7, 7};
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  now.tv_sec += 100;
  auto absolute = [&]() -> long {
    errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, &left);
    return errno == 0 ? 0 : -1;
  };
  EXPECT_THAT(Interrupted(0, absolute, [] {}), SyscallFails(EINTR));
  EXPECT_EQ(left.tv_sec, 7);
}

TEST(Restart, StopAndContinueIsNotSeen) {
  Pipe pipe = Pipe::Create();
  pid_t child = Fork([&] {
    timespec request{0, 200'000'000};
    CHILD_CHECK(nanosleep(&request, nullptr) == 0);
    pollfd poller{pipe.read_end.get(), POLLIN, 0};
    CHILD_CHECK(poll(&poller, 1, 60'000) == 1);
    char byte;
    CHILD_CHECK(read(pipe.read_end.get(), &byte, 1) == 1);
    CHILD_CHECK(read(pipe.read_end.get(), &byte, 1) == 1);
  });
  auto stop_and_continue = [&] {
    int status;
    WaitUntilSleeping(child);
    kill(child, SIGSTOP);
    ASSERT_THAT(waitpid(child, &status, WUNTRACED), SyscallReturns(child));
    ASSERT_TRUE(WIFSTOPPED(status));
    kill(child, SIGCONT);
    ASSERT_THAT(waitpid(child, &status, WCONTINUED), SyscallReturns(child));
    ASSERT_TRUE(WIFCONTINUED(status));
  };
  stop_and_continue();
  stop_and_continue();
  write(pipe.write_end.get(), "x", 1);
  stop_and_continue();
  write(pipe.write_end.get(), "x", 1);
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST(Restart, PartialWriteIsTold) {
  Pipe pipe = Pipe::Create();
  size_t capacity = static_cast<size_t>(fcntl(pipe.write_end.get(), F_GETPIPE_SZ));
  std::string data(capacity + 4096, 'x');
  auto call = [&] { return write(pipe.write_end.get(), data.data(), data.size()); };
  EXPECT_THAT(Interrupted(SA_RESTART, call, [] {}), SyscallReturns(static_cast<long>(capacity)));
}

TEST(TemporaryMask, PpollLetsInWhatWasBlocked) {
  Handle(SIGUSR1, 0);
  g_count = 0;
  sigset_t blocked, empty, now;
  sigemptyset(&blocked);
  sigemptyset(&empty);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  raise(SIGUSR1);
  EXPECT_EQ(g_count, 0);
  // Pending already: no sleep at all.
  EXPECT_THAT(ppoll(nullptr, 0, nullptr, &empty), SyscallFails(EINTR));
  EXPECT_EQ(g_count, 1);
  sigprocmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
  // Ready: the mask is put back and the signal stays pending.
  Pipe pipe = Pipe::Create();
  pollfd poller{pipe.write_end.get(), POLLOUT, 0};
  raise(SIGUSR1);
  EXPECT_THAT(ppoll(&poller, 1, nullptr, &empty), SyscallReturns(1));
  EXPECT_EQ(g_count, 1);
  EXPECT_THAT(sigsuspend(&empty), SyscallFails(EINTR));
  EXPECT_EQ(g_count, 2);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
}

alignas(64) char g_stack[65536];
bool g_on_stack;
stack_t g_inside;
void LookAtStack(int) {
  char here;
  g_on_stack = &here >= g_stack && &here < g_stack + sizeof g_stack;
  sigaltstack(nullptr, &g_inside);
  stack_t other{g_stack, 0, sizeof g_stack};
  if (g_on_stack && (sigaltstack(&other, nullptr) != -1 || errno != EPERM)) _exit(1);
}

class AltStack : public testing::Test {
 protected:
  void TearDown() override {
    stack_t off{};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
  }
};

TEST_F(AltStack, HandlerRunsThere) {
  stack_t stack{g_stack, 0, sizeof g_stack};
  ASSERT_THAT(sigaltstack(&stack, nullptr), SyscallSucceeds());
  struct sigaction action {};
  action.sa_handler = LookAtStack;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  EXPECT_TRUE(g_on_stack);
  EXPECT_EQ(g_inside.ss_flags, SS_ONSTACK);
  EXPECT_EQ(g_inside.ss_sp, g_stack);
  action.sa_flags = 0;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  EXPECT_FALSE(g_on_stack);
}

TEST_F(AltStack, AutodisarmLeavesItFree) {
  stack_t stack{g_stack, static_cast<int>(1U << 31), sizeof g_stack};  // SS_AUTODISARM
  ASSERT_THAT(sigaltstack(&stack, nullptr), SyscallSucceeds());
  struct sigaction action {};
  action.sa_handler = [](int) { sigaltstack(nullptr, &g_inside); };
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  EXPECT_EQ(g_inside.ss_flags, SS_DISABLE);
  stack_t now;
  sigaltstack(nullptr, &now);
  EXPECT_EQ(now.ss_sp, g_stack);
  EXPECT_EQ(now.ss_flags, static_cast<int>(1U << 31));
}

TEST_F(AltStack, Errors) {
  stack_t stack{g_stack, 0, 100};
  EXPECT_THAT(sigaltstack(&stack, nullptr), SyscallFails(ENOMEM));
  stack = {g_stack, 1 << 4, sizeof g_stack};
  EXPECT_THAT(sigaltstack(&stack, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sigaltstack, 8, nullptr), SyscallFails(EFAULT));
  stack_t now{};
  sigaltstack(nullptr, &now);
  EXPECT_EQ(now.ss_flags, SS_DISABLE);
}

TEST_F(AltStack, ForkKeepsIt) {
  stack_t stack{g_stack, 0, sizeof g_stack};
  sigaltstack(&stack, nullptr);
  EXPECT_THAT(ForkAndWait([] {
                stack_t now;
                CHILD_CHECK(sigaltstack(nullptr, &now) == 0 && now.ss_sp == g_stack);
              }),
              Exited(0));
  ScopedThread thread([] {
    stack_t now;
    sigaltstack(nullptr, &now);
    EXPECT_EQ(now.ss_flags, SS_DISABLE);
  });
}

TEST_F(AltStack, StackOverflowIsCaught) {
  EXPECT_THAT(ForkAndWait([] {
                stack_t stack{g_stack, 0, sizeof g_stack};
                sigaltstack(&stack, nullptr);
                struct sigaction action {};
                action.sa_handler = [](int) { _exit(33); };
                action.sa_flags = SA_ONSTACK;
                sigaction(SIGSEGV, &action, nullptr);
                std::function<int(int)> deep = [&](int n) {
                  volatile char space[4096];
                  space[0] = static_cast<char>(n);
                  return deep(n + 1) + space[0];
                };
                return deep(0);
              }),
              Exited(33));
}

TEST(Frame, HandlerChangesRegisters) {
  struct sigaction action {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = [](int, siginfo_t*, void* context) {
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = 4711;
  };
  sigaction(SIGTRAP, &action, nullptr);
  long rax = 1;
  asm volatile("int3" : "+a"(rax)::"memory");
  EXPECT_EQ(rax, 4711);
  signal(SIGTRAP, SIG_DFL);
}

TEST(Frame, HandlerChangesTheMask) {
  struct sigaction action {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = [](int, siginfo_t*, void* context) {
    sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, SIGUSR2);
  };
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  sigset_t now;
  sigprocmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGUSR2), 1);
  sigprocmask(SIG_UNBLOCK, &now, nullptr);
}

TEST(Frame, VectorRegistersSurvive) {
  if (!__builtin_cpu_supports("avx")) GTEST_SKIP() << "needs AVX";
  struct sigaction action {};
  action.sa_handler = [](int) {
    asm volatile("vpcmpeqd %%xmm5, %%xmm5, %%xmm5; vxorps %%ymm6, %%ymm6, %%ymm6" ::
                     : "xmm5", "xmm6");
  };
  sigaction(SIGUSR1, &action, nullptr);
  alignas(32) unsigned char in[32], out[32] = {}, out6[32] = {};
  for (int i = 0; i < 32; ++i) in[i] = static_cast<unsigned char>(i * 7 + 1);
  long result = SYS_tkill;
  asm volatile(
      "vmovdqa (%[in]), %%ymm5; vmovdqa (%[in]), %%ymm6; syscall;"
      "vmovdqa %%ymm5, (%[out]); vmovdqa %%ymm6, (%[out6])"
      : "+a"(result)
      : [in] "r"(in), [out] "r"(out), [out6] "r"(out6), "D"(static_cast<long>(gettid())),
        "S"(static_cast<long>(SIGUSR1))
      : "rcx", "r11", "memory", "xmm5", "xmm6");
  EXPECT_EQ(result, 0);
  EXPECT_EQ(memcmp(in, out, 32), 0);
  EXPECT_EQ(memcmp(in, out6, 32), 0);
}

sigjmp_buf g_jump;
siginfo_t g_fault;
greg_t g_trap, g_error, g_address;
void NoteFault(int, siginfo_t* info, void* context) {
  g_fault = *info;
  auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  g_trap = regs[REG_TRAPNO];
  g_error = regs[REG_ERR];
  g_address = regs[REG_CR2];
  siglongjmp(g_jump, 1);
}

class Fault : public testing::Test {
 protected:
  void SetUp() override {
    struct sigaction action {};
    action.sa_sigaction = NoteFault;
    action.sa_flags = SA_SIGINFO;
    for (int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigaction(s, &action, nullptr);
  }
  void TearDown() override {
    for (int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) signal(s, SIG_DFL);
  }
  template <typename Body>
  void Catch(Body body) {
    g_fault = {};
    if (sigsetjmp(g_jump, 1) == 0) {
      body();
      ADD_FAILURE() << "no fault";
    }
  }
};

TEST_F(Fault, SegvMapErr) {
  char* where =
      static_cast<char*>(mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  munmap(where, 4096);
  Catch([&] { *static_cast<volatile char*>(where + 5) = 1; });
  EXPECT_EQ(g_fault.si_signo, SIGSEGV);
  EXPECT_EQ(g_fault.si_code, SEGV_MAPERR);
  EXPECT_EQ(g_fault.si_addr, where + 5);
  EXPECT_EQ(g_trap, 14);
  EXPECT_EQ(g_error & 7, 6);
  EXPECT_EQ(g_address, reinterpret_cast<greg_t>(where + 5));
}

TEST_F(Fault, SegvAccErr) {
  char* page =
      static_cast<char*>(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  Catch([&] { *static_cast<volatile char*>(page) = 1; });
  EXPECT_EQ(g_fault.si_code, SEGV_ACCERR);
  EXPECT_EQ(g_fault.si_addr, page);
  munmap(page, 4096);
}

TEST_F(Fault, GeneralProtection) {
  Catch([] { *reinterpret_cast<volatile char*>(0xdead'beef'0000'0000) = 1; });
  EXPECT_EQ(g_fault.si_signo, SIGSEGV);
  EXPECT_EQ(g_fault.si_code, SI_KERNEL);
  EXPECT_EQ(g_fault.si_addr, nullptr);
  EXPECT_EQ(g_trap, 13);
}

TEST_F(Fault, Arithmetic) {
  Catch([] {
    volatile int zero = 0, one = 1;
    one = one / zero;
  });
  EXPECT_EQ(g_fault.si_signo, SIGFPE);
  EXPECT_EQ(g_fault.si_code, FPE_INTDIV);
  EXPECT_EQ(g_trap, 0);
}

TEST_F(Fault, IllegalInstruction) {
  Catch([] { asm volatile("ud2"); });
  EXPECT_EQ(g_fault.si_signo, SIGILL);
  EXPECT_EQ(g_fault.si_code, ILL_ILLOPN);
  EXPECT_EQ(g_trap, 6);
}

TEST_F(Fault, Breakpoint) {
  Catch([] { asm volatile("int3"); });
  EXPECT_EQ(g_fault.si_signo, SIGTRAP);
  EXPECT_EQ(g_fault.si_code, SI_KERNEL);
  EXPECT_EQ(g_trap, 3);
}

TEST_F(Fault, BlockedFaultKills) {
  EXPECT_THAT(ForkAndWait([] {
                sigset_t set;
                sigemptyset(&set);
                sigaddset(&set, SIGSEGV);
                sigprocmask(SIG_BLOCK, &set, nullptr);
                *static_cast<volatile char*>(nullptr) = 1;
              }),
              KilledBy(SIGSEGV));
}

TEST_F(Fault, HandlerWithoutAStackKills) {
  EXPECT_THAT(ForkAndWait([] {
                stack_t stack{reinterpret_cast<void*>(0x1000), 0, 65536};
                sigaltstack(&stack, nullptr);
                struct sigaction action {};
                action.sa_handler = Count;
                action.sa_flags = SA_ONSTACK;
                sigaction(SIGUSR1, &action, nullptr);
                signal(SIGSEGV, SIG_DFL);
                raise(SIGUSR1);
              }),
              KilledBy(SIGSEGV));
}

TEST_F(Fault, BadFrameKills) {
  EXPECT_THAT(ForkAndWait([] {
                signal(SIGSEGV, SIG_DFL);
                asm volatile("mov $0x1000, %%rsp; mov $15, %%eax; syscall" ::: "memory", "rax");
              }),
              KilledBy(SIGSEGV));
}

}  // namespace
}  // namespace test

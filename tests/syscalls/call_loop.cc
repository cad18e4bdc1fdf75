// Calls made so often from one place that a sandbox may have begun to answer them in a quicker way:
// each must still happen once, with the registers and errors of any other, whatever comes between.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/call_site.h"

namespace test {
namespace {

constexpr int kOften = 2000;

DEFINE_CALL(Seek, SYS_lseek)
DEFINE_CALL(SeekElsewhere, SYS_lseek)
DEFINE_CALL(Umask, SYS_umask)
DEFINE_CALL(Write, SYS_write)
DEFINE_CALL(Pread, SYS_pread64)
DEFINE_CALL(Stat, SYS_stat)
DEFINE_CALL(Receive, SYS_recvfrom)
DEFINE_CALL(Close, SYS_close)
DEFINE_CALL(Dup, SYS_dup)

int NewFile() {
  return memfd_create("call_loop", MFD_CLOEXEC);
}

// The position tells how often the call was executed.
void ExpectOneStepEach(int fd, int times) {
  const long before = Seek(fd, 0, SEEK_CUR);
  for (int i = 1; i <= times; ++i) ASSERT_EQ(Seek(fd, 1, SEEK_CUR), before + i);
}

int StatusOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(CallLoop, EachHappensOnce) {
  const int fd = NewFile();
  ExpectOneStepEach(fd, kOften);
  close(fd);
}

TEST(CallLoop, ResultsAndErrors) {
  char byte = 0;
  const int fd = NewFile();
  ASSERT_EQ(write(fd, "abc", 3), 3);
  struct stat status;
  const long before = Umask(022);
  Umask(before);
  const void* const nowhere = reinterpret_cast<void*>(8);
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Umask(i & 0777), i == 0 ? before : (i - 1) & 0777) << i;
    ASSERT_EQ(Pread(fd, Address(&byte), 1, i % 4), i % 4 < 3 ? 1 : 0);
    if (i % 4 < 3) {
      ASSERT_EQ(byte, "abc"[i % 4]);
    }
    ASSERT_EQ(Stat(Address(nowhere), Address(&status)), -EFAULT);
    ASSERT_EQ(Stat(Address("/nowhere"), Address(&status)), -ENOENT);
    ASSERT_EQ(Stat(Address("/"), Address(nowhere)), -EFAULT);
    ASSERT_EQ(Close(-1), -EBADF);
  }
  Umask(before);
  close(fd);
}

extern "C" {
uint64_t call_loop_in[12], call_loop_out[12], call_loop_flags_in, call_loop_flags_out;
}
constexpr uint64_t kFlags = 0x8d5;  // OF, SF, ZF, AF, PF, CF

// umask(2), whose argument is the last one of `in`.
__attribute__((noinline)) void CallWithAllRegisters() {
  asm volatile(
      "pushq %%rbp\n\t"
      "pushfq\n\tandq $~0x8d5, (%%rsp)\n\t"
      "movq call_loop_flags_in(%%rip), %%rax\n\torq %%rax, (%%rsp)\n\t"
      "leaq call_loop_in(%%rip), %%rax\n\t"
      "movq 0(%%rax), %%rbx\n\tmovq 8(%%rax), %%rdx\n\tmovq 16(%%rax), %%rsi\n\t"
      "movq 24(%%rax), %%rbp\n\tmovq 32(%%rax), %%r8\n\tmovq 40(%%rax), %%r9\n\t"
      "movq 48(%%rax), %%r10\n\tmovq 56(%%rax), %%r12\n\tmovq 64(%%rax), %%r13\n\t"
      "movq 72(%%rax), %%r14\n\tmovq 80(%%rax), %%r15\n\tmovq 88(%%rax), %%rdi\n\t"
      "popfq\n\t"
      "movl %0, %%eax\n\tsyscall\n\t"
      "pushfq\n\tpopq call_loop_flags_out(%%rip)\n\t"
      "leaq call_loop_out(%%rip), %%rax\n\t"
      "movq %%rbx, 0(%%rax)\n\tmovq %%rdx, 8(%%rax)\n\tmovq %%rsi, 16(%%rax)\n\t"
      "movq %%rbp, 24(%%rax)\n\tmovq %%r8, 32(%%rax)\n\tmovq %%r9, 40(%%rax)\n\t"
      "movq %%r10, 48(%%rax)\n\tmovq %%r12, 56(%%rax)\n\tmovq %%r13, 64(%%rax)\n\t"
      "movq %%r14, 72(%%rax)\n\tmovq %%r15, 80(%%rax)\n\tmovq %%rdi, 88(%%rax)\n\t"
      "popq %%rbp\n\t"
      :
      : "i"(SYS_umask)
      : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
        "r15", "memory", "cc");
}

// All but rax, rcx and r11 are as before, the flags too.
TEST(CallLoop, RegistersStay) {
  for (uint64_t i = 0; i < kOften; ++i) {
    for (uint64_t j = 0; j < 12; ++j) call_loop_in[j] = 0x1111111111111111u * (j + 1);
    call_loop_in[11] = i & 0777;
    call_loop_flags_in = (i & 1 ? kFlags : 0) & (i & 2 ? ~uint64_t{1} : ~uint64_t{0});
    CallWithAllRegisters();
    ASSERT_EQ(std::memcmp(call_loop_in, call_loop_out, sizeof(call_loop_in)), 0) << i;
    ASSERT_EQ(call_loop_flags_out & kFlags, call_loop_flags_in) << i;
  }
  Umask(022);
}

std::atomic<int> handled{0};
int handlers_fd = -1;

void CountAndCall(int) {
  handled.fetch_add(1);
  SeekElsewhere(handlers_fd, 1, SEEK_CUR);
}

TEST(CallLoop, SignalsComeBetweenCalls) {
  handlers_fd = NewFile();
  const int fd = NewFile();
  handled = 0;
  struct sigaction action = {};
  action.sa_handler = CountAndCall;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval often = {.it_interval = {0, 300}, .it_value = {0, 300}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  while (handled < 200) ExpectOneStepEach(fd, 100);
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  signal(SIGALRM, SIG_DFL);
  EXPECT_EQ(lseek(handlers_fd, 0, SEEK_CUR), handled);
  close(fd);
  close(handlers_fd);
}

TEST(CallLoop, SignalsOfAnotherProcess) {
  handlers_fd = NewFile();
  const int fd = NewFile();
  handled = 0;
  struct sigaction action = {};
  action.sa_handler = CountAndCall;
  ASSERT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 300; ++i) {
      if (kill(parent, SIGUSR1) != 0) _exit(1);
      for (int j = 0; j < 50; ++j) Umask(022);
    }
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) ExpectOneStepEach(fd, 100);
  EXPECT_EQ(status, 0);
  EXPECT_GT(handled, 0);
  EXPECT_EQ(lseek(handlers_fd, 0, SEEK_CUR), handled);
  signal(SIGUSR1, SIG_DFL);
  close(fd);
  close(handlers_fd);
}

TEST(CallLoop, ChildAndParentGoOn) {
  const int fd = NewFile();
  ExpectOneStepEach(fd, kOften);
  for (int i = 0; i < 10; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      const int own = NewFile();
      for (int j = 1; j <= 300; ++j) {
        if (Seek(own, 1, SEEK_CUR) != j) _exit(1);
      }
      _exit(0);
    }
    ExpectOneStepEach(fd, 300);
    EXPECT_EQ(StatusOf(child), 0);
  }
  close(fd);
}

TEST(CallLoop, ChildOfVforkUsesTheSameCode) {
  const int fd = NewFile();
  ExpectOneStepEach(fd, kOften);
  for (int i = 0; i < 5; ++i) {
    const pid_t child = vfork();
    if (child == 0) {
      for (int j = 0; j < 100; ++j) SeekElsewhere(fd, 0, SEEK_CUR);
      _exit(7);
    }
    ExpectOneStepEach(fd, 300);
    EXPECT_EQ(StatusOf(child), 7 << 8);
  }
  close(fd);
}

void* StepsOfAThread(void* failed) {
  const int own = NewFile();
  for (int j = 1; j <= kOften; ++j) {
    if (Seek(own, 1, SEEK_CUR) != j) *static_cast<bool*>(failed) = true;
  }
  close(own);
  return nullptr;
}

TEST(CallLoop, ThreadsComeAndGo) {
  const int fd = NewFile();
  ExpectOneStepEach(fd, kOften);
  for (int i = 0; i < 5; ++i) {
    bool failed[3] = {};
    pthread_t threads[3];
    for (int j = 0; j < 3; ++j)
      ASSERT_EQ(pthread_create(&threads[j], nullptr, StepsOfAThread, &failed[j]), 0);
    ExpectOneStepEach(fd, kOften);
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    for (const bool each : failed) EXPECT_FALSE(each);
    ExpectOneStepEach(fd, kOften);
  }
  close(fd);
}

// A writer that has to wait now and then, and a reader in another process.
TEST(CallLoop, SomeHaveToWait) {
  constexpr long kTotal = 1 << 20, kPiece = 512;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    std::vector<char> buffer(8192);
    long seen = 0;
    ssize_t n;
    while ((n = read(ends[0], buffer.data(), buffer.size())) > 0) {
      for (ssize_t i = 0; i < n; ++i) {
        if (buffer[static_cast<size_t>(i)] != static_cast<char>((seen + i) / kPiece)) _exit(1);
      }
      seen += n;
    }
    _exit(n == 0 && seen == kTotal ? 0 : 2);
  }
  close(ends[0]);
  for (long i = 0; i < kTotal / kPiece; ++i) {
    const std::string piece(kPiece, static_cast<char>(i));
    ASSERT_EQ(Write(ends[1], Address(piece.data()), kPiece), kPiece);
  }
  close(ends[1]);
  EXPECT_EQ(StatusOf(child), 0);
}

// Datagrams back and forth, each side waiting for the other, through sites that are hot already.
TEST(CallLoop, TwoThatWaitForEachOther) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
  int value = 0;
  for (int i = 0; i < kOften; ++i) {  // Warm.
    ASSERT_EQ(Write(ends[0], Address(&i), sizeof(i)), long{sizeof(i)});
    ASSERT_EQ(Receive(ends[1], Address(&value), sizeof(value)), long{sizeof(value)});
    ASSERT_EQ(value, i);
  }
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    int got = 0;
    while (Receive(ends[1], Address(&got), sizeof(got)) == sizeof(got)) {
      ++got;
      if (Write(ends[1], Address(&got), sizeof(got)) != sizeof(got)) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Write(ends[0], Address(&i), sizeof(i)), long{sizeof(i)});
    ASSERT_EQ(Receive(ends[0], Address(&value), sizeof(value)), long{sizeof(value)});
    ASSERT_EQ(value, i + 1);
  }
  close(ends[0]);
  EXPECT_EQ(StatusOf(child), 0);
}

void Nothing(int) {}

TEST(CallLoop, WaitsAreInterrupted) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
  char byte = 0;
  for (int i = 0; i < kOften; ++i)
    ASSERT_EQ(Receive(ends[0], Address(&byte), 1, MSG_DONTWAIT), -EAGAIN);
  struct sigaction action = {};
  action.sa_handler = Nothing;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval soon = {.it_interval = {0, 20000}, .it_value = {0, 20000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &soon, nullptr), 0);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Receive(ends[0], Address(&byte), 1), -EINTR);
  // Restarted until something comes.
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const pid_t child = fork();
  if (child == 0) {
    const timespec while_signals_come = {.tv_sec = 0, .tv_nsec = 100 * 1000 * 1000};
    nanosleep(&while_signals_come, nullptr);
    _exit(Write(ends[1], Address("x"), 1) == 1 ? 0 : 1);
  }
  EXPECT_EQ(Receive(ends[0], Address(&byte), 1), 1);
  EXPECT_EQ(byte, 'x');
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  signal(SIGALRM, SIG_DFL);
  EXPECT_EQ(StatusOf(child), 0);
  close(ends[0]);
  close(ends[1]);
}

TEST(CallLoop, FiltersApplyAtOnce) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = NewFile();
    for (int i = 1; i <= kOften; ++i) {
      if (Seek(fd, 1, SEEK_CUR) != i) _exit(1);
    }
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lseek, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {.len = 4, .filter = code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(2);
    for (int i = 0; i < kOften; ++i) {
      if (Seek(fd, 1, SEEK_CUR) != -ENOTTY) _exit(3);
    }
    _exit(0);
  }
  EXPECT_EQ(StatusOf(child), 0);
}

TEST(CallLoop, TracersSeeEachOne) {
  constexpr int kTraced = 50;
  const pid_t child = fork();
  if (child == 0) {
    const int fd = NewFile();
    for (int i = 0; i < kOften; ++i) Seek(fd, 1, SEEK_CUR);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    for (int i = 1; i <= kTraced; ++i) {
      if (Seek(fd, 1, SEEK_CUR) != kOften + i) _exit(1);
    }
    _exit(0);
  }
  int status = 0, stops = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  ASSERT_EQ(ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD), 0);
  while (true) {
    ASSERT_EQ(ptrace(PTRACE_SYSCALL, child, nullptr, nullptr), 0);
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status)) break;
    ASSERT_EQ(WSTOPSIG(status), SIGTRAP | 0x80);
    if (ptrace(PTRACE_PEEKUSER, child, 15 * sizeof(long), nullptr) == SYS_lseek) ++stops;
  }
  EXPECT_EQ(status, 0);
  EXPECT_EQ(stops, 2 * kTraced);
}

TEST(CallLoop, KilledInTheMiddle) {
  for (int i = 0; i < 20; ++i) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      for (int j = 0;; ++j) {
        Umask(022);
        if (j == 400 && write(ends[1], "x", 1) != 1) _exit(1);
      }
    }
    char byte;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    ASSERT_EQ(kill(child, i % 2 == 0 ? SIGKILL : SIGTERM), 0);
    EXPECT_EQ(StatusOf(child), i % 2 == 0 ? SIGKILL : SIGTERM);
    close(ends[0]);
    close(ends[1]);
  }
}

TEST(CallLoop, StopsAndGoesOn) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = NewFile();
    for (int i = 1; i <= 10 * kOften; ++i) {
      if (Seek(fd, 1, SEEK_CUR) != i) _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  while (true) {
    if (kill(child, SIGSTOP) != 0) break;
    ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
    if (!WIFSTOPPED(status)) break;
    ASSERT_EQ(kill(child, SIGCONT), 0);
    for (int i = 0; i < 500; ++i) Umask(022);
  }
  EXPECT_EQ(status, 0);
}

TEST(CallLoop, DescriptorsAreReused) {
  for (int i = 0; i < kOften; ++i) {
    const long copy = Dup(STDOUT_FILENO);
    ASSERT_GE(copy, 0);
    ASSERT_EQ(Close(copy), 0);
    ASSERT_EQ(Close(copy), -EBADF);
  }
}

}  // namespace
}  // namespace test

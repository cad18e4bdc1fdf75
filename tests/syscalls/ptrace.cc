// ptrace(2): stops around calls, signals, memory and registers, who may trace.
#include <elf.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

// A child that is traced and stands in its first stop, by SIGSTOP.
template <typename Body>
pid_t Tracee(const Body& body, long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) {
  const pid_t child = Fork([&] {
    CHILD_CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    CHILD_CHECK(raise(SIGSTOP) == 0);
    return body();
  });
  int status = 0;
  EXPECT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) << std::hex << status;
  EXPECT_THAT(ptrace(PTRACE_SETOPTIONS, child, 0, options), SyscallSucceeds());
  return child;
}

// Resumes and gives the status of what comes next.
int Go(pid_t pid, enum __ptrace_request how, long signal = 0) {
  EXPECT_THAT(ptrace(how, pid, 0, signal), SyscallSucceeds());
  int status = 0;
  EXPECT_THAT(waitpid(pid, &status, __WALL), SyscallReturns(pid));
  return status;
}

user_regs_struct Registers(pid_t pid) {
  user_regs_struct regs = {};
  EXPECT_THAT(ptrace(PTRACE_GETREGS, pid, 0, &regs), SyscallSucceeds());
  return regs;
}

bool IsCallStop(int status) {
  return WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80);
}
bool IsEvent(int status, int event) {
  return status >> 8 == (SIGTRAP | event << 8);
}

// Runs until the tracee is about to make this call.
void RunToEntry(pid_t pid, long number) {
  for (int i = 0; i < 1000; ++i) {
    const int status = Go(pid, PTRACE_SYSCALL);
    ASSERT_TRUE(WIFSTOPPED(status)) << std::hex << status;
    if (!IsCallStop(status)) continue;
    const user_regs_struct regs = Registers(pid);
    if (static_cast<long>(regs.orig_rax) == number && static_cast<long>(regs.rax) == -ENOSYS)
      return;
  }
  FAIL() << "call " << number << " was not made";
}

void Finish(pid_t pid, int code) {
  EXPECT_THAT(Go(pid, PTRACE_CONT), Exited(code));
}

TEST(Ptrace, CallStopsShowNumberArgumentsAndResult) {
  const pid_t child = Tracee([] { return syscall(SYS_getpgid, 0) > 0 ? 0 : 1; });
  RunToEntry(child, SYS_getpgid);
  EXPECT_EQ(Registers(child).rdi, 0u);
  const int status = Go(child, PTRACE_SYSCALL);
  EXPECT_TRUE(IsCallStop(status)) << std::hex << status;
  const user_regs_struct regs = Registers(child);
  EXPECT_EQ(regs.orig_rax, static_cast<unsigned long>(SYS_getpgid));
  EXPECT_EQ(regs.rax, static_cast<unsigned long>(getpgrp()));
  Finish(child, 0);
}

TEST(Ptrace, ResultCanBeChanged) {
  const pid_t child = Tracee([] { return syscall(SYS_getppid) == 4242 ? 0 : 1; });
  RunToEntry(child, SYS_getppid);
  Go(child, PTRACE_SYSCALL);
  user_regs_struct regs = Registers(child);
  regs.rax = 4242;
  EXPECT_THAT(ptrace(PTRACE_SETREGS, child, 0, &regs), SyscallSucceeds());
  Finish(child, 0);
}

TEST(Ptrace, CallCanBeSkipped) {
  const pid_t child = Tracee([] { return syscall(SYS_getppid) == 77 ? 0 : 1; });
  RunToEntry(child, SYS_getppid);
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, regs.orig_rax), -1L),
              SyscallSucceeds());
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, regs.rax), 77L), SyscallSucceeds());
  EXPECT_TRUE(IsCallStop(Go(child, PTRACE_SYSCALL)));
  EXPECT_EQ(Registers(child).rax, 77u);
  Finish(child, 0);
}

TEST(Ptrace, CallCanBeReplaced) {
  const pid_t child = Tracee([] { return syscall(SYS_getppid) == getpid() ? 0 : 1; });
  RunToEntry(child, SYS_getppid);
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, regs.orig_rax), long{SYS_getpid}),
              SyscallSucceeds());
  Finish(child, 0);
}

TEST(Ptrace, CallsThatTheHostMayDoShowTheirResult) {
  const pid_t child =
      Tracee([] { return syscall(SYS_mmap, nullptr, 4096, 3, 0x22, -1, 0) != -1 ? 0 : 1; });
  RunToEntry(child, SYS_mmap);
  Go(child, PTRACE_SYSCALL);
  const user_regs_struct regs = Registers(child);
  EXPECT_EQ(regs.orig_rax, static_cast<unsigned long>(SYS_mmap));
  EXPECT_EQ(regs.rax % 4096, 0u);
  EXPECT_NE(regs.rax, 0u);
  EXPECT_THAT(ptrace(PTRACE_POKEDATA, child, regs.rax + 8, 5L), SyscallSucceeds());
  Finish(child, 0);
}

TEST(Ptrace, SyscallInfoTellsEntryAndExit) {
  const pid_t child = Tracee([] { return syscall(SYS_close, -1) == -1 ? 0 : 1; });
  RunToEntry(child, SYS_close);
  __ptrace_syscall_info info = {};
  EXPECT_THAT(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info), SyscallReturns(80));
  EXPECT_EQ(info.op, PTRACE_SYSCALL_INFO_ENTRY);
  EXPECT_EQ(info.entry.nr, static_cast<uint64_t>(SYS_close));
  EXPECT_EQ(static_cast<int>(info.entry.args[0]), -1);
  Go(child, PTRACE_SYSCALL);
  EXPECT_THAT(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info), SyscallReturns(33));
  EXPECT_EQ(info.op, PTRACE_SYSCALL_INFO_EXIT);
  EXPECT_EQ(info.exit.rval, -EBADF);
  EXPECT_EQ(info.exit.is_error, 1);
  Finish(child, 0);
}

TEST(Ptrace, SysemuLeavesTheAnswerToTheTracer) {
  const pid_t child = Tracee([] { return syscall(SYS_getppid) == 99 ? 0 : 1; });
  RunToEntry(child, SYS_getppid);
  user_regs_struct regs = Registers(child);
  regs.orig_rax = static_cast<unsigned long>(-1);
  regs.rax = 99;
  EXPECT_THAT(ptrace(PTRACE_SETREGS, child, 0, &regs), SyscallSucceeds());
  // The next call, exit_group, is emulated: it stops before, and is not made.
  int status = Go(child, PTRACE_SYSEMU);
  ASSERT_TRUE(IsCallStop(status)) << std::hex << status;
  regs = Registers(child);
  EXPECT_EQ(regs.orig_rax, static_cast<unsigned long>(SYS_exit_group));
  EXPECT_EQ(regs.rdi, 0u);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

volatile long g_word = 1;
[[gnu::noinline]] void Touch() {
  g_word = 2;
  asm volatile("" ::: "memory");
}

TEST(Ptrace, MemoryIsReadAndWritten) {
  const pid_t child = Tracee([] { return g_word == 77 ? 0 : 1; });
  errno = 0;
  EXPECT_EQ(ptrace(PTRACE_PEEKDATA, child, &g_word, 0), 1);
  EXPECT_THAT(ptrace(PTRACE_POKEDATA, child, &g_word, 77L), SyscallSucceeds());
  EXPECT_EQ(ptrace(PTRACE_PEEKTEXT, child, &g_word, 0), 77);
  EXPECT_THAT(ptrace(PTRACE_PEEKDATA, child, 8, 0), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_POKEDATA, child, 8, 0), SyscallFails(EIO));
  Finish(child, 0);
}

TEST(Ptrace, BreakpointInReadOnlyText) {
  const pid_t child = Tracee([] {
    Touch();
    return g_word == 2 ? 0 : 1;
  });
  auto* at = reinterpret_cast<void*>(&Touch);
  const long saved = ptrace(PTRACE_PEEKTEXT, child, at, 0);
  EXPECT_THAT(ptrace(PTRACE_POKETEXT, child, at, (saved & ~0xffL) | 0xcc), SyscallSucceeds());
  const int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP) << std::hex << status;
  user_regs_struct regs = Registers(child);
  EXPECT_EQ(regs.rip, reinterpret_cast<unsigned long>(at) + 1);
  siginfo_t info = {};
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  EXPECT_EQ(info.si_code, SI_KERNEL);
  regs.rip -= 1;
  EXPECT_THAT(ptrace(PTRACE_POKETEXT, child, at, saved), SyscallSucceeds());
  EXPECT_THAT(ptrace(PTRACE_SETREGS, child, 0, &regs), SyscallSucceeds());
  Finish(child, 0);
}

TEST(Ptrace, SingleStepMovesOneInstruction) {
  const pid_t child = Tracee([] {
    Touch();
    return 0;
  });
  unsigned long before = Registers(child).rip;
  for (int i = 0; i < 20; ++i) {
    const int status = Go(child, PTRACE_SINGLESTEP);
    ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP) << std::hex << status;
    const user_regs_struct regs = Registers(child);
    EXPECT_NE(regs.rip, before);
    EXPECT_EQ(regs.eflags & 0x100, 0u);  // The trap flag is the kernel's, not the tracee's.
    before = regs.rip;
  }
  Finish(child, 0);
}

TEST(Ptrace, SingleStepOverACall) {
  const pid_t child = Tracee([] { return syscall(SYS_getppid) > 0 ? 0 : 1; });
  RunToEntry(child, SYS_getppid);
  const unsigned long behind = Registers(child).rip;
  const int status = Go(child, PTRACE_SINGLESTEP);
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP) << std::hex << status;
  const user_regs_struct regs = Registers(child);
  EXPECT_EQ(regs.rip, behind);
  EXPECT_EQ(regs.rax, static_cast<unsigned long>(getpid()));
  Finish(child, 0);
}

TEST(Ptrace, WatchpointStopsAtTheWrite) {
  const pid_t child = Tracee([] {
    Touch();
    return g_word == 2 ? 0 : 1;
  });
  constexpr long kLocalWrite8 = 1 | (1 | 2 << 2) << 16;
  ASSERT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg), &g_word),
              SyscallSucceeds());
  ASSERT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg[7]), kLocalWrite8),
              SyscallSucceeds());
  const int status = Go(child, PTRACE_CONT);
  // Some virtual machines keep the registers and never compare them.
  if (WIFEXITED(status)) GTEST_SKIP() << "debug registers do not work on this machine";
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP) << std::hex << status;
  siginfo_t info = {};
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  EXPECT_EQ(info.si_code, TRAP_HWBKPT);
  EXPECT_EQ(ptrace(PTRACE_PEEKUSER, child, offsetof(user, u_debugreg[6]), 0) & 1, 1);
  EXPECT_EQ(ptrace(PTRACE_PEEKDATA, child, &g_word, 0), 2);
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg[7]), 0L), SyscallSucceeds());
  Finish(child, 0);
}

TEST(Ptrace, DebugRegistersAreChecked) {
  const pid_t child = Tracee([] { return 0; });
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg[4]), 1L), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg[5]), 1L), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, offsetof(user, u_debugreg), -1L),
              SyscallFails(EINVAL));
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, sizeof(user), 1L), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_POKEUSER, child, 3, 1L), SyscallFails(EIO));
  Finish(child, 0);
}

TEST(Ptrace, RegsetsHaveTheirSizes) {
  const pid_t child = Tracee([] { return 0; });
  alignas(64) char buffer[16384];
  iovec iov = {buffer, sizeof(buffer)};
  EXPECT_THAT(ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &iov), SyscallSucceeds());
  EXPECT_EQ(iov.iov_len, sizeof(user_regs_struct));
  iov = {buffer, sizeof(buffer)};
  EXPECT_THAT(ptrace(PTRACE_GETREGSET, child, NT_PRFPREG, &iov), SyscallSucceeds());
  EXPECT_EQ(iov.iov_len, sizeof(user_fpregs_struct));
  user_fpregs_struct fp = {};
  EXPECT_THAT(ptrace(PTRACE_GETFPREGS, child, 0, &fp), SyscallSucceeds());
  EXPECT_EQ(fp.mxcsr, 0x1f80u);
  EXPECT_THAT(ptrace(PTRACE_SETFPREGS, child, 0, &fp), SyscallSucceeds());
  iov = {buffer, sizeof(buffer)};
  EXPECT_THAT(ptrace(PTRACE_GETREGSET, child, NT_X86_XSTATE, &iov), SyscallSucceeds());
  EXPECT_GE(iov.iov_len, 576u);
  EXPECT_THAT(ptrace(PTRACE_SETREGSET, child, NT_X86_XSTATE, &iov), SyscallSucceeds());
  iov = {buffer, 12};
  EXPECT_THAT(ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &iov), SyscallFails(EINVAL));
  iov = {buffer, 64};
  EXPECT_THAT(ptrace(PTRACE_GETREGSET, child, 0x7777, &iov), SyscallFails(EINVAL));
  Finish(child, 0);
}

TEST(Ptrace, SignalStopsBeforeItsDelivery) {
  const pid_t child = Tracee([] {
    raise(SIGUSR1);
    return 0;
  });
  int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1) << std::hex << status;
  siginfo_t info = {};
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  EXPECT_EQ(info.si_signo, SIGUSR1);
  EXPECT_EQ(info.si_code, SI_TKILL);
  EXPECT_EQ(info.si_pid, child);
  // Without a signal it is gone; else it would kill.
  Finish(child, 0);
}

TEST(Ptrace, SignalCanBeReplaced) {
  const pid_t child = Tracee([] {
    raise(SIGUSR1);
    return 0;
  });
  Go(child, PTRACE_CONT);
  EXPECT_THAT(Go(child, PTRACE_CONT, SIGTERM), KilledBy(SIGTERM));
}

volatile sig_atomic_t g_code = 0;
void NoteCode(int, siginfo_t* info, void*) {
  g_code = info->si_int;
}

TEST(Ptrace, SiginfoCanBeChanged) {
  const pid_t child = Tracee([] {
    struct sigaction action = {};
    action.sa_sigaction = NoteCode;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR2, &action, nullptr);
    sigqueue(getpid(), SIGUSR2, sigval{.sival_int = 1});
    return static_cast<int>(g_code);
  });
  const int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR2) << std::hex << status;
  siginfo_t info = {};
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  info.si_int = 23;
  EXPECT_THAT(ptrace(PTRACE_SETSIGINFO, child, 0, &info), SyscallSucceeds());
  EXPECT_THAT(Go(child, PTRACE_CONT, SIGUSR2), Exited(23));
}

TEST(Ptrace, BlockedAndPendingSignalsAreShown) {
  const pid_t child = Tracee([] {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    raise(SIGUSR1);
    syscall(SYS_getppid);
    return 0;
  });
  RunToEntry(child, SYS_getppid);
  uint64_t mask = 0;
  EXPECT_THAT(ptrace(PTRACE_GETSIGMASK, child, sizeof(mask), &mask), SyscallSucceeds());
  EXPECT_EQ(mask, uint64_t{1} << (SIGUSR1 - 1));
  EXPECT_THAT(ptrace(PTRACE_GETSIGMASK, child, 4, &mask), SyscallFails(EINVAL));
  __ptrace_peeksiginfo_args args = {.off = 0, .flags = 0, .nr = 4};
  siginfo_t infos[4] = {};
  EXPECT_THAT(ptrace(PTRACE_PEEKSIGINFO, child, &args, infos), SyscallReturns(1));
  EXPECT_EQ(infos[0].si_signo, SIGUSR1);
  mask = 0;
  EXPECT_THAT(ptrace(PTRACE_SETSIGMASK, child, sizeof(mask), &mask), SyscallSucceeds());
  const int status = Go(child, PTRACE_CONT);
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1) << std::hex << status;
  Finish(child, 0);
}

TEST(Ptrace, ForkIsToldAndFollowed) {
  const pid_t child = Tracee([] { return WEXITSTATUS(WaitFor(Fork([] { return 5; }))); },
                             PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
  const int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(IsEvent(status, PTRACE_EVENT_FORK)) << std::hex << status;
  unsigned long grandchild = 0;
  EXPECT_THAT(ptrace(PTRACE_GETEVENTMSG, child, 0, &grandchild), SyscallSucceeds());
  int other = 0;
  EXPECT_THAT(waitpid(static_cast<pid_t>(grandchild), &other, __WALL), SyscallReturns(grandchild));
  EXPECT_TRUE(WIFSTOPPED(other) && WSTOPSIG(other) == SIGSTOP) << std::hex << other;
  EXPECT_EQ(Registers(static_cast<pid_t>(grandchild)).rax, 0u);
  EXPECT_THAT(Go(static_cast<pid_t>(grandchild), PTRACE_CONT), Exited(5));
  // SIGCHLD of the grandchild stops the child once more.
  int end = Go(child, PTRACE_CONT);
  while (WIFSTOPPED(end)) end = Go(child, PTRACE_CONT, WSTOPSIG(end));
  EXPECT_THAT(end, Exited(5));
}

TEST(Ptrace, VforkIsToldTwice) {
  const pid_t child = Tracee(
      [] {
        const pid_t made = vfork();
        if (made == 0) _exit(0);
        return made > 0 ? 0 : 1;
      },
      PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_EXITKILL);
  int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(IsEvent(status, PTRACE_EVENT_VFORK)) << std::hex << status;
  unsigned long made = 0;
  EXPECT_THAT(ptrace(PTRACE_GETEVENTMSG, child, 0, &made), SyscallSucceeds());
  int other = 0;
  EXPECT_THAT(waitpid(static_cast<pid_t>(made), &other, __WALL), SyscallReturns(made));
  EXPECT_THAT(ptrace(PTRACE_DETACH, static_cast<pid_t>(made), 0, 0), SyscallSucceeds());
  status = Go(child, PTRACE_CONT);
  while (WIFSTOPPED(status) && !IsEvent(status, PTRACE_EVENT_VFORK_DONE)) {
    status = Go(child, PTRACE_CONT);
  }
  EXPECT_TRUE(IsEvent(status, PTRACE_EVENT_VFORK_DONE)) << std::hex << status;
  while (WIFSTOPPED(status)) status = Go(child, PTRACE_CONT);
  EXPECT_THAT(status, Exited(0));
}

TEST(Ptrace, ExecIsAnEventOrASignal) {
  auto exec = [] {
    execl("/bin/true", "true", nullptr);
    return 1;
  };
  pid_t child = Tracee(exec, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  int status = Go(child, PTRACE_CONT);
  EXPECT_TRUE(IsEvent(status, PTRACE_EVENT_EXEC)) << std::hex << status;
  unsigned long former = 0;
  EXPECT_THAT(ptrace(PTRACE_GETEVENTMSG, child, 0, &former), SyscallSucceeds());
  EXPECT_EQ(former, static_cast<unsigned long>(child));
  EXPECT_EQ(Registers(child).orig_rax, static_cast<unsigned long>(SYS_execve));
  Finish(child, 0);

  child = Tracee(exec, PTRACE_O_EXITKILL);
  status = Go(child, PTRACE_CONT);
  EXPECT_TRUE(WIFSTOPPED(status) && status >> 8 == SIGTRAP) << std::hex << status;
  siginfo_t info = {};
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  EXPECT_EQ(info.si_code, SI_USER);
  Finish(child, 0);
}

TEST(Ptrace, ExitIsToldBeforehand) {
  const pid_t child = Tracee([] { return 9; }, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
  const int status = Go(child, PTRACE_CONT);
  ASSERT_TRUE(IsEvent(status, PTRACE_EVENT_EXIT)) << std::hex << status;
  unsigned long code = 0;
  EXPECT_THAT(ptrace(PTRACE_GETEVENTMSG, child, 0, &code), SyscallSucceeds());
  EXPECT_EQ(code, 9u << 8);
  Finish(child, 9);
}

TEST(Ptrace, AttachStopsARunningProcess) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  ASSERT_THAT(ptrace(PTRACE_ATTACH, child, 0, 0), SyscallSucceeds());
  int status = 0;
  EXPECT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) << std::hex << status;
  EXPECT_EQ(ThreadState(child), 't');
  EXPECT_THAT(ptrace(PTRACE_ATTACH, child, 0, 0), SyscallFails(EPERM));
  EXPECT_THAT(ptrace(PTRACE_DETACH, child, 0, 0), SyscallSucceeds());
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallFails(ESRCH));
  WaitUntilSleeping(child);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Ptrace, SeizeDoesNotStopInterruptDoes) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  WaitUntilSleeping(child);
  ASSERT_THAT(ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD), SyscallSucceeds());
  EXPECT_THAT(waitpid(child, nullptr, WNOHANG | __WALL), SyscallReturns(0));
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallFails(ESRCH));
  ASSERT_THAT(ptrace(PTRACE_INTERRUPT, child, 0, 0), SyscallSucceeds());
  int status = 0;
  EXPECT_THAT(waitpid(child, &status, __WALL), SyscallReturns(child));
  EXPECT_TRUE(IsEvent(status, PTRACE_EVENT_STOP)) << std::hex << status;
  // The call that was interrupted is made again.
  EXPECT_EQ(Registers(child).orig_rax, static_cast<unsigned long>(SYS_pause));
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallSucceeds());
  WaitUntilSleeping(child);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Ptrace, GroupStopOfASeizedTraceeAndListen) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  WaitUntilSleeping(child);
  ASSERT_THAT(ptrace(PTRACE_SEIZE, child, 0, 0), SyscallSucceeds());
  kill(child, SIGSTOP);
  int status = 0;
  EXPECT_THAT(waitpid(child, &status, __WALL), SyscallReturns(child));
  EXPECT_EQ(status >> 8, SIGSTOP);  // signal-delivery-stop
  status = Go(child, PTRACE_CONT, SIGSTOP);
  EXPECT_EQ(status >> 8, SIGSTOP | PTRACE_EVENT_STOP << 8) << std::hex << status;
  EXPECT_THAT(ptrace(PTRACE_LISTEN, child, 0, 0), SyscallSucceeds());
  EXPECT_THAT(waitpid(child, nullptr, WNOHANG | __WALL), SyscallReturns(0));
  kill(child, SIGCONT);
  EXPECT_THAT(waitpid(child, &status, __WALL), SyscallReturns(child));
  EXPECT_EQ(status >> 8, SIGTRAP | PTRACE_EVENT_STOP << 8) << std::hex << status;
  status = Go(child, PTRACE_CONT);
  EXPECT_EQ(status >> 8, SIGCONT);
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallSucceeds());
  WaitUntilSleeping(child);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Ptrace, LegacyGroupStopHasNoSiginfo) {
  const pid_t child = Tracee([] {
    raise(SIGTSTP);
    return 0;
  });
  int status = Go(child, PTRACE_CONT);
  ASSERT_EQ(status >> 8, SIGTSTP);
  siginfo_t info;
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallSucceeds());
  status = Go(child, PTRACE_CONT, SIGSTOP);
  EXPECT_EQ(status >> 8, SIGSTOP) << std::hex << status;
  EXPECT_THAT(ptrace(PTRACE_GETSIGINFO, child, 0, &info), SyscallFails(EINVAL));
  EXPECT_THAT(ptrace(PTRACE_LISTEN, child, 0, 0), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_INTERRUPT, child, 0, 0), SyscallFails(EIO));
  Finish(child, 0);
}

TEST(Ptrace, TraceeOutlivesItsTracer) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  EXPECT_THAT(ForkAndWait([child] {
                CHILD_CHECK(ptrace(PTRACE_ATTACH, child, 0, 0) == 0);
                CHILD_CHECK(waitpid(child, nullptr, __WALL) == child);
              }),
              Exited(0));
  WaitUntilSleeping(child);
  kill(child, SIGKILL);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Ptrace, ExitkillTakesTheTraceeAlong) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  EXPECT_THAT(
      ForkAndWait([child] { CHILD_CHECK(ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL) == 0); }),
      Exited(0));
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
}

TEST(Ptrace, ParentWaitsAfterTheTracer) {
  const pid_t child = Fork([] {
    for (;;) pause();
  });
  const pid_t tracer = Fork([child] {
    CHILD_CHECK(ptrace(PTRACE_SEIZE, child, 0, 0) == 0);
    CHILD_CHECK(kill(child, SIGKILL) == 0);
    int status = 0;
    CHILD_CHECK(waitpid(child, &status, __WALL) == child);
    CHILD_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  });
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
  EXPECT_THAT(WaitFor(tracer), Exited(0));
}

TEST(Ptrace, StatusNamesTheTracer) {
  const pid_t child = Tracee([] { return 0; });
  std::ifstream status("/proc/" + std::to_string(child) + "/status");
  std::string line;
  while (std::getline(status, line) && line.rfind("TracerPid:", 0) != 0) {
  }
  EXPECT_EQ(line, "TracerPid:\t" + std::to_string(getpid()));
  Finish(child, 0);
}

TEST(Ptrace, RequestsAreChecked) {
  EXPECT_THAT(ptrace(PTRACE_ATTACH, getpid(), 0, 0), SyscallFails(EPERM));
  EXPECT_THAT(ptrace(PTRACE_ATTACH, 0x3fffff, 0, 0), SyscallFails(ESRCH));
  EXPECT_THAT(ptrace(PTRACE_CONT, getppid(), 0, 0), SyscallFails(ESRCH));
  const pid_t child = Tracee([] { return 0; });
  EXPECT_THAT(ptrace(PTRACE_SETOPTIONS, child, 0, 0x7000000L), SyscallFails(EINVAL));
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 65L), SyscallFails(EIO));
  EXPECT_THAT(ptrace(static_cast<__ptrace_request>(0x7777), child, 0, 0), SyscallFails(EIO));
  EXPECT_THAT(ptrace(PTRACE_SEIZE, child, 4L, 0), SyscallFails(EIO));
  Finish(child, 0);
}

TEST(Ptrace, WaitidTellsCodeAndEvent) {
  const pid_t child = Tracee([] { return 3; }, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
  EXPECT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallSucceeds());
  siginfo_t info = {};
  EXPECT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WEXITED | WNOWAIT),
              SyscallSucceeds());
  EXPECT_EQ(info.si_code, CLD_TRAPPED);
  EXPECT_EQ(info.si_status, SIGTRAP | PTRACE_EVENT_EXIT << 8);
  EXPECT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED), SyscallSucceeds());
  EXPECT_THAT(waitpid(child, nullptr, WNOHANG), SyscallReturns(0));
  Finish(child, 3);
}

}  // namespace
}  // namespace test

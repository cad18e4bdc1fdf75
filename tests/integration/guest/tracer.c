// A debugger in miniature: stops at calls, reads and changes a register and a word of memory,
// delivers a signal.
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long word = 1;

static void child(void) {
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  long answer = syscall(SYS_getppid);  // The tracer makes it 4242.
  _exit(answer == 4242 && word == 77 ? 12 : 13);
}

int main(void) {
  pid_t pid = fork();
  if (pid == 0) child();
  int status;
  waitpid(pid, &status, 0);
  printf("stopped %d\n", WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
  ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  ptrace(PTRACE_POKEDATA, pid, &word, 77);
  printf("peek %ld\n", ptrace(PTRACE_PEEKDATA, pid, &word, 0));
  int entries = 0;
  while (ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid &&
         WIFSTOPPED(status)) {
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    struct user_regs_struct regs;
    ptrace(PTRACE_GETREGS, pid, 0, &regs);
    if (regs.orig_rax != SYS_getppid || ++entries != 2) continue;
    regs.rax = 4242;
    ptrace(PTRACE_SETREGS, pid, 0, &regs);
  }
  printf("exited %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 0;
}

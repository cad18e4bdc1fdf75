// Runs a program under a filter like those of container engines: no new namespaces, no mounts,
// nothing privileged.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const unsigned refused[] = {SYS_unshare,    SYS_setns,           SYS_mount,   SYS_umount2,
                              SYS_pivot_root, SYS_fsopen,          SYS_fsmount, SYS_move_mount,
                              SYS_open_tree,  SYS_perf_event_open, SYS_bpf,     SYS_userfaultfd};
  enum { kCount = sizeof(refused) / sizeof(refused[0]) };
  struct sock_filter code[kCount + 3];
  code[0] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (unsigned i = 0; i < kCount; ++i)
    code[i + 1] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], kCount - i, 0);
  code[kCount + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[kCount + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  struct sock_fprog program = {kCount + 3, code};
  if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    perror("container_like");
    return 1;
  }
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 1;
}

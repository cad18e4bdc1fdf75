// The Gofer's own seccomp allow-list: every host call it makes once it serves, each with its
// reason.
//
// A Gofer whose mounts are all read-only gets the short list.  A call outside of the list kills the
// process, which the Sentry sees as a lost connection.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>

#include "platform/host/seccomp_filter.h"

namespace gofer {

inline constexpr size_t kMaxHostCalls = 50;

// Everything glibc's pthread_create asks for, and nothing that makes a process.
inline constexpr uint64_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                                         CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                                         CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

inline constexpr auto kCommonRules = std::to_array<host::Rule>({
    // The channel.
    host::Allow(SYS_rt_sigaction, "pthread_create, the first time"),
    host::Allow(SYS_recvmsg, "requests"),
    host::Allow(SYS_sendmsg, "replies, with donated descriptors"),
    host::Allow(SYS_shutdown, "stops the other serving threads at the end"),
    // Looking at files.
    host::Allow(SYS_openat2, "one name beneath a directory handle"),
    host::Allow(SYS_statx, "attributes"),
    host::Allow(SYS_readlinkat, "targets of symbolic links"),
    host::Allow(SYS_getdents64, "listings"),
    host::Allow(SYS_lseek, "where a listing goes on"),
    host::Allow(SYS_fstatfs, "StatFs; whether a file is the host's /proc"),
    host::Allow(SYS_getxattr, "user.* attributes"),
    host::Allow(SYS_listxattr, "user.* attributes"),
    host::Allow(SYS_close, "handles that were released, descriptors that were donated"),
    host::Allow(SYS_fcntl, "a handle for the root of a mount", {host::Arg32(1, F_DUPFD_CLOEXEC)}),
    // The C library: memory, never executable.
    host::Allow(SYS_brk, "heap"),
    host::Allow(SYS_mmap, "heap, stacks of threads", {host::ArgMasked(2, PROT_EXEC, 0)}),
    host::Allow(SYS_mprotect, "heap, guard pages", {host::ArgMasked(2, PROT_EXEC, 0)}),
    host::Allow(SYS_munmap, "heap, stacks of threads"),
    host::Allow(SYS_mremap, "large blocks of the heap that grow"),
    host::Allow(SYS_madvise, "gives memory back"),
    // The C library: the serving threads.
    host::Allow(SYS_futex, "locks, joining threads"),
    host::On(host::FailWith(ENOSYS), SYS_clone3, "its flags lie in memory: glibc then uses clone"),
    host::Allow(SYS_clone, "threads", {host::Arg(0, kThreadFlags)}),
    host::Allow(SYS_set_robust_list, "start of a thread"),
    host::Allow(SYS_rseq, "start of a thread"),
    host::Allow(SYS_rt_sigprocmask, "start and end of a thread"),
    host::Allow(SYS_exit, "end of a thread"),
    host::Allow(SYS_sched_setaffinity, "the server runs where its client runs",
                {host::Arg32(0, 0)}),
    // Signals and the end.
    host::Allow(SYS_restart_syscall, "the kernel's own restart after a stop"),
    host::Allow(SYS_write, "log lines", {host::Arg32(0, 2)}),
    host::Allow(SYS_exit_group, "the channel has closed"),
});

inline constexpr auto kReadOnlyRules = std::to_array<host::Rule>({
    host::Allow(SYS_openat, "opens a handle for reading",
                {host::ArgMasked(2, O_ACCMODE | O_CREAT | O_TRUNC, 0)}),
});

inline constexpr auto kWritableRules = std::to_array<host::Rule>({
    host::Allow(SYS_openat, "opens a handle for reading or writing"),
    host::Allow(SYS_mkdirat, "Mkdir"),
    host::Allow(SYS_symlinkat, "Symlink"),
    host::Allow(SYS_mknodat, "Mknod: FIFOs", {host::ArgMasked(2, S_IFMT, S_IFIFO)}),
    host::Allow(SYS_mknodat, "Mknod: sockets", {host::ArgMasked(2, S_IFMT, S_IFSOCK)}),
    host::Allow(SYS_linkat, "Link"),
    host::Allow(SYS_unlinkat, "Unlink, Rmdir"),
    host::Allow(SYS_renameat2, "Rename"),
    host::Allow(SYS_fchmodat, "SetAttr: mode"),
    host::Allow(SYS_fchownat, "SetAttr and new files: owner"),
    host::Allow(SYS_utimensat, "SetAttr: times"),
    host::Allow(SYS_ftruncate, "SetAttr: size"),
    host::Allow(SYS_fsync, "Fsync"),
    host::Allow(SYS_fdatasync, "Fsync"),
    host::Allow(SYS_setxattr, "user.* attributes"),
    host::Allow(SYS_removexattr, "user.* attributes"),
});

template <size_t A, size_t B>
constexpr std::array<host::Rule, A + B> Concatenate(const std::array<host::Rule, A>& first,
                                                    const std::array<host::Rule, B>& second) {
  std::array<host::Rule, A + B> all = {};
  for (size_t i = 0; i < A; ++i) all[i] = first[i];
  for (size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

inline constexpr auto kReadOnlyFilterRules = Concatenate(kCommonRules, kReadOnlyRules);
inline constexpr auto kWritableFilterRules = Concatenate(kCommonRules, kWritableRules);
static_assert(host::CountCalls(kWritableFilterRules) <= kMaxHostCalls);

// For good, and for all threads of the process.
base::Result<void> InstallGoferFilter(bool writable);

}  // namespace gofer

// The host calls that the Sentry may make once guest code runs, each with its reason.  At most 60
// (DESIGN.md section 2).
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <vector>

#include "sentry/boot/protect.h"

namespace sentry {
namespace {

using host::Allow;

constexpr host::Rule kRules[] = {
    // Waiting for guests and for the host.
    Allow(SYS_ioctl,
          "the listener's ioctls; terminals and byte counts of the standard descriptors"),
    Allow(SYS_ppoll, "replies of the Gofer, readiness of the standard descriptors"),
    Allow(SYS_epoll_wait, "the reactor"),
    Allow(SYS_epoll_ctl, "the reactor's set"),
    Allow(SYS_timerfd_settime, "the earliest timer"),
    Allow(SYS_timer_create, "deadlines of kicks"),
    Allow(SYS_timer_settime, "the same"),
    Allow(SYS_timer_delete, "the same"),
    Allow(SYS_sched_yield, "a stub that dies"),
    Allow(SYS_futex, "threads of the Sentry wait for each other"),
    Allow(SYS_restart_syscall, "a wait that a host signal interrupted"),
    // Guests' memory and life.
    Allow(SYS_process_vm_readv, "reads guest memory"),
    Allow(SYS_process_vm_writev, "writes guest memory"),
    Allow(SYS_tgkill, "the kick of a guest thread"),
    Allow(SYS_kill, "ends stubs"),
    Allow(SYS_wait4, "reaps stubs"),
    Allow(SYS_waitid, "the same"),
    Allow(SYS_ptrace, "the ptrace platform; in an own user namespace, of our own stubs alone"),
    Allow(SYS_prlimit64, "limits that the host enforces on a stub"),
    Allow(SYS_clock_gettime, "CPU clocks of stubs; the clock where the vDSO has none"),
    Allow(SYS_sched_getaffinity, "the CPUs of a stub"),
    Allow(SYS_sched_setaffinity, "the same"),
    Allow(SYS_setpriority, "nice values of stubs, never better than ours"),
    Allow(SYS_sysinfo, "memory, load and uptime that guests may see"),
    // The Gofer.
    Allow(SYS_sendmsg,
          "requests to the Gofer; descriptors for stubs; flows of --net=user. Never with "
          "MSG_FASTOPEN, which would connect",
          {host::ArgBitsWithin(2, MSG_DONTWAIT | MSG_NOSIGNAL)}),
    Allow(SYS_recvmsg, "replies with descriptors"),
    // Contents of files: donated descriptors, memfds, standard descriptors.
    Allow(SYS_read, "standard input, wake-ups"),
    Allow(SYS_write, "standard output, logs, wake-ups"),
    Allow(SYS_pread64, "file contents"),
    Allow(SYS_pwrite64, "file contents"),
    Allow(SYS_preadv2, "file contents, without waiting for the disk where it can"),
    Allow(SYS_pwritev2, "file contents"),
    Allow(SYS_lseek, "holes of files; where the guest left a standard descriptor"),
    Allow(SYS_newfstatat, "identity of donated descriptors: fstat as glibc spells it",
          {host::ArgMasked(3, 0x1000, 0x1000)}),
    Allow(SYS_ftruncate, "memfds"),
    Allow(SYS_fallocate, "memfds and donated descriptors"),
    Allow(SYS_fsync, "donated descriptors"),
    Allow(SYS_fdatasync, "the same"),
    Allow(SYS_memfd_create, "contents of tmpfs"),
    Allow(SYS_fcntl, "seals, flags of standard descriptors"),
    Allow(SYS_close, "descriptors"),
    // Threads, memory and signals of our own.
    Allow(SYS_mmap, "memory"),
    Allow(SYS_munmap, "memory"),
    Allow(SYS_mprotect, "stacks of threads"),
    Allow(SYS_mremap, "realloc"),
    Allow(SYS_madvise, "malloc and thread stacks"),
    Allow(SYS_brk, "malloc"),
    Allow(SYS_mincore, "which of our own shared pages are in use"),
    Allow(SYS_clone, "threads", {host::ArgMasked(0, CLONE_THREAD, CLONE_THREAD)}),
    host::On(host::FailWith(ENOSYS), SYS_clone3,
             "its flags are in memory: glibc falls back to clone"),
    Allow(SYS_set_robust_list, "start of a thread"),
    Allow(SYS_rseq, "start of a thread"),
    Allow(SYS_rt_sigprocmask, "start and end of a thread"),
    Allow(SYS_rt_sigaction, "abort"),
    Allow(SYS_rt_sigreturn, "handlers of our own"),
    Allow(SYS_gettid, "abort, threads"),
    Allow(SYS_getpid, "abort"),
    Allow(SYS_getrandom, "AT_RANDOM, /dev/urandom, sequence numbers"),
    Allow(SYS_exit, "end of a thread"),
    Allow(SYS_exit_group, "the end"),
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Builds for tests: what the sanitizers' runtimes ask for beyond that, mostly for their reports.
constexpr host::Rule kSanitizerRules[] = {
    Allow(SYS_sigaltstack, "start and end of a thread"),
    Allow(SYS_readlink, "the name of the program, in reports"),
    Allow(SYS_readlinkat, "the same"),
    Allow(SYS_prctl, "names of threads"),
    Allow(SYS_nanosleep, "the background thread"),
    Allow(SYS_clock_nanosleep, "the same"),
    Allow(SYS_gettimeofday, "the same"),
    Allow(SYS_fstat, "whether a descriptor is open"),
    Allow(SYS_getrlimit, "the stack of a thread"),
    Allow(SYS_getppid, "reports"),
    Allow(SYS_pipe2, "whether memory can be read"),
    Allow(SYS_pipe, "the same"),
    host::On(host::FailWith(ENOENT), SYS_open, "memory maps, for names in reports"),
};
#else
constexpr std::array<host::Rule, 0> kSanitizerRules;
#endif

constexpr size_t kMostCalls = 60;

constexpr size_t CountAllowed() {
  size_t count = 1;  // openat, below.
  for (const host::Rule& rule : kRules) count += rule.action == host::kAllow ? 1 : 0;
  return count;
}
static_assert(CountAllowed() <= kMostCalls);

}  // namespace

size_t SentryHostCalls() {
  return CountAllowed();
}

std::span<const host::Rule> SentryRules() {
  return kRules;
}

base::Result<void> InstallSentryFilter(int proc_fd) {
  std::vector<host::Rule> rules(std::begin(kRules), std::end(kRules));
  rules.insert(rules.end(), std::begin(kSanitizerRules), std::end(kSanitizerRules));
  if (proc_fd >= 0) {
    rules.push_back(Allow(
        SYS_openat,
        "/proc of our own stubs, never by an absolute path that leads anywhere: the root is empty",
        {host::Arg32(0, static_cast<uint32_t>(proc_fd))}));
  }
  // libc looks for files of the host now and then (CPU counts): there are none here.
  rules.push_back(host::On(host::FailWith(ENOENT), SYS_openat, "nothing else can be opened"));
  host::Program program = host::Compile(rules, {});
  TRY(host::SetNoNewPrivileges());
  TRY(host::InstallFilter(program.code(), SECCOMP_FILTER_FLAG_TSYNC));
  return {};
}

}  // namespace sentry

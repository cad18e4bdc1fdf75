// Making the zygote: a fork of this process, emptied from outside.
#include "platform/ptrace/zygote.h"

#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "platform/base/log.h"
#include "platform/ptrace/filter.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/memory.h"

// All that the child does by itself: die with its parent, and wait to be taken over.  The rest is
// done to it, because its own code and stack lie where they have to go.
asm(R"(
.pushsection .text.ptrace_stub_park, "ax", @progbits
.hidden ptrace_stub_park
.globl ptrace_stub_park
ptrace_stub_park:
  mov $157, %eax  # prctl(PR_SET_PDEATHSIG, SIGKILL)
  mov $1, %edi
  mov $9, %esi
  syscall
1:
  mov $34, %eax   # pause()
.hidden ptrace_stub_syscall
.globl ptrace_stub_syscall
ptrace_stub_syscall:
  syscall
  jmp 1b
.popsection
)");
extern "C" [[noreturn]] void ptrace_stub_park();
extern "C" const char ptrace_stub_syscall[];

namespace platform::ptracing {
namespace {

using base::Errno;
using base::Fd;

constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
constexpr uint64_t kNoFd = ~uint64_t{0};

// Empties one freshly attached child.  Every step names itself in the log when it fails.
class Emptier {
 public:
  Emptier(Tracee* tracee, Caller* caller) : tracee_(*tracee), caller_(*caller) {}

  Result<void> Do(const char* step, int64_t number, const CallArgs& args);
  // For what may be missing on the host without harm.
  int64_t Try(int64_t number, const CallArgs& args) {
    return caller_.Call(tracee_, number, args).value_or(-ESRCH);
  }
  Result<void> Write(uint64_t address, const void* data, size_t size);

  Result<void> MapOwnPages();
  Result<void> ForgetLibc();
  Result<void> CloseDescriptors(int keep);
  Result<void> UnmapAll();
  uint64_t MapVdso();
  Result<void> DropPrivileges();
  Result<void> InstallFilter();

 private:
  Tracee& tracee_;
  Caller& caller_;
};

Result<void> Emptier::Do(const char* step, int64_t number, const CallArgs& args) {
  const int64_t result = Try(number, args);
  if (result >= 0 || result < -4095) return {};
  LOG_ERROR("ptrace platform: cannot prepare a stub: %s: %s", step,
            std::strerror(static_cast<int>(-result)));
  return Errno(static_cast<int>(-result));
}

Result<void> Emptier::Write(uint64_t address, const void* data, size_t size) {
  const std::span bytes(static_cast<const std::byte*>(data), size);
  if (TRY(WriteProcess(tracee_.tid, address, bytes)) != size) return Errno(EFAULT);
  return {};
}

Result<void> Emptier::MapOwnPages() {
  TRY(Do("mmap", SYS_mmap, {kCodePage, kPageSize, PROT_READ | PROT_WRITE, kAnonymous, kNoFd, 0}));
  TRY(Write(kCodePage, &kCodeWord, sizeof(kCodeWord)));
  TRY(Do("mprotect", SYS_mprotect, {kCodePage, kPageSize, PROT_READ | PROT_EXEC}));
  TRY(Do("mmap", SYS_mmap,
         {kScratchPage, kPageSize, PROT_READ | PROT_WRITE, kAnonymous, kNoFd, 0}));
  caller_.SetUp(kCodePage, false);
  return {};
}

// What libc registered for its first thread lies in memory that goes away: the host would write
// there, or kill.
Result<void> Emptier::ForgetLibc() {
  constexpr uint64_t kRseqSize = 32;  // What glibc registers, whatever __rseq_size says.
  constexpr uint64_t kRobustListSize = 24;
  if (__rseq_size != 0) {
    const uint64_t area = tracee_.registers.fs_base + static_cast<uint64_t>(__rseq_offset);
    TRY(Do("rseq", SYS_rseq, {area, kRseqSize, 1 /* RSEQ_FLAG_UNREGISTER */, RSEQ_SIG}));
  }
  TRY(Do("set_tid_address", SYS_set_tid_address, {0}));
  TRY(Do("set_robust_list", SYS_set_robust_list, {0, kRobustListSize}));
  tracee_.registers.fs_base = 0;
  return {};
}

Result<void> Emptier::CloseDescriptors(int keep) {
  constexpr uint64_t kSocket = kFirstSocketNumber;
  TRY(Do("dup2", SYS_dup2, {static_cast<uint64_t>(keep), kSocket}));
  if (Try(SYS_close_range, {0, kSocket - 1, 0}) == 0 &&
      Try(SYS_close_range, {kSocket + 1, ~0U, 0}) == 0) {
    return {};
  }
  // Before Linux 5.9.  The child's table is a copy of ours.
  const long limit = ::sysconf(_SC_OPEN_MAX);
  for (int fd = 0; fd < limit; ++fd) {
    if (fd == kFirstSocketNumber || ::fcntl(fd, F_GETFD) < 0) continue;
    TRY(Do("close", SYS_close, {static_cast<uint64_t>(fd)}));
  }
  return {};
}

Result<void> Emptier::UnmapAll() {
  TRY(Do("munmap", SYS_munmap, {0, kScratchPage}));
  return {};
}

// A vDSO at a place of our choice (an interface of checkpoint/restore): so its address is the same
// everywhere, and nothing needs to be known about how many pages of data belong to it.
uint64_t Emptier::MapVdso() {
  const int64_t result = Try(SYS_arch_prctl, {ARCH_MAP_VDSO_64, kVdsoArea});
  if (result < 0) return 0;
  for (uint64_t page = kVdsoArea; page < kScratchPage; page += kPageSize) {
    char magic[4] = {};
    const auto read = ReadProcess(tracee_.tid, page, std::as_writable_bytes(std::span(magic)));
    if (read.ok() && std::memcmp(magic, "\177ELF", 4) == 0) return page;
  }
  return 0;
}

Result<void> Emptier::DropPrivileges() {
  struct {
    __user_cap_header_struct header;
    __user_cap_data_struct none[2];
  } caps = {{_LINUX_CAPABILITY_VERSION_3, 0}, {}};
  TRY(Write(kScratchPage, &caps, sizeof(caps)));
  TRY(Do("capset", SYS_capset, {kScratchPage, kScratchPage + sizeof(caps.header)}));
  TRY(Do("no_new_privs", SYS_prctl, {PR_SET_NO_NEW_PRIVS, 1}));
  // The Sentry reaches the memory of stubs by this, also when it is not dumpable itself.
  TRY(Do("dumpable", SYS_prctl, {PR_SET_DUMPABLE, 1}));
  constexpr char kName[] = "sentry-guest";
  TRY(Write(kScratchPage, kName, sizeof(kName)));
  Try(SYS_prctl, {PR_SET_NAME, kScratchPage});
  return {};
}

Result<void> Emptier::InstallFilter() {
  const std::span<const sock_filter> code = StubFilter();
  struct {
    uint64_t length;
    uint64_t code;
  } const program = {code.size(), kScratchPage + sizeof(program)};
  if (sizeof(program) + code.size_bytes() > kPageSize) return Errno(E2BIG);
  TRY(Write(kScratchPage, &program, sizeof(program)));
  TRY(Write(program.code, code.data(), code.size_bytes()));
  return Do("seccomp", SYS_seccomp, {SECCOMP_SET_MODE_FILTER, 0, kScratchPage});
}

// Limits of the host that would be felt by guests: theirs are the kernel's business.
void SetLimits(pid_t pid) {
  rlimit limit = {0, 0};
  ::prlimit(pid, RLIMIT_CORE, &limit, nullptr);
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr);
  }
}

Result<void> Attach(Tracee& child, StopQueue* stops) {
  ::setpgid(child.tid, child.tid);  // Apart from the terminal's signals, and for StopQueue.
  TRY(Seize(child.tid));
  stops->Start(child.tid);
  StopSoon(child.tid);
  const std::optional<Stop> stop = stops->WaitFor(child.tid);
  if (!stop || stop->ended() || !GetRegisters(child.tid, &child.registers)) return Errno(ESRCH);
  // It inherits what the Sentry blocks; StopQueue::Wake() could not reach it.
  if (!UnblockSignals(child.tid)) return base::LastErrno();
  return {};
}

Result<void> Empty(Zygote& zygote, StopQueue* stops, Caller* caller) {
  TRY(Attach(zygote.tracee, stops));
  caller->SetUp(reinterpret_cast<uint64_t>(ptrace_stub_syscall), false);
  Emptier emptier(&zygote.tracee, caller);
  TRY(emptier.MapOwnPages());
  TRY(emptier.ForgetLibc());
  TRY(emptier.CloseDescriptors(zygote.stub_socket.get()));
  TRY(emptier.UnmapAll());
  zygote.vdso = emptier.MapVdso();
  SetLimits(zygote.tracee.tid);
  TRY(emptier.DropPrivileges());
  TRY(emptier.InstallFilter());
  caller->SetUp(kCodePage, true);
  return {};
}

}  // namespace

Result<Zygote> MakeZygote(StopQueue* stops, Caller* caller) {
  Zygote zygote;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return base::LastErrno();
  zygote.socket = Fd(ends[0]);
  zygote.stub_socket = Fd(ends[1]);
  const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) return base::LastErrno();
  if (pid == 0) ptrace_stub_park();
  zygote.tracee.tid = static_cast<pid_t>(pid);
  Result<void> emptied = Empty(zygote, stops, caller);
  if (emptied.ok()) return zygote;
  ::kill(zygote.tracee.tid, SIGKILL);
  ::waitpid(zygote.tracee.tid, nullptr, __WALL);
  return emptied.error();
}

}  // namespace platform::ptracing

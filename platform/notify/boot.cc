// The first stub: forked from the Sentry, it installs the filter while it shares the Sentry's
// descriptor table, which is how the listener gets here, and then empties itself
// (platform/shim/boot.cc).
#include <linux/futex.h>
#include <linux/rseq.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "platform/base/log.h"
#include "platform/notify/backend.h"
#include "platform/notify/filter.h"
#include "platform/notify/signals.h"
#include "platform/notify/vdso.h"

namespace platform::notify {
namespace {

using abi::stub::AddressRange;
using abi::stub::BootParameters;
using base::Errno;
using base::MutexLock;

constexpr unsigned long kHwcap2Fsgsbase = 2;

bool HaveFsgsbase() {
  return (::getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
}

// The receiver can be woken, and zombies stay until they are reaped.
void PrepareSignals() {
  struct sigaction action;
  Listener::HandleWakeSignal(kKick);
  if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
    ::signal(SIGCHLD, SIG_DFL);
  }
}

// Everything between the two ranges that stubs keep.
void ListUnmapped(AddressRange first, AddressRange second, BootParameters* boot) {
  if (first.start > second.start) std::swap(first, second);
  const uint64_t bounds[] = {
      0,        first.start, first.start + first.size, second.start, second.start + second.size,
      kTaskSize};
  for (int i = 0; i < 3; ++i) boot->unmap[i] = {bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i]};
}

void DescribeRseq(BootParameters* boot) {
  constexpr uint32_t kRegisteredSize =
      32;  // What the C library registers, whatever part it announces.
  boot->rseq_signature = RSEQ_SIG;
  if (__rseq_size == 0) return;
  boot->rseq_area =
      reinterpret_cast<uint64_t>(static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset);
  boot->rseq_size = std::max(kRegisteredSize, static_cast<uint32_t>(__rseq_size));
}

// fork(2) without the C library's part, on another stack, straight into the shim; the descriptor
// table is shared.
pid_t CloneIntoShim(uint64_t entry, uint64_t stack, uint64_t parameters, uint64_t header,
                    uint64_t code) {
  register uint64_t r10 asm("r10") = 0;
  register uint64_t r8 asm("r8") = 0;
  register uint64_t r12 asm("r12") = parameters;
  register uint64_t r13 asm("r13") = header;
  register uint64_t r14 asm("r14") = code;
  register uint64_t r15 asm("r15") = entry;
  int64_t result;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %%r12, %%rdi\n\t"
      "movq %%r13, %%rsi\n\t"
      "movq %%r14, %%rdx\n\t"
      "jmpq *%%r15\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone), "D"(uint64_t{CLONE_FILES | SIGCHLD}), "S"(stack), "d"(uint64_t{0}),
        "r"(r10), "r"(r8), "r"(r12), "r"(r13), "r"(r14), "r"(r15)
      : "rcx", "r11", "memory");
  return static_cast<pid_t>(result);
}

pid_t ForkFirstStub(const StubRegion& region, uint32_t slot) {
  const uint64_t bottom = region.SlotAddress(slot);
  const uint64_t header = bottom + SHIM_HEADER_OFFSET;
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // The stub starts with everything blocked.
  uint64_t every = ~uint64_t{0};
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every, nullptr,
            sizeof(every));  // The C library keeps two back.
  const pid_t pid = CloneIntoShim(region.Site(region.code().boot), header - 256, bottom, header,
                                  region.code_start());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

}  // namespace

Result<std::unique_ptr<Platform>> Backend::Create(const NotifyOptions& options) {
  const bool fsgsbase = HaveFsgsbase() && !options.without_fsgsbase;
  const FpFormat fp_format;
  const size_t touched = FrameArea::Touched(fp_format);
  auto region = TRY(StubRegion::Create(fsgsbase ? SHIM_FEATURE_FSGSBASE : 0, fp_format, touched));
  std::unique_ptr<Backend> backend(new Backend(options, std::move(region), FindVdso().image));
  TRY(backend->Boot());
  return std::unique_ptr<Platform>(std::move(backend));
}

Result<void> Backend::Boot() {
  PrepareSignals();
  StubThread* first = nullptr;
  {
    MutexLock lock(&mu_);
    first = TRY(NewThread(TRY(NewStubProcess()), State::kBooting));
    CHECK(first->slot_ == 0);  // The one that boot.cc of the shim leaves open.
    first->process_->internal = true;
  }
  auto* boot = reinterpret_cast<BootParameters*>(region_->SlotAddress(first->slot_));
  boot->parent_pid = self_;
  boot->signal_count = static_cast<int32_t>(std::size(kStubSignals));
  std::copy(std::begin(kStubSignals), std::end(kStubSignals), boot->signals);
  DescribeRseq(boot);
  const VdsoRange vdso = FindVdso();
  ListUnmapped({region_->start(), region_->end() - region_->start()},
               {vdso.start, vdso.end - vdso.start}, boot);
  const host::Program program = StubFilter({.code_start = region_->code_start(),
                                            .code_end = region_->end(),
                                            .slots_start = region_->slots_start(),
                                            .slots_size = region_->slots_size(),
                                            .fsgsbase = fsgsbase_});
  CHECK(program.size() <= BootParameters::kMaxFilter);
  boot->filter_flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  boot->filter_length = static_cast<uint16_t>(program.size());
  std::memcpy(boot->filter, program.code().data(), program.size() * sizeof(sock_filter));
  first->header()->listener = -1;

  const pid_t pid = ForkFirstStub(*region_, first->slot_);
  if (pid < 0) return Errno(-pid);
  ::setpgid(pid, pid);
  {
    MutexLock lock(&mu_);
    first->tid_ = first->process_->pid = pid;
    threads_[pid] = first;
    processes_[pid] = first->process_;
    first_ = first;
    process_group_ = pid;
  }
  TRY(reaper_.Start(pid));
  listener_ = Listener(TRY(AwaitListener(first->slot_)));
  return base::Ok();
}

// The stub wakes us just before it installs the filter; afterwards it cannot, so the rest is a
// short poll.
Result<base::Fd> Backend::AwaitListener(uint32_t slot) {
  abi::stub::SlotHeader* header = region_->Header(slot);
  const timespec patience = {.tv_sec = 0, .tv_nsec = 20'000'000};
  while (true) {
    const int fd = __atomic_load_n(&header->listener, __ATOMIC_ACQUIRE);
    if (fd >= 0) return base::Fd(fd);
    if (fd != -1) return Errno(-fd - 1);
    {
      MutexLock lock(&mu_);
      if (all_gone_ || first_ == nullptr) return Errno(ECHILD);
    }
    if (__atomic_load_n(&header->boot_stage, __ATOMIC_ACQUIRE) == 0) {
      ::syscall(SYS_futex, &header->boot_stage, FUTEX_WAIT, 0, &patience, nullptr, 0);
    } else {
      ::sched_yield();
    }
  }
}

}  // namespace platform::notify

namespace platform {

Result<std::unique_ptr<Platform>> CreateNotify(const NotifyOptions& options) {
  return notify::Backend::Create(options);
}

Result<std::unique_ptr<Platform>> CreateNotify(const Options& options) {
  NotifyOptions full;
  static_cast<Options&>(full) = options;
  return notify::Backend::Create(full);
}

}  // namespace platform

// The first stub's way from a fork of the Sentry to an empty process under the filter.  Runs on the
// first slot, in the shim's final place; whatever it calls is a plain host call until the filter
// stands.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>

#include "abi/stub/slot.h"

#define SHIM_NR(name, number) constexpr long k##name = number
namespace {

using abi::stub::BootParameters;
using abi::stub::ShimHeader;
using abi::stub::SlotHeader;

SHIM_NR(Mprotect, 10);
SHIM_NR(Munmap, 11);
SHIM_NR(Sigaction, 13);
SHIM_NR(Getppid, 110);
SHIM_NR(Capset, 126);
SHIM_NR(Prctl, 157);
SHIM_NR(Setrlimit, 160);
SHIM_NR(Futex, 202);
SHIM_NR(SetTidAddress, 218);
SHIM_NR(SetRobustList, 273);
SHIM_NR(Prlimit, 302);
SHIM_NR(Seccomp, 317);
SHIM_NR(Rseq, 334);
SHIM_NR(CloseRange, 436);
#undef SHIM_NR

inline long Call(long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                 uint64_t e = 0) {
  register uint64_t r10 asm("r10") = d;
  register uint64_t r8 asm("r8") = e;
  register uint64_t r9 asm("r9") = 0;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

inline uint64_t Address(const void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

struct KernelSigaction {
  uint64_t handler, flags, restorer, mask;
};

void InstallHandlers(const BootParameters& boot, const ShimHeader& code) {
  constexpr uint64_t kSiginfo = 4, kOnStack = 0x08000000, kRestart = 0x10000000,
                     kRestorer = 0x04000000;
  KernelSigaction action;
  action.handler = Address(&code) + code.handler;
  action.flags = kSiginfo | kOnStack | kRestart | kRestorer;
  action.restorer = Address(&code) + code.restorer;
  action.mask = ~uint64_t{0};
  for (int i = 0; i < boot.signal_count; ++i) {
    Call(kSigaction, static_cast<uint64_t>(boot.signals[i]), Address(&action), 0, 8);
  }
}

void SetLimits() {
  constexpr uint64_t kNoFile = 7, kCore = 4;
  uint64_t limit[2];
  if (Call(kPrlimit, 0, kNoFile, 0, Address(limit)) == 0) {
    limit[0] = limit[1];  // Guest descriptors are installed at the guest's own numbers.
    Call(kSetrlimit, kNoFile, Address(limit));
  }
  limit[0] = limit[1] = 0;  // Stubs die often; none leaves a core file.
  Call(kSetrlimit, kCore, Address(limit));
}

void DropCapabilities() {
  struct {
    uint32_t version;
    int32_t pid;
  } header;
  header.version = _LINUX_CAPABILITY_VERSION_3;
  header.pid = 0;
  uint32_t data[6];
  for (volatile uint32_t& word : data) word = 0;
  Call(kCapset, Address(&header), Address(data));
}

}  // namespace

extern "C" __attribute__((visibility("hidden"), used)) void shim_boot(const BootParameters* boot,
                                                                      SlotHeader* slot,
                                                                      const ShimHeader* code) {
  Call(kPrctl, PR_SET_PDEATHSIG, 9);
  const long parent = Call(kGetppid);
  if (parent != boot->parent_pid && parent != 0)
    __builtin_trap();  // It died before the line above.
  InstallHandlers(*boot, *code);
  SetLimits();
  // What the C library registered would be written to by the host after it is unmapped.
  if (boot->rseq_area != 0) {
    Call(kRseq, boot->rseq_area, boot->rseq_size, 1, boot->rseq_signature);
  }
  Call(kSetRobustList, 0, 24);
  Call(kSetTidAddress, 0);
  DropCapabilities();
  Call(kPrctl, PR_SET_DUMPABLE, 1);  // process_vm_readv(2) by the Sentry asks for it.
  Call(kPrctl, PR_SET_NO_NEW_PRIVS, 1);
  for (const auto& range : boot->unmap) {
    if (range.size != 0) Call(kMunmap, range.start, range.size);
  }
  Call(kMprotect, code->slots_base, code->slots_size - SHIM_SLOT_SIZE, 0);
  __atomic_store_n(&slot->boot_stage, 1u, __ATOMIC_RELEASE);
  Call(kFutex, Address(&slot->boot_stage), FUTEX_WAKE, 1);
  struct sock_fprog program;
  program.len = boot->filter_length;
  program.filter = reinterpret_cast<struct sock_filter*>(const_cast<uint64_t*>(boot->filter));
  long listener = Call(kSeccomp, SECCOMP_SET_MODE_FILTER, boot->filter_flags, Address(&program));
  __atomic_store_n(&slot->listener, static_cast<int>(listener >= 0 ? listener : listener - 1),
                   __ATOMIC_RELEASE);
  if (listener < 0) __builtin_trap();
  // The descriptor table was the Sentry's until here, which is how it got the listener.
  if (Call(kCloseRange, 0, ~0u, CLOSE_RANGE_UNSHARE) != 0) __builtin_trap();
}

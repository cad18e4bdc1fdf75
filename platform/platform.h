// How guest code runs: the interface between the kernel and a backend (notify/, ptrace/).
//
// A guest thread is a host thread of a *stub* process; a guest address space is that process's own
// memory, so page faults, copy-on-write fork and private futexes are the host's.  The kernel sees a
// guest thread in one of these states:
//
//   running    executing guest code, or a host call that ContinueSyscall() let through.  Capture()
//   asks for it. calling    it issued a system call and waits for the answer (after a kSyscall
//   event with captured == false).
//              Only the call's registers are known.
//   captured   it stands still and all registers can be read and written (after kSyscall with
//   captured == true,
//              kCaptured, kFault, kInjected, kCloned, and fresh from NewProcess()).
//   gone       the host thread ended; the Thread object is invalid once the kernel was told or
//   asked for it.
//
// Every method but Wait() is called with the kernel lock held.  No method waits for guest code:
// what needs the guest's co-operation is asked for and reported by an event.  The guest is hostile:
// a backend copies what it reads from shared pages once and checks the copy, and kills a stub that
// does not answer in time (reported as kGone).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "platform/base/result.h"

struct iovec;

namespace platform {

using base::Result;

// Layout of the kernel's user_regs_struct (sys/user.h), which PTRACE_GETREGS uses too.
struct Registers {
  uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
  uint64_t rip, cs, eflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

struct Syscall {
  int64_t number;
  uint64_t args[6];
  uint64_t ip;  // After the syscall instruction.
};

// A processor fault as the host reported it (sigaction(2): si_signo, si_code, si_addr; sigcontext:
// trapno, err).
struct Fault {
  int signal;
  int code;
  uint64_t address;
  uint64_t trap_number;
  uint64_t error_code;
};

// One host call that a captured thread runs on behalf of the kernel.
struct HostCall {
  int64_t number;
  uint64_t args[6];
  int fd_arg =
      -1;  // Which argument is `host_fd`, installed for the duration of the call; -1: none.
  int host_fd = -1;  // Borrowed until the kInjected event.
};

class Thread;

struct Event {
  enum class Kind {
    kSyscall,  // `call` is filled.  captured tells whether all registers are there (backends choose
               // which calls).
    kCaptured,  // Capture() took effect.  If a continued host call was cut short, registers show
                // its -EINTR or its restart.
    kFault,     // `fault` is filled; captured.
    kInjected,  // Inject() is done; Thread::InjectedResults(); captured.
    kCloned,  // Clone() is done on the parent; `error` is 0 or the host's errno (then the child is
              // invalid); captured.
    kGone,    // The host thread ended without having been asked to (killed from outside, or as
              // hostile). `status` is a wait(2) status; the Thread is invalid after this event was
              // handled.
  };
  Kind kind;
  Thread* thread;
  bool captured = false;
  Syscall call{};
  Fault fault{};
  int error = 0;
  int status = 0;
};

// What clone(2) makes.  The child starts with `registers` and runs at once, without a further
// event.
struct CloneRequest {
  bool share_memory = false;  // CLONE_VM
  bool same_process =
      false;  // CLONE_THREAD; implies share_memory.  Otherwise a host process of its own.
  Registers registers{};  // The child's, fs_base included.
  uint64_t clear_tid_address =
      0;  // Handed to the host: cleared and woken when the host thread ends.  0: none.
  uint64_t set_tid_address =
      0;  // `set_tid_value` is written there in the child's memory before it runs.  0: none.
  uint32_t set_tid_value = 0;
};

class Thread {
 public:
  // Bytes moved before the first fault; EFAULT when that is zero (and something was asked for),
  // ESRCH when the host thread is gone.
  virtual Result<size_t> ReadMemory(uint64_t address, std::span<std::byte> to) = 0;
  virtual Result<size_t> WriteMemory(uint64_t address, std::span<const std::byte> from) = 0;
  // Scatter/gather in one host call; at most 1024 ranges.  `guest` ranges are guest addresses.
  virtual Result<size_t> ReadMemoryV(std::span<const iovec> guest, std::span<const iovec> to) = 0;
  virtual Result<size_t> WriteMemoryV(std::span<const iovec> guest,
                                      std::span<const iovec> from) = 0;
  // Writes whatever the page protection says (a debugger's POKEDATA).
  virtual Result<size_t> PokeMemory(uint64_t address, std::span<const std::byte> from) = 0;

  // --- calling, or captured by a kSyscall event ---
  // Answers the call; -errno for an error.  The thread runs on.
  virtual void FinishSyscall(int64_t result) = 0;
  // Same, but the thread is captured behind the call before it runs any guest code; kCaptured
  // follows.
  virtual void FinishSyscallAndCapture(int64_t result) = 0;
  // The host executes the call as it was issued.  Only when state is calling (captured threads use
  // Inject()).
  virtual void ContinueSyscall() = 0;
  // Makes `host_fd` (borrowed) the stub's descriptor `number`.  Calling or captured.
  virtual Result<void> InstallFd(int host_fd, int number) = 0;

  // --- captured ---
  // Valid while captured; changes take effect on Resume().
  virtual Registers& registers() = 0;
  // The XSAVE image, standard format, as it stands in a signal frame (without the fpx_sw_bytes
  // magic).  FpStateSize() bytes.
  virtual Result<void> GetFpState(std::span<std::byte> to) = 0;
  // An empty span means the initial state.  EINVAL when the image is malformed.
  virtual Result<void> SetFpState(std::span<const std::byte> from) = 0;
  virtual void Resume() = 0;
  // Runs the calls in order, kInjected follows.  Stops after the first call that fails.
  virtual Result<void> Inject(std::span<const HostCall> calls) = 0;
  virtual std::span<const int64_t> InjectedResults() = 0;
  // Returns the child at once, so that the kernel can bind its task to it; kCloned follows on this
  // thread.
  virtual Result<Thread*> Clone(const CloneRequest& request) = 0;

  // --- running (harmless in other states: the request is remembered until the thread next runs
  // guest code) ---
  virtual void Capture() = 0;

  // --- any state ---
  // The host thread ends (CLONE_CHILD_CLEARTID acts); the object is invalid from here on.  No
  // event. State calling (in exit(2)) or captured.
  virtual void ExitThread() = 0;
  // SIGKILL for the whole host process, reaped by the backend; the objects of all its threads are
  // invalid.  No events.
  virtual void KillProcess() = 0;

  virtual int host_tid() const = 0;
  virtual int host_pid() const = 0;

  // The kernel's task; opaque to the backend.
  void* owner = nullptr;

 protected:
  virtual ~Thread() = default;
};

class Platform {
 public:
  virtual ~Platform() = default;

  virtual const char* name() const = 0;
  // The next event; blocks.  EINTR is not returned.  EPIPE: the backend cannot go on (reason was
  // logged). One thread at a time, without the kernel lock; several threads in turn when
  // AnyThreadMayWait().
  virtual Result<Event> Wait() = 0;
  // False: only the thread that made the platform may call Wait() (ptrace(2) obeys one thread).
  // Everything else may be called by any thread all the same.
  virtual bool AnyThreadMayWait() const = 0;
  // A fresh stub: empty address space (the vDSO apart), captured, clean registers.
  virtual Result<Thread*> NewProcess() = 0;
  // Guest mappings must end at or below this address; the backend's own pages lie above it.
  virtual uint64_t GuestAddressLimit() const = 0;
  // Where the host's vDSO is mapped in every stub; 0: none.
  virtual uint64_t VdsoAddress() const = 0;
  virtual size_t FpStateSize() const = 0;
  // Makes a Wait() in progress, or the next one, return ECANCELED.  Any thread, lock held or not.
  virtual void Interrupt() {}
  // Kills and reaps every stub.
  virtual void Shutdown() = 0;
  // Where a captured thread can be sent (rip) to have the host execute a call that may wait, so
  // that Capture() ends it as any other: a `syscall` instruction and behind it an `int3`, whose
  // kFault tells that the call is over.
  virtual uint64_t CallSite() const = 0;
  // A host seccomp program, one struct sock_filter in each word.  In a stub's thread it has also
  // those calls reported that the backend lets the host answer alone, but at CallSite().
  virtual std::vector<uint64_t> ReportingFilter() const = 0;
};

struct Options {
  unsigned pool_size = 1;      // Stubs kept ready for exec.
  unsigned max_fd_number = 0;  // Guest descriptor numbers stay below; the stub's own lie above.  0:
                               // default, 1 << 20 or the hard limit.
};

}  // namespace platform

// ptrace(2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

inline constexpr int32_t kPtraceTraceme = 0x0;
inline constexpr int32_t kPtracePeektext = 0x1;
inline constexpr int32_t kPtracePeekdata = 0x2;
inline constexpr int32_t kPtracePeekusr = 0x3;
inline constexpr int32_t kPtracePoketext = 0x4;
inline constexpr int32_t kPtracePokedata = 0x5;
inline constexpr int32_t kPtracePokeusr = 0x6;
inline constexpr int32_t kPtraceCont = 0x7;
inline constexpr int32_t kPtraceKill = 0x8;
inline constexpr int32_t kPtraceSinglestep = 0x9;
inline constexpr int32_t kPtraceGetregs = 0xc;
inline constexpr int32_t kPtraceSetregs = 0xd;
inline constexpr int32_t kPtraceGetfpregs = 0xe;
inline constexpr int32_t kPtraceSetfpregs = 0xf;
inline constexpr int32_t kPtraceAttach = 0x10;
inline constexpr int32_t kPtraceDetach = 0x11;
inline constexpr int32_t kPtraceSyscall = 0x18;
inline constexpr int32_t kPtraceArchPrctl = 0x1e;
inline constexpr int32_t kPtraceSysemu = 0x1f;
inline constexpr int32_t kPtraceSysemuSinglestep = 0x20;
inline constexpr int32_t kPtraceSetoptions = 0x4200;
inline constexpr int32_t kPtraceGeteventmsg = 0x4201;
inline constexpr int32_t kPtraceGetsiginfo = 0x4202;
inline constexpr int32_t kPtraceSetsiginfo = 0x4203;
inline constexpr int32_t kPtraceGetregset = 0x4204;
inline constexpr int32_t kPtraceSetregset = 0x4205;
inline constexpr int32_t kPtraceSeize = 0x4206;
inline constexpr int32_t kPtraceInterrupt = 0x4207;
inline constexpr int32_t kPtraceListen = 0x4208;
inline constexpr int32_t kPtracePeeksiginfo = 0x4209;
inline constexpr int32_t kPtraceGetsigmask = 0x420a;
inline constexpr int32_t kPtraceSetsigmask = 0x420b;
inline constexpr int32_t kPtraceSeccompGetFilter = 0x420c;
inline constexpr int32_t kPtraceSeccompGetMetadata = 0x420d;
inline constexpr int32_t kPtraceGetSyscallInfo = 0x420e;
inline constexpr int32_t kPtraceGetRseqConfiguration = 0x420f;
inline constexpr int32_t kPtraceSingleblock = 0x21;
inline constexpr uint32_t kPtraceOTracesysgood = 0x1;
inline constexpr uint32_t kPtraceOTracefork = 0x2;
inline constexpr uint32_t kPtraceOTracevfork = 0x4;
inline constexpr uint32_t kPtraceOTraceclone = 0x8;
inline constexpr uint32_t kPtraceOTraceexec = 0x10;
inline constexpr uint32_t kPtraceOTracevforkdone = 0x20;
inline constexpr uint32_t kPtraceOTraceexit = 0x40;
inline constexpr uint32_t kPtraceOTraceseccomp = 0x80;
inline constexpr uint32_t kPtraceOExitkill = 0x100000;
inline constexpr uint32_t kPtraceOSuspendSeccomp = 0x200000;
inline constexpr uint32_t kPtraceOMask = 0x3000ff;
inline constexpr int32_t kPtraceEventFork = 1;
inline constexpr int32_t kPtraceEventVfork = 2;
inline constexpr int32_t kPtraceEventClone = 3;
inline constexpr int32_t kPtraceEventExec = 4;
inline constexpr int32_t kPtraceEventVforkDone = 5;
inline constexpr int32_t kPtraceEventExit = 6;
inline constexpr int32_t kPtraceEventSeccomp = 7;
inline constexpr int32_t kPtraceEventStop = 128;
inline constexpr uint64_t kPtraceEventmsgSyscallEntry = 1;
inline constexpr uint64_t kPtraceEventmsgSyscallExit = 2;
inline constexpr uint32_t kPtracePeeksiginfoShared = 0x1;
inline constexpr uint8_t kPtraceSyscallInfoNone = 0;
inline constexpr uint8_t kPtraceSyscallInfoEntry = 1;
inline constexpr uint8_t kPtraceSyscallInfoExit = 2;
inline constexpr uint8_t kPtraceSyscallInfoSeccomp = 3;

// user_regs_struct: what PTRACE_GETREGS and NT_PRSTATUS carry.  Same order as pt_regs, then the
// rest.
inline constexpr uint64_t kEflagsTrap = 0x100;  // X86_EFLAGS_TF

struct UserRegs {
  uint64_t r15;
  uint64_t r14;
  uint64_t r13;
  uint64_t r12;
  uint64_t rbp;
  uint64_t rbx;
  uint64_t r11;
  uint64_t r10;
  uint64_t r9;
  uint64_t r8;
  uint64_t rax;
  uint64_t rcx;
  uint64_t rdx;
  uint64_t rsi;
  uint64_t rdi;
  uint64_t orig_rax;
  uint64_t rip;
  uint64_t cs;
  uint64_t eflags;
  uint64_t rsp;
  uint64_t ss;
  uint64_t fs_base;
  uint64_t gs_base;
  uint64_t ds;
  uint64_t es;
  uint64_t fs;
  uint64_t gs;
};

// user_fpregs_struct: PTRACE_GETFPREGS and NT_PRFPREG; the FXSAVE image.
struct UserFpRegs {
  uint16_t cwd;
  uint16_t swd;
  uint16_t ftw;
  uint16_t fop;
  uint64_t rip;
  uint64_t rdp;
  uint32_t mxcsr;
  uint32_t mxcr_mask;
  uint32_t st_space[32];
  uint32_t xmm_space[64];
  uint32_t padding[24];
};

// The area that PTRACE_PEEKUSER addresses, as far as debuggers use it: registers, then at
// kUserDebugRegOffset the eight debug registers.
inline constexpr uint64_t kUserDebugRegOffset = 848;
inline constexpr uint64_t kUserAreaSize = 912;

struct PtracePeeksiginfoArgs {
  uint64_t off;
  uint32_t flags;
  int32_t nr;
};

struct PtraceSyscallInfo {
  uint8_t op;
  uint8_t pad[3];
  uint32_t arch;
  uint64_t instruction_pointer;
  uint64_t stack_pointer;
  union {
    struct {
      uint64_t nr;
      uint64_t args[6];
    } entry;
    struct {
      int64_t rval;
      uint8_t is_error;
    } exit;
    struct {
      uint64_t nr;
      uint64_t args[6];
      uint32_t ret_data;
    } seccomp;
  };
};

struct PtraceRseqConfiguration {
  uint64_t rseq_abi_pointer;
  uint32_t rseq_abi_size;
  uint32_t signature;
  uint32_t flags;
  uint32_t pad;
};

}  // namespace abi

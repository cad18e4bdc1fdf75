// Signals: numbers, actions, siginfo, and the frame that a handler sees on its stack.
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

using Sigset = uint64_t;  // Bit N-1 stands for signal N.

inline constexpr int32_t kSigHup = 1;
inline constexpr int32_t kSigInt = 2;
inline constexpr int32_t kSigQuit = 3;
inline constexpr int32_t kSigIll = 4;
inline constexpr int32_t kSigTrap = 5;
inline constexpr int32_t kSigAbrt = 6;
inline constexpr int32_t kSigBus = 7;
inline constexpr int32_t kSigFpe = 8;
inline constexpr int32_t kSigKill = 9;
inline constexpr int32_t kSigUsr1 = 10;
inline constexpr int32_t kSigSegv = 11;
inline constexpr int32_t kSigUsr2 = 12;
inline constexpr int32_t kSigPipe = 13;
inline constexpr int32_t kSigAlrm = 14;
inline constexpr int32_t kSigTerm = 15;
inline constexpr int32_t kSigStkflt = 16;
inline constexpr int32_t kSigChld = 17;
inline constexpr int32_t kSigCont = 18;
inline constexpr int32_t kSigStop = 19;
inline constexpr int32_t kSigTstp = 20;
inline constexpr int32_t kSigTtin = 21;
inline constexpr int32_t kSigTtou = 22;
inline constexpr int32_t kSigUrg = 23;
inline constexpr int32_t kSigXcpu = 24;
inline constexpr int32_t kSigXfsz = 25;
inline constexpr int32_t kSigVtalrm = 26;
inline constexpr int32_t kSigProf = 27;
inline constexpr int32_t kSigWinch = 28;
inline constexpr int32_t kSigIo = 29;
inline constexpr int32_t kSigPwr = 30;
inline constexpr int32_t kSigSys = 31;
inline constexpr int32_t kSigRtMin = 32;
inline constexpr int32_t kSigRtMax = 64;
inline constexpr int32_t kNumSignals = 64;

constexpr Sigset SigMask(int32_t signal) {
  return Sigset{1} << (signal - 1);
}
// What no mask can hold back.
inline constexpr Sigset kUnblockableSignals = SigMask(kSigKill) | SigMask(kSigStop);

// sigaction(2).
inline constexpr int32_t kSigBlock = 0;
inline constexpr int32_t kSigUnblock = 1;
inline constexpr int32_t kSigSetmask = 2;
inline constexpr uint64_t kSigDfl = 0;
inline constexpr uint64_t kSigIgn = 1;
inline constexpr uint64_t kSaNocldstop = 0x1;
inline constexpr uint64_t kSaNocldwait = 0x2;
inline constexpr uint64_t kSaSiginfo = 0x4;
inline constexpr uint64_t kSaUnsupported = 0x400;
inline constexpr uint64_t kSaExposeTagbits = 0x800;
inline constexpr uint64_t kSaRestorer = 0x4000000;
inline constexpr uint64_t kSaOnstack = 0x8000000;
inline constexpr uint64_t kSaRestart = 0x10000000;
inline constexpr uint64_t kSaNodefer = 0x40000000;
inline constexpr uint64_t kSaResethand = 0x80000000;

// struct sigaction of rt_sigaction(2).  The fields go without their sa_, which is a macro in libc.
struct SigAction {
  uint64_t handler;
  uint64_t flags;
  uint64_t restorer;
  Sigset mask;
};

// sigaltstack(2).
struct StackT {
  uint64_t ss_sp;
  int32_t ss_flags;
  int32_t pad;
  uint64_t ss_size;
};
inline constexpr uint32_t kSsOnstack = 0x1;
inline constexpr uint32_t kSsDisable = 0x2;
inline constexpr uint32_t kSsAutodisarm = 0x80000000;
inline constexpr uint32_t kMinsigstksz = 2048;
inline constexpr uint32_t kSigStksz = 8192;

// siginfo: where a signal comes from.
inline constexpr int32_t kSiUser = 0;
inline constexpr int32_t kSiKernel = 128;
inline constexpr int32_t kSiQueue = -1;
inline constexpr int32_t kSiTimer = -2;
inline constexpr int32_t kSiMesgq = -3;
inline constexpr int32_t kSiAsyncio = -4;
inline constexpr int32_t kSiSigio = -5;
inline constexpr int32_t kSiTkill = -6;
inline constexpr int32_t kSiDethread = -7;
inline constexpr int32_t kSiAsyncnl = -60;
inline constexpr int32_t kIllIllopc = 1;
inline constexpr int32_t kIllIllopn = 2;
inline constexpr int32_t kIllIlladr = 3;
inline constexpr int32_t kIllIlltrp = 4;
inline constexpr int32_t kIllPrvopc = 5;
inline constexpr int32_t kIllPrvreg = 6;
inline constexpr int32_t kIllCoproc = 7;
inline constexpr int32_t kIllBadstk = 8;
inline constexpr int32_t kFpeIntdiv = 1;
inline constexpr int32_t kFpeIntovf = 2;
inline constexpr int32_t kFpeFltdiv = 3;
inline constexpr int32_t kFpeFltovf = 4;
inline constexpr int32_t kFpeFltund = 5;
inline constexpr int32_t kFpeFltres = 6;
inline constexpr int32_t kFpeFltinv = 7;
inline constexpr int32_t kFpeFltsub = 8;
inline constexpr int32_t kFpeFltunk = 14;
inline constexpr int32_t kSegvMaperr = 1;
inline constexpr int32_t kSegvAccerr = 2;
inline constexpr int32_t kSegvBnderr = 3;
inline constexpr int32_t kSegvPkuerr = 4;
inline constexpr int32_t kBusAdraln = 1;
inline constexpr int32_t kBusAdrerr = 2;
inline constexpr int32_t kBusObjerr = 3;
inline constexpr int32_t kBusMceerrAr = 4;
inline constexpr int32_t kBusMceerrAo = 5;
inline constexpr int32_t kTrapBrkpt = 1;
inline constexpr int32_t kTrapTrace = 2;
inline constexpr int32_t kTrapBranch = 3;
inline constexpr int32_t kTrapHwbkpt = 4;
inline constexpr int32_t kTrapUnk = 5;
inline constexpr int32_t kTrapPerf = 6;
inline constexpr int32_t kCldExited = 1;
inline constexpr int32_t kCldKilled = 2;
inline constexpr int32_t kCldDumped = 3;
inline constexpr int32_t kCldTrapped = 4;
inline constexpr int32_t kCldStopped = 5;
inline constexpr int32_t kCldContinued = 6;
inline constexpr int32_t kPollCodeIn = 1;
inline constexpr int32_t kPollCodeOut = 2;
inline constexpr int32_t kPollCodeMsg = 3;
inline constexpr int32_t kPollCodeErr = 4;
inline constexpr int32_t kPollCodePri = 5;
inline constexpr int32_t kPollCodeHup = 6;
inline constexpr int32_t kSysCodeSeccomp = 1;
inline constexpr int32_t kSysCodeUserDispatch = 2;

union SigVal {
  int32_t sival_int;
  uint64_t sival_ptr;
};

// The union is Linux's _sifields; the members say which signals use them.
struct SigInfo {
  int32_t si_signo;
  int32_t si_errno;
  int32_t si_code;
  int32_t pad;
  union {
    struct {
      int32_t pid;
      uint32_t uid;
    } kill;  // SI_USER, SI_TKILL
    struct {
      int32_t tid;
      int32_t overrun;
      SigVal value;
      int32_t sys_private;
    } timer;  // SI_TIMER
    struct {
      int32_t pid;
      uint32_t uid;
      SigVal value;
    } rt;  // SI_QUEUE, SI_MESGQ
    struct {
      int32_t pid;
      uint32_t uid;
      int32_t status;
      int32_t pad;
      int64_t utime;
      int64_t stime;
    } chld;  // SIGCHLD
    struct {
      uint64_t addr;
      int16_t addr_lsb;  // SIGBUS with BUS_MCEERR_*
      int16_t pad[3];
      uint64_t lower;  // SEGV_BNDERR; the protection key of SEGV_PKUERR in the low half
      uint64_t upper;
    } fault;  // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP
    struct {
      int64_t band;
      int32_t fd;
    } poll;  // SIGIO
    struct {
      uint64_t call_addr;
      int32_t syscall;
      uint32_t arch;
    } sys;  // SIGSYS
    std::byte raw[112];
  } fields;  // @= _sifields
};

// sigevent of timer_create(2) and mq_notify(2).
struct SigEvent {
  SigVal value;
  int32_t signo;
  int32_t notify;
  int32_t tid;
  int32_t pad[11];
};
inline constexpr int32_t kSigevSignal = 0;
inline constexpr int32_t kSigevNone = 1;
inline constexpr int32_t kSigevThread = 2;
inline constexpr int32_t kSigevThreadId = 4;

// The frame on the handler's stack: return address, UContext, SigInfo, and above them, 64-byte
// aligned, the extended FPU state that SigContext.fpstate points to.

struct FpxSwBytes {
  uint32_t magic1;         // kFpXstateMagic1 if the state below is extended
  uint32_t extended_size;  // With the trailing kFpXstateMagic2.
  uint64_t xfeatures;
  uint32_t xstate_size;  // Without it.
  uint32_t padding[7];
};
inline constexpr uint32_t kFpXstateMagic1 = 0x46505853;
inline constexpr uint32_t kFpXstateMagic2 = 0x46505845;
inline constexpr uint32_t kFpXstateMagic2Size = 4;

// The FXSAVE image; with XSAVE a header (XstateHeader) and the other components follow.
struct FpState {
  uint16_t cwd;
  uint16_t swd;
  uint16_t twd;
  uint16_t fop;
  uint64_t rip;
  uint64_t rdp;
  uint32_t mxcsr;
  uint32_t mxcsr_mask;
  uint32_t st_space[32];
  uint32_t xmm_space[64];
  uint32_t reserved[12];
  FpxSwBytes sw_reserved;
};

struct XstateHeader {
  uint64_t xfeatures;
  uint64_t xcomp_bv;
  uint64_t reserved[6];
};
inline constexpr uint32_t kDefaultMxcsr = 0x1f80;
inline constexpr uint16_t kDefaultFpuControl = 0x37f;

struct SigContext {
  uint64_t r8;
  uint64_t r9;
  uint64_t r10;
  uint64_t r11;
  uint64_t r12;
  uint64_t r13;
  uint64_t r14;
  uint64_t r15;
  uint64_t rdi;
  uint64_t rsi;
  uint64_t rbp;
  uint64_t rbx;
  uint64_t rdx;
  uint64_t rax;
  uint64_t rcx;
  uint64_t rsp;
  uint64_t rip;
  uint64_t eflags;
  uint16_t cs;
  uint16_t gs;
  uint16_t fs;
  uint16_t ss;
  uint64_t err;
  uint64_t trapno;
  uint64_t oldmask;
  uint64_t cr2;
  uint64_t fpstate;
  uint64_t reserved1[8];
};

struct UContext {
  uint64_t uc_flags;
  uint64_t uc_link;
  StackT uc_stack;
  SigContext uc_mcontext;
  Sigset uc_sigmask;
};
inline constexpr uint64_t kUcFpXstate = 0x1;
inline constexpr uint64_t kUcSigcontextSs = 0x2;
inline constexpr uint64_t kUcStrictRestoreSs = 0x4;

}  // namespace abi

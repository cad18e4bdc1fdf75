// The frame on a handler's stack and the way back (Linux: arch/x86/kernel/signal_64.c).  The guest
// may change every byte of it before rt_sigreturn(2), so what comes back is checked.
#include <cstring>

#include "abi/linux/ptrace.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signal_stack.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/xstate.h"

namespace sentry {
namespace {

// struct rt_sigframe: pretcode is the handler's return address.
struct SignalFrame {
  uint64_t pretcode;
  abi::UContext uc;
  abi::SigInfo info;
};
static_assert(sizeof(SignalFrame) == 440);

// The flags that rt_sigreturn(2) may change (FIX_EFLAGS): AC OF DF TF SF ZF AF PF CF RF.
constexpr uint64_t kUserEflags = 0x50dd5;
constexpr uint64_t kDirectionFlag = 0x400, kResumeFlag = 0x10000;
constexpr uint64_t kRedZone = 128;

void SaveRegisters(const platform::Registers& regs, abi::SigContext& sc) {
  sc.r8 = regs.r8, sc.r9 = regs.r9, sc.r10 = regs.r10, sc.r11 = regs.r11;
  sc.r12 = regs.r12, sc.r13 = regs.r13, sc.r14 = regs.r14, sc.r15 = regs.r15;
  sc.rdi = regs.rdi, sc.rsi = regs.rsi, sc.rbp = regs.rbp, sc.rbx = regs.rbx;
  sc.rdx = regs.rdx, sc.rax = regs.rax, sc.rcx = regs.rcx, sc.rsp = regs.rsp;
  sc.rip = regs.rip, sc.eflags = regs.eflags;
  sc.cs = static_cast<uint16_t>(regs.cs), sc.ss = static_cast<uint16_t>(regs.ss);
}

// Segment selectors stay ours: there is no 32-bit guest code.
void RestoreRegisters(const abi::SigContext& sc, platform::Registers& regs) {
  regs.r8 = sc.r8, regs.r9 = sc.r9, regs.r10 = sc.r10, regs.r11 = sc.r11;
  regs.r12 = sc.r12, regs.r13 = sc.r13, regs.r14 = sc.r14, regs.r15 = sc.r15;
  regs.rdi = sc.rdi, regs.rsi = sc.rsi, regs.rbp = sc.rbp, regs.rbx = sc.rbx;
  regs.rdx = sc.rdx, regs.rax = sc.rax, regs.rcx = sc.rcx, regs.rsp = sc.rsp;
  regs.rip = sc.rip;
  regs.eflags = (regs.eflags & ~kUserEflags) | (sc.eflags & kUserEflags);
  regs.orig_rax = ~uint64_t{0};  // Not in a call: nothing to restart.
}

// Memory of which a part was read ahead at one go: a frame is read in several pieces, and each
// would be a call of the host's.
class ReadAhead final : public UserMemory {
 public:
  ReadAhead(UserMemory& memory, uint64_t start, size_t size)
      : memory_(memory), start_(start), bytes_(size) {
    const Result<size_t> got = memory.ReadSome(start, bytes_);
    bytes_.resize(got.ok() ? *got : 0);
  }
  Result<size_t> ReadSome(uint64_t address, std::span<std::byte> to) override {
    const uint64_t offset = address - start_;
    if (offset > bytes_.size() || to.size() > bytes_.size() - offset) {
      return memory_.ReadSome(address, to);
    }
    std::memcpy(to.data(), bytes_.data() + offset, to.size());
    return to.size();
  }
  Result<size_t> WriteSome(uint64_t address, std::span<const std::byte> from) override {
    return memory_.WriteSome(address, from);
  }

 private:
  UserMemory& memory_;
  const uint64_t start_;
  std::vector<std::byte> bytes_;
};

// What lies above the return address: the rest of the frame, gaps for alignment and the FPU state.
size_t SizeAbove(size_t fp_size) {
  return sizeof(SignalFrame) + 2 * 64 + fp_size + abi::kFpXstateMagic2Size;
}

}  // namespace

Result<void> Task::PushSignalFrame(const abi::SigInfo& info, const abi::SigAction& action) {
  if ((action.flags & abi::kSaRestorer) == 0) return Errno(EFAULT);  // As Linux on x86-64.
  platform::Registers& regs = registers();
  const bool nested = OnSignalStack(altstack, regs.rsp);
  bool entering = false;
  uint64_t sp = regs.rsp - kRedZone;
  if ((action.flags & abi::kSaOnstack) != 0 && SignalStackFlags(altstack, regs.rsp) == 0) {
    sp = altstack.ss_sp + altstack.ss_size;
    entering = true;
  }
  std::vector<std::byte> fp = TRY(SaveXstate(*thread_, kernel_.platform().FpStateSize()));
  const uint64_t fp_address = (sp - fp.size()) & ~uint64_t{63};
  sp = ((fp_address - sizeof(SignalFrame)) & ~uint64_t{15}) - 8;
  // Never below the alternate stack: that is somebody else's memory.
  if ((nested || entering) && !InSignalStack(altstack, sp)) return Errno(EFAULT);

  SignalFrame frame{};
  frame.pretcode = action.restorer;
  frame.uc.uc_flags = abi::kUcSigcontextSs | abi::kUcStrictRestoreSs | abi::kUcFpXstate;
  frame.uc.uc_stack = altstack;
  frame.uc.uc_sigmask = saved_mask_.value_or(blocked);
  SaveRegisters(regs, frame.uc.uc_mcontext);
  frame.uc.uc_mcontext.err = fault_error_;
  frame.uc.uc_mcontext.trapno = fault_trap_;
  frame.uc.uc_mcontext.cr2 = fault_address_;
  frame.uc.uc_mcontext.oldmask = frame.uc.uc_sigmask;
  frame.uc.uc_mcontext.fpstate = fp_address;
  frame.info = info;
  std::vector<std::byte> all(fp_address + fp.size() - sp);
  std::memcpy(all.data(), &frame, sizeof(frame));
  std::memcpy(all.data() + (fp_address - sp), fp.data(), fp.size());
  TRY(Write(sp, all));
  TRY(thread_->SetFpState({}));
  if ((static_cast<uint32_t>(altstack.ss_flags) & abi::kSsAutodisarm) != 0) {
    altstack = DisabledSignalStack();
  }

  regs.rdi = static_cast<uint64_t>(info.si_signo);
  regs.rsi = sp + offsetof(SignalFrame, info);
  regs.rdx = sp + offsetof(SignalFrame, uc);
  regs.rax = 0;
  regs.rip = action.handler;
  regs.rsp = sp;
  regs.eflags &= ~(abi::kEflagsTrap | kDirectionFlag | kResumeFlag);
  regs.orig_rax = ~uint64_t{0};
  return {};
}

Result<void> Task::RestoreSignalFrame() {
  platform::Registers& regs = registers();
  // The handler's `ret` took pretcode off.
  UserPtr<abi::UContext> at(regs.rsp);
  const size_t fp_size = kernel_.platform().FpStateSize();
  ReadAhead memory(*this, regs.rsp, SizeAbove(fp_size));
  abi::UContext uc = TRY(memory.CopyIn(at));
  SetBlocked(uc.uc_sigmask);
  RestoreRegisters(uc.uc_mcontext, regs);
  // Last, as in Linux: where it fails the thread stands where it was interrupted.
  TRY(RestoreXstate(memory, *thread_, uc.uc_mcontext.fpstate, fp_size));
  // As restore_altstack(): what is wrong with it is not told.
  [[maybe_unused]] Result<void> set = SetSignalStack(altstack, uc.uc_stack, regs.rsp);
  return {};
}

Result<uint64_t> Task::SigReturn() {
  in_call_ = false;
  interrupted_by_ = 0;
  saved_mask_.reset();
  LendOwn(*this);
  if (!RestoreSignalFrame().ok()) ForceSignal(KernelSignal(abi::kSigSegv));
  if (kernel_.observer != nullptr) {
    kernel_.observer->OnExit(*this, static_cast<int64_t>(registers().rax));
  }
  if (tracer && tracer->StopsAtExit()) {
    call_.ip = registers().rip;
    LeaveTraced(registers().rax);
  } else {
    Boundary();
  }
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry

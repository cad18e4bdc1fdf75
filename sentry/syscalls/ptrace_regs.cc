// As arch/x86/kernel/ptrace.c of Linux: what a tracer may set is what a user program could have.
#include "sentry/syscalls/ptrace_regs.h"

#include <cstring>

#include "abi/linux/elf.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/signal.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/ptrace_watch.h"
#include "sentry/kernel/xstate.h"

namespace sentry {
namespace {

using platform::Registers;

static_assert(sizeof(Registers) == sizeof(abi::UserRegs));

constexpr uint64_t kTaskSizeMax = 0x7ffffffff000;
// FLAG_MASK: CF PF AF ZF SF TF DF OF NT RF AC.
constexpr uint64_t kSettableFlags = 0x54dd5;

Result<void> CheckSelector(uint64_t value, bool required) {
  if (value == 0 && !required) return {};
  if (value > 0xffff || (value & 3) != 3) return Errno(EIO);
  return {};
}

Result<void> SetWord(Registers& regs, size_t index, uint64_t value) {
  auto* words = reinterpret_cast<uint64_t*>(&regs);
  switch (index * sizeof(uint64_t)) {
    case offsetof(Registers, cs):
    case offsetof(Registers, ss):
      TRY(CheckSelector(value, true));
      break;
    case offsetof(Registers, ds):
    case offsetof(Registers, es):
    case offsetof(Registers, fs):
    case offsetof(Registers, gs):
      TRY(CheckSelector(value, false));
      break;
    case offsetof(Registers, fs_base):
    case offsetof(Registers, gs_base):
      if (value >= kTaskSizeMax) return Errno(EIO);
      break;
    case offsetof(Registers, eflags):
      value = (regs.eflags & ~kSettableFlags) | (value & kSettableFlags);
      break;
    default:
      break;
  }
  words[index] = value;
  return {};
}

uint64_t Word(const Registers& regs, size_t index) {
  return reinterpret_cast<const uint64_t*>(&regs)[index];
}

Result<std::vector<std::byte>> GetGeneral(Task& tracee) {
  std::span<const std::byte> bytes = std::as_bytes(std::span(&tracee.registers(), 1));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

// Stops at the first word that is refused, as Linux does; what came before stays set.
Result<void> SetGeneral(Task& tracee, std::span<const std::byte> from) {
  for (size_t i = 0; (i + 1) * sizeof(uint64_t) <= from.size(); ++i) {
    uint64_t value;
    std::memcpy(&value, from.data() + i * sizeof(value), sizeof(value));
    TRY(SetWord(tracee.registers(), i, value));
  }
  return {};
}

Result<std::vector<std::byte>> Image(Task& tracee) {
  std::vector<std::byte> image(tracee.kernel().platform().FpStateSize());
  TRY(tracee.thread().GetFpState(image));
  return image;
}

constexpr size_t kLegacySize = sizeof(abi::FpState);

Result<std::vector<std::byte>> GetLegacyFp(Task& tracee) {
  std::vector<std::byte> image = TRY(Image(tracee));
  image.resize(kLegacySize);
  return image;
}

void MaskMxcsr(std::span<std::byte> image, uint32_t mask) {
  uint32_t mxcsr;
  std::byte* at = image.data() + offsetof(abi::FpState, mxcsr);
  std::memcpy(&mxcsr, at, sizeof(mxcsr));
  mxcsr &= mask;
  std::memcpy(at, &mxcsr, sizeof(mxcsr));
}

Result<void> SetLegacyFp(Task& tracee, std::span<const std::byte> from) {
  if (from.size() != kLegacySize) return Errno(EINVAL);
  std::vector<std::byte> image = TRY(Image(tracee));
  uint32_t mask;
  std::memcpy(&mask, image.data() + offsetof(abi::FpState, mxcsr_mask), sizeof(mask));
  std::memcpy(image.data(), from.data(), kLegacySize);
  MaskMxcsr(image, mask != 0 ? mask : 0xffbf);  // "For historical reasons" (xfpregs_set()).
  if (image.size() > kLegacySize) {
    constexpr uint64_t kX87AndSse = 3;
    uint64_t features;
    std::memcpy(&features, image.data() + kLegacySize, sizeof(features));
    features |= kX87AndSse;
    std::memcpy(image.data() + kLegacySize, &features, sizeof(features));
  }
  return tracee.thread().SetFpState(image);
}

// Debuggers find the enabled components where signal frames have their software bytes.
constexpr size_t kXcr0Offset = offsetof(abi::FpState, sw_reserved);

Result<std::vector<std::byte>> GetXstate(Task& tracee) {
  std::vector<std::byte> image = TRY(Image(tracee));
  const uint64_t features = EnabledXfeatures();
  std::memcpy(image.data() + kXcr0Offset, &features, sizeof(features));
  return image;
}

Result<void> SetXstate(Task& tracee, std::span<const std::byte> from) {
  const size_t size = tracee.kernel().platform().FpStateSize();
  if (from.size() != size) return Errno(EFAULT);
  std::vector<std::byte> image(from.begin(), from.end());
  std::memset(image.data() + kXcr0Offset, 0, sizeof(abi::FpxSwBytes));
  return tracee.thread().SetFpState(image);
}

constexpr Regset kGeneral{sizeof(uint64_t), GetGeneral, SetGeneral};
constexpr Regset kFp{sizeof(uint64_t), GetLegacyFp, SetLegacyFp};
constexpr Regset kXstate{sizeof(uint64_t), GetXstate, SetXstate};

}  // namespace

const Regset* FindRegset(uint64_t type) {
  switch (type) {
    case abi::kNtPrstatus:
      return &kGeneral;
    case abi::kNtPrfpreg:
      return &kFp;
    case abi::kNtX86Xstate:
      return &kXstate;
  }
  return nullptr;
}

Result<uint64_t> PeekUser(Task& tracee, uint64_t offset) {
  if (offset % sizeof(uint64_t) != 0 || offset >= abi::kUserAreaSize) return Errno(EIO);
  if (offset < sizeof(Registers)) return Word(tracee.registers(), offset / sizeof(uint64_t));
  if (offset < abi::kUserDebugRegOffset) return uint64_t{0};
  return GetDebugRegister(*tracee.tracer, (offset - abi::kUserDebugRegOffset) / sizeof(uint64_t));
}

Result<void> PokeUser(Task& tracee, uint64_t offset, uint64_t value) {
  if (offset % sizeof(uint64_t) != 0 || offset >= abi::kUserAreaSize) return Errno(EIO);
  if (offset < sizeof(Registers)) {
    return SetWord(tracee.registers(), offset / sizeof(uint64_t), value);
  }
  if (offset < abi::kUserDebugRegOffset) return Errno(EIO);
  return SetDebugRegister(tracee, (offset - abi::kUserDebugRegOffset) / sizeof(uint64_t), value);
}

}  // namespace sentry

// What Linux checks of a program before it takes it: net/core/filter.c bpf_check_classic(),
// check_load_and_stores(); kernel/seccomp.c seccomp_check_filter().
#include <cstddef>

#include "sentry/kernel/bpf/classic_bpf.h"

namespace sentry {
namespace {

using abi::SockFilter;
using base::Errno;
using base::Result;

constexpr uint16_t kClassMask = 0x07, kOpMask = 0xf0;

uint16_t Class(uint16_t code) {
  return code & kClassMask;
}

bool IsAlu(uint16_t code) {
  if (code == (abi::kBpfAlu | abi::kBpfNeg)) return true;
  if ((code & ~(kClassMask | kOpMask | abi::kBpfX)) != 0) return false;
  const uint16_t op = code & kOpMask;
  return op <= abi::kBpfXor && op != abi::kBpfNeg;
}

bool IsJump(uint16_t code) {
  if (code == (abi::kBpfJmp | abi::kBpfJa)) return true;
  if ((code & ~(kClassMask | kOpMask | abi::kBpfX)) != 0) return false;
  const uint16_t op = code & kOpMask;
  return op >= abi::kBpfJeq && op <= abi::kBpfJset;
}

bool IsLoad(uint16_t code) {
  switch (code) {
    case abi::kBpfLd | abi::kBpfW | abi::kBpfAbs:
    case abi::kBpfLd | abi::kBpfH | abi::kBpfAbs:
    case abi::kBpfLd | abi::kBpfB | abi::kBpfAbs:
    case abi::kBpfLd | abi::kBpfW | abi::kBpfInd:
    case abi::kBpfLd | abi::kBpfH | abi::kBpfInd:
    case abi::kBpfLd | abi::kBpfB | abi::kBpfInd:
    case abi::kBpfLd | abi::kBpfW | abi::kBpfLen:
    case abi::kBpfLd | abi::kBpfImm:
    case abi::kBpfLd | abi::kBpfMem:
      return true;
  }
  return false;
}

bool IsLoadX(uint16_t code) {
  return code == (abi::kBpfLdx | abi::kBpfImm) || code == (abi::kBpfLdx | abi::kBpfMem) ||
         code == (abi::kBpfLdx | abi::kBpfW | abi::kBpfLen) ||
         code == (abi::kBpfLdx | abi::kBpfB | abi::kBpfMsh);
}

bool IsKnown(uint16_t code) {
  switch (Class(code)) {
    case abi::kBpfLd:
      return IsLoad(code);
    case abi::kBpfLdx:
      return IsLoadX(code);
    case abi::kBpfSt:
    case abi::kBpfStx:
      return code == Class(code);
    case abi::kBpfAlu:
      return IsAlu(code);
    case abi::kBpfJmp:
      return IsJump(code);
    case abi::kBpfRet:
      return code == (abi::kBpfRet | abi::kBpfK) || code == (abi::kBpfRet | abi::kBpfA);
    default:
      return code == (abi::kBpfMisc | abi::kBpfTax) || code == (abi::kBpfMisc | abi::kBpfTxa);
  }
}

bool UsesMemory(uint16_t code) {
  return code == abi::kBpfSt || code == abi::kBpfStx || code == (abi::kBpfLd | abi::kBpfMem) ||
         code == (abi::kBpfLdx | abi::kBpfMem);
}

// Ancillary data: the offsets that the kernel gives a meaning.
bool IsMeantOffset(uint32_t k) {
  constexpr uint32_t kAncillary = static_cast<uint32_t>(-0x1000), kAncillaryMax = 64;
  return k < kAncillary || k < kAncillary + kAncillaryMax;
}

bool ConstantFits(const SockFilter& at) {
  switch (at.code) {
    case abi::kBpfAlu | abi::kBpfDiv | abi::kBpfK:
    case abi::kBpfAlu | abi::kBpfMod | abi::kBpfK:
      return at.k != 0;
    case abi::kBpfAlu | abi::kBpfLsh | abi::kBpfK:
    case abi::kBpfAlu | abi::kBpfRsh | abi::kBpfK:
      return at.k < 32;
    case abi::kBpfLd | abi::kBpfW | abi::kBpfAbs:
    case abi::kBpfLd | abi::kBpfH | abi::kBpfAbs:
    case abi::kBpfLd | abi::kBpfB | abi::kBpfAbs:
      return IsMeantOffset(at.k);
  }
  return !UsesMemory(at.code) || at.k < abi::kBpfMemwords;
}

// `left`: instructions behind this one.
bool JumpsInside(const SockFilter& at, size_t left) {
  if (Class(at.code) != abi::kBpfJmp) return true;
  if (at.code == (abi::kBpfJmp | abi::kBpfJa)) return at.k < left;
  return at.jt < left && at.jf < left;
}

// Which memory words are written on every path to an instruction.
Result<void> CheckMemory(const std::vector<SockFilter>& code) {
  std::vector<uint16_t> at_entry(code.size(), 0xffff);
  uint16_t valid = 0;
  for (size_t pc = 0; pc < code.size(); ++pc) {
    const SockFilter& at = code[pc];
    valid &= at_entry[pc];
    auto jump = [&](size_t to) { at_entry[to] &= valid; };
    if (at.code == abi::kBpfSt || at.code == abi::kBpfStx) {
      valid |= static_cast<uint16_t>(1u << at.k);
    } else if (UsesMemory(at.code)) {
      if ((valid >> at.k & 1) == 0) return Errno(EINVAL);
    } else if (at.code == (abi::kBpfJmp | abi::kBpfJa)) {
      jump(pc + 1 + at.k);
      valid = 0xffff;
    } else if (Class(at.code) == abi::kBpfJmp) {
      jump(pc + 1 + at.jt);
      jump(pc + 1 + at.jf);
      valid = 0xffff;
    }
  }
  return {};
}

Result<void> Check(const std::vector<SockFilter>& code) {
  if (code.empty() || code.size() > abi::kBpfMaxinsns) return Errno(EINVAL);
  for (size_t pc = 0; pc < code.size(); ++pc) {
    const SockFilter& at = code[pc];
    const size_t left = code.size() - pc - 1;
    if (!IsKnown(at.code) || !ConstantFits(at) || !JumpsInside(at, left)) return Errno(EINVAL);
  }
  if (Class(code.back().code) != abi::kBpfRet) return Errno(EINVAL);
  return CheckMemory(code);
}

// Turns length loads into constants, as Linux does, so that running needs no special case.
Result<void> CheckForCalls(std::vector<SockFilter>& code) {
  for (SockFilter& at : code) {
    switch (at.code) {
      case abi::kBpfLd | abi::kBpfW | abi::kBpfAbs:
        if (at.k >= sizeof(abi::SeccompData) || at.k % 4 != 0) return Errno(EINVAL);
        break;
      case abi::kBpfLd | abi::kBpfW | abi::kBpfLen:
        at = {abi::kBpfLd | abi::kBpfImm, 0, 0, sizeof(abi::SeccompData)};
        break;
      case abi::kBpfLdx | abi::kBpfW | abi::kBpfLen:
        at = {abi::kBpfLdx | abi::kBpfImm, 0, 0, sizeof(abi::SeccompData)};
        break;
      case abi::kBpfLd | abi::kBpfImm:
      case abi::kBpfLd | abi::kBpfMem:
      case abi::kBpfLdx | abi::kBpfImm:
      case abi::kBpfLdx | abi::kBpfMem:
        break;
      default: {
        const bool data = Class(at.code) == abi::kBpfLd || Class(at.code) == abi::kBpfLdx;
        const bool modulo = Class(at.code) == abi::kBpfAlu && (at.code & kOpMask) == abi::kBpfMod;
        if (data || modulo) return Errno(EINVAL);
      }
    }
  }
  return {};
}

}  // namespace

Result<ClassicBpf> ClassicBpf::ForPackets(std::vector<SockFilter> code) {
  TRY(Check(code));
  return ClassicBpf(std::move(code));
}

Result<ClassicBpf> ClassicBpf::ForCalls(std::vector<SockFilter> code) {
  TRY(Check(code));
  TRY(CheckForCalls(code));
  return ClassicBpf(std::move(code));
}

}  // namespace sentry

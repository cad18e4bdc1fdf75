#include "platform/notify/signal_frame.h"

#include <cstring>

#include "abi/stub/slot.h"
#include "platform/notify/signals.h"

namespace platform::notify {
namespace {

constexpr uint64_t kFpAlign = 64;
constexpr uint16_t kUserCode = 0x33;
constexpr uint16_t kCompatibilityCode = 0x23;
constexpr uint16_t kUserData = 0x2b;

void StoreRegisters(const Registers& from, abi::SigContext* to) {
  to->r8 = from.r8;
  to->r9 = from.r9;
  to->r10 = from.r10;
  to->r11 = from.r11;
  to->r12 = from.r12;
  to->r13 = from.r13;
  to->r14 = from.r14;
  to->r15 = from.r15;
  to->rdi = from.rdi;
  to->rsi = from.rsi;
  to->rbp = from.rbp;
  to->rbx = from.rbx;
  to->rdx = from.rdx;
  to->rax = from.rax;
  to->rcx = from.rcx;
  to->rsp = from.rsp;
  to->rip = from.rip;
  to->eflags = from.eflags;
  // A return to any other segment would fault inside the shim.
  to->cs = from.cs == kCompatibilityCode ? kCompatibilityCode : kUserCode;
  to->ss = kUserData;
}

}  // namespace

void LoadRegisters(const abi::SigContext& from, Registers* to) {
  to->r8 = from.r8;
  to->r9 = from.r9;
  to->r10 = from.r10;
  to->r11 = from.r11;
  to->r12 = from.r12;
  to->r13 = from.r13;
  to->r14 = from.r14;
  to->r15 = from.r15;
  to->rdi = from.rdi;
  to->rsi = from.rsi;
  to->rbp = from.rbp;
  to->rbx = from.rbx;
  to->rdx = from.rdx;
  to->rax = from.rax;
  to->rcx = from.rcx;
  to->rsp = from.rsp;
  to->rip = from.rip;
  to->eflags = from.eflags;
  to->cs = from.cs;
  to->ss = from.ss;
  to->ds = to->es = to->fs = to->gs = 0;
  to->orig_rax = ~uint64_t{0};
}

size_t FrameArea::Touched(const FpFormat& format) {
  return format.size_in_frame() + kFpAlign + sizeof(SignalFrame) + 32;
}

bool FrameArea::Contains(uint64_t address, size_t size) const {
  return address >= slot_ && address <= slot_ + SHIM_HEADER_OFFSET - size;
}

bool FrameArea::Read(uint64_t address, SignalFrame* to) const {
  if (address % 8 != 0 || !Contains(address, sizeof(SignalFrame))) return false;
  std::memcpy(to, reinterpret_cast<const void*>(address), sizeof(*to));
  const uint64_t fp = to->context.uc_mcontext.fpstate;
  if (fp == 0) return true;
  return fp % kFpAlign == 0 && Contains(fp, format_.size_in_frame());
}

void FrameArea::Write(uint64_t address, const Registers& registers, uint64_t fp) const {
  auto* frame = reinterpret_cast<SignalFrame*>(address);
  abi::UContext context = {};
  context.uc_flags =
      abi::kUcSigcontextSs | abi::kUcStrictRestoreSs | (fp != 0 ? abi::kUcFpXstate : 0);
  context.uc_stack.ss_sp = slot_;
  context.uc_stack.ss_size = SHIM_HEADER_OFFSET;
  context.uc_sigmask = kGuestMask;
  StoreRegisters(registers, &context.uc_mcontext);
  context.uc_mcontext.fpstate = fp;
  std::memcpy(&frame->context, &context, sizeof(context));
}

uint64_t FrameArea::OwnFp() const {
  return (slot_ + SHIM_HEADER_OFFSET - format_.size_in_frame()) / kFpAlign * kFpAlign;
}

uint64_t FrameArea::OwnFrame() const {
  return (OwnFp() - sizeof(SignalFrame)) / 16 * 16 - 8;  // As the host aligns it.
}

std::span<std::byte> FrameArea::Fp(uint64_t fp) const {
  return {reinterpret_cast<std::byte*>(fp), format_.size_in_frame()};
}

}  // namespace platform::notify

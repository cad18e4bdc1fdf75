#include "sentry/socket/inet/socket_filter.h"

#include <array>
#include <cstring>

#include "sentry/kernel/task.h"

namespace sentry {
namespace {

using base::Errno;
using base::Result;

constexpr size_t kMaxInstructions = 4096;  // BPF_MAXINSNS
constexpr size_t kMemoryWords = 16;        // BPF_MEMWORDS

// linux/bpf_common.h
constexpr uint16_t kLd = 0, kLdx = 1, kSt = 2, kStx = 3, kAlu = 4, kJmp = 5, kRet = 6, kMisc = 7;
constexpr uint16_t kWord = 0x00, kHalf = 0x08, kByte = 0x10;
constexpr uint16_t kImm = 0x00, kAbs = 0x20, kInd = 0x40, kMem = 0x60, kLen = 0x80, kMsh = 0xa0;
constexpr uint16_t kSourceX = 0x08, kReturnA = 0x10, kTxa = 0x80;
// SKF_AD_OFF and the ancillary words behind it (linux/filter.h).
constexpr uint32_t kAncillary = 0xfffff000;
constexpr uint32_t kAdProtocol = 0, kAdPacketType = 4, kAdIfindex = 8, kAdMark = 20;
constexpr uint32_t kAdMost = 64;

bool IsKnown(uint16_t code) {
  const uint16_t op = code & 0xf0;
  switch (code & 7) {
    case kLd:
      if ((code & 0x18) == 0x18) return false;
      return (code & 0xe0) == kImm || (code & 0xe0) == kAbs || (code & 0xe0) == kInd ||
             (code & 0xe0) == kMem || (code & 0xe0) == kLen;
    case kLdx:
      return code == (kLdx | kImm) || code == (kLdx | kMem) || code == (kLdx | kLen) ||
             code == (kLdx | kMsh | kByte);
    case kSt:
    case kStx:
      return (code & ~7) == 0;
    case kAlu:
      return op <= 0xa0;
    case kJmp:
      return op <= 0x40;
    case kRet:
      return code == kRet || code == (kRet | kReturnA);
    default:
      return code == kMisc || code == (kMisc | kTxa);
  }
}

// bpf_check_classic() of Linux.
Result<void> Check(const std::vector<abi::SockFilter>& program) {
  for (size_t at = 0; at < program.size(); ++at) {
    const abi::SockFilter& i = program[at];
    if (!IsKnown(i.code)) return Errno(EINVAL);
    const uint16_t kind = i.code & 7, op = i.code & 0xf0;
    const size_t left = program.size() - at - 1;
    const bool memory =
        kind == kSt || kind == kStx || ((kind == kLd || kind == kLdx) && (i.code & 0xe0) == kMem);
    if (memory && i.k >= kMemoryWords) return Errno(EINVAL);
    if (kind == kAlu && (i.code & kSourceX) == 0) {
      if ((op == 0x30 || op == 0x90) && i.k == 0) return Errno(EINVAL);
      if ((op == 0x60 || op == 0x70) && i.k >= 32) return Errno(EINVAL);
    }
    if (kind == kJmp && op == 0 && i.k >= left) return Errno(EINVAL);
    if (kind == kJmp && op != 0 && (i.jt >= left || i.jf >= left)) return Errno(EINVAL);
  }
  const uint16_t last = program.back().code;
  return (last & 7) == kRet ? Result<void>() : Errno(EINVAL);
}

// The state of one run.
struct Machine {
  const netstack::Packet& packet;
  uint32_t a = 0, x = 0;
  std::array<uint32_t, kMemoryWords> memory{};

  // Bytes of the packet in network order; false: beyond its end.
  bool LoadBytes(uint64_t offset, size_t size, uint32_t& to) const {
    if (offset > packet.size() || packet.size() - offset < size) return false;
    std::array<std::byte, 4> bytes{};
    packet.CopyOut(static_cast<size_t>(offset), std::span(bytes).first(size));
    to = 0;
    for (size_t i = 0; i < size; ++i) to = to << 8 | static_cast<uint32_t>(bytes[i]);
    return true;
  }

  bool LoadAbsolute(uint32_t offset, size_t size) {
    if (offset < kAncillary || offset >= kAncillary + kAdMost) return LoadBytes(offset, size, a);
    switch (offset - kAncillary) {
      case kAdProtocol:
        a = packet.ethertype;
        return true;
      case kAdPacketType:
        a = static_cast<uint32_t>(packet.type);
        return true;
      case kAdIfindex:
        a = packet.ifindex;
        return packet.ifindex != 0;
      case kAdMark:
        a = packet.mark;
        return true;
      default:
        a = 0;
        return true;
    }
  }

  bool Load(const abi::SockFilter& i) {
    const size_t size = (i.code & 0x18) == kWord ? 4 : (i.code & 0x18) == kHalf ? 2 : 1;
    switch (i.code & 0xe0) {
      case kImm:
        a = i.k;
        return true;
      case kAbs:
        return LoadAbsolute(i.k, size);
      case kInd:
        return LoadBytes(uint64_t{x} + i.k, size, a);
      case kMem:
        a = memory[i.k];
        return true;
      default:
        a = static_cast<uint32_t>(packet.size());
        return true;
    }
  }

  bool LoadIndex(const abi::SockFilter& i) {
    switch (i.code & 0xe0) {
      case kImm:
        x = i.k;
        return true;
      case kMem:
        x = memory[i.k];
        return true;
      case kMsh: {  // The length of an IPv4 header.
        uint32_t byte = 0;
        if (!LoadBytes(i.k, 1, byte)) return false;
        x = (byte & 0xf) * 4;
        return true;
      }
      default:
        x = static_cast<uint32_t>(packet.size());
        return true;
    }
  }

  bool Compute(const abi::SockFilter& i) {
    const uint32_t b = (i.code & kSourceX) != 0 ? x : i.k;
    switch (i.code & 0xf0) {
      case 0x00:
        a += b;
        return true;
      case 0x10:
        a -= b;
        return true;
      case 0x20:
        a *= b;
        return true;
      case 0x30:
        if (b == 0) return false;
        a /= b;
        return true;
      case 0x40:
        a |= b;
        return true;
      case 0x50:
        a &= b;
        return true;
      case 0x60:
        a <<= b & 31;
        return true;
      case 0x70:
        a >>= b & 31;
        return true;
      case 0x80:
        a = 0 - a;
        return true;
      case 0x90:
        if (b == 0) return false;
        a %= b;
        return true;
      default:
        a ^= b;
        return true;
    }
  }

  size_t Jump(const abi::SockFilter& i) const {
    const uint32_t b = (i.code & kSourceX) != 0 ? x : i.k;
    bool yes;
    switch (i.code & 0xf0) {
      case 0x00:
        return i.k;
      case 0x10:
        yes = a == b;
        break;
      case 0x20:
        yes = a > b;
        break;
      case 0x30:
        yes = a >= b;
        break;
      default:
        yes = (a & b) != 0;
        break;
    }
    return yes ? i.jt : i.jf;
  }
};

}  // namespace

Result<SocketFilter> SocketFilter::Create(std::vector<abi::SockFilter> program) {
  if (program.empty() || program.size() > kMaxInstructions) return Errno(EINVAL);
  TRY(Check(program));
  return SocketFilter(std::move(program));
}

// Jumps go forward only, so it ends.
size_t SocketFilter::Run(const netstack::Packet& packet) const {
  Machine m{packet};
  for (size_t at = 0; at < program_.size(); ++at) {
    const abi::SockFilter& i = program_[at];
    bool fine = true;
    switch (i.code & 7) {
      case kLd:
        fine = m.Load(i);
        break;
      case kLdx:
        fine = m.LoadIndex(i);
        break;
      case kSt:
        m.memory[i.k] = m.a;
        break;
      case kStx:
        m.memory[i.k] = m.x;
        break;
      case kAlu:
        fine = m.Compute(i);
        break;
      case kJmp:
        at += m.Jump(i);
        break;
      case kRet:
        return (i.code & kReturnA) != 0 ? m.a : i.k;
      default:
        if ((i.code & kTxa) != 0) {
          m.a = m.x;
        } else {
          m.x = m.a;
        }
        break;
    }
    if (!fine) return 0;
  }
  return 0;
}

Result<SocketFilter> ReadSocketFilter(OpContext& ctx, std::span<const std::byte> value) {
  abi::SockFprog head;
  if (value.size() != sizeof(head) || ctx.task == nullptr) return Errno(EINVAL);
  std::memcpy(&head, value.data(), sizeof(head));
  if (head.len == 0 || head.len > kMaxInstructions || head.filter == 0) return Errno(EINVAL);
  std::vector<abi::SockFilter> program =
      TRY(ctx.task->CopyInArray(UserPtr<abi::SockFilter>(head.filter), head.len));
  return SocketFilter::Create(std::move(program));
}

}  // namespace sentry

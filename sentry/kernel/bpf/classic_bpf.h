// ClassicBpf: a checked program of the classic BPF machine (Linux:
// Documentation/networking/filter.rst).
//
// One machine for two users: seccomp(2) filters, whose data is a system call, and socket filters
// (SO_ATTACH_FILTER), whose data is a packet.  A program is checked once, when it is made: every
// jump goes forward and stays inside, every path ends in a return, memory is written before it is
// read.  So running it needs no bound of its own: at most one step per instruction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "abi/linux/seccomp.h"
#include "platform/base/result.h"

namespace sentry {

// What a program reads.
class BpfData {
 public:
  virtual ~BpfData() = default;
  // `size` is 1, 2 or 4.  nullopt: outside of it, which ends the program with 0.  Offsets from
  // kBpfNegative up are what Linux writes as negative ones (SKF_AD_OFF and so on).
  virtual std::optional<uint32_t> Load(uint32_t offset, unsigned size) const = 0;
  virtual uint32_t length() const = 0;
};
inline constexpr uint32_t kBpfNegative = 0x80000000;

class ClassicBpf {
 public:
  // Any program that a socket may have.  EINVAL.
  static base::Result<ClassicBpf> ForPackets(std::vector<abi::SockFilter> code);
  // Only what seccomp(2) lets in: words of SeccompData, no packet instructions.  EINVAL.
  static base::Result<ClassicBpf> ForCalls(std::vector<abi::SockFilter> code);

  uint32_t Run(const BpfData& data) const;
  // Whether it returns `value` for every call with this number and architecture, whatever the
  // arguments are (Linux: seccomp_is_const_allow()).
  bool AlwaysReturns(uint32_t value, int32_t number, uint32_t arch) const;
  size_t size() const { return code_.size(); }
  const std::vector<abi::SockFilter>& code() const { return code_; }

 private:
  explicit ClassicBpf(std::vector<abi::SockFilter> code) : code_(std::move(code)) {}

  std::vector<abi::SockFilter> code_;
};

}  // namespace sentry

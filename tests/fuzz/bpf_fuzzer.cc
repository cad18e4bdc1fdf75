// A program of the guest's, checked and run: neither may step outside, and every program that was
// taken ends.
//
// needs: sentry/kernel/bpf/check.cc sentry/kernel/bpf/run.cc
#include <cstring>
#include <vector>

#include "platform/base/log.h"
#include "sentry/kernel/bpf/classic_bpf.h"

namespace {

using sentry::BpfData;
using sentry::ClassicBpf;

class Bytes final : public BpfData {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  std::optional<uint32_t> Load(uint32_t offset, unsigned size) const override {
    if (offset >= size_ || size > size_ - offset) return std::nullopt;
    uint32_t value = 0;
    std::memcpy(&value, data_ + offset, size);
    return value;
  }
  uint32_t length() const override { return static_cast<uint32_t>(size_); }

 private:
  const uint8_t* const data_;
  const size_t size_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kData = 64;
  if (size < kData) return 0;
  std::vector<abi::SockFilter> code((size - kData) / sizeof(abi::SockFilter));
  if (!code.empty()) std::memcpy(code.data(), data + kData, code.size() * sizeof(abi::SockFilter));
  const Bytes bytes(data, kData);
  if (base::Result<ClassicBpf> program = ClassicBpf::ForPackets(code); program.ok()) {
    program->Run(bytes);
  }
  if (base::Result<ClassicBpf> program = ClassicBpf::ForCalls(code); program.ok()) {
    const uint32_t value = program->Run(bytes);
    int32_t number;
    uint32_t arch;
    std::memcpy(&number, data, sizeof(number));
    std::memcpy(&arch, data + sizeof(number), sizeof(arch));
    if (program->AlwaysReturns(value ^ 1, number, arch)) __builtin_trap();
  }
  return 0;
}

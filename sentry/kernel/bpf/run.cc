// Execution.  A load outside of the data, and a division by zero, end the program with 0.
#include <array>
#include <cstddef>

#include "sentry/kernel/bpf/classic_bpf.h"

namespace sentry {
namespace {

using abi::SockFilter;

struct Machine {
  uint32_t a = 0, x = 0;
  std::array<uint32_t, abi::kBpfMemwords> memory{};
};

std::optional<uint32_t> Alu(uint16_t op, uint32_t a, uint32_t value) {
  switch (op) {
    case abi::kBpfAdd:
      return a + value;
    case abi::kBpfSub:
      return a - value;
    case abi::kBpfMul:
      return a * value;
    case abi::kBpfDiv:
      if (value == 0) return std::nullopt;
      return a / value;
    case abi::kBpfMod:
      if (value == 0) return std::nullopt;
      return a % value;
    case abi::kBpfOr:
      return a | value;
    case abi::kBpfAnd:
      return a & value;
    case abi::kBpfXor:
      return a ^ value;
    case abi::kBpfLsh:
      return a << (value & 31);  // By X: as the processor shifts 32 bits.
    case abi::kBpfRsh:
      return a >> (value & 31);
    default:
      return -a;  // BPF_NEG
  }
}

bool Holds(uint16_t op, uint32_t a, uint32_t value) {
  switch (op) {
    case abi::kBpfJeq:
      return a == value;
    case abi::kBpfJgt:
      return a > value;
    case abi::kBpfJge:
      return a >= value;
    default:
      return (a & value) != 0;  // BPF_JSET
  }
}

unsigned SizeOf(uint16_t code) {
  switch (code & 0x18) {
    case abi::kBpfW:
      return 4;
    case abi::kBpfH:
      return 2;
    default:
      return 1;
  }
}

// BPF_LD and BPF_LDX: the value, or nullopt where there is none.
std::optional<uint32_t> Loaded(const SockFilter& at, const Machine& machine, const BpfData& data) {
  switch (at.code & 0xe0) {
    case abi::kBpfImm:
      return at.k;
    case abi::kBpfMem:
      return machine.memory[at.k];
    case abi::kBpfLen:
      return data.length();
    case abi::kBpfAbs:
      return data.Load(at.k, SizeOf(at.code));
    case abi::kBpfInd:
      return data.Load(machine.x + at.k, SizeOf(at.code));
    default: {  // BPF_MSH: the length of an IPv4 header.
      std::optional<uint32_t> byte = data.Load(at.k, 1);
      if (!byte) return std::nullopt;
      return (*byte & 0xf) << 2;
    }
  }
}

// Everything but jumps and returns; false ends the program.
bool Step(const SockFilter& at, Machine& machine, const BpfData& data) {
  switch (at.code & 7) {
    case abi::kBpfLd:
    case abi::kBpfLdx: {
      std::optional<uint32_t> value = Loaded(at, machine, data);
      if (value) ((at.code & 7) == abi::kBpfLd ? machine.a : machine.x) = *value;
      return value.has_value();
    }
    case abi::kBpfSt:
      machine.memory[at.k] = machine.a;
      return true;
    case abi::kBpfStx:
      machine.memory[at.k] = machine.x;
      return true;
    case abi::kBpfAlu: {
      const uint32_t operand = (at.code & abi::kBpfX) != 0 ? machine.x : at.k;
      std::optional<uint32_t> value = Alu(at.code & 0xf0, machine.a, operand);
      if (value) machine.a = *value;
      return value.has_value();
    }
    default:
      if (at.code == (abi::kBpfMisc | abi::kBpfTax)) {
        machine.x = machine.a;
      } else {
        machine.a = machine.x;
      }
      return true;
  }
}

// A call of which only number and architecture are known.
class NumberOnly final : public BpfData {
 public:
  NumberOnly(int32_t number, uint32_t arch) : number_(number), arch_(arch) {}
  std::optional<uint32_t> Load(uint32_t offset, unsigned) const override {
    if (offset == offsetof(abi::SeccompData, nr)) return static_cast<uint32_t>(number_);
    if (offset == offsetof(abi::SeccompData, arch)) return arch_;
    unknown_ = true;
    return std::nullopt;
  }
  uint32_t length() const override { return sizeof(abi::SeccompData); }
  bool unknown() const { return unknown_; }

 private:
  const int32_t number_;
  const uint32_t arch_;
  mutable bool unknown_ = false;
};

}  // namespace

uint32_t ClassicBpf::Run(const BpfData& data) const {
  Machine machine;
  for (size_t pc = 0;; ++pc) {
    const SockFilter& at = code_[pc];
    if ((at.code & 7) == abi::kBpfRet) {
      return at.code == (abi::kBpfRet | abi::kBpfA) ? machine.a : at.k;
    }
    if (at.code == (abi::kBpfJmp | abi::kBpfJa)) {
      pc += at.k;
    } else if ((at.code & 7) == abi::kBpfJmp) {
      const uint32_t operand = (at.code & abi::kBpfX) != 0 ? machine.x : at.k;
      pc += Holds(at.code & 0xf0, machine.a, operand) ? at.jt : at.jf;
    } else if (!Step(at, machine, data)) {
      return 0;
    }
  }
}

bool ClassicBpf::AlwaysReturns(uint32_t value, int32_t number, uint32_t arch) const {
  NumberOnly data(number, arch);
  return Run(data) == value && !data.unknown();
}

}  // namespace sentry

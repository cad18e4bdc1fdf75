#include "sentry/kernel/bpf/classic_bpf.h"

#include <gtest/gtest.h>

#include <cstring>

namespace sentry {
namespace {

using abi::SockFilter;
using Code = std::vector<SockFilter>;

constexpr SockFilter Op(uint16_t code, uint32_t k = 0, uint8_t jt = 0, uint8_t jf = 0) {
  return {code, jt, jf, k};
}
constexpr SockFilter kReturnA = Op(abi::kBpfRet | abi::kBpfA);
constexpr uint16_t kLoadWord = abi::kBpfLd | abi::kBpfW | abi::kBpfAbs;

// A packet: words are big-endian.
class Packet final : public BpfData {
 public:
  explicit Packet(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::optional<uint32_t> Load(uint32_t offset, unsigned size) const override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value = value << 8 | bytes_[offset + i];
    return value;
  }
  uint32_t length() const override { return static_cast<uint32_t>(bytes_.size()); }

 private:
  const std::vector<uint8_t> bytes_;
};

uint32_t Execute(Code code, std::vector<uint8_t> bytes = {}) {
  base::Result<ClassicBpf> program = ClassicBpf::ForPackets(std::move(code));
  EXPECT_TRUE(program.ok());
  return program.ok() ? program->Run(Packet(std::move(bytes))) : ~0u;
}

bool Taken(Code code) {
  return ClassicBpf::ForPackets(std::move(code)).ok();
}

uint32_t Alu(uint16_t op, uint32_t a, uint32_t x) {
  return Execute({Op(abi::kBpfLdx | abi::kBpfImm, x), Op(abi::kBpfLd | abi::kBpfImm, a),
                  Op(static_cast<uint16_t>(abi::kBpfAlu | op | abi::kBpfX)), kReturnA});
}

TEST(ClassicBpf, Arithmetic) {
  EXPECT_EQ(Alu(abi::kBpfAdd, 7, 5), 12u);
  EXPECT_EQ(Alu(abi::kBpfSub, 5, 7), ~1u);
  EXPECT_EQ(Alu(abi::kBpfMul, 7, 5), 35u);
  EXPECT_EQ(Alu(abi::kBpfDiv, 35, 6), 5u);
  EXPECT_EQ(Alu(abi::kBpfMod, 35, 6), 5u);
  EXPECT_EQ(Alu(abi::kBpfAnd, 6, 3), 2u);
  EXPECT_EQ(Alu(abi::kBpfOr, 6, 3), 7u);
  EXPECT_EQ(Alu(abi::kBpfXor, 6, 3), 5u);
  EXPECT_EQ(Alu(abi::kBpfLsh, 1, 4), 16u);
  EXPECT_EQ(Alu(abi::kBpfRsh, 16, 4), 1u);
  EXPECT_EQ(Execute({Op(abi::kBpfLd | abi::kBpfImm, 1), Op(abi::kBpfAlu | abi::kBpfNeg), kReturnA}),
            ~0u);
}

TEST(ClassicBpf, DivisionByZeroEndsTheProgram) {
  EXPECT_EQ(Alu(abi::kBpfDiv, 5, 0), 0u);
  EXPECT_EQ(Alu(abi::kBpfMod, 5, 0), 0u);
}

TEST(ClassicBpf, LoadsOutsideEndTheProgram) {
  EXPECT_EQ(Execute({Op(kLoadWord, 1), kReturnA}, {9, 1, 2, 3, 4}), 0x01020304u);
  EXPECT_EQ(Execute({Op(kLoadWord, 2), kReturnA}, {9, 1, 2, 3, 4}), 0u);
  EXPECT_EQ(Execute({Op(abi::kBpfLdx | abi::kBpfImm, 2),
                     Op(abi::kBpfLd | abi::kBpfH | abi::kBpfInd, 1), kReturnA},
                    {9, 1, 2, 3, 4}),
            0x0304u);
  EXPECT_EQ(Execute({Op(abi::kBpfLdx | abi::kBpfB | abi::kBpfMsh, 0),
                     Op(abi::kBpfMisc | abi::kBpfTxa), kReturnA},
                    {0x45}),
            20u);
  EXPECT_EQ(Execute({Op(abi::kBpfLd | abi::kBpfW | abi::kBpfLen), kReturnA}, {1, 2, 3}), 3u);
}

TEST(ClassicBpf, JumpsAndMemory) {
  const Code code = {Op(abi::kBpfLd | abi::kBpfB | abi::kBpfAbs, 0),
                     Op(abi::kBpfSt, 15),
                     Op(abi::kBpfJmp | abi::kBpfJgt, 4, 1, 0),
                     Op(abi::kBpfJmp | abi::kBpfJa, 1),
                     Op(abi::kBpfRet | abi::kBpfK, 99),
                     Op(abi::kBpfLdx | abi::kBpfMem, 15),
                     Op(abi::kBpfMisc | abi::kBpfTxa),
                     kReturnA};
  EXPECT_EQ(Execute(code, {5}), 99u);
  EXPECT_EQ(Execute(code, {4}), 4u);
}

TEST(ClassicBpf, WhatIsRefused) {
  EXPECT_FALSE(Taken({}));
  EXPECT_FALSE(Taken(Code(4097, kReturnA)));
  EXPECT_TRUE(Taken(Code(4096, kReturnA)));
  EXPECT_FALSE(Taken({Op(abi::kBpfLd | abi::kBpfImm)}));                      // No return.
  EXPECT_FALSE(Taken({Op(abi::kBpfJmp | abi::kBpfJa, 1), kReturnA}));         // Outside.
  EXPECT_FALSE(Taken({Op(abi::kBpfJmp | abi::kBpfJa, ~0u), kReturnA}));       // Backwards.
  EXPECT_FALSE(Taken({Op(abi::kBpfJmp | abi::kBpfJeq, 0, 0, 1), kReturnA}));  // Outside.
  EXPECT_FALSE(Taken({Op(abi::kBpfAlu | abi::kBpfDiv), kReturnA}));           // By zero.
  EXPECT_FALSE(Taken({Op(abi::kBpfAlu | abi::kBpfRsh, 32), kReturnA}));       // Too far.
  EXPECT_FALSE(Taken({Op(abi::kBpfStx, 16), kReturnA}));                      // No such word.
  EXPECT_FALSE(Taken({Op(abi::kBpfLd | abi::kBpfMem, 0), kReturnA}));         // Not written.
  EXPECT_FALSE(Taken({Op(kLoadWord, 0xfffff000u + 64), kReturnA}));           // No such ancillary.
  EXPECT_FALSE(Taken({Op(0x0fff), kReturnA}));
}

TEST(ClassicBpf, MemoryMustBeWrittenOnEveryPath) {
  const SockFilter branch = Op(abi::kBpfJmp | abi::kBpfJeq, 0, 1, 0);
  const SockFilter store = Op(abi::kBpfSt, 2), load = Op(abi::kBpfLd | abi::kBpfMem, 2);
  EXPECT_FALSE(Taken({branch, store, load, kReturnA}));
  EXPECT_TRUE(Taken({store, branch, kReturnA, load, kReturnA}));
}

TEST(ClassicBpf, CallsHaveTheirOwnRules) {
  const SockFilter allow = Op(abi::kBpfRet | abi::kBpfK, abi::kSeccompRetAllow);
  auto taken = [&](SockFilter op) { return ClassicBpf::ForCalls({op, allow}).ok(); };
  EXPECT_TRUE(taken(Op(kLoadWord, 60)));
  EXPECT_FALSE(taken(Op(kLoadWord, 64)));
  EXPECT_FALSE(taken(Op(kLoadWord, 2)));
  EXPECT_FALSE(taken(Op(abi::kBpfLd | abi::kBpfB | abi::kBpfAbs, 0)));
  EXPECT_FALSE(taken(Op(abi::kBpfLd | abi::kBpfW | abi::kBpfInd, 0)));
  EXPECT_FALSE(taken(Op(abi::kBpfLdx | abi::kBpfB | abi::kBpfMsh, 0)));
  EXPECT_FALSE(taken(Op(abi::kBpfAlu | abi::kBpfMod | abi::kBpfK, 3)));
  EXPECT_TRUE(taken(Op(abi::kBpfLd | abi::kBpfW | abi::kBpfLen)));
}

TEST(ClassicBpf, ConstantAnswers) {
  // close(999) is refused, everything else is allowed.
  base::Result<ClassicBpf> program = ClassicBpf::ForCalls(
      {Op(kLoadWord, 0), Op(abi::kBpfJmp | abi::kBpfJeq, 3, 0, 3), Op(kLoadWord, 16),
       Op(abi::kBpfJmp | abi::kBpfJeq, 999, 0, 1), Op(abi::kBpfRet | abi::kBpfK, 0x50005),
       Op(abi::kBpfRet | abi::kBpfK, abi::kSeccompRetAllow)});
  ASSERT_TRUE(program.ok());
  EXPECT_TRUE(program->AlwaysReturns(abi::kSeccompRetAllow, 202, abi::kAuditArchX8664));
  EXPECT_FALSE(program->AlwaysReturns(abi::kSeccompRetAllow, 3, abi::kAuditArchX8664));
  EXPECT_FALSE(program->AlwaysReturns(0, 202, abi::kAuditArchX8664));
}

}  // namespace
}  // namespace sentry

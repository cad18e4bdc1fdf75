// Expressions: registers, data, and who parses which.
#include "netstack/filter/expression.h"

#include <algorithm>

#include "netstack/filter/ruleset.h"

namespace netstack {
namespace {

constexpr uint32_t kReg1 = 1, kReg4 = 4, kReg32First = 8, kReg32Last = 23;

}  // namespace

void Registers::Store(uint8_t offset, ByteSpan value) {
  const size_t padded = std::min((value.size() + 3) & ~size_t{3}, kSize - offset);
  std::fill_n(at(offset), padded, std::byte{0});
  std::copy(value.begin(), value.end(), at(offset));
}

Result<uint8_t> ParseRegister(const Attributes& from, uint16_t type, size_t size) {
  const uint32_t number = TRY(from.NeedU32(type));
  size_t offset;
  if (number >= kReg1 && number <= kReg4) {
    offset = (number - kReg1) * 16;
  } else if (number >= kReg32First && number <= kReg32Last) {
    offset = (number - kReg32First) * 4;
  } else {
    return Errno(EINVAL);
  }
  if (size == 0) return Errno(EINVAL);
  if (offset + size > Registers::kSize) return Errno(ERANGE);
  return static_cast<uint8_t>(offset);
}

uint32_t RegisterNumber(uint8_t offset) {
  return offset % 16 == 0 ? kReg1 + offset / 16u : kReg32First + offset / 4u;
}

Result<ByteVector> ParseValue(const Attributes& from, uint16_t type, size_t most) {
  TRY(from.Need(type));
  const Attributes data = TRY(from.Nested(type));
  const ByteSpan value = TRY(data.Need(abi::kNftaDataValue));
  if (value.empty() || value.size() > most) return Errno(EINVAL);
  return ByteVector(value.begin(), value.end());
}

void DumpValue(AttributeWriter& to, uint16_t type, ByteSpan value) {
  const size_t data = to.Begin(type);
  to.Put(abi::kNftaDataValue, value);
  to.End(data);
}

Result<Verdict> ParseVerdict(const Attributes& data, const ExpressionPlace& place) {
  const Attributes verdict = TRY(data.Nested(abi::kNftaDataVerdict));
  Verdict out;
  out.code = static_cast<int32_t>(TRY(verdict.NeedU32(abi::kNftaVerdictCode)));
  switch (out.code) {
    case abi::kNfDrop:
    case abi::kNfAccept:
    case abi::kNftContinue:
    case abi::kNftBreak:
    case abi::kNftReturn:
      return out;
    case abi::kNftJump:
    case abi::kNftGoto:
      break;
    default:  // Queues have nobody to read them.
      return Errno(EINVAL);
  }
  const Chain* target = nullptr;
  if (verdict.Has(abi::kNftaVerdictChain)) {
    target = place.table.FindChain(verdict.Text(abi::kNftaVerdictChain));
  } else {
    auto found = place.chain_ids.find(TRY(verdict.NeedU32(abi::kNftaVerdictChainId)));
    if (found != place.chain_ids.end()) target = place.table.FindChain(found->second);
  }
  if (target == nullptr) return Errno(ENOENT);
  if (target->base) return Errno(EOPNOTSUPP);
  out.chain = target->handle;
  return out;
}

void DumpVerdict(AttributeWriter& to, uint16_t type, const Verdict& verdict, const Table& table) {
  const size_t data = to.Begin(type);
  const size_t inner = to.Begin(abi::kNftaDataVerdict);
  to.U32(abi::kNftaVerdictCode, static_cast<uint32_t>(verdict.code));
  if (const Chain* target = table.FindChain(verdict.chain)) {
    to.Text(abi::kNftaVerdictChain, target->name);
  }
  to.End(inner);
  to.End(data);
}

Result<ExpressionPtr> ParseExpression(ByteSpan bytes, const ExpressionPlace& place) {
  const Attributes expression = TRY(Attributes::Parse(bytes));
  TRY(expression.Need(abi::kNftaExprName));
  const std::string name = expression.Text(abi::kNftaExprName);
  const Attributes data = TRY(expression.Nested(abi::kNftaExprData));
  ExpressionPtr parsed = TRY(ParseBasic(name, data, place));
  if (parsed == nullptr) parsed = TRY(ParseLoad(name, data, place));
  if (parsed == nullptr) parsed = TRY(ParseStateful(name, data));
  if (parsed == nullptr) parsed = TRY(ParseAction(name, data, place));
  if (parsed == nullptr) parsed = TRY(ParsePacket(name, data));
  if (parsed == nullptr) parsed = TRY(ParseDynset(name, data, place));
  if (parsed == nullptr) parsed = TRY(ParseReference(name, data, place));
  if (parsed == nullptr) parsed = TRY(ParseCompat(name, data, place));
  if (parsed == nullptr) return Errno(ENOENT);
  return parsed;
}

void DumpExpression(const Expression& expression, AttributeWriter& to) {
  const size_t element = to.Begin(abi::kNftaListElem);
  DumpExpressionInto(expression, to);
  to.End(element);
}

void DumpExpressionInto(const Expression& expression, AttributeWriter& to) {
  to.Text(abi::kNftaExprName, expression.name());
  const size_t data = to.Begin(abi::kNftaExprData);
  expression.Dump(to);
  to.End(data);
}

ParseResult ParseElementState(ByteSpan bytes, const ExpressionPlace& place) {
  const Attributes expression = TRY(Attributes::Parse(bytes));
  const std::string name = expression.Text(abi::kNftaExprName);
  if (name != "counter" && name != "limit" && name != "quota") return Errno(EOPNOTSUPP);
  return ParseExpression(bytes, place);
}

}  // namespace netstack

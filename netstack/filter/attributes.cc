// Netlink attributes: reading and writing.
#include "netstack/filter/attributes.h"

namespace netstack {
namespace {

uint64_t Load64(const std::byte* at) {
  return uint64_t{Load32(at)} << 32 | Load32(at + 4);
}

}  // namespace

Result<Attributes> Attributes::Parse(ByteSpan bytes) {
  Attributes out;
  TRY(ForEachAttribute(bytes, [&](uint16_t type, ByteSpan value) -> Result<void> {
    if (type < kMost) out.all_[type] = value;
    return {};
  }));
  return out;
}

Result<uint8_t> Attributes::U8(uint16_t type, uint8_t otherwise) const {
  if (!Has(type)) return otherwise;
  if (all_[type]->empty()) return Errno(ERANGE);
  return Load8(all_[type]->data());
}

Result<uint16_t> Attributes::U16(uint16_t type, uint16_t otherwise) const {
  if (!Has(type)) return otherwise;
  if (all_[type]->size() < 2) return Errno(ERANGE);
  return Load16(all_[type]->data());
}

Result<uint32_t> Attributes::U32(uint16_t type, uint32_t otherwise) const {
  if (!Has(type)) return otherwise;
  if (all_[type]->size() < 4) return Errno(ERANGE);
  return Load32(all_[type]->data());
}

Result<uint64_t> Attributes::U64(uint16_t type, uint64_t otherwise) const {
  if (!Has(type)) return otherwise;
  if (all_[type]->size() < 8) return Errno(ERANGE);
  return Load64(all_[type]->data());
}

std::string Attributes::Text(uint16_t type) const {
  if (!Has(type)) return {};
  const std::string text(reinterpret_cast<const char*>(all_[type]->data()), all_[type]->size());
  return text.substr(0, text.find('\0'));
}

ByteVector Attributes::Bytes(uint16_t type) const {
  if (!Has(type)) return {};
  return {all_[type]->begin(), all_[type]->end()};
}

Result<ByteSpan> Attributes::Need(uint16_t type) const {
  if (!Has(type)) return Errno(EINVAL);
  return *all_[type];
}

Result<uint32_t> Attributes::NeedU32(uint16_t type) const {
  if (!Has(type)) return Errno(EINVAL);
  return U32(type);
}

Result<Attributes> Attributes::Nested(uint16_t type) const {
  return Parse(Has(type) ? *all_[type] : ByteSpan());
}

AttributeWriter& AttributeWriter::Put(uint16_t type, ByteSpan value) {
  const size_t mark = Begin(type);
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  End(mark);
  return *this;
}

AttributeWriter& AttributeWriter::U8(uint16_t type, uint8_t value) {
  return Put(type, std::as_bytes(std::span(&value, 1)));
}

AttributeWriter& AttributeWriter::U16(uint16_t type, uint16_t value) {
  std::array<std::byte, 2> bytes;
  Store16(bytes.data(), value);
  return Put(type, bytes);
}

AttributeWriter& AttributeWriter::U32(uint16_t type, uint32_t value) {
  std::array<std::byte, 4> bytes;
  Store32(bytes.data(), value);
  return Put(type, bytes);
}

AttributeWriter& AttributeWriter::U64(uint16_t type, uint64_t value) {
  std::array<std::byte, 8> bytes;
  Store32(bytes.data(), static_cast<uint32_t>(value >> 32));
  Store32(bytes.data() + 4, static_cast<uint32_t>(value));
  return Put(type, bytes);
}

AttributeWriter& AttributeWriter::Text(uint16_t type, std::string_view text) {
  std::string with_nul(text);
  return Put(type, std::as_bytes(std::span(with_nul.c_str(), with_nul.size() + 1)));
}

AttributeWriter& AttributeWriter::Raw(ByteSpan bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  bytes_.resize(abi::NlAlign(bytes_.size()));
  return *this;
}

size_t AttributeWriter::Begin(uint16_t type) {
  const size_t mark = bytes_.size();
  const abi::Nlattr head{0, type};
  const ByteSpan raw = std::as_bytes(std::span(&head, 1));
  bytes_.insert(bytes_.end(), raw.begin(), raw.end());
  return mark;
}

void AttributeWriter::End(size_t mark) {
  const auto length = static_cast<uint16_t>(bytes_.size() - mark);
  std::memcpy(bytes_.data() + mark, &length, sizeof(length));
  bytes_.resize(abi::NlAlign(bytes_.size()));
}

}  // namespace netstack

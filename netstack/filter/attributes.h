// Netlink attributes (netlink(7)) as nf_tables uses them: numbers in network order, nested lists.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/linux/netlink.h"
#include "netstack/wire/bytes.h"
#include "platform/base/result.h"

namespace netstack {

using base::Errno;
using base::Result;
using ByteSpan = std::span<const std::byte>;
using ByteVector = std::vector<std::byte>;

// The attributes of one level.  Borrows the bytes.
class Attributes {
 public:
  static constexpr uint16_t kMost = 32;  // Higher types are passed over.

  // EINVAL: one reaches beyond the end.
  static Result<Attributes> Parse(ByteSpan bytes);

  bool Has(uint16_t type) const { return all_[type].has_value(); }
  std::optional<ByteSpan> Find(uint16_t type) const { return all_[type]; }
  // Of network order; `otherwise` when it is missing.  ERANGE: too short.
  Result<uint8_t> U8(uint16_t type, uint8_t otherwise = 0) const;
  Result<uint16_t> U16(uint16_t type, uint16_t otherwise = 0) const;
  Result<uint32_t> U32(uint16_t type, uint32_t otherwise = 0) const;
  Result<uint64_t> U64(uint16_t type, uint64_t otherwise = 0) const;
  std::string Text(uint16_t type) const;  // Up to its NUL.
  ByteVector Bytes(uint16_t type) const;
  // EINVAL: missing.
  Result<ByteSpan> Need(uint16_t type) const;
  Result<uint32_t> NeedU32(uint16_t type) const;
  Result<Attributes> Nested(uint16_t type) const;

 private:
  std::array<std::optional<ByteSpan>, kMost> all_;
};

// Calls f(type, value) for each attribute of a list until one fails.  EINVAL: one reaches beyond
// the end.
template <typename F>
Result<void> ForEachAttribute(ByteSpan bytes, F f) {
  while (bytes.size() >= sizeof(abi::Nlattr)) {
    abi::Nlattr head;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.nla_len < sizeof(head) || head.nla_len > bytes.size()) return Errno(EINVAL);
    TRY(f(static_cast<uint16_t>(head.nla_type & 0x3fff),
          bytes.subspan(sizeof(head), head.nla_len - sizeof(head))));
    bytes = bytes.subspan(std::min<size_t>(abi::NlAlign(head.nla_len), bytes.size()));
  }
  return {};
}

// Writes attributes, one behind the other.
class AttributeWriter {
 public:
  AttributeWriter& Put(uint16_t type, ByteSpan value);
  AttributeWriter& U8(uint16_t type, uint8_t value);
  AttributeWriter& U16(uint16_t type, uint16_t value);
  AttributeWriter& U32(uint16_t type, uint32_t value);
  AttributeWriter& U64(uint16_t type, uint64_t value);
  AttributeWriter& Text(uint16_t type, std::string_view text);  // With its NUL.
  AttributeWriter& Raw(ByteSpan bytes);                         // No attribute: a fixed part.
  size_t Begin(uint16_t type);
  void End(size_t mark);
  ByteVector& bytes() { return bytes_; }

 private:
  ByteVector bytes_;
};

}  // namespace netstack

// Netlink messages (netlink(7)): reading their attributes and writing new ones.
#pragma once

#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/linux/netlink.h"
#include "platform/base/result.h"
#include "sentry/socket/ip_address.h"

namespace sentry {

using base::Errno;
using base::Result;

// The attributes behind a message's fixed part.  Of several with one type the last counts.
class NetlinkAttributes {
 public:
  // EINVAL when one reaches beyond the end.
  static Result<NetlinkAttributes> Parse(std::span<const std::byte> bytes);

  bool Has(uint16_t type) const { return all_.count(type) != 0; }
  std::optional<std::span<const std::byte>> Find(uint16_t type) const;
  // The value; nullopt when it is missing.  ERANGE when its length is not T's.
  template <typename T>
  Result<std::optional<T>> Get(uint16_t type) const {
    auto bytes = Find(type);
    if (!bytes) return std::optional<T>();
    if (bytes->size() < sizeof(T)) return Errno(ERANGE);
    T value;
    std::memcpy(&value, bytes->data(), sizeof(T));
    return std::optional<T>(value);
  }
  std::string Text(uint16_t type) const;  // Up to its NUL; empty when it is missing.
  // Of `family`; Empty when it is missing.  EINVAL.
  Result<IpAddress> Address(uint16_t type, uint16_t family) const;
  Result<NetlinkAttributes> Nested(uint16_t type) const;

 private:
  std::map<uint16_t, std::span<const std::byte>> all_;
};

// Builds one message.
class NetlinkMessage {
 public:
  NetlinkMessage(uint16_t type, uint16_t flags, uint32_t sequence, uint32_t port);

  template <typename T>
  NetlinkMessage& Fixed(const T& value) {
    Append(std::as_bytes(std::span(&value, 1)));
    return *this;
  }
  NetlinkMessage& Bytes(std::span<const std::byte> bytes) {
    Append(bytes);
    return *this;
  }
  NetlinkMessage& Attribute(uint16_t type, std::span<const std::byte> value);
  template <typename T>
  requires(std::is_trivially_copyable_v<T> &&
           !std::is_convertible_v<T, std::string_view>) NetlinkMessage& Put(uint16_t type,
                                                                            const T& value) {
    return Attribute(type, std::as_bytes(std::span(&value, 1)));
  }
  NetlinkMessage& Put(uint16_t type, const IpAddress& address) {
    return Attribute(type, std::as_bytes(address.Span()));
  }
  NetlinkMessage& PutText(uint16_t type, std::string_view text);  // With its NUL.
  size_t BeginNested(uint16_t type);
  void EndNested(size_t mark);

  // With its length filled in, padded to four bytes.
  std::vector<std::byte> Finish() &&;

 private:
  void Append(std::span<const std::byte> bytes);
  std::vector<std::byte> bytes_;
};

}  // namespace sentry

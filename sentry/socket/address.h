// SocketAddress: what bind(2) and its like are given, a family and its bytes, already copied in.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "abi/linux/socket.h"

namespace sentry {

class SocketAddress {
 public:
  SocketAddress() = default;
  explicit SocketAddress(std::span<const std::byte> bytes) : size_(bytes.size()) {
    std::memcpy(bytes_.data(), bytes.data(), size_);
  }
  template <typename T>
  static SocketAddress Of(const T& address, size_t size = sizeof(T)) {
    return SocketAddress(std::as_bytes(std::span(&address, 1)).first(size));
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const std::byte> bytes() const { return {bytes_.data(), size_}; }
  // AF_UNSPEC when it is too short to say.
  uint16_t family() const {
    uint16_t family = 0;
    if (size_ >= sizeof(family)) std::memcpy(&family, bytes_.data(), sizeof(family));
    return family;
  }
  // The address as a T, zeros behind its end.
  template <typename T>
  T As() const {
    static_assert(sizeof(T) <= abi::kSockaddrStorageSize);
    T address{};
    std::memcpy(&address, bytes_.data(), size_ < sizeof(T) ? size_ : sizeof(T));
    return address;
  }

 private:
  std::array<std::byte, abi::kSockaddrStorageSize> bytes_{};
  size_t size_ = 0;
};

}  // namespace sentry

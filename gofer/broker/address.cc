#include "gofer/broker/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace gofer {
namespace {

constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr uint8_t kNat64[12] = {0, 0x64, 0xff, 0x9b};

Address FromV4Bytes(const void* four) {
  Address out;
  std::memcpy(out.bytes.data(), kMapped, sizeof(kMapped));
  std::memcpy(out.bytes.data() + 12, four, 4);
  return out;
}

}  // namespace

Address Address::V4(uint32_t host_order) {
  const uint32_t wire = htonl(host_order);
  return FromV4Bytes(&wire);
}

Address Address::Of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return FromV4Bytes(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
  }
  Address out;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  std::memcpy(out.bytes.data(), &v6->sin6_addr, 16);
  return out;
}

std::optional<Address> Address::Parse(std::string_view text) {
  const std::string copy(text);
  Address out;
  in_addr v4;
  if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) return FromV4Bytes(&v4);
  if (::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

bool Address::IsV4() const {
  return std::memcmp(bytes.data(), kMapped, sizeof(kMapped)) == 0;
}

std::string Address::Text() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (IsV4()) {
    ::inet_ntop(AF_INET, bytes.data() + 12, text, sizeof(text));
  } else {
    ::inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
  }
  return text;
}

socklen_t Address::Fill(sockaddr_storage& to, uint16_t port) const {
  to = {};
  if (IsV4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(to);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, bytes.data() + 12, 4);
    return sizeof(v4);
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(to);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, bytes.data(), 16);
  return sizeof(v6);
}

std::optional<Address> Address::Embedded() const {
  if (std::memcmp(bytes.data(), kNat64, sizeof(kNat64)) == 0) return FromV4Bytes(&bytes[12]);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return FromV4Bytes(&bytes[2]);  // 6to4
  // The deprecated IPv4-compatible form; :: and ::1 are themselves.
  constexpr uint8_t kZero[12] = {};
  const bool compatible = std::memcmp(bytes.data(), kZero, sizeof(kZero)) == 0;
  if (compatible && (bytes[12] != 0 || bytes[13] != 0 || bytes[14] != 0)) {
    return FromV4Bytes(&bytes[12]);
  }
  return std::nullopt;
}

std::optional<Network> Network::Parse(std::string_view text) {
  Network out;
  const size_t slash = text.find('/');
  std::optional<Address> base = Address::Parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  out.base = *base;
  if (slash == text.npos) return out;
  const std::string_view bits = text.substr(slash + 1);
  const char* end = bits.data() + bits.size();
  auto [after, error] = std::from_chars(bits.data(), end, out.length);
  const int most = base->IsV4() ? 32 : 128;
  if (error != std::errc() || after != end || out.length < 0 || out.length > most) {
    return std::nullopt;
  }
  if (base->IsV4()) out.length += kMappedBits;
  return out;
}

bool Network::Contains(const Address& address) const {
  const size_t whole = static_cast<size_t>(length) / 8;
  if (std::memcmp(base.bytes.data(), address.bytes.data(), whole) != 0) return false;
  const int rest = length % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  return ((base.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

std::string Network::Text() const {
  const bool v4 = base.IsV4() && length >= kMappedBits;
  return base.Text() + "/" + std::to_string(v4 ? length - kMappedBits : length);
}

}  // namespace gofer

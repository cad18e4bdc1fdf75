// Addresses: conversions and their text forms.
#include "netstack/wire/address.h"

#include <arpa/inet.h>

#include <cstdio>

namespace netstack {

IpAddress IpAddress::V4Bytes(const void* network_order) {
  uint32_t value;
  std::memcpy(&value, network_order, sizeof(value));
  return V4(__builtin_bswap32(value));
}

IpAddress IpAddress::V6Bytes(const void* network_order) {
  Bytes bytes;
  std::memcpy(bytes.data(), network_order, bytes.size());
  return V6(bytes);
}

IpAddress IpAddress::SolicitedNode() const {
  return V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, bytes_[13], bytes_[14], bytes_[15]});
}

IpAddress IpAddress::Masked(int prefix) const {
  IpAddress out = *this;
  const int keep = prefix + (IsV4() ? 96 : 0);
  for (int i = 0; i < 16; i++) {
    const int bits = keep - i * 8;
    if (bits >= 8) continue;
    const auto mask = static_cast<uint8_t>(bits <= 0 ? 0 : 0xff << (8 - bits));
    auto& byte = out.bytes_[static_cast<size_t>(i)];
    byte = static_cast<uint8_t>(byte & mask);
  }
  return out;
}

bool IpAddress::InPrefix(const IpAddress& net, int prefix) const {
  if (IsV4() != net.IsV4()) return false;
  return Masked(prefix) == net.Masked(prefix);
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  const int family = IsV4() ? AF_INET : AF_INET6;
  inet_ntop(family, wire().data(), text, sizeof(text));
  return text;
}

MacAddress MacAddress::ForMulticast(const IpAddress& group) {
  const auto& b = group.bytes();
  if (group.IsV4()) return {{0x01, 0x00, 0x5e, static_cast<uint8_t>(b[13] & 0x7f), b[14], b[15]}};
  return {{0x33, 0x33, b[12], b[13], b[14], b[15]}};
}

std::string SocketAddr::ToString() const {
  const std::string text = addr.IsV4() ? addr.ToString() : "[" + addr.ToString() + "]";
  return text + ":" + std::to_string(port);
}

}  // namespace netstack

// Path MTUs that were learnt (RFC 1191, RFC 8201): bounded, forgotten after ten minutes.
#pragma once

#include <unordered_map>

#include "netstack/stack/environment.h"
#include "netstack/wire/address.h"

namespace netstack {

struct IpAddressHash {
  size_t operator()(const IpAddress& a) const {
    uint64_t words[2];
    std::memcpy(words, a.bytes().data(), sizeof(words));
    return (words[0] ^ words[1] * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
  }
};

class PathMtuCache {
 public:
  static constexpr Duration kLifetime = 600 * kSecond;
  static constexpr size_t kMaxEntries = 4096;
  // RFC 791, RFC 8200 section 5.  Linux goes no lower than 552 for IPv4 (min_pmtu).
  static constexpr uint32_t kMinV4 = 552, kMinV6 = 1280;

  void Learn(const IpAddress& dst, uint32_t mtu, Time now);
  // 0: nothing is known.
  uint32_t Find(const IpAddress& dst, Time now) const;

 private:
  struct Entry {
    uint32_t mtu;
    Time learnt;
  };
  std::unordered_map<IpAddress, Entry, IpAddressHash> entries_;
};

}  // namespace netstack

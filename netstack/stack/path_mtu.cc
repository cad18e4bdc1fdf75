// Path MTUs that were learnt.
#include "netstack/stack/path_mtu.h"

#include <algorithm>

namespace netstack {

void PathMtuCache::Learn(const IpAddress& dst, uint32_t mtu, Time now) {
  mtu = std::max(mtu, dst.IsV4() ? kMinV4 : kMinV6);
  if (entries_.size() >= kMaxEntries && !entries_.contains(dst)) {
    std::erase_if(entries_, [&](const auto& e) { return now - e.second.learnt > kLifetime; });
    if (entries_.size() >= kMaxEntries) entries_.erase(entries_.begin());
  }
  entries_[dst] = {mtu, now};
}

uint32_t PathMtuCache::Find(const IpAddress& dst, Time now) const {
  if (entries_.empty()) return 0;
  auto found = entries_.find(dst);
  if (found == entries_.end() || now - found->second.learnt > kLifetime) return 0;
  return found->second.mtu;
}

}  // namespace netstack

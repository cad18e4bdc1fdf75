// The numbers by which a network names others: IFLA_LINK_NETNSID and its kin, `ip netns`.
#include "sentry/socket/network.h"

namespace sentry {

std::optional<int32_t> Network::FindId(const Network& other) const {
  for (const auto& [id, network] : ids_) {
    if (network == &other) return id;
  }
  return std::nullopt;
}

int32_t Network::IdOf(Network& other) {
  if (std::optional<int32_t> id = FindId(other)) return *id;
  int32_t id = 0;
  while (ids_.count(id) != 0) ++id;
  (void)SetId(other, id);
  return id;
}

Result<void> Network::SetId(Network& other, int32_t id) {
  if (FindId(other) || ids_.count(id) != 0) return Errno(EEXIST);
  ids_[id] = &other;
  other.known_by_.insert(this);
  Tell([id](NetworkObserver& o) { o.OnNetworkId(id, false); });
  return {};
}

Network* Network::ById(int32_t id) const {
  auto found = ids_.find(id);
  return found == ids_.end() ? nullptr : found->second;
}

void Network::ForgetIds() {
  for (const auto& [id, other] : ids_) other->known_by_.erase(this);
  ids_.clear();
  for (Network* knows : std::set(known_by_)) {
    std::optional<int32_t> id = knows->FindId(*this);
    if (!id) continue;
    knows->ids_.erase(*id);
    knows->Tell([&id](NetworkObserver& o) { o.OnNetworkId(*id, true); });
  }
  known_by_.clear();
}

}  // namespace sentry

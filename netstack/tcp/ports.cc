// Tcp: ports that are bound and ports for connections.
#include "netstack/tcp/tcp.h"

namespace netstack {

void Tcp::HoldPort(TcpPortHolder& holder, uint16_t port) {
  auto& list = ports_[port];
  if (list == nullptr) list = std::make_unique<PortList>();
  list->push_back(holder);
}

void Tcp::ReleasePort(TcpPortHolder& holder, uint16_t port) {
  if (!PortList::Linked(holder)) return;
  PortList::Remove(holder);
  auto found = ports_.find(port);
  if (found != ports_.end() && found->second->empty()) ports_.erase(found);
}

bool Tcp::Conflicts(const TcpEndpoint& endpoint, uint16_t port, bool chosen) {
  auto found = ports_.find(port);
  if (found == ports_.end()) return false;
  const PortClaim claim = endpoint.Claim();
  for (TcpPortHolder& other : *found->second) {
    if (&other == static_cast<const TcpPortHolder*>(&endpoint)) continue;
    if (TcpClaimsConflict(claim, other.Claim(), chosen)) return true;
  }
  return false;
}

Result<void> Tcp::ClaimPort(TcpEndpoint& endpoint, uint16_t port) {
  if (port == 0) {
    uint16_t low = stack_.sysctl().ip_local_port_range[0];
    uint16_t high = stack_.sysctl().ip_local_port_range[1];
    if (endpoint.ip4.port_range_low != 0) low = std::max(low, endpoint.ip4.port_range_low);
    if (endpoint.ip4.port_range_high != 0) high = std::min(high, endpoint.ip4.port_range_high);
    auto free = [&](uint16_t p) { return !Conflicts(endpoint, p, false); };
    std::optional<uint16_t> picked = PickPort(low, high, stack_.Random32(), true, free);
    if (!picked) return Errno(EADDRINUSE);
    port = *picked;
  } else if (Conflicts(endpoint, port, true)) {
    return Errno(EADDRINUSE);
  }
  endpoint.local_.port = port;
  HoldPort(endpoint, port);
  return {};
}

bool Tcp::TupleIsFree(const TcpTuple& tuple) {
  if (connections_.contains(tuple) || requests_.contains(tuple)) return false;
  auto found = time_waits_.find(tuple);
  if (found == time_waits_.end()) return true;
  // tcp_tw_reuse: timestamps keep the old connection's segments apart.
  const TcpTimeWait& tw = *found->second;
  const int mode = stack_.sysctl().tcp_tw_reuse;
  const bool allowed = mode == 1 || (mode == 2 && tuple.peer.addr.IsLoopback());
  if (!allowed || !tw.timestamps_on || stack_.now() - tw.ts_recent_at < kSecond) return false;
  RemoveTimeWait(tuple);
  return true;
}

Result<void> Tcp::ChooseConnectPort(TcpEndpoint& endpoint, const SocketAddr& peer) {
  uint16_t low = stack_.sysctl().ip_local_port_range[0];
  uint16_t high = stack_.sysctl().ip_local_port_range[1];
  if (endpoint.ip4.port_range_low != 0) low = std::max(low, endpoint.ip4.port_range_low);
  if (endpoint.ip4.port_range_high != 0) high = std::min(high, endpoint.ip4.port_range_high);
  auto is_free = [&](uint16_t port) {
    // A port is shared among connections, not with one that somebody asked for.
    if (auto found = ports_.find(port); found != ports_.end()) {
      for (TcpPortHolder& other : *found->second) {
        if (other.OwnsPort()) return false;
      }
    }
    return TupleIsFree({{endpoint.local_.addr, port, 0}, {peer.addr, peer.port, 0}});
  };
  std::optional<uint16_t> port = PickPort(low, high, stack_.Random32(), false, is_free);
  if (!port) return Errno(EADDRNOTAVAIL);
  endpoint.local_.port = *port;
  HoldPort(endpoint, *port);
  return {};
}

}  // namespace netstack

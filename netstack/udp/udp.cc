// Udp: ports, and who gets a datagram.
#include "netstack/udp/udp.h"

#include <algorithm>

#include "netstack/stack/offload.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/udp.h"

namespace netstack {

Udp::Udp(Stack& stack, uint8_t protocol) : stack_(stack), protocol_(protocol) {
  stack.SetTransport(protocol, this);
}

UdpStats& Udp::stats(bool v4) {
  Stats& all = stack_.stats();
  if (lite()) return v4 ? all.udplite4 : all.udplite6;
  return v4 ? all.udp4 : all.udp6;
}

Ref<UdpEndpoint> Udp::CreateEndpoint(int family, uint32_t uid) {
  return base::MakeRef<UdpEndpoint>(*this, family, uid);
}

std::vector<Ref<UdpEndpoint>> Udp::List() const {
  std::vector<Ref<UdpEndpoint>> all;
  for (const auto& [port, list] : ports_) all.insert(all.end(), list.begin(), list.end());
  return all;
}

namespace {

PortClaim ClaimOf(const UdpEndpoint& endpoint, const SocketAddr& local) {
  PortClaim claim;
  claim.addr = local.addr;
  claim.v6only = endpoint.ip6.v6only;
  claim.ifindex = endpoint.options.bound_ifindex;
  claim.reuse_address = endpoint.options.reuse_address;
  claim.reuse_port = endpoint.options.reuse_port;
  claim.uid = endpoint.uid();
  return claim;
}

}  // namespace

bool Udp::Conflicts(const UdpEndpoint& endpoint, uint16_t port) const {
  auto found = ports_.find(port);
  if (found == ports_.end()) return false;
  const PortClaim claim = ClaimOf(endpoint, endpoint.local_);
  return std::any_of(found->second.begin(), found->second.end(), [&](const auto& other) {
    return other.get() != &endpoint && UdpClaimsConflict(claim, ClaimOf(*other, other->local_));
  });
}

Result<uint16_t> Udp::PickPort(const UdpEndpoint& endpoint) {
  uint16_t low = stack_.sysctl().ip_local_port_range[0];
  uint16_t high = stack_.sysctl().ip_local_port_range[1];
  if (endpoint.ip4.port_range_low != 0) low = std::max(low, endpoint.ip4.port_range_low);
  if (endpoint.ip4.port_range_high != 0) high = std::min(high, endpoint.ip4.port_range_high);
  auto port = netstack::PickPort(low, high, stack_.Random32(), false, [&](uint16_t candidate) {
    return !ports_.contains(candidate) || !Conflicts(endpoint, candidate);
  });
  // udp(7) knows only this error for it.
  if (!port) return Errno(EADDRINUSE);
  return *port;
}

Result<void> Udp::Register(UdpEndpoint& endpoint, uint16_t port) {
  if (port == 0) {
    port = TRY(PickPort(endpoint));
  } else if (Conflicts(endpoint, port)) {
    return Errno(EADDRINUSE);
  }
  endpoint.local_.port = port;
  ports_[port].push_back(Ref<UdpEndpoint>(&endpoint));
  return {};
}

void Udp::Unregister(UdpEndpoint& endpoint) {
  auto found = ports_.find(endpoint.local_.port);
  if (found == ports_.end()) return;
  Ref<UdpEndpoint> keep(&endpoint);
  std::erase_if(found->second, [&](const auto& other) { return other.get() == &endpoint; });
  if (found->second.empty()) ports_.erase(found);
}

namespace {

// Linux's compute_score() of UDP: -1 when it is not for this socket; the more it names, the higher.
int Score(const UdpEndpoint& e, const SocketAddr& local, const SocketAddr* peer,
          const IpReceived& ip, uint16_t source_port) {
  int score = 1;
  if (ip.destination.IsV4()) {
    if (!e.IsV4() && e.ip6.v6only) return -1;
    score += e.IsV4() ? 1 : 0;
  } else if (e.IsV4()) {
    return -1;
  }
  if (local.addr.IsAny()) {
    if (local.addr == IpAddress::AnyV4() && ip.destination.IsV6()) return -1;
    if (local.addr == IpAddress::AnyV6() && e.IsV4()) return -1;
  } else {
    if (local.addr != ip.destination) return -1;
    score += 32;
  }
  if (peer != nullptr) {
    if (peer->addr != ip.source || peer->port != source_port) return -1;
    score += 8;
  }
  if (e.options.bound_ifindex != 0) {
    if (e.options.bound_ifindex != ip.in->index()) return -1;
    score += 4;
  }
  return score;
}

}  // namespace

UdpEndpoint* Udp::Find(const IpReceived& ip, uint16_t port, uint16_t source_port) const {
  auto found = ports_.find(port);
  if (found == ports_.end()) return nullptr;
  UdpEndpoint* best = nullptr;
  int best_score = 0;
  std::vector<UdpEndpoint*> group;
  // Of equals the one that was bound last, but for groups of SO_REUSEPORT, which share.
  for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
    UdpEndpoint& e = **at;
    const SocketAddr* peer = e.connected_ ? &e.peer_ : nullptr;
    const int score = Score(e, e.local_, peer, ip, source_port);
    if (score <= 0 || score < best_score) continue;
    if (score > best_score) {
      group.clear();
      best = &e;
      best_score = score;
    }
    if (e.options.reuse_port && !e.connected_) group.push_back(&e);
  }
  if (group.size() < 2 || best == nullptr || !best->options.reuse_port) return best;
  struct {
    IpAddress source, destination;
    uint16_t source_port, port;
    uint32_t zero = 0;
  } key{ip.source, ip.destination, source_port, port};
  return group[stack_.Hash(std::as_bytes(std::span(&key, 1))) % group.size()];
}

std::optional<size_t> Udp::Check(Packet& packet, const IpReceived& ip, const UdpHeader& header) {
  const size_t size = packet.size();
  if (!lite()) {
    if (header.length < UdpHeader::kSize || header.length > size) return std::nullopt;
    packet.Truncate(header.length);
    const bool right =
        header.checksum == 0 || ChecksumIsRight(packet, ip.source, ip.destination, protocol_);
    if (!right) stats(ip.source.IsV4()).in_csum_errors++;
    return right ? std::optional(size_t{header.length}) : std::nullopt;
  }
  // RFC 3828 section 3.1: the length of IP is that of the datagram, the field that of what is
  // covered, and there is always a checksum.
  const size_t covered = header.length == 0 ? size : header.length;
  if (covered < UdpHeader::kSize || covered > size || header.checksum == 0) return std::nullopt;
  if (packet.checksum != ChecksumState::kUnknown) return covered;
  if (SumOfFirst(packet, covered, ip.source, ip.destination, protocol_) != 0) {
    stats(ip.source.IsV4()).in_csum_errors++;
    return std::nullopt;
  }
  return covered;
}

void Udp::Receive(PacketPtr packet, const IpReceived& ip) {
  const bool v4 = ip.source.IsV4();
  UdpStats& stats = this->stats(v4);
  const std::byte* at = packet->Pull(UdpHeader::kSize);
  if (at == nullptr) {
    stats.in_errors++;
    return;
  }
  const UdpHeader header = UdpHeader::Parse(at);
  const std::optional<size_t> covered = Check(*packet, ip, header);
  if (!covered) {
    stats.in_errors++;
    return;
  }
  const bool unchecked = header.checksum == 0 && !lite();
  packet->transport_header = {at, UdpHeader::kSize};
  packet->transport_consumed = true;
  packet->Consume(UdpHeader::kSize);
  if (ip.multicast || ip.broadcast) {
    DeliverToGroup(std::move(packet), ip, header, *covered);
    return;
  }
  UdpEndpoint* endpoint = Find(ip, header.destination_port, header.source_port);
  if (endpoint == nullptr && forwarder_ != nullptr) {
    endpoint = forwarder_->OnFlow(ip, header.destination_port, header.source_port);
  }
  if (unchecked && !v4 && packet->checksum == ChecksumState::kUnknown &&
      (endpoint == nullptr || !endpoint->no_check6_rx)) {
    // RFC 8200 section 8.1.
    stats.in_errors++;
    return;
  }
  if (endpoint == nullptr) {
    stats.no_ports++;
    stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kPort);
    return;
  }
  const std::span<const std::byte> shown = packet->transport_header;
  endpoint->Deliver(std::move(packet), ip, header.source_port, shown, *covered);
}

void Udp::DeliverToGroup(PacketPtr packet, const IpReceived& ip, const UdpHeader& header,
                         size_t covered) {
  auto found = ports_.find(header.destination_port);
  UdpStats& stats = this->stats(ip.source.IsV4());
  if (found == ports_.end()) {
    stats.ignored_multi++;
    return;
  }
  const std::vector<Ref<UdpEndpoint>> members = found->second;
  bool any = false;
  for (const Ref<UdpEndpoint>& e : members) {
    const SocketAddr* peer = e->connected_ ? &e->peer_ : nullptr;
    if (Score(*e, e->local_, peer, ip, header.source_port) <= 0 || !e->WantsGroup(ip)) continue;
    any = true;
    e->Deliver(packet->Clone(), ip, header.source_port, packet->transport_header, covered);
  }
  if (!any) stats.ignored_multi++;
}

void Udp::OnError(const IpError& error) {
  const UdpHeader header = UdpHeader::Parse(error.transport.data());
  auto found = ports_.find(header.source_port);
  if (found == ports_.end()) return;
  // The socket that sent it: what it sends to comes from there.
  IpReceived back;
  back.source = error.destination;
  back.destination = error.source;
  Interface* in = stack_.FindInterface(error.ifindex);
  back.in = in;
  if (in == nullptr) return;
  Ref<UdpEndpoint> best;
  int best_score = 0;
  for (const Ref<UdpEndpoint>& e : found->second) {
    const SocketAddr* peer = e->connected_ ? &e->peer_ : nullptr;
    const int score = Score(*e, e->local_, peer, back, header.destination_port);
    if (score > best_score) {
      best = e;
      best_score = score;
    }
  }
  if (best == nullptr) return;
  best->HandleError(error, {error.destination, header.destination_port, 0},
                    error.transport.subspan(UdpHeader::kSize));
}

}  // namespace netstack

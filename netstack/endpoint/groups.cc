// DatagramEndpoint: multicast groups and their source filters (ip(7), RFC 3678).
#include <algorithm>

#include "netstack/endpoint/datagram_endpoint.h"

namespace netstack {
namespace {

constexpr size_t kMaxMemberships = 20;  // net.ipv4.igmp_max_memberships
constexpr size_t kMaxSources = 64;

bool Contains(const std::vector<IpAddress>& list, const IpAddress& addr) {
  return std::find(list.begin(), list.end(), addr) != list.end();
}

}  // namespace

DatagramEndpoint::Membership* DatagramEndpoint::FindMembership(const IpAddress& group,
                                                               uint32_t ifindex) {
  for (Membership& m : memberships_) {
    if (m.group == group && (ifindex == 0 || m.ifindex == ifindex)) return &m;
  }
  return nullptr;
}

template <typename F>
void DatagramEndpoint::ChangeMembership(Membership& m, F change) {
  const GroupFilter before = m.Filter();
  change();
  const GroupFilter after = m.Filter();
  Interface* interface = stack_.FindInterface(m.ifindex);
  if (interface != nullptr) interface->ChangeGroup(m.group, &before, &after);
}

Result<uint32_t> DatagramEndpoint::GroupInterface(const IpAddress& group, uint32_t ifindex) const {
  if (ifindex != 0) {
    if (stack_.FindInterface(ifindex) == nullptr) return Errno(ENODEV);
    return ifindex;
  }
  Result<RouteResult> route = stack_.FindRoute(group, IpAddress::AnyFor(group.IsV4()), 0);
  if (!route.ok()) return Errno(ENODEV);
  return route->out->index();
}

Result<void> DatagramEndpoint::JoinGroup(const IpAddress& group, uint32_t ifindex,
                                         const IpAddress& source) {
  if (!group.IsMulticast()) return Errno(EINVAL);
  Stack::Scope scope(stack_);
  ifindex = TRY(GroupInterface(group, ifindex));
  Membership* m = FindMembership(group, ifindex);
  if (m != nullptr) {
    if (source.IsAny()) return Errno(EADDRINUSE);
    if (!m->include) return Errno(EINVAL);
    if (Contains(m->sources, source)) return Errno(EADDRNOTAVAIL);
    if (m->sources.size() >= kMaxSources) return Errno(ENOBUFS);
    ChangeMembership(*m, [&] { m->sources.push_back(source); });
    return {};
  }
  if (memberships_.size() >= kMaxMemberships) return Errno(ENOBUFS);
  memberships_.push_back({group, ifindex, !source.IsAny(), {}});
  if (!source.IsAny()) memberships_.back().sources.push_back(source);
  stack_.FindInterface(ifindex)->JoinGroup(group, memberships_.back().Filter());
  return {};
}

Result<void> DatagramEndpoint::LeaveGroup(const IpAddress& group, uint32_t ifindex,
                                          const IpAddress& source) {
  Membership* m = FindMembership(group, ifindex);
  if (m == nullptr) return Errno(EADDRNOTAVAIL);
  Stack::Scope scope(stack_);
  if (!source.IsAny()) {
    if (!m->include) return Errno(EINVAL);
    if (!Contains(m->sources, source)) return Errno(EADDRNOTAVAIL);
    if (m->sources.size() > 1) {
      ChangeMembership(*m, [&] { std::erase(m->sources, source); });
      return {};
    }
  }
  Interface* interface = stack_.FindInterface(m->ifindex);
  if (interface != nullptr) interface->LeaveGroup(group, m->Filter());
  memberships_.erase(memberships_.begin() + (m - memberships_.data()));
  return {};
}

Result<void> DatagramEndpoint::BlockSource(const IpAddress& group, uint32_t ifindex,
                                           const IpAddress& source) {
  Membership* m = FindMembership(group, ifindex);
  if (m == nullptr || m->include) return Errno(EINVAL);
  if (Contains(m->sources, source)) return Errno(EADDRNOTAVAIL);
  if (m->sources.size() >= kMaxSources) return Errno(ENOBUFS);
  Stack::Scope scope(stack_);
  ChangeMembership(*m, [&] { m->sources.push_back(source); });
  return {};
}

Result<void> DatagramEndpoint::UnblockSource(const IpAddress& group, uint32_t ifindex,
                                             const IpAddress& source) {
  Membership* m = FindMembership(group, ifindex);
  if (m == nullptr || m->include) return Errno(EINVAL);
  if (!Contains(m->sources, source)) return Errno(EADDRNOTAVAIL);
  Stack::Scope scope(stack_);
  ChangeMembership(*m, [&] { std::erase(m->sources, source); });
  return {};
}

Result<void> DatagramEndpoint::SetGroupFilter(const Membership& filter) {
  Membership* m = FindMembership(filter.group, filter.ifindex);
  if (m == nullptr) return Errno(EINVAL);
  if (filter.sources.size() > kMaxSources) return Errno(ENOBUFS);
  Stack::Scope scope(stack_);
  ChangeMembership(*m, [&] {
    m->include = filter.include;
    m->sources = filter.sources;
  });
  return {};
}

bool DatagramEndpoint::WantsGroup(const IpReceived& ip) const {
  if (!ip.multicast) return true;
  for (const Membership& m : memberships_) {
    if (m.group != ip.destination || m.ifindex != ip.in->index()) continue;
    return Contains(m.sources, ip.source) == m.include;
  }
  return ip.source.IsV4() ? ip4.multicast_all : ip6.multicast_all;
}

}  // namespace netstack

// NETLINK_ROUTE: which request goes where, and the notifications of the multicast groups.
#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

constexpr uint32_t kGroups = 36;  // RTNLGRP_MAX

using Handler = Result<void> (*)(NetlinkRequest&, Network&);

struct Row {
  uint16_t type;
  Handler one, dump;
};
constexpr Row kRows[] = {
    {abi::kRtmNewlink, NewLink, nullptr},          {abi::kRtmDellink, DeleteLink, nullptr},
    {abi::kRtmGetlink, GetLink, DumpLinks},        {abi::kRtmSetlink, NewLink, nullptr},
    {abi::kRtmNewaddr, NewAddress, nullptr},       {abi::kRtmDeladdr, DeleteAddress, nullptr},
    {abi::kRtmGetaddr, GetAddress, DumpAddresses}, {abi::kRtmNewroute, NewRoute, nullptr},
    {abi::kRtmDelroute, DeleteRoute, nullptr},     {abi::kRtmGetroute, GetRoute, DumpRoutes},
    {abi::kRtmNewneigh, NewNeighbour, nullptr},    {abi::kRtmDelneigh, DeleteNeighbour, nullptr},
    {abi::kRtmGetneigh, nullptr, DumpNeighbours},  {abi::kRtmGetrule, nullptr, DumpRules},
    {abi::kRtmNewnsid, NewNetworkId, nullptr},     {abi::kRtmGetnsid, GetNetworkId, DumpNetworkIds},
};

class RouteProtocol final : public NetlinkProtocol {
 public:
  uint32_t groups() const override { return kGroups; }
  bool AnyoneListens() const override { return true; }

  // rtnetlink_rcv_msg() of Linux.
  Result<void> Handle(NetlinkRequest& request) override {
    const uint16_t type = request.header.nlmsg_type;
    if (type > abi::kRtmMax) return Errno(EOPNOTSUPP);
    if (request.payload.empty()) return {};
    const bool is_get = (type & 3) == 2;
    if (!is_get && !request.socket.network().Allows(request.ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
    for (const Row& row : kRows) {
      if (row.type != type) continue;
      const Handler handler = is_get && request.IsDump() ? row.dump : row.one;
      if (handler == nullptr) break;
      return handler(request, request.socket.network());
    }
    return Errno(EOPNOTSUPP);
  }
};

class RouteNotifier final : public NetworkObserver {
 public:
  RouteNotifier(NetlinkTable& table, Network& network) : table_(table), network_(&network) {
    network_->Observe(this);
  }
  ~RouteNotifier() override { network_->Forget(this); }

  void OnLink(const NetDevice& device, bool gone) override {
    NetlinkMessage message(gone ? abi::kRtmDellink : abi::kRtmNewlink, 0, 0, 0);
    WriteLink(message, *network_, device);
    Send(abi::kRtnlgrpLink, std::move(message));
  }
  void OnAddress(const InterfaceAddress& address, bool gone) override {
    NetlinkMessage message(gone ? abi::kRtmDeladdr : abi::kRtmNewaddr, 0, 0, 0);
    WriteAddress(message, address);
    const bool v4 = address.local.family == abi::kAfInet;
    Send(v4 ? abi::kRtnlgrpIpv4Ifaddr : abi::kRtnlgrpIpv6Ifaddr, std::move(message));
  }
  void OnNetworkId(int32_t id, bool gone) override {
    NetlinkMessage message(gone ? abi::kRtmDelnsid : abi::kRtmNewnsid, 0, 0, 0);
    WriteNetworkId(message, id);
    Send(abi::kRtnlgrpNsid, std::move(message));
  }
  void OnRoute(const Route& route, bool gone) override {
    NetlinkMessage message(gone ? abi::kRtmDelroute : abi::kRtmNewroute, 0, 0, 0);
    WriteRoute(message, route);
    const bool v4 = route.destination.family == abi::kAfInet;
    Send(v4 ? abi::kRtnlgrpIpv4Route : abi::kRtnlgrpIpv6Route, std::move(message));
  }

 private:
  void Send(uint32_t group, NetlinkMessage message) {
    table_.Multicast(*network_, abi::kNetlinkRoute, group, 0, std::move(message).Finish(), nullptr);
  }

  NetlinkTable& table_;
  // The table forgets this notifier with the last socket of the network.
  Network* const network_;
};

}  // namespace

std::unique_ptr<NetlinkProtocol> MakeRouteProtocol(Kernel&) {
  return std::make_unique<RouteProtocol>();
}

std::unique_ptr<NetworkObserver> MakeRouteNotifier(NetlinkTable& table, Network& network) {
  return std::make_unique<RouteNotifier>(table, network);
}

}  // namespace sentry

// rtnetlink(7): the handlers by subject, and how each subject is told.
#pragma once

#include "sentry/socket/netlink/netlink_protocol.h"

namespace sentry {

// Each appends to `message`, a fresh one of the right type.
void WriteLink(NetlinkMessage& message, Network& network, const NetDevice& device);
void WriteAddress(NetlinkMessage& message, const InterfaceAddress& address);
void WriteRoute(NetlinkMessage& message, const Route& route);
void WriteNeighbour(NetlinkMessage& message, const Neighbour& neighbour);

// route_link.cc
Result<void> GetLink(NetlinkRequest& request, Network& network);
Result<void> DumpLinks(NetlinkRequest& request, Network& network);
Result<void> NewLink(NetlinkRequest& request, Network& network);
Result<void> DeleteLink(NetlinkRequest& request, Network& network);
// link_change.cc
Result<void> ChangeLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network, NetDevice& device);
Result<void> CreateLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network);
// bridge_port.cc: the same requests of AF_BRIDGE.
Result<void> DumpBridgeLinks(NetlinkRequest& request, Network& network);
Result<void> SetBridgeLink(NetlinkRequest& request, Network& network);
Result<void> DumpBridgeNeighbours(NetlinkRequest& request, Network& network);
Result<void> NewBridgeNeighbour(NetlinkRequest& request, Network& network);
Result<void> DeleteBridgeNeighbour(NetlinkRequest& request, Network& network);
// route_netns.cc
// The namespace that IFLA_NET_NS_PID and its kin name, which the caller may administer; else
// `network`.
Result<Ref<Network>> TargetNetwork(NetlinkRequest& request, Network& network,
                                   const NetlinkAttributes& attributes);
void WriteNetworkId(NetlinkMessage& message, int32_t id);
Result<void> NewNetworkId(NetlinkRequest& request, Network& network);
Result<void> GetNetworkId(NetlinkRequest& request, Network& network);
Result<void> DumpNetworkIds(NetlinkRequest& request, Network& network);
// route_address.cc
Result<void> GetAddress(NetlinkRequest& request, Network& network);
Result<void> DumpAddresses(NetlinkRequest& request, Network& network);
Result<void> NewAddress(NetlinkRequest& request, Network& network);
Result<void> DeleteAddress(NetlinkRequest& request, Network& network);
// route_route.cc
Result<void> GetRoute(NetlinkRequest& request, Network& network);
Result<void> DumpRoutes(NetlinkRequest& request, Network& network);
Result<void> NewRoute(NetlinkRequest& request, Network& network);
Result<void> DeleteRoute(NetlinkRequest& request, Network& network);
// route_neighbour.cc
Result<void> DumpNeighbours(NetlinkRequest& request, Network& network);
Result<void> NewNeighbour(NetlinkRequest& request, Network& network);
Result<void> DeleteNeighbour(NetlinkRequest& request, Network& network);
Result<void> DumpRules(NetlinkRequest& request, Network& network);

}  // namespace sentry

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

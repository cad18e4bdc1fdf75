// Kinds of devices that users make (ip-link(8) "type"): what a request says of one, and how it is
// told.
#pragma once

#include "sentry/socket/netlink/netlink_protocol.h"

namespace sentry {

// Reads IFLA_INFO_DATA of a request that makes `device`, whose kind is set, in `network`.
Result<void> ReadNewKind(NetlinkRequest& request, const NetlinkAttributes& attributes,
                         Network& network, NetDevice& device);
// Of a request that changes it.
Result<void> ChangeKind(NetlinkRequest& request, const NetlinkAttributes& info, NetDevice& device);
// Appends IFLA_INFO_DATA, if there is any.
void WriteKind(NetlinkMessage& message, const NetDevice& device);

// --- ports of bridges (bridge_port.cc) ---
Result<void> ChangeBridgePort(const NetlinkAttributes& attributes, BridgePort& port);
// The attributes alone, without the nest around them.
void WriteBridgePort(NetlinkMessage& message, const Network& network, const NetDevice& device);

}  // namespace sentry

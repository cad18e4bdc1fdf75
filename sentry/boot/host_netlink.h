// rtnetlink(7) of the host, as far as --net=netns needs it: what a namespace has, taken away and
// put back in the host's own words.
#pragma once

#include <linux/netlink.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platform/base/fd.h"
#include "platform/base/result.h"
#include "sentry/socket/network.h"

namespace sentry {

using HostMessage = std::vector<std::byte>;  // A whole nlmsghdr.

class HostNetlink {
 public:
  // Of the network namespace that the caller is in.
  static Result<HostNetlink> Open();
  // All of RTM_GETLINK, RTM_GETADDR or RTM_GETROUTE.
  Result<std::vector<HostMessage>> Dump(uint16_t type);
  // Sends `message`, as it was dumped, with this type and these flags besides; what the host says.
  Result<void> Request(HostMessage message, uint16_t type, uint16_t flags);

 private:
  explicit HostNetlink(base::Fd socket) : socket_(std::move(socket)) {}
  Result<void> Receive(const std::function<void(const nlmsghdr&)>& each);

  base::Fd socket_;
};

struct HostLink {
  int32_t index = 0;
  std::string name;
  uint32_t flags = 0;
  uint16_t type = 0;
  int32_t mtu = 0, max_mtu = 0;
  std::array<uint8_t, 6> mac{};
};
// What a dumped message tells; nothing: it is none that a guest could have.
std::optional<HostLink> ParseHostLink(const HostMessage& message);
// `device` is the host's index.
std::optional<InterfaceAddress> ParseHostAddress(const HostMessage& message);
// Of the main table, to one device, not made by the kernel itself.
std::optional<Route> ParseHostRoute(const HostMessage& message);

}  // namespace sentry

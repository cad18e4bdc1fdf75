// NETLINK_SOCK_DIAG (sock_diag(7)): one dump for each family.
#pragma once

#include "sentry/socket/netlink/netlink_protocol.h"
#include "sentry/socket/socket_diag.h"

namespace sentry {

// sock_diag_inet.cc
Result<void> DiagInet(NetlinkRequest& request, Network& network, SocketDiag& diag);
// sock_diag_others.cc
Result<void> DiagUnix(NetlinkRequest& request, Network& network, SocketDiag& diag);
Result<void> DiagNetlink(NetlinkRequest& request, Network& network, Kernel& kernel);
Result<void> DiagPacket(NetlinkRequest& request, Network& network, SocketDiag& diag);

// Two halves of what SO_COOKIE gives.
void PutCookie(uint32_t (&to)[2], uint64_t inode);
// Whether a request's cookie fits: all ones means any (INET_DIAG_NOCOOKIE).
bool CookieFits(const uint32_t (&cookie)[2], uint64_t inode);

}  // namespace sentry

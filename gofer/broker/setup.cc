// What is read and opened before the broker gives anything up.
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <sstream>

#include "gofer/broker/config.h"

namespace gofer {

std::optional<Resolver> Resolver::Parse(std::string_view text) {
  // As a rule of the policy is spelled.
  const std::optional<PolicyRule> rule = PolicyRule::Parse(text);
  constexpr int kWhole = 128;
  if (!rule || !rule->network || rule->network->length != kWhole) return std::nullopt;
  Resolver out;
  out.address = rule->network->base;
  if (rule->first_port == 0) return out;
  if (rule->first_port != rule->last_port) return std::nullopt;
  out.port = rule->first_port;
  return out;
}

std::vector<Resolver> ReadResolvers(const char* path) {
  constexpr size_t kMost = 3;  // MAXNS of resolv.conf(5).
  std::vector<Resolver> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && out.size() < kMost;) {
    std::istringstream words(line);
    std::string key, value;
    if (!(words >> key >> value) || key != "nameserver") continue;
    if (std::optional<Address> address = Address::Parse(value)) out.push_back({*address});
  }
  return out;
}

base::Result<void> BindPort(PublishedPort& port) {
  constexpr int kBacklog = 128;
  sockaddr_storage to;
  socklen_t size = port.host.Fill(to, port.host_port);
  const bool tcp = port.protocol == IPPROTO_TCP;
  const int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  port.socket = TRY(base::Fd::From(::socket(to.ss_family, type, 0)));
  const int on = 1;
  if (tcp) ::setsockopt(port.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(port.socket.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0) {
    return base::LastErrno();
  }
  if (tcp && ::listen(port.socket.get(), kBacklog) != 0) return base::LastErrno();
  size = sizeof(to);
  if (::getsockname(port.socket.get(), reinterpret_cast<sockaddr*>(&to), &size) != 0) {
    return base::LastErrno();
  }
  port.host_port = ntohs(reinterpret_cast<const sockaddr_in&>(to).sin_port);
  return {};
}

void AddHostAddresses(Policy& policy) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return;
  for (const ifaddrs* at = all; at != nullptr; at = at->ifa_next) {
    const int family = at->ifa_addr != nullptr ? at->ifa_addr->sa_family : AF_UNSPEC;
    if (family == AF_INET || family == AF_INET6) policy.AddHostAddress(Address::Of(at->ifa_addr));
  }
  ::freeifaddrs(all);
}

}  // namespace gofer

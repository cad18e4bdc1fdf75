#include "sentry/boot/netns_keeper.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "platform/base/fd_passing.h"
#include "platform/base/log_sink.h"
#include "sentry/boot/host_netlink.h"

namespace sentry {
namespace {

constexpr size_t kMostDevices = 16;
constexpr size_t kMostBytes = 128 << 10;  // Addresses and routes of one interface.

Errno Complain(const std::string& what, int error) {
  std::fprintf(stderr, "sentry: %s: --net=netns: %s\n", what.c_str(), std::strerror(error));
  return Errno(error);
}

// setns(2) needs a capability in the namespace's own user namespace: an ordinary user may have made
// both.
Result<void> Enter(int ns) {
  if (::setns(ns, CLONE_NEWNET) == 0) return {};
  const Errno error = base::LastErrno();
  const base::Fd user(::ioctl(ns, NS_GET_USERNS));
  if (user.valid() && ::setns(user.get(), CLONE_NEWUSER) == 0 && ::setns(ns, CLONE_NEWNET) == 0) {
    return {};
  }
  return error;
}

Result<base::Fd> OpenPacketSocket(const HostLink& link) {
  constexpr int kBuffer = 8 << 20;  // Super-segments of 64 KiB count for more than they are.
  const int on = 1;
  // Bound before anything can come from elsewhere: protocol 0 takes nothing.
  base::Fd socket =
      TRY(base::Fd::From(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)));
  const int fd = socket.get();
  for (int option : {PACKET_VNET_HDR, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING}) {
    if (::setsockopt(fd, SOL_PACKET, option, &on, sizeof(on)) != 0) return base::LastErrno();
  }
  // Best effort: beyond the sysctl's limit only with a capability on the host.
  for (int option : {SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE}) {
    (void)::setsockopt(fd, SOL_SOCKET, option, &kBuffer, sizeof(kBuffer));
  }
  packet_mreq groups{};
  groups.mr_ifindex = link.index;
  groups.mr_type = PACKET_MR_ALLMULTI;
  (void)::setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &groups, sizeof(groups));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = link.index;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return base::LastErrno();
  }
  return socket;
}

// One interface for the launcher: this, then its addresses and routes as the host tells them.
struct Announcement {
  HostLink Link() const {
    HostLink link;
    link.name = std::string(name, ::strnlen(name, sizeof(name)));
    link.mtu = mtu;
    link.max_mtu = max_mtu;
    link.mac = mac;
    return link;
  }
  char name[IFNAMSIZ];
  int32_t mtu, max_mtu;
  std::array<uint8_t, 6> mac;
  uint16_t padding;
};

Result<void> SendInterface(int channel, const HostLink& link, const base::Fd& socket,
                           const HostMessage& told) {
  Announcement announcement{};
  std::strncpy(announcement.name, link.name.c_str(), sizeof(announcement.name) - 1);
  announcement.mtu = link.mtu;
  announcement.max_mtu = link.max_mtu;
  announcement.mac = link.mac;
  iovec pieces[] = {{&announcement, sizeof(announcement)},
                    {const_cast<std::byte*>(told.data()), told.size()}};
  return base::SendWithFd(channel, pieces, socket.get());
}

// In the namespace: what it had, and how it gets it back.
class Namespace {
 public:
  Result<void> TakeOver(int channel);
  void PutBack();

 private:
  Result<void> TakeOver(int channel, const HostLink& link);
  void SetIpv6(const std::string& name, bool on);

  std::optional<HostNetlink> netlink_;
  std::vector<HostMessage> all_addresses_, all_routes_;
  std::vector<HostMessage> addresses_, routes_;  // Taken away.
  std::vector<std::string> without_ipv6_;
};

// The addresses of IPv6 go by themselves, and none comes by itself.
void Namespace::SetIpv6(const std::string& name, bool on) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6";
  const base::Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  char was = '1';
  // Not for the user to find changed who had it off.
  if (!file.valid() || ::pread(file.get(), &was, 1, 0) != 1 || (was == '1') != on) return;
  if (::pwrite(file.get(), on ? "0" : "1", 1, 0) == 1 && !on) without_ipv6_.push_back(name);
}

Result<void> Namespace::TakeOver(int channel) {
  netlink_ = TRY(HostNetlink::Open());
  const std::vector<HostMessage> links = TRY(netlink_->Dump(RTM_GETLINK));
  all_addresses_ = TRY(netlink_->Dump(RTM_GETADDR));
  all_routes_ = TRY(netlink_->Dump(RTM_GETROUTE));
  size_t count = 0;
  for (const HostMessage& message : links) {
    const std::optional<HostLink> link = ParseHostLink(message);
    if (!link || link->type != ARPHRD_ETHER || (link->flags & IFF_UP) == 0) continue;
    if (++count > kMostDevices) return Errno(E2BIG);
    TRY(TakeOver(channel, *link));
  }
  return count != 0 ? Result<void>() : Errno(ENODEV);
}

Result<void> Namespace::TakeOver(int channel, const HostLink& link) {
  HostMessage told;
  for (const HostMessage& message : all_addresses_) {
    const std::optional<InterfaceAddress> address = ParseHostAddress(message);
    if (!address || address->device != link.index) continue;
    told.insert(told.end(), message.begin(), message.end());
    addresses_.push_back(message);
  }
  for (const HostMessage& message : all_routes_) {
    const std::optional<Route> route = ParseHostRoute(message);
    if (!route || route->device != link.index) continue;
    told.insert(told.end(), message.begin(), message.end());
    routes_.push_back(message);
  }
  if (told.size() > kMostBytes) return Errno(E2BIG);
  const base::Fd socket = TRY(OpenPacketSocket(link));
  for (const HostMessage& message : all_addresses_) {
    const std::optional<InterfaceAddress> address = ParseHostAddress(message);
    if (!address || address->device != link.index) continue;
    const Result<void> gone = netlink_->Request(message, RTM_DELADDR, 0);
    if (!gone.ok() && !gone.Is(EADDRNOTAVAIL)) return gone;  // A secondary goes with its primary.
  }
  SetIpv6(link.name, false);
  return SendInterface(channel, link, socket, told);
}

// The namespace may be about to go as well: what fails now is of no use to anybody.
void Namespace::PutBack() {
  if (!netlink_) return;
  for (const std::string& name : std::vector(without_ipv6_)) SetIpv6(name, true);
  for (const HostMessage& address : addresses_) {
    (void)netlink_->Request(address, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  }
  auto gateway = [](const HostMessage& m) { return !ParseHostRoute(m)->gateway.Empty(); };
  std::stable_partition(routes_.begin(), routes_.end(),
                        [&](const HostMessage& m) { return !gateway(m); });
  for (const HostMessage& route : routes_) {
    (void)netlink_->Request(route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);
  }
}

// The child: until the other end of `channel` is closed.
int Keep(const std::string& path, int network, int channel) {
  const Result<void> entered = Enter(network);
  if (!entered.ok()) {
    (void)Complain(path, entered.error().value());
    return 1;
  }
  Namespace ns;
  const Result<void> taken = ns.TakeOver(channel);
  if (!taken.ok()) {
    const int error = taken.error().value();
    ns.PutBack();
    if (error == ENODEV) {
      std::fprintf(stderr, "sentry: %s: --net=netns: no Ethernet interface is up there\n",
                   path.c_str());
    } else {
      (void)Complain(path, error);
    }
    return 1;
  }
  char none = 0;
  if (::send(channel, &none, 1, MSG_NOSIGNAL) != 1) return 1;  // That was all.
  while (::recv(channel, &none, 1, 0) < 0 && errno == EINTR) {
  }
  ns.PutBack();
  return 0;
}

// Whole messages, one behind the other.
void ParseInterface(std::span<const std::byte> told, OutsideDevice& device) {
  while (told.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, told.data(), sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > told.size()) return;
    const HostMessage message(told.begin(), told.begin() + header.nlmsg_len);
    told = told.subspan(header.nlmsg_len);
    if (header.nlmsg_type == RTM_NEWADDR) {
      InterfaceAddress address = *ParseHostAddress(message);
      address.device = 0;
      device.addresses.push_back(std::move(address));
    } else {
      device.routes.push_back(*ParseHostRoute(message));
    }
  }
  // Gateways are reached by routes that are there before them.
  std::stable_partition(device.routes.begin(), device.routes.end(),
                        [](const Route& route) { return route.gateway.Empty(); });
}

// Nothing: there are no more.
Result<std::optional<OutsideDevice>> ReceiveInterface(int channel) {
  std::vector<std::byte> told(sizeof(Announcement) + kMostBytes);
  iovec data{told.data(), told.size()};
  base::FdMessage message = TRY(base::ReceiveWithFd(channel, {&data, 1}));
  if (message.length == 1) return std::optional<OutsideDevice>();
  if (message.length < sizeof(Announcement) || !message.fd.valid()) return Errno(EPIPE);
  Announcement announcement;
  std::memcpy(&announcement, told.data(), sizeof(announcement));
  const HostLink link = announcement.Link();
  OutsideDevice device;
  device.name = link.name;
  device.file = std::move(message.fd);
  device.kind = OutsideDevice::Kind::kPacket;
  device.header_size = netstack::VirtioNetHeader::kSize;
  device.mac = link.mac;
  device.mtu = device.max_mtu = link.mtu;
  ParseInterface(
      std::span(told).subspan(sizeof(announcement), message.length - sizeof(announcement)), device);
  return std::optional(std::move(device));
}

}  // namespace

Result<KeptNamespace> EnterNetworkNamespace(const std::string& path) {
  const base::Fd network(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!network.valid()) return Complain(path, errno);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return base::LastErrno();
  base::Fd ours(ends[0]), theirs(ends[1]);
  constexpr int kRoom = 512 << 10;
  (void)::setsockopt(theirs.get(), SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof(kRoom));
  const pid_t pid = ::fork();
  if (pid < 0) return base::LastErrno();
  if (pid == 0) {
    ours.reset();
    base::MoveLogSink(STDERR_FILENO);
    // What others are told by the end of must not stay open here.
    const int low = std::min(network.get(), theirs.get());
    const int high = std::max(network.get(), theirs.get());
    ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(low - 1), 0);
    ::close_range(static_cast<unsigned>(low + 1), static_cast<unsigned>(high - 1), 0);
    ::close_range(static_cast<unsigned>(high + 1), ~0u, 0);
    // In the terminal's process group, but it ends with the sandbox alone.
    for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU}) {
      ::signal(signal, SIG_IGN);
    }
    ::_exit(Keep(path, network.get(), theirs.get()));
  }
  theirs.reset();
  KeptNamespace kept;
  kept.keeper = {pid, std::move(ours)};
  for (;;) {
    Result<std::optional<OutsideDevice>> device = ReceiveInterface(kept.keeper.channel.get());
    if (!device.ok()) break;
    if (!*device) return kept;
    kept.devices.push_back(std::move(**device));
  }
  kept.keeper.channel.reset();
  ::waitpid(pid, nullptr, 0);
  return Errno(ENODEV);
}

}  // namespace sentry

#include "sentry/boot/host_netlink.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace sentry {
namespace {

// The attributes behind a header of type T, by number; later ones win.
template <typename T>
class HostAttributes {
 public:
  explicit HostAttributes(const HostMessage& message) {
    if (message.size() < NLMSG_LENGTH(sizeof(T))) return;
    std::memcpy(&header, message.data() + NLMSG_HDRLEN, sizeof(T));
    valid = true;
    size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(T));
    while (at + sizeof(rtattr) <= message.size()) {
      rtattr one;
      std::memcpy(&one, message.data() + at, sizeof(one));
      if (one.rta_len < sizeof(one) || at + one.rta_len > message.size()) return;
      const size_t type = one.rta_type & NLA_TYPE_MASK;
      if (type < found_.size()) {
        found_[type] = std::span(message).subspan(at + sizeof(one), one.rta_len - sizeof(one));
      }
      at += RTA_ALIGN(one.rta_len);
    }
  }
  bool Has(size_t type) const { return found_[type].data() != nullptr; }
  std::span<const std::byte> Bytes(size_t type) const { return found_[type]; }
  uint32_t Number(size_t type) const {
    uint32_t value = 0;
    if (found_[type].size() >= sizeof(value)) std::memcpy(&value, found_[type].data(), 4);
    return value;
  }
  IpAddress Address(size_t type, int family) const {
    IpAddress address = IpAddress::Any(static_cast<uint16_t>(family));
    if (found_[type].size() != address.size()) return {};
    std::memcpy(address.bytes.data(), found_[type].data(), address.size());
    return address;
  }
  std::string Text(size_t type) const {
    const auto* at = reinterpret_cast<const char*>(found_[type].data());
    return std::string(at, ::strnlen(at, found_[type].size()));
  }

  T header{};
  bool valid = false;

 private:
  std::array<std::span<const std::byte>, 64> found_;
};

bool IsIp(int family) {
  return family == AF_INET || family == AF_INET6;
}

}  // namespace

Result<HostNetlink> HostNetlink::Open() {
  return HostNetlink(
      TRY(base::Fd::From(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE))));
}

// Messages until the end of the dump, or the answer.
Result<void> HostNetlink::Receive(const std::function<void(const nlmsghdr&)>& each) {
  alignas(nlmsghdr) std::array<std::byte, 65536> buffer;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return base::LastErrno();
    auto left = static_cast<size_t>(got);
    for (auto* m = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(m, left);
         m = NLMSG_NEXT(m, left)) {
      if (m->nlmsg_type == NLMSG_DONE) return {};
      if (m->nlmsg_type == NLMSG_ERROR) {
        const auto* said = static_cast<const nlmsgerr*>(NLMSG_DATA(m));
        return said->error == 0 ? Result<void>() : Errno(-said->error);
      }
      each(*m);
    }
  }
}

Result<std::vector<HostMessage>> HostNetlink::Dump(uint16_t type) {
  struct {
    nlmsghdr header;
    rtgenmsg family;
  } request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(rtgenmsg));
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(socket_.get(), &request, sizeof(request), 0) < 0) return base::LastErrno();
  std::vector<HostMessage> all;
  TRY(Receive([&all](const nlmsghdr& m) {
    const auto* at = reinterpret_cast<const std::byte*>(&m);
    all.emplace_back(at, at + m.nlmsg_len);
  }));
  return all;
}

Result<void> HostNetlink::Request(HostMessage message, uint16_t type, uint16_t flags) {
  nlmsghdr header;
  std::memcpy(&header, message.data(), sizeof(header));
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  header.nlmsg_pid = 0;
  std::memcpy(message.data(), &header, sizeof(header));
  if (::send(socket_.get(), message.data(), message.size(), 0) < 0) return base::LastErrno();
  return Receive([](const nlmsghdr&) {});
}

std::optional<HostLink> ParseHostLink(const HostMessage& message) {
  const HostAttributes<ifinfomsg> attributes(message);
  if (!attributes.valid) return std::nullopt;
  HostLink link;
  link.index = attributes.header.ifi_index;
  link.flags = attributes.header.ifi_flags;
  link.type = attributes.header.ifi_type;
  link.name = attributes.Text(IFLA_IFNAME);
  link.mtu = static_cast<int32_t>(attributes.Number(IFLA_MTU));
  link.max_mtu = static_cast<int32_t>(attributes.Number(IFLA_MAX_MTU));
  const std::span<const std::byte> mac = attributes.Bytes(IFLA_ADDRESS);
  if (mac.size() == link.mac.size()) std::memcpy(link.mac.data(), mac.data(), mac.size());
  return link;
}

std::optional<InterfaceAddress> ParseHostAddress(const HostMessage& message) {
  const HostAttributes<ifaddrmsg> attributes(message);
  const int family = attributes.header.ifa_family;
  if (!attributes.valid || !IsIp(family)) return std::nullopt;
  InterfaceAddress address;
  address.device = static_cast<int32_t>(attributes.header.ifa_index);
  address.peer = attributes.Address(IFA_ADDRESS, family);
  address.local = attributes.Address(IFA_LOCAL, family);
  if (address.local.Empty()) address.local = address.peer;
  if (address.local.Empty()) return std::nullopt;
  address.broadcast = attributes.Address(IFA_BROADCAST, family);
  address.prefix_length = attributes.header.ifa_prefixlen;
  address.scope = attributes.header.ifa_scope;
  address.flags = IFA_F_PERMANENT;  // Nobody renews it.
  if (attributes.Has(IFA_LABEL)) address.label = attributes.Text(IFA_LABEL);
  return address;
}

std::optional<Route> ParseHostRoute(const HostMessage& message) {
  const HostAttributes<rtmsg> attributes(message);
  const rtmsg& header = attributes.header;
  if (!attributes.valid || !IsIp(header.rtm_family) || header.rtm_type != RTN_UNICAST ||
      header.rtm_protocol == RTPROT_KERNEL || (header.rtm_flags & RTM_F_CLONED) != 0 ||
      !attributes.Has(RTA_OIF)) {
    return std::nullopt;
  }
  const uint32_t table =
      attributes.Has(RTA_TABLE) ? attributes.Number(RTA_TABLE) : header.rtm_table;
  if (table != RT_TABLE_MAIN) return std::nullopt;
  Route route;
  route.destination = attributes.Address(RTA_DST, header.rtm_family);
  if (route.destination.Empty()) route.destination = IpAddress::Any(header.rtm_family);
  route.prefix_length = header.rtm_dst_len;
  route.tos = header.rtm_tos;
  route.protocol = header.rtm_protocol;
  route.scope = header.rtm_scope;
  route.type = header.rtm_type;
  route.table = table;
  route.metric = attributes.Number(RTA_PRIORITY);
  route.device = static_cast<int32_t>(attributes.Number(RTA_OIF));
  route.gateway = attributes.Address(RTA_GATEWAY, header.rtm_family);
  route.source = attributes.Address(RTA_PREFSRC, header.rtm_family);
  return route;
}

}  // namespace sentry

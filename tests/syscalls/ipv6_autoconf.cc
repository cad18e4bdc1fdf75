// IPv6 autoconfiguration (RFC 4861, RFC 4862): a device at one end of a pair, the test as a router
// at the other.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <optional>

#include "tests/support/netlink.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr uint32_t kDadFailed = 0x08, kTentative = 0x40, kPermanent = 0x80;
constexpr int kIfaProto = 11;  // IFA_PROTO

in6_addr Address6(const char* text) {
  in6_addr address{};
  EXPECT_EQ(inet_pton(AF_INET6, text, &address), 1);
  return address;
}

bool Same(const std::string& bytes, const in6_addr& address) {
  return bytes.size() == sizeof(address) && memcmp(bytes.data(), &address, sizeof(address)) == 0;
}

template <typename T>
T As(const std::string& bytes) {
  T value{};
  memcpy(&value, bytes.data(), std::min(sizeof(T), bytes.size()));
  return value;
}

template <typename T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

uint16_t Checksum(const std::string& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++) {
    const uint32_t byte = static_cast<unsigned char>(bytes[i]);
    sum += i % 2 == 0 ? byte << 8 : byte;
  }
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// The far end of the pair.
class Router {
 public:
  explicit Router(const std::string& device)
      : index_(static_cast<int>(if_nametoindex(device.c_str()))),
        fd_(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IPV6))) {
    sockaddr_ll name{};
    name.sll_family = AF_PACKET;
    name.sll_protocol = htons(ETH_P_IPV6);
    name.sll_ifindex = index_;
    EXPECT_THAT(bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
                SyscallSucceeds());
  }

  // The next message of that type from the other end, from its IPv6 header on.
  std::string Await(uint8_t type) {
    for (;;) {
      pollfd wait{fd_.get(), POLLIN, 0};
      if (poll(&wait, 1, 20000) != 1) {
        ADD_FAILURE() << "no message of type " << int{type};
        return std::string(200, '\0');
      }
      char frame[2048];
      sockaddr_ll from{};
      socklen_t size = sizeof(from);
      const ssize_t n =
          recvfrom(fd_.get(), frame, sizeof(frame), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (n < ETH_HLEN + 44 || from.sll_pkttype == PACKET_OUTGOING) continue;
      std::string packet(frame + ETH_HLEN, static_cast<size_t>(n) - ETH_HLEN);
      if (packet[6] == IPPROTO_ICMPV6 && static_cast<uint8_t>(packet[40]) == type) return packet;
    }
  }

  void Send(const char* from, std::string message) {
    const in6_addr source = Address6(from), destination = Address6("ff02::1");
    std::string pseudo;
    Append(pseudo, source);
    Append(pseudo, destination);
    Append(pseudo, htonl(static_cast<uint32_t>(message.size())));
    Append(pseudo, htonl(IPPROTO_ICMPV6));
    const uint16_t sum = htons(Checksum(pseudo + message));
    memcpy(&message[2], &sum, sizeof(sum));
    ip6_hdr ip{};
    ip.ip6_flow = htonl(6u << 28);
    ip.ip6_plen = htons(static_cast<uint16_t>(message.size()));
    ip.ip6_nxt = IPPROTO_ICMPV6;
    ip.ip6_hlim = 255;
    ip.ip6_src = source;
    ip.ip6_dst = destination;
    std::string frame("\x33\x33\x00\x00\x00\x01\x02\x00\x00\x00\x00\x01\x86\xdd", ETH_HLEN);
    Append(frame, ip);
    frame += message;
    EXPECT_THAT(send(fd_.get(), frame.data(), frame.size(), 0), SyscallReturns(frame.size()));
  }

  void Advertise(uint16_t lifetime) {
    nd_router_advert head{};
    head.nd_ra_type = ND_ROUTER_ADVERT;
    head.nd_ra_router_lifetime = htons(lifetime);
    nd_opt_prefix_info prefix{};
    prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
    prefix.nd_opt_pi_len = 4;
    prefix.nd_opt_pi_prefix_len = 64;
    prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
    prefix.nd_opt_pi_valid_time = htonl(86400);
    prefix.nd_opt_pi_preferred_time = htonl(14400);
    prefix.nd_opt_pi_prefix = Address6("2001:db8:77::");
    nd_opt_mtu mtu{};
    mtu.nd_opt_mtu_type = ND_OPT_MTU;
    mtu.nd_opt_mtu_len = 1;
    mtu.nd_opt_mtu_mtu = htonl(1400);
    std::string message;
    Append(message, head);
    Append(message, prefix);
    Append(message, mtu);
    Send("fe80::1", message);
  }

 private:
  int index_;
  Fd fd_;
};

class Ipv6Autoconf : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
    ASSERT_THAT(unshare(CLONE_NEWNET), SyscallSucceeds());
    std::string peer = std::string(sizeof(ifinfomsg), '\0') + Text(IFLA_IFNAME, "far");
    const std::string info = Text(IFLA_INFO_KIND, "veth") + Nest(IFLA_INFO_DATA, Nest(1, peer));
    Netlink netlink;
    netlink.Send(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{},
                 Text(IFLA_IFNAME, "near") + Nest(IFLA_LINKINFO, info));
    ASSERT_EQ(netlink.ReceiveError(), 0);
    Up("far");
    router_.emplace("far");
    Up("near");
    index_ = if_nametoindex("near");
  }

  static std::string Text(int type, const std::string& text) {
    return Attribute(type, text.c_str(), text.size() + 1);
  }
  static std::string Nest(int type, const std::string& attributes) {
    return Attribute(type, attributes.data(), attributes.size());
  }
  static void Up(const char* name) {
    Netlink netlink;
    ifinfomsg head{};
    head.ifi_index = static_cast<int>(if_nametoindex(name));
    head.ifi_flags = head.ifi_change = IFF_UP;
    netlink.Send(RTM_NEWLINK, NLM_F_ACK, head);
    ASSERT_EQ(netlink.ReceiveError(), 0);
  }

  struct Address {
    ifaddrmsg head;
    uint32_t flags = 0, preferred = 0, valid = 0;
    std::map<int, std::string> attributes;
  };
  // The first address of the near end that `wanted` likes.
  template <typename F>
  std::optional<Address> Find(F wanted) {
    Netlink netlink;
    ifaddrmsg head{};
    head.ifa_family = AF_INET6;
    netlink.Send(RTM_GETADDR, NLM_F_DUMP, head);
    for (const Message& message : netlink.ReceiveDump()) {
      Address address;
      address.head = message.As<ifaddrmsg>();
      address.attributes = message.Attributes(sizeof(ifaddrmsg));
      address.flags = As<uint32_t>(address.attributes[IFA_FLAGS]);
      const auto times = As<ifa_cacheinfo>(address.attributes[IFA_CACHEINFO]);
      address.preferred = times.ifa_prefered;
      address.valid = times.ifa_valid;
      if (address.head.ifa_index == index_ && wanted(address)) return address;
    }
    return std::nullopt;
  }
  // As above, when it has come to be.
  template <typename F>
  std::optional<Address> Await(F wanted) {
    for (int i = 0; i < 1000; i++) {
      if (std::optional<Address> found = Find(wanted)) return found;
      poll(nullptr, 0, 10);
    }
    return std::nullopt;
  }
  struct Way {
    rtmsg head;
    std::map<int, std::string> attributes;
  };
  std::optional<Way> FindRoute(int prefix, const in6_addr& destination) {
    Netlink netlink;
    rtmsg head{};
    head.rtm_family = AF_INET6;
    netlink.Send(RTM_GETROUTE, NLM_F_DUMP, head);
    for (const Message& message : netlink.ReceiveDump()) {
      Way way{message.As<rtmsg>(), message.Attributes(sizeof(rtmsg))};
      if (way.head.rtm_dst_len != prefix || way.head.rtm_table != RT_TABLE_MAIN) continue;
      if (As<uint32_t>(way.attributes[RTA_OIF]) != index_) continue;
      if (prefix == 0 || Same(way.attributes[RTA_DST], destination)) return way;
    }
    return std::nullopt;
  }
  static bool LinkLocal(const Address& address) { return address.head.ifa_scope == RT_SCOPE_LINK; }

  std::optional<Router> router_;
  uint32_t index_ = 0;
};

TEST_F(Ipv6Autoconf, LinkLocalAddressIsTentativeAtFirst) {
  const std::string probe = router_->Await(ND_NEIGHBOR_SOLICIT);
  EXPECT_EQ(probe.substr(8, 16), std::string(16, '\0'));  // From nobody yet.
  std::optional<Address> address = Find(LinkLocal);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->flags & (kTentative | kPermanent), kTentative | kPermanent);
  EXPECT_EQ(address->attributes[IFA_ADDRESS], probe.substr(48, 16));
  // bind(2) does not take it yet.
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_scope_id = index_;
  memcpy(&name.sin6_addr, address->attributes[IFA_ADDRESS].data(), sizeof(name.sin6_addr));
  Fd fd(socket(AF_INET6, SOCK_DGRAM, 0));
  EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
              SyscallFails(EADDRNOTAVAIL));
  ASSERT_TRUE(Await([](const Address& a) { return LinkLocal(a) && (a.flags & kTentative) == 0; }));
  EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)), SyscallSucceeds());
}

TEST_F(Ipv6Autoconf, DuplicateIsNotUsed) {
  const std::string probe = router_->Await(ND_NEIGHBOR_SOLICIT);
  nd_neighbor_advert head{};
  head.nd_na_type = ND_NEIGHBOR_ADVERT;
  head.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
  memcpy(&head.nd_na_target, &probe[48], sizeof(head.nd_na_target));
  std::string message;
  Append(message, head);
  router_->Send("fe80::1", message);
  std::optional<Address> address =
      Await([](const Address& a) { return LinkLocal(a) && (a.flags & kDadFailed) != 0; });
  ASSERT_TRUE(address);
  EXPECT_NE(address->flags & kTentative, 0u);
}

TEST_F(Ipv6Autoconf, RouterIsFollowed) {
  const std::string solicit = router_->Await(ND_ROUTER_SOLICIT);
  EXPECT_EQ(static_cast<uint8_t>(solicit[8]), 0xfe);  // From the link-local address,
  EXPECT_EQ(static_cast<uint8_t>(solicit[7]), 255);   // which is on this link.
  router_->Advertise(1800);
  const in6_addr prefix = Address6("2001:db8:77::");
  std::optional<Address> address = Await([&](const Address& a) {
    return a.head.ifa_scope == RT_SCOPE_UNIVERSE && (a.flags & kTentative) == 0;
  });
  ASSERT_TRUE(address);
  EXPECT_EQ(address->head.ifa_prefixlen, 64);
  EXPECT_EQ(address->flags & kPermanent, 0u);
  EXPECT_EQ(memcmp(address->attributes[IFA_ADDRESS].data(), &prefix, 8), 0);
  // Its other half is that of the link-local address.
  EXPECT_EQ(address->attributes[IFA_ADDRESS].substr(8), solicit.substr(16, 8));
  EXPECT_LE(address->valid, 86400u);
  EXPECT_GE(address->valid, 86300u);
  EXPECT_LE(address->preferred, 14400u);
  EXPECT_GE(address->preferred, 14300u);
  if (address->attributes.count(kIfaProto) != 0) {  // Since Linux 5.18.
    EXPECT_EQ(As<uint8_t>(address->attributes[kIfaProto]), 2);
  }

  std::optional<Way> way = FindRoute(0, in6addr_any);
  ASSERT_TRUE(way);
  EXPECT_EQ(way->head.rtm_protocol, RTPROT_RA);
  EXPECT_TRUE(Same(way->attributes[RTA_GATEWAY], Address6("fe80::1")));
  EXPECT_EQ(As<uint32_t>(way->attributes[RTA_PRIORITY]), 1024u);
  const auto times = As<rta_cacheinfo>(way->attributes[RTA_CACHEINFO]);
  EXPECT_LE(times.rta_expires, 1800 * 100);
  EXPECT_GE(times.rta_expires, 1700 * 100);
  way = FindRoute(64, prefix);
  ASSERT_TRUE(way);
  EXPECT_EQ(way->head.rtm_protocol, RTPROT_KERNEL);
  EXPECT_EQ(As<uint32_t>(way->attributes[RTA_PRIORITY]), 256u);
  EXPECT_GE(As<rta_cacheinfo>(way->attributes[RTA_CACHEINFO]).rta_expires, 86300 * 100);
  // RTF_UP, RTF_GATEWAY, RTF_DEFAULT, RTF_ADDRCONF, RTF_EXPIRES.
  EXPECT_NE(ReadFile("/proc/net/ipv6_route").find(" 00450003     near\n"), std::string::npos);

  // The router gives up; the address stays.
  router_->Advertise(0);
  for (int i = 0; i < 1000 && FindRoute(0, in6addr_any); i++) poll(nullptr, 0, 10);
  EXPECT_FALSE(FindRoute(0, in6addr_any));
  EXPECT_TRUE(FindRoute(64, prefix));
}

TEST_F(Ipv6Autoconf, SwitchedOff) {
  WriteFile("/proc/sys/net/ipv6/conf/default/accept_ra", "0");
  WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
  std::string peer = std::string(sizeof(ifinfomsg), '\0') + Text(IFLA_IFNAME, "far1");
  const std::string info = Text(IFLA_INFO_KIND, "veth") + Nest(IFLA_INFO_DATA, Nest(1, peer));
  Netlink netlink;
  netlink.Send(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{},
               Text(IFLA_IFNAME, "near1") + Nest(IFLA_LINKINFO, info));
  ASSERT_EQ(netlink.ReceiveError(), 0);
  Up("far1");
  Router router("far1");
  Up("near1");
  index_ = if_nametoindex("near1");
  std::optional<Address> address =
      Await([](const Address& a) { return LinkLocal(a) && (a.flags & kTentative) == 0; });
  ASSERT_TRUE(address);
  router.Advertise(1800);
  // What comes after it is handled after it: an answer shows that it was.
  nd_neighbor_solicit ask{};
  ask.nd_ns_type = ND_NEIGHBOR_SOLICIT;
  memcpy(&ask.nd_ns_target, address->attributes[IFA_ADDRESS].data(), sizeof(ask.nd_ns_target));
  std::string message;
  Append(message, ask);
  message += std::string("\x01\x01\x02\x00\x00\x00\x00\x01", 8);
  router.Send("fe80::1", message);
  router.Await(ND_NEIGHBOR_ADVERT);
  EXPECT_FALSE(FindRoute(0, in6addr_any));
}

}  // namespace
}  // namespace test

// rtnetlink(7), netlink(7): dumps, errors, acknowledgements, and what changes need a privilege.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/netlink.h"

namespace test {
namespace {

TEST(NetlinkSocket, Families) {
  EXPECT_THAT(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE), SyscallFails(ESOCKTNOSUPPORT));
  EXPECT_THAT(socket(AF_NETLINK, SOCK_RAW, 99), SyscallFails(EPROTONOSUPPORT));
  EXPECT_THAT(socket(AF_NETLINK, SOCK_RAW, -1), SyscallFails(EPROTONOSUPPORT));
  for (int protocol : {NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT, NETLINK_GENERIC}) {
    Fd fd(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
    EXPECT_THAT(fd.get(), SyscallSucceeds()) << protocol;
  }
}

TEST(NetlinkSocket, BindGivesAPort) {
  Fd fd(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  sockaddr_nl name{};
  socklen_t size = sizeof(name);
  ASSERT_THAT(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &size), SyscallSucceeds());
  EXPECT_EQ(size, sizeof(name));
  EXPECT_EQ(name.nl_family, AF_NETLINK);
  EXPECT_EQ(name.nl_pid, 0u);
  name = {};
  name.nl_family = AF_NETLINK;
  EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), 4), SyscallFails(EINVAL));
  ASSERT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)), SyscallSucceeds());
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &size);
  EXPECT_NE(name.nl_pid, 0u);
  Fd second(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  EXPECT_THAT(bind(second.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
              SyscallFails(EADDRINUSE));
  name.nl_pid += 1;
  EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
              SyscallFails(EINVAL));
  name.nl_family = AF_INET;
  EXPECT_THAT(bind(second.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
              SyscallFails(EINVAL));
}

TEST(NetlinkSocket, Options) {
  Netlink netlink;
  for (int option : {NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK,
                     NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK}) {
    int value = -1;
    socklen_t size = sizeof(value);
    EXPECT_THAT(getsockopt(netlink.get(), SOL_NETLINK, option, &value, &size), SyscallSucceeds());
    EXPECT_EQ(value, 0);
    int one = 1;
    EXPECT_THAT(setsockopt(netlink.get(), SOL_NETLINK, option, &one, sizeof(one)),
                SyscallSucceeds());
    getsockopt(netlink.get(), SOL_NETLINK, option, &value, &size);
    EXPECT_EQ(value, 1);
  }
  int one = 1;
  EXPECT_THAT(setsockopt(netlink.get(), SOL_NETLINK, 99, &one, sizeof(one)),
              SyscallFails(ENOPROTOOPT));
}

TEST(NetlinkSocket, Memberships) {
  Netlink netlink;
  int group = RTNLGRP_LINK;
  EXPECT_THAT(setsockopt(netlink.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallSucceeds());
  uint32_t mask[8] = {};
  socklen_t size = sizeof(mask);
  EXPECT_THAT(getsockopt(netlink.get(), SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, mask, &size),
              SyscallSucceeds());
  EXPECT_EQ(mask[0], 1u << (RTNLGRP_LINK - 1));
  sockaddr_nl name{};
  size = sizeof(name);
  getsockname(netlink.get(), reinterpret_cast<sockaddr*>(&name), &size);
  EXPECT_EQ(name.nl_groups, 1u << (RTNLGRP_LINK - 1));
  EXPECT_THAT(
      setsockopt(netlink.get(), SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group)),
      SyscallSucceeds());
  group = 0;
  EXPECT_THAT(setsockopt(netlink.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallFails(EINVAL));
}

TEST(NetlinkSocket, NothingToReadYet) {
  Netlink netlink;
  char buffer[64];
  EXPECT_THAT(recv(netlink.get(), buffer, sizeof(buffer), MSG_DONTWAIT), SyscallFails(EAGAIN));
  EXPECT_THAT(recv(netlink.get(), buffer, sizeof(buffer), MSG_OOB), SyscallFails(EOPNOTSUPP));
  pollfd poll_fd{netlink.get(), POLLIN | POLLOUT, 0};
  EXPECT_THAT(poll(&poll_fd, 1, 0), SyscallReturns(1));
  EXPECT_EQ(poll_fd.revents, POLLOUT);
}

TEST(NetlinkRoute, LinkDumpHasLoopback) {
  Netlink netlink;
  netlink.Send(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
  bool found = false;
  for (const Message& message : netlink.ReceiveDump()) {
    EXPECT_EQ(message.header.nlmsg_type, RTM_NEWLINK);
    EXPECT_EQ(message.header.nlmsg_seq, netlink.sequence());
    auto attributes = message.Attributes(sizeof(ifinfomsg));
    if (attributes[IFLA_IFNAME] != std::string("lo", 3)) continue;
    found = true;
    const auto link = message.As<ifinfomsg>();
    EXPECT_EQ(link.ifi_index, 1);
    EXPECT_EQ(link.ifi_type, ARPHRD_LOOPBACK);
    EXPECT_EQ(link.ifi_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING),
              static_cast<unsigned>(IFF_UP | IFF_LOOPBACK | IFF_RUNNING));
    EXPECT_EQ(attributes[IFLA_ADDRESS], std::string(6, '\0'));
    EXPECT_EQ(attributes[IFLA_MTU].size(), 4u);
    EXPECT_EQ(attributes[IFLA_STATS64].size() % 8, 0u);
  }
  EXPECT_TRUE(found);
}

TEST(NetlinkRoute, OneLink) {
  Netlink netlink;
  ifinfomsg wanted{};
  wanted.ifi_index = 1;
  netlink.Send(RTM_GETLINK, 0, wanted);
  std::vector<Message> all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(all[0].header.nlmsg_flags & NLM_F_MULTI, 0);
  EXPECT_EQ(all[0].As<ifinfomsg>().ifi_index, 1);
  // By its name.
  netlink.Send(RTM_GETLINK, 0, ifinfomsg{}, Attribute(IFLA_IFNAME, "lo", 3));
  all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].As<ifinfomsg>().ifi_index, 1);
  wanted.ifi_index = 7654321;
  netlink.Send(RTM_GETLINK, 0, wanted);
  EXPECT_EQ(netlink.ReceiveError(), -ENODEV);
}

TEST(NetlinkRoute, AddressDump) {
  Netlink netlink;
  netlink.Send(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{});
  bool found = false;
  for (const Message& message : netlink.ReceiveDump()) {
    const auto head = message.As<ifaddrmsg>();
    if (head.ifa_family != AF_INET || head.ifa_index != 1) continue;
    auto attributes = message.Attributes(sizeof(ifaddrmsg));
    if (attributes[IFA_LOCAL] != std::string("\x7f\0\0\1", 4)) continue;
    found = true;
    EXPECT_EQ(head.ifa_prefixlen, 8);
    EXPECT_EQ(head.ifa_scope, RT_SCOPE_HOST);
    EXPECT_EQ(attributes[IFA_LABEL], std::string("lo", 3));
    EXPECT_EQ(attributes[IFA_ADDRESS], attributes[IFA_LOCAL]);
  }
  EXPECT_TRUE(found);
}

TEST(NetlinkRoute, DumpOfOneFamily) {
  Netlink netlink;
  ifaddrmsg wanted{};
  wanted.ifa_family = AF_INET;
  netlink.Send(RTM_GETADDR, NLM_F_DUMP, wanted);
  for (const Message& message : netlink.ReceiveDump()) {
    EXPECT_EQ(message.As<ifaddrmsg>().ifa_family, AF_INET);
  }
}

TEST(NetlinkRoute, RouteToLoopback) {
  Netlink netlink;
  rtmsg wanted{};
  wanted.rtm_family = AF_INET;
  wanted.rtm_dst_len = 32;
  wanted.rtm_flags = RTM_F_LOOKUP_TABLE;
  netlink.Send(RTM_GETROUTE, 0, wanted, Attribute(RTA_DST, "\x7f\0\0\1", 4));
  std::vector<Message> all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].header.nlmsg_type, RTM_NEWROUTE);
  EXPECT_EQ(all[0].As<rtmsg>().rtm_type, RTN_LOCAL);
  auto attributes = all[0].Attributes(sizeof(rtmsg));
  EXPECT_EQ(attributes[RTA_OIF], std::string("\1\0\0\0", 4));
  EXPECT_EQ(attributes[RTA_PREFSRC], std::string("\x7f\0\0\1", 4));
  // A fresh namespace has both tables in one until the first rule is added.
  EXPECT_THAT(attributes[RTA_TABLE],
              testing::AnyOf(std::string("\xff\0\0\0", 4), std::string("\xfe\0\0\0", 4)));
}

TEST(NetlinkRoute, RouteDumpHasLocalTable) {
  Netlink netlink;
  netlink.Send(RTM_GETROUTE, NLM_F_DUMP, rtmsg{});
  bool found = false;
  for (const Message& message : netlink.ReceiveDump()) {
    const auto route = message.As<rtmsg>();
    if (route.rtm_family != AF_INET || route.rtm_table != RT_TABLE_LOCAL) continue;
    auto attributes = message.Attributes(sizeof(rtmsg));
    if (attributes[RTA_DST] == std::string("\x7f\0\0\0", 4) && route.rtm_dst_len == 8) {
      found = true;
      EXPECT_EQ(route.rtm_type, RTN_LOCAL);
      EXPECT_EQ(route.rtm_protocol, RTPROT_KERNEL);
      EXPECT_EQ(route.rtm_scope, RT_SCOPE_HOST);
    }
  }
  EXPECT_TRUE(found);
}

TEST(NetlinkRoute, Rules) {
  Netlink netlink;
  rtmsg wanted{};
  wanted.rtm_family = AF_INET;
  netlink.Send(RTM_GETRULE, NLM_F_DUMP, wanted);
  EXPECT_GE(netlink.ReceiveDump().size(), 3u);
}

TEST(NetlinkRoute, AcknowledgementOnRequest) {
  Netlink netlink;
  ifinfomsg wanted{};
  wanted.ifi_index = 1;
  netlink.Send(RTM_GETLINK, NLM_F_ACK, wanted);
  std::vector<Message> all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(netlink.ReceiveError(), 0);
}

TEST(NetlinkRoute, ErrorCarriesTheRequest) {
  Netlink netlink;
  ifinfomsg wanted{};
  wanted.ifi_index = 7654321;
  netlink.Send(RTM_GETLINK, 0, wanted);
  std::vector<Message> all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].payload.size(), sizeof(nlmsgerr) + sizeof(ifinfomsg));
  EXPECT_EQ(all[0].As<nlmsgerr>().msg.nlmsg_type, RTM_GETLINK);
  int one = 1;
  ASSERT_THAT(setsockopt(netlink.get(), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)),
              SyscallSucceeds());
  netlink.Send(RTM_GETLINK, 0, wanted);
  all = netlink.Receive();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].payload.size(), sizeof(nlmsgerr));
  EXPECT_TRUE(all[0].header.nlmsg_flags & NLM_F_CAPPED);
}

TEST(NetlinkRoute, UnknownTypes) {
  Netlink netlink;
  netlink.Send(RTM_GETLINK + 1000, NLM_F_ACK, ifinfomsg{});
  EXPECT_EQ(netlink.ReceiveError(), -EOPNOTSUPP);
  netlink.Send(NLMSG_NOOP, NLM_F_ACK, ifinfomsg{});
  EXPECT_EQ(netlink.ReceiveError(), 0) << "control messages are only acknowledged";
}

TEST(NetlinkRoute, TruncationIsTold) {
  Netlink netlink;
  netlink.Send(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
  char small[16];
  iovec part{small, sizeof(small)};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  ssize_t whole = recvmsg(netlink.get(), &header, MSG_PEEK | MSG_TRUNC);
  EXPECT_GT(whole, 16);
  EXPECT_TRUE(header.msg_flags & MSG_TRUNC);
  EXPECT_THAT(recvmsg(netlink.get(), &header, 0), SyscallReturns(16));
}

TEST(NetlinkRoute, SenderIsTheKernel) {
  Netlink netlink;
  ifinfomsg wanted{};
  wanted.ifi_index = 1;
  netlink.Send(RTM_GETLINK, 0, wanted);
  char buffer[8192];
  sockaddr_nl from{};
  socklen_t size = sizeof(from);
  EXPECT_THAT(
      recvfrom(netlink.get(), buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &size),
      SyscallSucceeds());
  EXPECT_EQ(size, sizeof(from));
  EXPECT_EQ(from.nl_family, AF_NETLINK);
  EXPECT_EQ(from.nl_pid, 0u);
}

TEST(NetlinkRoute, NoSuchPort) {
  Netlink netlink;
  sockaddr_nl to{};
  to.nl_family = AF_NETLINK;
  to.nl_pid = 0x7ffffff1;
  char byte = 0;
  // Who may not administer the network may not write to others at all.
  EXPECT_THAT(sendto(netlink.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof(to)),
              SyscallFails(testing::AnyOf(ECONNREFUSED, EPERM)));
}

TEST(Interfaces, NamesAndIndices) {
  EXPECT_EQ(if_nametoindex("lo"), 1u);
  char name[IF_NAMESIZE];
  ASSERT_NE(if_indextoname(1, name), nullptr);
  EXPECT_STREQ(name, "lo");
  EXPECT_EQ(if_nametoindex("no-such-device"), 0u);
  EXPECT_EQ(errno, ENODEV);
  struct if_nameindex* all = if_nameindex();
  ASSERT_NE(all, nullptr);
  bool found = false;
  for (struct if_nameindex* i = all; i->if_index != 0; ++i) found |= strcmp(i->if_name, "lo") == 0;
  EXPECT_TRUE(found);
  if_freenameindex(all);
}

TEST(Interfaces, Getifaddrs) {
  ifaddrs* all = nullptr;
  ASSERT_THAT(getifaddrs(&all), SyscallSucceeds());
  bool found = false;
  for (ifaddrs* i = all; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET) continue;
    auto* in = reinterpret_cast<sockaddr_in*>(i->ifa_addr);
    if (in->sin_addr.s_addr == htonl(INADDR_LOOPBACK)) {
      found = true;
      EXPECT_STREQ(i->ifa_name, "lo");
      EXPECT_EQ(reinterpret_cast<sockaddr_in*>(i->ifa_netmask)->sin_addr.s_addr, htonl(0xff000000));
    }
  }
  EXPECT_TRUE(found);
  freeifaddrs(all);
}

TEST(Interfaces, Ioctls) {
  Fd fd(socket(AF_UNIX, SOCK_DGRAM, 0));
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  ASSERT_THAT(ioctl(fd.get(), SIOCGIFINDEX, &request), SyscallSucceeds());
  EXPECT_EQ(request.ifr_ifindex, 1);
  ASSERT_THAT(ioctl(fd.get(), SIOCGIFFLAGS, &request), SyscallSucceeds());
  EXPECT_TRUE(request.ifr_flags & IFF_LOOPBACK);
  ASSERT_THAT(ioctl(fd.get(), SIOCGIFMTU, &request), SyscallSucceeds());
  EXPECT_EQ(request.ifr_mtu, 65536);
  ASSERT_THAT(ioctl(fd.get(), SIOCGIFHWADDR, &request), SyscallSucceeds());
  EXPECT_EQ(request.ifr_hwaddr.sa_family, ARPHRD_LOOPBACK);
  strcpy(request.ifr_name, "nope0");
  EXPECT_THAT(ioctl(fd.get(), SIOCGIFFLAGS, &request), SyscallFails(ENODEV));
}

TEST(SockDiag, UnixSocketsAreListed) {
  Fd listener(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string text = "sock-diag-test-" + std::to_string(getpid());
  memcpy(name.sun_path + 1, text.data(), text.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  ASSERT_THAT(bind(listener.get(), reinterpret_cast<sockaddr*>(&name), size), SyscallSucceeds());
  ASSERT_THAT(listen(listener.get(), 7), SyscallSucceeds());
  Netlink netlink(NETLINK_SOCK_DIAG);
  unix_diag_req wanted{};
  wanted.sdiag_family = AF_UNIX;
  wanted.udiag_states = 1u << 10;  // TCP_LISTEN
  wanted.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
  netlink.Send(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, wanted);
  bool found = false;
  for (const Message& message : netlink.ReceiveDump()) {
    auto attributes = message.Attributes(sizeof(unix_diag_msg));
    if (attributes[UNIX_DIAG_NAME] != std::string(1, '\0') + text) continue;
    found = true;
    EXPECT_EQ(message.As<unix_diag_msg>().udiag_type, SOCK_STREAM);
    EXPECT_EQ(message.As<unix_diag_msg>().udiag_state, 10);
    struct stat info;
    fstat(listener.get(), &info);
    EXPECT_EQ(message.As<unix_diag_msg>().udiag_ino, static_cast<uint32_t>(info.st_ino));
    unix_diag_rqlen queue{};
    memcpy(&queue, attributes[UNIX_DIAG_RQLEN].data(), sizeof(queue));
    EXPECT_EQ(queue.udiag_wqueue, 7u);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace test

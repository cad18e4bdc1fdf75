// network_namespaces(7), veth(4): devices between namespaces, sockets that stay in theirs, numbers
// of namespaces; bridges and forwarding between them.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <optional>

#include "tests/support/netlink.h"
#include "tests/support/process.h"

namespace test {
namespace {

using testing::HasSubstr;

template <typename T>
std::string Value(int type, const T& value) {
  return Attribute(type, &value, sizeof(value));
}
std::string Text(int type, const std::string& text) {
  return Attribute(type, text.c_str(), text.size() + 1);
}
std::string Nest(int type, const std::string& attributes) {
  return Attribute(type, attributes.data(), attributes.size());
}

template <typename T>
T As(const std::string& bytes) {
  T value{};
  memcpy(&value, bytes.data(), std::min(sizeof(T), bytes.size()));
  return value;
}

Fd OwnNamespace() {
  return Fd(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
}

// What IFLA_LINKINFO of a veth says whose other end has these attributes.
std::string VethInfo(const std::string& peer) {
  const ifinfomsg head{};
  const std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  return Nest(IFLA_LINKINFO,
              Text(IFLA_INFO_KIND, "veth") + Nest(IFLA_INFO_DATA, Nest(1, bytes + peer)));
}

std::string Kind(const std::string& kind) {
  return Nest(IFLA_LINKINFO, Text(IFLA_INFO_KIND, kind));
}

// Each test has a namespace of its own, and makes others.
class NetNamespaces : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
    ASSERT_THAT(unshare(CLONE_NEWNET), SyscallSucceeds());
    home_ = OwnNamespace();
    ASSERT_THAT(home_.get(), SyscallSucceeds());
  }

  Fd NewNamespace() {
    EXPECT_THAT(unshare(CLONE_NEWNET), SyscallSucceeds());
    Fd ns = OwnNamespace();
    EXPECT_THAT(setns(home_.get(), CLONE_NEWNET), SyscallSucceeds());
    return ns;
  }
  template <typename F>
  auto In(const Fd& ns, F f) {
    EXPECT_THAT(setns(ns.get(), CLONE_NEWNET), SyscallSucceeds());
    struct Back {
      ~Back() { EXPECT_THAT(setns(fd, CLONE_NEWNET), SyscallSucceeds()); }
      int fd;
    } back{home_.get()};
    return f();
  }

  static int NewLink(const std::string& attributes, int flags = NLM_F_CREATE | NLM_F_EXCL) {
    Netlink netlink;
    netlink.Send(RTM_NEWLINK, NLM_F_ACK | flags, ifinfomsg{}, attributes);
    return netlink.ReceiveError();
  }
  static int SetLink(const std::string& name, const std::string& attributes, unsigned flags = 0,
                     unsigned change = 0) {
    Netlink netlink;
    ifinfomsg head{};
    head.ifi_index = static_cast<int>(if_nametoindex(name.c_str()));
    head.ifi_flags = flags;
    head.ifi_change = change;
    netlink.Send(RTM_NEWLINK, NLM_F_ACK, head, attributes);
    return netlink.ReceiveError();
  }
  static int Up(const std::string& name) { return SetLink(name, "", IFF_UP, IFF_UP); }
  static int DeleteLink(const std::string& name) {
    Netlink netlink;
    netlink.Send(RTM_DELLINK, NLM_F_ACK, ifinfomsg{}, Text(IFLA_IFNAME, name));
    return netlink.ReceiveError();
  }
  static int AddAddress(const std::string& name, const char* text, int prefix = 24) {
    Netlink netlink;
    ifaddrmsg head{};
    head.ifa_family = AF_INET;
    head.ifa_prefixlen = static_cast<uint8_t>(prefix);
    head.ifa_index = if_nametoindex(name.c_str());
    in_addr address;
    inet_pton(AF_INET, text, &address);
    netlink.Send(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, head,
                 Value(IFA_LOCAL, address) + Value(IFA_ADDRESS, address));
    return netlink.ReceiveError();
  }
  static int AddDefaultRoute(const char* gateway) {
    Netlink netlink;
    rtmsg head{};
    head.rtm_family = AF_INET;
    head.rtm_table = RT_TABLE_MAIN;
    head.rtm_protocol = RTPROT_BOOT;
    head.rtm_type = RTN_UNICAST;
    in_addr address;
    inet_pton(AF_INET, gateway, &address);
    netlink.Send(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, head, Value(RTA_GATEWAY, address));
    return netlink.ReceiveError();
  }
  struct Link {
    ifinfomsg head{};
    std::map<int, std::string> attributes;
    template <typename T>
    T Get(int type) const {
      auto found = attributes.find(type);
      return found == attributes.end() ? T{} : As<T>(found->second);
    }
  };
  static std::optional<Link> GetLink(const std::string& name) {
    Netlink netlink;
    netlink.Send(RTM_GETLINK, 0, ifinfomsg{}, Text(IFLA_IFNAME, name));
    const std::vector<Message> all = netlink.Receive();
    if (all.size() != 1 || all[0].header.nlmsg_type != RTM_NEWLINK) return std::nullopt;
    return Link{all[0].As<ifinfomsg>(), all[0].Attributes(sizeof(ifinfomsg))};
  }
  // A pair whose second end is in `ns`, both up and with addresses 10.0.NET.1 and .2.
  void Join(const Fd& ns, const std::string& mine, const std::string& theirs, int net) {
    ASSERT_EQ(NewLink(Text(IFLA_IFNAME, mine) +
                      VethInfo(Text(IFLA_IFNAME, theirs) + Value(IFLA_NET_NS_FD, ns.get()))),
              0);
    const std::string prefix = "10.0." + std::to_string(net) + ".";
    ASSERT_EQ(Up(mine), 0);
    ASSERT_EQ(AddAddress(mine, (prefix + "1").c_str()), 0);
    In(ns, [&] {
      EXPECT_EQ(Up(theirs), 0);
      EXPECT_EQ(AddAddress(theirs, (prefix + "2").c_str()), 0);
    });
  }

  Fd home_;
};

sockaddr_in Address(const char* text, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}
const sockaddr* Generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Fd Bound(int type, uint16_t port) {
  Fd fd(socket(AF_INET, type, 0));
  const sockaddr_in any = Address("0.0.0.0", port);
  EXPECT_THAT(bind(fd.get(), Generic(any), sizeof(any)), SyscallSucceeds());
  return fd;
}

// Whether a datagram gets there; it may have to wait for an address to be resolved.
testing::AssertionResult Carries(int from, const char* to, int receiver, uint16_t port) {
  const sockaddr_in address = Address(to, port);
  if (sendto(from, "x", 1, 0, Generic(address), sizeof(address)) != 1) {
    return testing::AssertionFailure() << "sendto: " << strerror(errno);
  }
  pollfd wait{receiver, POLLIN, 0};
  if (poll(&wait, 1, 10000) != 1) return testing::AssertionFailure() << "nothing came";
  char byte;
  if (recv(receiver, &byte, 1, 0) != 1) return testing::AssertionFailure() << strerror(errno);
  return testing::AssertionSuccess();
}

// Waits for a notification of that type about a device of that name.
std::optional<Message> Await(Netlink& netlink, int type, const std::string& name) {
  for (;;) {
    pollfd wait{netlink.get(), POLLIN, 0};
    if (poll(&wait, 1, 10000) != 1) return std::nullopt;
    for (Message& message : netlink.Receive()) {
      if (message.header.nlmsg_type != type) continue;
      auto attributes = message.Attributes(sizeof(ifinfomsg));
      if (attributes[IFLA_IFNAME] == std::string(name.c_str(), name.size() + 1)) return message;
    }
  }
}

void Listen(Netlink& netlink, int group) {
  EXPECT_THAT(setsockopt(netlink.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallSucceeds());
}

TEST_F(NetNamespaces, SocketsStayInTheirs) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "here0") + VethInfo(Text(IFLA_IFNAME, "here1"))), 0);
  Fd first = Bound(SOCK_DGRAM, 5000);
  uint64_t before = 0, after = 0, others = 0;
  socklen_t size = sizeof(before);
  ASSERT_THAT(getsockopt(first.get(), SOL_SOCKET, SO_NETNS_COOKIE, &before, &size),
              SyscallSucceeds());
  Fd ns = NewNamespace();
  In(ns, [&] {
    Fd second = Bound(SOCK_DGRAM, 5000);  // The port is free here.
    size = sizeof(after);
    EXPECT_THAT(getsockopt(first.get(), SOL_SOCKET, SO_NETNS_COOKIE, &after, &size),
                SyscallSucceeds());
    EXPECT_THAT(getsockopt(second.get(), SOL_SOCKET, SO_NETNS_COOKIE, &others, &size),
                SyscallSucceeds());
    ifreq request{};
    strcpy(request.ifr_name, "here0");
    EXPECT_THAT(ioctl(first.get(), SIOCGIFINDEX, &request), SyscallSucceeds());
    EXPECT_THAT(ioctl(second.get(), SIOCGIFINDEX, &request), SyscallFails(ENODEV));
  });
  EXPECT_EQ(before, after);
  EXPECT_NE(before, others);
}

TEST_F(NetNamespaces, PairsAreTwoDevices) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  const auto one = GetLink("one"), two = GetLink("two");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->Get<int>(IFLA_LINK), two->head.ifi_index);
  EXPECT_EQ(two->Get<int>(IFLA_LINK), one->head.ifi_index);
  EXPECT_FALSE(one->attributes.contains(IFLA_LINK_NETNSID));
  EXPECT_THAT(one->attributes.at(IFLA_LINKINFO), HasSubstr("veth"));
  EXPECT_NE(one->attributes.at(IFLA_ADDRESS), two->attributes.at(IFLA_ADDRESS));
  EXPECT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "three"))), -EEXIST);
  EXPECT_EQ(NewLink(Text(IFLA_IFNAME, "four") + VethInfo(Text(IFLA_IFNAME, "two"))), -EEXIST);
  EXPECT_FALSE(GetLink("four"));
  EXPECT_FALSE(GetLink("three"));
}

TEST_F(NetNamespaces, NamesWithNumbers) {
  ASSERT_EQ(NewLink(VethInfo("")), 0);
  EXPECT_TRUE(GetLink("veth0") && GetLink("veth1"));
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "in%d") + VethInfo(Text(IFLA_IFNAME, "out%d"))), 0);
  EXPECT_TRUE(GetLink("in0") && GetLink("out0"));
}

TEST_F(NetNamespaces, AnEndTakesTheOtherAlong) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  Netlink events;
  Listen(events, RTNLGRP_LINK);
  ASSERT_EQ(DeleteLink("two"), 0);
  EXPECT_FALSE(GetLink("one"));
  EXPECT_FALSE(GetLink("two"));
  EXPECT_TRUE(Await(events, RTM_DELLINK, "one"));
}

TEST_F(NetNamespaces, CarrierNeedsBothEnds) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  auto running = [] { return (GetLink("one")->head.ifi_flags & IFF_RUNNING) != 0; };
  ASSERT_EQ(Up("one"), 0);
  EXPECT_FALSE(running());
  EXPECT_EQ(GetLink("one")->Get<uint8_t>(IFLA_CARRIER), 0);
  EXPECT_NE(GetLink("one")->head.ifi_flags & IFF_UP, 0u);
  ASSERT_EQ(Up("two"), 0);
  EXPECT_TRUE(running());
  EXPECT_EQ(GetLink("one")->Get<uint8_t>(IFLA_CARRIER), 1);
  ASSERT_EQ(SetLink("two", "", 0, IFF_UP), 0);
  EXPECT_EQ(GetLink("one")->Get<uint8_t>(IFLA_CARRIER), 0);
}

TEST_F(NetNamespaces, MovesAndIsTold) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  const int index = GetLink("two")->head.ifi_index;
  Fd ns = NewNamespace();
  Netlink here;
  Listen(here, RTNLGRP_LINK);
  auto there = In(ns, [] { return std::make_unique<Netlink>(); });
  Listen(*there, RTNLGRP_LINK);
  ASSERT_EQ(SetLink("two", Value(IFLA_NET_NS_FD, ns.get())), 0);
  EXPECT_FALSE(GetLink("two"));
  const auto gone = Await(here, RTM_DELLINK, "two");
  ASSERT_TRUE(gone);
  auto attributes = gone->Attributes(sizeof(ifinfomsg));
  EXPECT_EQ(As<int>(attributes[IFLA_NEW_NETNSID]), 0);
  EXPECT_EQ(As<int>(attributes[IFLA_NEW_IFINDEX]), index);
  EXPECT_TRUE(Await(*there, RTM_NEWLINK, "two"));
  const auto one = GetLink("one");
  EXPECT_EQ(one->Get<int>(IFLA_LINK), index);
  ASSERT_TRUE(one->attributes.contains(IFLA_LINK_NETNSID));
  EXPECT_EQ(one->Get<int>(IFLA_LINK_NETNSID), 0);
  const auto two = In(ns, [] { return GetLink("two"); });
  ASSERT_TRUE(two);
  EXPECT_EQ(two->head.ifi_index, index);
  EXPECT_EQ(two->head.ifi_flags & IFF_UP, 0u);
  EXPECT_EQ(two->Get<int>(IFLA_LINK), one->head.ifi_index);
}

TEST_F(NetNamespaces, MovesUnderAnotherName) {
  Fd ns = NewNamespace();
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  In(ns, [&] {
    EXPECT_EQ(NewLink(Text(IFLA_IFNAME, "two") + VethInfo(Text(IFLA_IFNAME, "taken"))), 0);
  });
  EXPECT_EQ(SetLink("two", Value(IFLA_NET_NS_FD, ns.get())), -EEXIST);
  EXPECT_TRUE(GetLink("two"));
  EXPECT_EQ(SetLink("two", Value(IFLA_NET_NS_FD, ns.get()) + Text(IFLA_IFNAME, "eth0") +
                               Value(IFLA_NEW_IFINDEX, 77)),
            0);
  const auto moved = In(ns, [] { return GetLink("eth0"); });
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->head.ifi_index, 77);
}

TEST_F(NetNamespaces, MovesToAProcess) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  Pipe ready = Pipe::Create(), done = Pipe::Create();
  const pid_t child = Fork([&] {
    done.write_end.reset();
    CHILD_CHECK(unshare(CLONE_NEWNET) == 0);
    CHILD_CHECK(write(ready.write_end.get(), "x", 1) == 1);
    char byte;
    CHILD_CHECK(read(done.read_end.get(), &byte, 1) == 1);
    CHILD_CHECK(if_nametoindex("two") != 0);
  });
  ASSERT_GT(child, 0);
  char byte;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  EXPECT_EQ(SetLink("two", Value(IFLA_NET_NS_PID, child)), 0);
  ASSERT_THAT(write(done.write_end.get(), "x", 1), SyscallReturns(1));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(NetNamespaces, WhereDevicesCannotGo) {
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  Fd ns = NewNamespace(), file(open("/proc/self/status", O_RDONLY)),
     uts(open("/proc/self/ns/uts", O_RDONLY));
  EXPECT_EQ(SetLink("lo", Value(IFLA_NET_NS_FD, ns.get())), -EINVAL);
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_FD, 12345)), -EBADF);
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_FD, file.get())), -EINVAL);
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_FD, uts.get())), -EINVAL);
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_PID, 0x7ffffff0)), -ESRCH);
  EXPECT_EQ(SetLink("one", Value(IFLA_TARGET_NETNSID, 99)), -EINVAL);
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_FD, ns.get()) + Value(IFLA_NET_NS_PID, getpid())),
            -EINVAL);
  // Where it is already: nothing happens.
  EXPECT_EQ(SetLink("one", Value(IFLA_NET_NS_FD, home_.get())), 0);
  EXPECT_TRUE(GetLink("one"));
}

TEST_F(NetNamespaces, EndsWithItsNamespace) {
  Fd ns = NewNamespace();
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") +
                    VethInfo(Text(IFLA_IFNAME, "two") + Value(IFLA_NET_NS_FD, ns.get()))),
            0);
  EXPECT_TRUE(GetLink("one")->attributes.contains(IFLA_LINK_NETNSID));
  Netlink events;
  Listen(events, RTNLGRP_LINK);
  {
    // A socket keeps it alive.
    Fd socket = In(ns, [] { return Bound(SOCK_DGRAM, 5001); });
    ns.reset();
    EXPECT_TRUE(GetLink("one"));
  }
  EXPECT_TRUE(Await(events, RTM_DELLINK, "one"));
  EXPECT_FALSE(GetLink("one"));
}

TEST_F(NetNamespaces, BothEndsElsewhere) {
  Fd a = NewNamespace(), b = NewNamespace();
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + Value(IFLA_NET_NS_FD, a.get()) +
                    VethInfo(Text(IFLA_IFNAME, "one") + Value(IFLA_NET_NS_FD, b.get()))),
            0);
  EXPECT_FALSE(GetLink("one"));
  EXPECT_TRUE(In(a, [] { return GetLink("one"); }));
  EXPECT_TRUE(In(b, [] { return GetLink("one"); }));
  EXPECT_EQ(In(a, [] { return DeleteLink("one"); }), 0);
  EXPECT_FALSE(In(b, [] { return GetLink("one"); }));
}

TEST_F(NetNamespaces, DatagramsAndStreamsBetween) {
  Fd ns = NewNamespace();
  Join(ns, "one", "two", 1);
  Fd mine = Bound(SOCK_DGRAM, 5000);
  Fd theirs = In(ns, [] { return Bound(SOCK_DGRAM, 5000); });
  EXPECT_TRUE(Carries(mine.get(), "10.0.1.2", theirs.get(), 5000));
  EXPECT_TRUE(Carries(theirs.get(), "10.0.1.1", mine.get(), 5000));

  Fd listener = In(ns, [] { return Bound(SOCK_STREAM, 5002); });
  ASSERT_THAT(listen(listener.get(), 4), SyscallSucceeds());
  Fd client(socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in address = Address("10.0.1.2", 5002);
  ASSERT_THAT(connect(client.get(), Generic(address), sizeof(address)), SyscallSucceeds());
  sockaddr_in peer{};
  socklen_t size = sizeof(peer);
  Fd server(accept(listener.get(), reinterpret_cast<sockaddr*>(&peer), &size));
  ASSERT_THAT(server.get(), SyscallSucceeds());
  EXPECT_EQ(peer.sin_addr.s_addr, inet_addr("10.0.1.1"));
  const std::string sent(1 << 20, 'x');
  const pid_t child = Fork([&] {
    size_t done = 0;
    while (done < sent.size()) {
      const ssize_t n = write(server.get(), sent.data() + done, sent.size() - done);
      CHILD_CHECK(n > 0);
      done += static_cast<size_t>(n);
    }
  });
  server.reset();
  std::string got;
  char buffer[65536];
  for (ssize_t n; (n = read(client.get(), buffer, sizeof(buffer))) > 0;) {
    got.append(buffer, static_cast<size_t>(n));
  }
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(got, sent);
  // Nobody listens: the other namespace says so.
  Fd refused(socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in closed = Address("10.0.1.2", 5003);
  EXPECT_THAT(connect(refused.get(), Generic(closed), sizeof(closed)), SyscallFails(ECONNREFUSED));
}

TEST_F(NetNamespaces, LargeDatagramsAreCutForTheLink) {
  Fd ns = NewNamespace();
  Join(ns, "one", "two", 1);
  ASSERT_EQ(SetLink("one", Value(IFLA_MTU, uint32_t{600})), 0);
  Fd mine = Bound(SOCK_DGRAM, 5000);
  Fd theirs = In(ns, [] { return Bound(SOCK_DGRAM, 5000); });
  const std::string sent(5000, 'y');
  const sockaddr_in address = Address("10.0.1.2", 5000);
  ASSERT_THAT(sendto(mine.get(), sent.data(), sent.size(), 0, Generic(address), sizeof(address)),
              SyscallReturns(sent.size()));
  pollfd wait{theirs.get(), POLLIN, 0};
  ASSERT_THAT(poll(&wait, 1, 10000), SyscallReturns(1));
  std::string got(8000, 0);
  EXPECT_THAT(recv(theirs.get(), got.data(), got.size(), 0), SyscallReturns(sent.size()));
}

TEST_F(NetNamespaces, Numbers) {
  Fd ns = NewNamespace(), other = NewNamespace();
  auto ask = [](const std::string& attributes) {
    Netlink netlink;
    netlink.Send(RTM_GETNSID, 0, rtgenmsg{}, attributes);
    const std::vector<Message> all = netlink.Receive();
    if (all.size() != 1 || all[0].header.nlmsg_type != RTM_NEWNSID) return -1000;
    return As<int>(all[0].Attributes(sizeof(rtgenmsg))[NETNSA_NSID]);
  };
  auto give = [](const std::string& attributes) {
    Netlink netlink;
    netlink.Send(RTM_NEWNSID, NLM_F_ACK, rtgenmsg{}, attributes);
    return netlink.ReceiveError();
  };
  EXPECT_EQ(ask(Value(NETNSA_FD, ns.get())), NETNSA_NSID_NOT_ASSIGNED);
  EXPECT_EQ(give(Value(NETNSA_FD, ns.get())), -EINVAL);
  EXPECT_EQ(give(Value(NETNSA_NSID, 7)), -EINVAL);
  EXPECT_EQ(give(Value(NETNSA_FD, ns.get()) + Value(NETNSA_NSID, 7)), 0);
  EXPECT_EQ(ask(Value(NETNSA_FD, ns.get())), 7);
  EXPECT_EQ(give(Value(NETNSA_FD, ns.get()) + Value(NETNSA_NSID, 8)), -EEXIST);
  EXPECT_EQ(give(Value(NETNSA_FD, other.get()) + Value(NETNSA_NSID, 7)), -EEXIST);
  EXPECT_EQ(give(Value(NETNSA_FD, other.get()) + Value(NETNSA_NSID, -1)), 0);
  EXPECT_EQ(ask(Value(NETNSA_FD, other.get())), 0);
  Netlink dump;
  dump.Send(RTM_GETNSID, NLM_F_DUMP, rtgenmsg{});
  EXPECT_EQ(dump.ReceiveDump().size(), 2u);
  // A number is as good as a descriptor.
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "one") + VethInfo(Text(IFLA_IFNAME, "two"))), 0);
  EXPECT_EQ(SetLink("two", Value(IFLA_TARGET_NETNSID, 7)), 0);
  EXPECT_TRUE(In(ns, [] { return GetLink("two"); }));
  EXPECT_EQ(GetLink("one")->Get<int>(IFLA_LINK_NETNSID), 7);
}

class Bridges : public NetNamespaces {
 protected:
  static constexpr int kHosts = 3;

  void SetUp() override {
    NetNamespaces::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "br0") + Kind("bridge")), 0);
    for (int i = 0; i < kHosts; i++) {
      hosts_[i] = NewNamespace();
      const std::string port = "port" + std::to_string(i);
      ASSERT_EQ(NewLink(Text(IFLA_IFNAME, port) + VethInfo(Text(IFLA_IFNAME, "eth0") +
                                                           Value(IFLA_NET_NS_FD, hosts_[i].get()))),
                0);
      ASSERT_EQ(SetLink(port, Value(IFLA_MASTER, if_nametoindex("br0")), IFF_UP, IFF_UP), 0);
      In(hosts_[i], [i] {
        EXPECT_EQ(Up("eth0"), 0);
        EXPECT_EQ(AddAddress("eth0", ("10.1.0." + std::to_string(i + 1)).c_str()), 0);
      });
    }
    ASSERT_EQ(Up("br0"), 0);
    ASSERT_EQ(AddAddress("br0", "10.1.0.254"), 0);
  }
  // The forwarding table: port by address.
  static std::map<std::string, int> Table() {
    Netlink netlink;
    ndmsg head{};
    head.ndm_family = AF_BRIDGE;
    netlink.Send(RTM_GETNEIGH, NLM_F_DUMP, head);
    std::map<std::string, int> table;
    for (const Message& message : netlink.ReceiveDump()) {
      auto attributes = message.Attributes(sizeof(ndmsg));
      if (attributes.contains(NDA_MASTER)) {
        table[attributes[NDA_LLADDR]] = message.As<ndmsg>().ndm_ifindex;
      }
    }
    return table;
  }

  Fd hosts_[kHosts];
};

TEST_F(Bridges, CarryBetweenPortsAndToThemselves) {
  Fd own = Bound(SOCK_DGRAM, 6000);
  std::vector<Fd> sockets;
  for (const Fd& host : hosts_) {
    sockets.push_back(In(host, [] { return Bound(SOCK_DGRAM, 6000); }));
  }
  EXPECT_TRUE(Carries(sockets[0].get(), "10.1.0.2", sockets[1].get(), 6000));
  EXPECT_TRUE(Carries(sockets[1].get(), "10.1.0.3", sockets[2].get(), 6000));
  EXPECT_TRUE(Carries(sockets[2].get(), "10.1.0.254", own.get(), 6000));
  EXPECT_TRUE(Carries(own.get(), "10.1.0.1", sockets[0].get(), 6000));
}

TEST_F(Bridges, Learn) {
  const std::string mac = In(hosts_[0], [] { return GetLink("eth0")->attributes[IFLA_ADDRESS]; });
  Fd own = Bound(SOCK_DGRAM, 6000);
  Fd sender = In(hosts_[0], [] { return Bound(SOCK_DGRAM, 6000); });
  ASSERT_TRUE(Carries(sender.get(), "10.1.0.254", own.get(), 6000));
  EXPECT_EQ(Table()[mac], static_cast<int>(if_nametoindex("port0")));
}

TEST_F(Bridges, PortsSayWhoseTheyAre) {
  const auto port = GetLink("port1");
  ASSERT_TRUE(port);
  EXPECT_EQ(port->Get<unsigned>(IFLA_MASTER), if_nametoindex("br0"));
  EXPECT_THAT(port->attributes.at(IFLA_LINKINFO), HasSubstr("bridge"));
  EXPECT_EQ(port->Get<uint32_t>(IFLA_PROMISCUITY), 1u);
  EXPECT_EQ(SetLink("port1", Value(IFLA_MASTER, 0)), 0);
  EXPECT_FALSE(GetLink("port1")->attributes.contains(IFLA_MASTER));
  EXPECT_EQ(SetLink("lo", Value(IFLA_MASTER, if_nametoindex("br0"))), -EINVAL);
  EXPECT_EQ(SetLink("port1", Value(IFLA_MASTER, if_nametoindex("port0"))), -EOPNOTSUPP);
  EXPECT_EQ(SetLink("port1", Value(IFLA_MASTER, 4711)), -EINVAL);
  ASSERT_EQ(NewLink(Text(IFLA_IFNAME, "br1") + Kind("bridge")), 0);
  EXPECT_EQ(SetLink("br1", Value(IFLA_MASTER, if_nametoindex("br0"))), -ELOOP);
  EXPECT_EQ(SetLink("br1", Value(IFLA_NET_NS_FD, hosts_[0].get())), -EINVAL);
}

TEST_F(Bridges, HaveTheLowestAddressOfTheirPorts) {
  std::string lowest;
  for (int i = 0; i < kHosts; i++) {
    const std::string mac = GetLink("port" + std::to_string(i))->attributes[IFLA_ADDRESS];
    if (lowest.empty() || mac < lowest) lowest = mac;
  }
  EXPECT_EQ(GetLink("br0")->attributes[IFLA_ADDRESS], lowest);
}

TEST_F(Bridges, EndAndLetTheirPortsGo) {
  ASSERT_EQ(DeleteLink("br0"), 0);
  const auto port = GetLink("port0");
  ASSERT_TRUE(port);
  EXPECT_FALSE(port->attributes.contains(IFLA_MASTER));
}

TEST_F(Bridges, FixedEntries) {
  Netlink netlink;
  ndmsg head{};
  head.ndm_family = AF_BRIDGE;
  head.ndm_ifindex = static_cast<int>(if_nametoindex("port2"));
  head.ndm_state = NUD_NOARP;
  head.ndm_flags = NTF_MASTER;
  const std::string mac("\x02\x00\x00\x00\x00\x77", 6);
  auto send = [&](int type, int flags) {
    netlink.Send(type, NLM_F_ACK | flags, head, Nest(NDA_LLADDR, mac));
    return netlink.ReceiveError();
  };
  EXPECT_EQ(send(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL), 0);
  EXPECT_EQ(send(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL), -EEXIST);
  EXPECT_EQ(Table()[mac], head.ndm_ifindex);
  EXPECT_EQ(send(RTM_DELNEIGH, 0), 0);
  EXPECT_EQ(send(RTM_DELNEIGH, 0), -ENOENT);
  EXPECT_FALSE(Table().contains(mac));
}

// As a container engine has it: hosts on a bridge, and a way out of it.
TEST_F(Bridges, RouteOut) {
  Fd outside = NewNamespace();
  Join(outside, "up", "down", 9);
  Fd file(open("/proc/sys/net/ipv4/ip_forward", O_WRONLY));
  ASSERT_THAT(write(file.get(), "1\n", 2), SyscallReturns(2));
  In(hosts_[0], [] { EXPECT_EQ(AddDefaultRoute("10.1.0.254"), 0); });
  In(outside, [] { EXPECT_EQ(AddDefaultRoute("10.0.9.1"), 0); });
  Fd inner = In(hosts_[0], [] { return Bound(SOCK_DGRAM, 6000); });
  Fd outer = In(outside, [] { return Bound(SOCK_DGRAM, 6000); });
  EXPECT_TRUE(Carries(inner.get(), "10.0.9.2", outer.get(), 6000));
  EXPECT_TRUE(Carries(outer.get(), "10.1.0.1", inner.get(), 6000));
}

}  // namespace
}  // namespace test

// udp(7), ip(7), ipv6(7): datagram sockets of both families over loopback.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/inet.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

short PollFor(int fd, short events, int milliseconds = 5000) {
  pollfd entry{fd, events, 0};
  EXPECT_THAT(poll(&entry, 1, milliseconds), SyscallSucceeds());
  return entry.revents;
}

ssize_t SendTo(int fd, const std::string& text, const Endpoint& to, int flags = 0) {
  return sendto(fd, text.data(), text.size(), flags, to.get(), to.size);
}

// One received message with its control messages.
struct Received {
  ssize_t size = 0;
  std::string data;
  Endpoint from;
  int flags = 0;
  std::vector<char> control;

  // The value of a control message; false: there is none.
  template <typename T>
  bool Get(int level, int type, T* to) {
    msghdr header{};
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
      if (c->cmsg_level != level || c->cmsg_type != type) continue;
      memcpy(to, CMSG_DATA(c), std::min(sizeof(T), static_cast<size_t>(c->cmsg_len - CMSG_LEN(0))));
      return true;
    }
    return false;
  }
};

Received Receive(int fd, int flags = 0, size_t room = 65536) {
  Received out;
  out.data.resize(room);
  out.control.resize(512);
  out.from.size = sizeof(out.from.storage);
  iovec part{out.data.data(), room};
  msghdr header{};
  header.msg_name = &out.from.storage;
  header.msg_namelen = out.from.size;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = out.control.data();
  header.msg_controllen = out.control.size();
  out.size = recvmsg(fd, &header, flags);
  const int error = errno;
  out.from.size = header.msg_namelen;
  out.flags = header.msg_flags;
  out.control.resize(out.size < 0 ? 0 : header.msg_controllen);
  out.data.resize(out.size < 0 ? 0 : std::min<size_t>(room, static_cast<size_t>(out.size)));
  errno = error;
  return out;
}

class Udp : public testing::TestWithParam<int> {
 protected:
  int family() const { return GetParam(); }
  Fd Bound() const { return BoundSocket(family(), SOCK_DGRAM); }
};

INSTANTIATE_TEST_SUITE_P(Families, Udp, testing::Values(AF_INET, AF_INET6),
                         [](const auto& instance) {
                           return instance.param == AF_INET ? "V4" : "V6";
                         });

TEST_P(Udp, SendAndReceive) {
  Fd a = Bound(), b = Bound();
  EXPECT_THAT(SendTo(a.get(), "hello", NameOf(b.get())), SyscallReturns(5));
  Received got = Receive(b.get());
  EXPECT_EQ(got.data, "hello");
  EXPECT_EQ(got.from.port(), NameOf(a.get()).port());
  EXPECT_EQ(got.from.size, NameOf(a.get()).size);
  EXPECT_EQ(got.flags, 0);
}

TEST_P(Udp, SendBindsByItself) {
  Fd a(socket(family(), SOCK_DGRAM, 0)), b = Bound();
  EXPECT_EQ(NameOf(a.get()).port(), 0);
  EXPECT_THAT(SendTo(a.get(), "x", NameOf(b.get())), SyscallReturns(1));
  EXPECT_NE(NameOf(a.get()).port(), 0);
  EXPECT_EQ(Receive(b.get()).from.port(), NameOf(a.get()).port());
}

TEST_P(Udp, EmptyDatagrams) {
  Fd a = Bound(), b = Bound();
  EXPECT_THAT(SendTo(a.get(), "", NameOf(b.get())), SyscallReturns(0));
  EXPECT_EQ(PollFor(b.get(), POLLIN), POLLIN);
  EXPECT_THAT(Receive(b.get()).size, SyscallReturns(0));
  EXPECT_THAT(Receive(b.get(), MSG_DONTWAIT).size, SyscallFails(EAGAIN));
}

TEST_P(Udp, TruncationAndPeek) {
  Fd a = Bound(), b = Bound();
  EXPECT_THAT(SendTo(a.get(), "0123456789", NameOf(b.get())), SyscallReturns(10));
  Received got = Receive(b.get(), MSG_PEEK, 4);
  EXPECT_EQ(got.size, 4);
  EXPECT_TRUE(got.flags & MSG_TRUNC);
  got = Receive(b.get(), MSG_PEEK | MSG_TRUNC, 4);
  EXPECT_EQ(got.size, 10);
  got = Receive(b.get(), 0, 4);
  EXPECT_EQ(got.data, "0123");
  EXPECT_THAT(Receive(b.get(), MSG_DONTWAIT).size, SyscallFails(EAGAIN)) << "the rest is gone";
}

TEST_P(Udp, ConnectedHearsItsPeerOnly) {
  Fd a = Bound(), b = Bound(), c = Bound();
  ASSERT_THAT(Connect(a.get(), NameOf(b.get())), SyscallSucceeds());
  EXPECT_EQ(PeerOf(a.get()).port(), NameOf(b.get()).port());
  EXPECT_THAT(SendTo(c.get(), "stranger", NameOf(a.get())), SyscallReturns(8));
  EXPECT_THAT(SendTo(b.get(), "peer", NameOf(a.get())), SyscallReturns(4));
  EXPECT_EQ(Receive(a.get()).data, "peer");
  EXPECT_THAT(send(a.get(), "to peer", 7, 0), SyscallReturns(7));
  EXPECT_EQ(Receive(b.get()).data, "to peer");
  Endpoint nobody;
  nobody.size = sizeof(sockaddr_in6);
  ASSERT_THAT(Connect(a.get(), nobody), SyscallSucceeds());
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  EXPECT_THAT(getpeername(a.get(), peer.get(), &peer.size), SyscallFails(ENOTCONN));
  EXPECT_THAT(send(a.get(), "x", 1, 0), SyscallFails(EDESTADDRREQ));
}

TEST_P(Udp, RefusedIsToldToTheConnected) {
  Fd a = Bound();
  Endpoint dead;
  {
    Fd gone = Bound();
    dead = NameOf(gone.get());
  }
  ASSERT_THAT(Connect(a.get(), dead), SyscallSucceeds());
  EXPECT_THAT(send(a.get(), "x", 1, 0), SyscallReturns(1));
  EXPECT_EQ(PollFor(a.get(), POLLIN) & POLLERR, POLLERR);
  EXPECT_THAT(Receive(a.get()).size, SyscallFails(ECONNREFUSED));
  EXPECT_THAT(Receive(a.get(), MSG_DONTWAIT).size, SyscallFails(EAGAIN));
}

TEST_P(Udp, RefusedIsNotToldToOthers) {
  Fd a = Bound();
  Endpoint dead;
  {
    Fd gone = Bound();
    dead = NameOf(gone.get());
  }
  EXPECT_THAT(SendTo(a.get(), "x", dead), SyscallReturns(1));
  EXPECT_THAT(Receive(a.get(), MSG_DONTWAIT).size, SyscallFails(EAGAIN));
}

TEST_P(Udp, ErrorQueue) {
  Fd a = Bound();
  const int level = family() == AF_INET ? SOL_IP : SOL_IPV6;
  const int option = family() == AF_INET ? IP_RECVERR : IPV6_RECVERR;
  ASSERT_THAT(SetInt(a.get(), level, option, 1), SyscallSucceeds());
  EXPECT_THAT(Receive(a.get(), MSG_ERRQUEUE).size, SyscallFails(EAGAIN)) << "never waits";
  Endpoint dead;
  {
    Fd gone = Bound();
    dead = NameOf(gone.get());
  }
  EXPECT_THAT(SendTo(a.get(), "payload", dead), SyscallReturns(7));
  EXPECT_EQ(PollFor(a.get(), 0), POLLERR);
  Received got = Receive(a.get(), MSG_ERRQUEUE);
  ASSERT_THAT(got.size, SyscallReturns(7));
  EXPECT_EQ(got.data, "payload");
  EXPECT_TRUE(got.flags & MSG_ERRQUEUE);
  EXPECT_EQ(got.from.port(), dead.port());
  sock_extended_err error{};
  ASSERT_TRUE(got.Get(level, option, &error));
  EXPECT_EQ(error.ee_errno, static_cast<uint32_t>(ECONNREFUSED));
  EXPECT_EQ(error.ee_origin, family() == AF_INET ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6);
}

TEST_P(Udp, BlockedReceiveIsWoken) {
  Fd a = Bound(), b = Bound();
  ssize_t got = -1;
  char buffer[8];
  ScopedThread thread([&] { got = recv(b.get(), buffer, sizeof(buffer), 0); });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(SendTo(a.get(), "wake", NameOf(b.get())), SyscallReturns(4));
  thread.Join();
  EXPECT_EQ(got, 4);
}

TEST_P(Udp, Shutdown) {
  Fd a = Bound(), b = Bound();
  EXPECT_THAT(shutdown(a.get(), SHUT_RDWR), SyscallFails(ENOTCONN));
  ASSERT_THAT(Connect(b.get(), NameOf(a.get())), SyscallSucceeds());
  ASSERT_THAT(shutdown(b.get(), SHUT_RD), SyscallSucceeds());
  char byte;
  EXPECT_THAT(recv(b.get(), &byte, 1, 0), SyscallReturns(0));
  ASSERT_THAT(shutdown(b.get(), SHUT_WR), SyscallSucceeds());
  EXPECT_THAT(send(b.get(), "x", 1, 0), SyscallFails(EPIPE)) << "without SIGPIPE";
}

TEST_P(Udp, Sizes) {
  Fd a = Bound(), b = Bound();
  const std::string largest(family() == AF_INET ? 65507 : 65527, 'x');
  EXPECT_THAT(SendTo(a.get(), largest, NameOf(b.get())), SyscallReturns(largest.size()));
  EXPECT_EQ(Receive(b.get()).size, static_cast<ssize_t>(largest.size()));
  EXPECT_THAT(SendTo(a.get(), std::string(65536, 'x'), NameOf(b.get())), SyscallFails(EMSGSIZE));
}

TEST_P(Udp, QueueSizes) {
  Fd a = Bound(), b = Bound();
  EXPECT_THAT(SendTo(a.get(), "12345", NameOf(b.get())), SyscallReturns(5));
  EXPECT_THAT(SendTo(a.get(), "123", NameOf(b.get())), SyscallReturns(3));
  EXPECT_EQ(PollFor(b.get(), POLLIN), POLLIN);
  int amount = -1;
  EXPECT_THAT(ioctl(b.get(), SIOCINQ, &amount), SyscallSucceeds());
  EXPECT_EQ(amount, 5) << "of the next datagram";
}

TEST_P(Udp, FullQueueDrops) {
  Fd a = Bound(), b = Bound();
  ASSERT_THAT(SetInt(b.get(), SOL_SOCKET, SO_RCVBUF, 4096), SyscallSucceeds());
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(SendTo(a.get(), std::string(1000, 'x'), NameOf(b.get())), SyscallReturns(1000));
  }
  int count = 0;
  while (Receive(b.get(), MSG_DONTWAIT).size > 0) ++count;
  EXPECT_GT(count, 0);
  EXPECT_LT(count, 50);
}

TEST_P(Udp, AddressInUse) {
  Fd a = Bound();
  Fd b(socket(family(), SOCK_DGRAM, 0));
  EXPECT_THAT(Bind(b.get(), NameOf(a.get())), SyscallFails(EADDRINUSE));
  ASSERT_THAT(SetInt(a.get(), SOL_SOCKET, SO_REUSEADDR, 1), SyscallSucceeds());
  ASSERT_THAT(SetInt(b.get(), SOL_SOCKET, SO_REUSEADDR, 1), SyscallSucceeds());
  EXPECT_THAT(Bind(b.get(), NameOf(a.get())), SyscallSucceeds());
}

TEST_P(Udp, PrivilegedPort) {
  if (geteuid() != 0) {
    Fd fd(socket(family(), SOCK_DGRAM, 0));
    EXPECT_THAT(Bind(fd.get(), Loopback(family(), 7)), SyscallFails(EACCES));
    return;
  }
  EXPECT_THAT(ForkAndWait([this] {
                CHILD_CHECK(setuid(65534) == 0);
                Fd fd(socket(family(), SOCK_DGRAM, 0));
                const Endpoint name = Loopback(family(), 7);
                CHILD_CHECK(Bind(fd.get(), name) == -1 && errno == EACCES);
              }),
              Exited(0));
}

TEST_P(Udp, Options) {
  Fd fd(socket(family(), SOCK_DGRAM, 0));
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_PROTOCOL), IPPROTO_UDP);
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_RCVBUF), 212992);
  EXPECT_THAT(listen(fd.get(), 1), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(accept(fd.get(), nullptr, nullptr), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(send(fd.get(), "x", 1, 0), SyscallFails(EDESTADDRREQ));
  for (int name : {SO_BROADCAST, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, SO_DONTROUTE,
                   SO_TIMESTAMP, SO_OOBINLINE, SO_NO_CHECK}) {
    EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, name), 0) << name;
    EXPECT_THAT(SetInt(fd.get(), SOL_SOCKET, name, 7), SyscallSucceeds()) << name;
    EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, name), 1) << name;
  }
}

TEST_P(Udp, BindToDevice) {
  Fd fd(socket(family(), SOCK_DGRAM, 0));
  EXPECT_THAT(setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), SyscallSucceeds());
  char name[16] = {};
  socklen_t size = sizeof(name);
  EXPECT_THAT(getsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, name, &size), SyscallSucceeds());
  EXPECT_STREQ(name, "lo");
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_BINDTOIFINDEX), 1);
  Fd other(socket(family(), SOCK_DGRAM, 0));
  EXPECT_THAT(setsockopt(other.get(), SOL_SOCKET, SO_BINDTODEVICE, "nope0", 6),
              SyscallFails(ENODEV));
}

TEST_P(Udp, Filter) {
  Fd a = Bound(), b = Bound();
  // Keeps what starts with 'k' behind the UDP header.
  sock_filter program[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'k', 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, 0xffff), BPF_STMT(BPF_RET | BPF_K, 0)};
  sock_fprog head{4, program};
  ASSERT_THAT(setsockopt(b.get(), SOL_SOCKET, SO_ATTACH_FILTER, &head, sizeof(head)),
              SyscallSucceeds());
  EXPECT_THAT(SendTo(a.get(), "drop me", NameOf(b.get())), SyscallReturns(7));
  EXPECT_THAT(SendTo(a.get(), "keep me", NameOf(b.get())), SyscallReturns(7));
  EXPECT_EQ(Receive(b.get()).data, "keep me");
  int ignored = 0;
  EXPECT_THAT(setsockopt(b.get(), SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)),
              SyscallSucceeds());
  EXPECT_THAT(setsockopt(b.get(), SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)),
              SyscallFails(ENOENT));
  program[3].code = BPF_LD;  // Does not end with a return.
  EXPECT_THAT(setsockopt(b.get(), SOL_SOCKET, SO_ATTACH_FILTER, &head, sizeof(head)),
              SyscallFails(EINVAL));
}

TEST_P(Udp, ManyAtOnce) {
  Fd a = Bound(), b = Bound();
  ASSERT_THAT(Connect(a.get(), NameOf(b.get())), SyscallSucceeds());
  iovec parts[3] = {{const_cast<char*>("one"), 3},
                    {const_cast<char*>("two!"), 4},
                    {const_cast<char*>("three"), 5}};
  mmsghdr out[3] = {};
  for (int i = 0; i < 3; ++i) {
    out[i].msg_hdr.msg_iov = &parts[i];
    out[i].msg_hdr.msg_iovlen = 1;
  }
  ASSERT_THAT(sendmmsg(a.get(), out, 3, 0), SyscallReturns(3));
  EXPECT_EQ(out[1].msg_len, 4u);
  char buffers[4][16];
  iovec places[4];
  mmsghdr in[4] = {};
  for (int i = 0; i < 4; ++i) {
    places[i] = {buffers[i], 16};
    in[i].msg_hdr.msg_iov = &places[i];
    in[i].msg_hdr.msg_iovlen = 1;
  }
  ASSERT_THAT(recvmmsg(b.get(), in, 4, MSG_WAITFORONE, nullptr), SyscallReturns(3));
  EXPECT_EQ(in[2].msg_len, 5u);
  EXPECT_EQ(std::string(buffers[2], 5), "three");
}

TEST_P(Udp, Timestamps) {
  Fd a = Bound(), b = Bound();
  ASSERT_THAT(SetInt(b.get(), SOL_SOCKET, SO_TIMESTAMP, 1), SyscallSucceeds());
  EXPECT_THAT(SendTo(a.get(), "x", NameOf(b.get())), SyscallReturns(1));
  Received got = Receive(b.get());
  timeval when{};
  ASSERT_TRUE(got.Get(SOL_SOCKET, SCM_TIMESTAMP, &when));
  EXPECT_LE(std::abs(when.tv_sec - time(nullptr)), 5);
}

TEST_P(Udp, Cork) {
  Fd a = Bound(), b = Bound();
  ASSERT_THAT(Connect(a.get(), NameOf(b.get())), SyscallSucceeds());
  EXPECT_THAT(send(a.get(), "two ", 4, MSG_MORE), SyscallReturns(4));
  EXPECT_THAT(Receive(b.get(), MSG_DONTWAIT).size, SyscallFails(EAGAIN));
  EXPECT_THAT(send(a.get(), "parts", 5, 0), SyscallReturns(5));
  EXPECT_EQ(Receive(b.get()).data, "two parts");
}

TEST(UdpV4, PacketInfo) {
  Fd a = BoundSocket(AF_INET, SOCK_DGRAM);
  Fd b(socket(AF_INET, SOCK_DGRAM, 0));
  ASSERT_THAT(Bind(b.get(), AnyAddress(AF_INET)), SyscallSucceeds());
  for (int option : {IP_PKTINFO, IP_RECVTTL, IP_RECVTOS}) {
    ASSERT_THAT(SetInt(b.get(), SOL_IP, option, 1), SyscallSucceeds());
    EXPECT_EQ(GetInt(b.get(), SOL_IP, option), 1);
  }
  ASSERT_THAT(SetInt(a.get(), SOL_IP, IP_TTL, 33), SyscallSucceeds());
  ASSERT_THAT(SetInt(a.get(), SOL_IP, IP_TOS, 0x10), SyscallSucceeds());
  EXPECT_THAT(SendTo(a.get(), "x", Loopback(AF_INET, NameOf(b.get()).port())), SyscallReturns(1));
  Received got = Receive(b.get());
  in_pktinfo info{};
  ASSERT_TRUE(got.Get(SOL_IP, IP_PKTINFO, &info));
  EXPECT_EQ(info.ipi_ifindex, 1);
  EXPECT_EQ(info.ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
  int ttl = 0;
  ASSERT_TRUE(got.Get(SOL_IP, IP_TTL, &ttl));
  EXPECT_EQ(ttl, 33);
  uint8_t tos = 0;
  ASSERT_TRUE(got.Get(SOL_IP, IP_TOS, &tos));
  EXPECT_EQ(tos, 0x10);
}

TEST(UdpV4, ControlMessagesThatAreSent) {
  Fd a = BoundSocket(AF_INET, SOCK_DGRAM), b = BoundSocket(AF_INET, SOCK_DGRAM);
  ASSERT_THAT(SetInt(b.get(), SOL_IP, IP_RECVTTL, 1), SyscallSucceeds());
  Endpoint to = NameOf(b.get());
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{const_cast<char*>("x"), 1};
  msghdr header{};
  header.msg_name = to.get();
  header.msg_namelen = to.size;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  cmsghdr* c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = SOL_IP;
  c->cmsg_type = IP_TTL;
  c->cmsg_len = CMSG_LEN(sizeof(int));
  int ttl = 77;
  memcpy(CMSG_DATA(c), &ttl, sizeof(ttl));
  ASSERT_THAT(sendmsg(a.get(), &header, 0), SyscallReturns(1));
  int got = 0;
  ASSERT_TRUE(Receive(b.get()).Get(SOL_IP, IP_TTL, &got));
  EXPECT_EQ(got, 77);
  ttl = 300;
  memcpy(CMSG_DATA(c), &ttl, sizeof(ttl));
  EXPECT_THAT(sendmsg(a.get(), &header, 0), SyscallFails(EINVAL));
}

TEST(UdpV4, OptionLimits) {
  Fd fd(socket(AF_INET, SOCK_DGRAM, 0));
  EXPECT_EQ(GetInt(fd.get(), SOL_IP, IP_TTL), 64);
  for (auto [name, value] : {std::pair(IP_TTL, 0),
                             {IP_TTL, 256},
                             {IP_MTU_DISCOVER, 9},
                             {IP_MULTICAST_TTL, 256},
                             {IP_MINTTL, -1}}) {
    EXPECT_THAT(SetInt(fd.get(), SOL_IP, name, value), SyscallFails(EINVAL)) << name;
  }
  EXPECT_THAT(SetInt(fd.get(), SOL_IP, IP_HDRINCL, 1), SyscallFails(ENOPROTOOPT));
  uint8_t byte = 9;
  EXPECT_THAT(setsockopt(fd.get(), SOL_IP, IP_TTL, &byte, 1), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_IP, IP_TTL), 9);
}

TEST(UdpV4, Multicast) {
  Fd a(socket(AF_INET, SOCK_DGRAM, 0)), b(socket(AF_INET, SOCK_DGRAM, 0));
  ASSERT_THAT(Bind(b.get(), AnyAddress(AF_INET)), SyscallSucceeds());
  ip_mreqn group{};
  inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
  group.imr_ifindex = 1;
  ASSERT_THAT(setsockopt(b.get(), SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallSucceeds());
  EXPECT_THAT(setsockopt(b.get(), SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallFails(EADDRINUSE));
  ASSERT_THAT(setsockopt(a.get(), SOL_IP, IP_MULTICAST_IF, &group, sizeof(group)),
              SyscallSucceeds());
  Endpoint to = Loopback(AF_INET, NameOf(b.get()).port());
  to.v4().sin_addr = group.imr_multiaddr;
  ASSERT_THAT(SendTo(a.get(), "to all", to), SyscallReturns(6));
  ASSERT_EQ(PollFor(b.get(), POLLIN), POLLIN);
  EXPECT_EQ(Receive(b.get()).data, "to all");
  ASSERT_THAT(setsockopt(b.get(), SOL_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)),
              SyscallSucceeds());
  EXPECT_THAT(setsockopt(b.get(), SOL_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)),
              SyscallFails(EADDRNOTAVAIL));
}

// igmp_mc_seq_show() and igmp_mcf_seq_show() of Linux.
TEST(UdpV4, GroupsAreListed) {
  Fd fd(socket(AF_INET, SOCK_DGRAM, 0)), other(socket(AF_INET, SOCK_DGRAM, 0));
  auto lists = [](const char* file, const std::string& line) {
    return ReadFile(file).find(line) != std::string::npos;
  };
  const std::string one = "\t\t\t\t07BAFEEF     1 0:00000000\t\t0\n";
  const std::string two = "\t\t\t\t07BAFEEF     2 0:00000000\t\t0\n";
  const std::string source = "  1     lo 0xeffeba07 0x7f000009      1      0\n";
  EXPECT_TRUE(lists("/proc/net/igmp", "1\tlo        : "));
  EXPECT_FALSE(lists("/proc/net/igmp", one));
  ip_mreqn group{};
  inet_pton(AF_INET, "239.254.186.7", &group.imr_multiaddr);
  group.imr_ifindex = 1;
  ASSERT_THAT(setsockopt(fd.get(), SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)),
              SyscallSucceeds());
  EXPECT_TRUE(lists("/proc/net/igmp", one));
  ip_mreq_source some{};
  some.imr_multiaddr = group.imr_multiaddr;
  inet_pton(AF_INET, "127.0.0.1", &some.imr_interface);
  inet_pton(AF_INET, "127.0.0.9", &some.imr_sourceaddr);
  ASSERT_THAT(setsockopt(other.get(), SOL_IP, IP_ADD_SOURCE_MEMBERSHIP, &some, sizeof(some)),
              SyscallSucceeds());
  EXPECT_TRUE(lists("/proc/net/igmp", two));
  EXPECT_TRUE(lists("/proc/net/mcfilter", source)) << ReadFile("/proc/net/mcfilter");
  other.reset();
  EXPECT_TRUE(lists("/proc/net/igmp", one));
  EXPECT_FALSE(lists("/proc/net/mcfilter", source));
  fd.reset();
  EXPECT_FALSE(lists("/proc/net/igmp", one));
}

TEST(UdpV6, GroupsAreListed) {
  Fd fd(socket(AF_INET6, SOCK_DGRAM, 0));
  auto listed = [] {
    const std::string line =
        "1    lo              ff0500000000000000000000feba0007     1 00000004 0\n";
    return ReadFile("/proc/net/igmp6").find(line) != std::string::npos;
  };
  EXPECT_FALSE(listed());
  ipv6_mreq group{};
  inet_pton(AF_INET6, "ff05::feba:7", &group.ipv6mr_multiaddr);
  group.ipv6mr_interface = 1;
  ASSERT_THAT(setsockopt(fd.get(), SOL_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)),
              SyscallSucceeds());
  EXPECT_TRUE(listed()) << ReadFile("/proc/net/igmp6");
  fd.reset();
  EXPECT_FALSE(listed());
}

TEST(UdpV6, PacketInfo) {
  Fd a = BoundSocket(AF_INET6, SOCK_DGRAM), b = BoundSocket(AF_INET6, SOCK_DGRAM);
  for (int option : {IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS}) {
    ASSERT_THAT(SetInt(b.get(), SOL_IPV6, option, 1), SyscallSucceeds());
  }
  ASSERT_THAT(SetInt(a.get(), SOL_IPV6, IPV6_UNICAST_HOPS, 21), SyscallSucceeds());
  EXPECT_THAT(SendTo(a.get(), "x", NameOf(b.get())), SyscallReturns(1));
  Received got = Receive(b.get());
  in6_pktinfo info{};
  ASSERT_TRUE(got.Get(SOL_IPV6, IPV6_PKTINFO, &info));
  EXPECT_EQ(info.ipi6_ifindex, 1u);
  EXPECT_TRUE(IN6_IS_ADDR_LOOPBACK(&info.ipi6_addr));
  int hops = 0, tclass = -1;
  ASSERT_TRUE(got.Get(SOL_IPV6, IPV6_HOPLIMIT, &hops));
  EXPECT_EQ(hops, 21);
  ASSERT_TRUE(got.Get(SOL_IPV6, IPV6_TCLASS, &tclass));
  EXPECT_EQ(tclass, 0);
}

TEST(UdpV6, MappedAddresses) {
  Fd b = BoundSocket(AF_INET, SOCK_DGRAM);
  Fd a(socket(AF_INET6, SOCK_DGRAM, 0));
  EXPECT_THAT(SendTo(a.get(), "mapped", MappedLoopback(NameOf(b.get()).port())), SyscallReturns(6));
  Received got = Receive(b.get());
  EXPECT_EQ(got.from.family(), AF_INET);
  EXPECT_THAT(SendTo(b.get(), "back", got.from), SyscallReturns(4));
  got = Receive(a.get());
  EXPECT_EQ(got.from.family(), AF_INET6);
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&got.from.v6().sin6_addr));
}

TEST(SocketInet, Families) {
  EXPECT_THAT(socket(AF_INET, SOCK_SEQPACKET, 99),
              SyscallFails(testing::AnyOf(ESOCKTNOSUPPORT, EPROTONOSUPPORT)));
  EXPECT_THAT(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), SyscallFails(EPROTONOSUPPORT));
  EXPECT_THAT(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), SyscallFails(EPROTONOSUPPORT));
  EXPECT_THAT(socket(AF_INET, SOCK_STREAM, -1), SyscallFails(EINVAL));
  int pair[2];
  EXPECT_THAT(socketpair(AF_INET, SOCK_STREAM, 0, pair), SyscallFails(EOPNOTSUPP));
}

TEST(SocketInet, RawNeedsPrivilege) {
  EXPECT_THAT(ForkAndWait([] {
                if (geteuid() == 0) CHILD_CHECK(setuid(65534) == 0);
                CHILD_CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == -1 && errno == EPERM);
              }),
              Exited(0));
}

// ipv6(7), RFC 3542 section 3.1: of ICMPv6 the kernel computes it wherever it is asked to; ping(8)
// asks at the level of raw sockets.
TEST(SocketInet, ChecksumOfRawIpv6) {
  constexpr int kChecksum = 7;  // IPV6_CHECKSUM
  auto set = [](const Fd& fd, int level, int offset) {
    return setsockopt(fd.get(), level, kChecksum, &offset, sizeof(offset));
  };
  Fd icmp(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
  if (icmp.get() < 0 && errno == EPERM) GTEST_SKIP() << "needs CAP_NET_RAW";
  ASSERT_THAT(icmp.get(), SyscallSucceeds());
  EXPECT_THAT(set(icmp, SOL_RAW, 2), SyscallSucceeds());
  EXPECT_THAT(set(icmp, SOL_RAW, -1), SyscallSucceeds());
  EXPECT_THAT(set(icmp, SOL_RAW, 3), SyscallFails(EINVAL));
  EXPECT_THAT(set(icmp, IPPROTO_IPV6, 2), SyscallFails(EINVAL));
  Fd other(socket(AF_INET6, SOCK_RAW, 200));
  ASSERT_THAT(other.get(), SyscallSucceeds());
  for (int level : {int{SOL_RAW}, int{IPPROTO_IPV6}}) {
    EXPECT_THAT(set(other, level, 4), SyscallSucceeds());
    EXPECT_THAT(set(other, level, 5), SyscallFails(EINVAL));
    EXPECT_THAT(set(other, level, -1), SyscallSucceeds());
  }
}

TEST(SocketInet, RawEcho) {
  Fd fd(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  if (fd.get() < 0 && errno == EPERM) GTEST_SKIP() << "needs CAP_NET_RAW";
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  // Type 8, checksum of the words, identifier 0x1234, sequence 1.
  unsigned char echo[8] = {8, 0, 0, 0, 0x12, 0x34, 0, 1};
  const unsigned sum = 0x0800 + 0x1234 + 1;
  echo[2] = static_cast<unsigned char>(~sum >> 8);
  echo[3] = static_cast<unsigned char>(~sum);
  const Endpoint to = Loopback(AF_INET);
  ASSERT_THAT(sendto(fd.get(), echo, sizeof(echo), 0, to.get(), to.size), SyscallReturns(8));
  for (int i = 0; i < 10; ++i) {
    unsigned char packet[128];
    ASSERT_THAT(recv(fd.get(), packet, sizeof(packet), 0), SyscallReturns(testing::Ge(28)));
    EXPECT_EQ(packet[0], 0x45) << "the IP header is there";
    if (packet[20] == 0 && packet[24] == 0x12 && packet[25] == 0x34) return;  // The answer.
  }
  ADD_FAILURE() << "no answer";
}

}  // namespace
}  // namespace test

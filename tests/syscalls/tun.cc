// Linux's /dev/net/tun: devices that a program drives, their packets, headers and persistence; two
// namespaces that a forwarder joins.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

constexpr short kTun = IFF_TUN | IFF_NO_PI, kTap = IFF_TAP | IFF_NO_PI;

ifreq Request(const char* name, int flags = 0) {
  ifreq request{};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = static_cast<short>(flags);
  return request;
}

// Everything happens in a network namespace of the test's own.
class Tun : public testing::Test {
 protected:
  void SetUp() override {
    if (unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "no network namespace: " << strerror(errno);
    Fd fd(open("/dev/net/tun", O_RDWR));
    if (fd.get() < 0) GTEST_SKIP() << "no /dev/net/tun: " << strerror(errno);
    ifreq request = Request("probe", kTun);
    if (ioctl(fd.get(), TUNSETIFF, &request) != 0) GTEST_SKIP() << "no TUN: " << strerror(errno);
  }
  static Fd Open(int flags = O_NONBLOCK) { return Fd(open("/dev/net/tun", O_RDWR | flags)); }
  static Fd Attached(const char* name, int flags) {
    Fd fd = Open();
    ifreq request = Request(name, flags);
    EXPECT_THAT(ioctl(fd.get(), TUNSETIFF, &request), SyscallSucceeds());
    return fd;
  }
  static int Ask(unsigned long number, ifreq& request) {
    Fd any(socket(AF_INET, SOCK_DGRAM, 0));
    return ioctl(any.get(), number, &request);
  }
  static short Flags(const char* name) {
    ifreq request = Request(name);
    EXPECT_THAT(Ask(SIOCGIFFLAGS, request), SyscallSucceeds());
    return request.ifr_flags;
  }
  static void Up(const char* name, const char* address = nullptr,
                 const char* mask = "255.255.255.0") {
    ifreq request = Request(name);
    auto put = [&](unsigned long number, const char* text) {
      auto& in = reinterpret_cast<sockaddr_in&>(request.ifr_addr);
      in = {};
      in.sin_family = AF_INET;
      inet_pton(AF_INET, text, &in.sin_addr);
      ASSERT_THAT(Ask(number, request), SyscallSucceeds());
    };
    // Without IPv6 nothing comes that the tests have not sent.
    Fd off(
        open((std::string("/proc/sys/net/ipv6/conf/") + name + "/disable_ipv6").c_str(), O_WRONLY));
    if (off.get() >= 0) [[maybe_unused]]
      ssize_t n = write(off.get(), "1", 1);
    if (address != nullptr) {
      put(SIOCSIFADDR, address);
      put(SIOCSIFNETMASK, mask);
    }
    request.ifr_flags = static_cast<short>(Flags(name) | IFF_UP);
    ASSERT_THAT(Ask(SIOCSIFFLAGS, request), SyscallSucceeds());
  }
  // The kernel notices a carrier a little later (linkwatch).
  static bool BecomesRunning(const char* name, bool running) {
    for (int i = 0; i < 10'000; ++i) {
      if (((Flags(name) & IFF_RUNNING) != 0) == running) return true;
      usleep(1000);
    }
    return false;
  }
  static short Ready(const Fd& fd, int timeout = 0) {
    pollfd wait{fd.get(), POLLIN | POLLOUT, 0};
    if (timeout != 0) wait.events = POLLIN;
    EXPECT_GE(poll(&wait, 1, timeout), 0);
    return wait.revents;
  }
  // The next packet of IPv4 behind `before` bytes; others do not count.
  static std::string Next(const Fd& fd, size_t before = 0) {
    for (;;) {
      if ((Ready(fd, 10'000) & POLLIN) == 0) return "(nothing)";
      char buffer[70000];
      const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
      if (n < 0) return strerror(errno);
      if (static_cast<size_t>(n) > before && buffer[before] >> 4 == 4) {
        return std::string(buffer, static_cast<size_t>(n));
      }
    }
  }
};

// struct virtio_net_hdr, whose own header is no C++.
struct VirtioHeader {
  uint8_t flags, gso_type;
  uint16_t header_size, gso_size, csum_start, csum_offset;
};
constexpr uint8_t kNeedsChecksum = 1;

uint16_t Sum(const std::string& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = static_cast<uint8_t>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<uint8_t>(bytes[i + 1]) : 0;
    sum += static_cast<uint32_t>(high << 8 | low);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<uint16_t>(~sum));
}

template <typename T>
std::string Bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string Ip(const char* from, const char* to, uint8_t protocol, const std::string& payload) {
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.ttl = 64;
  ip.protocol = protocol;
  ip.tot_len = htons(static_cast<uint16_t>(sizeof(ip) + payload.size()));
  inet_pton(AF_INET, from, &ip.saddr);
  inet_pton(AF_INET, to, &ip.daddr);
  ip.check = Sum(Bytes(ip));
  return Bytes(ip) + payload;
}

std::string Ping(const char* from, const char* to) {
  icmphdr icmp{};
  icmp.type = ICMP_ECHO;
  icmp.un.echo.id = 7;
  icmp.checksum = Sum(Bytes(icmp));
  return Ip(from, to, IPPROTO_ICMP, Bytes(icmp));
}

ssize_t Write(const Fd& fd, const std::string& bytes) {
  return write(fd.get(), bytes.data(), bytes.size());
}

// --- the file and its requests ---

TEST_F(Tun, NothingBeforeItIsAttached) {
  Fd fd = Open();
  char byte = 0;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EBADFD));
  EXPECT_THAT(write(fd.get(), &byte, 1), SyscallFails(EBADFD));
  EXPECT_EQ(Ready(fd), POLLERR);
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_SET), SyscallFails(ESPIPE));
  ifreq request = Request("");
  for (unsigned long number :
       {TUNGETIFF, TUNSETPERSIST, TUNSETOWNER, TUNSETOFFLOAD, TUNGETVNETHDRSZ}) {
    EXPECT_THAT(ioctl(fd.get(), number, &request), SyscallFails(EBADFD)) << number;
  }
  EXPECT_THAT(ioctl(fd.get(), TUNSETIFF, nullptr), SyscallFails(EFAULT));
  EXPECT_THAT(ioctl(fd.get(), FIONREAD, &request), SyscallFails(EBADFD));
}

TEST_F(Tun, FeaturesAreTold) {
  unsigned features = 0;
  EXPECT_THAT(ioctl(Open().get(), TUNGETFEATURES, &features), SyscallSucceeds());
  constexpr unsigned kAll = IFF_TUN | IFF_TAP | IFF_NO_PI | IFF_ONE_QUEUE | IFF_VNET_HDR;
  EXPECT_EQ(features & kAll, kAll);
  EXPECT_THAT(ioctl(Open().get(), TUNGETFEATURES, nullptr), SyscallFails(EFAULT));
}

TEST_F(Tun, ADeviceComesAndGoes) {
  Fd fd = Open();
  ifreq request = Request("t0", kTun);
  EXPECT_THAT(ioctl(fd.get(), TUNSETIFF, &request), SyscallSucceeds());
  EXPECT_STREQ(request.ifr_name, "t0");
  EXPECT_NE(if_nametoindex("t0"), 0u);
  EXPECT_EQ(Flags("t0") & (IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST | IFF_BROADCAST | IFF_UP),
            IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST);
  ifreq got = Request("x");
  EXPECT_THAT(ioctl(fd.get(), TUNGETIFF, &got), SyscallSucceeds());
  EXPECT_STREQ(got.ifr_name, "t0");
  EXPECT_EQ(got.ifr_flags & (IFF_TUN | IFF_TAP | IFF_NO_PI | IFF_VNET_HDR), kTun);
  request = Request("t1", kTun);
  EXPECT_THAT(ioctl(fd.get(), TUNSETIFF, &request), SyscallFails(EEXIST));
  fd.reset();
  EXPECT_EQ(if_nametoindex("t0"), 0u);
}

TEST_F(Tun, NamesAreChosen) {
  Fd one = Open(), two = Open(), three = Open();
  ifreq request = Request("", kTun);
  ASSERT_THAT(ioctl(one.get(), TUNSETIFF, &request), SyscallSucceeds());
  EXPECT_STREQ(request.ifr_name, "tun0");
  request = Request("", kTap);
  ASSERT_THAT(ioctl(two.get(), TUNSETIFF, &request), SyscallSucceeds());
  EXPECT_STREQ(request.ifr_name, "tap0");
  request = Request("x%d", kTap);
  ASSERT_THAT(ioctl(three.get(), TUNSETIFF, &request), SyscallSucceeds());
  EXPECT_STREQ(request.ifr_name, "x0");
  EXPECT_EQ(Flags("tap0") & (IFF_BROADCAST | IFF_MULTICAST | IFF_POINTOPOINT | IFF_NOARP),
            IFF_BROADCAST | IFF_MULTICAST);
}

TEST_F(Tun, WhatCannotBeIsRefused) {
  Fd fd = Open(), other = Attached("t0", kTun);
  auto set = [&](const char* name, int flags) {
    ifreq request = Request(name, flags);
    return ioctl(fd.get(), TUNSETIFF, &request);
  };
  EXPECT_THAT(set("t1", IFF_NO_PI), SyscallFails(EINVAL));
  EXPECT_THAT(set("a/b", kTun), SyscallFails(EINVAL));
  EXPECT_THAT(set("lo", kTun), SyscallFails(EINVAL));
  EXPECT_THAT(set("t0", kTap), SyscallFails(EINVAL));
  EXPECT_THAT(set("t0", kTun), SyscallFails(EBUSY));
  EXPECT_THAT(set("t0", kTun | IFF_TUN_EXCL), SyscallFails(EBUSY));
  EXPECT_THAT(set("t0", kTun | IFF_MULTI_QUEUE), SyscallFails(EINVAL));
  ifreq request = Request("t0", IFF_ATTACH_QUEUE);
  EXPECT_THAT(ioctl(other.get(), TUNSETQUEUE, &request), SyscallFails(EINVAL));
}

TEST_F(Tun, ItTakesACapability) {
  Fd fd = Attached("t0", kTun);
  ASSERT_THAT(ioctl(fd.get(), TUNSETPERSIST, 1), SyscallSucceeds());
  ASSERT_THAT(ioctl(fd.get(), TUNSETOWNER, 1234), SyscallSucceeds());
  fd.reset();
  auto as = [&](uid_t uid, const char* name) {
    return ForkAndWait([&] {
      Fd own(open("/dev/net/tun", O_RDWR));
      if (own.get() < 0) return 100;
      if (setresuid(uid, uid, uid) != 0) return 101;
      ifreq request = Request(name, kTun);
      return ioctl(own.get(), TUNSETIFF, &request) == 0 ? 0 : errno;
    });
  };
  EXPECT_THAT(as(1234, "t0"), Exited(0));
  EXPECT_THAT(as(1235, "t0"), Exited(EPERM));
  EXPECT_THAT(as(1234, "t1"), Exited(EPERM));
}

TEST_F(Tun, PersistentDevicesStay) {
  Fd fd = Attached("t0", kTun);
  Up("t0");
  EXPECT_TRUE(BecomesRunning("t0", true));
  EXPECT_THAT(ioctl(fd.get(), TUNSETPERSIST, 1), SyscallSucceeds());
  fd.reset();
  EXPECT_TRUE(BecomesRunning("t0", false));
  EXPECT_EQ(Flags("t0") & IFF_UP, IFF_UP);
  fd = Attached("t0", IFF_TUN);
  EXPECT_TRUE(BecomesRunning("t0", true));
  ifreq got = Request("");
  EXPECT_THAT(ioctl(fd.get(), TUNGETIFF, &got), SyscallSucceeds());
  EXPECT_NE(got.ifr_flags & IFF_PERSIST, 0);
  EXPECT_THAT(ioctl(fd.get(), TUNSETPERSIST, 0), SyscallSucceeds());
  fd.reset();
  EXPECT_EQ(if_nametoindex("t0"), 0u);
}

TEST_F(Tun, SettingsAreChecked) {
  Fd fd = Attached("t0", kTun | IFF_VNET_HDR);
  int size = 0;
  EXPECT_THAT(ioctl(fd.get(), TUNGETVNETHDRSZ, &size), SyscallSucceeds());
  EXPECT_EQ(size, 10);
  size = 9;
  EXPECT_THAT(ioctl(fd.get(), TUNSETVNETHDRSZ, &size), SyscallFails(EINVAL));
  size = 12;
  EXPECT_THAT(ioctl(fd.get(), TUNSETVNETHDRSZ, &size), SyscallSucceeds());
  EXPECT_THAT(ioctl(fd.get(), TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN),
              SyscallSucceeds());
  EXPECT_THAT(ioctl(fd.get(), TUNSETOFFLOAD, TUN_F_TSO4), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(fd.get(), TUNSETOFFLOAD, 0x80000000), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(fd.get(), TUNSETOFFLOAD, 0), SyscallSucceeds());
  EXPECT_THAT(ioctl(fd.get(), TUNGETSNDBUF, &size), SyscallSucceeds());
  EXPECT_EQ(size, INT32_MAX);
  size = 0;
  EXPECT_THAT(ioctl(fd.get(), TUNSETSNDBUF, &size), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(fd.get(), TUNSETOWNER, -1), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(fd.get(), TUNSETNOCSUM, 1), SyscallSucceeds());
  EXPECT_THAT(ioctl(fd.get(), TUNSETTXFILTER, &size), SyscallFails(EINVAL));
  Up("t0");
  EXPECT_THAT(ioctl(fd.get(), TUNSETLINK, 1), SyscallFails(EBUSY));
  EXPECT_THAT(ioctl(fd.get(), FIONREAD, &size), SyscallFails(EINVAL));
  int carrier = 0;
  EXPECT_THAT(ioctl(fd.get(), TUNSETCARRIER, &carrier), SyscallSucceeds());
  EXPECT_TRUE(BecomesRunning("t0", false));
}

TEST_F(Tun, TheLinkGoesUnderTheFile) {
  Fd fd = Attached("t0", kTun);
  const pid_t child = fork();
  if (child == 0) {
    execlp("ip", "ip", "link", "del", "t0", nullptr);
    _exit(127);
  }
  int status = 0;
  ASSERT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  if (WEXITSTATUS(status) == 127) GTEST_SKIP() << "ip is not installed";
  ASSERT_EQ(status, 0);
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EBADFD));
  EXPECT_EQ(Ready(fd) & POLLERR, POLLERR);
}

// --- packets ---

TEST_F(Tun, PacketsComeOutAndGoIn) {
  Fd fd = Attached("t0", kTun);
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EAGAIN));
  EXPECT_EQ(Ready(fd), 0);
  EXPECT_THAT(Write(fd, Ping("192.0.2.2", "192.0.2.1")), SyscallFails(EIO));  // It is down.
  Up("t0", "192.0.2.1");
  EXPECT_EQ(Ready(fd) & POLLOUT, POLLOUT);
  const std::string ping = Ping("192.0.2.2", "192.0.2.1");
  EXPECT_THAT(Write(fd, ping), SyscallReturns(static_cast<ssize_t>(ping.size())));
  std::string answer = Next(fd);
  ASSERT_EQ(answer.size(), ping.size());
  EXPECT_EQ(answer[20], ICMP_ECHOREPLY);
  EXPECT_EQ(Sum(answer.substr(20)), 0);
  EXPECT_EQ(answer.substr(12, 4), ping.substr(16, 4));
}

TEST_F(Tun, WhatIsNoPacketIsRefused) {
  Fd fd = Attached("t0", kTun);
  Up("t0", "192.0.2.1");
  EXPECT_THAT(Write(fd, ""), SyscallFails(EINVAL));
  EXPECT_THAT(Write(fd, "\x10"), SyscallFails(EINVAL));
  EXPECT_THAT(Write(fd, "\x45"), SyscallReturns(1));
  EXPECT_THAT(write(fd.get(), nullptr, 20), SyscallFails(EFAULT));
  Fd tap = Attached("t1", kTap);
  Up("t1");
  EXPECT_THAT(Write(tap, std::string(13, 'x')), SyscallFails(EINVAL));
  EXPECT_THAT(Write(tap, std::string(14, 'x')), SyscallReturns(14));
}

TEST_F(Tun, ShortBuffersCutThePacket) {
  Fd fd = Attached("t0", kTun);
  Up("t0", "192.0.2.1");
  const std::string ping = Ping("192.0.2.2", "192.0.2.1");
  Write(fd, ping);
  ASSERT_EQ(Ready(fd, 10'000), POLLIN);
  char buffer[100];
  EXPECT_THAT(read(fd.get(), buffer, 10), SyscallReturns(10));
  EXPECT_THAT(read(fd.get(), buffer, sizeof(buffer)), SyscallFails(EAGAIN));
  // Pieces are gathered and scattered.
  std::string head = ping.substr(0, 5), rest = ping.substr(5);
  iovec out[] = {{head.data(), head.size()}, {rest.data(), rest.size()}};
  EXPECT_THAT(writev(fd.get(), out, 2), SyscallReturns(static_cast<ssize_t>(ping.size())));
  ASSERT_EQ(Ready(fd, 10'000), POLLIN);
  char a[8], b[92];
  iovec in[] = {{a, sizeof(a)}, {b, sizeof(b)}};
  EXPECT_THAT(readv(fd.get(), in, 2), SyscallReturns(static_cast<ssize_t>(ping.size())));
  EXPECT_EQ(a[0], 0x45);
}

TEST_F(Tun, ThePacketInformationSaysWhatItIs) {
  Fd fd = Attached("t0", IFF_TUN);
  Up("t0", "192.0.2.1");
  const std::string ping = Ping("192.0.2.2", "192.0.2.1");
  tun_pi pi{0, htons(ETH_P_IP)};
  EXPECT_THAT(Write(fd, "abc"), SyscallFails(EINVAL));
  EXPECT_THAT(Write(fd, Bytes(pi) + ping), SyscallReturns(static_cast<ssize_t>(4 + ping.size())));
  const std::string answer = Next(fd, 4);
  ASSERT_EQ(answer.size(), 4 + ping.size());
  EXPECT_EQ(answer.substr(0, 4), Bytes(pi));
  Write(fd, Bytes(pi) + ping);
  ASSERT_EQ(Ready(fd, 10'000), POLLIN);
  char buffer[10];
  EXPECT_THAT(read(fd.get(), buffer, sizeof(buffer)), SyscallReturns(10));
  EXPECT_EQ(buffer[0] & 1, TUN_PKT_STRIP);
  Write(fd, Bytes(pi) + ping);
  ASSERT_EQ(Ready(fd, 10'000), POLLIN);
  EXPECT_THAT(read(fd.get(), buffer, 3), SyscallFails(EINVAL));
}

TEST_F(Tun, BlockedReadersAreWoken) {
  Fd fd = Attached("t0", kTun);
  Up("t0", "192.0.2.1");
  ASSERT_THAT(fcntl(fd.get(), F_SETFL, O_RDWR), SyscallSucceeds());
  std::string got;
  std::thread reader([&] {
    char buffer[2000];
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    if (n > 0) got.assign(buffer, static_cast<size_t>(n));
  });
  Fd udp(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.77", &to.sin_addr);
  EXPECT_THAT(sendto(udp.get(), "hello", 5, 0, reinterpret_cast<sockaddr*>(&to), sizeof(to)),
              SyscallReturns(5));
  reader.join();
  ASSERT_EQ(got.size(), 20u + 8 + 5);
  EXPECT_EQ(got.substr(28), "hello");
}

TEST_F(Tun, EthernetComesWithItsHeader) {
  Fd fd = Attached("t0", kTap);
  Up("t0", "192.0.2.1");
  ifreq hardware = Request("t0");
  ASSERT_THAT(Ask(SIOCGIFHWADDR, hardware), SyscallSucceeds());
  const std::string own(hardware.ifr_hwaddr.sa_data, 6), ours("\x02\0\0\0\0\x07", 6);
  EXPECT_EQ(own[0] & 3, 2);
  // Somebody asks who has 192.0.2.1 (RFC 826).
  std::string arp = std::string(6, '\xff') + ours + std::string("\x08\x06\0\1\x08\0\6\4\0\1", 10);
  arp += ours + std::string("\xc0\0\2\2", 4) + std::string(6, '\0') + std::string("\xc0\0\2\1", 4);
  EXPECT_THAT(Write(fd, arp), SyscallReturns(static_cast<ssize_t>(arp.size())));
  std::string answer;
  do {
    ASSERT_EQ(Ready(fd, 10'000), POLLIN);
    char buffer[2000];
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    ASSERT_GT(n, 0);
    answer.assign(buffer, static_cast<size_t>(n));
  } while (answer.size() < 42 || answer.substr(12, 2) != std::string("\x08\x06", 2) ||
           answer[21] != 2);
  EXPECT_EQ(answer.substr(0, 12), ours + own);
  EXPECT_EQ(answer.substr(22, 6), own);
}

TEST_F(Tun, OpenChecksumsAreDone) {
  Fd fd = Attached("t0", kTun | IFF_VNET_HDR);
  Up("t0", "192.0.2.1");
  Fd udp(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.1", &at.sin_addr);
  socklen_t size = sizeof(at);
  ASSERT_THAT(bind(udp.get(), reinterpret_cast<sockaddr*>(&at), size), SyscallSucceeds());
  ASSERT_THAT(getsockname(udp.get(), reinterpret_cast<sockaddr*>(&at), &size), SyscallSucceeds());
  udphdr header{};
  header.source = htons(7);
  header.dest = at.sin_port;
  header.len = htons(8 + 4);
  // The pseudo-header's sum, which the rest is to be added to.
  header.check = static_cast<uint16_t>(~Sum(std::string("\xc0\0\2\2\xc0\0\2\1\0\x11\0\x0c", 12)));
  VirtioHeader told{};
  told.flags = kNeedsChecksum;
  told.csum_start = 20;
  told.csum_offset = 6;
  const std::string packet = Ip("192.0.2.2", "192.0.2.1", IPPROTO_UDP, Bytes(header) + "data");
  EXPECT_THAT(Write(fd, Bytes(told) + packet),
              SyscallReturns(static_cast<ssize_t>(10 + packet.size())));
  pollfd wait{udp.get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 10'000), 1);
  char buffer[10];
  EXPECT_THAT(recv(udp.get(), buffer, sizeof(buffer), 0), SyscallReturns(4));
  told.csum_start = 9999;
  EXPECT_THAT(Write(fd, Bytes(told) + packet), SyscallFails(EINVAL));
  EXPECT_THAT(Write(fd, "123456789"), SyscallFails(EINVAL));
  // What comes out is whole, as nobody has asked for less.
  at.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.2", &at.sin_addr);
  EXPECT_THAT(sendto(udp.get(), "hello", 5, 0, reinterpret_cast<sockaddr*>(&at), sizeof(at)),
              SyscallReturns(5));
  const std::string out = Next(fd, 10);
  ASSERT_EQ(out.size(), 10u + 33);
  EXPECT_EQ(out.substr(0, 10), std::string(10, '\0'));
  EXPECT_EQ(Sum(out.substr(22, 8) + std::string("\0\x11\0\x0d", 4) + out.substr(30)), 0);
}

// Two namespaces, a device in each, and this program in between: a stream goes both ways, as
// segments or, with offloads, as super-segments.
class TunPair : public Tun, public testing::WithParamInterface<int> {
 protected:
  static void Carry(const Fd& from, const Fd& to, size_t& largest) {
    char buffer[70000];
    for (;;) {
      const ssize_t n = read(from.get(), buffer, sizeof(buffer));
      if (n <= 0) return;
      largest = std::max(largest, static_cast<size_t>(n));
      [[maybe_unused]] const ssize_t done = write(to.get(), buffer, static_cast<size_t>(n));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, TunPair,
                         testing::Values(kTun, kTap, kTun | IFF_VNET_HDR, kTap | IFF_VNET_HDR),
                         [](const auto& which) {
                           return std::string((which.param & IFF_TUN) != 0 ? "Tun" : "Tap") +
                                  ((which.param & IFF_VNET_HDR) != 0 ? "Offloaded" : "");
                         });

TEST_P(TunPair, CarriesAStream) {
  constexpr size_t kTotal = 4 << 20;
  const bool offloads = (GetParam() & IFF_VNET_HDR) != 0;
  auto prepare = [&](const char* address) {
    Fd fd = Attached("t0", GetParam());
    if (offloads) {
      EXPECT_THAT(ioctl(fd.get(), TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4), SyscallSucceeds());
    }
    Up("t0", address);
    return fd;
  };
  Fd left = prepare("192.0.2.1");
  Fd listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(7777);
  inet_pton(AF_INET, "192.0.2.1", &at.sin_addr);
  ASSERT_THAT(bind(listener.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)),
              SyscallSucceeds());
  ASSERT_THAT(listen(listener.get(), 1), SyscallSucceeds());
  ASSERT_THAT(unshare(CLONE_NEWNET), SyscallSucceeds());
  Fd right = prepare("192.0.2.2");
  Fd client(socket(AF_INET, SOCK_STREAM, 0));

  size_t largest = 0;
  int stop[2];
  ASSERT_THAT(pipe(stop), SyscallSucceeds());
  std::thread forwarder([&] {
    pollfd wait[] = {{left.get(), POLLIN, 0}, {right.get(), POLLIN, 0}, {stop[0], 0, 0}};
    while (poll(wait, 3, 10'000) > 0 && (wait[2].revents & POLLHUP) == 0) {
      Carry(left, right, largest);
      Carry(right, left, largest);
    }
  });
  std::thread server([&] {
    Fd connection(accept(listener.get(), nullptr, nullptr));
    std::string buffer(100'000, '\0');
    ssize_t n;
    while ((n = read(connection.get(), buffer.data(), buffer.size())) > 0) {
      for (ssize_t done = 0; done < n;) {
        const ssize_t sent =
            write(connection.get(), buffer.data() + done, static_cast<size_t>(n - done));
        if (sent <= 0) return;
        done += sent;
      }
    }
  });
  ASSERT_THAT(connect(client.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)),
              SyscallSucceeds());
  std::thread sender([&] {
    std::string block(65536, '\0');
    for (size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 7 + (i >> 8));
    for (size_t done = 0; done < kTotal; done += block.size()) {
      for (size_t begin = 0; begin < block.size();) {
        const ssize_t sent = write(client.get(), block.data() + begin, block.size() - begin);
        if (sent <= 0) return;
        begin += static_cast<size_t>(sent);
      }
    }
    shutdown(client.get(), SHUT_WR);
  });
  size_t total = 0, wrong = 0;
  std::string buffer(100'000, '\0');
  for (ssize_t n; (n = read(client.get(), buffer.data(), buffer.size())) > 0;) {
    for (ssize_t i = 0; i < n; ++i, ++total) {
      const size_t place = total % 65536;
      if (buffer[static_cast<size_t>(i)] != static_cast<char>(place * 7 + (place >> 8))) ++wrong;
    }
  }
  sender.join();
  server.join();
  close(stop[1]);
  forwarder.join();
  close(stop[0]);
  EXPECT_EQ(total, kTotal);
  EXPECT_EQ(wrong, 0u);
  if (offloads) {
    EXPECT_GT(largest, 3000u);
  } else {
    EXPECT_LE(largest, 1514u);
  }
}

}  // namespace
}  // namespace test

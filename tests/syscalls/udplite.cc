// udplite(7): datagrams whose checksum covers as much as the sender says.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"

namespace test {
namespace {

constexpr int kSolUdpLite = 136, kSendCoverage = 10, kReceiveCoverage = 11;

struct Endpoint {
  Fd fd;
  sockaddr_in name{};

  explicit Endpoint(int protocol = IPPROTO_UDPLITE, uint16_t port = 0)
      : fd(socket(AF_INET, SOCK_DGRAM, protocol)) {
    EXPECT_THAT(fd.get(), SyscallSucceeds());
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
                SyscallSucceeds());
    socklen_t size = sizeof(name);
    EXPECT_THAT(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &size),
                SyscallSucceeds());
  }
  void Set(int option, int value) {
    EXPECT_THAT(setsockopt(fd.get(), kSolUdpLite, option, &value, sizeof(value)),
                SyscallSucceeds());
  }
  int Get(int option) {
    int value = -1;
    socklen_t size = sizeof(value);
    EXPECT_THAT(getsockopt(fd.get(), kSolUdpLite, option, &value, &size), SyscallSucceeds());
    return value;
  }
  void SendTo(const Endpoint& to, const std::string& text) {
    EXPECT_THAT(sendto(fd.get(), text.data(), text.size(), 0,
                       reinterpret_cast<const sockaddr*>(&to.name), sizeof(to.name)),
                SyscallReturns(text.size()));
  }
  std::string Receive() {
    char buffer[4096];
    const ssize_t n = recv(fd.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    return n < 0 ? "error " + std::to_string(errno) : std::string(buffer, static_cast<size_t>(n));
  }
};

const std::string kNothing = "error " + std::to_string(EAGAIN);

TEST(UdpLite, IsAProtocolOfItsOwn) {
  Endpoint lite;
  int protocol = 0;
  socklen_t size = sizeof(protocol);
  ASSERT_THAT(getsockopt(lite.fd.get(), SOL_SOCKET, SO_PROTOCOL, &protocol, &size),
              SyscallSucceeds());
  EXPECT_EQ(protocol, IPPROTO_UDPLITE);
  // The same port is free for UDP, and what is sent to it goes there.
  Endpoint plain(IPPROTO_UDP, ntohs(lite.name.sin_port));
  Endpoint sender;
  sender.SendTo(lite, "lite");
  EXPECT_EQ(plain.Receive(), kNothing);
  EXPECT_EQ(lite.Receive(), "lite");
  EXPECT_THAT(socket(AF_INET, SOCK_STREAM, IPPROTO_UDPLITE), SyscallFails(EPROTONOSUPPORT));
  Fd six(socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE));
  EXPECT_THAT(six.get(), SyscallSucceeds());
}

TEST(UdpLite, CoverageIsKept) {
  Endpoint lite;
  for (int option : {kSendCoverage, kReceiveCoverage}) {
    EXPECT_EQ(lite.Get(option), 0);
    lite.Set(option, 20);
    EXPECT_EQ(lite.Get(option), 20);
    lite.Set(option, 3);  // The header is always covered.
    EXPECT_EQ(lite.Get(option), 8);
    lite.Set(option, -1);
    EXPECT_EQ(lite.Get(option), 8);
    lite.Set(option, 70000);
    EXPECT_EQ(lite.Get(option), 65535);
    lite.Set(option, 0);
    EXPECT_EQ(lite.Get(option), 0);
  }
}

TEST(UdpLite, CoverageIsNotForUdp) {
  Endpoint plain(IPPROTO_UDP);
  const int value = 20;
  EXPECT_THAT(setsockopt(plain.fd.get(), kSolUdpLite, kSendCoverage, &value, sizeof(value)),
              SyscallFails(ENOPROTOOPT));
  EXPECT_THAT(setsockopt(plain.fd.get(), kSolUdpLite, kReceiveCoverage, &value, sizeof(value)),
              SyscallFails(ENOPROTOOPT));
  EXPECT_EQ(plain.Get(kSendCoverage), 0);
}

TEST(UdpLite, ReceiversDemandCoverage) {
  Endpoint sender, receiver;
  const std::string text(200, 'x');
  sender.Set(kSendCoverage, 20);
  sender.SendTo(receiver, text);
  EXPECT_EQ(receiver.Receive(), text);  // Nothing is demanded.
  receiver.Set(kReceiveCoverage, 20);
  sender.SendTo(receiver, text);
  EXPECT_EQ(receiver.Receive(), text);
  receiver.Set(kReceiveCoverage, 21);
  sender.SendTo(receiver, text);
  EXPECT_EQ(receiver.Receive(), kNothing);
  sender.SendTo(receiver, "short");  // Covered in whole, which is always enough.
  EXPECT_EQ(receiver.Receive(), "short");
  receiver.Set(kReceiveCoverage, 0);  // All of it.
  sender.SendTo(receiver, text);
  EXPECT_EQ(receiver.Receive(), kNothing);
  sender.Set(kSendCoverage, 0);
  sender.SendTo(receiver, text);
  EXPECT_EQ(receiver.Receive(), text);
}

TEST(UdpLite, NobodyListens) {
  sockaddr_in name;
  {
    Endpoint gone;
    name = gone.name;
  }
  Endpoint sender;
  ASSERT_THAT(connect(sender.fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
              SyscallSucceeds());
  ASSERT_THAT(send(sender.fd.get(), "x", 1, 0), SyscallReturns(1));
  EXPECT_THAT(send(sender.fd.get(), "x", 1, 0), SyscallFails(ECONNREFUSED));
}

TEST(UdpLite, IsNotSegmented) {
  Endpoint sender, receiver;
  const int segment = 100;
  ASSERT_THAT(setsockopt(sender.fd.get(), SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)),
              SyscallSucceeds());
  const std::string text(300, 'x');
  EXPECT_THAT(sendto(sender.fd.get(), text.data(), text.size(), 0,
                     reinterpret_cast<sockaddr*>(&receiver.name), sizeof(receiver.name)),
              SyscallFails(EIO));
}

TEST(UdpLite, IsListed) {
  Endpoint lite;
  std::ifstream file("/proc/net/udplite");
  std::stringstream text;
  text << file.rdbuf();
  char wanted[32];
  snprintf(wanted, sizeof(wanted), "0100007F:%04X ", ntohs(lite.name.sin_port));
  EXPECT_NE(text.str().find(wanted), std::string::npos) << text.str();
}

// On the wire the header has the coverage where UDP has the length.
TEST(UdpLite, HeaderOnTheWire) {
  Fd raw(socket(AF_INET, SOCK_RAW, IPPROTO_UDPLITE));
  if (raw.get() < 0) GTEST_SKIP() << "needs CAP_NET_RAW";
  Endpoint sender, receiver;
  auto field = [&](int coverage) {
    sender.Set(kSendCoverage, coverage);
    sender.SendTo(receiver, std::string(100, 'x'));
    unsigned char packet[256];
    EXPECT_THAT(recv(raw.get(), packet, sizeof(packet), 0), SyscallReturns(128));
    return packet[24] << 8 | packet[25];
  };
  EXPECT_EQ(field(12), 12);
  EXPECT_EQ(field(0), 0);
  EXPECT_EQ(field(2000), 108);
}

}  // namespace
}  // namespace test

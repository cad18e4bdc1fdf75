// A broker on a thread of its own, asked as the Sentry asks it; the far side is on this loopback.
#include "gofer/broker/broker.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "gofer/broker/dns.h"

namespace gofer {
namespace {

struct Server {
  base::Fd socket;
  uint16_t port = 0;

  explicit Server(int type) {
    PublishedPort opened;
    opened.protocol = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    opened.host = Address::V4(INADDR_LOOPBACK);
    EXPECT_TRUE(BindPort(opened).ok());
    port = opened.host_port;
    socket = std::move(opened.socket);
  }
};

bool Readable(const base::Fd& fd) {
  pollfd wait{fd.get(), POLLIN, 0};
  return ::poll(&wait, 1, 10'000) == 1;
}

std::string ReadFrom(const base::Fd& fd) {
  char buffer[2000];
  const ssize_t n = Readable(fd) ? ::recv(fd.get(), buffer, sizeof(buffer), 0) : -1;
  return n < 0 ? "(nothing)" : std::string(buffer, static_cast<size_t>(n));
}

ssize_t WriteTo(const base::Fd& fd, std::string_view text) {
  return ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

class BrokerTest : public testing::Test {
 protected:
  ~BrokerTest() override {
    channel.reset();
    if (thread.joinable()) thread.join();
  }
  void Start() {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    channel = base::Fd(ends[0]);
    thread = std::thread([this, theirs = base::Fd(ends[1])]() mutable {
      Broker broker(std::move(config), std::move(theirs));
      broker.Run();
    });
  }
  void Allow(uint16_t port) {
    config.policy.mode = PolicyMode::kAllowList;
    config.policy.allow.push_back(*PolicyRule::Parse("127.0.0.1:" + std::to_string(port)));
  }
  static BrokerMessage Request(uint64_t id, uint8_t protocol, uint32_t address, uint16_t port) {
    BrokerMessage message;
    message.op = BrokerOp::kConnect;
    message.id = id;
    message.protocol = protocol;
    message.ipv4 = 1;
    message.port = port;
    address = htonl(address);
    std::memcpy(message.address.data(), &address, 4);
    return message;
  }
  void Send(const BrokerMessage& message) {
    EXPECT_TRUE(SendBrokerMessage(channel.get(), message).ok());
  }
  void Tell(BrokerOp op, uint64_t id) {
    BrokerMessage message;
    message.op = op;
    message.id = id;
    Send(message);
  }
  ReceivedBrokerMessage Receive() {
    EXPECT_TRUE(Readable(channel));
    base::Result<ReceivedBrokerMessage> got = ReceiveBrokerMessage(channel.get());
    EXPECT_TRUE(got.ok());
    return got.ok() ? std::move(*got) : ReceivedBrokerMessage{};
  }
  base::Fd Connect(uint64_t id, uint8_t protocol, uint16_t port) {
    Send(Request(id, protocol, kGatewayV4, port));
    ReceivedBrokerMessage got = Receive();
    EXPECT_EQ(got.message.op, BrokerOp::kConnected) << got.message.error;
    EXPECT_EQ(got.message.id, id);
    return std::move(got.descriptor);
  }

  BrokerConfig config;
  base::Fd channel;
  std::thread thread;
};

class SharedOrNot : public BrokerTest, public testing::WithParamInterface<bool> {
 protected:
  SharedOrNot() { config.share_sockets = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Sockets, SharedOrNot, testing::Bool(),
                         [](const auto& which) { return which.param ? "Shared" : "Relayed"; });

TEST_P(SharedOrNot, ConnectionsCarryBytes) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  ASSERT_TRUE(Readable(server.socket));
  base::Fd far(::accept(server.socket.get(), nullptr, nullptr));
  EXPECT_EQ(WriteTo(flow, "out"), 3);
  EXPECT_EQ(ReadFrom(far), "out");
  EXPECT_EQ(WriteTo(far, "in"), 2);
  EXPECT_EQ(ReadFrom(flow), "in");
  Tell(BrokerOp::kShutdown, 1);
  EXPECT_EQ(ReadFrom(far), "");
  EXPECT_EQ(WriteTo(far, "late"), 4);
  far.reset();
  EXPECT_EQ(ReadFrom(flow), "late");
  EXPECT_EQ(ReadFrom(flow), "");
}

// The Sentry is gone as soon as it has written.
TEST_P(SharedOrNot, WhatWasWrittenArrives) {
  constexpr size_t kTotal = 4 << 20;
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  ASSERT_TRUE(Readable(server.socket));
  base::Fd far(::accept(server.socket.get(), nullptr, nullptr));
  std::thread writer([&] {
    const std::string block(64 << 10, 'x');
    pollfd wait{flow.get(), POLLOUT, 0};
    for (size_t sent = 0; sent < kTotal && ::poll(&wait, 1, 10'000) == 1;) {
      const ssize_t n = WriteTo(flow, std::string_view(block).substr(0, kTotal - sent));
      if (n > 0) sent += static_cast<size_t>(n);
    }
    flow.reset();
    channel.reset();
  });
  size_t received = 0;
  for (std::string part; (part = ReadFrom(far)) != "" && part != "(nothing)";) {
    received += part.size();
  }
  EXPECT_EQ(received, kTotal);
  writer.join();
}

TEST_P(SharedOrNot, ResetsAreSeen) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  ASSERT_TRUE(Readable(server.socket));
  base::Fd far(::accept(server.socket.get(), nullptr, nullptr));
  BrokerMessage close;
  close.op = BrokerOp::kClose;
  close.id = 1;
  close.error = ECONNRESET;
  flow.reset();
  Send(close);
  ASSERT_TRUE(Readable(far));
  char byte;
  EXPECT_EQ(::recv(far.get(), &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(BrokerTest, RefusesWhatThePolicyDoesNotAllow) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  const std::pair<uint32_t, uint16_t> cases[] = {{kGatewayV4, 1},
                                                 {0xa9fea9fe, server.port},
                                                 {0x0a000001, server.port},
                                                 {0xc6336401, 443},
                                                 {kResolverV4, 853}};
  uint64_t id = 1;
  for (const auto& [address, port] : cases) {
    Send(Request(id, IPPROTO_TCP, address, port));
    const ReceivedBrokerMessage got = Receive();
    EXPECT_EQ(got.message.op, BrokerOp::kFailed);
    EXPECT_EQ(got.message.id, id++);
    EXPECT_EQ(got.message.error, EACCES);
    EXPECT_FALSE(got.descriptor.valid());
  }
}

TEST_F(BrokerTest, TellsHowConnectingEnded) {
  uint16_t port;
  {
    Server gone(SOCK_STREAM);
    port = gone.port;
  }
  Allow(port);
  Start();
  Send(Request(1, IPPROTO_TCP, kGatewayV4, port));
  const ReceivedBrokerMessage got = Receive();
  EXPECT_EQ(got.message.op, BrokerOp::kFailed);
  EXPECT_EQ(got.message.error, ECONNREFUSED);
}

// What a Sentry that was taken over could do with a connected socket of the host.
TEST_F(BrokerTest, SocketLeadsToItsPeerAlone) {
  Server server(SOCK_STREAM), other(SOCK_STREAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  int domain = 0;
  socklen_t domain_size = sizeof(domain);
  ASSERT_EQ(::getsockopt(flow.get(), SOL_SOCKET, SO_DOMAIN, &domain, &domain_size), 0);
  // Newer kernels let only CAP_NET_ADMIN attach filters to TCP sockets.
  if (domain == AF_UNIX) GTEST_SKIP() << "bytes go through the broker here";
  const int none = 0;
  EXPECT_EQ(::setsockopt(flow.get(), SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)), -1);
  EXPECT_EQ(errno, EPERM);
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ASSERT_EQ(::connect(flow.get(), &nowhere, sizeof(nowhere)), 0);
  sockaddr_storage to;
  const socklen_t size = Address::V4(INADDR_LOOPBACK).Fill(to, other.port);
  EXPECT_EQ(::connect(flow.get(), reinterpret_cast<sockaddr*>(&to), size), -1);
  EXPECT_EQ(errno, EINPROGRESS);
  // On loopback the answer has come by now, and was dropped.
  tcp_info info{};
  socklen_t length = sizeof(info);
  ASSERT_EQ(::getsockopt(flow.get(), IPPROTO_TCP, TCP_INFO, &info, &length), 0);
  EXPECT_EQ(info.tcpi_state, TCP_SYN_SENT);
  EXPECT_EQ(::accept4(other.socket.get(), nullptr, nullptr, SOCK_NONBLOCK), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST_F(BrokerTest, NonsenseIsPassedOver) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  Send(Request(1, 77, kGatewayV4, server.port));
  Send(Request(kBrokerIds | 1, IPPROTO_TCP, kGatewayV4, server.port));
  for (int op = 0; op < 256; ++op) {
    if (static_cast<BrokerOp>(op) != BrokerOp::kConnect) Tell(static_cast<BrokerOp>(op), 7);
  }
  EXPECT_TRUE(Connect(2, IPPROTO_TCP, server.port).valid());
  Send(Request(2, IPPROTO_TCP, kGatewayV4, server.port));  // In use.
  EXPECT_TRUE(Connect(3, IPPROTO_TCP, server.port).valid());
  // A message of another kind ends it all.
  BrokerMessage message;
  message.version = 9;
  Send(message);
  EXPECT_EQ(ReadFrom(channel), "");
}

TEST_F(BrokerTest, AnswersThatNobodyTakesDoNotPileUp) {
  Start();
  const BrokerMessage request = Request(1, IPPROTO_TCP, 0x0a000001, 1);
  // The Sentry asks until the broker reads no more.
  size_t asked = 0;
  for (pollfd wait{channel.get(), POLLOUT, 0}; ::poll(&wait, 1, 1000) == 1; ++asked) {
    ASSERT_LT(asked, 100'000u);
    Send(request);
  }
  for (size_t i = 0; i < asked; ++i) ASSERT_EQ(Receive().message.error, EACCES);
}

TEST_F(BrokerTest, DatagramsGoThroughIt) {
  Server server(SOCK_DGRAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_UDP, server.port);
  EXPECT_EQ(WriteTo(flow, std::string_view("\0ask", 4)), 4);
  ASSERT_TRUE(Readable(server.socket));
  char buffer[100];
  sockaddr_in from;
  socklen_t size = sizeof(from);
  EXPECT_EQ(::recvfrom(server.socket.get(), buffer, sizeof(buffer), 0,
                       reinterpret_cast<sockaddr*>(&from), &size),
            3);
  EXPECT_EQ(::sendto(server.socket.get(), "tell", 4, 0, reinterpret_cast<sockaddr*>(&from), size),
            4);
  EXPECT_EQ(ReadFrom(flow), std::string("\0tell", 5));
  // An empty one is one.
  EXPECT_EQ(::sendto(server.socket.get(), "", 0, 0, reinterpret_cast<sockaddr*>(&from), size), 0);
  EXPECT_EQ(ReadFrom(flow), std::string("\0", 1));
  server.socket.reset();
  EXPECT_EQ(WriteTo(flow, std::string_view("\0ask", 4)), 4);
  EXPECT_EQ(ReadFrom(flow), std::string({kDatagramError, ECONNREFUSED}));
}

TEST_F(BrokerTest, ResolvesHostsThatWereAdded) {
  config.hosts.emplace("far.example", Address::V4(0xc6336407));
  Start();
  Send(Request(1, IPPROTO_UDP, kResolverV4, 53));
  ReceivedBrokerMessage got = Receive();
  ASSERT_TRUE(got.descriptor.valid());
  const std::string query("\0\x12\x34\1\0\0\1\0\0\0\0\0\0\3far\7example\0\0\1\0\1", 30);
  EXPECT_EQ(WriteTo(got.descriptor, query), 30);
  const std::string answer = ReadFrom(got.descriptor);
  const auto bytes = std::as_bytes(std::span(answer)).subspan(1);
  const std::vector<DnsAddress> found = ParseAddresses(bytes);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].address, Address::V4(0xc6336407));
}

TEST_F(BrokerTest, PublishedPortsBringClients) {
  PublishedPort port;
  port.host = Address::V4(INADDR_LOOPBACK);
  port.guest_port = 80;
  ASSERT_TRUE(BindPort(port).ok());
  sockaddr_storage to;
  const socklen_t size = port.host.Fill(to, port.host_port);
  config.ports.push_back(std::move(port));
  Start();
  base::Fd client(::socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&to), size), 0);
  ReceivedBrokerMessage got = Receive();
  EXPECT_EQ(got.message.op, BrokerOp::kIncoming);
  EXPECT_NE(got.message.id & kBrokerIds, 0u);
  EXPECT_EQ(got.message.guest_port, 80);
  EXPECT_EQ(WriteTo(client, "hello"), 5);
  EXPECT_EQ(ReadFrom(got.descriptor), "hello");
  Tell(BrokerOp::kTaken, got.message.id);
  got.descriptor.reset();
  Tell(BrokerOp::kClose, got.message.id);
  EXPECT_EQ(ReadFrom(client), "");
}

TEST_F(BrokerTest, AQuotaCutsAndRefuses) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  config.share_sockets = false;
  ASSERT_TRUE(config.limits.Add("quota-out=1000"));
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  ASSERT_TRUE(Readable(server.socket));
  base::Fd far(::accept(server.socket.get(), nullptr, nullptr));
  EXPECT_EQ(WriteTo(flow, std::string(1500, 'x')), 1500);
  ReceivedBrokerMessage told = Receive();
  EXPECT_EQ(told.message.op, BrokerOp::kFailed);
  EXPECT_EQ(told.message.error, ECONNRESET);
  Send(Request(2, IPPROTO_TCP, kGatewayV4, server.port));
  told = Receive();
  EXPECT_EQ(told.message.op, BrokerOp::kFailed);
  EXPECT_EQ(told.message.error, EACCES);
}

TEST_F(BrokerTest, SomeFlowsAtOnce) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  ASSERT_TRUE(config.limits.Add("flows=1"));
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  Send(Request(2, IPPROTO_TCP, kGatewayV4, server.port));
  EXPECT_EQ(Receive().message.op, BrokerOp::kFailed);
  Tell(BrokerOp::kClose, 1);
  Connect(3, IPPROTO_TCP, server.port);
}

TEST_F(BrokerTest, ConnectionsWaitForTheirTurn) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  ASSERT_TRUE(config.limits.Add("connections=50/1"));
  Start();
  const int64_t began = MonotonicMilliseconds();
  for (uint64_t id = 1; id <= 4; ++id) {
    Send(Request(id, IPPROTO_TCP, kGatewayV4, server.port));
  }
  Tell(BrokerOp::kClose, 3);  // Before its turn.
  for (uint64_t id : {1, 2, 4}) EXPECT_EQ(Receive().message.id, id);
  EXPECT_GE(MonotonicMilliseconds() - began, 2 * 20 - 2);
}

class ControlTest : public BrokerTest {
 protected:
  ControlTest() {
    path = testing::TempDir() + "/control." + std::to_string(::getpid());
    base::Result<base::Fd> listening = ListenForControl(path);
    EXPECT_TRUE(listening.ok());
    config.control = std::move(*listening);
    config.share_sockets = false;
  }
  ~ControlTest() override { ::unlink(path.c_str()); }
  std::string Say(std::string_view text) {
    base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), path.size());
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    if (!text.empty()) WriteTo(socket, text);
    ::shutdown(socket.get(), SHUT_WR);
    return ReadFrom(socket);
  }
  std::string path;
};

TEST_F(ControlTest, APolicyIsReplaced) {
  Server server(SOCK_STREAM);
  Allow(server.port);
  Start();
  base::Fd flow = Connect(1, IPPROTO_TCP, server.port);
  EXPECT_EQ(Say("allow nonsense here"),
            "line 1: 'allow nonsense here' is not a network, an address or a name\n");
  EXPECT_EQ(Say(""), "bytes_out 0\nbytes_in 0\nflows 1\n");
  EXPECT_EQ(Say("policy none\n"), "ok\n");
  ReceivedBrokerMessage told = Receive();
  EXPECT_EQ(told.message.op, BrokerOp::kFailed);
  EXPECT_EQ(told.message.id, 1u);
  Send(Request(2, IPPROTO_TCP, kGatewayV4, server.port));
  EXPECT_EQ(Receive().message.error, EACCES);
  EXPECT_EQ(Say("allow 127.0.0.1:" + std::to_string(server.port) + "\n"), "ok\n");
  Connect(3, IPPROTO_TCP, server.port);
}

TEST_F(ControlTest, OneServesAtATime) {
  EXPECT_TRUE(ListenForControl(path).Is(EADDRINUSE));
  config.control.reset();
  EXPECT_TRUE(ListenForControl(path).ok());  // Left behind.
}

}  // namespace
}  // namespace gofer

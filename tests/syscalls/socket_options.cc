// socket(7), tcp(7), ipv6(7): options whose effect shows only later: what close(2) waits for, what
// the error queue tells, headers on the wire, what shutdown(2) and connect(2) leave behind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

#include <atomic>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/inet.h"
#include "tests/support/matchers.h"
#include "tests/support/thread.h"

namespace test {
namespace {

short PollFor(int fd, short events, int milliseconds = 5000) {
  pollfd entry{fd, events, 0};
  EXPECT_THAT(poll(&entry, 1, milliseconds), SyscallSucceeds());
  return entry.revents;
}

class SocketOptions : public testing::TestWithParam<int> {
 protected:
  int family() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Families, SocketOptions, testing::Values(AF_INET, AF_INET6),
                         [](const auto& instance) {
                           return instance.param == AF_INET ? "V4" : "V6";
                         });

// --- MSG_ZEROCOPY ---

struct Notice {
  uint32_t first, last;
  uint8_t origin;
  uint32_t error;
};

Notice NextNotice(int fd) {
  EXPECT_EQ(PollFor(fd, 0) & POLLERR, POLLERR);
  char control[256];
  msghdr header{};
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  EXPECT_THAT(recvmsg(fd, &header, MSG_ERRQUEUE), SyscallReturns(0));
  EXPECT_EQ(header.msg_flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
  cmsghdr* message = CMSG_FIRSTHDR(&header);
  if (message == nullptr) return {~0u, ~0u, 0, 0};
  sock_extended_err error;
  memcpy(&error, CMSG_DATA(message), sizeof(error));
  return {error.ee_info, error.ee_data, error.ee_origin, error.ee_errno};
}

TEST_P(SocketOptions, ZeroCopyTellsWhenDataIsFree) {
  Connection c = Connected(family());
  ASSERT_THAT(SetInt(c.client.get(), SOL_SOCKET, SO_ZEROCOPY, 1), SyscallSucceeds());
  EXPECT_EQ(GetInt(c.client.get(), SOL_SOCKET, SO_ZEROCOPY), 1);
  std::vector<char> data(10000, 'z'), buffer(10000);
  uint32_t next = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(send(c.client.get(), data.data(), data.size(), MSG_ZEROCOPY),
                SyscallReturns(10000));
    ASSERT_THAT(recv(c.server.get(), buffer.data(), buffer.size(), MSG_WAITALL),
                SyscallReturns(10000));
    EXPECT_EQ(buffer, data);
    const Notice notice = NextNotice(c.client.get());
    EXPECT_EQ(notice.origin, SO_EE_ORIGIN_ZEROCOPY);
    EXPECT_EQ(notice.error, 0u);
    EXPECT_EQ(notice.first, next);
    EXPECT_GE(notice.last, next);
    next = notice.last + 1;
  }
  EXPECT_EQ(next, 3u);
  EXPECT_EQ(GetInt(c.client.get(), SOL_SOCKET, SO_ERROR), 0);
  msghdr none{};
  EXPECT_THAT(recvmsg(c.client.get(), &none, MSG_ERRQUEUE), SyscallFails(EAGAIN));
}

TEST_P(SocketOptions, ZeroCopyOfDatagrams) {
  Fd to = BoundSocket(family(), SOCK_DGRAM), from = BoundSocket(family(), SOCK_DGRAM);
  ASSERT_THAT(SetInt(from.get(), SOL_SOCKET, SO_ZEROCOPY, 1), SyscallSucceeds());
  ASSERT_THAT(Connect(from.get(), NameOf(to.get())), SyscallSucceeds());
  ASSERT_THAT(send(from.get(), "data", 4, MSG_ZEROCOPY), SyscallReturns(4));
  char buffer[8];
  ASSERT_THAT(recv(to.get(), buffer, sizeof(buffer), 0), SyscallReturns(4));
  const Notice notice = NextNotice(from.get());
  EXPECT_EQ(notice.origin, SO_EE_ORIGIN_ZEROCOPY);
  EXPECT_EQ(notice.first, 0u);
  EXPECT_EQ(notice.last, 0u);
}

TEST_P(SocketOptions, ZeroCopyHasToBeSwitchedOn) {
  Connection c = Connected(family());
  ASSERT_THAT(send(c.client.get(), "data", 4, MSG_ZEROCOPY), SyscallReturns(4));
  char buffer[8];
  ASSERT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(4));
  EXPECT_EQ(PollFor(c.client.get(), POLLOUT), POLLOUT);
  EXPECT_THAT(SetInt(c.client.get(), SOL_SOCKET, SO_ZEROCOPY, 2), SyscallFails(EINVAL));
  Fd local(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(SetInt(local.get(), SOL_SOCKET, SO_ZEROCOPY, 1), SyscallFails(EOPNOTSUPP));
}

// --- SO_LINGER ---

double Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Sends until nothing more fits; how much that was.
size_t Fill(int fd) {
  std::vector<char> data(65536, 'x');
  size_t sent = 0;
  for (;;) {
    const ssize_t n = send(fd, data.data(), data.size(), MSG_DONTWAIT);
    if (n < 0) return sent;
    sent += static_cast<size_t>(n);
  }
}

void SetLinger(int fd, int seconds) {
  const linger value{1, seconds};
  ASSERT_THAT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof(value)), SyscallSucceeds());
}

TEST_P(SocketOptions, CloseLingersForItsTime) {
  Connection c = Connected(family());
  ASSERT_GT(Fill(c.client.get()), 0u);
  SetLinger(c.client.get(), 1);
  const double begun = Now();
  EXPECT_THAT(close(c.client.release()), SyscallSucceeds());
  EXPECT_GE(Now() - begun, 0.9);
}

TEST_P(SocketOptions, CloseLingersUntilAllIsThere) {
  Connection c = Connected(family());
  const size_t sent = Fill(c.client.get());
  SetLinger(c.client.get(), 60);
  std::atomic<size_t> received = 0;
  std::atomic<bool> stop = false;
  ScopedThread reader([&] {
    std::vector<char> buffer(4096);
    while (!stop) {
      const ssize_t n = recv(c.server.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      received += static_cast<size_t>(n);
    }
  });
  EXPECT_THAT(close(c.client.release()), SyscallSucceeds());
  // What is not read yet has at least come.
  stop = true;
  reader.Join();
  int unread = 0;
  ASSERT_THAT(ioctl(c.server.get(), FIONREAD, &unread), SyscallSucceeds());
  EXPECT_EQ(received + static_cast<size_t>(unread), sent);
}

TEST_P(SocketOptions, CloseOfOneOfTwoDescriptorsDoesNotLinger) {
  Connection c = Connected(family());
  ASSERT_GT(Fill(c.client.get()), 0u);
  SetLinger(c.client.get(), 60);
  Fd second(dup(c.client.get()));
  const double begun = Now();
  c.client.reset();
  EXPECT_LT(Now() - begun, 30);
  SetLinger(second.get(), 0);
}

// --- what shutdown(2) and connect(2) leave behind ---

TEST_P(SocketOptions, ShutdownBeforeConnectStays) {
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(shutdown(client.get(), SHUT_WR), SyscallFails(ENOTCONN));
  EXPECT_EQ(PollFor(client.get(), POLLIN | POLLOUT, 0), POLLOUT | POLLHUP);
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  EXPECT_THAT(send(client.get(), "x", 1, MSG_NOSIGNAL), SyscallFails(EPIPE));
}

TEST_P(SocketOptions, ListenerThatWasShutListensAgain) {
  Fd listener = Listener(family());
  EXPECT_THAT(shutdown(listener.get(), SHUT_RD), SyscallSucceeds());
  EXPECT_EQ(PollFor(listener.get(), POLLIN | POLLOUT, 0), POLLOUT | POLLHUP);
  EXPECT_THAT(accept(listener.get(), nullptr, nullptr), SyscallFails(EINVAL));
  ASSERT_THAT(listen(listener.get(), 4), SyscallSucceeds());
  Fd client(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  Fd server(accept(listener.get(), nullptr, nullptr));
  EXPECT_THAT(server.get(), SyscallSucceeds());
}

TEST_P(SocketOptions, DisconnectIsToldAsAReset) {
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ASSERT_THAT(connect(client.get(), &nowhere, sizeof(nowhere)), SyscallSucceeds());
  EXPECT_EQ(PollFor(client.get(), POLLIN | POLLOUT, 0), POLLOUT | POLLERR | POLLHUP);
  EXPECT_EQ(GetInt(client.get(), SOL_SOCKET, SO_ERROR), ECONNRESET);
  EXPECT_EQ(PollFor(client.get(), POLLIN | POLLOUT, 0), POLLOUT | POLLHUP);
  EXPECT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  EXPECT_THAT(send(client.get(), "x", 1, 0), SyscallReturns(1));
}

TEST_P(SocketOptions, RefusedSocketIsAsNew) {
  Fd bound = BoundSocket(family(), SOCK_STREAM);
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Connect(client.get(), NameOf(bound.get())), SyscallFails(ECONNREFUSED));
  EXPECT_EQ(PollFor(client.get(), POLLIN | POLLOUT, 0), POLLOUT | POLLHUP);
  char byte;
  EXPECT_THAT(recv(client.get(), &byte, 1, 0), SyscallFails(ENOTCONN));
  ASSERT_THAT(listen(bound.get(), 1), SyscallSucceeds());
  ASSERT_THAT(Connect(client.get(), NameOf(bound.get())), SyscallSucceeds());
  EXPECT_EQ(PollFor(client.get(), POLLIN | POLLOUT, 0), POLLOUT);
  EXPECT_THAT(send(client.get(), "x", 1, 0), SyscallReturns(1));
}

// --- MSG_FASTOPEN ---

TEST_P(SocketOptions, SendConnects) {
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM, 0));
  const Endpoint to = NameOf(listener.get());
  ASSERT_THAT(sendto(client.get(), "early", 5, MSG_FASTOPEN, to.get(), to.size), SyscallReturns(5));
  Fd server(accept(listener.get(), nullptr, nullptr));
  char buffer[8];
  EXPECT_THAT(recv(server.get(), buffer, sizeof(buffer), 0), SyscallReturns(5));
  EXPECT_THAT(sendto(client.get(), "again", 5, MSG_FASTOPEN, to.get(), to.size),
              SyscallFails(EISCONN));
  Fd other(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(send(other.get(), "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL), SyscallFails(EINVAL));
  Fd bound = BoundSocket(family(), SOCK_STREAM);
  const Endpoint closed = NameOf(bound.get());
  EXPECT_THAT(sendto(other.get(), "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, closed.get(), closed.size),
              SyscallFails(ECONNREFUSED));
}

// --- SO_SNDBUF and SO_RCVBUF ---

int Limit(const char* file) {
  int limit = 0;
  std::ifstream(std::string("/proc/sys/net/core/") + file) >> limit;
  return limit;
}

TEST_P(SocketOptions, BufferSizesHaveLimits) {
  Fd fd(socket(family(), SOCK_DGRAM, 0));
  ASSERT_GT(Limit("rmem_max"), 0);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_RCVBUF, 0x3fffffff), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_RCVBUF), Limit("rmem_max") * 2);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_SNDBUF, 0x3fffffff), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_SNDBUF), Limit("wmem_max") * 2);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_RCVBUF, -1), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_RCVBUF), Limit("rmem_max") * 2);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_SNDBUF, 0), SyscallSucceeds());
  EXPECT_GT(GetInt(fd.get(), SOL_SOCKET, SO_SNDBUF), 0);
}

// --- extension headers (RFC 3542 sections 8 and 9) ---

// A header of `units` times 8 bytes, full of an option for experiments (RFC 4727) that whoever does
// not know it passes over.  Linux takes no more than 7 bytes of mere padding.
std::string Header(size_t units) {
  std::string header(units * 8, '\0');
  header[1] = static_cast<char>(units - 1);
  for (size_t at = 2; at < header.size();) {
    const size_t take = std::min<size_t>(header.size() - at, 200);
    header[at] = 0x1e;
    header[at + 1] = static_cast<char>(take - 2);
    at += take;
  }
  return header;
}

struct Extensions {
  std::string data, hop, destination;
};

Extensions ReceiveExtensions(int fd) {
  Extensions out;
  char data[4096], control[4096];
  iovec place{data, sizeof(data)};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  const ssize_t n = recvmsg(fd, &header, 0);
  EXPECT_THAT(n, SyscallSucceeds());
  if (n > 0) out.data.assign(data, static_cast<size_t>(n));
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != IPPROTO_IPV6) continue;
    const std::string value(reinterpret_cast<char*>(CMSG_DATA(c)), c->cmsg_len - CMSG_LEN(0));
    if (c->cmsg_type == IPV6_HOPOPTS) out.hop = value;
    if (c->cmsg_type == IPV6_DSTOPTS) out.destination = value;
  }
  return out;
}

int SetHeader(int fd, int name, const std::string& value) {
  return setsockopt(fd, IPPROTO_IPV6, name, value.data(), static_cast<socklen_t>(value.size()));
}

TEST(SocketOptionsV6, ExtensionHeadersAreSent) {
  Fd to = BoundSocket(AF_INET6, SOCK_DGRAM), from = BoundSocket(AF_INET6, SOCK_DGRAM);
  ASSERT_THAT(SetInt(to.get(), IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1), SyscallSucceeds());
  ASSERT_THAT(SetInt(to.get(), IPPROTO_IPV6, IPV6_RECVDSTOPTS, 1), SyscallSucceeds());
  ASSERT_THAT(Connect(from.get(), NameOf(to.get())), SyscallSucceeds());
  if (SetHeader(from.get(), IPV6_HOPOPTS, Header(1)) < 0 && errno == EPERM) {
    GTEST_SKIP() << "needs CAP_NET_RAW";
  }
  ASSERT_THAT(SetHeader(from.get(), IPV6_DSTOPTS, Header(3)), SyscallSucceeds());
  ASSERT_THAT(send(from.get(), "data", 4, 0), SyscallReturns(4));
  Extensions got = ReceiveExtensions(to.get());
  EXPECT_EQ(got.data, "data");
  // The first octet says what follows: destination options, then UDP.
  ASSERT_EQ(got.hop.size(), 8u);
  EXPECT_EQ(got.hop[0], 60);
  EXPECT_EQ(got.hop.substr(1), Header(1).substr(1));
  ASSERT_EQ(got.destination.size(), 24u);
  EXPECT_EQ(got.destination[0], IPPROTO_UDP);
  EXPECT_EQ(got.destination.substr(1), Header(3).substr(1));
  // Empty: none.  A long one goes as well.
  ASSERT_THAT(SetHeader(from.get(), IPV6_HOPOPTS, ""), SyscallSucceeds());
  ASSERT_THAT(SetHeader(from.get(), IPV6_DSTOPTS, Header(100)), SyscallSucceeds());
  ASSERT_THAT(send(from.get(), "more", 4, 0), SyscallReturns(4));
  got = ReceiveExtensions(to.get());
  EXPECT_EQ(got.data, "more");
  EXPECT_EQ(got.hop, "");
  EXPECT_EQ(got.destination.size(), 800u);
}

TEST(SocketOptionsV6, ExtensionHeaderOfOneMessage) {
  Fd to = BoundSocket(AF_INET6, SOCK_DGRAM), from = BoundSocket(AF_INET6, SOCK_DGRAM);
  ASSERT_THAT(SetInt(to.get(), IPPROTO_IPV6, IPV6_RECVDSTOPTS, 1), SyscallSucceeds());
  ASSERT_THAT(Connect(from.get(), NameOf(to.get())), SyscallSucceeds());
  alignas(cmsghdr) char control[CMSG_SPACE(16)] = {};
  iovec place{const_cast<char*>("data"), 4};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  cmsghdr* message = CMSG_FIRSTHDR(&header);
  message->cmsg_level = IPPROTO_IPV6;
  message->cmsg_type = IPV6_DSTOPTS;
  message->cmsg_len = CMSG_LEN(16);
  memcpy(CMSG_DATA(message), Header(2).data(), 16);
  if (sendmsg(from.get(), &header, 0) < 0 && errno == EPERM) GTEST_SKIP() << "needs CAP_NET_RAW";
  Extensions got = ReceiveExtensions(to.get());
  EXPECT_EQ(got.data, "data");
  EXPECT_EQ(got.destination.size(), 16u);
  ASSERT_THAT(send(from.get(), "next", 4, 0), SyscallReturns(4));
  EXPECT_EQ(ReceiveExtensions(to.get()).destination, "");
}

TEST(SocketOptionsV6, ExtensionHeadersAreChecked) {
  Fd fd(socket(AF_INET6, SOCK_DGRAM, 0));
  if (SetHeader(fd.get(), IPV6_HOPOPTS, "") < 0 && errno == EPERM) {
    GTEST_SKIP() << "needs CAP_NET_RAW";
  }
  EXPECT_THAT(SetHeader(fd.get(), IPV6_DSTOPTS, Header(2).substr(0, 8)), SyscallFails(EINVAL));
  EXPECT_THAT(SetHeader(fd.get(), IPV6_DSTOPTS, Header(1).substr(0, 7)), SyscallFails(EINVAL));
  std::string unknown = Header(1);
  unknown[2] = 99;  // A type of routing header that nobody has.
  EXPECT_THAT(SetHeader(fd.get(), IPV6_RTHDR, unknown), SyscallFails(EINVAL));
}

TEST(SocketOptionsV6, StreamsHaveExtensionHeadersToo) {
  Connection c = Connected(AF_INET6);
  if (SetHeader(c.client.get(), IPV6_DSTOPTS, Header(2)) < 0 && errno == EPERM) {
    GTEST_SKIP() << "needs CAP_NET_RAW";
  }
  std::vector<char> data(100000, 'd'), buffer(data.size());
  ScopedThread sender([&] {
    EXPECT_THAT(send(c.client.get(), data.data(), data.size(), 0), SyscallReturns(100000));
  });
  EXPECT_THAT(recv(c.server.get(), buffer.data(), buffer.size(), MSG_WAITALL),
              SyscallReturns(100000));
  EXPECT_EQ(buffer, data);
}

}  // namespace
}  // namespace test

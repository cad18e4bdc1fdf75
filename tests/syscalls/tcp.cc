// tcp(7), socket(7): stream sockets of both families over loopback.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include <fstream>
#include <functional>
#include <numeric>
#include <sstream>
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

using testing::AnyOf;

short PollFor(int fd, short events, int milliseconds = 5000) {
  pollfd entry{fd, events, 0};
  EXPECT_THAT(poll(&entry, 1, milliseconds), SyscallSucceeds());
  return entry.revents;
}

class Tcp : public testing::TestWithParam<int> {
 protected:
  int family() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Families, Tcp, testing::Values(AF_INET, AF_INET6),
                         [](const auto& instance) {
                           return instance.param == AF_INET ? "V4" : "V6";
                         });

TEST_P(Tcp, SendAndReceive) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "hello", 5, 0), SyscallReturns(5));
  char buffer[16];
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(5));
  EXPECT_EQ(std::string(buffer, 5), "hello");
  EXPECT_THAT(write(c.server.get(), "back", 4), SyscallReturns(4));
  EXPECT_THAT(read(c.client.get(), buffer, sizeof(buffer)), SyscallReturns(4));
}

TEST_P(Tcp, Names) {
  Fd listener = Listener(family());
  Endpoint name = NameOf(listener.get());
  EXPECT_NE(name.port(), 0);
  Fd client(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), name), SyscallSucceeds());
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  Fd server(accept(listener.get(), peer.get(), &peer.size));
  ASSERT_THAT(server.get(), SyscallSucceeds());
  EXPECT_EQ(peer.size, name.size);
  EXPECT_EQ(peer.port(), NameOf(client.get()).port());
  EXPECT_EQ(PeerOf(client.get()).port(), name.port());
  EXPECT_EQ(NameOf(server.get()).port(), name.port());
  EXPECT_EQ(PeerOf(server.get()).port(), peer.port());
}

TEST_P(Tcp, NotConnected) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  char byte = 0;
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  EXPECT_THAT(getpeername(fd.get(), peer.get(), &peer.size), SyscallFails(ENOTCONN));
  EXPECT_THAT(send(fd.get(), &byte, 1, MSG_NOSIGNAL), SyscallFails(EPIPE));
  EXPECT_THAT(recv(fd.get(), &byte, 1, 0), SyscallFails(ENOTCONN));
  EXPECT_THAT(shutdown(fd.get(), SHUT_RDWR), SyscallFails(ENOTCONN));
  EXPECT_THAT(accept(fd.get(), nullptr, nullptr), SyscallFails(EINVAL));
  EXPECT_EQ(PollFor(fd.get(), POLLIN | POLLOUT, 0), POLLIN | POLLOUT | POLLHUP);
}

TEST_P(Tcp, Refused) {
  Fd bound = BoundSocket(family(), SOCK_STREAM);
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Connect(client.get(), NameOf(bound.get())), SyscallFails(ECONNREFUSED));
  // It can be tried again.
  ASSERT_THAT(listen(bound.get(), 1), SyscallSucceeds());
  EXPECT_THAT(Connect(client.get(), NameOf(bound.get())), SyscallSucceeds());
}

TEST_P(Tcp, NonblockingConnect) {
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM | SOCK_NONBLOCK, 0));
  const Endpoint to = NameOf(listener.get());
  ASSERT_THAT(Connect(client.get(), to), SyscallFails(EINPROGRESS));
  EXPECT_EQ(PollFor(client.get(), POLLOUT), POLLOUT);
  EXPECT_EQ(GetInt(client.get(), SOL_SOCKET, SO_ERROR), 0);
  EXPECT_THAT(Connect(client.get(), to), SyscallSucceeds());
  EXPECT_THAT(Connect(client.get(), to), SyscallFails(EISCONN));
}

TEST_P(Tcp, NonblockingConnectRefused) {
  Fd bound = BoundSocket(family(), SOCK_STREAM);
  Fd client(socket(family(), SOCK_STREAM | SOCK_NONBLOCK, 0));
  ASSERT_THAT(Connect(client.get(), NameOf(bound.get())), SyscallFails(EINPROGRESS));
  EXPECT_EQ(PollFor(client.get(), POLLOUT | POLLIN), POLLOUT | POLLIN | POLLERR | POLLHUP);
  EXPECT_EQ(GetInt(client.get(), SOL_SOCKET, SO_ERROR), ECONNREFUSED);
  EXPECT_EQ(GetInt(client.get(), SOL_SOCKET, SO_ERROR), 0) << "told once";
}

TEST_P(Tcp, NonblockingAccept) {
  Fd listener = Listener(family());
  ASSERT_THAT(fcntl(listener.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  EXPECT_THAT(accept(listener.get(), nullptr, nullptr), SyscallFails(EAGAIN));
  Fd client(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  EXPECT_EQ(PollFor(listener.get(), POLLIN), POLLIN);
  Fd server(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  ASSERT_THAT(server.get(), SyscallSucceeds());
  EXPECT_EQ(fcntl(server.get(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  EXPECT_EQ(fcntl(server.get(), F_GETFD), FD_CLOEXEC);
  Fd plain(accept(listener.get(), nullptr, nullptr));
  EXPECT_THAT(plain.get(), SyscallFails(EAGAIN));
}

TEST_P(Tcp, BlockedAcceptIsWoken) {
  Fd listener = Listener(family());
  Fd server;
  ScopedThread thread([&] { server = Fd(accept(listener.get(), nullptr, nullptr)); });
  WaitUntilSleeping(thread.tid());
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  thread.Join();
  EXPECT_GE(server.get(), 0);
}

TEST_P(Tcp, BlockedReceiveIsWoken) {
  Connection c = Connected(family());
  ssize_t got = -1;
  char buffer[8];
  ScopedThread thread([&] { got = recv(c.server.get(), buffer, sizeof(buffer), 0); });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(send(c.client.get(), "x", 1, 0), SyscallReturns(1));
  thread.Join();
  EXPECT_EQ(got, 1);
}

TEST_P(Tcp, EndOfFile) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "bye", 3, 0), SyscallReturns(3));
  ASSERT_THAT(shutdown(c.client.get(), SHUT_WR), SyscallSucceeds());
  char buffer[8];
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(3));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN | POLLRDHUP), POLLIN | POLLRDHUP);
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(0));
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(0));
  // The other direction goes on.
  EXPECT_THAT(send(c.server.get(), "still", 5, 0), SyscallReturns(5));
  EXPECT_THAT(recv(c.client.get(), buffer, sizeof(buffer), 0), SyscallReturns(5));
  EXPECT_THAT(send(c.client.get(), "x", 1, MSG_NOSIGNAL), SyscallFails(EPIPE));
}

TEST_P(Tcp, SigpipeUnlessAskedNotTo) {
  EXPECT_THAT(ForkAndWait([this] {
                Connection c = Connected(family());
                shutdown(c.client.get(), SHUT_WR);
                send(c.client.get(), "x", 1, 0);
              }),
              KilledBy(SIGPIPE));
  EXPECT_THAT(ForkAndWait([this] {
                Connection c = Connected(family());
                shutdown(c.client.get(), SHUT_WR);
                CHILD_CHECK(send(c.client.get(), "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
              }),
              Exited(0));
}

TEST_P(Tcp, ResetByUnreadData) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "unread", 6, 0), SyscallReturns(6));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  c.server.reset();
  EXPECT_EQ(PollFor(c.client.get(), POLLIN) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
  char byte;
  EXPECT_THAT(recv(c.client.get(), &byte, 1, 0), SyscallFails(ECONNRESET));
  EXPECT_THAT(recv(c.client.get(), &byte, 1, 0), SyscallReturns(0));
}

TEST_P(Tcp, LingerZeroResets) {
  Connection c = Connected(family());
  linger off{1, 0};
  ASSERT_THAT(setsockopt(c.server.get(), SOL_SOCKET, SO_LINGER, &off, sizeof(off)),
              SyscallSucceeds());
  c.server.reset();
  char byte;
  EXPECT_THAT(recv(c.client.get(), &byte, 1, 0), SyscallFails(ECONNRESET));
}

TEST_P(Tcp, Peek) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "abcdef", 6, 0), SyscallReturns(6));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  char buffer[16];
  EXPECT_THAT(recv(c.server.get(), buffer, 3, MSG_PEEK), SyscallReturns(3));
  EXPECT_EQ(std::string(buffer, 3), "abc");
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), MSG_PEEK), SyscallReturns(6));
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(6));
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), MSG_DONTWAIT), SyscallFails(EAGAIN));
}

TEST_P(Tcp, TruncDiscards) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "abcdef", 6, 0), SyscallReturns(6));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  EXPECT_THAT(recv(c.server.get(), nullptr, 4, MSG_TRUNC), SyscallReturns(4));
  char buffer[8];
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(2));
  EXPECT_EQ(std::string(buffer, 2), "ef");
}

TEST_P(Tcp, WaitAll) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "abc", 3, 0), SyscallReturns(3));
  ssize_t got = -1;
  char buffer[6];
  ScopedThread thread([&] { got = recv(c.server.get(), buffer, sizeof(buffer), MSG_WAITALL); });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(send(c.client.get(), "def", 3, 0), SyscallReturns(3));
  thread.Join();
  EXPECT_EQ(got, 6);
  EXPECT_EQ(std::string(buffer, 6), "abcdef");
}

TEST_P(Tcp, ReceiveLowWater) {
  Connection c = Connected(family());
  ASSERT_THAT(SetInt(c.server.get(), SOL_SOCKET, SO_RCVLOWAT, 4), SyscallSucceeds());
  EXPECT_EQ(GetInt(c.server.get(), SOL_SOCKET, SO_RCVLOWAT), 4);
  EXPECT_THAT(send(c.client.get(), "ab", 2, 0), SyscallReturns(2));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN, 50), 0);
  EXPECT_THAT(send(c.client.get(), "cd", 2, 0), SyscallReturns(2));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  char buffer[8];
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(4));
}

TEST_P(Tcp, ReceiveTimeout) {
  Connection c = Connected(family());
  timeval limit{0, 30000};
  ASSERT_THAT(setsockopt(c.server.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)),
              SyscallSucceeds());
  char byte;
  EXPECT_THAT(recv(c.server.get(), &byte, 1, 0), SyscallFails(EAGAIN));
}

TEST_P(Tcp, UrgentData) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "ab", 2, 0), SyscallReturns(2));
  EXPECT_THAT(send(c.client.get(), "cX", 2, MSG_OOB), SyscallReturns(2));
  EXPECT_THAT(send(c.client.get(), "de", 2, 0), SyscallReturns(2));
  EXPECT_EQ(PollFor(c.server.get(), POLLPRI), POLLPRI);
  char byte = 0;
  EXPECT_THAT(recv(c.server.get(), &byte, 1, MSG_OOB), SyscallReturns(1));
  EXPECT_EQ(byte, 'X');
  EXPECT_THAT(recv(c.server.get(), &byte, 1, MSG_OOB), SyscallFails(EINVAL));
  char buffer[8];
  // A read stops at the mark.
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(3));
  EXPECT_EQ(std::string(buffer, 3), "abc");
  int at_mark = 0;
  EXPECT_THAT(ioctl(c.server.get(), SIOCATMARK, &at_mark), SyscallSucceeds());
  EXPECT_EQ(at_mark, 1);
  EXPECT_THAT(recv(c.server.get(), buffer, sizeof(buffer), 0), SyscallReturns(2));
  EXPECT_EQ(std::string(buffer, 2), "de");
}

TEST_P(Tcp, MuchDataArrivesInOrder) {
  Connection c = Connected(family());
  std::vector<uint32_t> data(1 << 20);
  std::iota(data.begin(), data.end(), 0);
  const size_t size = data.size() * sizeof(uint32_t);
  ScopedThread sender([&] {
    EXPECT_THAT(send(c.client.get(), data.data(), size, 0), SyscallReturns(size));
    shutdown(c.client.get(), SHUT_WR);
  });
  std::vector<uint32_t> got(data.size());
  EXPECT_THAT(recv(c.server.get(), got.data(), size, MSG_WAITALL), SyscallReturns(size));
  EXPECT_EQ(got, data);
  char byte;
  EXPECT_THAT(recv(c.server.get(), &byte, 1, 0), SyscallReturns(0));
}

TEST_P(Tcp, NonblockingSendFillsUp) {
  Connection c = Connected(family());
  ASSERT_THAT(fcntl(c.client.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  std::vector<char> block(65536, 'x');
  size_t sent = 0;
  ssize_t n;
  while ((n = send(c.client.get(), block.data(), block.size(), 0)) > 0)
    sent += static_cast<size_t>(n);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(PollFor(c.client.get(), POLLOUT, 0), 0);
  size_t received = 0;
  while (received < sent) {
    n = recv(c.server.get(), block.data(), block.size(), 0);
    ASSERT_GT(n, 0);
    received += static_cast<size_t>(n);
  }
  EXPECT_EQ(PollFor(c.client.get(), POLLOUT), POLLOUT);
}

TEST_P(Tcp, QueueSizes) {
  Connection c = Connected(family());
  int amount = -1;
  EXPECT_THAT(ioctl(c.server.get(), SIOCINQ, &amount), SyscallSucceeds());
  EXPECT_EQ(amount, 0);
  EXPECT_THAT(send(c.client.get(), "12345", 5, 0), SyscallReturns(5));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  EXPECT_THAT(ioctl(c.server.get(), FIONREAD, &amount), SyscallSucceeds());
  EXPECT_EQ(amount, 5);
  EXPECT_THAT(ioctl(c.client.get(), SIOCOUTQ, &amount), SyscallSucceeds());
  EXPECT_EQ(amount, 0) << "loopback acknowledges at once";
  Fd listener = Listener(family());
  EXPECT_THAT(ioctl(listener.get(), SIOCINQ, &amount), SyscallFails(EINVAL));
}

TEST_P(Tcp, AddressInUse) {
  Fd listener = Listener(family());
  Fd second(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Bind(second.get(), NameOf(listener.get())), SyscallFails(EADDRINUSE));
  ASSERT_THAT(SetInt(second.get(), SOL_SOCKET, SO_REUSEADDR, 1), SyscallSucceeds());
  EXPECT_THAT(Bind(second.get(), NameOf(listener.get())), SyscallFails(EADDRINUSE))
      << "SO_REUSEADDR does not help against a listener";
}

TEST_P(Tcp, ReusePort) {
  Fd first(socket(family(), SOCK_STREAM, 0)), second(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(SetInt(first.get(), SOL_SOCKET, SO_REUSEPORT, 1), SyscallSucceeds());
  ASSERT_THAT(SetInt(second.get(), SOL_SOCKET, SO_REUSEPORT, 1), SyscallSucceeds());
  ASSERT_THAT(Bind(first.get(), Loopback(family())), SyscallSucceeds());
  EXPECT_THAT(Bind(second.get(), NameOf(first.get())), SyscallSucceeds());
  EXPECT_THAT(listen(first.get(), 4), SyscallSucceeds());
  EXPECT_THAT(listen(second.get(), 4), SyscallSucceeds());
}

TEST_P(Tcp, BindErrors) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  Endpoint name = Loopback(family());
  EXPECT_THAT(bind(fd.get(), name.get(), 4), SyscallFails(EINVAL));
  name.storage.ss_family = AF_UNIX;
  EXPECT_THAT(Bind(fd.get(), name), SyscallFails(EAFNOSUPPORT));
  name = Loopback(family());
  if (family() == AF_INET) {
    inet_pton(AF_INET, "198.51.100.77", &name.v4().sin_addr);
  } else {
    inet_pton(AF_INET6, "2001:db8::77", &name.v6().sin6_addr);
  }
  EXPECT_THAT(Bind(fd.get(), name), SyscallFails(EADDRNOTAVAIL));
  ASSERT_THAT(Bind(fd.get(), Loopback(family())), SyscallSucceeds());
  EXPECT_THAT(Bind(fd.get(), Loopback(family())), SyscallFails(EINVAL)) << "bound already";
}

TEST_P(Tcp, ConnectUnspecDisconnects) {
  Connection c = Connected(family());
  Endpoint nobody;
  nobody.size = sizeof(sockaddr_in);
  EXPECT_THAT(Connect(c.client.get(), nobody), SyscallSucceeds());
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  EXPECT_THAT(getpeername(c.client.get(), peer.get(), &peer.size), SyscallFails(ENOTCONN));
  char byte;
  EXPECT_THAT(recv(c.server.get(), &byte, 1, 0), SyscallFails(ECONNRESET));
}

TEST_P(Tcp, ConnectToAnyIsLoopback) {
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Connect(client.get(), AnyAddress(family(), NameOf(listener.get()).port())),
              SyscallSucceeds());
}

TEST_P(Tcp, ListenBindsByItself) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(listen(fd.get(), 1), SyscallSucceeds());
  EXPECT_NE(NameOf(fd.get()).port(), 0);
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN), 1);
  Fd client(socket(family(), SOCK_STREAM, 0));
  EXPECT_THAT(Connect(fd.get(), Loopback(family(), 1)), SyscallFails(EISCONN));
}

TEST_P(Tcp, EpollEdges) {
  Connection c = Connected(family());
  Fd epoll(epoll_create1(0));
  epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {}};
  ASSERT_THAT(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, c.server.get(), &event), SyscallSucceeds());
  epoll_event got{};
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 1000), SyscallReturns(1));
  EXPECT_EQ(got.events, EPOLLOUT);
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 0), SyscallReturns(0));
  EXPECT_THAT(send(c.client.get(), "a", 1, 0), SyscallReturns(1));
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 1000), SyscallReturns(1));
  EXPECT_EQ(got.events, EPOLLIN | EPOLLOUT);
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 0), SyscallReturns(0));
  // New data behind unread data is an edge.
  EXPECT_THAT(send(c.client.get(), "b", 1, 0), SyscallReturns(1));
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 1000), SyscallReturns(1));
  c.client.reset();
  EXPECT_THAT(epoll_wait(epoll.get(), &got, 1, 1000), SyscallReturns(1));
  EXPECT_EQ(got.events, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
}

TEST_P(Tcp, ShutdownWakesReader) {
  Connection c = Connected(family());
  ssize_t got = -1;
  char byte;
  ScopedThread thread([&] { got = recv(c.server.get(), &byte, 1, 0); });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(shutdown(c.server.get(), SHUT_RD), SyscallSucceeds());
  thread.Join();
  EXPECT_EQ(got, 0);
}

TEST_P(Tcp, ShutdownStopsListening) {
  Fd listener = Listener(family());
  int error = 0;
  ScopedThread thread([&] { error = accept(listener.get(), nullptr, nullptr) < 0 ? errno : 0; });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(shutdown(listener.get(), SHUT_RDWR), SyscallSucceeds());
  thread.Join();
  EXPECT_EQ(error, EINVAL);
}

TEST_P(Tcp, Sendfile) {
  TempFile file = TempFile::Create("contents of a file");
  Fd in(open(file.c_str(), O_RDONLY));
  Connection c = Connected(family());
  EXPECT_THAT(sendfile(c.client.get(), in.get(), nullptr, 18), SyscallReturns(18));
  char buffer[32];
  EXPECT_THAT(recv(c.server.get(), buffer, 18, MSG_WAITALL), SyscallReturns(18));
  EXPECT_EQ(std::string(buffer, 18), "contents of a file");
}

TEST_P(Tcp, SpliceThroughAPipe) {
  Connection c = Connected(family());
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(write(pipe.write_end.get(), "spliced", 7), SyscallReturns(7));
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, c.client.get(), nullptr, 7, 0),
              SyscallReturns(7));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  EXPECT_THAT(splice(c.server.get(), nullptr, pipe.write_end.get(), nullptr, 64, 0),
              SyscallReturns(7));
  char buffer[8];
  EXPECT_THAT(read(pipe.read_end.get(), buffer, sizeof(buffer)), SyscallReturns(7));
}

TEST_P(Tcp, VectorsAndMessages) {
  Connection c = Connected(family());
  iovec parts[2] = {{const_cast<char*>("one "), 4}, {const_cast<char*>("two"), 3}};
  EXPECT_THAT(writev(c.client.get(), parts, 2), SyscallReturns(7));
  char a[4], b[8];
  iovec to[2] = {{a, sizeof(a)}, {b, sizeof(b)}};
  msghdr header{};
  Endpoint from;
  header.msg_name = &from.storage;
  header.msg_namelen = sizeof(from.storage);
  header.msg_iov = to;
  header.msg_iovlen = 2;
  EXPECT_THAT(recvmsg(c.server.get(), &header, 0), SyscallReturns(7));
  EXPECT_EQ(header.msg_namelen, 0u) << "a stream names nobody";
  EXPECT_EQ(std::string(b, 3), "two");
}

TEST_P(Tcp, Options) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_TYPE), SOCK_STREAM);
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_DOMAIN), family());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
  EXPECT_EQ(GetInt(fd.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  for (auto [name, value] : {std::pair(TCP_NODELAY, 1),
                             {TCP_CORK, 1},
                             {TCP_KEEPIDLE, 100},
                             {TCP_KEEPINTVL, 20},
                             {TCP_KEEPCNT, 4},
                             {TCP_SYNCNT, 3},
                             {TCP_USER_TIMEOUT, 5000},
                             {TCP_LINGER2, 30},
                             {TCP_NOTSENT_LOWAT, 9000}}) {
    EXPECT_THAT(SetInt(fd.get(), IPPROTO_TCP, name, value), SyscallSucceeds()) << name;
    EXPECT_EQ(GetInt(fd.get(), IPPROTO_TCP, name), value) << name;
  }
  for (auto [name, value] : {std::pair(TCP_KEEPIDLE, 0),
                             {TCP_KEEPIDLE, 32768},
                             {TCP_KEEPINTVL, 0},
                             {TCP_KEEPCNT, 128},
                             {TCP_SYNCNT, 0},
                             {TCP_USER_TIMEOUT, -1},
                             {TCP_MAXSEG, 7}}) {
    EXPECT_THAT(SetInt(fd.get(), IPPROTO_TCP, name, value), SyscallFails(EINVAL)) << name;
  }
  EXPECT_THAT(SetInt(fd.get(), IPPROTO_TCP, 999, 1), SyscallFails(ENOPROTOOPT));
  EXPECT_THAT(setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, "", 1), SyscallFails(EINVAL));
}

TEST_P(Tcp, BufferSizesAreDoubled) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_RCVBUF, 50000), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_RCVBUF), 100000);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_SNDBUF, 60000), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_SNDBUF), 120000);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_RCVBUF, 1), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_RCVBUF), 2304);
  ASSERT_THAT(SetInt(fd.get(), SOL_SOCKET, SO_SNDBUF, 1), SyscallSucceeds());
  EXPECT_EQ(GetInt(fd.get(), SOL_SOCKET, SO_SNDBUF), 4608);
}

// The window of a small buffer opens again as soon as it was read from: no side waits for a timer
// to try (RFC 9293 section 3.8.6.2).
TEST_P(Tcp, SmallBuffersStream) {
  for (int size : {1, 2048, 4097, 6000, 20000}) {
    Fd listener(socket(family(), SOCK_STREAM, 0));
    ASSERT_THAT(SetInt(listener.get(), SOL_SOCKET, SO_RCVBUF, size), SyscallSucceeds());
    Endpoint name = Loopback(family());
    ASSERT_THAT(bind(listener.get(), name.get(), name.size), SyscallSucceeds());
    ASSERT_THAT(listen(listener.get(), 1), SyscallSucceeds());
    name = NameOf(listener.get());
    Fd client(socket(family(), SOCK_STREAM, 0));
    ASSERT_THAT(SetInt(client.get(), SOL_SOCKET, SO_SNDBUF, size), SyscallSucceeds());
    ASSERT_THAT(Connect(client.get(), name), SyscallSucceeds());
    Fd server(accept(listener.get(), nullptr, nullptr));
    const std::string data(static_cast<size_t>(size > 1 ? 70 * size : 20000), 'x');
    timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const pid_t child = Fork([&] {
      server.reset();
      size_t done = 0;
      while (done < data.size()) {
        const ssize_t n = write(client.get(), data.data() + done, data.size() - done);
        CHILD_CHECK(n > 0);
        done += static_cast<size_t>(n);
      }
    });
    client.reset();
    size_t got = 0;
    std::string buffer(4096, 0);
    while (true) {
      const ssize_t n = read(server.get(), buffer.data(), buffer.size());
      ASSERT_THAT(n, SyscallSucceeds());
      if (n == 0) break;
      got += static_cast<size_t>(n);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    EXPECT_EQ(got, data.size());
    EXPECT_THAT(WaitFor(child), Exited(0));
    EXPECT_LT(end.tv_sec - start.tv_sec, 3) << size;  // As many waits as there are windows: 7 s.
  }
}

// tcp(7), TCP_CORK: a partial segment waits for more, but not when there is no room for more.
TEST_P(Tcp, CorkDoesNotHoldAFullBuffer) {
  Connection c = Connected(family());
  ASSERT_THAT(SetInt(c.client.get(), SOL_SOCKET, SO_SNDBUF, 4096), SyscallSucceeds());
  ASSERT_THAT(SetInt(c.client.get(), IPPROTO_TCP, TCP_CORK, 1), SyscallSucceeds());
  const std::string data(200000, 'x');
  timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  const pid_t child = Fork([&] {
    c.server.reset();
    size_t done = 0;
    while (done < data.size()) {
      const ssize_t n = write(c.client.get(), data.data() + done, data.size() - done);
      CHILD_CHECK(n > 0);
      done += static_cast<size_t>(n);
    }
  });
  c.client.reset();
  std::string buffer(4096, 0);
  size_t got = 0;
  ssize_t n;
  while ((n = read(c.server.get(), buffer.data(), buffer.size())) > 0)
    got += static_cast<size_t>(n);
  clock_gettime(CLOCK_MONOTONIC, &end);
  EXPECT_THAT(n, SyscallReturns(0));
  EXPECT_EQ(got, data.size());
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_LT(end.tv_sec - start.tv_sec, 3);  // With a wait for a timer each time it was full: 5 s.
}

TEST_P(Tcp, Congestion) {
  Fd fd(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(setsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4), SyscallSucceeds());
  char name[16] = {};
  socklen_t size = sizeof(name);
  ASSERT_THAT(getsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, name, &size), SyscallSucceeds());
  EXPECT_STREQ(name, "reno");
  EXPECT_THAT(setsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, "nothing", 7),
              SyscallFails(ENOENT));
}

// Which algorithms there are depends on the kernel; ours has all of these.
std::string CongestionList(const char* which) {
  std::ifstream file(std::string("/proc/sys/net/ipv4/tcp_") + which + "_congestion_control");
  std::string names;
  std::getline(file, names);
  return " " + names + " ";
}

TEST_P(Tcp, CongestionThatModelsThePath) {
  if (CongestionList("available").find(" bbr ") == std::string::npos) GTEST_SKIP() << "no bbr";
  Fd listener = Listener(family());
  Fd client(socket(family(), SOCK_STREAM, 0));
  uint32_t info[5] = {};
  socklen_t size = sizeof(info);
  ASSERT_THAT(setsockopt(client.get(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4), SyscallSucceeds());
  ASSERT_THAT(getsockopt(client.get(), IPPROTO_TCP, TCP_CC_INFO, info, &size), SyscallSucceeds());
  EXPECT_EQ(size, 0u);  // Nothing to tell.
  if (setsockopt(client.get(), IPPROTO_TCP, TCP_CONGESTION, "bbr", 3) != 0) {
    ASSERT_EQ(errno, EPERM);
    GTEST_SKIP() << "bbr is not for everybody";
  }
  size = sizeof(info);
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  Fd server(accept(listener.get(), nullptr, nullptr));
  // Back and forth, so that there are rates to see.
  std::string data(100000, 'x');
  for (int i = 0; i < 20; i++) {
    ASSERT_THAT(write(client.get(), data.data(), data.size()), SyscallReturns(data.size()));
    for (size_t got = 0; got < data.size();) {
      const ssize_t n = read(server.get(), data.data(), data.size());
      ASSERT_GT(n, 0);
      got += static_cast<size_t>(n);
    }
  }
  ASSERT_THAT(getsockopt(client.get(), IPPROTO_TCP, TCP_CC_INFO, info, &size), SyscallSucceeds());
  EXPECT_EQ(size, sizeof(info));
  const uint64_t bandwidth = uint64_t{info[1]} << 32 | info[0];
  EXPECT_GT(bandwidth, 1'000'000u);
  EXPECT_LT(info[2], 1'000'000u);  // The shortest round trip, in microseconds.
  EXPECT_GE(info[3], 88u);         // Pacing gain, in 256ths.
  EXPECT_LE(info[3], 739u);
}

TEST(TcpCongestion, RestrictedToThePrivileged) {
  const std::string allowed = CongestionList("allowed");
  std::istringstream available(CongestionList("available"));
  std::string restricted, name;
  while (available >> name) {
    if (allowed.find(" " + name + " ") == std::string::npos) restricted = name;
  }
  if (restricted.empty()) GTEST_SKIP() << "all are for everybody";
  const pid_t child = Fork([&] {
    if (geteuid() == 0) CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    auto set = [&](const std::string& text) {
      return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, text.data(),
                        static_cast<socklen_t>(text.size()));
    };
    CHILD_CHECK(set(restricted) == -1 && errno == EPERM);
    CHILD_CHECK(set("nothing") == -1 && errno == ENOENT);
    CHILD_CHECK(set("reno") == 0);
  });
  EXPECT_THAT(WaitFor(child), Exited(0));
}

// struct tcp_info as kernels have it since 4.10; the C library's is older.
struct LongTcpInfo {
  tcp_info begin;
  uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
  uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
  uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
};

LongTcpInfo LongInfo(int fd) {
  LongTcpInfo info{};
  socklen_t size = sizeof(info);
  EXPECT_THAT(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), SyscallSucceeds());
  return info;
}

TEST_P(Tcp, PacingRate) {
  Connection c = Connected(family());
  auto info = [&] { return LongInfo(c.client.get()); };
  EXPECT_EQ(info().max_pacing_rate, ~uint64_t{0});
  const uint64_t rate = 2'000'000;
  ASSERT_THAT(setsockopt(c.client.get(), SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)),
              SyscallSucceeds());
  EXPECT_EQ(info().max_pacing_rate, rate);
  EXPECT_EQ(info().pacing_rate, rate);
  // 800 KB at 2 MB/s, less what may go out at once.
  timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  std::string data(800'000, 'x');
  const pid_t child = Fork([&] {
    for (size_t done = 0; done < data.size();) {
      const ssize_t n = write(c.client.get(), data.data() + done, data.size() - done);
      CHILD_CHECK(n > 0);
      done += static_cast<size_t>(n);
    }
  });
  std::string buffer(1 << 16, 0);
  for (size_t got = 0; got < data.size();) {
    const ssize_t n = read(c.server.get(), buffer.data(), buffer.size());
    ASSERT_GT(n, 0);
    got += static_cast<size_t>(n);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  EXPECT_THAT(WaitFor(child), Exited(0));
  const double seconds = static_cast<double>(end.tv_sec - start.tv_sec) +
                         static_cast<double>(end.tv_nsec - start.tv_nsec) / 1e9;
  EXPECT_GT(seconds, 0.05);
  const LongTcpInfo last = info();
  EXPECT_GT(last.busy_time, 30'000u);
  EXPECT_GT(last.delivery_rate, 0u);
}

TEST_P(Tcp, TimeLimitedByTheReceiver) {
  Connection c = Connected(family());
  std::string data(4 << 20, 'x');
  ASSERT_THAT(fcntl(c.client.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  while (write(c.client.get(), data.data(), data.size()) > 0) {
  }
  EXPECT_EQ(errno, EAGAIN);
  LongTcpInfo info{};
  // Nobody reads; the time passes by itself.
  for (const time_t until = time(nullptr) + 5; time(nullptr) < until;) {
    info = LongInfo(c.client.get());
    if (info.rwnd_limited != 0) break;
    poll(nullptr, 0, 1);
  }
  EXPECT_GT(info.rwnd_limited, 0u);
  EXPECT_GE(info.busy_time, info.rwnd_limited);
}

// Runs `body` in a network namespace of its own, where TCP Fast Open is on for both sides.
int InFastOpenNamespace(const std::function<void()>& body) {
  return ForkAndWait([&body] {
    CHILD_CHECK(unshare(CLONE_NEWNET) == 0);
    ifreq request{};
    memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP;
    CHILD_CHECK(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request) == 0);
    const int file = open("/proc/sys/net/ipv4/tcp_fastopen", O_WRONLY);
    CHILD_CHECK(write(file, "3", 1) == 1);
    body();
  });
}

TEST_P(Tcp, FastOpen) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  EXPECT_THAT(
      InFastOpenNamespace([this] {
        constexpr uint8_t kSynData = 32;  // TCPI_OPT_SYN_DATA
        Fd listener = Listener(family());
        CHILD_CHECK(SetInt(listener.get(), IPPROTO_TCP, TCP_FASTOPEN, 5) == 0);
        const Endpoint to = NameOf(listener.get());
        for (int i = 0; i < 3; i++) {
          Fd client(socket(family(), SOCK_STREAM, 0));
          CHILD_CHECK(sendto(client.get(), "hello", 5, MSG_FASTOPEN, to.get(), to.size) == 5);
          Fd server(accept(listener.get(), nullptr, nullptr));
          CHILD_CHECK(server.get() >= 0);
          char buffer[16];
          CHILD_CHECK(recv(server.get(), buffer, sizeof(buffer), 0) == 5);
          CHILD_CHECK(memcmp(buffer, "hello", 5) == 0);
          CHILD_CHECK(send(server.get(), "back", 4, 0) == 4);
          CHILD_CHECK(recv(client.get(), buffer, sizeof(buffer), 0) == 4);
          // The first has only learnt the cookie.
          const uint8_t expected = i == 0 ? 0 : kSynData;
          for (int fd : {client.get(), server.get()}) {
            tcp_info info{};
            socklen_t size = sizeof(info);
            CHILD_CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
            CHILD_CHECK((info.tcpi_options & kSynData) == expected);
          }
        }
      }),
      Exited(0));
}

TEST_P(Tcp, FastOpenConnectWaitsForTheData) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  EXPECT_THAT(InFastOpenNamespace([this] {
                Fd listener = Listener(family());
                CHILD_CHECK(SetInt(listener.get(), IPPROTO_TCP, TCP_FASTOPEN, 5) == 0);
                const Endpoint to = NameOf(listener.get());
                {
                  Fd first(socket(family(), SOCK_STREAM, 0));
                  CHILD_CHECK(SetInt(first.get(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1) == 0);
                  CHILD_CHECK(connect(first.get(), to.get(), to.size) == 0);
                  Fd server(accept(listener.get(), nullptr, nullptr));
                }
                Fd client(socket(family(), SOCK_STREAM, 0));
                CHILD_CHECK(SetInt(client.get(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1) == 0);
                CHILD_CHECK(connect(client.get(), to.get(), to.size) == 0);
                pollfd wait{listener.get(), POLLIN, 0};
                CHILD_CHECK(poll(&wait, 1, 0) == 0);
                wait = {client.get(), POLLOUT, 0};
                CHILD_CHECK(poll(&wait, 1, 0) == 1 && wait.revents == POLLOUT);
                CHILD_CHECK(send(client.get(), "data", 4, 0) == 4);
                Fd server(accept(listener.get(), nullptr, nullptr));
                char buffer[16];
                CHILD_CHECK(recv(server.get(), buffer, sizeof(buffer), 0) == 4);
              }),
              Exited(0));
}

TEST_P(Tcp, Info) {
  Connection c = Connected(family());
  EXPECT_THAT(send(c.client.get(), "12345", 5, 0), SyscallReturns(5));
  EXPECT_EQ(PollFor(c.server.get(), POLLIN), POLLIN);
  tcp_info info{};
  socklen_t size = sizeof(info);
  ASSERT_THAT(getsockopt(c.client.get(), IPPROTO_TCP, TCP_INFO, &info, &size), SyscallSucceeds());
  EXPECT_EQ(size, sizeof(info));
  EXPECT_EQ(info.tcpi_state, TCP_ESTABLISHED);
  EXPECT_GT(info.tcpi_snd_mss, 500u);
  EXPECT_GE(info.tcpi_snd_cwnd, 10u);
  EXPECT_GT(info.tcpi_rto, 0u);
  shutdown(c.client.get(), SHUT_WR);
  EXPECT_EQ(PollFor(c.server.get(), POLLRDHUP), POLLRDHUP);
  getsockopt(c.server.get(), IPPROTO_TCP, TCP_INFO, &info, &size);
  EXPECT_EQ(info.tcpi_state, TCP_CLOSE_WAIT);
}

TEST_P(Tcp, AcceptedInheritsOptions) {
  Fd listener = Listener(family());
  ASSERT_THAT(SetInt(listener.get(), IPPROTO_TCP, TCP_NODELAY, 1), SyscallSucceeds());
  ASSERT_THAT(SetInt(listener.get(), SOL_SOCKET, SO_KEEPALIVE, 1), SyscallSucceeds());
  Fd client(socket(family(), SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), NameOf(listener.get())), SyscallSucceeds());
  Fd server(accept(listener.get(), nullptr, nullptr));
  EXPECT_EQ(GetInt(server.get(), IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(GetInt(server.get(), SOL_SOCKET, SO_KEEPALIVE), 1);
}

TEST(TcpMapped, V6ListenerTakesV4) {
  Fd listener(socket(AF_INET6, SOCK_STREAM, 0));
  ASSERT_THAT(SetInt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0), SyscallSucceeds());
  ASSERT_THAT(Bind(listener.get(), AnyAddress(AF_INET6)), SyscallSucceeds());
  ASSERT_THAT(listen(listener.get(), 4), SyscallSucceeds());
  Fd client(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), Loopback(AF_INET, NameOf(listener.get()).port())),
              SyscallSucceeds());
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  Fd server(accept(listener.get(), peer.get(), &peer.size));
  ASSERT_THAT(server.get(), SyscallSucceeds());
  EXPECT_EQ(peer.family(), AF_INET6);
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&peer.v6().sin6_addr));
}

TEST(TcpMapped, V6OnlyDoesNot) {
  Fd listener(socket(AF_INET6, SOCK_STREAM, 0));
  ASSERT_THAT(SetInt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1), SyscallSucceeds());
  ASSERT_THAT(Bind(listener.get(), AnyAddress(AF_INET6)), SyscallSucceeds());
  ASSERT_THAT(listen(listener.get(), 4), SyscallSucceeds());
  EXPECT_THAT(SetInt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0), SyscallFails(EINVAL));
  Fd client(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_THAT(Connect(client.get(), Loopback(AF_INET, NameOf(listener.get()).port())),
              SyscallFails(ECONNREFUSED));
  Fd v6(socket(AF_INET6, SOCK_STREAM, 0));
  ASSERT_THAT(SetInt(v6.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1), SyscallSucceeds());
  EXPECT_THAT(Connect(v6.get(), MappedLoopback(1)), SyscallFails(ENETUNREACH));
}

TEST(TcpMapped, V6ConnectsToMapped) {
  Fd listener = Listener(AF_INET);
  Fd client(socket(AF_INET6, SOCK_STREAM, 0));
  ASSERT_THAT(Connect(client.get(), MappedLoopback(NameOf(listener.get()).port())),
              SyscallSucceeds());
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&NameOf(client.get()).v6().sin6_addr));
  Endpoint peer;
  peer.size = sizeof(peer.storage);
  Fd server(accept(listener.get(), peer.get(), &peer.size));
  EXPECT_EQ(peer.family(), AF_INET);
}

TEST(TcpManyConnections, BacklogAndAccept) {
  constexpr int kCount = 50;
  Fd listener = Listener(AF_INET, kCount);
  std::vector<Fd> clients, servers;
  for (int i = 0; i < kCount; ++i) {
    clients.emplace_back(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_THAT(Connect(clients.back().get(), NameOf(listener.get())), SyscallSucceeds());
  }
  for (int i = 0; i < kCount; ++i) {
    servers.emplace_back(accept(listener.get(), nullptr, nullptr));
    ASSERT_THAT(servers.back().get(), SyscallSucceeds());
    EXPECT_EQ(PeerOf(servers.back().get()).port(), NameOf(clients[i].get()).port());
  }
}

}  // namespace
}  // namespace test

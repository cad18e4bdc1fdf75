// AF_UNIX sockets (unix(7)): kinds, names, passing descriptors and credentials, limits and ends.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

struct Pair {
  explicit Pair(int type) {
    int fds[2] = {-1, -1};
    EXPECT_THAT(socketpair(AF_UNIX, type, 0, fds), SyscallSucceeds());
    a.reset(fds[0]);
    b.reset(fds[1]);
  }
  Fd a, b;
};

struct Address {
  sockaddr_un addr{};
  socklen_t length;
  explicit Address(const std::string& name) {  // A leading NUL: abstract.
    addr.sun_family = AF_UNIX;
    memcpy(addr.sun_path, name.data(), name.size());
    bool abstract = !name.empty() && name[0] == '\0';
    length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&addr); }
};

// Sends `text` with descriptors; the result of sendmsg().
ssize_t SendFds(int socket, const std::string& text, const std::vector<int>& fds) {
  iovec io{const_cast<char*>(text.data()), text.size()};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * fds.size()));
  msghdr message{};
  message.msg_iov = &io;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

struct Received {
  ssize_t result;
  std::string text;
  std::vector<int> fds;
  int flags = 0;
  bool has_credentials = false;
  ucred credentials{};
};

Received Receive(int socket, size_t room = 100, size_t control_room = 256, int flags = 0) {
  std::string text(room, '\0');
  std::vector<char> control(control_room);
  iovec io{text.data(), room};
  msghdr message{};
  message.msg_iov = &io;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Received got;
  got.result = recvmsg(socket, &message, flags);
  if (got.result < 0) return got;
  got.text = text.substr(0, static_cast<size_t>(got.result));
  got.flags = message.msg_flags;
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_type == SCM_RIGHTS) {
      got.fds.resize((at->cmsg_len - CMSG_LEN(0)) / sizeof(int));
      memcpy(got.fds.data(), CMSG_DATA(at), got.fds.size() * sizeof(int));
    } else if (at->cmsg_type == SCM_CREDENTIALS) {
      got.has_credentials = true;
      memcpy(&got.credentials, CMSG_DATA(at), sizeof(ucred));
    }
  }
  return got;
}

TEST(UnixSocket, StreamIsOneFlow) {
  Pair pair(SOCK_STREAM);
  send(pair.a.get(), "ab", 2, 0);
  send(pair.a.get(), "cd", 2, 0);
  char buffer[10];
  EXPECT_THAT(recv(pair.b.get(), buffer, 3, 0), SyscallReturns(3));
  EXPECT_THAT(recv(pair.b.get(), buffer, 10, MSG_PEEK), SyscallReturns(1));
  EXPECT_THAT(recv(pair.b.get(), buffer, 10, 0), SyscallReturns(1));
  EXPECT_THAT(recv(pair.b.get(), buffer, 10, MSG_DONTWAIT), SyscallFails(EAGAIN));
  pair.a.reset();
  EXPECT_THAT(recv(pair.b.get(), buffer, 10, 0), SyscallReturns(0));
  EXPECT_THAT(send(pair.b.get(), "x", 1, MSG_NOSIGNAL), SyscallFails(EPIPE));
}

TEST(UnixSocket, DatagramsAndPacketsKeepTheirBounds) {
  for (int type : {SOCK_DGRAM, SOCK_SEQPACKET}) {
    Pair pair(type);
    send(pair.a.get(), "abc", 3, 0);
    send(pair.a.get(), "", 0, 0);
    send(pair.a.get(), "de", 2, 0);
    char buffer[10];
    EXPECT_THAT(recv(pair.b.get(), buffer, 2, MSG_TRUNC), SyscallReturns(3));
    EXPECT_THAT(recv(pair.b.get(), buffer, 10, 0), SyscallReturns(0));
    EXPECT_THAT(recv(pair.b.get(), buffer, 10, 0), SyscallReturns(2));
    send(pair.a.get(), "abc", 3, 0);
    EXPECT_EQ(Receive(pair.b.get(), 1).flags & MSG_TRUNC, MSG_TRUNC);
  }
}

TEST(UnixSocket, WriterToNobodyGetsSigpipe) {
  EXPECT_THAT(ForkAndWait([] {
                Pair pair(SOCK_STREAM);
                pair.b.reset();
                write(pair.a.get(), "x", 1);
              }),
              KilledBy(SIGPIPE));
}

TEST(UnixSocket, Shutdown) {
  Pair pair(SOCK_STREAM);
  send(pair.a.get(), "x", 1, 0);
  EXPECT_THAT(shutdown(pair.a.get(), SHUT_WR), SyscallSucceeds());
  EXPECT_THAT(send(pair.a.get(), "y", 1, MSG_NOSIGNAL), SyscallFails(EPIPE));
  char buffer[4];
  EXPECT_THAT(recv(pair.b.get(), buffer, 4, 0), SyscallReturns(1));
  EXPECT_THAT(recv(pair.b.get(), buffer, 4, 0), SyscallReturns(0));
  pollfd entry{pair.b.get(), POLLIN | POLLRDHUP, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(1));
  EXPECT_EQ(entry.revents, POLLIN | POLLRDHUP);
  EXPECT_THAT(shutdown(pair.a.get(), 7), SyscallFails(EINVAL));
  Fd alone(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(shutdown(alone.get(), SHUT_WR), SyscallSucceeds());  // Unlike TCP.
}

TEST(UnixSocket, ConnectByPath) {
  TempDir dir = TempDir::Create();
  Address address(dir.Join("s"));
  Fd server(socket(AF_UNIX, SOCK_STREAM, 0));
  Fd client(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(connect(client.get(), address.get(), address.length), SyscallFails(ENOENT));
  ASSERT_THAT(bind(server.get(), address.get(), address.length), SyscallSucceeds());
  Address other(dir.Join("other"));
  EXPECT_THAT(bind(server.get(), other.get(), other.length), SyscallFails(EINVAL));
  EXPECT_THAT(access(dir.Join("other").c_str(), F_OK), SyscallFails(ENOENT));
  Fd second(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(bind(second.get(), address.get(), address.length), SyscallFails(EADDRINUSE));
  EXPECT_THAT(connect(client.get(), address.get(), address.length), SyscallFails(ECONNREFUSED));
  EXPECT_THAT(accept(server.get(), nullptr, nullptr), SyscallFails(EINVAL));
  ASSERT_THAT(listen(server.get(), 5), SyscallSucceeds());
  ASSERT_THAT(connect(client.get(), address.get(), address.length), SyscallSucceeds());
  EXPECT_THAT(connect(client.get(), address.get(), address.length), SyscallFails(EISCONN));
  sockaddr_un peer{};
  socklen_t length = sizeof peer;
  Fd accepted(accept4(server.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_CLOEXEC));
  ASSERT_THAT(accepted.get(), SyscallSucceeds());
  EXPECT_EQ(length, sizeof(sa_family_t));  // The client has no name.
  EXPECT_EQ(fcntl(accepted.get(), F_GETFD), FD_CLOEXEC);
  length = sizeof peer;
  getpeername(client.get(), reinterpret_cast<sockaddr*>(&peer), &length);
  EXPECT_EQ(std::string(peer.sun_path), dir.Join("s"));
  send(client.get(), "hi", 2, 0);
  char buffer[4];
  EXPECT_THAT(recv(accepted.get(), buffer, 4, 0), SyscallReturns(2));
  struct stat info;
  stat(dir.Join("s").c_str(), &info);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  unlink(dir.Join("s").c_str());
  Fd late(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(connect(late.get(), address.get(), address.length), SyscallFails(ENOENT));
  Address plain(dir.Join("file"));
  WriteFile(dir.Join("file"), "x");
  EXPECT_THAT(connect(late.get(), plain.get(), plain.length), SyscallFails(ECONNREFUSED));
}

TEST(UnixSocket, WrongKindOfPeer) {
  TempDir dir = TempDir::Create();
  Address address(dir.Join("s"));
  Fd server(socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_THAT(bind(server.get(), address.get(), address.length), SyscallSucceeds());
  Fd client(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_THAT(connect(client.get(), address.get(), address.length), SyscallFails(EPROTOTYPE));
  // Abstract names of another type are other names.
  Address abstract(std::string("\0conform-kind", 13));
  Fd datagrams(socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_THAT(bind(datagrams.get(), abstract.get(), abstract.length), SyscallSucceeds());
  EXPECT_THAT(connect(client.get(), abstract.get(), abstract.length), SyscallFails(ECONNREFUSED));
  EXPECT_THAT(listen(server.get(), 1), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(socket(AF_UNIX, 99, 0), SyscallFails(EINVAL));
  EXPECT_THAT(socket(AF_UNIX, SOCK_STREAM, 7), SyscallFails(EPROTONOSUPPORT));
  EXPECT_THAT(socket(999, SOCK_STREAM, 0), SyscallFails(EAFNOSUPPORT));
}

TEST(UnixSocket, AbstractNamesAndAutobind) {
  Fd server(socket(AF_UNIX, SOCK_DGRAM, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  ASSERT_THAT(bind(server.get(), reinterpret_cast<sockaddr*>(&name), sizeof(sa_family_t)),
              SyscallSucceeds());
  socklen_t length = sizeof name;
  getsockname(server.get(), reinterpret_cast<sockaddr*>(&name), &length);
  EXPECT_EQ(length, sizeof(sa_family_t) + 6);
  EXPECT_EQ(name.sun_path[0], '\0');
  Fd client(socket(AF_UNIX, SOCK_DGRAM, 0));
  EXPECT_THAT(sendto(client.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&name), length),
              SyscallReturns(1));
  char byte;
  sockaddr_un from{};
  socklen_t from_length = sizeof from;
  EXPECT_THAT(recvfrom(server.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &from_length),
              SyscallReturns(1));
  EXPECT_EQ(from_length, 0U);  // Nameless.
  server.reset();
  EXPECT_THAT(sendto(client.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&name), length),
              SyscallFails(ECONNREFUSED));
  EXPECT_THAT(send(client.get(), "x", 1, 0), SyscallFails(ENOTCONN));
}

TEST(UnixSocket, BacklogIsBounded) {
  Address address(std::string("\0conform-backlog", 16));
  Fd server(socket(AF_UNIX, SOCK_STREAM, 0));
  bind(server.get(), address.get(), address.length);
  listen(server.get(), 1);
  std::vector<Fd> clients;
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    if (connect(clients.back().get(), address.get(), address.length) != 0) {
      EXPECT_EQ(errno, EAGAIN);
      ++refused;
    }
  }
  EXPECT_EQ(refused, 3);
}

TEST(UnixSocket, PassesDescriptors) {
  Pair pair(SOCK_STREAM);
  Pipe pipe = Pipe::Create();
  ASSERT_THAT(SendFds(pair.a.get(), "x", {pipe.read_end.get(), pipe.write_end.get()}),
              SyscallReturns(1));
  Received got = Receive(pair.b.get(), 10, 256, MSG_CMSG_CLOEXEC);
  ASSERT_EQ(got.fds.size(), 2U);
  Fd in(got.fds[0]), out(got.fds[1]);
  EXPECT_EQ(fcntl(in.get(), F_GETFD), FD_CLOEXEC);
  write(out.get(), "y", 1);
  char byte;
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(1));
}

TEST(UnixSocket, DescriptorsPartTheStream) {
  Pair pair(SOCK_STREAM);
  SendFds(pair.a.get(), "ab", {});
  SendFds(pair.a.get(), "cd", {0});
  SendFds(pair.a.get(), "ef", {});
  Received got = Receive(pair.b.get(), 10);
  EXPECT_EQ(got.text, "abcd");
  ASSERT_EQ(got.fds.size(), 1U);
  close(got.fds[0]);
  EXPECT_EQ(Receive(pair.b.get(), 10).text, "ef");
}

TEST(UnixSocket, DescriptorErrors) {
  Pair pair(SOCK_STREAM);
  EXPECT_THAT(SendFds(pair.a.get(), "x", {999}), SyscallFails(EBADF));
  EXPECT_THAT(SendFds(pair.a.get(), "x", std::vector<int>(254, 0)), SyscallFails(EINVAL));
  ASSERT_THAT(SendFds(pair.a.get(), "x", {0, 1}), SyscallReturns(1));
  Received got = Receive(pair.b.get(), 10, CMSG_LEN(sizeof(int)));
  EXPECT_EQ(got.flags & MSG_CTRUNC, MSG_CTRUNC);
  for (int fd : got.fds) close(fd);
  ASSERT_THAT(SendFds(pair.a.get(), "x", {0}), SyscallReturns(1));
  char byte;
  EXPECT_THAT(read(pair.b.get(), &byte, 1), SyscallReturns(1));  // Dropped, the data is there.
}

TEST(UnixSocket, InFlightDescriptorsKeepFilesOpen) {
  Pair pair(SOCK_STREAM);
  Pipe pipe = Pipe::Create();
  SendFds(pair.a.get(), "x", {pipe.write_end.get()});
  pipe.write_end.reset();
  char byte;
  fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallFails(EAGAIN));
  pair.b.reset();
  pair.a.reset();
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(0));
}

TEST(UnixSocket, CyclesAreCollected) {
  Pipe pipe = Pipe::Create();
  {
    Pair pair(SOCK_STREAM);
    // Each end is in flight towards the other; with them the pipe.
    SendFds(pair.a.get(), "x", {pair.a.get(), pipe.write_end.get()});
    SendFds(pair.b.get(), "x", {pair.b.get()});
  }
  pipe.write_end.reset();
  // Linux collects when another socket is closed or sent.
  { Pair another(SOCK_STREAM); }
  pollfd entry{pipe.read_end.get(), POLLIN, 0};
  EXPECT_THAT(poll(&entry, 1, 5000), SyscallReturns(1));
  EXPECT_EQ(entry.revents, POLLHUP);
}

TEST(UnixSocket, Credentials) {
  Pair pair(SOCK_STREAM);
  ucred peer{};
  socklen_t length = sizeof peer;
  ASSERT_THAT(getsockopt(pair.a.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length), SyscallSucceeds());
  EXPECT_EQ(peer.pid, getpid());
  EXPECT_EQ(peer.uid, geteuid());
  int on = 1;
  setsockopt(pair.b.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  pid_t child = Fork([&] { send(pair.a.get(), "x", 1, 0); });
  WaitFor(child);
  Received got = Receive(pair.b.get());
  EXPECT_TRUE(got.has_credentials);
  EXPECT_EQ(got.credentials.pid, child);
  EXPECT_EQ(got.credentials.uid, getuid());
}

TEST(UnixSocket, ForgedCredentials) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  EXPECT_THAT(ForkAndWait([] {
                Pair pair(SOCK_STREAM);
                CHILD_CHECK(setuid(12345) == 0);
                char control[CMSG_SPACE(sizeof(ucred))] = {}, byte = 'x';
                iovec io{&byte, 1};
                msghdr message{};
                message.msg_iov = &io;
                message.msg_iovlen = 1;
                message.msg_control = control;
                message.msg_controllen = sizeof control;
                cmsghdr* header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_CREDENTIALS;
                header->cmsg_len = CMSG_LEN(sizeof(ucred));
                ucred forged{getpid(), 0, getgid()};
                memcpy(CMSG_DATA(header), &forged, sizeof forged);
                CHILD_CHECK(sendmsg(pair.a.get(), &message, 0) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(UnixSocket, Options) {
  Pair pair(SOCK_SEQPACKET);
  int value;
  socklen_t length = sizeof value;
  getsockopt(pair.a.get(), SOL_SOCKET, SO_TYPE, &value, &length);
  EXPECT_EQ(value, SOCK_SEQPACKET);
  getsockopt(pair.a.get(), SOL_SOCKET, SO_DOMAIN, &value, &length);
  EXPECT_EQ(value, AF_UNIX);
  getsockopt(pair.a.get(), SOL_SOCKET, SO_ACCEPTCONN, &value, &length);
  EXPECT_EQ(value, 0);
  EXPECT_THAT(getsockopt(pair.a.get(), SOL_SOCKET, 9999, &value, &length),
              SyscallFails(ENOPROTOOPT));
  EXPECT_THAT(getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &length),
              testing::AnyOf(SyscallFails(ENOTSOCK), SyscallFails(EBADF)));
  send(pair.a.get(), "abc", 3, 0);
  EXPECT_THAT(ioctl(pair.b.get(), FIONREAD, &value), SyscallSucceeds());
  EXPECT_EQ(value, 3);
}

TEST(UnixSocket, FullSocketBlocksTheWriter) {
  Pair pair(SOCK_STREAM);
  int small = 4096;
  setsockopt(pair.a.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  std::string block(1 << 20, 'x');
  ssize_t sent = send(pair.a.get(), block.data(), block.size(), MSG_DONTWAIT);
  EXPECT_THAT(sent, testing::AllOf(testing::Gt(0), testing::Lt(1 << 20)));
  EXPECT_THAT(send(pair.a.get(), "x", 1, MSG_DONTWAIT), SyscallFails(EAGAIN));
  pollfd entry{pair.a.get(), POLLOUT, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(0));
  ScopedThread writer([&] {
    EXPECT_THAT(send(pair.a.get(), block.data(), block.size(), 0), SyscallReturns(1 << 20));
  });
  size_t total = static_cast<size_t>(sent) + block.size();
  char buffer[8192];
  while (total > 0) {
    ssize_t n = recv(pair.b.get(), buffer, sizeof buffer, 0);
    ASSERT_GT(n, 0);
    total -= static_cast<size_t>(n);
  }
}

}  // namespace
}  // namespace test

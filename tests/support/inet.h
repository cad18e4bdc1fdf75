// Sockets of AF_INET and AF_INET6 for tests, on loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <utility>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"

namespace test {

// An address of either family.
struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
  uint16_t port() const {
    return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);  // Same place in both.
  }
  void set_port(uint16_t port) { reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port); }
};

inline Endpoint Loopback(int family, uint16_t port = 0) {
  Endpoint out;
  if (family == AF_INET) {
    out.v4().sin_family = AF_INET;
    out.v4().sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.size = sizeof(sockaddr_in);
  } else {
    out.v6().sin6_family = AF_INET6;
    out.v6().sin6_addr = in6addr_loopback;
    out.size = sizeof(sockaddr_in6);
  }
  out.set_port(port);
  return out;
}

inline Endpoint AnyAddress(int family, uint16_t port = 0) {
  Endpoint out = Loopback(family, port);
  if (family == AF_INET) {
    out.v4().sin_addr.s_addr = INADDR_ANY;
  } else {
    out.v6().sin6_addr = in6addr_any;
  }
  return out;
}

// ::ffff:127.0.0.1
inline Endpoint MappedLoopback(uint16_t port) {
  Endpoint out = Loopback(AF_INET6, port);
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &out.v6().sin6_addr);
  return out;
}

inline Endpoint NameOf(int fd) {
  Endpoint out;
  out.size = sizeof(out.storage);
  EXPECT_THAT(getsockname(fd, out.get(), &out.size), SyscallSucceeds());
  return out;
}
inline Endpoint PeerOf(int fd) {
  Endpoint out;
  out.size = sizeof(out.storage);
  EXPECT_THAT(getpeername(fd, out.get(), &out.size), SyscallSucceeds());
  return out;
}
inline int Bind(int fd, const Endpoint& to) {
  return bind(fd, to.get(), to.size);
}
inline int Connect(int fd, const Endpoint& to) {
  return connect(fd, to.get(), to.size);
}

// Bound to a free port of loopback.
inline Fd BoundSocket(int family, int type) {
  Fd fd(socket(family, type, 0));
  EXPECT_THAT(fd.get(), SyscallSucceeds());
  EXPECT_THAT(Bind(fd.get(), Loopback(family)), SyscallSucceeds());
  return fd;
}
inline Fd Listener(int family, int backlog = 8) {
  Fd fd = BoundSocket(family, SOCK_STREAM);
  EXPECT_THAT(listen(fd.get(), backlog), SyscallSucceeds());
  return fd;
}

struct Connection {
  Fd client, server;
};
inline Connection Connected(int family) {
  Fd listener = Listener(family);
  Connection out;
  out.client = Fd(socket(family, SOCK_STREAM, 0));
  EXPECT_THAT(Connect(out.client.get(), NameOf(listener.get())), SyscallSucceeds());
  out.server = Fd(accept(listener.get(), nullptr, nullptr));
  EXPECT_THAT(out.server.get(), SyscallSucceeds());
  return out;
}

inline int GetInt(int fd, int level, int name) {
  int value = -12345;
  socklen_t size = sizeof(value);
  EXPECT_THAT(getsockopt(fd, level, name, &value, &size), SyscallSucceeds())
      << level << ' ' << name;
  return value;
}
inline int SetInt(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value));
}

}  // namespace test

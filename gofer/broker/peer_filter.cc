#include "gofer/broker/peer_filter.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <cstddef>
#include <vector>

namespace gofer {
namespace {

// Where the filter of a TCP socket finds it: loads count from the TCP header, those beyond
// SKF_NET_OFF from the IP header.
constexpr uint32_t kSourcePort = 0, kSourceV4 = 12, kSourceV6 = 8;
constexpr uint32_t kAll = ~uint32_t{0};

uint32_t WordOf(const Address& address, size_t at) {
  uint32_t word = 0;
  for (size_t i = at; i < at + 4; ++i) word = word << 8 | address.bytes[i];
  return word;
}

}  // namespace

base::Result<void> LockToPeer(int socket, const Address& peer, uint16_t port) {
  std::vector<sock_filter> code;
  // Each test: load, then on to the next one or, what is not equal, to the end.
  auto test = [&code](uint16_t width, uint32_t offset, uint32_t value) {
    code.push_back(BPF_STMT(static_cast<uint16_t>(BPF_LD | width | BPF_ABS), offset));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  };
  test(BPF_H, kSourcePort, port);
  const bool v4 = peer.IsV4();
  for (size_t at = v4 ? 12 : 0; at < 16; at += 4) {
    const size_t offset = v4 ? kSourceV4 : kSourceV6 + at;
    test(BPF_W, static_cast<uint32_t>(SKF_NET_OFF) + static_cast<uint32_t>(offset),
         WordOf(peer, at));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, kAll));
  const sock_fprog program{static_cast<uint16_t>(code.size()), code.data()};
  const int on = 1;
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0 ||
      ::setsockopt(socket, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) != 0) {
    return base::LastErrno();
  }
  return {};
}

}  // namespace gofer

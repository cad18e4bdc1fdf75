// What the socket families tell about all their sockets, to sock_diag(7) and /proc/net.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/base/unique_function.h"
#include "sentry/socket/ip_address.h"
#include "sentry/socket/network.h"
#include "sentry/socket/options.h"

namespace sentry {

// Of AF_INET and AF_INET6.
struct InetSocketInfo {
  uint16_t family = 0;
  int protocol = 0;
  uint8_t state = 0;  // TCP_*, for all protocols.
  IpAddress local, remote;
  uint16_t local_port = 0, remote_port = 0;  // Host order.
  uint32_t device = 0;
  // A listener: connections that wait, and how many may.
  uint32_t receive_queue = 0, send_queue = 0;
  uint8_t timer = 0, retransmits = 0, shutdown = 0, tos = 0;
  uint32_t expires_ms = 0;
  uint32_t uid = 0, mark = 0;
  uint64_t inode = 0;
  bool v6_only = false, ping = false;
  bool raw = false;  // Then `protocol` may be anything.
  uint64_t drops = 0;
  int32_t receive_buffer = 0, send_buffer = 0;
  uint32_t references = 0;
  OptionBytes tcp_info;
  std::string congestion;
  OptionBytes congestion_info;  // Of bbr.
};

struct UnixSocketInfo {
  int type = 0;
  uint8_t state = 0;  // TCP_ESTABLISHED, TCP_LISTEN, TCP_CLOSE.
  uint64_t inode = 0, peer_inode = 0;
  std::string name;  // As in sun_path: with a leading NUL when abstract.
  uint64_t file_inode = 0;
  uint32_t file_device = 0;
  uint32_t receive_queue = 0, send_queue = 0, references = 0, uid = 0;
  uint8_t shutdown = 0;
  std::vector<uint64_t> waiting;  // Inodes of those that wait in a listener's backlog.
};

struct PacketSocketInfo {
  int type = 0;
  uint16_t protocol = 0;  // Host order.
  uint32_t device = 0, receive_queue = 0, uid = 0, references = 0;
  uint64_t inode = 0;
};

class SocketDiag final : public RefCounted {
 public:
  static constexpr SocketSlot kSlot = SocketSlot::kDiag;
  explicit SocketDiag(Kernel&) {}

  template <typename Info>
  using Lister = base::UniqueFunction<std::vector<Info>(const Network&)>;
  Lister<InetSocketInfo> inet;
  Lister<UnixSocketInfo> unix_sockets;
  Lister<PacketSocketInfo> packet;
  // SOCK_DESTROY (`ss -K`) of a TCP or UDP socket by its inode: ENOENT.
  base::UniqueFunction<Result<void>(const Network&, uint64_t inode)> destroy;
};

}  // namespace sentry

// AF_NETLINK sockets (netlink(7)).
//
// A request is answered while it is sent; what a dump finds waits in the socket in whole and is cut
// into datagrams as it is read.
#pragma once

#include <deque>
#include <set>
#include <vector>

#include "abi/linux/poll.h"
#include "sentry/kernel/cookie_sink.h"
#include "sentry/socket/family.h"
#include "sentry/socket/netlink/netlink_table.h"
#include "sentry/socket/socket.h"

namespace sentry {

class NetlinkSocket final : public Socket, public CookieSink {
 public:
  NetlinkSocket(Kernel& kernel, Path path, uint32_t flags, int type, int protocol,
                Network& network);

  Result<void> Bind(OpContext& ctx, const SocketAddress& address) override;
  Result<void> Connect(OpContext& ctx, const SocketAddress& address, bool nonblocking) override;
  Result<SocketAddress> LocalAddress() override;
  Result<SocketAddress> PeerAddress() override;
  Result<size_t> Send(OpContext& ctx, IoSource& data, SendArgs& args) override;
  Result<size_t> Receive(OpContext& ctx, IoSink& data, uint32_t flags, Received& out) override;
  Result<OptionBytes> GetFamilyOption(OpContext& ctx, int32_t level, int32_t name) override;
  Result<void> SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                               std::span<const std::byte> value) override;
  uint32_t Poll() override;

  Network& network() const override { return *network_; }
  uint32_t port() const { return port_; }
  uint32_t peer_port() const { return peer_port_; }
  void set_port(uint32_t port) { port_ = port, bound_ = true; }
  bool bound() const { return bound_; }
  bool strict() const { return strict_; }
  const std::set<uint32_t>& groups() const { return groups_; }
  size_t queued_bytes() const { return queued_bytes_; }
  uint64_t drops() const { return drops_; }
  // A datagram from `from_port`, 0: the kernel.
  void Deliver(std::span<const std::byte> bytes, uint32_t from_port, uint32_t group);
  // NLMSG_ERROR about a request, 0: it was done.
  void Acknowledge(const NetlinkRequest& request, std::span<const std::byte> message, int error);
  void DeliverCookie(std::span<const std::byte> cookie) override { Deliver(cookie, 0, 0); }

 private:
  static constexpr uint32_t kReadable = abi::kPollIn | abi::kPollRdnorm;

  struct Datagram {
    std::vector<std::byte> bytes;
    uint32_t from_port = 0, group = 0;
    abi::Ucred sender{};
  };

  ~NetlinkSocket() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  NetlinkProtocol& protocol_of() const { return *table_->Protocol(protocol_); }
  void AutoBind(OpContext& ctx);
  Result<void> CheckGroups(OpContext& ctx) const;
  Result<void> Join(OpContext& ctx, uint32_t group, bool join);
  Result<void> ToKernel(OpContext& ctx, std::span<const std::byte> bytes);
  void HandleOne(OpContext& ctx, const abi::Nlmsghdr& header, std::span<const std::byte> message);
  void QueueDump(NetlinkRequest& request, int error);
  void PullDump();
  bool* Flag(int32_t name);

  const Ref<NetlinkTable> table_;
  const Ref<Network> network_;
  bool bound_ = false;
  uint32_t port_ = 0, peer_port_ = 0, peer_groups_ = 0;
  std::set<uint32_t> groups_;
  std::deque<Datagram> queue_of_;
  size_t queued_bytes_ = 0;
  std::deque<std::vector<std::byte>> dump_;  // Messages that have not become datagrams yet.
  size_t largest_buffer_ = 0;                // That a reader has offered.
  uint64_t drops_ = 0;
  bool packet_info_ = false, broadcast_error_ = false, no_enobufs_ = false, cap_ack_ = false;
  bool ext_ack_ = false, strict_ = false, listen_all_nsid_ = false;
};

class NetlinkFamily final : public SocketFamily {
 public:
  explicit NetlinkFamily(Kernel& kernel) : kernel_(kernel) {}
  Result<Ref<Socket>> Create(OpContext& ctx, int type, int protocol, uint32_t flags) override;

 private:
  Kernel& kernel_;
};

}  // namespace sentry

// DatagramEndpoint: what UDP, raw and ping sockets share: a queue of datagrams, destinations,
// groups, errors that come back.
#pragma once

#include <deque>

#include "netstack/endpoint/endpoint.h"

namespace netstack {

// What recvmsg(2) may want to know besides the bytes; the socket layer makes the control messages
// that were asked for.
struct DatagramInfo {
  SocketAddr source;
  SocketAddr destination;
  uint32_t ifindex = 0;
  IpAddress local;  // IP_PKTINFO's ipi_spec_dst.
  uint8_t ttl = 0, tos = 0;
  uint32_t flow_label = 0;
  int64_t wall_time = 0;           // When it came, CLOCK_REALTIME.
  std::vector<std::byte> options;  // IPv4 options, IPv6 extension headers.
  uint8_t options_protocol = 0;    // Of the first extension header.
  uint32_t fragment_size = 0;      // IP_RECVFRAGSIZE; 0: it was whole.
  uint16_t gro_size = 0;           // UDP_GRO; 0: one datagram.
  uint32_t mark = 0;
  bool broadcast = false, multicast = false;
  size_t full_length = 0;  // Of the datagram, however much was taken.
};

struct DatagramSend {
  std::optional<SocketAddr> to = {};  // Nothing: the connected peer (EDESTADDRREQ).
  uint32_t ifindex = 0;               // IP_PKTINFO, IPV6_PKTINFO
  IpAddress source = {};              // The same; any: the bound one.
  int hop_limit = -1, tos = -1;  // IP_TTL, IP_TOS and the like as control messages; -1: the option.
  uint32_t flow_label = 0;
  int dont_fragment = -1;   // IPV6_DONTFRAG as a control message.
  uint16_t gso_size = 0;    // UDP_SEGMENT; 0: the option.
  bool dont_route = false;  // MSG_DONTROUTE
  bool confirm = false;     // MSG_CONFIRM
  bool more = false;        // MSG_MORE: kept until one comes without (UDP).
  std::optional<std::vector<std::byte>> options = {};  // IP_RETOPTS
  // IPV6_HOPOPTS, IPV6_DSTOPTS as control messages: whole headers, instead of the socket's.
  std::optional<std::vector<std::byte>> hop_options = {}, dst_options = {};
};

struct DatagramReceive {
  bool peek = false;
  size_t peek_offset = 0;  // SO_PEEK_OFF
};

class DatagramEndpoint : public Endpoint {
 public:
  // EINVAL: bound already; EADDRINUSE; EADDRNOTAVAIL; ENODEV.  Privileged ports are the socket
  // layer's check.
  virtual Result<void> Bind(const SocketAddr& local) = 0;
  // Sets the peer (and a local address and port if there is none yet).  ENETUNREACH and its like,
  // EACCES: broadcast without SO_BROADCAST.
  virtual Result<void> Connect(const SocketAddr& peer);
  // connect(2) with AF_UNSPEC: forgets the peer, and the local address unless it was bound to.
  virtual Result<void> Disconnect();
  // All or nothing.  EMSGSIZE, EDESTADDRREQ, EAGAIN (send buffer), ENOBUFS, EPIPE after shutdown,
  // EACCES, the pending error.
  virtual Result<size_t> Send(ByteSource& data, const DatagramSend& send) = 0;
  // One datagram, cut to what `to` takes.  EAGAIN; 0 after Shutdown(); the pending error.
  virtual Result<size_t> Receive(ByteSink& to, const DatagramReceive& how, DatagramInfo* info);
  // ENOTCONN when there is no peer, though it takes effect even so (as Linux).
  virtual Result<void> Shutdown(bool receive, bool send);

  uint32_t Readiness() const override;
  void Close() override;
  Result<SocketAddr> LocalAddress() const override { return local_; }
  Result<SocketAddr> PeerAddress() const override;
  bool connected() const { return connected_; }
  bool receive_shut() const { return receive_shut_; }
  bool send_shut() const { return send_shut_; }
  // SIOCINQ: of the next datagram; SIOCOUTQ: bytes that wait to be sent.
  size_t NextLength() const { return queue_.empty() ? 0 : queue_.front().packet->size(); }
  virtual size_t PendingOutput() const { return 0; }
  size_t receive_queue_bytes() const { return queued_; }  // For /proc/net/udp.
  uint64_t drops() const { return drops_; }               // SO_RXQ_OVFL

  // Groups (ip(7), ipv6(7)).  `ifindex` 0: by route; `source` any: every source.  EADDRINUSE: in it
  // already; ENODEV; EADDRNOTAVAIL: not in it; ENOBUFS: too many.
  Result<void> JoinGroup(const IpAddress& group, uint32_t ifindex, const IpAddress& source = {});
  Result<void> LeaveGroup(const IpAddress& group, uint32_t ifindex, const IpAddress& source = {});
  Result<void> BlockSource(const IpAddress& group, uint32_t ifindex, const IpAddress& source);
  Result<void> UnblockSource(const IpAddress& group, uint32_t ifindex, const IpAddress& source);
  // The interface that Join would use for it: ENODEV.
  Result<uint32_t> GroupInterface(const IpAddress& group, uint32_t ifindex) const;
  struct Membership {
    IpAddress group;
    uint32_t ifindex;
    bool include;  // Only `sources`; otherwise all but them.
    std::vector<IpAddress> sources;
    GroupFilter Filter() const { return {include, {sources.begin(), sources.end()}}; }
  };
  const std::vector<Membership>& memberships() const { return memberships_; }
  Result<void> SetGroupFilter(const Membership& filter);  // IP_MSFILTER, MCAST_MSFILTER
  // Whether a datagram to a group is for it.
  bool WantsGroup(const IpReceived& ip) const;

 protected:
  DatagramEndpoint(Stack& stack, int family, uint8_t protocol, uint32_t uid)
      : Endpoint(stack, family, protocol, uid) {}
  ~DatagramEndpoint() override;

  struct Queued {
    PacketPtr packet;
    DatagramInfo info;
    size_t cost = 0;
  };
  // What SO_ATTACH_FILTER says of a packet that starts behind `header`, which the filter sees too
  // and never cuts off (sk_filter_trim_cap() of Linux); it may have been shortened.
  bool PassesFilter(Packet& packet, std::span<const std::byte> header = {});
  // Puts a datagram (from its payload on) into the queue; false: no room.
  bool Enqueue(PacketPtr packet, DatagramInfo info);
  DatagramInfo InfoOf(const Packet& packet, const IpReceived& ip, uint16_t source_port) const;
  // Where a message goes and from where: shared by all senders.
  struct Target {
    SocketAddr to;
    RouteResult route;
    IpSend ip;
    Ip6Extensions extensions = {};  // Of this message alone; `ip` shows them.
  };
  Result<Target> Resolve(const DatagramSend& send) const;
  // Takes the bytes of a message into a packet.  ENOBUFS, EFAULT.
  Result<PacketPtr> TakeMessage(ByteSource& data, size_t size);
  void HandleError(const IpError& error, SocketAddr destination,
                   std::span<const std::byte> payload);
  virtual Result<void> AutoBind() { return {}; }
  virtual void Unbind() {}  // Out of the tables.
  // After local_ or peer_ changed while bound.
  virtual void Rehash() {}
  size_t ReceiveLimit() const { return static_cast<size_t>(receive_buffer_); }
  Membership* FindMembership(const IpAddress& group, uint32_t ifindex);
  // `change` changes what it wants of the group, and the interface learns of it.
  template <typename F>
  void ChangeMembership(Membership& m, F change);

  SocketAddr local_, peer_;
  bool bound_address_ = false;  // bind(2) named an address.
  bool bound_port_ = false;     // bind(2) named a port, or one was given.
  bool connected_ = false, receive_shut_ = false, send_shut_ = false, closed_ = false;
  std::deque<Queued> queue_;
  size_t queued_ = 0;       // Bytes of payload.
  size_t queued_cost_ = 0;  // What counts against the receive buffer.
  uint64_t drops_ = 0;
  std::vector<Membership> memberships_;
};

}  // namespace netstack

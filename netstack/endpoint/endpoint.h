// Endpoint: what a socket stands on.  One class per protocol derives from it.
//
// Ownership: the socket holds a Ref, and so do the protocol's tables while packets can reach the
// endpoint.  Close() takes it out of the tables (TCP: once the connection has come to its end); the
// socket calls it exactly once, when its last descriptor is gone.
//
// Readiness: Readiness() is the level, in bits of poll(2); the observer is told of every edge that
// Linux would wake a waiter for, also while the level was already up (new data behind unread data).
//
// Options: those that only change what packets look like are plain fields of `options`, `ip4` and
// `ip6`, which the socket layer writes after it has checked the value as the manual page says;
// those that act at once have a method.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netstack/packet/io.h"
#include "netstack/packet/packet.h"
#include "netstack/stack/stack.h"
#include "platform/base/ref.h"
#include "platform/base/unique_function.h"

namespace netstack {

using base::Ref;

class EndpointObserver {
 public:
  // `events`: POLLIN | POLLRDNORM, POLLOUT | POLLWRNORM, POLLPRI, POLLERR, POLLHUP, POLLRDHUP.
  // Must not call into the stack.
  virtual void OnReady(uint32_t events) = 0;

 protected:
  ~EndpointObserver() = default;
};

// socket(7)
struct SocketOptions {
  bool reuse_address = false, reuse_port = false, broadcast = false, dont_route = false;
  bool keepalive = false;      // TCP: through SetKeepalive().
  bool oob_inline = false;     // TCP
  bool no_check = false;       // UDP over IPv4 without checksum.
  bool timestamps = false;     // Arrival times are wanted.
  uint32_t bound_ifindex = 0;  // SO_BINDTODEVICE; through SetBoundInterface().
  uint32_t mark = 0;
  int priority = 0;
  int32_t receive_low_water = 1;
  uint64_t max_pacing_rate = ~uint64_t{0};  // bytes per second
  int linger_seconds = -1;                  // -1: off; 0: Close() resets (TCP).
};

// IP_PMTUDISC_* of ip(7), the same for IPv6.
enum class PmtuDiscovery : uint8_t {
  kDont = 0,
  kWant = 1,
  kDo = 2,
  kProbe = 3,
  kInterface = 4,
  kOmit = 5
};

// ip(7)
struct Ip4Options {
  uint8_t tos = 0;
  int ttl = -1;  // -1: sysctl ip_default_ttl.
  uint8_t multicast_ttl = 1;
  bool multicast_loop = true, multicast_all = true;
  uint32_t multicast_ifindex = 0;
  IpAddress multicast_source;  // Of IP_MULTICAST_IF; any: chosen.
  uint32_t unicast_ifindex = 0;
  PmtuDiscovery pmtu = PmtuDiscovery::kWant;
  bool recverr = false, recverr_rfc4884 = false;
  bool header_included = false;  // Raw.
  bool freebind = false, transparent = false, bind_address_no_port = false;
  uint8_t min_ttl = 0;
  uint16_t port_range_low = 0, port_range_high = 0;  // IP_LOCAL_PORT_RANGE
  std::vector<std::byte> options;                    // IP_OPTIONS, checked with CheckIp4Options().
};

// Extension headers as they stand in a packet, and the number of the first; of none: the
// transport's.
struct Ip6Extensions {
  std::vector<std::byte> bytes;
  uint8_t protocol = 0;
};
// Of whole headers, each a multiple of 8 bytes; empty: none.
Ip6Extensions JoinExtensions(std::span<const std::byte> hop, std::span<const std::byte> dst,
                             uint8_t protocol);

// ipv6(7)
struct Ip6Options {
  int unicast_hops = -1, multicast_hops = -1;
  bool multicast_loop = true, multicast_all = true;
  uint32_t multicast_ifindex = 0, unicast_ifindex = 0;
  bool v6only = false;
  PmtuDiscovery pmtu = PmtuDiscovery::kWant;
  uint32_t mtu = 0;  // IPV6_MTU: at most; 0: the path's.
  bool recverr = false, recverr_rfc4884 = false;
  int traffic_class = -1;
  bool flowinfo_send = false, auto_flowlabel = true, dont_fragment = false;
  uint8_t min_hopcount = 0;
  bool freebind = false, transparent = false;
  int checksum_offset = -1;  // Raw: IPV6_CHECKSUM.
  // IPV6_HOPOPTS and IPV6_DSTOPTS, through their setters, and what they make together.
  std::vector<std::byte> hop_options, dst_options;
  Ip6Extensions extensions;
};

// What MSG_ERRQUEUE gives (ip(7) IP_RECVERR).
struct QueuedError {
  int error = 0;
  uint8_t origin = 0, type = 0, code = 0;  // SO_EE_ORIGIN_*
  uint32_t info = 0, data = 0;
  IpAddress offender;              // Any: none.
  SocketAddr destination;          // Of the packet that it is about: msg_name.
  std::vector<std::byte> payload;  // Of that packet, as much as came back.
  uint32_t ifindex = 0;
};

class Endpoint : public base::RefCounted {
 public:
  Stack& stack() const { return stack_; }
  int family() const { return family_; }  // AF_INET, AF_INET6, AF_PACKET
  bool IsV4() const { return family_ == 2; }
  uint8_t protocol() const { return protocol_; }
  // Whose socket it is, for the rule of SO_REUSEPORT (socket(7)).
  uint32_t uid() const { return uid_; }

  // Borrowed; null: nobody is told any more.
  void SetObserver(EndpointObserver* observer) { observer_ = observer; }
  virtual uint32_t Readiness() const = 0;
  virtual void Close() = 0;
  // SO_ERROR: taken by whoever learns of it.
  int TakeError() {
    int error = error_;
    error_ = 0;
    return error;
  }
  int pending_error() const { return error_; }

  virtual Result<SocketAddr> LocalAddress() const = 0;
  virtual Result<SocketAddr> PeerAddress() const = 0;  // ENOTCONN

  SocketOptions options;
  Ip4Options ip4;
  Ip6Options ip6;

  // SO_SNDBUF and SO_RCVBUF: what getsockopt(2) shows, which is twice what setsockopt(2) was given;
  // bounds and doubling are the socket layer's (socket(7)).  Once set, auto-tuning is off.
  int32_t send_buffer() const { return send_buffer_; }
  int32_t receive_buffer() const { return receive_buffer_; }
  virtual void SetSendBuffer(int32_t bytes);
  virtual void SetReceiveBuffer(int32_t bytes);
  // IPV6_HOPOPTS, IPV6_DSTOPTS: a whole header; empty: none.
  void SetHopOptions(std::span<const std::byte> header);
  void SetDestinationOptions(std::span<const std::byte> header);
  // IP_OPTIONS or extension headers have changed, and with them the room for data.
  virtual void OnIpOptions() {}
  // SO_BINDTODEVICE, SO_BINDTOIFINDEX; 0: none.  ENODEV.
  virtual Result<void> SetBoundInterface(uint32_t ifindex);

  // SO_ATTACH_FILTER: how many bytes of the packet (from the transport header on; packet sockets:
  // from where they see it) are kept, 0: dropped.  Null: no filter.
  using Filter = base::UniqueFunction<size_t(const Packet&)>;
  void SetFilter(Filter filter) { filter_ = std::move(filter); }
  bool HasFilter() const { return static_cast<bool>(filter_); }

  // MSG_ZEROCOPY: one more call has sent its data, which were copied: the error queue says so, in
  // one entry with the calls before it when nothing else came between.  ENOBUFS beforehand: the
  // queue has no room.
  Result<void> CheckZeroCopy() const;
  void NoteZeroCopy();

  // The oldest of the error queue; nothing: EAGAIN.
  std::optional<QueuedError> TakeQueuedError();
  bool HasQueuedError() const { return !errors_.empty(); }

 protected:
  Endpoint(Stack& stack, int family, uint8_t protocol, uint32_t uid);
  void NotifyReady(uint32_t events) {
    if (observer_ != nullptr) observer_->OnReady(events);
  }
  void SetError(int error) { error_ = error; }
  void QueueError(QueuedError error);
  // Queues it when the socket asked for that (IP_RECVERR); whether it did.
  bool WantsErrors(bool v4) const {
    return v4 && IsV4() ? ip4.recverr : ip6.recverr || (v4 && ip4.recverr);
  }

  Stack& stack_;
  const int family_;
  const uint8_t protocol_;
  const uint32_t uid_;
  EndpointObserver* observer_ = nullptr;
  int error_ = 0;
  int32_t send_buffer_, receive_buffer_;
  bool send_buffer_locked_ = false, receive_buffer_locked_ = false;
  Filter filter_;

 private:
  static constexpr size_t kMaxQueuedErrors = 64;
  uint32_t zerocopy_calls_ = 0;
  std::vector<QueuedError> errors_;
};

}  // namespace netstack

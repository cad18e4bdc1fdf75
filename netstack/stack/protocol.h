// How layers call each other: network protocols send and receive packets, transport protocols get
// those for this machine, errors find their way back.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "netstack/packet/packet.h"
#include "netstack/wire/address.h"
#include "platform/base/result.h"

namespace netstack {

class Interface;
struct RouteResult;

enum class Fragmentation : uint8_t {
  kAllowed,    // May be fragmented here and, IPv4, underway.
  kHereOnly,   // IPv4: DF set, yet too large a packet is fragmented here by the path's MTU.
  kForbidden,  // EMSGSIZE when it is larger than the path's MTU.
  kProbe,      // As kForbidden, but only the interface's MTU counts (IP_PMTUDISC_PROBE).
};

// What a transport says about a packet that it sends.
struct IpSend {
  IpAddress source, destination;
  uint8_t protocol = 0;
  int hop_limit = -1;  // -1: the default.
  uint8_t tos = 0;     // IPv6: traffic class.
  uint32_t flow_label = 0;
  Fragmentation fragmentation = Fragmentation::kAllowed;
  std::span<const std::byte> options;  // IPv4: options, padded to 4; IPv6: extension headers.
  uint8_t options_protocol = 0;        // IPv6: of the first extension header.
  bool multicast_loop = true;          // Members on this machine get a copy.
  bool header_included = false;        // The packet starts with its IP header (IP_HDRINCL).
};

// What a transport learns about a packet that came.
struct IpReceived {
  IpAddress source, destination;
  Interface* in = nullptr;
  uint8_t protocol = 0;
  uint8_t hop_limit = 0;
  uint8_t tos = 0;
  uint32_t flow_label = 0;
  bool broadcast = false, multicast = false;  // What `destination` is.
  std::span<const std::byte> options;         // IPv4 options; IPv6: all extension headers.
  uint8_t options_protocol = 0;               // IPv6: of the first of them.
};

// An ICMP error (or a local one) about a packet that was sent from here.
struct IpError {
  int error = 0;  // errno, as icmp(7) maps it.
  bool hard =
      false;  // Ends a connection attempt; soft ones are only remembered (RFC 1122 4.2.3.9).
  uint8_t origin = 0;  // SO_EE_ORIGIN_*
  uint8_t type = 0, code = 0;
  uint32_t info = 0;                     // Path MTU of "too big".
  IpAddress offender;                    // Who says so.
  IpAddress source, destination;         // Of the packet that it is about.
  std::span<const std::byte> transport;  // Its transport header, as much as was quoted: >= 8 bytes.
  uint32_t ifindex = 0;
};

class NetworkProtocol {
 public:
  // Takes a packet that starts with its transport header.
  virtual base::Result<void> Send(PacketPtr packet, const RouteResult& route,
                                  const IpSend& send) = 0;
  // A packet that starts with its IP header has come.
  virtual void Receive(Interface& in, PacketPtr packet) = 0;
  // A packet of ours could not be sent: its next hop has no link address.
  virtual void OnUnresolved(Interface& out, PacketPtr packet) = 0;
  // The route's MTU less the headers that Send() will put in front.
  virtual uint32_t PayloadRoom(const RouteResult& route, const IpSend& send) const = 0;

 protected:
  ~NetworkProtocol() = default;
};

class TransportProtocol {
 public:
  virtual void Receive(PacketPtr packet, const IpReceived& ip) = 0;
  virtual void OnError(const IpError& error) = 0;

 protected:
  ~TransportProtocol() = default;
};

// Raw sockets see packets before (and without) a transport.
class RawDelivery {
 public:
  // Whether some socket took a copy.  `packet` starts behind the IP header.
  virtual bool Deliver(Packet& packet, const IpReceived& ip) = 0;
  virtual void OnError(const IpError& error, uint8_t protocol) = 0;

 protected:
  ~RawDelivery() = default;
};

// Messages in the terms of RFC 792; icmp maps them to RFC 4443's for IPv6.
enum class Unreachable : uint8_t {
  kNet,
  kHost,
  kProtocol,
  kPort,
  kAdmin,
  // What only a packet filter says.
  kNetProhibited,
  kHostProhibited,
  kPolicy,
  kRejectRoute,
};

class IcmpSender {
 public:
  // Each is about a packet that came, whose headers Packet remembers.  Says nothing about what must
  // not be answered (RFC 1122 section 3.2.2), and no more than the rate limit.
  virtual void SendUnreachable(Packet& packet, const IpReceived& ip, Unreachable why) = 0;
  virtual void SendTooBig(Packet& packet, const IpReceived& ip, uint32_t mtu) = 0;
  // `code` 0: hop limit; 1: reassembly.
  virtual void SendTimeExceeded(Packet& packet, const IpReceived& ip, uint8_t code) = 0;
  // IPv4: parameter problem at octet `pointer`; IPv6: with `code` of RFC 4443 section 3.4.
  virtual void SendParameterProblem(Packet& packet, const IpReceived& ip, uint8_t code,
                                    uint32_t pointer) = 0;

 protected:
  ~IcmpSender() = default;
};

}  // namespace netstack

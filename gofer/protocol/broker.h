// What the Sentry and the net broker say to each other: records of one size over a SOCK_SEQPACKET
// socket, a descriptor beside some of them (SCM_RIGHTS).
//
// Not protobuf, as the file protocol is: every field has its place, so that there is nothing to
// parse, and the receiver checks each number as hostile.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// The guest's side of the world.
inline constexpr uint32_t kGuestV4 = 0x0a000264;     // 10.0.2.100
inline constexpr uint32_t kGatewayV4 = 0x0a000202;   // 10.0.2.2: the host's own loopback.
inline constexpr uint32_t kResolverV4 = 0x0a000203;  // 10.0.2.3
inline constexpr int kPrefixV4 = 24, kPrefixV6 = 64;
inline constexpr const char* kGuestV6 = "fd00:5e:1::64";
inline constexpr const char* kGatewayV6 = "fd00:5e:1::2";
inline constexpr const char* kResolverV6 = "fd00:5e:1::3";

enum class BrokerOp : uint8_t {
  // From the Sentry.
  kConnect = 1,   // `id` (the Sentry's choice), protocol, address, port: a flow to there.
  kShutdown = 2,  // `id`: no more data goes out.
  kClose = 3,     // `id`: the flow is over; with an error: the far side is to see a reset.
  // --net=host: the guest listens on `port` of its addresses outside, or no longer does.
  kListen = 4,
  kUnlisten = 5,
  // From the broker.
  kConnected = 16,  // `id`, with the descriptor: connected, or one end of a pair (UDP).
  kFailed = 17,     // `id`, error.
  // Somebody connects to a published port: `id` (the broker's choice), protocol, address and port
  // of the client, `guest_port`, with the descriptor.  The Sentry answers with kTaken or kClose.
  kIncoming = 18,
  kTaken = 19,
};

// Datagrams between Sentry and broker: one byte of these, then what it says.
inline constexpr uint8_t kDatagram = 0;       // The datagram.
inline constexpr uint8_t kDatagramError = 1;  // One byte: the errno that the host has told of.

inline constexpr uint64_t kBrokerIds = uint64_t{1} << 63;  // Ids of the broker's choice.

struct BrokerMessage {
  static constexpr uint8_t kVersion = 1;
  uint8_t version = kVersion;
  BrokerOp op{};
  uint8_t protocol = 0;  // IPPROTO_TCP, IPPROTO_UDP
  uint8_t ipv4 = 0;      // Whether the address is that of IPv4, in the first four bytes.
  uint16_t port = 0;     // Host order, as everything here.
  uint16_t guest_port = 0;
  int32_t error = 0;  // errno
  uint32_t reserved = 0;
  uint64_t id = 0;
  std::array<uint8_t, 16> address{};
};
static_assert(sizeof(BrokerMessage) == 40 && std::is_trivially_copyable_v<BrokerMessage>);

// Never waits.  EAGAIN: the socket is full.
base::Result<void> SendBrokerMessage(int channel, const BrokerMessage& message,
                                     int descriptor = -1);
struct ReceivedBrokerMessage {
  BrokerMessage message;
  base::Fd descriptor;
};
// Never waits.  EAGAIN: nothing is there; EPIPE: the other side is gone; EPROTO: not a message.
base::Result<ReceivedBrokerMessage> ReceiveBrokerMessage(int channel);

}  // namespace gofer

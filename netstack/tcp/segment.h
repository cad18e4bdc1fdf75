// What TCP keeps about segments: one that has come, one that is under way, one that came too early.
#pragma once

#include "netstack/packet/byte_queue.h"
#include "netstack/stack/environment.h"
#include "netstack/stack/protocol.h"
#include "netstack/wire/tcp.h"

namespace netstack {

// A segment that has come: its header is consumed, the packet starts with the payload.
struct TcpSegment {
  TcpHeader header;
  TcpOptions options;
  PacketPtr packet;
  const IpReceived* ip = nullptr;
  uint32_t seq = 0;
  uint32_t length = 0;  // Of the payload.

  bool Has(uint16_t flag) const { return header.Has(flag); }
  // Sequence space: SYN and FIN count.
  uint32_t end() const { return seq + length + (Has(kTcpSyn) ? 1 : 0) + (Has(kTcpFin) ? 1 : 0); }
};

// Sequence space that was sent and is not acknowledged yet (RFC 6675, RFC 8985).
struct SentSegment {
  uint32_t seq = 0, end = 0;
  Time sent_at = 0;
  uint8_t transmissions = 1;
  bool sacked = false;
  bool lost = false;  // Taken for lost, not sent again yet or lost again.
  // For delivery rates: what had been delivered when it was sent, and when.
  uint64_t delivered = 0;
  Time delivered_at = 0, first_sent_at = 0;
  bool app_limited = false;

  uint32_t size() const { return end - seq; }
};

// What a connection with accurate ECN counts (RFC 9768); only the lowest three bits ever matter.
struct AccEcn {
  static constexpr uint8_t kFirst = 5;  // Section 3.2.1.
  bool on = false;
  bool handshake = false;    // The next segment out (or in) says how the SYN's answer was marked.
  bool unmarked = false;     // Nothing is sent as capable of ECN.
  bool last_marked = false;  // The last packet that came.
  uint8_t syn_mark = 0;      // Of the SYN, or of its answer, as it came.
  uint8_t received = kFirst, echoed = kFirst;  // Marked CE: what has come; what of ours has.
  uint8_t untold = 0;                          // Since the last segment out.

  static uint16_t Flags(uint8_t ace);
  static uint8_t AceForMark(uint8_t mark);
  static bool AskedBy(const TcpSegment& syn);
};

// Data beyond what is expected next.
struct EarlyData {
  uint32_t seq = 0;
  ByteQueue bytes;
  bool fin = false;
  uint32_t end() const { return seq + static_cast<uint32_t>(bytes.size()); }
};

}  // namespace netstack

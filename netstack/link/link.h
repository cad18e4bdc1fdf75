// Link: what an interface sends frames to and gets them from.
#pragma once

#include "netstack/packet/packet.h"

namespace netstack {

enum class LinkKind { kLoopback, kEthernet, kRaw /* IP packets without a link header, as TUN */ };

// The stack's end of a link.
class LinkSink {
 public:
  // A frame has come, with its link header (kLoopback, kRaw: none).  The caller holds the stack's
  // lock.  Only queues when it is called from within the stack, so a link may do so in Send().
  virtual void ReceiveFrame(PacketPtr frame) = 0;

 protected:
  ~LinkSink() = default;
};

class Link {
 public:
  virtual ~Link() = default;
  virtual LinkKind kind() const = 0;
  virtual MacAddress mac() const { return {}; }
  // Without the link header.
  virtual uint32_t mtu() const = 0;
  virtual uint32_t max_mtu() const { return 65535; }
  // Largest packet (IP header and payload) of a super-segment that it splits itself; 0: none.
  virtual uint32_t gso_max() const { return 0; }
  // Whether it takes packets whose transport checksum is left to do (ChecksumState::kPartial).
  virtual bool checksum_offload() const { return false; }
  // Whether frames to `mac`, which is not the interface's, are the interface's all the same.
  virtual bool Owns(const MacAddress& /*mac*/) const { return false; }
  virtual void Attach(LinkSink* sink) = 0;
  // Takes a frame; one that it cannot send is dropped.
  virtual void Send(PacketPtr frame) = 0;
};

}  // namespace netstack

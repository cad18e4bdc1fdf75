// Packet: one datagram, segment (of up to 64 KiB) or frame on its way.  Headers stand in an inline
// area with room in front; what follows are references to chunks.  Owned by one place at a time.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "netstack/packet/chunk.h"
#include "netstack/wire/address.h"
#include "platform/base/ref.h"

namespace netstack {

enum class ChecksumState : uint8_t {
  kUnknown,   // As it came from outside: to be verified.
  kVerified,  // Right, or never left this machine.
  kPartial,   // Transport checksum left to whoever puts it on a wire: start and offset below.
};

// How a link-layer destination relates to us, by the numbers of packet(7).
enum class PacketType : uint8_t {
  kHost = 0,
  kBroadcast = 1,
  kMulticast = 2,
  kOther = 3,
  kOutgoing = 4
};

// What a packet filter knows of the flow that a packet belongs to (netstack/filter).
class PacketTracking : public base::RefCounted {};

class Packet {
 public:
  // Ethernet with VLAN 18, IPv6 40 or IPv4 60, TCP 60, virtio 12.
  static constexpr size_t kHeadroom = 160;

  Packet() = default;
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  static std::unique_ptr<Packet> Create() { return std::make_unique<Packet>(); }
  // Copies the bytes; null: no memory or more than 64 KiB.
  static std::unique_ptr<Packet> FromBytes(BufferPool& pool, std::span<const std::byte> bytes);
  // Shares the chunks.
  std::unique_ptr<Packet> Clone() const;
  // Puts a copy of `front` before the packet, which need not fit into the inline area: then it
  // becomes another one.  False: no memory.
  static bool PutFront(BufferPool& pool, std::unique_ptr<Packet>& packet,
                       std::span<const std::byte> front);

  size_t size() const { return (kHeadroom - head_) + views_size_; }
  bool empty() const { return size() == 0; }

  // Room for a header of `n` bytes in front, to be filled in; `n` is at most kHeadroom less what
  // is there.
  std::byte* Push(size_t n);
  size_t headroom() const { return head_; }
  // The first `n` bytes in one piece; null: it is shorter, or there is no memory to join them.
  const std::byte* Pull(size_t n);
  // Drops the first `n` bytes; they stay where Pull() showed them while the packet lives.
  void Consume(size_t n);
  void Append(View view);
  // Drops what is behind the first `n` bytes.
  void Truncate(size_t n);

  // Bytes from `offset` on; how many there were.
  size_t CopyOut(size_t offset, std::span<std::byte> to) const;
  std::vector<std::byte> ToBytes() const;
  // The views from behind the inline area; the first may have been consumed in part.
  std::vector<View>& views() { return views_; }
  std::span<const std::byte> head() const {
    return std::span<const std::byte>(inline_).subspan(head_);
  }
  std::byte* mutable_head() { return inline_.data() + head_; }
  // Calls f(span) for each stretch.
  template <typename F>
  void ForEach(F f) const {
    if (head_ < kHeadroom) f(head());
    for (const View& view : views_) {
      if (view.length != 0) f(view.bytes());
    }
  }

  uint32_t ifindex = 0;    // Where it came in, or goes out.
  uint16_t ethertype = 0;  // What it starts with behind the link header.
  PacketType type = PacketType::kHost;
  ChecksumState checksum = ChecksumState::kUnknown;
  uint16_t checksum_start = 0, checksum_offset = 0;  // From the IP header; kPartial.
  uint16_t gso_size = 0;                             // Payload per wire segment; 0: one packet.
  uint32_t mark = 0;
  int64_t wall_time = 0;               // When it came in, CLOCK_REALTIME; 0: not asked for.
  base::Ref<PacketTracking> tracking;  // Null as long as nobody filters.
  uint8_t tracking_info = 0;           // How it belongs there: IP_CT_*.
  uint32_t fragment_size = 0;          // Largest fragment it was joined from; 0: it came whole.
  // Headers that were consumed, for errors that quote them and sockets that show them.
  std::span<const std::byte> link_header, network_header, transport_header;
  bool transport_consumed = false;  // Of the last: its bytes are no longer in front.
  MacAddress link_source;
  std::unique_ptr<Packet> next;  // For queues.

 private:
  void TakeState(const Packet& from);

  uint32_t head_ = kHeadroom;
  uint32_t views_size_ = 0;
  std::vector<View> views_;
  alignas(8) std::array<std::byte, kHeadroom> inline_;
  // What Pull() had to join when the pieces did not fit; keeps consumed headers alive.
  std::vector<View> consumed_;
};

using PacketPtr = std::unique_ptr<Packet>;

// First in, first out, counted.
class PacketQueue {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  size_t bytes() const { return bytes_; }
  void Push(PacketPtr packet);
  PacketPtr Pop();
  Packet* front() { return head_.get(); }
  PacketQueue() = default;
  PacketQueue(PacketQueue&& other) noexcept { *this = std::move(other); }
  PacketQueue& operator=(PacketQueue&& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
    std::swap(size_, other.size_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~PacketQueue() { Clear(); }
  void Clear();

 private:
  PacketPtr head_;
  Packet* tail_ = nullptr;
  size_t size_ = 0, bytes_ = 0;
};

}  // namespace netstack

// Reassembly of fragments for both versions of IP: bounded memory, no overlaps (RFC 5722), a time
// limit that is announced by an ICMP message (RFC 791 section 3.2, RFC 8200 section 4.5).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "netstack/packet/packet.h"
#include "netstack/stack/protocol.h"
#include "netstack/stack/timer.h"

namespace netstack {

class Stack;
struct IpStats;

class Reassembler {
 public:
  Reassembler(Stack& stack, IpStats& stats) : stack_(stack), stats_(stats) {}

  struct Key {
    IpAddress source, destination;
    uint32_t id = 0;
    uint32_t ifindex = 0;
    uint8_t protocol = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Piece {
    uint32_t offset = 0;
    bool more = false;
    PacketPtr packet;  // From its payload on.
    IpReceived ip;     // As the fragment says; options are borrowed from the packet.
  };
  // The whole, once the last piece is there: the first fragment's packet (with its headers
  // remembered) and what it said of itself.
  struct Whole {
    PacketPtr packet;
    IpReceived ip;
  };
  std::optional<Whole> Add(const Key& key, Piece piece, Duration timeout);
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kMaxPieces = 4096;  // of one datagram: 64 KiB in pieces of 16 and more
  struct Datagram {
    Datagram(TimerHeap& heap, base::UniqueFunction<void()> expire)
        : timer(heap, std::move(expire)) {}
    std::vector<Piece> pieces;  // By offset.
    std::optional<uint32_t> total;
    uint32_t have = 0;
    size_t cost = 0;
    StackTimer timer;
  };
  Datagram* Find(const Key& key, Duration timeout);
  void Drop(const Key& key);
  void Expire(const Key& key);
  bool Insert(Datagram& datagram, Piece piece);
  Whole Join(Datagram& datagram);

  Stack& stack_;
  IpStats& stats_;
  std::map<Key, std::unique_ptr<Datagram>> table_;
  size_t bytes_ = 0;
};

}  // namespace netstack

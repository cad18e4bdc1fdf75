// NeighbourTable: link addresses of neighbours, found by ARP (RFC 826) and neighbour discovery
// (RFC 4861), with the states of the latter for both.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "netstack/packet/packet.h"
#include "netstack/stack/route.h"
#include "netstack/stack/timer.h"
#include "platform/base/result.h"

namespace netstack {

class Stack;

class NeighbourTable {
 public:
  explicit NeighbourTable(Stack& stack) : stack_(stack) {}

  // Sends a packet to a neighbour, or keeps it until its address is known.
  void Send(Interface& out, PacketPtr packet, const IpAddress& next_hop);
  void ReceiveArp(Interface& in, PacketPtr packet);
  // A transport has seen that the neighbour answers (RFC 4861 section 7.3.1).
  void Confirm(uint32_t ifindex, const IpAddress& addr);

  // What neighbour discovery learns.
  struct Advertised {
    IpAddress addr;
    std::optional<MacAddress> mac;
    bool solicited = false, override_ = false;
    std::optional<bool> router;
  };
  void OnAdvertisement(Interface& in, const Advertised& advertised);
  // A solicitation (or another message) that bears the sender's address.
  void OnSender(Interface& in, const IpAddress& addr, const MacAddress& mac);

  std::vector<NeighbourEntry> List() const;
  base::Result<void> Set(const NeighbourEntry& entry);
  base::Result<void> Remove(uint32_t ifindex, const IpAddress& addr);
  void Flush(uint32_t ifindex);

 private:
  static constexpr size_t kMaxEntries = 1024;  // gc_thresh3
  static constexpr size_t kMaxPending = 32;    // packets kept for one neighbour
  static constexpr int kMaxProbes = 3;
  static constexpr Duration kRetransmit = kSecond, kReachable = 30 * kSecond, kDelay = 5 * kSecond;

  struct Neighbour {
    Neighbour(TimerHeap& heap, base::UniqueFunction<void()> expire)
        : timer(heap, std::move(expire)) {}
    NeighbourEntry entry;
    int probes = 0;
    PacketQueue pending;
    StackTimer timer;
  };
  using Key = std::pair<uint32_t, IpAddress>;

  Neighbour* Find(uint32_t ifindex, const IpAddress& addr);
  Neighbour* Make(uint32_t ifindex, const IpAddress& addr);  // Null: full of entries in use.
  void OnTimer(const Key& key);
  void Solicit(Interface& out, Neighbour& neighbour);
  void SendArp(Interface& out, const IpAddress& target, const MacAddress* to);
  void SendSolicitation(Interface& out, const IpAddress& target, const MacAddress* to);
  void Fail(Interface* out, Neighbour& neighbour);
  void Learn(Interface& in, Neighbour& neighbour, const MacAddress& mac, NeighbourState state);
  void SetState(Neighbour& neighbour, NeighbourState state);

  Stack& stack_;
  std::map<Key, std::unique_ptr<Neighbour>> table_;
};

}  // namespace netstack

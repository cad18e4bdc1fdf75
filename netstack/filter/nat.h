// NAT: which address and port a connection gets, and the packets that follow from it.
#pragma once

#include "netstack/filter/conntrack.h"

namespace netstack {

// Which end of a packet is changed: the source where packets leave, the destination where they
// come.
enum class NatKind : uint8_t { kSource, kDestination };

constexpr NatKind NatKindAt(Hook hook) {
  return hook == Hook::kPreRouting || hook == Hook::kOutput ? NatKind::kDestination
                                                            : NatKind::kSource;
}

// From what the new address and port are taken.
struct NatRange {
  uint32_t flags = 0;  // NF_NAT_RANGE_*
  IpAddress min_address, max_address;
  uint16_t min_port = 0, max_port = 0;
};

class Nat {
 public:
  Nat(Stack& stack, Conntrack& conntrack) : stack_(stack), conntrack_(conntrack) {}

  static bool Decided(const Connection& connection, NatKind kind) {
    return connection.Is(kind == NatKind::kSource ? abi::kIpsSrcNatDone : abi::kIpsDstNatDone);
  }
  // Once for each kind, before the connection is confirmed.
  void Decide(Connection& connection, NatKind kind, const NatRange& range);
  // Leaves it as it is, unless somebody else has its tuple.
  void DecideNothing(Connection& connection, NatKind kind);
  // Changes the packet as its connection says.  False: it cannot be changed, and must not go on.
  bool Apply(PacketPtr& packet, const Headers& headers, NatKind kind);

 private:
  FlowTuple Choose(const Connection& connection, const FlowTuple& now, NatKind kind,
                   const NatRange& range);
  bool Free(const FlowTuple& tuple, const Connection& connection) const;
  bool ApplyToError(PacketPtr& packet, const Headers& headers, const Connection& connection,
                    FlowDirection direction, NatKind kind);

  Stack& stack_;
  Conntrack& conntrack_;
};

}  // namespace netstack

// Conntrack: which flow a packet belongs to, and in what state the flow is (the states and timeouts
// of Linux's nf_conntrack; conntrack(8)).
//
// A new connection rides on its packet until the packet has come through (Confirm()); only then is
// it in the table, once for each direction.  The table is bounded: when it is full, the oldest
// connection of which no answer was seen long enough makes room.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "abi/linux/netfilter.h"
#include "netstack/filter/headers.h"
#include "netstack/stack/stack.h"
#include "platform/base/intrusive_list.h"

namespace netstack {

// One direction of a flow.  ICMP: the source port is the identifier, the destination port type and
// code.
struct FlowTuple {
  IpAddress source, destination;
  uint16_t source_port = 0, destination_port = 0;
  uint8_t protocol = 0;

  auto operator<=>(const FlowTuple&) const = default;
  FlowTuple Inverse() const;
  static std::optional<FlowTuple> Of(const Headers& headers);
};

enum class FlowDirection : uint8_t { kOriginal, kReply };

// By the numbers of TCP_CONNTRACK_*.
enum class TcpFlow : uint8_t {
  kNone,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait,
  kCloseWait,
  kLastAck,
  kTimeWait,
  kClose,
  kSynSent2,
};

class Connection final : public PacketTracking, public base::ListNode<Connection> {
 public:
  FlowTuple original, reply;
  uint64_t owner = 0;  // Of which table.
  uint32_t id = 0;
  uint32_t status = 0;  // IPS_*
  uint32_t mark = 0;
  uint32_t masquerade_ifindex = 0;
  Time created = 0, expires = 0;
  Duration timeout = 0;  // Until it is confirmed.
  TcpFlow tcp = TcpFlow::kNone;

  bool Is(uint32_t bits) const { return (status & bits) != 0; }
  const FlowTuple& tuple(FlowDirection direction) const {
    return direction == FlowDirection::kOriginal ? original : reply;
  }
  FlowTuple& tuple(FlowDirection direction) {
    return direction == FlowDirection::kOriginal ? original : reply;
  }
};

using ConnectionRef = base::Ref<Connection>;

inline FlowDirection DirectionOf(uint8_t info) {
  return info >= abi::kCtEstablishedReply ? FlowDirection::kReply : FlowDirection::kOriginal;
}

class Conntrack {
 public:
  static constexpr size_t kMaxEntries = 262144;  // Whatever nf_conntrack_max says.

  explicit Conntrack(Stack& stack);
  ~Conntrack();

  // Finds or begins the packet's connection and notes it on the packet.
  void Track(Packet& packet, const Headers& headers);
  // Of the packet, if it is one of ours.
  Connection* Of(const Packet& packet) const;
  // The packet has come through.  False: another one took the tuple meanwhile, or no memory.
  bool Confirm(Packet& packet);
  // Whether somebody else has it.
  bool Taken(const FlowTuple& tuple, const Connection* besides) const;

  size_t size() const { return count_; }
  size_t max_entries() const;
  std::vector<ConnectionRef> All();
  ConnectionRef Lookup(const FlowTuple& tuple);  // Of either direction; null: none.
  void Remove(Connection& connection);
  template <typename F>
  void RemoveIf(F unwanted) {
    for (const ConnectionRef& connection : All()) {
      if (unwanted(*connection)) Remove(*connection);
    }
  }

 private:
  struct Entry {
    ConnectionRef connection;
    FlowDirection direction;
  };
  struct Hasher {
    const Stack* stack;
    size_t operator()(const FlowTuple& tuple) const;
  };
  using Table = std::unordered_map<FlowTuple, Entry, Hasher>;

  Entry* Find(const FlowTuple& tuple);
  ConnectionRef Begin(const FlowTuple& tuple, const Headers& headers);
  void TrackError(Packet& packet, const Headers& headers);
  // Takes the state on; false: the packet does not belong where it claims to.
  bool Advance(Connection& connection, FlowDirection direction, const Headers& headers);
  bool AdvanceTcp(Connection& connection, FlowDirection direction, uint16_t flags);
  void AdvanceUdp(Connection& connection);
  void Assure(Connection& connection);
  void Refresh(Connection& connection, int seconds);
  bool MakeRoom();
  void Collect();

  Stack& stack_;
  const uint64_t owner_;
  uint32_t next_id_ = 0;
  size_t count_ = 0;
  Table table_;
  base::IntrusiveList<Connection> droppable_;  // Oldest first.
  StackTimer timer_;
};

// What becomes of a TCP connection; nothing: the packet does not fit it.  `kept`: it is passed by
// and changes nothing.
struct TcpStep {
  bool valid = true, kept = false;
  TcpFlow next = TcpFlow::kNone;
};
TcpStep StepTcp(TcpFlow state, FlowDirection direction, uint16_t flags);
// How long it may be silent in that state.
int SecondsOf(TcpFlow state, const Sysctl& sysctl);

}  // namespace netstack

// Conntrack: the table, and what packets do to it.
#include "netstack/filter/conntrack.h"

#include <algorithm>
#include <cstring>

#include "netstack/wire/bytes.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/tcp.h"

namespace netstack {
namespace {

// A flow of UDP that lasts longer is taken for a conversation.
constexpr Duration kUdpProbe = 2 * kSecond;
constexpr Duration kCollectEvery = 10 * kSecond;

struct Pair {
  uint8_t request, answer;
};
constexpr Pair kPairs4[] = {{8, 0}, {13, 14}, {15, 16}, {17, 18}};
constexpr Pair kPairs6[] = {{128, 129}, {139, 140}};

std::span<const Pair> PairsOf(uint8_t protocol) {
  return protocol == kProtoIcmp ? std::span<const Pair>(kPairs4) : std::span<const Pair>(kPairs6);
}

uint8_t OppositeOf(uint8_t protocol, uint8_t type) {
  for (const Pair& pair : PairsOf(protocol)) {
    if (pair.request == type) return pair.answer;
    if (pair.answer == type) return pair.request;
  }
  return type;
}

bool MayBeginIcmp(uint8_t protocol, uint8_t type) {
  const std::span<const Pair> pairs = PairsOf(protocol);
  return std::any_of(pairs.begin(), pairs.end(), [&](const Pair& p) { return p.request == type; });
}

// Neighbour discovery and multicast listeners are no flows (RFC 4861, RFC 3810).
bool IsUntracked(const Headers& headers) {
  if (headers.v4 || !headers.IsIcmp()) return false;
  const uint8_t type = Load8(headers.transport.data());
  return (type >= 130 && type <= 137) || type == 143;
}

uint64_t NextOwner() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

uint16_t TcpFlagsOf(const Headers& headers) {
  return static_cast<uint16_t>(Load16(headers.transport.data() + 12) & 0x3f);
}

}  // namespace

FlowTuple FlowTuple::Inverse() const {
  FlowTuple out{destination, source, destination_port, source_port, protocol};
  if (protocol != kProtoIcmp && protocol != kProtoIcmp6) return out;
  out.source_port = source_port;
  const uint8_t type = OppositeOf(protocol, static_cast<uint8_t>(destination_port >> 8));
  out.destination_port = static_cast<uint16_t>(type << 8 | (destination_port & 0xff));
  return out;
}

std::optional<FlowTuple> FlowTuple::Of(const Headers& headers) {
  if (headers.later_fragment) return std::nullopt;
  FlowTuple out{headers.source, headers.destination, 0, 0, headers.protocol};
  if (headers.HasPorts()) {
    out.source_port = headers.source_port();
    out.destination_port = headers.destination_port();
    return out;
  }
  const bool icmp = headers.protocol == kProtoIcmp || headers.protocol == kProtoIcmp6;
  const bool cut = headers.protocol == kProtoTcp || headers.protocol == kProtoUdp || icmp;
  if (!headers.IsIcmp()) return cut ? std::nullopt : std::optional(out);
  const IcmpHeader header = IcmpHeader::Parse(headers.transport.data());
  out.source_port = static_cast<uint16_t>(header.rest >> 16);
  out.destination_port = static_cast<uint16_t>(header.type << 8 | header.code);
  return out;
}

size_t Conntrack::Hasher::operator()(const FlowTuple& tuple) const {
  std::array<std::byte, 37> key;
  std::memcpy(key.data(), tuple.source.bytes().data(), 16);
  std::memcpy(key.data() + 16, tuple.destination.bytes().data(), 16);
  Store16(key.data() + 32, tuple.source_port);
  Store16(key.data() + 34, tuple.destination_port);
  Store8(key.data() + 36, tuple.protocol);
  return stack->Hash(key);
}

Conntrack::Conntrack(Stack& stack)
    : stack_(stack),
      owner_(NextOwner()),
      table_(0, Hasher{&stack}),
      timer_(stack.timers(), [this] { Collect(); }) {}

Conntrack::~Conntrack() {
  RemoveIf([](const Connection&) { return true; });
}

Connection* Conntrack::Of(const Packet& packet) const {
  auto* connection = static_cast<Connection*>(packet.tracking.get());
  return connection != nullptr && connection->owner == owner_ ? connection : nullptr;
}

Conntrack::Entry* Conntrack::Find(const FlowTuple& tuple) {
  auto found = table_.find(tuple);
  if (found == table_.end()) return nullptr;
  if (found->second.connection->expires > stack_.now()) return &found->second;
  const ConnectionRef expired = found->second.connection;
  Remove(*expired);
  return nullptr;
}

bool Conntrack::Taken(const FlowTuple& tuple, const Connection* besides) const {
  auto found = table_.find(tuple);
  return found != table_.end() && found->second.connection.get() != besides &&
         found->second.connection->expires > stack_.now();
}

void Conntrack::Track(Packet& packet, const Headers& headers) {
  // Of this stack: it comes back from loopback, or somebody answers for it.
  if (Of(packet) != nullptr || packet.tracking_info == abi::kCtUntracked) return;
  packet.tracking = nullptr;
  packet.tracking_info = 0;
  if (IsUntracked(headers)) {
    packet.tracking_info = abi::kCtUntracked;
    return;
  }
  if (headers.IsIcmpError()) return TrackError(packet, headers);
  const std::optional<FlowTuple> tuple = FlowTuple::Of(headers);
  if (!tuple) return;
  Entry* entry = Find(*tuple);
  if (entry != nullptr && headers.protocol == kProtoTcp && headers.transport_size >= 20) {
    // A new connection between the ports of one that is over.
    const Connection& old = *entry->connection;
    const bool over = old.tcp == TcpFlow::kTimeWait ||
                      (old.tcp == TcpFlow::kClose && entry->direction == FlowDirection::kOriginal);
    if (over && (TcpFlagsOf(headers) & (kTcpSyn | kTcpAck | kTcpRst)) == kTcpSyn) {
      const ConnectionRef gone = entry->connection;
      Remove(*gone);
      entry = nullptr;
    }
  }
  const FlowDirection direction = entry != nullptr ? entry->direction : FlowDirection::kOriginal;
  const ConnectionRef connection = entry != nullptr ? entry->connection : Begin(*tuple, headers);
  if (connection == nullptr) return;
  const bool answer = direction == FlowDirection::kReply;
  const uint8_t info = answer                               ? abi::kCtEstablishedReply
                       : connection->Is(abi::kIpsSeenReply) ? abi::kCtEstablished
                                                            : abi::kCtNew;
  if (!Advance(*connection, direction, headers)) return;
  if (answer) connection->status |= abi::kIpsSeenReply;
  packet.tracking = connection;
  packet.tracking_info = info;
}

// An error belongs to the flow of the packet that it quotes: the inverse of which comes from the
// other side.
void Conntrack::TrackError(Packet& packet, const Headers& headers) {
  std::array<std::byte, 320> bytes;
  const size_t got = packet.CopyOut(headers.network_size + IcmpHeader::kSize, bytes);
  Headers quoted;
  if (!quoted.ReadQuoted(std::span(bytes).first(got), headers.v4)) return;
  const std::optional<FlowTuple> tuple = FlowTuple::Of(quoted);
  Entry* entry = tuple ? Find(tuple->Inverse()) : nullptr;
  if (entry == nullptr) return;
  packet.tracking = entry->connection;
  packet.tracking_info =
      entry->direction == FlowDirection::kReply ? abi::kCtRelatedReply : abi::kCtRelated;
}

ConnectionRef Conntrack::Begin(const FlowTuple& tuple, const Headers& headers) {
  if (headers.IsIcmp() && !MayBeginIcmp(headers.protocol, Load8(headers.transport.data()))) {
    return nullptr;
  }
  if (headers.protocol == kProtoTcp) {
    if (headers.transport_size < 20) return nullptr;
    const TcpStep step = StepTcp(TcpFlow::kNone, FlowDirection::kOriginal, TcpFlagsOf(headers));
    const bool begins = step.next == TcpFlow::kSynSent;
    if (!step.valid || (!begins && !stack_.sysctl().nf_conntrack_tcp_loose)) return nullptr;
  }
  if (!MakeRoom()) return nullptr;
  auto connection = base::MakeRef<Connection>();
  connection->original = tuple;
  connection->reply = tuple.Inverse();
  connection->owner = owner_;
  connection->id = ++next_id_ * 2654435761u;
  connection->created = stack_.now();
  return connection;
}

bool Conntrack::Advance(Connection& connection, FlowDirection direction, const Headers& headers) {
  const Sysctl& sysctl = stack_.sysctl();
  switch (headers.protocol) {
    case kProtoTcp:
      if (headers.transport_size < 20) return false;
      return AdvanceTcp(connection, direction, TcpFlagsOf(headers));
    case kProtoUdp:
    case kProtoUdpLite:
      if (direction == FlowDirection::kReply) connection.status |= abi::kIpsSeenReply;
      AdvanceUdp(connection);
      return true;
    case kProtoIcmp:
    case kProtoIcmp6:
      Refresh(connection,
              headers.v4 ? sysctl.nf_conntrack_icmp_timeout : sysctl.nf_conntrack_icmpv6_timeout);
      return true;
    default:
      Refresh(connection, sysctl.nf_conntrack_generic_timeout);
      return true;
  }
}

bool Conntrack::AdvanceTcp(Connection& connection, FlowDirection direction, uint16_t flags) {
  const TcpStep step = StepTcp(connection.tcp, direction, flags);
  if (!step.valid) return false;
  if (step.kept) return true;
  const TcpFlow before = connection.tcp;
  // A port that is closed: the answer is all there will be.
  if ((flags & kTcpRst) != 0 && !connection.Is(abi::kIpsSeenReply)) {
    const ConnectionRef keep(&connection);
    connection.tcp = step.next;
    Remove(connection);
    return true;
  }
  connection.tcp = step.next;
  if (connection.Is(abi::kIpsSeenReply) && step.next == TcpFlow::kEstablished &&
      (before == TcpFlow::kSynReceived || before == TcpFlow::kEstablished)) {
    Assure(connection);
  }
  Refresh(connection, SecondsOf(step.next, stack_.sysctl()));
  return true;
}

void Conntrack::AdvanceUdp(Connection& connection) {
  const Sysctl& sysctl = stack_.sysctl();
  if (!connection.Is(abi::kIpsSeenReply)) {
    return Refresh(connection, sysctl.nf_conntrack_udp_timeout);
  }
  const bool conversation = stack_.now() - connection.created > kUdpProbe;
  Refresh(connection,
          conversation ? sysctl.nf_conntrack_udp_timeout_stream : sysctl.nf_conntrack_udp_timeout);
  if (conversation) Assure(connection);
}

void Conntrack::Assure(Connection& connection) {
  connection.status |= abi::kIpsAssured;
  connection.Unlink();
}

void Conntrack::Refresh(Connection& connection, int seconds) {
  connection.timeout = seconds * kSecond;
  connection.expires = stack_.now() + connection.timeout;
}

size_t Conntrack::max_entries() const {
  const int wanted = stack_.sysctl().nf_conntrack_max;
  return wanted <= 0 ? kMaxEntries : std::min<size_t>(static_cast<size_t>(wanted), kMaxEntries);
}

bool Conntrack::MakeRoom() {
  if (count_ < max_entries()) return true;
  if (droppable_.empty()) return false;
  Remove(droppable_.front());
  return true;
}

bool Conntrack::Confirm(Packet& packet) {
  Connection* connection = Of(packet);
  if (connection == nullptr || connection->Is(abi::kIpsConfirmed | abi::kIpsDying)) return true;
  // Who refuses the first packet answers for a connection that never is.
  if (DirectionOf(packet.tracking_info) == FlowDirection::kReply) return true;
  if (Find(connection->original) != nullptr || Find(connection->reply) != nullptr) return false;
  if (!MakeRoom() || !stack_.environment().Charge(sizeof(Connection))) return false;
  const ConnectionRef ref(connection);
  table_.insert_or_assign(connection->original, Entry{ref, FlowDirection::kOriginal});
  table_.try_emplace(connection->reply, Entry{ref, FlowDirection::kReply});
  connection->status |= abi::kIpsConfirmed;
  connection->expires = stack_.now() + connection->timeout;
  droppable_.push_back(*connection);
  count_++;
  if (!timer_.armed()) timer_.Arm(stack_.now() + kCollectEvery);
  return true;
}

void Conntrack::Remove(Connection& connection) {
  const ConnectionRef keep(&connection);
  connection.status |= abi::kIpsDying;
  if (!connection.Is(abi::kIpsConfirmed)) return;
  connection.status &= ~abi::kIpsConfirmed;
  connection.Unlink();
  table_.erase(connection.original);
  table_.erase(connection.reply);
  stack_.environment().Uncharge(sizeof(Connection));
  count_--;
}

ConnectionRef Conntrack::Lookup(const FlowTuple& tuple) {
  Entry* entry = Find(tuple);
  return entry != nullptr ? entry->connection : nullptr;
}

std::vector<ConnectionRef> Conntrack::All() {
  std::vector<ConnectionRef> all;
  for (const auto& [tuple, entry] : table_) {
    if (entry.direction == FlowDirection::kOriginal) all.push_back(entry.connection);
  }
  return all;
}

// Takes out what has expired; sleeps as long as nothing can.
void Conntrack::Collect() {
  const Time now = stack_.now();
  std::optional<Time> next;
  for (const ConnectionRef& connection : All()) {
    if (connection->expires <= now) {
      Remove(*connection);
    } else {
      next = std::min(next.value_or(connection->expires), connection->expires);
    }
  }
  if (next) timer_.Arm(std::max(*next, now + kCollectEvery));
}

}  // namespace netstack

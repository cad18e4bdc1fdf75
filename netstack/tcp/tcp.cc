// Tcp: segments to connections and listeners.
#include "netstack/tcp/tcp.h"

#include "netstack/stack/offload.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

size_t Tcp::TupleHash::operator()(const TcpTuple& t) const {
  struct {
    IpAddress local, peer;
    uint16_t local_port, peer_port;
    uint32_t zero;
  } key{t.local.addr, t.peer.addr, t.local.port, t.peer.port, 0};
  return stack->Hash(std::as_bytes(std::span(&key, 1)));
}

Tcp::Tcp(Stack& stack)
    : stack_(stack),
      held_(0, TupleHash{&stack}),
      connections_(16, TupleHash{&stack}),
      requests_(16, TupleHash{&stack}),
      time_waits_(16, TupleHash{&stack}),
      time_wait_timer_(stack.timers(), [this] { OnTimeWaitTimer(); }) {
  stack.SetTransport(kProtoTcp, this);
}

Tcp::~Tcp() {
  stack_.SetTransport(kProtoTcp, nullptr);
}

Ref<TcpEndpoint> Tcp::CreateEndpoint(int family, uint32_t uid) {
  return base::MakeRef<TcpEndpoint>(*this, family, uid);
}

std::vector<Ref<TcpEndpoint>> Tcp::Endpoints() const {
  std::vector<Ref<TcpEndpoint>> all;
  for (const auto& [port, list] : listeners_) all.insert(all.end(), list.begin(), list.end());
  for (const auto& [tuple, endpoint] : connections_) all.push_back(endpoint);
  return all;
}

TcpTuple Tcp::TupleOf(const TcpEndpoint& endpoint) {
  return {{endpoint.local_.addr, endpoint.local_.port, 0},
          {endpoint.peer_.addr, endpoint.peer_.port, 0}};
}

void Tcp::AddConnection(TcpEndpoint& endpoint) {
  connections_[TupleOf(endpoint)] = Ref<TcpEndpoint>(&endpoint);
  endpoint.in_table_ = true;
}

void Tcp::RemoveConnection(TcpEndpoint& endpoint) {
  if (!endpoint.in_table_) return;
  endpoint.in_table_ = false;
  auto found = connections_.find(TupleOf(endpoint));
  if (found == connections_.end() || found->second.get() != &endpoint) return;
  // The last reference may be this one: the caller holds another.
  connections_.erase(found);
}

void Tcp::AddListener(TcpEndpoint& endpoint) {
  listeners_[endpoint.local_.port].push_back(Ref<TcpEndpoint>(&endpoint));
}

void Tcp::RemoveListener(TcpEndpoint& endpoint) {
  auto found = listeners_.find(endpoint.local_.port);
  if (found == listeners_.end()) return;
  std::erase_if(found->second, [&](const auto& other) { return other.get() == &endpoint; });
  if (found->second.empty()) listeners_.erase(found);
}

namespace {

// Linux's compute_score() of listeners: -1 when it is not for this one.
int Score(const TcpEndpoint& e, const IpAddress& bound, const IpReceived& ip) {
  int score = e.IsV4() == ip.destination.IsV4() ? 2 : 1;
  if (ip.destination.IsV4() && !e.IsV4() && e.ip6.v6only) return -1;
  if (ip.destination.IsV6() && e.IsV4()) return -1;
  if (bound.IsAny()) {
    if (bound == IpAddress::AnyV4() && ip.destination.IsV6()) return -1;
  } else {
    if (bound != ip.destination) return -1;
    score += 32;
  }
  if (e.options.bound_ifindex != 0) {
    if (e.options.bound_ifindex != ip.in->index()) return -1;
    score += 4;
  }
  return score;
}

}  // namespace

TcpEndpoint* Tcp::FindListener(const IpReceived& ip, uint16_t port, uint16_t peer_port) {
  auto found = listeners_.find(port);
  if (found == listeners_.end()) return nullptr;
  TcpEndpoint* best = nullptr;
  int best_score = 0;
  std::vector<TcpEndpoint*> group;
  for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
    TcpEndpoint& e = **at;
    const int score = Score(e, e.local_.addr, ip);
    if (score <= 0 || score < best_score) continue;
    if (score > best_score) {
      best = &e;
      best_score = score;
      group.clear();
    }
    if (e.options.reuse_port) group.push_back(&e);
  }
  if (group.size() < 2 || !best->options.reuse_port) return best;
  const TcpTuple tuple{{ip.destination, port, 0}, {ip.source, peer_port, 0}};
  return group[TupleHash{&stack_}(tuple) % group.size()];
}

void Tcp::Receive(PacketPtr packet, const IpReceived& ip) {
  TcpStats& stats = stack_.stats().tcp;
  stats.in_segs++;
  if (ip.multicast || ip.broadcast || packet->type != PacketType::kHost) return;
  const std::byte* at = packet->Pull(TcpHeader::kSize);
  if (at != nullptr) {
    const size_t size = static_cast<size_t>(Load8(at + 12) >> 4) * 4;
    at = size < TcpHeader::kSize ? nullptr : packet->Pull(size);
  }
  std::optional<TcpHeader> header;
  if (at != nullptr) {
    header = TcpHeader::Parse({at, static_cast<size_t>(Load8(at + 12) >> 4) * 4});
  }
  if (!header) {
    stats.in_errs++;
    return;
  }
  if (!ChecksumIsRight(*packet, ip.source, ip.destination, kProtoTcp)) {
    stats.in_csum_errors++;
    stats.in_errs++;
    return;
  }
  packet->transport_header = {at, header->header_size};
  packet->transport_consumed = true;
  packet->Consume(header->header_size);
  TcpSegment segment;
  segment.header = *header;
  segment.options =
      TcpOptions::Parse({at + TcpHeader::kSize, header->header_size - TcpHeader::kSize});
  segment.seq = header->seq;
  segment.length = static_cast<uint32_t>(packet->size());
  segment.packet = std::move(packet);
  segment.ip = &ip;
  Dispatch(segment,
           {{ip.destination, header->destination_port, 0}, {ip.source, header->source_port, 0}});
}

void Tcp::Dispatch(TcpSegment& segment, const TcpTuple& tuple) {
  if (auto found = connections_.find(tuple); found != connections_.end()) {
    const Ref<TcpEndpoint> endpoint = found->second;
    endpoint->Input(segment);
    return;
  }
  if (auto found = requests_.find(tuple); found != requests_.end()) {
    ReceiveForRequest(*found->second, segment);
    return;
  }
  if (auto found = time_waits_.find(tuple); found != time_waits_.end()) {
    if (!ReceiveForTimeWait(*found->second, segment)) return;
  }
  TcpEndpoint* raw = FindListener(*segment.ip, tuple.local.port, tuple.peer.port);
  if (raw == nullptr) {
    if (Hold(segment, tuple)) return;
    SendResetFor(segment, tuple);
    return;
  }
  const Ref<TcpEndpoint> listener(raw);
  ReceiveSyn(*listener, segment, tuple);
}

void Tcp::OnError(const IpError& error) {
  const uint16_t local_port = Load16(error.transport.data());
  const uint16_t peer_port = Load16(&error.transport[2]);
  const TcpTuple tuple{{error.source, local_port, 0}, {error.destination, peer_port, 0}};
  const uint32_t seq = Load32(&error.transport[4]);
  if (auto found = connections_.find(tuple); found != connections_.end()) {
    const Ref<TcpEndpoint> endpoint = found->second;
    // RFC 5927 section 4: only about what is under way.
    if (SeqBefore(seq, endpoint->snd_una_) || SeqAfter(seq, endpoint->snd_nxt_)) return;
    endpoint->OnError(error);
    return;
  }
  if (auto found = requests_.find(tuple); found != requests_.end() && error.hard) {
    if (seq == found->second->iss) DropRequest(tuple);
  }
}

void Tcp::Send(const Reply& reply) {
  Result<RouteResult> route =
      stack_.FindRoute(reply.tuple.peer.addr, reply.tuple.local.addr,
                       reply.tuple.peer.addr.NeedsScope() ? reply.ifindex : 0);
  if (!route.ok()) return;
  std::array<std::byte, TcpOptions::kMaxSize> options;
  const size_t options_size = reply.options.Write(options.data());
  auto packet = Packet::Create();
  TcpHeader header;
  header.source_port = reply.tuple.local.port;
  header.destination_port = reply.tuple.peer.port;
  header.seq = reply.seq;
  header.ack = reply.ack;
  header.flags = reply.flags;
  header.window = reply.window;
  header.header_size = static_cast<uint8_t>(TcpHeader::kSize + options_size);
  std::byte* at = packet->Push(header.header_size);
  header.Write(at);
  std::memcpy(at + TcpHeader::kSize, options.data(), options_size);
  IpSend ip;
  ip.source = reply.tuple.local.addr;
  ip.destination = reply.tuple.peer.addr;
  ip.protocol = kProtoTcp;
  ip.tos = reply.tos;
  ip.fragmentation = Fragmentation::kHereOnly;
  StartChecksum(*packet, ip.source, ip.destination, kProtoTcp, 16);
  stack_.stats().tcp.out_segs++;
  if ((reply.flags & kTcpRst) != 0) stack_.stats().tcp.out_rsts++;
  (void)stack_.network(ip.destination).Send(std::move(packet), *route, ip).ok();
}

// RFC 9293 section 3.5.2.
void Tcp::SendResetFor(const TcpSegment& segment, const TcpTuple& tuple) {
  if (segment.Has(kTcpRst)) return;
  Reply reply;
  reply.tuple = tuple;
  reply.ifindex = segment.ip->in->index();
  if (segment.Has(kTcpAck)) {
    reply.seq = segment.header.ack;
    reply.flags = kTcpRst;
  } else {
    reply.ack = segment.end();
    reply.flags = kTcpRst | kTcpAck;
  }
  Send(reply);
}

}  // namespace netstack

// DatagramEndpoint: the queue, the peer, errors.
#include "netstack/endpoint/datagram_endpoint.h"

#include <poll.h>

#include <algorithm>
#include <cstring>

namespace netstack {

DatagramEndpoint::~DatagramEndpoint() = default;

void DatagramEndpoint::Close() {
  Stack::Scope scope(stack_);
  if (closed_) return;
  closed_ = true;
  for (const Membership& m : memberships_) {
    Interface* interface = stack_.FindInterface(m.ifindex);
    if (interface != nullptr) interface->LeaveGroup(m.group, m.Filter());
  }
  memberships_.clear();
  queue_.clear();
  observer_ = nullptr;
  Unbind();
}

uint32_t DatagramEndpoint::Readiness() const {
  uint32_t ready = POLLOUT | POLLWRNORM | POLLWRBAND;
  if (error_ != 0 || HasQueuedError()) ready |= POLLERR;
  if (!queue_.empty()) ready |= POLLIN | POLLRDNORM;
  if (receive_shut_) ready |= POLLIN | POLLRDNORM | POLLRDHUP;
  if (receive_shut_ && send_shut_) ready |= POLLHUP;
  return ready;
}

Result<SocketAddr> DatagramEndpoint::PeerAddress() const {
  if (!connected_) return Errno(ENOTCONN);
  return peer_;
}

Result<void> DatagramEndpoint::Connect(const SocketAddr& peer) {
  Stack::Scope scope(stack_);
  DatagramSend send;
  send.to = peer;
  // A new peer may be reached from another address than the last one.
  const SocketAddr before = local_;
  if (!bound_address_) local_.addr = IpAddress::AnyFor(IsV4());
  Result<Target> target = Resolve(send);
  if (!target.ok()) {
    local_ = before;
    return target.error();
  }
  if (Result<void> bound = AutoBind(); !bound.ok()) {
    local_ = before;
    return bound;
  }
  if (local_.addr.IsAny()) local_.addr = target->ip.source;
  if (peer.addr.NeedsScope()) options.bound_ifindex = target->route.out->index();
  peer_ = target->to;
  connected_ = true;
  Rehash();
  return {};
}

Result<void> DatagramEndpoint::Disconnect() {
  Stack::Scope scope(stack_);
  connected_ = false;
  peer_ = {};
  if (!bound_address_) local_.addr = IpAddress::AnyFor(IsV4());
  if (!bound_port_) {
    Unbind();
    local_.port = 0;
  } else {
    Rehash();
  }
  return {};
}

Result<void> DatagramEndpoint::Shutdown(bool receive, bool send) {
  receive_shut_ |= receive;
  send_shut_ |= send;
  NotifyReady(Readiness());
  if (!connected_) return Errno(ENOTCONN);
  return {};
}

bool DatagramEndpoint::PassesFilter(Packet& packet, std::span<const std::byte> header) {
  if (!HasFilter()) return true;
  if (!header.empty()) std::memmove(packet.Push(header.size()), header.data(), header.size());
  const size_t keep = filter_(packet);
  if (keep != 0) packet.Truncate(std::max(keep, header.size()));
  packet.Consume(header.size());
  return keep != 0;
}

bool DatagramEndpoint::Enqueue(PacketPtr packet, DatagramInfo info) {
  if (receive_shut_ || closed_) return true;
  // As Linux counts: what the memory behind it really is.
  size_t cost = 256;
  for (const View& view : packet->views()) {
    cost += std::min<size_t>(view.chunk->capacity(), view.length + 2048u);
  }
  if (queued_cost_ > ReceiveLimit()) {
    drops_++;
    return false;
  }
  queued_ += packet->size();
  queued_cost_ += cost;
  info.full_length = packet->size();
  queue_.push_back({std::move(packet), std::move(info), cost});
  NotifyReady(POLLIN | POLLRDNORM | POLLRDBAND);
  return true;
}

DatagramInfo DatagramEndpoint::InfoOf(const Packet& packet, const IpReceived& ip,
                                      uint16_t source_port) const {
  DatagramInfo info;
  info.source = {ip.source, source_port, ip.source.NeedsScope() ? ip.in->index() : 0};
  info.destination = {ip.destination, local_.port, 0};
  info.ifindex = ip.in->index();
  info.local = ip.destination;
  if (ip.multicast || ip.broadcast) {
    const InterfaceAddress* own = ip.in->SourceFor(ip.source);
    info.local = own != nullptr ? own->addr : IpAddress::AnyFor(ip.source.IsV4());
  }
  info.ttl = ip.hop_limit;
  info.tos = ip.tos;
  info.flow_label = ip.flow_label;
  info.wall_time = packet.wall_time;
  info.options.assign(ip.options.begin(), ip.options.end());
  info.options_protocol = ip.options_protocol;
  info.fragment_size = packet.fragment_size;
  info.mark = packet.mark;
  info.broadcast = ip.broadcast;
  info.multicast = ip.multicast;
  return info;
}

Result<size_t> DatagramEndpoint::Receive(ByteSink& to, const DatagramReceive& how,
                                         DatagramInfo* info) {
  if (error_ != 0) return Errno(TakeError());
  if (queue_.empty()) {
    if (receive_shut_) return size_t{0};
    return Errno(EAGAIN);
  }
  // SO_PEEK_OFF goes on into the following datagrams.
  size_t index = 0, offset = how.peek ? how.peek_offset : 0;
  while (index + 1 < queue_.size() && offset != 0 && offset >= queue_[index].packet->size()) {
    offset -= queue_[index++].packet->size();
  }
  Queued& item = queue_[index];
  size_t taken = 0;
  if (item.packet->size() > offset) {
    std::vector<std::span<const std::byte>> pieces;
    size_t room = to.remaining();
    item.packet->ForEach([&](std::span<const std::byte> piece) {
      const size_t skip = std::min(offset, piece.size());
      offset -= skip;
      piece = piece.subspan(skip);
      piece = piece.first(std::min(piece.size(), room));
      room -= piece.size();
      if (!piece.empty()) pieces.push_back(piece);
    });
    if (!pieces.empty()) taken = TRY(to.PutV(pieces));
  }
  if (info != nullptr) *info = item.info;
  if (!how.peek) {
    queued_ -= item.packet->size();
    queued_cost_ -= item.cost;
    queue_.pop_front();
  }
  return taken;
}

Result<PacketPtr> DatagramEndpoint::TakeMessage(ByteSource& data, size_t size) {
  PacketPtr packet = Packet::Create();
  if (size == 0) return packet;
  ChunkRef chunk = stack_.pool().Allocate(size);
  if (chunk == nullptr) return Errno(ENOBUFS);
  const size_t got = TRY(data.Get({chunk->data(), size}));
  if (got < size) return Errno(EFAULT);
  chunk->Grow(size);
  packet->Append({std::move(chunk), 0, static_cast<uint32_t>(size)});
  return packet;
}

void DatagramEndpoint::HandleError(const IpError& error, SocketAddr destination,
                                   std::span<const std::byte> payload) {
  const bool v4 = error.destination.IsV4();
  const PmtuDiscovery pmtu = v4 ? ip4.pmtu : ip6.pmtu;
  bool hard = error.hard;
  if (error.error == EMSGSIZE) {
    // Who lets packets be fragmented need not know.
    if (pmtu == PmtuDiscovery::kDont && !ip6.dont_fragment) return;
    hard = pmtu != PmtuDiscovery::kWant || v4;
  }
  if (WantsErrors(v4)) {
    QueueError({error.error,
                error.origin,
                error.type,
                error.code,
                error.info,
                0,
                error.offender,
                destination,
                {payload.begin(), payload.end()},
                error.ifindex});
  } else if (!hard || !connected_) {
    return;
  }
  SetError(error.error);
  NotifyReady(POLLERR | POLLIN | POLLOUT);
}

}  // namespace netstack

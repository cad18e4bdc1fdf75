// PacketEndpoint: packet(7).
#include "netstack/endpoint/packet_endpoint.h"

#include <poll.h>

#include <algorithm>

#include "netstack/wire/ethernet.h"

namespace netstack {
namespace {

constexpr int kAfPacket = 17;
constexpr uint16_t kArphrdEther = 1, kArphrdLoopback = 772, kArphrdNone = 0xfffe;

uint16_t HardwareType(const Interface& interface) {
  if (interface.IsLoopback()) return kArphrdLoopback;
  return interface.IsEthernet() ? kArphrdEther : kArphrdNone;
}

// Loopback shows an Ethernet header of zeros, as Linux's does.
size_t ShownHeader(const Interface& interface) {
  return interface.IsLoopback() || interface.IsEthernet() ? EthernetHeader::kSize : 0;
}

}  // namespace

PacketEndpoint::PacketEndpoint(Stack& stack, bool raw, uint16_t ethertype, uint32_t uid)
    : Endpoint(stack, kAfPacket, 0, uid), raw_(raw), ethertype_(ethertype) {
  Hook();
}

PacketEndpoint::~PacketEndpoint() {
  base::IntrusiveList<PacketTap>::Remove(*this);
}

void PacketEndpoint::Hook() {
  Unhook();
  if (ethertype_ == 0 || closed_) return;
  if (ifindex_ == 0) {
    stack_.AddTap(*this);
  } else if (Interface* interface = stack_.FindInterface(ifindex_)) {
    interface->AddTap(*this);
  }
  hooked_ = true;
  stack_.WantTimestamps(1);
}

void PacketEndpoint::Unhook() {
  base::IntrusiveList<PacketTap>::Remove(*this);
  if (hooked_) stack_.WantTimestamps(-1);
  hooked_ = false;
}

Result<void> PacketEndpoint::Bind(uint32_t ifindex, uint16_t ethertype) {
  Stack::Scope scope(stack_);
  Interface* interface = nullptr;
  if (ifindex != 0) {
    interface = stack_.FindInterface(ifindex);
    if (interface == nullptr) return Errno(ENODEV);
  }
  ifindex_ = ifindex;
  if (ethertype != 0) ethertype_ = ethertype;
  Hook();
  if (interface != nullptr && !interface->IsUp()) {
    error_ = ENETDOWN;
    NotifyReady(POLLERR);
  }
  return {};
}

LinkAddr PacketEndpoint::BoundTo() const {
  LinkAddr addr;
  addr.ifindex = ifindex_;
  addr.protocol = ethertype_;
  if (Interface* interface = stack_.FindInterface(ifindex_)) {
    addr.hardware_type = HardwareType(*interface);
    addr.mac = interface->mac();
    addr.mac_length = 6;
  }
  return addr;
}

void PacketEndpoint::Tap(Interface& interface, const Packet& packet, size_t link_header_size) {
  const bool outgoing = packet.type == PacketType::kOutgoing;
  if (outgoing && (ignore_outgoing || ethertype_ != kEtherAll)) return;
  if (ethertype_ != kEtherAll && packet.ethertype != ethertype_) return;
  PacketPtr copy = packet.Clone();
  const size_t shown = ShownHeader(interface);
  LinkPacketInfo info;
  if (raw_) {
    if (link_header_size == 0 && shown != 0) {
      EthernetHeader{{}, {}, packet.ethertype}.Write(copy->Push(EthernetHeader::kSize));
    }
    info.network_offset = shown;
  } else {
    copy->Consume(link_header_size);
  }
  info.full_length = copy->size();
  info.wall_time = packet.wall_time != 0 ? packet.wall_time : stack_.environment().WallTime();
  info.checksum_partial = packet.checksum == ChecksumState::kPartial;
  info.checksum_valid = packet.checksum == ChecksumState::kVerified;
  info.from.ifindex = interface.index();
  info.from.protocol = packet.ethertype;
  info.from.hardware_type = HardwareType(interface);
  info.from.type = packet.type;
  info.from.mac = outgoing ? interface.mac() : packet.link_source;
  info.from.mac_length = shown != 0 ? 6 : 0;
  if (HasFilter()) {
    const size_t keep = filter_(*copy);
    if (keep == 0) return;
    copy->Truncate(keep);
  }
  statistics_.packets++;
  size_t cost = 512;
  for (const View& view : copy->views())
    cost += std::min<size_t>(view.length + 2048u, view.chunk->capacity());
  if (queued_cost_ > static_cast<size_t>(receive_buffer_)) {
    statistics_.drops++;
    return;
  }
  queued_cost_ += cost;
  queue_.push_back({std::move(copy), info, cost});
  NotifyReady(POLLIN | POLLRDNORM);
}

Result<size_t> PacketEndpoint::Send(ByteSource& data, const std::optional<LinkAddr>& to) {
  Stack::Scope scope(stack_);
  if (error_ != 0) return Errno(TakeError());
  const uint32_t ifindex = to ? to->ifindex : ifindex_;
  Interface* interface = stack_.FindInterface(ifindex);
  if (interface == nullptr) return Errno(ENXIO);
  if (!interface->IsUp()) return Errno(ENETDOWN);
  const size_t size = data.remaining();
  const size_t shown = raw_ ? ShownHeader(*interface) : 0;
  if (size > interface->mtu() + shown) return Errno(EMSGSIZE);
  if (size < shown) return Errno(EINVAL);
  ChunkRef chunk = stack_.pool().Allocate(std::min(size, Chunk::kMax));
  if (chunk == nullptr || size > Chunk::kMax) return Errno(ENOBUFS);
  if (size != 0 && TRY(data.Get({chunk->data(), size})) < size) return Errno(EFAULT);
  chunk->Grow(size);
  auto packet = Packet::Create();
  packet->Append({std::move(chunk), 0, static_cast<uint32_t>(size)});
  packet->checksum = ChecksumState::kUnknown;
  if (raw_) {
    if (shown != 0) {
      const std::byte* at = packet->Pull(EthernetHeader::kSize);
      packet->ethertype = EthernetHeader::Parse(at).type;
    }
    if (interface->IsLoopback()) packet->Consume(EthernetHeader::kSize);
    interface->SendFrame(std::move(packet));
  } else {
    packet->ethertype = to && to->protocol != 0 ? to->protocol : ethertype_;
    interface->SendTo(std::move(packet), to ? to->mac : MacAddress{});
  }
  return size;
}

Result<size_t> PacketEndpoint::Receive(ByteSink& to, bool peek, LinkPacketInfo* info) {
  Stack::Scope scope(stack_);
  if (error_ != 0) return Errno(TakeError());
  if (queue_.empty()) return Errno(EAGAIN);
  Queued& item = queue_.front();
  std::vector<std::span<const std::byte>> pieces;
  size_t room = to.remaining();
  item.packet->ForEach([&](std::span<const std::byte> piece) {
    piece = piece.first(std::min(piece.size(), room));
    room -= piece.size();
    if (!piece.empty()) pieces.push_back(piece);
  });
  const size_t taken = pieces.empty() ? 0 : TRY(to.PutV(pieces));
  if (info != nullptr) *info = item.info;
  if (!peek) {
    queued_cost_ -= item.cost;
    queue_.pop_front();
  }
  return taken;
}

PacketEndpoint::Statistics PacketEndpoint::TakeStatistics() {
  Statistics taken = statistics_;
  statistics_ = {};
  return taken;
}

Result<void> PacketEndpoint::SetPromiscuous(uint32_t ifindex, bool on) {
  return SetMembership(ifindex, true, on);
}
Result<void> PacketEndpoint::SetAllMulticast(uint32_t ifindex, bool on) {
  return SetMembership(ifindex, false, on);
}

Result<void> PacketEndpoint::SetMembership(uint32_t ifindex, bool promiscuous, bool on) {
  Interface* interface = stack_.FindInterface(ifindex);
  if (interface == nullptr) return Errno(ENODEV);
  const std::pair<uint32_t, bool> key{ifindex, promiscuous};
  auto found = std::find(memberships_.begin(), memberships_.end(), key);
  if (on) {
    memberships_.push_back(key);
  } else {
    if (found == memberships_.end()) return Errno(EADDRNOTAVAIL);
    memberships_.erase(found);
  }
  promiscuous ? interface->AddPromiscuous(on ? 1 : -1) : interface->AddAllMulticast(on ? 1 : -1);
  return {};
}

uint32_t PacketEndpoint::Readiness() const {
  uint32_t ready = POLLOUT | POLLWRNORM | POLLWRBAND;
  if (error_ != 0) ready |= POLLERR;
  if (!queue_.empty()) ready |= POLLIN | POLLRDNORM;
  return ready;
}

void PacketEndpoint::Close() {
  Stack::Scope scope(stack_);
  closed_ = true;
  observer_ = nullptr;
  Unhook();
  queue_.clear();
  while (!memberships_.empty()) {
    const auto [ifindex, promiscuous] = memberships_.back();
    if (!SetMembership(ifindex, promiscuous, false).ok()) memberships_.pop_back();
  }
}

}  // namespace netstack

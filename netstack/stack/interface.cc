// Interface: frames in and out.
#include "netstack/stack/interface.h"

#include <bit>
#include <utility>

#include "netstack/stack/neighbour.h"
#include "netstack/stack/stack.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

Interface::Interface(Stack& stack, uint32_t index, std::string name, std::unique_ptr<Link> link)
    : stack_(stack),
      index_(index),
      name_(std::move(name)),
      link_(std::move(link)),
      flags_(IsLoopback()   ? abi::kIffLoopback
             : IsEthernet() ? abi::kIffBroadcast | abi::kIffMulticast
                            : abi::kIffPointopoint | abi::kIffNoarp | abi::kIffMulticast),
      mtu_(link_->mtu()),
      mac_(link_->mac()) {
  link_->Attach(this);
}

Interface::~Interface() {
  for (FrameHandler*& handler : handlers_) {
    if (handler != nullptr) std::exchange(handler, nullptr)->OnGone(*this);
  }
  if (link_ != nullptr) link_->Attach(nullptr);
}

uint32_t Interface::flags() const {
  uint32_t flags = flags_;
  if (IsUp()) flags |= abi::kIffRunning | abi::kIffLowerUp;
  if (promiscuous_ > 0) flags |= abi::kIffPromisc;
  if (all_multicast_ > 0) flags |= abi::kIffAllmulti;
  return flags;
}

const InterfaceAddress* Interface::FindAddress(const IpAddress& addr) const {
  for (const InterfaceAddress& own : addresses_) {
    if (own.addr == addr) return &own;
  }
  return nullptr;
}

namespace {

int CommonPrefix(const IpAddress& a, const IpAddress& b) {
  for (size_t i = 0; i < 16; i++) {
    const auto differ = static_cast<uint8_t>(a.bytes()[i] ^ b.bytes()[i]);
    if (differ != 0) return static_cast<int>(i) * 8 + std::countl_zero(differ);
  }
  return 128;
}

int ScopeOf(const IpAddress& addr) {
  if (addr.IsMulticast()) return addr.MulticastScope();
  return addr.IsLoopback() || addr.IsLinkLocal() ? 2 : 14;
}

// RFC 6724 section 5, the rules that apply to one interface: whether `a` is better than `b`.
bool BetterSource(const InterfaceAddress& a, const InterfaceAddress& b, const IpAddress& dst) {
  const int want = ScopeOf(dst), sa = ScopeOf(a.addr), sb = ScopeOf(b.addr);
  if (sa != sb) return sa < sb ? sa >= want : sb < want;
  const bool old_a = (a.flags & kAddrDeprecated) != 0, old_b = (b.flags & kAddrDeprecated) != 0;
  if (old_a != old_b) return old_b;
  return CommonPrefix(a.addr, dst) > CommonPrefix(b.addr, dst);
}

}  // namespace

const InterfaceAddress* Interface::SourceFor(const IpAddress& dst) const {
  const InterfaceAddress* best = nullptr;
  for (const InterfaceAddress& own : addresses_) {
    if (own.addr.IsV4() != dst.IsV4() || (own.flags & kAddrTentative) != 0) continue;
    if (dst.IsV4()) {
      if ((own.flags & kAddrSecondary) != 0) continue;
      if (own.scope >= kScopeHost && !IsLoopback()) continue;
      if (dst.InPrefix(own.peer, own.prefix)) return &own;
      if (best == nullptr) best = &own;
    } else if (best == nullptr || BetterSource(own, *best, dst)) {
      best = &own;
    }
  }
  return best;
}

void Interface::RunTaps(const Packet& packet, size_t link_header_size) {
  for (auto at = taps_.begin(); at != taps_.end();) {
    PacketTap& tap = *at;
    ++at;
    tap.Tap(*this, packet, link_header_size);
  }
  for (PacketTap& tap : stack_.taps_) tap.Tap(*this, packet, link_header_size);
}

void Interface::SendIp(PacketPtr packet, const IpAddress& next_hop) {
  if (!IsUp()) {
    stats_.tx_dropped++;
    return;
  }
  if (!IsEthernet()) {
    packet->type = PacketType::kOutgoing;
    packet->ifindex = index_;
    if (stack_.Observed(*this)) RunTaps(*packet, 0);
    stats_.tx_packets++;
    stats_.tx_bytes += packet->size();
    link_->Send(std::move(packet));
    return;
  }
  if (next_hop.IsMulticast()) {
    SendTo(std::move(packet), MacAddress::ForMulticast(next_hop));
  } else if (stack_.IsBroadcast(next_hop, index_)) {
    SendTo(std::move(packet), MacAddress::Broadcast());
  } else {
    stack_.neighbour_table().Send(*this, std::move(packet), next_hop);
  }
}

void Interface::SendTo(PacketPtr packet, const MacAddress& to) {
  if (IsEthernet()) {
    EthernetHeader{to, mac_, packet->ethertype}.Write(packet->Push(EthernetHeader::kSize));
  }
  SendFrame(std::move(packet));
}

void Interface::SendFrame(PacketPtr frame) {
  if (!IsUp()) {
    stats_.tx_dropped++;
    return;
  }
  frame->type = PacketType::kOutgoing;
  frame->ifindex = index_;
  if (stack_.Observed(*this)) RunTaps(*frame, IsEthernet() ? EthernetHeader::kSize : 0);
  stats_.tx_packets++;
  stats_.tx_bytes += frame->size();
  link_->Send(std::move(frame));
}

void Interface::ReceiveFrame(PacketPtr frame) {
  stack_.QueueInput(*this, std::move(frame));
  stack_.DrainSoon();
}

bool Interface::Handled(PacketPtr& frame) {
  for (FrameHandler* handler : handlers_) {
    if (handler != nullptr) handler->OnFrame(*this, frame);
    if (frame == nullptr) return true;
  }
  return false;
}

bool Interface::AcceptsFrame(const MacAddress& to, Packet& packet) const {
  if (to == mac_ || link_->Owns(to)) {
    packet.type = PacketType::kHost;
  } else if (to.IsBroadcast()) {
    packet.type = PacketType::kBroadcast;
  } else if (to.IsMulticast()) {
    packet.type = PacketType::kMulticast;
  } else {
    packet.type = PacketType::kOther;
  }
  return packet.type != PacketType::kOther;
}

void Interface::Input(PacketPtr frame) {
  frame->ifindex = index_;
  stats_.rx_packets++;
  stats_.rx_bytes += frame->size();
  if (frame->wall_time == 0 && stack_.wants_timestamps()) {
    frame->wall_time = stack_.environment().WallTime();
  }
  bool accept = true;
  size_t link_size = 0;
  if (IsEthernet()) {
    const std::byte* at = frame->Pull(EthernetHeader::kSize);
    if (at == nullptr) {
      stats_.rx_errors++;
      return;
    }
    const EthernetHeader header = EthernetHeader::Parse(at);
    frame->ethertype = header.type;
    frame->link_source = header.source;
    frame->link_header = {at, EthernetHeader::kSize};
    link_size = EthernetHeader::kSize;
    // is_skb_forwardable() of Linux: room for a VLAN tag, and super-segments are split later.
    constexpr size_t kSlack = EthernetHeader::kSize + 4;
    if (frame->gso_size == 0 && frame->size() > mtu_ + kSlack) {
      stats_.rx_dropped++;
      return;
    }
    accept = AcceptsFrame(header.destination, *frame);
    if (frame->type == PacketType::kMulticast) stats_.multicast++;
  } else if (const std::byte* at = frame->Pull(1)) {
    frame->ethertype = Load8(at) >> 4 == 6 ? kEtherIpv6 : kEtherIpv4;
    frame->type = PacketType::kHost;
  }
  if (stack_.Observed(*this)) RunTaps(*frame, link_size);
  if (Handled(frame) || !accept) return;
  frame->Consume(link_size);
  stack_.Dispatch(*this, std::move(frame));
}

}  // namespace netstack

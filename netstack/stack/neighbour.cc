// NeighbourTable: states, timers, what is kept for whom.
#include "netstack/stack/neighbour.h"

#include <algorithm>

#include "netstack/stack/stack.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"

namespace netstack {

using State = NeighbourState;

namespace {

bool HasAddress(State state) {
  return state == State::kReachable || state == State::kStale || state == State::kDelay ||
         state == State::kProbe || state == State::kPermanent || state == State::kNoarp;
}

}  // namespace

NeighbourTable::Neighbour* NeighbourTable::Find(uint32_t ifindex, const IpAddress& addr) {
  auto found = table_.find({ifindex, addr});
  return found == table_.end() ? nullptr : found->second.get();
}

NeighbourTable::Neighbour* NeighbourTable::Make(uint32_t ifindex, const IpAddress& addr) {
  const Key key{ifindex, addr};
  if (table_.size() >= kMaxEntries) {
    // Room is made at the cost of the one used longest ago that nobody set or waits for.
    auto oldest = table_.end();
    for (auto at = table_.begin(); at != table_.end(); ++at) {
      const NeighbourEntry& e = at->second->entry;
      if (e.state == State::kPermanent || !at->second->pending.empty()) continue;
      if (oldest == table_.end() || e.used < oldest->second->entry.used) oldest = at;
    }
    if (oldest == table_.end()) return nullptr;
    table_.erase(oldest);
  }
  auto neighbour = std::make_unique<Neighbour>(stack_.timers(), [this, key] { OnTimer(key); });
  neighbour->entry.addr = addr;
  neighbour->entry.ifindex = ifindex;
  neighbour->entry.used = stack_.now();
  return (table_[key] = std::move(neighbour)).get();
}

void NeighbourTable::SetState(Neighbour& neighbour, State state) {
  neighbour.entry.state = state;
  neighbour.entry.updated = stack_.now();
  for (ConfigObserver* observer : stack_.config_observers()) {
    observer->OnNeighbour(neighbour.entry, false);
  }
}

void NeighbourTable::Send(Interface& out, PacketPtr packet, const IpAddress& next_hop) {
  Neighbour* neighbour = Find(out.index(), next_hop);
  if (neighbour == nullptr || neighbour->entry.state == State::kFailed) {
    if (neighbour == nullptr) neighbour = Make(out.index(), next_hop);
    if (neighbour == nullptr) {
      out.stats().tx_dropped++;
      return;
    }
    neighbour->probes = 0;
    SetState(*neighbour, State::kIncomplete);
    neighbour->pending.Push(std::move(packet));
    Solicit(out, *neighbour);
    return;
  }
  neighbour->entry.used = stack_.now();
  if (!HasAddress(neighbour->entry.state)) {
    if (neighbour->pending.size() >= kMaxPending) neighbour->pending.Pop();
    neighbour->pending.Push(std::move(packet));
    return;
  }
  if (neighbour->entry.state == State::kReachable &&
      stack_.now() - neighbour->entry.confirmed > kReachable) {
    SetState(*neighbour, State::kStale);
  }
  if (neighbour->entry.state == State::kStale) {
    neighbour->probes = 0;
    SetState(*neighbour, State::kDelay);
    neighbour->timer.Arm(stack_.now() + kDelay);
  }
  out.SendTo(std::move(packet), neighbour->entry.mac);
}

void NeighbourTable::Solicit(Interface& out, Neighbour& neighbour) {
  neighbour.probes++;
  neighbour.timer.Arm(stack_.now() + kRetransmit);
  const MacAddress* to = neighbour.entry.state == State::kProbe ? &neighbour.entry.mac : nullptr;
  if (neighbour.entry.addr.IsV4()) {
    SendArp(out, neighbour.entry.addr, to);
  } else {
    SendSolicitation(out, neighbour.entry.addr, to);
  }
}

void NeighbourTable::SendArp(Interface& out, const IpAddress& target, const MacAddress* to) {
  const InterfaceAddress* own = out.SourceFor(target);
  ArpPacket arp;
  arp.sender_mac = out.mac();
  arp.sender = own != nullptr ? own->addr : IpAddress::AnyV4();
  arp.target = target;
  auto packet = Packet::Create();
  arp.Write(packet->Push(ArpPacket::kSize));
  packet->ethertype = kEtherArp;
  out.SendTo(std::move(packet), to != nullptr ? *to : MacAddress::Broadcast());
}

void NeighbourTable::SendSolicitation(Interface& out, const IpAddress& target,
                                      const MacAddress* to) {
  constexpr size_t kSize = NeighbourMessage::kTargetSize + 8;
  const InterfaceAddress* own = out.SourceFor(target);
  Ipv6Header ip;
  ip.source = own != nullptr ? own->addr : IpAddress::AnyV6();
  ip.destination = to != nullptr ? target : target.SolicitedNode();
  ip.next_header = kProtoIcmp6;
  ip.hop_limit = 255;
  ip.payload_length = kSize;
  auto packet = Packet::Create();
  std::byte* at = packet->Push(kSize);
  IcmpHeader{kIcmp6NeighbourSolicit, 0, 0, 0}.Write(at);
  std::memcpy(at + 8, target.bytes().data(), 16);
  Store8(at + 24, NeighbourMessage::kSourceOption);
  Store8(at + 25, 1);
  std::memcpy(at + 26, out.mac().bytes.data(), 6);
  Checksum sum;
  sum.AddPseudoHeader(ip.source, ip.destination, kProtoIcmp6, kSize);
  sum.Add({at, kSize});
  Store16(at + 2, sum.Finish());
  ip.Write(packet->Push(Ipv6Header::kSize));
  packet->ethertype = kEtherIpv6;
  stack_.stats().icmp6.out_msgs++;
  stack_.stats().icmp6.out_type[kIcmp6NeighbourSolicit]++;
  out.SendTo(std::move(packet), to != nullptr ? *to : MacAddress::ForMulticast(ip.destination));
}

void NeighbourTable::OnTimer(const Key& key) {
  Neighbour* neighbour = Find(key.first, key.second);
  Interface* out = stack_.FindInterface(key.first);
  if (neighbour == nullptr) return;
  if (neighbour->entry.state == State::kDelay) {
    if (stack_.now() - neighbour->entry.confirmed <= kDelay) {
      SetState(*neighbour, State::kReachable);
      return;
    }
    SetState(*neighbour, State::kProbe);
  }
  if (neighbour->entry.state != State::kIncomplete && neighbour->entry.state != State::kProbe) {
    return;
  }
  if (out == nullptr || neighbour->probes >= kMaxProbes) {
    Fail(out, *neighbour);
    return;
  }
  Solicit(*out, *neighbour);
}

void NeighbourTable::Fail(Interface* out, Neighbour& neighbour) {
  SetState(neighbour, State::kFailed);
  neighbour.timer.Disarm();
  PacketQueue pending = std::move(neighbour.pending);
  neighbour.pending = {};
  while (PacketPtr packet = pending.Pop()) {
    if (out == nullptr) continue;
    out->stats().tx_dropped++;
    // To ourselves: RFC 1122 section 2.4, RFC 4861 section 7.2.2.
    stack_.network(neighbour.entry.addr.IsV4()).OnUnresolved(*out, std::move(packet));
  }
}

void NeighbourTable::Learn(Interface& in, Neighbour& neighbour, const MacAddress& mac,
                           State state) {
  if (neighbour.entry.state == State::kPermanent || neighbour.entry.state == State::kNoarp) return;
  neighbour.entry.mac = mac;
  if (state == State::kReachable) neighbour.entry.confirmed = stack_.now();
  neighbour.timer.Disarm();
  neighbour.probes = 0;
  SetState(neighbour, state);
  PacketQueue pending = std::move(neighbour.pending);
  neighbour.pending = {};
  while (PacketPtr packet = pending.Pop()) in.SendTo(std::move(packet), mac);
}

void NeighbourTable::ReceiveArp(Interface& in, PacketPtr packet) {
  const std::byte* at = packet->Pull(ArpPacket::kSize);
  if (at == nullptr || !in.IsEthernet()) return;
  std::optional<ArpPacket> arp = ArpPacket::Parse({at, ArpPacket::kSize});
  if (!arp || arp->sender_mac.IsMulticast() || arp->sender.IsMulticast()) return;
  const bool for_us = in.FindAddress(arp->target) != nullptr;
  const bool ours = in.FindAddress(arp->sender) != nullptr;
  // An entry is made only for those who talk to us (RFC 826 "merge flag").
  Neighbour* neighbour = Find(in.index(), arp->sender);
  if (neighbour == nullptr && for_us && !ours && !arp->sender.IsAny()) {
    if (arp->operation == ArpPacket::kRequest) neighbour = Make(in.index(), arp->sender);
  }
  if (neighbour != nullptr && !ours) {
    const bool answer = arp->operation == ArpPacket::kReply && packet->type == PacketType::kHost;
    Learn(in, *neighbour, arp->sender_mac, answer ? State::kReachable : State::kStale);
  }
  if (!for_us || arp->operation != ArpPacket::kRequest) return;
  ArpPacket reply;
  reply.operation = ArpPacket::kReply;
  reply.sender_mac = in.mac();
  reply.sender = arp->target;
  reply.target_mac = arp->sender_mac;
  reply.target = arp->sender;
  auto out = Packet::Create();
  reply.Write(out->Push(ArpPacket::kSize));
  out->ethertype = kEtherArp;
  in.SendTo(std::move(out), arp->sender_mac);
}

void NeighbourTable::OnAdvertisement(Interface& in, const Advertised& a) {
  // RFC 4861 section 7.2.5: nobody waits for it, so nothing is made of it.
  Neighbour* neighbour = Find(in.index(), a.addr);
  if (neighbour == nullptr) return;
  if (a.router) neighbour->entry.router = *a.router;
  if (neighbour->entry.state == State::kIncomplete || neighbour->entry.state == State::kFailed) {
    if (!a.mac) return;
    Learn(in, *neighbour, *a.mac, a.solicited ? State::kReachable : State::kStale);
    return;
  }
  const bool differs = a.mac && *a.mac != neighbour->entry.mac;
  if (differs && !a.override_) {
    if (neighbour->entry.state == State::kReachable) SetState(*neighbour, State::kStale);
    return;
  }
  const MacAddress mac = a.mac ? *a.mac : neighbour->entry.mac;
  if (a.solicited) {
    Learn(in, *neighbour, mac, State::kReachable);
  } else if (differs) {
    Learn(in, *neighbour, mac, State::kStale);
  }
}

void NeighbourTable::OnSender(Interface& in, const IpAddress& addr, const MacAddress& mac) {
  Neighbour* neighbour = Find(in.index(), addr);
  if (neighbour == nullptr) neighbour = Make(in.index(), addr);
  if (neighbour == nullptr) return;
  if (HasAddress(neighbour->entry.state) && neighbour->entry.mac == mac) return;
  Learn(in, *neighbour, mac, State::kStale);
}

void NeighbourTable::Confirm(uint32_t ifindex, const IpAddress& addr) {
  Neighbour* neighbour = Find(ifindex, addr);
  if (neighbour == nullptr || !HasAddress(neighbour->entry.state)) return;
  neighbour->entry.confirmed = stack_.now();
}

std::vector<NeighbourEntry> NeighbourTable::List() const {
  std::vector<NeighbourEntry> all;
  for (const auto& [key, neighbour] : table_) all.push_back(neighbour->entry);
  return all;
}

base::Result<void> NeighbourTable::Set(const NeighbourEntry& entry) {
  Interface* interface = stack_.FindInterface(entry.ifindex);
  if (interface == nullptr) return Errno(ENODEV);
  if (entry.addr.IsMulticast() || entry.addr.IsAny()) return Errno(EINVAL);
  Neighbour* neighbour = Find(entry.ifindex, entry.addr);
  if (neighbour == nullptr) neighbour = Make(entry.ifindex, entry.addr);
  if (neighbour == nullptr) return Errno(ENOBUFS);
  neighbour->entry.state = State::kStale;
  neighbour->entry.router = entry.router;
  neighbour->entry.confirmed = stack_.now();
  Learn(*interface, *neighbour, entry.mac, entry.state);
  return {};
}

base::Result<void> NeighbourTable::Remove(uint32_t ifindex, const IpAddress& addr) {
  auto found = table_.find({ifindex, addr});
  if (found == table_.end()) return Errno(ENOENT);
  const NeighbourEntry entry = found->second->entry;
  table_.erase(found);
  for (ConfigObserver* observer : stack_.config_observers()) observer->OnNeighbour(entry, true);
  return {};
}

void NeighbourTable::Flush(uint32_t ifindex) {
  std::erase_if(table_, [&](const auto& item) { return item.first.first == ifindex; });
}

}  // namespace netstack

// VLANs: tags put in and taken out.
#include "netstack/stack/vlan.h"

#include <cstring>

#include "netstack/wire/bytes.h"
#include "netstack/wire/ethernet.h"

namespace netstack {
namespace {

constexpr size_t kAddresses = 12, kTag = 4;

}  // namespace

VlanGroup::~VlanGroup() {
  if (lower_ != nullptr) lower_->SetHandler(Interface::kVlans, nullptr);
}

std::shared_ptr<VlanGroup> VlanGroup::Of(Interface& lower) {
  if (FrameHandler* there = lower.handler(Interface::kVlans)) {
    return static_cast<VlanGroup*>(there)->self_.lock();
  }
  auto made = std::make_shared<VlanGroup>(lower);
  made->self_ = made;
  return made;
}

void VlanGroup::OnFrame(Interface&, PacketPtr& frame) {
  if (frame->ethertype != VlanLink::kEthertype) return;
  constexpr size_t kTagged = EthernetHeader::kSize + kTag;
  const std::byte* at = frame->Pull(kTagged);
  if (at == nullptr) {
    PacketPtr dropped = std::move(frame);
    return;
  }
  const uint16_t id = Load16(at + EthernetHeader::kSize) & 0xfff;
  VlanLink* link = nullptr;
  if (id != 0) {
    auto found = links_.find(id);
    if (found == links_.end() || found->second->sink_ == nullptr) return;
    link = found->second;
  }
  std::byte untagged[EthernetHeader::kSize];
  std::memcpy(untagged, at, kAddresses);
  std::memcpy(untagged + kAddresses, at + kAddresses + kTag, 2);
  frame->Consume(kTagged);
  std::memcpy(frame->Push(EthernetHeader::kSize), untagged, sizeof(untagged));
  frame->link_header = {};
  frame->ethertype = Load16(untagged + kAddresses);
  // VLAN 0 is none: the tag bears a priority alone.
  if (link != nullptr) link->sink_->ReceiveFrame(std::move(frame));
}

VlanLink::VlanLink(Interface& lower, uint16_t id, const MacAddress& mac)
    : group_(VlanGroup::Of(lower)), id_(id), mac_(mac), mtu_(lower.mtu()) {
  group_->links_[id_] = this;
}

VlanLink::~VlanLink() {
  group_->links_.erase(id_);
}

uint32_t VlanLink::gso_max() const {
  return group_->lower_ != nullptr ? group_->lower_->link().gso_max() : 0;
}

bool VlanLink::checksum_offload() const {
  return group_->lower_ != nullptr && group_->lower_->link().checksum_offload();
}

void VlanLink::Send(PacketPtr frame) {
  if (group_->lower_ == nullptr) return;
  const std::byte* at = frame->Pull(EthernetHeader::kSize);
  if (at == nullptr || frame->headroom() < kTag) return;
  std::byte tagged[EthernetHeader::kSize + kTag];
  std::memcpy(tagged, at, kAddresses);
  Store16(tagged + kAddresses, kEthertype);
  Store16(tagged + kAddresses + 2, id_);
  std::memcpy(tagged + kAddresses + kTag, at + kAddresses, 2);
  frame->Consume(EthernetHeader::kSize);
  std::memcpy(frame->Push(sizeof(tagged)), tagged, sizeof(tagged));
  frame->ethertype = kEthertype;
  group_->lower_->SendFrame(std::move(frame));
}

}  // namespace netstack

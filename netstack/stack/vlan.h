// VlanLink: an interface for one VLAN of another interface of the same stack (IEEE 802.1Q).
#pragma once

#include <map>
#include <memory>

#include "netstack/link/link.h"
#include "netstack/stack/stack.h"

namespace netstack {

class VlanLink;

// The VLANs of one interface.  Shared by their links; the last takes it along.
class VlanGroup final : public FrameHandler {
 public:
  explicit VlanGroup(Interface& lower) : lower_(&lower) {
    lower.SetHandler(Interface::kVlans, this);
  }
  ~VlanGroup();

  // That of `lower`, made by its first VLAN.
  static std::shared_ptr<VlanGroup> Of(Interface& lower);
  void OnFrame(Interface& interface, PacketPtr& frame) override;
  void OnGone(Interface&) override { lower_ = nullptr; }

 private:
  friend class VlanLink;
  Interface* lower_;  // Null: it is gone.
  std::map<uint16_t, VlanLink*> links_;
  std::weak_ptr<VlanGroup> self_;
};

class VlanLink final : public Link {
 public:
  static constexpr uint16_t kMaxId = 4094;
  static constexpr uint16_t kEthertype = 0x8100;

  // `id` is free on the interface.
  VlanLink(Interface& lower, uint16_t id, const MacAddress& mac);
  ~VlanLink() override;

  LinkKind kind() const override { return LinkKind::kEthernet; }
  MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  uint32_t gso_max() const override;
  bool checksum_offload() const override;
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override;

 private:
  friend class VlanGroup;
  const std::shared_ptr<VlanGroup> group_;
  const uint16_t id_;
  const MacAddress mac_;
  const uint32_t mtu_;
  LinkSink* sink_ = nullptr;
};

}  // namespace netstack

// PairLink: two links that are each other's other end, on one stack or on two (veth(4)).  Both
// stacks live under one lock.
#pragma once

#include <utility>

#include "netstack/link/link.h"

namespace netstack {

class PairLink final : public Link {
 public:
  static std::pair<std::unique_ptr<PairLink>, std::unique_ptr<PairLink>> Create(
      const MacAddress& first, const MacAddress& second, uint32_t mtu) {
    std::unique_ptr<PairLink> a(new PairLink(first, mtu)), b(new PairLink(second, mtu));
    a->peer_ = b.get();
    b->peer_ = a.get();
    return {std::move(a), std::move(b)};
  }
  ~PairLink() override {
    if (peer_ != nullptr) peer_->peer_ = nullptr;
  }

  LinkKind kind() const override { return LinkKind::kEthernet; }
  MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  // Nothing is ever split or summed between two ends in one memory.
  uint32_t gso_max() const override { return 65535; }
  bool checksum_offload() const override { return true; }
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override {
    if (peer_ == nullptr || peer_->sink_ == nullptr) return;
    // What one side knew of it is nothing to the other.
    frame->ifindex = frame->mark = frame->fragment_size = 0;
    frame->wall_time = 0;
    frame->tracking = nullptr;
    frame->tracking_info = 0;
    frame->type = PacketType::kHost;
    frame->link_header = frame->network_header = frame->transport_header = {};
    frame->transport_consumed = false;
    peer_->sink_->ReceiveFrame(std::move(frame));
  }

 private:
  PairLink(const MacAddress& mac, uint32_t mtu) : mac_(mac), mtu_(mtu) {}

  const MacAddress mac_;
  const uint32_t mtu_;
  PairLink* peer_ = nullptr;
  LinkSink* sink_ = nullptr;
};

}  // namespace netstack

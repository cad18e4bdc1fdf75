// LoopbackLink: `lo`.  What is sent comes back when the running call is over.
#pragma once

#include "netstack/link/link.h"

namespace netstack {

class LoopbackLink final : public Link {
 public:
  static constexpr uint32_t kMtu = 65536;

  LinkKind kind() const override { return LinkKind::kLoopback; }
  uint32_t mtu() const override { return kMtu; }
  uint32_t max_mtu() const override { return 0x7fffffff; }
  uint32_t gso_max() const override { return kMtu; }
  bool checksum_offload() const override { return true; }
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override {
    if (sink_ != nullptr) sink_->ReceiveFrame(std::move(frame));
  }

 private:
  LinkSink* sink_ = nullptr;
};

}  // namespace netstack

// ChannelLink: a link whose other end is a program: a test, a device's driver.
#pragma once

#include "netstack/link/link.h"

namespace netstack {

class ChannelLink final : public Link {
 public:
  ChannelLink(LinkKind kind, MacAddress mac, uint32_t mtu, bool offload = false)
      : kind_(kind), mac_(mac), mtu_(mtu), offload_(offload) {}

  LinkKind kind() const override { return kind_; }
  MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  uint32_t gso_max() const override { return offload_ ? 65535 : 0; }
  bool checksum_offload() const override { return offload_; }
  void Attach(LinkSink* sink) override { sink_ = sink; }
  // At most kMaxQueued wait to be read; more are dropped.
  void Send(PacketPtr frame) override {
    if (sent_.size() < kMaxQueued) sent_.Push(std::move(frame));
  }

  // What the stack has sent, in order; null: nothing.
  PacketPtr Read() { return sent_.Pop(); }
  void Inject(PacketPtr frame) {
    if (sink_ != nullptr) sink_->ReceiveFrame(std::move(frame));
  }

 private:
  static constexpr size_t kMaxQueued = 4096;
  const LinkKind kind_;
  const MacAddress mac_;
  const uint32_t mtu_;
  const bool offload_;
  LinkSink* sink_ = nullptr;
  PacketQueue sent_;
};

}  // namespace netstack

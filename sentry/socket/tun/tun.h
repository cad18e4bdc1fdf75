// Tun: what stands behind a network device that a program drives (Linux's drivers/net/tun.c): the
// packets that its file has not read yet, and whom it belongs to.
//
// Shared by the device, by the link in the network's stack and by the file that is attached; under
// the kernel lock, as all of it.
#pragma once

#include "abi/linux/if_tun.h"
#include "netstack/link/link.h"
#include "netstack/wire/virtio_net.h"
#include "sentry/kernel/kernel.h"
#include "sentry/memmap/io.h"
#include "sentry/socket/network.h"

namespace sentry {

class TunFile;

class Tun final : public DeviceBacking {
 public:
  // A new device of `network`; `name` may be a pattern, and is what it is called then.
  static Result<Ref<Tun>> Create(Kernel& kernel, Network& network, std::string& name, uint16_t kind,
                                 int32_t index);
  // The one behind a device; null: it is no such device.
  static Tun* Of(const NetDevice& device);

  // DeviceBacking
  void OnNetwork(Network* network, int32_t index) override;
  bool Carrier() const override { return file_ != nullptr && carrier_; }
  void Tell(std::vector<std::pair<std::string, std::string>>& attributes) const override;
  std::vector<Info> Infos() const override;

  // Null: it has gone.
  NetDevice* device() { return network_ == nullptr ? nullptr : network_->Find(index_); }
  Network* network() { return network_; }
  bool tap() const { return (flags & abi::kIffTap) != 0; }
  TunFile* file() { return file_; }
  // EBUSY: it has one.
  Result<void> Attach(TunFile& file);
  void Detach();
  // The device ends, unless it is to stay.
  void SetCarrier(bool carrier);

  // One packet behind what the flags ask for.  EAGAIN: there is none.
  Result<size_t> Read(IoSink& sink);
  Result<size_t> Write(IoSource& source);
  bool readable() const { return !queue_.empty(); }
  bool writable();
  // EINVAL: an offload that there is not.
  Result<void> SetOffload(uint64_t offload);

  uint16_t flags;  // kIffTun or kIffTap, kIffNoPi, kIffVnetHdr, kIffPersist.
  uint32_t owner = ~0u, group = ~0u;
  int32_t vnet_header_size = netstack::VirtioNetHeader::kSize;
  int32_t send_buffer = INT32_MAX;

  Tun(Kernel& kernel, uint16_t kind) : flags(kind), kernel_(kernel) {}

 private:
  class Link;
  // What came from the stack, or was written, on its way through.
  void Send(netstack::PacketPtr frame);
  void Queue(netstack::PacketPtr frame);
  bool Covers(const netstack::Packet& frame) const;
  Result<size_t> PutHeaders(const netstack::Packet& frame, IoSink& sink);
  Result<netstack::PacketPtr> Take(IoSource& source, netstack::BufferPool& pool);
  Result<void> Deliver(netstack::PacketPtr frame, const netstack::VirtioNetHeader& header);

  static constexpr size_t kMostQueued = 500;  // TUN_READQ_SIZE
  Kernel& kernel_;
  Network* network_ = nullptr;  // Null: the device has gone.
  int32_t index_ = 0;
  TunFile* file_ = nullptr;
  bool carrier_ = true;
  uint32_t offload_ = 0;
  netstack::LinkSink* sink_ = nullptr;  // Null: there is no interface.
  netstack::PacketQueue queue_;
};

}  // namespace sentry

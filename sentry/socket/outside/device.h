// Devices of the host that carry the guest's frames (--net=tap, fd and netns): descriptors that
// boot has opened, each behind an interface of the guest's own stack.
#pragma once

#include "netstack/link/device.h"
#include "platform/base/fd.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/network.h"

namespace sentry {

using base::Ref;
using base::RefCounted;

// One interface as boot has found or been told it.
struct OutsideDevice {
  enum class Kind {
    kTap,     // read(2) and write(2)
    kSocket,  // AF_UNIX, with borders between messages
    kPacket,  // packet(7)
  };
  std::string name = "eth0";
  base::Fd file;  // Does not block.
  Kind kind = Kind::kTap;
  size_t header_size = 0;  // Of its virtio header.
  std::array<uint8_t, 6> mac{};
  int32_t mtu = 1500, max_mtu = 65521;
  // Without their `device`.
  std::vector<InterfaceAddress> addresses;
  std::vector<Route> routes;
};

class OutsideDevices final : public RefCounted {
 public:
  // Adds them with their addresses and routes to `network`.
  OutsideDevices(Kernel& kernel, Network& network, std::vector<OutsideDevice> devices);
  // When the guest is gone: until what it has sent over TCP is acknowledged, or the deadline.
  void Finish(MonoTime deadline) NO_THREAD_SAFETY_ANALYSIS;

 private:
  void Add(OutsideDevice device);
  bool Unacknowledged();

  Kernel& kernel_;
  Network& network_;
  struct Opened {
    int file;
    netstack::DeviceLink* link;
    std::shared_ptr<bool> alive;  // The guest can lose it with a namespace of its own.
  };
  std::vector<Opened> opened_;
};

}  // namespace sentry

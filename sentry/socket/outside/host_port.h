// HostPort: a descriptor that carries frames, as the other end of a DeviceLink.
#pragma once

#include <sys/socket.h>

#include <memory>

#include "sentry/socket/outside/device.h"

namespace sentry {

// Under the kernel lock: the reactor calls, and the stack.
class HostPort final : public netstack::FramePort {
 public:
  HostPort(Kernel& kernel, OutsideDevice& device);
  ~HostPort() override;
  // Turns false with its end.
  const std::shared_ptr<bool>& alive() const { return alive_; }
  // From now on frames come.  `link` owns this.
  void Start(netstack::DeviceLink& link);

  base::Result<size_t> Read(std::span<const iovec> to) override;
  base::Result<void> Write(std::span<const iovec> frame) override;
  void AwaitRoom() override;

 private:
  base::Result<size_t> ReadPacket(std::span<const iovec> to);
  void OnEvents(uint32_t events);
  uint32_t Wanted() const;

  Kernel& kernel_;
  const std::string name_;
  base::Fd file_;
  const OutsideDevice::Kind kind_;
  const size_t header_size_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  netstack::DeviceLink* link_ = nullptr;
  bool awaits_room_ = false;
  int error_ = 0;  // Why nothing more comes.
  bool read_any_ = false;
};

}  // namespace sentry

// HostPort: a descriptor that carries frames, as the other end of a DeviceLink.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <vector>

#include "sentry/socket/outside/device.h"

namespace sentry {

// Under the kernel lock: the reactor calls, and the stack.  While the reactor reads and writes what
// has come and what it is answered with, the lock is given up: the guest's calls go on meanwhile,
// and the host's own stack, which does its work within our writes, keeps nobody waiting.
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
  // The descriptor alone: needs no lock, and outlives the port where it is in use.
  class File;
  // What the reactor reads into; lives on its stack while the lock is given up.
  struct Batch;

  void OnEvents(uint32_t events);
  bool ReceiveBatches();
  std::optional<bool> SendHeld();
  void Note(base::Errno error);
  uint32_t Wanted() const;

  static constexpr size_t kMostFrames = 16;  // Read without the lock in between.
  Kernel& kernel_;
  const std::string name_;
  const std::shared_ptr<File> file_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  netstack::DeviceLink* link_ = nullptr;
  std::vector<netstack::DeviceLink::Incoming> frames_;
  size_t expected_ = 1;  // How many frames come at once at present.
  bool awaits_room_ = false;
  int error_ = 0;  // Why nothing more comes.
  bool read_any_ = false;
};

}  // namespace sentry

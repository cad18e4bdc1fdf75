// --pcap: the capture of the guest's frames as a file of the host.
#pragma once

#include "netstack/stack/capture.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/inet/kernel_environment.h"

namespace sentry {

class Network;

class Capture final : public base::RefCounted {
 public:
  // Of every interface of `network` that leads outside, or else of lo.
  Capture(Kernel& kernel, Network& network, base::Fd file);
  // What is still in memory.
  void Flush();

 private:
  void Add(std::span<const std::byte> block);

  base::Fd file_;
  std::vector<std::byte> waiting_;
  Timer flush_;  // Armed while something waits.
  KernelEnvironment environment_;
  netstack::CaptureFile capture_;
};

}  // namespace sentry

// KernelEnvironment: what a TCP/IP stack needs of the world, from the kernel: its clock and timers,
// the host's randomness, the sandbox's memory budget.
#pragma once

#include "netstack/stack/environment.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class KernelEnvironment final : public netstack::Environment {
 public:
  KernelEnvironment(Kernel& kernel, base::UniqueFunction<void()> run_timers)
      : kernel_(kernel), timer_(kernel.timers(), std::move(run_timers)) {}

  netstack::Time Now() override;
  netstack::Time WallTime() override;
  void Random(std::span<std::byte> out) override;
  void WakeAt(netstack::Time when) override;
  bool Charge(size_t bytes) override;
  void Uncharge(size_t bytes) override;

 private:
  Kernel& kernel_;
  Timer timer_;
};

}  // namespace sentry

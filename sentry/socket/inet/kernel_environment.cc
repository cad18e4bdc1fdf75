#include "sentry/socket/inet/kernel_environment.h"

#include <sys/random.h>

namespace sentry {

netstack::Time KernelEnvironment::Now() {
  return MonotonicNow().ns;
}
netstack::Time KernelEnvironment::WallTime() {
  return RealtimeNowNs();
}

void KernelEnvironment::Random(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got > 0) out = out.subspan(static_cast<size_t>(got));
  }
}

void KernelEnvironment::WakeAt(netstack::Time when) {
  timer_.Arm(MonoTime{when});
}

bool KernelEnvironment::Charge(size_t bytes) {
  return kernel_.memory().Charge(bytes).ok();
}
void KernelEnvironment::Uncharge(size_t bytes) {
  kernel_.memory().Uncharge(bytes);
}

}  // namespace sentry

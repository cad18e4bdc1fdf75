// Two stacks at the ends of a bad line, on one fake clock.
#pragma once

#include "netstack/stack/impairment.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {

// Two stacks have two wake-ups but one clock.
class SharedClock final : public Environment {
 public:
  explicit SharedClock(Time& now, uint64_t seed) : now_(now), state_(seed) {}
  Time Now() override { return now_; }
  Time WallTime() override { return now_; }
  void Random(std::span<std::byte> out) override {
    for (std::byte& b : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      b = static_cast<std::byte>(state_ >> 56);
    }
  }
  void WakeAt(Time when) override { wake = when; }
  std::optional<Time> wake;

 private:
  Time& now_;
  uint64_t state_;
};

class Line {
 public:
  explicit Line(const Impairment& impairment) : env_a(now, 1), env_b(now, 2), a(env_a), b(env_b) {
    auto ends =
        ImpairedPipe::Create(env_a, a.stack().timers(), b.stack().timers(), impairment, 12345);
    Plug(a, std::move(ends.first), 1);
    Plug(b, std::move(ends.second), 2);
  }
  void Plug(NetStack& net, std::unique_ptr<Link> link, uint32_t host) {
    Interface* tun = net.stack().AddInterface("tun0", std::move(link)).value();
    InterfaceAddress address;
    address.addr = IpAddress::V4(0x0a000000 + host);
    address.prefix = 24;
    ASSERT_TRUE(net.stack().AddAddress(*tun, address).ok());
    ASSERT_TRUE(net.stack().SetFlags(*tun, abi::kIffUp, abi::kIffUp).ok());
  }
  // To the next wake-up; false: nothing is pending.
  bool Step() {
    if (!env_a.wake && !env_b.wake) return false;
    const bool first = env_a.wake && (!env_b.wake || *env_a.wake <= *env_b.wake);
    SharedClock& env = first ? env_a : env_b;
    now = std::max(now, *env.wake);
    env.wake.reset();
    (first ? a : b).stack().RunTimers();
    return true;
  }

  Time now = 1000 * kSecond;
  SharedClock env_a, env_b;
  NetStack a, b;
};

}  // namespace netstack

// A fake world for the stack: a clock that only moves when told, random numbers that repeat,
// sockets with one-line calls.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "netstack/netstack.h"

namespace netstack {

class FakeEnvironment final : public Environment {
 public:
  Time Now() override { return now; }
  Time WallTime() override { return 1'700'000'000 * kSecond + now; }
  void Random(std::span<std::byte> out) override {
    for (std::byte& b : out) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      b = static_cast<std::byte>(state >> 56);
    }
  }
  void WakeAt(Time when) override {
    wake = std::min(wake.value_or(when), when);  // Several stacks may share it.
    wakes_asked++;
  }

  Time now = 1000 * kSecond;
  uint64_t state = 42;
  std::optional<Time> wake;
  int wakes_asked = 0;
};

// Runs timers as their time comes until `duration` has passed.
inline void Advance(FakeEnvironment& environment, Stack& stack, Duration duration) {
  const Time end = environment.now + duration;
  while (environment.wake && *environment.wake <= end) {
    environment.now = std::max(environment.now, *environment.wake);
    environment.wake.reset();
    stack.RunTimers();
  }
  environment.now = end;
}

class CountingObserver final : public EndpointObserver {
 public:
  void OnReady(uint32_t events) override {
    seen |= events;
    calls++;
  }
  uint32_t Take() { return std::exchange(seen, 0); }
  uint32_t seen = 0;
  int calls = 0;
};

inline Result<size_t> Write(TcpEndpoint& e, std::string_view text, TcpSend how = {}) {
  SpanSource source(std::as_bytes(std::span(text)));
  return e.Send(source, how);
}

inline std::string Read(TcpEndpoint& e, size_t max = 65536, TcpReceive how = {}) {
  std::string text(max, 0);
  SpanSink sink(std::as_writable_bytes(std::span(text)));
  Result<size_t> n = e.Receive(sink, how);
  text.resize(n.ok() ? *n : 0);
  return text;
}

inline int ReadError(TcpEndpoint& e) {
  std::byte byte;
  SpanSink sink({&byte, 1});
  Result<size_t> n = e.Receive(sink, {});
  return n.ok() ? 0 : n.error().value();
}

inline Result<size_t> Write(DatagramEndpoint& e, std::string_view text, DatagramSend how = {}) {
  SpanSource source(std::as_bytes(std::span(text)));
  return e.Send(source, how);
}

inline std::string Read(DatagramEndpoint& e, DatagramInfo* info = nullptr, size_t max = 65536) {
  std::string text(max, 0);
  SpanSink sink(std::as_writable_bytes(std::span(text)));
  Result<size_t> n = e.Receive(sink, {}, info);
  text.resize(n.ok() ? *n : 0);
  return text;
}

inline int ReadError(DatagramEndpoint& e) {
  std::byte byte;
  SpanSink sink({&byte, 1});
  Result<size_t> n = e.Receive(sink, {}, nullptr);
  return n.ok() ? 0 : n.error().value();
}

// One stack with loopback.
class LoopbackTest : public testing::Test {
 protected:
  static constexpr int kInet = 2, kInet6 = 10;

  LoopbackTest() : net(environment) { net.AddLoopback(); }

  void Pass(Duration duration) { Advance(environment, net.stack(), duration); }
  SocketAddr Local(int family, uint16_t port) {
    return {family == kInet ? IpAddress::LoopbackV4() : IpAddress::LoopbackV6(), port, 0};
  }
  struct Pair {
    Ref<TcpEndpoint> listener, client, server;
  };
  Pair Connected(int family = kInet) {
    Pair p;
    p.listener = net.CreateTcp(family, 0);
    EXPECT_TRUE(p.listener->Bind(Local(family, 8080)).ok());
    EXPECT_TRUE(p.listener->Listen(8).ok());
    p.client = net.CreateTcp(family, 0);
    EXPECT_TRUE(p.client->Connect(Local(family, 8080)).Is(EINPROGRESS));
    EXPECT_TRUE(p.client->Connect(Local(family, 8080)).ok());
    Result<Ref<TcpEndpoint>> accepted = p.listener->Accept();
    EXPECT_TRUE(accepted.ok());
    if (accepted.ok()) p.server = *accepted;
    return p;
  }

  FakeEnvironment environment;
  NetStack net;
};

}  // namespace netstack

// Limits: how much a sandbox may send to and get from the outside, and how fast.
//
// Rates are token buckets that may be overdrawn: what is larger than the bucket goes, and what
// follows waits the longer.  Nobody is dropped for it, but not read: a peer over TCP sees a window
// that closes, datagrams a queue that is full.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "gofer/broker/loop.h"

namespace gofer {

enum class Way : uint8_t { kOut, kIn };

struct Limits {
  struct Rate {
    uint64_t per_second = 0, burst = 0;  // 0: none.
  };
  template <typename T>
  using BothWays = std::array<T, 2>;  // By Way.

  // Packets: datagrams, and as many as the bytes of a connection would make.
  BothWays<Rate> bytes, packets;
  BothWays<uint64_t> quota{};  // Bytes in all; 0: none.
  Rate connections;
  uint64_t flows = 0;  // At once; 0: as many as ever.

  // "rate-in=1m/4m", "packets-out=1000", "quota-out=2g", "connections=10/50", "flows=20"; false: it
  // is none of these.  0 takes a limit away.
  bool Add(std::string_view text);
  // Whether bytes have to be counted as they go.
  bool OfBytes() const;
};

// Nanoseconds of the monotonic clock.
int64_t MonotonicNanoseconds();

class TokenBucket {
 public:
  // What was used before stays used.
  void Set(const Limits::Rate& rate, int64_t now);
  bool limited() const { return rate_.per_second != 0; }
  // What may be taken now; below 1: nothing.
  double Level(int64_t now);
  // May take more than there is.
  void Take(uint64_t n) { level_ -= static_cast<double>(n); }
  // How long until there is something worth waking up for.
  int64_t Wait(int64_t now);

 private:
  Limits::Rate rate_;
  double level_ = 0;
  int64_t filled_at_ = 0;
};

// What all flows of a sandbox share.  No timer is armed while nobody waits.
class Meter {
 public:
  // `on_spent`: a quota has just been used up; not from within a call into this.
  Meter(Loop& loop, std::function<void(Way)> on_spent)
      : loop_(loop), on_spent_(std::move(on_spent)) {}
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // Counts go on.
  void Set(const Limits& limits);
  const Limits& limits() const { return limits_; }
  uint64_t used(Way way) const { return of(way).used; }
  bool Spent(Way way) const;

  // How many of `most` bytes may go now; 0: WhenRoom() tells when.
  size_t Room(Way way, size_t most);
  void Count(Way way, size_t bytes, size_t packets);
  // Bytes of a connection, in packets as wide as usual.
  void CountStream(Way way, size_t bytes);
  // Calls once, unless Forget() comes before or the quota is spent.
  void WhenRoom(Way way, const void* who, std::function<void()> then);
  void Forget(const void* who);

  // How many milliseconds until a connection may begin.
  int64_t ConnectionWait();
  void CountConnection();

 private:
  struct Direction {
    TokenBucket bytes, packets;
    uint64_t used = 0;
    bool told = false;  // That its quota is spent.
    struct Waiter {
      const void* who;
      std::function<void()> then;
    };
    std::list<Waiter> waiters;
    Loop::Token timer = 0;
  };
  const Direction& of(Way way) const { return directions_[static_cast<size_t>(way)]; }
  Direction& of(Way way) { return directions_[static_cast<size_t>(way)]; }
  void Arm(Way way);
  void Wake(Way way);

  Loop& loop_;
  std::function<void(Way)> on_spent_;
  Limits limits_;
  std::array<Direction, 2> directions_;
  TokenBucket connections_;
};

}  // namespace gofer

// Relay: carries the bytes of a TCP connection between the host's socket and the Sentry's end of a
// socket pair, where a socket cannot be bound to its peer and so must not leave this process.
#pragma once

#include <functional>
#include <vector>

#include "gofer/broker/limits.h"
#include "gofer/broker/loop.h"
#include "platform/base/fd.h"

namespace gofer {

class Relay {
 public:
  // Reads no more than `meter` has room for.  `outside` is borrowed.  `on_end` is called, not from
  // within a call into this, when nothing is left to carry either way, or with what has broken the
  // connection.
  Relay(Loop& loop, Meter& meter, int outside, base::Fd inside,
        std::function<void(int error)> on_end);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void Start();
  // What the Sentry has written by now is all.
  void FinishOut();
  // Nothing more goes in: the Sentry listens no longer.
  void StopIn();
  // Nothing is carried any more, and neither side sees an end.
  void Freeze();
  // Whether all that the Sentry has written has been taken by the host.
  bool out_done() const { return out_.done; }
  uint64_t moved_out() const { return out_.moved; }
  // How long it was held back by the limits.
  int64_t held_ms() const { return out_.held_ms + in_.held_ms; }

 private:
  struct Direction {
    Way way = Way::kOut;
    int from = -1, to = -1;
    std::vector<char> buffer;
    size_t begin = 0, end = 0;
    bool finish = false;   // The next time that nothing is there is the end.
    bool waiting = false;  // For the loop.
    bool done = false;
    uint64_t moved = 0;
    int64_t held_ms = 0;
  };
  void Pump(Direction& direction);
  // False: it has to wait, or is at its end.
  bool Fill(Direction& direction);
  bool Empty(Direction& direction);
  void Wait(Direction& direction, bool writable);
  void WaitForRoom(Direction& direction);
  void End(int error);

  Loop& loop_;
  Meter& meter_;
  const int outside_;
  base::Fd inside_;
  std::function<void(int)> on_end_;
  Direction in_, out_;
  bool ended_ = false;
  Loop::Token end_ = 0;
};

}  // namespace gofer

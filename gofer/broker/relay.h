// Relay: carries the bytes of a TCP connection between the host's socket and the Sentry's end of a
// socket pair, where a socket cannot be bound to its peer and so must not leave this process.
#pragma once

#include <functional>
#include <vector>

#include "gofer/broker/loop.h"
#include "platform/base/fd.h"

namespace gofer {

class Relay {
 public:
  // `outside` is borrowed.  `on_end` is called, not from within a call into this, when nothing is
  // left to carry either way, or with what has broken the connection.
  Relay(Loop& loop, int outside, base::Fd inside, std::function<void(int error)> on_end);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void Start();
  // What the Sentry has written by now is all.
  void FinishOut();
  // Nothing more goes in: the Sentry listens no longer.
  void StopIn();
  // Whether all that the Sentry has written has been taken by the host.
  bool out_done() const { return out_.done; }

 private:
  struct Direction {
    int from = -1, to = -1;
    std::vector<char> buffer;
    size_t begin = 0, end = 0;
    bool finish = false;   // The next time that nothing is there is the end.
    bool waiting = false;  // For the loop.
    bool done = false;
  };
  void Pump(Direction& direction);
  // False: it has to wait, or is at its end.
  bool Fill(Direction& direction);
  bool Empty(Direction& direction);
  void Wait(Direction& direction, bool writable);
  void End(int error);

  Loop& loop_;
  const int outside_;
  base::Fd inside_;
  std::function<void(int)> on_end_;
  Direction in_, out_;
  bool ended_ = false;
  Loop::Token end_ = 0;
};

}  // namespace gofer

#include "gofer/broker/relay.h"

#include <sys/socket.h>

#include <cerrno>

namespace gofer {
namespace {

constexpr size_t kBuffer = 64 << 10;
constexpr int kTurns = 8;  // Buffers at a time, so that no flow starves the others.

bool MustWait(ssize_t n) {
  return n < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace

Relay::Relay(Loop& loop, Meter& meter, int outside, base::Fd inside,
             std::function<void(int error)> on_end)
    : loop_(loop),
      meter_(meter),
      outside_(outside),
      inside_(std::move(inside)),
      on_end_(std::move(on_end)) {
  in_.way = Way::kIn;
  in_.from = out_.to = outside_;
  in_.to = out_.from = inside_.get();
}

Relay::~Relay() {
  loop_.Cancel(end_);
  meter_.Forget(this);
  loop_.Forget(outside_);
  loop_.Forget(inside_.get());
}

void Relay::Start() {
  Pump(in_);
  Pump(out_);
}

void Relay::FinishOut() {
  out_.finish = true;
  Pump(out_);
}

void Relay::StopIn() {
  in_.done = true;
  in_.buffer.clear();
  if (out_.done) End(0);
}

void Relay::Freeze() {
  ended_ = in_.done = out_.done = true;
  in_.buffer = out_.buffer = {};
}

void Relay::End(int error) {
  if (ended_) return;
  ended_ = in_.done = out_.done = true;
  end_ = loop_.After(0, [this, error] { on_end_(error); });
}

void Relay::Wait(Direction& direction, bool writable) {
  if (direction.waiting) return;
  direction.waiting = true;
  auto then = [this, &direction] {
    direction.waiting = false;
    Pump(direction);
  };
  writable ? loop_.WhenWritable(direction.to, then) : loop_.WhenReadable(direction.from, then);
}

void Relay::WaitForRoom(Direction& direction) {
  if (direction.waiting) return;
  direction.waiting = true;
  meter_.WhenRoom(direction.way, this, [this, &direction, since = MonotonicNanoseconds()] {
    constexpr int64_t kMillisecond = 1'000'000;
    direction.held_ms += (MonotonicNanoseconds() - since) / kMillisecond;
    direction.waiting = false;
    Pump(direction);
  });
}

bool Relay::Fill(Direction& direction) {
  const size_t room = meter_.Room(direction.way, kBuffer);
  if (room == 0) {
    direction.buffer = {};
    WaitForRoom(direction);
    return false;
  }
  direction.buffer.resize(kBuffer);
  const ssize_t n = ::recv(direction.from, direction.buffer.data(), room, MSG_DONTWAIT);
  if (n > 0) {
    meter_.CountStream(direction.way, static_cast<size_t>(n));
    direction.moved += static_cast<size_t>(n);
    direction.begin = 0;
    direction.end = static_cast<size_t>(n);
    return true;
  }
  const int error = errno;
  const bool nothing = MustWait(n);
  direction.buffer = {};  // An idle connection holds nothing.
  if (nothing && !direction.finish) {
    Wait(direction, false);
  } else if (n == 0 && &direction == &out_ && !direction.finish) {
    return false;  // The Sentry has closed its end, and says in a message what that means.
  } else if (nothing || n == 0) {
    direction.done = true;
    ::shutdown(direction.to, SHUT_WR);
    if (in_.done && out_.done) End(0);
  } else {
    End(error);
  }
  return false;
}

bool Relay::Empty(Direction& direction) {
  const ssize_t n = ::send(direction.to, &direction.buffer[direction.begin],
                           direction.end - direction.begin, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) {
    direction.begin += static_cast<size_t>(n);
    return true;
  }
  if (MustWait(n)) {
    Wait(direction, true);
  } else {
    End(errno);
  }
  return false;
}

void Relay::Pump(Direction& direction) {
  for (int turn = 0; turn < 2 * kTurns; ++turn) {
    if (direction.done) return;
    const bool empty = direction.begin == direction.end;
    if (!(empty ? Fill(direction) : Empty(direction))) return;
  }
  Wait(direction, direction.begin != direction.end);
}

}  // namespace gofer

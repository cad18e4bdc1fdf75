// The audit trail: a line of JSON per flow, when it ends or is refused.
#pragma once

#include <cstdint>
#include <string>

#include "gofer/broker/address.h"
#include "platform/base/fd.h"

namespace gofer {

struct FlowRecord {
  const char* kind = "out";  // out, in (published ports), dns
  bool incoming = false;
  uint8_t protocol = 6;
  Address address;  // Of the far side.
  uint16_t port = 0, guest_port = 0;
  std::string name;  // By which it was found, or that was asked for.
  bool allowed = false;
  std::string rule;
  int error = 0;                // Of connect(2).
  int64_t began_ms = 0;         // Since the epoch.
  int64_t began_monotonic = 0;  // Milliseconds.
  uint64_t bytes_out = 0, bytes_in = 0;
  int64_t held_ms = 0;  // How long it had to wait for what the limits allow, of both ways.
  std::string ended;    // By what it was cut off; empty: it was not.
};

class Audit {
 public:
  explicit Audit(base::Fd file) : file_(std::move(file)) {}
  void Write(const FlowRecord& record) const;

 private:
  base::Fd file_;
};

// Milliseconds: since the epoch, and of the monotonic clock.
int64_t WallMilliseconds();
int64_t MonotonicMilliseconds();

}  // namespace gofer

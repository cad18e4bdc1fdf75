// PatientReader: a file whose read(2) may wait for more than the first byte, and end with less
// (terminals: VMIN and VTIME of termios(3)).
#pragma once

#include <cstdint>
#include <optional>

#include "platform/base/result.h"
#include "sentry/memmap/io.h"

namespace sentry {

class PatientReader {
 public:
  // How long a read waits, in nanoseconds; nullopt: for ever.
  virtual std::optional<int64_t> Patience() = 0;
  // What a read gives when that is over or a signal came; nullopt: the signal's own error.
  virtual std::optional<Result<size_t>> ReadLess(IoSink& to, bool timed_out) = 0;

 protected:
  ~PatientReader() = default;
};

}  // namespace sentry

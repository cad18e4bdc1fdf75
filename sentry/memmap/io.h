// Where bulk data goes to and comes from: guest memory, or a buffer of the kernel.  A file moves
// bytes between its contents and one of these and knows nothing else about the caller.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::Result;

// Takes bytes in order.
class IoSink {
 public:
  virtual ~IoSink() = default;
  // Bytes that were taken: fewer than asked for when memory faults midway, EFAULT when none were.
  virtual Result<size_t> Put(std::span<const std::byte> bytes) = 0;
  // Bytes that it still has room for.
  virtual size_t remaining() const = 0;
};

// Gives bytes in order.
class IoSource {
 public:
  virtual ~IoSource() = default;
  // Bytes that were given: fewer than asked for at its end or when memory faults midway, EFAULT
  // when none could be.
  virtual Result<size_t> Get(std::span<std::byte> bytes) = 0;
  virtual size_t remaining() const = 0;
};

class BufferSink final : public IoSink {
 public:
  explicit BufferSink(std::span<std::byte> to) : to_(to) {}
  Result<size_t> Put(std::span<const std::byte> bytes) override {
    size_t n = bytes.size() < to_.size() ? bytes.size() : to_.size();
    if (n != 0) std::memcpy(to_.data(), bytes.data(), n);
    to_ = to_.subspan(n);
    return n;
  }
  size_t remaining() const override { return to_.size(); }

 private:
  std::span<std::byte> to_;
};

class BufferSource final : public IoSource {
 public:
  explicit BufferSource(std::span<const std::byte> from) : from_(from) {}
  Result<size_t> Get(std::span<std::byte> bytes) override {
    size_t n = bytes.size() < from_.size() ? bytes.size() : from_.size();
    if (n != 0) std::memcpy(bytes.data(), from_.data(), n);
    from_ = from_.subspan(n);
    return n;
  }
  size_t remaining() const override { return from_.size(); }

 private:
  std::span<const std::byte> from_;
};

}  // namespace sentry

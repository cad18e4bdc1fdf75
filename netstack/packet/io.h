// Where the bytes that an endpoint sends come from and where those that it receives go to: the
// caller's (guest's) memory.  An implementation copies; it must not call back into the stack.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "platform/base/result.h"

namespace netstack {

using base::Errno;
using base::Result;

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual size_t remaining() const = 0;
  // Bytes that were given, in order: fewer than asked for at the end or when memory faults midway,
  // EFAULT when none could be.
  virtual Result<size_t> Get(std::span<std::byte> to) = 0;
  // The same into several places at once; worth overriding where a copy costs a system call.
  virtual Result<size_t> GetV(std::span<const std::span<std::byte>> to);
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual size_t remaining() const = 0;
  // Bytes that were taken: fewer when it is full or memory faults midway, EFAULT when none were.
  virtual Result<size_t> Put(std::span<const std::byte> bytes) = 0;
  virtual Result<size_t> PutV(std::span<const std::span<const std::byte>> bytes);
};

class SpanSource final : public ByteSource {
 public:
  explicit SpanSource(std::span<const std::byte> from) : from_(from) {}
  size_t remaining() const override { return from_.size(); }
  Result<size_t> Get(std::span<std::byte> to) override;

 private:
  std::span<const std::byte> from_;
};

class SpanSink final : public ByteSink {
 public:
  explicit SpanSink(std::span<std::byte> to) : to_(to) {}
  size_t remaining() const override { return to_.size(); }
  Result<size_t> Put(std::span<const std::byte> bytes) override;

 private:
  std::span<std::byte> to_;
};

}  // namespace netstack

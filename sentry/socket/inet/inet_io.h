// The stack's way to read and write bytes, on the kernel's.
#pragma once

#include "netstack/packet/io.h"
#include "sentry/memmap/io.h"

namespace sentry {

class StackSource final : public netstack::ByteSource {
 public:
  explicit StackSource(IoSource& from) : from_(from) {}
  size_t remaining() const override { return from_.remaining(); }
  Result<size_t> Get(std::span<std::byte> to) override { return from_.Get(to); }

 private:
  IoSource& from_;
};

class StackSink final : public netstack::ByteSink {
 public:
  explicit StackSink(IoSink& to) : to_(to) {}
  size_t remaining() const override { return to_.remaining(); }
  Result<size_t> Put(std::span<const std::byte> bytes) override { return to_.Put(bytes); }
  // Each Put() into guest memory is a host call: small pieces are joined first.
  Result<size_t> PutV(std::span<const std::span<const std::byte>> pieces) override;

 private:
  IoSink& to_;
};

}  // namespace sentry

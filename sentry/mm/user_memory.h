// The two doors to guest memory: CopyIn/CopyOut of trivially copyable ABI types, and
// UserSource/UserSink for bulk data. Copy in once, then validate the copy: the guest can change its
// memory at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "abi/user_ptr.h"
#include "platform/base/result.h"
#include "sentry/memmap/io.h"

namespace sentry {

using abi::UserAddr;
using abi::UserPtr;

// Guest memory of one task.  Partial success is reported as in platform::Thread.
class UserMemory {
 public:
  virtual ~UserMemory() = default;
  virtual Result<size_t> ReadSome(uint64_t address, std::span<std::byte> to) = 0;
  virtual Result<size_t> WriteSome(uint64_t address, std::span<const std::byte> from) = 0;

  // All or EFAULT.
  Result<void> Read(uint64_t address, std::span<std::byte> to);
  Result<void> Write(uint64_t address, std::span<const std::byte> from);
  // A NUL-terminated string of at most `max` bytes, NUL included; ENAMETOOLONG when there is no NUL
  // in them.
  Result<std::string> ReadString(uint64_t address, size_t max);

  template <typename T>
  Result<T> CopyIn(UserPtr<T> from) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::remove_const_t<T> value;
    TRY(Read(from.addr().value(), std::as_writable_bytes(std::span(&value, 1))));
    return value;
  }
  template <typename T>
  Result<void> CopyOut(UserPtr<T> to, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return Write(to.addr().value(), std::as_bytes(std::span(&value, 1)));
  }
  template <typename T>
  Result<std::vector<T>> CopyInArray(UserPtr<T> from, size_t count) {
    std::vector<T> values(count);
    TRY(Read(from.addr().value(), std::as_writable_bytes(std::span(values))));
    return values;
  }
  template <typename T>
  Result<void> CopyOutArray(UserPtr<T> to, std::span<const T> values) {
    return Write(to.addr().value(), std::as_bytes(values));
  }
};

// A range of guest memory.
struct UserRange {
  uint64_t address;
  uint64_t length;
};

// Guest memory as destination; the memory must outlive it (a task outlives its own calls).
class UserSink final : public IoSink {
 public:
  UserSink(UserMemory& memory, uint64_t address, size_t length)
      : UserSink(memory, {{address, length}}) {}
  UserSink(UserMemory& memory, std::vector<UserRange> ranges);
  Result<size_t> Put(std::span<const std::byte> bytes) override;
  size_t remaining() const override { return remaining_; }

 private:
  UserMemory* memory_;
  std::vector<UserRange> ranges_;
  size_t index_ = 0;
  size_t remaining_ = 0;
};

class UserSource final : public IoSource {
 public:
  UserSource(UserMemory& memory, uint64_t address, size_t length)
      : UserSource(memory, {{address, length}}) {}
  UserSource(UserMemory& memory, std::vector<UserRange> ranges);
  Result<size_t> Get(std::span<std::byte> bytes) override;
  // Leaves bytes out that were moved by other means.
  void Skip(size_t bytes);
  size_t remaining() const override { return remaining_; }

 private:
  UserMemory* memory_;
  std::vector<UserRange> ranges_;
  size_t index_ = 0;
  size_t remaining_ = 0;
};

// Copies an iovec array in and checks it as Linux does (readv(2)): EINVAL when count > 1024 or a
// length is negative; the total is clamped to MAX_RW_COUNT.
Result<std::vector<UserRange>> CopyInIovec(UserMemory& memory, uint64_t address, size_t count);
// MAX_RW_COUNT: what one read or write moves at most.
constexpr size_t kMaxRwCount = 0x7ffff000;

}  // namespace sentry

// Addresses in a guest.  Neither type can be dereferenced: memory behind them is reached only
// through CopyIn/CopyOut and the bulk doors of sentry/mm.  Arithmetic is checked; a sum that leaves
// the address space is nullopt, which handlers turn into EFAULT.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace abi {

class UserAddr {
 public:
  constexpr UserAddr() = default;
  explicit constexpr UserAddr(uint64_t value) : value_(value) {}

  constexpr uint64_t value() const { return value_; }
  constexpr bool IsNull() const { return value_ == 0; }
  constexpr auto operator<=>(const UserAddr&) const = default;

  // The address `bytes` further, or nullopt past the end of 64 bits.
  constexpr std::optional<UserAddr> Add(uint64_t bytes) const {
    uint64_t sum = 0;
    if (__builtin_add_overflow(value_, bytes, &sum)) return std::nullopt;
    return UserAddr(sum);
  }
  constexpr std::optional<UserAddr> Sub(uint64_t bytes) const {
    if (bytes > value_) return std::nullopt;
    return UserAddr(value_ - bytes);
  }

  // Rounded to a power of two; RoundUp is nullopt where the sum wraps.
  constexpr UserAddr RoundDown(uint64_t unit) const { return UserAddr(value_ & ~(unit - 1)); }
  constexpr std::optional<UserAddr> RoundUp(uint64_t unit) const {
    std::optional<UserAddr> sum = Add(unit - 1);
    if (!sum) return std::nullopt;
    return sum->RoundDown(unit);
  }
  constexpr bool IsAligned(uint64_t unit) const { return (value_ & (unit - 1)) == 0; }

 private:
  uint64_t value_ = 0;
};

// Where a guest says a T is; UserPtr<T> is for arrays of T as well.
template <typename T>
class UserPtr {
 public:
  using Element = T;

  constexpr UserPtr() = default;
  explicit constexpr UserPtr(UserAddr addr) : addr_(addr) {}
  explicit constexpr UserPtr(uint64_t addr) : addr_(addr) {}

  constexpr UserAddr addr() const { return addr_; }
  constexpr uint64_t value() const { return addr_.value(); }
  constexpr bool IsNull() const { return addr_.IsNull(); }
  constexpr auto operator<=>(const UserPtr&) const = default;

  // Element `index` of an array that starts here.
  constexpr std::optional<UserPtr> At(uint64_t index) const {
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(index, uint64_t{sizeof(T)}, &bytes)) return std::nullopt;
    std::optional<UserAddr> addr = addr_.Add(bytes);
    if (!addr) return std::nullopt;
    return UserPtr(*addr);
  }

  // A member of the structure here: ptr.Field<int64_t>(offsetof(Timespec, tv_nsec)).
  template <typename F>
  constexpr std::optional<UserPtr<F>> Field(size_t offset) const {
    std::optional<UserAddr> addr = addr_.Add(offset);
    if (!addr) return std::nullopt;
    return UserPtr<F>(*addr);
  }

  template <typename U>
  constexpr UserPtr<U> As() const {
    return UserPtr<U>(addr_);
  }

 private:
  static_assert(std::is_trivially_copyable_v<T>);

  UserAddr addr_;
};

}  // namespace abi

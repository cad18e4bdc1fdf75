// Strong types for the numbers that system calls are made of, so that a descriptor cannot be passed
// where a pid is meant.  Construction is explicit, in the decoder; value() leads back to the raw
// number.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <typeindex>  // std::hash, without <functional>

namespace abi {

template <typename Tag, typename Rep>
class Number {
 public:
  using Raw = Rep;

  constexpr Number() = default;
  explicit constexpr Number(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const Number&) const = default;

 private:
  Rep value_{};
};

// A guest's file descriptor; negative ones (AT_FDCWD, -1) are legal values that no table holds.
using FdNum = Number<struct FdNumTag, int32_t>;
// A thread id in some pid namespace; also names thread groups, process groups and sessions.
using Tid = Number<struct TidTag, int32_t>;
using Uid = Number<struct UidTag, uint32_t>;
using Gid = Number<struct GidTag, uint32_t>;
// 1 to 64 when valid; 0 is the null signal of kill(2).
using SignalNumber = Number<struct SignalNumberTag, int32_t>;

// "Leave as it is" in chown(2), setresuid(2) and their like.
inline constexpr Uid kNoUid{~uint32_t{0}};
inline constexpr Gid kNoGid{~uint32_t{0}};

}  // namespace abi

template <typename Tag, typename Rep>
struct std::hash<abi::Number<Tag, Rep>> {
  constexpr size_t operator()(abi::Number<Tag, Rep> number) const noexcept {
    return static_cast<size_t>(number.value());
  }
};

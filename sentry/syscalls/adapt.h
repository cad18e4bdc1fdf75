// Adapt<F> turns six registers into F's parameters (Decode<P>) and F's Result<R> into the register
// value.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "abi/types.h"
#include "abi/user_ptr.h"
#include "sentry/kernel/task.h"

namespace sentry {

template <typename P>
struct Decoder;
template <std::integral P>
struct Decoder<P> {
  static P Decode(uint64_t value) { return static_cast<P>(value); }
};
template <typename Tag, typename Rep>
struct Decoder<abi::Number<Tag, Rep>> {
  static abi::Number<Tag, Rep> Decode(uint64_t value) {
    return abi::Number<Tag, Rep>(static_cast<Rep>(value));
  }
};
template <typename T>
struct Decoder<UserPtr<T>> {
  static UserPtr<T> Decode(uint64_t value) { return UserPtr<T>(value); }
};
template <>
struct Decoder<UserAddr> {
  static UserAddr Decode(uint64_t value) { return UserAddr(value); }
};

using SyscallFn = Result<uint64_t> (*)(Task&, const uint64_t (&args)[6]);

template <auto F>
struct Adapter;

template <typename R, typename... P, Result<R> (*F)(Task&, P...)>
struct Adapter<F> {
  static_assert(sizeof...(P) <= 6);
  static Result<uint64_t> Call(Task& task, const uint64_t (&args)[6]) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return EncodeResult(F(task, Decoder<P>::Decode(args[I])...));
    }
    (std::index_sequence_for<P...>{});
  }
};

template <auto F>
constexpr SyscallFn Adapt = &Adapter<F>::Call;

}  // namespace sentry

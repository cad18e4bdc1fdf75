// Result<T> is a T or a Linux errno.  TRY(e) yields the T or returns the errno to the caller.
//
//   Result<Ref<Inode>> Lookup(const Name& name);
//   Ref<Inode> child = TRY(dir->Lookup(name));
//
// Result<void> carries success only.  Errors are written with the man-page name: return
// Errno(EBADF).
#pragma once

#include <cerrno>
#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace base {

// A positive Linux error number.  Values from 512 up are internal to the kernel (restart codes) and
// never reach a guest.
class [[nodiscard]] Errno {
 public:
  explicit constexpr Errno(int value) : value_(value) {}
  constexpr int value() const { return value_; }
  constexpr bool operator==(const Errno&) const = default;

 private:
  int value_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  // NOLINTNEXTLINE(google-explicit-constructor): returning a T or an Errno is the whole point.
  template <typename U>
  requires(std::constructible_from<T, U&&> && !std::same_as<std::remove_cvref_t<U>, Errno> &&
           !std::same_as<std::remove_cvref_t<U>, Result<T>> && std::convertible_to<U&&, T>)
      Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Errno error) : state_(std::in_place_index<1>, error) {}

  bool ok() const { return state_.index() == 0; }
  Errno error() const { return *std::get_if<1>(&state_); }
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return ok() ? value() : std::move(other); }
  bool Is(int error) const { return !ok() && this->error().value() == error; }

 private:
  std::variant<T, Errno> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Errno error) : error_(error) {}

  bool ok() const { return error_.value() == 0; }
  Errno error() const { return error_; }
  void value() const {}
  bool Is(int error) const { return error_.value() == error; }

 private:
  Errno error_{0};
};

inline Result<void> Ok() {
  return {};
}

// The calling thread's errno, for wrapping a failed host call.
inline Errno LastErrno() {
  return Errno(errno);
}

}  // namespace base

#define BASE_CONCAT_INNER(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_INNER(a, b)
#define BASE_TRY_IMPL(expr, tmp) \
  __extension__({                \
    auto tmp = (expr);           \
    if (!tmp.ok()) [[unlikely]]  \
      return tmp.error();        \
    std::move(tmp).value();      \
  })
#define TRY(expr) BASE_TRY_IMPL(expr, BASE_CONCAT(try_, __COUNTER__))

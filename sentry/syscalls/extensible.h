// Structures that grow with the kernel (clone3, openat2, sched_setattr): the caller says which size
// it knows (Linux: copy_struct_from_user()).
#pragma once

#include <algorithm>
#include <array>

#include "sentry/mm/user_memory.h"

namespace sentry {

// What the caller's structure lacks is zero; what it has beyond ours must be zero, else E2BIG.
template <typename T>
Result<T> CopyInExtensible(UserMemory& memory, UserPtr<T> from, uint64_t size) {
  constexpr uint64_t kPage = 4096;
  if (size > kPage) return Errno(E2BIG);
  T value{};
  const size_t known = std::min<size_t>(size, sizeof(T));
  TRY(memory.Read(from.value(), std::as_writable_bytes(std::span(&value, 1)).first(known)));
  std::array<std::byte, kPage> rest;
  std::span<std::byte> beyond = std::span(rest).first(size - known);
  TRY(memory.Read(from.value() + known, beyond));
  if (std::any_of(beyond.begin(), beyond.end(), [](std::byte b) { return b != std::byte{0}; })) {
    return Errno(E2BIG);
  }
  return value;
}

}  // namespace sentry

#include "sentry/socket/inet/inet_io.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sentry {
namespace {

// What is larger goes by itself: the host call costs less than the second copy.
constexpr size_t kLarge = 16 << 10;
// Used under the kernel lock, within one call.
std::array<std::byte, 64 << 10> joined;

}  // namespace

Result<size_t> StackSink::PutV(std::span<const std::span<const std::byte>> pieces) {
  size_t total = 0, held = 0;
  // False: the sink took less than it was given, or nothing.
  auto put = [&](std::span<const std::byte> bytes, Result<size_t>& result) {
    if (bytes.empty()) return true;
    result = to_.Put(bytes);
    if (!result.ok()) return false;
    total += *result;
    return *result == bytes.size();
  };
  Result<size_t> result = size_t{0};
  bool going = true;
  for (std::span<const std::byte> piece : pieces) {
    const bool large = piece.size() >= kLarge;
    if (large || held + piece.size() > joined.size()) {
      going = put(std::span<const std::byte>(joined).first(std::exchange(held, 0)), result);
      if (going && large) going = put(piece, result);
      if (!going) break;
      if (large) continue;
    }
    std::memcpy(joined.data() + held, piece.data(), piece.size());
    held += piece.size();
  }
  if (going) put(std::span<const std::byte>(joined).first(held), result);
  if (!result.ok() && total == 0) return result;
  return total;
}

}  // namespace sentry

// The options of level SOL_SOCKET that every family keeps (socket(7)).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "abi/linux/socket.h"
#include "abi/linux/time.h"
#include "platform/base/result.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

using base::Errno;
using base::Result;

using OptionBytes = std::vector<std::byte>;

template <typename T>
OptionBytes OptionValue(const T& value) {
  auto bytes = std::as_bytes(std::span(&value, 1));
  return OptionBytes(bytes.begin(), bytes.end());
}
// The value that setsockopt(2) was given: EINVAL when it is too short.
template <typename T>
Result<T> OptionAs(std::span<const std::byte> value) {
  T out{};
  if (value.size() < sizeof(T)) return Errno(EINVAL);
  std::memcpy(&out, value.data(), sizeof(T));
  return out;
}

struct SocketOptions {
  static constexpr int32_t kDefaultBuffer = 212992;  // net.core.[rw]mem_default and _max

  bool reuse_address = false, reuse_port = false, keepalive = false, broadcast = false;
  bool dont_route = false, oob_inline = false, timestamp = false, timestamp_ns = false;
  bool pass_credentials = false, no_check = false, debug = false, zerocopy = false;
  abi::Linger linger{};
  int32_t send_buffer = kDefaultBuffer, receive_buffer = kDefaultBuffer;
  int32_t receive_low_water = 1, priority = 0, mark = 0, peek_offset = -1, busy_poll = 0;
  int32_t incoming_cpu = -1;
  abi::Timeval receive_timeout{}, send_timeout{};

  // ENOPROTOOPT for what is not kept here.
  Result<OptionBytes> Get(int32_t name) const;
  struct BufferLimits {
    int32_t send, receive;
    bool may_mark;  // CAP_NET_RAW or CAP_NET_ADMIN in its network namespace.
  };
  Result<void> Set(OpContext& ctx, int32_t name, std::span<const std::byte> value,
                   const BufferLimits& limits);
  std::optional<int64_t> Timeout(bool send) const;

 private:
  bool* Flag(int32_t name);
  int32_t* Number(int32_t name);
};

}  // namespace sentry

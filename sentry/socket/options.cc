#include "sentry/socket/options.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/time/time.h"

namespace sentry {
namespace {

constexpr int32_t kMinSendBuffer = 4608;     // SOCK_MIN_SNDBUF
constexpr int32_t kMinReceiveBuffer = 2304;  // SOCK_MIN_RCVBUF
constexpr int32_t kMostBuffer = 0x3fffffff;  // Twice of it is still an int.

// The kernel keeps twice what it is asked for, for its own book-keeping (socket(7), SO_SNDBUF).
// A negative number is a huge one.
int32_t BufferSize(int32_t asked, int32_t minimum, int32_t limit) {
  const int32_t bounded = asked < 0 ? limit : std::min(asked, limit);
  return std::max(std::min(bounded, kMostBuffer) * 2, minimum);
}

Result<abi::Timeval> TimeoutOption(std::span<const std::byte> value) {
  abi::Timeval time = TRY(OptionAs<abi::Timeval>(value));
  if (time.tv_usec < 0 || time.tv_usec >= abi::kUsecPerSec) return Errno(EDOM);
  if (time.tv_sec < 0) time = {};  // Linux: waits for ever.
  return time;
}

}  // namespace

bool* SocketOptions::Flag(int32_t name) {
  switch (name) {
    case abi::kSoReuseaddr:
      return &reuse_address;
    case abi::kSoReuseport:
      return &reuse_port;
    case abi::kSoKeepalive:
      return &keepalive;
    case abi::kSoBroadcast:
      return &broadcast;
    case abi::kSoDontroute:
      return &dont_route;
    case abi::kSoOobinline:
      return &oob_inline;
    case abi::kSoTimestamp:
      return &timestamp;
    case abi::kSoTimestampns:
      return &timestamp_ns;
    case abi::kSoPasscred:
      return &pass_credentials;
    case abi::kSoNoCheck:
      return &no_check;
    case abi::kSoDebug:
      return &debug;
    case abi::kSoZerocopy:
      return &zerocopy;
    default:
      return nullptr;
  }
}

int32_t* SocketOptions::Number(int32_t name) {
  switch (name) {
    case abi::kSoSndbuf:
      return &send_buffer;
    case abi::kSoRcvbuf:
      return &receive_buffer;
    case abi::kSoRcvlowat:
      return &receive_low_water;
    case abi::kSoPriority:
      return &priority;
    case abi::kSoMark:
      return &mark;
    case abi::kSoPeekOff:
      return &peek_offset;
    case abi::kSoBusyPoll:
      return &busy_poll;
    case abi::kSoIncomingCpu:
      return &incoming_cpu;
    default:
      return nullptr;
  }
}

Result<OptionBytes> SocketOptions::Get(int32_t name) const {
  SocketOptions& self = const_cast<SocketOptions&>(*this);  // The lookups serve both ways.
  if (bool* flag = self.Flag(name)) return OptionValue(int32_t{*flag ? 1 : 0});
  if (int32_t* number = self.Number(name)) return OptionValue(*number);
  switch (name) {
    case abi::kSoLinger:
      return OptionValue(linger);
    case abi::kSoRcvtimeo:
    case abi::kSoRcvtimeoNew:
      return OptionValue(receive_timeout);
    case abi::kSoSndtimeo:
    case abi::kSoSndtimeoNew:
      return OptionValue(send_timeout);
    case abi::kSoSndlowat:
      return OptionValue(int32_t{1});
    case abi::kSoBsdcompat:
    case abi::kSoRxqOvfl:
    case abi::kSoLockFilter:
    case abi::kSoSelectErrQueue:
    case abi::kSoTimestamping:
    case abi::kSoBufLock:
    case abi::kSoReserveMem:
    case abi::kSoTxrehash:
      return OptionValue(int32_t{0});
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> SocketOptions::Set(OpContext& ctx, int32_t name, std::span<const std::byte> value,
                                const BufferLimits& limits) {
  switch (name) {
    case abi::kSoLinger:
      linger = TRY(OptionAs<abi::Linger>(value));
      linger.l_onoff = linger.l_onoff != 0 ? 1 : 0;
      return {};
    case abi::kSoRcvtimeo:
    case abi::kSoRcvtimeoNew:
      receive_timeout = TRY(TimeoutOption(value));
      return {};
    case abi::kSoSndtimeo:
    case abi::kSoSndtimeoNew:
      send_timeout = TRY(TimeoutOption(value));
      return {};
    default:
      break;
  }
  const int32_t number = TRY(OptionAs<int32_t>(value));
  const bool net_admin = ctx.creds.HasCapability(abi::kCapNetAdmin);
  switch (name) {
    case abi::kSoDebug:
      if (number != 0 && !net_admin) return Errno(EACCES);
      break;
    case abi::kSoSndbufforce:
    case abi::kSoSndbuf:
      if (name == abi::kSoSndbufforce && !net_admin) return Errno(EPERM);
      send_buffer = name == abi::kSoSndbufforce
                        ? BufferSize(std::max(number, 0), kMinSendBuffer, kMostBuffer)
                        : BufferSize(number, kMinSendBuffer, limits.send);
      return {};
    case abi::kSoRcvbufforce:
    case abi::kSoRcvbuf:
      if (name == abi::kSoRcvbufforce && !net_admin) return Errno(EPERM);
      receive_buffer = name == abi::kSoRcvbufforce
                           ? BufferSize(std::max(number, 0), kMinReceiveBuffer, kMostBuffer)
                           : BufferSize(number, kMinReceiveBuffer, limits.receive);
      return {};
    case abi::kSoRcvlowat:
      receive_low_water = number <= 0 ? (number < 0 ? 0x7fffffff : 1) : number;
      return {};
    case abi::kSoPriority:
      if ((number < 0 || number > 6) && !limits.may_mark) return Errno(EPERM);
      break;
    case abi::kSoMark:
      if (!limits.may_mark) return Errno(EPERM);
      break;
    case abi::kSoZerocopy:
      return Errno(EOPNOTSUPP);  // But for TCP and UDP.
    case abi::kSoBsdcompat:
    case abi::kSoRxqOvfl:
    case abi::kSoSelectErrQueue:
    case abi::kSoTimestamping:
    case abi::kSoTxrehash:
      return {};  // Without effect where nothing is dropped, rehashed or stamped by hardware.
    default:
      break;
  }
  if (bool* flag = Flag(name)) {
    *flag = number != 0;
    return {};
  }
  if (int32_t* kept = Number(name)) {
    *kept = number;
    return {};
  }
  return Errno(ENOPROTOOPT);
}

std::optional<int64_t> SocketOptions::Timeout(bool send) const {
  const abi::Timeval& time = send ? send_timeout : receive_timeout;
  if (time.tv_sec == 0 && time.tv_usec == 0) return std::nullopt;
  return ToNanoseconds({time.tv_sec, time.tv_usec * 1000});
}

}  // namespace sentry

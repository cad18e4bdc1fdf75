// Options of level SOL_SOCKET as AF_INET and AF_INET6 have them (socket(7)).
#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/socket/inet/inet_socket.h"
#include "sentry/socket/inet/socket_filter.h"

namespace sentry {
namespace {

// What the stack has to know of the flags and numbers that the base keeps.
void Mirror(const SocketOptions& from, netstack::SocketOptions& to) {
  to.reuse_address = from.reuse_address;
  to.reuse_port = from.reuse_port;
  to.broadcast = from.broadcast;
  to.dont_route = from.dont_route;
  to.oob_inline = from.oob_inline;
  to.no_check = from.no_check;
  to.timestamps = from.timestamp || from.timestamp_ns;
  to.mark = static_cast<uint32_t>(from.mark);
  to.priority = from.priority;
  to.receive_low_water = from.receive_low_water;
  // A negative time is for ever (sk_setsockopt()).
  const int32_t seconds = from.linger.l_linger < 0 ? INT32_MAX : from.linger.l_linger;
  to.linger_seconds = from.linger.l_onoff != 0 ? seconds : -1;
}

}  // namespace

Result<OptionBytes> InetSocket::GetSocketOption(int32_t name) {
  netstack::Endpoint& own = endpoint();
  switch (name) {
    case abi::kSoError:
      return OptionValue(int32_t{own.TakeError()});
    case abi::kSoSndbuf:
      return OptionValue(own.send_buffer());
    case abi::kSoRcvbuf:
      return OptionValue(own.receive_buffer());
    case abi::kSoMaxPacingRate: {
      constexpr uint64_t kNone = ~uint64_t{0};
      const uint64_t rate = own.options.max_pacing_rate;
      return rate == kNone || rate <= UINT32_MAX
                 ? OptionValue(static_cast<uint32_t>(std::min<uint64_t>(rate, UINT32_MAX)))
                 : OptionValue(rate);
    }
    case abi::kSoBindtodevice: {
      const netstack::Interface* device = stack().stack().FindInterface(own.options.bound_ifindex);
      if (device == nullptr) return OptionBytes();
      auto bytes = std::as_bytes(std::span(device->name().c_str(), device->name().size() + 1));
      return OptionBytes(bytes.begin(), bytes.end());
    }
    case abi::kSoBindtoifindex:
      return OptionValue(own.options.bound_ifindex);
    case abi::kSoMeminfo: {
      const InetSocketInfo info = Describe();
      return OptionValue(std::array<uint32_t, 9>{
          info.receive_queue, static_cast<uint32_t>(own.receive_buffer()), info.send_queue,
          static_cast<uint32_t>(own.send_buffer()), 0, 0, 0, 0, static_cast<uint32_t>(info.drops)});
    }
    case abi::kSoRxqOvfl:
      return OptionValue(int32_t{rxq_overflow_ ? 1 : 0});
    case abi::kSoIncomingNapiId:
      return OptionValue(uint32_t{0});
    case abi::kSoLockFilter:
      return OptionValue(int32_t{filter_locked_ ? 1 : 0});
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> InetSocket::SetSocketOption(OpContext& ctx, int32_t name,
                                         std::span<const std::byte> value) {
  netstack::Stack::Scope scope(stack().stack());
  netstack::Endpoint& own = endpoint();
  switch (name) {
    case abi::kSoBindtodevice:
      return BindToDevice(ctx, value);
    case abi::kSoBindtoifindex: {
      const auto index = TRY(OptionAs<int32_t>(value));
      if (index < 0) return Errno(EINVAL);
      if (own.options.bound_ifindex != 0 && !network().Allows(ctx, abi::kCapNetRaw)) {
        return Errno(EPERM);
      }
      return own.SetBoundInterface(static_cast<uint32_t>(index));
    }
    case abi::kSoAttachFilter:
      return AttachFilter(ctx, value);
    case abi::kSoDetachFilter:
      TRY(OptionAs<int32_t>(value));
      if (filter_locked_) return Errno(EPERM);
      if (!own.HasFilter()) return Errno(ENOENT);
      own.SetFilter({});
      return {};
    case abi::kSoLockFilter: {
      const bool lock = TRY(OptionAs<int32_t>(value)) != 0;
      if (filter_locked_ && !lock) return Errno(EPERM);
      filter_locked_ = lock;
      return {};
    }
    case abi::kSoMaxPacingRate:
      own.options.max_pacing_rate = value.size() >= sizeof(uint64_t)
                                        ? TRY(OptionAs<uint64_t>(value))
                                        : TRY(OptionAs<uint32_t>(value));
      if (value.size() < sizeof(uint64_t) && own.options.max_pacing_rate == UINT32_MAX) {
        own.options.max_pacing_rate = ~uint64_t{0};
      }
      return {};
    case abi::kSoZerocopy: {
      // sk_setsockopt(): only these have something to tell.
      if (protocol_ != abi::kIpprotoTcp && protocol_ != abi::kIpprotoUdp) return Errno(EOPNOTSUPP);
      const auto on = TRY(OptionAs<int32_t>(value));
      if (on < 0 || on > 1) return Errno(EINVAL);
      options_.zerocopy = on != 0;
      return {};
    }
    case abi::kSoRxqOvfl:
      rxq_overflow_ = TRY(OptionAs<int32_t>(value)) != 0;
      return {};
    default:
      break;
  }
  TRY(options_.Set(ctx, name, value, BufferLimits(ctx)));
  Mirror(options_, own.options);
  if (name == abi::kSoSndbuf || name == abi::kSoSndbufforce) {
    own.SetSendBuffer(options_.send_buffer);
  } else if (name == abi::kSoRcvbuf || name == abi::kSoRcvbufforce) {
    own.SetReceiveBuffer(options_.receive_buffer);
  }
  return {};
}

Result<void> InetSocket::BindToDevice(OpContext& ctx, std::span<const std::byte> value) {
  std::string name(reinterpret_cast<const char*>(value.data()), std::min<size_t>(value.size(), 15));
  name = name.substr(0, name.find('\0'));
  netstack::Endpoint& own = endpoint();
  // Free since Linux 5.7, but for who is bound already.
  if (own.options.bound_ifindex != 0 && !network().Allows(ctx, abi::kCapNetRaw)) {
    return Errno(EPERM);
  }
  if (name.empty()) return own.SetBoundInterface(0);
  const netstack::Interface* device = stack().stack().FindInterface(name);
  if (device == nullptr) return Errno(ENODEV);
  return own.SetBoundInterface(device->index());
}

Result<void> InetSocket::AttachFilter(OpContext& ctx, std::span<const std::byte> value) {
  if (filter_locked_) return Errno(EPERM);
  SocketFilter filter = TRY(ReadSocketFilter(ctx, value));
  endpoint().SetFilter(
      [filter = std::move(filter)](const netstack::Packet& packet) { return filter.Run(packet); });
  return {};
}

}  // namespace sentry

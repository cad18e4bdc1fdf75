// The error queue: what recvmsg(2) with MSG_ERRQUEUE gives (ip(7), IP_RECVERR).
#include <algorithm>

#include "sentry/socket/inet/inet_socket.h"

namespace sentry {
namespace {

template <typename A>
OptionBytes WithOffender(const abi::SockExtendedErr& error, const A& offender) {
  OptionBytes bytes = OptionValue(error);
  const OptionBytes tail = OptionValue(offender);
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  return bytes;
}

}  // namespace

Result<size_t> InetSocket::ReceiveError(IoSink& data, Received& out) {
  std::optional<netstack::QueuedError> queued = endpoint().TakeQueuedError();
  if (!queued) return Errno(EAGAIN);
  const size_t wanted = std::min(queued->payload.size(), data.remaining());
  const size_t taken = wanted == 0 ? 0 : TRY(data.Put(std::span(queued->payload).first(wanted)));
  out.full_length = queued->payload.size();
  out.flags |= abi::kMsgErrqueue;
  if (taken < out.full_length) out.flags |= abi::kMsgTrunc;
  // What tells of MSG_ZEROCOPY is about no packet.
  if (queued->origin != abi::kSoEeOriginZerocopy) out.from = ToGuest(queued->destination);
  abi::SockExtendedErr error{};
  error.ee_errno = static_cast<uint32_t>(queued->error);
  error.ee_origin = queued->origin;
  error.ee_type = queued->type;
  error.ee_code = queued->code;
  error.ee_info = queued->info;
  error.ee_data = queued->data;
  const bool from_icmp = queued->origin == abi::kSoEeOriginIcmp;
  if (!IsV6()) {
    abi::SockAddrIn offender{};
    if (from_icmp) {
      offender.sin_family = abi::kAfInet;
      std::memcpy(&offender.sin_addr, queued->offender.bytes().data() + 12, 4);
    }
    out.control.raw.push_back({abi::kSolIp, abi::kIpRecverr, WithOffender(error, offender)});
    return taken;
  }
  abi::SockAddrIn6 offender{};
  if (from_icmp || queued->origin == abi::kSoEeOriginIcmp6) {
    offender.sin6_family = abi::kAfInet6;
    std::memcpy(offender.sin6_addr, queued->offender.bytes().data(), 16);
    if (queued->offender.NeedsScope()) offender.sin6_scope_id = queued->ifindex;
  }
  out.control.raw.push_back({abi::kSolIpv6, abi::kIpv6Recverr, WithOffender(error, offender)});
  return taken;
}

}  // namespace sentry

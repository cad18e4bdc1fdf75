// Options of level SOL_TCP (tcp(7)); limits are do_tcp_setsockopt()'s.
#include <algorithm>

#include "abi/linux/capability.h"
#include "abi/linux/tcp.h"
#include "sentry/socket/inet/tcp_socket.h"

namespace sentry {
namespace {

constexpr int32_t kMaxKeepTime = 32767, kMaxKeepCount = 127, kMaxSynCount = 127;
constexpr int32_t kMaxLinger2 = 120;    // seconds, TCP_FIN_TIMEOUT_MAX
constexpr size_t kCongestionName = 16;  // TCP_CA_NAME_MAX

bool InRange(int32_t number, int32_t low, int32_t high) {
  return number >= low && number <= high;
}

}  // namespace

OptionBytes TcpInfoBytes(const netstack::TcpInfo& i) {
  abi::TcpInfo out{};
  out.tcpi_state = i.state;
  out.tcpi_ca_state = i.ca_state;
  out.tcpi_retransmits = i.retransmits;
  out.tcpi_probes = i.probes;
  out.tcpi_backoff = i.backoff;
  out.tcpi_options = i.options;
  out.wscales = static_cast<uint8_t>((i.snd_wscale & 0xf) | (i.rcv_wscale << 4));
  out.bits = static_cast<uint8_t>((i.delivery_rate_app_limited ? 1 : 0) |
                                  ((i.fastopen_client_fail & 3) << 1));
  out.tcpi_rto = i.rto;
  out.tcpi_ato = i.ato;
  out.tcpi_snd_mss = i.snd_mss;
  out.tcpi_rcv_mss = i.rcv_mss;
  out.tcpi_unacked = i.unacked;
  out.tcpi_sacked = i.sacked;
  out.tcpi_lost = i.lost;
  out.tcpi_retrans = i.retrans;
  out.tcpi_fackets = i.fackets;
  out.tcpi_last_data_sent = i.last_data_sent_ms;
  out.tcpi_last_ack_sent = i.last_ack_sent_ms;
  out.tcpi_last_data_recv = i.last_data_recv_ms;
  out.tcpi_last_ack_recv = i.last_ack_recv_ms;
  out.tcpi_pmtu = i.pmtu;
  out.tcpi_rcv_ssthresh = i.rcv_ssthresh;
  out.tcpi_rtt = i.rtt;
  out.tcpi_rttvar = i.rttvar;
  out.tcpi_snd_ssthresh = i.snd_ssthresh;
  out.tcpi_snd_cwnd = i.snd_cwnd;
  out.tcpi_advmss = i.advmss;
  out.tcpi_reordering = i.reordering;
  out.tcpi_rcv_rtt = i.rcv_rtt;
  out.tcpi_rcv_space = i.rcv_space;
  out.tcpi_total_retrans = i.total_retrans;
  out.tcpi_pacing_rate = i.pacing_rate;
  out.tcpi_max_pacing_rate = i.max_pacing_rate;
  out.tcpi_bytes_acked = i.bytes_acked;
  out.tcpi_bytes_received = i.bytes_received;
  out.tcpi_segs_out = i.segs_out;
  out.tcpi_segs_in = i.segs_in;
  out.tcpi_notsent_bytes = i.notsent_bytes;
  out.tcpi_min_rtt = i.min_rtt;
  out.tcpi_data_segs_in = i.data_segs_in;
  out.tcpi_data_segs_out = i.data_segs_out;
  out.tcpi_delivery_rate = i.delivery_rate;
  out.tcpi_busy_time = i.busy_time;
  out.tcpi_rwnd_limited = i.rwnd_limited;
  out.tcpi_sndbuf_limited = i.sndbuf_limited;
  out.tcpi_delivered = i.delivered;
  out.tcpi_delivered_ce = i.delivered_ce;
  out.tcpi_bytes_sent = i.bytes_sent;
  out.tcpi_bytes_retrans = i.bytes_retrans;
  out.tcpi_dsack_dups = i.dsack_dups;
  out.tcpi_reord_seen = i.reord_seen;
  out.tcpi_rcv_ooopack = i.rcv_ooopack;
  out.tcpi_snd_wnd = i.snd_wnd;
  out.tcpi_rcv_wnd = i.rcv_wnd;
  out.tcpi_rehash = i.rehash;
  return OptionValue(out);
}

OptionBytes CongestionBytes(const netstack::TcpEndpoint& endpoint) {
  netstack::CongestionInfo info{};
  const size_t words = endpoint.DescribeCongestion(info);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(info).first(words));
  return OptionBytes(bytes.begin(), bytes.end());
}

Result<OptionBytes> TcpSocket::GetTransportOption(int32_t level, int32_t name) {
  // What ip_getsockopt() and ipv6_getsockopt() say of other levels.
  if (level != abi::kSolTcp) return Errno(IsV6() ? ENOPROTOOPT : EOPNOTSUPP);
  auto number = [](auto value) { return OptionValue(static_cast<int32_t>(value)); };
  switch (name) {
    case abi::kTcpNodelay:
      return number(tcp_->nodelay());
    case abi::kTcpCork:
      return number(tcp_->cork());
    case abi::kTcpQuickack:
      return number(tcp_->quickack());
    case abi::kTcpMaxseg:
      return number(tcp_->max_segment());
    case abi::kTcpKeepidle:
      return number(tcp_->keep_idle());
    case abi::kTcpKeepintvl:
      return number(tcp_->keep_interval());
    case abi::kTcpKeepcnt:
      return number(tcp_->keep_count());
    case abi::kTcpSyncnt:
      return number(tcp_->syn_count());
    case abi::kTcpLinger2:
      return number(tcp_->linger2());
    case abi::kTcpDeferAccept:
      return number(tcp_->defer_accept());
    case abi::kTcpWindowClamp:
      return number(tcp_->window_clamp());
    case abi::kTcpUserTimeout:
      return number(tcp_->user_timeout());
    case abi::kTcpNotsentLowat:
      return number(tcp_->not_sent_low_water());
    case abi::kTcpFastopen:
      return number(tcp_->fastopen());
    case abi::kTcpFastopenConnect:
      return number(tcp_->fastopen_connect());
    case abi::kTcpInq:
      return number(tell_inq_);
    case abi::kTcpTimestamp:
      return number(static_cast<uint32_t>(MonotonicNow().ns / 1'000'000));
    case abi::kTcpInfo:
      return TcpInfoBytes(tcp_->Info());
    case abi::kTcpCongestion: {
      OptionBytes bytes(kCongestionName);
      const std::string_view text = tcp_->congestion();
      std::memcpy(bytes.data(), text.data(), std::min(text.size(), kCongestionName - 1));
      return bytes;
    }
    case abi::kTcpCcInfo:
      return CongestionBytes(*tcp_);
    case abi::kTcpUlp:
      return OptionBytes();
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> TcpSocket::SetTransportOption(OpContext& ctx, int32_t level, int32_t name,
                                           std::span<const std::byte> value) {
  if (level != abi::kSolTcp) return Errno(ENOPROTOOPT);
  netstack::Stack::Scope scope(stack().stack());
  if (name == abi::kTcpCongestion) {
    if (value.empty()) return Errno(EINVAL);
    std::string text(reinterpret_cast<const char*>(value.data()),
                     std::min(value.size(), kCongestionName - 1));
    text = text.substr(0, text.find('\0'));
    // tcp_set_congestion_control(): what is not there is not found, whoever asks.
    const std::string& allowed = stack().stack().sysctl().tcp_allowed_congestion_control;
    if (netstack::NamesCongestion(netstack::CongestionNames(), text) &&
        text != tcp_->congestion() && !netstack::NamesCongestion(allowed, text) &&
        !network().Allows(ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
    return tcp_->SetCongestion(text);
  }
  if (name == abi::kTcpUlp) return Errno(value.empty() ? EINVAL : ENOENT);
  return SetNumber(ctx, name, TRY(OptionAs<int32_t>(value)));
}

Result<void> TcpSocket::SetNumber(OpContext& ctx, int32_t name, int32_t number) {
  const netstack::TcpState state = tcp_->state();
  const bool closed = state == netstack::TcpState::kClose;
  switch (name) {
    case abi::kTcpNodelay:
      tcp_->SetNoDelay(number != 0);
      return {};
    case abi::kTcpCork:
      tcp_->SetCork(number != 0);
      return {};
    case abi::kTcpQuickack:
      tcp_->SetQuickAck((number & 1) != 0);
      return {};
    case abi::kTcpMaxseg:
      return tcp_->SetMaxSegment(number);
    case abi::kTcpKeepidle:
      if (!InRange(number, 1, kMaxKeepTime)) return Errno(EINVAL);
      tcp_->SetKeepIdle(number);
      return {};
    case abi::kTcpKeepintvl:
      if (!InRange(number, 1, kMaxKeepTime)) return Errno(EINVAL);
      tcp_->SetKeepInterval(number);
      return {};
    case abi::kTcpKeepcnt:
      if (!InRange(number, 1, kMaxKeepCount)) return Errno(EINVAL);
      tcp_->SetKeepCount(number);
      return {};
    case abi::kTcpSyncnt:
      if (!InRange(number, 1, kMaxSynCount)) return Errno(EINVAL);
      tcp_->SetSynCount(number);
      return {};
    case abi::kTcpLinger2:
      tcp_->SetLinger2(number < 0 ? -1 : std::min(number, kMaxLinger2));
      return {};
    case abi::kTcpDeferAccept:
      tcp_->SetDeferAccept(std::max(0, number));
      return {};
    case abi::kTcpWindowClamp:
      return tcp_->SetWindowClamp(number);
    case abi::kTcpUserTimeout:
      if (number < 0) return Errno(EINVAL);
      tcp_->SetUserTimeout(static_cast<uint32_t>(number));
      return {};
    case abi::kTcpNotsentLowat:
      tcp_->SetNotSentLowWater(static_cast<uint32_t>(number));
      return {};
    case abi::kTcpFastopen:
      if (number < 0 || (!closed && !Listening())) return Errno(EINVAL);
      tcp_->SetFastOpen(number);
      return {};
    case abi::kTcpFastopenConnect:
      if (!InRange(number, 0, 1)) return Errno(EINVAL);
      if ((stack().stack().sysctl().tcp_fastopen & 1) == 0) return Errno(EOPNOTSUPP);
      if (!closed) return Errno(EINVAL);
      tcp_->SetFastOpenConnect(number != 0);
      return {};
    case abi::kTcpInq:
      if (!InRange(number, 0, 1)) return Errno(EINVAL);
      tell_inq_ = number != 0;
      return {};
    case abi::kTcpThinLinearTimeouts:
    case abi::kTcpThinDupack:
      return InRange(number, 0, 1) ? Result<void>() : Errno(EINVAL);
    case abi::kTcpRepair:
      return Errno(network().Allows(ctx, abi::kCapNetAdmin) ? EOPNOTSUPP : EPERM);
    default:
      return Errno(ENOPROTOOPT);
  }
}

}  // namespace sentry

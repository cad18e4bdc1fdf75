// TcpEndpoint: TCP_INFO and the rows of /proc/net/tcp.
#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {
namespace {

uint32_t Micros(Duration d) {
  return static_cast<uint32_t>(std::clamp<Duration>(d / kMicrosecond, 0, 0xffffffff));
}
uint32_t MillisSince(Time now, Time then) {
  if (then == 0) return 0;
  return static_cast<uint32_t>(std::clamp<Duration>((now - then) / kMillisecond, 0, 0xffffffff));
}

}  // namespace

TcpInfo TcpEndpoint::Info() const {
  TcpInfo info;
  const Time now = stack_.now();
  info.state = static_cast<uint8_t>(state_);
  info.ca_state = static_cast<uint8_t>(ca_state_);
  info.retransmits = retransmits_;
  info.backoff = backoff_;
  info.probes = std::max(probes_, keepalive_probes_);
  if (timestamps_on_) info.options |= kTcpiOptTimestamps;
  if (sack_on_) info.options |= kTcpiOptSack;
  if (wscale_on_) info.options |= kTcpiOptWscale;
  if (ecn_on_) info.options |= kTcpiOptEcn;
  if (ecn_seen_) info.options |= kTcpiOptEcnSeen;
  if (syn_data_acked_) info.options |= kTcpiOptSynData;
  info.fastopen_client_fail = fast_open_fail_;
  info.snd_wscale = snd_wscale_;
  info.rcv_wscale = rcv_wscale_;
  info.delivery_rate_app_limited = rate_app_limited_;
  info.pmtu = route_.mtu;
  info.pacing_rate = PacingRate();
  info.max_pacing_rate = options.max_pacing_rate;
  info.reordering = reordering_;
  info.snd_cwnd = window_.cwnd;
  if (state_ == TcpState::kListen) {
    // tcp(7): of a listener these are the queue and its limit.
    info.unacked = static_cast<uint32_t>(accept_queue_.size());
    info.sacked = static_cast<uint32_t>(backlog_);
    return info;
  }
  info.rto = Micros(std::min(rtt_.Rto() << std::min<int>(backoff_, 10), kMaxRto));
  info.ato = Micros(ato_);
  info.snd_mss = snd_mss_;
  info.rcv_mss = rcv_mss_;
  for (const SentSegment& sent : sent_) {
    const uint32_t segments = (sent.size() + snd_mss_ - 1) / snd_mss_;
    info.unacked += segments;
    if (sent.sacked) info.sacked += segments;
    if (sent.lost) info.lost += segments;
    if (sent.transmissions > 1 && !sent.sacked) info.retrans += segments;
  }
  info.last_data_sent_ms = MillisSince(now, last_data_sent_at_);
  info.last_data_recv_ms = MillisSince(now, last_data_received_at_);
  info.last_ack_recv_ms = MillisSince(now, last_ack_received_at_);
  info.rcv_ssthresh = rcv_ssthresh_;
  info.rtt = Micros(rtt_.srtt());
  info.rttvar = Micros(rtt_.rttvar());
  info.snd_ssthresh = window_.ssthresh;
  info.advmss = advertised_mss_;
  info.rcv_rtt = Micros(rcv_rtt_);
  info.rcv_space = rcvq_space_;
  info.total_retrans = total_retransmits_;
  info.bytes_acked = bytes_acked_;
  info.bytes_received = bytes_received_;
  info.segs_out = segments_out_;
  info.segs_in = segments_in_;
  info.notsent_bytes = static_cast<uint32_t>(UnsentBytes());
  info.min_rtt = rtt_.known() ? Micros(rtt_.min()) : 0xffffffff;
  info.data_segs_in = data_segments_in_;
  info.data_segs_out = data_segments_out_;
  if (rate_interval_ != 0) {
    info.delivery_rate =
        rate_bytes_ * static_cast<uint64_t>(kSecond) / static_cast<uint64_t>(rate_interval_);
  }
  FillWaits(info);
  info.delivered = static_cast<uint32_t>((delivered_ + snd_mss_ - 1) / snd_mss_);
  info.delivered_ce = delivered_ce_;
  info.bytes_sent = bytes_sent_;
  info.bytes_retrans = bytes_retransmitted_;
  info.dsack_dups = dsacks_;
  info.reord_seen = reorderings_;
  info.rcv_ooopack = early_segments_;
  info.snd_wnd = snd_wnd_;
  info.rcv_wnd = rcv_wnd_;
  return info;
}

TcpRow TcpEndpoint::Row() const {
  TcpRow row;
  row.family = family();
  row.state = static_cast<uint8_t>(state_);
  row.v6only = ip6.v6only;
  row.uid = uid_;
  row.ifindex = options.bound_ifindex;
  if (state_ == TcpState::kListen) {
    row.rx_queue = static_cast<uint32_t>(accept_queue_.size());
    row.tx_queue = static_cast<uint32_t>(backlog_);
    return row;
  }
  row.rx_queue = static_cast<uint32_t>(receive_queue_.size());
  row.tx_queue = static_cast<uint32_t>(send_queue_.size());
  Time at = retransmit_at_;
  if (at != 0) {
    row.timer = retransmit_kind_ == Timer::kPersist ? 4 : 1;
  } else if (keepalive_at_ != 0) {
    row.timer = 2;
    at = keepalive_at_;
  }
  if (at > stack_.now()) row.timer_ms = static_cast<uint32_t>((at - stack_.now()) / kMillisecond);
  row.retransmits = retransmits_;
  row.probes = probes_;
  return row;
}

}  // namespace netstack

// TcpEndpoint: what is sent and when (RFC 9293 section 3.8.6, RFC 1122 section 4.2.3.4, RFC 5681).
#include <algorithm>

#include "netstack/stack/offload.h"
#include "netstack/tcp/tcp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

uint32_t TcpEndpoint::TimestampNow() const {
  return static_cast<uint32_t>(stack_.now() / kMillisecond) + timestamp_offset_;
}

void TcpEndpoint::UpdateMss() {
  const bool v4 = peer_.addr.IsV4();
  uint32_t mtu = std::min<uint32_t>(route_.mtu, 65535u + (v4 ? 0 : 1));
  if (!v4 && ip6.mtu != 0) mtu = std::min(mtu, ip6.mtu);
  const size_t extra = v4 ? ip4.options.size() : ip6.extensions.bytes.size();
  const uint32_t headers = (v4 ? 40 : 60) + static_cast<uint32_t>(extra);
  uint32_t mss = std::min(mtu > headers ? mtu - headers : 0, peer_mss_);
  if (user_mss_ != 0) mss = std::min(mss, static_cast<uint32_t>(user_mss_));
  if (timestamps_on_) mss -= std::min(mss - 8, 12u);
  // Never more than half of the largest window the peer has offered: it could not open it again.
  if (max_window_ != 0) {
    const uint32_t cutoff = max_window_ > 536 ? max_window_ / 2 : max_window_;
    mss = std::min(mss, std::max(cutoff, 48u));
  }
  snd_mss_ = std::max(mss, 8u);
}

// What one packet may carry: a super-segment where the link splits it or none is needed.
uint32_t TcpEndpoint::MaxSegmentBytes() {
  const uint32_t limit = RefreshRoute() ? route_.out->link().gso_max() : 0;
  if (limit <= snd_mss_ + 120) return snd_mss_;
  return PacedSegmentBytes((std::min(limit, 65535u) - 120) / snd_mss_ * snd_mss_);
}

uint32_t TcpEndpoint::UsableWindow() const {
  const uint32_t edge = snd_una_ + snd_wnd_;
  return SeqAfter(edge, snd_nxt_) ? edge - snd_nxt_ : 0;
}

bool TcpEndpoint::NagleHolds(uint32_t length, bool push) const {
  if (length >= snd_mss_ || buffer_full_) return false;
  if (urgent_out_ && SeqAtOrAfter(snd_up_, snd_nxt_)) return false;
  if (cork_ || !push) return true;
  if (nodelay_) return false;
  // Minshall: only another small segment under way holds this one back.
  return SeqAfter(snd_sml_, snd_una_) && snd_nxt_ != snd_una_;
}

void TcpEndpoint::Output(bool push) {
  if (state_ == TcpState::kClose || state_ == TcpState::kListen || state_ == TcpState::kSynSent ||
      (state_ == TcpState::kSynRecv && !opened_early_)) {
    return;
  }
  IdleRestart();
  const uint32_t before = snd_nxt_;
  bool sent = false;
  if (!std::exchange(frto_send_new_, false)) {
    while (!PaceHolds() && Retransmit()) sent = true;
  }
  while (!PaceHolds() && SendNew(push)) sent = true;
  NoteWaits();
  if (sent && snd_nxt_ != before && retransmit_kind_ != Timer::kPersist) {
    if (!ArmLossProbe() && retransmit_at_ == 0) ArmRetransmit();
  }
  if (sent_.empty() && EndSeq() != snd_nxt_ && retransmit_at_ == 0 && pace_at_ == 0) {
    // Something waits for the window, or for more to come: ask again later.
    retransmit_kind_ = Timer::kPersist;
    retransmit_at_ = stack_.now() + std::min(std::max(rtt_.Rto(), kMinRto) << backoff_, kMaxRto);
  }
}

bool TcpEndpoint::SendNew(bool push) {
  const uint32_t waiting = EndSeq() - snd_nxt_;
  if (waiting == 0) return false;
  const uint32_t data = SeqAfter(WriteSeq(), snd_nxt_) ? WriteSeq() - snd_nxt_ : 0;
  const uint32_t window = UsableWindow();
  if (data == 0) {  // The FIN alone: it takes room in the window, none in the network.
    if (window == 0 && snd_wnd_ != 0) return false;
    TransmitRange(snd_nxt_, snd_nxt_ + 1, false);
    return true;
  }
  const uint32_t in_flight = InFlightSegments();
  uint32_t quota = window_.cwnd > in_flight ? window_.cwnd - in_flight : 0;
  if (quota == 0) {
    cwnd_limited_ = true;
    return false;
  }
  quota = static_cast<uint32_t>(std::min<uint64_t>(uint64_t{quota} * snd_mss_, 0x7fffffff));
  uint32_t length = std::min({data, MaxSegmentBytes(), quota});
  const bool by_window = length > window;
  if (by_window) length = window;
  if (length == 0) return false;
  const bool last = length == data && fin_queued_;
  if (length > snd_mss_ && length % snd_mss_ != 0) {
    const uint32_t tail = length % snd_mss_;
    if (by_window || length != data || (!last && NagleHolds(tail, push))) length -= tail;
  } else if (length < snd_mss_ && !last) {
    if (by_window) {
      // Sender's side of the silly window: RFC 1122 section 4.2.3.4.
      if (length < max_window_ / 2 || max_window_ == 0) return false;
    } else if (length == data && NagleHolds(length, push)) {
      return false;
    }
  }
  const bool fin = fin_queued_ && length == data && window > length;
  TransmitRange(snd_nxt_, snd_nxt_ + length + (fin ? 1 : 0), false);
  return true;
}

bool TcpEndpoint::Retransmit() {
  if (lost_ == 0) return false;
  if (InFlightSegments() >= window_.cwnd) return false;
  for (size_t i = 0; i < sent_.size(); i++) {
    SentSegment& sent = sent_[i];
    if (!sent.lost) continue;
    const uint32_t size = sent.end - sent.seq;
    if (size > MaxSegmentBytes()) SplitAt(sent.seq + MaxSegmentBytes());
    RetransmitSegment(sent_[i]);
    return true;
  }
  return false;
}

void TcpEndpoint::RetransmitSegment(SentSegment& sent) {
  if (sent.lost) {
    sent.lost = false;
    lost_ -= sent.size();
    // It is under way again, and counted once: InFlight() subtracts it no longer.
  }
  if (retransmit_stamp_ == 0 && timestamps_on_) retransmit_stamp_ = TimestampNow();
  if (sent.transmissions < 255) sent.transmissions++;
  StampRate(sent);
  undo_retransmits_++;
  total_retransmits_++;
  bytes_retransmitted_ += sent.size();
  stack_.stats().tcp.retrans_segs++;
  prr_out_ += sent.size();
  const uint32_t seq = sent.seq, end = sent.end;
  TransmitRange(seq, end, true);
  if (retransmit_at_ == 0) ArmRetransmit();
}

void TcpEndpoint::TransmitRange(uint32_t seq, uint32_t end, bool retransmission) {
  const bool syn = SeqBefore(seq, queue_seq_) && snd_una_ == iss_ && seq == iss_;
  uint16_t flags = 0;
  if (state_ != TcpState::kSynSent) flags |= kTcpAck;
  if (syn) flags |= kTcpSyn;
  if (fin_queued_ && end == EndSeq() && end != WriteSeq()) flags |= kTcpFin;
  const bool has_data = !syn && SeqBefore(seq, WriteSeq()) && end != seq;
  if (has_data && (end == WriteSeq() || (flags & kTcpFin) != 0)) flags |= kTcpPsh;
  if (!retransmission) {
    if (has_data && app_limited_ != 0 && InFlight() == 0) congestion_->OnResume(stack_.now());
    SentSegment sent{seq, end};
    StampRate(sent);
    sent_.push_back(sent);
    snd_nxt_ = end;
    if (has_data && end - seq < snd_mss_) snd_sml_ = end;
    if (ca_state_ == TcpCaState::kRecovery || ca_state_ == TcpCaState::kCwr) prr_out_ += end - seq;
  }
  Transmit(seq, end, flags);
  if (has_data) ChargePace(end - seq);
}

uint32_t TcpEndpoint::ReceiveSpace() const {
  // Half of the buffer is for what the memory really costs (tcp_adv_win_scale).
  uint32_t full = static_cast<uint32_t>(receive_buffer_) / 2;
  if (window_clamp_ != 0) full = std::min(full, static_cast<uint32_t>(window_clamp_));
  const size_t used = receive_queue_.size() + early_bytes_;
  return used >= full ? 0 : full - static_cast<uint32_t>(used);
}

// __tcp_select_window() of Linux: what could be offered now.
uint32_t TcpEndpoint::WindowToOffer() const {
  uint32_t full = static_cast<uint32_t>(receive_buffer_) / 2;
  if (window_clamp_ != 0) full = std::min(full, static_cast<uint32_t>(window_clamp_));
  const uint32_t mss = std::min(rcv_mss_, full);
  uint32_t space = ReceiveSpace();
  if (space < full / 2 && (space < full / 16 || space < mss)) return 0;
  space = std::min(space, rcv_ssthresh_);
  if (rcv_wscale_ != 0) {
    const uint32_t unit = 1u << rcv_wscale_;
    return (space + unit - 1) / unit * unit;
  }
  const uint32_t current =
      SeqAfter(rcv_wup_ + rcv_wnd_, rcv_nxt_) ? rcv_wup_ + rcv_wnd_ - rcv_nxt_ : 0;
  if (current + mss <= space || current > space) return mss == 0 ? space : space / mss * mss;
  // A window that holds one segment of the peer, no more: half of it is worth telling.
  if (mss == full && space > current + full / 2) return space;
  return current;
}

uint16_t TcpEndpoint::SelectWindow(uint16_t flags) {
  if ((flags & kTcpSyn) != 0) {
    rcv_wup_ = rcv_nxt_;
    return static_cast<uint16_t>(std::min(rcv_wnd_, 65535u));
  }
  const uint32_t edge = rcv_wup_ + rcv_wnd_;
  const uint32_t current = SeqAfter(edge, rcv_nxt_) ? edge - rcv_nxt_ : 0;
  uint32_t offer = WindowToOffer();
  if (offer < current) {
    // The edge does not move back (RFC 9293 section 3.8.6).
    const uint32_t unit = 1u << rcv_wscale_;
    offer = (current + unit - 1) / unit * unit;
  }
  if (offer == 0 && rcv_wnd_ != 0) stack_.stats().tcp.to_zero_window++;
  if (offer != 0 && rcv_wnd_ == 0) stack_.stats().tcp.from_zero_window++;
  offer = std::min(offer, 65535u << rcv_wscale_);
  rcv_wnd_ = offer;
  rcv_wup_ = rcv_nxt_;
  return static_cast<uint16_t>(std::min(offer >> rcv_wscale_, 65535u));
}

TcpOptions TcpEndpoint::OptionsFor(uint16_t flags) {
  TcpOptions options;
  if ((flags & kTcpSyn) != 0) {
    options.mss = static_cast<uint16_t>(std::min(advertised_mss_, 65535u));
    if (wscale_on_) options.window_scale = rcv_wscale_;
    options.sack_permitted = sack_on_;
    if (syn_fast_open_ != SynFastOpen::kNone) {
      options.fastopen = true;
      const Tcp::KeptCookie* kept = tcp_.FindCookie(peer_.addr);
      if (syn_fast_open_ == SynFastOpen::kSend && kept != nullptr) {
        options.fastopen_cookie = kept->cookie;
      }
    }
  }
  if (timestamps_on_) {
    options.has_timestamps = true;
    options.timestamp = TimestampNow();
    options.timestamp_echo = ts_recent_;
  }
  if (!sack_on_ || (flags & (kTcpSyn | kTcpRst)) != 0) return options;
  if (dsack_.start != dsack_.end) {
    options.sack[options.sack_count++] = dsack_;
    dsack_ = {};
  }
  for (uint8_t i = 0; i < sack_recent_count_ && options.sack_count < 4; i++) {
    options.sack[options.sack_count++] = sack_recent_[i];
  }
  return options;
}

bool TcpEndpoint::RefreshRoute() {
  if (route_generation_ == stack_.generation()) return route_.out != nullptr;
  Result<RouteResult> route = stack_.FindRoute(peer_.addr, local_.addr, options.bound_ifindex);
  if (!route.ok()) {
    route_.out = nullptr;
    soft_error_ = route.error().value();
    return false;
  }
  const uint32_t before = route_.mtu;
  route_ = *route;
  route_generation_ = stack_.generation();
  if (route_.mtu != before && state_ != TcpState::kSynSent) UpdateMss();
  return true;
}

bool TcpEndpoint::Transmit(uint32_t seq, uint32_t end, uint16_t flags) {
  const bool v4 = peer_.addr.IsV4();
  if (!RefreshRoute()) return false;
  auto packet = Packet::Create();
  uint32_t length = 0;
  const uint32_t first = (flags & kTcpSyn) != 0 ? seq + 1 : seq;
  if ((flags & kTcpRst) == 0 && SeqAtOrAfter(first, queue_seq_)) {
    const uint32_t stop = SeqAfter(end, WriteSeq()) ? WriteSeq() : end;
    if (SeqAfter(stop, first)) {
      length = stop - first;
      send_queue_.Share(first - queue_seq_, length, *packet);
    }
  }
  const TcpOptions tcp_options = OptionsFor(flags);
  std::array<std::byte, TcpOptions::kMaxSize> encoded;
  const size_t options_size = tcp_options.Write(encoded.data());
  TcpHeader header;
  header.source_port = local_.port;
  header.destination_port = peer_.port;
  header.seq = seq;
  header.header_size = static_cast<uint8_t>(TcpHeader::kSize + options_size);
  if ((flags & kTcpAck) != 0) header.ack = rcv_nxt_;
  if (ecn_on_) {
    if ((flags & kTcpSyn) != 0) {
      flags |= state_ == TcpState::kSynSent ? kTcpEce | kTcpCwr : kTcpEce;
      if (accecn_.on) flags |= kTcpAe;
    } else if (accecn_.on) {
      if ((flags & kTcpRst) == 0) flags |= AceFlags(length == 0 && tcp_options.sack_count == 0);
    } else {
      if (ece_pending_) flags |= kTcpEce;
      if (cwr_pending_ && length != 0) {
        flags |= kTcpCwr;
        cwr_pending_ = false;
      }
    }
  }
  if (urgent_out_ && SeqAfter(snd_up_, seq) && snd_up_ - seq <= 0xffff) {
    flags |= kTcpUrg;
    header.urgent = static_cast<uint16_t>(snd_up_ - seq);
  }
  header.window = SelectWindow(flags);
  header.flags = flags;
  std::byte* at = packet->Push(header.header_size);
  header.Write(at);
  if (options_size != 0) std::memcpy(at + TcpHeader::kSize, encoded.data(), options_size);
  if (length > snd_mss_ && (flags & kTcpSyn) == 0)
    packet->gso_size = static_cast<uint16_t>(std::min(snd_mss_, 65535u));
  packet->mark = options.mark;
  IpSend ip;
  ip.source = local_.addr;
  ip.destination = peer_.addr;
  ip.protocol = kProtoTcp;
  ip.hop_limit = v4 ? ip4.ttl : ip6.unicast_hops;
  ip.tos = v4 ? ip4.tos : static_cast<uint8_t>(std::max(0, ip6.traffic_class));
  // RFC 3168 section 6.1: data that is sent for the first time only.
  if (ecn_on_ && !accecn_.unmarked && length != 0 && seq + length == snd_nxt_)
    ip.tos = static_cast<uint8_t>((ip.tos & ~3u) | 2u);
  ip.flow_label = flow_label_;
  ip.fragmentation =
      v4 && ip4.pmtu == PmtuDiscovery::kDont ? Fragmentation::kAllowed : Fragmentation::kHereOnly;
  ip.options = v4 ? ip4.options : ip6.extensions.bytes;
  ip.options_protocol = ip6.extensions.protocol;
  StartChecksum(*packet, ip.source, ip.destination, kProtoTcp, 16);
  if ((flags & kTcpAck) != 0) {
    delayed_ack_at_ = 0;
    ack_pending_ = ack_push_ = false;
    if (quick_acks_ != 0) quick_acks_--;
  }
  segments_out_ += length > snd_mss_ ? (length + snd_mss_ - 1) / snd_mss_ : 1;
  stack_.stats().tcp.out_segs++;
  if (length != 0) {
    data_segments_out_ += (length + snd_mss_ - 1) / snd_mss_;
    bytes_sent_ += length;
    last_data_sent_at_ = stack_.now();
    // An answer to what came just now: an interactive flow (Linux's pingpong mode).
    if (stack_.now() - last_data_received_at_ < ato_ && data_segments_in_ != 0) pingpong_ = true;
  }
  return stack_.network(v4).Send(std::move(packet), route_, ip).ok();
}

void TcpEndpoint::SendAck() {
  Transmit(snd_nxt_, snd_nxt_, kTcpAck);
}

void TcpEndpoint::SendReset() {
  stack_.stats().tcp.out_rsts++;
  Transmit(snd_nxt_, snd_nxt_, kTcpRst | kTcpAck);
}

// RFC 5961 section 7: not more than so many per second, over all connections by a share of ours.
void TcpEndpoint::SendChallengeAck() {
  const Time now = stack_.now();
  if (now - last_challenge_at_ >= kSecond) {
    last_challenge_at_ = now;
    challenges_ = 0;
  }
  if (++challenges_ > 10) return;
  stack_.stats().tcp.challenge_ack++;
  SendAck();
}

// The answer to a segment that is out of the window; data is always answered, empty ones at most
// twice a second (tcp_invalid_ratelimit), so that two ends do not answer each other for ever.
void TcpEndpoint::SendDuplicateAck(const TcpSegment& segment) {
  if (segment.length == 0 && !segment.Has(kTcpSyn)) {
    if (last_oow_ack_at_ != 0 && stack_.now() - last_oow_ack_at_ < 500 * kMillisecond) return;
    last_oow_ack_at_ = stack_.now();
  }
  if (SeqBefore(segment.seq, rcv_nxt_) && segment.length != 0) {
    EnterQuickAck(16);
    const uint32_t end = segment.seq + segment.length;
    SetDsack(segment.seq, SeqAfter(end, rcv_nxt_) ? rcv_nxt_ : end);
  }
  SendAck();
}

// A byte that was acknowledged long ago, so that the peer must answer (RFC 9293 sections 3.8.4 and
// 3.8.6.1).
void TcpEndpoint::SendProbe(bool keepalive) {
  if (!keepalive) stack_.stats().tcp.win_probe++;
  Transmit(snd_una_ - 1, snd_una_ - 1, kTcpAck);
}

}  // namespace netstack

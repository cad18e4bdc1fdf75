// TcpEndpoint: what happens when nothing comes (RFC 6298, RFC 8985 section 7, RFC 1122 sections
// 4.2.2.17 and 4.2.3.6).
#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

void TcpEndpoint::ArmTimer() {
  Time first = 0;
  for (Time at : {retransmit_at_, delayed_ack_at_, keepalive_at_, linger_at_, pace_at_}) {
    if (at != 0 && (first == 0 || at < first)) first = at;
  }
  if (first == 0) {
    timer_.Disarm();
  } else {
    timer_.ArmBy(first);  // One that is armed for earlier finds nothing due and is armed again.
  }
}

void TcpEndpoint::OnTimer() {
  const Ref<TcpEndpoint> self(this);
  const Time now = stack_.now();
  auto due = [&](Time& at) {
    if (at == 0 || at > now) return false;
    at = 0;
    return true;
  };
  if (due(delayed_ack_at_)) OnDelayedAck();
  if (due(linger_at_)) {
    // FIN_WAIT2 has lasted long enough (tcp(7) tcp_fin_timeout).
    Finish(0);
    return;
  }
  if (due(retransmit_at_)) {
    switch (retransmit_kind_) {
      case Timer::kRetransmit:
        OnRetransmitTimeout();
        break;
      case Timer::kLossProbe:
        OnLossProbe();
        break;
      case Timer::kReorder: {
        AckEffect effect;
        RackDetect(effect);
        if (lost_ != 0 && ca_state_ < TcpCaState::kRecovery) EnterRecovery();
        if (effect.newly_lost != 0 && !congestion_->Models()) ProportionalReduction(effect);
        if (retransmit_at_ == 0) ArmRetransmit();
        Output();
        break;
      }
      case Timer::kPersist:
        OnPersist();
        break;
      case Timer::kNone:
        break;
    }
  }
  if (state_ != TcpState::kClose && due(pace_at_)) Output();
  if (state_ != TcpState::kClose && due(keepalive_at_)) OnKeepalive();
  if (state_ != TcpState::kClose) ArmTimer();
}

void TcpEndpoint::ArmRetransmit() {
  if (sent_.empty()) {
    retransmit_at_ = 0;
    retransmit_kind_ = Timer::kNone;
    return;
  }
  retransmit_kind_ = Timer::kRetransmit;
  retransmit_at_ = stack_.now() + std::min(rtt_.Rto() << std::min<int>(backoff_, 10), kMaxRto);
}

// RFC 8985 section 7.2: two round trips, and what a delayed acknowledgement may take.
bool TcpEndpoint::ArmLossProbe() {
  if (!sack_on_ || ca_state_ != TcpCaState::kOpen || sent_.empty() || probe_out_ ||
      stack_.sysctl().tcp_early_retrans < 3 || state_ == TcpState::kSynRecv) {
    return false;
  }
  if (retransmit_kind_ == Timer::kReorder && retransmit_at_ != 0) return true;
  Duration timeout = kSecond;
  if (rtt_.known()) {
    timeout = std::max<Duration>(2 * rtt_.srtt(), 2 * kMillisecond);
    if (InFlightSegments() <= 1) timeout += kMinRto;
  }
  const Time rto_at = sent_.front().sent_at + rtt_.Rto();
  const Time at = stack_.now() + timeout;
  if (at >= rto_at) return false;
  retransmit_kind_ = Timer::kLossProbe;
  retransmit_at_ = at;
  return true;
}

void TcpEndpoint::OnLossProbe() {
  if (sent_.empty()) return;
  stack_.stats().tcp.loss_probes++;
  probe_end_ = snd_nxt_;
  probe_out_ = true;
  const uint32_t before = snd_nxt_;
  // New data if there is some and the peer takes it, otherwise the last segment again.
  const uint32_t data = SeqAfter(WriteSeq(), snd_nxt_) ? WriteSeq() - snd_nxt_ : 0;
  const uint32_t length = std::min({data, snd_mss_, UsableWindow()});
  if (length != 0) TransmitRange(snd_nxt_, snd_nxt_ + length, false);
  probe_is_retransmission_ = snd_nxt_ == before;
  if (probe_is_retransmission_) {
    if (sent_.back().size() > snd_mss_) SplitAt(sent_.back().end - snd_mss_);
    if (!sent_.back().sacked) RetransmitSegment(sent_.back());
  }
  probe_end_ = snd_nxt_;
  ArmRetransmit();
}

bool TcpEndpoint::TimedOut(int retries) {
  const Time now = stack_.now();
  if (first_retransmit_at_ == 0) first_retransmit_at_ = now;
  if (user_timeout_ms_ != 0) {
    const Time since = sent_.empty() ? first_retransmit_at_
                                     : std::min(first_retransmit_at_, sent_.front().sent_at);
    return now - since >= user_timeout_ms_ * kMillisecond;
  }
  return retransmits_ >= retries;
}

void TcpEndpoint::OnRetransmitTimeout() {
  const Sysctl& sysctl = stack_.sysctl();
  if (sent_.empty()) return;
  int retries = sysctl.tcp_retries2;
  const bool opening = state_ == TcpState::kSynSent || state_ == TcpState::kSynRecv;
  if (opening) retries = syn_count_ != 0 ? syn_count_ : sysctl.tcp_syn_retries;
  if (orphan_ && !opening) {
    retries = sysctl.tcp_orphan_retries != 0 ? sysctl.tcp_orphan_retries : 8;
  }
  if (TimedOut(retries)) {
    stack_.stats().tcp.abort_on_timeout++;
    if (!opening) SendReset();
    Finish(soft_error_ != 0 ? soft_error_ : ETIMEDOUT);
    return;
  }
  stack_.stats().tcp.timeouts++;
  if (!opening) {
    frto_ = sysctl.tcp_frto != 0 && (ca_state_ < TcpCaState::kRecovery || retransmits_ != 0);
    if (ca_state_ < TcpCaState::kRecovery || retransmits_ == 0) {
      const bool reduced = ca_state_ >= TcpCaState::kCwr;
      if (!reduced || ca_state_ != TcpCaState::kLoss) {
        const uint32_t cwnd = window_.cwnd, ssthresh = window_.ssthresh;
        InitReduction();
        if (!reduced) {
          undo_cwnd_ = cwnd;
          undo_ssthresh_ = ssthresh;
        }
        undo_possible_ = true;
        undo_retransmits_ = 0;
        retransmit_stamp_ = 0;
      }
    }
    congestion_->OnTimeout(stack_.now());
    high_seq_ = snd_nxt_;
    ca_state_ = TcpCaState::kLoss;
    probe_out_ = false;
    if (!sack_on_) sacked_ = duplicate_acks_ = 0;
    // RFC 6675 section 5.1: SACK information is kept; all else is taken for lost.
    for (SentSegment& sent : sent_) MarkLost(sent, nullptr);
    window_.cwnd = InFlightSegments() + 1;
    stack_.stats().tcp.slow_start_retrans++;
  } else {
    MarkLost(sent_.front(), nullptr);
    // Whatever is on the way may not like the option: without it from now on.
    constexpr uint8_t kSynRetransmitted = 3;
    if (syn_had_data_ && state_ == TcpState::kSynSent) {
      fast_open_fail_ = kSynRetransmitted;
      tcp_.ForgetCookie(peer_.addr);
    }
  }
  if (retransmits_ < 255) retransmits_++;
  if (backoff_ < 30) backoff_++;
  if (sent_.front().size() > MaxSegmentBytes()) SplitAt(sent_.front().seq + MaxSegmentBytes());
  RetransmitSegment(sent_.front());
  // RFC 6298 (5.5): twice as long each time.
  ArmRetransmit();
}

void TcpEndpoint::OnPersist() {
  if (!sent_.empty()) {
    ArmRetransmit();
    return;
  }
  if (EndSeq() == snd_nxt_) return;
  if (UsableWindow() != 0) {
    // Held back by Nagle, a cork or a window too small to be worth it: long enough (tcp(7)
    // TCP_CORK: 200 ms).
    const uint32_t data = SeqAfter(WriteSeq(), snd_nxt_) ? WriteSeq() - snd_nxt_ : 0;
    const uint32_t length = std::min({data, snd_mss_, UsableWindow()});
    const bool fin = fin_queued_ && length == data;
    TransmitRange(snd_nxt_, snd_nxt_ + length + (fin ? 1 : 0), false);
    ArmRetransmit();
    return;
  }
  if (first_retransmit_at_ == 0) first_retransmit_at_ = stack_.now();
  const int retries = orphan_ ? 8 : stack_.sysctl().tcp_retries2;
  const bool user_limit = user_timeout_ms_ != 0 &&
                          stack_.now() - first_retransmit_at_ >= user_timeout_ms_ * kMillisecond;
  // The peer's answers reset the count: a closed window may last for ever (RFC 1122 4.2.2.17).
  if (probes_ >= retries || user_limit) {
    stack_.stats().tcp.abort_on_timeout++;
    SendReset();
    Finish(soft_error_ != 0 ? soft_error_ : ETIMEDOUT);
    return;
  }
  probes_++;
  if (backoff_ < 30) backoff_++;
  SendProbe(false);
  retransmit_kind_ = Timer::kPersist;
  retransmit_at_ = stack_.now() +
                   std::min(std::max(rtt_.Rto(), kMinRto) << std::min<int>(backoff_, 10), kMaxRto);
}

void TcpEndpoint::RestartKeepalive() {
  keepalive_probes_ = 0;
  const bool open = state_ != TcpState::kClose && state_ != TcpState::kListen &&
                    state_ != TcpState::kSynSent && state_ != TcpState::kSynRecv;
  keepalive_at_ = options.keepalive && open ? stack_.now() + keep_idle() * kSecond : 0;
  ArmTimer();
}

void TcpEndpoint::OnKeepalive() {
  const Time now = stack_.now();
  const Duration idle_limit = keep_idle() * kSecond;
  const Time last = std::max(last_data_received_at_, last_ack_received_at_);
  if (!sent_.empty() || UnsentBytes() != 0) {  // The retransmission timer is on watch.
    keepalive_at_ = now + idle_limit;
    return;
  }
  const Duration idle = now - last;
  if (idle < idle_limit) {
    keepalive_probes_ = 0;
    keepalive_at_ = last + idle_limit;
    return;
  }
  const bool by_user_timeout =
      user_timeout_ms_ != 0 && idle >= user_timeout_ms_ * kMillisecond && keepalive_probes_ > 0;
  if (by_user_timeout || (user_timeout_ms_ == 0 && keepalive_probes_ >= keep_count())) {
    stack_.stats().tcp.abort_on_timeout++;
    SendReset();
    Finish(soft_error_ != 0 ? soft_error_ : ETIMEDOUT);
    return;
  }
  stack_.stats().tcp.keep_alive++;
  keepalive_probes_++;
  SendProbe(true);
  keepalive_at_ = now + keep_interval() * kSecond;
}

void TcpEndpoint::OnDelayedAck() {
  stack_.stats().tcp.delayed_acks++;
  if (!pingpong_) {
    ato_ = std::min<Duration>(ato_ * 2, 200 * kMillisecond);
  } else {
    pingpong_ = false;
    ato_ = 40 * kMillisecond;
  }
  SendAck();
}

// RFC 5681 section 4.1: after a pause the window is that of a new connection.
void TcpEndpoint::IdleRestart() {
  if (!sent_.empty() || last_data_sent_at_ == 0 || !stack_.sysctl().tcp_slow_start_after_idle ||
      congestion_->Models()) {
    return;
  }
  if (stack_.now() - last_data_sent_at_ <= rtt_.Rto() || EndSeq() == snd_nxt_) return;
  window_.ssthresh = std::max(window_.ssthresh, 3 * window_.cwnd / 4);
  const uint32_t restart = std::min(window_.cwnd, 10u);
  for (Duration pause = stack_.now() - last_data_sent_at_ - rtt_.Rto();
       pause > 0 && window_.cwnd > restart; pause -= rtt_.Rto()) {
    window_.cwnd /= 2;
  }
  window_.cwnd = std::max(window_.cwnd, restart);
  last_data_sent_at_ = stack_.now();
  congestion_->OnIdleRestart(stack_.now());
}

}  // namespace netstack

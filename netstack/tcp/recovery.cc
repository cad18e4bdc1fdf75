// TcpEndpoint: losses and the congestion window: RACK-TLP (RFC 8985), NewReno (RFC 6582), SACK
// recovery (RFC 6675), PRR (RFC 6937), ECN (RFC 3168), undoing (RFC 3522, RFC 3708).
#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

void TcpEndpoint::MarkLost(SentSegment& sent, AckEffect* effect) {
  if (sent.lost || sent.sacked) return;
  sent.lost = true;
  lost_ += sent.size();
  if (effect != nullptr) effect->newly_lost += sent.size();
}

void TcpEndpoint::DetectLoss(AckEffect& effect) {
  if (sent_.empty()) return;
  if (sack_on_) {
    RackDetect(effect);
    return;
  }
  // Three duplicates, or a partial acknowledgement in recovery (RFC 6582 section 3.2).
  const bool partial =
      ca_state_ == TcpCaState::kRecovery && effect.forward_ack && SeqBefore(snd_una_, high_seq_);
  const bool enough = duplicate_acks_ >= reordering_ && ca_state_ < TcpCaState::kRecovery;
  if (partial || enough) {
    if (sent_.front().size() > snd_mss_) SplitAt(sent_.front().seq + snd_mss_);
    MarkLost(sent_.front(), &effect);
  }
}

// Whether everything has been looked at; otherwise the reordering timer is armed.
bool TcpEndpoint::RackDetect(AckEffect& effect) {
  if (rack_sent_at_ == 0) return true;
  const Time now = stack_.now();
  // RFC 8985 section 6.2 step 4: no patience once losses are plain and nothing was ever reordered.
  Duration window = 0;
  const bool plain = ca_state_ >= TcpCaState::kRecovery || sacked_ >= reordering_ * snd_mss_;
  if (reordering_seen_ || !plain) {
    window = std::min<Duration>(rtt_.min() / 4 * rack_reorder_steps_, rtt_.srtt());
  }
  Duration wait = 0;
  for (SentSegment& sent : sent_) {
    if (sent.sacked || sent.lost) continue;
    const bool before = sent.sent_at < rack_sent_at_ ||
                        (sent.sent_at == rack_sent_at_ && SeqBefore(sent.end, rack_end_));
    if (!before) continue;
    const Duration left = sent.sent_at + rack_rtt_ + window - now;
    if (left <= 0) {
      MarkLost(sent, &effect);
    } else {
      wait = std::max(wait, left);
    }
  }
  if (wait == 0) return true;
  retransmit_kind_ = Timer::kReorder;
  retransmit_at_ = now + wait;
  return false;
}

void TcpEndpoint::React(const TcpSegment& segment, AckEffect& effect) {
  TryUndo(segment, effect);
  if (ca_state_ == TcpCaState::kLoss && frto_) CheckTimeout(effect);
  if (ca_state_ >= TcpCaState::kCwr && SeqAtOrAfter(snd_una_, high_seq_)) ExitRecovery();
  if (effect.ece && ca_state_ < TcpCaState::kCwr && effect.forward_ack) EnterCwr();
  if (ca_state_ < TcpCaState::kRecovery && lost_ != 0) EnterRecovery();
  if (ca_state_ < TcpCaState::kCwr) {
    ca_state_ = sacked_ != 0 ? TcpCaState::kDisorder : TcpCaState::kOpen;
  }
  ControlWindow(effect);
}

void TcpEndpoint::ControlWindow(const AckEffect& effect) {
  if (congestion_->Models()) {
    UpdateModel(effect);
  } else if (ca_state_ == TcpCaState::kRecovery || ca_state_ == TcpCaState::kCwr) {
    ProportionalReduction(effect);
  } else {
    GrowCongestionWindow(effect);  // After a timeout this is slow start (RFC 5681 section 3.1).
  }
}

void TcpEndpoint::InitReduction() {
  high_seq_ = snd_nxt_;
  prior_cwnd_ = std::max(window_.cwnd, 1u);
  prr_delivered_ = prr_out_ = 0;
  undo_cwnd_ = window_.cwnd;
  undo_ssthresh_ = window_.ssthresh;
  undo_marker_ = snd_una_;
  window_.ssthresh = congestion_->SlowStartThreshold(window_, stack_.now());
  window_.cwnd_count = 0;
}

void TcpEndpoint::EnterRecovery() {
  TcpStats& stats = stack_.stats().tcp;
  (sack_on_ ? stats.sack_recovery : stats.reno_recovery)++;
  stats.fast_retrans++;
  if (ca_state_ < TcpCaState::kCwr) {
    InitReduction();
    undo_possible_ = true;
    undo_retransmits_ = 0;
    retransmit_stamp_ = 0;
  }
  high_seq_ = snd_nxt_;
  ca_state_ = TcpCaState::kRecovery;
}

void TcpEndpoint::EnterCwr() {
  InitReduction();
  undo_possible_ = false;
  cwr_pending_ = true;
  ca_state_ = TcpCaState::kCwr;
}

void TcpEndpoint::ExitRecovery() {
  const bool reduced = ca_state_ == TcpCaState::kRecovery || ca_state_ == TcpCaState::kCwr;
  if (reduced && !congestion_->Models()) {
    window_.cwnd = std::min(window_.ssthresh, std::max(window_.cwnd, window_.ssthresh));
  }
  if (!sack_on_) sacked_ = duplicate_acks_ = 0;
  ca_state_ = sacked_ != 0 ? TcpCaState::kDisorder : TcpCaState::kOpen;
  rack_reorder_steps_ = 1;
  undo_possible_ = false;
  retransmit_stamp_ = 0;
}

// The retransmission was for nothing: the original was acknowledged (by its timestamp, RFC 3522),
// or all that was sent again came twice (RFC 3708).
void TcpEndpoint::TryUndo(const TcpSegment& segment, const AckEffect& effect) {
  if (!undo_possible_ || ca_state_ < TcpCaState::kRecovery) return;
  const bool original = effect.forward_ack && timestamps_on_ && retransmit_stamp_ != 0 &&
                        segment.options.has_timestamps &&
                        SeqBefore(segment.options.timestamp_echo, retransmit_stamp_);
  const bool all_twice = effect.dsack && undo_retransmits_ == 0;
  if (original || all_twice) Undo();
}

// RFC 5682 section 3.1: what was under way when the timer fired and was not sent again arrives, so
// it was late, not lost.  Until that is decided new data goes out instead of more retransmissions.
void TcpEndpoint::CheckTimeout(const AckEffect& effect) {
  // Without SACK the retransmission may have filled a hole before what had arrived already.
  if (effect.original_acked && (sack_on_ || !effect.retransmit_acked)) {
    stack_.stats().tcp.spurious_rtos++;
    Undo();
    return;
  }
  if (SeqAfter(snd_nxt_, high_seq_)) {
    // Step 3.a: the new data arrives before the old.
    if (effect.sacked_new) frto_ = false;
  } else if (effect.forward_ack && SeqBefore(snd_una_, high_seq_)) {
    high_seq_ = snd_nxt_;
    frto_ = frto_send_new_ = UnsentBytes() != 0 && UsableWindow() != 0;
  }
}

void TcpEndpoint::Undo() {
  if (ca_state_ == TcpCaState::kLoss) stack_.stats().tcp.loss_undo++;
  frto_ = false;
  for (SentSegment& sent : sent_) sent.lost = false;
  lost_ = 0;
  if (!congestion_->Models()) window_.cwnd = std::max(window_.cwnd, undo_cwnd_);
  window_.ssthresh = std::max(window_.ssthresh, undo_ssthresh_);
  congestion_->OnUndo();
  undo_possible_ = false;
  retransmit_stamp_ = 0;
  retransmits_ = backoff_ = 0;
  ca_state_ = sacked_ != 0 ? TcpCaState::kDisorder : TcpCaState::kOpen;
}

void TcpEndpoint::ProportionalReduction(const AckEffect& effect) {
  prr_delivered_ += effect.delivered_bytes;
  if (effect.delivered_bytes == 0 && effect.newly_lost == 0) return;
  const uint64_t in_flight = InFlight();
  const uint64_t target = uint64_t{window_.ssthresh} * snd_mss_;
  const uint64_t prior = uint64_t{prior_cwnd_} * snd_mss_;
  int64_t count;
  if (in_flight > target) {
    count = static_cast<int64_t>((prr_delivered_ * target + prior - 1) / prior) - prr_out_;
  } else {
    // RFC 6937 "slow start reduction bound", conservative while losses go on.
    int64_t limit = std::max<int64_t>(int64_t{prr_delivered_} - prr_out_, effect.delivered_bytes);
    if (effect.forward_ack && effect.newly_lost == 0) limit += snd_mss_;
    count = std::min<int64_t>(static_cast<int64_t>(target - in_flight), limit);
  }
  // The first retransmission goes out in any case.
  count = std::max<int64_t>(count, prr_out_ == 0 ? snd_mss_ : 0);
  window_.cwnd =
      static_cast<uint32_t>((in_flight + static_cast<uint64_t>(count) + snd_mss_ - 1) / snd_mss_);
}

void TcpEndpoint::GrowCongestionWindow(const AckEffect& effect) {
  AckSample sample;
  sample.now = stack_.now();
  sample.acked = (effect.delivered_bytes + snd_mss_ - 1) / snd_mss_;
  sample.in_flight = (effect.prior_in_flight + snd_mss_ - 1) / snd_mss_;
  sample.rtt = &rtt_;
  sample.rtt_sample = effect.rtt;
  sample.round_start = round_start_;
  congestion_->OnSample(window_, sample);
  // What was only sacked does not raise it (Linux: tcp_may_raise_cwnd()).
  if (sample.acked == 0 || !effect.forward_ack) return;
  // RFC 7661: a window that was not used proves nothing.
  const bool used = window_.InSlowStart() ? window_.cwnd < 2 * sample.in_flight : cwnd_limited_;
  if (round_start_) cwnd_limited_ = false;
  if (used || ca_state_ == TcpCaState::kLoss) congestion_->OnAck(window_, sample);
}

// RFC 8985 section 7.4.
void TcpEndpoint::ProcessLossProbeAck(uint32_t ack, const AckEffect& effect) {
  if (SeqBefore(ack, probe_end_)) return;
  probe_out_ = false;
  if (!probe_is_retransmission_ || effect.dsack) return;
  if (SeqAfter(ack, probe_end_)) {
    // The probe has repaired a loss, for which the window still has to pay.
    stack_.stats().tcp.loss_probe_recovery++;
    if (ca_state_ < TcpCaState::kCwr) {
      EnterCwr();
      cwr_pending_ = false;
    }
  }
}

}  // namespace netstack

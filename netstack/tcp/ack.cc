// TcpEndpoint: what an acknowledgement says about what was sent (RFC 9293 section 3.10.7.4, RFC
// 2018, RFC 5961 section 5).
#include <poll.h>

#include <algorithm>
#include <bit>

#include "netstack/stack/neighbour.h"
#include "netstack/tcp/tcp.h"

namespace netstack {

bool TcpEndpoint::AckIsAcceptable(const TcpSegment& segment) {
  const uint32_t ack = segment.header.ack;
  if (SeqAfter(ack, snd_nxt_) || SeqBefore(ack, snd_una_ - std::max(max_window_, 1u))) {
    SendChallengeAck();
    return false;
  }
  return true;
}

bool TcpEndpoint::HandleAck(const TcpSegment& segment) {
  if (!AckIsAcceptable(segment)) return false;
  const uint32_t ack = segment.header.ack;
  AckEffect effect;
  last_ack_received_at_ = stack_.now();
  keepalive_probes_ = 0;
  effect.ece = ecn_on_ && !accecn_.on && segment.Has(kTcpEce);
  if (effect.ece) ecn_seen_ = true;
  effect.prior_in_flight = InFlight();
  const bool old = SeqBefore(ack, snd_una_);
  if (!old) {
    effect.forward_ack = SeqAfter(ack, snd_una_);
    UpdateSendWindow(segment, effect);
    CleanAcked(ack, effect);
  }
  if (sack_on_ && segment.options.sack_count != 0) ApplySack(segment, effect);
  if (accecn_.on && !old) ReadAce(segment, effect);
  SampleRtt(segment, effect);
  FinishRate(effect.rate);
  CountRound(ack);
  if (!sack_on_ && !old) CountDuplicates(segment, effect);
  DetectLoss(effect);
  if (probe_out_) ProcessLossProbeAck(ack, effect);
  React(segment, effect);
  if (effect.forward_ack) {
    retransmits_ = backoff_ = 0;
    soft_error_ = 0;
    first_retransmit_at_ = 0;
    if (!peer_.addr.IsLoopback() && RefreshRoute() && route_.out->IsEthernet()) {
      stack_.neighbour_table().Confirm(route_.out->index(), route_.next_hop);
    }
    ExpandSendBuffer();
  }
  if (sent_.empty()) {
    if (retransmit_kind_ != Timer::kPersist || UsableWindow() != 0) {
      retransmit_at_ = 0;
      retransmit_kind_ = Timer::kNone;
      if (effect.window_changed) backoff_ = 0;
    }
    probes_ = 0;
  } else if (effect.forward_ack || retransmit_kind_ == Timer::kPersist) {
    if (!ArmLossProbe()) ArmRetransmit();
  }
  EndWait(Wait::kNetwork);
  if (effect.forward_ack) CheckWritable();
  return true;
}

void TcpEndpoint::UpdateSendWindow(const TcpSegment& segment, AckEffect& effect) {
  const uint32_t window = static_cast<uint32_t>(segment.header.window) << snd_wscale_;
  // RFC 9293: only newer segments tell the window.
  const bool newer =
      SeqAfter(segment.seq, snd_wl1_) ||
      (segment.seq == snd_wl1_ && (window > snd_wnd_ || SeqAfter(segment.header.ack, snd_una_)));
  const bool first = SeqAfter(segment.header.ack, snd_una_);
  if (!newer && !first) return;
  effect.window_changed = window != snd_wnd_;
  snd_wnd_ = window;
  snd_wl1_ = segment.seq;
  if (window > max_window_) {
    max_window_ = window;
    UpdateMss();
  }
}

void TcpEndpoint::CleanAcked(uint32_t ack, AckEffect& effect) {
  if (!SeqAfter(ack, snd_una_)) return;
  if (!sent_.empty() && SeqBefore(sent_.front().seq, ack) && SeqAfter(sent_.front().end, ack)) {
    SplitAt(ack);
  }
  while (!sent_.empty() && SeqAtOrBefore(sent_.front().end, ack)) {
    SentSegment& sent = sent_.front();
    if (sent.lost) lost_ -= sent.size();
    if (sent.sacked) {
      sacked_ -= sent.size();
    } else {
      NoteDelivered(sent, effect);
    }
    if (sent.transmissions > 1) effect.retransmit_acked = true;
    sent_.pop_front();
    if (!sent_.empty() && SeqBefore(sent_.front().seq, ack) && SeqAfter(sent_.front().end, ack)) {
      SplitAt(ack);
    }
  }
  effect.acked_bytes = ack - snd_una_;
  snd_una_ = ack;
  if (SeqAfter(ack, queue_seq_)) {
    const uint32_t data =
        std::min<uint32_t>(ack - queue_seq_, static_cast<uint32_t>(send_queue_.size()));
    send_queue_.Discard(data);
    queue_seq_ += data;
    bytes_acked_ += data;
  }
  if (urgent_out_ && SeqAtOrAfter(ack, snd_up_)) urgent_out_ = false;
}

void TcpEndpoint::NoteDelivered(const SentSegment& sent, AckEffect& effect) {
  const Time now = stack_.now();
  effect.delivered_bytes += sent.size();
  delivered_ += sent.size();
  const Duration rtt = now - sent.sent_at;
  if (sent.transmissions == 1) {
    if (!SeqAfter(sent.end, high_seq_)) effect.original_acked = true;
    effect.rtt = std::max(effect.rtt, std::max<Duration>(rtt, 1));
    if (sacked_ != 0 && SeqBefore(sent.seq, highest_sacked_)) {
      // What was sent before the highest that arrived, and was not sent again, comes only now:
      // the network reorders (RFC 8985 section 6.2 step 3).
      if (!reordering_seen_) reorderings_++;
      reordering_seen_ = true;
    }
  }
  // RFC 8985 section 6.2 step 2; a round trip that is too short belongs to an earlier transmission.
  const bool ambiguous = sent.transmissions > 1 && rtt < rtt_.min();
  const bool later = sent.sent_at > rack_sent_at_ ||
                     (sent.sent_at == rack_sent_at_ && SeqAfter(sent.end, rack_end_));
  if (!ambiguous && later) {
    rack_sent_at_ = sent.sent_at;
    rack_end_ = sent.end;
    rack_rtt_ = rtt;
  }
  SampleRate(sent, effect.rate);
}

size_t TcpEndpoint::SplitAt(uint32_t seq) {
  for (size_t i = 0; i < sent_.size(); i++) {
    SentSegment& sent = sent_[i];
    if (!SeqBefore(sent.seq, seq) || !SeqAfter(sent.end, seq)) continue;
    SentSegment second = sent;
    second.seq = seq;
    sent.end = seq;
    sent_.insert(i + 1, second);
    return i + 1;
  }
  return sent_.size();
}

void TcpEndpoint::ApplySack(const TcpSegment& segment, AckEffect& effect) {
  const TcpOptions& options = segment.options;
  const uint32_t ack = segment.header.ack;
  for (uint8_t i = 0; i < options.sack_count; i++) {
    const SackBlock& block = options.sack[i];
    if (!SeqBefore(block.start, block.end) || SeqAfter(block.end, snd_nxt_)) continue;
    const bool inside_next = i == 0 && options.sack_count > 1 &&
                             SeqAtOrAfter(block.start, options.sack[1].start) &&
                             SeqAtOrBefore(block.end, options.sack[1].end);
    if (i == 0 && (SeqAtOrBefore(block.end, ack) || inside_next)) {
      // RFC 2883: a duplicate has come.
      effect.dsack = true;
      dsacks_++;
      stack_.stats().tcp.dsack_recv++;
      if (undo_possible_ && undo_retransmits_ != 0 && SeqAfter(block.end, undo_marker_)) {
        undo_retransmits_--;
      }
      // RFC 8985 section 6.2 step 4: more patience with reordering.
      if (rack_reorder_steps_ < 255) rack_reorder_steps_++;
      continue;
    }
    if (SeqBefore(block.start, snd_una_)) continue;
    MarkSacked(block.start, block.end, effect);
  }
}

void TcpEndpoint::MarkSacked(uint32_t start, uint32_t end, AckEffect& effect) {
  auto first =
      std::lower_bound(sent_.begin(), sent_.end(), start,
                       [](const SentSegment& s, uint32_t at) { return SeqAtOrBefore(s.end, at); });
  auto i = static_cast<size_t>(first - sent_.begin());
  for (; i < sent_.size() && SeqBefore(sent_[i].seq, end); i++) {
    if (sent_[i].sacked) continue;
    if (SeqBefore(sent_[i].seq, start)) {
      SplitAt(start);
      continue;
    }
    if (SeqAfter(sent_[i].end, end)) SplitAt(end);
    SentSegment& sent = sent_[i];
    if (sent.lost) {
      lost_ -= sent.size();
      sent.lost = false;
    }
    NoteDelivered(sent, effect);
    if (sacked_ == 0 || SeqAfter(sent.end, highest_sacked_)) highest_sacked_ = sent.end;
    sacked_ += sent.size();
    sent.sacked = true;
    effect.sacked_new = true;
  }
}

void TcpEndpoint::SampleRtt(const TcpSegment& segment, AckEffect& effect) {
  if (effect.rtt == 0 && effect.acked_bytes != 0 && timestamps_on_ &&
      segment.options.has_timestamps && segment.options.timestamp_echo != 0) {
    const uint32_t delta = TimestampNow() - segment.options.timestamp_echo;
    if (delta < 600'000) effect.rtt = std::max<Duration>(Duration{delta} * kMillisecond, 1);
  }
  if (effect.rtt != 0) rtt_.Sample(effect.rtt, stack_.now());
}

void TcpEndpoint::CountRound(uint32_t ack) {
  round_start_ = false;
  if (SeqAfter(ack, round_end_) || round_end_ == 0) {
    round_end_ = snd_nxt_;
    round_start_ = true;
  }
}

// Without SACK (RFC 5681 section 2): each duplicate says that a segment has left the network.
void TcpEndpoint::CountDuplicates(const TcpSegment& segment, AckEffect& effect) {
  if (effect.forward_ack) {
    duplicate_acks_ = 0;
    sacked_ = 0;
    return;
  }
  const bool duplicate = segment.length == 0 && !segment.Has(kTcpFin) && !effect.window_changed &&
                         !sent_.empty() && segment.header.ack == snd_una_;
  if (!duplicate) return;
  duplicate_acks_++;
  effect.sacked_new = true;
  const uint32_t most = snd_nxt_ - snd_una_ - lost_;
  const uint32_t room = most > snd_mss_ ? most - snd_mss_ : 0;
  const uint32_t before = sacked_;
  sacked_ = std::min(sacked_ + snd_mss_, room);
  effect.delivered_bytes += sacked_ - std::min(before, sacked_);
}

// Room for two windows, and another where a model wants to try more (Linux: tcp_sndbuf_expand()),
// by what a segment costs there.
void TcpEndpoint::ExpandSendBuffer() {
  if (send_buffer_locked_) return;
  const uint32_t cost = std::bit_ceil(snd_mss_ + 640) + 256;
  const uint64_t segments = std::max({10u, window_.cwnd, reordering_ + 1});
  const auto limit = static_cast<uint64_t>(stack_.sysctl().tcp_wmem[2]);
  const uint64_t windows = congestion_->Models() ? 3 : 2;
  const auto want = static_cast<int32_t>(std::min(windows * segments * cost, limit));
  if (want > send_buffer_) send_buffer_ = want;
}

}  // namespace netstack

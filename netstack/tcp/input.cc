// TcpEndpoint: a segment has come (RFC 9293 section 3.10.7, RFC 5961, RFC 7323).
#include <poll.h>

#include "netstack/stack/neighbour.h"
#include "netstack/tcp/tcp.h"

namespace netstack {

void TcpEndpoint::Input(TcpSegment& segment) {
  const int floor = IsV4() ? ip4.min_ttl : ip6.min_hopcount;
  if (segment.ip->hop_limit < floor) return;
  if (HasFilter() && filter_(*segment.packet) == 0) return;
  segments_in_++;
  if (state_ == TcpState::kSynSent) {
    InputSynSent(segment);
  } else if (state_ != TcpState::kClose && state_ != TcpState::kListen) {
    InputSynchronized(segment);
  }
  if (state_ != TcpState::kClose) ArmTimer();
}

void TcpEndpoint::InputSynSent(TcpSegment& segment) {
  const bool ack = segment.Has(kTcpAck);
  if (deferred_) return;
  if (ack && (SeqBefore(segment.header.ack, iss_ + 1) || SeqAfter(segment.header.ack, snd_nxt_))) {
    if (!segment.Has(kTcpRst)) tcp_.SendResetFor(segment, Tcp::TupleOf(*this));
    return;
  }
  if (segment.Has(kTcpRst)) {
    if (ack) Finish(ECONNREFUSED);
    return;
  }
  if (!segment.Has(kTcpSyn)) return;
  irs_ = segment.seq;
  rcv_nxt_ = rcv_wup_ = irs_ + 1;
  LearnSynOptions(segment.options, true);
  if (accecn_.on && ack) {
    LearnAccEcn(segment);
  } else if (accecn_.on) {
    ecn_on_ = accecn_.on = false;  // Both have asked; nobody answers.
  } else if (ecn_on_) {
    ecn_on_ = segment.Has(kTcpEce) && (!segment.Has(kTcpCwr) || !ack);
  }
  snd_wnd_ = segment.header.window;  // Not scaled in a SYN.
  snd_wl1_ = segment.seq;
  max_window_ = snd_wnd_;
  if (ack) {
    AckEffect effect;
    CleanAcked(segment.header.ack, effect);
    SampleRtt(segment, effect);
    FastOpenAnswered(segment);
    BecomeEstablished();
    segment.seq++;
    segment.header.flags &= static_cast<uint16_t>(~kTcpSyn);
    if (segment.length != 0 || segment.Has(kTcpFin)) ReceiveData(segment);
    if (state_ == TcpState::kClose) return;
    // Linux delays the ACK here only when data is queued or the user wishes it.
    if (state_ == TcpState::kEstablished) Output();
    if (rcv_wup_ != rcv_nxt_ || snd_nxt_ == snd_una_) SendAck();
    return;
  }
  // Both ends have opened at the same time (RFC 9293 figure 7).
  SetState(TcpState::kSynRecv);
  retransmit_at_ = 0;
  TransmitRange(iss_, iss_ + 1, true);
  ArmRetransmit();
}

bool TcpEndpoint::CheckPaws(const TcpSegment& segment) {
  if (!timestamps_on_ || !segment.options.has_timestamps) return true;
  if (!SeqBefore(segment.options.timestamp, ts_recent_)) return true;
  // RFC 7323 section 5.5: after 24 days the old value says nothing.
  if (stack_.now() - ts_recent_at_ > 24 * 24 * 3600 * kSecond) return true;
  if (segment.Has(kTcpRst)) return true;
  stack_.stats().tcp.paws_estab++;
  SendDuplicateAck(segment);
  return false;
}

bool TcpEndpoint::CheckSequence(const TcpSegment& segment) {
  const uint32_t edge = rcv_wup_ + rcv_wnd_;
  const uint32_t window = SeqAfter(edge, rcv_nxt_) ? edge - rcv_nxt_ : 0;
  return !SeqBefore(segment.end(), rcv_wup_) && !SeqAfter(segment.seq, rcv_nxt_ + window);
}

void TcpEndpoint::HandleReset(const TcpSegment& segment) {
  // RFC 5961 section 3.2: only the exact number resets.
  if (segment.seq != rcv_nxt_) {
    SendChallengeAck();
    return;
  }
  int error = ECONNRESET;
  if (state_ == TcpState::kSynRecv) error = ECONNREFUSED;
  if (state_ == TcpState::kCloseWait) error = EPIPE;
  Finish(error);
}

void TcpEndpoint::InputSynchronized(TcpSegment& segment) {
  if (!CheckPaws(segment)) return;
  if (!CheckSequence(segment)) {
    if (segment.Has(kTcpRst)) return;
    if (segment.Has(kTcpSyn) && state_ != TcpState::kSynRecv) {
      stack_.stats().tcp.syn_challenge++;
      SendChallengeAck();
    } else {
      SendDuplicateAck(segment);
    }
    return;
  }
  if (segment.Has(kTcpRst)) {
    HandleReset(segment);
    return;
  }
  if (segment.Has(kTcpSyn)) {
    // A SYN and ACK completes a simultaneous open; any other is challenged (RFC 5961 section 4).
    if (state_ != TcpState::kSynRecv || segment.seq != irs_) {
      stack_.stats().tcp.syn_challenge++;
      SendChallengeAck();
      return;
    }
    segment.header.flags &= static_cast<uint16_t>(~kTcpSyn);
    segment.seq++;
  }
  if (!segment.Has(kTcpAck)) {
    // The SYN again: our answer was lost.
    if (opened_early_ && !sent_.empty()) RetransmitSegment(sent_.front());
    return;
  }
  if (timestamps_on_ && segment.options.has_timestamps && SeqAtOrBefore(segment.seq, rcv_wup_) &&
      !SeqBefore(segment.options.timestamp, ts_recent_)) {
    ts_recent_ = segment.options.timestamp;
    ts_recent_at_ = stack_.now();
  }
  const bool tell_mark = accecn_.on && CountMark(segment);
  if (!HandleAckState(segment)) return;
  if (segment.Has(kTcpUrg)) HandleUrgent(segment);
  if (segment.length != 0 || segment.Has(kTcpFin)) {
    // Nobody will read it: RFC 9293 section 3.10.7.4 would queue, RFC 2525 section 2.17 resets.
    if (orphan_ && SeqAfter(segment.seq + segment.length, rcv_nxt_)) {
      stack_.stats().tcp.abort_on_data++;
      SendReset();
      Finish(ECONNRESET);
      return;
    }
    ReceiveData(segment);
    if (state_ == TcpState::kClose) return;
    if (tell_mark) ack_pending_ = true;
  }
  Output();
  if (ack_pending_) SendAck();
}

// The acknowledgement, and what follows from it for the state; false: the segment is done with.
bool TcpEndpoint::HandleAckState(const TcpSegment& segment) {
  if (state_ == TcpState::kSynRecv) {
    if (segment.header.ack != iss_ + 1 &&
        (SeqBefore(segment.header.ack, iss_ + 1) || SeqAfter(segment.header.ack, snd_nxt_))) {
      tcp_.SendResetFor(segment, Tcp::TupleOf(*this));
      return false;
    }
    snd_wnd_ = static_cast<uint32_t>(segment.header.window) << snd_wscale_;
    snd_wl1_ = segment.seq;
    max_window_ = snd_wnd_;
    if (accecn_.on) ReadHandshakeAce(segment);
    AckEffect effect;
    CleanAcked(segment.header.ack, effect);
    if (!rtt_.known()) SampleRtt(segment, effect);
    if (progress_ == Progress::kConnected) stack_.stats().tcp.passive_opens++;
    const bool more = !sent_.empty();  // Sent before the handshake was over (TCP Fast Open).
    if (fin_queued_) {                 // shutdown(2) came first.
      SetState(TcpState::kFinWait1);
      InitBuffers();
    } else {
      BecomeEstablished();
    }
    if (more) ArmRetransmit();
    return true;
  }
  if (!HandleAck(segment)) return false;
  if (state_ == TcpState::kClose) return false;
  if (fin_queued_ && snd_una_ == EndSeq()) {
    FinAcked();
    if (state_ == TcpState::kClose) return false;
  }
  return true;
}

}  // namespace netstack

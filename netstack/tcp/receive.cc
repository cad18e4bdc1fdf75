// TcpEndpoint: the bytes of a segment, in order or early; acknowledging them (RFC 2018, RFC 2883).
#include <poll.h>

#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

void TcpEndpoint::ReceiveData(TcpSegment& segment) {
  const uint32_t end = segment.seq + segment.length;
  const bool fin = segment.Has(kTcpFin);
  // Behind the end of the stream there is nothing.
  if (fin_received_) {
    if (SeqAfter(segment.end(), rcv_nxt_)) return;
    SendDuplicateAck(segment);
    return;
  }
  if (segment.length != 0) {
    data_segments_in_++;
    last_data_received_at_ = stack_.now();
    const uint32_t gso = segment.packet->gso_size;
    NoteReceivedSize(gso != 0 ? std::min(gso, segment.length) : segment.length);
    MeasureReceiveRtt(segment);
  }
  if (SeqAfter(segment.seq, rcv_nxt_)) {
    StoreEarly(segment);
    return;
  }
  if (SeqAtOrBefore(segment.end(), rcv_nxt_)) {  // Nothing new.
    SendDuplicateAck(segment);
    return;
  }
  const uint32_t old = rcv_nxt_ - segment.seq;
  if (old != 0) {
    SetDsack(segment.seq, rcv_nxt_);
    segment.packet->Consume(std::min(old, segment.length));
    ack_pending_ = true;
  }
  // Zero window: nothing is taken but what the peer may send, which is nothing.
  const uint32_t edge = rcv_wup_ + rcv_wnd_;
  if (SeqAfter(end, edge) && segment.length != 0) {
    const uint32_t room = SeqAfter(edge, rcv_nxt_) ? edge - rcv_nxt_ : 0;
    if (room == 0) {
      EnterQuickAck(16);
      SendAck();
      return;
    }
    if (ReceiveSpace() < segment.packet->size()) segment.packet->Truncate(room);
  }
  const bool whole = SeqAtOrBefore(end, rcv_nxt_ + static_cast<uint32_t>(segment.packet->size()));
  const bool early_before = !early_.empty();
  AcceptInOrder(*segment.packet);
  if (fin && whole) {
    ReceiveFin();
    if (state_ == TcpState::kClose) return;
  } else {
    DrainEarly();
    if (state_ == TcpState::kClose) return;
  }
  if (early_before) ack_pending_ = true;  // A gap was filled, in part or in full (RFC 5681 4.2).
  if (segment.length != 0) GrowWindow(segment.length);
  ScheduleAck(segment, true);
  const auto target = static_cast<size_t>(std::max(1, options.receive_low_water));
  if (receive_queue_.size() >= target || fin_received_) NotifyReady(POLLIN | POLLRDNORM);
}

void TcpEndpoint::AcceptInOrder(Packet& packet) {
  const auto n = static_cast<uint32_t>(packet.size());
  if (n == 0) return;
  receive_queue_.Append(packet);
  rcv_nxt_ += n;
  bytes_received_ += n;
  // SACK blocks that were reached are no news.
  uint8_t kept = 0;
  for (uint8_t i = 0; i < sack_recent_count_; i++) {
    if (SeqAfter(sack_recent_[i].start, rcv_nxt_)) sack_recent_[kept++] = sack_recent_[i];
  }
  sack_recent_count_ = kept;
}

void TcpEndpoint::DrainEarly() {
  while (!early_.empty() && SeqAtOrBefore(early_.front().seq, rcv_nxt_)) {
    EarlyData& first = early_.front();
    const uint32_t skip = rcv_nxt_ - first.seq;
    const auto size = static_cast<uint32_t>(first.bytes.size());
    const bool fin = first.fin && SeqAtOrAfter(first.end(), rcv_nxt_);
    early_bytes_ -= size;
    if (skip < size) {
      first.bytes.Discard(skip);
      rcv_nxt_ += size - skip;
      bytes_received_ += size - skip;
      receive_queue_.Append(std::move(first.bytes));
    }
    early_.pop_front();
    if (fin) {
      ReceiveFin();
      return;
    }
  }
  uint8_t kept = 0;
  for (uint8_t i = 0; i < sack_recent_count_; i++) {
    if (SeqAfter(sack_recent_[i].start, rcv_nxt_)) sack_recent_[kept++] = sack_recent_[i];
  }
  sack_recent_count_ = kept;
}

void TcpEndpoint::StoreEarly(TcpSegment& segment) {
  TcpStats& stats = stack_.stats().tcp;
  stats.ofo_queue++;
  early_segments_++;
  uint32_t start = segment.seq, end = segment.seq + segment.length;
  ack_pending_ = true;
  EnterQuickAck(16);
  // Bounded by the buffer, and in pieces by what a hostile peer could make of it.
  constexpr size_t kMaxPieces = 1024;
  if (early_bytes_ + segment.length > ReceiveSpace() + early_bytes_ ||
      early_.size() >= kMaxPieces) {
    stats.ofo_drop++;
    return;
  }
  size_t at = 0;
  while (at < early_.size() && SeqBefore(early_[at].seq, start)) at++;
  if (at != 0 && SeqAfter(early_[at - 1].end(), start)) {
    const uint32_t overlap = early_[at - 1].end() - start;
    const uint32_t n = std::min(overlap, segment.length);
    SetDsack(start, start + n);
    segment.packet->Consume(n);
    start += n;
  }
  // What follows is covered by this one, or cuts it short.
  while (at < early_.size() && SeqBefore(early_[at].seq, end)) {
    if (SeqAtOrBefore(early_[at].end(), end) && !early_[at].fin) {
      SetDsack(early_[at].seq, early_[at].end());
      early_bytes_ -= static_cast<uint32_t>(early_[at].bytes.size());
      early_.erase(at);
      continue;
    }
    SetDsack(early_[at].seq, end);
    end = early_[at].seq;
    if (SeqAfter(end, start)) segment.packet->Truncate(end - start);
    break;
  }
  if (SeqAtOrBefore(end, start) && !segment.Has(kTcpFin)) return;  // All of it was here.
  NoteSack(start, end);
  const auto n = static_cast<uint32_t>(segment.packet->size());
  const bool fin = segment.Has(kTcpFin) && start + n == segment.seq + segment.length;
  if (at != 0 && early_[at - 1].end() == start && !early_[at - 1].fin) {
    early_[at - 1].bytes.Append(*segment.packet);
    early_[at - 1].fin = fin;
  } else {
    EarlyData piece;
    piece.seq = start;
    piece.bytes.Append(*segment.packet);
    piece.fin = fin;
    early_.insert(at, std::move(piece));
  }
  early_bytes_ += n;
}

// RFC 2018 section 4: the block that holds the latest segment first, then the others by recency.
void TcpEndpoint::NoteSack(uint32_t start, uint32_t end) {
  if (start == end) return;
  SackBlock block{start, end};
  for (uint8_t i = 0; i < sack_recent_count_;) {
    const SackBlock& other = sack_recent_[i];
    if (SeqAfter(other.start, block.end) || SeqBefore(other.end, block.start)) {
      i++;
      continue;
    }
    block.start = SeqBefore(other.start, block.start) ? other.start : block.start;
    block.end = SeqMax(block.end, other.end);
    std::copy(sack_recent_.begin() + i + 1, sack_recent_.begin() + sack_recent_count_,
              sack_recent_.begin() + i);
    sack_recent_count_--;
    i = 0;
  }
  if (sack_recent_count_ == sack_recent_.size()) sack_recent_count_--;
  std::copy_backward(sack_recent_.begin(), sack_recent_.begin() + sack_recent_count_,
                     sack_recent_.begin() + sack_recent_count_ + 1);
  sack_recent_[0] = block;
  sack_recent_count_++;
}

void TcpEndpoint::SetDsack(uint32_t start, uint32_t end) {
  if (!sack_on_ || !stack_.sysctl().tcp_dsack || !SeqBefore(start, end)) return;
  (SeqBefore(start, rcv_nxt_) ? stack_.stats().tcp.dsack_old_sent
                              : stack_.stats().tcp.dsack_ofo_sent)++;
  dsack_ = {start, end};
}

void TcpEndpoint::ReceiveFin() {
  rcv_nxt_++;
  fin_received_ = true;
  receive_shut_ = true;
  ack_pending_ = true;
  pingpong_ = false;
  early_.clear();
  early_bytes_ = 0;
  sack_recent_count_ = 0;
  if (urgent_ == Urgent::kAnnounced && SeqAtOrAfter(urgent_seq_, rcv_nxt_ - 1))
    urgent_ = Urgent::kNone;
  switch (state_) {
    case TcpState::kSynRecv:
    case TcpState::kEstablished:
      SetState(TcpState::kCloseWait);
      break;
    case TcpState::kFinWait1:
      SetState(TcpState::kClosing);
      break;
    case TcpState::kFinWait2:
      SendAck();
      EnterTimeWait();
      return;
    default:
      break;
  }
  NotifyReady(POLLIN | POLLRDNORM | POLLRDHUP | (send_shut_ ? POLLHUP : 0));
}

// RFC 6093: the urgent byte is the one before the pointer, as everybody has it.
void TcpEndpoint::HandleUrgent(const TcpSegment& segment) {
  if (segment.header.urgent == 0) return;
  const uint32_t at = segment.seq + segment.header.urgent - 1;
  const uint32_t read_seq = rcv_nxt_ - static_cast<uint32_t>(receive_queue_.size());
  if (SeqBefore(at, read_seq) || fin_received_) return;
  const bool known = urgent_ != Urgent::kNone && SeqAtOrAfter(urgent_seq_, at);
  if (!known) {
    // An older byte that nobody fetched becomes ordinary data: it stays in the stream.
    urgent_ = Urgent::kAnnounced;
    urgent_seq_ = at;
    passed_mark_ = false;
    NotifyReady(POLLPRI);
  }
  if (urgent_ == Urgent::kAnnounced && urgent_seq_ == at) TakeUrgentByte(segment);
}

void TcpEndpoint::TakeUrgentByte(const TcpSegment& segment) {
  const uint32_t offset = urgent_seq_ - segment.seq;
  if (offset >= segment.length) return;
  std::byte value;
  segment.packet->CopyOut(offset, {&value, 1});
  urgent_byte_ = static_cast<uint8_t>(value);
  urgent_ = Urgent::kHere;
  NotifyReady(POLLPRI);
}

// An estimate of the peer's segment size, for the decision when to acknowledge.
void TcpEndpoint::NoteReceivedSize(uint32_t length) {
  if (length >= rcv_mss_) {
    rcv_mss_ = std::min(length, std::max(advertised_mss_, 536u));
  } else if (length >= 536 && length > rcv_mss_ / 2) {
    rcv_mss_ = length;
  }
}

void TcpEndpoint::GrowWindow(uint32_t length) {
  const uint32_t full = static_cast<uint32_t>(receive_buffer_) / 2;
  if (rcv_ssthresh_ >= full) return;
  // Small segments cost more memory than they say: the window grows only with real ones.
  if (length < 128) return;
  const uint32_t step = std::max(2 * advertised_mss_, length);
  rcv_ssthresh_ = std::min(full, rcv_ssthresh_ + step);
  quick_acks_ |= 1;
}

void TcpEndpoint::MeasureReceiveRtt(const TcpSegment& segment) {
  const Time now = stack_.now();
  Duration sample = 0;
  if (timestamps_on_ && segment.options.has_timestamps && segment.options.timestamp_echo != 0) {
    const uint32_t delta = TimestampNow() - segment.options.timestamp_echo;
    if (delta != 0 && delta < 60'000) sample = Duration{delta} * kMillisecond;
  }
  // Without better knowledge: the time that a window's worth of data takes.
  if (rcv_rtt_at_ == 0 || SeqAtOrAfter(rcv_nxt_, rcv_rtt_seq_)) {
    if (rcv_rtt_at_ != 0 && sample == 0) sample = now - rcv_rtt_at_;
    rcv_rtt_at_ = now;
    rcv_rtt_seq_ = rcv_nxt_ + rcv_wnd_;
  }
  if (sample == 0) return;
  rcv_rtt_ = rcv_rtt_ == 0 || sample < rcv_rtt_ ? sample : (7 * rcv_rtt_ + sample) / 8;
}

// Dynamic right-sizing: twice what the application takes in one round trip.
void TcpEndpoint::TuneReceiveBuffer(size_t copied) {
  rcvq_copied_ += copied;
  const Time now = stack_.now();
  const Duration rtt =
      rtt_.known() ? std::min(rtt_.srtt(), rcv_rtt_ != 0 ? rcv_rtt_ : rtt_.srtt()) : rcv_rtt_;
  if (rtt == 0 || now - rcvq_at_ < rtt) return;
  const auto taken = static_cast<uint32_t>(std::min<size_t>(rcvq_copied_, 0x3fffffff));
  rcvq_copied_ = 0;
  rcvq_at_ = now;
  if (taken <= rcvq_space_) return;
  if (stack_.sysctl().tcp_moderate_rcvbuf && !receive_buffer_locked_) {
    uint64_t want = 2ull * taken + 16ull * advertised_mss_;
    // The sender may be about to double.
    want += 2 * want * (taken - rcvq_space_) / std::max(rcvq_space_, 1u);
    const auto limit = static_cast<uint64_t>(stack_.sysctl().tcp_rmem[2]);
    const auto buffer = static_cast<int32_t>(std::min(2 * want, limit));
    if (buffer > receive_buffer_) {
      receive_buffer_ = buffer;
      rcv_ssthresh_ = std::max(rcv_ssthresh_, static_cast<uint32_t>(buffer) / 2);
    }
  }
  rcvq_space_ = taken;
}

void TcpEndpoint::EnterQuickAck(uint32_t most) {
  const uint32_t window = rcv_wnd_ / (2 * std::max(rcv_mss_, 1u));
  quick_acks_ = std::max(quick_acks_, std::min(std::max(window, 2u), most));
  pingpong_ = false;
  ato_ = 40 * kMillisecond;
}

void TcpEndpoint::ScheduleAck(const TcpSegment& segment, bool in_order) {
  if (segment.Has(kTcpPsh)) ack_push_ = true;
  if (ecn_on_ && !accecn_.on) {
    const int mark = segment.ip->tos & 3;
    if (mark == 3) {
      ece_pending_ = ack_pending_ = true;
      EnterQuickAck(2);
    }
    if (segment.Has(kTcpCwr)) ece_pending_ = false;
  }
  if (!in_order || ack_pending_) return;
  // RFC 9293 section 3.8.6.3, RFC 5681 section 4.2: every second full segment at least.
  const bool two =
      rcv_nxt_ - rcv_wup_ > rcv_mss_ && WindowToOffer() + rcv_nxt_ - rcv_wup_ >= rcv_wnd_;
  if (two || InQuickAckMode() || !early_.empty()) {
    ack_pending_ = true;
    return;
  }
  if (delayed_ack_at_ == 0) delayed_ack_at_ = stack_.now() + ato_;
}

}  // namespace netstack

// TcpEndpoint: bytes in and out (RFC 9293 section 3.10.2 and 3.10.3).
#include <poll.h>

#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

bool TcpEndpoint::Writable() const {
  // sk_stream_is_writeable() of Linux: a third is free, and TCP_NOTSENT_LOWAT.
  const size_t queued = send_queue_.size();
  const auto limit = static_cast<size_t>(send_buffer_);
  if (queued >= limit || limit - queued < queued / 2) return false;
  return notsent_lowat_ == 0 || UnsentBytes() < notsent_lowat_;
}

uint32_t TcpEndpoint::Readiness() const {
  uint32_t ready = 0;
  if (error_ != 0 || HasQueuedError()) ready |= POLLERR;
  if (state_ == TcpState::kListen) {
    return ready | (accept_queue_.empty() ? 0 : POLLIN | POLLRDNORM);
  }
  if (state_ == TcpState::kClose || (receive_shut_ && send_shut_)) ready |= POLLHUP;
  if (receive_shut_) ready |= POLLIN | POLLRDNORM | POLLRDHUP;
  if (deferred_) return ready | POLLOUT | POLLWRNORM;
  if (state_ == TcpState::kSynSent || (state_ == TcpState::kSynRecv && !opened_early_))
    return ready;
  const auto target = static_cast<size_t>(std::max(1, options.receive_low_water));
  if (ReadableBytes() >= target) ready |= POLLIN | POLLRDNORM;
  if (send_shut_ || Writable()) {
    ready |= POLLOUT | POLLWRNORM;
  } else {
    nospace_ = true;
  }
  if (urgent_ == Urgent::kHere || urgent_ == Urgent::kAnnounced) ready |= POLLPRI;
  return ready;
}

Result<SocketAddr> TcpEndpoint::PeerAddress() const {
  if (state_ == TcpState::kClose || state_ == TcpState::kListen || state_ == TcpState::kSynSent) {
    return Errno(ENOTCONN);
  }
  return peer_;
}

size_t TcpEndpoint::ReadableBytes() const {
  return receive_queue_.size();
}
size_t TcpEndpoint::UnackedBytes() const {
  return send_queue_.size();
}
size_t TcpEndpoint::UnsentBytes() const {
  const uint32_t end = WriteSeq();
  return SeqAfter(end, snd_nxt_) ? end - snd_nxt_ : 0;
}

bool TcpEndpoint::AtMark() const {
  if (urgent_ == Urgent::kNone) return false;
  const uint32_t read_seq =
      rcv_nxt_ - (fin_received_ ? 1 : 0) - static_cast<uint32_t>(receive_queue_.size());
  return read_seq == urgent_seq_;
}

Result<void> TcpEndpoint::CheckSend() {
  if (state_ == TcpState::kSynSent || (state_ == TcpState::kSynRecv && !opened_early_)) {
    if (error_ != 0) return Errno(TakeError());
    nospace_ = true;
    return Errno(EAGAIN);
  }
  if (error_ != 0) return Errno(TakeError());
  if (state_ != TcpState::kEstablished && state_ != TcpState::kCloseWait &&
      state_ != TcpState::kSynRecv) {
    return Errno(EPIPE);
  }
  if (send_shut_) return Errno(EPIPE);
  return {};
}

Result<size_t> TcpEndpoint::Send(ByteSource& data, const TcpSend& how) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (deferred_) return SendDeferred(data);
  TRY(CheckSend());
  CheckAppLimited();
  size_t done = 0;
  while (data.remaining() != 0) {
    const auto limit = static_cast<size_t>(send_buffer_);
    const bool notsent_full = notsent_lowat_ != 0 && UnsentBytes() >= notsent_lowat_;
    if (send_queue_.size() >= limit || notsent_full) break;
    // Never less than a segment's worth, as Linux which looks at the limit between segments.
    const size_t room =
        std::max<size_t>(limit - send_queue_.size(), std::min<size_t>(snd_mss_, limit));
    Result<size_t> taken = send_queue_.Fill(data, std::min(room, data.remaining()), stack_.pool());
    if (!taken.ok()) {
      if (done != 0) break;
      return taken;
    }
    if (*taken == 0) break;
    done += *taken;
    if (how.oob && data.remaining() == 0) {
      urgent_out_ = true;
      snd_up_ = WriteSeq();
    }
    push_pending_ = !how.more || data.remaining() != 0;
    Output(!how.more && !cork_);
  }
  if (done == 0 && data.remaining() != 0) {
    nospace_ = true;
    return Errno(EAGAIN);
  }
  if (data.remaining() != 0) {
    // tcp_sendmsg() of Linux, before it waits: no room comes of bytes that wait for more.
    nospace_ = buffer_full_ = true;
    Output();
    buffer_full_ = false;
  }
  ArmTimer();
  return done;
}

Result<size_t> TcpEndpoint::SendView(const View& view, const TcpSend& how) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  TRY(CheckSend());
  if (send_queue_.size() >= static_cast<size_t>(send_buffer_)) {
    nospace_ = true;
    return Errno(EAGAIN);
  }
  CheckAppLimited();
  send_queue_.Append(view);
  Output(!how.more && !cork_);
  ArmTimer();
  return size_t{view.length};
}

void TcpEndpoint::CheckWritable() {
  if (!nospace_ || !Writable()) return;
  nospace_ = false;
  EndWait(Wait::kSendBuffer);
  NotifyReady(POLLOUT | POLLWRNORM);
}

Result<size_t> TcpEndpoint::CheckReceive() {
  if (state_ == TcpState::kListen) return Errno(ENOTCONN);
  // Bytes that may be read before the urgent one is met.
  size_t readable = receive_queue_.size();
  if (readable != 0) return readable;
  if (error_ != 0) return Errno(TakeError());
  if (fin_received_ || receive_shut_) return size_t{0};
  if (state_ == TcpState::kClose) return Errno(ENOTCONN);
  return Errno(EAGAIN);
}

// Reading stops at the urgent byte, which is left out unless SO_OOBINLINE is set (tcp(7)).
size_t TcpEndpoint::UntilMark(size_t offset, size_t max) {
  if (urgent_ == Urgent::kNone) return max;
  const uint32_t read_seq =
      rcv_nxt_ - (fin_received_ ? 1 : 0) - static_cast<uint32_t>(receive_queue_.size());
  const auto distance =
      static_cast<int32_t>(urgent_seq_ - read_seq - static_cast<uint32_t>(offset));
  if (distance < 0) return max;
  if (distance > 0) return std::min<size_t>(max, static_cast<size_t>(distance));
  if (offset != 0) return 0;
  if (!options.oob_inline && !receive_queue_.empty()) {
    // Skip it: it was, or will be, read out of band.
    receive_queue_.Discard(1);
    urgent_seq_ = read_seq;
    if (urgent_ == Urgent::kTaken) urgent_ = Urgent::kNone;
    passed_mark_ = true;
  } else if (options.oob_inline) {
    urgent_ = Urgent::kNone;
  }
  return max;
}

Result<size_t> TcpEndpoint::Receive(ByteSink& to, const TcpReceive& how) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (TRY(CheckReceive()) == 0) return size_t{0};
  const size_t offset = how.peek ? how.peek_offset : 0;
  size_t max = UntilMark(offset, to.remaining());
  if (receive_queue_.size() <= offset) {
    if (how.peek && offset != 0) return Errno(EAGAIN);
    return CheckReceive();  // Only the urgent byte was there.
  }
  size_t taken = 0;
  if (how.discard) {
    taken = std::min(max, receive_queue_.size() - offset);
  } else {
    taken = TRY(receive_queue_.Peek(to, offset, max));
  }
  if (!how.peek) {
    receive_queue_.Discard(taken);
    AfterRead(taken);
  }
  return taken;
}

Result<std::vector<View>> TcpEndpoint::ReceiveViews(size_t max) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (TRY(CheckReceive()) == 0) return std::vector<View>();
  max = UntilMark(0, max);
  std::vector<View> views = receive_queue_.Share(0, max);
  size_t taken = 0;
  for (const View& view : views) taken += view.length;
  receive_queue_.Discard(taken);
  AfterRead(taken);
  return views;
}

Result<size_t> TcpEndpoint::ReceiveUrgent(ByteSink& to, bool peek) {
  Stack::Scope scope(stack_);
  // tcp_recv_urg() of Linux.
  if (options.oob_inline || urgent_ == Urgent::kNone || urgent_ == Urgent::kTaken) {
    return Errno(EINVAL);
  }
  if (state_ == TcpState::kClose && !fin_received_) return Errno(ENOTCONN);
  if (urgent_ == Urgent::kHere) {
    const auto byte = static_cast<std::byte>(urgent_byte_);
    const size_t n = to.remaining() == 0 ? 0 : TRY(to.Put({&byte, 1}));
    if (!peek) urgent_ = passed_mark_ ? Urgent::kNone : Urgent::kTaken;
    return n;
  }
  if (state_ == TcpState::kClose || receive_shut_) return size_t{0};
  return Errno(EAGAIN);
}

// After bytes were taken: a larger window may be worth telling (RFC 9293 section 3.8.6.2.2).
void TcpEndpoint::AfterRead(size_t n) {
  if (n == 0) return;
  TuneReceiveBuffer(n);
  if (state_ == TcpState::kClose) return;
  bool ack = false;
  if (delayed_ack_at_ != 0) {
    ack = rcv_nxt_ - rcv_wup_ > rcv_mss_ || (receive_queue_.empty() && !pingpong_ && ack_push_);
  }
  if (!ack && !receive_shut_) {
    const uint32_t now_window = rcv_wup_ + rcv_wnd_ - rcv_nxt_;
    const uint32_t space = ReceiveSpace();
    if (2 * now_window <= static_cast<uint32_t>(receive_buffer_)) {
      const uint32_t offer = WindowToOffer();
      ack = offer != 0 && space != 0 && offer >= 2 * now_window && offer != now_window;
    }
  }
  if (ack) {
    SendAck();
    ArmTimer();
  }
}

}  // namespace netstack

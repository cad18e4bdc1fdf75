// TcpEndpoint: shutting down, closing, resetting (RFC 9293 sections 3.6 and 3.10.4).
#include <poll.h>

#include "netstack/tcp/tcp.h"

namespace netstack {
namespace {

constexpr uint32_t kAllEvents = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLRDHUP | POLLPRI;

}  // namespace

Result<void> TcpEndpoint::Shutdown(bool receive, bool send) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (state_ == TcpState::kListen) return receive ? Disconnect() : Result<void>();
  if (state_ == TcpState::kSynSent) return Disconnect();  // Linux: the attempt ends.
  const bool closed = state_ == TcpState::kClose;
  if (receive) receive_shut_ = true;
  if (send && !send_shut_) {
    send_shut_ = true;
    QueueFin();
  }
  // It takes effect, and whoever waits is told, even where there is no peer (inet_shutdown()).
  NotifyReady(kAllEvents | (closed ? POLLHUP : 0));
  if (closed) return Errno(ENOTCONN);
  return {};
}

// Marks the end of what is sent and moves the state on.
void TcpEndpoint::QueueFin() {
  if (state_ == TcpState::kEstablished || state_ == TcpState::kSynRecv) {
    SetState(TcpState::kFinWait1);
  } else if (state_ == TcpState::kCloseWait) {
    SetState(TcpState::kLastAck);
  } else {
    return;
  }
  fin_queued_ = true;
  send_shut_ = true;
  Output(true);
  ArmTimer();
}

void TcpEndpoint::Close() {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  TcpStats& stats = stack_.stats().tcp;
  orphan_ = true;
  const bool unread = !receive_queue_.empty();
  receive_queue_.Clear();
  receive_shut_ = true;
  if (state_ == TcpState::kListen) {
    StopListening();
  } else if (state_ == TcpState::kSynSent) {
    Finish(0);
  } else if (state_ != TcpState::kClose) {
    if (unread || options.linger_seconds == 0) {
      // RFC 2525 section 2.17: data that was lost is worth a reset.
      (unread ? stats.abort_on_close : stats.abort_on_linger)++;
      SendReset();
      Finish(0);
    } else if (state_ == TcpState::kFinWait2) {
      if (linger2_ < 0) {
        SendReset();
        Finish(0);
      } else {
        const int seconds = linger2_ != 0 ? linger2_ : stack_.sysctl().tcp_fin_timeout;
        linger_at_ = stack_.now() + seconds * kSecond;
        ArmTimer();
      }
    } else {
      QueueFin();
    }
  }
  if (state_ == TcpState::kClose) tcp_.ReleasePort(*this, local_.port);
}

bool TcpEndpoint::Lingering() const {
  return orphan_ && options.linger_seconds > 0 &&
         (state_ == TcpState::kFinWait1 || state_ == TcpState::kClosing ||
          state_ == TcpState::kLastAck);
}

void TcpEndpoint::Abort() {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (state_ == TcpState::kListen) {
    StopListening();
  } else if (state_ != TcpState::kClose) {
    if (state_ != TcpState::kSynSent) SendReset();
    Finish(ECONNABORTED);
  }
}

void TcpEndpoint::StopListening() {
  tcp_.RemoveListener(*this);
  tcp_.DropRequestsOf(*this);
  requests_ = 0;
  SetState(TcpState::kClose);
  // Nobody will ever take these.
  while (!accept_queue_.empty()) {
    const Ref<TcpEndpoint> child = std::move(accept_queue_.front());
    accept_queue_.pop_front();
    child->orphan_ = true;
    child->Abort();
    tcp_.ReleasePort(*child, child->local_.port);
  }
  receive_shut_ = send_shut_ = true;
  if (!bound_port_) tcp_.ReleasePort(*this, local_.port);
  NotifyReady(kAllEvents | POLLHUP);
}

void TcpEndpoint::Finish(int error) {
  if (state_ == TcpState::kClose) return;
  if (state_ == TcpState::kSynSent || state_ == TcpState::kSynRecv) {
    stack_.stats().tcp.attempt_fails++;
  } else if (error == ECONNRESET || error == EPIPE) {
    stack_.stats().tcp.estab_resets++;
  }
  tcp_.RemoveConnection(*this);
  SetState(TcpState::kClose);
  send_queue_.Clear();
  sent_.clear();
  early_.clear();
  early_bytes_ = sacked_ = lost_ = 0;
  snd_una_ = snd_nxt_ = queue_seq_;
  fin_queued_ = false;
  retransmit_at_ = delayed_ack_at_ = keepalive_at_ = linger_at_ = pace_at_ = pace_next_ = 0;
  SetWait(Wait::kNothing);
  retransmit_kind_ = Timer::kNone;
  timer_.Disarm();
  receive_shut_ = send_shut_ = true;
  if (error != 0) error_ = error;
  if (orphan_ || !bound_port_) tcp_.ReleasePort(*this, local_.port);
  NotifyReady(kAllEvents | POLLHUP | (error != 0 ? POLLERR : 0));
}

void TcpEndpoint::EnterTimeWait() {
  auto tw = std::make_unique<TcpTimeWait>();
  tw->tuple = Tcp::TupleOf(*this);
  tw->claim = Claim();
  tw->claim.time_wait = true;
  tw->snd_nxt = snd_nxt_;
  tw->rcv_nxt = rcv_nxt_;
  tw->rcv_wnd = rcv_wnd_;
  tw->rcv_wscale = rcv_wscale_;
  tw->timestamps_on = timestamps_on_;
  tw->ts_recent = ts_recent_;
  tw->ts_recent_at = ts_recent_at_;
  tw->ts_offset = timestamp_offset_;
  tw->tos = ip4.tos;
  tw->family = family();
  Finish(0);
  tcp_.AddTimeWait(std::move(tw));
}

// Our FIN has been acknowledged.
void TcpEndpoint::FinAcked() {
  switch (state_) {
    case TcpState::kFinWait1:
      SetState(TcpState::kFinWait2);
      if (orphan_) {
        if (linger2_ < 0) {
          SendReset();
          Finish(0);
          return;
        }
        const int seconds = linger2_ != 0 ? linger2_ : stack_.sysctl().tcp_fin_timeout;
        linger_at_ = stack_.now() + seconds * kSecond;
      }
      NotifyReady(kAllEvents | POLLHUP);
      return;
    case TcpState::kClosing:
      EnterTimeWait();
      return;
    case TcpState::kLastAck:
      Finish(0);
      return;
    default:
      return;
  }
}

void TcpEndpoint::OnError(const IpError& error) {
  if (error.error == EMSGSIZE && error.info != 0) {
    // RFC 1191 section 6.4: smaller segments from now on, and what was lost again.
    if (ip4.pmtu == PmtuDiscovery::kDont) return;
    const uint32_t before = snd_mss_;
    Result<RouteResult> route = stack_.FindRoute(peer_.addr, local_.addr, options.bound_ifindex);
    if (route.ok()) route_ = *route;
    UpdateMss();
    if (snd_mss_ < before && !sent_.empty()) {
      AckEffect effect;
      for (SentSegment& sent : sent_) {
        if (!sent.sacked && sent.size() > snd_mss_) MarkLost(sent, &effect);
      }
      Output();
      ArmTimer();
    }
    return;
  }
  if (WantsErrors(error.destination.IsV4())) {
    QueueError({error.error,
                error.origin,
                error.type,
                error.code,
                error.info,
                0,
                error.offender,
                peer_,
                {},
                error.ifindex});
  }
  if (state_ == TcpState::kSynSent || state_ == TcpState::kSynRecv) {
    // Linux gives up an attempt of its own on every error that names an errno (tcp_v4_err()).
    if (error.hard || error.origin == 1 || state_ == TcpState::kSynSent) {
      Finish(error.error);
    } else {
      soft_error_ = error.error;
    }
    return;
  }
  // RFC 1122 section 4.2.3.9: a connection outlives these; IP_RECVERR reports hard ones.
  if (error.hard && WantsErrors(error.destination.IsV4())) {
    error_ = error.error;
    NotifyReady(POLLERR);
  } else {
    soft_error_ = error.error;
  }
}

}  // namespace netstack

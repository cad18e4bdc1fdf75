// TcpEndpoint: how fast it goes: what the path delivers
// (draft-cheng-iccrg-delivery-rate-estimation), at what pace segments leave, what sending waits
// for.
#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

namespace {

// What is due so soon goes at once: a timer would take as long.
constexpr Duration kPaceAhead = 200 * kMicrosecond;

}  // namespace

// A segment goes out, for the first time or again.
void TcpEndpoint::StampRate(SentSegment& sent) {
  const Time now = stack_.now();
  // With nothing under way the time until now says nothing about the path.
  if (sent_.empty()) first_sent_at_ = delivered_at_ = now;
  sent.sent_at = now;
  sent.delivered = delivered_;
  sent.delivered_at = delivered_at_;
  sent.first_sent_at = first_sent_at_;
  sent.app_limited = app_limited_ != 0;
}

// One of those that an acknowledgement is about; the latest sent tells the rate.
void TcpEndpoint::SampleRate(const SentSegment& sent, RateSample& rate) {
  delivered_at_ = stack_.now();
  if (sent.delivered_at == 0) return;
  if (rate.prior_at != 0 && sent.delivered < rate.prior_delivered) return;
  rate.prior_delivered = sent.delivered;
  rate.prior_at = sent.delivered_at;
  rate.send_elapsed = sent.sent_at - sent.first_sent_at;
  rate.app_limited = sent.app_limited;
  first_sent_at_ = sent.sent_at;
}

// `rate` is complete: all that the acknowledgement is about has been seen.
void TcpEndpoint::FinishRate(RateSample& rate) {
  if (app_limited_ != 0 && delivered_ > app_limited_) app_limited_ = 0;
  if (rate.prior_at == 0) return;
  // The slower of how it was sent and how it was acknowledged: acknowledgements may come in
  // bunches.
  // Within one call no time passes: on loopback that is as fast as can be told.
  const Duration interval =
      std::max({rate.send_elapsed, delivered_at_ - rate.prior_at, kMicrosecond});
  rate.delivered = delivered_ - rate.prior_delivered;
  if (interval < rtt_.min()) return;
  rate.interval = interval;
  const bool faster = rate_interval_ == 0 || rate.delivered * static_cast<double>(rate_interval_) >=
                                                 rate_bytes_ * static_cast<double>(interval);
  if (rate.app_limited && !faster) return;
  rate_bytes_ = rate.delivered;
  rate_interval_ = interval;
  rate_app_limited_ = rate.app_limited;
}

// Before the caller gives more: whether there was nothing left to send though the window had room.
void TcpEndpoint::CheckAppLimited() {
  if (UnsentBytes() < snd_mss_ && InFlightSegments() < window_.cwnd && lost_ == 0) HoldBack();
}

// What is sent until the flight has arrived shows the sender, not the path.
void TcpEndpoint::HoldBack() {
  app_limited_ = std::max<uint64_t>(delivered_ + InFlight(), 1);
}

PathSample TcpEndpoint::Path() const {
  PathSample path;
  path.now = stack_.now();
  path.delivered = delivered_;
  path.in_flight = InFlight();
  path.mss = snd_mss_;
  path.srtt = rtt_.srtt();
  path.min_rtt = rtt_.min();
  path.state = ca_state_;
  return path;
}

void TcpEndpoint::StartModel() {
  if (congestion_->Models()) congestion_->OnStart(window_, Path(), stack_.Random32());
}

void TcpEndpoint::UpdateModel(const AckEffect& effect) {
  PathSample path = Path();
  path.rate = effect.rate;
  path.acked = effect.delivered_bytes;
  path.lost = effect.newly_lost;
  path.prior_in_flight = effect.prior_in_flight;
  if (effect.rtt != 0) path.rtt = std::max(effect.rtt, kMicrosecond);
  // One small segment alone: the receiver may have waited for another.
  path.delayed_ack = effect.delivered_bytes < snd_mss_ && effect.prior_in_flight < snd_mss_;
  congestion_->OnPath(window_, path);
  if (congestion_->HoldsBack()) HoldBack();
}

uint64_t TcpEndpoint::PacingRate() const {
  uint64_t rate = congestion_->pacing_rate();
  if (rate == 0) {
    rate = ~uint64_t{0};
    if (rtt_.known()) {
      // Faster than the window is consumed, so that the window is what limits
      // (tcp_pacing_ss_ratio, tcp_pacing_ca_ratio).
      const bool slow_start = window_.cwnd < window_.ssthresh / 2;
      const auto segments = std::max(window_.cwnd, (snd_nxt_ - snd_una_) / snd_mss_);
      const uint64_t micros =
          std::max<uint64_t>(static_cast<uint64_t>(rtt_.srtt() / kMicrosecond), 1);
      rate = uint64_t{segments} * snd_mss_ * (slow_start ? 2'000'000 : 1'200'000) / micros;
    }
  }
  return std::min(rate, options.max_pacing_rate);
}

// Whether something comes next that has to wait; then the timer is set.
bool TcpEndpoint::PaceHolds() {
  if (!Paced() || pace_next_ <= stack_.now() + kPaceAhead) return false;
  if (EndSeq() == snd_nxt_ && lost_ == 0) return false;
  pace_at_ = pace_next_;
  return true;
}

// `bytes` have gone out: the next may go when they would have left a line of that rate.
void TcpEndpoint::ChargePace(uint32_t bytes) {
  if (!Paced() || bytes == 0) return;
  // The initial window is not paced, as Linux's is not.
  if (data_segments_out_ < 10) return;
  const uint64_t rate = PacingRate();
  if (rate == 0 || rate == ~uint64_t{0}) return;
  const Time now = stack_.now();
  auto length =
      static_cast<Duration>(static_cast<double>(bytes) * kSecond / static_cast<double>(rate));
  // A timer that came late is made up for, by half at most.
  const Duration late = pace_next_ != 0 && now > pace_next_ ? now - pace_next_ : 0;
  length -= std::min(length / 2, late);
  pace_next_ = std::max(now, pace_next_) + length;
}

// What goes out in one piece: a millisecond's worth, and more over short ways, where it is no burst
// to anybody.
uint32_t TcpEndpoint::PacedSegmentBytes(uint32_t most) const {
  if (!Paced()) return most;
  const uint64_t rate = PacingRate();
  if (rate == ~uint64_t{0}) return most;
  uint64_t bytes = rate / 1024;
  const auto halvings = static_cast<uint64_t>(rtt_.min() / (512 * kMicrosecond));
  if (halvings < 32) bytes += most >> halvings;
  const uint64_t segments = std::max<uint64_t>(bytes / snd_mss_, rate < 150'000 ? 1 : 2);
  return static_cast<uint32_t>(std::min<uint64_t>(segments * snd_mss_, most));
}

// --- what sending waits for (tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited) ---

void TcpEndpoint::SetWait(Wait wait) {
  const Time now = stack_.now();
  if (wait_ != Wait::kNothing) waited_[static_cast<size_t>(wait_) - 1] += now - wait_since_;
  wait_ = wait;
  wait_since_ = now;
}

void TcpEndpoint::BeginWait(Wait wait) {
  if (wait > wait_) SetWait(wait);
}

void TcpEndpoint::EndWait(Wait wait) {
  if (wait_ == Wait::kNothing) return;
  if (EndSeq() == snd_una_) {
    SetWait(Wait::kNothing);
  } else if (wait == wait_ && wait != Wait::kNetwork) {
    SetWait(Wait::kNetwork);
  }
}

// All that could go out has gone.
void TcpEndpoint::NoteWaits() {
  if (EndSeq() == snd_una_) return;
  BeginWait(Wait::kNetwork);
  const size_t unsent = UnsentBytes();
  const bool room = InFlightSegments() < window_.cwnd;
  if (unsent != 0 && room && UsableWindow() < std::min<size_t>(unsent, snd_mss_)) {
    BeginWait(Wait::kPeerWindow);
  } else {
    EndWait(Wait::kPeerWindow);
  }
  if (unsent == 0 && room && nospace_) BeginWait(Wait::kSendBuffer);
}

void TcpEndpoint::FillWaits(TcpInfo& info) const {
  std::array<Duration, 3> waited = waited_;
  if (wait_ != Wait::kNothing) {
    waited[static_cast<size_t>(wait_) - 1] += stack_.now() - wait_since_;
  }
  info.busy_time = static_cast<uint64_t>((waited[0] + waited[1] + waited[2]) / kMicrosecond);
  info.rwnd_limited = static_cast<uint64_t>(waited[1] / kMicrosecond);
  info.sndbuf_limited = static_cast<uint64_t>(waited[2] / kMicrosecond);
}

}  // namespace netstack

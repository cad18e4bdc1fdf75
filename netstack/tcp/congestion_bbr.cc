// BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00; "BBR: Congestion-Based Congestion
// Control", ACM Queue 14(5)): the window and the pace come from a model of the path, the most that
// it has delivered per second lately and its shortest round trip.
#include <algorithm>
#include <utility>

#include "netstack/tcp/congestion.h"

namespace netstack {
namespace {

// The largest of what was put in during the last `kWindow` rounds.
template <size_t kWindow>
class RoundMax {
 public:
  void Put(uint64_t round, uint64_t value) {
    Forget(round);
    uint64_t& slot = values_[round % kWindow];
    slot = std::max(slot, value);
  }
  void Forget(uint64_t round) {
    for (uint64_t at = std::max(round_ + 1, round < kWindow ? 0 : round + 1 - kWindow); at <= round;
         at++) {
      values_[at % kWindow] = 0;
    }
    round_ = std::max(round_, round);
  }
  uint64_t Get() const { return *std::max_element(values_.begin(), values_.end()); }

 private:
  std::array<uint64_t, kWindow> values_{};
  uint64_t round_ = 0;
};

class Bbr final : public CongestionControl {
 public:
  std::string_view name() const override { return "bbr"; }
  bool Models() const override { return true; }
  void OnAck(CongestionWindow&, const AckSample&) override {}

  void OnStart(CongestionWindow& window, const PathSample& s, uint32_t random) override {
    window.ssthresh = 0x7fffffff;
    random_ = random | 1;
    mss_ = s.mss;
    min_rtt_ = s.min_rtt;
    min_rtt_at_ = aggregation_since_ = s.now;
    next_round_delivered_ = s.delivered;
    PaceByRoundTrip(window, s.srtt);
  }

  void OnPath(CongestionWindow& window, const PathSample& s) override {
    mss_ = s.mss;
    UpdateRound(s);
    UpdateBandwidth(s);
    UpdateAggregation(window, s);
    if (mode_ == Mode::kProbeBandwidth && PhaseIsOver(s)) NextPhase(s.now);
    CheckFullPipe(s);
    CheckDrain(window, s);
    UpdateMinRtt(window, s);
    SetGains();
    SetPace(window, s);
    SetWindow(window, s);
    state_ = s.state;
  }

  uint32_t SlowStartThreshold(const CongestionWindow& window, Time) override {
    SaveWindow(window);
    return window.ssthresh;
  }
  void OnTimeout(Time) override {
    // The flight is lost: the round ends here, and the pipe has to prove anew that it is full.
    state_ = TcpCaState::kLoss;
    full_bandwidth_ = 0;
    timed_out_ = true;
  }
  void OnUndo() override {
    full_bandwidth_ = 0;
    full_rounds_ = 0;
  }
  void OnResume(Time now) override {
    idle_restart_ = true;
    aggregation_since_ = now;
    aggregation_acked_ = 0;
    // Back to the estimate without a burst.
    if (mode_ == Mode::kProbeBandwidth) pacing_rate_ = Pace(bandwidth_.Get(), 1);
  }
  uint64_t pacing_rate() const override { return pacing_rate_; }
  bool HoldsBack() const override { return mode_ == Mode::kProbeRtt; }

  size_t Describe(CongestionInfo& info) const override {
    const uint64_t bandwidth = bandwidth_.Get();
    info[0] = static_cast<uint32_t>(bandwidth);
    info[1] = static_cast<uint32_t>(bandwidth >> 32);
    info[2] = static_cast<uint32_t>(min_rtt_ / kMicrosecond);
    info[3] = static_cast<uint32_t>(pacing_gain_ * 256);
    info[4] = static_cast<uint32_t>(window_gain_ * 256);
    return 5;
  }

 private:
  enum class Mode : uint8_t { kStartup, kDrain, kProbeBandwidth, kProbeRtt };
  // 2/ln(2): the least gain that doubles the rate each round.  In 256ths, as Linux shows it.
  static constexpr double kHighGain = 739.0 / 256, kDrainGain = 88.0 / 256, kWindowGain = 2;
  static constexpr std::array<double, 8> kCycle{5.0 / 4, 3.0 / 4, 1, 1, 1, 1, 1, 1};
  static constexpr double kMargin = 0.99;  // Paces a little below the estimate: queues empty.
  static constexpr uint32_t kMinWindow = 4, kInitialWindow = 10;
  static constexpr int kFullRounds = 3;
  static constexpr double kFullGrowth = 1.25;
  static constexpr Duration kMinRttWindow = 10 * kSecond, kProbeRttTime = 200 * kMillisecond;
  static constexpr Duration kAggregationMost = 100 * kMillisecond;

  static uint64_t Pace(uint64_t bandwidth, double gain) {
    return static_cast<uint64_t>(static_cast<double>(bandwidth) * gain * kMargin);
  }
  // Bytes of a flight that holds `gain` times what the path does.
  uint64_t Product(uint64_t bandwidth, double gain) const {
    if (min_rtt_ == 0) return uint64_t{kInitialWindow} * mss_;
    return static_cast<uint64_t>(static_cast<double>(bandwidth) * static_cast<double>(min_rtt_) /
                                 static_cast<double>(kSecond) * gain);
  }
  // In segments, with room for what is sent and received in one piece.
  uint32_t Segments(uint64_t bytes) const {
    const uint64_t piece = std::clamp<uint64_t>(pacing_rate_ / 1024 / mss_, 2, 127);
    uint64_t segments = (bytes + mss_ - 1) / mss_ + 3 * piece;
    segments = (segments + 1) & ~uint64_t{1};  // Delayed acknowledgements come in twos.
    if (mode_ == Mode::kProbeBandwidth && phase_ == 0) segments += 2;
    return static_cast<uint32_t>(std::min<uint64_t>(segments, 0x7fffffff));
  }
  uint64_t Flight(double gain) const {
    return uint64_t{Segments(Product(bandwidth_.Get(), gain))} * mss_;
  }

  void UpdateRound(const PathSample& s) {
    round_start_ = std::exchange(timed_out_, false);
    if (s.rate.interval <= 0 || s.rate.prior_delivered < next_round_delivered_) return;
    next_round_delivered_ = s.delivered;
    round_++;
    round_start_ = true;
    conserve_ = false;
  }

  void UpdateBandwidth(const PathSample& s) {
    bandwidth_.Forget(round_);
    if (s.rate.interval <= 0) return;
    const auto rate =
        static_cast<uint64_t>(static_cast<double>(s.rate.delivered) * static_cast<double>(kSecond) /
                              static_cast<double>(s.rate.interval));
    // One that the application held back counts only where it raises the estimate.
    if (!s.rate.app_limited || rate >= bandwidth_.Get()) bandwidth_.Put(round_, rate);
  }

  // Acknowledgements that come in bunches (radio links, coalescing) leave the path idle in between
  // unless the window has room for a bunch.
  void UpdateAggregation(const CongestionWindow& window, const PathSample& s) {
    if (s.acked == 0 || s.rate.interval <= 0) return;
    uint64_t expected =
        static_cast<uint64_t>(static_cast<double>(bandwidth_.Get()) *
                              static_cast<double>(s.now - aggregation_since_) / kSecond);
    if (aggregation_acked_ <= expected || aggregation_acked_ > uint64_t{mss_} << 20) {
      aggregation_acked_ = expected = 0;
      aggregation_since_ = s.now;
    }
    aggregation_acked_ += s.acked;
    const uint64_t extra = aggregation_acked_ - expected;
    extra_acked_.Put(round_, std::min(extra, uint64_t{window.cwnd} * mss_));
  }

  bool PhaseIsOver(const PathSample& s) const {
    const bool full = s.now - phase_since_ > min_rtt_;
    const double gain = kCycle[phase_];
    // A higher pace goes on until it has filled the path, a lower one until the queue is gone.
    if (gain > 1) return full && (s.lost != 0 || s.prior_in_flight >= Flight(gain));
    if (gain < 1) return full || s.prior_in_flight <= Flight(1);
    return full;
  }
  void NextPhase(Time now) {
    phase_ = (phase_ + 1) % kCycle.size();
    phase_since_ = now;
  }
  void EnterProbeBandwidth(Time now) {
    mode_ = Mode::kProbeBandwidth;
    // Anywhere but where the pace is low; flows must not probe together.
    random_ = random_ * 1664525 + 1013904223;
    phase_ = kCycle.size() - 1 - (random_ >> 16) % (kCycle.size() - 1);
    NextPhase(now);
  }

  // Three rounds without a quarter more: the pipe is full.
  void CheckFullPipe(const PathSample& s) {
    if (full_pipe_ || !round_start_ || s.rate.app_limited) return;
    const uint64_t bandwidth = bandwidth_.Get();
    if (static_cast<double>(bandwidth) >= static_cast<double>(full_bandwidth_) * kFullGrowth) {
      full_bandwidth_ = bandwidth;
      full_rounds_ = 0;
      return;
    }
    full_pipe_ = ++full_rounds_ >= kFullRounds;
  }

  void CheckDrain(CongestionWindow& window, const PathSample& s) {
    if (mode_ == Mode::kStartup && full_pipe_) {
      mode_ = Mode::kDrain;
      window.ssthresh = Segments(Product(bandwidth_.Get(), 1));
    }
    if (mode_ == Mode::kDrain && s.in_flight <= Flight(1)) EnterProbeBandwidth(s.now);
  }

  void UpdateMinRtt(CongestionWindow& window, const PathSample& s) {
    const bool expired = s.now > min_rtt_at_ + kMinRttWindow;
    if (s.rtt != 0 && (min_rtt_ == 0 || s.rtt < min_rtt_ || (expired && !s.delayed_ack))) {
      min_rtt_ = s.rtt;
      min_rtt_at_ = s.now;
    }
    if (expired && !idle_restart_ && mode_ != Mode::kProbeRtt) {
      SaveWindow(window);
      mode_ = Mode::kProbeRtt;
      probe_rtt_until_ = 0;
    }
    if (mode_ == Mode::kProbeRtt) ProbeRtt(window, s);
    if (s.rate.delivered > 0) idle_restart_ = false;
  }

  // Four segments under way for 200 ms and a round show the path without a queue of ours.
  void ProbeRtt(CongestionWindow& window, const PathSample& s) {
    if (probe_rtt_until_ == 0) {
      if (s.in_flight > kMinWindow * mss_) return;
      probe_rtt_until_ = s.now + kProbeRttTime;
      probe_rtt_round_ = false;
      next_round_delivered_ = s.delivered;
      return;
    }
    if (round_start_) probe_rtt_round_ = true;
    if (!probe_rtt_round_ || s.now <= probe_rtt_until_) return;
    min_rtt_at_ = s.now;
    window.cwnd = std::max(window.cwnd, saved_window_);
    if (full_pipe_) {
      EnterProbeBandwidth(s.now);
    } else {
      mode_ = Mode::kStartup;
    }
  }

  void SetGains() {
    switch (mode_) {
      case Mode::kStartup:
        pacing_gain_ = window_gain_ = kHighGain;
        break;
      case Mode::kDrain:
        pacing_gain_ = kDrainGain;
        window_gain_ = kHighGain;
        break;
      case Mode::kProbeBandwidth:
        pacing_gain_ = kCycle[phase_];
        window_gain_ = kWindowGain;
        break;
      case Mode::kProbeRtt:
        pacing_gain_ = window_gain_ = 1;
        break;
    }
  }

  void PaceByRoundTrip(const CongestionWindow& window, Duration srtt) {
    rtt_seen_ = srtt != 0;
    const Duration rtt = srtt != 0 ? srtt : kMillisecond;
    const double flight = static_cast<double>(window.cwnd) * mss_;
    pacing_rate_ =
        Pace(static_cast<uint64_t>(flight * kSecond / static_cast<double>(rtt)), kHighGain);
  }
  void SetPace(const CongestionWindow& window, const PathSample& s) {
    if (!rtt_seen_ && s.srtt != 0) PaceByRoundTrip(window, s.srtt);
    const uint64_t rate = Pace(bandwidth_.Get(), pacing_gain_);
    if (full_pipe_ || rate > pacing_rate_) pacing_rate_ = std::max<uint64_t>(rate, 1);
  }

  void SaveWindow(const CongestionWindow& window) {
    if (state_ < TcpCaState::kRecovery && mode_ != Mode::kProbeRtt) {
      saved_window_ = window.cwnd;
    } else {
      saved_window_ = std::max(saved_window_, window.cwnd);
    }
  }

  // Whether recovery says what the window is: in its first round one segment goes out for each that
  // arrives; when it is over the window is that of before.
  bool Recover(CongestionWindow& window, const PathSample& s, uint32_t acked) {
    const uint32_t lost = s.lost / mss_;
    if (lost != 0) window.cwnd = window.cwnd > lost ? window.cwnd - lost : 1;
    const uint32_t in_flight = (s.in_flight + mss_ - 1) / mss_;
    if (s.state == TcpCaState::kRecovery && state_ != TcpCaState::kRecovery) {
      conserve_ = true;
      next_round_delivered_ = s.delivered;
      window.cwnd = in_flight + acked;
    } else if (state_ >= TcpCaState::kRecovery && s.state < TcpCaState::kRecovery) {
      window.cwnd = std::max(window.cwnd, saved_window_);
      conserve_ = false;
    }
    if (conserve_) window.cwnd = std::max(window.cwnd, in_flight + acked);
    return conserve_;
  }

  void SetWindow(CongestionWindow& window, const PathSample& s) {
    const uint32_t acked = (s.acked + mss_ - 1) / mss_;
    if (acked != 0 && !Recover(window, s, acked)) {
      uint64_t bytes = Product(bandwidth_.Get(), window_gain_);
      if (full_pipe_) {
        const auto most = static_cast<uint64_t>(static_cast<double>(bandwidth_.Get()) *
                                                kAggregationMost / kSecond);
        bytes += std::min(extra_acked_.Get(), most);
      }
      const uint32_t target = Segments(bytes);
      if (full_pipe_) {
        window.cwnd = std::min(window.cwnd + acked, target);
      } else if (window.cwnd < target || s.delivered < uint64_t{kInitialWindow} * mss_) {
        window.cwnd += acked;
      }
      window.cwnd = std::max(window.cwnd, kMinWindow);
    }
    window.cwnd = std::min(window.cwnd, window.cwnd_clamp);
    if (mode_ == Mode::kProbeRtt) window.cwnd = std::min(window.cwnd, kMinWindow);
  }

  Mode mode_ = Mode::kStartup;
  TcpCaState state_ = TcpCaState::kOpen;  // Of the last acknowledgement.
  bool round_start_ = false, conserve_ = false, full_pipe_ = false, idle_restart_ = false;
  bool rtt_seen_ = false, timed_out_ = false, probe_rtt_round_ = false;
  uint8_t full_rounds_ = 0;
  uint32_t mss_ = 536, random_ = 1, saved_window_ = 0;
  size_t phase_ = 0;
  Time phase_since_ = 0, min_rtt_at_ = 0, probe_rtt_until_ = 0, aggregation_since_ = 0;
  Duration min_rtt_ = 0;  // 0: not known
  uint64_t round_ = 0, next_round_delivered_ = 0, full_bandwidth_ = 0;
  uint64_t pacing_rate_ = 0, aggregation_acked_ = 0;
  double pacing_gain_ = 0, window_gain_ = 0;  // Of the first acknowledgement on.
  RoundMax<10> bandwidth_, extra_acked_;
};

}  // namespace

std::unique_ptr<CongestionControl> MakeBbr() {
  return std::make_unique<Bbr>();
}

}  // namespace netstack

// Reno (RFC 5681) and CUBIC (RFC 9438) with HyStart++ (RFC 9406).
#include "netstack/tcp/congestion.h"

#include <cmath>

namespace netstack {
namespace {

class Reno final : public CongestionControl {
 public:
  std::string_view name() const override { return "reno"; }
  void OnAck(CongestionWindow& window, const AckSample& sample) override {
    uint32_t acked = sample.acked;
    if (window.InSlowStart()) acked = window.SlowStart(acked);
    if (acked != 0) window.AdditiveIncrease(window.cwnd, acked);
  }
  uint32_t SlowStartThreshold(const CongestionWindow& window, Time) override {
    return std::max(window.cwnd / 2, 2u);
  }
};

// RFC 9406: leave slow start when round trips grow longer, before something is lost.
class HyStart {
 public:
  void Reset() { *this = HyStart(); }
  bool conservative() const { return css_rounds_ != 0; }

  // Returns true when slow start should end.
  bool OnSample(const AckSample& sample) {
    if (sample.round_start) {
      last_min_ = current_min_;
      current_min_ = 0;
      samples_ = 0;
      if (conservative() && ++css_rounds_ > kCssRounds) return true;
    }
    if (sample.rtt_sample == 0) return false;
    samples_++;
    current_min_ =
        current_min_ == 0 ? sample.rtt_sample : std::min(current_min_, sample.rtt_sample);
    if (samples_ < kMinSamples || last_min_ == 0) return false;
    const Duration thresh = std::clamp(last_min_ / 8, kMinThresh, kMaxThresh);
    if (!conservative()) {
      if (current_min_ >= last_min_ + thresh) {
        css_baseline_ = current_min_;
        css_rounds_ = 1;
      }
    } else if (current_min_ < css_baseline_) {
      css_rounds_ = 0;  // It was noise.
    }
    return false;
  }

 private:
  static constexpr Duration kMinThresh = 4 * kMillisecond, kMaxThresh = 16 * kMillisecond;
  static constexpr int kMinSamples = 8, kCssRounds = 5;
  Duration last_min_ = 0, current_min_ = 0, css_baseline_ = 0;
  int samples_ = 0, css_rounds_ = 0;
};

class Cubic final : public CongestionControl {
 public:
  std::string_view name() const override { return "cubic"; }

  void OnSample(CongestionWindow& window, const AckSample& sample) override {
    if (window.InSlowStart() && hystart_.OnSample(sample)) {
      window.ssthresh = window.cwnd;
    }
  }

  void OnAck(CongestionWindow& window, const AckSample& sample) override {
    uint32_t acked = sample.acked;
    if (window.InSlowStart()) {
      if (hystart_.conservative()) {
        window.AdditiveIncrease(kCssDivisor, acked);
        return;
      }
      acked = window.SlowStart(acked);
      if (acked == 0) return;
    }
    Avoid(window, sample, acked);
  }

  uint32_t SlowStartThreshold(const CongestionWindow& window, Time) override {
    epoch_ = 0;
    const auto cwnd = static_cast<double>(window.cwnd);
    // Fast convergence: leave room for newcomers.
    prior_max_ = last_max_;
    last_max_ = cwnd < last_max_ ? cwnd * (1 + kBeta) / 2 : cwnd;
    return std::max(static_cast<uint32_t>(cwnd * kBeta), 2u);
  }
  void OnTimeout(Time) override {
    epoch_ = 0;
    hystart_.Reset();
  }
  void OnUndo() override {
    last_max_ = std::max(last_max_, prior_max_);
    epoch_ = 0;
  }
  void OnIdleRestart(Time) override { epoch_ = 0; }

 private:
  static constexpr double kC = 0.4, kBeta = 0.7;
  static constexpr uint32_t kCssDivisor = 4;

  void Avoid(CongestionWindow& window, const AckSample& sample, uint32_t acked) {
    const auto cwnd = static_cast<double>(window.cwnd);
    if (epoch_ == 0) {
      epoch_ = sample.now;
      if (cwnd < last_max_) {
        k_ = std::cbrt((last_max_ - cwnd) / kC);
        origin_ = last_max_;
      } else {
        k_ = 0;
        origin_ = cwnd;
      }
      estimate_ = cwnd;
    }
    const Duration rtt = sample.rtt != nullptr ? sample.rtt->srtt() : 0;
    const double t = static_cast<double>(sample.now - epoch_ + rtt) / static_cast<double>(kSecond);
    const double delta = t - k_;
    double target = origin_ + kC * delta * delta * delta;
    target = std::clamp(target, cwnd, 1.5 * cwnd);
    // RFC 9438 section 4.3: at least as fast as Reno would be.
    const double alpha = estimate_ >= last_max_ ? 1.0 : 3 * (1 - kBeta) / (1 + kBeta);
    estimate_ += alpha * acked / cwnd;
    target = std::max(target, estimate_);
    const double per = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
    window.AdditiveIncrease(static_cast<uint32_t>(std::clamp(per, 2.0, 1e6)), acked);
  }

  Time epoch_ = 0;
  double last_max_ = 0, prior_max_ = 0, k_ = 0, origin_ = 0, estimate_ = 0;
  HyStart hystart_;
};

}  // namespace

std::unique_ptr<CongestionControl> MakeCongestionControl(std::string_view name) {
  if (name == "cubic") return std::make_unique<Cubic>();
  if (name == "reno") return std::make_unique<Reno>();
  if (name == "bbr") return MakeBbr();
  return nullptr;
}

std::string_view CongestionNames() {
  return "reno cubic bbr";
}

bool NamesCongestion(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const size_t end = std::min(names.find(' '), names.size());
    if (end != 0 && names.substr(0, end) == name) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

}  // namespace netstack

// RttEstimator: round-trip times and the retransmission timeout (RFC 6298), with Linux's floor of
// 200 ms over the smoothed time.
#pragma once

#include <algorithm>

#include "netstack/stack/environment.h"

namespace netstack {

inline constexpr Duration kMinRto = 200 * kMillisecond, kMaxRto = 120 * kSecond,
                          kInitialRto = kSecond;

class RttEstimator {
 public:
  void Sample(Duration rtt, Time now) {
    rtt = std::max<Duration>(rtt, 1000);
    if (srtt_ == 0) {
      srtt_ = rtt;
      rttvar_ = rtt / 2;
    } else {
      const Duration delta = rtt > srtt_ ? rtt - srtt_ : srtt_ - rtt;
      rttvar_ = (3 * rttvar_ + delta) / 4;
      srtt_ = (7 * srtt_ + rtt) / 8;
    }
    latest_ = rtt;
    // The least of the last five minutes (tcp_min_rtt_wlen).
    if (min_ == 0 || rtt <= min_ || now - min_at_ > 300 * kSecond) {
      min_ = rtt;
      min_at_ = now;
    }
  }
  Duration Rto() const {
    if (srtt_ == 0) return kInitialRto;
    return std::min(srtt_ + std::max(4 * rttvar_, kMinRto), kMaxRto);
  }
  Duration srtt() const { return srtt_; }
  Duration rttvar() const { return rttvar_; }
  Duration min() const { return min_; }
  Duration latest() const { return latest_; }
  bool known() const { return srtt_ != 0; }

 private:
  Duration srtt_ = 0, rttvar_ = 0, min_ = 0, latest_ = 0;
  Time min_at_ = 0;
};

}  // namespace netstack

// CongestionControl: how the congestion window grows and shrinks (RFC 5681).  Windows are counted
// in segments; recovery itself (what is lost, PRR) is not its business.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "netstack/tcp/rtt.h"

namespace netstack {

struct CongestionWindow {
  uint32_t cwnd = 10;  // RFC 6928
  uint32_t ssthresh = 0x7fffffff;
  uint32_t cwnd_count = 0;  // Of what has been acknowledged towards the next segment of growth.
  uint32_t cwnd_clamp = 0x7fffffff;

  bool InSlowStart() const { return cwnd < ssthresh; }
  // RFC 5681 section 3.1 with byte counting: what is left of `acked` when slow start ends.
  uint32_t SlowStart(uint32_t acked) {
    const uint32_t target = std::min(cwnd + acked, ssthresh);
    acked -= target - cwnd;
    cwnd = std::min(target, cwnd_clamp);
    return acked;
  }
  // One segment per `per` acknowledged.
  void AdditiveIncrease(uint32_t per, uint32_t acked) {
    per = std::max(per, 1u);
    cwnd_count += acked;
    if (cwnd_count >= per) {
      cwnd = std::min(cwnd + cwnd_count / per, cwnd_clamp);
      cwnd_count %= per;
    }
  }
};

struct AckSample {
  Time now = 0;
  uint32_t acked = 0;  // segments newly delivered
  uint32_t in_flight = 0;
  const RttEstimator* rtt = nullptr;
  Duration rtt_sample = 0;  // 0: none
  bool round_start = false;
};

class CongestionControl {
 public:
  virtual ~CongestionControl() = default;
  virtual std::string_view name() const = 0;
  // An acknowledgement outside of recovery while the window was used in full.
  virtual void OnAck(CongestionWindow& window, const AckSample& sample) = 0;
  // Every acknowledgement, for those who measure.
  virtual void OnSample(CongestionWindow&, const AckSample&) {}
  // The threshold after a loss.
  virtual uint32_t SlowStartThreshold(const CongestionWindow& window, Time now) = 0;
  virtual void OnTimeout(Time) {}
  virtual void OnUndo() {}
  virtual void OnIdleRestart(Time) {}
};

// Null: no such name.  "cubic", "reno".
std::unique_ptr<CongestionControl> MakeCongestionControl(std::string_view name);
// All names, separated by blanks: tcp_available_congestion_control.
std::string_view CongestionNames();

}  // namespace netstack

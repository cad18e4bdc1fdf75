// CongestionControl: how the congestion window grows and shrinks (RFC 5681).  Windows are counted
// in segments.  There are two kinds: those that react to losses leave recovery (what is lost, PRR)
// to the endpoint; those that model the path set window and pace with every acknowledgement.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "netstack/tcp/rtt.h"
#include "netstack/tcp/tcp_info.h"

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

// How fast the path delivered what one acknowledgement is about
// (draft-cheng-iccrg-delivery-rate-estimation).
struct RateSample {
  uint64_t delivered = 0;  // Bytes, within `interval`.
  Duration interval = 0;   // 0: no rate can be told.
  // Of the latest sent segment among those that have arrived: how much had been delivered when it
  // was sent, and when that was (0: nothing has arrived).
  uint64_t prior_delivered = 0;
  Time prior_at = 0;
  Duration send_elapsed = 0;
  bool app_limited = false;  // Then the path may be faster.
};

// All that one acknowledgement says to who models the path.  Bytes.
struct PathSample {
  Time now = 0;
  RateSample rate;
  uint64_t delivered = 0;  // Since the connection began.
  uint32_t acked = 0, lost = 0;
  uint32_t in_flight = 0, prior_in_flight = 0;
  uint32_t mss = 0;
  Duration rtt = 0, srtt = 0, min_rtt = 0;  // 0: not known
  bool delayed_ack = false;  // The round-trip time may hold what the receiver waited.
  TcpCaState state = TcpCaState::kOpen;
};

// Words of TCP_CC_INFO (struct tcp_bbr_info).
using CongestionInfo = std::array<uint32_t, 5>;

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

  // --- those that model the path ---
  // Whether it is one: then OnPath() comes instead of OnSample() and OnAck(), and sending is paced.
  virtual bool Models() const { return false; }
  // The connection is there, or this takes over; `random` is for choices that must not be the same
  // everywhere.
  virtual void OnStart(CongestionWindow&, const PathSample&, uint32_t /*random*/) {}
  virtual void OnPath(CongestionWindow&, const PathSample&) {}
  // Data goes out while nothing is under way, after a time without data.
  virtual void OnResume(Time) {}
  // Bytes per second; 0: what the window makes of it.
  virtual uint64_t pacing_rate() const { return 0; }
  // Whether it sends less than it could, so that rates prove nothing.
  virtual bool HoldsBack() const { return false; }
  // TCP_CC_INFO: how many words of `info` it has filled.
  virtual size_t Describe(CongestionInfo& /*info*/) const { return 0; }
};

// Null: no such name.
std::unique_ptr<CongestionControl> MakeCongestionControl(std::string_view name);
std::unique_ptr<CongestionControl> MakeBbr();
// All names, separated by blanks: tcp_available_congestion_control.
std::string_view CongestionNames();
// Whether `name` is among `names`, which are separated by blanks.
bool NamesCongestion(std::string_view names, std::string_view name);

}  // namespace netstack

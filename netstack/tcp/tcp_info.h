// What a TCP connection tells of itself: TCP_INFO of tcp(7), with the names of struct tcp_info, and
// the few figures that ss(8) and /proc/net/tcp show besides.
#pragma once

#include <cstdint>

namespace netstack {

// The numbers of Linux (tcp_states.h).
enum class TcpState : uint8_t {
  kEstablished = 1,
  kSynSent = 2,
  kSynRecv = 3,
  kFinWait1 = 4,
  kFinWait2 = 5,
  kTimeWait = 6,
  kClose = 7,
  kCloseWait = 8,
  kLastAck = 9,
  kListen = 10,
  kClosing = 11,
};

// TCP_CA_*
enum class TcpCaState : uint8_t { kOpen = 0, kDisorder = 1, kCwr = 2, kRecovery = 3, kLoss = 4 };

// Times in microseconds unless the name says _ms; TCPI_OPT_* in `options`.
struct TcpInfo {
  uint8_t state = 0, ca_state = 0, retransmits = 0, probes = 0, backoff = 0, options = 0;
  uint8_t snd_wscale = 0, rcv_wscale = 0;
  bool delivery_rate_app_limited = false;
  uint8_t fastopen_client_fail = 0;
  uint32_t rto = 0, ato = 0, snd_mss = 0, rcv_mss = 0;
  uint32_t unacked = 0, sacked = 0, lost = 0, retrans = 0, fackets = 0;  // segments
  uint32_t last_data_sent_ms = 0, last_ack_sent_ms = 0, last_data_recv_ms = 0, last_ack_recv_ms = 0;
  uint32_t pmtu = 0, rcv_ssthresh = 0, rtt = 0, rttvar = 0, snd_ssthresh = 0, snd_cwnd = 0;
  uint32_t advmss = 0, reordering = 0, rcv_rtt = 0, rcv_space = 0, total_retrans = 0;
  uint64_t pacing_rate = 0, max_pacing_rate = 0, bytes_acked = 0, bytes_received = 0;
  uint32_t segs_out = 0, segs_in = 0, notsent_bytes = 0, min_rtt = 0;
  uint32_t data_segs_in = 0, data_segs_out = 0;
  uint64_t delivery_rate = 0, busy_time = 0, rwnd_limited = 0, sndbuf_limited = 0;
  uint32_t delivered = 0, delivered_ce = 0;
  uint64_t bytes_sent = 0, bytes_retrans = 0;
  uint32_t dsack_dups = 0, reord_seen = 0, rcv_ooopack = 0, snd_wnd = 0, rcv_wnd = 0, rehash = 0;
};
inline constexpr uint8_t kTcpiOptTimestamps = 1, kTcpiOptSack = 2, kTcpiOptWscale = 4,
                         kTcpiOptEcn = 8, kTcpiOptEcnSeen = 16, kTcpiOptSynData = 32;

// One row of /proc/net/tcp or of sock_diag's dump.
struct TcpRow {
  uint64_t cookie = 0;
  int family = 0;
  uint8_t state = 0;
  bool v6only = false;
  uint32_t uid = 0, ifindex = 0;
  uint32_t rx_queue = 0, tx_queue = 0;  // Listeners: connections to accept, and the backlog.
  uint8_t timer = 0;  // 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 zero-window probe
  uint32_t timer_ms = 0;
  uint8_t retransmits = 0, probes = 0;
};

}  // namespace netstack

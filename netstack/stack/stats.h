// Counters by the names of /proc/net/snmp, netstat and snmp6 (RFC 4293, RFC 4022, RFC 4113).
#pragma once

#include <cstdint>

namespace netstack {

struct IpStats {
  uint64_t in_receives = 0, in_hdr_errors = 0, in_addr_errors = 0, forw_datagrams = 0;
  uint64_t in_unknown_protos = 0, in_discards = 0, in_delivers = 0, in_truncated = 0;
  uint64_t in_no_routes = 0, in_too_big = 0;
  uint64_t out_requests = 0, out_discards = 0, out_no_routes = 0;
  uint64_t reasm_timeout = 0, reasm_reqds = 0, reasm_oks = 0, reasm_fails = 0;
  uint64_t frag_oks = 0, frag_fails = 0, frag_creates = 0;
  uint64_t in_mcast = 0, out_mcast = 0, in_bcast = 0, out_bcast = 0;
  uint64_t in_octets = 0, out_octets = 0, in_csum_errors = 0;
};

struct IcmpStats {
  uint64_t in_msgs = 0, in_errors = 0, in_csum_errors = 0, out_msgs = 0, out_errors = 0;
  uint64_t out_rate_limit_global = 0, out_rate_limit_host = 0;
  uint64_t in_type[256] = {}, out_type[256] = {};
};

struct UdpStats {
  uint64_t in_datagrams = 0, no_ports = 0, in_errors = 0, out_datagrams = 0;
  uint64_t rcvbuf_errors = 0, sndbuf_errors = 0, in_csum_errors = 0, ignored_multi = 0;
};

struct TcpStats {
  // Tcp:
  uint64_t active_opens = 0, passive_opens = 0, attempt_fails = 0, estab_resets = 0;
  uint64_t curr_estab = 0, in_segs = 0, out_segs = 0, retrans_segs = 0, in_errs = 0, out_rsts = 0;
  uint64_t in_csum_errors = 0;
  // TcpExt:
  uint64_t syncookies_sent = 0, syncookies_recv = 0, syncookies_failed = 0, embryonic_rsts = 0;
  uint64_t time_wait = 0, time_wait_recycled = 0, paws_active = 0, paws_estab = 0;
  uint64_t delayed_acks = 0, delayed_ack_lost = 0, listen_overflows = 0, listen_drops = 0;
  uint64_t sack_recovery = 0, reno_recovery = 0, fast_retrans = 0, slow_start_retrans = 0;
  uint64_t timeouts = 0, loss_probes = 0, loss_probe_recovery = 0, spurious_rtos = 0, loss_undo = 0;
  uint64_t dsack_old_sent = 0, dsack_ofo_sent = 0, dsack_recv = 0, dsack_ofo_recv = 0;
  uint64_t abort_on_data = 0, abort_on_close = 0, abort_on_memory = 0, abort_on_timeout = 0;
  uint64_t abort_on_linger = 0, challenge_ack = 0, syn_challenge = 0, rcv_pruned = 0;
  uint64_t ofo_queue = 0, ofo_drop = 0, ofo_merge = 0, keep_alive = 0, win_probe = 0;
  uint64_t fastopen_active = 0, fastopen_active_fail = 0, fastopen_passive = 0;
  uint64_t fastopen_passive_fail = 0, fastopen_listen_overflow = 0, fastopen_cookie_reqd = 0;
  uint64_t from_zero_window = 0, to_zero_window = 0;
  uint64_t tcp_timeout_rehash = 0, rcv_coalesce = 0, delivered = 0, delivered_ce = 0;
  uint64_t backlog_drop = 0, req_q_full_drop = 0, req_q_full_cookies = 0;
};

struct LinkStats {
  uint64_t rx_packets = 0, rx_bytes = 0, rx_errors = 0, rx_dropped = 0, multicast = 0;
  uint64_t tx_packets = 0, tx_bytes = 0, tx_errors = 0, tx_dropped = 0;
};

struct Stats {
  IpStats ip4, ip6;
  IcmpStats icmp4, icmp6;
  UdpStats udp4, udp6, udplite4, udplite6;
  TcpStats tcp;
};

}  // namespace netstack

// What /proc/sys/net sets, by its names there (ip(7), tcp(7), Linux's ip-sysctl).  Live: a change
// counts from the next use on.  The owner validates before it writes.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace netstack {

struct Sysctl {
  // net.ipv4, both families
  int ip_default_ttl = 64;
  bool ip_forward = false;
  bool ip_nonlocal_bind = false;
  uint16_t ip_local_port_range[2] = {32768, 60999};
  uint16_t ip_unprivileged_port_start = 1024;  // Enforced by the socket layer (EACCES).
  int ip_no_pmtu_disc = 0;
  int ipfrag_time = 30;                  // seconds
  int64_t ipfrag_high_thresh = 4 << 20;  // bytes of fragments held, all together
  int icmp_ratelimit = 1000;             // milliseconds per message to one target
  int icmp_ratemask = 6168;
  int icmp_msgs_per_sec = 1000, icmp_msgs_burst = 50;
  bool icmp_echo_ignore_all = false, icmp_echo_ignore_broadcasts = true;
  int64_t ping_group_range[2] = {1, 0};  // Enforced by the socket layer.
  int udp_rmem_min = 4096, udp_wmem_min = 4096;
  // net.core
  int32_t rmem_default = 212992, rmem_max = 212992, wmem_default = 212992, wmem_max = 212992;
  int somaxconn = 4096;
  int optmem_max = 20480;
  // net.ipv4.tcp_*
  int32_t tcp_rmem[3] = {4096, 131072, 6291456};
  int32_t tcp_wmem[3] = {4096, 16384, 4194304};
  std::string tcp_congestion_control = "cubic";
  // For who has no privilege; enforced by the socket layer (EPERM).
  std::string tcp_allowed_congestion_control = "reno cubic";
  bool tcp_window_scaling = true, tcp_timestamps = true, tcp_sack = true, tcp_dsack = true;
  bool tcp_moderate_rcvbuf = true, tcp_slow_start_after_idle = true;
  bool tcp_abort_on_overflow = false, tcp_rfc1337 = false, tcp_no_metrics_save = true;
  // 0 never; 1 ask and accept, 2 accept; accurate ECN as well: 3 ask for it and accept, 4 ask for
  // the older, 5 accept.
  int tcp_ecn = 2;
  int tcp_syncookies = 1;  // 0 never, 1 when the queue overflows, 2 always
  // 1: clients; 2: servers; 4: clients without a cookie; 0x200: servers without one; 0x400: all
  // listeners.
  int tcp_fastopen = 1;
  int tcp_syn_retries = 6, tcp_synack_retries = 5, tcp_retries1 = 3, tcp_retries2 = 15;
  int tcp_orphan_retries = 0;
  int tcp_keepalive_time = 7200, tcp_keepalive_intvl = 75, tcp_keepalive_probes = 9;
  int tcp_fin_timeout = 60;
  int tcp_max_syn_backlog = 512, tcp_max_tw_buckets = 16384, tcp_max_orphans = 16384;
  int tcp_tw_reuse = 2;  // 0 never, 1 always, 2 on loopback
  int tcp_adv_win_scale = 1;
  int tcp_base_mss = 1024, tcp_min_snd_mss = 48;
  int tcp_recovery = 1, tcp_early_retrans = 3, tcp_frto = 2, tcp_reordering = 3;
  int tcp_challenge_ack_limit = 1000;
  int tcp_notsent_lowat = -1;
  int tcp_autocorking = 1, tcp_limit_output_bytes = 1048576;
  // net.netfilter: the table's size, and seconds
  int nf_conntrack_max = 65536;
  int nf_conntrack_generic_timeout = 600, nf_conntrack_icmp_timeout = 30;
  int nf_conntrack_icmpv6_timeout = 30;
  int nf_conntrack_udp_timeout = 30, nf_conntrack_udp_timeout_stream = 120;
  int nf_conntrack_tcp_timeout_syn_sent = 120, nf_conntrack_tcp_timeout_syn_recv = 60;
  int nf_conntrack_tcp_timeout_established = 432000, nf_conntrack_tcp_timeout_fin_wait = 120;
  int nf_conntrack_tcp_timeout_close_wait = 60, nf_conntrack_tcp_timeout_last_ack = 30;
  int nf_conntrack_tcp_timeout_time_wait = 120, nf_conntrack_tcp_timeout_close = 10;
  bool nf_conntrack_tcp_loose = true;
  // net.ipv6
  bool ipv6_bindv6only = false;
  bool ipv6_forwarding = false;
  int ipv6_accept_ra = 1;  // 2: of routers too
  bool ipv6_autoconf = true;
  int ipv6_accept_dad = 1, ipv6_dad_transmits = 1;
  int ipv6_router_solicitations = -1;  // -1: without end
  int ipv6_hop_limit = 64;
  bool ipv6_auto_flowlabels = true;
};

}  // namespace netstack

// The settings of /proc/sys/net that the TCP/IP stack heeds.
#include <cstdlib>
#include <sstream>

#include "sentry/boot/network_files.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

// Those of the namespace of who reads or writes.
netstack::Sysctl& SysctlsOf(Kernel& kernel) {
  return InetStack::Of(kernel, Networks::Current(kernel)).stack().sysctl();
}

template <typename T>
std::string Join(const T* values, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : "\t") + std::to_string(values[i]);
  return text;
}

// Binds `count` numbers in a row.
template <typename T, typename Find>
void BindNumbers(Kernel& kernel, const char* path, size_t count, Find find) {
  kernel.Get<Sysctls>().Bind(
      path, [&kernel, find, count] { return Join(find(SysctlsOf(kernel)), count); },
      [&kernel, find, count](std::string_view text) -> Result<void> {
        std::istringstream in{std::string(text)};
        T* to = find(SysctlsOf(kernel));
        int64_t number;
        for (size_t i = 0; i < count && in >> number; ++i) to[i] = static_cast<T>(number);
        return {};
      });
}

#define NUMBER(path, field)                                       \
  BindNumbers<decltype(netstack::Sysctl::field)>(kernel, path, 1, \
                                                 [](netstack::Sysctl& s) { return &s.field; })
#define NUMBERS(path, field)                                            \
  BindNumbers<std::remove_extent_t<decltype(netstack::Sysctl::field)>>( \
      kernel, path, std::extent_v<decltype(netstack::Sysctl::field)>,   \
      [](netstack::Sysctl& s) { return s.field; })

void BindIp(Kernel& kernel) {
  NUMBER("net/core/somaxconn", somaxconn);
  NUMBER("net/core/rmem_default", rmem_default);
  NUMBER("net/core/wmem_default", wmem_default);
  NUMBER("net/core/rmem_max", rmem_max);
  NUMBER("net/core/wmem_max", wmem_max);
  NUMBER("net/core/optmem_max", optmem_max);
  NUMBER("net/ipv4/ip_default_ttl", ip_default_ttl);
  NUMBER("net/ipv4/ip_forward", ip_forward);
  NUMBER("net/ipv4/ip_nonlocal_bind", ip_nonlocal_bind);
  NUMBERS("net/ipv4/ip_local_port_range", ip_local_port_range);
  NUMBER("net/ipv4/ip_unprivileged_port_start", ip_unprivileged_port_start);
  NUMBER("net/ipv4/ip_no_pmtu_disc", ip_no_pmtu_disc);
  NUMBER("net/ipv4/icmp_echo_ignore_all", icmp_echo_ignore_all);
  NUMBER("net/ipv4/icmp_echo_ignore_broadcasts", icmp_echo_ignore_broadcasts);
  NUMBERS("net/ipv4/ping_group_range", ping_group_range);
  NUMBER("net/ipv4/udp_rmem_min", udp_rmem_min);
  NUMBER("net/ipv4/udp_wmem_min", udp_wmem_min);
  NUMBER("net/ipv6/bindv6only", ipv6_bindv6only);
  NUMBER("net/ipv6/conf/all/forwarding", ipv6_forwarding);
  // Of devices that come up.
  NUMBER("net/ipv6/conf/default/accept_ra", ipv6_accept_ra);
  NUMBER("net/ipv6/conf/default/autoconf", ipv6_autoconf);
  NUMBER("net/ipv6/conf/default/accept_dad", ipv6_accept_dad);
  NUMBER("net/ipv6/conf/default/dad_transmits", ipv6_dad_transmits);
  NUMBER("net/ipv6/conf/default/router_solicitations", ipv6_router_solicitations);
}

void BindTcp(Kernel& kernel) {
  NUMBERS("net/ipv4/tcp_rmem", tcp_rmem);
  NUMBERS("net/ipv4/tcp_wmem", tcp_wmem);
  NUMBER("net/ipv4/tcp_window_scaling", tcp_window_scaling);
  NUMBER("net/ipv4/tcp_timestamps", tcp_timestamps);
  NUMBER("net/ipv4/tcp_sack", tcp_sack);
  NUMBER("net/ipv4/tcp_dsack", tcp_dsack);
  NUMBER("net/ipv4/tcp_moderate_rcvbuf", tcp_moderate_rcvbuf);
  NUMBER("net/ipv4/tcp_slow_start_after_idle", tcp_slow_start_after_idle);
  NUMBER("net/ipv4/tcp_abort_on_overflow", tcp_abort_on_overflow);
  NUMBER("net/ipv4/tcp_rfc1337", tcp_rfc1337);
  NUMBER("net/ipv4/tcp_no_metrics_save", tcp_no_metrics_save);
  NUMBER("net/ipv4/tcp_ecn", tcp_ecn);
  NUMBER("net/ipv4/tcp_syncookies", tcp_syncookies);
  NUMBER("net/ipv4/tcp_syn_retries", tcp_syn_retries);
  NUMBER("net/ipv4/tcp_synack_retries", tcp_synack_retries);
  NUMBER("net/ipv4/tcp_retries1", tcp_retries1);
  NUMBER("net/ipv4/tcp_retries2", tcp_retries2);
  NUMBER("net/ipv4/tcp_orphan_retries", tcp_orphan_retries);
  NUMBER("net/ipv4/tcp_keepalive_time", tcp_keepalive_time);
  NUMBER("net/ipv4/tcp_keepalive_intvl", tcp_keepalive_intvl);
  NUMBER("net/ipv4/tcp_keepalive_probes", tcp_keepalive_probes);
  NUMBER("net/ipv4/tcp_fin_timeout", tcp_fin_timeout);
  NUMBER("net/ipv4/tcp_max_syn_backlog", tcp_max_syn_backlog);
  NUMBER("net/ipv4/tcp_max_tw_buckets", tcp_max_tw_buckets);
  NUMBER("net/ipv4/tcp_max_orphans", tcp_max_orphans);
  NUMBER("net/ipv4/tcp_tw_reuse", tcp_tw_reuse);
  NUMBER("net/ipv4/tcp_base_mss", tcp_base_mss);
  NUMBER("net/ipv4/tcp_reordering", tcp_reordering);
  NUMBER("net/ipv4/tcp_frto", tcp_frto);
  kernel.Get<Sysctls>().Bind(
      "net/ipv4/tcp_fastopen", [&kernel] { return std::to_string(SysctlsOf(kernel).tcp_fastopen); },
      [&kernel](std::string_view text) -> Result<void> {
        SysctlsOf(kernel).tcp_fastopen = std::atoi(std::string(text).c_str());
        return {};
      });
  kernel.Get<Sysctls>().Bind(
      "net/ipv4/tcp_congestion_control",
      [&kernel] { return SysctlsOf(kernel).tcp_congestion_control; },
      [&kernel](std::string_view text) -> Result<void> {
        if (!netstack::NamesCongestion(netstack::CongestionNames(), text)) return Errno(ENOENT);
        netstack::Sysctl& sysctls = SysctlsOf(kernel);
        sysctls.tcp_congestion_control = text;
        // What is the default may be asked for by everybody.
        std::string& allowed = sysctls.tcp_allowed_congestion_control;
        if (!netstack::NamesCongestion(allowed, text)) allowed += " " + std::string(text);
        return {};
      });
  kernel.Get<Sysctls>().Bind(
      "net/ipv4/tcp_allowed_congestion_control",
      [&kernel] { return SysctlsOf(kernel).tcp_allowed_congestion_control; },
      [&kernel](std::string_view text) -> Result<void> {
        std::istringstream in{std::string(text)};
        std::string allowed, name;
        while (in >> name) {
          if (!netstack::NamesCongestion(netstack::CongestionNames(), name)) return Errno(ENOENT);
          allowed += (allowed.empty() ? "" : " ") + name;
        }
        SysctlsOf(kernel).tcp_allowed_congestion_control = allowed;
        return {};
      });
}

void BindNetfilter(Kernel& kernel) {
  NUMBER("net/netfilter/nf_conntrack_max", nf_conntrack_max);
  NUMBER("net/netfilter/nf_conntrack_generic_timeout", nf_conntrack_generic_timeout);
  NUMBER("net/netfilter/nf_conntrack_icmp_timeout", nf_conntrack_icmp_timeout);
  NUMBER("net/netfilter/nf_conntrack_icmpv6_timeout", nf_conntrack_icmpv6_timeout);
  NUMBER("net/netfilter/nf_conntrack_udp_timeout", nf_conntrack_udp_timeout);
  NUMBER("net/netfilter/nf_conntrack_udp_timeout_stream", nf_conntrack_udp_timeout_stream);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_syn_sent", nf_conntrack_tcp_timeout_syn_sent);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_syn_recv", nf_conntrack_tcp_timeout_syn_recv);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_established",
         nf_conntrack_tcp_timeout_established);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_fin_wait", nf_conntrack_tcp_timeout_fin_wait);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_close_wait", nf_conntrack_tcp_timeout_close_wait);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_last_ack", nf_conntrack_tcp_timeout_last_ack);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_time_wait", nf_conntrack_tcp_timeout_time_wait);
  NUMBER("net/netfilter/nf_conntrack_tcp_timeout_close", nf_conntrack_tcp_timeout_close);
  NUMBER("net/netfilter/nf_conntrack_tcp_loose", nf_conntrack_tcp_loose);
  kernel.Get<Sysctls>().Bind(
      "net/netfilter/nf_conntrack_count",
      [&kernel] {
        InetStack& stack = InetStack::Of(kernel, Networks::Current(kernel));
        return std::to_string(stack.Netfilter()->Count());
      },
      [](std::string_view) -> Result<void> { return Errno(EPERM); });
}

}  // namespace

void BindNetworkSysctls(Kernel& kernel) {
  BindIp(kernel);
  BindTcp(kernel);
  BindNetfilter(kernel);
}

}  // namespace sentry

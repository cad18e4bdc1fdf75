// /proc/net/{snmp,snmp6,netstat}: the stack's counters by Linux's names.  What the stack does not
// count is 0.
#include <iterator>
#include <utility>

#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/proc_net.h"

namespace sentry {
namespace {

struct Counter {
  const char* name;
  long long value;
};

// "Group: NAMES..." and "Group: VALUES...".
void PutGroup(std::string& text, const char* group, std::span<const Counter> counters) {
  text += group;
  text += ':';
  for (const Counter& c : counters) text += std::string(" ") + c.name;
  text += '\n';
  text += group;
  text += ':';
  for (const Counter& c : counters) text += " " + std::to_string(c.value);
  text += '\n';
}

Counter Of(const char* name, uint64_t value) {
  return {name, static_cast<long long>(value)};
}

// The ICMP types that have a name in snmp (icmp(7)).
constexpr std::pair<const char*, uint8_t> kIcmpTypes[] = {
    {"DestUnreachs", 3},   {"TimeExcds", 11}, {"ParmProbs", 12},   {"SrcQuenchs", 4},
    {"Redirects", 5},      {"Echos", 8},      {"EchoReps", 0},     {"Timestamps", 13},
    {"TimestampReps", 14}, {"AddrMasks", 17}, {"AddrMaskReps", 18}};
constexpr std::pair<const char*, uint8_t> kIcmp6Types[] = {{"DestUnreachs", 1},
                                                           {"PktTooBigs", 2},
                                                           {"TimeExcds", 3},
                                                           {"ParmProblems", 4},
                                                           {"Echos", 128},
                                                           {"EchoReplies", 129},
                                                           {"GroupMembQueries", 130},
                                                           {"GroupMembResponses", 131},
                                                           {"GroupMembReductions", 132},
                                                           {"RouterSolicits", 133},
                                                           {"RouterAdvertisements", 134},
                                                           {"NeighborSolicits", 135},
                                                           {"NeighborAdvertisements", 136},
                                                           {"Redirects", 137},
                                                           {"MLDv2Reports", 143}};

void PutIcmp(std::string& text, const netstack::IcmpStats& s) {
  std::vector<std::string> names = {"InMsgs", "InErrors", "InCsumErrors"};
  std::vector<uint64_t> values = {s.in_msgs, s.in_errors, s.in_csum_errors};
  for (const auto& [name, type] : kIcmpTypes) {
    names.push_back(std::string("In") + name);
    values.push_back(s.in_type[type]);
  }
  for (const auto& [name, value] :
       {std::pair("OutMsgs", s.out_msgs), std::pair("OutErrors", s.out_errors),
        std::pair("OutRateLimitGlobal", s.out_rate_limit_global),
        std::pair("OutRateLimitHost", s.out_rate_limit_host)}) {
    names.emplace_back(name);
    values.push_back(value);
  }
  for (const auto& [name, type] : kIcmpTypes) {
    names.push_back(std::string("Out") + name);
    values.push_back(s.out_type[type]);
  }
  std::vector<Counter> counters;
  for (size_t i = 0; i < names.size(); ++i) counters.push_back(Of(names[i].c_str(), values[i]));
  PutGroup(text, "Icmp", counters);
  text += "IcmpMsg:\nIcmpMsg:\n";
}

void PutUdp(std::string& text, const char* group, const netstack::UdpStats& s) {
  const Counter all[] = {Of("InDatagrams", s.in_datagrams),
                         Of("NoPorts", s.no_ports),
                         Of("InErrors", s.in_errors),
                         Of("OutDatagrams", s.out_datagrams),
                         Of("RcvbufErrors", s.rcvbuf_errors),
                         Of("SndbufErrors", s.sndbuf_errors),
                         Of("InCsumErrors", s.in_csum_errors),
                         Of("IgnoredMulti", s.ignored_multi),
                         Of("MemErrors", 0)};
  PutGroup(text, group, all);
}

std::string Snmp(const netstack::Stats& stats, const netstack::Sysctl& sysctl) {
  std::string text;
  const netstack::IpStats& i = stats.ip4;
  const Counter ip[] = {Of("Forwarding", sysctl.ip_forward ? 1 : 2),
                        Of("DefaultTTL", static_cast<uint64_t>(sysctl.ip_default_ttl)),
                        Of("InReceives", i.in_receives),
                        Of("InHdrErrors", i.in_hdr_errors),
                        Of("InAddrErrors", i.in_addr_errors),
                        Of("ForwDatagrams", i.forw_datagrams),
                        Of("InUnknownProtos", i.in_unknown_protos),
                        Of("InDiscards", i.in_discards),
                        Of("InDelivers", i.in_delivers),
                        Of("OutRequests", i.out_requests),
                        Of("OutDiscards", i.out_discards),
                        Of("OutNoRoutes", i.out_no_routes),
                        Of("ReasmTimeout", i.reasm_timeout),
                        Of("ReasmReqds", i.reasm_reqds),
                        Of("ReasmOKs", i.reasm_oks),
                        Of("ReasmFails", i.reasm_fails),
                        Of("FragOKs", i.frag_oks),
                        Of("FragFails", i.frag_fails),
                        Of("FragCreates", i.frag_creates),
                        Of("OutTransmits", i.out_requests)};
  PutGroup(text, "Ip", ip);
  PutIcmp(text, stats.icmp4);
  const netstack::TcpStats& t = stats.tcp;
  const Counter tcp[] = {{"RtoAlgorithm", 1},
                         {"RtoMin", 200},
                         {"RtoMax", 120000},
                         {"MaxConn", -1},
                         Of("ActiveOpens", t.active_opens),
                         Of("PassiveOpens", t.passive_opens),
                         Of("AttemptFails", t.attempt_fails),
                         Of("EstabResets", t.estab_resets),
                         Of("CurrEstab", t.curr_estab),
                         Of("InSegs", t.in_segs),
                         Of("OutSegs", t.out_segs),
                         Of("RetransSegs", t.retrans_segs),
                         Of("InErrs", t.in_errs),
                         Of("OutRsts", t.out_rsts),
                         Of("InCsumErrors", t.in_csum_errors)};
  PutGroup(text, "Tcp", tcp);
  PutUdp(text, "Udp", stats.udp4);
  PutUdp(text, "UdpLite", stats.udplite4);
  return text;
}

std::string Netstat(const netstack::Stats& stats) {
  std::string text;
  const netstack::TcpStats& t = stats.tcp;
  const Counter extended[] = {Of("SyncookiesSent", t.syncookies_sent),
                              Of("SyncookiesRecv", t.syncookies_recv),
                              Of("SyncookiesFailed", t.syncookies_failed),
                              Of("EmbryonicRsts", t.embryonic_rsts),
                              Of("PruneCalled", t.rcv_pruned),
                              Of("TW", t.time_wait),
                              Of("TWRecycled", t.time_wait_recycled),
                              Of("PAWSActive", t.paws_active),
                              Of("PAWSEstab", t.paws_estab),
                              Of("DelayedACKs", t.delayed_acks),
                              Of("DelayedACKLost", t.delayed_ack_lost),
                              Of("ListenOverflows", t.listen_overflows),
                              Of("ListenDrops", t.listen_drops),
                              Of("TCPRenoRecovery", t.reno_recovery),
                              Of("TCPSackRecovery", t.sack_recovery),
                              Of("TCPFastRetrans", t.fast_retrans),
                              Of("TCPSlowStartRetrans", t.slow_start_retrans),
                              Of("TCPTimeouts", t.timeouts),
                              Of("TCPLossProbes", t.loss_probes),
                              Of("TCPLossProbeRecovery", t.loss_probe_recovery),
                              Of("TCPBacklogDrop", t.backlog_drop),
                              Of("TCPDSACKOldSent", t.dsack_old_sent),
                              Of("TCPDSACKOfoSent", t.dsack_ofo_sent),
                              Of("TCPDSACKRecv", t.dsack_recv),
                              Of("TCPDSACKOfoRecv", t.dsack_ofo_recv),
                              Of("TCPAbortOnData", t.abort_on_data),
                              Of("TCPAbortOnClose", t.abort_on_close),
                              Of("TCPAbortOnMemory", t.abort_on_memory),
                              Of("TCPAbortOnTimeout", t.abort_on_timeout),
                              Of("TCPAbortOnLinger", t.abort_on_linger),
                              Of("TCPLossUndo", t.loss_undo),
                              Of("TCPSpuriousRTOs", t.spurious_rtos),
                              Of("TCPReqQFullDoCookies", t.req_q_full_cookies),
                              Of("TCPReqQFullDrop", t.req_q_full_drop),
                              Of("TCPRcvCoalesce", t.rcv_coalesce),
                              Of("TCPOFOQueue", t.ofo_queue),
                              Of("TCPOFODrop", t.ofo_drop),
                              Of("TCPOFOMerge", t.ofo_merge),
                              Of("TCPChallengeACK", t.challenge_ack),
                              Of("TCPSYNChallenge", t.syn_challenge),
                              Of("TCPFastOpenActive", t.fastopen_active),
                              Of("TCPFastOpenActiveFail", t.fastopen_active_fail),
                              Of("TCPFastOpenPassive", t.fastopen_passive),
                              Of("TCPFastOpenPassiveFail", t.fastopen_passive_fail),
                              Of("TCPFastOpenListenOverflow", t.fastopen_listen_overflow),
                              Of("TCPFastOpenCookieReqd", t.fastopen_cookie_reqd),
                              Of("TCPFromZeroWindowAdv", t.from_zero_window),
                              Of("TCPToZeroWindowAdv", t.to_zero_window),
                              Of("TCPKeepAlive", t.keep_alive),
                              Of("TCPWinProbe", t.win_probe),
                              Of("TCPDelivered", t.delivered),
                              Of("TCPDeliveredCE", t.delivered_ce),
                              Of("TcpTimeoutRehash", t.tcp_timeout_rehash)};
  PutGroup(text, "TcpExt", extended);
  const netstack::IpStats& i = stats.ip4;
  const Counter ip[] = {Of("InNoRoutes", i.in_no_routes),    Of("InTruncatedPkts", i.in_truncated),
                        Of("InMcastPkts", i.in_mcast),       Of("OutMcastPkts", i.out_mcast),
                        Of("InBcastPkts", i.in_bcast),       Of("OutBcastPkts", i.out_bcast),
                        Of("InOctets", i.in_octets),         Of("OutOctets", i.out_octets),
                        Of("InCsumErrors", i.in_csum_errors)};
  PutGroup(text, "IpExt", ip);
  return text;
}

void PutLine(std::string& text, const std::string& name, uint64_t value) {
  AppendText(text, "%-32s\t%lu\n", name.c_str(), value);
}

std::string Snmp6(const netstack::Stats& stats) {
  std::string text;
  const netstack::IpStats& i = stats.ip6;
  const Counter ip[] = {
      Of("InReceives", i.in_receives),       Of("InHdrErrors", i.in_hdr_errors),
      Of("InTooBigErrors", i.in_too_big),    Of("InNoRoutes", i.in_no_routes),
      Of("InAddrErrors", i.in_addr_errors),  Of("InUnknownProtos", i.in_unknown_protos),
      Of("InTruncatedPkts", i.in_truncated), Of("InDiscards", i.in_discards),
      Of("InDelivers", i.in_delivers),       Of("OutForwDatagrams", i.forw_datagrams),
      Of("OutRequests", i.out_requests),     Of("OutDiscards", i.out_discards),
      Of("OutNoRoutes", i.out_no_routes),    Of("ReasmTimeout", i.reasm_timeout),
      Of("ReasmReqds", i.reasm_reqds),       Of("ReasmOKs", i.reasm_oks),
      Of("ReasmFails", i.reasm_fails),       Of("FragOKs", i.frag_oks),
      Of("FragFails", i.frag_fails),         Of("FragCreates", i.frag_creates),
      Of("InMcastPkts", i.in_mcast),         Of("OutMcastPkts", i.out_mcast),
      Of("InOctets", i.in_octets),           Of("OutOctets", i.out_octets)};
  for (const Counter& c : ip) {
    PutLine(text, std::string("Ip6") + c.name, static_cast<uint64_t>(c.value));
  }
  const netstack::IcmpStats& m = stats.icmp6;
  PutLine(text, "Icmp6InMsgs", m.in_msgs);
  PutLine(text, "Icmp6InErrors", m.in_errors);
  PutLine(text, "Icmp6OutMsgs", m.out_msgs);
  PutLine(text, "Icmp6OutErrors", m.out_errors);
  PutLine(text, "Icmp6InCsumErrors", m.in_csum_errors);
  PutLine(text, "Icmp6OutRateLimitHost", m.out_rate_limit_host);
  for (const auto& [name, type] : kIcmp6Types) {
    PutLine(text, std::string("Icmp6In") + name, m.in_type[type]);
  }
  for (const auto& [name, type] : kIcmp6Types) {
    PutLine(text, std::string("Icmp6Out") + name, m.out_type[type]);
  }
  for (const auto& [prefix, u] :
       {std::pair<std::string, const netstack::UdpStats*>("Udp6", &stats.udp6),
        std::pair<std::string, const netstack::UdpStats*>("UdpLite6", &stats.udplite6)}) {
    PutLine(text, prefix + "InDatagrams", u->in_datagrams);
    PutLine(text, prefix + "NoPorts", u->no_ports);
    PutLine(text, prefix + "InErrors", u->in_errors);
    PutLine(text, prefix + "OutDatagrams", u->out_datagrams);
    PutLine(text, prefix + "RcvbufErrors", u->rcvbuf_errors);
    PutLine(text, prefix + "SndbufErrors", u->sndbuf_errors);
    PutLine(text, prefix + "InCsumErrors", u->in_csum_errors);
    if (prefix == "Udp6") PutLine(text, prefix + "IgnoredMulti", u->ignored_multi);
  }
  return text;
}

}  // namespace

std::string InetStack::Counters(std::string_view file) {
  if (file == "snmp") return Snmp(stack().stats(), stack().sysctl());
  if (file == "snmp6") return Snmp6(stack().stats());
  return Netstat(stack().stats());
}

}  // namespace sentry

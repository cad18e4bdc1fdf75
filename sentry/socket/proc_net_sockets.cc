// /proc/net/{tcp,udp,raw,icmp,unix,packet,sockstat} and their kin.
#include "sentry/kernel/kernel.h"
#include "sentry/socket/proc_net.h"

namespace sentry {
namespace {

#define COLUMNS "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
constexpr char kV6Heading[] =
    "  sl  local_address                         remote_address                        " COLUMNS;
constexpr size_t kTcpWidth = 149, kDatagramWidth = 127;

std::vector<InetSocketInfo> Sockets(Kernel& kernel, const Network& network) {
  SocketDiag& diag = StateOf<SocketDiag>(kernel);
  return diag.inet ? diag.inet(network) : std::vector<InetSocketInfo>();
}

void PutEnd(std::string& text, const IpAddress& address, uint16_t port) {
  for (size_t at = 0; at < address.size(); at += 4) {
    uint32_t word;
    std::memcpy(&word, address.bytes.data() + at, sizeof(word));
    AppendText(text, "%08X", word);
  }
  AppendText(text, ":%04X", port);
}

void EndLine(std::string& text, size_t start, size_t width) {
  if (text.size() - start < width) text.append(width - (text.size() - start), ' ');
  text += '\n';
}

// What all have in common, up to the inode and the reference count.
void PutRow(std::string& text, size_t number, int number_width, const InetSocketInfo& info) {
  AppendText(text, "%*zu: ", number_width, number);
  PutEnd(text, info.local, info.local_port);
  text += ' ';
  PutEnd(text, info.remote, info.remote_port);
  const bool listens = info.protocol == abi::kIpprotoTcp && info.state == abi::kTcpListen;
  const unsigned long jiffies = info.expires_ms / 10;  // USER_HZ
  AppendText(text, " %02X %08X:%08X %02X:%08lX %08X %5u %8d %lu %u %016x", info.state,
             listens ? 0 : info.send_queue, info.receive_queue, info.timer, jiffies,
             info.retransmits, info.uid, 0, info.inode, info.references, 0);
}

std::string Tcp(Kernel& kernel, const Network& network, uint16_t family) {
  std::string text =
      family == abi::kAfInet ? "  sl  local_address rem_address   " COLUMNS : kV6Heading;
  EndLine(text, 0, kTcpWidth);
  size_t number = 0;
  for (const InetSocketInfo& info : Sockets(kernel, network)) {
    if (info.protocol != abi::kIpprotoTcp || info.family != family) continue;
    if (info.state == abi::kTcpClose) continue;
    const size_t start = text.size();
    PutRow(text, number++, 4, info);
    AppendText(text, " %lu %lu %u %u %d", 100ul, 0ul, 0u, 10u,
               info.state == abi::kTcpListen ? 0 : -1);
    EndLine(text, start, kTcpWidth);
  }
  return text;
}

std::string Datagrams(Kernel& kernel, const Network& network, uint16_t family, int type) {
  const bool v4 = family == abi::kAfInet;
  const bool udp = type == abi::kIpprotoUdp || type == abi::kIpprotoUdplite;
  std::string text = udp && v4 ? " " : "";
  text += v4 ? "  sl  local_address rem_address   " COLUMNS : kV6Heading;
  text += " ref pointer drops";
  EndLine(text, 0, v4 ? kDatagramWidth : 0);
  size_t number = 0;
  for (const InetSocketInfo& info : Sockets(kernel, network)) {
    if (info.family != family) continue;
    const bool wanted = type == abi::kIpprotoRaw    ? info.raw
                        : type == abi::kIpprotoIcmp ? info.ping
                                                    : !info.raw && info.protocol == type;
    if (!wanted || (udp && info.local_port == 0)) continue;
    const size_t start = text.size();
    PutRow(text, number++, type == abi::kIpprotoRaw ? 4 : 5, info);
    AppendText(text, " %lu", info.drops);
    EndLine(text, start, v4 ? kDatagramWidth : 0);
  }
  return text;
}

std::string Tcp4(Kernel& kernel, Network& network) {
  return Tcp(kernel, network, abi::kAfInet);
}
std::string Tcp6(Kernel& kernel, Network& network) {
  return Tcp(kernel, network, abi::kAfInet6);
}
template <uint16_t kFamily, int kType>
std::string OfType(Kernel& kernel, Network& network) {
  return Datagrams(kernel, network, kFamily, kType);
}

// unix_seq_show() of Linux.
std::string Unix(Kernel& kernel, Network& network) {
  std::string text = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  SocketDiag& diag = StateOf<SocketDiag>(kernel);
  if (!diag.unix_sockets) return text;
  constexpr unsigned kAccepts = 0x10000;                // __SO_ACCEPTCON
  constexpr unsigned kUnconnected = 1, kConnected = 3;  // SS_*
  for (const UnixSocketInfo& info : diag.unix_sockets(network)) {
    AppendText(text, "%016x: %08X %08X %08X %04X %02X %5lu", 0, info.references, 0,
               info.state == abi::kTcpListen ? kAccepts : 0, static_cast<unsigned>(info.type),
               info.state == abi::kTcpEstablished ? kConnected : kUnconnected, info.inode);
    if (!info.name.empty()) {
      text += ' ';
      for (char c : info.name) text += c == '\0' ? '@' : c;
    }
    text += '\n';
  }
  return text;
}

std::string Packet(Kernel& kernel, Network& network) {
  std::string text = "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";
  SocketDiag& diag = StateOf<SocketDiag>(kernel);
  if (!diag.packet) return text;
  for (const PacketSocketInfo& info : diag.packet(network)) {
    AppendText(text, "%016x %-6u %-4d %04x   %-5u %1d %-6u %-6u %-6lu\n", 0, info.references,
               info.type, info.protocol, info.device, 1, info.receive_queue, info.uid, info.inode);
  }
  return text;
}

struct Counts {
  size_t tcp = 0, udp = 0, udplite = 0, raw = 0, time_wait = 0, all = 0, allocated = 0;
};

Counts Count(Kernel& kernel, const Network& network, uint16_t family) {
  Counts out;
  for (const InetSocketInfo& info : Sockets(kernel, network)) {
    ++out.all;
    if (info.family != family) continue;
    if (info.raw || info.ping) {
      ++out.raw;
    } else if (info.protocol == abi::kIpprotoTcp) {
      ++out.allocated;
      if (info.state == abi::kTcpTimeWait) {
        ++out.time_wait;
      } else if (info.state != abi::kTcpClose) {
        ++out.tcp;
      }
    } else if (info.protocol == abi::kIpprotoUdp) {
      out.udp += info.local_port != 0 ? 1 : 0;
    } else {
      out.udplite += info.local_port != 0 ? 1 : 0;
    }
  }
  return out;
}

std::string Sockstat(Kernel& kernel, Network& network) {
  Counts c = Count(kernel, network, abi::kAfInet);
  SocketDiag& diag = StateOf<SocketDiag>(kernel);
  if (diag.unix_sockets) c.all += diag.unix_sockets(network).size();
  std::string text;
  AppendText(text, "sockets: used %zu\nTCP: inuse %zu orphan 0 tw %zu alloc %zu mem 0\n", c.all,
             c.tcp, c.time_wait, c.allocated);
  AppendText(text, "UDP: inuse %zu mem 0\nUDPLITE: inuse %zu\nRAW: inuse %zu\n", c.udp, c.udplite,
             c.raw);
  return text + "FRAG: inuse 0 memory 0\n";
}

std::string Sockstat6(Kernel& kernel, Network& network) {
  const Counts c = Count(kernel, network, abi::kAfInet6);
  std::string text;
  AppendText(text, "TCP6: inuse %zu\nUDP6: inuse %zu\nUDPLITE6: inuse %zu\nRAW6: inuse %zu\n",
             c.tcp, c.udp, c.udplite, c.raw);
  return text + "FRAG6: inuse 0 memory 0\n";
}

constexpr ProcNetFile kSocketFiles[] = {
    {"tcp", Tcp4},
    {"tcp6", Tcp6},
    {"udp", OfType<abi::kAfInet, abi::kIpprotoUdp>},
    {"udp6", OfType<abi::kAfInet6, abi::kIpprotoUdp>},
    {"udplite", OfType<abi::kAfInet, abi::kIpprotoUdplite>},
    {"udplite6", OfType<abi::kAfInet6, abi::kIpprotoUdplite>},
    {"raw", OfType<abi::kAfInet, abi::kIpprotoRaw>},
    {"raw6", OfType<abi::kAfInet6, abi::kIpprotoRaw>},
    {"icmp", OfType<abi::kAfInet, abi::kIpprotoIcmp>},
    {"icmp6", OfType<abi::kAfInet6, abi::kIpprotoIcmp>},
    {"unix", Unix},
    {"packet", Packet},
    {"sockstat", Sockstat},
    {"sockstat6", Sockstat6},
};

}  // namespace

std::span<const ProcNetFile> ProcNetSocketFiles() {
  return kSocketFiles;
}

}  // namespace sentry

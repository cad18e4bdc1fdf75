// The files of /proc/net: headings as Linux prints them, and what was registered.
#include "sentry/fs/proc/process_net.h"

#include "sentry/fs/kernfs/text_file.h"

namespace sentry {
namespace {

#define SOCKET_COLUMNS "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
constexpr char kLongAddresses[] =
    "  sl  local_address                         remote_address                       "
    " " SOCKET_COLUMNS;
constexpr char kDatagrams[] =
    "  sl  local_address rem_address   " SOCKET_COLUMNS " ref pointer drops";
#define LONG_DATAGRAMS                                                                \
  "  sl  local_address                         remote_address                       " \
  " " SOCKET_COLUMNS " ref pointer drops\n"
#define UDP_HEADING \
  "   sl  local_address rem_address   " SOCKET_COLUMNS " ref pointer drops            \n"

struct NetFile {
  std::string_view name;
  // All of the file while nobody has registered; a heading without its line end is padded.
  const char* text;
  size_t padded_to = 0;
  uint32_t mode = 0444;
};

// Heading and numbers of the counters that `nstat` and `netstat -s` read.
constexpr char kSnmp[] =
    "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
    "InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs "
    "ReasmFails FragOKs FragFails FragCreates\n"
    "Ip: 2 64 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs "
    "InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps "
    "OutMsgs OutErrors OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects "
    "OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps\n"
    "Icmp: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets "
    "CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
    "Tcp: 1 200 120000 -1 0 0 0 0 0 0 0 0 0 0 0\n"
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors "
    "IgnoredMulti MemErrors\n"
    "Udp: 0 0 0 0 0 0 0 0 0\n"
    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors "
    "IgnoredMulti MemErrors\n"
    "UdpLite: 0 0 0 0 0 0 0 0 0\n";

constexpr char kDev[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo:       0       0    0    0    0     0          0         0        0       0    0    0 "
    "   0     0       0          0\n";

constexpr NetFile kFiles[] = {
    {"arp", "IP address       HW type     Flags       HW address            Mask     Device\n"},
    {"connector", "Name            ID\n"},
    {"dev", kDev},
    {"dev_mcast", ""},
    {"fib_trie", "Main:\nLocal:\n"},
    {"fib_triestat", ""},
    {"icmp", kDatagrams, 127},
    {"icmp6", LONG_DATAGRAMS},
    {"if_inet6", "00000000000000000000000000000001 01 80 10 80       lo\n"},
    {"igmp", "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"},
    {"igmp6", ""},
    {"ip6_flowlabel",
     "Label S Owner  Users  Linger Expires  Dst                              Opt\n"},
    {"ipv6_route", ""},
    {"mcfilter", "Idx Device        MCA        SRC    INC    EXC\n"},
    {"mcfilter6",
     "Idx Device                Multicast Address                   Source Address    INC    "
     "EXC\n"},
    {"netlink",
     "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"},
    {"netstat", "TcpExt:\nTcpExt:\nIpExt:\nIpExt:\n"},
    {"nf_conntrack", "", 0, 0440},
    {"packet", "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"},
    {"protocols",
     "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs "
     "se re bi br ha uh gp em\n"},
    {"psched", "000003e8 00000040 000f4240 3b9aca00\n"},
    {"ptype", "Type Device      Function\n"},
    {"raw", kDatagrams, 127},
    {"raw6", LONG_DATAGRAMS},
    {"route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
     127},
    {"rt_cache",
     "Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\tTOS"
     "\tHHRef\tHHUptod\tSpecDst",
     127},
    {"snmp", kSnmp},
    {"snmp6", ""},
    {"sockstat",
     "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\n"
     "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n"},
    {"sockstat6",
     "TCP6: inuse 0\nUDP6: inuse 0\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n"},
    {"softnet_stat", ""},
    {"tcp", "  sl  local_address rem_address   " SOCKET_COLUMNS, 149},
    {"tcp6", kLongAddresses, 149},
    {"udp", UDP_HEADING},
    {"udp6", LONG_DATAGRAMS},
    {"udplite", UDP_HEADING},
    {"udplite6", LONG_DATAGRAMS},
    {"unix", "Num       RefCount Protocol Flags    Type St Inode Path\n"},
};

class NetFileInode final : public SubjectInode<TextInode> {
 public:
  NetFileInode(const Subject& about, size_t index)
      : SubjectInode(about, kInoNet, index, kFiles[index].mode), file_(kFiles[index]) {}
  uint32_t uid() const override { return 0; }
  uint32_t gid() const override { return 0; }

  Result<std::string> Text(OpContext& ctx, RefCounted*) override {
    ProcNet::Text* text = subject.kernel().Get<ProcNet>().Find(std::string(file_.name));
    if (text != nullptr) return (*text)(ctx);
    std::string heading = file_.text;
    if (file_.padded_to == 0) return heading;
    if (heading.size() < file_.padded_to) heading.resize(file_.padded_to, ' ');
    return heading + "\n";
  }

 private:
  const NetFile& file_;
};

}  // namespace

Result<Ref<Inode>> NetDirectory::Find(OpContext&, std::string_view name) {
  for (size_t i = 0; i < std::size(kFiles); ++i) {
    if (kFiles[i].name == name) return Ref<Inode>(MakeRef<NetFileInode>(subject, i));
  }
  return Errno(ENOENT);
}

bool NetDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  if (position >= std::size(kFiles)) return false;
  entry.name = kFiles[position].name;
  entry.ino = subject.Ino(kInoNet, position);
  entry.type = abi::kDtReg;
  entry.position = position;
  return true;
}

}  // namespace sentry

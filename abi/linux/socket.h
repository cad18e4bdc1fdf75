// socket(2) and what goes with it: families, addresses, messages, option numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

inline constexpr int32_t kAfUnspec = 0;
inline constexpr int32_t kAfUnix = 1;
inline constexpr int32_t kAfInet = 2;
inline constexpr int32_t kAfInet6 = 10;
inline constexpr int32_t kAfNetlink = 16;
inline constexpr int32_t kAfPacket = 17;
inline constexpr int32_t kAfAlg = 38;
inline constexpr int32_t kAfVsock = 40;
inline constexpr int32_t kSockStream = 1;
inline constexpr int32_t kSockDgram = 2;
inline constexpr int32_t kSockRaw = 3;
inline constexpr int32_t kSockRdm = 4;
inline constexpr int32_t kSockSeqpacket = 5;
inline constexpr int32_t kSockPacket = 10;
inline constexpr uint32_t kSockCloexec = 02000000;
inline constexpr uint32_t kSockNonblock = 04000;
inline constexpr uint32_t kSockTypeMask = 0xf;
inline constexpr int32_t kShutRd = 0;
inline constexpr int32_t kShutWr = 1;
inline constexpr int32_t kShutRdwr = 2;
inline constexpr int32_t kSomaxconn = 4096;
inline constexpr int32_t kIpprotoIp = 0;
inline constexpr int32_t kIpprotoIcmp = 1;
inline constexpr int32_t kIpprotoIgmp = 2;
inline constexpr int32_t kIpprotoTcp = 6;
inline constexpr int32_t kIpprotoUdp = 17;
inline constexpr int32_t kIpprotoIpv6 = 41;
inline constexpr int32_t kIpprotoIcmpv6 = 58;
inline constexpr int32_t kIpprotoUdplite = 136;
inline constexpr int32_t kIpprotoRaw = 255;
inline constexpr int32_t kIpprotoMptcp = 262;

// sendmsg(2), recvmsg(2).
inline constexpr uint32_t kMsgOob = 0x1;
inline constexpr uint32_t kMsgPeek = 0x2;
inline constexpr uint32_t kMsgDontroute = 0x4;
inline constexpr uint32_t kMsgCtrunc = 0x8;
inline constexpr uint32_t kMsgProxy = 0x10;
inline constexpr uint32_t kMsgTrunc = 0x20;
inline constexpr uint32_t kMsgDontwait = 0x40;
inline constexpr uint32_t kMsgEor = 0x80;
inline constexpr uint32_t kMsgWaitall = 0x100;
inline constexpr uint32_t kMsgFin = 0x200;
inline constexpr uint32_t kMsgSyn = 0x400;
inline constexpr uint32_t kMsgConfirm = 0x800;
inline constexpr uint32_t kMsgRst = 0x1000;
inline constexpr uint32_t kMsgErrqueue = 0x2000;
inline constexpr uint32_t kMsgNosignal = 0x4000;
inline constexpr uint32_t kMsgMore = 0x8000;
inline constexpr uint32_t kMsgWaitforone = 0x10000;
inline constexpr uint32_t kMsgBatch = 0x40000;
inline constexpr uint32_t kMsgZerocopy = 0x4000000;
inline constexpr uint32_t kMsgFastopen = 0x20000000;
inline constexpr uint32_t kMsgCmsgCloexec = 0x40000000;
inline constexpr int32_t kScmRights = 0x1;
inline constexpr int32_t kScmCredentials = 0x2;
inline constexpr int32_t kScmSecurity = 0x3;
inline constexpr int32_t kScmPidfd = 0x4;

inline constexpr size_t kSockaddrStorageSize = 128;
inline constexpr size_t kUnixPathMax = 108;
inline constexpr size_t kIovMax = 1024;    // UIO_MAXIOV
inline constexpr size_t kScmMaxFds = 253;  // SCM_MAX_FD
inline constexpr size_t kOptMemMax =
    20480;  // Ancillary data of one message, sysctl net.core.optmem_max.

struct SockAddr {
  uint16_t sa_family;
  char sa_data[14];
};

struct alignas(8) SockAddrStorage {
  uint16_t ss_family;
  std::byte data[126];
};

struct SockAddrUn {
  uint16_t sun_family;
  char sun_path[kUnixPathMax];
};

// Ports and addresses are in network byte order.
struct SockAddrIn {
  uint16_t sin_family;
  uint16_t sin_port;
  uint32_t sin_addr;
  uint8_t pad[8];
};

struct SockAddrIn6 {
  uint16_t sin6_family;
  uint16_t sin6_port;
  uint32_t sin6_flowinfo;
  uint8_t sin6_addr[16];
  uint32_t sin6_scope_id;
};

struct Iovec {
  uint64_t iov_base;
  uint64_t iov_len;
};

struct MsgHdr {
  uint64_t msg_name;
  int32_t msg_namelen;
  int32_t pad0;
  uint64_t msg_iov;
  uint64_t msg_iovlen;
  uint64_t msg_control;
  uint64_t msg_controllen;
  uint32_t msg_flags;
  int32_t pad1;
};

struct Mmsghdr {
  MsgHdr msg_hdr;
  uint32_t msg_len;
  int32_t pad;
};

struct CmsgHdr {
  uint64_t cmsg_len;  // With this header.
  int32_t cmsg_level;
  int32_t cmsg_type;
};
constexpr size_t CmsgAlign(size_t length) {
  return (length + 7) & ~size_t{7};
}

struct Ucred {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

struct Linger {
  int32_t l_onoff;
  int32_t l_linger;
};

struct IpMreqn {
  uint32_t imr_multiaddr;
  uint32_t imr_address;
  int32_t imr_ifindex;
};

struct InPktinfo {
  int32_t ipi_ifindex;
  uint32_t ipi_spec_dst;
  uint32_t ipi_addr;
};

struct Ipv6Mreq {
  uint8_t ipv6mr_multiaddr[16];
  int32_t ipv6mr_ifindex;
};

struct In6Pktinfo {
  uint8_t ipi6_addr[16];
  int32_t ipi6_ifindex;
};

struct SockExtendedErr {
  uint32_t ee_errno;
  uint8_t ee_origin;
  uint8_t ee_type;
  uint8_t ee_code;
  uint8_t ee_pad;
  uint32_t ee_info;
  uint32_t ee_data;
};
inline constexpr int32_t kSoEeOriginNone = 0;
inline constexpr int32_t kSoEeOriginLocal = 1;
inline constexpr int32_t kSoEeOriginIcmp = 2;
inline constexpr int32_t kSoEeOriginIcmp6 = 3;
inline constexpr int32_t kSoEeOriginZerocopy = 5;

inline constexpr int32_t kSolSocket = 1;
inline constexpr int32_t kSolIp = 0;
inline constexpr int32_t kSolTcp = 6;
inline constexpr int32_t kSolUdp = 17;
inline constexpr int32_t kSolUdplite = 136;
inline constexpr int32_t kUdpliteSendCscov = 10;
inline constexpr int32_t kUdpliteRecvCscov = 11;
inline constexpr int32_t kSolIpv6 = 41;
inline constexpr int32_t kSolIcmpv6 = 58;
inline constexpr int32_t kSolRaw = 255;
inline constexpr int32_t kSolPacket = 263;
inline constexpr int32_t kSolNetlink = 270;
inline constexpr int32_t kSoDebug = 1;
inline constexpr int32_t kSoReuseaddr = 2;
inline constexpr int32_t kSoType = 3;
inline constexpr int32_t kSoError = 4;
inline constexpr int32_t kSoDontroute = 5;
inline constexpr int32_t kSoBroadcast = 6;
inline constexpr int32_t kSoSndbuf = 7;
inline constexpr int32_t kSoRcvbuf = 8;
inline constexpr int32_t kSoKeepalive = 9;
inline constexpr int32_t kSoOobinline = 10;
inline constexpr int32_t kSoNoCheck = 11;
inline constexpr int32_t kSoPriority = 12;
inline constexpr int32_t kSoLinger = 13;
inline constexpr int32_t kSoBsdcompat = 14;
inline constexpr int32_t kSoReuseport = 15;
inline constexpr int32_t kSoPasscred = 16;
inline constexpr int32_t kSoPeercred = 17;
inline constexpr int32_t kSoRcvlowat = 18;
inline constexpr int32_t kSoSndlowat = 19;
inline constexpr int32_t kSoRcvtimeo = 20;
inline constexpr int32_t kSoSndtimeo = 21;
inline constexpr int32_t kSoBindtodevice = 25;
inline constexpr int32_t kSoAttachFilter = 26;
inline constexpr int32_t kSoDetachFilter = 27;
inline constexpr int32_t kSoPeername = 28;
inline constexpr int32_t kSoTimestamp = 29;
inline constexpr int32_t kSoAcceptconn = 30;
inline constexpr int32_t kSoPeersec = 31;
inline constexpr int32_t kSoSndbufforce = 32;
inline constexpr int32_t kSoRcvbufforce = 33;
inline constexpr int32_t kSoPasssec = 34;
inline constexpr int32_t kSoTimestampns = 35;
inline constexpr int32_t kSoMark = 36;
inline constexpr int32_t kSoTimestamping = 37;
inline constexpr int32_t kSoProtocol = 38;
inline constexpr int32_t kSoDomain = 39;
inline constexpr int32_t kSoRxqOvfl = 40;
inline constexpr int32_t kSoWifiStatus = 41;
inline constexpr int32_t kSoPeekOff = 42;
inline constexpr int32_t kSoNofcs = 43;
inline constexpr int32_t kSoLockFilter = 44;
inline constexpr int32_t kSoSelectErrQueue = 45;
inline constexpr int32_t kSoBusyPoll = 46;
inline constexpr int32_t kSoMaxPacingRate = 47;
inline constexpr int32_t kSoBpfExtensions = 48;
inline constexpr int32_t kSoIncomingCpu = 49;
inline constexpr int32_t kSoAttachBpf = 50;
inline constexpr int32_t kSoAttachReuseportCbpf = 51;
inline constexpr int32_t kSoAttachReuseportEbpf = 52;
inline constexpr int32_t kSoCnxAdvice = 53;
inline constexpr int32_t kSoMeminfo = 55;
inline constexpr int32_t kSoIncomingNapiId = 56;
inline constexpr int32_t kSoCookie = 57;
inline constexpr int32_t kSoPeergroups = 59;
inline constexpr int32_t kSoZerocopy = 60;
inline constexpr int32_t kSoTxtime = 61;
inline constexpr int32_t kSoBindtoifindex = 62;
inline constexpr int32_t kSoTimestampNew = 63;
inline constexpr int32_t kSoTimestampnsNew = 64;
inline constexpr int32_t kSoTimestampingNew = 65;
inline constexpr int32_t kSoRcvtimeoNew = 66;
inline constexpr int32_t kSoSndtimeoNew = 67;
inline constexpr int32_t kSoDetachReuseportBpf = 68;
inline constexpr int32_t kSoPreferBusyPoll = 69;
inline constexpr int32_t kSoBusyPollBudget = 70;
inline constexpr int32_t kSoNetnsCookie = 71;
inline constexpr int32_t kSoBufLock = 72;
inline constexpr int32_t kSoReserveMem = 73;
inline constexpr int32_t kSoTxrehash = 74;
inline constexpr int32_t kSoRcvmark = 75;
inline constexpr int32_t kSoPasspidfd = 76;
inline constexpr int32_t kSoPeerpidfd = 77;
inline constexpr int32_t kSoPassrights = 83;

inline constexpr int32_t kIpTos = 1;
inline constexpr int32_t kIpTtl = 2;
inline constexpr int32_t kIpHdrincl = 3;
inline constexpr int32_t kIpOptions = 4;
inline constexpr int32_t kIpRouterAlert = 5;
inline constexpr int32_t kIpRecvopts = 6;
inline constexpr int32_t kIpRetopts = 7;
inline constexpr int32_t kIpPktinfo = 8;
inline constexpr int32_t kIpPktoptions = 9;
inline constexpr int32_t kIpMtuDiscover = 10;
inline constexpr int32_t kIpRecverr = 11;
inline constexpr int32_t kIpRecvttl = 12;
inline constexpr int32_t kIpRecvtos = 13;
inline constexpr int32_t kIpMtu = 14;
inline constexpr int32_t kIpFreebind = 15;
inline constexpr int32_t kIpPasssec = 18;
inline constexpr int32_t kIpTransparent = 19;
inline constexpr int32_t kIpRecvorigdstaddr = 20;
inline constexpr int32_t kIpMinttl = 21;
inline constexpr int32_t kIpNodefrag = 22;
inline constexpr int32_t kIpChecksum = 23;
inline constexpr int32_t kIpBindAddressNoPort = 24;
inline constexpr int32_t kIpRecvfragsize = 25;
inline constexpr int32_t kIpRecverrRfc4884 = 26;
inline constexpr int32_t kIpPmtudiscDont = 0;
inline constexpr int32_t kIpPmtudiscWant = 1;
inline constexpr int32_t kIpPmtudiscDo = 2;
inline constexpr int32_t kIpPmtudiscProbe = 3;
inline constexpr int32_t kIpPmtudiscInterface = 4;
inline constexpr int32_t kIpPmtudiscOmit = 5;
inline constexpr int32_t kIpMulticastIf = 32;
inline constexpr int32_t kIpMulticastTtl = 33;
inline constexpr int32_t kIpMulticastLoop = 34;
inline constexpr int32_t kIpAddMembership = 35;
inline constexpr int32_t kIpDropMembership = 36;
inline constexpr int32_t kIpUnblockSource = 37;
inline constexpr int32_t kIpBlockSource = 38;
inline constexpr int32_t kIpAddSourceMembership = 39;
inline constexpr int32_t kIpDropSourceMembership = 40;
inline constexpr int32_t kIpMsfilter = 41;
inline constexpr int32_t kMcastJoinGroup = 42;
inline constexpr int32_t kMcastLeaveGroup = 45;
inline constexpr int32_t kIpMulticastAll = 49;
inline constexpr int32_t kIpUnicastIf = 50;
inline constexpr int32_t kIpLocalPortRange = 51;
inline constexpr int32_t kIpProtocol = 52;

inline constexpr int32_t kIpv6Addrform = 1;
inline constexpr int32_t kIpv62292pktinfo = 2;
inline constexpr int32_t kIpv6Checksum = 7;
inline constexpr int32_t kIpv62292hoplimit = 8;
inline constexpr int32_t kIpv6Nexthop = 9;
inline constexpr int32_t kIpv6Flowinfo = 11;
inline constexpr int32_t kIpv6UnicastHops = 16;
inline constexpr int32_t kIpv6MulticastIf = 17;
inline constexpr int32_t kIpv6MulticastHops = 18;
inline constexpr int32_t kIpv6MulticastLoop = 19;
inline constexpr int32_t kIpv6AddMembership = 20;
inline constexpr int32_t kIpv6DropMembership = 21;
inline constexpr int32_t kIpv6RouterAlert = 22;
inline constexpr int32_t kIpv6MtuDiscover = 23;
inline constexpr int32_t kIpv6Mtu = 24;
inline constexpr int32_t kIpv6Recverr = 25;
inline constexpr int32_t kIpv6V6only = 26;
inline constexpr int32_t kIpv6JoinAnycast = 27;
inline constexpr int32_t kIpv6LeaveAnycast = 28;
inline constexpr int32_t kIpv6MulticastAll = 29;
inline constexpr int32_t kIpv6FlowlabelMgr = 32;
inline constexpr int32_t kIpv6FlowinfoSend = 33;
inline constexpr int32_t kIpv6Recvpktinfo = 49;
inline constexpr int32_t kIpv6Pktinfo = 50;
inline constexpr int32_t kIpv6Recvhoplimit = 51;
inline constexpr int32_t kIpv6Hoplimit = 52;
inline constexpr int32_t kIpv6Recvhopopts = 53;
inline constexpr int32_t kIpv6Hopopts = 54;
inline constexpr int32_t kIpv6Recvrthdr = 56;
inline constexpr int32_t kIpv6Rthdr = 57;
inline constexpr int32_t kIpv6Recvdstopts = 58;
inline constexpr int32_t kIpv6Dstopts = 59;
inline constexpr int32_t kIpv6Recvpathmtu = 60;
inline constexpr int32_t kIpv6Pathmtu = 61;
inline constexpr int32_t kIpv6Dontfrag = 62;
inline constexpr int32_t kIpv6Recvtclass = 66;
inline constexpr int32_t kIpv6Tclass = 67;
inline constexpr int32_t kIpv6Autoflowlabel = 70;
inline constexpr int32_t kIpv6AddrPreferences = 72;
inline constexpr int32_t kIpv6Minhopcount = 73;
inline constexpr int32_t kIpv6Transparent = 75;
inline constexpr int32_t kIpv6UnicastIf = 76;
inline constexpr int32_t kIpv6Recvfragsize = 77;
inline constexpr int32_t kIpv6Freebind = 78;

inline constexpr int32_t kTcpNodelay = 1;
inline constexpr int32_t kTcpMaxseg = 2;
inline constexpr int32_t kTcpCork = 3;
inline constexpr int32_t kTcpKeepidle = 4;
inline constexpr int32_t kTcpKeepintvl = 5;
inline constexpr int32_t kTcpKeepcnt = 6;
inline constexpr int32_t kTcpSyncnt = 7;
inline constexpr int32_t kTcpLinger2 = 8;
inline constexpr int32_t kTcpDeferAccept = 9;
inline constexpr int32_t kTcpWindowClamp = 10;
inline constexpr int32_t kTcpInfo = 11;
inline constexpr int32_t kTcpQuickack = 12;
inline constexpr int32_t kTcpCongestion = 13;
inline constexpr int32_t kTcpMd5sig = 14;
inline constexpr int32_t kTcpThinLinearTimeouts = 16;
inline constexpr int32_t kTcpThinDupack = 17;
inline constexpr int32_t kTcpUserTimeout = 18;
inline constexpr int32_t kTcpRepair = 19;
inline constexpr int32_t kTcpRepairQueue = 20;
inline constexpr int32_t kTcpQueueSeq = 21;
inline constexpr int32_t kTcpRepairOptions = 22;
inline constexpr int32_t kTcpFastopen = 23;
inline constexpr int32_t kTcpTimestamp = 24;
inline constexpr int32_t kTcpNotsentLowat = 25;
inline constexpr int32_t kTcpCcInfo = 26;
inline constexpr int32_t kTcpSaveSyn = 27;
inline constexpr int32_t kTcpSavedSyn = 28;
inline constexpr int32_t kTcpRepairWindow = 29;
inline constexpr int32_t kTcpFastopenConnect = 30;
inline constexpr int32_t kTcpUlp = 31;
inline constexpr int32_t kTcpMd5sigExt = 32;
inline constexpr int32_t kTcpFastopenKey = 33;
inline constexpr int32_t kTcpFastopenNoCookie = 34;
inline constexpr int32_t kTcpZerocopyReceive = 35;
inline constexpr int32_t kTcpInq = 36;
inline constexpr int32_t kTcpTxDelay = 37;
inline constexpr int32_t kTcpEstablished = 1;
inline constexpr int32_t kTcpSynSent = 2;
inline constexpr int32_t kTcpSynRecv = 3;
inline constexpr int32_t kTcpFinWait1 = 4;
inline constexpr int32_t kTcpFinWait2 = 5;
inline constexpr int32_t kTcpTimeWait = 6;
inline constexpr int32_t kTcpClose = 7;
inline constexpr int32_t kTcpCloseWait = 8;
inline constexpr int32_t kTcpLastAck = 9;
inline constexpr int32_t kTcpListen = 10;
inline constexpr int32_t kTcpClosing = 11;
inline constexpr int32_t kUdpCork = 1;
inline constexpr int32_t kUdpEncap = 100;
inline constexpr int32_t kUdpNoCheck6Tx = 101;
inline constexpr int32_t kUdpNoCheck6Rx = 102;
inline constexpr int32_t kUdpSegment = 103;
inline constexpr int32_t kUdpGro = 104;

inline constexpr int32_t kScmTimestamp = 29;
inline constexpr int32_t kScmTimestampns = 35;
inline constexpr int32_t kScmTimestamping = 37;
inline constexpr uint32_t kSofTimestampingTxHardware = 0x1;
inline constexpr uint32_t kSofTimestampingTxSoftware = 0x2;
inline constexpr uint32_t kSofTimestampingRxHardware = 0x4;
inline constexpr uint32_t kSofTimestampingRxSoftware = 0x8;
inline constexpr uint32_t kSofTimestampingSoftware = 0x10;

}  // namespace abi

// netlink(7), rtnetlink(7): the messages that ip(8) and getifaddrs(3) use.
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

struct SockAddrNl {
  uint16_t nl_family;
  uint16_t pad;
  uint32_t nl_pid;
  uint32_t nl_groups;
};

struct Nlmsghdr {
  uint32_t nlmsg_len;
  uint16_t nlmsg_type;
  uint16_t nlmsg_flags;
  uint32_t nlmsg_seq;
  uint32_t nlmsg_pid;
};

struct Nlmsgerr {
  int32_t error;
  Nlmsghdr msg;
};

struct Nlattr {
  uint16_t nla_len;
  uint16_t nla_type;
};

struct Rtgenmsg {
  uint8_t rtgen_family;
};

struct Ifinfomsg {
  uint8_t ifi_family;
  uint8_t pad;
  uint16_t ifi_type;
  int32_t ifi_index;
  uint32_t ifi_flags;
  uint32_t ifi_change;
};

struct Ifaddrmsg {
  uint8_t ifa_family;
  uint8_t ifa_prefixlen;
  uint8_t ifa_flags;
  uint8_t ifa_scope;
  uint32_t ifa_index;
};

struct Rtmsg {
  uint8_t rtm_family;
  uint8_t rtm_dst_len;
  uint8_t rtm_src_len;
  uint8_t rtm_tos;
  uint8_t rtm_table;
  uint8_t rtm_protocol;
  uint8_t rtm_scope;
  uint8_t rtm_type;
  uint32_t rtm_flags;
};

struct Ndmsg {
  uint8_t ndm_family;
  uint8_t pad1;
  uint16_t pad2;
  int32_t ndm_ifindex;
  uint16_t ndm_state;
  uint8_t ndm_flags;
  uint8_t ndm_type;
};

constexpr size_t NlAlign(size_t length) {
  return (length + 3) & ~size_t{3};
}

inline constexpr int32_t kNetlinkRoute = 0;
inline constexpr int32_t kNetlinkUsersock = 2;
inline constexpr int32_t kNetlinkSockDiag = 4;
inline constexpr int32_t kNetlinkNetfilter = 12;
inline constexpr int32_t kNetlinkKobjectUevent = 15;
inline constexpr int32_t kNetlinkGeneric = 16;
inline constexpr uint16_t kNlmFRequest = 0x1;
inline constexpr uint16_t kNlmFMulti = 0x2;
inline constexpr uint16_t kNlmFAck = 0x4;
inline constexpr uint16_t kNlmFEcho = 0x8;
inline constexpr uint16_t kNlmFDumpIntr = 0x10;
inline constexpr uint16_t kNlmFRoot = 0x100;
inline constexpr uint16_t kNlmFMatch = 0x200;
inline constexpr uint16_t kNlmFAtomic = 0x400;
inline constexpr uint16_t kNlmFDump = 0x300;
inline constexpr uint16_t kNlmFReplace = 0x100;
inline constexpr uint16_t kNlmFExcl = 0x200;
inline constexpr uint16_t kNlmFCreate = 0x400;
inline constexpr uint16_t kNlmFAppend = 0x800;
inline constexpr uint16_t kNlmFCapped = 0x100;
inline constexpr uint16_t kNlmFAckTlvs = 0x200;
inline constexpr uint16_t kNlmsgNoop = 1;
inline constexpr uint16_t kNlmsgError = 2;
inline constexpr uint16_t kNlmsgDone = 3;
inline constexpr uint16_t kNlmsgOverrun = 4;
inline constexpr uint16_t kNlmsgMinType = 16;
inline constexpr int32_t kNetlinkAddMembership = 1;
inline constexpr int32_t kNetlinkDropMembership = 2;
inline constexpr int32_t kNetlinkPktinfo = 3;
inline constexpr int32_t kNetlinkBroadcastError = 4;
inline constexpr int32_t kNetlinkNoEnobufs = 5;
inline constexpr int32_t kNetlinkListenAllNsid = 8;
inline constexpr int32_t kNetlinkListMemberships = 9;
inline constexpr int32_t kNetlinkCapAck = 10;
inline constexpr int32_t kNetlinkExtAck = 11;
inline constexpr int32_t kNetlinkGetStrictChk = 12;
inline constexpr uint16_t kRtmNewlink = 16;
inline constexpr uint16_t kRtmDellink = 17;
inline constexpr uint16_t kRtmGetlink = 18;
inline constexpr uint16_t kRtmSetlink = 19;
inline constexpr uint16_t kRtmNewaddr = 20;
inline constexpr uint16_t kRtmDeladdr = 21;
inline constexpr uint16_t kRtmGetaddr = 22;
inline constexpr uint16_t kRtmNewroute = 24;
inline constexpr uint16_t kRtmDelroute = 25;
inline constexpr uint16_t kRtmGetroute = 26;
inline constexpr uint16_t kRtmNewneigh = 28;
inline constexpr uint16_t kRtmDelneigh = 29;
inline constexpr uint16_t kRtmGetneigh = 30;
inline constexpr uint16_t kRtmNewrule = 32;
inline constexpr uint16_t kRtmGetrule = 34;
inline constexpr uint16_t kRtmMax = 127;  // Of Linux 6.12.
inline constexpr uint32_t kRtmgrpLink = 0x1;
inline constexpr uint32_t kRtnlgrpLink = 1;
inline constexpr uint32_t kRtnlgrpNeigh = 3;
inline constexpr uint32_t kRtnlgrpIpv4Ifaddr = 5;
inline constexpr uint32_t kRtnlgrpIpv4Route = 7;
inline constexpr uint32_t kRtnlgrpIpv6Ifaddr = 9;
inline constexpr uint32_t kRtnlgrpIpv6Route = 11;
inline constexpr uint16_t kNlmsgerrAttrMsg = 1;
inline constexpr uint16_t kNlmsgerrAttrOffs = 2;
inline constexpr uint16_t kNlaFNested = 0x8000;
inline constexpr uint16_t kNlaTypeMask = 0x3fff;
inline constexpr uint16_t kIflaAddress = 1;
inline constexpr uint16_t kIflaBroadcast = 2;
inline constexpr uint16_t kIflaIfname = 3;
inline constexpr uint16_t kIflaMtu = 4;
inline constexpr uint16_t kIflaLink = 5;
inline constexpr uint16_t kIflaQdisc = 6;
inline constexpr uint16_t kIflaStats = 7;
inline constexpr uint16_t kIflaMaster = 10;
inline constexpr uint16_t kIflaTxqlen = 13;
inline constexpr uint16_t kIflaOperstate = 16;
inline constexpr uint16_t kIflaLinkmode = 17;
inline constexpr uint16_t kIflaLinkinfo = 18;
inline constexpr uint16_t kIflaNetNsPid = 19;
inline constexpr uint16_t kIflaGroup = 27;
inline constexpr uint16_t kIflaNumTxQueues = 31;
inline constexpr uint16_t kIflaNumRxQueues = 32;
inline constexpr uint16_t kIflaCarrier = 33;
inline constexpr uint16_t kIflaStats64 = 23;
inline constexpr uint16_t kIflaExtMask = 29;
inline constexpr uint16_t kIflaMap = 14;
inline constexpr uint16_t kIflaIfalias = 20;
inline constexpr uint16_t kIflaAfSpec = 26;
inline constexpr uint16_t kIflaNetNsFd = 28;
inline constexpr uint16_t kIflaPromiscuity = 30;
inline constexpr uint16_t kIflaCarrierChanges = 35;
inline constexpr uint16_t kIflaGsoMaxSegs = 40;
inline constexpr uint16_t kIflaGsoMaxSize = 41;
inline constexpr uint16_t kIflaMinMtu = 50;
inline constexpr uint16_t kIflaMaxMtu = 51;
inline constexpr uint16_t kIflaAltIfname = 53;
inline constexpr uint16_t kIflaPermAddress = 54;
inline constexpr uint16_t kVethInfoPeer = 1;
inline constexpr uint16_t kIflaInfoKind = 1;
inline constexpr uint16_t kIflaInfoData = 2;
inline constexpr uint16_t kIfaAddress = 1;
inline constexpr uint16_t kIfaLocal = 2;
inline constexpr uint16_t kIfaLabel = 3;
inline constexpr uint16_t kIfaBroadcast = 4;
inline constexpr uint16_t kIfaCacheinfo = 6;
inline constexpr uint16_t kIfaFlags = 8;
inline constexpr uint16_t kIfaProto = 11;
inline constexpr uint16_t kFraPriority = 6;
inline constexpr uint16_t kFraTable = 15;
inline constexpr uint16_t kFraSuppressPrefixlen = 14;
inline constexpr uint16_t kFraProtocol = 21;
inline constexpr uint16_t kNdaCacheinfo = 3;
inline constexpr uint16_t kRtaDst = 1;
inline constexpr uint16_t kRtaSrc = 2;
inline constexpr uint16_t kRtaIif = 3;
inline constexpr uint16_t kRtaOif = 4;
inline constexpr uint16_t kRtaGateway = 5;
inline constexpr uint16_t kRtaPriority = 6;
inline constexpr uint16_t kRtaPrefsrc = 7;
inline constexpr uint16_t kRtaMetrics = 8;
inline constexpr uint16_t kRtaTable = 15;
inline constexpr uint16_t kRtaPref = 20;
inline constexpr uint16_t kRtaxMtu = 2;
inline constexpr uint16_t kRtaCacheinfo = 12;
inline constexpr uint16_t kRtaUid = 25;
inline constexpr uint16_t kRtaMark = 16;
inline constexpr uint16_t kNdaDst = 1;
inline constexpr uint16_t kNdaLladdr = 2;
inline constexpr uint8_t kRtTableUnspec = 0;
inline constexpr uint8_t kRtTableDefault = 253;
inline constexpr uint8_t kRtTableMain = 254;
inline constexpr uint8_t kRtTableLocal = 255;
inline constexpr uint8_t kRtprotUnspec = 0;
inline constexpr uint8_t kRtprotKernel = 2;
inline constexpr uint8_t kRtprotBoot = 3;
inline constexpr uint8_t kRtprotStatic = 4;
inline constexpr uint8_t kRtScopeUniverse = 0;
inline constexpr uint8_t kRtScopeLink = 253;
inline constexpr uint8_t kRtScopeHost = 254;
inline constexpr uint8_t kRtScopeNowhere = 255;
inline constexpr uint8_t kRtnUnspec = 0;
inline constexpr uint8_t kRtnUnicast = 1;
inline constexpr uint8_t kRtnLocal = 2;
inline constexpr uint8_t kRtnBroadcast = 3;
inline constexpr uint8_t kRtnMulticast = 5;
inline constexpr uint8_t kRtnBlackhole = 6;
inline constexpr uint8_t kRtnUnreachable = 7;
inline constexpr uint8_t kRtnProhibit = 8;
inline constexpr uint8_t kRtnMax = 11;
inline constexpr uint32_t kRtmFCloned = 0x200;
inline constexpr uint32_t kRtmFLookupTable = 0x1000;
inline constexpr uint32_t kRtmFFibMatch = 0x2000;
inline constexpr uint16_t kRtmNewnsid = 88;
inline constexpr uint16_t kRtmDelnsid = 89;
inline constexpr uint16_t kRtmGetnsid = 90;
inline constexpr uint32_t kRtnlgrpNsid = 28;
inline constexpr uint16_t kNetnsaNsid = 1;
inline constexpr uint16_t kNetnsaPid = 2;
inline constexpr uint16_t kNetnsaFd = 3;
inline constexpr uint16_t kNetnsaTargetNsid = 4;
inline constexpr uint16_t kNetnsaCurrentNsid = 5;
inline constexpr uint16_t kIflaProtinfo = 12;
inline constexpr uint16_t kIflaLinkNetnsid = 37;
inline constexpr uint16_t kIflaNewNetnsid = 45;
inline constexpr uint16_t kIflaTargetNetnsid = 46;
inline constexpr uint16_t kIflaNewIfindex = 49;
inline constexpr uint16_t kIflaInfoSlaveKind = 4;
inline constexpr uint16_t kIflaInfoSlaveData = 5;
inline constexpr uint16_t kIflaVlanId = 1;
inline constexpr uint16_t kIflaVlanFlags = 2;
inline constexpr uint16_t kIflaVlanProtocol = 5;
inline constexpr uint16_t kIflaBrForwardDelay = 1;
inline constexpr uint16_t kIflaBrHelloTime = 2;
inline constexpr uint16_t kIflaBrMaxAge = 3;
inline constexpr uint16_t kIflaBrAgeingTime = 4;
inline constexpr uint16_t kIflaBrStpState = 5;
inline constexpr uint16_t kIflaBrPriority = 6;
inline constexpr uint16_t kIflaBrVlanFiltering = 7;
inline constexpr uint16_t kIflaBrVlanProtocol = 8;
inline constexpr uint16_t kIflaBrGroupFwdMask = 9;
inline constexpr uint16_t kIflaBrRootId = 10;
inline constexpr uint16_t kIflaBrBridgeId = 11;
inline constexpr uint16_t kIflaBrMcastSnooping = 23;
inline constexpr uint16_t kIflaBrportState = 1;
inline constexpr uint16_t kIflaBrportPriority = 2;
inline constexpr uint16_t kIflaBrportCost = 3;
inline constexpr uint16_t kIflaBrportMode = 4;
inline constexpr uint16_t kIflaBrportGuard = 5;
inline constexpr uint16_t kIflaBrportProtect = 6;
inline constexpr uint16_t kIflaBrportFastLeave = 7;
inline constexpr uint16_t kIflaBrportLearning = 8;
inline constexpr uint16_t kIflaBrportUnicastFlood = 9;
inline constexpr uint16_t kIflaBrportNo = 18;
inline constexpr uint16_t kIflaBrportMcastFlood = 27;
inline constexpr uint16_t kIflaBrportBcastFlood = 30;
inline constexpr uint16_t kIflaBrportIsolated = 33;
inline constexpr uint16_t kNdaMaster = 9;
inline constexpr uint8_t kNtfSelf = 2;
inline constexpr uint8_t kNtfMaster = 4;
inline constexpr uint16_t kNudReachable = 2;
inline constexpr uint16_t kNudNoarp = 0x40;
inline constexpr uint16_t kNudPermanent = 0x80;
inline constexpr uint16_t kAfBridge = 7;
inline constexpr uint8_t kIfaFPermanent = 128;
inline constexpr uint8_t kIfaFTentative = 64;
inline constexpr uint8_t kIfaFNodad = 2;
inline constexpr uint8_t kIfaFSecondary = 1;

}  // namespace abi

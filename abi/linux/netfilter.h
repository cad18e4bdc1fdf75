// nfnetlink, nf_tables, conntrack over netlink: the numbers that nft(8), iptables-nft(8) and
// conntrack(8) use.
#pragma once

#include <cstdint>

namespace abi {

struct Nfgenmsg {
  uint8_t nfgen_family;
  uint8_t version;
  uint16_t res_id;  // Network order.
};

// Message types: subsystem << 8 | number.
constexpr uint16_t kNfnlSubsysCtnetlink = 1, kNfnlSubsysCtnetlinkExp = 2, kNfnlSubsysNftables = 10,
                   kNfnlSubsysNftCompat = 11;
constexpr uint16_t kNfnlMsgBatchBegin = 0x10, kNfnlMsgBatchEnd = 0x11;
constexpr uint16_t kNfnlBatchGenid = 1;
constexpr uint32_t kNfnlGroups = 9;

constexpr uint8_t kNfprotoUnspec = 0, kNfprotoInet = 1, kNfprotoIpv4 = 2, kNfprotoArp = 3,
                  kNfprotoNetdev = 5, kNfprotoBridge = 7, kNfprotoIpv6 = 10;

constexpr uint8_t kNftMsgNewTable = 0, kNftMsgGetTable = 1, kNftMsgDelTable = 2,
                  kNftMsgNewChain = 3, kNftMsgGetChain = 4, kNftMsgDelChain = 5, kNftMsgNewRule = 6,
                  kNftMsgGetRule = 7, kNftMsgDelRule = 8, kNftMsgNewSet = 9, kNftMsgGetSet = 10,
                  kNftMsgDelSet = 11, kNftMsgNewSetElem = 12, kNftMsgGetSetElem = 13,
                  kNftMsgDelSetElem = 14, kNftMsgNewGen = 15, kNftMsgGetGen = 16,
                  kNftMsgNewObj = 18, kNftMsgGetObj = 19, kNftMsgDelObj = 20,
                  kNftMsgGetObjReset = 21, kNftMsgNewFlowtable = 22, kNftMsgGetFlowtable = 23,
                  kNftMsgDelFlowtable = 24, kNftMsgGetRuleReset = 25, kNftMsgDestroyTable = 26,
                  kNftMsgDestroyChain = 27, kNftMsgDestroyRule = 28, kNftMsgDestroySet = 29,
                  kNftMsgDestroySetElem = 30, kNftMsgDestroyObj = 31, kNftMsgDestroyFlowtable = 32,
                  kNftMsgGetSetElemReset = 33;
constexpr uint16_t kNlmFNonrec = 0x100;  // Of deletions.

// Attributes, by kind.
constexpr uint16_t kNftaListElem = 1;
constexpr uint16_t kNftaHookHooknum = 1, kNftaHookPriority = 2, kNftaHookDev = 3;
constexpr uint16_t kNftaTableName = 1, kNftaTableFlags = 2, kNftaTableUse = 3, kNftaTableHandle = 4,
                   kNftaTableUserdata = 6;
constexpr uint32_t kNftTableFDormant = 1;
constexpr uint16_t kNftaChainTable = 1, kNftaChainHandle = 2, kNftaChainName = 3,
                   kNftaChainHook = 4, kNftaChainPolicy = 5, kNftaChainUse = 6, kNftaChainType = 7,
                   kNftaChainCounters = 8, kNftaChainFlags = 10, kNftaChainId = 11,
                   kNftaChainUserdata = 12;
constexpr uint32_t kNftChainBase = 1, kNftChainBinding = 4;
constexpr uint16_t kNftaRuleTable = 1, kNftaRuleChain = 2, kNftaRuleHandle = 3,
                   kNftaRuleExpressions = 4, kNftaRuleCompat = 5, kNftaRulePosition = 6,
                   kNftaRuleUserdata = 7, kNftaRuleId = 9, kNftaRulePositionId = 10,
                   kNftaRuleChainId = 11;
constexpr uint16_t kNftaSetTable = 1, kNftaSetName = 2, kNftaSetFlags = 3, kNftaSetKeyType = 4,
                   kNftaSetKeyLen = 5, kNftaSetDataType = 6, kNftaSetDataLen = 7,
                   kNftaSetPolicy = 8, kNftaSetDesc = 9, kNftaSetId = 10, kNftaSetTimeout = 11,
                   kNftaSetGcInterval = 12, kNftaSetUserdata = 13, kNftaSetObjType = 15,
                   kNftaSetHandle = 16, kNftaSetExpr = 17, kNftaSetExpressions = 18;
constexpr uint32_t kNftSetAnonymous = 1, kNftSetConstant = 2, kNftSetInterval = 4, kNftSetMap = 8,
                   kNftSetTimeout = 16, kNftSetEval = 32, kNftSetObject = 64, kNftSetConcat = 128,
                   kNftSetExpr = 256;
constexpr uint16_t kNftaSetDescSize = 1, kNftaSetDescConcat = 2, kNftaSetFieldLen = 1;
constexpr uint16_t kNftaSetElemKey = 1, kNftaSetElemData = 2, kNftaSetElemFlags = 3,
                   kNftaSetElemTimeout = 4, kNftaSetElemExpiration = 5, kNftaSetElemUserdata = 6,
                   kNftaSetElemExpr = 7, kNftaSetElemObjref = 9, kNftaSetElemKeyEnd = 10,
                   kNftaSetElemExpressions = 11;
constexpr uint32_t kNftSetElemIntervalEnd = 1, kNftSetElemCatchall = 2;
constexpr uint16_t kNftaSetElemListTable = 1, kNftaSetElemListSet = 2, kNftaSetElemListElements = 3,
                   kNftaSetElemListSetId = 4;
constexpr uint32_t kNftDataVerdict = 0xffffff00u;
constexpr uint16_t kNftaDataValue = 1, kNftaDataVerdict = 2;
constexpr uint16_t kNftaVerdictCode = 1, kNftaVerdictChain = 2, kNftaVerdictChainId = 3;
constexpr uint16_t kNftaExprName = 1, kNftaExprData = 2;
constexpr uint16_t kNftaGenId = 1, kNftaGenProcPid = 2, kNftaGenProcName = 3;
constexpr uint16_t kNftaCounterBytes = 1, kNftaCounterPackets = 2;
constexpr uint16_t kNftaCompatName = 1, kNftaCompatRev = 2, kNftaCompatType = 3;
constexpr uint16_t kNftaXtName = 1, kNftaXtRev = 2, kNftaXtInfo = 3;

constexpr uint16_t kNftaObjTable = 1, kNftaObjName = 2, kNftaObjType = 3, kNftaObjData = 4,
                   kNftaObjUse = 5, kNftaObjHandle = 6, kNftaObjUserdata = 8;
constexpr uint32_t kNftObjectCounter = 1, kNftObjectQuota = 2, kNftObjectLimit = 4;

// Verdicts.
constexpr int32_t kNfDrop = 0, kNfAccept = 1, kNftContinue = -1, kNftBreak = -2, kNftJump = -3,
                  kNftGoto = -4, kNftReturn = -5;

// NF_NAT_RANGE_*
constexpr uint32_t kNatRangeMapIps = 1, kNatRangeProtoSpecified = 2, kNatRangeProtoRandom = 4,
                   kNatRangePersistent = 8, kNatRangeProtoRandomFully = 16, kNatRangeNetmap = 64;

// ctnetlink.
constexpr uint8_t kIpctnlMsgCtNew = 0, kIpctnlMsgCtGet = 1, kIpctnlMsgCtDelete = 2,
                  kIpctnlMsgCtGetCtrzero = 3, kIpctnlMsgCtGetStatsCpu = 4, kIpctnlMsgCtGetStats = 5,
                  kIpctnlMsgCtGetDying = 6, kIpctnlMsgCtGetUnconfirmed = 7;
constexpr uint16_t kCtaTupleOrig = 1, kCtaTupleReply = 2, kCtaStatus = 3, kCtaProtoinfo = 4,
                   kCtaTimeout = 7, kCtaMark = 8, kCtaUse = 11, kCtaId = 12, kCtaMarkMask = 21;
constexpr uint16_t kCtaTupleIp = 1, kCtaTupleProto = 2;
constexpr uint16_t kCtaIpV4Src = 1, kCtaIpV4Dst = 2, kCtaIpV6Src = 3, kCtaIpV6Dst = 4;
constexpr uint16_t kCtaProtoNum = 1, kCtaProtoSrcPort = 2, kCtaProtoDstPort = 3,
                   kCtaProtoIcmpId = 4, kCtaProtoIcmpType = 5, kCtaProtoIcmpCode = 6,
                   kCtaProtoIcmpv6Id = 7, kCtaProtoIcmpv6Type = 8, kCtaProtoIcmpv6Code = 9;
constexpr uint16_t kCtaProtoinfoTcp = 1, kCtaProtoinfoTcpState = 1;
constexpr uint16_t kCtaStatsGlobalEntries = 1, kCtaStatsGlobalMaxEntries = 2;
// IPS_*
constexpr uint32_t kIpsExpected = 1, kIpsSeenReply = 2, kIpsAssured = 4, kIpsConfirmed = 8,
                   kIpsSrcNat = 16, kIpsDstNat = 32, kIpsSrcNatDone = 128, kIpsDstNatDone = 256,
                   kIpsDying = 512;
// IP_CT_*
constexpr uint8_t kCtEstablished = 0, kCtRelated = 1, kCtNew = 2, kCtEstablishedReply = 3,
                  kCtRelatedReply = 4, kCtUntracked = 7;

}  // namespace abi

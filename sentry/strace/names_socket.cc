// Flags and numbers of sockets and poll.
#include "abi/linux/netlink.h"
#include "abi/linux/poll.h"
#include "abi/linux/socket.h"
#include "sentry/strace/names.h"

namespace sentry {
namespace {

constexpr NamedValue kFamiliesRows[] = {
    {abi::kAfUnspec, "AF_UNSPEC"}, {abi::kAfUnix, "AF_UNIX"},       {abi::kAfInet, "AF_INET"},
    {abi::kAfInet6, "AF_INET6"},   {abi::kAfNetlink, "AF_NETLINK"}, {abi::kAfPacket, "AF_PACKET"},
    {abi::kAfAlg, "AF_ALG"},       {abi::kAfVsock, "AF_VSOCK"},
};

constexpr NamedValue kSockTypesRows[] = {
    {abi::kSockStream, "SOCK_STREAM"},
    {abi::kSockDgram, "SOCK_DGRAM"},
    {abi::kSockRaw, "SOCK_RAW"},
    {abi::kSockRdm, "SOCK_RDM"},
    {abi::kSockSeqpacket, "SOCK_SEQPACKET"},
    {abi::kSockPacket, "SOCK_PACKET"},
};

constexpr NamedValue kSockFlagsRows[] = {
    {abi::kSockCloexec, "SOCK_CLOEXEC"},
    {abi::kSockNonblock, "SOCK_NONBLOCK"},
};

constexpr NamedValue kProtocolsRows[] = {
    {abi::kIpprotoIp, "IPPROTO_IP"},         {abi::kIpprotoIcmp, "IPPROTO_ICMP"},
    {abi::kIpprotoIgmp, "IPPROTO_IGMP"},     {abi::kIpprotoTcp, "IPPROTO_TCP"},
    {abi::kIpprotoUdp, "IPPROTO_UDP"},       {abi::kIpprotoIpv6, "IPPROTO_IPV6"},
    {abi::kIpprotoIcmpv6, "IPPROTO_ICMPV6"}, {abi::kIpprotoUdplite, "IPPROTO_UDPLITE"},
    {abi::kIpprotoRaw, "IPPROTO_RAW"},       {abi::kIpprotoMptcp, "IPPROTO_MPTCP"},
};

constexpr NamedValue kNetlinkProtocolsRows[] = {
    {abi::kNetlinkRoute, "NETLINK_ROUTE"},
    {abi::kNetlinkUsersock, "NETLINK_USERSOCK"},
    {abi::kNetlinkSockDiag, "NETLINK_SOCK_DIAG"},
    {abi::kNetlinkNetfilter, "NETLINK_NETFILTER"},
    {abi::kNetlinkKobjectUevent, "NETLINK_KOBJECT_UEVENT"},
    {abi::kNetlinkGeneric, "NETLINK_GENERIC"},
};

constexpr NamedValue kShutdownHowsRows[] = {
    {abi::kShutRd, "SHUT_RD"},
    {abi::kShutWr, "SHUT_WR"},
    {abi::kShutRdwr, "SHUT_RDWR"},
};

constexpr NamedValue kMsgFlagsRows[] = {
    {abi::kMsgOob, "MSG_OOB"},
    {abi::kMsgPeek, "MSG_PEEK"},
    {abi::kMsgDontroute, "MSG_DONTROUTE"},
    {abi::kMsgCtrunc, "MSG_CTRUNC"},
    {abi::kMsgProxy, "MSG_PROXY"},
    {abi::kMsgTrunc, "MSG_TRUNC"},
    {abi::kMsgDontwait, "MSG_DONTWAIT"},
    {abi::kMsgEor, "MSG_EOR"},
    {abi::kMsgWaitall, "MSG_WAITALL"},
    {abi::kMsgFin, "MSG_FIN"},
    {abi::kMsgSyn, "MSG_SYN"},
    {abi::kMsgConfirm, "MSG_CONFIRM"},
    {abi::kMsgRst, "MSG_RST"},
    {abi::kMsgErrqueue, "MSG_ERRQUEUE"},
    {abi::kMsgNosignal, "MSG_NOSIGNAL"},
    {abi::kMsgMore, "MSG_MORE"},
    {abi::kMsgWaitforone, "MSG_WAITFORONE"},
    {abi::kMsgBatch, "MSG_BATCH"},
    {abi::kMsgZerocopy, "MSG_ZEROCOPY"},
    {abi::kMsgFastopen, "MSG_FASTOPEN"},
    {abi::kMsgCmsgCloexec, "MSG_CMSG_CLOEXEC"},
};

constexpr NamedValue kSockLevelsRows[] = {
    {abi::kSolSocket, "SOL_SOCKET"},   {abi::kSolIp, "SOL_IP"},
    {abi::kSolTcp, "SOL_TCP"},         {abi::kSolUdp, "SOL_UDP"},
    {abi::kSolUdplite, "SOL_UDPLITE"}, {abi::kSolIpv6, "SOL_IPV6"},
    {abi::kSolIcmpv6, "SOL_ICMPV6"},   {abi::kSolRaw, "SOL_RAW"},
    {abi::kSolPacket, "SOL_PACKET"},   {abi::kSolNetlink, "SOL_NETLINK"},
};

constexpr NamedValue kControlTypesRows[] = {
    {abi::kScmRights, "SCM_RIGHTS"},
    {abi::kScmCredentials, "SCM_CREDENTIALS"},
    {abi::kScmSecurity, "SCM_SECURITY"},
    {abi::kScmPidfd, "SCM_PIDFD"},
    {abi::kScmTimestamp, "SCM_TIMESTAMP"},
    {abi::kScmTimestampns, "SCM_TIMESTAMPNS"},
    {abi::kScmTimestamping, "SCM_TIMESTAMPING"},
};

constexpr NamedValue kSockOptionsRows[] = {
    {abi::kSoDebug, "SO_DEBUG"},
    {abi::kSoReuseaddr, "SO_REUSEADDR"},
    {abi::kSoType, "SO_TYPE"},
    {abi::kSoError, "SO_ERROR"},
    {abi::kSoDontroute, "SO_DONTROUTE"},
    {abi::kSoBroadcast, "SO_BROADCAST"},
    {abi::kSoSndbuf, "SO_SNDBUF"},
    {abi::kSoRcvbuf, "SO_RCVBUF"},
    {abi::kSoKeepalive, "SO_KEEPALIVE"},
    {abi::kSoOobinline, "SO_OOBINLINE"},
    {abi::kSoNoCheck, "SO_NO_CHECK"},
    {abi::kSoPriority, "SO_PRIORITY"},
    {abi::kSoLinger, "SO_LINGER"},
    {abi::kSoBsdcompat, "SO_BSDCOMPAT"},
    {abi::kSoReuseport, "SO_REUSEPORT"},
    {abi::kSoPasscred, "SO_PASSCRED"},
    {abi::kSoPeercred, "SO_PEERCRED"},
    {abi::kSoRcvlowat, "SO_RCVLOWAT"},
    {abi::kSoSndlowat, "SO_SNDLOWAT"},
    {abi::kSoRcvtimeo, "SO_RCVTIMEO"},
    {abi::kSoSndtimeo, "SO_SNDTIMEO"},
    {abi::kSoBindtodevice, "SO_BINDTODEVICE"},
    {abi::kSoAttachFilter, "SO_ATTACH_FILTER"},
    {abi::kSoDetachFilter, "SO_DETACH_FILTER"},
    {abi::kSoPeername, "SO_PEERNAME"},
    {abi::kSoTimestamp, "SO_TIMESTAMP"},
    {abi::kSoAcceptconn, "SO_ACCEPTCONN"},
    {abi::kSoPeersec, "SO_PEERSEC"},
    {abi::kSoSndbufforce, "SO_SNDBUFFORCE"},
    {abi::kSoRcvbufforce, "SO_RCVBUFFORCE"},
    {abi::kSoPasssec, "SO_PASSSEC"},
    {abi::kSoTimestampns, "SO_TIMESTAMPNS"},
    {abi::kSoMark, "SO_MARK"},
    {abi::kSoTimestamping, "SO_TIMESTAMPING"},
    {abi::kSoProtocol, "SO_PROTOCOL"},
    {abi::kSoDomain, "SO_DOMAIN"},
    {abi::kSoRxqOvfl, "SO_RXQ_OVFL"},
    {abi::kSoWifiStatus, "SO_WIFI_STATUS"},
    {abi::kSoPeekOff, "SO_PEEK_OFF"},
    {abi::kSoNofcs, "SO_NOFCS"},
    {abi::kSoLockFilter, "SO_LOCK_FILTER"},
    {abi::kSoSelectErrQueue, "SO_SELECT_ERR_QUEUE"},
    {abi::kSoBusyPoll, "SO_BUSY_POLL"},
    {abi::kSoMaxPacingRate, "SO_MAX_PACING_RATE"},
    {abi::kSoBpfExtensions, "SO_BPF_EXTENSIONS"},
    {abi::kSoIncomingCpu, "SO_INCOMING_CPU"},
    {abi::kSoAttachBpf, "SO_ATTACH_BPF"},
    {abi::kSoAttachReuseportCbpf, "SO_ATTACH_REUSEPORT_CBPF"},
    {abi::kSoAttachReuseportEbpf, "SO_ATTACH_REUSEPORT_EBPF"},
    {abi::kSoCnxAdvice, "SO_CNX_ADVICE"},
    {abi::kSoMeminfo, "SO_MEMINFO"},
    {abi::kSoIncomingNapiId, "SO_INCOMING_NAPI_ID"},
    {abi::kSoCookie, "SO_COOKIE"},
    {abi::kSoPeergroups, "SO_PEERGROUPS"},
    {abi::kSoZerocopy, "SO_ZEROCOPY"},
    {abi::kSoTxtime, "SO_TXTIME"},
    {abi::kSoBindtoifindex, "SO_BINDTOIFINDEX"},
    {abi::kSoTimestampNew, "SO_TIMESTAMP_NEW"},
    {abi::kSoTimestampnsNew, "SO_TIMESTAMPNS_NEW"},
    {abi::kSoTimestampingNew, "SO_TIMESTAMPING_NEW"},
    {abi::kSoRcvtimeoNew, "SO_RCVTIMEO_NEW"},
    {abi::kSoSndtimeoNew, "SO_SNDTIMEO_NEW"},
    {abi::kSoDetachReuseportBpf, "SO_DETACH_REUSEPORT_BPF"},
    {abi::kSoPreferBusyPoll, "SO_PREFER_BUSY_POLL"},
    {abi::kSoBusyPollBudget, "SO_BUSY_POLL_BUDGET"},
    {abi::kSoNetnsCookie, "SO_NETNS_COOKIE"},
    {abi::kSoBufLock, "SO_BUF_LOCK"},
    {abi::kSoReserveMem, "SO_RESERVE_MEM"},
    {abi::kSoTxrehash, "SO_TXREHASH"},
    {abi::kSoRcvmark, "SO_RCVMARK"},
    {abi::kSoPasspidfd, "SO_PASSPIDFD"},
    {abi::kSoPeerpidfd, "SO_PEERPIDFD"},
    {abi::kSoPassrights, "SO_PASSRIGHTS"},
};

constexpr NamedValue kIpOptionsRows[] = {
    {abi::kIpTos, "IP_TOS"},
    {abi::kIpTtl, "IP_TTL"},
    {abi::kIpHdrincl, "IP_HDRINCL"},
    {abi::kIpOptions, "IP_OPTIONS"},
    {abi::kIpRouterAlert, "IP_ROUTER_ALERT"},
    {abi::kIpRecvopts, "IP_RECVOPTS"},
    {abi::kIpRetopts, "IP_RETOPTS"},
    {abi::kIpPktinfo, "IP_PKTINFO"},
    {abi::kIpPktoptions, "IP_PKTOPTIONS"},
    {abi::kIpMtuDiscover, "IP_MTU_DISCOVER"},
    {abi::kIpRecverr, "IP_RECVERR"},
    {abi::kIpRecvttl, "IP_RECVTTL"},
    {abi::kIpRecvtos, "IP_RECVTOS"},
    {abi::kIpMtu, "IP_MTU"},
    {abi::kIpFreebind, "IP_FREEBIND"},
    {abi::kIpPasssec, "IP_PASSSEC"},
    {abi::kIpTransparent, "IP_TRANSPARENT"},
    {abi::kIpRecvorigdstaddr, "IP_RECVORIGDSTADDR"},
    {abi::kIpMinttl, "IP_MINTTL"},
    {abi::kIpNodefrag, "IP_NODEFRAG"},
    {abi::kIpChecksum, "IP_CHECKSUM"},
    {abi::kIpBindAddressNoPort, "IP_BIND_ADDRESS_NO_PORT"},
    {abi::kIpRecvfragsize, "IP_RECVFRAGSIZE"},
    {abi::kIpRecverrRfc4884, "IP_RECVERR_RFC4884"},
    {abi::kIpMulticastIf, "IP_MULTICAST_IF"},
    {abi::kIpMulticastTtl, "IP_MULTICAST_TTL"},
    {abi::kIpMulticastLoop, "IP_MULTICAST_LOOP"},
    {abi::kIpAddMembership, "IP_ADD_MEMBERSHIP"},
    {abi::kIpDropMembership, "IP_DROP_MEMBERSHIP"},
    {abi::kIpUnblockSource, "IP_UNBLOCK_SOURCE"},
    {abi::kIpBlockSource, "IP_BLOCK_SOURCE"},
    {abi::kIpAddSourceMembership, "IP_ADD_SOURCE_MEMBERSHIP"},
    {abi::kIpDropSourceMembership, "IP_DROP_SOURCE_MEMBERSHIP"},
    {abi::kIpMsfilter, "IP_MSFILTER"},
    {abi::kMcastJoinGroup, "MCAST_JOIN_GROUP"},
    {abi::kMcastLeaveGroup, "MCAST_LEAVE_GROUP"},
    {abi::kIpMulticastAll, "IP_MULTICAST_ALL"},
    {abi::kIpUnicastIf, "IP_UNICAST_IF"},
    {abi::kIpLocalPortRange, "IP_LOCAL_PORT_RANGE"},
    {abi::kIpProtocol, "IP_PROTOCOL"},
};

constexpr NamedValue kIpv6OptionsRows[] = {
    {abi::kIpv6Addrform, "IPV6_ADDRFORM"},
    {abi::kIpv62292pktinfo, "IPV6_2292PKTINFO"},
    {abi::kIpv6Checksum, "IPV6_CHECKSUM"},
    {abi::kIpv62292hoplimit, "IPV6_2292HOPLIMIT"},
    {abi::kIpv6Nexthop, "IPV6_NEXTHOP"},
    {abi::kIpv6Flowinfo, "IPV6_FLOWINFO"},
    {abi::kIpv6UnicastHops, "IPV6_UNICAST_HOPS"},
    {abi::kIpv6MulticastIf, "IPV6_MULTICAST_IF"},
    {abi::kIpv6MulticastHops, "IPV6_MULTICAST_HOPS"},
    {abi::kIpv6MulticastLoop, "IPV6_MULTICAST_LOOP"},
    {abi::kIpv6AddMembership, "IPV6_ADD_MEMBERSHIP"},
    {abi::kIpv6DropMembership, "IPV6_DROP_MEMBERSHIP"},
    {abi::kIpv6RouterAlert, "IPV6_ROUTER_ALERT"},
    {abi::kIpv6MtuDiscover, "IPV6_MTU_DISCOVER"},
    {abi::kIpv6Mtu, "IPV6_MTU"},
    {abi::kIpv6Recverr, "IPV6_RECVERR"},
    {abi::kIpv6V6only, "IPV6_V6ONLY"},
    {abi::kIpv6JoinAnycast, "IPV6_JOIN_ANYCAST"},
    {abi::kIpv6LeaveAnycast, "IPV6_LEAVE_ANYCAST"},
    {abi::kIpv6MulticastAll, "IPV6_MULTICAST_ALL"},
    {abi::kIpv6FlowlabelMgr, "IPV6_FLOWLABEL_MGR"},
    {abi::kIpv6FlowinfoSend, "IPV6_FLOWINFO_SEND"},
    {abi::kIpv6Recvpktinfo, "IPV6_RECVPKTINFO"},
    {abi::kIpv6Pktinfo, "IPV6_PKTINFO"},
    {abi::kIpv6Recvhoplimit, "IPV6_RECVHOPLIMIT"},
    {abi::kIpv6Hoplimit, "IPV6_HOPLIMIT"},
    {abi::kIpv6Recvhopopts, "IPV6_RECVHOPOPTS"},
    {abi::kIpv6Hopopts, "IPV6_HOPOPTS"},
    {abi::kIpv6Recvrthdr, "IPV6_RECVRTHDR"},
    {abi::kIpv6Rthdr, "IPV6_RTHDR"},
    {abi::kIpv6Recvdstopts, "IPV6_RECVDSTOPTS"},
    {abi::kIpv6Dstopts, "IPV6_DSTOPTS"},
    {abi::kIpv6Recvpathmtu, "IPV6_RECVPATHMTU"},
    {abi::kIpv6Pathmtu, "IPV6_PATHMTU"},
    {abi::kIpv6Dontfrag, "IPV6_DONTFRAG"},
    {abi::kIpv6Recvtclass, "IPV6_RECVTCLASS"},
    {abi::kIpv6Tclass, "IPV6_TCLASS"},
    {abi::kIpv6Autoflowlabel, "IPV6_AUTOFLOWLABEL"},
    {abi::kIpv6AddrPreferences, "IPV6_ADDR_PREFERENCES"},
    {abi::kIpv6Minhopcount, "IPV6_MINHOPCOUNT"},
    {abi::kIpv6Transparent, "IPV6_TRANSPARENT"},
    {abi::kIpv6UnicastIf, "IPV6_UNICAST_IF"},
    {abi::kIpv6Recvfragsize, "IPV6_RECVFRAGSIZE"},
    {abi::kIpv6Freebind, "IPV6_FREEBIND"},
};

constexpr NamedValue kTcpOptionsRows[] = {
    {abi::kTcpNodelay, "TCP_NODELAY"},
    {abi::kTcpMaxseg, "TCP_MAXSEG"},
    {abi::kTcpCork, "TCP_CORK"},
    {abi::kTcpKeepidle, "TCP_KEEPIDLE"},
    {abi::kTcpKeepintvl, "TCP_KEEPINTVL"},
    {abi::kTcpKeepcnt, "TCP_KEEPCNT"},
    {abi::kTcpSyncnt, "TCP_SYNCNT"},
    {abi::kTcpLinger2, "TCP_LINGER2"},
    {abi::kTcpDeferAccept, "TCP_DEFER_ACCEPT"},
    {abi::kTcpWindowClamp, "TCP_WINDOW_CLAMP"},
    {abi::kTcpInfo, "TCP_INFO"},
    {abi::kTcpQuickack, "TCP_QUICKACK"},
    {abi::kTcpCongestion, "TCP_CONGESTION"},
    {abi::kTcpMd5sig, "TCP_MD5SIG"},
    {abi::kTcpThinLinearTimeouts, "TCP_THIN_LINEAR_TIMEOUTS"},
    {abi::kTcpThinDupack, "TCP_THIN_DUPACK"},
    {abi::kTcpUserTimeout, "TCP_USER_TIMEOUT"},
    {abi::kTcpRepair, "TCP_REPAIR"},
    {abi::kTcpRepairQueue, "TCP_REPAIR_QUEUE"},
    {abi::kTcpQueueSeq, "TCP_QUEUE_SEQ"},
    {abi::kTcpRepairOptions, "TCP_REPAIR_OPTIONS"},
    {abi::kTcpFastopen, "TCP_FASTOPEN"},
    {abi::kTcpTimestamp, "TCP_TIMESTAMP"},
    {abi::kTcpNotsentLowat, "TCP_NOTSENT_LOWAT"},
    {abi::kTcpCcInfo, "TCP_CC_INFO"},
    {abi::kTcpSaveSyn, "TCP_SAVE_SYN"},
    {abi::kTcpSavedSyn, "TCP_SAVED_SYN"},
    {abi::kTcpRepairWindow, "TCP_REPAIR_WINDOW"},
    {abi::kTcpFastopenConnect, "TCP_FASTOPEN_CONNECT"},
    {abi::kTcpUlp, "TCP_ULP"},
    {abi::kTcpMd5sigExt, "TCP_MD5SIG_EXT"},
    {abi::kTcpFastopenKey, "TCP_FASTOPEN_KEY"},
    {abi::kTcpFastopenNoCookie, "TCP_FASTOPEN_NO_COOKIE"},
    {abi::kTcpZerocopyReceive, "TCP_ZEROCOPY_RECEIVE"},
    {abi::kTcpInq, "TCP_INQ"},
    {abi::kTcpTxDelay, "TCP_TX_DELAY"},
};

constexpr NamedValue kUdpOptionsRows[] = {
    {abi::kUdpCork, "UDP_CORK"},
    {abi::kUdpEncap, "UDP_ENCAP"},
    {abi::kUdpNoCheck6Tx, "UDP_NO_CHECK6_TX"},
    {abi::kUdpNoCheck6Rx, "UDP_NO_CHECK6_RX"},
    {abi::kUdpSegment, "UDP_SEGMENT"},
    {abi::kUdpGro, "UDP_GRO"},
};

constexpr NamedValue kPollEventsRows[] = {
    {abi::kPollIn, "POLLIN"},         {abi::kPollPri, "POLLPRI"},
    {abi::kPollOut, "POLLOUT"},       {abi::kPollRdnorm, "POLLRDNORM"},
    {abi::kPollRdband, "POLLRDBAND"}, {abi::kPollWrnorm, "POLLWRNORM"},
    {abi::kPollWrband, "POLLWRBAND"}, {abi::kPollMsg, "POLLMSG"},
    {abi::kPollErr, "POLLERR"},       {abi::kPollHup, "POLLHUP"},
    {abi::kPollNval, "POLLNVAL"},     {abi::kPollRdhup, "POLLRDHUP"},
};

}  // namespace

constexpr NameSet kFamiliesNames{kFamiliesRows, "AF_???", ""};
constexpr NameSet kSockTypesNames{kSockTypesRows, "SOCK_???", ""};
constexpr NameSet kSockFlagsNames{kSockFlagsRows, "SOCK_???", ""};
constexpr NameSet kProtocolsNames{kProtocolsRows, "IPPROTO_???", ""};
constexpr NameSet kNetlinkProtocolsNames{kNetlinkProtocolsRows, "NETLINK_???", ""};
constexpr NameSet kShutdownHowsNames{kShutdownHowsRows, "SHUT_???", ""};
constexpr NameSet kMsgFlagsNames{kMsgFlagsRows, "MSG_???", ""};
constexpr NameSet kSockLevelsNames{kSockLevelsRows, "SOL_???", ""};
constexpr NameSet kControlTypesNames{kControlTypesRows, "SCM_???", ""};
constexpr NameSet kSockOptionsNames{kSockOptionsRows, "SO_???", ""};
constexpr NameSet kIpOptionsNames{kIpOptionsRows, "IP_???", ""};
constexpr NameSet kIpv6OptionsNames{kIpv6OptionsRows, "IPV6_???", ""};
constexpr NameSet kTcpOptionsNames{kTcpOptionsRows, "TCP_???", ""};
constexpr NameSet kUdpOptionsNames{kUdpOptionsRows, "UDP_???", ""};
constexpr NameSet kPollEventsNames{kPollEventsRows, "POLL???", ""};

}  // namespace sentry

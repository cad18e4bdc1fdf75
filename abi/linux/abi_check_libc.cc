// As abi_check.cc, for what the uapi headers leave to the C library: address families, socket
// types, message flags, wait options.  The two sets of headers cannot be included together.
#include "abi/linux/abi_check.h"

// These headers need this order.
// clang-format off
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
// clang-format on

#include "abi/linux/socket.h"
#include "abi/linux/stat.h"

namespace abi {
namespace {

// Layouts.

// socket.h
ABI_SIZE(SockAddr, struct sockaddr);
ABI_FIELD(SockAddr, sa_family, struct sockaddr, sa_family);
ABI_FIELD(SockAddr, sa_data, struct sockaddr, sa_data);
ABI_SIZE(SockAddrStorage, struct sockaddr_storage);
ABI_FIELD(SockAddrStorage, ss_family, struct sockaddr_storage, ss_family);
ABI_SIZE(SockAddrUn, struct sockaddr_un);
ABI_FIELD(SockAddrUn, sun_family, struct sockaddr_un, sun_family);
ABI_FIELD(SockAddrUn, sun_path, struct sockaddr_un, sun_path);
ABI_SIZE(SockAddrIn, struct sockaddr_in);
ABI_FIELD(SockAddrIn, sin_family, struct sockaddr_in, sin_family);
ABI_FIELD(SockAddrIn, sin_port, struct sockaddr_in, sin_port);
ABI_FIELD(SockAddrIn, sin_addr, struct sockaddr_in, sin_addr);
ABI_SIZE(SockAddrIn6, struct sockaddr_in6);
ABI_FIELD(SockAddrIn6, sin6_family, struct sockaddr_in6, sin6_family);
ABI_FIELD(SockAddrIn6, sin6_port, struct sockaddr_in6, sin6_port);
ABI_FIELD(SockAddrIn6, sin6_flowinfo, struct sockaddr_in6, sin6_flowinfo);
ABI_FIELD(SockAddrIn6, sin6_addr, struct sockaddr_in6, sin6_addr);
ABI_FIELD(SockAddrIn6, sin6_scope_id, struct sockaddr_in6, sin6_scope_id);
ABI_SIZE(Iovec, struct iovec);
ABI_FIELD(Iovec, iov_base, struct iovec, iov_base);
ABI_FIELD(Iovec, iov_len, struct iovec, iov_len);
ABI_SIZE(MsgHdr, struct msghdr);
ABI_FIELD(MsgHdr, msg_name, struct msghdr, msg_name);
ABI_FIELD(MsgHdr, msg_namelen, struct msghdr, msg_namelen);
ABI_FIELD(MsgHdr, msg_iov, struct msghdr, msg_iov);
ABI_FIELD(MsgHdr, msg_iovlen, struct msghdr, msg_iovlen);
ABI_FIELD(MsgHdr, msg_control, struct msghdr, msg_control);
ABI_FIELD(MsgHdr, msg_controllen, struct msghdr, msg_controllen);
ABI_FIELD(MsgHdr, msg_flags, struct msghdr, msg_flags);
ABI_SIZE(Mmsghdr, struct mmsghdr);
ABI_FIELD(Mmsghdr, msg_hdr, struct mmsghdr, msg_hdr);
ABI_FIELD(Mmsghdr, msg_len, struct mmsghdr, msg_len);
ABI_SIZE(CmsgHdr, struct cmsghdr);
ABI_FIELD(CmsgHdr, cmsg_len, struct cmsghdr, cmsg_len);
ABI_FIELD(CmsgHdr, cmsg_level, struct cmsghdr, cmsg_level);
ABI_FIELD(CmsgHdr, cmsg_type, struct cmsghdr, cmsg_type);
ABI_SIZE(Ucred, struct ucred);
ABI_FIELD(Ucred, pid, struct ucred, pid);
ABI_FIELD(Ucred, uid, struct ucred, uid);
ABI_FIELD(Ucred, gid, struct ucred, gid);
ABI_SIZE(Linger, struct linger);
ABI_FIELD(Linger, l_onoff, struct linger, l_onoff);
ABI_FIELD(Linger, l_linger, struct linger, l_linger);
ABI_SIZE(IpMreqn, struct ip_mreqn);
ABI_FIELD(IpMreqn, imr_multiaddr, struct ip_mreqn, imr_multiaddr);
ABI_FIELD(IpMreqn, imr_address, struct ip_mreqn, imr_address);
ABI_FIELD(IpMreqn, imr_ifindex, struct ip_mreqn, imr_ifindex);
ABI_SIZE(InPktinfo, struct in_pktinfo);
ABI_FIELD(InPktinfo, ipi_ifindex, struct in_pktinfo, ipi_ifindex);
ABI_FIELD(InPktinfo, ipi_spec_dst, struct in_pktinfo, ipi_spec_dst);
ABI_FIELD(InPktinfo, ipi_addr, struct in_pktinfo, ipi_addr);
ABI_SIZE(Ipv6Mreq, struct ipv6_mreq);
ABI_FIELD(Ipv6Mreq, ipv6mr_multiaddr, struct ipv6_mreq, ipv6mr_multiaddr);
ABI_OFFSET(Ipv6Mreq, ipv6mr_ifindex, struct ipv6_mreq, ipv6mr_interface);
ABI_SIZE(In6Pktinfo, struct in6_pktinfo);
ABI_FIELD(In6Pktinfo, ipi6_addr, struct in6_pktinfo, ipi6_addr);
ABI_FIELD(In6Pktinfo, ipi6_ifindex, struct in6_pktinfo, ipi6_ifindex);
ABI_SIZE(SockExtendedErr, struct sock_extended_err);
ABI_FIELD(SockExtendedErr, ee_errno, struct sock_extended_err, ee_errno);
ABI_FIELD(SockExtendedErr, ee_origin, struct sock_extended_err, ee_origin);
ABI_FIELD(SockExtendedErr, ee_type, struct sock_extended_err, ee_type);
ABI_FIELD(SockExtendedErr, ee_code, struct sock_extended_err, ee_code);
ABI_FIELD(SockExtendedErr, ee_pad, struct sock_extended_err, ee_pad);
ABI_FIELD(SockExtendedErr, ee_info, struct sock_extended_err, ee_info);
ABI_FIELD(SockExtendedErr, ee_data, struct sock_extended_err, ee_data);

// Numbers.

// stat.h
ABI_SAME(kSIfmt, S_IFMT);
ABI_SAME(kSIfsock, S_IFSOCK);
ABI_SAME(kSIflnk, S_IFLNK);
ABI_SAME(kSIfreg, S_IFREG);
ABI_SAME(kSIfblk, S_IFBLK);
ABI_SAME(kSIfdir, S_IFDIR);
ABI_SAME(kSIfchr, S_IFCHR);
ABI_SAME(kSIfifo, S_IFIFO);
ABI_SAME(kSIsuid, S_ISUID);
ABI_SAME(kSIsgid, S_ISGID);
ABI_SAME(kSIsvtx, S_ISVTX);
ABI_SAME(kSIrwxu, S_IRWXU);
ABI_SAME(kSIrusr, S_IRUSR);
ABI_SAME(kSIwusr, S_IWUSR);
ABI_SAME(kSIxusr, S_IXUSR);
ABI_SAME(kSIrwxg, S_IRWXG);
ABI_SAME(kSIrgrp, S_IRGRP);
ABI_SAME(kSIwgrp, S_IWGRP);
ABI_SAME(kSIxgrp, S_IXGRP);
ABI_SAME(kSIrwxo, S_IRWXO);
ABI_SAME(kSIroth, S_IROTH);
ABI_SAME(kSIwoth, S_IWOTH);
ABI_SAME(kSIxoth, S_IXOTH);

// socket.h
ABI_SAME(kAfUnspec, AF_UNSPEC);
ABI_SAME(kAfUnix, AF_UNIX);
ABI_SAME(kAfInet, AF_INET);
ABI_SAME(kAfInet6, AF_INET6);
ABI_SAME(kAfNetlink, AF_NETLINK);
ABI_SAME(kAfPacket, AF_PACKET);
ABI_SAME(kAfAlg, AF_ALG);
ABI_SAME(kAfVsock, AF_VSOCK);
ABI_SAME(kSockStream, SOCK_STREAM);
ABI_SAME(kSockDgram, SOCK_DGRAM);
ABI_SAME(kSockRaw, SOCK_RAW);
ABI_SAME(kSockRdm, SOCK_RDM);
ABI_SAME(kSockSeqpacket, SOCK_SEQPACKET);
ABI_SAME(kSockPacket, SOCK_PACKET);
ABI_SAME(kSockCloexec, SOCK_CLOEXEC);
ABI_SAME(kSockNonblock, SOCK_NONBLOCK);
ABI_SAME(kShutRd, SHUT_RD);
ABI_SAME(kShutWr, SHUT_WR);
ABI_SAME(kShutRdwr, SHUT_RDWR);
ABI_SAME(kSomaxconn, SOMAXCONN);
ABI_SAME(kIpprotoIp, IPPROTO_IP);
ABI_SAME(kIpprotoIcmp, IPPROTO_ICMP);
ABI_SAME(kIpprotoIgmp, IPPROTO_IGMP);
ABI_SAME(kIpprotoTcp, IPPROTO_TCP);
ABI_SAME(kIpprotoUdp, IPPROTO_UDP);
ABI_SAME(kIpprotoIpv6, IPPROTO_IPV6);
ABI_SAME(kIpprotoIcmpv6, IPPROTO_ICMPV6);
ABI_SAME(kIpprotoUdplite, IPPROTO_UDPLITE);
ABI_SAME(kIpprotoRaw, IPPROTO_RAW);
ABI_SAME(kIpprotoMptcp, IPPROTO_MPTCP);
ABI_SAME(kMsgOob, MSG_OOB);
ABI_SAME(kMsgPeek, MSG_PEEK);
ABI_SAME(kMsgDontroute, MSG_DONTROUTE);
ABI_SAME(kMsgCtrunc, MSG_CTRUNC);
ABI_SAME(kMsgProxy, MSG_PROXY);
ABI_SAME(kMsgTrunc, MSG_TRUNC);
ABI_SAME(kMsgDontwait, MSG_DONTWAIT);
ABI_SAME(kMsgEor, MSG_EOR);
ABI_SAME(kMsgWaitall, MSG_WAITALL);
ABI_SAME(kMsgFin, MSG_FIN);
ABI_SAME(kMsgSyn, MSG_SYN);
ABI_SAME(kMsgConfirm, MSG_CONFIRM);
ABI_SAME(kMsgRst, MSG_RST);
ABI_SAME(kMsgErrqueue, MSG_ERRQUEUE);
ABI_SAME(kMsgNosignal, MSG_NOSIGNAL);
ABI_SAME(kMsgMore, MSG_MORE);
ABI_SAME(kMsgWaitforone, MSG_WAITFORONE);
ABI_SAME(kMsgBatch, MSG_BATCH);
ABI_SAME(kMsgZerocopy, MSG_ZEROCOPY);
ABI_SAME(kMsgFastopen, MSG_FASTOPEN);
ABI_SAME(kMsgCmsgCloexec, MSG_CMSG_CLOEXEC);
ABI_SAME(kScmRights, SCM_RIGHTS);
ABI_SAME(kScmCredentials, SCM_CREDENTIALS);
#ifdef SCM_SECURITY
ABI_SAME(kScmSecurity, SCM_SECURITY);
#endif
#ifdef SCM_PIDFD
ABI_SAME(kScmPidfd, SCM_PIDFD);
#endif
ABI_SAME(kSoEeOriginNone, SO_EE_ORIGIN_NONE);
ABI_SAME(kSoEeOriginLocal, SO_EE_ORIGIN_LOCAL);
ABI_SAME(kSoEeOriginIcmp, SO_EE_ORIGIN_ICMP);
ABI_SAME(kSoEeOriginIcmp6, SO_EE_ORIGIN_ICMP6);
ABI_SAME(kSolSocket, SOL_SOCKET);
ABI_SAME(kSolIp, SOL_IP);
ABI_SAME(kSolTcp, SOL_TCP);
ABI_SAME(kSolUdp, SOL_UDP);
ABI_SAME(kSolIpv6, SOL_IPV6);
ABI_SAME(kSolIcmpv6, SOL_ICMPV6);
ABI_SAME(kSolRaw, SOL_RAW);
ABI_SAME(kSolPacket, SOL_PACKET);
ABI_SAME(kSolNetlink, SOL_NETLINK);
ABI_SAME(kSoDebug, SO_DEBUG);
ABI_SAME(kSoReuseaddr, SO_REUSEADDR);
ABI_SAME(kSoType, SO_TYPE);
ABI_SAME(kSoError, SO_ERROR);
ABI_SAME(kSoDontroute, SO_DONTROUTE);
ABI_SAME(kSoBroadcast, SO_BROADCAST);
ABI_SAME(kSoSndbuf, SO_SNDBUF);
ABI_SAME(kSoRcvbuf, SO_RCVBUF);
ABI_SAME(kSoKeepalive, SO_KEEPALIVE);
ABI_SAME(kSoOobinline, SO_OOBINLINE);
ABI_SAME(kSoNoCheck, SO_NO_CHECK);
ABI_SAME(kSoPriority, SO_PRIORITY);
ABI_SAME(kSoLinger, SO_LINGER);
ABI_SAME(kSoBsdcompat, SO_BSDCOMPAT);
ABI_SAME(kSoReuseport, SO_REUSEPORT);
ABI_SAME(kSoPasscred, SO_PASSCRED);
ABI_SAME(kSoPeercred, SO_PEERCRED);
ABI_SAME(kSoRcvlowat, SO_RCVLOWAT);
ABI_SAME(kSoSndlowat, SO_SNDLOWAT);
ABI_SAME(kSoRcvtimeo, SO_RCVTIMEO);
ABI_SAME(kSoSndtimeo, SO_SNDTIMEO);
ABI_SAME(kSoBindtodevice, SO_BINDTODEVICE);
ABI_SAME(kSoAttachFilter, SO_ATTACH_FILTER);
ABI_SAME(kSoDetachFilter, SO_DETACH_FILTER);
ABI_SAME(kSoPeername, SO_PEERNAME);
ABI_SAME(kSoTimestamp, SO_TIMESTAMP);
ABI_SAME(kSoAcceptconn, SO_ACCEPTCONN);
ABI_SAME(kSoPeersec, SO_PEERSEC);
ABI_SAME(kSoSndbufforce, SO_SNDBUFFORCE);
ABI_SAME(kSoRcvbufforce, SO_RCVBUFFORCE);
ABI_SAME(kSoPasssec, SO_PASSSEC);
ABI_SAME(kSoTimestampns, SO_TIMESTAMPNS);
ABI_SAME(kSoMark, SO_MARK);
ABI_SAME(kSoTimestamping, SO_TIMESTAMPING);
ABI_SAME(kSoProtocol, SO_PROTOCOL);
ABI_SAME(kSoDomain, SO_DOMAIN);
ABI_SAME(kSoRxqOvfl, SO_RXQ_OVFL);
ABI_SAME(kSoWifiStatus, SO_WIFI_STATUS);
ABI_SAME(kSoPeekOff, SO_PEEK_OFF);
ABI_SAME(kSoNofcs, SO_NOFCS);
ABI_SAME(kSoLockFilter, SO_LOCK_FILTER);
ABI_SAME(kSoSelectErrQueue, SO_SELECT_ERR_QUEUE);
ABI_SAME(kSoBusyPoll, SO_BUSY_POLL);
ABI_SAME(kSoMaxPacingRate, SO_MAX_PACING_RATE);
ABI_SAME(kSoBpfExtensions, SO_BPF_EXTENSIONS);
ABI_SAME(kSoIncomingCpu, SO_INCOMING_CPU);
ABI_SAME(kSoAttachBpf, SO_ATTACH_BPF);
ABI_SAME(kSoAttachReuseportCbpf, SO_ATTACH_REUSEPORT_CBPF);
ABI_SAME(kSoAttachReuseportEbpf, SO_ATTACH_REUSEPORT_EBPF);
ABI_SAME(kSoCnxAdvice, SO_CNX_ADVICE);
ABI_SAME(kSoMeminfo, SO_MEMINFO);
ABI_SAME(kSoIncomingNapiId, SO_INCOMING_NAPI_ID);
ABI_SAME(kSoCookie, SO_COOKIE);
ABI_SAME(kSoPeergroups, SO_PEERGROUPS);
ABI_SAME(kSoZerocopy, SO_ZEROCOPY);
ABI_SAME(kSoTxtime, SO_TXTIME);
ABI_SAME(kSoBindtoifindex, SO_BINDTOIFINDEX);
ABI_SAME(kSoTimestampNew, SO_TIMESTAMP_NEW);
ABI_SAME(kSoTimestampnsNew, SO_TIMESTAMPNS_NEW);
ABI_SAME(kSoTimestampingNew, SO_TIMESTAMPING_NEW);
ABI_SAME(kSoRcvtimeoNew, SO_RCVTIMEO_NEW);
ABI_SAME(kSoSndtimeoNew, SO_SNDTIMEO_NEW);
ABI_SAME(kSoDetachReuseportBpf, SO_DETACH_REUSEPORT_BPF);
ABI_SAME(kSoPreferBusyPoll, SO_PREFER_BUSY_POLL);
ABI_SAME(kSoBusyPollBudget, SO_BUSY_POLL_BUDGET);
ABI_SAME(kSoNetnsCookie, SO_NETNS_COOKIE);
ABI_SAME(kSoBufLock, SO_BUF_LOCK);
ABI_SAME(kSoReserveMem, SO_RESERVE_MEM);
ABI_SAME(kSoTxrehash, SO_TXREHASH);
ABI_SAME(kSoRcvmark, SO_RCVMARK);
#ifdef SO_PASSPIDFD
ABI_SAME(kSoPasspidfd, SO_PASSPIDFD);
#endif
#ifdef SO_PEERPIDFD
ABI_SAME(kSoPeerpidfd, SO_PEERPIDFD);
#endif
#ifdef SO_PASSRIGHTS
ABI_SAME(kSoPassrights, SO_PASSRIGHTS);
#endif
ABI_SAME(kIpTos, IP_TOS);
ABI_SAME(kIpTtl, IP_TTL);
ABI_SAME(kIpHdrincl, IP_HDRINCL);
ABI_SAME(kIpOptions, IP_OPTIONS);
ABI_SAME(kIpRouterAlert, IP_ROUTER_ALERT);
ABI_SAME(kIpRecvopts, IP_RECVOPTS);
ABI_SAME(kIpRetopts, IP_RETOPTS);
ABI_SAME(kIpPktinfo, IP_PKTINFO);
ABI_SAME(kIpPktoptions, IP_PKTOPTIONS);
ABI_SAME(kIpMtuDiscover, IP_MTU_DISCOVER);
ABI_SAME(kIpRecverr, IP_RECVERR);
ABI_SAME(kIpRecvttl, IP_RECVTTL);
ABI_SAME(kIpRecvtos, IP_RECVTOS);
ABI_SAME(kIpMtu, IP_MTU);
ABI_SAME(kIpFreebind, IP_FREEBIND);
ABI_SAME(kIpPasssec, IP_PASSSEC);
ABI_SAME(kIpTransparent, IP_TRANSPARENT);
ABI_SAME(kIpRecvorigdstaddr, IP_RECVORIGDSTADDR);
ABI_SAME(kIpMinttl, IP_MINTTL);
ABI_SAME(kIpNodefrag, IP_NODEFRAG);
ABI_SAME(kIpChecksum, IP_CHECKSUM);
ABI_SAME(kIpBindAddressNoPort, IP_BIND_ADDRESS_NO_PORT);
ABI_SAME(kIpRecvfragsize, IP_RECVFRAGSIZE);
ABI_SAME(kIpRecverrRfc4884, IP_RECVERR_RFC4884);
ABI_SAME(kIpPmtudiscDont, IP_PMTUDISC_DONT);
ABI_SAME(kIpPmtudiscWant, IP_PMTUDISC_WANT);
ABI_SAME(kIpPmtudiscDo, IP_PMTUDISC_DO);
ABI_SAME(kIpPmtudiscProbe, IP_PMTUDISC_PROBE);
ABI_SAME(kIpPmtudiscInterface, IP_PMTUDISC_INTERFACE);
ABI_SAME(kIpPmtudiscOmit, IP_PMTUDISC_OMIT);
ABI_SAME(kIpMulticastIf, IP_MULTICAST_IF);
ABI_SAME(kIpMulticastTtl, IP_MULTICAST_TTL);
ABI_SAME(kIpMulticastLoop, IP_MULTICAST_LOOP);
ABI_SAME(kIpAddMembership, IP_ADD_MEMBERSHIP);
ABI_SAME(kIpDropMembership, IP_DROP_MEMBERSHIP);
ABI_SAME(kIpUnblockSource, IP_UNBLOCK_SOURCE);
ABI_SAME(kIpBlockSource, IP_BLOCK_SOURCE);
ABI_SAME(kIpAddSourceMembership, IP_ADD_SOURCE_MEMBERSHIP);
ABI_SAME(kIpDropSourceMembership, IP_DROP_SOURCE_MEMBERSHIP);
ABI_SAME(kIpMsfilter, IP_MSFILTER);
ABI_SAME(kMcastJoinGroup, MCAST_JOIN_GROUP);
ABI_SAME(kMcastLeaveGroup, MCAST_LEAVE_GROUP);
ABI_SAME(kIpMulticastAll, IP_MULTICAST_ALL);
ABI_SAME(kIpUnicastIf, IP_UNICAST_IF);
ABI_SAME(kIpLocalPortRange, IP_LOCAL_PORT_RANGE);
ABI_SAME(kIpProtocol, IP_PROTOCOL);
ABI_SAME(kIpv6Addrform, IPV6_ADDRFORM);
ABI_SAME(kIpv62292pktinfo, IPV6_2292PKTINFO);
ABI_SAME(kIpv6Checksum, IPV6_CHECKSUM);
ABI_SAME(kIpv62292hoplimit, IPV6_2292HOPLIMIT);
ABI_SAME(kIpv6Nexthop, IPV6_NEXTHOP);
ABI_SAME(kIpv6Flowinfo, IPV6_FLOWINFO);
ABI_SAME(kIpv6UnicastHops, IPV6_UNICAST_HOPS);
ABI_SAME(kIpv6MulticastIf, IPV6_MULTICAST_IF);
ABI_SAME(kIpv6MulticastHops, IPV6_MULTICAST_HOPS);
ABI_SAME(kIpv6MulticastLoop, IPV6_MULTICAST_LOOP);
ABI_SAME(kIpv6AddMembership, IPV6_ADD_MEMBERSHIP);
ABI_SAME(kIpv6DropMembership, IPV6_DROP_MEMBERSHIP);
ABI_SAME(kIpv6RouterAlert, IPV6_ROUTER_ALERT);
ABI_SAME(kIpv6MtuDiscover, IPV6_MTU_DISCOVER);
ABI_SAME(kIpv6Mtu, IPV6_MTU);
ABI_SAME(kIpv6Recverr, IPV6_RECVERR);
ABI_SAME(kIpv6V6only, IPV6_V6ONLY);
ABI_SAME(kIpv6JoinAnycast, IPV6_JOIN_ANYCAST);
ABI_SAME(kIpv6LeaveAnycast, IPV6_LEAVE_ANYCAST);
ABI_SAME(kIpv6MulticastAll, IPV6_MULTICAST_ALL);
ABI_SAME(kIpv6FlowlabelMgr, IPV6_FLOWLABEL_MGR);
ABI_SAME(kIpv6FlowinfoSend, IPV6_FLOWINFO_SEND);
ABI_SAME(kIpv6Recvpktinfo, IPV6_RECVPKTINFO);
ABI_SAME(kIpv6Pktinfo, IPV6_PKTINFO);
ABI_SAME(kIpv6Recvhoplimit, IPV6_RECVHOPLIMIT);
ABI_SAME(kIpv6Hoplimit, IPV6_HOPLIMIT);
ABI_SAME(kIpv6Recvhopopts, IPV6_RECVHOPOPTS);
ABI_SAME(kIpv6Hopopts, IPV6_HOPOPTS);
ABI_SAME(kIpv6Recvrthdr, IPV6_RECVRTHDR);
ABI_SAME(kIpv6Rthdr, IPV6_RTHDR);
ABI_SAME(kIpv6Recvdstopts, IPV6_RECVDSTOPTS);
ABI_SAME(kIpv6Dstopts, IPV6_DSTOPTS);
ABI_SAME(kIpv6Recvpathmtu, IPV6_RECVPATHMTU);
ABI_SAME(kIpv6Pathmtu, IPV6_PATHMTU);
ABI_SAME(kIpv6Dontfrag, IPV6_DONTFRAG);
ABI_SAME(kIpv6Recvtclass, IPV6_RECVTCLASS);
ABI_SAME(kIpv6Tclass, IPV6_TCLASS);
ABI_SAME(kIpv6Autoflowlabel, IPV6_AUTOFLOWLABEL);
ABI_SAME(kIpv6AddrPreferences, IPV6_ADDR_PREFERENCES);
ABI_SAME(kIpv6Minhopcount, IPV6_MINHOPCOUNT);
ABI_SAME(kIpv6Transparent, IPV6_TRANSPARENT);
ABI_SAME(kIpv6UnicastIf, IPV6_UNICAST_IF);
ABI_SAME(kIpv6Recvfragsize, IPV6_RECVFRAGSIZE);
ABI_SAME(kIpv6Freebind, IPV6_FREEBIND);
ABI_SAME(kTcpNodelay, TCP_NODELAY);
ABI_SAME(kTcpMaxseg, TCP_MAXSEG);
ABI_SAME(kTcpCork, TCP_CORK);
ABI_SAME(kTcpKeepidle, TCP_KEEPIDLE);
ABI_SAME(kTcpKeepintvl, TCP_KEEPINTVL);
ABI_SAME(kTcpKeepcnt, TCP_KEEPCNT);
ABI_SAME(kTcpSyncnt, TCP_SYNCNT);
ABI_SAME(kTcpLinger2, TCP_LINGER2);
ABI_SAME(kTcpDeferAccept, TCP_DEFER_ACCEPT);
ABI_SAME(kTcpWindowClamp, TCP_WINDOW_CLAMP);
ABI_SAME(kTcpInfo, TCP_INFO);
ABI_SAME(kTcpQuickack, TCP_QUICKACK);
ABI_SAME(kTcpCongestion, TCP_CONGESTION);
ABI_SAME(kTcpMd5sig, TCP_MD5SIG);
ABI_SAME(kTcpThinLinearTimeouts, TCP_THIN_LINEAR_TIMEOUTS);
ABI_SAME(kTcpThinDupack, TCP_THIN_DUPACK);
ABI_SAME(kTcpUserTimeout, TCP_USER_TIMEOUT);
ABI_SAME(kTcpRepair, TCP_REPAIR);
ABI_SAME(kTcpRepairQueue, TCP_REPAIR_QUEUE);
ABI_SAME(kTcpQueueSeq, TCP_QUEUE_SEQ);
ABI_SAME(kTcpRepairOptions, TCP_REPAIR_OPTIONS);
ABI_SAME(kTcpFastopen, TCP_FASTOPEN);
ABI_SAME(kTcpTimestamp, TCP_TIMESTAMP);
ABI_SAME(kTcpNotsentLowat, TCP_NOTSENT_LOWAT);
ABI_SAME(kTcpCcInfo, TCP_CC_INFO);
ABI_SAME(kTcpSaveSyn, TCP_SAVE_SYN);
ABI_SAME(kTcpSavedSyn, TCP_SAVED_SYN);
ABI_SAME(kTcpRepairWindow, TCP_REPAIR_WINDOW);
ABI_SAME(kTcpFastopenConnect, TCP_FASTOPEN_CONNECT);
ABI_SAME(kTcpUlp, TCP_ULP);
ABI_SAME(kTcpMd5sigExt, TCP_MD5SIG_EXT);
ABI_SAME(kTcpFastopenKey, TCP_FASTOPEN_KEY);
ABI_SAME(kTcpFastopenNoCookie, TCP_FASTOPEN_NO_COOKIE);
ABI_SAME(kTcpZerocopyReceive, TCP_ZEROCOPY_RECEIVE);
ABI_SAME(kTcpInq, TCP_INQ);
ABI_SAME(kTcpTxDelay, TCP_TX_DELAY);
ABI_SAME(kTcpEstablished, TCP_ESTABLISHED);
ABI_SAME(kTcpSynSent, TCP_SYN_SENT);
ABI_SAME(kTcpSynRecv, TCP_SYN_RECV);
ABI_SAME(kTcpFinWait1, TCP_FIN_WAIT1);
ABI_SAME(kTcpFinWait2, TCP_FIN_WAIT2);
ABI_SAME(kTcpTimeWait, TCP_TIME_WAIT);
ABI_SAME(kTcpClose, TCP_CLOSE);
ABI_SAME(kTcpCloseWait, TCP_CLOSE_WAIT);
ABI_SAME(kTcpLastAck, TCP_LAST_ACK);
ABI_SAME(kTcpListen, TCP_LISTEN);
ABI_SAME(kTcpClosing, TCP_CLOSING);
ABI_SAME(kUdpCork, UDP_CORK);
ABI_SAME(kUdpEncap, UDP_ENCAP);
ABI_SAME(kUdpNoCheck6Tx, UDP_NO_CHECK6_TX);
ABI_SAME(kUdpNoCheck6Rx, UDP_NO_CHECK6_RX);
ABI_SAME(kUdpSegment, UDP_SEGMENT);
ABI_SAME(kUdpGro, UDP_GRO);
ABI_SAME(kScmTimestamp, SCM_TIMESTAMP);
ABI_SAME(kScmTimestampns, SCM_TIMESTAMPNS);
ABI_SAME(kScmTimestamping, SCM_TIMESTAMPING);
ABI_SAME(kSofTimestampingTxHardware, SOF_TIMESTAMPING_TX_HARDWARE);
ABI_SAME(kSofTimestampingTxSoftware, SOF_TIMESTAMPING_TX_SOFTWARE);
ABI_SAME(kSofTimestampingRxHardware, SOF_TIMESTAMPING_RX_HARDWARE);
ABI_SAME(kSofTimestampingRxSoftware, SOF_TIMESTAMPING_RX_SOFTWARE);
ABI_SAME(kSofTimestampingSoftware, SOF_TIMESTAMPING_SOFTWARE);

}  // namespace
}  // namespace abi

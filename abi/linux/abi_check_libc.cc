// As abi_check.cc, for what the uapi headers leave to the C library: address families, socket
// types, message flags, wait options.  The two sets of headers cannot be included together.
#include "abi/linux/abi_check.h"

// These headers need this order.
// clang-format off
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/mount.h>
#include <sys/eventfd.h>
#include <sys/statvfs.h>
#include <sched.h>
#include <fcntl.h>
#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/route.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/if_link.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/fib_rules.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <linux/inet_diag.h>
#include <linux/unix_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
// clang-format on

#include "abi/linux/dirent.h"
#include "abi/linux/eventfd.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/mount.h"
#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/sched.h"
#include "abi/linux/signal.h"
#include "abi/linux/sock_diag.h"
#include "abi/linux/socket.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"

namespace abi {
namespace {

// Layouts.

// What the uapi headers lack.
ABI_SIZE(FileHandle, struct file_handle);
ABI_FIELD(FileHandle, handle_bytes, struct file_handle, handle_bytes);
ABI_FIELD(FileHandle, handle_type, struct file_handle, handle_type);
ABI_SIZE(UserRegs, struct user_regs_struct);
ABI_FIELD(UserRegs, r15, struct user_regs_struct, r15);
ABI_FIELD(UserRegs, r14, struct user_regs_struct, r14);
ABI_FIELD(UserRegs, r13, struct user_regs_struct, r13);
ABI_FIELD(UserRegs, r12, struct user_regs_struct, r12);
ABI_FIELD(UserRegs, rbp, struct user_regs_struct, rbp);
ABI_FIELD(UserRegs, rbx, struct user_regs_struct, rbx);
ABI_FIELD(UserRegs, r11, struct user_regs_struct, r11);
ABI_FIELD(UserRegs, r10, struct user_regs_struct, r10);
ABI_FIELD(UserRegs, r9, struct user_regs_struct, r9);
ABI_FIELD(UserRegs, r8, struct user_regs_struct, r8);
ABI_FIELD(UserRegs, rax, struct user_regs_struct, rax);
ABI_FIELD(UserRegs, rcx, struct user_regs_struct, rcx);
ABI_FIELD(UserRegs, rdx, struct user_regs_struct, rdx);
ABI_FIELD(UserRegs, rsi, struct user_regs_struct, rsi);
ABI_FIELD(UserRegs, rdi, struct user_regs_struct, rdi);
ABI_FIELD(UserRegs, orig_rax, struct user_regs_struct, orig_rax);
ABI_FIELD(UserRegs, rip, struct user_regs_struct, rip);
ABI_FIELD(UserRegs, cs, struct user_regs_struct, cs);
ABI_FIELD(UserRegs, eflags, struct user_regs_struct, eflags);
ABI_FIELD(UserRegs, rsp, struct user_regs_struct, rsp);
ABI_FIELD(UserRegs, ss, struct user_regs_struct, ss);
ABI_FIELD(UserRegs, fs_base, struct user_regs_struct, fs_base);
ABI_FIELD(UserRegs, gs_base, struct user_regs_struct, gs_base);
ABI_FIELD(UserRegs, ds, struct user_regs_struct, ds);
ABI_FIELD(UserRegs, es, struct user_regs_struct, es);
ABI_FIELD(UserRegs, fs, struct user_regs_struct, fs);
ABI_FIELD(UserRegs, gs, struct user_regs_struct, gs);
ABI_SIZE(UserFpRegs, struct user_fpregs_struct);
ABI_FIELD(UserFpRegs, cwd, struct user_fpregs_struct, cwd);
ABI_FIELD(UserFpRegs, swd, struct user_fpregs_struct, swd);
ABI_FIELD(UserFpRegs, ftw, struct user_fpregs_struct, ftw);
ABI_FIELD(UserFpRegs, fop, struct user_fpregs_struct, fop);
ABI_FIELD(UserFpRegs, rip, struct user_fpregs_struct, rip);
ABI_FIELD(UserFpRegs, rdp, struct user_fpregs_struct, rdp);
ABI_FIELD(UserFpRegs, mxcsr, struct user_fpregs_struct, mxcsr);
ABI_FIELD(UserFpRegs, mxcr_mask, struct user_fpregs_struct, mxcr_mask);
ABI_FIELD(UserFpRegs, st_space, struct user_fpregs_struct, st_space);
ABI_FIELD(UserFpRegs, xmm_space, struct user_fpregs_struct, xmm_space);
ABI_SIZE(SchedParam, struct sched_param);
ABI_FIELD(SchedParam, sched_priority, struct sched_param, sched_priority);

// sock_diag.h
ABI_SIZE(InetDiagReqV2, struct inet_diag_req_v2);
ABI_SIZE(InetDiagMsg, struct inet_diag_msg);
ABI_FIELD(InetDiagMsg, idiag_expires, struct inet_diag_msg, idiag_expires);
ABI_FIELD(InetDiagMsg, idiag_inode, struct inet_diag_msg, idiag_inode);
ABI_SIZE(UnixDiagReq, struct unix_diag_req);
ABI_FIELD(UnixDiagReq, udiag_show, struct unix_diag_req, udiag_show);
ABI_SIZE(UnixDiagMsg, struct unix_diag_msg);
ABI_SIZE(NetlinkDiagReq, struct netlink_diag_req);
ABI_SIZE(NetlinkDiagMsg, struct netlink_diag_msg);
ABI_SIZE(PacketDiagReq, struct packet_diag_req);
ABI_SIZE(PacketDiagMsg, struct packet_diag_msg);

// netdevice.h
ABI_SIZE(Ifreq, struct ifreq);
ABI_OFFSET(Ifreq, name, struct ifreq, ifr_ifrn);
ABI_OFFSET(Ifreq, data, struct ifreq, ifr_ifru);
ABI_SIZE(Ifconf, struct ifconf);
ABI_OFFSET(Ifconf, len, struct ifconf, ifc_len);
ABI_OFFSET(Ifconf, buf, struct ifconf, ifc_ifcu);

// netlink.h
ABI_SIZE(SockAddrNl, struct sockaddr_nl);
ABI_FIELD(SockAddrNl, nl_family, struct sockaddr_nl, nl_family);
ABI_FIELD(SockAddrNl, nl_pid, struct sockaddr_nl, nl_pid);
ABI_FIELD(SockAddrNl, nl_groups, struct sockaddr_nl, nl_groups);
ABI_SIZE(Nlmsghdr, struct nlmsghdr);
ABI_FIELD(Nlmsghdr, nlmsg_len, struct nlmsghdr, nlmsg_len);
ABI_FIELD(Nlmsghdr, nlmsg_type, struct nlmsghdr, nlmsg_type);
ABI_FIELD(Nlmsghdr, nlmsg_flags, struct nlmsghdr, nlmsg_flags);
ABI_FIELD(Nlmsghdr, nlmsg_seq, struct nlmsghdr, nlmsg_seq);
ABI_FIELD(Nlmsghdr, nlmsg_pid, struct nlmsghdr, nlmsg_pid);
ABI_SIZE(Nlmsgerr, struct nlmsgerr);
ABI_FIELD(Nlmsgerr, error, struct nlmsgerr, error);
ABI_FIELD(Nlmsgerr, msg, struct nlmsgerr, msg);
ABI_SIZE(Nlattr, struct nlattr);
ABI_FIELD(Nlattr, nla_len, struct nlattr, nla_len);
ABI_FIELD(Nlattr, nla_type, struct nlattr, nla_type);
ABI_SIZE(Rtgenmsg, struct rtgenmsg);
ABI_FIELD(Rtgenmsg, rtgen_family, struct rtgenmsg, rtgen_family);
ABI_SIZE(Ifinfomsg, struct ifinfomsg);
ABI_FIELD(Ifinfomsg, ifi_family, struct ifinfomsg, ifi_family);
ABI_FIELD(Ifinfomsg, ifi_type, struct ifinfomsg, ifi_type);
ABI_FIELD(Ifinfomsg, ifi_index, struct ifinfomsg, ifi_index);
ABI_FIELD(Ifinfomsg, ifi_flags, struct ifinfomsg, ifi_flags);
ABI_FIELD(Ifinfomsg, ifi_change, struct ifinfomsg, ifi_change);
ABI_SIZE(Ifaddrmsg, struct ifaddrmsg);
ABI_FIELD(Ifaddrmsg, ifa_family, struct ifaddrmsg, ifa_family);
ABI_FIELD(Ifaddrmsg, ifa_prefixlen, struct ifaddrmsg, ifa_prefixlen);
ABI_FIELD(Ifaddrmsg, ifa_flags, struct ifaddrmsg, ifa_flags);
ABI_FIELD(Ifaddrmsg, ifa_scope, struct ifaddrmsg, ifa_scope);
ABI_FIELD(Ifaddrmsg, ifa_index, struct ifaddrmsg, ifa_index);
ABI_SIZE(Rtmsg, struct rtmsg);
ABI_FIELD(Rtmsg, rtm_family, struct rtmsg, rtm_family);
ABI_FIELD(Rtmsg, rtm_dst_len, struct rtmsg, rtm_dst_len);
ABI_FIELD(Rtmsg, rtm_src_len, struct rtmsg, rtm_src_len);
ABI_FIELD(Rtmsg, rtm_tos, struct rtmsg, rtm_tos);
ABI_FIELD(Rtmsg, rtm_table, struct rtmsg, rtm_table);
ABI_FIELD(Rtmsg, rtm_protocol, struct rtmsg, rtm_protocol);
ABI_FIELD(Rtmsg, rtm_scope, struct rtmsg, rtm_scope);
ABI_FIELD(Rtmsg, rtm_type, struct rtmsg, rtm_type);
ABI_FIELD(Rtmsg, rtm_flags, struct rtmsg, rtm_flags);
ABI_SIZE(Ndmsg, struct ndmsg);
ABI_FIELD(Ndmsg, ndm_family, struct ndmsg, ndm_family);
ABI_FIELD(Ndmsg, ndm_ifindex, struct ndmsg, ndm_ifindex);
ABI_FIELD(Ndmsg, ndm_state, struct ndmsg, ndm_state);
ABI_FIELD(Ndmsg, ndm_flags, struct ndmsg, ndm_flags);
ABI_FIELD(Ndmsg, ndm_type, struct ndmsg, ndm_type);

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

// What the uapi headers lack.
ABI_SAME(kDtUnknown, DT_UNKNOWN);
ABI_SAME(kDtFifo, DT_FIFO);
ABI_SAME(kDtChr, DT_CHR);
ABI_SAME(kDtDir, DT_DIR);
ABI_SAME(kDtBlk, DT_BLK);
ABI_SAME(kDtReg, DT_REG);
ABI_SAME(kDtLnk, DT_LNK);
ABI_SAME(kDtSock, DT_SOCK);
ABI_SAME(kEfdSemaphore, EFD_SEMAPHORE);
ABI_SAME(kEfdCloexec, EFD_CLOEXEC);
ABI_SAME(kEfdNonblock, EFD_NONBLOCK);
ABI_SAME(kRwfNoappend, RWF_NOAPPEND);
ABI_SAME(kSpliceFMove, SPLICE_F_MOVE);
ABI_SAME(kSpliceFNonblock, SPLICE_F_NONBLOCK);
ABI_SAME(kSpliceFMore, SPLICE_F_MORE);
ABI_SAME(kSpliceFGift, SPLICE_F_GIFT);
ABI_SAME(kMntForce, MNT_FORCE);
ABI_SAME(kMntDetach, MNT_DETACH);
ABI_SAME(kMntExpire, MNT_EXPIRE);
ABI_SAME(kUmountNofollow, UMOUNT_NOFOLLOW);
ABI_SAME(kSsOnstack, SS_ONSTACK);
ABI_SAME(kSsDisable, SS_DISABLE);
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
ABI_SAME(kStRdonly, ST_RDONLY);
ABI_SAME(kStNosuid, ST_NOSUID);
ABI_SAME(kStNodev, ST_NODEV);
ABI_SAME(kStNoexec, ST_NOEXEC);
ABI_SAME(kStSynchronous, ST_SYNCHRONOUS);
ABI_SAME(kStMandlock, ST_MANDLOCK);
ABI_SAME(kStNoatime, ST_NOATIME);
ABI_SAME(kStNodiratime, ST_NODIRATIME);
ABI_SAME(kStRelatime, ST_RELATIME);
ABI_SAME(kUtimeNow, UTIME_NOW);
ABI_SAME(kUtimeOmit, UTIME_OMIT);

// netdevice.h
ABI_SAME(kIffUp, IFF_UP);
ABI_SAME(kIffBroadcast, IFF_BROADCAST);
ABI_SAME(kIffDebug, IFF_DEBUG);
ABI_SAME(kIffLoopback, IFF_LOOPBACK);
ABI_SAME(kIffPointopoint, IFF_POINTOPOINT);
ABI_SAME(kIffRunning, IFF_RUNNING);
ABI_SAME(kIffNoarp, IFF_NOARP);
ABI_SAME(kIffPromisc, IFF_PROMISC);
ABI_SAME(kIffAllmulti, IFF_ALLMULTI);
ABI_SAME(kIffMulticast, IFF_MULTICAST);
ABI_SAME(kIffLowerUp, IFF_LOWER_UP);
ABI_SAME(kArphrdEther, ARPHRD_ETHER);
ABI_SAME(kArphrdLoopback, ARPHRD_LOOPBACK);
ABI_SAME(kArphrdNone, ARPHRD_NONE);
ABI_SAME(kIfOperUnknown, IF_OPER_UNKNOWN);
ABI_SAME(kIfOperDown, IF_OPER_DOWN);
ABI_SAME(kIfOperUp, IF_OPER_UP);

// netlink.h
ABI_SAME(kNetlinkRoute, NETLINK_ROUTE);
ABI_SAME(kNetlinkUsersock, NETLINK_USERSOCK);
ABI_SAME(kNetlinkSockDiag, NETLINK_SOCK_DIAG);
ABI_SAME(kNetlinkNetfilter, NETLINK_NETFILTER);
ABI_SAME(kNetlinkKobjectUevent, NETLINK_KOBJECT_UEVENT);
ABI_SAME(kNetlinkGeneric, NETLINK_GENERIC);
ABI_SAME(kNlmFRequest, NLM_F_REQUEST);
ABI_SAME(kNlmFMulti, NLM_F_MULTI);
ABI_SAME(kNlmFAck, NLM_F_ACK);
ABI_SAME(kNlmFEcho, NLM_F_ECHO);
ABI_SAME(kNlmFDumpIntr, NLM_F_DUMP_INTR);
ABI_SAME(kNlmFRoot, NLM_F_ROOT);
ABI_SAME(kNlmFMatch, NLM_F_MATCH);
ABI_SAME(kNlmFAtomic, NLM_F_ATOMIC);
ABI_SAME(kNlmFDump, NLM_F_DUMP);
ABI_SAME(kNlmFReplace, NLM_F_REPLACE);
ABI_SAME(kNlmFExcl, NLM_F_EXCL);
ABI_SAME(kNlmFCreate, NLM_F_CREATE);
ABI_SAME(kNlmFAppend, NLM_F_APPEND);
ABI_SAME(kNlmFCapped, NLM_F_CAPPED);
ABI_SAME(kNlmFAckTlvs, NLM_F_ACK_TLVS);
ABI_SAME(kNlmsgNoop, NLMSG_NOOP);
ABI_SAME(kNlmsgError, NLMSG_ERROR);
ABI_SAME(kNlmsgDone, NLMSG_DONE);
ABI_SAME(kNlmsgOverrun, NLMSG_OVERRUN);
ABI_SAME(kNlmsgMinType, NLMSG_MIN_TYPE);
ABI_SAME(kNetlinkAddMembership, NETLINK_ADD_MEMBERSHIP);
ABI_SAME(kNetlinkDropMembership, NETLINK_DROP_MEMBERSHIP);
ABI_SAME(kNetlinkPktinfo, NETLINK_PKTINFO);
ABI_SAME(kNetlinkBroadcastError, NETLINK_BROADCAST_ERROR);
ABI_SAME(kNetlinkNoEnobufs, NETLINK_NO_ENOBUFS);
ABI_SAME(kNetlinkListenAllNsid, NETLINK_LISTEN_ALL_NSID);
ABI_SAME(kNetlinkListMemberships, NETLINK_LIST_MEMBERSHIPS);
ABI_SAME(kNetlinkCapAck, NETLINK_CAP_ACK);
ABI_SAME(kNetlinkExtAck, NETLINK_EXT_ACK);
ABI_SAME(kNetlinkGetStrictChk, NETLINK_GET_STRICT_CHK);
ABI_SAME(kRtmNewlink, RTM_NEWLINK);
ABI_SAME(kRtmDellink, RTM_DELLINK);
ABI_SAME(kRtmGetlink, RTM_GETLINK);
ABI_SAME(kRtmSetlink, RTM_SETLINK);
ABI_SAME(kRtmNewaddr, RTM_NEWADDR);
ABI_SAME(kRtmDeladdr, RTM_DELADDR);
ABI_SAME(kRtmGetaddr, RTM_GETADDR);
ABI_SAME(kRtmNewroute, RTM_NEWROUTE);
ABI_SAME(kRtmDelroute, RTM_DELROUTE);
ABI_SAME(kRtmGetroute, RTM_GETROUTE);
ABI_SAME(kRtmNewneigh, RTM_NEWNEIGH);
ABI_SAME(kRtmDelneigh, RTM_DELNEIGH);
ABI_SAME(kRtmGetneigh, RTM_GETNEIGH);
ABI_SAME(kRtmNewrule, RTM_NEWRULE);
ABI_SAME(kRtmGetrule, RTM_GETRULE);
ABI_SAME(kIflaAddress, IFLA_ADDRESS);
ABI_SAME(kIflaBroadcast, IFLA_BROADCAST);
ABI_SAME(kIflaIfname, IFLA_IFNAME);
ABI_SAME(kIflaMtu, IFLA_MTU);
ABI_SAME(kIflaLink, IFLA_LINK);
ABI_SAME(kIflaQdisc, IFLA_QDISC);
ABI_SAME(kIflaStats, IFLA_STATS);
ABI_SAME(kIflaMaster, IFLA_MASTER);
ABI_SAME(kIflaTxqlen, IFLA_TXQLEN);
ABI_SAME(kIflaOperstate, IFLA_OPERSTATE);
ABI_SAME(kIflaLinkmode, IFLA_LINKMODE);
ABI_SAME(kIflaLinkinfo, IFLA_LINKINFO);
ABI_SAME(kIflaNetNsPid, IFLA_NET_NS_PID);
ABI_SAME(kIflaGroup, IFLA_GROUP);
ABI_SAME(kIflaNumTxQueues, IFLA_NUM_TX_QUEUES);
ABI_SAME(kIflaNumRxQueues, IFLA_NUM_RX_QUEUES);
ABI_SAME(kIflaCarrier, IFLA_CARRIER);
ABI_SAME(kIflaStats64, IFLA_STATS64);
ABI_SAME(kIflaExtMask, IFLA_EXT_MASK);
ABI_SAME(kIflaInfoKind, IFLA_INFO_KIND);
ABI_SAME(kIflaInfoData, IFLA_INFO_DATA);
ABI_SAME(kRtmNewnsid, RTM_NEWNSID);
ABI_SAME(kRtmDelnsid, RTM_DELNSID);
ABI_SAME(kRtmGetnsid, RTM_GETNSID);
ABI_SAME(kRtnlgrpNsid, RTNLGRP_NSID);
ABI_SAME(kNetnsaNsid, NETNSA_NSID);
ABI_SAME(kNetnsaPid, NETNSA_PID);
ABI_SAME(kNetnsaFd, NETNSA_FD);
ABI_SAME(kNetnsaTargetNsid, NETNSA_TARGET_NSID);
ABI_SAME(kNetnsaCurrentNsid, NETNSA_CURRENT_NSID);
ABI_SAME(kIflaProtinfo, IFLA_PROTINFO);
ABI_SAME(kIflaLinkNetnsid, IFLA_LINK_NETNSID);
ABI_SAME(kIflaNewNetnsid, IFLA_NEW_NETNSID);
ABI_SAME(kIflaTargetNetnsid, IFLA_TARGET_NETNSID);
ABI_SAME(kIflaNewIfindex, IFLA_NEW_IFINDEX);
ABI_SAME(kIflaInfoSlaveKind, IFLA_INFO_SLAVE_KIND);
ABI_SAME(kIflaInfoSlaveData, IFLA_INFO_SLAVE_DATA);
ABI_SAME(kIflaVlanId, IFLA_VLAN_ID);
ABI_SAME(kIflaVlanFlags, IFLA_VLAN_FLAGS);
ABI_SAME(kIflaVlanProtocol, IFLA_VLAN_PROTOCOL);
ABI_SAME(kIflaBrForwardDelay, IFLA_BR_FORWARD_DELAY);
ABI_SAME(kIflaBrHelloTime, IFLA_BR_HELLO_TIME);
ABI_SAME(kIflaBrMaxAge, IFLA_BR_MAX_AGE);
ABI_SAME(kIflaBrAgeingTime, IFLA_BR_AGEING_TIME);
ABI_SAME(kIflaBrStpState, IFLA_BR_STP_STATE);
ABI_SAME(kIflaBrPriority, IFLA_BR_PRIORITY);
ABI_SAME(kIflaBrVlanFiltering, IFLA_BR_VLAN_FILTERING);
ABI_SAME(kIflaBrVlanProtocol, IFLA_BR_VLAN_PROTOCOL);
ABI_SAME(kIflaBrGroupFwdMask, IFLA_BR_GROUP_FWD_MASK);
ABI_SAME(kIflaBrRootId, IFLA_BR_ROOT_ID);
ABI_SAME(kIflaBrBridgeId, IFLA_BR_BRIDGE_ID);
ABI_SAME(kIflaBrMcastSnooping, IFLA_BR_MCAST_SNOOPING);
ABI_SAME(kIflaBrportState, IFLA_BRPORT_STATE);
ABI_SAME(kIflaBrportPriority, IFLA_BRPORT_PRIORITY);
ABI_SAME(kIflaBrportCost, IFLA_BRPORT_COST);
ABI_SAME(kIflaBrportMode, IFLA_BRPORT_MODE);
ABI_SAME(kIflaBrportGuard, IFLA_BRPORT_GUARD);
ABI_SAME(kIflaBrportProtect, IFLA_BRPORT_PROTECT);
ABI_SAME(kIflaBrportFastLeave, IFLA_BRPORT_FAST_LEAVE);
ABI_SAME(kIflaBrportLearning, IFLA_BRPORT_LEARNING);
ABI_SAME(kIflaBrportUnicastFlood, IFLA_BRPORT_UNICAST_FLOOD);
ABI_SAME(kIflaBrportNo, IFLA_BRPORT_NO);
ABI_SAME(kIflaBrportMcastFlood, IFLA_BRPORT_MCAST_FLOOD);
ABI_SAME(kIflaBrportBcastFlood, IFLA_BRPORT_BCAST_FLOOD);
ABI_SAME(kIflaBrportIsolated, IFLA_BRPORT_ISOLATED);
ABI_SAME(kNdaMaster, NDA_MASTER);
ABI_SAME(kNtfSelf, NTF_SELF);
ABI_SAME(kNtfMaster, NTF_MASTER);
ABI_SAME(kNudReachable, NUD_REACHABLE);
ABI_SAME(kNudNoarp, NUD_NOARP);
ABI_SAME(kNudPermanent, NUD_PERMANENT);
ABI_SAME(kAfBridge, AF_BRIDGE);
ABI_SAME(kIfaAddress, IFA_ADDRESS);
ABI_SAME(kIfaLocal, IFA_LOCAL);
ABI_SAME(kIfaLabel, IFA_LABEL);
ABI_SAME(kIfaBroadcast, IFA_BROADCAST);
ABI_SAME(kIfaCacheinfo, IFA_CACHEINFO);
ABI_SAME(kIfaFlags, IFA_FLAGS);
ABI_SAME(kRtaDst, RTA_DST);
ABI_SAME(kRtaSrc, RTA_SRC);
ABI_SAME(kRtaIif, RTA_IIF);
ABI_SAME(kRtaOif, RTA_OIF);
ABI_SAME(kRtaGateway, RTA_GATEWAY);
ABI_SAME(kRtaPriority, RTA_PRIORITY);
ABI_SAME(kRtaPrefsrc, RTA_PREFSRC);
ABI_SAME(kRtaMetrics, RTA_METRICS);
ABI_SAME(kRtaTable, RTA_TABLE);
ABI_SAME(kRtaCacheinfo, RTA_CACHEINFO);
ABI_SAME(kRtaUid, RTA_UID);
ABI_SAME(kRtaMark, RTA_MARK);
ABI_SAME(kNdaDst, NDA_DST);
ABI_SAME(kNdaLladdr, NDA_LLADDR);
ABI_SAME(kRtTableUnspec, RT_TABLE_UNSPEC);
ABI_SAME(kRtTableDefault, RT_TABLE_DEFAULT);
ABI_SAME(kRtTableMain, RT_TABLE_MAIN);
ABI_SAME(kRtTableLocal, RT_TABLE_LOCAL);
ABI_SAME(kRtprotUnspec, RTPROT_UNSPEC);
ABI_SAME(kRtprotKernel, RTPROT_KERNEL);
ABI_SAME(kRtprotBoot, RTPROT_BOOT);
ABI_SAME(kRtprotStatic, RTPROT_STATIC);
ABI_SAME(kRtScopeUniverse, RT_SCOPE_UNIVERSE);
ABI_SAME(kRtScopeLink, RT_SCOPE_LINK);
ABI_SAME(kRtScopeHost, RT_SCOPE_HOST);
ABI_SAME(kRtScopeNowhere, RT_SCOPE_NOWHERE);
ABI_SAME(kRtnUnspec, RTN_UNSPEC);
ABI_SAME(kRtnUnicast, RTN_UNICAST);
ABI_SAME(kRtnLocal, RTN_LOCAL);
ABI_SAME(kRtnBroadcast, RTN_BROADCAST);
ABI_SAME(kRtnMulticast, RTN_MULTICAST);
ABI_SAME(kIfaFPermanent, IFA_F_PERMANENT);
ABI_SAME(kIfaFTentative, IFA_F_TENTATIVE);
ABI_SAME(kIfaFNodad, IFA_F_NODAD);
ABI_SAME(kRtnlgrpLink, RTNLGRP_LINK);
ABI_SAME(kRtnlgrpNeigh, RTNLGRP_NEIGH);
ABI_SAME(kRtnlgrpIpv4Ifaddr, RTNLGRP_IPV4_IFADDR);
ABI_SAME(kRtnlgrpIpv4Route, RTNLGRP_IPV4_ROUTE);
ABI_SAME(kRtnlgrpIpv6Ifaddr, RTNLGRP_IPV6_IFADDR);
ABI_SAME(kRtnlgrpIpv6Route, RTNLGRP_IPV6_ROUTE);
ABI_SAME(kNlmsgerrAttrMsg, NLMSGERR_ATTR_MSG);
ABI_SAME(kNlmsgerrAttrOffs, NLMSGERR_ATTR_OFFS);
ABI_SAME(kNlaFNested, NLA_F_NESTED);
ABI_SAME(kIflaMap, IFLA_MAP);
ABI_SAME(kIflaIfalias, IFLA_IFALIAS);
ABI_SAME(kIflaAfSpec, IFLA_AF_SPEC);
ABI_SAME(kIflaNetNsFd, IFLA_NET_NS_FD);
ABI_SAME(kIflaPromiscuity, IFLA_PROMISCUITY);
ABI_SAME(kIflaCarrierChanges, IFLA_CARRIER_CHANGES);
ABI_SAME(kIflaGsoMaxSegs, IFLA_GSO_MAX_SEGS);
ABI_SAME(kIflaGsoMaxSize, IFLA_GSO_MAX_SIZE);
ABI_SAME(kIflaMinMtu, IFLA_MIN_MTU);
ABI_SAME(kIflaMaxMtu, IFLA_MAX_MTU);
ABI_SAME(kRtaPref, RTA_PREF);
ABI_SAME(kRtaxMtu, RTAX_MTU);
ABI_SAME(kIfaProto, IFA_PROTO);
ABI_SAME(kFraPriority, FRA_PRIORITY);
ABI_SAME(kFraTable, FRA_TABLE);
ABI_SAME(kFraSuppressPrefixlen, FRA_SUPPRESS_PREFIXLEN);
ABI_SAME(kFraProtocol, FRA_PROTOCOL);
ABI_SAME(kNdaCacheinfo, NDA_CACHEINFO);
ABI_SAME(kRtnBlackhole, RTN_BLACKHOLE);
ABI_SAME(kRtnUnreachable, RTN_UNREACHABLE);
ABI_SAME(kRtnProhibit, RTN_PROHIBIT);
ABI_SAME(kRtmFCloned, RTM_F_CLONED);
ABI_SAME(kRtmFLookupTable, RTM_F_LOOKUP_TABLE);
ABI_SAME(kRtmFFibMatch, RTM_F_FIB_MATCH);
ABI_SAME(kIfaFSecondary, IFA_F_SECONDARY);

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

// sock_diag(7): the requests and answers that ss(8) uses.
#pragma once

#include <cstdint>

namespace abi {

struct InetDiagSockid {
  uint16_t idiag_sport;  // Ports and addresses in network byte order.
  uint16_t idiag_dport;
  uint8_t idiag_src[16];
  uint8_t idiag_dst[16];
  uint32_t idiag_if;
  uint32_t idiag_cookie[2];
};

struct InetDiagReqV2 {
  uint8_t sdiag_family;
  uint8_t sdiag_protocol;
  uint8_t idiag_ext;
  uint8_t pad;
  uint32_t idiag_states;
  InetDiagSockid id;
};

struct InetDiagMsg {
  uint8_t idiag_family;
  uint8_t idiag_state;
  uint8_t idiag_timer;
  uint8_t idiag_retrans;
  InetDiagSockid id;
  uint32_t idiag_expires;
  uint32_t idiag_rqueue;
  uint32_t idiag_wqueue;
  uint32_t idiag_uid;
  uint32_t idiag_inode;
};

struct UnixDiagReq {
  uint8_t sdiag_family;
  uint8_t sdiag_protocol;
  uint16_t pad;
  uint32_t udiag_states;
  uint32_t udiag_ino;
  uint32_t udiag_show;
  uint32_t udiag_cookie[2];
};

struct UnixDiagMsg {
  uint8_t udiag_family;
  uint8_t udiag_type;
  uint8_t udiag_state;
  uint8_t pad;
  uint32_t udiag_ino;
  uint32_t udiag_cookie[2];
};

struct NetlinkDiagReq {
  uint8_t sdiag_family;
  uint8_t sdiag_protocol;
  uint16_t pad;
  uint32_t ndiag_ino;
  uint32_t ndiag_show;
  uint32_t ndiag_cookie[2];
};

struct NetlinkDiagMsg {
  uint8_t ndiag_family;
  uint8_t ndiag_type;
  uint8_t ndiag_protocol;
  uint8_t ndiag_state;
  uint32_t ndiag_portid;
  uint32_t ndiag_dst_portid;
  uint32_t ndiag_dst_group;
  uint32_t ndiag_ino;
  uint32_t ndiag_cookie[2];
};

struct PacketDiagReq {
  uint8_t sdiag_family;
  uint8_t sdiag_protocol;
  uint16_t pad;
  uint32_t pdiag_ino;
  uint32_t pdiag_show;
  uint32_t pdiag_cookie[2];
};

struct PacketDiagMsg {
  uint8_t pdiag_family;
  uint8_t pdiag_type;
  uint16_t pdiag_num;
  uint32_t pdiag_ino;
  uint32_t pdiag_cookie[2];
};

inline constexpr uint16_t kSockDiagByFamily = 20;
inline constexpr uint16_t kSockDestroy = 21;
inline constexpr uint16_t kInetDiagMeminfo = 1;
inline constexpr uint16_t kInetDiagInfo = 2;
inline constexpr uint16_t kInetDiagCong = 4;
inline constexpr uint16_t kInetDiagVegasinfo = 3;
inline constexpr uint16_t kInetDiagTos = 5;
inline constexpr uint16_t kInetDiagSkmeminfo = 7;
inline constexpr uint16_t kInetDiagShutdown = 8;
inline constexpr uint16_t kInetDiagProtocol = 10;
inline constexpr uint16_t kInetDiagSkv6only = 11;
inline constexpr uint16_t kInetDiagMark = 15;
inline constexpr uint16_t kInetDiagBbrinfo = 16;
inline constexpr uint16_t kUnixDiagName = 0;
inline constexpr uint16_t kUnixDiagVfs = 1;
inline constexpr uint16_t kUnixDiagPeer = 2;
inline constexpr uint16_t kUnixDiagIcons = 3;
inline constexpr uint16_t kUnixDiagRqlen = 4;
inline constexpr uint16_t kUnixDiagMeminfo = 5;
inline constexpr uint16_t kUnixDiagShutdown = 6;
inline constexpr uint16_t kUnixDiagUid = 7;
inline constexpr uint32_t kUdiagShowName = 0x1;
inline constexpr uint32_t kUdiagShowVfs = 0x2;
inline constexpr uint32_t kUdiagShowPeer = 0x4;
inline constexpr uint32_t kUdiagShowIcons = 0x8;
inline constexpr uint32_t kUdiagShowRqlen = 0x10;
inline constexpr uint32_t kUdiagShowMeminfo = 0x20;
inline constexpr uint32_t kUdiagShowUid = 0x40;
inline constexpr uint8_t kNdiagProtoAll = 255;
inline constexpr uint32_t kNdiagShowMeminfo = 0x1;
inline constexpr uint32_t kNdiagShowGroups = 0x2;
inline constexpr uint16_t kNetlinkDiagMeminfo = 0;
inline constexpr uint16_t kNetlinkDiagGroups = 1;
inline constexpr uint16_t kPacketDiagInfo = 0;
inline constexpr uint16_t kPacketDiagUid = 4;

}  // namespace abi

// packet(7): addresses and options of AF_PACKET.
#pragma once

#include <cstdint>

namespace abi {

struct SockAddrLl {
  uint16_t sll_family;
  uint16_t sll_protocol;  // Network byte order.
  int32_t sll_ifindex;
  uint16_t sll_hatype;
  uint8_t sll_pkttype;
  uint8_t sll_halen;
  uint8_t sll_addr[8];
};

struct PacketMreq {
  int32_t mr_ifindex;
  uint16_t mr_type;
  uint16_t mr_alen;
  uint8_t mr_address[8];
};

struct TpacketAuxdata {
  uint32_t tp_status;
  uint32_t tp_len;
  uint32_t tp_snaplen;
  uint16_t tp_mac;
  uint16_t tp_net;
  uint16_t tp_vlan_tci;
  uint16_t tp_vlan_tpid;
};

struct TpacketStats {
  uint32_t tp_packets;
  uint32_t tp_drops;
};

inline constexpr int32_t kPacketAddMembership = 1;
inline constexpr int32_t kPacketDropMembership = 2;
inline constexpr int32_t kPacketStatistics = 6;
inline constexpr int32_t kPacketAuxdata = 8;
inline constexpr int32_t kPacketOrigdev = 9;
inline constexpr int32_t kPacketVersion = 10;
inline constexpr int32_t kPacketIgnoreOutgoing = 23;
inline constexpr uint16_t kPacketMrMulticast = 0;
inline constexpr uint16_t kPacketMrPromisc = 1;
inline constexpr uint16_t kPacketMrAllmulti = 2;
inline constexpr uint32_t kTpStatusUser = 1;
inline constexpr uint32_t kTpStatusCsumnotready = 8;
inline constexpr uint32_t kTpStatusCsumValid = 128;

}  // namespace abi

// seccomp(2): filters, return values, user notification; classic BPF.
#pragma once

#include <cstdint>

namespace abi {

struct SockFilter {
  uint16_t code;
  uint8_t jt;
  uint8_t jf;
  uint32_t k;
};

struct SockFprog {
  uint16_t len;
  uint16_t pad[3];
  uint64_t filter;
};

struct SeccompData {
  int32_t nr;
  uint32_t arch;
  uint64_t instruction_pointer;
  uint64_t args[6];
};

struct SeccompNotif {
  uint64_t id;
  uint32_t pid;
  uint32_t flags;
  SeccompData data;
};

struct SeccompNotifResp {
  uint64_t id;
  int64_t val;
  int32_t error;
  uint32_t flags;
};

struct SeccompNotifAddfd {
  uint64_t id;
  uint32_t flags;
  uint32_t srcfd;
  uint32_t newfd;
  uint32_t newfd_flags;
};

struct SeccompNotifSizes {
  uint16_t seccomp_notif;
  uint16_t seccomp_notif_resp;
  uint16_t seccomp_data;
};

inline constexpr int32_t kSeccompModeDisabled = 0;
inline constexpr int32_t kSeccompModeStrict = 1;
inline constexpr int32_t kSeccompModeFilter = 2;
inline constexpr uint32_t kSeccompSetModeStrict = 0;
inline constexpr uint32_t kSeccompSetModeFilter = 1;
inline constexpr uint32_t kSeccompGetActionAvail = 2;
inline constexpr uint32_t kSeccompGetNotifSizes = 3;
inline constexpr uint32_t kSeccompFilterFlagTsync = 0x1;
inline constexpr uint32_t kSeccompFilterFlagLog = 0x2;
inline constexpr uint32_t kSeccompFilterFlagSpecAllow = 0x4;
inline constexpr uint32_t kSeccompFilterFlagNewListener = 0x8;
inline constexpr uint32_t kSeccompFilterFlagTsyncEsrch = 0x10;
inline constexpr uint32_t kSeccompFilterFlagWaitKillableRecv = 0x20;
inline constexpr uint32_t kSeccompRetKillProcess = 0x80000000;
inline constexpr uint32_t kSeccompRetKillThread = 0x0;
inline constexpr uint32_t kSeccompRetTrap = 0x30000;
inline constexpr uint32_t kSeccompRetErrno = 0x50000;
inline constexpr uint32_t kSeccompRetUserNotif = 0x7fc00000;
inline constexpr uint32_t kSeccompRetTrace = 0x7ff00000;
inline constexpr uint32_t kSeccompRetLog = 0x7ffc0000;
inline constexpr uint32_t kSeccompRetAllow = 0x7fff0000;
inline constexpr uint32_t kSeccompRetActionFull = 0xffff0000;
inline constexpr uint32_t kSeccompRetAction = 0x7fff0000;
inline constexpr uint32_t kSeccompRetData = 0xffff;
inline constexpr uint32_t kSeccompIoctlNotifRecv = 0xc0502100;
inline constexpr uint32_t kSeccompIoctlNotifSend = 0xc0182101;
inline constexpr uint32_t kSeccompIoctlNotifIdValid = 0x40082102;
inline constexpr uint32_t kSeccompIoctlNotifAddfd = 0x40182103;
inline constexpr uint32_t kSeccompIoctlNotifSetFlags = 0x40082104;
inline constexpr uint32_t kSeccompUserNotifFlagContinue = 0x1;
inline constexpr uint32_t kSeccompAddfdFlagSetfd = 0x1;
inline constexpr uint32_t kSeccompAddfdFlagSend = 0x2;
inline constexpr uint64_t kSeccompUserNotifFdSyncWakeUp = 0x1;
inline constexpr uint32_t kAuditArchX8664 = 0xc000003e;
inline constexpr uint32_t kAuditArchI386 = 0x40000003;
inline constexpr uint32_t kBpfMaxinsns = 4096;

// Classic BPF.
inline constexpr uint16_t kBpfLd = 0x0;
inline constexpr uint16_t kBpfLdx = 0x1;
inline constexpr uint16_t kBpfSt = 0x2;
inline constexpr uint16_t kBpfStx = 0x3;
inline constexpr uint16_t kBpfAlu = 0x4;
inline constexpr uint16_t kBpfJmp = 0x5;
inline constexpr uint16_t kBpfRet = 0x6;
inline constexpr uint16_t kBpfMisc = 0x7;
inline constexpr uint16_t kBpfW = 0x0;
inline constexpr uint16_t kBpfH = 0x8;
inline constexpr uint16_t kBpfB = 0x10;
inline constexpr uint16_t kBpfImm = 0x0;
inline constexpr uint16_t kBpfAbs = 0x20;
inline constexpr uint16_t kBpfInd = 0x40;
inline constexpr uint16_t kBpfMem = 0x60;
inline constexpr uint16_t kBpfLen = 0x80;
inline constexpr uint16_t kBpfMsh = 0xa0;
inline constexpr uint16_t kBpfAdd = 0x0;
inline constexpr uint16_t kBpfSub = 0x10;
inline constexpr uint16_t kBpfMul = 0x20;
inline constexpr uint16_t kBpfDiv = 0x30;
inline constexpr uint16_t kBpfOr = 0x40;
inline constexpr uint16_t kBpfAnd = 0x50;
inline constexpr uint16_t kBpfLsh = 0x60;
inline constexpr uint16_t kBpfRsh = 0x70;
inline constexpr uint16_t kBpfNeg = 0x80;
inline constexpr uint16_t kBpfMod = 0x90;
inline constexpr uint16_t kBpfXor = 0xa0;
inline constexpr uint16_t kBpfJa = 0x0;
inline constexpr uint16_t kBpfJeq = 0x10;
inline constexpr uint16_t kBpfJgt = 0x20;
inline constexpr uint16_t kBpfJge = 0x30;
inline constexpr uint16_t kBpfJset = 0x40;
inline constexpr uint16_t kBpfK = 0x0;
inline constexpr uint16_t kBpfX = 0x8;
inline constexpr uint16_t kBpfA = 0x10;
inline constexpr uint16_t kBpfTax = 0x0;
inline constexpr uint16_t kBpfTxa = 0x80;
inline constexpr uint32_t kBpfMemwords = 16;

}  // namespace abi

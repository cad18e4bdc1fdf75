// capabilities(7): capget(2), capset(2), secure bits, the security.capability attribute.
#pragma once

#include <cstdint>

namespace abi {

struct CapUserHeader {
  uint32_t version;
  int32_t pid;
};

// Two of them with version 3: bits 0-31, then 32-63.
struct CapUserData {
  uint32_t effective;
  uint32_t permitted;
  uint32_t inheritable;
};
inline constexpr uint32_t kLinuxCapabilityVersion1 = 0x19980330;
inline constexpr uint32_t kLinuxCapabilityVersion2 = 0x20071026;
inline constexpr uint32_t kLinuxCapabilityVersion3 = 0x20080522;

inline constexpr int32_t kCapChown = 0;
inline constexpr int32_t kCapDacOverride = 1;
inline constexpr int32_t kCapDacReadSearch = 2;
inline constexpr int32_t kCapFowner = 3;
inline constexpr int32_t kCapFsetid = 4;
inline constexpr int32_t kCapKill = 5;
inline constexpr int32_t kCapSetgid = 6;
inline constexpr int32_t kCapSetuid = 7;
inline constexpr int32_t kCapSetpcap = 8;
inline constexpr int32_t kCapLinuxImmutable = 9;
inline constexpr int32_t kCapNetBindService = 10;
inline constexpr int32_t kCapNetBroadcast = 11;
inline constexpr int32_t kCapNetAdmin = 12;
inline constexpr int32_t kCapNetRaw = 13;
inline constexpr int32_t kCapIpcLock = 14;
inline constexpr int32_t kCapIpcOwner = 15;
inline constexpr int32_t kCapSysModule = 16;
inline constexpr int32_t kCapSysRawio = 17;
inline constexpr int32_t kCapSysChroot = 18;
inline constexpr int32_t kCapSysPtrace = 19;
inline constexpr int32_t kCapSysPacct = 20;
inline constexpr int32_t kCapSysAdmin = 21;
inline constexpr int32_t kCapSysBoot = 22;
inline constexpr int32_t kCapSysNice = 23;
inline constexpr int32_t kCapSysResource = 24;
inline constexpr int32_t kCapSysTime = 25;
inline constexpr int32_t kCapSysTtyConfig = 26;
inline constexpr int32_t kCapMknod = 27;
inline constexpr int32_t kCapLease = 28;
inline constexpr int32_t kCapAuditWrite = 29;
inline constexpr int32_t kCapAuditControl = 30;
inline constexpr int32_t kCapSetfcap = 31;
inline constexpr int32_t kCapMacOverride = 32;
inline constexpr int32_t kCapMacAdmin = 33;
inline constexpr int32_t kCapSyslog = 34;
inline constexpr int32_t kCapWakeAlarm = 35;
inline constexpr int32_t kCapBlockSuspend = 36;
inline constexpr int32_t kCapAuditRead = 37;
inline constexpr int32_t kCapPerfmon = 38;
inline constexpr int32_t kCapBpf = 39;
inline constexpr int32_t kCapCheckpointRestore = 40;
inline constexpr int32_t kCapLastCap = 40;

// Securebits: bits 0, 2, 4, 6; the bit above each locks it.
inline constexpr uint32_t kSecbitNoroot = 0x1;
inline constexpr uint32_t kSecbitNorootLocked = 0x2;
inline constexpr uint32_t kSecbitNoSetuidFixup = 0x4;
inline constexpr uint32_t kSecbitNoSetuidFixupLocked = 0x8;
inline constexpr uint32_t kSecbitKeepCaps = 0x10;
inline constexpr uint32_t kSecbitKeepCapsLocked = 0x20;
inline constexpr uint32_t kSecbitNoCapAmbientRaise = 0x40;
inline constexpr uint32_t kSecbitNoCapAmbientRaiseLocked = 0x80;

// The value of security.capability on a file.
struct VfsNsCapData {
  uint32_t magic_etc;
  struct {
    uint32_t permitted;
    uint32_t inheritable;
  } data[2];
  uint32_t rootid;
};
inline constexpr uint32_t kVfsCapRevisionMask = 0xff000000;
inline constexpr uint32_t kVfsCapFlagsEffective = 0x1;
inline constexpr uint32_t kVfsCapRevision2 = 0x2000000;
inline constexpr uint32_t kVfsCapRevision3 = 0x3000000;

}  // namespace abi

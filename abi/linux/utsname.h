// uname(2), sysinfo(2), personality(2), reboot(2), getrandom(2), syslog(2).
#pragma once

#include <cstdint>

namespace abi {

struct UtsName {
  char sysname[65];
  char nodename[65];
  char release[65];
  char version[65];
  char machine[65];
  char domainname[65];
};
inline constexpr uint32_t kHostNameMax = 64;  // __NEW_UTS_LEN

struct SysInfo {
  int64_t uptime;
  uint64_t loads[3];  // Fixed point with kLoadShift bits of fraction.
  uint64_t totalram;
  uint64_t freeram;
  uint64_t sharedram;
  uint64_t bufferram;
  uint64_t totalswap;
  uint64_t freeswap;
  uint16_t procs;
  uint16_t pad0;
  uint32_t pad1;
  uint64_t totalhigh;
  uint64_t freehigh;
  uint32_t mem_unit;
  uint32_t pad2;
};
inline constexpr uint32_t kLoadShift = 16;  // SI_LOAD_SHIFT

inline constexpr uint32_t kUname26 = 0x20000;
inline constexpr uint32_t kAddrNoRandomize = 0x40000;
inline constexpr uint32_t kFdpicFuncptrs = 0x80000;
inline constexpr uint32_t kMmapPageZero = 0x100000;
inline constexpr uint32_t kAddrCompatLayout = 0x200000;
inline constexpr uint32_t kReadImpliesExec = 0x400000;
inline constexpr uint32_t kAddrLimit32bit = 0x800000;
inline constexpr uint32_t kShortInode = 0x1000000;
inline constexpr uint32_t kWholeSeconds = 0x2000000;
inline constexpr uint32_t kStickyTimeouts = 0x4000000;
inline constexpr uint32_t kAddrLimit3gb = 0x8000000;
inline constexpr uint32_t kPerLinux = 0x0;
inline constexpr uint32_t kPerLinux32 = 0x8;
inline constexpr uint32_t kPerMask = 0xff;
inline constexpr uint32_t kPersonalityQuery = 0xffffffff;

inline constexpr uint32_t kGrndNonblock = 0x1;
inline constexpr uint32_t kGrndRandom = 0x2;
inline constexpr uint32_t kGrndInsecure = 0x4;
inline constexpr uint32_t kLinuxRebootMagic1 = 0xfee1dead;
inline constexpr uint32_t kLinuxRebootMagic2 = 0x28121969;
inline constexpr uint32_t kLinuxRebootCmdRestart = 0x1234567;
inline constexpr uint32_t kLinuxRebootCmdHalt = 0xcdef0123;
inline constexpr uint32_t kLinuxRebootCmdCadOn = 0x89abcdef;
inline constexpr uint32_t kLinuxRebootCmdCadOff = 0x0;
inline constexpr uint32_t kLinuxRebootCmdPowerOff = 0x4321fedc;

inline constexpr int32_t kSyslogActionClose = 0;
inline constexpr int32_t kSyslogActionOpen = 1;
inline constexpr int32_t kSyslogActionRead = 2;
inline constexpr int32_t kSyslogActionReadAll = 3;
inline constexpr int32_t kSyslogActionReadClear = 4;
inline constexpr int32_t kSyslogActionClear = 5;
inline constexpr int32_t kSyslogActionConsoleOff = 6;
inline constexpr int32_t kSyslogActionConsoleOn = 7;
inline constexpr int32_t kSyslogActionConsoleLevel = 8;
inline constexpr int32_t kSyslogActionSizeUnread = 9;
inline constexpr int32_t kSyslogActionSizeBuffer = 10;

}  // namespace abi

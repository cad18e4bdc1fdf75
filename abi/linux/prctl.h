// prctl(2), arch_prctl(2).
#pragma once

#include <cstdint>

namespace abi {

inline constexpr int32_t kPrSetPdeathsig = 1;
inline constexpr int32_t kPrGetPdeathsig = 2;
inline constexpr int32_t kPrGetDumpable = 3;
inline constexpr int32_t kPrSetDumpable = 4;
inline constexpr int32_t kPrGetUnalign = 5;
inline constexpr int32_t kPrSetUnalign = 6;
inline constexpr int32_t kPrGetKeepcaps = 7;
inline constexpr int32_t kPrSetKeepcaps = 8;
inline constexpr int32_t kPrGetFpemu = 9;
inline constexpr int32_t kPrSetFpemu = 10;
inline constexpr int32_t kPrGetFpexc = 11;
inline constexpr int32_t kPrSetFpexc = 12;
inline constexpr int32_t kPrGetTiming = 13;
inline constexpr int32_t kPrSetTiming = 14;
inline constexpr int32_t kPrSetName = 15;
inline constexpr int32_t kPrGetName = 16;
inline constexpr int32_t kPrGetEndian = 19;
inline constexpr int32_t kPrSetEndian = 20;
inline constexpr int32_t kPrGetSeccomp = 21;
inline constexpr int32_t kPrSetSeccomp = 22;
inline constexpr int32_t kPrCapbsetRead = 23;
inline constexpr int32_t kPrCapbsetDrop = 24;
inline constexpr int32_t kPrGetTsc = 25;
inline constexpr int32_t kPrSetTsc = 26;
inline constexpr int32_t kPrGetSecurebits = 27;
inline constexpr int32_t kPrSetSecurebits = 28;
inline constexpr int32_t kPrSetTimerslack = 29;
inline constexpr int32_t kPrGetTimerslack = 30;
inline constexpr int32_t kPrTaskPerfEventsDisable = 31;
inline constexpr int32_t kPrTaskPerfEventsEnable = 32;
inline constexpr int32_t kPrMceKill = 33;
inline constexpr int32_t kPrMceKillGet = 34;
inline constexpr int32_t kPrSetMm = 35;
inline constexpr int32_t kPrSetChildSubreaper = 36;
inline constexpr int32_t kPrGetChildSubreaper = 37;
inline constexpr int32_t kPrSetNoNewPrivs = 38;
inline constexpr int32_t kPrGetNoNewPrivs = 39;
inline constexpr int32_t kPrGetTidAddress = 40;
inline constexpr int32_t kPrSetThpDisable = 41;
inline constexpr int32_t kPrGetThpDisable = 42;
inline constexpr int32_t kPrCapAmbient = 47;
inline constexpr int32_t kPrGetSpeculationCtrl = 52;
inline constexpr int32_t kPrSetSpeculationCtrl = 53;
inline constexpr int32_t kPrSetIoFlusher = 57;
inline constexpr int32_t kPrGetIoFlusher = 58;
inline constexpr int32_t kPrSetSyscallUserDispatch = 59;
inline constexpr int32_t kPrSchedCore = 62;
inline constexpr int32_t kPrSetMdwe = 65;
inline constexpr int32_t kPrGetMdwe = 66;
inline constexpr int32_t kPrSetMemoryMerge = 67;
inline constexpr int32_t kPrGetMemoryMerge = 68;
inline constexpr int32_t kPrSetPtracer = 0x59616d61;
inline constexpr int32_t kPrSetVma = 0x53564d41;
inline constexpr int32_t kPrGetAuxv = 0x41555856;
inline constexpr uint64_t kPrSetPtracerAny = ~uint64_t{0};
inline constexpr int32_t kPrSetVmaAnonName = 0;
inline constexpr int32_t kPrCapAmbientIsSet = 1;
inline constexpr int32_t kPrCapAmbientRaise = 2;
inline constexpr int32_t kPrCapAmbientLower = 3;
inline constexpr int32_t kPrCapAmbientClearAll = 4;
inline constexpr int32_t kPrTscEnable = 1;
inline constexpr int32_t kPrTscSigsegv = 2;
inline constexpr int32_t kPrSetMmStartCode = 1;
inline constexpr int32_t kPrSetMmEndCode = 2;
inline constexpr int32_t kPrSetMmStartData = 3;
inline constexpr int32_t kPrSetMmEndData = 4;
inline constexpr int32_t kPrSetMmStartStack = 5;
inline constexpr int32_t kPrSetMmStartBrk = 6;
inline constexpr int32_t kPrSetMmBrk = 7;
inline constexpr int32_t kPrSetMmArgStart = 8;
inline constexpr int32_t kPrSetMmArgEnd = 9;
inline constexpr int32_t kPrSetMmEnvStart = 10;
inline constexpr int32_t kPrSetMmEnvEnd = 11;
inline constexpr int32_t kPrSetMmAuxv = 12;
inline constexpr int32_t kPrSetMmExeFile = 13;
inline constexpr int32_t kPrSetMmMap = 14;
inline constexpr int32_t kPrSetMmMapSize = 15;
inline constexpr int32_t kPrSysDispatchOff = 0;
inline constexpr int32_t kPrSysDispatchOn = 1;
inline constexpr int32_t kPrSpecStoreBypass = 0;
inline constexpr int32_t kPrSpecIndirectBranch = 1;
inline constexpr uint32_t kPrSpecNotAffected = 0x0;
inline constexpr uint32_t kPrSpecPrctl = 0x1;
inline constexpr uint32_t kPrSpecEnable = 0x2;
inline constexpr uint32_t kPrSpecDisable = 0x4;
inline constexpr uint32_t kPrSpecForceDisable = 0x8;
inline constexpr uint32_t kPrMdweRefuseExecGain = 0x1;

inline constexpr int32_t kArchSetGs = 0x1001;
inline constexpr int32_t kArchSetFs = 0x1002;
inline constexpr int32_t kArchGetFs = 0x1003;
inline constexpr int32_t kArchGetGs = 0x1004;
inline constexpr int32_t kArchGetCpuid = 0x1011;
inline constexpr int32_t kArchSetCpuid = 0x1012;
inline constexpr int32_t kArchGetXcompSupp = 0x1021;
inline constexpr int32_t kArchGetXcompPerm = 0x1022;
inline constexpr int32_t kArchReqXcompPerm = 0x1023;
inline constexpr int32_t kArchMapVdso64 = 0x2003;
inline constexpr int32_t kArchShstkStatus = 0x5005;

inline constexpr uint32_t kTaskCommLen = 16;  // PR_SET_NAME keeps 15 bytes and a NUL.

// struct prctl_mm_map, for PR_SET_MM_MAP.
struct PrctlMmMap {
  uint64_t start_code, end_code;
  uint64_t start_data, end_data;
  uint64_t start_brk, brk;
  uint64_t start_stack;
  uint64_t arg_start, arg_end;
  uint64_t env_start, env_end;
  uint64_t auxv;
  uint32_t auxv_size;
  uint32_t exe_fd;
};

}  // namespace abi

// Names of the flags and numbers that calls take, one set per argument.  The tables are plain
// constants without pointers, so that a start without --strace pays nothing for them, not even a
// relocation.
#pragma once

#include <cstdint>
#include <span>

namespace sentry {

struct NamedValue {
  uint64_t value;
  char text[40];
};

// For flags, names of several bits come before those of their parts.
struct NameSet {
  std::span<const NamedValue> rows;
  char unknown[32];      // What a comment calls a value without a name: "O_???"; may be empty.
  char zero[24] = "";    // The name of no flags at all; "0" where this is empty.
  char prefix[16] = "";  // Stands before every name.
};

// Null when the set has no such value.
const NamedValue* FindName(const NameSet& set, uint64_t value);

// names_file.cc
extern const NameSet kAccessModesNames;
extern const NameSet kOpenFlagsNames;
extern const NameSet kAccessBitsNames;
extern const NameSet kAtFlagsNames;
extern const NameSet kAccessAtFlagsNames;
extern const NameSet kStatxSyncFlagsNames;
extern const NameSet kStatxMaskNames;
extern const NameSet kFileTypesNames;
extern const NameSet kFileSystemsNames;
extern const NameSet kStatfsFlagsNames;
extern const NameSet kXattrFlagsNames;
extern const NameSet kWhencesNames;
extern const NameSet kFcntlCommandsNames;
extern const NameSet kFdFlagsNames;
extern const NameSet kLockTypesNames;
extern const NameSet kOwnerTypesNames;
extern const NameSet kSealsNames;
extern const NameSet kFlockOperationsNames;
extern const NameSet kNotifyMaskNames;
extern const NameSet kFallocateModesNames;
extern const NameSet kFadvicesNames;
extern const NameSet kSyncRangeFlagsNames;
extern const NameSet kRwFlagsNames;
extern const NameSet kSpliceFlagsNames;
extern const NameSet kRenameFlagsNames;
extern const NameSet kCloseRangeFlagsNames;
extern const NameSet kResolveFlagsNames;
extern const NameSet kMountFlagsNames;
extern const NameSet kUmountFlagsNames;
extern const NameSet kMountAttributesNames;
extern const NameSet kOpenTreeFlagsNames;
extern const NameSet kMoveMountFlagsNames;
extern const NameSet kFsopenFlagsNames;
extern const NameSet kFspickFlagsNames;
extern const NameSet kFsmountFlagsNames;
extern const NameSet kFsconfigCommandsNames;
extern const NameSet kInotifyFlagsNames;
extern const NameSet kInotifyMaskNames;
extern const NameSet kEpollFlagsNames;
extern const NameSet kEpollOperationsNames;
extern const NameSet kEpollEventsNames;
extern const NameSet kEventfdFlagsNames;
extern const NameSet kSignalfdFlagsNames;
extern const NameSet kTimerfdFlagsNames;
extern const NameSet kTimerfdSetFlagsNames;

// names_memory.cc
extern const NameSet kProtectionsNames;
extern const NameSet kMapTypesNames;
extern const NameSet kMapFlagsNames;
extern const NameSet kMremapFlagsNames;
extern const NameSet kMsyncFlagsNames;
extern const NameSet kAdvicesNames;
extern const NameSet kMlockallFlagsNames;
extern const NameSet kMlock2FlagsNames;
extern const NameSet kMemfdFlagsNames;
extern const NameSet kPkeyRightsNames;
extern const NameSet kMempolicyModesNames;
extern const NameSet kMempolicyFlagsNames;
extern const NameSet kMempolicyMoveFlagsNames;
extern const NameSet kMembarrierCommandsNames;
extern const NameSet kFutexCommandsNames;
extern const NameSet kFutex2FlagsNames;
extern const NameSet kIpcFlagsNames;
extern const NameSet kShmFlagsNames;
extern const NameSet kShmatFlagsNames;
extern const NameSet kMsgqFlagsNames;
extern const NameSet kIpcCommandsNames;
extern const NameSet kShmCommandsNames;
extern const NameSet kSemCommandsNames;
extern const NameSet kSemFlagsNames;

// names_process.cc
extern const NameSet kCloneFlagsNames;
extern const NameSet kNamespaceFlagsNames;
extern const NameSet kSchedPoliciesNames;
extern const NameSet kSchedFlagsNames;
extern const NameSet kPidfdFlagsNames;
extern const NameSet kPidfdSignalFlagsNames;
extern const NameSet kKcmpTypesNames;
extern const NameSet kWaitOptionsNames;
extern const NameSet kIdTypesNames;
extern const NameSet kSignalsNames;
extern const NameSet kSigHowsNames;
extern const NameSet kSigActionFlagsNames;
extern const NameSet kStackFlagsNames;
extern const NameSet kSignalCodesNames;
extern const NameSet kIllCodesNames;
extern const NameSet kFpeCodesNames;
extern const NameSet kSegvCodesNames;
extern const NameSet kBusCodesNames;
extern const NameSet kTrapCodesNames;
extern const NameSet kChildCodesNames;
extern const NameSet kSysCodesNames;
extern const NameSet kSigevNotifiesNames;
extern const NameSet kClocksNames;
extern const NameSet kItimersNames;
extern const NameSet kTimerFlagsNames;
extern const NameSet kResourcesNames;
extern const NameSet kUsageWhosNames;
extern const NameSet kPriorityWhichsNames;
extern const NameSet kIoprioWhosNames;
extern const NameSet kIoprioClassesNames;
extern const NameSet kPrctlOptionsNames;
extern const NameSet kArchPrctlOptionsNames;
extern const NameSet kPtraceRequestsNames;
extern const NameSet kSeccompOperationsNames;
extern const NameSet kSeccompFlagsNames;
extern const NameSet kCapabilitiesNames;
extern const NameSet kCapVersionsNames;
extern const NameSet kPersonalitiesNames;
extern const NameSet kRandomFlagsNames;
extern const NameSet kRebootCommandsNames;
extern const NameSet kSyslogActionsNames;
extern const NameSet kRseqFlagsNames;
extern const NameSet kKeyctlOperationsNames;
extern const NameSet kKeySpecsNames;

// names_socket.cc
extern const NameSet kFamiliesNames;
extern const NameSet kSockTypesNames;
extern const NameSet kSockFlagsNames;
extern const NameSet kProtocolsNames;
extern const NameSet kNetlinkProtocolsNames;
extern const NameSet kShutdownHowsNames;
extern const NameSet kMsgFlagsNames;
extern const NameSet kSockLevelsNames;
extern const NameSet kControlTypesNames;
extern const NameSet kSockOptionsNames;
extern const NameSet kIpOptionsNames;
extern const NameSet kIpv6OptionsNames;
extern const NameSet kTcpOptionsNames;
extern const NameSet kUdpOptionsNames;
extern const NameSet kPollEventsNames;

// names_ioctl.cc
extern const NameSet kIoctlsNames;

}  // namespace sentry

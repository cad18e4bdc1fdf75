// wait4(2), waitid(2): options and the encoding of an exit status.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kWnohang = 0x1;
inline constexpr uint32_t kWuntraced = 0x2;
inline constexpr uint32_t kWstopped = 0x2;
inline constexpr uint32_t kWexited = 0x4;
inline constexpr uint32_t kWcontinued = 0x8;
inline constexpr uint32_t kWnowait = 0x1000000;
inline constexpr uint32_t kWnothread = 0x20000000;
inline constexpr uint32_t kWall = 0x40000000;
inline constexpr uint32_t kWclone = 0x80000000;
inline constexpr int32_t kPAll = 0;
inline constexpr int32_t kPPid = 1;
inline constexpr int32_t kPPgid = 2;
inline constexpr int32_t kPPidfd = 3;

inline constexpr int32_t kWaitCoreFlag = 0x80;
inline constexpr int32_t kWaitContinued = 0xffff;

constexpr int32_t WaitStatusExited(int32_t code) {
  return (code & 0xff) << 8;
}
constexpr int32_t WaitStatusSignaled(int32_t signal, bool core_dumped) {
  return (signal & 0x7f) | (core_dumped ? kWaitCoreFlag : 0);
}
// With ptrace events the event stands above the signal.
constexpr int32_t WaitStatusStopped(int32_t signal, int32_t ptrace_event = 0) {
  return (ptrace_event << 16) | ((signal & 0xff) << 8) | 0x7f;
}
constexpr bool WaitExited(int32_t status) {
  return (status & 0x7f) == 0;
}
constexpr int32_t WaitExitCode(int32_t status) {
  return (status >> 8) & 0xff;
}
constexpr bool WaitSignaled(int32_t status) {
  return (status & 0x7f) != 0 && (status & 0x7f) != 0x7f;
}
constexpr int32_t WaitTermSignal(int32_t status) {
  return status & 0x7f;
}
constexpr bool WaitStopped(int32_t status) {
  return (status & 0xff) == 0x7f;
}
constexpr int32_t WaitStopSignal(int32_t status) {
  return WaitExitCode(status);
}

}  // namespace abi

// Errors that never leave a kernel.  Plain errnos come from <cerrno>; these are the codes with
// which a handler tells the dispatcher how an interrupted call goes on after the signal
// (linux/errno.h, which the host does not install, so abi_check.cc has nothing to compare them
// with).
#pragma once

namespace abi {

inline constexpr int kERestartSys = 512;           // Restart if SA_RESTART, else EINTR.
inline constexpr int kERestartNoIntr = 513;        // Always restart.
inline constexpr int kERestartNoHand = 514;        // Restart if no handler runs, else EINTR.
inline constexpr int kENoIoctlCmd = 515;           // No such ioctl here: ENOTTY at the end.
inline constexpr int kERestartRestartBlock = 516;  // As 514, through restart_syscall(2).

inline constexpr int kMaxErrno = 4095;  // A result in [-4095, -1] is an error.

constexpr bool IsRestartCode(int error) {
  return error >= kERestartSys && error <= kERestartRestartBlock && error != kENoIoctlCmd;
}

}  // namespace abi

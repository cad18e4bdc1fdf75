// What the three kinds of System V objects share (sysvipc(7)): owner, mode, key, and who may do
// what.
#pragma once

#include <cstdint>

#include "abi/linux/ipc.h"
#include "platform/base/result.h"
#include "sentry/auth/credentials.h"

namespace sentry {

using base::Errno;
using base::Result;

constexpr uint32_t kIpcRead = 0444;
constexpr uint32_t kIpcWrite = 0222;
constexpr uint32_t kIpcExec = 0111;

// What one caller asks of an object; the rights are those bits of an open mode that matter.
struct IpcOwner {
  int32_t key = abi::kIpcPrivate;
  uint32_t uid = 0, gid = 0;    // Owner.
  uint32_t cuid = 0, cgid = 0;  // Creator.
  uint32_t mode = 0;
  int32_t id = -1;

  static IpcOwner MadeBy(const Credentials& creds, int32_t key, uint32_t flags);
  // ipcperms(): EACCES.  `wanted`: kIpcRead... or the mode bits of a *get(2) call.
  Result<void> CheckAccess(const Credentials& creds, uint32_t wanted) const;
  // IPC_SET, IPC_RMID: EPERM unless the caller is owner, creator or privileged.
  Result<void> CheckOwner(const Credentials& creds) const;
  // IPC_SET; EINVAL for an id that is none.
  Result<void> Set(const abi::IpcPerm& to);
  abi::IpcPerm ToAbi() const;
};

}  // namespace sentry

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
  Ref<UserNamespace> ruler;  // Owns the IPC namespace that it is in.

  static IpcOwner MadeBy(const Credentials& creds, Ref<UserNamespace> ruler, int32_t key,
                         uint32_t flags);
  // ipcperms(): EACCES.  `wanted`: kIpcRead... or the mode bits of a *get(2) call.
  Result<void> CheckAccess(const Credentials& creds, uint32_t wanted) const;
  // IPC_SET, IPC_RMID: EPERM unless the caller is owner, creator or privileged.
  Result<void> CheckOwner(const Credentials& creds) const;
  // IPC_SET; EINVAL for an id that is none in the caller's user namespace.
  Result<void> Set(const Credentials& creds, const abi::IpcPerm& to);
  abi::IpcPerm ToAbi() const;
};

// The ids as the caller's user namespace knows them (kernel_to_ipc64_perm()).
abi::IpcPerm ShownTo(const Credentials& creds, abi::IpcPerm perm);

}  // namespace sentry

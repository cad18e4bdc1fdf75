// fcntl(2): descriptors, status flags, owners, and what it passes on to locks and files.
#include "abi/linux/signal.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/kernel/async_io.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/dnotify.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/leases.h"
#include "sentry/syscalls/locks.h"
#include "sentry/vfs/file_locks.h"

namespace sentry {
namespace {

Result<uint64_t> Duplicate(Task& task, Ref<FileDescription> file, uint64_t minimum, bool cloexec) {
  if (minimum >= task.fd_limit()) return Errno(EINVAL);
  FdNum fd = TRY(task.fds().Install(std::move(file), FdFlags{.cloexec = cloexec}, task.fd_limit(),
                                    static_cast<int>(minimum)));
  return static_cast<uint64_t>(fd.value());
}

Result<uint64_t> SetFlags(Task& task, FdNum fd, FileDescription& file, uint64_t arg) {
  uint32_t flags = static_cast<uint32_t>(arg);
  bool starts_noatime = (flags & ~file.flags() & abi::kONoatime) != 0;
  OpContext ctx = task.context();
  if (starts_noatime && file.inode() != nullptr && !OwnsOrCapable(ctx, *file.inode())) {
    return Errno(EPERM);
  }
  // Pipes mean packets by it; others are as they are opened (FMODE_CAN_ODIRECT).
  if ((flags & abi::kODirect) != 0) {
    const uint32_t type = file.inode() != nullptr ? file.inode()->mode() & abi::kSIfmt : 0;
    const bool fits = type == abi::kSIfreg || type == abi::kSIfblk || type == abi::kSIfifo;
    if (!fits) return Errno(EINVAL);
  }
  // Without fasync() the flag is left as it is.
  if (!AsyncIo::Supports(file)) {
    flags = (flags & ~abi::kOAsync) | (file.flags() & abi::kOAsync);
  }
  file.SetStatusFlags(flags);
  AsyncIo::Follow(task.kernel(), file, fd);
  return uint64_t{0};
}

// Linux: f_setown().  `owner`: a process or thread, negative a process group.
Result<uint64_t> SetOwner(Task& task, FileDescription& file, int32_t owner, bool thread = false) {
  if (owner == INT32_MIN) return Errno(EINVAL);
  const bool exists = owner >= 0 ? owner == 0 || task.FindTask(owner) != nullptr
                                 : task.FindProcessGroup(-owner) != nullptr;
  if (!exists) return Errno(ESRCH);
  const int32_t kernel_owner =
      owner >= 0 ? task.GlobalOf(owner).value() : -task.GlobalOf(-owner).value();
  AsyncIo::Of(task.kernel(), file).SetOwner(task, kernel_owner, thread);
  return uint64_t{0};
}

Result<uint64_t> SetOwnerEx(Task& task, FileDescription& file, UserPtr<abi::FOwnerEx> arg) {
  abi::FOwnerEx owner = TRY(task.CopyIn(arg));
  if (owner.type < abi::kFOwnerTid || owner.type > abi::kFOwnerPgrp) return Errno(EINVAL);
  if (owner.pid < 0) return Errno(ESRCH);  // No process has that number.
  const bool group = owner.type == abi::kFOwnerPgrp;
  return SetOwner(task, file, group ? -owner.pid : owner.pid, owner.type == abi::kFOwnerTid);
}

// As F_SETOWN takes it; 0 for who is gone or out of sight.
int32_t GetOwner(Task& task, const FileDescription& file) {
  const AsyncIo* async = AsyncIo::Existing(file);
  if (async == nullptr) return 0;
  const int32_t owner = async->owner();
  return owner >= 0 ? task.NumberOf(Tid(owner)) : -task.NumberOf(Tid(-owner));
}

Result<uint64_t> GetOwnerEx(Task& task, const FileDescription& file, UserPtr<abi::FOwnerEx> arg) {
  const AsyncIo* async = AsyncIo::Existing(file);
  const int32_t owner = GetOwner(task, file);
  const bool group = async != nullptr && async->owner() < 0;
  const bool thread = async != nullptr && async->thread();
  abi::FOwnerEx told{.type = group    ? abi::kFOwnerPgrp
                             : thread ? abi::kFOwnerTid
                                      : abi::kFOwnerPid,
                     .pid = group ? -owner : owner};
  TRY(task.CopyOut(arg, told));
  return uint64_t{0};
}

Result<uint64_t> GetOwnerUids(Task& task, const FileDescription& file, UserPtr<uint32_t> to) {
  const AsyncIo* async = AsyncIo::Existing(file);
  const UserNamespace* ns = task.creds().user_ns.get();
  const uint32_t ids[2] = {ShownUid(ns, async != nullptr ? async->uid() : 0),
                           ShownUid(ns, async != nullptr ? async->euid() : 0)};
  TRY(task.CopyOutArray(to, std::span<const uint32_t>(ids)));
  return uint64_t{0};
}

// F_GET_RW_HINT, F_SET_RW_HINT: how long what is written is expected to stay.
Result<uint64_t> WriteLifeHint(Task& task, FileDescription& file, int32_t command,
                               UserPtr<uint64_t> at) {
  constexpr uint64_t kExtreme = 5;  // RWH_WRITE_LIFE_EXTREME
  if (file.inode() == nullptr) return Errno(EINVAL);
  if (command == abi::kFGetRwHint) {
    const FileLocks* kept = file.inode()->existing_locks();
    TRY(task.CopyOut(at, kept != nullptr ? kept->write_hint : 0));
    return uint64_t{0};
  }
  OpContext ctx = task.context();
  if (!OwnsOrCapable(ctx, *file.inode())) return Errno(EPERM);
  const uint64_t hint = TRY(task.CopyIn(at));
  if (hint > kExtreme) return Errno(EINVAL);
  file.inode()->locks().write_hint = hint;
  return uint64_t{0};
}

Result<uint64_t> PassOn(Task& task, FileDescription& file, int32_t command, uint64_t arg) {
  OpContext ctx = task.context();
  return file.Fcntl(ctx, command, arg);
}

Result<uint64_t> FileCommand(Task& task, FdNum fd, Ref<FileDescription> file, int32_t command,
                             uint64_t arg) {
  switch (command) {
    case abi::kFSetfl:
      return SetFlags(task, fd, *file, arg);
    case abi::kFGetlk:
    case abi::kFSetlk:
    case abi::kFSetlkw:
    case abi::kFOfdGetlk:
    case abi::kFOfdSetlk:
    case abi::kFOfdSetlkw:
      return LockCommand(task, std::move(file), command, UserPtr<abi::Flock>(arg));
    case abi::kFGetown:
      return static_cast<uint64_t>(static_cast<int64_t>(GetOwner(task, *file)));
    case abi::kFSetown:
      return SetOwner(task, *file, static_cast<int32_t>(arg));
    case abi::kFGetownEx:
      return GetOwnerEx(task, *file, UserPtr<abi::FOwnerEx>(arg));
    case abi::kFSetownEx:
      return SetOwnerEx(task, *file, UserPtr<abi::FOwnerEx>(arg));
    case abi::kFGetsig:
      return static_cast<uint64_t>(AsyncIo::SignalOf(*file));
    case abi::kFSetsig:
      if (arg > static_cast<uint64_t>(abi::kNumSignals)) return Errno(EINVAL);
      AsyncIo::Of(task.kernel(), *file).SetSignal(static_cast<int32_t>(arg));
      return uint64_t{0};
    case abi::kFNotify:
      return WatchDirectory(task, fd, *file, static_cast<uint32_t>(arg));
    case abi::kFSetlease:
      return SetLease(task, fd, *file, static_cast<int32_t>(arg));
    case abi::kFGetlease:
      return GetLease(*file);
    case abi::kFGetownerUids:
      return GetOwnerUids(task, *file, UserPtr<uint32_t>(arg));
    case abi::kFGetRwHint:
    case abi::kFSetRwHint:
      return WriteLifeHint(task, *file, command, UserPtr<uint64_t>(arg));
    case abi::kFGetpipeSz:
    case abi::kFSetpipeSz:
      if (AsPipe(*file) == nullptr) return Errno(EBADF);
      return PassOn(task, *file, command, arg);
    case abi::kFAddSeals:
      if (!file->writable()) return Errno(EPERM);  // Before the question what it is.
      return PassOn(task, *file, command, arg);
    default:
      return PassOn(task, *file, command, arg);
  }
}

}  // namespace

Result<uint64_t> SysFcntl(Task& task, FdNum fd, int32_t command, uint64_t arg) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  switch (command) {
    case abi::kFDupfd:
    case abi::kFDupfdCloexec:
      return Duplicate(task, std::move(file), arg, command == abi::kFDupfdCloexec);
    case abi::kFGetfd:
      return TRY(task.fds().GetFlags(fd)).cloexec ? uint64_t{abi::kFdCloexec} : uint64_t{0};
    case abi::kFSetfd:
      TRY(task.fds().SetFlags(fd, FdFlags{.cloexec = (arg & abi::kFdCloexec) != 0}));
      return uint64_t{0};
    case abi::kFGetfl:
      return uint64_t{file->flags()};
    case abi::kFDupfdQuery: {
      Result<Ref<FileDescription>> other = task.fds().Get(FdNum(static_cast<int32_t>(arg)));
      if (!other.ok()) return other.error();
      return uint64_t{*other == file ? 1U : 0U};
    }
    default:
      // Of an O_PATH description the above is all there is.
      if ((file->flags() & abi::kOPath) != 0) return Errno(EBADF);
      return FileCommand(task, fd, std::move(file), command, arg);
  }
}

}  // namespace sentry

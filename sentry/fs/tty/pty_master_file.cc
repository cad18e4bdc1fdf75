#include "sentry/fs/tty/pty_master_file.h"

#include "abi/linux/signal.h"
#include "sentry/fs/tty/tty_ioctl.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

Result<uint64_t> Give(UserMemory& memory, uint64_t at, uint32_t value) {
  TRY(memory.CopyOut(UserPtr<int32_t>(at), static_cast<int32_t>(value)));
  return uint64_t{0};
}

}  // namespace

PtyMasterFile::PtyMasterFile(Path path, uint32_t flags, Ref<Pty> pty, PtyHome& home,
                             Ref<RefCounted> home_ref, Path ptmx)
    : FileDescription(std::move(path), flags),
      pty_(std::move(pty)),
      home_ref_(std::move(home_ref)),
      home_(home),
      ptmx_(std::move(ptmx)) {}

PtyMasterFile::~PtyMasterFile() {
  home_.Remove(pty_->index());
  pty_->MasterClosed();
}

Result<uint64_t> PtyMasterFile::SendSignal(uint64_t signal) {
  if (signal < 1 || signal > abi::kNumSignals) return Errno(EINVAL);
  if (signal != abi::kSigInt && signal != abi::kSigQuit && signal != abi::kSigTstp) {
    return Errno(EINVAL);  // pty_signal(): those of the keyboard.
  }
  pty_->SignalForeground(static_cast<int>(signal));
  return uint64_t{0};
}

Result<uint64_t> PtyMasterFile::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                                      uint64_t arg) {
  switch (request) {
    case abi::kTiocsptlck:
      pty_->unlocked = TRY(memory.CopyIn(UserPtr<int32_t>(arg))) == 0;
      return uint64_t{0};
    case abi::kTiocgptlck:
      return Give(memory, arg, pty_->unlocked ? 0 : 1);
    case abi::kTiocpkt:
      pty_->SetPacketMode(TRY(memory.CopyIn(UserPtr<int32_t>(arg))) != 0);
      return uint64_t{0};
    case abi::kTiocgpkt:
      return Give(memory, arg, pty_->packet_mode() ? 1 : 0);
    case abi::kTiocgptn:
      return Give(memory, arg, pty_->index());
    case abi::kTiocsig:
      return SendSignal(arg);
    case abi::kTiocgptpeer: {
      if (ctx.task == nullptr) return Errno(EIO);
      uint32_t flags = static_cast<uint32_t>(arg);
      Ref<FileDescription> peer = TRY(home_.OpenPeer(ctx, ptmx_, pty_->index(), flags));
      FdFlags fd_flags{.cloexec = (flags & abi::kOCloexec) != 0};
      FdNum fd = TRY(ctx.task->InstallFd(std::move(peer), fd_flags));
      return static_cast<uint64_t>(fd.value());
    }
    case abi::kTcflsh:
      return Done(pty_->MasterFlush(arg));
    case abi::kTcxonc:
      return Done(pty_->MasterControlFlow(arg));
    case abi::kFionread:
      return Give(memory, arg, static_cast<uint32_t>(pty_->MasterPending()));
    default:
      if (ctx.task == nullptr) return Errno(ENOTTY);
      return TtyIoctl(TtyRequest{*ctx.task, memory, *this, *pty_, request, arg, true});
  }
}

}  // namespace sentry

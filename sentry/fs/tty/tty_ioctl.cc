// ioctl_tty(2), in the order of Linux's tty_ioctl(), tty_jobctrl_ioctl() and tty_mode_ioctl().
#include "sentry/fs/tty/tty_ioctl.h"

#include "abi/linux/capability.h"
#include "abi/linux/signal.h"
#include "abi/linux/tty.h"
#include "sentry/fs/tty/tty_file.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

template <typename T>
Result<uint64_t> Give(const TtyRequest& r, const T& value) {
  TRY(r.memory.CopyOut(UserPtr<T>(r.arg), value));
  return uint64_t{0};
}

template <typename T>
Result<T> Take(const TtyRequest& r) {
  return r.memory.CopyIn(UserPtr<T>(r.arg));
}

Result<void> CheckChange(const TtyRequest& r) {
  return r.tty.CheckChange(r.task, abi::kSigTtou);
}

// Bits that TIOCSLCKTRMIOS locked stay as they are.
void KeepLocked(const TtySettings& old, const TtySettings& lock, TtySettings& wanted) {
  auto keep = [](uint32_t& now, uint32_t before, uint32_t mask) {
    now = (now & ~mask) | (before & mask);
  };
  keep(wanted.c_iflag, old.c_iflag, lock.c_iflag);
  keep(wanted.c_oflag, old.c_oflag, lock.c_oflag);
  keep(wanted.c_cflag, old.c_cflag, lock.c_cflag);
  keep(wanted.c_lflag, old.c_lflag, lock.c_lflag);
  if (lock.c_line != 0) wanted.c_line = old.c_line;
  for (size_t i = 0; i < std::size(wanted.c_cc); ++i) {
    if (lock.c_cc[i] != 0) wanted.c_cc[i] = old.c_cc[i];
  }
}

enum class Shape { kTermios, kTermios2, kTermio };

Result<uint64_t> SetSettings(const TtyRequest& r, Shape shape, uint64_t how) {
  TRY(CheckChange(r));
  const TtySettings old = TRY(r.tty.Settings());
  TtySettings wanted = old;
  switch (shape) {
    case Shape::kTermios:
      TakeTermios(wanted, TRY(Take<abi::Termios>(r)));
      break;
    case Shape::kTermios2:
      wanted = TRY(Take<abi::Termios2>(r));
      break;
    case Shape::kTermio:
      TakeTermio(wanted, TRY(Take<abi::Termio>(r)));
      break;
  }
  DeriveSpeeds(wanted);
  KeepLocked(old, r.tty.locked, wanted);
  constexpr uint64_t kNow = 0, kFlush = 2;
  if (how != kNow) TRY(r.tty.Drain());
  return Done(r.tty.Configure(wanted, how == kFlush));
}

Result<uint64_t> SetDiscipline(const TtyRequest& r) {
  TRY(CheckChange(r));
  int32_t wanted = TRY(Take<int32_t>(r));
  if (wanted != abi::kNTty) return Errno(EINVAL);
  return uint64_t{0};
}

Result<uint64_t> TypeChar(const TtyRequest& r) {
  const bool admin = r.task.creds().HasCapability(abi::kCapSysAdmin);
  if ((r.from_master || !r.tty.Controls(r.task)) && !admin) return Errno(EPERM);
  uint8_t c = TRY(Take<uint8_t>(r));
  return Done(r.tty.Type(r.task, c));
}

Result<uint64_t> LockSettings(const TtyRequest& r) {
  if (!r.task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  TakeTermios(r.tty.locked, TRY(Take<abi::Termios>(r)));
  return uint64_t{0};
}

Result<uint64_t> SetSoftCarrier(const TtyRequest& r) {
  int32_t on = TRY(Take<int32_t>(r));
  TtySettings settings = TRY(r.tty.Settings());
  settings.c_cflag = on != 0 ? settings.c_cflag | abi::kClocal : settings.c_cflag & ~abi::kClocal;
  return Done(r.tty.Configure(settings, false));
}

Result<uint64_t> Break(const TtyRequest& r) {
  TRY(CheckChange(r));
  TRY(r.tty.Drain());
  bool send = r.request == abi::kTcsbrkp || (r.request == abi::kTcsbrk && r.arg == 0);
  return send ? Done(r.tty.Break()) : uint64_t{0};
}

Result<uint64_t> Vhangup(const TtyRequest& r) {
  if (!r.task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  r.tty.HangUp();
  return uint64_t{0};
}

Result<uint64_t> SetForeground(const TtyRequest& r) {
  Result<void> allowed = CheckChange(r);
  if (allowed.Is(EIO)) return Errno(ENOTTY);  // Linux: tiocspgrp().
  TRY(std::move(allowed));
  return Done(r.tty.SetForeground(r.task, Tid(TRY(Take<int32_t>(r)))));
}

// Sessions and the foreground; also through the master, which may ask without being controlled.
Result<uint64_t> JobIoctl(const TtyRequest& r) {
  const bool own = r.tty.Controls(r.task);
  switch (r.request) {
    case abi::kTiocgpgrp:
      if (!own && !r.from_master) return Errno(ENOTTY);
      return Give(r, int32_t{r.task.NumberOf(r.tty.foreground())});
    case abi::kTiocspgrp:
      return SetForeground(r);
    case abi::kTiocgsid:
      if (!own && !r.from_master) return Errno(ENOTTY);
      return Give(r, int32_t{r.task.NumberOf(TRY(r.tty.SessionId()))});
    case abi::kTiocnotty:
      if (r.from_master) return Errno(ENOTTY);
      return Done(r.tty.GiveUp(r.task));
    case abi::kTiocsctty:
      return Done(r.tty.SetControlling(r.task, r.file.readable(), r.arg == 1));
    default:
      return Errno(ENOTTY);
  }
}

Result<uint64_t> ModeIoctl(const TtyRequest& r) {
  switch (r.request) {
    case abi::kTcgets:
      return Give(r, ToTermios(TRY(r.tty.Settings())));
    case abi::kTcgets2:
      return Give(r, TRY(r.tty.Settings()));
    case abi::kTcgeta:
      return Give(r, ToTermio(TRY(r.tty.Settings())));
    case abi::kTcsets:
    case abi::kTcsetsw:
    case abi::kTcsetsf:
      return SetSettings(r, Shape::kTermios, r.request - abi::kTcsets);
    case abi::kTcsets2:
    case abi::kTcsetsw2:
    case abi::kTcsetsf2:
      return SetSettings(r, Shape::kTermios2, r.request - abi::kTcsets2);
    case abi::kTcseta:
    case abi::kTcsetaw:
    case abi::kTcsetaf:
      return SetSettings(r, Shape::kTermio, r.request - abi::kTcseta);
    case abi::kTiocglcktrmios:
      return Give(r, ToTermios(r.tty.locked));
    case abi::kTiocslcktrmios:
      return LockSettings(r);
    case abi::kTiocgsoftcar: {
      const bool on = (TRY(r.tty.Settings()).c_cflag & abi::kClocal) != 0;
      return Give(r, int32_t{on ? 1 : 0});
    }
    case abi::kTiocssoftcar:
      return SetSoftCarrier(r);
    default:
      return JobIoctl(r);
  }
}

// What concerns the queues of the side that was asked.
Result<uint64_t> QueueIoctl(const TtyRequest& r) {
  switch (r.request) {
    case abi::kTcflsh:
      TRY(CheckChange(r));
      return Done(r.tty.Flush(r.arg));
    case abi::kTcxonc:
      TRY(CheckChange(r));
      return Done(r.tty.ControlFlow(r.arg));
    case abi::kFionread:
      return Give(r, static_cast<int32_t>(TRY(r.tty.PendingInput())));
    case abi::kTiocoutq:
      return Give(r, static_cast<int32_t>(TRY(r.tty.PendingOutput())));
    default:
      return ModeIoctl(r);
  }
}

}  // namespace

Result<uint64_t> TtyIoctl(const TtyRequest& r) {
  switch (r.request) {
    case abi::kTiocgwinsz:
      return Give(r, TRY(r.tty.Size()));
    case abi::kTiocswinsz:
      return Done(r.tty.Resize(TRY(Take<abi::Winsize>(r))));
    case abi::kTiocsti:
      return TypeChar(r);
    case abi::kTiocexcl:
    case abi::kTiocnxcl:
      if (!r.from_master) r.tty.exclusive = r.request == abi::kTiocexcl;
      return uint64_t{0};
    case abi::kTiocgexcl:
      return Give(r, int32_t{!r.from_master && r.tty.exclusive ? 1 : 0});
    case abi::kTiocgetd:
      return Give(r, abi::kNTty);
    case abi::kTiocsetd:
      return SetDiscipline(r);
    case abi::kTiocvhangup:
      return Vhangup(r);
    case abi::kTiocgdev:
      return Give(r, static_cast<uint32_t>(r.tty.device()));
    case abi::kTiocsbrk:
    case abi::kTioccbrk:
    case abi::kTcsbrk:
    case abi::kTcsbrkp:
      return Break(r);
    case abi::kTiocgptpeer:
      return Errno(EIO);  // The master has its own answer.
    case abi::kTioccons:
      // The console of the sandbox is where its terminal is.
      return Errno(r.task.creds().HasCapability(abi::kCapSysAdmin) ? EINVAL : EPERM);
    default:
      return QueueIoctl(r);
  }
}

}  // namespace sentry

#include "sentry/fs/tty/host_tty.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "sentry/fs/tty/tty_file.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr size_t kHostChunk = 16 * 1024;
constexpr size_t kPiece = 2048;  // What is taken whole by a terminal that has room.

bool Minds(const Task& task, int signal) {
  return (task.blocked & abi::SigMask(signal)) == 0 &&
         task.group().actions->actions[static_cast<size_t>(signal)].handler != abi::kSigIgn;
}

// The host may find that we are in the background of its terminal, and stop the whole job for that:
// then `signal` is let in (its handler does nothing), the call gives EINTR, and the guest's job is
// stopped in turn.  Where the guest does not mind the signal, neither do we.
template <typename F>
Result<size_t> AtTerminal(Task* task, int signal, F call) {
  const bool minds = task != nullptr && Minds(*task, signal);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  if (minds) ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ssize_t n = call();
  int error = errno;
  if (minds) ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (n >= 0) return static_cast<size_t>(n);
  if (error != EINTR || task == nullptr) return Errno(error);
  Ref<ProcessGroup> group = task->group().process_group;
  if (group->IsOrphaned()) return Errno(EIO);
  group->SendSignal(KernelSignal(signal));
  return Errno(abi::kERestartSys);
}

}  // namespace

uint32_t HostTty::PollHost(uint32_t events) const {
  pollfd poll{.fd = host_.fd, .events = static_cast<short>(events), .revents = 0};
  timespec now{};
  return ::ppoll(&poll, 1, &now, nullptr) > 0 ? static_cast<uint32_t>(poll.revents) : 0;
}

void HostTty::WatchFor(uint32_t events) {
  armed_ |= events;
  if (watched_) return kernel().reactor().Rearm(host_.fd, armed_);
  watched_ = kernel()
                 .reactor()
                 .Watch(host_.fd, armed_,
                        [this](uint32_t ready) {
                          armed_ = 0;
                          queue().Notify(ready | abi::kPollIn | abi::kPollOut);
                        })
                 .ok();
}

Result<size_t> HostTty::WouldBlock(uint32_t events) {
  WatchFor(events);
  return Errno(EAGAIN);
}

Result<size_t> HostTty::Read(TtyFile& file, IoSink& to) {
  Task* task = kernel().current;
  uint8_t buffer[kHostChunk];
  // The host's poll knows how many characters VMIN asks for; a read that may not wait gets fewer.
  const bool ask = PollHost(abi::kPollIn) != 0 || (host_.own_description && file.NonBlocking());
  // Asked all the same, for nothing: the host stops who reads from the background.
  const size_t want = ask ? std::min(sizeof(buffer), to.remaining()) : 0;
  Result<size_t> n =
      AtTerminal(task, abi::kSigTtin, [&] { return ::read(host_.fd, buffer, want); });
  if (n.Is(EAGAIN)) return WouldBlock(abi::kPollIn);
  if (!n.ok()) return n;
  if (!ask) {
    const TtySettings settings = TRY(Settings());
    const bool never = (settings.c_lflag & abi::kIcanon) == 0 && settings.c_cc[abi::kVmin] == 0 &&
                       settings.c_cc[abi::kVtime] == 0;
    return never ? Result<size_t>(size_t{0}) : WouldBlock(abi::kPollIn);
  }
  if (*n == 0) return size_t{0};
  return to.Put(std::as_bytes(std::span(buffer, *n)));
}

std::optional<int64_t> HostTty::ReadTimeout() {
  Result<TtySettings> settings = Settings();
  if (!settings.ok() || (settings->c_lflag & abi::kIcanon) != 0) return std::nullopt;
  if (settings->c_cc[abi::kVmin] != 0 || settings->c_cc[abi::kVtime] == 0) return std::nullopt;
  return settings->c_cc[abi::kVtime] * kDecisecond;
}

std::optional<Result<size_t>> HostTty::ReadLess(IoSink&, bool timed_out) {
  if (timed_out) return Result<size_t>(size_t{0});
  return std::nullopt;
}

Result<size_t> HostTty::Write(TtyFile&, IoSource& from) {
  size_t done = 0;
  while (from.remaining() > 0) {
    if (PollHost(abi::kPollOut) == 0) {
      return done > 0 ? Result<size_t>(done) : WouldBlock(abi::kPollOut);
    }
    uint8_t buffer[kPiece];
    std::span<uint8_t> piece(buffer, std::min(sizeof(buffer), from.remaining()));
    Result<size_t> got = from.Get(std::as_writable_bytes(piece));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    Result<size_t> n = AtTerminal(kernel().current, abi::kSigTtou,
                                  [&] { return ::write(host_.fd, buffer, *got); });
    if (!n.ok()) {
      if (done > 0) return done;
      return n.Is(EAGAIN) ? WouldBlock(abi::kPollOut) : n;
    }
    done += *n;
    if (*n < *got) break;
  }
  return done;
}

uint32_t HostTty::Poll() {
  uint32_t ready = PollHost(abi::kPollIn | abi::kPollOut | abi::kPollPri);
  if ((ready & abi::kPollIn) != 0) ready |= abi::kPollRdnorm;
  if ((ready & abi::kPollOut) != 0) ready |= abi::kPollWrnorm;
  // Whoever asks is about to wait for what is not there.
  uint32_t missing = (abi::kPollIn | abi::kPollOut) & ~ready;
  if (missing != 0) WatchFor(missing);
  return ready;
}

Result<TtySettings> HostTty::Settings() {
  TtySettings settings;
  if (::ioctl(host_.fd, abi::kTcgets2, &settings) != 0) return base::LastErrno();
  return settings;
}

Result<void> HostTty::Change(unsigned long request, unsigned long arg) {
  Result<size_t> done = AtTerminal(kernel().current, abi::kSigTtou,
                                   [&]() -> ssize_t { return ::ioctl(host_.fd, request, arg); });
  if (!done.ok()) return done.error();
  return {};
}

Result<void> HostTty::Configure(const TtySettings& settings, bool drop_input) {
  if (drop_input) TRY(Flush(abi::kTciflush));
  TtySettings copy = settings;
  TRY(Change(abi::kTcsets2, reinterpret_cast<unsigned long>(&copy)));
  constexpr uint32_t kBoth = abi::kPollIn | abi::kPollOut;
  queue().Notify(kBoth);  // Who waits may find lines, or characters, now.
  return {};
}

Result<abi::Winsize> HostTty::Size() {
  abi::Winsize size;
  if (::ioctl(host_.fd, abi::kTiocgwinsz, &size) != 0) return base::LastErrno();
  return size;
}

Result<void> HostTty::Resize(const abi::Winsize& size) {
  abi::Winsize copy = size;
  return Change(abi::kTiocswinsz, reinterpret_cast<unsigned long>(&copy));
}

Result<void> HostTty::Flush(uint64_t what) {
  if (what > static_cast<uint64_t>(abi::kTcioflush)) return Errno(EINVAL);
  return Change(abi::kTcflsh, what);
}

Result<void> HostTty::ControlFlow(uint64_t action) {
  if (action > static_cast<uint64_t>(abi::kTcion)) return Errno(EINVAL);
  return Change(abi::kTcxonc, action);
}

Result<size_t> HostTty::PendingInput() {
  int pending = 0;
  if (::ioctl(host_.fd, FIONREAD, &pending) != 0) return base::LastErrno();
  return static_cast<size_t>(pending);
}

Result<size_t> HostTty::PendingOutput() {
  int pending = 0;
  if (::ioctl(host_.fd, TIOCOUTQ, &pending) != 0) return base::LastErrno();
  return static_cast<size_t>(pending);
}

}  // namespace sentry

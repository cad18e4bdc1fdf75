// The slave's side of a pseudo-terminal.
#include "sentry/fs/tty/pty.h"

#include <algorithm>

#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "sentry/fs/tty/tty_file.h"

namespace sentry {
namespace {

// Linux: the master's own line discipline holds as much, and the buffer in between the rest
// (tty_buffer_set_limit()).
constexpr size_t kKept = 4095;
constexpr size_t kWriteChunk = 2048;
constexpr size_t kWidest = 8;  // What one written character may become: a tab's spaces.

}  // namespace

Pty::Pty(Kernel& kernel, uint32_t index, Ref<RefCounted> lease)
    : Tty(kernel, index),
      lease_(std::move(lease)),
      line_(*this),
      to_slave_(kernel.memory()),
      to_master_(kernel.memory()) {}

size_t Pty::OutputRoom() const {
  if (line_.stopped() || master_closed_) return 0;
  size_t limit = kKept + kInFlight;
  return limit - std::min(limit, to_master_.size());
}

void Pty::Output(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  BufferSource source(std::as_bytes(bytes));
  // Without memory for it, it is lost, as in Linux.
  [[maybe_unused]] Result<size_t> taken = to_master_.Fill(source, bytes.size());
  master_queue_.Notify(abi::kPollIn);
}

// What the master could have read already stays.
void Pty::DropOutput() {
  if (to_master_.size() > kKept) to_master_.Truncate(kKept);
  TellMaster(abi::kTiocpktFlushwrite);
}

void Pty::InputReady() {
  queue().Notify(abi::kPollIn);
}

void Pty::FlowChanged(bool stopped) {
  stopped ? TellMaster(abi::kTiocpktStop, abi::kTiocpktStart)
          : TellMaster(abi::kTiocpktStart, abi::kTiocpktStop);
  if (!stopped) queue().Notify(abi::kPollOut);
}

void Pty::TellMaster(uint32_t status, uint32_t instead_of) {
  if (!packet_mode_) return;
  packet_status_ = (packet_status_ & ~instead_of) | status;
  master_queue_.Notify(abi::kPollIn | abi::kPollPri);
}

Result<void> Pty::CheckOpen() {
  if (master_closed_ || !unlocked) return Errno(EIO);
  return {};
}

void Pty::FileOpened() {
  ++slaves_;
  slave_closed_ = false;
}

void Pty::FileClosed() {
  if (--slaves_ != 0) return;
  slave_closed_ = true;
  master_queue_.Notify(abi::kPollIn | abi::kPollOut | abi::kPollHup);
}

size_t Pty::Minimum(size_t wanted) const {
  return std::min<size_t>(wanted, line_.settings().c_cc[abi::kVmin]);
}

// Not as much as VMIN asks for, and VTIME has not passed since the last character.
bool Pty::WaitsForMore(size_t wanted) {
  const size_t there = line_.Pending();
  if (line_.canonical() || there >= Minimum(wanted) || pause_over_) return false;
  const int64_t time = line_.settings().c_cc[abi::kVtime] * kDecisecond;
  if (time == 0 || there == seen_) return true;
  seen_ = there;
  if (pause_ == nullptr) {
    pause_ = std::make_unique<Timer>(kernel().timers(), [this] {
      pause_over_ = true;
      queue().Notify(abi::kPollIn);
    });
  }
  pause_->Arm(MonotonicNow() + time);
  return true;
}

Result<size_t> Pty::TakeInput(IoSink& to) {
  uint8_t buffer[LineDiscipline::kSize];
  size_t n = line_.Read(std::span(buffer, std::min(sizeof(buffer), to.remaining())));
  seen_ = 0;
  pause_over_ = false;
  if (pause_ != nullptr) pause_->Disarm();
  Pump();
  if (n == 0) return n;
  return to.Put(std::as_bytes(std::span(buffer, n)));
}

Result<size_t> Pty::Read(TtyFile& file, IoSink& to) {
  Ref<Tty> keep(this);
  if (!line_.InputAvailable(false)) {
    if (master_closed_) return Errno(EIO);
    const auto& chars = line_.settings().c_cc;
    bool never = !line_.canonical() && chars[abi::kVmin] == 0 && chars[abi::kVtime] == 0;
    return never ? Result<size_t>(size_t{0}) : Errno(EAGAIN);
  }
  if (!file.NonBlocking() && WaitsForMore(to.remaining())) return Errno(EAGAIN);
  return TakeInput(to);
}

std::optional<int64_t> Pty::ReadTimeout() {
  const auto& chars = line_.settings().c_cc;
  if (line_.canonical() || chars[abi::kVmin] != 0) return std::nullopt;
  return chars[abi::kVtime] * kDecisecond;
}

std::optional<Result<size_t>> Pty::ReadLess(IoSink& to, bool timed_out) {
  Ref<Tty> keep(this);
  if (!line_.canonical() && line_.InputAvailable(false)) return TakeInput(to);
  if (timed_out) return Result<size_t>(size_t{0});
  return std::nullopt;
}

Result<size_t> Pty::Write(TtyFile&, IoSource& from) {
  if (master_closed_) return Errno(EIO);
  size_t done = 0;
  while (from.remaining() > 0) {
    if (OutputRoom() == 0) break;
    uint8_t buffer[kWriteChunk];
    std::span<uint8_t> chunk(buffer, std::min(sizeof(buffer), from.remaining()));
    Result<size_t> got = from.Get(std::as_writable_bytes(chunk));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    size_t n = line_.Write(chunk.first(*got));
    done += n;
    if (n < chunk.size()) break;
  }
  if (done == 0 && from.remaining() > 0) return Errno(EAGAIN);
  return done;
}

uint32_t Pty::Poll() {
  uint32_t events = 0;
  if (line_.InputAvailable(true)) events |= abi::kPollIn | abi::kPollRdnorm;
  if (OutputRoom() >= kWidest) events |= abi::kPollOut | abi::kPollWrnorm;
  if (master_closed_) events |= abi::kPollHup;
  return events;
}

Result<void> Pty::Configure(const TtySettings& wanted, bool drop_input) {
  if (drop_input) TRY(Flush(abi::kTciflush));
  const TtySettings old = line_.settings();
  TtySettings settings = wanted;
  // pty_set_termios(): eight bits, no parity, always on.
  settings.c_cflag = (settings.c_cflag & ~(abi::kCsize | abi::kParenb)) | abi::kCs8 | abi::kCread;
  line_.Configure(settings);
  if (packet_mode_) {
    auto flow = [](const TtySettings& s) {
      return (s.c_iflag & abi::kIxon) != 0 && s.c_cc[abi::kVstop] == 023 &&
             s.c_cc[abi::kVstart] == 021;
    };
    if (flow(old) != flow(settings)) {
      flow(settings) ? TellMaster(abi::kTiocpktDostop, abi::kTiocpktNostop)
                     : TellMaster(abi::kTiocpktNostop, abi::kTiocpktDostop);
    }
    if (((old.c_lflag | settings.c_lflag) & abi::kExtproc) != 0) TellMaster(abi::kTiocpktIoctl);
  }
  Pump();
  constexpr uint32_t kBoth = abi::kPollIn | abi::kPollOut;
  queue().Notify(kBoth);
  return {};
}

// Either side may: SIGWINCH for the programs in front (pty_resize()).
Result<void> Pty::Resize(const abi::Winsize& size) {
  auto same = [](const abi::Winsize& a, const abi::Winsize& b) {
    return a.ws_row == b.ws_row && a.ws_col == b.ws_col && a.ws_xpixel == b.ws_xpixel &&
           a.ws_ypixel == b.ws_ypixel;
  };
  if (same(size_, size)) return {};
  size_ = size;
  SignalForeground(abi::kSigWinch);
  return {};
}

Result<void> Pty::Flush(uint64_t what) {
  if (what > static_cast<uint64_t>(abi::kTcioflush)) return Errno(EINVAL);
  if (what != static_cast<uint64_t>(abi::kTcoflush)) {
    to_slave_.Clear();
    line_.DropInput();
    master_queue_.Notify(abi::kPollOut);
  }
  if (what != static_cast<uint64_t>(abi::kTciflush)) DropOutput();
  return {};
}

Result<void> Pty::ControlFlow(uint64_t action) {
  auto send = [this](int index) {
    uint8_t c = line_.settings().c_cc[index];
    if (c != kDisabledChar) Output(std::span(&c, 1));
  };
  switch (action) {
    case abi::kTcooff:
      line_.Stop(true);
      break;
    case abi::kTcoon:
      if (line_.stopped_by_ioctl()) line_.Start(true);
      break;
    case abi::kTcioff:
      send(abi::kVstop);
      break;
    case abi::kTcion:
      send(abi::kVstart);
      break;
    default:
      return Errno(EINVAL);
  }
  return {};
}

Result<void> Pty::Type(Task&, uint8_t c) {
  Ref<Tty> keep(this);
  [[maybe_unused]] size_t taken = line_.Receive(std::span(&c, 1));
  Pump();
  return {};
}

void Pty::Pump() {
  Ref<Tty> keep(this);
  bool moved = false;
  while (!to_slave_.empty()) {
    uint8_t chunk[256];
    BufferSink sink(std::as_writable_bytes(std::span(chunk)));
    Result<size_t> there = to_slave_.Peek(sink, 0, sizeof(chunk));
    size_t taken = there.ok() ? line_.Receive(std::span(chunk, *there)) : 0;
    if (taken == 0) break;
    // A flush may have emptied it meanwhile.
    to_slave_.Discard(std::min(taken, to_slave_.size()));
    moved = true;
  }
  if (moved) master_queue_.Notify(abi::kPollOut);
  for (int signal : std::exchange(signals_, {})) SignalForeground(signal);
}

}  // namespace sentry

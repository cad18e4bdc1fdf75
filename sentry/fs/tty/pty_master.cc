// The master's side of a pseudo-terminal.
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/fs/tty/pty.h"

namespace sentry {
namespace {

constexpr size_t kMasterChunk = 4096;

}  // namespace

Result<size_t> Pty::MasterRead(IoSink& to) {
  if (to.remaining() == 0) return size_t{0};
  if (packet_mode_ && packet_status_ != 0) {
    uint8_t status = static_cast<uint8_t>(std::exchange(packet_status_, 0));
    return to.Put(std::as_bytes(std::span(&status, 1)));
  }
  if (to_master_.empty()) return Errno(slave_closed_ ? EIO : EAGAIN);
  size_t done = 0;
  if (packet_mode_) {
    uint8_t data = abi::kTiocpktData;
    done = TRY(to.Put(std::as_bytes(std::span(&data, 1))));
    if (to.remaining() == 0) return done;
  }
  Result<size_t> moved = to_master_.Drain(to, to.remaining());
  if (!moved.ok()) return done > 0 ? Result<size_t>(done) : moved;
  line_.ProcessEchoes();
  queue().Notify(abi::kPollOut);
  return done + *moved;
}

Result<size_t> Pty::MasterWrite(IoSource& from) {
  Ref<Tty> keep(this);
  size_t done = 0;
  while (from.remaining() > 0) {
    size_t room = master_stopped_ ? 0 : kInFlight - std::min(kInFlight, to_slave_.size());
    if (room == 0) break;
    Result<size_t> taken = to_slave_.Fill(from, std::min(room, kMasterChunk));
    if (!taken.ok()) return done > 0 ? Result<size_t>(done) : taken;
    if (*taken == 0) break;
    done += *taken;
    Pump();
    if (master_closed_) break;
  }
  if (done == 0 && from.remaining() > 0) return Errno(EAGAIN);
  return done;
}

uint32_t Pty::MasterPoll() const {
  uint32_t events = 0;
  if (!to_master_.empty()) events |= abi::kPollIn | abi::kPollRdnorm;
  if (packet_mode_ && packet_status_ != 0) {
    events |= abi::kPollPri | abi::kPollIn | abi::kPollRdnorm;
  }
  if (!master_stopped_ && to_slave_.size() < kInFlight) {
    events |= abi::kPollOut | abi::kPollWrnorm;
  }
  if (slave_closed_) events |= abi::kPollHup;
  return events;
}

Result<void> Pty::MasterFlush(uint64_t what) {
  if (what > static_cast<uint64_t>(abi::kTcioflush)) return Errno(EINVAL);
  if (what != static_cast<uint64_t>(abi::kTcoflush)) {
    to_master_.Clear();
    queue().Notify(abi::kPollOut);
  }
  if (what != static_cast<uint64_t>(abi::kTciflush)) {
    to_slave_.Clear();
    master_queue_.Notify(abi::kPollOut);
  }
  return {};
}

Result<void> Pty::MasterControlFlow(uint64_t action) {
  if (action > static_cast<uint64_t>(abi::kTcion)) return Errno(EINVAL);
  if (action == static_cast<uint64_t>(abi::kTcooff)) master_stopped_ = true;
  if (action == static_cast<uint64_t>(abi::kTcoon)) {
    master_stopped_ = false;
    master_queue_.Notify(abi::kPollOut);
  }
  return {};
}

void Pty::SetPacketMode(bool on) {
  if (on && !packet_mode_) packet_status_ = 0;
  packet_mode_ = on;
}

void Pty::MasterClosed() {
  master_closed_ = true;
  to_master_.Clear();
  to_slave_.Clear();
  HangUp();
}

}  // namespace sentry

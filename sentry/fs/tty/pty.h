// Pty: a pseudo-terminal (pty(7)): a Tty whose other side, the master, is a file of another
// program. Bytes of the master go through to_slave_ into the line discipline; what programs on the
// terminal write, and echoes, go through to_master_.
#pragma once

#include <memory>
#include <vector>

#include "sentry/fs/tty/line_discipline.h"
#include "sentry/fs/tty/tty.h"
#include "sentry/kernel/byte_ring.h"

namespace sentry {

class Pty final : public Tty, private LineDriver {
 public:
  // `lease`: kept as long as this lives.
  Pty(Kernel& kernel, uint32_t index, Ref<RefCounted> lease);

  // --- the slave's side ---
  Result<size_t> Read(TtyFile& file, IoSink& to) override;
  std::optional<int64_t> ReadTimeout() override;
  std::optional<Result<size_t>> ReadLess(IoSink& to, bool timed_out) override;
  Result<size_t> Write(TtyFile& file, IoSource& from) override;
  uint32_t Poll() override;
  Result<TtySettings> Settings() override { return line_.settings(); }
  Result<void> Configure(const TtySettings& settings, bool drop_input) override;
  Result<abi::Winsize> Size() override { return size_; }
  Result<void> Resize(const abi::Winsize& size) override;
  Result<void> Flush(uint64_t what) override;
  Result<void> ControlFlow(uint64_t action) override;
  Result<size_t> PendingInput() override { return line_.Pending(); }
  Result<void> Type(Task& task, uint8_t c) override;
  Result<void> CheckOpen() override;
  void FileOpened() override;
  void FileClosed() override;

  // --- the master's side (pty_master.cc) ---
  Result<size_t> MasterRead(IoSink& to);
  Result<size_t> MasterWrite(IoSource& from);
  uint32_t MasterPoll() const;
  Result<void> MasterFlush(uint64_t what);
  Result<void> MasterControlFlow(uint64_t action);
  size_t MasterPending() const { return to_master_.size(); }
  void MasterClosed();
  void SetPacketMode(bool on);
  bool packet_mode() const { return packet_mode_; }
  base::WaitQueue& master_queue() { return master_queue_; }
  bool unlocked = false;  // TIOCSPTLCK

 private:
  // Bytes between the two sides, beyond what the line discipline keeps.
  static constexpr size_t kInFlight = 8192;

  // LineDriver
  size_t OutputRoom() const override;
  void Output(std::span<const uint8_t> bytes) override;
  void DropOutput() override;
  void SendSignal(int signal) override { signals_.push_back(signal); }
  void InputReady() override;
  void InputDropped() override { TellMaster(abi::kTiocpktFlushread); }
  void FlowChanged(bool stopped) override;

  void ResetAfterHangUp() override { line_.Reset(); }
  // Moves what the master wrote into the line as far as it has room, then sends what signals came
  // of it: who gets them may close this terminal.
  void Pump();
  void TellMaster(uint32_t status, uint32_t instead_of = 0);
  size_t Minimum(size_t wanted) const;
  bool WaitsForMore(size_t wanted);
  Result<size_t> TakeInput(IoSink& to);

  const Ref<RefCounted> lease_;
  LineDiscipline line_;
  ByteRing to_slave_, to_master_;
  base::WaitQueue master_queue_;
  abi::Winsize size_{};
  std::vector<int> signals_;
  unsigned slaves_ = 0;        // Open files of this side.
  bool slave_closed_ = false;  // All of them were closed again.
  bool master_closed_ = false;
  bool master_stopped_ = false;
  bool packet_mode_ = false;
  uint32_t packet_status_ = 0;  // TIOCPKT_* that the master has not read yet.
  // VTIME between two characters, when VMIN asks for more than one.
  std::unique_ptr<Timer> pause_;
  size_t seen_ = 0;  // What was there when it was armed.
  bool pause_over_ = false;
};

}  // namespace sentry

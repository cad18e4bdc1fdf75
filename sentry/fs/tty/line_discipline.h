// LineDiscipline: what stands between the two sides of a terminal (Linux: N_TTY; termios(3)).
// Characters that are typed go in by Receive(), are echoed, edited into lines and read; what
// programs write goes through Write() and is processed on its way out.
//
// Knows nothing of files and tasks: what it does to the outside goes through LineDriver.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "sentry/fs/tty/settings.h"

namespace sentry {

// The device below.  None of these calls the discipline back.
class LineDriver {
 public:
  virtual ~LineDriver() = default;
  virtual size_t OutputRoom() const = 0;  // 0 while output is stopped by flow control.
  virtual void Output(std::span<const uint8_t> bytes) = 0;  // At most OutputRoom().
  virtual void DropOutput() = 0;                            // What was not delivered yet.
  virtual void SendSignal(int signal) = 0;                  // To the foreground process group.
  virtual void InputReady() = 0;                            // Readers may find something.
  virtual void InputDropped() = 0;
  virtual void FlowChanged(bool stopped) = 0;
};

class LineDiscipline {
 public:
  static constexpr size_t kSize = 4096;  // N_TTY_BUF_SIZE

  explicit LineDiscipline(LineDriver& driver) : driver_(driver) { FindSpecials(); }

  const TtySettings& settings() const { return settings_; }
  void Configure(const TtySettings& settings);
  // As new: after a hang-up.
  void Reset();

  // --- input (line_input.cc) ---
  // Takes characters as they are typed; how many.  Fewer when there is no room for more.
  size_t Receive(std::span<const uint8_t> bytes);
  void DropInput();

  // --- reading (line_read.cc) ---
  // Something can be read; `for_poll`: as much as VMIN asks for.
  bool InputAvailable(bool for_poll) const;
  // Moves what one read(2) gets now: in canonical mode no more than a line.
  size_t Read(std::span<uint8_t> to);
  size_t Pending() const;  // FIONREAD
  bool canonical() const { return canonical_; }

  // --- output (line_output.cc) ---
  // How many of the bytes could be put out.
  size_t Write(std::span<const uint8_t> bytes);
  void ProcessEchoes();  // What waits for room.

  // --- flow control ---
  // `by_ioctl`: TCXONC, which characters do not undo.
  void Stop(bool by_ioctl);
  void Start(bool by_ioctl);
  bool stopped() const { return stopped_ || stopped_by_ioctl_; }
  bool stopped_by_ioctl() const { return stopped_by_ioctl_; }

 private:
  enum class Echo : uint8_t { kChar, kByte, kControl, kMoveBack, kSetColumn, kEraseTab };
  struct EchoStep {
    Echo kind;
    uint8_t value;
  };
  enum class Erase { kChar, kWord, kLine };

  TtyFlags flags() const { return TtyFlags(settings_); }
  uint8_t At(size_t position) const { return buffer_[position % kSize]; }
  bool IsContinuation(uint8_t c) const;
  bool IsSpecial(uint8_t c) const { return special_[c]; }
  void FindSpecials();

  void Put(uint8_t c) { buffer_[head_++ % kSize] = c; }
  void PutMarked(uint8_t c);
  void ReceiveOne(uint8_t c);
  void ReceivePlain(uint8_t c);
  void ReceiveSpecial(uint8_t c);
  bool ReceiveCanonical(uint8_t c);
  void ReceiveSignal(int signal, uint8_t c);
  void EchoTyped(uint8_t c);
  void EndLine(uint8_t c);
  void Reprint(uint8_t c);
  void RestartIfAny();

  // line_erase.cc
  void EraseBy(uint8_t c);
  void EraseMany(Erase kind);
  void EchoErased(Erase kind, uint8_t c, size_t first, size_t count);
  void EchoErasedTab();
  void FinishErasing();
  void KillLineQuickly();

  void AddEcho(Echo kind, uint8_t value = 0);
  void EchoChar(uint8_t c);  // As ^X where ECHOCTL wants it.
  void EchoRaw(uint8_t c);
  bool ProcessEcho(const EchoStep& step);
  bool PutOut(std::span<const uint8_t> bytes);  // All or nothing.
  bool PutOut(uint8_t c) { return PutOut(std::span(&c, 1)); }
  bool ProcessOut(uint8_t c);
  bool ProcessNewline();

  LineDriver& driver_;
  TtySettings settings_ = DefaultTtySettings();
  std::bitset<256> special_;  // Characters that are more than data.
  bool plain_ = false;        // None is.
  bool canonical_ = true;

  // Positions count up for ever; tail_ <= canon_head_ <= head_ <= tail_ + kSize.
  std::array<uint8_t, kSize> buffer_;
  std::bitset<kSize> line_ends_;
  size_t head_ = 0, tail_ = 0;
  size_t canon_head_ = 0;  // Behind the last complete line.
  bool literal_next_ = false, erasing_ = false;

  std::deque<EchoStep> echoes_;
  unsigned column_ = 0, canon_column_ = 0;
  bool stopped_ = false, stopped_by_ioctl_ = false;
};

}  // namespace sentry

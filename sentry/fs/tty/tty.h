// Tty: a terminal as programs see it: the slave of a pseudo-terminal, or the host's terminal.  This
// is what all have in common: sessions, the foreground process group and hang-ups (Linux:
// tty_jobctrl.c, __tty_hangup()); the device itself is behind the virtual functions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "abi/linux/stat.h"
#include "platform/base/wait_queue.h"
#include "sentry/fs/tty/settings.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/thread_group.h"
#include "sentry/memmap/io.h"

namespace sentry {

class TtyFile;

constexpr int64_t kDecisecond = kNanosPerSecond / 10;  // The unit of VTIME.
constexpr uint32_t kPtsMajor = 136;                    // Documentation/admin-guide/devices.txt

class Tty : public ControllingTerminal {
 public:
  Tty(Kernel& kernel, uint32_t index) : kernel_(kernel), index_(index) {}

  Kernel& kernel() const { return kernel_; }
  uint32_t index() const { return index_; }
  uint64_t device() const override { return abi::MakeDev(kPtsMajor, index_); }
  std::string name() const override { return "pts/" + std::to_string(index_); }
  Tid foreground() const override { return foreground_; }
  void SessionLeaderExited() override { Disassociate(true); }

  // --- sessions and jobs (tty_jobs.cc) ---
  // May `task` use the terminal that controls it?  `signal`: SIGTTIN to read, SIGTTOU to change it.
  // In the background: kERestartSys after the signal was sent to its process group, or EIO.
  Result<void> CheckChange(Task& task, int signal);
  // open(2) without O_NOCTTY: a session leader without a terminal gets this one.
  void OfferTo(Task& task, const TtyFile& file);
  Result<void> SetControlling(Task& task, bool readable, bool steal);  // TIOCSCTTY
  Result<void> GiveUp(Task& task);                                     // TIOCNOTTY
  Result<void> SetForeground(Task& task, Tid id);
  Result<Tid> SessionId() const;
  bool Controls(const Task& task) const;
  // The terminal that controls the task; null: none.
  static Tty* Of(const Task& task);
  void SignalForeground(int signal);
  // Everybody who has it open loses it, and so does its session (vhangup(2)).
  void HangUp();
  unsigned hangups() const { return hangups_; }

  // TIOCEXCL: nobody else may open it.
  bool exclusive = false;
  TtySettings locked{};  // TIOCSLCKTRMIOS: set bits cannot be changed.
  base::WaitQueue& queue() { return queue_; }

  // --- the device ---
  // Like those of FileDescription, after job control has agreed.
  virtual Result<size_t> Read(TtyFile& file, IoSink& to) = 0;
  virtual std::optional<int64_t> ReadTimeout() { return std::nullopt; }
  virtual std::optional<Result<size_t>> ReadLess(IoSink&, bool /*timed_out*/) {
    return std::nullopt;
  }
  virtual Result<size_t> Write(TtyFile& file, IoSource& from) = 0;
  virtual uint32_t Poll() = 0;
  virtual Result<TtySettings> Settings() = 0;
  virtual Result<void> Configure(const TtySettings& settings, bool drop_input) = 0;
  virtual Result<abi::Winsize> Size() = 0;
  virtual Result<void> Resize(const abi::Winsize& size) = 0;
  virtual Result<void> Flush(uint64_t what) = 0;          // TCFLSH
  virtual Result<void> ControlFlow(uint64_t action) = 0;  // TCXONC
  virtual Result<void> Break() { return {}; }             // TCSBRK(0): a pseudo-terminal has none.
  virtual Result<void> Drain() { return {}; }
  virtual Result<size_t> PendingInput() = 0;
  virtual Result<size_t> PendingOutput() { return size_t{0}; }
  virtual Result<void> Type(Task& task, uint8_t c) = 0;  // TIOCSTI
  virtual Result<void> CheckOpen() { return {}; }
  virtual void FileOpened() {}
  virtual void FileClosed() {}

 protected:
  ~Tty() override = default;
  virtual void ResetAfterHangUp() {}
  void Acquire(Task& task);  // Controls its session from now on, its process group in front.

 private:
  Ref<ProcessGroup> ForegroundGroup() const;
  void ForgetSession();
  // The session gives it up: its leader exits, or asked for that (disassociate_ctty()).
  void Disassociate(bool exiting);
  bool IsWithout(const ThreadGroup& group) const;

  Kernel& kernel_;
  const uint32_t index_;
  Ref<Session> session_;  // Null: it controls nobody.
  Tid foreground_{0};     // A process group's number; 0: none.
  // Members of the session that it does not control: they were there before, or gave it up.  So are
  // their children.
  std::set<Tid> without_;
  unsigned hangups_ = 0;
  base::WaitQueue queue_;
};

}  // namespace sentry

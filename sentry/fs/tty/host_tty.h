// HostTty: the host's terminal that the sandbox was started at, as a Tty of the guest's.  Its line
// discipline is the host's own (README.md says why); sessions and jobs are the guest's.
#pragma once

#include "sentry/fs/tty/tty.h"

namespace sentry {

// How boot has the host's terminal open.
struct HostTerminal {
  int fd = -1;                   // Borrowed for the life of the sandbox.
  bool own_description = false;  // Opened by us, non-blocking; else shared with the outside.
};

class HostTty final : public Tty {
 public:
  // `lease`: kept as long as this lives.
  HostTty(Kernel& kernel, uint32_t index, Ref<RefCounted> lease, const HostTerminal& host)
      : Tty(kernel, index), lease_(std::move(lease)), host_(host) {}

  // The guest's first process is in front of its terminal from the start.
  void GiveTo(Task& task) { Acquire(task); }

  Result<size_t> Read(TtyFile& file, IoSink& to) override;
  std::optional<int64_t> ReadTimeout() override;
  std::optional<Result<size_t>> ReadLess(IoSink& to, bool timed_out) override;
  Result<size_t> Write(TtyFile& file, IoSource& from) override;
  uint32_t Poll() override;
  Result<TtySettings> Settings() override;
  Result<void> Configure(const TtySettings& settings, bool drop_input) override;
  Result<abi::Winsize> Size() override;
  Result<void> Resize(const abi::Winsize& size) override;
  Result<void> Flush(uint64_t what) override;
  Result<void> ControlFlow(uint64_t action) override;
  Result<size_t> PendingInput() override;
  Result<size_t> PendingOutput() override;
  // Nobody inside types what a shell outside would read.
  Result<void> Type(Task&, uint8_t) override { return Errno(EIO); }

 private:
  uint32_t PollHost(uint32_t events) const;
  void WatchFor(uint32_t events);
  Result<size_t> WouldBlock(uint32_t events);
  Result<void> Change(unsigned long request, unsigned long arg);

  const Ref<RefCounted> lease_;
  const HostTerminal host_;
  bool watched_ = false;
  uint32_t armed_ = 0;
};

}  // namespace sentry

// PtyMasterFile: the master of a pseudo-terminal, which opening ptmx gives (ptmx(4)).  Its end is
// the terminal's.
#pragma once

#include "platform/base/unique_function.h"
#include "sentry/fs/tty/pty.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

// Where the other side has its name.
class PtyHome {
 public:
  virtual ~PtyHome() = default;
  // The master is gone: so is the name.
  virtual void Remove(uint32_t index) = 0;
  // TIOCGPTPEER: opens the slave beside the ptmx at `ptmx`, whatever is mounted where now.
  virtual Result<Ref<FileDescription>> OpenPeer(OpContext& ctx, const Path& ptmx, uint32_t index,
                                                uint32_t flags) = 0;
};

class PtyMasterFile final : public FileDescription {
 public:
  // `home` lives as long as `home_ref`; `ptmx`: below it are the slaves.
  PtyMasterFile(Path path, uint32_t flags, Ref<Pty> pty, PtyHome& home, Ref<RefCounted> home_ref,
                Path ptmx);
  ~PtyMasterFile() override;

  Result<size_t> Read(OpContext&, IoSink& to, int64_t*) override { return pty_->MasterRead(to); }
  Result<size_t> Write(OpContext&, IoSource& from, int64_t*) override {
    return pty_->MasterWrite(from);
  }
  bool StreamsWrites() const override { return true; }
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  uint32_t Poll() override { return pty_->MasterPoll(); }
  base::WaitQueue* Queue() override { return &pty_->master_queue(); }
  std::string FdInfo() override { return "tty-index:\t" + std::to_string(pty_->index()) + "\n"; }

 private:
  Result<uint64_t> SendSignal(uint64_t signal);

  const Ref<Pty> pty_;
  const Ref<RefCounted> home_ref_;
  PtyHome& home_;
  const Path ptmx_;
};

}  // namespace sentry

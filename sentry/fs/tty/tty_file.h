// TtyFile: a terminal that somebody has open (not the master of a pseudo-terminal).
#pragma once

#include "sentry/fs/tty/tty.h"
#include "sentry/vfs/file_description.h"
#include "sentry/vfs/patient_reader.h"

namespace sentry {

class TtyFile final : public FileDescription, public PatientReader {
 public:
  // open(2) of a terminal: EIO, EBUSY; may make it the caller's controlling terminal.
  static Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags,
                                           Ref<Tty> tty);

  TtyFile(Path path, uint32_t flags, Ref<Tty> tty);
  ~TtyFile() override;
  Tty& tty() const { return *tty_; }
  bool HungUp() const { return opened_at_ != tty_->hangups(); }

  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  std::optional<int64_t> Patience() override;
  std::optional<Result<size_t>> ReadLess(IoSink& to, bool timed_out) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool StreamsWrites() const override { return true; }
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &tty_->queue(); }

 private:
  const Ref<Tty> tty_;
  const unsigned opened_at_;  // hangups() then.
};

// null when `file` is no terminal.
TtyFile* AsTty(FileDescription& file);

}  // namespace sentry

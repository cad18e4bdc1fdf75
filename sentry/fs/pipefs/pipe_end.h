// PipeEnd: an open end of a pipe, and how ends come to be: pipe(2), FIFOs, and opening a pipe again
// through /proc/[pid]/fd.
#pragma once

#include <utility>

#include "sentry/fs/pipefs/pipe.h"
#include "sentry/kernel/kernel.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class PipeEnd final : public FileDescription {
 public:
  // Whether open(2) waits for the other side to be opened too (FIFOs).
  enum class Meeting { kNone, kOther };
  // `flags` decide which ends it is; with O_RDWR it is both.
  PipeEnd(Path path, uint32_t flags, Ref<Pipe> pipe, Meeting meeting);

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  Result<uint64_t> Fcntl(OpContext& ctx, int command, uint64_t arg) override;
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &pipe_->queue(); }
  bool StreamsWrites() const override { return true; }
  Result<void> FinishOpen() override;
  Pipe& pipe() { return *pipe_; }

 private:
  ~PipeEnd() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  Ref<Pipe> pipe_;
  const Meeting meeting_;
  const uint32_t readers_before_, writers_before_;  // Opens of the other side that had been then.
};

// The read end and the write end; `flags`: O_NONBLOCK, O_DIRECT.
std::pair<Ref<PipeEnd>, Ref<PipeEnd>> NewPipe(Kernel& kernel, const OpContext& ctx, uint32_t flags);

// Opens a FIFO, whose pipe hangs at the inode.  Not over before FinishOpen() (fifo(7)).  ENXIO for
// a writer that would not wait and has no reader.
Result<Ref<FileDescription>> OpenFifo(OpContext& ctx, const Path& path, uint32_t flags);

// The pipe that `file` is an end of, or null.
PipeEnd* AsPipe(FileDescription& file);

}  // namespace sentry

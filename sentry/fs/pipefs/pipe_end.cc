#include "sentry/fs/pipefs/pipe_end.h"

#include <bit>

#include "abi/linux/ioctl.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/sigpipe.h"
#include "sentry/kernel/task.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

constexpr int kCapSysResource = 24;

// The inode of pipe(2), which /proc/[pid]/fd can open again.
class PipeInode final : public NamelessInode {
 public:
  PipeInode(const OpContext& ctx, NamelessFiles& files)
      : NamelessInode(ctx, files.filesystem(NamelessFs::kPipe), files.NextIno(),
                      abi::kSIfifo | abi::kSIrusr | abi::kSIwusr) {}
  Result<Ref<FileDescription>> Open(OpContext&, const Path& path, uint32_t flags) override {
    // It met its other side when it was made: nothing to wait for.
    Ref<Pipe> pipe(static_cast<Pipe*>(path.inode()->attachment.get()));
    return Ref<FileDescription>(
        MakeRef<PipeEnd>(path, flags, std::move(pipe), PipeEnd::Meeting::kNone));
  }
};

}  // namespace

PipeEnd::PipeEnd(Path path, uint32_t flags, Ref<Pipe> pipe, Meeting meeting)
    : FileDescription(std::move(path), flags),
      pipe_(std::move(pipe)),
      meeting_(meeting),
      readers_before_(pipe_->reader_opens()),
      // With a writer there, the reader has met it: the writer's end will be a hang-up.
      writers_before_(pipe_->writer_opens() - (pipe_->writers() != 0 ? 1 : 0)) {
  if (readable()) pipe_->AddReader();
  if (writable()) pipe_->AddWriter();
}

PipeEnd::~PipeEnd() {
  if (readable()) pipe_->DropReader();
  if (writable()) pipe_->DropWriter();
}

Result<size_t> PipeEnd::Read(OpContext&, IoSink& sink, int64_t*) {
  return pipe_->Read(sink);
}

Result<size_t> PipeEnd::Write(OpContext& ctx, IoSource& source, int64_t*) {
  Result<size_t> written = pipe_->Write(source, (flags() & abi::kODirect) != 0);
  if (written.Is(EPIPE) && ctx.task != nullptr) SendSigPipe(*ctx.task);
  return written;
}

Result<uint64_t> PipeEnd::Ioctl(OpContext&, UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request != abi::kFionread) return Errno(ENOTTY);
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(pipe_->size())));
  return uint64_t{0};
}

Result<uint64_t> PipeEnd::Fcntl(OpContext& ctx, int command, uint64_t arg) {
  if (command == abi::kFGetpipeSz) return uint64_t{pipe_->limit()};
  if (command != abi::kFSetpipeSz) return Errno(EINVAL);
  if (arg > uint64_t{1} << 31) return Errno(EINVAL);
  size_t limit = std::bit_ceil(std::max<size_t>(static_cast<size_t>(arg), Pipe::kBuf));
  if (limit > pipe_->limit() && limit > Pipe::kMaxLimit &&
      !ctx.creds.HasCapability(kCapSysResource)) {
    return Errno(EPERM);
  }
  TRY(pipe_->SetLimit(limit));
  return uint64_t{limit};
}

uint32_t PipeEnd::Poll() {
  uint32_t events = 0;
  if (readable()) {
    if (!pipe_->empty()) events |= abi::kPollIn | abi::kPollRdnorm;
    // No hang-up for a reader that has not met a writer yet (fifo(7)).
    if (pipe_->writers() == 0 && pipe_->writer_opens() != writers_before_) events |= abi::kPollHup;
  }
  if (writable()) {
    if (!pipe_->full()) events |= abi::kPollOut | abi::kPollWrnorm;
    if (pipe_->readers() == 0) events |= abi::kPollErr;
  }
  return events;
}

Result<void> PipeEnd::FinishOpen() {
  if (meeting_ == Meeting::kNone || NonBlocking() || (readable() && writable())) return {};
  if (readable() && pipe_->writers() == 0 && pipe_->writer_opens() == writers_before_) {
    return Errno(EAGAIN);
  }
  if (writable() && pipe_->readers() == 0 && pipe_->reader_opens() == readers_before_) {
    return Errno(EAGAIN);
  }
  return {};
}

std::pair<Ref<PipeEnd>, Ref<PipeEnd>> NewPipe(Kernel& kernel, const OpContext& ctx,
                                              uint32_t flags) {
  NamelessFiles& files = kernel.Get<NamelessFiles>();
  Ref<Inode> inode = MakeRef<PipeInode>(ctx, files);
  Ref<Pipe> pipe = MakeRef<Pipe>(kernel.memory());
  inode->attachment = pipe;
  Path path = files.Attach(NamelessFs::kPipe, std::move(inode));
  // Packets are the writer's affair: the reader's end does not show O_DIRECT.
  Ref<PipeEnd> reader = MakeRef<PipeEnd>(path, abi::kORdonly | (flags & ~abi::kODirect), pipe,
                                         PipeEnd::Meeting::kNone);
  Ref<PipeEnd> writer =
      MakeRef<PipeEnd>(path, abi::kOWronly | flags, pipe, PipeEnd::Meeting::kNone);
  return {std::move(reader), std::move(writer)};
}

Result<Ref<FileDescription>> OpenFifo(OpContext& ctx, const Path& path, uint32_t flags) {
  if (ctx.task == nullptr) return Errno(ENXIO);
  Ref<RefCounted>& attachment = path.inode()->attachment;
  if (!attachment) attachment = MakeRef<Pipe>(ctx.task->kernel().memory());
  Ref<Pipe> pipe(static_cast<Pipe*>(attachment.get()));
  bool write_only = (flags & abi::kOAccmode) == abi::kOWronly;
  if (write_only && (flags & abi::kONonblock) != 0 && pipe->readers() == 0) return Errno(ENXIO);
  return Ref<FileDescription>(
      MakeRef<PipeEnd>(path, flags, std::move(pipe), PipeEnd::Meeting::kOther));
}

PipeEnd* AsPipe(FileDescription& file) {
  return dynamic_cast<PipeEnd*>(&file);
}

}  // namespace sentry

// HostFile: a descriptor that the sandbox was started with (standard input, output, error): pipe,
// socket, file or character device of the host.  Never waits: readiness comes from the reactor.
//
// The host's open file description is shared with whoever started us: where it has a position, that
// position is used and moved, as by any other process that inherited it.
#pragma once

#include "sentry/fs/host/host_inode.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class HostFile final : public FileDescription {
 public:
  enum class Position {
    kHost,  // That of the host's description.
    kOwn,   // Opened again through /proc/self/fd: this description's own.
  };

  // A path for `host` and a description with its access mode and status flags.  EBADF when it is
  // not open.
  static Result<Ref<FileDescription>> Create(Kernel& kernel, OpContext& ctx,
                                             const HostDescriptor& host);

  HostFile(Path path, uint32_t flags, Position position);
  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool HasPosition() const override { return host_.seekable(); }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  bool StreamsWrites() const override { return !host_.seekable(); }
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return host_.seekable() ? nullptr : &host_.queue(); }
  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override;
  Result<void> Sync(OpContext& ctx, bool data_only) override;
  Result<void> Allocate(OpContext& ctx, uint32_t mode, int64_t offset, int64_t length) override;
  int HostFd() const override { return host_.seekable() ? host_.fd() : -1; }

 private:
  int fd() const { return host_.fd(); }
  // What read(2) and write(2) mean by the file's own position.
  bool UsesHostPosition(const int64_t* position) const {
    return position == &offset && position_ == Position::kHost;
  }
  void KeepAppendMode(int64_t* position);
  Result<size_t> WriteSeekable(OpContext& ctx, IoSource& from, int64_t* position);
  Result<size_t> WouldBlock(uint32_t events);
  Result<size_t> WriteFailed(OpContext& ctx, int error);

  HostInode& host_;  // That of path().
  const Position position_;
};

}  // namespace sentry

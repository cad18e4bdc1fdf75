// HostFile: a descriptor that the sandbox was started with (standard input, output, error): pipe,
// socket, file or character device of the host.  Never waits: readiness comes from the reactor.
#pragma once

#include "platform/base/fd.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class Kernel;

// The inode of one host descriptor: the host's attributes, type and all.
class HostInode final : public NamelessInode {
 public:
  HostInode(const OpContext& ctx, Filesystem& fs, uint64_t ino, uint32_t mode, int fd)
      : NamelessInode(ctx, fs, ino, mode), fd_(fd) {}
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
  int fd() const { return fd_; }

 private:
  int fd_;  // Borrowed from the process; never closed.
};

class HostFile final : public FileDescription {
 public:
  // A path for `fd` (borrowed for the life of the sandbox) and a description with its access mode.
  // EBADF when it is not open.
  static Result<Ref<FileDescription>> Create(Kernel& kernel, OpContext& ctx, int fd);

  HostFile(Kernel& kernel, Path path, uint32_t flags, int fd, bool seekable);
  ~HostFile() override;
  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool HasPosition() const override { return seekable_; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  bool StreamsWrites() const override { return !seekable_; }
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return seekable_ ? nullptr : &queue_; }
  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override;
  int HostFd() const override { return seekable_ ? fd_ : -1; }

 private:
  void WatchFor(uint32_t events);
  Result<size_t> WouldBlock(uint32_t events);
  Result<size_t> WriteFailed(OpContext& ctx, int error);

  Kernel& kernel_;
  const int fd_;
  const bool seekable_;
  bool watched_ = false;
  uint32_t armed_ = 0;
  base::WaitQueue queue_;
};

}  // namespace sentry

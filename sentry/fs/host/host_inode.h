// HostInode: the object behind one descriptor that the sandbox was started with, and the host's
// readiness of it.
#pragma once

#include <cstdint>

#include "platform/base/wait_queue.h"
#include "sentry/fs/anon/nameless_files.h"

namespace sentry {

class Kernel;

// What boot knows of a standard descriptor before it gives up its own namespaces.
struct HostDescriptor {
  int fd = -1;                // Borrowed from the process; never closed.
  uint32_t uid = 0, gid = 0;  // The owner of what it shows.
};

class HostInode final : public NamelessInode {
 public:
  HostInode(Kernel& kernel, const OpContext& ctx, Filesystem& fs, uint64_t ino, uint32_t mode,
            const HostDescriptor& host);
  ~HostInode() override;
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

  int fd() const { return fd_; }
  // Regular files, block devices and memory devices like /dev/null: always ready.
  bool seekable() const { return seekable_; }
  base::WaitQueue& queue() { return queue_; }
  uint32_t PollHost(uint32_t events) const;
  // Notifies queue() once when the host's file shows one of `events`.
  void WatchFor(uint32_t events);

 private:
  Kernel& kernel_;
  const int fd_;
  const bool seekable_;
  bool watched_ = false;
  uint32_t armed_ = 0;
  base::WaitQueue queue_;
};

}  // namespace sentry

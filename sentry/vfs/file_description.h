// FileDescription: an open file (open(2): "open file description"), shared by dup, fork and
// SCM_RIGHTS.
//
// Read and write never wait: they give EAGAIN when they would, whatever O_NONBLOCK says, and the
// call handler waits on Queue() if it may (Task::Retry).  Whoever changes readiness calls
// Queue()->Notify().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "abi/linux/fcntl.h"
#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "platform/base/wait_queue.h"
#include "sentry/memmap/io.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

namespace sentry {

class UserMemory;

// Takes directory entries; false: full, the entry was not taken (getdents64(2)).
class DirectorySink {
 public:
  virtual ~DirectorySink() = default;
  // `next` is the position from which the following entry is read; type is DT_*.
  virtual bool Add(std::string_view name, uint64_t ino, uint8_t type, int64_t next) = 0;
};

// What mmap needs: a host file whose pages are the contents.
struct Mapping {
  int host_fd = -1;         // Borrowed: lives as long as the description and its inode.
  uint64_t offset_add = 0;  // Added to the guest's file offset.
};

// Told when a description goes away: an epoll item holds no reference to its file.
class ReleaseWatcher : public base::ListNode<ReleaseWatcher> {
 public:
  virtual void OnRelease() = 0;  // The description is being destroyed: its address only.

 protected:
  ~ReleaseWatcher() = default;
};

class ReleaseWatchers {
 public:
  ~ReleaseWatchers() {
    while (ReleaseWatcher* watcher = list_.pop_front()) watcher->OnRelease();
  }
  void Add(ReleaseWatcher& watcher) { list_.push_back(watcher); }
  bool empty() const { return list_.empty(); }

 private:
  base::IntrusiveList<ReleaseWatcher> list_;
};

class FileDescription : public RefCounted {
 public:
  const Path& path() const { return path_; }
  Inode* inode() const { return path_.dentry ? path_.dentry->inode() : nullptr; }
  uint32_t flags() const {
    return flags_;
  }  // Access mode and status flags, O_PATH, O_DIRECTORY... as opened and F_SETFL changed.
  void SetStatusFlags(uint32_t flags);  // F_SETFL: O_APPEND O_ASYNC O_DIRECT O_NOATIME O_NONBLOCK.
  bool readable() const {
    return (flags_ & abi::kOAccmode) != abi::kOWronly && (flags_ & abi::kOPath) == 0;
  }
  bool writable() const {
    return (flags_ & abi::kOAccmode) != abi::kORdonly && (flags_ & abi::kOPath) == 0;
  }
  bool NonBlocking() const { return (flags_ & abi::kONonblock) != 0; }

  // Bytes moved; 0 at the end of file.  `position` is used and advanced by files that have
  // positions: it is &offset of this description for read(2), a copy for pread(2).  Access mode was
  // checked.
  virtual Result<size_t> Read(OpContext&, IoSink&, int64_t* /*position*/) { return Errno(EINVAL); }
  // With O_APPEND the file appends and sets *position behind what it wrote.
  virtual Result<size_t> Write(OpContext&, IoSource&, int64_t* /*position*/) {
    return Errno(EINVAL);
  }
  // The bytes from `at` to the end, and how many: where they fit, need not be waited for, and
  // change by guests' calls alone.
  virtual std::optional<size_t> PeekRest(std::span<std::byte> /*to*/, int64_t /*at*/) { return {}; }
  // False: pread, pwrite and lseek give ESPIPE, and `position` is not looked at.
  virtual bool HasPosition() const { return false; }
  virtual Result<int64_t> Seek(OpContext& ctx, int64_t offset,
                               int whence);  // lseek(2), SEEK_DATA and SEEK_HOLE too.
  virtual Result<void> ReadDirectory(OpContext&, DirectorySink&) {
    return Errno(ENOTDIR);
  }  // From offset; advances it.
  // ReadDirectory() need not wait.
  virtual bool ListsAtOnce() const { return false; }
  virtual Result<uint64_t> Ioctl(OpContext&, UserMemory&, uint64_t /*request*/, uint64_t /*arg*/) {
    return Errno(ENOTTY);
  }

  // poll(2): which of POLLIN, POLLOUT, POLLERR, POLLHUP, POLLRDHUP, POLLPRI hold now.
  virtual uint32_t Poll();
  // Null: always ready.
  virtual base::WaitQueue* Queue() { return nullptr; }

  // open(2) of a FIFO is not over until the other side is there: EAGAIN, the open handler waits on
  // Queue() and asks again.
  virtual Result<void> FinishOpen() { return {}; }
  // A blocking write(2) goes on until everything is taken (pipe, stream socket, terminal): Write()
  // gives what fits now.
  virtual bool StreamsWrites() const { return false; }
  // SO_RCVTIMEO, SO_SNDTIMEO: how long, in nanoseconds, a blocking read or write waits before
  // EAGAIN.
  virtual std::optional<int64_t> IoTimeout(bool /*write*/) const { return std::nullopt; }
  // fcntl(2) commands of one kind of file: F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS.
  virtual Result<uint64_t> Fcntl(OpContext&, int /*command*/, uint64_t /*arg*/) {
    return Errno(EINVAL);
  }

  virtual Result<Mapping> Map(OpContext&, uint32_t /*prot*/, uint32_t /*flags*/) {
    return Errno(ENODEV);
  }
  virtual Result<void> Sync(OpContext&, bool /*data_only*/) { return {}; }
  virtual Result<void> Allocate(OpContext&, uint32_t /*mode*/, int64_t /*offset*/,
                                int64_t /*length*/) {
    return Errno(EOPNOTSUPP);
  }
  // A host descriptor whose contents and position-independent I/O are this file's, for splicing and
  // mapping; -1: none.
  virtual int HostFd() const { return -1; }
  // Called when one descriptor of it is closed (close(2) semantics such as POSIX lock release live
  // in FdTable).
  virtual void OnClose(OpContext&) {}
  // The process of the context, which has it open, is about to run another program.
  virtual void OnExec(OpContext&) {}
  // The text after "name" in /proc/[pid]/fdinfo: "pos:..\nflags:.." come from vfs.
  virtual std::string FdInfo() { return {}; }

  ReleaseWatchers release_watchers;
  int64_t offset = 0;
  // F_SETOWN, F_SETSIG and O_ASYNC (kernel/async_io.h); null: none of them was ever used.
  Ref<RefCounted> async_io;

 protected:
  FileDescription(Path path, uint32_t flags);
  ~FileDescription() override;

 private:
  Path path_;
  uint32_t flags_;
};

}  // namespace sentry

// Signals when a file becomes ready (fcntl(2): F_SETOWN, F_SETSIG, O_ASYNC).
#pragma once

#include "abi/types.h"
#include "platform/base/wait_queue.h"
#include "sentry/auth/credentials.h"
#include "sentry/kernel/fd_table.h"

namespace sentry {

class FileDescription;
class Kernel;
class Task;
class ThreadGroup;
using abi::Tid;

// What an open file description has of it, made on first use.
class AsyncIo final : public RefCounted, private base::Waiter {
 public:
  explicit AsyncIo(Kernel& kernel) : kernel_(kernel) {}
  static AsyncIo& Of(Kernel& kernel, FileDescription& file);
  static const AsyncIo* Existing(const FileDescription& file);  // Null: none.
  static int32_t SignalOf(const FileDescription& file);
  // O_ASYNC may have been set or cleared, through `fd`.
  static void Follow(Kernel& kernel, FileDescription& file, FdNum fd);
  static bool Supports(const FileDescription& file);

  // The kernel's number of a process or a thread; negative: of a process group.  0: nobody.
  int32_t owner() const { return owner_; }
  bool thread() const { return thread_; }
  uint32_t uid() const { return uid_; }
  uint32_t euid() const { return euid_; }
  void SetOwner(const Task& by, int32_t owner, bool thread);
  void SetSignal(int32_t signal) { signal_ = signal; }  // 0: SIGIO, without what siginfo tells.
  // F_NOTIFY: a signal that says "message", through `fd`.
  void Tell(FdNum fd);
  Ref<RefCounted> directory_notice;  // What F_NOTIFY watches (syscalls/dnotify.cc); null: nothing.

 private:
  ~AsyncIo() override;
  void Wake(uint32_t events) override;
  struct Reason {
    int code;  // POLL_*
    int64_t band;
  };
  static Reason ReasonOf(uint32_t events);
  void Send(const Reason& reason);
  void SendTo(ThreadGroup& target, const Reason& reason);
  bool MaySignal(const Task& target) const;

  Kernel& kernel_;
  int32_t owner_ = 0;
  bool thread_ = false;
  int32_t signal_ = 0;
  uint32_t uid_ = 0, euid_ = 0;  // Of who set the owner.
  int32_t fd_ = -1;
  bool following_ = false;
  bool sending_ = false;  // A round of Send() is due, with `events_`.
  uint32_t events_ = 0;
};

}  // namespace sentry

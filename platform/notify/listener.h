// The seccomp listener: one for the whole sandbox.  Thin over the ioctls of seccomp_unotify(2).
#pragma once

#include <linux/seccomp.h>

#include <atomic>
#include <cstdint>

#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace platform::notify {

class Listener {
 public:
  Listener() = default;
  // Turns on what the host has of the optional features.
  explicit Listener(base::Fd fd);

  bool valid() const { return fd_.valid(); }
  bool sync_wake_up() const { return sync_wake_up_; }

  // Blocks unless `*stop`.  EINTR, also when WakeSignal interrupted it after `*stop` was set, and
  // ENOENT for a caller that died meanwhile, are for the caller to repeat.
  base::Result<void> Receive(seccomp_notif* to, const std::atomic<bool>* stop) const;
  // Has the signal that is sent to a thread in Receive() end it, however late it arrives: between
  // the look at `*stop` and the host's call nothing is lost.  Other calls of the thread are
  // restarted.
  static void HandleWakeSignal(int signal);
  // Whether reports and answers wake who waits for them on the processor of who makes them, where
  // the host can do that.  So from the start.
  void SetSyncWakeUp(bool on);
  // Whether Receive() would find something at once.
  bool HasReport() const;
  // Both ignore that the caller is gone: its death is reported elsewhere.
  void Reply(uint64_t id, int64_t value) const;
  void Continue(uint64_t id) const;
  // Makes `host_fd` the waiting caller's descriptor `number`.
  base::Result<void> InstallFd(uint64_t id, int host_fd, int number) const;

 private:
  void Send(uint64_t id, int64_t value, uint32_t flags) const;

  base::Fd fd_;
  bool sync_wake_up_ = false;
};

}  // namespace platform::notify

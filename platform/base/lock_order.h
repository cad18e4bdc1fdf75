// The lock graph of the whole system.  A thread may take a mutex only when its rank is higher than
// that of every mutex it already holds; debug builds verify it (mutex.cc).
//
//   kKernel      the one lock under which kernel code of the Sentry runs
//   (sentry/kernel/kernel_lock.h)
//     -> kVfsNames      NameLock's own state; never held over a wait (sentry/vfs/name_lock.h)
//     -> kPlatform      a backend's own tables (threads, stubs)
//     -> kGoferChannel  the table of requests in flight to the Gofer
//     -> kGoferServer   the Gofer's node table (another process)
//     -> kLog           the log sink
//
// The kernel lock is given up in blocking sections; no other lock is held over host I/O.
#pragma once

namespace base {

enum class LockRank : int {
  kKernel = 10,
  kVfsNames = 15,
  kPlatform = 20,
  kGoferChannel = 30,
  kGoferServer = 40,
  kTest = 80,
  kLog = 90,
};

}  // namespace base

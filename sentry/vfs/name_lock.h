// NameLock: one change of names at a time in a file system whose operations wait for the host.
//
// While a change waits, the kernel lock is given up and another thread may start one on the same
// names; their replies could then be applied to dentries in another order than the host applied the
// changes.  File systems that never wait need none.
#pragma once

#include "platform/base/mutex.h"
#include "platform/base/thread_annotations.h"

namespace sentry {

// Gives the kernel lock up around a wait for the host (Kernel::BeginBlocking).
class Blocker {
 public:
  virtual ~Blocker() = default;
  virtual void BeginBlocking() = 0;
  virtual void EndBlocking() = 0;
};

class NameLock {
 public:
  // `blocker` may be null where no second thread exists yet.
  void Lock(Blocker* blocker);
  void Unlock();

 private:
  base::Mutex mu_{base::LockRank::kVfsNames};
  bool held_ GUARDED_BY(mu_) = false;
  base::CondVar freed_;
};

// Holds it for a scope; null: nothing to hold.
class NameLockHolder {
 public:
  NameLockHolder(NameLock* lock, Blocker* blocker) : lock_(lock) {
    if (lock_ != nullptr) lock_->Lock(blocker);
  }
  ~NameLockHolder() {
    if (lock_ != nullptr) lock_->Unlock();
  }
  NameLockHolder(const NameLockHolder&) = delete;
  NameLockHolder& operator=(const NameLockHolder&) = delete;

 private:
  NameLock* const lock_;
};

}  // namespace sentry

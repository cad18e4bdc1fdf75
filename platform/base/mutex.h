// Mutex with Clang annotations and a rank.  Debug builds abort when the order of lock_order.h is
// broken.
#pragma once

#include <condition_variable>
#include <mutex>

#include "platform/base/lock_order.h"
#include "platform/base/thread_annotations.h"

namespace base {

class CAPABILITY("mutex") Mutex {
 public:
  explicit Mutex(LockRank rank) : rank_(rank) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE();
  void Unlock() RELEASE();
  // Named as the standard library wants them, so that CondVar can wait on a Mutex.
  void lock() ACQUIRE() { Lock(); }
  void unlock() RELEASE() { Unlock(); }
  // Tells the analysis (and debug builds check nothing) that the caller knows it is held.
  void AssertHeld() const ASSERT_CAPABILITY(this) {}

 private:
  const LockRank rank_;
  std::mutex mu_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ACQUIRE(mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() RELEASE() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};

class CondVar {
 public:
  // Gives `mu` up while waiting.
  void Wait(Mutex* mu) REQUIRES(mu) NO_THREAD_SAFETY_ANALYSIS { cv_.wait(*mu); }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable_any cv_;
};

}  // namespace base

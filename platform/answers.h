// What some backends can do besides: guest threads that give answers to themselves, that make
// threads without waiting for a word of the kernel, and that wait for long at little cost.
#pragma once

#include <cstdint>

#include "platform/platform.h"

namespace platform {

// Answers of calls that change by other calls or by others' doing only.
struct KnownAnswers {
  uint32_t pid, tid, ppid, pgrp;
  uint32_t uid, euid, gid, egid;
};

// A Thread of such a backend is one of these too.
class SelfAnswering {
 public:
  // From now on the thread may answer these calls without an event, until Withdraw(); the only
  // thread that has its memory.
  virtual void Publish(const KnownAnswers& answers) = 0;
  // An answer changed, or somebody wants to see every call.
  virtual void Withdraw() = 0;

 protected:
  ~SelfAnswering() = default;
};

// A Thread of such a backend is one of these too.
class Resting {
 public:
  // The answer of the call that this thread made will take its time: what it costs to keep the call
  // open can be saved.  Nothing else changes.  Calling, not captured.
  virtual void Rest() = 0;

 protected:
  ~Resting() = default;
};

// A Thread of such a backend is one of these too.
class QuickCloning {
 public:
  // As Thread::Clone(), for a thread of the same process, but this thread runs on with registers()
  // as they are: kCloned follows only if the host could not make the child, and then before any
  // other event of this thread.  Captured.
  virtual Result<Thread*> CloneAndGoOn(const CloneRequest& request) = 0;

 protected:
  ~QuickCloning() = default;
};

}  // namespace platform

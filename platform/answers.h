// What some backends can do besides: guest threads that give answers to themselves.
#pragma once

#include <cstdint>

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

}  // namespace platform

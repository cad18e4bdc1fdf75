// What some backends can do besides: guest threads that give answers to themselves, that make
// threads without waiting for a word of the kernel, that call without the host, that bring
// along what their calls name, and that wait for long at little cost; processes that are held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abi/stub/slot.h"
#include "platform/platform.h"

namespace platform {

// Answers of calls that change by other calls or by others' doing only.
struct KnownAnswers {
  uint32_t pid, tid, ppid, pgrp;
  uint32_t uid, euid, gid, egid;
};

// What a thread may change of itself, in memory that it can write to at any time.
using OwnCell = abi::stub::SlotOwn;

// A Thread of such a backend is one of these too.
class SelfAnswering {
 public:
  // From now on the thread may answer these calls without an event, until Withdraw().
  virtual void Publish(const KnownAnswers& answers) = 0;
  // An answer changed, or somebody wants to see every call.
  virtual void Withdraw() = 0;
  // From now on the thread may change its signal mask and robust list without an event, while the
  // cell's `valid` is what this made it and `asks` is 0; false: it cannot, at least not yet.
  virtual bool Lend(uint64_t blocked, uint64_t robust_list) = 0;
  // Somebody looks at its code, which is to stay as it is from now on.
  virtual void LeaveCodeAlone() = 0;
  // Where these two are while the thread runs, once they were lent, for as long as it lives; null:
  // they were not.
  virtual OwnCell* lent() = 0;

 protected:
  ~SelfAnswering() = default;
};

// A Thread of such a backend is one of these too.
class Resting {
 public:
  // The answer of the call that this thread made will take its time: what it costs to keep the call
  // open can be saved.  Nothing else changes.  Calling, not captured.
  virtual void Rest() = 0;
  // Who answers the call is about to wait for the host: no use in spinning.  Likewise.
  virtual void WaitForHost() = 0;

 protected:
  ~Resting() = default;
};

// A Thread of such a backend is one of these too.
class QuickCloning {
 public:
  // As Thread::Clone(), for a thread of the same process, but this thread runs on with registers()
  // as they are: kCloned follows only if the host could not make the child, and then before any
  // other event of this thread.  Captured; neither does anything before GoOn().
  virtual Result<Thread*> CloneAndGoOn(const CloneRequest& request) = 0;
  virtual void GoOn() = 0;

 protected:
  ~QuickCloning() = default;
};

// A Thread of such a backend is one of these too.
class Marshalling {
 public:
  // The argument at `address` of the call that this thread made and that is being handled, if the
  // thread brought that string along: as it was when the call was made.
  virtual std::optional<std::string> BroughtString(uint64_t address) = 0;
  // The thread is to store this when it gets its answer, which is -EFAULT if it cannot; false: it
  // does not do that.  Nothing else may be stored, and nothing depend on it, until then.
  virtual bool TakeAway(uint64_t address, std::span<const std::byte> bytes) = 0;

  // The answer of a call that the thread is expected to make, with what it stores.
  struct AnswerAhead {
    static constexpr size_t kOverhead = sizeof(abi::stub::SlotAnswerAhead) + 16;  // Of room.
    static constexpr uint64_t kInt = UINT32_MAX, kAll = UINT64_MAX;
    struct Check {
      uint64_t value = 0, mask = 0;
    };
    uint32_t number = 0;
    Check args[4] = {};  // Of the first four arguments.
    uint64_t least = 0;  // The third is not smaller.
    std::optional<std::string> path;
    uint32_t stores = 1;  // Which argument says where `bytes` go: 1, 2 or 4.
    int64_t result = 0;
    std::vector<std::byte> bytes;

    size_t Size() const { return kOverhead + (path ? path->size() + 1 : 0) + bytes.size(); }
  };
  // Room for answers that the thread could give itself now, in bytes; 0: it cannot.  In a call, not
  // captured.
  virtual size_t MayPrepare() = 0;
  // Once it goes on, the thread may give itself these answers, in this order, without an event,
  // until DropPrepared().  How many of them it may.
  virtual size_t Prepare(std::span<const AnswerAhead> answers) = 0;
  // How many of them it took.
  virtual size_t DropPrepared() = 0;

 protected:
  ~Marshalling() = default;
};

// A backend that takes calls out of memory that it shares with a guest is one of these too.
class SlotWatching {
 public:
  // So many until now.
  virtual uint64_t CallsInSlots() = 0;

 protected:
  ~SlotWatching() = default;
};

// A backend that continues what others stop is one of these too.
class ProcessHolder {
 public:
  // Stops the host's process of a guest, or lets it go on (--cpus).
  virtual void Hold(int host_pid, bool held) = 0;

 protected:
  ~ProcessHolder() = default;
};

}  // namespace platform

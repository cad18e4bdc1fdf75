// Rank checking: each thread keeps the ranks it holds, in order.
#include "platform/base/mutex.h"

#include "platform/base/log.h"

namespace base {

#ifndef NDEBUG
namespace {

constexpr int kMaxHeld = 8;
thread_local int held[kMaxHeld];
thread_local int held_count = 0;

void Push(LockRank rank) {
  CHECK(held_count < kMaxHeld);
  CHECK(held_count == 0 || held[held_count - 1] < static_cast<int>(rank));
  held[held_count++] = static_cast<int>(rank);
}

void Pop(LockRank rank) {
  CHECK(held_count > 0 && held[held_count - 1] == static_cast<int>(rank));
  --held_count;
}

}  // namespace
#else
namespace {
void Push(LockRank) {}
void Pop(LockRank) {}
}  // namespace
#endif

void Mutex::Lock() {
  Push(rank_);
  mu_.lock();
}

void Mutex::Unlock() {
  mu_.unlock();
  Pop(rank_);
}

}  // namespace base

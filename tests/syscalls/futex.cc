// futex(2): waiting, waking, requeueing, time-outs, priority inheritance, robust lists,
// futex_waitv(2).
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

using Word = std::atomic<uint32_t>;

long Futex(Word* word, int op, uint32_t value, const timespec* timeout = nullptr,
           Word* word2 = nullptr, uint32_t value3 = 0) {
  return syscall(SYS_futex, word, op, value, timeout, word2, value3);
}

timespec In(clockid_t clock, int64_t ns) {
  timespec now;
  clock_gettime(clock, &now);
  ns += now.tv_nsec;
  now.tv_sec += ns / 1'000'000'000;
  now.tv_nsec = ns % 1'000'000'000;
  return now;
}

// Private to the process, or shared: the same rules hold.
class FutexKind : public testing::TestWithParam<int> {
 protected:
  int Op(int op) const { return op | GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Futex, FutexKind, testing::Values(FUTEX_PRIVATE_FLAG, 0),
                         [](const auto& kind) { return kind.param != 0 ? "private" : "shared"; });

TEST_P(FutexKind, ValueMustMatch) {
  Word word = 1;
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT), 0), SyscallFails(EAGAIN));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE), 1), SyscallReturns(0));
}

TEST_P(FutexKind, Errors) {
  Word word = 0;
  timespec bad{0, 1'000'000'000};
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT), 0, &bad), SyscallFails(EINVAL));
  bad = {-1, 0};
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT), 0, &bad), SyscallFails(EINVAL));
  EXPECT_THAT(Futex(&word, Op(99), 0), SyscallFails(ENOSYS));
  EXPECT_THAT(Futex(&word, Op(FUTEX_FD), 0), SyscallFails(ENOSYS));
  Word* odd = reinterpret_cast<Word*>(reinterpret_cast<char*>(&word) + 1);
  EXPECT_THAT(Futex(odd, Op(FUTEX_WAIT), 0), SyscallFails(EINVAL));
  EXPECT_THAT(Futex(nullptr, Op(FUTEX_WAIT), 0), SyscallFails(EFAULT));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT_BITSET), 0, nullptr, nullptr, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE_BITSET), 0, nullptr, nullptr, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT), 0, reinterpret_cast<timespec*>(8)),
              SyscallFails(EFAULT));
}

TEST_P(FutexKind, TimesOut) {
  Word word = 0;
  timespec brief{0, 10'000'000};
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT), 0, &brief), SyscallFails(ETIMEDOUT));
  timespec at = In(CLOCK_MONOTONIC, 10'000'000);
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT_BITSET), 0, &at, nullptr, FUTEX_BITSET_MATCH_ANY),
              SyscallFails(ETIMEDOUT));
  at = In(CLOCK_REALTIME, 10'000'000);
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT_BITSET) | FUTEX_CLOCK_REALTIME, 0, &at, nullptr,
                    FUTEX_BITSET_MATCH_ANY),
              SyscallFails(ETIMEDOUT));
  at = {1, 0};  // Long gone.
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAIT_BITSET), 0, &at, nullptr, FUTEX_BITSET_MATCH_ANY),
              SyscallFails(ETIMEDOUT));
}

TEST_P(FutexKind, WakesAsManyAsAsked) {
  Word word = 0;
  std::atomic<int> woken = 0;
  std::vector<std::unique_ptr<ScopedThread>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(std::make_unique<ScopedThread>([&] {
      if (Futex(&word, Op(FUTEX_WAIT), 0) == 0) ++woken;
    }));
  }
  for (auto& thread : threads) WaitUntilSleeping(thread->tid());
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE), 1), SyscallReturns(1));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE), 100), SyscallReturns(3));
  threads.clear();
  EXPECT_EQ(woken, 4);
}

TEST_P(FutexKind, BitsetsChoose) {
  Word word = 0;
  ScopedThread low([&] { Futex(&word, Op(FUTEX_WAIT_BITSET), 0, nullptr, nullptr, 1); });
  ScopedThread high([&] { Futex(&word, Op(FUTEX_WAIT_BITSET), 0, nullptr, nullptr, 2); });
  WaitUntilSleeping(low.tid());
  WaitUntilSleeping(high.tid());
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE_BITSET), 10, nullptr, nullptr, 2), SyscallReturns(1));
  high.Join();
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE_BITSET), 10, nullptr, nullptr, 4), SyscallReturns(0));
  EXPECT_THAT(Futex(&word, Op(FUTEX_WAKE), 10), SyscallReturns(1));
}

TEST_P(FutexKind, Requeue) {
  Word first = 0, second = 0;
  std::vector<std::unique_ptr<ScopedThread>> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(std::make_unique<ScopedThread>([&] { Futex(&first, Op(FUTEX_WAIT), 0); }));
  }
  for (auto& thread : threads) WaitUntilSleeping(thread->tid());
  auto count = [](int n) { return reinterpret_cast<timespec*>(static_cast<intptr_t>(n)); };
  EXPECT_THAT(Futex(&first, Op(FUTEX_CMP_REQUEUE), 1, count(1), &second, 5), SyscallFails(EAGAIN));
  EXPECT_THAT(Futex(&first, Op(FUTEX_CMP_REQUEUE), 1, count(1), &second, 0), SyscallReturns(2));
  EXPECT_THAT(Futex(&second, Op(FUTEX_WAKE), 10), SyscallReturns(1));
  EXPECT_THAT(Futex(&first, Op(FUTEX_REQUEUE), 0, count(10), &second), SyscallReturns(1));
  EXPECT_THAT(Futex(&second, Op(FUTEX_WAKE), 10), SyscallReturns(1));
  EXPECT_THAT(Futex(&first, Op(FUTEX_REQUEUE), static_cast<uint32_t>(-1), count(1), &second),
              SyscallFails(EINVAL));
}

TEST_P(FutexKind, WakeOp) {
  Word first = 0, second = 7;
  ScopedThread a([&] { Futex(&first, Op(FUTEX_WAIT), 0); });
  ScopedThread b([&] { Futex(&second, Op(FUTEX_WAIT), 7); });
  WaitUntilSleeping(a.tid());
  WaitUntilSleeping(b.tid());
  auto count = reinterpret_cast<timespec*>(1);
  // second += 3; wake one of the second as well if it was 7.
  uint32_t operation = FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 7);
  EXPECT_THAT(Futex(&first, Op(FUTEX_WAKE_OP), 1, count, &second, operation), SyscallReturns(2));
  EXPECT_EQ(second, 10U);
  operation = FUTEX_OP(FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GT, 100);
  EXPECT_THAT(Futex(&first, Op(FUTEX_WAKE_OP), 1, count, &second, operation), SyscallReturns(0));
  EXPECT_EQ(second, 26U);
}

TEST(Futex, SharedAcrossProcesses) {
  Word* word = static_cast<Word*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pid_t child = Fork([&] { return Futex(word, FUTEX_WAIT, 0) == 0 ? 0 : 1; });
  WaitUntilSleeping(child);
  EXPECT_THAT(Futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1), SyscallReturns(0));
  EXPECT_THAT(Futex(word, FUTEX_WAKE, 1), SyscallReturns(1));
  EXPECT_THAT(WaitFor(child), Exited(0));
  munmap(word, 4096);
}

TEST(Futex, SharedThroughAFile) {
  TempFile file = TempFile::Create(std::string(4096, '\0'));
  auto map = [&] {
    Fd fd(open(file.c_str(), O_RDWR));
    return static_cast<Word*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  };
  pid_t child = Fork([&] { return Futex(map(), FUTEX_WAIT, 0) == 0 ? 0 : 1; });
  WaitUntilSleeping(child);
  EXPECT_THAT(Futex(map(), FUTEX_WAKE, 1), SyscallReturns(1));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_P(FutexKind, PriorityInheritanceLocks) {
  Word word = 0;
  std::atomic<bool> patient = false;
  ASSERT_THAT(Futex(&word, Op(FUTEX_LOCK_PI), 0), SyscallSucceeds());
  EXPECT_EQ(word, static_cast<uint32_t>(gettid()));
  EXPECT_THAT(Futex(&word, Op(FUTEX_LOCK_PI), 0), SyscallFails(EDEADLK));
  ScopedThread other([&] {
    EXPECT_THAT(Futex(&word, Op(FUTEX_TRYLOCK_PI), 0), SyscallFails(EAGAIN));
    EXPECT_THAT(Futex(&word, Op(FUTEX_UNLOCK_PI), 0), SyscallFails(EPERM));
    timespec at = In(CLOCK_REALTIME, 10'000'000);
    EXPECT_THAT(Futex(&word, Op(FUTEX_LOCK_PI), 0, &at), SyscallFails(ETIMEDOUT));
    patient = true;
    EXPECT_THAT(Futex(&word, Op(FUTEX_LOCK_PI), 0), SyscallSucceeds());
    EXPECT_EQ(word & FUTEX_TID_MASK, static_cast<uint32_t>(gettid()));
    EXPECT_THAT(Futex(&word, Op(FUTEX_UNLOCK_PI), 0), SyscallSucceeds());
  });
  while (!patient) sched_yield();
  WaitUntilSleeping(other.tid());
  EXPECT_THAT(Futex(&word, Op(FUTEX_UNLOCK_PI), 0), SyscallSucceeds());
  other.Join();
  EXPECT_EQ(word, 0U);
  word = 0x3ffffff;
  EXPECT_THAT(Futex(&word, Op(FUTEX_LOCK_PI), 0), SyscallFails(ESRCH));
}

TEST(Futex, RobustListOfADeadThread) {
  struct Node {
    robust_list link;
    Word word;
  };
  static Node node;
  static robust_list_head head;
  node.word = 0;
  ScopedThread owner([&] {
    head.list.next = &node.link;
    node.link.next = &head.list;
    head.futex_offset = offsetof(Node, word);
    head.list_op_pending = nullptr;
    node.word = static_cast<uint32_t>(gettid());
    EXPECT_THAT(syscall(SYS_set_robust_list, &head, sizeof head), SyscallSucceeds());
    syscall(SYS_exit, 0);
  });
  // pthread_join() does not return when a thread leaves like that... its tid word is cleared.
  owner.Join();
  EXPECT_EQ(node.word & FUTEX_OWNER_DIED, FUTEX_OWNER_DIED);
  EXPECT_EQ(node.word & FUTEX_TID_MASK, 0U);
}

TEST(Futex, RobustListWakesAWaiter) {
  struct Shared {
    robust_list_head head;
    robust_list link;
    Word word;
  };
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  Pipe ready = Pipe::Create(), go = Pipe::Create();
  pid_t child = Fork([&] {
    shared->head.list.next = &shared->link;
    shared->link.next = &shared->head.list;
    shared->head.futex_offset = offsetof(Shared, word) - offsetof(Shared, link);
    shared->word = static_cast<uint32_t>(gettid()) | FUTEX_WAITERS;
    CHILD_CHECK(syscall(SYS_set_robust_list, &shared->head, sizeof shared->head) == 0);
    write(ready.write_end.get(), "x", 1);
    char byte;
    read(go.read_end.get(), &byte, 1);
    kill(getpid(), SIGKILL);
  });
  char byte;
  read(ready.read_end.get(), &byte, 1);
  uint32_t seen = shared->word;
  ScopedThread waiter(
      [&] { EXPECT_THAT(Futex(&shared->word, FUTEX_WAIT, seen), SyscallReturns(0)); });
  WaitUntilSleeping(waiter.tid());
  write(go.write_end.get(), "x", 1);
  waiter.Join();
  EXPECT_EQ(shared->word & FUTEX_OWNER_DIED, FUTEX_OWNER_DIED);
  EXPECT_THAT(WaitFor(child), KilledBy(SIGKILL));
  munmap(shared, 4096);
}

TEST(Futex, RobustListIsReadBack) {
  robust_list_head head{};
  EXPECT_THAT(syscall(SYS_set_robust_list, &head, sizeof head - 1), SyscallFails(EINVAL));
  ScopedThread thread([&] {
    head.list.next = &head.list;
    syscall(SYS_set_robust_list, &head, sizeof head);
    robust_list_head* got = nullptr;
    size_t size = 0;
    EXPECT_THAT(syscall(SYS_get_robust_list, 0, &got, &size), SyscallSucceeds());
    EXPECT_EQ(got, &head);
    EXPECT_EQ(size, sizeof head);
    syscall(SYS_set_robust_list, nullptr, sizeof head);
  });
  void* got;
  size_t size;
  EXPECT_THAT(syscall(SYS_get_robust_list, 0x3ffffff, &got, &size), SyscallFails(ESRCH));
}

#ifdef SYS_futex_waitv
TEST(Futex, WaitvTellsWhichOne) {
  Word words[2] = {0, 0};
  struct futex_waitv waiters[2] = {};
  for (int i = 0; i < 2; ++i) {
    waiters[i].uaddr = reinterpret_cast<uint64_t>(&words[i]);
    waiters[i].flags = FUTEX_32 | FUTEX_PRIVATE_FLAG;
  }
  timespec at = In(CLOCK_MONOTONIC, 10'000'000);
  EXPECT_THAT(syscall(SYS_futex_waitv, waiters, 2, 0, &at, CLOCK_MONOTONIC),
              SyscallFails(ETIMEDOUT));
  ScopedThread thread([&] {
    EXPECT_THAT(syscall(SYS_futex_waitv, waiters, 2, 0, nullptr, CLOCK_MONOTONIC),
                SyscallReturns(1));
  });
  WaitUntilSleeping(thread.tid());
  EXPECT_THAT(Futex(&words[1], FUTEX_WAKE_PRIVATE, 1), SyscallReturns(1));
  thread.Join();
  words[0] = 5;
  EXPECT_THAT(syscall(SYS_futex_waitv, waiters, 2, 0, nullptr, CLOCK_MONOTONIC),
              SyscallFails(EAGAIN));
  EXPECT_THAT(syscall(SYS_futex_waitv, waiters, 0, 0, nullptr, CLOCK_MONOTONIC),
              SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_futex_waitv, waiters, 2, 1, nullptr, CLOCK_MONOTONIC),
              SyscallFails(EINVAL));
}
#endif

}  // namespace
}  // namespace test

// System V semaphores: semget(2), semop(2), semtimedop(2), semctl(2), /proc/sysvipc/sem.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/sem.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

union Semun {
  int val;
  semid_ds* buf;
  unsigned short* array;
  seminfo* info;
};

// A private set that goes with the test.
class Set {
 public:
  explicit Set(int count, int mode = 0600) : id_(semget(IPC_PRIVATE, count, mode)) {
    EXPECT_THAT(id_, SyscallSucceeds());
  }
  ~Set() { semctl(id_, 0, IPC_RMID); }
  Set(const Set&) = delete;
  int id() const { return id_; }
  int Value(int index) const { return semctl(id_, index, GETVAL); }
  int Set_(int index, int value) { return semctl(id_, index, SETVAL, Semun{.val = value}); }
  int Op(std::vector<sembuf> ops) { return semop(id_, ops.data(), ops.size()); }
  semid_ds Stat() const {
    semid_ds status{};
    EXPECT_THAT(semctl(id_, 0, IPC_STAT, Semun{.buf = &status}), SyscallSucceeds());
    return status;
  }

 private:
  int id_;
};

sembuf Do(unsigned short index, short op, short flags = 0) {
  return {index, op, flags};
}

TEST(Sem, GetByKey) {
  key_t key = static_cast<key_t>(0x52000000 | (getpid() & 0xffff));
  EXPECT_THAT(semget(key, 1, 0600), SyscallFails(ENOENT));
  EXPECT_THAT(semget(key, 0, IPC_CREAT | 0600), SyscallFails(EINVAL));
  int id = semget(key, 2, IPC_CREAT | 0600);
  ASSERT_THAT(id, SyscallSucceeds());
  EXPECT_THAT(semget(key, 0, 0600), SyscallReturns(id));
  EXPECT_THAT(semget(key, 3, 0600), SyscallFails(EINVAL));
  EXPECT_THAT(semget(key, 2, IPC_CREAT | IPC_EXCL | 0600), SyscallFails(EEXIST));
  EXPECT_THAT(semctl(id, 0, IPC_RMID), SyscallSucceeds());
  EXPECT_THAT(semget(IPC_PRIVATE, -1, 0600), SyscallFails(EINVAL));
  EXPECT_THAT(semget(IPC_PRIVATE, 32001, 0600), SyscallFails(EINVAL));
}

TEST(Sem, SetAndGet) {
  Set set(3);
  EXPECT_THAT(set.Value(2), SyscallReturns(0));
  EXPECT_THAT(set.Set_(1, 7), SyscallReturns(0));
  EXPECT_THAT(set.Value(1), SyscallReturns(7));
  EXPECT_THAT(semctl(set.id(), 1, GETPID), SyscallReturns(getpid()));
  EXPECT_THAT(semctl(set.id(), 0, GETPID), SyscallReturns(0));
  unsigned short values[3] = {1, 2, 3};
  EXPECT_THAT(semctl(set.id(), 0, SETALL, Semun{.array = values}), SyscallReturns(0));
  unsigned short read[3] = {};
  EXPECT_THAT(semctl(set.id(), 0, GETALL, Semun{.array = read}), SyscallReturns(0));
  EXPECT_EQ(read[2], 3);
  EXPECT_THAT(set.Set_(3, 1), SyscallFails(EINVAL));
  EXPECT_THAT(set.Set_(-1, 1), SyscallFails(EINVAL));
  EXPECT_THAT(set.Set_(0, -1), SyscallFails(ERANGE));
  EXPECT_THAT(set.Set_(0, 32768), SyscallFails(ERANGE));
  EXPECT_THAT(set.Set_(0, 32767), SyscallReturns(0));
  values[1] = 40000;
  EXPECT_THAT(semctl(set.id(), 0, SETALL, Semun{.array = values}), SyscallFails(ERANGE));
  EXPECT_THAT(set.Value(3), SyscallFails(EINVAL));
  EXPECT_THAT(semctl(set.id(), 0, 99), SyscallFails(EINVAL));
  EXPECT_THAT(semctl(-1, 0, GETVAL), SyscallFails(EINVAL));
  EXPECT_THAT(semctl(set.id(), 0, GETALL, Semun{.array = reinterpret_cast<unsigned short*>(1)}),
              SyscallFails(EFAULT));
}

TEST(Sem, OpErrors) {
  Set set(2);
  sembuf op = Do(0, 1);
  EXPECT_THAT(semop(set.id(), &op, 0), SyscallFails(EINVAL));
  EXPECT_THAT(semop(-1, &op, 1), SyscallFails(EINVAL));
  EXPECT_THAT(semop(set.id(), reinterpret_cast<sembuf*>(1), 1), SyscallFails(EFAULT));
  EXPECT_THAT(semop(set.id(), &op, 501), SyscallFails(E2BIG));
  EXPECT_THAT(set.Op({Do(2, 1)}), SyscallFails(EFBIG));
  EXPECT_THAT(set.Op({Do(0, -1, IPC_NOWAIT)}), SyscallFails(EAGAIN));
  ASSERT_THAT(set.Set_(0, 32767), SyscallSucceeds());
  EXPECT_THAT(set.Op({Do(0, 1)}), SyscallFails(ERANGE));
  EXPECT_THAT(set.Op({Do(0, 0, IPC_NOWAIT)}), SyscallFails(EAGAIN));
  timespec bad{0, 1'000'000'000};
  EXPECT_THAT(semtimedop(set.id(), &op, 1, &bad), SyscallFails(EINVAL));
  EXPECT_THAT(semtimedop(set.id(), &op, 1, reinterpret_cast<timespec*>(1)), SyscallFails(EFAULT));
}

TEST(Sem, AllOrNothing) {
  Set set(2);
  EXPECT_THAT(set.Op({Do(0, 5), Do(1, -1, IPC_NOWAIT)}), SyscallFails(EAGAIN));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
  EXPECT_THAT(set.Op({Do(0, 2), Do(0, -2), Do(0, 0), Do(1, 3)}), SyscallReturns(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
  EXPECT_THAT(set.Value(1), SyscallReturns(3));
}

TEST(Sem, TimesAndPid) {
  Set set(1);
  EXPECT_EQ(set.Stat().sem_otime, 0);
  EXPECT_NE(set.Stat().sem_ctime, 0);
  EXPECT_EQ(set.Stat().sem_nsems, 1u);
  EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(set.Op({Do(0, 1)}) == 0); }), Exited(0));
  EXPECT_NE(set.Stat().sem_otime, 0);
  EXPECT_THAT(semctl(set.id(), 0, GETPID), testing::Ne(getpid()));
}

TEST(Sem, WaitersAreCountedAndWoken) {
  Set set(1);
  {
    ScopedThread waiter([&] { EXPECT_THAT(set.Op({Do(0, -2)}), SyscallReturns(0)); });
    WaitUntilSleeping(waiter.tid());
    EXPECT_THAT(semctl(set.id(), 0, GETNCNT), SyscallReturns(1));
    EXPECT_THAT(semctl(set.id(), 0, GETZCNT), SyscallReturns(0));
    ASSERT_THAT(set.Op({Do(0, 1)}), SyscallReturns(0));
    EXPECT_THAT(set.Value(0), SyscallReturns(1)) << "not enough yet";
    ASSERT_THAT(set.Op({Do(0, 1)}), SyscallReturns(0));
    EXPECT_THAT(set.Value(0), SyscallReturns(0)) << "the waiter has had it at once";
  }
  EXPECT_THAT(semctl(set.id(), 0, GETNCNT), SyscallReturns(0));
}

TEST(Sem, WaitForZero) {
  Set set(1);
  ASSERT_THAT(set.Set_(0, 1), SyscallSucceeds());
  ScopedThread waiter([&] { EXPECT_THAT(set.Op({Do(0, 0)}), SyscallReturns(0)); });
  WaitUntilSleeping(waiter.tid());
  EXPECT_THAT(semctl(set.id(), 0, GETZCNT), SyscallReturns(1));
  ASSERT_THAT(set.Op({Do(0, -1)}), SyscallReturns(0));
}

// Who asked for more is not overtaken by... it is: each is done when it can be, in order of
// arrival.
TEST(Sem, SmallRequestOvertakesALargeOne) {
  Set set(1);
  ScopedThread large([&] { EXPECT_THAT(set.Op({Do(0, -3)}), SyscallReturns(0)); });
  WaitUntilSleeping(large.tid());
  {
    ScopedThread small([&] { EXPECT_THAT(set.Op({Do(0, -1)}), SyscallReturns(0)); });
    WaitUntilSleeping(small.tid());
    ASSERT_THAT(set.Op({Do(0, 2)}), SyscallReturns(0));
  }
  EXPECT_THAT(set.Value(0), SyscallReturns(1));
  ASSERT_THAT(set.Op({Do(0, 2)}), SyscallReturns(0));
  large.Join();
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
}

TEST(Sem, SetvalWakes) {
  Set set(1);
  ScopedThread waiter([&] { EXPECT_THAT(set.Op({Do(0, -5)}), SyscallReturns(0)); });
  WaitUntilSleeping(waiter.tid());
  ASSERT_THAT(set.Set_(0, 6), SyscallSucceeds());
  waiter.Join();
  EXPECT_THAT(set.Value(0), SyscallReturns(1));
}

TEST(Sem, RemovalWakes) {
  int id = semget(IPC_PRIVATE, 1, 0600);
  ScopedThread waiter([&] {
    sembuf op = Do(0, -1);
    EXPECT_THAT(semop(id, &op, 1), SyscallFails(EIDRM));
  });
  WaitUntilSleeping(waiter.tid());
  ASSERT_THAT(semctl(id, 0, IPC_RMID), SyscallSucceeds());
  waiter.Join();
  sembuf op = Do(0, 1);
  EXPECT_THAT(semop(id, &op, 1), SyscallFails(EINVAL));
}

TEST(Sem, TimeOut) {
  Set set(1);
  sembuf op = Do(0, -1);
  timespec limit{0, 20'000'000};
  EXPECT_THAT(semtimedop(set.id(), &op, 1, &limit), SyscallFails(EAGAIN));
  EXPECT_THAT(semctl(set.id(), 0, GETNCNT), SyscallReturns(0));
}

void Nothing(int) {}

TEST(Sem, SignalInterruptsEvenWithRestart) {
  struct sigaction action {};
  action.sa_handler = Nothing;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  Set set(1);
  ScopedThread waiter([&] { EXPECT_THAT(set.Op({Do(0, -1)}), SyscallFails(EINTR)); });
  WaitUntilSleeping(waiter.tid());
  pthread_kill(waiter.handle(), SIGUSR1);
  waiter.Join();
  EXPECT_THAT(semctl(set.id(), 0, GETNCNT), SyscallReturns(0));
}

TEST(Sem, UndoAtExit) {
  Set set(2);
  ASSERT_THAT(set.Set_(0, 5), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(set.Op({Do(0, -3, SEM_UNDO), Do(1, 2, SEM_UNDO)}) == 0);
                CHILD_CHECK(set.Op({Do(1, 1)}) == 0);
                CHILD_CHECK(set.Value(0) == 2);
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(5));
  EXPECT_THAT(set.Value(1), SyscallReturns(1));
}

TEST(Sem, UndoWhenKilledWakesWaiters) {
  Set set(1);
  ASSERT_THAT(set.Set_(0, 1), SyscallSucceeds());
  Pipe ready = Pipe::Create();
  pid_t holder = Fork([&] {
    CHILD_CHECK(set.Op({Do(0, -1, SEM_UNDO)}) == 0);
    char byte = 0;
    CHILD_CHECK(write(ready.write_end.get(), &byte, 1) == 1);
    for (;;) pause();
  });
  char byte;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  ScopedThread waiter([&] { EXPECT_THAT(set.Op({Do(0, -1)}), SyscallReturns(0)); });
  WaitUntilSleeping(waiter.tid());
  kill(holder, SIGKILL);
  waiter.Join();
  EXPECT_THAT(WaitFor(holder), KilledBy(SIGKILL));
}

TEST(Sem, UndoIsNotInheritedByFork) {
  Set set(1);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(set.Op({Do(0, 4, SEM_UNDO)}) == 0);
                CHILD_CHECK(ForkAndWait([] {}) == 0);
                CHILD_CHECK(set.Value(0) == 4);
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
}

TEST(Sem, UndoIsSharedByThreads) {
  Set set(1);
  EXPECT_THAT(ForkAndWait([&] {
                {
                  ScopedThread thread([&] { CHILD_CHECK(set.Op({Do(0, 1, SEM_UNDO)}) == 0); });
                }
                CHILD_CHECK(set.Value(0) == 1);  // The thread is gone, the process not.
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
}

TEST(Sem, UndoIsDroppedBySetval) {
  Set set(1);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(set.Op({Do(0, 4, SEM_UNDO)}) == 0);
                CHILD_CHECK(set.Set_(0, 9) == 0);
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(9));
}

TEST(Sem, UndoStopsAtZero) {
  Set set(1);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(set.Op({Do(0, 4, SEM_UNDO)}) == 0);
                CHILD_CHECK(set.Op({Do(0, -3)}) == 0);
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
}

TEST(Sem, UndoSurvivesExecAndEndsWithUnshare) {
  Set set(1);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(set.Op({Do(0, 4, SEM_UNDO)}) == 0);
                CHILD_CHECK(unshare(CLONE_SYSVSEM) == 0);
                CHILD_CHECK(set.Value(0) == 0);
                CHILD_CHECK(set.Op({Do(0, 2, SEM_UNDO)}) == 0);
                execl("/bin/true", "true", nullptr);
              }),
              Exited(0));
  EXPECT_THAT(set.Value(0), SyscallReturns(0));
}

TEST(Sem, Permissions) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  Set secret(1), readable(1, 0644);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresgid(65534, 65534, 65534) == 0);
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(secret.Value(0) == -1 && errno == EACCES);
                CHILD_CHECK(readable.Value(0) == 0);
                CHILD_CHECK(readable.Set_(0, 1) == -1 && errno == EACCES);
                CHILD_CHECK(readable.Op({Do(0, 1)}) == -1 && errno == EACCES);
                CHILD_CHECK(readable.Op({Do(0, 0)}) == 0);
                CHILD_CHECK(semctl(readable.id(), 0, IPC_RMID) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(Sem, InfoAndStatByIndex) {
  Set set(4);
  seminfo info{};
  EXPECT_THAT(semctl(0, 0, IPC_INFO, Semun{.info = &info}), SyscallReturns(testing::Ge(0)));
  EXPECT_EQ(info.semmsl, 32000);
  EXPECT_EQ(info.semopm, 500);
  EXPECT_EQ(info.semvmx, 32767);
  int highest = semctl(0, 0, SEM_INFO, Semun{.info = &info});
  EXPECT_GE(info.semusz, 1);
  EXPECT_GE(info.semaem, 4);
  bool found = false;
  for (int i = 0; i <= highest; ++i) {
    semid_ds status{};
    found |= semctl(i, 0, SEM_STAT, Semun{.buf = &status}) == set.id();
  }
  EXPECT_TRUE(found);
}

TEST(Sem, ProcFile) {
  Set set(4, 0640);
  std::string text = ReadFile("/proc/sysvipc/sem");
  char line[64];
  snprintf(line, sizeof(line), "%10d %10d  %4o %10u %5u", 0, set.id(), 0640, 4, geteuid());
  EXPECT_THAT(text, testing::HasSubstr(line));
  EXPECT_THAT(text, testing::StartsWith("       key      semid perms      nsems   uid"));
}

}  // namespace
}  // namespace test

// Threads made and ended in quick succession (clone(2), pthread_create(3)): by several threads at
// once, with signals on their heels, and while the process ends or executes another program.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cfenv>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace {

void* Nothing(void*) {
  return nullptr;
}

void* TellId(void* to) {
  *static_cast<pid_t*>(to) = static_cast<pid_t>(::syscall(SYS_gettid));
  return nullptr;
}

// As often as `count` says; counts failures.
struct Maker {
  int count = 0;
  std::atomic<int> failures{0};
};

void* MakeThreads(void* argument) {
  auto* maker = static_cast<Maker*>(argument);
  for (int i = 0; i < maker->count; ++i) {
    pthread_t thread;
    pid_t id = 0;
    if (::pthread_create(&thread, nullptr, TellId, &id) != 0 ||
        ::pthread_join(thread, nullptr) != 0 || id <= 0 || id == ::getpid()) {
      ++maker->failures;
    }
  }
  return nullptr;
}

TEST(Threads, OneAfterTheOther) {
  Maker maker{.count = 500};
  MakeThreads(&maker);
  EXPECT_EQ(maker.failures, 0);
}

// What is left when a thread that was made is over is the next one's: it must not be another's.
TEST(Threads, SeveralThatEndInAnyOrder) {
  constexpr int kSeveral = 5;
  static sem_t go[kSeveral];
  for (sem_t& one : go) sem_init(&one, 0, 0);
  const auto wait = [](void* mine) -> void* {
    sem_wait(static_cast<sem_t*>(mine));
    return mine;
  };
  pthread_t threads[kSeveral];
  for (int i = 0; i < kSeveral; ++i) {
    ASSERT_EQ(::pthread_create(&threads[i], nullptr, wait, &go[i]), 0);
  }
  for (int i = 0; i < 300; ++i) {
    const int which = i * 7 % kSeveral;
    sem_post(&go[which]);
    if (i % 3 == 0) sem_post(&go[(which + 1) % kSeveral]);
    for (int j = 0; j < (i % 3 == 0 ? 2 : 1); ++j) {
      const int ended = (which + j) % kSeveral;
      void* result = nullptr;
      ASSERT_EQ(::pthread_join(threads[ended], &result), 0);
      ASSERT_EQ(result, &go[ended]);
    }
    for (int j = 0; j < (i % 3 == 0 ? 2 : 1); ++j) {
      const int ended = (which + j) % kSeveral;
      ASSERT_EQ(::pthread_create(&threads[ended], nullptr, wait, &go[ended]), 0);
    }
  }
  for (sem_t& one : go) sem_post(&one);
  for (pthread_t thread : threads) ::pthread_join(thread, nullptr);
}

// rseq(2): each has its area, which the C library registered, once.
TEST(Threads, EachHasItsAreaForRestarts) {
  std::atomic<int> wrong{0};
  const auto look = [](void* count) -> void* {
    const auto area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
    uint32_t cpu = 0;
    std::memcpy(&cpu, area + 4, sizeof(cpu));  // cpu_id: negative when it is not registered.
    const long again = ::syscall(SYS_rseq, area, 32, 0, RSEQ_SIG);
    const bool busy = again == -1 && errno == EBUSY;
    const long other = ::syscall(SYS_rseq, area + 64, 32, 0, RSEQ_SIG);
    const bool refused = other == -1 && errno == EINVAL;
    if (static_cast<int32_t>(cpu) < 0 || !busy || !refused) {
      ++*static_cast<std::atomic<int>*>(count);
    }
    return nullptr;
  };
  if (__rseq_size == 0) GTEST_SKIP() << "the C library does not register any";
  for (int i = 0; i < 300; ++i) {
    pthread_t thread;
    ASSERT_EQ(::pthread_create(&thread, nullptr, look, &wrong), 0);
    ::pthread_join(thread, nullptr);
  }
  EXPECT_EQ(wrong, 0);
}

// The rounding mode is inherited, and what the parent does next is its own.
TEST(Threads, FloatingPointStateIsInherited) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(std::fesetround(mode), 0);
      int seen = -1;
      pthread_t thread;
      const auto tell = [](void* to) -> void* {
        *static_cast<int*>(to) = std::fegetround();
        return nullptr;
      };
      ASSERT_EQ(::pthread_create(&thread, nullptr, tell, &seen), 0);
      EXPECT_EQ(std::fegetround(), mode);
      ::pthread_join(thread, nullptr);
      ASSERT_EQ(seen, mode);
    }
  }
}

// In between those that work: the flags that make no sense, and those that make a process.
TEST(Threads, OtherClonesInBetween) {
  Maker maker{.count = 20};
  for (int i = 0; i < 20; ++i) {
    MakeThreads(&maker);
    const uint64_t bad[8] = {CLONE_THREAD};  // struct clone_args
    EXPECT_EQ(::syscall(SYS_clone3, bad, sizeof(bad)), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(::syscall(SYS_clone3, nullptr, sizeof(bad)), -1);
    EXPECT_EQ(errno, EFAULT);
    const pid_t child = ::fork();
    if (child == 0) {
      Maker inside{.count = 3};
      MakeThreads(&inside);
      ::_exit(inside.failures);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(maker.failures, 0);
}

TEST(Threads, MadeByManyAtOnce) {
  Maker maker{.count = 100};
  std::vector<pthread_t> makers(8);
  for (pthread_t& thread : makers) {
    ASSERT_EQ(::pthread_create(&thread, nullptr, MakeThreads, &maker), 0);
  }
  for (pthread_t& thread : makers) ::pthread_join(thread, nullptr);
  EXPECT_EQ(maker.failures, 0);
}

std::atomic<int> handled;

void Count(int) {
  ++handled;
}

std::atomic<bool> spin;

void* Spin(void*) {
  while (spin) {
  }
  return nullptr;
}

// The new thread makes no call of its own before the signal must reach it.
TEST(Threads, SignalForOneThatWasJustMade) {
  struct sigaction action = {};
  action.sa_handler = Count;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  for (int i = 0; i < 30; ++i) {
    handled = 0;
    spin = true;
    pthread_t thread;
    ASSERT_EQ(::pthread_create(&thread, nullptr, Spin, nullptr), 0);
    ASSERT_EQ(::pthread_kill(thread, SIGUSR1), 0);
    while (handled == 0) ::sched_yield();
    spin = false;
    ::pthread_join(thread, nullptr);
    EXPECT_EQ(handled, 1);
  }
}

// The maker itself is interrupted while it makes threads.
TEST(Threads, MakerGetsSignals) {
  struct sigaction action = {};
  action.sa_handler = Count;
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  handled = 0;
  const pid_t sender = ::fork();
  ASSERT_GE(sender, 0);
  if (sender == 0) {
    const pid_t to = ::getppid();
    for (int i = 0; i < 200; ++i) ::kill(to, SIGUSR1);
    ::_exit(0);
  }
  Maker maker{.count = 200};
  MakeThreads(&maker);
  int status = 0;
  while (::waitpid(sender, &status, 0) < 0) {
  }
  EXPECT_EQ(status, 0);
  EXPECT_EQ(maker.failures, 0);
  EXPECT_GT(handled, 0);
}

sem_t NewSemaphore() {
  sem_t made;
  EXPECT_EQ(::sem_init(&made, 0, 0), 0);
  return made;
}

void Take(sem_t& semaphore) {
  while (::sem_wait(&semaphore) != 0) {
  }
}

sem_t told;

void Tell(int) {
  ::sem_post(&told);
}

// More than wait for anything as a rule, all of them in read(2).
struct Crowd {
  static constexpr int kSize = 300;

  Crowd() {
    EXPECT_EQ(::pipe(ends), 0);
    pthread_attr_t small;
    ::pthread_attr_init(&small);
    ::pthread_attr_setstacksize(&small, 64 << 10);
    for (pthread_t& thread : threads) {
      EXPECT_EQ(::pthread_create(&thread, &small, Read, this), 0);
    }
    ::pthread_attr_destroy(&small);
    for (int i = 0; i < kSize; ++i) Take(started);
  }
  ~Crowd() {
    for (const int end : ends) ::close(end);
  }
  static void* Read(void* argument) {
    auto* crowd = static_cast<Crowd*>(argument);
    char byte = 0;
    ::sem_post(&crowd->started);
    const ssize_t got = ::read(crowd->ends[0], &byte, 1);
    if (got == 1) crowd->sum += byte;
    if (got < 0 && errno == EINTR) ++crowd->interrupted;
    return nullptr;
  }
  void Join() {
    for (const pthread_t thread : threads) EXPECT_EQ(::pthread_join(thread, nullptr), 0);
  }

  int ends[2] = {-1, -1};
  std::vector<pthread_t> threads = std::vector<pthread_t>(kSize);
  sem_t started = NewSemaphore();
  std::atomic<int> sum{0}, interrupted{0};
};

TEST(Threads, CrowdOfReadersIsServed) {
  Crowd crowd;
  const std::vector<char> bytes(Crowd::kSize, 1);
  ASSERT_EQ(::write(crowd.ends[1], bytes.data(), bytes.size()), Crowd::kSize);
  crowd.Join();
  EXPECT_EQ(crowd.sum, Crowd::kSize);
}

TEST(Threads, CrowdOfReadersIsInterrupted) {
  struct sigaction action = {};
  action.sa_handler = Tell;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  told = NewSemaphore();
  Crowd crowd;
  for (const pthread_t thread : crowd.threads) EXPECT_EQ(::pthread_kill(thread, SIGUSR1), 0);
  // Who was not in its call yet reads when the other end is closed.
  for (int i = 0; i < Crowd::kSize; ++i) Take(told);
  ::close(std::exchange(crowd.ends[1], -1));
  crowd.Join();
  EXPECT_GT(crowd.interrupted, 0);
}

TEST(Threads, ProgramWithACrowdExecutesAnother) {
  const pid_t child = ::fork();
  if (child == 0) {
    new Crowd;
    ::execl("/bin/true", "true", nullptr);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

void* MakeForever(void*) {
  pthread_t thread;
  for (;;) {
    if (::pthread_create(&thread, nullptr, Nothing, nullptr) == 0) ::pthread_join(thread, nullptr);
  }
}

// Runs `end` in a child process in which threads are being made all the time.
template <typename End>
int StatusOfBusyChild(End end) {
  const pid_t child = ::fork();
  if (child == 0) {
    pthread_t thread;
    for (int i = 0; i < 3; ++i) ::pthread_create(&thread, nullptr, MakeForever, nullptr);
    MakeThreads(&*new Maker{.count = 20});
    end();
    ::_exit(1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Threads, ExitWhileTheyAreMade) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(StatusOfBusyChild([] { ::_exit(7); }), 7 << 8);
}

TEST(Threads, ExecWhileTheyAreMade) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(StatusOfBusyChild([] { ::execl("/bin/true", "true", nullptr); }), 0);
  }
}

TEST(Threads, KillWhileTheyAreMade) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(StatusOfBusyChild([] { ::kill(::getpid(), SIGKILL); }), SIGKILL);
  }
}

}  // namespace

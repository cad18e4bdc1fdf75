// Threads made and ended in quick succession (clone(2), pthread_create(3)): by several threads at
// once, with signals on their heels, and while the process ends or executes another program.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
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

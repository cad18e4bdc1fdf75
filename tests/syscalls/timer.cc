// Sleeping and timers: nanosleep(2), clock_nanosleep(2), setitimer(2), alarm(2), timer_create(2),
// clock_gettime(2) and friends.
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

int64_t Now(clockid_t clock) {
  timespec now;
  EXPECT_THAT(clock_gettime(clock, &now), SyscallSucceeds());
  return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

std::atomic<int> g_count;
siginfo_t g_info;
void Note(int, siginfo_t* info, void*) {
  g_info = *info;
  ++g_count;
}

class Timers : public testing::Test {
 protected:
  void SetUp() override {
    g_count = 0;
    struct sigaction action {};
    action.sa_sigaction = Note;
    action.sa_flags = SA_SIGINFO;
    for (int signal : {SIGALRM, SIGUSR1, SIGVTALRM, SIGPROF}) sigaction(signal, &action, nullptr);
  }
  void TearDown() override {
    for (int signal : {SIGALRM, SIGUSR1, SIGVTALRM, SIGPROF}) ::signal(signal, SIG_DFL);
  }
};

TEST(Clock, AllOfThemTell) {
  for (clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                          CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                          CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI}) {
    timespec value, resolution;
    EXPECT_THAT(clock_gettime(clock, &value), SyscallSucceeds()) << clock;
    EXPECT_THAT(syscall(SYS_clock_gettime, clock, &value), SyscallSucceeds()) << clock;
    EXPECT_THAT(clock_getres(clock, &resolution), SyscallSucceeds()) << clock;
  }
  timespec value;
  EXPECT_THAT(syscall(SYS_clock_gettime, 99, &value), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_clock_getres, CLOCK_REALTIME, nullptr), SyscallSucceeds());
  int64_t first = Now(CLOCK_MONOTONIC);
  EXPECT_GE(Now(CLOCK_MONOTONIC), first);
}

TEST(Clock, CpuClocksOfOthers) {
  clockid_t clock;
  EXPECT_EQ(clock_getcpuclockid(getpid(), &clock), 0);
  EXPECT_GT(Now(clock), 0);
  EXPECT_EQ(clock_getcpuclockid(0x3ffffff, &clock), ESRCH);
  pthread_getcpuclockid(pthread_self(), &clock);
  EXPECT_GT(Now(clock), 0);
}

TEST(Clock, SettingNeedsPrivilege) {
  if (geteuid() == 0) {
    ASSERT_THAT(ForkAndWait([] { return setuid(12345); }), Exited(0));
  }
  EXPECT_THAT(ForkAndWait([] {
                if (geteuid() == 0) CHILD_CHECK(setuid(12345) == 0);
                timespec now{1, 0};
                CHILD_CHECK(clock_settime(CLOCK_REALTIME, &now) == -1 && errno == EPERM);
                CHILD_CHECK(clock_settime(CLOCK_MONOTONIC, &now) == -1);
                CHILD_CHECK(errno == EINVAL);
                timeval tv{1, 0};
                CHILD_CHECK(settimeofday(&tv, nullptr) == -1 && errno == EPERM);
                timex query{};
                CHILD_CHECK(adjtimex(&query) >= 0);
              }),
              Exited(0));
}

TEST(Sleep, LastsAtLeast) {
  for (clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
    int64_t before = Now(clock);
    timespec request{0, 10'000'000};
    EXPECT_EQ(clock_nanosleep(clock, 0, &request, nullptr), 0);
    EXPECT_GE(Now(clock) - before, 10'000'000);
  }
  int64_t until = Now(CLOCK_MONOTONIC) + 10'000'000;
  timespec at{until / 1'000'000'000, until % 1'000'000'000};
  EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr), 0);
  EXPECT_GE(Now(CLOCK_MONOTONIC), until);
  timespec past{1, 0};
  EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, nullptr), 0);
}

TEST(Sleep, Errors) {
  timespec bad{0, 1'000'000'000};
  EXPECT_THAT(nanosleep(&bad, nullptr), SyscallFails(EINVAL));
  bad = {-1, 0};
  EXPECT_THAT(nanosleep(&bad, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_nanosleep, nullptr, nullptr), SyscallFails(EFAULT));
  timespec zero{};
  EXPECT_EQ(clock_nanosleep(99, 0, &zero, nullptr), EINVAL);
  EXPECT_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &zero, nullptr), EINVAL);
  EXPECT_EQ(nanosleep(&zero, nullptr), 0);
}

TEST_F(Timers, AlarmComes) {
  EXPECT_EQ(alarm(100), 0U);
  unsigned left = alarm(0);
  EXPECT_THAT(left, testing::AllOf(testing::Ge(99U), testing::Le(100U)));
  itimerval value{};
  value.it_value.tv_usec = 5000;
  ASSERT_THAT(setitimer(ITIMER_REAL, &value, nullptr), SyscallSucceeds());
  pause();
  EXPECT_EQ(g_count, 1);
  EXPECT_EQ(g_info.si_code, SI_KERNEL);
  itimerval now;
  getitimer(ITIMER_REAL, &now);
  EXPECT_EQ(now.it_value.tv_usec, 0);
}

TEST_F(Timers, IntervalRepeats) {
  itimerval value{};
  value.it_value.tv_usec = value.it_interval.tv_usec = 2000;
  setitimer(ITIMER_REAL, &value, nullptr);
  while (g_count < 3) pause();
  itimerval old, none{};
  ASSERT_THAT(setitimer(ITIMER_REAL, &none, &old), SyscallSucceeds());
  EXPECT_EQ(old.it_interval.tv_usec, 2000);
}

TEST_F(Timers, CpuTimersCountCpu) {
  for (auto [which, signal] : {std::pair{ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF}}) {
    g_count = 0;
    itimerval value{};
    value.it_value.tv_usec = 20'000;
    ASSERT_THAT(setitimer(which, &value, nullptr), SyscallSucceeds());
    int64_t limit = Now(CLOCK_MONOTONIC) + 20'000'000'000;
    while (g_count == 0 && Now(CLOCK_MONOTONIC) < limit) {
    }
    EXPECT_EQ(g_count, 1);
    EXPECT_EQ(g_info.si_signo, signal);
  }
}

TEST_F(Timers, ItimerErrors) {
  itimerval value{};
  EXPECT_THAT(setitimer(static_cast<__itimer_which>(9), &value, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(getitimer(static_cast<__itimer_which>(9), &value), SyscallFails(EINVAL));
  value.it_value.tv_usec = 1'000'000;
  EXPECT_THAT(setitimer(ITIMER_REAL, &value, nullptr), SyscallFails(EINVAL));
  value.it_value.tv_usec = -1;
  EXPECT_THAT(setitimer(ITIMER_REAL, &value, nullptr), SyscallFails(EINVAL));
}

TEST_F(Timers, ItimerAcrossForkAndExec) {
  itimerval value{};
  value.it_value.tv_sec = 100;
  setitimer(ITIMER_REAL, &value, nullptr);
  EXPECT_THAT(ForkAndWait([] {
                itimerval now;
                getitimer(ITIMER_REAL, &now);
                return now.it_value.tv_sec == 0 && now.it_value.tv_usec == 0 ? 0 : 1;
              }),
              Exited(0));
  EXPECT_GE(alarm(0), 90U);
  EXPECT_THAT(ForkAndWait([] {
                alarm(1);
                signal(SIGALRM, SIG_DFL);
                execl("/bin/sleep", "sleep", "100", nullptr);
              }),
              KilledBy(SIGALRM));
}

timer_t Create(clockid_t clock, int notify, int signal, int value = 0, pid_t thread = 0) {
  sigevent event{};
  event.sigev_notify = notify;
  event.sigev_signo = signal;
  event.sigev_value.sival_int = value;
  event._sigev_un._tid = thread;
  int timer = -1;
  EXPECT_THAT(syscall(SYS_timer_create, clock, &event, &timer), SyscallSucceeds());
  return reinterpret_cast<timer_t>(static_cast<intptr_t>(timer));
}
long Id(timer_t timer) {
  return reinterpret_cast<intptr_t>(timer);
}

TEST_F(Timers, PosixTimerSignals) {
  timer_t timer = Create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 1234);
  itimerspec spec{};
  spec.it_value.tv_nsec = 3'000'000;
  ASSERT_THAT(syscall(SYS_timer_settime, Id(timer), 0, &spec, nullptr), SyscallSucceeds());
  while (g_count == 0) pause();
  EXPECT_EQ(g_info.si_code, SI_TIMER);
  EXPECT_EQ(g_info.si_value.sival_int, 1234);
  EXPECT_EQ(g_info.si_overrun, 0);
  EXPECT_EQ(g_info.si_timerid, Id(timer));
  spec = {};
  EXPECT_THAT(syscall(SYS_timer_gettime, Id(timer), &spec), SyscallSucceeds());
  EXPECT_EQ(spec.it_value.tv_nsec, 0);
  EXPECT_THAT(syscall(SYS_timer_delete, Id(timer)), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_timer_delete, Id(timer)), SyscallFails(EINVAL));
}

TEST_F(Timers, PosixTimerOverruns) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  timer_t timer = Create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
  itimerspec spec{};
  spec.it_value.tv_nsec = spec.it_interval.tv_nsec = 1'000'000;
  syscall(SYS_timer_settime, Id(timer), 0, &spec, nullptr);
  timespec request{0, 30'000'000};
  nanosleep(&request, nullptr);
  siginfo_t info{};
  EXPECT_THAT(sigwaitinfo(&set, &info), SyscallReturns(SIGUSR1));
  EXPECT_GE(info.si_overrun, 20);
  EXPECT_EQ(syscall(SYS_timer_getoverrun, Id(timer)), info.si_overrun);
  syscall(SYS_timer_delete, Id(timer));
  timespec zero{};
  sigtimedwait(&set, nullptr, &zero);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

TEST_F(Timers, PosixTimerToAThread) {
  static std::atomic<pid_t> taker;
  taker = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { taker = gettid(); };
  sigaction(SIGUSR1, &action, nullptr);
  ScopedThread thread([] {
    timer_t timer = Create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, gettid());
    itimerspec spec{};
    spec.it_value.tv_nsec = 2'000'000;
    syscall(SYS_timer_settime, Id(timer), 0, &spec, nullptr);
    while (taker == 0) pause();
    EXPECT_EQ(taker, gettid());
    syscall(SYS_timer_delete, Id(timer));
  });
}

TEST_F(Timers, PosixTimerErrors) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = 99;
  int timer;
  EXPECT_THAT(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), SyscallFails(EINVAL));
  event.sigev_notify = 55;
  event.sigev_signo = SIGUSR1;
  EXPECT_THAT(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_timer_create, 99, nullptr, &timer), SyscallFails(EINVAL));
  itimerspec spec{};
  EXPECT_THAT(syscall(SYS_timer_gettime, 12345, &spec), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_timer_settime, 12345, 0, &spec, nullptr), SyscallFails(EINVAL));
  timer_t made = Create(CLOCK_REALTIME, SIGEV_NONE, 0);
  EXPECT_THAT(syscall(SYS_timer_settime, Id(made), 0, nullptr, nullptr), SyscallFails(EINVAL));
  spec.it_value.tv_nsec = -1;
  EXPECT_THAT(syscall(SYS_timer_settime, Id(made), 0, &spec, nullptr), SyscallFails(EINVAL));
  spec.it_value = {100, 0};
  syscall(SYS_timer_settime, Id(made), 0, &spec, nullptr);
  syscall(SYS_timer_gettime, Id(made), &spec);
  EXPECT_GE(spec.it_value.tv_sec, 98);
  // Timers are not inherited.
  EXPECT_THAT(ForkAndWait([&] {
                itimerspec now;
                CHILD_CHECK(syscall(SYS_timer_gettime, Id(made), &now) == -1 && errno == EINVAL);
              }),
              Exited(0));
  syscall(SYS_timer_delete, Id(made));
}

TEST(Times, TicksAndUsage) {
  tms buffer;
  EXPECT_GT(times(&buffer), 0);
  EXPECT_GT(syscall(SYS_times, nullptr), 0);
  timeval tv;
  struct timezone zone;
  EXPECT_THAT(syscall(SYS_gettimeofday, &tv, &zone), SyscallSucceeds());
  time_t seconds;
  EXPECT_EQ(syscall(SYS_time, &seconds), seconds);
}

}  // namespace
}  // namespace test

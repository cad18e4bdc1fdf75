// poll(2), ppoll(2), select(2), pselect(2), epoll(7), eventfd(2), timerfd_create(2), signalfd(2).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

TEST(Poll, PipeStates) {
  Pipe pipe = Pipe::Create();
  pollfd both[] = {{pipe.read_end.get(), POLLIN, 0}, {pipe.write_end.get(), POLLOUT, 0}};
  EXPECT_THAT(poll(both, 2, 0), SyscallReturns(1));
  EXPECT_EQ(both[0].revents, 0);
  EXPECT_EQ(both[1].revents, POLLOUT);
  write(pipe.write_end.get(), "x", 1);
  EXPECT_THAT(poll(both, 2, 0), SyscallReturns(2));
  EXPECT_EQ(both[0].revents, POLLIN);
  pipe.write_end.reset();
  EXPECT_THAT(poll(both, 1, 0), SyscallReturns(1));
  EXPECT_EQ(both[0].revents, POLLIN | POLLHUP);
  char byte;
  read(pipe.read_end.get(), &byte, 1);
  poll(both, 1, 0);
  EXPECT_EQ(both[0].revents, POLLHUP);
  Pipe other = Pipe::Create();
  other.read_end.reset();
  pollfd writer{other.write_end.get(), POLLOUT, 0};
  poll(&writer, 1, 0);
  EXPECT_EQ(writer.revents, POLLOUT | POLLERR);
}

TEST(Poll, OddEntries) {
  pollfd entries[] = {{-5, POLLIN, 77}, {999, POLLIN, 0}};
  EXPECT_THAT(poll(entries, 2, -1), SyscallReturns(1));
  EXPECT_EQ(entries[0].revents, 0);
  EXPECT_EQ(entries[1].revents, POLLNVAL);
  EXPECT_THAT(poll(reinterpret_cast<pollfd*>(8), 1, 0), SyscallFails(EFAULT));
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(poll(entries, limit.rlim_cur + 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(poll(nullptr, 0, 0), SyscallReturns(0));
}

TEST(Poll, FilesAreAlwaysReady) {
  TempFile file = TempFile::Create();
  Fd fd(open(file.c_str(), O_RDWR));
  pollfd entry{fd.get(), POLLIN | POLLOUT | POLLPRI, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(1));
  EXPECT_EQ(entry.revents, POLLIN | POLLOUT);
}

TEST(Poll, WaitsAndTimesOut) {
  Pipe pipe = Pipe::Create();
  pollfd entry{pipe.read_end.get(), POLLIN, 0};
  timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  EXPECT_THAT(poll(&entry, 1, 30), SyscallReturns(0));
  clock_gettime(CLOCK_MONOTONIC, &after);
  int64_t ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1'000'000;
  EXPECT_GE(ms, 29);
  pid_t self = gettid();
  ScopedThread writer([&] {
    WaitUntilSleeping(self);
    write(pipe.write_end.get(), "x", 1);
  });
  EXPECT_THAT(poll(&entry, 1, -1), SyscallReturns(1));
  timespec bad{0, -1};
  EXPECT_THAT(ppoll(&entry, 1, &bad, nullptr), SyscallFails(EINVAL));
  sigset_t set;
  sigemptyset(&set);
  EXPECT_THAT(syscall(SYS_ppoll, &entry, 1, nullptr, &set, 4), SyscallFails(EINVAL));
}

TEST(Poll, PpollTellsWhatIsLeft) {
  Pipe pipe = Pipe::Create();
  write(pipe.write_end.get(), "x", 1);
  pollfd entry{pipe.read_end.get(), POLLIN, 0};
  timespec limit{100, 0};
  EXPECT_THAT(syscall(SYS_ppoll, &entry, 1, &limit, nullptr, 8), SyscallReturns(1));
  EXPECT_LE(limit.tv_sec, 100);
  EXPECT_GE(limit.tv_sec, 98);
  timeval tv{100, 0};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pipe.read_end.get(), &set);
  EXPECT_THAT(select(pipe.read_end.get() + 1, &set, nullptr, nullptr, &tv), SyscallReturns(1));
  EXPECT_LE(tv.tv_sec, 100);
  EXPECT_GE(tv.tv_sec, 98);
}

TEST(Select, Sets) {
  Pipe pipe = Pipe::Create();
  int top = pipe.write_end.get() + 1;
  fd_set in, out;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_SET(pipe.read_end.get(), &in);
  FD_SET(pipe.write_end.get(), &out);
  timeval zero{};
  EXPECT_THAT(select(top, &in, &out, nullptr, &zero), SyscallReturns(1));
  EXPECT_FALSE(FD_ISSET(pipe.read_end.get(), &in));
  EXPECT_TRUE(FD_ISSET(pipe.write_end.get(), &out));
  FD_SET(pipe.read_end.get(), &in);
  pipe.write_end.reset();
  EXPECT_THAT(select(top, &in, nullptr, nullptr, &zero), SyscallReturns(1));  // End of file.
  FD_ZERO(&in);
  FD_SET(top + 3, &in);
  EXPECT_THAT(select(top + 4, &in, nullptr, nullptr, &zero), SyscallFails(EBADF));
  EXPECT_THAT(select(-1, nullptr, nullptr, nullptr, &zero), SyscallFails(EINVAL));
  timeval bad{-1, 0};
  EXPECT_THAT(select(0, nullptr, nullptr, nullptr, &bad), SyscallFails(EINVAL));
}

class Epoll : public testing::Test {
 protected:
  int Control(int op, int fd, uint32_t events, uint64_t data = 0) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = data;
    return epoll_ctl(epoll_.get(), op, fd, &event);
  }
  int Wait(int timeout = 0) { return epoll_wait(epoll_.get(), got_, 8, timeout); }
  Fd epoll_{epoll_create1(0)};
  epoll_event got_[8];
  Pipe pipe_ = Pipe::Create();
};

TEST_F(Epoll, Errors) {
  EXPECT_THAT(epoll_create(0), SyscallFails(EINVAL));
  EXPECT_THAT(epoll_create1(1), SyscallFails(EINVAL));
  int fd = pipe_.read_end.get();
  EXPECT_THAT(Control(EPOLL_CTL_MOD, fd, EPOLLIN), SyscallFails(ENOENT));
  EXPECT_THAT(Control(EPOLL_CTL_DEL, fd, 0), SyscallFails(ENOENT));
  EXPECT_THAT(Control(EPOLL_CTL_ADD, fd, EPOLLIN), SyscallSucceeds());
  EXPECT_THAT(Control(EPOLL_CTL_ADD, fd, EPOLLIN), SyscallFails(EEXIST));
  EXPECT_THAT(Control(EPOLL_CTL_ADD, 999, EPOLLIN), SyscallFails(EBADF));
  EXPECT_THAT(Control(EPOLL_CTL_ADD, epoll_.get(), EPOLLIN), SyscallFails(EINVAL));
  EXPECT_THAT(Control(9, fd, EPOLLIN), SyscallFails(EINVAL));
  TempFile file = TempFile::Create();
  Fd regular(open(file.c_str(), O_RDONLY));
  EXPECT_THAT(Control(EPOLL_CTL_ADD, regular.get(), EPOLLIN), SyscallFails(EPERM));
  epoll_event event{};
  EXPECT_THAT(epoll_ctl(fd, EPOLL_CTL_ADD, fd, &event), SyscallFails(EINVAL));
  EXPECT_THAT(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, nullptr), SyscallFails(EFAULT));
  EXPECT_THAT(epoll_wait(epoll_.get(), got_, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(epoll_wait(fd, got_, 1, 0), SyscallFails(EINVAL));
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(epoll_wait(epoll_.get(), reinterpret_cast<epoll_event*>(8), 1, 0),
              SyscallFails(EFAULT));
}

TEST_F(Epoll, LevelTriggered) {
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN, 42);
  EXPECT_THAT(Wait(), SyscallReturns(0));
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(Wait(), SyscallReturns(1));
  EXPECT_EQ(got_[0].data.u64, 42U);
  EXPECT_EQ(got_[0].events, static_cast<uint32_t>(EPOLLIN));
  EXPECT_THAT(Wait(), SyscallReturns(1));
  char byte;
  read(pipe_.read_end.get(), &byte, 1);
  EXPECT_THAT(Wait(), SyscallReturns(0));
}

TEST_F(Epoll, EdgeTriggered) {
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN | EPOLLET);
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(Wait(), SyscallReturns(1));
  EXPECT_THAT(Wait(), SyscallReturns(0));
  write(pipe_.write_end.get(), "x", 1);  // Another write is another edge.
  EXPECT_THAT(Wait(), SyscallReturns(1));
  Control(EPOLL_CTL_MOD, pipe_.read_end.get(), EPOLLIN | EPOLLET);  // Looks anew.
  EXPECT_THAT(Wait(), SyscallReturns(1));
}

TEST_F(Epoll, OneShot) {
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN | EPOLLONESHOT);
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(Wait(), SyscallReturns(1));
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(Wait(), SyscallReturns(0));
  Control(EPOLL_CTL_MOD, pipe_.read_end.get(), EPOLLIN | EPOLLONESHOT);
  EXPECT_THAT(Wait(), SyscallReturns(1));
}

TEST_F(Epoll, HangupIsAlwaysTold) {
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), 0);
  pipe_.write_end.reset();
  EXPECT_THAT(Wait(), SyscallReturns(1));
  EXPECT_EQ(got_[0].events, static_cast<uint32_t>(EPOLLHUP));
}

TEST_F(Epoll, ClosingTakesItOutWhenItIsTheLast) {
  Fd copy(dup(pipe_.read_end.get()));
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN);
  write(pipe_.write_end.get(), "x", 1);
  pipe_.read_end.reset();
  EXPECT_THAT(Wait(), SyscallReturns(1));  // The description lives on in the copy.
  copy.reset();
  EXPECT_THAT(Wait(), SyscallReturns(0));
}

TEST_F(Epoll, NestedAndLoops) {
  Fd outer(epoll_create1(0));
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN);
  epoll_event event{};
  event.events = EPOLLIN;
  EXPECT_THAT(epoll_ctl(outer.get(), EPOLL_CTL_ADD, epoll_.get(), &event), SyscallSucceeds());
  EXPECT_THAT(Control(EPOLL_CTL_ADD, outer.get(), EPOLLIN), SyscallFails(ELOOP));
  EXPECT_THAT(epoll_wait(outer.get(), got_, 8, 0), SyscallReturns(0));
  write(pipe_.write_end.get(), "x", 1);
  EXPECT_THAT(epoll_wait(outer.get(), got_, 8, 0), SyscallReturns(1));
  pollfd entry{outer.get(), POLLIN, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(1));
}

TEST_F(Epoll, WakesFromAnotherThread) {
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN);
  pid_t self = gettid();
  ScopedThread writer([&] {
    WaitUntilSleeping(self);
    write(pipe_.write_end.get(), "x", 1);
  });
  EXPECT_THAT(Wait(-1), SyscallReturns(1));
}

TEST_F(Epoll, AddWhileWaiting) {
  pid_t self = gettid();
  write(pipe_.write_end.get(), "x", 1);
  ScopedThread adder([&] {
    WaitUntilSleeping(self);
    Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN);
  });
  EXPECT_THAT(Wait(-1), SyscallReturns(1));
}

TEST_F(Epoll, RoundRobinOfReadyOnes) {
  Pipe second = Pipe::Create();
  Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN, 1);
  Control(EPOLL_CTL_ADD, second.read_end.get(), EPOLLIN, 2);
  write(pipe_.write_end.get(), "x", 1);
  write(second.write_end.get(), "x", 1);
  epoll_event one;
  ASSERT_THAT(epoll_wait(epoll_.get(), &one, 1, 0), SyscallReturns(1));
  uint64_t first = one.data.u64;
  ASSERT_THAT(epoll_wait(epoll_.get(), &one, 1, 0), SyscallReturns(1));
  EXPECT_NE(one.data.u64, first);
}

TEST_F(Epoll, Exclusive) {
  EXPECT_THAT(Control(EPOLL_CTL_ADD, pipe_.read_end.get(), EPOLLIN | EPOLLEXCLUSIVE),
              SyscallSucceeds());
  EXPECT_THAT(Control(EPOLL_CTL_MOD, pipe_.read_end.get(), EPOLLIN), SyscallFails(EINVAL));
  EXPECT_THAT(
      Control(EPOLL_CTL_ADD, pipe_.write_end.get(), EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT),
      SyscallFails(EINVAL));
}

TEST(Eventfd, CountsAndBlocks) {
  Fd fd(eventfd(3, EFD_NONBLOCK));
  uint64_t value;
  EXPECT_THAT(read(fd.get(), &value, 8), SyscallReturns(8));
  EXPECT_EQ(value, 3U);
  EXPECT_THAT(read(fd.get(), &value, 8), SyscallFails(EAGAIN));
  EXPECT_THAT(read(fd.get(), &value, 4), SyscallFails(EINVAL));
  value = ~uint64_t{0};
  EXPECT_THAT(write(fd.get(), &value, 8), SyscallFails(EINVAL));
  value = ~uint64_t{0} - 1;
  EXPECT_THAT(write(fd.get(), &value, 8), SyscallReturns(8));
  value = 1;
  EXPECT_THAT(write(fd.get(), &value, 8), SyscallFails(EAGAIN));
  pollfd entry{fd.get(), POLLIN | POLLOUT, 0};
  poll(&entry, 1, 0);
  EXPECT_EQ(entry.revents, POLLIN);
  EXPECT_THAT(eventfd(0, 8), SyscallFails(EINVAL));
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_SET),
              testing::AnyOf(SyscallFails(ESPIPE), SyscallReturns(0)));
  EXPECT_THAT(ReadFile("/proc/self/fdinfo/" + std::to_string(fd.get())),
              testing::HasSubstr("eventfd-count: fffffffffffffffe"));
}

TEST(Eventfd, Semaphore) {
  Fd fd(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
  uint64_t value;
  read(fd.get(), &value, 8);
  EXPECT_EQ(value, 1U);
  read(fd.get(), &value, 8);
  EXPECT_THAT(read(fd.get(), &value, 8), SyscallFails(EAGAIN));
}

TEST(Timerfd, ExpiresAndRepeats) {
  Fd fd(timerfd_create(CLOCK_MONOTONIC, 0));
  itimerspec spec{};
  uint64_t count;
  spec.it_value.tv_nsec = 5'000'000;
  ASSERT_THAT(timerfd_settime(fd.get(), 0, &spec, nullptr), SyscallSucceeds());
  EXPECT_THAT(read(fd.get(), &count, 8), SyscallReturns(8));
  EXPECT_EQ(count, 1U);
  spec.it_interval.tv_nsec = 2'000'000;
  timerfd_settime(fd.get(), 0, &spec, nullptr);
  uint64_t total = 0;
  while (total < 5) {
    ASSERT_THAT(read(fd.get(), &count, 8), SyscallReturns(8));
    total += count;
  }
  itimerspec now;
  ASSERT_THAT(timerfd_gettime(fd.get(), &now), SyscallSucceeds());
  EXPECT_EQ(now.it_interval.tv_nsec, 2'000'000);
  spec = {};
  itimerspec old;
  timerfd_settime(fd.get(), 0, &spec, &old);
  EXPECT_EQ(old.it_interval.tv_nsec, 2'000'000);
  timerfd_gettime(fd.get(), &now);
  EXPECT_EQ(now.it_value.tv_nsec, 0);
}

TEST(Timerfd, Errors) {
  EXPECT_THAT(timerfd_create(99, 0), SyscallFails(EINVAL));
  EXPECT_THAT(timerfd_create(CLOCK_MONOTONIC, 1), SyscallFails(EINVAL));
  EXPECT_THAT(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), SyscallFails(EINVAL));
  Fd fd(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
  uint64_t count;
  EXPECT_THAT(read(fd.get(), &count, 8), SyscallFails(EAGAIN));
  itimerspec bad{};
  bad.it_value.tv_nsec = 1'000'000'000;
  EXPECT_THAT(timerfd_settime(fd.get(), 0, &bad, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(timerfd_settime(fd.get(), 8, &bad, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(timerfd_gettime(0, &bad), SyscallFails(EINVAL));
  EXPECT_THAT(timerfd_gettime(999, &bad), SyscallFails(EBADF));
  // An absolute time in the past is due at once.
  itimerspec past{};
  past.it_value.tv_sec = 1;
  timerfd_settime(fd.get(), TFD_TIMER_ABSTIME, &past, nullptr);
  pollfd entry{fd.get(), POLLIN, 0};
  EXPECT_THAT(poll(&entry, 1, 1000), SyscallReturns(1));
}

TEST(Signalfd, TakesSignals) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd fd(signalfd(-1, &set, SFD_NONBLOCK));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  signalfd_siginfo info[2];
  EXPECT_THAT(read(fd.get(), info, sizeof info), SyscallFails(EAGAIN));
  EXPECT_THAT(read(fd.get(), info, 10), SyscallFails(EINVAL));
  kill(getpid(), SIGUSR1);
  union sigval value {};
  value.sival_int = 99;
  sigqueue(getpid(), SIGRTMIN, value);
  pollfd entry{fd.get(), POLLIN, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(1));
  EXPECT_THAT(read(fd.get(), info, sizeof info), SyscallReturns(sizeof info));
  EXPECT_EQ(info[0].ssi_signo, static_cast<uint32_t>(SIGUSR1));
  EXPECT_EQ(info[0].ssi_pid, static_cast<uint32_t>(getpid()));
  EXPECT_EQ(info[1].ssi_signo, static_cast<uint32_t>(SIGRTMIN));
  EXPECT_EQ(info[1].ssi_int, 99);
  sigset_t other;
  sigemptyset(&other);
  EXPECT_THAT(signalfd(fd.get(), &other, 0), SyscallReturns(fd.get()));
  kill(getpid(), SIGUSR1);
  EXPECT_THAT(poll(&entry, 1, 0), SyscallReturns(0));
  EXPECT_THAT(signalfd(0, &other, 0), SyscallFails(EINVAL));
  EXPECT_THAT(signalfd(999, &other, 0), SyscallFails(EBADF));
  timespec zero{};
  sigtimedwait(&set, nullptr, &zero);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace
}  // namespace test

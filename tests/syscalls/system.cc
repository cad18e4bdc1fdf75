// uname(2), sysinfo(2), getcpu(2), getrandom(2), personality(2), membarrier(2), kcmp(2), syslog(2),
// sysfs(2), ustat(2), times(2), rseq(2), the robust list, name_to_handle_at(2), close_range(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/close_range.h>
#include <linux/kcmp.h>
#include <linux/membarrier.h>
#include <linux/rseq.h>
#include <sys/epoll.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

void* const kBadAddress = reinterpret_cast<void*>(8);

TEST(System, Uname) {
  utsname name;
  EXPECT_THAT(uname(&name), SyscallReturns(0));
  EXPECT_STREQ(name.sysname, "Linux");
  EXPECT_STREQ(name.machine, "x86_64");
  EXPECT_THAT(syscall(SYS_uname, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_sethostname, kBadAddress, 1), SyscallFails(geteuid() ? EPERM : EFAULT));
  EXPECT_THAT(sethostname("x", static_cast<size_t>(-1)), SyscallFails(geteuid() ? EPERM : EINVAL));
  EXPECT_THAT(sethostname("x", 65), SyscallFails(geteuid() ? EPERM : EINVAL));
  EXPECT_THAT(setdomainname("x", 65), SyscallFails(geteuid() ? EPERM : EINVAL));
}

TEST(System, Sysinfo) {
  struct sysinfo info;
  EXPECT_THAT(sysinfo(&info), SyscallReturns(0));
  EXPECT_GT(info.totalram, 0U);
  EXPECT_LE(info.freeram, info.totalram);
  EXPECT_GT(info.mem_unit, 0U);
  EXPECT_GT(info.procs, 0U);
  EXPECT_THAT(syscall(SYS_sysinfo, kBadAddress), SyscallFails(EFAULT));
}

TEST(System, Getcpu) {
  unsigned cpu = 9999, node = 9999;
  EXPECT_THAT(syscall(SYS_getcpu, &cpu, &node, nullptr), SyscallReturns(0));
  EXPECT_LT(cpu, 9999U);
  EXPECT_LT(node, 9999U);
  EXPECT_THAT(syscall(SYS_getcpu, nullptr, nullptr, nullptr), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_getcpu, kBadAddress, nullptr, nullptr), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_getcpu, nullptr, kBadAddress, nullptr), SyscallFails(EFAULT));
}

TEST(System, Getrandom) {
  unsigned char a[256] = {}, b[256] = {};
  EXPECT_THAT(getrandom(a, sizeof(a), 0), SyscallReturns(256));
  EXPECT_THAT(getrandom(b, sizeof(b), GRND_NONBLOCK), SyscallReturns(256));
  EXPECT_NE(memcmp(a, b, sizeof(a)), 0);
  EXPECT_THAT(getrandom(a, 0, 0), SyscallReturns(0));
  EXPECT_THAT(getrandom(a, 16, GRND_RANDOM), SyscallReturns(16));
  EXPECT_THAT(getrandom(a, 16, GRND_INSECURE), SyscallReturns(16));
  EXPECT_THAT(getrandom(a, 16, GRND_INSECURE | GRND_RANDOM), SyscallFails(EINVAL));
  EXPECT_THAT(getrandom(a, 16, 8), SyscallFails(EINVAL));
  EXPECT_THAT(getrandom(kBadAddress, 16, 0), SyscallFails(EFAULT));
}

TEST(System, Personality) {
  constexpr unsigned long kAsk = 0xffffffff;
  const int before = personality(kAsk);
  ASSERT_THAT(before, SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([before] {
                CHILD_CHECK(personality(ADDR_NO_RANDOMIZE) == before);
                CHILD_CHECK(personality(kAsk) == ADDR_NO_RANDOMIZE);
                CHILD_CHECK(WaitFor(Fork(
                                [] { CHILD_CHECK(personality(kAsk) == ADDR_NO_RANDOMIZE); })) == 0);
              }),
              Exited(0));
  EXPECT_THAT(personality(kAsk), SyscallReturns(before));
}

long Membarrier(int command, unsigned flags = 0) {
  return syscall(SYS_membarrier, command, flags, 0);
}

TEST(Membarrier, Commands) {
  const long known = Membarrier(MEMBARRIER_CMD_QUERY);
  ASSERT_THAT(known, SyscallSucceeds());
  EXPECT_NE(known & MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
  EXPECT_THAT(Membarrier(MEMBARRIER_CMD_QUERY, 1), SyscallFails(EINVAL));
  EXPECT_THAT(Membarrier(-1), SyscallFails(EINVAL));
  EXPECT_THAT(Membarrier(3), SyscallFails(EINVAL));
  EXPECT_THAT(Membarrier(1 << 20), SyscallFails(EINVAL));
  EXPECT_THAT(Membarrier(MEMBARRIER_CMD_GLOBAL, 1), SyscallFails(EINVAL));
  EXPECT_THAT(ForkAndWait([] {
                // Not before it is announced.
                CHILD_CHECK(Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == -1 && errno == EPERM);
                CHILD_CHECK(Membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0);
                CHILD_CHECK(Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0);
              }),
              Exited(0));
}

long Kcmp(pid_t a, pid_t b, int type, unsigned long first = 0, unsigned long second = 0) {
  return syscall(SYS_kcmp, a, b, type, first, second);
}

TEST(Kcmp, Files) {
  Pipe pipe = Pipe::Create();
  Fd copy(dup(pipe.read_end.get()));
  const pid_t self = getpid();
  const auto read_end = static_cast<unsigned long>(pipe.read_end.get());
  const auto write_end = static_cast<unsigned long>(pipe.write_end.get());
  EXPECT_THAT(Kcmp(self, self, KCMP_FILE, read_end, static_cast<unsigned long>(copy.get())),
              SyscallReturns(0));
  // An order, whichever.
  const long one = Kcmp(self, self, KCMP_FILE, read_end, write_end);
  const long other = Kcmp(self, self, KCMP_FILE, write_end, read_end);
  EXPECT_TRUE((one == 1 && other == 2) || (one == 2 && other == 1)) << one << " " << other;
  EXPECT_THAT(Kcmp(self, self, KCMP_FILE, read_end, 12345), SyscallFails(EBADF));
  EXPECT_THAT(
      ForkAndWait([=] { CHILD_CHECK(Kcmp(getpid(), self, KCMP_FILE, read_end, read_end) == 0); }),
      Exited(0));
}

TEST(Kcmp, WatchedByEpoll) {
  Pipe pipe = Pipe::Create();
  Fd epoll(epoll_create1(0));
  const pid_t self = getpid();
  const int read_end = pipe.read_end.get();
  epoll_event event = {.events = EPOLLIN, .data = {}};
  ASSERT_THAT(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, read_end, &event), SyscallSucceeds());
  auto compare = [self](int fd, kcmp_epoll_slot slot) {
    return Kcmp(self, self, KCMP_EPOLL_TFD, static_cast<unsigned long>(fd),
                reinterpret_cast<unsigned long>(&slot));
  };
  const auto efd = static_cast<unsigned>(epoll.get()), tfd = static_cast<unsigned>(read_end);
  EXPECT_THAT(compare(read_end, {efd, tfd, 0}), SyscallReturns(0));
  EXPECT_THAT(compare(pipe.write_end.get(), {efd, tfd, 0}), SyscallReturns(testing::Gt(0)));
  EXPECT_THAT(compare(read_end, {efd, tfd, 1}), SyscallFails(ENOENT));
  EXPECT_THAT(compare(read_end, {efd, tfd + 100, 0}), SyscallFails(ENOENT));
  EXPECT_THAT(compare(read_end, {tfd, tfd, 0}), SyscallFails(EINVAL));
  EXPECT_THAT(compare(12345, {efd, tfd, 0}), SyscallFails(EBADF));
  EXPECT_THAT(Kcmp(self, self, KCMP_EPOLL_TFD, tfd, 8), SyscallFails(EFAULT));
  // Closed here, open elsewhere: it is watched still, and another file under its number comes
  // after.
  Fd copy(dup(read_end));
  ASSERT_THAT(dup2(pipe.write_end.get(), read_end), SyscallSucceeds());
  ASSERT_THAT(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, read_end, &event), SyscallSucceeds());
  EXPECT_THAT(compare(read_end, {efd, tfd, 2}), SyscallFails(ENOENT));
  const bool first = compare(read_end, {efd, tfd, 0}) == 0;
  EXPECT_THAT(compare(copy.get(), {efd, tfd, first ? 1U : 0U}), SyscallReturns(0));
}

TEST(Kcmp, WhatIsShared) {
  const pid_t self = getpid();
  for (int type : {KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM}) {
    EXPECT_THAT(Kcmp(self, self, type), SyscallReturns(0)) << type;
  }
  EXPECT_THAT(Kcmp(self, self, 77), SyscallFails(EINVAL));
  EXPECT_THAT(Kcmp(self, -1, KCMP_VM), SyscallFails(ESRCH));
  EXPECT_THAT(Kcmp(4'000'000, self, KCMP_VM), SyscallFails(ESRCH));
  pid_t tid = 0;
  ScopedThread([&] {
    tid = gettid();
    for (int type : {KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND}) {
      EXPECT_THAT(Kcmp(self, tid, type), SyscallReturns(0)) << type;
    }
  }).Join();
  EXPECT_THAT(ForkAndWait([self] {
                for (int type : {KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND}) {
                  CHILD_CHECK(Kcmp(getpid(), self, type) > 0);
                }
              }),
              Exited(0));
}

TEST(System, Syslog) {
  char text[64];
  constexpr int kReadAll = 3, kSizeBuffer = 10;
  EXPECT_THAT(syscall(SYS_syslog, 99, text, sizeof(text)),
              SyscallFails(geteuid() ? EPERM : EINVAL));
  if (geteuid() != 0) return;
  EXPECT_THAT(syscall(SYS_syslog, kReadAll, nullptr, 1), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_syslog, kReadAll, text, -1), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_syslog, kReadAll, text, 0), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_syslog, kSizeBuffer, nullptr, 0), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_syslog, 8, nullptr, 0), SyscallFails(EINVAL));  // CONSOLE_LEVEL
  EXPECT_THAT(syscall(SYS_syslog, 8, nullptr, 9), SyscallFails(EINVAL));
}

TEST(System, FilesystemTypes) {
  char name[64];
  constexpr int kIndex = 1, kName = 2, kCount = 3;
  const long count = syscall(SYS_sysfs, kCount);
  ASSERT_GT(count, 0);
  EXPECT_THAT(syscall(SYS_sysfs, kName, 0, name), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_sysfs, kIndex, name), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_sysfs, kIndex, "no-such-type"), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sysfs, kName, count, name), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_sysfs, kName, 0, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_sysfs, 0), SyscallFails(EINVAL));
  char usage[64];
  EXPECT_THAT(syscall(SYS_ustat, 0xffff, usage), SyscallFails(EINVAL));
}

TEST(System, Times) {
  tms usage;
  EXPECT_THAT(times(&usage), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_times, nullptr), SyscallSucceeds());
  EXPECT_THAT(syscall(SYS_times, kBadAddress), SyscallFails(EFAULT));
}

TEST(RobustList, Errors) {
  void* head = nullptr;
  size_t size = 0;
  EXPECT_THAT(syscall(SYS_get_robust_list, 0, &head, &size), SyscallReturns(0));
  EXPECT_EQ(size, 24U);
  EXPECT_THAT(syscall(SYS_get_robust_list, 0, kBadAddress, &size), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_get_robust_list, 0, &head, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_get_robust_list, 4'000'000, &head, &size), SyscallFails(ESRCH));
  EXPECT_THAT(syscall(SYS_set_robust_list, head, 23), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_set_robust_list, head, 25), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_set_robust_list, head, 24), SyscallReturns(0));
}

// --- name_to_handle_at(2) ---

struct Handle {
  file_handle head;
  char room[128];
};

TEST(FileHandle, Errors) {
  TempFile file = TempFile::Create("x");
  Handle handle = {};
  int mount = 0;
  handle.head.handle_bytes = 0;
  EXPECT_THAT(name_to_handle_at(AT_FDCWD, file.c_str(), &handle.head, &mount, 0),
              SyscallFails(testing::AnyOf(EOVERFLOW, EOPNOTSUPP)));
  handle.head.handle_bytes = 129;
  EXPECT_THAT(name_to_handle_at(AT_FDCWD, file.c_str(), &handle.head, &mount, 0),
              SyscallFails(testing::AnyOf(EINVAL, EOPNOTSUPP)));
  handle.head.handle_bytes = 128;
  EXPECT_THAT(name_to_handle_at(AT_FDCWD, "/no/such", &handle.head, &mount, 0),
              SyscallFails(ENOENT));
  EXPECT_THAT(name_to_handle_at(-1, "relative", &handle.head, &mount, 0), SyscallFails(EBADF));
  EXPECT_THAT(name_to_handle_at(AT_FDCWD, "", &handle.head, &mount, 0), SyscallFails(ENOENT));
  EXPECT_THAT(name_to_handle_at(AT_FDCWD, file.c_str(), &handle.head, &mount, 0x100),
              SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_name_to_handle_at, AT_FDCWD, file.c_str(), kBadAddress, &mount, 0),
              SyscallFails(testing::AnyOf(EFAULT, EOPNOTSUPP)));
  if (geteuid() != 0) {
    EXPECT_THAT(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY), SyscallFails(EPERM));
  } else {
    handle.head.handle_bytes = 129;
    EXPECT_THAT(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY), SyscallFails(EINVAL));
    handle.head.handle_bytes = 0;
    EXPECT_THAT(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY), SyscallFails(EINVAL));
  }
}

// --- close_range(2) ---

long CloseRange(unsigned first, unsigned last, unsigned flags = 0) {
  return syscall(SYS_close_range, first, last, flags);
}

TEST(CloseRange, ClosesAndMarks) {
  EXPECT_THAT(CloseRange(5, 4), SyscallFails(EINVAL));
  EXPECT_THAT(CloseRange(1000, 2000, 1), SyscallFails(EINVAL));
  EXPECT_THAT(CloseRange(1000, 2000, 8), SyscallFails(EINVAL));
  EXPECT_THAT(ForkAndWait([] {
                for (int fd = 100; fd < 110; ++fd) CHILD_CHECK(dup2(0, fd) == fd);
                CHILD_CHECK(CloseRange(102, 104) == 0);
                CHILD_CHECK(fcntl(101, F_GETFD) == 0);
                CHILD_CHECK(fcntl(102, F_GETFD) == -1 && errno == EBADF);
                CHILD_CHECK(fcntl(104, F_GETFD) == -1);
                CHILD_CHECK(fcntl(105, F_GETFD) == 0);
                CHILD_CHECK(CloseRange(105, 107, CLOSE_RANGE_CLOEXEC) == 0);
                CHILD_CHECK(fcntl(107, F_GETFD) == FD_CLOEXEC && fcntl(108, F_GETFD) == 0);
                CHILD_CHECK(CloseRange(105, ~0U) == 0);
                CHILD_CHECK(fcntl(109, F_GETFD) == -1);
                CHILD_CHECK(CloseRange(105, ~0U) == 0);
              }),
              Exited(0));
}

TEST(CloseRange, UnsharesFirst) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(dup2(0, 100) == 100);
                ScopedThread([] {
                  CHILD_CHECK(CloseRange(100, ~0U, CLOSE_RANGE_UNSHARE) == 0);
                  CHILD_CHECK(fcntl(100, F_GETFD) == -1);
                }).Join();
                CHILD_CHECK(fcntl(100, F_GETFD) == 0);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

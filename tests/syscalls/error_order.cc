// Which of several errors a call gives, and what it says of arguments that mean nothing, across the
// families: as the conformance suites of Linux ask.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

TEST(ErrorOrder, UtimensatLooksForTheFileFirst) {
  timespec wrong[2] = {{0, 1'000'000'000}, {0, 0}};
  TempFile file = TempFile::Create("x");
  EXPECT_THAT(utimensat(AT_FDCWD, file.c_str(), wrong, 0), SyscallFails(EINVAL));
  EXPECT_THAT(utimensat(AT_FDCWD, "no-such-file", wrong, 0), SyscallFails(ENOENT));
  EXPECT_THAT(utimensat(AT_FDCWD, file.c_str(), wrong, 0x1), SyscallFails(EINVAL));
}

TEST(ErrorOrder, GetdentsCountsAsSigned) {
  TempDir dir = TempDir::Create();
  Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY));
  char buffer[1024];
  EXPECT_THAT(syscall(SYS_getdents64, fd.get(), buffer, ~0U), SyscallFails(EINVAL));
  EXPECT_GT(syscall(SYS_getdents64, fd.get(), buffer, sizeof(buffer)), 0);
}

TEST(ErrorOrder, XattrNamespaceIsNoName) {
  TempFile file = TempFile::Create("x");
  if (setxattr(file.c_str(), "user.a", "x", 1, 0) != 0) GTEST_SKIP() << "not on this file system";
  char value[8];
  EXPECT_THAT(setxattr(file.c_str(), "user.", "x", 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(getxattr(file.c_str(), "user.", value, sizeof(value)), SyscallFails(EINVAL));
  EXPECT_THAT(removexattr(file.c_str(), "user."), SyscallFails(EINVAL));
}

TEST(ErrorOrder, FileCapabilitiesHaveAShape) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SETFCAP";
  TempFile file = TempFile::Create("x");
  EXPECT_THAT(setxattr(file.c_str(), "security.capability", "x", 1, 0),
              SyscallFails(testing::AnyOf(EINVAL, EOPNOTSUPP)));
  const char longer[25] = "\0\0\0\2";
  EXPECT_THAT(setxattr(file.c_str(), "security.capability", longer, sizeof(longer), 0),
              SyscallFails(testing::AnyOf(EINVAL, EOPNOTSUPP)));
}

TEST(ErrorOrder, FilesDoNotTellOfThemselves) {
  TempFile file = TempFile::Create("x");
  Fd fd(open(file.c_str(), O_RDWR));
  EXPECT_THAT(fcntl(fd.get(), F_SETFL, O_ASYNC | O_NONBLOCK), SyscallSucceeds());
  EXPECT_EQ(fcntl(fd.get(), F_GETFL) & (O_ASYNC | O_NONBLOCK), O_NONBLOCK);
  int on = 1, off = 0;
  EXPECT_THAT(ioctl(fd.get(), FIOASYNC, &on), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(fd.get(), FIOASYNC, &off), SyscallSucceeds());
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(ioctl(pipe.read_end.get(), FIOASYNC, &on), SyscallSucceeds());
  EXPECT_NE(fcntl(pipe.read_end.get(), F_GETFL) & O_ASYNC, 0);
}

TEST(ErrorOrder, SealsNeedWriting) {
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(fcntl(pipe.read_end.get(), F_ADD_SEALS, F_SEAL_SEAL), SyscallFails(EPERM));
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_ADD_SEALS, F_SEAL_SEAL), SyscallFails(EINVAL));
}

TEST(ErrorOrder, FullDevice) {
  Fd full(open("/dev/full", O_RDWR));
  ASSERT_GE(full.get(), 0);
  EXPECT_THAT(write(full.get(), "", 0), SyscallFails(ENOSPC));
  Pipe pipe = Pipe::Create();
  ASSERT_THAT(write(pipe.write_end.get(), "abc", 3), SyscallReturns(3));
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, full.get(), nullptr, 2, 0),
              SyscallFails(EINVAL));
  TempFile file = TempFile::Create("abc");
  Fd in(open(file.c_str(), O_RDONLY));
  EXPECT_THAT(sendfile(full.get(), in.get(), nullptr, 3), SyscallFails(EINVAL));
}

TEST(ErrorOrder, PipeFlags) {
  int ends[2];
  EXPECT_THAT(pipe2(ends, O_EXCL | O_TRUNC), SyscallFails(EINVAL));
  Pipe packets = Pipe::Create(O_DIRECT | O_NONBLOCK);
  EXPECT_EQ(fcntl(packets.read_end.get(), F_GETFL), O_RDONLY | O_NONBLOCK);
  EXPECT_EQ(fcntl(packets.write_end.get(), F_GETFL), O_WRONLY | O_NONBLOCK | O_DIRECT);
}

TEST(ErrorOrder, CopyFileRangeAtTheEndOfAllFiles) {
  TempFile from = TempFile::Create("abcdefgh"), to = TempFile::Create();
  Fd in(open(from.c_str(), O_RDONLY)), out(open(to.c_str(), O_RDWR));
  off64_t in_at = 0, out_at = INT64_MAX;
  EXPECT_THAT(copy_file_range(in.get(), &in_at, out.get(), &out_at, 65537, 0), SyscallFails(EFBIG));
  EXPECT_THAT(copy_file_range(in.get(), &in_at, out.get(), &out_at, SIZE_MAX, 0),
              SyscallFails(EOVERFLOW));
  in_at = INT64_MAX - 3, out_at = 0;
  EXPECT_THAT(copy_file_range(in.get(), &in_at, out.get(), &out_at, 10, 0), SyscallReturns(0));
}

TEST(ErrorOrder, MmapLooksForTheFileFirst) {
  EXPECT_THAT(mmap(nullptr, 0, PROT_READ, MAP_PRIVATE, 9999, 0), SyscallFails(EBADF));
  TempFile file = TempFile::Create("x");
  Fd fd(open(file.c_str(), O_RDONLY));
  EXPECT_THAT(mmap(nullptr, 0, PROT_READ, MAP_PRIVATE, fd.get(), 0), SyscallFails(EINVAL));
}

TEST(ErrorOrder, ClocksThatAreNotSet) {
  timespec now = {1, 0};
  for (clockid_t id : {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC}) {
    EXPECT_THAT(syscall(SYS_clock_settime, id, &now), SyscallFails(EINVAL)) << id;
  }
  timespec soon = {0, 1};
  EXPECT_THAT(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &soon, nullptr),
              SyscallFails(EOPNOTSUPP));
}

TEST(ErrorOrder, AdjtimexChecksBeforeItSets) {
  if (geteuid() != 0) GTEST_SKIP() << "EPERM comes first";
  timex wrong = {};
  wrong.modes = 0x8000;  // ADJ_ADJTIME without ADJ_OFFSET_SINGLESHOT
  EXPECT_THAT(adjtimex(&wrong), SyscallFails(EINVAL));
  wrong.modes = ADJ_TICK;
  wrong.tick = 8999;
  EXPECT_THAT(adjtimex(&wrong), SyscallFails(testing::AnyOf(EINVAL, EPERM)));
}

TEST(ErrorOrder, SetpgidOfNobody) {
  EXPECT_THAT(setpgid(-1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(setpgid(-1, 1), SyscallFails(ESRCH));
}

TEST(ErrorOrder, CloneIntoNoCgroup) {
  clone_args args = {};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = ~uint64_t{0};
  EXPECT_THAT(syscall(SYS_clone3, &args, sizeof(args)), SyscallFails(EINVAL));
  args.cgroup = 9999;
  EXPECT_THAT(syscall(SYS_clone3, &args, sizeof(args)), SyscallFails(EBADF));
}

TEST(ErrorOrder, ExecveatOfADirectory) {
  EXPECT_THAT(syscall(SYS_execveat, AT_FDCWD, "", nullptr, nullptr, AT_EMPTY_PATH),
              SyscallFails(EACCES));
}

TEST(ErrorOrder, TheFirstProcessHasAPriority) {
  errno = 0;
  EXPECT_THAT(syscall(SYS_getpriority, PRIO_PROCESS, 1), SyscallSucceeds());
  if (geteuid() != 0) GTEST_SKIP() << "to be somebody else than its owner";
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(setpriority(PRIO_PROCESS, 1, 0) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(ErrorOrder, SwapFiles) {
  TempFile file = TempFile::Create("x");
  if (geteuid() != 0) {
    EXPECT_THAT(swapon("no-such-file", 0), SyscallFails(EPERM));
    EXPECT_THAT(swapoff("no-such-file"), SyscallFails(EPERM));
    return;
  }
  EXPECT_THAT(swapon("no-such-file", 0), SyscallFails(ENOENT));
  EXPECT_THAT(swapon(file.c_str(), -1), SyscallFails(EINVAL));
  EXPECT_THAT(swapon(file.c_str(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(swapoff("no-such-file"), SyscallFails(ENOENT));
  EXPECT_THAT(swapoff(file.c_str()), SyscallFails(EINVAL));
}

TEST(ErrorOrder, TmpfsKnowsItsParameters) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  Fd context(static_cast<int>(syscall(SYS_fsopen, "tmpfs", 0)));
  if (context.get() < 0) GTEST_SKIP() << "may not mount";
  constexpr int kSetFlag = 0, kSetString = 1;
  auto set = [&](int command, const char* key, const char* value) {
    return syscall(SYS_fsconfig, context.get(), command, key, value, 0);
  };
  EXPECT_THAT(set(kSetString, "nonsense", "x"), SyscallFails(EINVAL));
  EXPECT_THAT(set(kSetFlag, "nonsense", nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(set(kSetString, "size", "x"), SyscallFails(EINVAL));
  EXPECT_THAT(set(kSetString, "size", "1m"), SyscallSucceeds());
}

TEST(ErrorOrder, NothingIsFrozen) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  TempDir dir = TempDir::Create();
  Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY));
  EXPECT_THAT(ioctl(fd.get(), FITHAW, 0), SyscallFails(EINVAL));
}

TEST(ErrorOrder, LevelsOfSocketOptions) {
  int value = 1;
  socklen_t length = sizeof(value);
  Fd tcp(socket(AF_INET, SOCK_STREAM, 0)), udp(socket(AF_INET, SOCK_DGRAM, 0));
  for (int fd : {tcp.get(), udp.get()}) {
    EXPECT_THAT(getsockopt(fd, 500, 1, &value, &length), SyscallFails(EOPNOTSUPP));
    EXPECT_THAT(setsockopt(fd, 500, 1, &value, length), SyscallFails(ENOPROTOOPT));
    EXPECT_THAT(getsockopt(fd, IPPROTO_IP, -1, &value, &length), SyscallFails(ENOPROTOOPT));
  }
  EXPECT_THAT(getsockopt(tcp.get(), IPPROTO_UDP, 1, &value, &length), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(getsockopt(udp.get(), IPPROTO_TCP, 1, &value, &length), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(getsockopt(tcp.get(), IPPROTO_TCP, -1, &value, &length), SyscallFails(ENOPROTOOPT));
}

TEST(ErrorOrder, UdpHasNoOutOfBandData) {
  Fd udp(socket(AF_INET, SOCK_DGRAM, 0));
  char byte;
  EXPECT_THAT(recv(udp.get(), &byte, 1, MSG_OOB | MSG_DONTWAIT), SyscallFails(EAGAIN));
}

// --- what was mapped once ---

// A page of the file was changed through a mapping that is no more.
void ChangeByMapping(int fd) {
  ASSERT_THAT(ftruncate(fd, 4096), SyscallSucceeds());
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ASSERT_NE(memory, MAP_FAILED);
  static_cast<volatile char*>(memory)[0] = 'x';
  ASSERT_THAT(munmap(memory, 4096), SyscallSucceeds());
}

TEST(Unmapped, LocksEndWithTheDescriptor) {
  TempFile file = TempFile::Create();
  {
    Fd fd(open(file.c_str(), O_RDWR));
    ChangeByMapping(fd.get());
    ASSERT_THAT(flock(fd.get(), LOCK_EX), SyscallSucceeds());
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    ASSERT_THAT(fcntl(fd.get(), F_OFD_SETLK, &whole), SyscallSucceeds());
  }
  Fd again(open(file.c_str(), O_RDWR));
  EXPECT_THAT(flock(again.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  EXPECT_THAT(fcntl(again.get(), F_OFD_SETLK, &whole), SyscallSucceeds());
}

TEST(Unmapped, CanBeRun) {
  TempFile file = TempFile::Create("", 0700);
  {
    Fd fd(open(file.c_str(), O_RDWR));
    ChangeByMapping(fd.get());
  }
  // Of a page with one letter, nothing is run; but nobody writes to it.
  EXPECT_THAT(execl(file.c_str(), file.c_str(), nullptr), SyscallFails(ENOEXEC));
}

TEST(Unmapped, ItsMountCanGo) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  TempDir dir = TempDir::Create();
  if (mount("none", dir.c_str(), "tmpfs", 0, nullptr) != 0) GTEST_SKIP() << "may not mount";
  {
    Fd fd(open(dir.Join("file").c_str(), O_CREAT | O_RDWR, 0600));
    ChangeByMapping(fd.get());
  }
  EXPECT_THAT(umount(dir.c_str()), SyscallSucceeds());
}

// --- mlockall(2) ---

// A field of /proc/self/status in kilobytes.
long StatusField(const std::string& name) {
  const std::string status = ReadFile("/proc/self/status");
  const size_t at = status.find(name + ":");
  return at == std::string::npos ? -1
                                 : std::strtol(status.c_str() + at + name.size() + 1, nullptr, 10);
}

TEST(Mlockall, LocksWhatIsThere) {
  const int status = ForkAndWait([] {
    constexpr size_t kSize = 64 << 10;
    void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHILD_CHECK(memory != MAP_FAILED);
    if (mlockall(MCL_CURRENT) != 0 && errno == ENOMEM) _exit(7);  // RLIMIT_MEMLOCK is small.
    unsigned char there[kSize / 4096] = {};
    CHILD_CHECK(mincore(memory, kSize, there) == 0);
    for (unsigned char page : there) CHILD_CHECK((page & 1) != 0);
    CHILD_CHECK(StatusField("VmLck") >= 64);
    CHILD_CHECK(munlockall() == 0);
    CHILD_CHECK(StatusField("VmLck") == 0);
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == 7) GTEST_SKIP() << "RLIMIT_MEMLOCK is small";
  EXPECT_THAT(status, Exited(0));
}

TEST(Mlockall, LocksWhatComesToo) {
  const int status = ForkAndWait([] {
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0 && errno == ENOMEM) _exit(7);
    const long before = StatusField("VmLck");
    constexpr size_t kSize = 64 << 10;
    void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHILD_CHECK(memory != MAP_FAILED);
    CHILD_CHECK(StatusField("VmLck") >= before + 64);
    // What is there stays locked, but no more.
    CHILD_CHECK(mlockall(MCL_CURRENT) == 0);
    const long then = StatusField("VmLck");
    CHILD_CHECK(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                MAP_FAILED);
    CHILD_CHECK(StatusField("VmLck") == then);
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == 7) GTEST_SKIP() << "RLIMIT_MEMLOCK is small";
  EXPECT_THAT(status, Exited(0));
}

TEST(Mlockall, Errors) {
  EXPECT_THAT(mlockall(0), SyscallFails(EINVAL));
  EXPECT_THAT(mlockall(8), SyscallFails(EINVAL));
  EXPECT_THAT(mlockall(MCL_ONFAULT), SyscallFails(EINVAL));
}

TEST(Mlockall, HasALimit) {
  if (geteuid() != 0) GTEST_SKIP() << "to become an ordinary user";
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit = {8192, 8192};
                CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(mlockall(MCL_CURRENT) == -1 && errno == ENOMEM);
                limit.rlim_cur = 0;
                CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
                CHILD_CHECK(mlockall(MCL_CURRENT) == -1 && errno == EPERM);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

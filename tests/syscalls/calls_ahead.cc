// Programs that do the same with each file of a directory, so regularly that a sandbox may make
// their next calls before they do: whoever does something else must not notice.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/call_site.h"

namespace test {
namespace {

constexpr size_t kFiles = 40;
constexpr size_t kRoom = 100'000;
constexpr int kWarmRounds = 30;
constexpr long kLargeFile = 0100000;  // O_LARGEFILE, which is 0 for programs.

DEFINE_CALL(RawOpenAt, SYS_openat)
DEFINE_CALL(RawStatAt, SYS_newfstatat)
DEFINE_CALL(RawFcntl, SYS_fcntl)
DEFINE_CALL(RawRead, SYS_read)
DEFINE_CALL(RawGetdents, SYS_getdents64)
DEFINE_CALL(RawClose, SYS_close)

struct File {
  std::string name, contents;
};

std::string Contents(int fd, size_t size) {
  std::string text(size, '\0');
  return pread(fd, text.data(), size, 0) == static_cast<ssize_t>(size) ? text : "";
}

class CallsAhead : public testing::Test {
 protected:
  // A directory that nobody changes, with files that are not large.
  void SetUp() override {
    for (const char* path : {"/usr/include/linux", "/usr/include", "/usr/share/perl5", "/etc"}) {
      if (Take(path)) return;
    }
    GTEST_SKIP() << "no such directory here";
  }
  void TearDown() override {
    if (directory_ >= 0) close(directory_);
  }

  bool Take(const char* path) {
    DIR* const listing = opendir(path);
    if (listing == nullptr) return false;
    files_.clear();
    while (const dirent* entry = readdir(listing)) {
      const int fd = openat(dirfd(listing), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      struct stat status;
      if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
          status.st_size < static_cast<off_t>(kRoom) && files_.size() < kFiles) {
        files_.push_back({entry->d_name, Contents(fd, static_cast<size_t>(status.st_size))});
      }
      if (fd >= 0) close(fd);
    }
    closedir(listing);
    if (files_.size() < 8) return false;
    directory_ = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory_ >= 0;
  }

  long Open(const File& file) {
    return RawOpenAt(directory_, Address(file.name.c_str()), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  }
  long Size(long fd) {
    struct stat status;
    const long error = RawStatAt(fd, Address(""), Address(&status), AT_EMPTY_PATH);
    return error != 0 ? error : status.st_size;
  }
  long Read(long fd) { return RawRead(fd, Address(buffer_.data()), kRoom); }
  std::string Got(long size) { return {buffer_.data(), static_cast<size_t>(size)}; }

  // What is done with each file, over and over.
  void TreatOne(const File& file, long expected_fd) {
    const long fd = Open(file);
    ASSERT_EQ(fd, expected_fd);
    ASSERT_EQ(Size(fd), static_cast<long>(file.contents.size()));
    const long size = Read(fd);
    ASSERT_EQ(size, static_cast<long>(file.contents.size()));
    ASSERT_EQ(Got(size), file.contents);
    ASSERT_EQ(Read(fd), 0);
    ASSERT_EQ(RawClose(fd), 0);
  }
  void ListAgain() {
    lseek(directory_, 0, SEEK_SET);
    while (RawGetdents(directory_, Address(buffer_.data()), 32768) > 0) {
    }
  }
  void Warm(int rounds = kWarmRounds) {
    for (int round = 0; round < rounds; ++round) {
      ListAgain();
      for (const File& file : files_) ASSERT_NO_FATAL_FAILURE(TreatOne(file, next_fd_));
    }
  }

  int directory_ = -1;
  const long next_fd_ = [] {
    const int fd = dup(0);  // The directory takes this one.
    const int next = dup(0);
    close(fd);
    close(next);
    return next;
  }();
  std::vector<File> files_;
  std::vector<char> buffer_ = std::vector<char>(kRoom);
};

TEST_F(CallsAhead, EachFileIsReadAsItIs) {
  Warm(2 * kWarmRounds);
}

// Something else instead of one of the steps, in the midst of a long row.
TEST_F(CallsAhead, WhoStopsHalfwayFindsItsPlace) {
  Warm();
  for (size_t i = 0; i < files_.size(); ++i) {
    const File& file = files_[i];
    const auto size = static_cast<long>(file.contents.size());
    const long fd = Open(file);
    ASSERT_EQ(fd, next_fd_);
    const size_t steps = i % 4;
    if (steps > 0) {
      ASSERT_EQ(Size(fd), size);
    }
    if (steps > 1) {
      ASSERT_EQ(Read(fd), size);
    }
    if (steps > 2) {
      ASSERT_EQ(Read(fd), 0);
    }
    // Open still, and exactly there.
    ASSERT_EQ(lseek(static_cast<int>(fd), 0, SEEK_CUR), steps > 1 ? size : 0);
    ASSERT_EQ(fcntl(static_cast<int>(fd), F_GETFD), 0);
    // The next number is free, and no other is taken.
    const int next = dup(static_cast<int>(fd));
    ASSERT_EQ(next, fd + 1);
    close(next);
    ASSERT_EQ(RawClose(fd), 0);
    ASSERT_EQ(fcntl(static_cast<int>(fd), F_GETFD), -1);
    ASSERT_EQ(errno, EBADF);
    // And back to the row.
    ASSERT_NO_FATAL_FAILURE(TreatOne(file, next_fd_));
    ASSERT_NO_FATAL_FAILURE(TreatOne(files_[(i + 1) % files_.size()], next_fd_));
  }
}

TEST_F(CallsAhead, ShorterReadsAreShort) {
  Warm();
  for (const File& file : files_) {
    const long fd = Open(file);
    const auto size = static_cast<long>(file.contents.size());
    ASSERT_EQ(Size(fd), size);
    const long part = RawRead(fd, Address(buffer_.data()), 7);
    ASSERT_EQ(part, std::min<long>(7, size));
    ASSERT_EQ(Got(part), file.contents.substr(0, 7));
    const long rest = Read(fd);
    ASSERT_EQ(Got(rest), file.contents.substr(static_cast<size_t>(part)));
    ASSERT_EQ(RawClose(fd), 0);
    ASSERT_NO_FATAL_FAILURE(TreatOne(file, next_fd_));
  }
}

TEST_F(CallsAhead, ReadsThatCannotBeStored) {
  Warm();
  char* const page =
      static_cast<char*>(mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (const File& file : files_) {
    const long fd = Open(file);
    ASSERT_EQ(Size(fd), static_cast<long>(file.contents.size()));
    if (!file.contents.empty()) {
      ASSERT_EQ(RawRead(fd, Address(page), kRoom), -EFAULT);
    }
    ASSERT_EQ(RawRead(fd, Address(buffer_.data()), -1), -EFAULT);
    ASSERT_EQ(lseek(static_cast<int>(fd), 0, SEEK_CUR), 0);
    const long size = Read(fd);
    ASSERT_EQ(Got(size), file.contents);
    ASSERT_EQ(RawClose(fd), 0);
    ASSERT_NO_FATAL_FAILURE(TreatOne(file, next_fd_));
  }
  munmap(page, 4096);
}

// Whoever shares descriptions and inherits tables sees what was done, and no more.
TEST_F(CallsAhead, ChildrenFindWhatWasDone) {
  Warm();
  for (int round = 0; round < 8; ++round) {
    const File& file = files_[static_cast<size_t>(round)];
    const auto size = static_cast<off_t>(file.contents.size());
    const long fd = Open(file);
    ASSERT_EQ(Size(fd), size);
    if (round % 2 != 0) {
      ASSERT_EQ(Read(fd), size);
    }
    const pid_t child = fork();
    if (child == 0) {
      const bool right = lseek(static_cast<int>(fd), 0, SEEK_CUR) == (round % 2 != 0 ? size : 0) &&
                         fcntl(static_cast<int>(fd) + 1, F_GETFD) == -1;
      lseek(static_cast<int>(fd), 0, SEEK_SET);
      _exit(right ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const long again = Read(fd);  // From where the child left it.
    ASSERT_EQ(Got(again), file.contents);
    ASSERT_EQ(RawClose(fd), 0);
    ASSERT_NO_FATAL_FAILURE(Warm(2));
  }
}

volatile sig_atomic_t signals = 0;
int signal_directory = -1;

// The handler opens and closes too.
void OnAlarm(int) {
  signals = signals + 1;
  const int fd = dup(signal_directory);
  close(fd);
}

TEST_F(CallsAhead, SignalsComeBetween) {
  Warm();
  signal_directory = directory_;
  struct sigaction action = {};
  action.sa_handler = OnAlarm;
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval often = {.it_interval = {.tv_sec = 0, .tv_usec = 300},
                           .it_value = {.tv_sec = 0, .tv_usec = 300}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  for (int round = 0; round < 200 && signals < 200; ++round) Warm(1);
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  EXPECT_GT(signals, 0);
}

// A walk as of find(1): directories that are opened, looked at, duplicated, listed and closed.
TEST_F(CallsAhead, DirectoriesAreListedAndClosed) {
  const long flags = O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC;
  const auto list = [&](long fd) {
    std::string all;
    for (long n; (n = RawGetdents(fd, Address(buffer_.data()), 32768)) > 0;) {
      all += Got(n);
    }
    return all;
  };
  const long first = RawOpenAt(directory_, Address("."), flags);
  const std::string expected = list(first);
  ASSERT_EQ(RawClose(first), 0);
  for (int i = 0; i < 900; ++i) {
    const bool differs = i > 600 && i % 7 == 0;
    const long fd = RawOpenAt(directory_, Address("."), flags);
    ASSERT_EQ(fd, next_fd_);
    ASSERT_GT(Size(fd), -1);
    ASSERT_EQ(RawFcntl(fd, F_GETFL), O_NONBLOCK | O_DIRECTORY | kLargeFile);
    ASSERT_EQ(RawFcntl(fd, F_SETFD, differs ? 0 : FD_CLOEXEC), 0);
    ASSERT_EQ(RawFcntl(fd, F_GETFD), differs ? 0 : FD_CLOEXEC);
    const long copy = RawFcntl(fd, F_DUPFD_CLOEXEC, differs ? 50 : 3);
    ASSERT_EQ(copy, differs ? 50 : fd + 1);
    if (differs) {
      ASSERT_EQ(lseek(static_cast<int>(fd), 0, SEEK_CUR), 0);
      ASSERT_EQ(fcntl(static_cast<int>(fd), F_GETFD), 0);
    }
    ASSERT_EQ(list(fd), expected);
    ASSERT_EQ(RawGetdents(copy, Address(buffer_.data()), 32768), 0);  // One description.
    ASSERT_EQ(RawClose(fd), 0);
    ASSERT_EQ(RawClose(copy), 0);
    ASSERT_EQ(RawClose(copy), -EBADF);
  }
}

}  // namespace
}  // namespace test

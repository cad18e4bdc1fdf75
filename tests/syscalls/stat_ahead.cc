// Programs that look at each name that a directory has, one after the other, so regularly that a
// sandbox may know what they ask next: what changes in between, by whom ever, must be seen.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/call_site.h"

namespace test {
namespace {

constexpr int kFiles = 60;
constexpr size_t kPage = 4096;

DEFINE_CALL(RawStat, SYS_stat)
DEFINE_CALL(RawLstat, SYS_lstat)
DEFINE_CALL(RawStatAt, SYS_newfstatat)
DEFINE_CALL(RawStatx, SYS_statx)

// The sizes of files tell them apart; negative: an error.
long Lstat(const std::string& path) {
  struct stat status;
  std::memset(&status, 0xff, sizeof(status));
  const long error = RawLstat(Address(path.c_str()), Address(&status));
  return error != 0 ? error : status.st_size;
}
long Stat(const std::string& path) {
  struct stat status;
  const long error = RawStat(Address(path.c_str()), Address(&status));
  return error != 0 ? error : status.st_size;
}
long StatAt(int dirfd, const std::string& path, int flags) {
  struct stat status;
  const long error = RawStatAt(dirfd, Address(path.c_str()), Address(&status), flags);
  return error != 0 ? error : status.st_size;
}
long Statx(int dirfd, const std::string& path, int flags) {
  struct statx status;
  const long error =
      RawStatx(dirfd, Address(path.c_str()), flags, STATX_BASIC_STATS, Address(&status));
  return error != 0 ? error : static_cast<long>(status.stx_size);
}

class StatAhead : public testing::Test {
 protected:
  void SetUp() override {
    const char* base = std::getenv("TEST_TMPDIR");
    root_ = std::string(base != nullptr ? base : "/tmp") + "/stat_ahead.XXXXXX";
    ASSERT_NE(mkdtemp(root_.data()), nullptr);
    ASSERT_EQ(chmod(root_.c_str(), 0755), 0);
    a_ = Fill("a", 0);
    b_ = Fill("b", 1000);
  }
  void TearDown() override { EXPECT_EQ(system(("rm -rf " + root_).c_str()), 0); }

  // Files 10, 11, ... of sizes from `size` on.
  std::string Fill(const char* name, int size) {
    const std::string directory = root_ + "/" + name;
    EXPECT_EQ(mkdir(directory.c_str(), 0755), 0);
    for (int i = 0; i < kFiles; ++i) {
      const int fd = open(Path(directory, i).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
      EXPECT_GE(fd, 0);
      EXPECT_EQ(ftruncate(fd, size + i), 0);
      close(fd);
    }
    return directory;
  }
  static std::string Path(const std::string& directory, int i) {
    return directory + "/" + std::to_string(10 + i);
  }

  // The numbers of the files, in the order of a fresh listing.
  static std::vector<int> List(const std::string& directory) {
    std::vector<int> numbers;
    DIR* const listing = opendir(directory.c_str());
    EXPECT_NE(listing, nullptr);
    while (const dirent* entry = readdir(listing)) {
      if (entry->d_name[0] != '.') numbers.push_back(std::atoi(entry->d_name) - 10);
    }
    closedir(listing);
    return numbers;
  }

  // Looks at all names again and again.
  void Warm(const std::function<long(const std::string&)>& look) {
    for (int round = 0; round < 12; ++round) {
      for (const int i : List(a_)) ASSERT_EQ(look(Path(a_, i)), i);
    }
  }

  std::string root_, a_, b_;
};

TEST_F(StatAhead, EachCallTellsTheTruth) {
  Warm(Lstat);
  Warm(Stat);
  Warm([](const std::string& path) { return StatAt(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW); });
  Warm([](const std::string& path) { return Statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW); });
  const int fd = open(a_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int round = 0; round < 12; ++round) {
    for (const int i : List(a_)) {
      ASSERT_EQ(StatAt(fd, std::to_string(10 + i), 0), i);
    }
    for (const int i : List(a_)) {
      ASSERT_EQ(Statx(fd, std::to_string(10 + i), 0), i);
    }
  }
  close(fd);
}

TEST_F(StatAhead, AllOfTheAttributes) {
  Warm(Lstat);
  for (int round = 0; round < 4; ++round) {
    for (const int i : List(a_)) {
      struct stat by_name, by_fd;
      const std::string path = Path(a_, i);
      ASSERT_EQ(RawLstat(Address(path.c_str()), Address(&by_name)), 0);
      const int fd = open(path.c_str(), O_PATH | O_CLOEXEC);
      if (i % 7 == 0) {
        ASSERT_EQ(fstat(fd, &by_fd), 0);
        EXPECT_EQ(std::memcmp(&by_name, &by_fd, sizeof(by_name)), 0);
      }
      close(fd);
    }
  }
}

TEST_F(StatAhead, OwnChangesAreSeen) {
  Warm(Lstat);
  const std::vector<int> order = List(a_);
  for (size_t at = 0; at + 1 < order.size(); ++at) {
    const int next = order[at + 1];
    ASSERT_EQ(Lstat(Path(a_, order[at])), at % 4 == 1             ? 5000
                                          : at % 4 == 0 && at > 0 ? -ENOENT
                                                                  : order[at]);
    switch (at % 4) {
      case 0:
        ASSERT_EQ(truncate(Path(a_, next).c_str(), 5000), 0);
        break;
      case 3:
        ASSERT_EQ(unlink(Path(a_, next).c_str()), 0);
        break;
      default:
        break;
    }
  }
}

TEST_F(StatAhead, ModeAndNamesChange) {
  Warm(Lstat);
  const std::vector<int> order = List(a_);
  for (size_t at = 0; at + 2 < order.size(); at += 3) {
    struct stat status;
    ASSERT_EQ(Lstat(Path(a_, order[at])), order[at]);
    ASSERT_EQ(chmod(Path(a_, order[at + 1]).c_str(), 0600), 0);
    ASSERT_EQ(rename(Path(b_, order[at + 2]).c_str(), Path(a_, order[at + 2]).c_str()), 0);
    ASSERT_EQ(RawLstat(Address(Path(a_, order[at + 1]).c_str()), Address(&status)), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(Lstat(Path(a_, order[at + 2])), 1000 + order[at + 2]);
  }
}

// Told without a call of the one who looks.
TEST_F(StatAhead, OthersChangesAreSeen) {
  auto* const turn = static_cast<std::atomic<int>*>(
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(turn, MAP_FAILED);
  Warm(Lstat);
  const std::vector<int> order = List(a_);
  *turn = 0;  // Odd: the child's.
  const pid_t child = fork();
  if (child == 0) {
    for (size_t at = 3; at < order.size(); at += 3) {
      while (*turn != static_cast<int>(2 * at + 1)) {
      }
      if (unlink(Path(a_, order[at]).c_str()) != 0) _exit(1);
      *turn = static_cast<int>(2 * at + 2);
    }
    _exit(0);
  }
  for (size_t at = 0; at < order.size(); ++at) {
    if (at >= 3 && at % 3 == 0) {
      *turn = static_cast<int>(2 * at + 1);
      while (*turn != static_cast<int>(2 * at + 2)) {
      }
      ASSERT_EQ(Lstat(Path(a_, order[at])), -ENOENT) << at;
    } else {
      ASSERT_EQ(Lstat(Path(a_, order[at])), order[at]) << at;
    }
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  munmap(turn, kPage);
}

TEST_F(StatAhead, PathsMeanSomethingElse) {
  const auto relative = [](const std::string& path) {
    return Lstat(path.substr(path.rfind('/') + 1));
  };
  ASSERT_EQ(chdir(a_.c_str()), 0);
  Warm(relative);
  for (int round = 0; round < 4; ++round) {
    const std::vector<int> order = List(a_);
    for (size_t at = 0; at < order.size(); ++at) {
      const bool there = at / 8 % 2 == 1;
      if (at % 8 == 0) {
        ASSERT_EQ(chdir((there ? b_ : a_).c_str()), 0);
      }
      ASSERT_EQ(relative(Path(a_, order[at])), order[at] + (there ? 1000 : 0));
    }
    ASSERT_EQ(chdir(a_.c_str()), 0);
  }
  // Descriptors.
  const int first = open(a_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int second = open(b_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int round = 0; round < 12; ++round) {
    const int used = dup(first);
    const std::vector<int> order = List(a_);
    for (size_t at = 0; at < order.size(); ++at) {
      const std::string name = std::to_string(10 + order[at]);
      if (at == 20) {
        ASSERT_EQ(dup2(second, used), used);
      }
      ASSERT_EQ(StatAt(used, name, 0), order[at] + (at >= 20 ? 1000 : 0));
      if (at % 10 == 9) {
        ASSERT_EQ(StatAt(second, name, 0), order[at] + 1000);
      }
    }
    close(used);
  }
  close(first);
  close(second);
  ASSERT_EQ(chdir("/"), 0);
}

// The directory that was listed is reached through one name, and its neighbours are elsewhere.
TEST_F(StatAhead, LinksIntoTheDirectory) {
  const std::string links = root_ + "/links";
  ASSERT_EQ(mkdir(links.c_str(), 0755), 0);
  for (int i = 0; i < kFiles; ++i) {
    const std::string target = i % 2 == 0 ? Path(a_, i) : Path(b_, i);
    ASSERT_EQ(symlink(target.c_str(), Path(links, i).c_str()), 0);
  }
  Warm(Stat);
  for (int round = 0; round < 12; ++round) {
    for (const int i : List(a_)) ASSERT_EQ(Stat(Path(links, i)), i % 2 == 0 ? i : 1000 + i);
    for (const int i : List(links)) {
      ASSERT_EQ(Stat(Path(links, i)), i % 2 == 0 ? i : 1000 + i);
    }
    for (const int i : List(links)) {
      ASSERT_EQ(Lstat(Path(links, i)), static_cast<long>(Path(i % 2 == 0 ? a_ : b_, i).size()));
    }
  }
}

TEST_F(StatAhead, OtherFlagsOtherAnswers) {
  const std::string links = root_ + "/links";
  ASSERT_EQ(mkdir(links.c_str(), 0755), 0);
  for (int i = 0; i < kFiles; ++i) {
    ASSERT_EQ(symlink(Path(a_, i).c_str(), Path(links, i).c_str()), 0);
  }
  const long length = static_cast<long>(Path(a_, 0).size());
  for (int round = 0; round < 12; ++round) {
    int at = 0;
    for (const int i : List(links)) {
      const int flags = ++at % 6 == 0 ? 0 : AT_SYMLINK_NOFOLLOW;
      const std::string path = Path(links, i);
      ASSERT_EQ(StatAt(AT_FDCWD, path, flags), flags == 0 ? i : length);
    }
    at = 0;
    for (const int i : List(links)) {
      const int flags = ++at % 6 == 0 ? 0 : AT_SYMLINK_NOFOLLOW;
      const std::string path = Path(links, i);
      ASSERT_EQ(Statx(AT_FDCWD, path, flags), flags == 0 ? i : length);
      ASSERT_EQ(Statx(-1, "x" + path, flags), -EBADF);
      ASSERT_EQ(Statx(AT_FDCWD, path, 1 << 30), -EINVAL);
    }
  }
}

TEST_F(StatAhead, AnswersThatCannotBeStored) {
  char* const pages = static_cast<char*>(
      mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  ASSERT_EQ(mprotect(pages + kPage, kPage, PROT_NONE), 0);
  Warm(Lstat);
  char* const end = pages + kPage;
  for (int round = 0; round < 4; ++round) {
    int at = 0;
    for (const int i : List(a_)) {
      const std::string kept = Path(a_, i);
      switch (++at % 5) {
        case 0:
          ASSERT_EQ(RawLstat(Address(kept.c_str()), Address(end - 8)), -EFAULT);
          break;
        case 1:
          ASSERT_EQ(RawLstat(Address(kept.c_str()), 0), -EFAULT);
          break;
        case 2:
          ASSERT_EQ(RawLstat(Address(end), Address(pages)), -EFAULT);
          break;
        default:
          break;
      }
      auto* const status = reinterpret_cast<struct stat*>(end - sizeof(struct stat));
      ASSERT_EQ(RawLstat(Address(kept.c_str()), Address(status)), 0);
      ASSERT_EQ(status->st_size, i);
    }
  }
  munmap(pages, 2 * kPage);
}

// As one who may not search there any more.
TEST_F(StatAhead, RightsAreLost) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(chmod(a_.c_str(), 0700), 0);
  Warm(Lstat);
  for (int round = 0; round < 3; ++round) {
    const std::vector<int> order = List(a_);
    for (size_t at = 0; at < order.size(); ++at) {
      const bool lost = at % 10 == 9;
      if (lost) {
        ASSERT_EQ(syscall(SYS_setresuid, -1, 65534, -1), 0);
      }
      ASSERT_EQ(Lstat(Path(a_, order[at])), lost ? -EACCES : order[at]);
      if (lost) {
        ASSERT_EQ(syscall(SYS_setresuid, -1, 0, -1), 0);
      }
    }
  }
}

TEST_F(StatAhead, ChildrenLookForThemselves) {
  Warm(Lstat);
  const std::vector<int> order = List(a_);
  for (size_t at = 0; at < order.size(); ++at) {
    if (at % 15 != 14) {
      ASSERT_EQ(Lstat(Path(a_, order[at])), order[at]);
      continue;
    }
    const pid_t child = fork();
    if (child == 0) {
      ASSERT_EQ(unlink(Path(a_, order[at]).c_str()), 0);
      _exit(Lstat(Path(a_, order[at])) == -ENOENT ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    ASSERT_EQ(Lstat(Path(a_, order[at])), -ENOENT);
  }
}

}  // namespace
}  // namespace test

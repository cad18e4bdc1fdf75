// getdents64(2), getdents(2), and positions in directories.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <set>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

struct Entry {
  uint64_t ino;
  int64_t off;
  unsigned char type;
};

// All that one call with a buffer of `size` gives, by name.
long ReadSome(int fd, size_t size, std::map<std::string, Entry>* to) {
  alignas(8) char buffer[32768];
  long n = syscall(SYS_getdents64, fd, buffer, size);
  for (long at = 0; at < n;) {
    dirent64* entry = reinterpret_cast<dirent64*>(buffer + at);
    EXPECT_EQ(entry->d_reclen % 8, 0);
    auto [it, inserted] =
        to->emplace(entry->d_name, Entry{entry->d_ino, entry->d_off, entry->d_type});
    EXPECT_TRUE(inserted) << entry->d_name;
    at += entry->d_reclen;
  }
  return n;
}

std::map<std::string, Entry> ReadAll(int fd, size_t size = 4096) {
  std::map<std::string, Entry> all;
  while (ReadSome(fd, size, &all) > 0) {
  }
  return all;
}

class Getdents : public testing::Test {
 protected:
  Getdents() : dir_(TempDir::Create()) {}
  void MakeFiles(int count) {
    for (int i = 0; i < count; ++i) WriteFile(dir_.Join("f" + std::to_string(i)), "");
  }
  Fd Open() { return Fd(open(dir_.c_str(), O_RDONLY | O_DIRECTORY)); }

  TempDir dir_;
};

TEST_F(Getdents, ListsNamesNumbersAndTypes) {
  MakeFiles(1);
  mkdir(dir_.Join("d").c_str(), 0755);
  symlink("x", dir_.Join("l").c_str());
  mkfifo(dir_.Join("p").c_str(), 0644);
  std::map<std::string, Entry> all = ReadAll(Open().get());
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all["."].type, DT_DIR);
  EXPECT_EQ(all[".."].type, DT_DIR);
  EXPECT_EQ(all["d"].type, DT_DIR);
  EXPECT_EQ(all["f0"].type, DT_REG);
  EXPECT_EQ(all["l"].type, DT_LNK);
  EXPECT_EQ(all["p"].type, DT_FIFO);
  for (const char* name : {".", "d", "f0", "l", "p"}) {
    struct stat info;
    lstat(dir_.Join(name).c_str(), &info);
    EXPECT_EQ(all[name].ino, info.st_ino) << name;
  }
}

TEST_F(Getdents, ManyEntriesInSmallPieces) {
  MakeFiles(500);
  EXPECT_EQ(ReadAll(Open().get(), 64).size(), 502U);
  EXPECT_EQ(ReadAll(Open().get(), 32768).size(), 502U);
}

TEST_F(Getdents, Errors) {
  Fd fd = Open();
  char buffer[64];
  EXPECT_THAT(syscall(SYS_getdents64, fd.get(), buffer, 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_getdents64, -1, buffer, 64), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_getdents64, fd.get(), 8, 4096), SyscallFails(EFAULT));
  WriteFile(dir_.Join("file"), "");
  Fd file(open(dir_.Join("file").c_str(), O_RDONLY));
  EXPECT_THAT(syscall(SYS_getdents64, file.get(), buffer, 64), SyscallFails(ENOTDIR));
  EXPECT_THAT(read(fd.get(), buffer, 1), SyscallFails(EISDIR));
}

TEST_F(Getdents, FaultKeepsThePosition) {
  MakeFiles(2);
  Fd fd = Open();
  EXPECT_THAT(syscall(SYS_getdents64, fd.get(), 8, 4096), SyscallFails(EFAULT));
  EXPECT_EQ(ReadAll(fd.get()).size(), 4U);
}

TEST_F(Getdents, RewindStartsAgain) {
  MakeFiles(3);
  Fd fd = Open();
  EXPECT_EQ(ReadAll(fd.get()).size(), 5U);
  EXPECT_EQ(ReadAll(fd.get()).size(), 0U);
  WriteFile(dir_.Join("new"), "");
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_SET), SyscallReturns(0));
  EXPECT_EQ(ReadAll(fd.get()).size(), 6U);
}

TEST_F(Getdents, SeekToAnOffset) {
  MakeFiles(20);
  Fd fd = Open();
  std::map<std::string, Entry> first;
  ReadSome(fd.get(), 200, &first);
  int64_t position = 0;
  for (const auto& [name, entry] : first) position = std::max(position, entry.off);
  std::map<std::string, Entry> rest = ReadAll(fd.get());
  ASSERT_THAT(lseek(fd.get(), position, SEEK_SET), SyscallReturns(position));
  std::map<std::string, Entry> again = ReadAll(fd.get());
  if (position < 1000) {  // Hashes are not in order.
    EXPECT_EQ(again.size(), rest.size());
  }
}

TEST_F(Getdents, RemovalWhileReadingSkipsNothing) {
  MakeFiles(300);
  Fd fd = Open();
  std::set<std::string> seen;
  while (true) {
    std::map<std::string, Entry> some;
    if (ReadSome(fd.get(), 512, &some) <= 0) break;
    for (const auto& [name, entry] : some) {
      EXPECT_TRUE(seen.insert(name).second) << name;
      unlink(dir_.Join(name).c_str());
    }
  }
  EXPECT_EQ(seen.size(), 302U);
  EXPECT_EQ(ReadAll(Open().get()).size(), 2U);
}

TEST_F(Getdents, OldForm) {
  MakeFiles(1);
  Fd fd = Open();
  alignas(8) char buffer[1024];
  long n = syscall(SYS_getdents, fd.get(), buffer, sizeof(buffer));
  ASSERT_THAT(n, SyscallSucceeds());
  int entries = 0;
  for (long at = 0; at < n; ++entries) {
    uint16_t length;
    memcpy(&length, buffer + at + 16, sizeof(length));
    if (strcmp(buffer + at + 18, "f0") == 0) {
      EXPECT_EQ(buffer[at + length - 1], DT_REG);
    }
    at += length;
  }
  EXPECT_EQ(entries, 3);
}

TEST_F(Getdents, RemovedDirectory) {
  std::string path = dir_.Join("gone");
  mkdir(path.c_str(), 0755);
  Fd fd(open(path.c_str(), O_RDONLY));
  rmdir(path.c_str());
  char buffer[256];
  EXPECT_THAT(syscall(SYS_getdents64, fd.get(), buffer, sizeof(buffer)), SyscallFails(ENOENT));
}

}  // namespace
}  // namespace test

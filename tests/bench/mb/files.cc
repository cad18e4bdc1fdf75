// Files that are hot in every cache.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "mb.h"

namespace bench {
namespace {

int OpenSelf() {
  const int fd = ::open(own_path, O_RDONLY | O_CLOEXEC);
  Require(fd >= 0, "open");
  return fd;
}

template <size_t kSize>
int64_t Pread(uint64_t count) {
  static char buffer[kSize];
  const int fd = OpenSelf();
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    Require(::pread(fd, buffer, kSize, static_cast<off_t>(i % 8 * kSize)) > 0, "pread");
  }
  const int64_t took = Now() - start;
  ::close(fd);
  return took;
}

int64_t Stat(uint64_t count) {
  struct stat info;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) Require(::stat(own_path, &info) == 0, "stat");
  return Now() - start;
}

int64_t StatMissing(uint64_t count) {
  struct stat info;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) Require(::stat("/usr/no-such-file", &info) != 0, "stat");
  return Now() - start;
}

int64_t Fstat(uint64_t count) {
  struct stat info;
  const int fd = OpenSelf();
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::fstat(fd, &info);
  const int64_t took = Now() - start;
  ::close(fd);
  return took;
}

int64_t OpenClose(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) ::close(OpenSelf());
  return Now() - start;
}

int64_t Getdents(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    DIR* directory = ::opendir("/usr");
    Require(directory != nullptr, "opendir /usr");
    while (::readdir(directory) != nullptr) {
    }
    ::closedir(directory);
  }
  return Now() - start;
}

// In /tmp, which is memory in a sandbox.
int64_t CreateUnlink(uint64_t count) {
  char path[64];
  std::snprintf(path, sizeof(path), "/tmp/mb.%d", ::getpid());
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    const int fd = ::open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    Require(fd >= 0, "create in /tmp");
    ::close(fd);
    ::unlink(path);
  }
  return Now() - start;
}

constexpr Row kRows[] = {
    {"pread-4096", Pread<4096>},
    {"pread-64", Pread<64>},
    {"stat", Stat},
    {"stat-missing", StatMissing},
    {"fstat", Fstat},
    {"open+close", OpenClose},
    {"readdir", Getdents},
    {"create+unlink", CreateUnlink},
};

}  // namespace

std::span<const Row> FileRows() {
  return kRows;
}

}  // namespace bench

#include "sentry/fs/hostio/host_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/base/fd.h"

namespace sentry {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPages = 1024;  // More than the host keeps in one piece.

// A file on a disk, with `kPages` pages that differ from their neighbours, and its host's cache.
class HostIoTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/var/tmp/host_io_test.XXXXXX";
    fd_ = base::Fd(::mkstemp(name.data()));
    ASSERT_GE(fd_.get(), 0);
    ::unlink(name.c_str());
    for (size_t page = 0; page < kPages; ++page)
      contents_.append(kPage, static_cast<char>(page % 251 + 1));
    ASSERT_EQ(::pwrite(fd_.get(), contents_.data(), contents_.size(), 0),
              static_cast<ssize_t>(contents_.size()));
    ASSERT_EQ(::fsync(fd_.get()), 0);
  }

  // Whether each page is in the cache.
  std::vector<unsigned char> Resident() {
    std::vector<unsigned char> resident(kPages);
    void* map = ::mmap(nullptr, contents_.size(), PROT_READ, MAP_SHARED, fd_.get(), 0);
    EXPECT_NE(map, MAP_FAILED);
    EXPECT_EQ(::mincore(map, contents_.size(), resident.data()), 0);
    ::munmap(map, contents_.size());
    for (unsigned char& page : resident) page &= 1;
    return resident;
  }

  std::string Read(size_t offset, size_t length) {
    std::string read(length, '\0');
    BufferSink sink(std::as_writable_bytes(std::span(read)));
    int64_t position = static_cast<int64_t>(offset);
    Result<size_t> n = ReadHostFile(ctx_, fd_.get(), sink, &position);
    EXPECT_TRUE(n.ok());
    read.resize(n.ok() ? *n : 0);
    EXPECT_EQ(position, static_cast<int64_t>(offset + read.size()));
    return read;
  }

  base::Fd fd_;
  std::string contents_;
  Credentials creds_;
  OpContext ctx_{.creds = creds_, .now = {}};
};

// read(2) of a regular file is short at its end only, wherever its pages are.
TEST_F(HostIoTest, PagesOutsideTheCacheAreWaitedFor) {
  for (size_t cached : {kPages / 2, kPages / 4, size_t{0}}) {
    ::posix_fadvise(fd_.get(), static_cast<off_t>(cached * kPage), 0, POSIX_FADV_DONTNEED);
    const std::vector<unsigned char> resident = Resident();
    if (std::ranges::count(resident, 0) == 0) GTEST_SKIP() << "the host keeps every page";
    // No part of it ends where the cache does.
    EXPECT_TRUE(Read(kPage, contents_.size()) == contents_.substr(kPage)) << cached;
  }
}

TEST_F(HostIoTest, TheEndOfTheFileEndsARead) {
  EXPECT_EQ(Read(contents_.size() - 10, 4096), contents_.substr(contents_.size() - 10));
  EXPECT_EQ(Read(contents_.size(), 4096), "");
  EXPECT_EQ(Read(contents_.size() + kPage, 1), "");
}

}  // namespace
}  // namespace sentry

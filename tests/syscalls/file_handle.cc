// name_to_handle_at(2), open_by_handle_at(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

void* const kBadAddress = reinterpret_cast<void*>(8);

struct Handle {
  file_handle head = {};
  char room[MAX_HANDLE_SZ] = {};
  Handle() { head.handle_bytes = MAX_HANDLE_SZ; }
  bool SameAs(const Handle& other) const {
    return head.handle_bytes == other.head.handle_bytes &&
           head.handle_type == other.head.handle_type &&
           memcmp(room, other.room, head.handle_bytes) == 0;
  }
};

class FileHandle : public testing::Test {
 protected:
  FileHandle() : dir_(TempDir::Create()), file_(dir_.Join("file")) { WriteFile(file_, "content"); }
  void SetUp() override {
    Handle handle;
    if (Name(file_, handle) != 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "not this file system";
    directory_.reset(open(dir_.c_str(), O_RDONLY | O_DIRECTORY));
  }
  int Name(const std::string& path, Handle& handle, int flags = 0) {
    return name_to_handle_at(AT_FDCWD, path.c_str(), &handle.head, &mount_, flags);
  }
  int Open(Handle& handle, int flags = O_RDONLY) {
    return open_by_handle_at(directory_.get(), &handle.head, flags);
  }
  static bool MayOpen() { return geteuid() == 0; }

  TempDir dir_;
  std::string file_;
  Fd directory_;
  int mount_ = -1;
};

TEST_F(FileHandle, IsTheObjects) {
  Handle one, two, other;
  ASSERT_THAT(Name(file_, one), SyscallSucceeds());
  const int mount = mount_;
  Fd fd(open(file_.c_str(), O_RDONLY));
  EXPECT_THAT(name_to_handle_at(fd.get(), "", &two.head, &mount_, AT_EMPTY_PATH),
              SyscallSucceeds());
  EXPECT_TRUE(one.SameAs(two));
  EXPECT_EQ(mount, mount_);
  Handle relative;
  EXPECT_THAT(name_to_handle_at(directory_.get(), "file", &relative.head, &mount_, 0),
              SyscallSucceeds());
  EXPECT_TRUE(one.SameAs(relative));
  EXPECT_THAT(Name(dir_.path(), other), SyscallSucceeds());
  EXPECT_FALSE(one.SameAs(other));
}

TEST_F(FileHandle, LinksAreFollowedWhenAsked) {
  const std::string link = dir_.Join("link");
  ASSERT_THAT(symlink("file", link.c_str()), SyscallSucceeds());
  Handle file, itself, followed;
  ASSERT_THAT(Name(file_, file), SyscallSucceeds());
  EXPECT_THAT(Name(link, itself), SyscallSucceeds());
  EXPECT_FALSE(file.SameAs(itself));
  EXPECT_THAT(Name(link, followed, AT_SYMLINK_FOLLOW), SyscallSucceeds());
  EXPECT_TRUE(file.SameAs(followed));
  if (!MayOpen()) return;
  EXPECT_THAT(Open(itself), SyscallFails(ELOOP));
  Fd place(Open(itself, O_PATH | O_NOFOLLOW));
  EXPECT_GE(place.get(), 0);
}

TEST_F(FileHandle, TellsHowMuchRoomItNeeds) {
  Handle handle;
  handle.head.handle_bytes = 0;
  EXPECT_THAT(Name(file_, handle), SyscallFails(EOVERFLOW));
  EXPECT_GT(handle.head.handle_bytes, 0U);
  EXPECT_LE(handle.head.handle_bytes, static_cast<unsigned>(MAX_HANDLE_SZ));
  EXPECT_THAT(Name(file_, handle), SyscallSucceeds());
}

TEST_F(FileHandle, NameErrors) {
  Handle handle;
  handle.head.handle_bytes = MAX_HANDLE_SZ + 1;
  EXPECT_THAT(Name(file_, handle), SyscallFails(EINVAL));
  handle.head.handle_bytes = MAX_HANDLE_SZ;
  EXPECT_THAT(Name("", handle), SyscallFails(ENOENT));
  EXPECT_THAT(Name(file_, handle, -1), SyscallFails(EINVAL));
  EXPECT_THAT(Name(file_ + "/x", handle), SyscallFails(ENOTDIR));
  EXPECT_THAT(syscall(SYS_name_to_handle_at, AT_FDCWD, nullptr, &handle, &mount_, 0),
              SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_name_to_handle_at, AT_FDCWD, file_.c_str(), kBadAddress, &mount_, 0),
              SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_name_to_handle_at, AT_FDCWD, file_.c_str(), &handle, kBadAddress, 0),
              SyscallFails(EFAULT));
  Handle pipe_handle;
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(name_to_handle_at(pipe.read_end.get(), "", &pipe_handle.head, &mount_, AT_EMPTY_PATH),
              SyscallFails(EOPNOTSUPP));
}

TEST_F(FileHandle, Opens) {
  if (!MayOpen()) GTEST_SKIP() << "needs CAP_DAC_READ_SEARCH";
  Handle handle;
  ASSERT_THAT(Name(file_, handle), SyscallSucceeds());
  char text[16] = {};
  {
    Fd fd(Open(handle, O_RDWR | O_CLOEXEC));
    ASSERT_GE(fd.get(), 0);
    EXPECT_EQ(fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_THAT(read(fd.get(), text, sizeof(text)), SyscallReturns(7));
    EXPECT_STREQ(text, "content");
  }
  // Wherever it is now.
  ASSERT_THAT(mkdir(dir_.Join("below").c_str(), 0700), SyscallSucceeds());
  ASSERT_THAT(rename(file_.c_str(), dir_.Join("below/moved").c_str()), SyscallSucceeds());
  Fd moved(Open(handle));
  EXPECT_GE(moved.get(), 0);
  EXPECT_THAT(Open(handle, O_RDONLY | O_DIRECTORY), SyscallFails(ENOTDIR));
  Handle of_directory;
  ASSERT_THAT(Name(dir_.path(), of_directory), SyscallSucceeds());
  Fd directory(Open(of_directory, O_RDONLY | O_DIRECTORY));
  EXPECT_GE(directory.get(), 0);
  EXPECT_THAT(Open(of_directory, O_WRONLY), SyscallFails(EISDIR));
}

TEST_F(FileHandle, GoesStale) {
  if (!MayOpen()) GTEST_SKIP() << "needs CAP_DAC_READ_SEARCH";
  Handle handle;
  ASSERT_THAT(Name(file_, handle), SyscallSucceeds());
  ASSERT_THAT(unlink(file_.c_str()), SyscallSucceeds());
  EXPECT_THAT(Open(handle), SyscallFails(ESTALE));
  WriteFile(file_, "another");
  EXPECT_THAT(Open(handle), SyscallFails(ESTALE));
}

TEST_F(FileHandle, OpenErrors) {
  Handle handle;
  ASSERT_THAT(Name(file_, handle), SyscallSucceeds());
  if (!MayOpen()) {
    EXPECT_THAT(Open(handle), SyscallFails(EPERM));
    return;
  }
  EXPECT_THAT(open_by_handle_at(-1, &handle.head, O_RDONLY), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_open_by_handle_at, directory_.get(), nullptr, O_RDONLY),
              SyscallFails(EFAULT));
  handle.head.handle_bytes = MAX_HANDLE_SZ + 1;
  EXPECT_THAT(Open(handle), SyscallFails(EINVAL));
  handle.head.handle_bytes = 0;
  EXPECT_THAT(Open(handle), SyscallFails(EINVAL));
  ASSERT_THAT(Name(file_, handle), SyscallFails(EOVERFLOW));
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(Open(handle) == -1 && errno == EPERM);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

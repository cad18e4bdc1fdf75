// sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Sendfile : public testing::Test {
 protected:
  Sendfile()
      : from_(TempFile::Create("0123456789")),
        to_(TempFile::Create()),
        in_(open(from_.c_str(), O_RDONLY)),
        out_(open(to_.c_str(), O_RDWR)) {}
  std::string Drain(int fd, size_t n) {
    std::string text(n, '\0');
    text.resize(static_cast<size_t>(std::max<ssize_t>(0, read(fd, text.data(), n))));
    return text;
  }

  TempFile from_, to_;
  Fd in_, out_;
};

TEST_F(Sendfile, FileToFile) {
  EXPECT_THAT(sendfile(out_.get(), in_.get(), nullptr, 4), SyscallReturns(4));
  EXPECT_THAT(sendfile(out_.get(), in_.get(), nullptr, 100), SyscallReturns(6));
  EXPECT_THAT(sendfile(out_.get(), in_.get(), nullptr, 100), SyscallReturns(0));
  EXPECT_EQ(ReadFile(to_.path()), "0123456789");
}

TEST_F(Sendfile, OffsetIsTheCallers) {
  off_t offset = 7;
  EXPECT_THAT(sendfile(out_.get(), in_.get(), &offset, 2), SyscallReturns(2));
  EXPECT_EQ(offset, 9);
  EXPECT_THAT(lseek(in_.get(), 0, SEEK_CUR), SyscallReturns(0));
  EXPECT_EQ(ReadFile(to_.path()), "78");
  offset = -1;
  EXPECT_THAT(sendfile(out_.get(), in_.get(), &offset, 2), SyscallFails(EINVAL));
}

TEST_F(Sendfile, IntoPipesAndSockets) {
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(sendfile(pipe.write_end.get(), in_.get(), nullptr, 5), SyscallReturns(5));
  EXPECT_EQ(Drain(pipe.read_end.get(), 10), "01234");
}

TEST_F(Sendfile, LargeIntoASlowPipe) {
  std::string text(1 << 20, 'x');
  TempFile large = TempFile::Create(text);
  Fd in(open(large.c_str(), O_RDONLY));
  Pipe pipe = Pipe::Create();
  pid_t child = Fork([&] {
    pipe.write_end.reset();
    char buffer[10000];
    size_t total = 0;
    for (ssize_t n; (n = read(pipe.read_end.get(), buffer, sizeof(buffer))) > 0;) {
      total += static_cast<size_t>(n);
    }
    CHILD_CHECK(total == 1 << 20);
  });
  size_t sent = 0;
  while (sent < text.size()) {
    ssize_t n = sendfile(pipe.write_end.get(), in.get(), nullptr, text.size() - sent);
    ASSERT_THAT(n, SyscallSucceeds());
    sent += static_cast<size_t>(n);
  }
  pipe.write_end.reset();
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Sendfile, Errors) {
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(sendfile(out_.get(), -1, nullptr, 1), SyscallFails(EBADF));
  EXPECT_THAT(sendfile(-1, in_.get(), nullptr, 1), SyscallFails(EBADF));
  EXPECT_THAT(sendfile(in_.get(), in_.get(), nullptr, 1), SyscallFails(EBADF));
  off_t offset = 0;
  EXPECT_THAT(sendfile(out_.get(), pipe.read_end.get(), &offset, 1), SyscallFails(ESPIPE));
  Fd append(open(to_.c_str(), O_WRONLY | O_APPEND));
  EXPECT_THAT(sendfile(append.get(), in_.get(), nullptr, 1), SyscallFails(EINVAL));
}

TEST_F(Sendfile, CopyFileRange) {
  off_t from = 2, to = 1;
  EXPECT_THAT(copy_file_range(in_.get(), &from, out_.get(), &to, 3, 0), SyscallReturns(3));
  EXPECT_EQ(from, 5);
  EXPECT_EQ(to, 4);
  EXPECT_EQ(ReadFile(to_.path()), std::string("\0", 1) + "234");
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, out_.get(), nullptr, 100, 0), SyscallReturns(10));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, out_.get(), nullptr, 100, 0), SyscallReturns(0));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, out_.get(), nullptr, 1, 1), SyscallFails(EINVAL));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, in_.get(), nullptr, 1, 0), SyscallFails(EBADF));
  from = 0, to = 1;
  EXPECT_THAT(copy_file_range(out_.get(), &from, out_.get(), &to, 5, 0), SyscallFails(EINVAL));
  TempDir dir = TempDir::Create();
  Fd directory(open(dir.c_str(), O_RDONLY));
  EXPECT_THAT(copy_file_range(directory.get(), nullptr, out_.get(), nullptr, 1, 0),
              SyscallFails(EISDIR));
}

TEST_F(Sendfile, SpliceBothWays) {
  Pipe pipe = Pipe::Create();
  off_t offset = 3;
  EXPECT_THAT(splice(in_.get(), &offset, pipe.write_end.get(), nullptr, 4, 0), SyscallReturns(4));
  EXPECT_EQ(offset, 7);
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, out_.get(), nullptr, 100, 0), SyscallReturns(4));
  EXPECT_EQ(ReadFile(to_.path()), "3456");
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, out_.get(), nullptr, 100, SPLICE_F_NONBLOCK),
              SyscallFails(EAGAIN));
  pipe.write_end.reset();
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, out_.get(), nullptr, 100, 0), SyscallReturns(0));
}

TEST_F(Sendfile, SpliceErrors) {
  Pipe pipe = Pipe::Create();
  off_t offset = 0;
  EXPECT_THAT(splice(in_.get(), nullptr, out_.get(), nullptr, 4, 0), SyscallFails(EINVAL));
  EXPECT_THAT(splice(pipe.read_end.get(), &offset, out_.get(), nullptr, 4, 0),
              SyscallFails(ESPIPE));
  EXPECT_THAT(splice(pipe.read_end.get(), nullptr, pipe.write_end.get(), nullptr, 4, 0),
              SyscallFails(EINVAL));
  EXPECT_THAT(splice(in_.get(), nullptr, pipe.write_end.get(), nullptr, 4, 0x100),
              SyscallFails(EINVAL));
  EXPECT_THAT(splice(-1, nullptr, pipe.write_end.get(), nullptr, 4, 0), SyscallFails(EBADF));
  EXPECT_THAT(splice(in_.get(), nullptr, pipe.write_end.get(), nullptr, 0, 0), SyscallReturns(0));
}

TEST_F(Sendfile, TeeLeavesTheBytes) {
  Pipe a = Pipe::Create();
  Pipe b = Pipe::Create();
  ASSERT_THAT(write(a.write_end.get(), "hello", 5), SyscallReturns(5));
  EXPECT_THAT(tee(a.read_end.get(), b.write_end.get(), 3, 0), SyscallReturns(3));
  EXPECT_EQ(Drain(a.read_end.get(), 10), "hello");
  EXPECT_EQ(Drain(b.read_end.get(), 10), "hel");
  EXPECT_THAT(tee(a.read_end.get(), b.write_end.get(), 3, SPLICE_F_NONBLOCK), SyscallFails(EAGAIN));
  EXPECT_THAT(tee(in_.get(), b.write_end.get(), 3, 0), SyscallFails(EINVAL));
}

TEST_F(Sendfile, Vmsplice) {
  Pipe pipe = Pipe::Create();
  char text[] = "guest";
  iovec vec{text, 5};
  EXPECT_THAT(vmsplice(pipe.write_end.get(), &vec, 1, 0), SyscallReturns(5));
  EXPECT_EQ(Drain(pipe.read_end.get(), 10), "guest");
  EXPECT_THAT(vmsplice(in_.get(), &vec, 1, 0), SyscallFails(EBADF));
}

}  // namespace
}  // namespace test

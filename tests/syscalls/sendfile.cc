// sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
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

// What the kernel knows no way to splice from or to.
TEST_F(Sendfile, KindsThatCannotBeSent) {
  Fd event(eventfd(5, 0));
  Fd null(open("/dev/null", O_RDWR));
  Fd directory(open("/", O_RDONLY | O_DIRECTORY));
  Pipe pipe = Pipe::Create();
  Pipe other = Pipe::Create();
  ASSERT_THAT(write(pipe.write_end.get(), "data", 4), SyscallReturns(4));
  EXPECT_THAT(sendfile(out_.get(), event.get(), nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(event.get(), in_.get(), nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(out_.get(), null.get(), nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(null.get(), in_.get(), nullptr, 4), SyscallReturns(4));
  EXPECT_THAT(sendfile(out_.get(), directory.get(), nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(out_.get(), directory.get(), nullptr, 0), SyscallReturns(0));
  EXPECT_THAT(sendfile(out_.get(), pipe.read_end.get(), nullptr, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(out_.get(), pipe.read_end.get(), nullptr, 0), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(other.write_end.get(), pipe.read_end.get(), nullptr, 4),
              SyscallFails(EINVAL));
}

TEST_F(Sendfile, OrderOfErrors) {
  auto* nowhere = reinterpret_cast<off_t*>(8);
  EXPECT_THAT(sendfile(-1, -1, nowhere, 4), SyscallFails(EFAULT));
  off_t offset = -1;
  EXPECT_THAT(sendfile(-1, in_.get(), &offset, 4), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(-1, in_.get(), nullptr, static_cast<size_t>(-5)), SyscallFails(EINVAL));
  EXPECT_THAT(sendfile(-1, in_.get(), nullptr, 0), SyscallFails(EBADF));
  offset = INT64_MAX;
  EXPECT_THAT(sendfile(out_.get(), in_.get(), &offset, 4), SyscallFails(EINVAL));
  Fd append(open(to_.c_str(), O_WRONLY | O_APPEND));
  EXPECT_THAT(sendfile(append.get(), in_.get(), nullptr, 0), SyscallFails(EINVAL));
}

// The offset is written back even where it did not move.
TEST_F(Sendfile, OffsetThatCannotBeWritten) {
  auto* page = static_cast<off_t*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(page, MAP_FAILED);
  ASSERT_THAT(mprotect(page, 4096, PROT_READ), SyscallSucceeds());
  EXPECT_THAT(sendfile(out_.get(), in_.get(), page, 0), SyscallFails(EFAULT));
  EXPECT_THAT(sendfile(out_.get(), in_.get(), page, 4), SyscallFails(EFAULT));
  EXPECT_THAT(sendfile(-1, in_.get(), page, 4), SyscallFails(EFAULT));
  munmap(page, 4096);
}

TEST_F(Sendfile, DevicesHaveNoPosition) {
  Fd zero(open("/dev/zero", O_RDONLY));
  off_t offset = 100;
  EXPECT_THAT(sendfile(out_.get(), zero.get(), &offset, 4), SyscallReturns(4));
  EXPECT_EQ(offset, 100);
  EXPECT_EQ(ReadFile(to_.path()), std::string(4, '\0'));
}

// Into a pipe goes what there is room for, and nobody waits for more (splice_file_to_pipe()).
TEST_F(Sendfile, IntoAPipeWithoutAReader) {
  TempFile large = TempFile::Create(std::string(1 << 20, 'x'));
  Fd in(open(large.c_str(), O_RDONLY));
  Pipe pipe = Pipe::Create();
  alarm(20);
  EXPECT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 1 << 20), SyscallReturns(65536));
  ASSERT_THAT(fcntl(pipe.write_end.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  EXPECT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 1), SyscallFails(EAGAIN));
  // Room is asked for before the file is.
  lseek(in.get(), 0, SEEK_END);
  EXPECT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 1), SyscallFails(EAGAIN));
  alarm(0);
  ASSERT_THAT(fcntl(pipe.write_end.get(), F_SETFL, O_APPEND | O_NONBLOCK), SyscallSucceeds());
  EXPECT_EQ(Drain(pipe.read_end.get(), 65536).size(), 65536u);
  lseek(in.get(), 0, SEEK_SET);
  EXPECT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 1), SyscallReturns(1));
}

TEST_F(Sendfile, FullPipeWhoseReaderLeaves) {
  TempFile large = TempFile::Create(std::string(1 << 17, 'x'));
  Fd in(open(large.c_str(), O_RDONLY));
  Pipe pipe = Pipe::Create();
  ASSERT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 65536), SyscallReturns(65536));
  const pid_t self = gettid();
  pid_t child = Fork([&] {
    pipe.write_end.reset();
    WaitUntilSleeping(self);
  });
  pipe.read_end.reset();
  signal(SIGPIPE, SIG_IGN);
  EXPECT_THAT(sendfile(pipe.write_end.get(), in.get(), nullptr, 10), SyscallFails(EPIPE));
  signal(SIGPIPE, SIG_DFL);
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Sendfile, SocketIntoAPipeWaitsForTheSocket) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  Pipe pipe = Pipe::Create();
  const pid_t self = gettid();
  pid_t child = Fork([&] {
    WaitUntilSleeping(self);
    CHILD_CHECK(write(b.get(), "late", 4) == 4);
  });
  EXPECT_THAT(sendfile(pipe.write_end.get(), a.get(), nullptr, 100), SyscallReturns(4));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_THAT(sendfile(out_.get(), a.get(), nullptr, 4), SyscallFails(EINVAL));
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

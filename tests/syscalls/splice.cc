// splice(2), tee(2), vmsplice(2), copy_file_range(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_THAT(pipe2(ends, O_CLOEXEC), SyscallSucceeds());
    out = Fd(ends[0]);
    in = Fd(ends[1]);
  }
  Fd out, in;
};

std::string Take(int fd, size_t size = 100) {
  std::string text(size, 0);
  const ssize_t got = read(fd, text.data(), size);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return text;
}

void Put(int fd, const std::string& text) {
  ASSERT_THAT(write(fd, text.data(), text.size()),
              SyscallReturns(static_cast<int64_t>(text.size())));
}

class Splice : public testing::Test {
 protected:
  TempFile file_ = TempFile::Create("0123456789");
  Fd fd_{open(file_.path().c_str(), O_RDWR | O_CLOEXEC)};
  Pipe pipe_;
};

TEST_F(Splice, ArgumentErrors) {
  Pipe other;
  off64_t offset = 0;
  EXPECT_THAT(splice(-1, nullptr, pipe_.in.get(), nullptr, 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, -1, nullptr, 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(splice(fd_.get(), nullptr, fd_.get(), nullptr, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(splice(pipe_.out.get(), &offset, fd_.get(), nullptr, 1, 0), SyscallFails(ESPIPE));
  EXPECT_THAT(splice(fd_.get(), nullptr, pipe_.in.get(), &offset, 1, 0), SyscallFails(ESPIPE));
  EXPECT_THAT(splice(pipe_.in.get(), nullptr, other.in.get(), nullptr, 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, pipe_.in.get(), nullptr, 1, 0),
              SyscallFails(EINVAL));
  EXPECT_THAT(splice(fd_.get(), nullptr, pipe_.in.get(), nullptr, 1, 0x100), SyscallFails(EINVAL));
  EXPECT_THAT(splice(fd_.get(), nullptr, pipe_.in.get(), nullptr, 0, 0), SyscallReturns(0));
  offset = -1;
  EXPECT_THAT(splice(fd_.get(), &offset, pipe_.in.get(), nullptr, 1, 0), SyscallFails(EINVAL));
  Fd append(open(file_.path().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  Put(pipe_.in.get(), "x");
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, append.get(), nullptr, 1, 0), SyscallFails(EINVAL));
  Fd path(open(file_.path().c_str(), O_PATH | O_CLOEXEC));
  EXPECT_THAT(splice(path.get(), nullptr, pipe_.in.get(), nullptr, 1, 0), SyscallFails(EBADF));
  Fd dir(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(splice(dir.get(), nullptr, pipe_.in.get(), nullptr, 1, 0), SyscallFails(EINVAL));
}

TEST_F(Splice, FileToPipeUsesThePosition) {
  EXPECT_THAT(splice(fd_.get(), nullptr, pipe_.in.get(), nullptr, 4, 0), SyscallReturns(4));
  EXPECT_EQ(Take(pipe_.out.get()), "0123");
  EXPECT_THAT(lseek(fd_.get(), 0, SEEK_CUR), SyscallReturns(4));
  off64_t offset = 7;
  EXPECT_THAT(splice(fd_.get(), &offset, pipe_.in.get(), nullptr, 100, 0), SyscallReturns(3));
  EXPECT_EQ(offset, 10);
  EXPECT_EQ(Take(pipe_.out.get()), "789");
  EXPECT_THAT(lseek(fd_.get(), 0, SEEK_CUR), SyscallReturns(4));
  EXPECT_THAT(splice(fd_.get(), &offset, pipe_.in.get(), nullptr, 100, 0), SyscallReturns(0));
}

TEST_F(Splice, PipeToFile) {
  Put(pipe_.in.get(), "abcdef");
  off64_t offset = 8;
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, fd_.get(), &offset, 4, 0), SyscallReturns(4));
  EXPECT_EQ(offset, 12);
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, fd_.get(), nullptr, 100, 0), SyscallReturns(2));
  char text[16] = {};
  EXPECT_THAT(pread(fd_.get(), text, sizeof(text), 0), SyscallReturns(12));
  EXPECT_STREQ(text, "ef234567abcd");
}

TEST_F(Splice, PipeToPipe) {
  Pipe to;
  Put(pipe_.in.get(), "hello");
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, 3, 0), SyscallReturns(3));
  EXPECT_EQ(Take(to.out.get()), "hel");
  EXPECT_EQ(Take(pipe_.out.get()), "lo");
}

TEST_F(Splice, NonBlocking) {
  Pipe to;
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, 1, SPLICE_F_NONBLOCK),
              SyscallFails(EAGAIN));
  pipe_.in = Fd();
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, 1, 0), SyscallReturns(0));
}

// Which end is waited for: pipes look at the call's flag and at their own, what they are filled
// from at its own; of those, only streams of AF_UNIX look at the call's too.
TEST_F(Splice, WhoseFlagCounts) {
  int streams[2], datagrams[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, streams), SyscallSucceeds());
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams), SyscallSucceeds());
  Fd stream(streams[0]), stream_peer(streams[1]), datagram(datagrams[0]), sender(datagrams[1]);
  Pipe pipe;
  ASSERT_THAT(fcntl(pipe.in.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  EXPECT_THAT(splice(stream.get(), nullptr, pipe.in.get(), nullptr, 10, 0), SyscallFails(EAGAIN));
  pid_t child = Fork([&] {
    CHILD_CHECK(splice(datagram.get(), nullptr, pipe.in.get(), nullptr, 10, SPLICE_F_NONBLOCK) ==
                3);
  });
  WaitUntilSleeping(child);
  EXPECT_THAT(send(sender.get(), "abc", 3, 0), SyscallReturns(3));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(Take(pipe.out.get()), "abc");
  // An empty pipe is waited for, whatever the socket that it goes to.
  ASSERT_THAT(fcntl(stream.get(), F_SETFL, O_NONBLOCK), SyscallSucceeds());
  child = Fork(
      [&] { CHILD_CHECK(splice(pipe.out.get(), nullptr, stream.get(), nullptr, 10, 0) == 2); });
  WaitUntilSleeping(child);
  EXPECT_THAT(write(pipe.in.get(), "de", 2), SyscallReturns(2));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(Take(stream_peer.get()), "de");
}

TEST_F(Splice, BrokenPipe) {
  Pipe to;
  Put(pipe_.in.get(), "x");
  to.out = Fd();
  signal(SIGPIPE, SIG_IGN);
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, 1, 0), SyscallFails(EPIPE));
  EXPECT_THAT(splice(fd_.get(), nullptr, to.in.get(), nullptr, 1, 0), SyscallFails(EPIPE));
  signal(SIGPIPE, SIG_DFL);
}

TEST_F(Splice, WaitsForData) {
  Pipe to;
  const pid_t self = gettid();
  const pid_t child = Fork([&] {
    WaitUntilSleeping(self);
    CHILD_CHECK(write(pipe_.in.get(), "late", 4) == 4);
  });
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, 100, 0), SyscallReturns(4));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Splice, Sockets) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  Put(pipe_.in.get(), "to the socket");
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, a.get(), nullptr, 100, 0), SyscallReturns(13));
  EXPECT_THAT(splice(b.get(), nullptr, pipe_.in.get(), nullptr, 6, 0), SyscallReturns(6));
  EXPECT_EQ(Take(pipe_.out.get()), "to the");
}

TEST_F(Splice, OneDatagramAtATime) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  Put(a.get(), "one");
  Put(a.get(), "three");
  EXPECT_THAT(splice(b.get(), nullptr, pipe_.in.get(), nullptr, 100, 0), SyscallReturns(3));
  EXPECT_THAT(splice(b.get(), nullptr, pipe_.in.get(), nullptr, 100, 0), SyscallReturns(5));
  EXPECT_EQ(Take(pipe_.out.get()), "onethree");
}

TEST_F(Splice, OrderOfErrors) {
  auto* nowhere = reinterpret_cast<off64_t*>(8);
  const auto negative = static_cast<size_t>(-5);
  Fd event(eventfd(5, EFD_CLOEXEC)), null(open("/dev/null", O_RDWR | O_CLOEXEC));
  Fd read_only(open(file_.path().c_str(), O_RDONLY | O_CLOEXEC));
  Pipe to;
  // Offsets before the ways that files are open in, and those before everything else.
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, pipe_.out.get(), nowhere, 4, 0),
              SyscallFails(ESPIPE));
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, read_only.get(), nowhere, 4, 0),
              SyscallFails(EFAULT));
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, read_only.get(), nullptr, 4, 0),
              SyscallFails(EBADF));
  EXPECT_THAT(splice(fd_.get(), nullptr, pipe_.in.get(), nullptr, negative, 0),
              SyscallFails(EINVAL));
  Put(pipe_.in.get(), "abcdef");
  EXPECT_THAT(splice(pipe_.out.get(), nullptr, to.in.get(), nullptr, negative, 0),
              SyscallReturns(6));
  EXPECT_THAT(splice(event.get(), nullptr, pipe_.in.get(), nullptr, 4, 0), SyscallFails(EINVAL));
  EXPECT_THAT(splice(to.out.get(), nullptr, event.get(), nullptr, 4, 0), SyscallFails(EINVAL));
  EXPECT_THAT(splice(null.get(), nullptr, pipe_.in.get(), nullptr, 4, 0), SyscallFails(EINVAL));
  EXPECT_THAT(splice(to.out.get(), nullptr, null.get(), nullptr, 4, 0), SyscallReturns(4));
  off64_t offset = 0;
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  EXPECT_THAT(splice(a.get(), &offset, pipe_.in.get(), nullptr, 4, 0), SyscallFails(EINVAL));
  offset = INT64_MAX;
  EXPECT_THAT(splice(to.out.get(), nullptr, fd_.get(), &offset, 2, 0), SyscallFails(EINVAL));
}

// Only what there is room for, for which nobody waits once a part went.
TEST_F(Splice, VmspliceOfMoreThanThePipeHolds) {
  const size_t size = 1 << 20;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  iovec vec{memory, size};
  alarm(20);
  EXPECT_THAT(vmsplice(pipe_.in.get(), &vec, 1, 0), SyscallReturns(65536));
  EXPECT_THAT(vmsplice(pipe_.in.get(), &vec, 1, SPLICE_F_NONBLOCK), SyscallFails(EAGAIN));
  alarm(0);
  EXPECT_THAT(vmsplice(fd_.get(), nullptr, 0, 0), SyscallReturns(0));
  EXPECT_THAT(vmsplice(fd_.get(), reinterpret_cast<iovec*>(8), 1, 0), SyscallFails(EFAULT));
  EXPECT_THAT(vmsplice(fd_.get(), &vec, 1, 0), SyscallFails(EBADF));
  munmap(memory, size);
}

TEST_F(Splice, TeeLeavesTheData) {
  Pipe to;
  Put(pipe_.in.get(), "twice");
  EXPECT_THAT(tee(pipe_.out.get(), to.in.get(), 3, 0), SyscallReturns(3));
  EXPECT_THAT(tee(pipe_.out.get(), to.in.get(), 100, 0), SyscallReturns(5));
  EXPECT_EQ(Take(to.out.get()), "twitwice");
  EXPECT_EQ(Take(pipe_.out.get()), "twice");
  EXPECT_THAT(tee(pipe_.out.get(), to.in.get(), 1, SPLICE_F_NONBLOCK), SyscallFails(EAGAIN));
  EXPECT_THAT(tee(fd_.get(), to.in.get(), 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(tee(pipe_.out.get(), pipe_.in.get(), 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(tee(pipe_.out.get(), to.in.get(), 1, 0x100), SyscallFails(EINVAL));
  EXPECT_THAT(tee(-1, to.in.get(), 1, 0), SyscallFails(EBADF));
}

TEST_F(Splice, VmspliceBothWays) {
  char one[] = "one", two[] = "two";
  iovec parts[] = {{one, 3}, {two, 3}};
  EXPECT_THAT(vmsplice(pipe_.in.get(), parts, 2, 0), SyscallReturns(6));
  char text[8] = {};
  iovec to[] = {{text, 4}};
  EXPECT_THAT(vmsplice(pipe_.out.get(), to, 1, 0), SyscallReturns(4));
  EXPECT_STREQ(text, "onet");
  EXPECT_THAT(vmsplice(fd_.get(), parts, 2, 0), SyscallFails(EBADF));
  EXPECT_THAT(vmsplice(pipe_.in.get(), parts, 2, 0x100), SyscallFails(EINVAL));
  EXPECT_THAT(vmsplice(pipe_.in.get(), parts, IOV_MAX + 1, 0), SyscallFails(EINVAL));
  iovec bad[] = {{reinterpret_cast<void*>(8), 3}};
  EXPECT_THAT(vmsplice(pipe_.in.get(), bad, 1, 0), SyscallFails(EFAULT));
}

class CopyFileRange : public testing::Test {
 protected:
  TempFile from_ = TempFile::Create("0123456789");
  TempFile to_ = TempFile::Create("");
  Fd in_{open(from_.path().c_str(), O_RDONLY | O_CLOEXEC)};
  Fd out_{open(to_.path().c_str(), O_RDWR | O_CLOEXEC)};
};

TEST_F(CopyFileRange, Copies) {
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, out_.get(), nullptr, 4, 0), SyscallReturns(4));
  off64_t from = 8, to = 2;
  EXPECT_THAT(copy_file_range(in_.get(), &from, out_.get(), &to, 100, 0), SyscallReturns(2));
  EXPECT_EQ(from, 10);
  EXPECT_EQ(to, 4);
  char text[8] = {};
  EXPECT_THAT(pread(out_.get(), text, 8, 0), SyscallReturns(4));
  EXPECT_STREQ(text, "0189");
  EXPECT_THAT(copy_file_range(in_.get(), &from, out_.get(), &to, 100, 0), SyscallReturns(0));
}

TEST_F(CopyFileRange, ArgumentErrors) {
  Pipe pipe;
  off64_t a = 0, b = 2;
  EXPECT_THAT(copy_file_range(-1, nullptr, out_.get(), nullptr, 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(copy_file_range(out_.get(), nullptr, in_.get(), nullptr, 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, out_.get(), nullptr, 1, 1), SyscallFails(EINVAL));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, pipe.in.get(), nullptr, 1, 0),
              SyscallFails(EINVAL));
  Fd dir(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(copy_file_range(dir.get(), nullptr, out_.get(), nullptr, 1, 0), SyscallFails(EISDIR));
  Fd append(open(to_.path().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  EXPECT_THAT(copy_file_range(in_.get(), nullptr, append.get(), nullptr, 1, 0),
              SyscallFails(EBADF));
  Fd both(open(from_.path().c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_THAT(copy_file_range(both.get(), &a, both.get(), &b, 4, 0), SyscallFails(EINVAL));
  b = 6;
  EXPECT_THAT(copy_file_range(both.get(), &a, both.get(), &b, 4, 0), SyscallReturns(4));
  a = -1;
  EXPECT_THAT(copy_file_range(in_.get(), &a, out_.get(), nullptr, 1, 0), SyscallFails(EOVERFLOW));
  a = -10;
  EXPECT_THAT(copy_file_range(in_.get(), &a, out_.get(), nullptr, 1, 0), SyscallFails(EINVAL));
}

}  // namespace
}  // namespace test

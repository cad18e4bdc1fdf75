// pipe(2), pipe2(2): ends, blocking, atomicity, SIGPIPE, capacity, poll.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/thread.h"

namespace test {
namespace {

short PollNow(int fd, short events) {
  pollfd entry = {fd, events, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallSucceeds());
  return entry.revents;
}

// Writes until the pipe is full; returns how much went in.
size_t Fill(int fd) {
  std::string chunk(4096, 'x');
  size_t total = 0;
  ssize_t written;
  while ((written = write(fd, chunk.data(), chunk.size())) > 0)
    total += static_cast<size_t>(written);
  EXPECT_THAT(written, SyscallFails(EAGAIN));
  return total;
}

TEST(Pipe, CarriesBytesInOrder) {
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(write(pipe.write_end.get(), "abc", 3), SyscallReturns(3));
  EXPECT_THAT(write(pipe.write_end.get(), "def", 3), SyscallReturns(3));
  char buffer[16];
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 2), SyscallReturns(2));
  EXPECT_THAT(read(pipe.read_end.get(), buffer + 2, 14), SyscallReturns(4));
  EXPECT_EQ(std::string(buffer, 6), "abcdef");
}

TEST(Pipe, EndsAreOneWay) {
  Pipe pipe = Pipe::Create();
  char byte = 0;
  EXPECT_THAT(write(pipe.read_end.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(read(pipe.write_end.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_EQ(fcntl(pipe.read_end.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_EQ(fcntl(pipe.write_end.get(), F_GETFL) & O_ACCMODE, O_WRONLY);
}

TEST(Pipe, IsAFifoThatCannotSeek) {
  Pipe pipe = Pipe::Create();
  struct stat info;
  ASSERT_THAT(fstat(pipe.read_end.get(), &info), SyscallSucceeds());
  EXPECT_TRUE(S_ISFIFO(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_THAT(lseek(pipe.read_end.get(), 0, SEEK_CUR), SyscallFails(ESPIPE));
}

TEST(Pipe, Flags) {
  Pipe pipe = Pipe::Create(O_CLOEXEC | O_NONBLOCK);
  EXPECT_THAT(fcntl(pipe.read_end.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
  EXPECT_EQ(fcntl(pipe.write_end.get(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  int ends[2];
  EXPECT_THAT(pipe2(ends, O_APPEND), SyscallFails(EINVAL));
}

TEST(Pipe, BadAddressLeavesNoDescriptor) {
  Fd before(dup(0));
  before.reset();
  EXPECT_THAT(pipe(reinterpret_cast<int*>(8)), SyscallFails(EFAULT));
  Fd after(dup(0));
  Fd next(dup(0));
  EXPECT_EQ(next.get(), after.get() + 1);
}

TEST(Pipe, EndOfFileWhenTheLastWriterLeaves) {
  Pipe pipe = Pipe::Create();
  Fd second_writer(dup(pipe.write_end.get()));
  EXPECT_THAT(write(second_writer.get(), "x", 1), SyscallReturns(1));
  pipe.write_end.reset();
  second_writer.reset();
  char buffer[4];
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 4), SyscallReturns(1));
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 4), SyscallReturns(0));
}

TEST(Pipe, WriteWithoutReaderIsSigpipe) {
  Pipe pipe = Pipe::Create();
  pipe.read_end.reset();
  int fd = pipe.write_end.get();
  EXPECT_THAT(ForkAndWait([fd] { [[maybe_unused]] ssize_t n = write(fd, "x", 1); }),
              KilledBy(SIGPIPE));
  EXPECT_THAT(ForkAndWait([fd] {
                signal(SIGPIPE, SIG_IGN);
                CHILD_CHECK(write(fd, "x", 1) == -1 && errno == EPIPE);
              }),
              Exited(0));
}

TEST(Pipe, NonblockingEmptyAndFull) {
  Pipe pipe = Pipe::Create(O_NONBLOCK);
  char byte;
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallFails(EAGAIN));
  EXPECT_EQ(Fill(pipe.write_end.get()), 65536u);
}

TEST(Pipe, CapacityCanBeSet) {
  Pipe pipe = Pipe::Create(O_NONBLOCK);
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_GETPIPE_SZ), SyscallReturns(65536));
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_SETPIPE_SZ, 5000), SyscallReturns(8192));
  EXPECT_EQ(Fill(pipe.write_end.get()), 8192u);
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_SETPIPE_SZ, 4096), SyscallFails(EBUSY));
}

TEST(Pipe, SmallWritesAreAtomic) {
  Pipe pipe = Pipe::Create(O_NONBLOCK);
  size_t capacity = Fill(pipe.write_end.get());
  std::string drained(PIPE_BUF, '\0');
  EXPECT_THAT(read(pipe.read_end.get(), drained.data(), PIPE_BUF - 1),
              SyscallReturns(PIPE_BUF - 1));
  // Not enough room for all of it: nothing goes in.
  EXPECT_THAT(write(pipe.write_end.get(), drained.data(), PIPE_BUF), SyscallFails(EAGAIN));
  int waiting = 0;
  EXPECT_THAT(ioctl(pipe.read_end.get(), FIONREAD, &waiting), SyscallSucceeds());
  EXPECT_EQ(static_cast<size_t>(waiting), capacity - PIPE_BUF + 1);
}

TEST(Pipe, LargeNonblockingWriteIsPartial) {
  Pipe pipe = Pipe::Create(O_NONBLOCK);
  std::string big(200000, 'y');
  EXPECT_THAT(write(pipe.write_end.get(), big.data(), big.size()), SyscallReturns(65536));
}

TEST(Pipe, ReaderWaitsForAWriter) {
  Pipe pipe = Pipe::Create();
  char byte = 0;
  ssize_t got = 0;
  ScopedThread reader([&] { got = read(pipe.read_end.get(), &byte, 1); });
  WaitUntilSleeping(reader.tid());
  EXPECT_THAT(write(pipe.write_end.get(), "z", 1), SyscallReturns(1));
  reader.Join();
  EXPECT_EQ(got, 1);
  EXPECT_EQ(byte, 'z');
}

TEST(Pipe, BlockingWriteGoesInWhole) {
  Pipe pipe = Pipe::Create();
  std::string big(300000, 'w');
  ssize_t written = 0;
  ScopedThread writer([&] {
    written = write(pipe.write_end.get(), big.data(), big.size());
    pipe.write_end.reset();
  });
  std::string all(big.size() + 1, '\0');
  size_t total = 0;
  ssize_t got;
  while ((got = read(pipe.read_end.get(), all.data() + total, all.size() - total)) > 0) {
    total += static_cast<size_t>(got);
  }
  writer.Join();
  EXPECT_EQ(written, static_cast<ssize_t>(big.size()));
  EXPECT_EQ(total, big.size());
}

TEST(Pipe, SignalInterruptsAWaitingReader) {
  Pipe pipe = Pipe::Create();
  int fd = pipe.read_end.get();
  pid_t child = Fork([fd] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    CHILD_CHECK(sigaction(SIGUSR1, &action, nullptr) == 0);
    char byte;
    CHILD_CHECK(read(fd, &byte, 1) == 1);  // The byte that says: the handler is there.
    CHILD_CHECK(read(fd, &byte, 1) == -1 && errno == EINTR);
  });
  EXPECT_THAT(write(pipe.write_end.get(), "x", 1), SyscallReturns(1));
  // Asleep with the pipe empty: it is in the second read.
  int waiting = 1;
  while (waiting != 0) ASSERT_THAT(ioctl(fd, FIONREAD, &waiting), SyscallSucceeds());
  WaitUntilSleeping(child);
  EXPECT_THAT(kill(child, SIGUSR1), SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST(Pipe, PollTellsWhatIsPossible) {
  Pipe pipe = Pipe::Create(O_NONBLOCK);
  EXPECT_EQ(PollNow(pipe.read_end.get(), POLLIN), 0);
  EXPECT_EQ(PollNow(pipe.write_end.get(), POLLOUT), POLLOUT);
  Fill(pipe.write_end.get());
  EXPECT_EQ(PollNow(pipe.read_end.get(), POLLIN), POLLIN);
  EXPECT_EQ(PollNow(pipe.write_end.get(), POLLOUT), 0);
}

TEST(Pipe, PollTellsThatTheOtherEndIsGone) {
  Pipe no_writer = Pipe::Create();
  no_writer.write_end.reset();
  EXPECT_EQ(PollNow(no_writer.read_end.get(), POLLIN), POLLHUP);
  Pipe no_reader = Pipe::Create();
  no_reader.read_end.reset();
  EXPECT_EQ(PollNow(no_reader.write_end.get(), POLLOUT), POLLOUT | POLLERR);
}

TEST(Pipe, InheritedByAChild) {
  Pipe pipe = Pipe::Create();
  int fd = pipe.write_end.get();
  EXPECT_THAT(ForkAndWait([fd] { CHILD_CHECK(write(fd, "child", 5) == 5); }), Exited(0));
  char buffer[8];
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 8), SyscallReturns(5));
}

TEST(Pipe, PacketMode) {
  Pipe pipe = Pipe::Create(O_DIRECT);
  EXPECT_THAT(write(pipe.write_end.get(), "one", 3), SyscallReturns(3));
  EXPECT_THAT(write(pipe.write_end.get(), "twotwo", 6), SyscallReturns(6));
  char buffer[16];
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 16), SyscallReturns(3)) << "one write, one read";
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 2), SyscallReturns(2))
      << "the rest of the packet is dropped";
  EXPECT_EQ(std::string(buffer, 2), "tw");
  pipe.write_end.reset();
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 16), SyscallReturns(0));
}

}  // namespace
}  // namespace test

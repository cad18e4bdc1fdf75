// io_uring(7), as programs use it: through liburing.
// libraries: uring
#include <fcntl.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/ring.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

TEST(IoUring, SetupChecksItsArguments) {
  io_uring_params params{};
  long fd = syscall(SYS_io_uring_setup, 1, &params);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) GTEST_SKIP() << "no io_uring here";
  EXPECT_THAT(fcntl(static_cast<int>(fd), F_GETFD), SyscallReturns(FD_CLOEXEC));
  close(static_cast<int>(fd));
  EXPECT_THAT(syscall(SYS_io_uring_setup, 0, &params), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_io_uring_setup, 40'000, &params), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_io_uring_setup, 1, nullptr), SyscallFails(EFAULT));
  params = {};
  params.flags = 1u << 31;
  EXPECT_THAT(syscall(SYS_io_uring_setup, 1, &params), SyscallFails(EINVAL));
  params = {};
  params.resv[1] = 1;
  EXPECT_THAT(syscall(SYS_io_uring_setup, 1, &params), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_io_uring_enter, -1, 0, 0, 0, nullptr, 0), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(syscall(SYS_io_uring_enter, pipe.read_end.get(), 0, 0, 0, nullptr, 0),
              SyscallFails(EOPNOTSUPP));
}

TEST(IoUring, SeparateMappingsOfTheRings) {
  io_uring_params params{};
  Fd fd(static_cast<int>(syscall(SYS_io_uring_setup, 4, &params)));
  if (fd.get() < 0) GTEST_SKIP() << "no io_uring here";
  EXPECT_EQ(params.sq_entries, 4u);
  EXPECT_EQ(params.cq_entries, 8u);
  size_t size = params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe);
  void* cq = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), IORING_OFF_CQ_RING);
  ASSERT_THAT(cq, SyscallSucceeds());
  EXPECT_EQ(*reinterpret_cast<uint32_t*>(static_cast<char*>(cq) + params.cq_off.ring_entries), 8u);
  munmap(cq, size);
}

TEST_F(Ring, Nop) {
  io_uring_prep_nop(Sqe(7));
  io_uring_prep_nop(Sqe(8));
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().data, 7u);
  EXPECT_EQ(Wait().data, 8u);
  EXPECT_TRUE(Empty());
}

TEST_F(Ring, UnknownOpcode) {
  io_uring_sqe* sqe = Sqe();
  io_uring_prep_nop(sqe);
  sqe->opcode = 250;
  EXPECT_EQ(Run(), -EINVAL);
}

TEST_F(Ring, ReadAndWrite) {
  TempFile file = TempFile::Create();
  Fd fd(open(file.c_str(), O_RDWR));
  io_uring_prep_write(Sqe(), fd.get(), "hello", 5, 2);
  EXPECT_EQ(Run(), 5);
  char buffer[16] = {};
  io_uring_prep_read(Sqe(), fd.get(), buffer, sizeof(buffer), 0);
  EXPECT_EQ(Run(), 7);
  EXPECT_EQ(std::string(buffer, 7), std::string("\0\0hello", 7));
  iovec parts[2] = {{buffer, 3}, {buffer + 3, 4}};
  io_uring_prep_readv(Sqe(), fd.get(), parts, 2, 2);
  EXPECT_EQ(Run(), 5);
  io_uring_prep_read(Sqe(), fd.get(), buffer, 3, static_cast<uint64_t>(-1));
  EXPECT_EQ(Run(), 3);
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_CUR), SyscallReturns(3)) << "-1 is the file's own position";
  io_uring_prep_fsync(Sqe(), fd.get(), 0);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_read(Sqe(), -1, buffer, 3, 0);
  EXPECT_EQ(Run(), -EBADF);
  io_uring_prep_read(Sqe(), fd.get(), reinterpret_cast<void*>(1), 3, 0);
  EXPECT_EQ(Run(), -EFAULT);
}

TEST_F(Ring, PipeReadWaits) {
  Pipe pipe = Pipe::Create();
  char buffer[8] = {};
  io_uring_prep_read(Sqe(1), pipe.read_end.get(), buffer, 8, 0);
  EXPECT_EQ(Submit(), 1);
  EXPECT_TRUE(Empty());
  Done done{};
  {
    ScopedThread waiter([&] { done = Wait(); });
    WaitUntilSleeping(waiter.tid());
    ASSERT_THAT(write(pipe.write_end.get(), "abc", 3), SyscallReturns(3));
  }
  EXPECT_EQ(done.res, 3);
  EXPECT_STREQ(buffer, "abc");
}

// Without anybody in io_uring_enter(2).
TEST_F(Ring, CompletesByItself) {
  Pipe pipe = Pipe::Create();
  Fd event(eventfd(0, 0));
  ASSERT_EQ(io_uring_register_eventfd(&ring_, event.get()), 0);
  char buffer[8] = {};
  io_uring_prep_read(Sqe(), pipe.read_end.get(), buffer, 8, 0);
  EXPECT_EQ(Submit(), 1);
  ASSERT_THAT(write(pipe.write_end.get(), "abc", 3), SyscallReturns(3));
  uint64_t count = 0;
  ASSERT_THAT(read(event.get(), &count, 8), SyscallReturns(8));
  EXPECT_EQ(count, 1u);
  EXPECT_FALSE(Empty());
  EXPECT_EQ(Wait().res, 3);
  EXPECT_EQ(io_uring_unregister_eventfd(&ring_), 0);
}

TEST_F(Ring, OpenStatxClose) {
  TempDir dir = TempDir::Create();
  std::string path = dir.Join("f");
  io_uring_prep_openat(Sqe(), AT_FDCWD, path.c_str(), O_CREAT | O_RDWR, 0600);
  int fd = Run();
  ASSERT_GE(fd, 0);
  struct statx info {};
  io_uring_prep_statx(Sqe(), AT_FDCWD, path.c_str(), 0, STATX_MODE, &info);
  EXPECT_EQ(Run(), 0);
  EXPECT_EQ(info.stx_mode, S_IFREG | 0600);
  io_uring_prep_fallocate(Sqe(), fd, 0, 0, 100);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_close(Sqe(), fd);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_close(Sqe(), fd);
  EXPECT_EQ(Run(), -EBADF);
  std::string other = dir.Join("g");
  io_uring_prep_rename(Sqe(), path.c_str(), other.c_str());
  EXPECT_EQ(Run(), 0);
  io_uring_prep_unlink(Sqe(), other.c_str(), 0);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_mkdir(Sqe(), path.c_str(), 0755);
  EXPECT_EQ(Run(), 0);
}

TEST_F(Ring, AdviceAndSync) {
  TempFile file = TempFile::Create("data");
  Fd fd(open(file.c_str(), O_RDWR));
  io_uring_prep_fadvise(Sqe(), fd.get(), 0, 4, POSIX_FADV_WILLNEED);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_fadvise(Sqe(), fd.get(), 0, 4, 99);
  EXPECT_EQ(Run(), -EINVAL);
  io_uring_prep_sync_file_range(Sqe(), fd.get(), 4, 0, SYNC_FILE_RANGE_WRITE);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_sync_file_range(Sqe(), fd.get(), 4, 0, 0x100);
  EXPECT_EQ(Run(), -EINVAL);
  io_uring_prep_fadvise(Sqe(), -1, 0, 4, POSIX_FADV_WILLNEED);
  EXPECT_EQ(Run(), -EBADF);
}

TEST_F(Ring, Tee) {
  Pipe from = Pipe::Create(), to = Pipe::Create();
  // It waits for data.
  io_uring_prep_tee(Sqe(7), from.read_end.get(), to.write_end.get(), 16, 0);
  EXPECT_EQ(Submit(), 1);
  ASSERT_THAT(write(from.write_end.get(), "abc", 3), SyscallReturns(3));
  EXPECT_EQ(Wait().res, 3);
  char text[8] = {};
  EXPECT_THAT(read(to.read_end.get(), text, sizeof(text)), SyscallReturns(3));
  EXPECT_THAT(read(from.read_end.get(), text, sizeof(text)), SyscallReturns(3));
  EXPECT_STREQ(text, "abc");
}

TEST_F(Ring, Sockets) {
  int ends[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), SyscallSucceeds());
  Fd a(ends[0]), b(ends[1]);
  char buffer[8] = {};
  io_uring_prep_recv(Sqe(1), a.get(), buffer, 8, 0);
  EXPECT_EQ(Submit(), 1);
  io_uring_prep_send(Sqe(2), b.get(), "xyz", 3, 0);
  EXPECT_EQ(Submit(), 1);
  Done first = Wait(), second = Wait();
  EXPECT_EQ(first.data + second.data, 3u);
  EXPECT_EQ(first.res, 3);
  EXPECT_EQ(second.res, 3);
  EXPECT_STREQ(buffer, "xyz");
  io_uring_prep_shutdown(Sqe(), a.get(), SHUT_RDWR);
  EXPECT_EQ(Run(), 0);
}

TEST_F(Ring, Poll) {
  Pipe pipe = Pipe::Create();
  io_uring_prep_poll_add(Sqe(5), pipe.read_end.get(), POLLIN);
  EXPECT_EQ(Submit(), 1);
  EXPECT_TRUE(Empty());
  ASSERT_THAT(write(pipe.write_end.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Wait().res & POLLIN, POLLIN);
  char byte;
  ASSERT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(1));
  io_uring_prep_poll_add(Sqe(6), pipe.read_end.get(), POLLIN);
  EXPECT_EQ(Submit(), 1);
  io_uring_prep_poll_remove(Sqe(7), 6);
  EXPECT_EQ(Submit(), 1);
  Done first = Wait(), second = Wait();
  EXPECT_EQ((first.data == 6 ? first : second).res, -ECANCELED);
  EXPECT_EQ((first.data == 7 ? first : second).res, 0);
}

TEST_F(Ring, Timeouts) {
  __kernel_timespec soon{0, 5'000'000}, late{100, 0};
  io_uring_prep_timeout(Sqe(), &soon, 0, 0);
  EXPECT_EQ(Run(), -ETIME);
  io_uring_prep_timeout(Sqe(1), &late, 1, 0);
  io_uring_prep_nop(Sqe(2));
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().data, 2u);
  Done counted = Wait();
  EXPECT_EQ(counted.data, 1u);
  EXPECT_EQ(counted.res, 0) << "one other was done";
  io_uring_prep_timeout(Sqe(3), &late, 0, 0);
  EXPECT_EQ(Submit(), 1);
  io_uring_prep_timeout_remove(Sqe(4), 3, 0);
  EXPECT_EQ(Submit(), 1);
  Done first = Wait(), second = Wait();
  EXPECT_EQ((first.data == 3 ? first : second).res, -ECANCELED);
  EXPECT_EQ((first.data == 4 ? first : second).res, 0);
  io_uring_prep_timeout_remove(Sqe(5), 99, 0);
  EXPECT_EQ(Run(), -ENOENT);
}

TEST_F(Ring, WaitWithTimeout) {
  io_uring_cqe* cqe = nullptr;
  __kernel_timespec soon{0, 5'000'000};
  EXPECT_EQ(io_uring_wait_cqe_timeout(&ring_, &cqe, &soon), -ETIME);
}

TEST_F(Ring, Cancel) {
  Pipe pipe = Pipe::Create();
  char buffer[8];
  io_uring_prep_read(Sqe(1), pipe.read_end.get(), buffer, 8, 0);
  EXPECT_EQ(Submit(), 1);
  io_uring_prep_cancel64(Sqe(2), 1, 0);
  EXPECT_EQ(Submit(), 1);
  Done first = Wait(), second = Wait();
  EXPECT_EQ((first.data == 1 ? first : second).res, -ECANCELED);
  EXPECT_EQ((first.data == 2 ? first : second).res, 0);
  io_uring_prep_cancel64(Sqe(3), 1, 0);
  EXPECT_EQ(Run(), -ENOENT);
}

TEST_F(Ring, LinksRunInOrderAndBreak) {
  TempFile file = TempFile::Create();
  Fd fd(open(file.c_str(), O_RDWR));
  char buffer[8] = {};
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_write(sqe, fd.get(), "abc", 3, 0);
  sqe->flags |= IOSQE_IO_LINK;
  io_uring_prep_read(Sqe(2), fd.get(), buffer, 3, 0);
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().data, 1u);
  EXPECT_EQ(Wait().res, 3);
  EXPECT_STREQ(buffer, "abc");
  sqe = Sqe(3);
  io_uring_prep_read(sqe, fd.get(), buffer, 8, 0);  // Short: only three bytes are there.
  sqe->flags |= IOSQE_IO_LINK;
  io_uring_prep_nop(Sqe(4));
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().res, 3);
  EXPECT_EQ(Wait().res, -ECANCELED);
}

TEST_F(Ring, LinkTimeout) {
  Pipe pipe = Pipe::Create();
  char buffer[8];
  __kernel_timespec soon{0, 5'000'000};
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_read(sqe, pipe.read_end.get(), buffer, 8, 0);
  sqe->flags |= IOSQE_IO_LINK;
  io_uring_prep_link_timeout(Sqe(2), &soon, 0);
  EXPECT_EQ(Submit(), 2);
  Done first = Wait(), second = Wait();
  EXPECT_EQ((first.data == 1 ? first : second).res, -ECANCELED);
  EXPECT_EQ((first.data == 2 ? first : second).res, -ETIME);
}

TEST_F(Ring, DrainWaitsForThoseBefore) {
  Pipe pipe = Pipe::Create();
  char buffer[8];
  io_uring_prep_read(Sqe(1), pipe.read_end.get(), buffer, 8, 0);
  io_uring_sqe* sqe = Sqe(2);
  io_uring_prep_nop(sqe);
  sqe->flags |= IOSQE_IO_DRAIN;
  EXPECT_EQ(Submit(), 2);
  EXPECT_TRUE(Empty());
  ASSERT_THAT(write(pipe.write_end.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Wait().data, 1u);
  EXPECT_EQ(Wait().data, 2u);
}

TEST_F(Ring, RegisteredFilesAndBuffers) {
  TempFile file = TempFile::Create("0123456789");
  Fd fd(open(file.c_str(), O_RDWR));
  int fds[2] = {fd.get(), -1};
  ASSERT_EQ(io_uring_register_files(&ring_, fds, 2), 0);
  EXPECT_EQ(io_uring_register_files(&ring_, fds, 2), -EBUSY);
  alignas(4096) static char memory[4096];
  iovec buffer{memory, sizeof(memory)};
  ASSERT_EQ(io_uring_register_buffers(&ring_, &buffer, 1), 0);
  io_uring_sqe* sqe = Sqe();
  io_uring_prep_read_fixed(sqe, 0, memory, 4, 3, 0);
  sqe->flags |= IOSQE_FIXED_FILE;
  EXPECT_EQ(Run(), 4);
  EXPECT_EQ(std::string(memory, 4), "3456");
  sqe = Sqe();
  io_uring_prep_read(sqe, 1, memory, 4, 0);
  sqe->flags |= IOSQE_FIXED_FILE;
  EXPECT_EQ(Run(), -EBADF);
  EXPECT_EQ(io_uring_register_files_update(&ring_, 1, fds, 1), 1);
  sqe = Sqe();
  io_uring_prep_read(sqe, 1, memory, 2, 0);
  sqe->flags |= IOSQE_FIXED_FILE;
  EXPECT_EQ(Run(), 2);
  io_uring_prep_read_fixed(Sqe(), fd.get(), memory + 4000, 200, 0, 0);
  EXPECT_EQ(Run(), -EFAULT) << "beyond the registered buffer";
  EXPECT_EQ(io_uring_unregister_files(&ring_), 0);
  EXPECT_EQ(io_uring_unregister_files(&ring_), -ENXIO);
  EXPECT_EQ(io_uring_unregister_buffers(&ring_), 0);
}

TEST_F(Ring, ProvidedBuffers) {
  static char memory[2][16];
  io_uring_prep_provide_buffers(Sqe(), memory, 16, 2, 9, 0);
  EXPECT_EQ(Run(), 0);
  Pipe pipe = Pipe::Create();
  ASSERT_THAT(write(pipe.write_end.get(), "abc", 3), SyscallReturns(3));
  io_uring_sqe* sqe = Sqe();
  io_uring_prep_read(sqe, pipe.read_end.get(), nullptr, 16, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = 9;
  EXPECT_EQ(Submit(), 1);
  Done done = Wait();
  EXPECT_EQ(done.res, 3);
  ASSERT_NE(done.flags & IORING_CQE_F_BUFFER, 0u);
  EXPECT_EQ(std::string(memory[done.flags >> IORING_CQE_BUFFER_SHIFT], 3), "abc");
  io_uring_prep_remove_buffers(Sqe(), 5, 9);
  EXPECT_EQ(Run(), 1);
  ASSERT_THAT(write(pipe.write_end.get(), "d", 1), SyscallReturns(1));
  sqe = Sqe();
  io_uring_prep_read(sqe, pipe.read_end.get(), nullptr, 16, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = 9;
  EXPECT_EQ(Run(), -ENOBUFS);
}

TEST_F(Ring, ManyCompletionsAreNotLost) {
  for (int round = 0; round < 6; ++round) {
    for (uint64_t i = 0; i < 8; ++i) io_uring_prep_nop(Sqe(static_cast<uint64_t>(round) * 8 + i));
    ASSERT_EQ(Submit(), 8);
  }
  for (uint64_t i = 0; i < 48; ++i) EXPECT_EQ(Wait().data, i);
}

// What it posts must not wake it again without end.
TEST_F(Ring, PollsItself) {
  io_uring_prep_poll_add(Sqe(1), ring_.ring_fd, POLLIN);
  io_uring_prep_poll_multishot(Sqe(2), ring_.ring_fd, POLLIN);
  EXPECT_EQ(Submit(), 2);
  EXPECT_TRUE(Empty());
  io_uring_prep_nop(Sqe(3));
  EXPECT_EQ(Submit(), 1);
  std::map<uint64_t, Done> done;
  for (int i = 0; i < 3; ++i) {
    Done one = Wait();
    done[one.data] = one;
  }
  EXPECT_EQ(done[1].res, POLLIN);
  EXPECT_EQ(done[2].res, POLLIN);
  EXPECT_EQ(done[2].flags & IORING_CQE_F_MORE, 0u);
  EXPECT_EQ(done[3].res, 0);
  EXPECT_TRUE(Empty());
}

TEST_F(Ring, TwoPollEachOther) {
  io_uring other;
  ASSERT_EQ(io_uring_queue_init(8, &other, 0), 0);
  io_uring_prep_poll_multishot(Sqe(1), other.ring_fd, POLLIN);
  EXPECT_EQ(Submit(), 1);
  io_uring_prep_poll_multishot(io_uring_get_sqe(&other), ring_.ring_fd, POLLIN);
  EXPECT_EQ(io_uring_submit(&other), 1);
  io_uring_prep_nop(io_uring_get_sqe(&other));
  EXPECT_EQ(io_uring_submit(&other), 1);
  EXPECT_EQ(Wait().data, 1u);
  io_uring_queue_exit(&other);
}

TEST_F(Ring, PollOfItsOwnEventfd) {
  Fd signalled(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  ASSERT_EQ(io_uring_register_eventfd(&ring_, signalled.get()), 0);
  io_uring_prep_poll_multishot(Sqe(1), signalled.get(), POLLIN);
  io_uring_prep_nop(Sqe(2));
  EXPECT_EQ(Submit(), 2);
  std::set<uint64_t> seen{Wait().data, Wait().data};
  EXPECT_EQ(seen, (std::set<uint64_t>{1, 2}));
  EXPECT_TRUE(Empty());
}

TEST(IoUring, LongChains) {
  constexpr unsigned kLength = 16'384;
  io_uring ring;
  int made = io_uring_queue_init(kLength, &ring, 0);
  if (made == -ENOSYS || made == -EPERM) GTEST_SKIP() << "no io_uring here";
  ASSERT_EQ(made, 0);
  for (bool fails : {false, true}) {
    for (unsigned i = 0; i < kLength; ++i) {
      io_uring_sqe* sqe = io_uring_get_sqe(&ring);
      ASSERT_NE(sqe, nullptr);
      if (fails && i == 0) {
        io_uring_prep_close(sqe, 1'000'000);
      } else {
        io_uring_prep_nop(sqe);
      }
      if (i + 1 != kLength) sqe->flags |= IOSQE_IO_LINK;
    }
    ASSERT_EQ(io_uring_submit(&ring), static_cast<int>(kLength));
    for (unsigned i = 0; i < kLength; ++i) {
      io_uring_cqe* cqe = nullptr;
      ASSERT_EQ(io_uring_wait_cqe(&ring, &cqe), 0);
      const int wanted = !fails ? 0 : i == 0 ? -EBADF : -ECANCELED;
      ASSERT_EQ(cqe->res, wanted) << i;
      io_uring_cqe_seen(&ring, cqe);
    }
  }
  io_uring_queue_exit(&ring);
}

TEST_F(Ring, AFileThatDoesNotBlockIsWaitedFor) {
  int ends[2];
  ASSERT_THAT(pipe2(ends, O_NONBLOCK | O_CLOEXEC), SyscallSucceeds());
  Fd in(ends[0]), out(ends[1]);
  char buffer[4] = {};
  io_uring_prep_read(Sqe(1), in.get(), buffer, sizeof(buffer), 0);
  EXPECT_EQ(Submit(), 1);
  EXPECT_TRUE(Empty());
  EXPECT_THAT(write(out.get(), "ab", 2), SyscallReturns(2));
  EXPECT_EQ(Wait().res, 2);
  io_uring_sqe* sqe = Sqe(2);
  io_uring_prep_read(sqe, in.get(), buffer, sizeof(buffer), 0);
  sqe->rw_flags = RWF_NOWAIT;
  EXPECT_EQ(Run(), -EAGAIN);
}

TEST_F(Ring, WhatIsRefusedEndsTheSubmission) {
  char byte;
  io_uring_prep_nop(Sqe(1));
  io_uring_sqe* bad = Sqe(2);
  io_uring_prep_read(bad, 0, &byte, 1, 0);
  bad->ioprio = 0xffff;
  io_uring_prep_nop(Sqe(3));
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().res, 0);
  EXPECT_EQ(Wait().res, -EINVAL);
  EXPECT_TRUE(Empty());
  EXPECT_EQ(io_uring_submit(&ring_), 1);
  EXPECT_EQ(Wait().data, 3u);
}

TEST_F(Ring, ARefusedOneFailsItsWholeChain) {
  char byte;
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_nop(sqe);
  sqe->flags |= IOSQE_IO_LINK;
  sqe = Sqe(2);
  io_uring_prep_read(sqe, 0, &byte, 1, 0);
  sqe->ioprio = 0xffff;
  sqe->flags |= IOSQE_IO_LINK;
  io_uring_prep_nop(Sqe(3));
  EXPECT_EQ(Submit(), 3);
  EXPECT_EQ(Wait().res, -ECANCELED);
  EXPECT_EQ(Wait().res, -EINVAL);
  EXPECT_EQ(Wait().res, -ECANCELED);
}

TEST_F(Ring, TimeoutsDoNotCountEachOther) {
  __kernel_timespec longer{.tv_sec = 0, .tv_nsec = 60'000'000},
      shorter{.tv_sec = 0, .tv_nsec = 20'000'000};
  io_uring_prep_timeout(Sqe(1), &longer, 1, 0);
  io_uring_prep_timeout(Sqe(2), &shorter, 1, 0);
  EXPECT_EQ(Submit(), 2);
  Done first = Wait(), second = Wait();
  EXPECT_EQ(first.data, 2u);
  EXPECT_EQ(first.res, -ETIME);
  EXPECT_EQ(second.data, 1u);
  EXPECT_EQ(second.res, -ETIME);
}

TEST_F(Ring, EventfdTurnedOff) {
  Fd signalled(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  ASSERT_EQ(io_uring_register_eventfd(&ring_, signalled.get()), 0);
  ASSERT_EQ(io_uring_cq_eventfd_toggle(&ring_, false), 0);
  io_uring_prep_nop(Sqe(1));
  EXPECT_EQ(Run(), 0);
  uint64_t count = 0;
  EXPECT_THAT(read(signalled.get(), &count, sizeof(count)), SyscallFails(EAGAIN));
  ASSERT_EQ(io_uring_cq_eventfd_toggle(&ring_, true), 0);
  io_uring_prep_nop(Sqe(1));
  EXPECT_EQ(Run(), 0);
  EXPECT_THAT(read(signalled.get(), &count, sizeof(count)), SyscallReturns(8));
}

TEST_F(Ring, QuietChains) {
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_close(sqe, 1'000'000);
  sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  io_uring_prep_nop(Sqe(2));
  EXPECT_EQ(Submit(), 2);
  EXPECT_EQ(Wait().res, -EBADF);
  EXPECT_TRUE(Empty());
}

TEST_F(Ring, ATimeLimitNeedsSomethingToLimit) {
  __kernel_timespec time{.tv_sec = 1, .tv_nsec = 0};
  io_uring_prep_link_timeout(Sqe(1), &time, 0);
  EXPECT_EQ(Run(), -EINVAL);
}

TEST_F(Ring, WaitsForManyButTimeRunsOut) {
  io_uring_prep_nop(Sqe(1));
  EXPECT_EQ(Submit(), 1);
  __kernel_timespec time{.tv_sec = 0, .tv_nsec = 10'000'000};
  io_uring_cqe* cqe = nullptr;
  EXPECT_EQ(io_uring_wait_cqes(&ring_, &cqe, 2, &time, nullptr), 0);
  io_uring_cqe_seen(&ring_, cqe);
  EXPECT_EQ(io_uring_wait_cqes(&ring_, &cqe, 2, &time, nullptr), -ETIME);
}

TEST_F(Ring, ATimeoutEndsAWaitForMany) {
  __kernel_timespec time{.tv_sec = 0, .tv_nsec = 10'000'000};
  io_uring_prep_timeout(Sqe(1), &time, 0, 0);
  EXPECT_EQ(Submit(), 1);
  EXPECT_THAT(syscall(SYS_io_uring_enter, ring_.ring_fd, 0, 4, IORING_ENTER_GETEVENTS, nullptr, 8),
              SyscallReturns(0));
  EXPECT_EQ(Wait().res, -ETIME);
}

// A ring in itself would never be closed.
TEST(IoUring, PollOfARingEndsWithItsProcess) {
  io_uring ring;
  int made = io_uring_queue_init(8, &ring, 0);
  if (made == -ENOSYS || made == -EPERM) GTEST_SKIP() << "no io_uring here";
  ASSERT_EQ(made, 0);
  pid_t child = fork();
  if (child == 0) {
    __kernel_timespec time{.tv_sec = 0, .tv_nsec = 10'000'000};
    io_uring_prep_poll_add(io_uring_get_sqe(&ring), ring.ring_fd, POLLIN);
    io_uring_prep_timeout(io_uring_get_sqe(&ring), &time, 0, 0);
    _exit(io_uring_submit(&ring) == 2 ? 0 : 1);
  }
  int status = -1;
  ASSERT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  EXPECT_EQ(status, 0);
  std::multiset<int> results;
  for (int i = 0; i < 2; ++i) {
    io_uring_cqe* cqe = nullptr;
    ASSERT_EQ(io_uring_wait_cqe(&ring, &cqe), 0);
    results.insert(cqe->res);
    io_uring_cqe_seen(&ring, cqe);
  }
  EXPECT_EQ(results, (std::multiset<int>{-ECANCELED, -ETIME}));
  io_uring_queue_exit(&ring);
}

TEST_F(Ring, Probe) {
  io_uring_probe* probe = io_uring_get_probe_ring(&ring_);
  ASSERT_NE(probe, nullptr);
  EXPECT_NE(io_uring_opcode_supported(probe, IORING_OP_NOP), 0);
  EXPECT_NE(io_uring_opcode_supported(probe, IORING_OP_READ), 0);
  EXPECT_NE(io_uring_opcode_supported(probe, IORING_OP_ACCEPT), 0);
  io_uring_free_probe(probe);
}

}  // namespace
}  // namespace test

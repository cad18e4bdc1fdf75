// Asynchronous I/O of the kernel: io_setup(2), io_submit(2), io_getevents(2), io_cancel(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

long IoSetup(unsigned slots, aio_context_t* context) {
  return syscall(SYS_io_setup, slots, context);
}
long IoDestroy(aio_context_t context) {
  return syscall(SYS_io_destroy, context);
}
long IoSubmit(aio_context_t context, std::vector<iocb*> requests) {
  return syscall(SYS_io_submit, context, requests.size(), requests.data());
}
long IoGetevents(aio_context_t context, long min, long max, io_event* events,
                 timespec* timeout = nullptr) {
  return syscall(SYS_io_getevents, context, min, max, events, timeout);
}

class Context {
 public:
  explicit Context(unsigned slots = 16) { EXPECT_THAT(IoSetup(slots, &id_), SyscallReturns(0)); }
  ~Context() {
    if (id_ != 0) IoDestroy(id_);
  }
  Context(const Context&) = delete;
  aio_context_t id() const { return id_; }
  // The one event that there is.
  io_event Next() {
    io_event event{};
    EXPECT_THAT(IoGetevents(id_, 1, 1, &event), SyscallReturns(1));
    return event;
  }

 private:
  aio_context_t id_ = 0;
};

iocb Request(int opcode, int fd, void* buffer = nullptr, size_t size = 0, int64_t offset = 0) {
  iocb request{};
  request.aio_lio_opcode = static_cast<uint16_t>(opcode);
  request.aio_fildes = static_cast<uint32_t>(fd);
  request.aio_buf = reinterpret_cast<uint64_t>(buffer);
  request.aio_nbytes = size;
  request.aio_offset = offset;
  request.aio_data = 0x1234;
  return request;
}

TEST(Aio, SetupAndDestroy) {
  aio_context_t context = 1;
  EXPECT_THAT(IoSetup(1, &context), SyscallFails(EINVAL));
  context = 0;
  EXPECT_THAT(IoSetup(0, &context), SyscallFails(EINVAL));
  EXPECT_THAT(IoSetup(1, nullptr), SyscallFails(EFAULT));
  ASSERT_THAT(IoSetup(1, &context), SyscallReturns(0));
  EXPECT_NE(context, 0u);
  EXPECT_THAT(IoDestroy(context), SyscallReturns(0));
  EXPECT_THAT(IoDestroy(context), SyscallFails(EINVAL));
  EXPECT_THAT(IoSubmit(context, {}), SyscallFails(EINVAL));
  EXPECT_THAT(IoGetevents(context, 0, 0, nullptr), SyscallFails(EINVAL));
}

TEST(Aio, WriteThenRead) {
  Context context;
  TempFile file = TempFile::Create();
  Fd fd(open(file.c_str(), O_RDWR));
  char out[] = "hello";
  iocb write = Request(IOCB_CMD_PWRITE, fd.get(), out, 5, 3);
  ASSERT_THAT(IoSubmit(context.id(), {&write}), SyscallReturns(1));
  io_event event = context.Next();
  EXPECT_EQ(event.data, 0x1234u);
  EXPECT_EQ(event.obj, reinterpret_cast<uint64_t>(&write));
  EXPECT_EQ(event.res, 5);
  char in[16] = {};
  iovec parts[2] = {{in, 4}, {in + 4, 8}};
  iocb read = Request(IOCB_CMD_PREADV, fd.get(), parts, 2, 0);
  ASSERT_THAT(IoSubmit(context.id(), {&read}), SyscallReturns(1));
  EXPECT_EQ(context.Next().res, 8);
  EXPECT_EQ(std::string(in, 8), std::string("\0\0\0hello", 8));
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_CUR), SyscallReturns(0)) << "the position is not moved";
  iocb sync = Request(IOCB_CMD_FSYNC, fd.get());
  ASSERT_THAT(IoSubmit(context.id(), {&sync}), SyscallReturns(1));
  EXPECT_EQ(context.Next().res, 0);
}

TEST(Aio, BadRequests) {
  Context context(4);
  TempFile file = TempFile::Create("abc");
  Fd fd(open(file.c_str(), O_RDONLY));
  char buffer[4];
  iocb good = Request(IOCB_CMD_PREAD, fd.get(), buffer, 3);
  iocb no_file = Request(IOCB_CMD_PREAD, -1, buffer, 3);
  EXPECT_THAT(IoSubmit(context.id(), {&no_file}), SyscallFails(EBADF));
  iocb no_write = Request(IOCB_CMD_PWRITE, fd.get(), buffer, 3);
  EXPECT_THAT(IoSubmit(context.id(), {&no_write}), SyscallFails(EBADF));
  iocb unknown = Request(99, fd.get(), buffer, 3);
  EXPECT_THAT(IoSubmit(context.id(), {&unknown}), SyscallFails(EINVAL));
  iocb reserved = good;
  reserved.aio_reserved2 = 1;
  EXPECT_THAT(IoSubmit(context.id(), {&reserved}), SyscallFails(EINVAL));
  EXPECT_THAT(IoSubmit(context.id(), {reinterpret_cast<iocb*>(1)}), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_io_submit, context.id(), -1L, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(IoSubmit(context.id(), {&good, &unknown}), SyscallReturns(1)) << "up to the bad one";
  EXPECT_EQ(context.Next().res, 3);
  iocb bad_memory = Request(IOCB_CMD_PREAD, fd.get(), reinterpret_cast<void*>(1), 3);
  ASSERT_THAT(IoSubmit(context.id(), {&bad_memory}), SyscallReturns(1));
  EXPECT_EQ(context.Next().res, -EFAULT);
  io_event event;
  EXPECT_THAT(IoGetevents(context.id(), 2, 1, &event), SyscallFails(EINVAL));
  EXPECT_THAT(IoGetevents(context.id(), -1, 1, &event), SyscallFails(EINVAL));
}

TEST(Aio, EventFdIsSignalled) {
  Context context;
  TempFile file = TempFile::Create("abc");
  Fd fd(open(file.c_str(), O_RDONLY));
  Fd event_fd(eventfd(0, EFD_NONBLOCK));
  char buffer[4];
  iocb read_request = Request(IOCB_CMD_PREAD, fd.get(), buffer, 3);
  read_request.aio_flags = IOCB_FLAG_RESFD;
  read_request.aio_resfd = static_cast<uint32_t>(event_fd.get());
  ASSERT_THAT(IoSubmit(context.id(), {&read_request}), SyscallReturns(1));
  context.Next();
  uint64_t count = 0;
  EXPECT_THAT(read(event_fd.get(), &count, 8), SyscallReturns(8));
  EXPECT_EQ(count, 1u);
  read_request.aio_resfd = static_cast<uint32_t>(fd.get());
  EXPECT_THAT(IoSubmit(context.id(), {&read_request}), SyscallFails(EINVAL));
}

TEST(Aio, TimeOut) {
  Context context;
  io_event event;
  timespec none{0, 0}, soon{0, 10'000'000}, bad{0, -1};
  EXPECT_THAT(IoGetevents(context.id(), 1, 1, &event, &none), SyscallReturns(0));
  EXPECT_THAT(IoGetevents(context.id(), 1, 1, &event, &soon), SyscallReturns(0));
  (void)bad;
}

TEST(Aio, PollWaits) {
  Context context;
  Pipe pipe = Pipe::Create();
  iocb poll_request = Request(IOCB_CMD_POLL, pipe.read_end.get());
  poll_request.aio_buf = POLLIN;
  ASSERT_THAT(IoSubmit(context.id(), {&poll_request}), SyscallReturns(1));
  io_event event{};
  timespec none{0, 0};
  EXPECT_THAT(IoGetevents(context.id(), 0, 1, &event, &none), SyscallReturns(0));
  {
    ScopedThread waiter([&] { event = context.Next(); });
    WaitUntilSleeping(waiter.tid());
    ASSERT_THAT(write(pipe.write_end.get(), "x", 1), SyscallReturns(1));
  }
  EXPECT_EQ(event.res & POLLIN, POLLIN);
  EXPECT_EQ(event.obj, reinterpret_cast<uint64_t>(&poll_request));
}

TEST(Aio, PollIsCancelled) {
  Context context;
  Pipe pipe = Pipe::Create();
  iocb poll_request = Request(IOCB_CMD_POLL, pipe.read_end.get());
  poll_request.aio_buf = POLLIN;
  ASSERT_THAT(IoSubmit(context.id(), {&poll_request}), SyscallReturns(1));
  io_event event{};
  EXPECT_THAT(syscall(SYS_io_cancel, context.id(), &poll_request, &event),
              SyscallFails(EINPROGRESS));
  EXPECT_EQ(context.Next().obj, reinterpret_cast<uint64_t>(&poll_request));
  EXPECT_THAT(syscall(SYS_io_cancel, context.id(), &poll_request, &event), SyscallFails(EINVAL));
}

TEST(Aio, ContextsAreNotInherited) {
  Context context;
  EXPECT_THAT(
      ForkAndWait([&] {
        io_event event;
        timespec none{0, 0};
        CHILD_CHECK(IoGetevents(context.id(), 0, 1, &event, &none) == -1 && errno == EINVAL);
      }),
      Exited(0));
}

}  // namespace
}  // namespace test

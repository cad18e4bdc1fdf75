// io_uring(7): files in slots, operations that repeat, messages between rings, rings with a thread.
// libraries: uring
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/ring.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

struct Pair {
  Fd ours, theirs;
};

Pair SocketPair(int type) {
  int ends[2];
  EXPECT_THAT(socketpair(AF_UNIX, type, 0, ends), SyscallSucceeds());
  return {Fd(ends[0]), Fd(ends[1])};
}

Fd Listener(sockaddr_in* address) {
  Fd fd(socket(AF_INET, SOCK_STREAM, 0));
  *address = {};
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_THAT(bind(fd.get(), reinterpret_cast<sockaddr*>(address), sizeof(*address)),
              SyscallSucceeds());
  socklen_t size = sizeof(*address);
  EXPECT_THAT(getsockname(fd.get(), reinterpret_cast<sockaddr*>(address), &size),
              SyscallSucceeds());
  EXPECT_THAT(listen(fd.get(), 8), SyscallSucceeds());
  return fd;
}

Fd ConnectTo(const sockaddr_in& address) {
  Fd fd(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_THAT(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              SyscallSucceeds());
  return fd;
}

class Slots : public Ring {
 protected:
  void SetUp() override {
    Ring::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(io_uring_register_files_sparse(&ring_, 4), 0);
  }
  int ReadSlot(unsigned slot, char* to, unsigned size) {
    io_uring_sqe* sqe = Sqe();
    io_uring_prep_read(sqe, static_cast<int>(slot), to, size, 0);
    sqe->flags |= IOSQE_FIXED_FILE;
    return Run();
  }
};

TEST_F(Slots, OpenReadClose) {
  TempFile file = TempFile::Create("0123456789");
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0, 2);
  EXPECT_EQ(Run(), 0);
  char text[4];
  EXPECT_EQ(ReadSlot(2, text, 4), 4);
  EXPECT_EQ(std::string(text, 4), "0123");
  EXPECT_EQ(ReadSlot(1, text, 4), -EBADF);
  io_uring_prep_close_direct(Sqe(), 2);
  EXPECT_EQ(Run(), 0);
  EXPECT_EQ(ReadSlot(2, text, 4), -EBADF);
  io_uring_prep_close_direct(Sqe(), 2);
  EXPECT_EQ(Run(), -EBADF) << "empty";
  io_uring_prep_close_direct(Sqe(), 9);
  EXPECT_EQ(Run(), -EINVAL) << "no such slot";
}

TEST_F(Slots, OpenedOnesTakeNoDescriptor) {
  TempFile file = TempFile::Create("x");
  const int before = dup(0);
  ASSERT_THAT(before, SyscallSucceeds());
  close(before);
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0, 0);
  EXPECT_EQ(Run(), 0);
  const int after = dup(0);
  EXPECT_EQ(after, before);
  close(after);
}

TEST_F(Slots, AnyFreeOne) {
  TempFile file = TempFile::Create("x");
  for (int i = 0; i < 4; ++i) {
    io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0,
                                IORING_FILE_INDEX_ALLOC - 1);
    EXPECT_EQ(Run(), i);
  }
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0,
                              IORING_FILE_INDEX_ALLOC - 1);
  EXPECT_EQ(Run(), -ENFILE);
  io_uring_prep_close_direct(Sqe(), 1);
  EXPECT_EQ(Run(), 0);
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0,
                              IORING_FILE_INDEX_ALLOC - 1);
  EXPECT_EQ(Run(), 1);
}

TEST_F(Slots, AllocRange) {
  TempFile file = TempFile::Create("x");
  EXPECT_EQ(io_uring_register_file_alloc_range(&ring_, 3, 2), -EINVAL);
  EXPECT_EQ(io_uring_register_file_alloc_range(&ring_, ~0u, 2), -EOVERFLOW);
  ASSERT_EQ(io_uring_register_file_alloc_range(&ring_, 2, 2), 0);
  for (int expected : {2, 3, -ENFILE}) {
    io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0,
                                IORING_FILE_INDEX_ALLOC - 1);
    EXPECT_EQ(Run(), expected);
  }
}

TEST_F(Slots, WhatIsRefused) {
  TempFile file = TempFile::Create("x");
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY | O_CLOEXEC, 0, 0);
  EXPECT_EQ(Run(), -EINVAL);
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0, 7);
  EXPECT_EQ(Run(), -EINVAL);
  EXPECT_EQ(io_uring_unregister_files(&ring_), 0);
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0, 0);
  EXPECT_EQ(Run(), -ENXIO);
}

TEST_F(Slots, FilesUpdate) {
  TempFile file = TempFile::Create("x");
  Fd fd(open(file.c_str(), O_RDONLY));
  int fds[2] = {fd.get(), fd.get()};
  io_uring_prep_files_update(Sqe(), fds, 2, 1);
  EXPECT_EQ(Run(), 2);
  char byte;
  EXPECT_EQ(ReadSlot(2, &byte, 1), 1);
  fds[0] = -1;
  fds[1] = -2;
  io_uring_prep_files_update(Sqe(), fds, 2, 1);
  EXPECT_EQ(Run(), 2);
  EXPECT_EQ(ReadSlot(1, &byte, 1), -EBADF);
  EXPECT_EQ(ReadSlot(2, &byte, 1), 1);
  fds[0] = fds[1] = fd.get();
  io_uring_prep_files_update(Sqe(), fds, 2, static_cast<int>(IORING_FILE_INDEX_ALLOC));
  EXPECT_EQ(Run(), 2);
  EXPECT_EQ(fds[0], 1) << "where the last change was";
  EXPECT_EQ(fds[1], 3);
}

TEST_F(Slots, Tags) {
  TempFile file = TempFile::Create("x");
  Fd fd(open(file.c_str(), O_RDONLY));
  int given = fd.get();
  __u64 tag = 77;
  EXPECT_EQ(io_uring_register_files_update_tag(&ring_, 0, &given, &tag, 1), 1);
  EXPECT_TRUE(Empty());
  given = -1;
  tag = 0;
  EXPECT_EQ(io_uring_register_files_update_tag(&ring_, 0, &given, &tag, 1), 1);
  Done done = Wait();
  EXPECT_EQ(done.data, 77u);
  EXPECT_EQ(done.res, 0);
}

TEST_F(Slots, SocketInOne) {
  io_uring_prep_socket_direct(Sqe(), AF_INET, SOCK_STREAM, 0, 1, 0);
  EXPECT_EQ(Run(), 0);
  io_uring_sqe* sqe = Sqe();
  io_uring_prep_shutdown(sqe, 1, SHUT_RD);
  sqe->flags |= IOSQE_FIXED_FILE;
  EXPECT_EQ(Run(), -ENOTCONN);
  io_uring_prep_socket(Sqe(), AF_UNIX, SOCK_STREAM, 0, 0);
  Fd made(Run());
  EXPECT_THAT(made.get(), SyscallSucceeds());
}

TEST_F(Slots, AcceptedInOne) {
  sockaddr_in address;
  Fd listener = Listener(&address);
  io_uring_prep_accept_direct(Sqe(), listener.get(), nullptr, nullptr, 0, 3);
  EXPECT_EQ(Submit(), 1);
  Fd client = ConnectTo(address);
  EXPECT_EQ(Wait().res, 0);
  ASSERT_THAT(write(client.get(), "hi", 2), SyscallReturns(2));
  char text[2];
  EXPECT_EQ(ReadSlot(3, text, 2), 2);
}

TEST_F(Ring, AcceptsAgainAndAgain) {
  sockaddr_in address;
  Fd listener = Listener(&address);
  io_uring_prep_multishot_accept(Sqe(5), listener.get(), nullptr, nullptr, 0);
  EXPECT_EQ(Submit(), 1);
  std::vector<Fd> both;
  for (int i = 0; i < 3; ++i) {
    both.push_back(ConnectTo(address));
    Done done = Wait();
    EXPECT_EQ(done.data, 5u);
    ASSERT_THAT(done.res, SyscallSucceeds());
    EXPECT_NE(done.flags & IORING_CQE_F_MORE, 0u);
    both.emplace_back(done.res);
  }
  io_uring_prep_cancel64(Sqe(6), 5, 0);
  EXPECT_EQ(Submit(), 1);
  for (int i = 0; i < 2; ++i) {
    Done done = Wait();
    if (done.data == 6) {
      EXPECT_EQ(done.res, 0);
    } else {
      EXPECT_EQ(done.res, -ECANCELED);
      EXPECT_EQ(done.flags & IORING_CQE_F_MORE, 0u);
    }
  }
}

class Buffers : public Ring {
 protected:
  static constexpr unsigned kCount = 4, kSize = 128;
  void SetUp() override {
    Ring::SetUp();
    if (IsSkipped()) return;
    io_uring_prep_provide_buffers(Sqe(), memory_, kSize, kCount, 1, 0);
    EXPECT_EQ(Run(), 0);
  }
  void PrepareRecv(int fd, uint64_t data) {
    io_uring_sqe* sqe = Sqe(data);
    io_uring_prep_recv_multishot(sqe, fd, nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 1;
  }
  std::string Text(const Done& done) {
    EXPECT_NE(done.flags & IORING_CQE_F_BUFFER, 0u);
    return {memory_[done.flags >> IORING_CQE_BUFFER_SHIFT], static_cast<size_t>(done.res)};
  }
  char memory_[kCount][kSize];
};

TEST_F(Buffers, ReceivesAgainAndAgain) {
  Pair pair = SocketPair(SOCK_STREAM);
  PrepareRecv(pair.ours.get(), 1);
  EXPECT_EQ(Submit(), 1);
  for (const char* text : {"one", "two"}) {
    ASSERT_THAT(write(pair.theirs.get(), text, 3), SyscallReturns(3));
    Done done = Wait();
    ASSERT_EQ(done.res, 3);
    EXPECT_EQ(Text(done), text);
    EXPECT_NE(done.flags & IORING_CQE_F_MORE, 0u);
  }
  pair.theirs.reset();
  Done done = Wait();
  EXPECT_EQ(done.res, 0);
  EXPECT_EQ(done.flags & IORING_CQE_F_MORE, 0u);
}

TEST_F(Buffers, EndsWhenNoneIsLeft) {
  Pair pair = SocketPair(SOCK_DGRAM);
  PrepareRecv(pair.ours.get(), 1);
  EXPECT_EQ(Submit(), 1);
  for (unsigned i = 0; i <= kCount; ++i) {
    ASSERT_THAT(write(pair.theirs.get(), "x", 1), SyscallReturns(1));
    Done done = Wait();
    EXPECT_EQ(done.res, i < kCount ? 1 : -ENOBUFS);
    EXPECT_EQ((done.flags & IORING_CQE_F_MORE) != 0, i < kCount);
  }
}

TEST_F(Buffers, OneThatWaitsKeepsNone) {
  Pair first = SocketPair(SOCK_STREAM), second = SocketPair(SOCK_STREAM);
  io_uring_prep_remove_buffers(Sqe(), kCount - 1, 1);
  EXPECT_EQ(Run(), static_cast<int>(kCount) - 1);
  for (int fd : {first.ours.get(), second.ours.get()}) {
    io_uring_sqe* sqe = Sqe(static_cast<uint64_t>(fd));
    io_uring_prep_recv(sqe, fd, nullptr, kSize, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 1;
  }
  EXPECT_EQ(Submit(), 2);
  ASSERT_THAT(write(second.theirs.get(), "second", 6), SyscallReturns(6));
  Done done = Wait();
  EXPECT_EQ(done.data, static_cast<uint64_t>(second.ours.get()));
  ASSERT_EQ(done.res, 6);
  EXPECT_EQ(Text(done), "second");
  ASSERT_THAT(write(first.theirs.get(), "first", 5), SyscallReturns(5));
  EXPECT_EQ(Wait().res, -ENOBUFS);
}

TEST_F(Buffers, MessagesAgainAndAgain) {
  Fd receiver(socket(AF_INET, SOCK_DGRAM, 0)), sender(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_THAT(bind(receiver.get(), generic, sizeof(address)), SyscallSucceeds());
  socklen_t size = sizeof(address);
  ASSERT_THAT(getsockname(receiver.get(), generic, &size), SyscallSucceeds());
  ASSERT_THAT(connect(sender.get(), generic, size), SyscallSucceeds());
  sockaddr_in from{};
  ASSERT_THAT(getsockname(sender.get(), reinterpret_cast<sockaddr*>(&from), &size),
              SyscallSucceeds());
  msghdr header{};
  header.msg_namelen = sizeof(sockaddr_in);
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_recvmsg_multishot(sqe, receiver.get(), &header, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = 1;
  EXPECT_EQ(Submit(), 1);
  for (std::string text : {"one", "three"}) {
    ASSERT_THAT(write(sender.get(), text.data(), text.size()), SyscallSucceeds());
    Done done = Wait();
    EXPECT_NE(done.flags & IORING_CQE_F_MORE, 0u);
    ASSERT_GT(done.res, 0);
    void* buffer = memory_[done.flags >> IORING_CQE_BUFFER_SHIFT];
    io_uring_recvmsg_out* out = io_uring_recvmsg_validate(buffer, done.res, &header);
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(out->namelen, sizeof(sockaddr_in));
    EXPECT_EQ(out->payloadlen, text.size());
    sockaddr_in told;
    std::memcpy(&told, io_uring_recvmsg_name(out), sizeof(told));
    EXPECT_EQ(told.sin_port, from.sin_port);
    EXPECT_EQ(std::string(static_cast<char*>(io_uring_recvmsg_payload(out, &header)),
                          io_uring_recvmsg_payload_length(out, done.res, &header)),
              text);
  }
}

TEST_F(Buffers, CutMessagesTellTheirLength) {
  Pair pair = SocketPair(SOCK_DGRAM);
  msghdr header{};
  io_uring_sqe* sqe = Sqe(1);
  io_uring_prep_recvmsg_multishot(sqe, pair.ours.get(), &header, MSG_TRUNC);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = 1;
  EXPECT_EQ(Submit(), 1);
  const std::string text(kSize, 'x');
  ASSERT_THAT(write(pair.theirs.get(), text.data(), text.size()), SyscallReturns(kSize));
  Done done = Wait();
  ASSERT_EQ(done.res, static_cast<int>(kSize));
  auto* out =
      reinterpret_cast<io_uring_recvmsg_out*>(memory_[done.flags >> IORING_CQE_BUFFER_SHIFT]);
  EXPECT_EQ(out->payloadlen, kSize);
  EXPECT_NE(out->flags & MSG_TRUNC, 0u);
}

TEST_F(Ring, RepeatedReceptionNeedsBuffers) {
  Pair pair = SocketPair(SOCK_STREAM);
  io_uring_prep_recv_multishot(Sqe(), pair.ours.get(), nullptr, 0, 0);
  EXPECT_EQ(Run(), -EINVAL);
}

TEST_F(Ring, PollsAreChanged) {
  Pipe pipe = Pipe::Create();
  io_uring_prep_poll_add(Sqe(1), pipe.read_end.get(), POLLPRI);
  EXPECT_EQ(Submit(), 1);
  ASSERT_THAT(write(pipe.write_end.get(), "x", 1), SyscallReturns(1));
  EXPECT_TRUE(Empty());
  io_uring_prep_poll_update(Sqe(9), 1, 2, POLLIN,
                            IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA);
  EXPECT_EQ(Submit(), 1);
  for (int i = 0; i < 2; ++i) {
    Done done = Wait();
    if (done.data == 9) {
      EXPECT_EQ(done.res, 0);
    } else {
      EXPECT_EQ(done.data, 2u);
      EXPECT_NE(done.res & POLLIN, 0);
    }
  }
  io_uring_prep_poll_update(Sqe(), 1, 2, POLLIN, IORING_POLL_UPDATE_EVENTS);
  EXPECT_EQ(Run(), -EINVAL) << "other data, but no wish for it";
  io_uring_prep_poll_update(Sqe(), 1, 0, POLLIN, IORING_POLL_UPDATE_EVENTS);
  EXPECT_EQ(Run(), -ENOENT);
}

TEST_F(Ring, MessageToAnotherRing) {
  io_uring other;
  ASSERT_EQ(io_uring_queue_init(8, &other, 0), 0);
  io_uring_prep_msg_ring(Sqe(), other.ring_fd, 42, 0x1234, 0);
  EXPECT_EQ(Run(), 0);
  io_uring_cqe* cqe = nullptr;
  ASSERT_EQ(io_uring_peek_cqe(&other, &cqe), 0);
  EXPECT_EQ(cqe->user_data, 0x1234u);
  EXPECT_EQ(cqe->res, 42);
  io_uring_cqe_seen(&other, cqe);
  Pipe pipe = Pipe::Create();
  io_uring_prep_msg_ring(Sqe(), pipe.read_end.get(), 42, 0x1234, 0);
  EXPECT_EQ(Run(), -EBADFD);
  io_uring_queue_exit(&other);
}

TEST_F(Slots, FileToAnotherRing) {
  io_uring other;
  ASSERT_EQ(io_uring_queue_init(8, &other, 0), 0);
  ASSERT_EQ(io_uring_register_files_sparse(&other, 2), 0);
  TempFile file = TempFile::Create("x");
  io_uring_prep_openat_direct(Sqe(), AT_FDCWD, file.c_str(), O_RDONLY, 0, 0);
  EXPECT_EQ(Run(), 0);
  auto send = [&](unsigned from, unsigned to) {
    io_uring_sqe* sqe = Sqe();
    io_uring_prep_rw(IORING_OP_MSG_RING, sqe, other.ring_fd, nullptr, 0, 0x55);
    sqe->addr = 1;  // IORING_MSG_SEND_FD
    sqe->addr3 = from;
    sqe->file_index = to + 1;
    return Run();
  };
  EXPECT_EQ(send(0, 1), 0);
  io_uring_cqe* cqe = nullptr;
  ASSERT_EQ(io_uring_wait_cqe(&other, &cqe), 0);
  EXPECT_EQ(cqe->user_data, 0x55u);
  io_uring_cqe_seen(&other, cqe);
  char byte = 0;
  io_uring_sqe* sqe = io_uring_get_sqe(&other);
  io_uring_prep_read(sqe, 1, &byte, 1, 0);
  sqe->flags |= IOSQE_FIXED_FILE;
  EXPECT_EQ(io_uring_submit(&other), 1);
  ASSERT_EQ(io_uring_wait_cqe(&other, &cqe), 0);
  EXPECT_EQ(cqe->res, 1);
  EXPECT_EQ(byte, 'x');
  io_uring_cqe_seen(&other, cqe);
  EXPECT_EQ(send(3, 1), -EBADF);
  EXPECT_EQ(send(0, 5), -EINVAL);
  io_uring_queue_exit(&other);
}

TEST_F(Ring, Splice) {
  TempFile file = TempFile::Create("0123456789");
  Fd fd(open(file.c_str(), O_RDWR));
  Pipe pipe = Pipe::Create();
  io_uring_prep_splice(Sqe(), fd.get(), 4, pipe.write_end.get(), -1, 3, 0);
  EXPECT_EQ(Run(), 3);
  char text[3];
  ASSERT_THAT(read(pipe.read_end.get(), text, 3), SyscallReturns(3));
  EXPECT_EQ(std::string(text, 3), "456");
  EXPECT_EQ(lseek(fd.get(), 0, SEEK_CUR), 0);
  ASSERT_THAT(write(pipe.write_end.get(), "ab", 2), SyscallReturns(2));
  io_uring_prep_splice(Sqe(), pipe.read_end.get(), -1, fd.get(), 8, 2, 0);
  EXPECT_EQ(Run(), 2);
  char all[10];
  ASSERT_THAT(pread(fd.get(), all, 10, 0), SyscallReturns(10));
  EXPECT_EQ(std::string(all, 10), "01234567ab");
  io_uring_prep_splice(Sqe(), pipe.read_end.get(), 0, fd.get(), 8, 2, 0);
  EXPECT_EQ(Run(), -ESPIPE);
}

TEST_F(Ring, Attributes) {
  TempFile file = TempFile::Create("x");
  io_uring_prep_setxattr(Sqe(), "user.one", "value", file.c_str(), 0, 5);
  int set = Run();
  if (set == -EOPNOTSUPP) GTEST_SKIP() << "no attributes on this file system";
  EXPECT_EQ(set, 0);
  char value[16];
  io_uring_prep_getxattr(Sqe(), "user.one", value, file.c_str(), sizeof(value));
  ASSERT_EQ(Run(), 5);
  EXPECT_EQ(std::string(value, 5), "value");
  Fd fd(open(file.c_str(), O_RDWR));
  io_uring_prep_fgetxattr(Sqe(), fd.get(), "user.two", value, sizeof(value));
  EXPECT_EQ(Run(), -ENODATA);
  io_uring_prep_fsetxattr(Sqe(), fd.get(), "user.two", "2", 0, 1);
  EXPECT_EQ(Run(), 0);
  EXPECT_EQ(getxattr(file.c_str(), "user.two", value, sizeof(value)), 1);
}

TEST_F(Ring, SendsWithoutCopyTellTwice) {
  sockaddr_in address;
  Fd listener = Listener(&address), client = ConnectTo(address);
  Fd server(accept(listener.get(), nullptr, nullptr));
  io_uring_prep_send_zc(Sqe(3), client.get(), "hello", 5, 0, 0);
  EXPECT_EQ(Submit(), 1);
  Done sent = Wait();
  EXPECT_EQ(sent.res, 5);
  EXPECT_NE(sent.flags & IORING_CQE_F_MORE, 0u);
  Done told = Wait();
  EXPECT_EQ(told.data, 3u);
  EXPECT_NE(told.flags & IORING_CQE_F_NOTIF, 0u);
  char text[5];
  EXPECT_THAT(recv(server.get(), text, 5, MSG_WAITALL), SyscallReturns(5));
}

TEST_F(Ring, CancelledAtOnce) {
  Pipe pipe = Pipe::Create();
  char byte;
  io_uring_prep_read(Sqe(4), pipe.read_end.get(), &byte, 1, 0);
  EXPECT_EQ(Submit(), 1);
  io_uring_sync_cancel_reg request{};
  request.addr = 4;
  request.timeout.tv_sec = request.timeout.tv_nsec = -1;
  EXPECT_EQ(io_uring_register_sync_cancel(&ring_, &request), 0);
  EXPECT_EQ(Wait().res, -ECANCELED);
  EXPECT_EQ(io_uring_register_sync_cancel(&ring_, &request), -ENOENT);
}

TEST_F(Ring, EventfdOfWhatIsDoneLater) {
  Fd event(eventfd(0, EFD_NONBLOCK));
  ASSERT_EQ(io_uring_register_eventfd_async(&ring_, event.get()), 0);
  io_uring_prep_nop(Sqe());
  EXPECT_EQ(Run(), 0);
  uint64_t count;
  EXPECT_THAT(read(event.get(), &count, 8), SyscallFails(EAGAIN));
}

TEST_F(Ring, MostWorkers) {
  unsigned counts[2] = {3, 5};
  ASSERT_EQ(io_uring_register_iowq_max_workers(&ring_, counts), 0);
  counts[0] = counts[1] = 0;
  ASSERT_EQ(io_uring_register_iowq_max_workers(&ring_, counts), 0);
  EXPECT_EQ(counts[0], 3u);
  EXPECT_EQ(counts[1], 5u);
}

class Restricted : public Ring {
 protected:
  unsigned setup_flags() const override { return IORING_SETUP_R_DISABLED; }
};

TEST_F(Restricted, OnlyWhatIsAllowed) {
  io_uring_restriction allowed[2]{};
  allowed[0].opcode = IORING_RESTRICTION_SQE_OP;
  allowed[0].sqe_op = IORING_OP_NOP;
  allowed[1].opcode = IORING_RESTRICTION_REGISTER_OP;
  allowed[1].register_op = IORING_REGISTER_EVENTFD;
  ASSERT_EQ(io_uring_register_restrictions(&ring_, allowed, 2), 0);
  ASSERT_EQ(io_uring_enable_rings(&ring_), 0);
  io_uring_prep_nop(Sqe());
  EXPECT_EQ(Run(), 0);
  char byte;
  io_uring_prep_read(Sqe(), 0, &byte, 0, 0);
  EXPECT_EQ(Run(), -EACCES);
  io_uring_sqe* sqe = Sqe();
  io_uring_prep_nop(sqe);
  sqe->flags |= IOSQE_ASYNC;
  EXPECT_EQ(Run(), -EACCES);
  EXPECT_EQ(io_uring_unregister_eventfd(&ring_), -EACCES);
  Fd event(eventfd(0, 0));
  EXPECT_EQ(io_uring_register_eventfd(&ring_, event.get()), 0);
}

class WithThread : public Ring {
 protected:
  unsigned setup_flags() const override { return IORING_SETUP_SQPOLL; }
};

TEST_F(WithThread, ReadsAndWrites) {
  Pipe pipe = Pipe::Create();
  io_uring_prep_write(Sqe(1), pipe.write_end.get(), "abc", 3, 0);
  EXPECT_EQ(Submit(), 1);
  EXPECT_EQ(Wait().res, 3);
  char text[3];
  io_uring_prep_read(Sqe(2), pipe.read_end.get(), text, 3, 0);
  EXPECT_EQ(Submit(), 1);
  EXPECT_EQ(Wait().res, 3);
  EXPECT_EQ(std::string(text, 3), "abc");
}

TEST_F(WithThread, ManyInTurn) {
  for (int i = 0; i < 100; ++i) {
    io_uring_prep_nop(Sqe(static_cast<uint64_t>(i)));
    ASSERT_EQ(Submit(), 1);
    ASSERT_EQ(Wait().data, static_cast<uint64_t>(i));
  }
}

class LargeEntries : public Ring {
 protected:
  unsigned setup_flags() const override { return IORING_SETUP_SQE128 | IORING_SETUP_CQE32; }
};

TEST_F(LargeEntries, InOrder) {
  for (int round = 0; round < 5; ++round) {
    for (uint64_t i = 0; i < 5; ++i) io_uring_prep_nop(Sqe(i));
    EXPECT_EQ(Submit(), 5);
    for (uint64_t i = 0; i < 5; ++i) EXPECT_EQ(Wait().data, i);
  }
}

TEST(IoUringSetup, FlagsThatGoTogether) {
  auto setup = [](unsigned flags, unsigned cpu = 0) {
    io_uring_params params{};
    params.flags = flags;
    params.sq_thread_cpu = cpu;
    Fd fd(static_cast<int>(syscall(SYS_io_uring_setup, 2, &params)));
    return fd.get() >= 0 ? 0 : errno;
  };
  if (setup(0) == ENOSYS || setup(0) == EPERM) GTEST_SKIP() << "no io_uring here";
  EXPECT_EQ(setup(IORING_SETUP_SQ_AFF), EINVAL);
  EXPECT_EQ(setup(IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF), 0);
  EXPECT_EQ(setup(IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF, 1'000'000), EINVAL);
  EXPECT_EQ(setup(IORING_SETUP_SQPOLL | IORING_SETUP_COOP_TASKRUN), EINVAL);
  EXPECT_EQ(setup(IORING_SETUP_TASKRUN_FLAG), EINVAL);
  EXPECT_EQ(setup(IORING_SETUP_DEFER_TASKRUN), EINVAL);
  EXPECT_EQ(setup(IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER), 0);
}

}  // namespace
}  // namespace test

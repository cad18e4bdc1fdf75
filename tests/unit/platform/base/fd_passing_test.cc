#include "platform/base/fd_passing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace base {
namespace {

class FdPassingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = Fd(ends[0]);
    theirs_ = Fd(ends[1]);
    int pipe_ends[2];
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    read_end_ = Fd(pipe_ends[0]);
    write_end_ = Fd(pipe_ends[1]);
  }

  // More descriptors than SendWithFd() sends.
  void SendFds(const std::vector<int>& fds) {
    char byte = 'x';
    iovec part{&byte, 1};
    std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)));
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size() * sizeof(int));
    ASSERT_EQ(::sendmsg(theirs_.get(), &message, 0), 1);
  }

  void Send(std::string text, int fd) {
    iovec part{text.data(), text.size()};
    ASSERT_TRUE(SendWithFd(theirs_.get(), {&part, 1}, fd).ok());
  }

  Result<FdMessage> Receive() {
    iovec part{buffer_.data(), buffer_.size()};
    return ReceiveWithFd(ours_.get(), {&part, 1}, MSG_DONTWAIT);
  }
  Result<FdsMessage> ReceiveUpTo(size_t most) {
    iovec part{buffer_.data(), buffer_.size()};
    return ReceiveWithFds(ours_.get(), {&part, 1}, most, MSG_DONTWAIT);
  }

  // Nobody else has the write end any more: the pipe has ended.
  void ExpectNoWriterLeft() {
    write_end_.reset();
    char byte;
    EXPECT_EQ(::read(read_end_.get(), &byte, 1), 0);
  }

  Fd ours_, theirs_, read_end_, write_end_;
  std::array<char, 8> buffer_{};
};

TEST_F(FdPassingTest, MessageWithAndWithoutDescriptor) {
  Send("one", write_end_.get());
  Send("two", -1);
  Result<FdMessage> first = Receive();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(std::string(buffer_.data(), first->length), "one");
  ASSERT_TRUE(first->fd.valid());
  EXPECT_EQ(::fcntl(first->fd.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::write(first->fd.get(), "p", 1), 1);
  Result<FdMessage> second = Receive();
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(std::string(buffer_.data(), second->length), "two");
  EXPECT_FALSE(second->fd.valid());
}

TEST_F(FdPassingTest, MoreThanOneIsRefusedAndNoneStaysOpen) {
  for (size_t count : {2, 3, 20}) {
    SendFds(std::vector<int>(count, write_end_.get()));
    EXPECT_TRUE(Receive().Is(EPROTO)) << count;
  }
  ExpectNoWriterLeft();
}

TEST_F(FdPassingTest, AsManyAsAreWanted) {
  SendFds(std::vector<int>(5, write_end_.get()));
  Result<FdsMessage> all = ReceiveUpTo(5);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->fds.size(), 5U);
  EXPECT_FALSE(all->dropped);
  all = FdsMessage();
  for (size_t most : {0, 1, 2, 4}) {
    SendFds(std::vector<int>(5, write_end_.get()));
    Result<FdsMessage> some = ReceiveUpTo(most);
    ASSERT_TRUE(some.ok());
    EXPECT_EQ(some->fds.size(), most);
    EXPECT_TRUE(some->dropped);
  }
  ExpectNoWriterLeft();
}

TEST_F(FdPassingTest, SendsMany) {
  iovec part{buffer_.data(), 1};
  const std::vector<int> many(kMostFds + 1, write_end_.get());
  EXPECT_TRUE(SendWithFds(theirs_.get(), {&part, 1}, many).Is(EINVAL));
  ASSERT_TRUE(SendWithFds(theirs_.get(), {&part, 1}, std::span(many).first(kMostFds)).ok());
  Result<FdsMessage> all = ReceiveUpTo(kMostFds);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->fds.size(), kMostFds);
}

TEST_F(FdPassingTest, LongerThanTheBuffer) {
  Send("longer than eight", write_end_.get());
  EXPECT_TRUE(Receive().Is(EPROTO));
  ExpectNoWriterLeft();
}

TEST_F(FdPassingTest, Ends) {
  EXPECT_TRUE(Receive().Is(EAGAIN));
  theirs_.reset();
  EXPECT_TRUE(Receive().Is(EPIPE));
  char byte = 0;
  iovec part{&byte, 1};
  EXPECT_TRUE(SendWithFd(ours_.get(), {&part, 1}, -1).Is(EPIPE));
}

}  // namespace
}  // namespace base

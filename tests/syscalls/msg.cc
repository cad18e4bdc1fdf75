// System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2), /proc/sysvipc/msg.
#include <gtest/gtest.h>
#include <sys/msg.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstring>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

namespace test {
namespace {

struct Message {
  long type;
  char text[8192];
};

// A private queue that goes with the test.
class Queue {
 public:
  explicit Queue(int mode = 0600) : id_(msgget(IPC_PRIVATE, mode)) {
    EXPECT_THAT(id_, SyscallSucceeds());
  }
  ~Queue() { msgctl(id_, IPC_RMID, nullptr); }
  Queue(const Queue&) = delete;
  int id() const { return id_; }
  int Send(long type, const std::string& text, int flags = IPC_NOWAIT) {
    Message message{};
    message.type = type;
    memcpy(message.text, text.data(), text.size());
    return msgsnd(id_, &message, text.size(), flags);
  }
  // "type:text", or the errno.
  std::string Receive(long type, int flags = IPC_NOWAIT, size_t size = sizeof(Message::text)) {
    Message message{};
    ssize_t n = msgrcv(id_, &message, size, type, flags);
    if (n < 0) return strerrorname_np(errno);
    return std::to_string(message.type) + ":" + std::string(message.text, static_cast<size_t>(n));
  }
  msqid_ds Stat() const {
    msqid_ds status{};
    EXPECT_THAT(msgctl(id_, IPC_STAT, &status), SyscallSucceeds());
    return status;
  }

 private:
  int id_;
};

TEST(Msg, GetByKey) {
  key_t key = static_cast<key_t>(0x53000000 | (getpid() & 0xffff));
  EXPECT_THAT(msgget(key, 0600), SyscallFails(ENOENT));
  int id = msgget(key, IPC_CREAT | 0600);
  ASSERT_THAT(id, SyscallSucceeds());
  EXPECT_THAT(msgget(key, 0600), SyscallReturns(id));
  EXPECT_THAT(msgget(key, IPC_CREAT | IPC_EXCL | 0600), SyscallFails(EEXIST));
  EXPECT_THAT(msgctl(id, IPC_RMID, nullptr), SyscallSucceeds());
  EXPECT_THAT(msgctl(id, IPC_RMID, nullptr), SyscallFails(EINVAL));
}

TEST(Msg, InOrder) {
  Queue queue;
  EXPECT_THAT(queue.Send(3, "one"), SyscallReturns(0));
  EXPECT_THAT(queue.Send(1, "two"), SyscallReturns(0));
  EXPECT_THAT(queue.Send(2, ""), SyscallReturns(0));
  EXPECT_EQ(queue.Receive(0), "3:one");
  EXPECT_EQ(queue.Receive(0), "1:two");
  EXPECT_EQ(queue.Receive(0), "2:");
  EXPECT_EQ(queue.Receive(0), "ENOMSG");
}

TEST(Msg, ByType) {
  Queue queue;
  for (auto [type, text] : {std::pair{5L, "a"}, {3L, "b"}, {3L, "c"}, {7L, "d"}, {1L, "e"}}) {
    ASSERT_THAT(queue.Send(type, text), SyscallReturns(0));
  }
  EXPECT_EQ(queue.Receive(3), "3:b");
  EXPECT_EQ(queue.Receive(4), "ENOMSG");
  EXPECT_EQ(queue.Receive(-6), "1:e") << "the lowest type up to 6";
  EXPECT_EQ(queue.Receive(-4), "3:c");
  EXPECT_EQ(queue.Receive(-4), "ENOMSG");
  EXPECT_EQ(queue.Receive(5, IPC_NOWAIT | MSG_EXCEPT), "7:d");
  EXPECT_EQ(queue.Receive(LONG_MIN), "5:a");
}

TEST(Msg, TooLong) {
  Queue queue;
  ASSERT_THAT(queue.Send(1, "0123456789"), SyscallReturns(0));
  EXPECT_EQ(queue.Receive(0, IPC_NOWAIT, 4), "E2BIG");
  EXPECT_EQ(queue.Receive(0, IPC_NOWAIT | MSG_NOERROR, 4), "1:0123");
  EXPECT_EQ(queue.Receive(0), "ENOMSG") << "the rest is lost";
}

TEST(Msg, Copy) {
  Queue queue;
  ASSERT_THAT(queue.Send(1, "zero"), SyscallReturns(0));
  ASSERT_THAT(queue.Send(2, "one"), SyscallReturns(0));
  EXPECT_EQ(queue.Receive(1, MSG_COPY), "EINVAL") << "only with IPC_NOWAIT";
  EXPECT_EQ(queue.Receive(1, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT), "EINVAL");
  std::string copied = queue.Receive(1, MSG_COPY | IPC_NOWAIT);
  if (copied == "ENOSYS") GTEST_SKIP() << "without CONFIG_CHECKPOINT_RESTORE";
  EXPECT_EQ(copied, "2:one");
  EXPECT_EQ(queue.Receive(2, MSG_COPY | IPC_NOWAIT), "ENOMSG");
  EXPECT_EQ(queue.Stat().msg_qnum, 2u);
}

TEST(Msg, BadArguments) {
  Queue queue;
  EXPECT_THAT(queue.Send(0, "x"), SyscallFails(EINVAL));
  EXPECT_THAT(queue.Send(-1, "x"), SyscallFails(EINVAL));
  Message message{1, "x"};
  EXPECT_THAT(msgsnd(-1, &message, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(msgsnd(0x7fffffff, &message, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(msgsnd(queue.id(), &message, 8193, 0), SyscallFails(EINVAL));
  EXPECT_THAT(msgsnd(queue.id(), reinterpret_cast<void*>(1), 1, 0), SyscallFails(EFAULT));
  EXPECT_THAT(msgrcv(-1, &message, 1, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(msgrcv(queue.id(), &message, static_cast<size_t>(-1), 0, IPC_NOWAIT),
              SyscallFails(EINVAL));
  EXPECT_THAT(msgctl(queue.id(), 99, nullptr), SyscallFails(EINVAL));
}

TEST(Msg, FullQueue) {
  Queue queue;
  std::string half(8192, 'x');
  ASSERT_THAT(queue.Send(1, half), SyscallReturns(0));
  ASSERT_THAT(queue.Send(1, half), SyscallReturns(0));
  EXPECT_THAT(queue.Send(1, "x"), SyscallFails(EAGAIN));
  EXPECT_THAT(queue.Send(1, ""), SyscallReturns(0)) << "takes no bytes";
  ScopedThread sender([&] { EXPECT_THAT(queue.Send(2, "late", 0), SyscallReturns(0)); });
  WaitUntilSleeping(sender.tid());
  EXPECT_EQ(queue.Receive(0).size(), 2 + half.size());
  sender.Join();
  EXPECT_EQ(queue.Receive(2), "2:late");
}

TEST(Msg, ReceiverWaitsForItsType) {
  Queue queue;
  ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(7, 0), "7:mine"); });
  WaitUntilSleeping(receiver.tid());
  ASSERT_THAT(queue.Send(6, "other"), SyscallReturns(0));
  ASSERT_THAT(queue.Send(7, "mine"), SyscallReturns(0));
  receiver.Join();
  EXPECT_EQ(queue.Receive(0), "6:other");
}

TEST(Msg, WaitingReceiverIsToldOfALongMessage) {
  Queue queue;
  ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(0, 0, 2), "E2BIG"); });
  WaitUntilSleeping(receiver.tid());
  ASSERT_THAT(queue.Send(1, "long"), SyscallReturns(0));
  receiver.Join();
  EXPECT_EQ(queue.Receive(0), "1:long");
}

TEST(Msg, RemovalWakes) {
  int id = msgget(IPC_PRIVATE, 0600);
  ScopedThread receiver([&] {
    Message message;
    EXPECT_THAT(msgrcv(id, &message, 10, 0, 0), SyscallFails(EIDRM));
  });
  WaitUntilSleeping(receiver.tid());
  ASSERT_THAT(msgctl(id, IPC_RMID, nullptr), SyscallSucceeds());
}

void Nothing(int) {}

TEST(Msg, SignalInterrupts) {
  struct sigaction action {};
  action.sa_handler = Nothing;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  Queue queue;
  ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(0, 0), "EINTR"); });
  WaitUntilSleeping(receiver.tid());
  pthread_kill(receiver.handle(), SIGUSR1);
}

TEST(Msg, Status) {
  Queue queue(0640);
  msqid_ds status = queue.Stat();
  EXPECT_EQ(status.msg_perm.mode, 0640u);
  EXPECT_EQ(status.msg_qbytes, 16384u);
  EXPECT_EQ(status.msg_stime, 0);
  EXPECT_EQ(status.msg_lspid, 0);
  ASSERT_THAT(queue.Send(1, "abc"), SyscallReturns(0));
  status = queue.Stat();
  EXPECT_EQ(status.msg_qnum, 1u);
  EXPECT_EQ(status.__msg_cbytes, 3u);
  EXPECT_EQ(status.msg_lspid, getpid());
  EXPECT_NE(status.msg_stime, 0);
  EXPECT_EQ(status.msg_rtime, 0);
  EXPECT_EQ(queue.Receive(0), "1:abc");
  EXPECT_EQ(queue.Stat().msg_lrpid, getpid());
  EXPECT_NE(queue.Stat().msg_rtime, 0);
}

TEST(Msg, SetLimitsBytes) {
  Queue queue;
  msqid_ds status = queue.Stat();
  status.msg_qbytes = 4;
  ASSERT_THAT(msgctl(queue.id(), IPC_SET, &status), SyscallReturns(0));
  EXPECT_THAT(queue.Send(1, "12345"), SyscallFails(EAGAIN));
  EXPECT_THAT(queue.Send(1, "1234"), SyscallReturns(0));
  EXPECT_THAT(queue.Send(1, "1"), SyscallFails(EAGAIN));
}

TEST(Msg, Permissions) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  Queue secret, readable(0644);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresgid(65534, 65534, 65534) == 0);
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(secret.Receive(0) == "EACCES");
                CHILD_CHECK(readable.Receive(0) == "ENOMSG");
                CHILD_CHECK(readable.Send(1, "x") == -1 && errno == EACCES);
                msqid_ds status{};
                CHILD_CHECK(msgctl(secret.id(), IPC_STAT, &status) == -1 && errno == EACCES);
                CHILD_CHECK(msgctl(readable.id(), IPC_STAT, &status) == 0);
                CHILD_CHECK(msgctl(readable.id(), IPC_SET, &status) == -1 && errno == EPERM);
                int own = msgget(IPC_PRIVATE, 0600);
                CHILD_CHECK(msgctl(own, IPC_STAT, &status) == 0);
                status.msg_qbytes = 1 << 20;
                CHILD_CHECK(msgctl(own, IPC_SET, &status) == -1 && errno == EPERM);
                CHILD_CHECK(msgctl(own, IPC_RMID, nullptr) == 0);
              }),
              Exited(0));
}

TEST(Msg, InfoAndStatByIndex) {
  Queue queue;
  ASSERT_THAT(queue.Send(1, "abc"), SyscallReturns(0));
  msginfo info{};
  EXPECT_THAT(msgctl(0, IPC_INFO, reinterpret_cast<msqid_ds*>(&info)),
              SyscallReturns(testing::Ge(0)));
  EXPECT_EQ(info.msgmax, 8192);
  EXPECT_EQ(info.msgmnb, 16384);
  int highest = msgctl(0, MSG_INFO, reinterpret_cast<msqid_ds*>(&info));
  EXPECT_GE(info.msgpool, 1);
  EXPECT_GE(info.msgmap, 1);
  EXPECT_GE(info.msgtql, 3);
  bool found = false;
  for (int i = 0; i <= highest; ++i) {
    msqid_ds status{};
    found |= msgctl(i, MSG_STAT, &status) == queue.id();
  }
  EXPECT_TRUE(found);
}

TEST(Msg, ProcFile) {
  Queue queue(0640);
  ASSERT_THAT(queue.Send(1, "abc"), SyscallReturns(0));
  std::string text = ReadFile("/proc/sysvipc/msg");
  char line[80];
  snprintf(line, sizeof(line), "%10d %10d  %4o  %10u %10u %5u", 0, queue.id(), 0640, 3, 1,
           getpid());
  EXPECT_THAT(text, testing::HasSubstr(line));
}

}  // namespace
}  // namespace test

// POSIX message queues (mq_overview(7)): mq_open(3) and its kin, and the mqueue file system.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <ctime>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

std::string FreshName() {
  static int counter = 0;
  return "/mq-test-" + std::to_string(getpid()) + "-" + std::to_string(++counter);
}

// A queue whose name goes with the test.
class Queue {
 public:
  explicit Queue(long messages = 4, long size = 64, int flags = O_RDWR | O_NONBLOCK)
      : name_(FreshName()) {
    mq_attr attr{};
    attr.mq_maxmsg = messages;
    attr.mq_msgsize = size;
    fd_.reset(mq_open(name_.c_str(), flags | O_CREAT | O_EXCL, 0600, &attr));
    EXPECT_THAT(fd_.get(), SyscallSucceeds());
  }
  ~Queue() { mq_unlink(name_.c_str()); }
  Queue(const Queue&) = delete;
  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }
  int Send(const std::string& text, unsigned priority = 0) {
    return mq_send(fd(), text.data(), text.size(), priority);
  }
  // "text@priority", or the errno.
  std::string Receive() {
    char buffer[64];
    unsigned priority = 0;
    ssize_t n = mq_receive(fd(), buffer, sizeof(buffer), &priority);
    if (n < 0) return strerrorname_np(errno);
    return std::string(buffer, static_cast<size_t>(n)) + "@" + std::to_string(priority);
  }
  void Close() { fd_.reset(); }

 private:
  std::string name_;
  Fd fd_;
};

timespec In(long milliseconds) {
  timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_nsec += milliseconds * 1'000'000;
  at.tv_sec += at.tv_nsec / 1'000'000'000;
  at.tv_nsec %= 1'000'000'000;
  return at;
}

TEST(Mq, Open) {
  std::string name = FreshName();
  EXPECT_THAT(mq_open(name.c_str(), O_RDWR), SyscallFails(ENOENT));
  Fd fd(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, nullptr));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallReturns(FD_CLOEXEC)) << "whatever was asked";
  EXPECT_THAT(mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr),
              SyscallFails(EEXIST));
  EXPECT_THAT(mq_open(name.c_str(), O_WRONLY | O_RDWR), SyscallFails(EINVAL));
  mq_attr attr{};
  ASSERT_THAT(mq_getattr(fd.get(), &attr), SyscallSucceeds());
  EXPECT_EQ(attr.mq_maxmsg, 10);
  EXPECT_EQ(attr.mq_msgsize, 8192);
  EXPECT_EQ(attr.mq_curmsgs, 0);
  EXPECT_EQ(attr.mq_flags, 0);
  EXPECT_THAT(mq_unlink(name.c_str()), SyscallSucceeds());
  EXPECT_THAT(mq_unlink(name.c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(mq_send(fd.get(), "x", 1, 0), SyscallSucceeds()) << "still there without a name";
}

TEST(Mq, Names) {
  auto open_raw = [](const char* name) { return syscall(SYS_mq_open, name, O_RDWR, 0, nullptr); };
  EXPECT_THAT(open_raw(""), SyscallFails(ENOENT));
  EXPECT_THAT(open_raw("a/b"), SyscallFails(EACCES));
  EXPECT_THAT(open_raw("/a"), SyscallFails(EACCES));
  EXPECT_THAT(open_raw("."), SyscallFails(EACCES));
  EXPECT_THAT(open_raw(".."), SyscallFails(EACCES));
  EXPECT_THAT(open_raw(std::string(256, 'x').c_str()), SyscallFails(ENAMETOOLONG));
  EXPECT_THAT(open_raw(std::string(255, 'x').c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(open_raw(reinterpret_cast<char*>(1)), SyscallFails(EFAULT));
}

TEST(Mq, AttributesAreChecked) {
  std::string name = FreshName();
  mq_attr attr{};
  EXPECT_THAT(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, &attr), SyscallFails(EINVAL));
  attr.mq_maxmsg = 10;
  attr.mq_msgsize = -1;
  EXPECT_THAT(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, &attr), SyscallFails(EINVAL));
  attr.mq_msgsize = 1L << 40;
  EXPECT_THAT(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, &attr), SyscallFails(EINVAL));
}

TEST(Mq, PriorityOrder) {
  Queue queue;
  ASSERT_THAT(queue.Send("low", 1), SyscallSucceeds());
  ASSERT_THAT(queue.Send("high", 9), SyscallSucceeds());
  ASSERT_THAT(queue.Send("low2", 1), SyscallSucceeds());
  ASSERT_THAT(queue.Send("", 32767), SyscallSucceeds());
  EXPECT_EQ(queue.Receive(), "@32767");
  EXPECT_EQ(queue.Receive(), "high@9");
  EXPECT_EQ(queue.Receive(), "low@1");
  EXPECT_EQ(queue.Receive(), "low2@1");
  EXPECT_EQ(queue.Receive(), "EAGAIN");
}

TEST(Mq, BadArguments) {
  Queue queue;
  EXPECT_THAT(queue.Send("x", 32768), SyscallFails(EINVAL));
  EXPECT_THAT(queue.Send(std::string(65, 'x')), SyscallFails(EMSGSIZE));
  char buffer[64];
  EXPECT_THAT(mq_receive(queue.fd(), buffer, 63, nullptr), SyscallFails(EMSGSIZE));
  EXPECT_THAT(mq_send(-1, "x", 1, 0), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(mq_send(pipe.write_end.get(), "x", 1, 0), SyscallFails(EBADF));
  Fd reader(mq_open(queue.name().c_str(), O_RDONLY));
  Fd writer(mq_open(queue.name().c_str(), O_WRONLY));
  EXPECT_THAT(mq_send(reader.get(), "x", 1, 0), SyscallFails(EBADF));
  EXPECT_THAT(mq_receive(writer.get(), buffer, 64, nullptr), SyscallFails(EBADF));
  timespec bad{0, -1};
  EXPECT_THAT(mq_timedsend(queue.fd(), "x", 1, 0, &bad), SyscallFails(EINVAL));
  EXPECT_EQ(queue.Receive(), "EAGAIN");
}

TEST(Mq, FullQueue) {
  Queue queue(2);
  ASSERT_THAT(queue.Send("a"), SyscallSucceeds());
  ASSERT_THAT(queue.Send("b"), SyscallSucceeds());
  EXPECT_THAT(queue.Send("c"), SyscallFails(EAGAIN));
  Fd blocking(mq_open(queue.name().c_str(), O_RDWR));
  timespec soon = In(20);
  EXPECT_THAT(mq_timedsend(blocking.get(), "c", 1, 0, &soon), SyscallFails(ETIMEDOUT));
  ScopedThread sender([&] { EXPECT_THAT(mq_send(blocking.get(), "c", 1, 0), SyscallSucceeds()); });
  WaitUntilSleeping(sender.tid());
  EXPECT_EQ(queue.Receive(), "a@0");
  sender.Join();
  EXPECT_EQ(queue.Receive(), "b@0");
  EXPECT_EQ(queue.Receive(), "c@0");
}

TEST(Mq, EmptyQueue) {
  Queue queue;
  Fd blocking(mq_open(queue.name().c_str(), O_RDWR));
  char buffer[64];
  timespec past{1, 0};
  EXPECT_THAT(mq_timedreceive(blocking.get(), buffer, 64, nullptr, &past), SyscallFails(ETIMEDOUT));
  ScopedThread receiver(
      [&] { EXPECT_THAT(mq_receive(blocking.get(), buffer, 64, nullptr), SyscallReturns(2)); });
  WaitUntilSleeping(receiver.tid());
  ASSERT_THAT(queue.Send("hi"), SyscallSucceeds());
}

void Nothing(int) {}

TEST(Mq, SignalInterruptsOrRestarts) {
  Queue queue(4, 64, O_RDWR);
  struct sigaction action {};
  action.sa_handler = Nothing;
  sigaction(SIGUSR1, &action, nullptr);
  {
    ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(), "EINTR"); });
    WaitUntilSleeping(receiver.tid());
    pthread_kill(receiver.handle(), SIGUSR1);
  }
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(), "x@0"); });
  WaitUntilSleeping(receiver.tid());
  pthread_kill(receiver.handle(), SIGUSR1);
  WaitUntilSleeping(receiver.tid());
  ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
}

TEST(Mq, Poll) {
  Queue queue(1);
  pollfd waiting{.fd = queue.fd(), .events = POLLIN | POLLOUT, .revents = 0};
  EXPECT_THAT(poll(&waiting, 1, 0), SyscallReturns(1));
  EXPECT_EQ(waiting.revents, POLLOUT);
  ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
  EXPECT_THAT(poll(&waiting, 1, 0), SyscallReturns(1));
  EXPECT_EQ(waiting.revents, POLLIN);
}

TEST(Mq, Getsetattr) {
  Queue queue(3, 32, O_RDWR);
  mq_attr attr{};
  attr.mq_flags = O_NONBLOCK;
  attr.mq_maxmsg = 99;  // Ignored.
  mq_attr old{};
  ASSERT_THAT(mq_setattr(queue.fd(), &attr, &old), SyscallSucceeds());
  EXPECT_EQ(old.mq_flags, 0);
  ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
  ASSERT_THAT(mq_getattr(queue.fd(), &attr), SyscallSucceeds());
  EXPECT_EQ(attr.mq_flags, O_NONBLOCK);
  EXPECT_EQ(attr.mq_maxmsg, 3);
  EXPECT_EQ(attr.mq_msgsize, 32);
  EXPECT_EQ(attr.mq_curmsgs, 1);
  EXPECT_EQ(fcntl(queue.fd(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  attr.mq_flags = O_APPEND;
  EXPECT_THAT(mq_setattr(queue.fd(), &attr, nullptr), SyscallFails(EINVAL));
}

TEST(Mq, NotifyBySignal) {
  Queue queue;
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR2;
  event.sigev_value.sival_int = 77;
  ASSERT_THAT(mq_notify(queue.fd(), &event), SyscallSucceeds());
  EXPECT_THAT(mq_notify(queue.fd(), &event), SyscallFails(EBUSY));
  ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
  siginfo_t info{};
  timespec none{};
  ASSERT_THAT(sigtimedwait(&set, &info, &none), SyscallReturns(SIGUSR2));
  EXPECT_EQ(info.si_code, SI_MESGQ);
  EXPECT_EQ(info.si_value.sival_int, 77);
  EXPECT_EQ(info.si_pid, getpid());
  EXPECT_EQ(info.si_uid, getuid());
  // Once only, and only for a queue that was empty.
  ASSERT_THAT(mq_notify(queue.fd(), &event), SyscallSucceeds());
  ASSERT_THAT(queue.Send("y"), SyscallSucceeds());
  EXPECT_THAT(sigtimedwait(&set, &info, &none), SyscallFails(EAGAIN));
  queue.Receive();
  queue.Receive();
  ASSERT_THAT(mq_notify(queue.fd(), nullptr), SyscallSucceeds());
  ASSERT_THAT(queue.Send("z"), SyscallSucceeds());
  EXPECT_THAT(sigtimedwait(&set, &info, &none), SyscallFails(EAGAIN));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Mq, WaitingReceiverComesBeforeNotification) {
  Queue queue(4, 64, O_RDWR);
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR2;
  ASSERT_THAT(mq_notify(queue.fd(), &event), SyscallSucceeds());
  {
    ScopedThread receiver([&] { EXPECT_EQ(queue.Receive(), "x@0"); });
    WaitUntilSleeping(receiver.tid());
    ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
  }
  timespec none{};
  EXPECT_THAT(sigtimedwait(&set, nullptr, &none), SyscallFails(EAGAIN));
  ASSERT_THAT(queue.Send("y"), SyscallSucceeds());
  EXPECT_THAT(sigtimedwait(&set, nullptr, &none), SyscallReturns(SIGUSR2));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Mq, NotifyIsGoneWhenTheOwnerCloses) {
  Queue queue;
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  Fd other(mq_open(queue.name().c_str(), O_RDWR));
  ASSERT_THAT(mq_notify(other.get(), &event), SyscallSucceeds());
  EXPECT_THAT(mq_notify(queue.fd(), &event), SyscallFails(EBUSY));
  other.reset();
  EXPECT_THAT(mq_notify(queue.fd(), &event), SyscallSucceeds());
  EXPECT_THAT(
      ForkAndWait([&] { CHILD_CHECK(mq_notify(queue.fd(), &event) == -1 && errno == EBUSY); }),
      Exited(0));
  event.sigev_notify = 9;
  EXPECT_THAT(mq_notify(queue.fd(), &event), SyscallFails(EINVAL));
}

void PostFromThread(sigval value) {
  char byte = 0;
  ASSERT_THAT(write(value.sival_int, &byte, 1), SyscallReturns(1));
}

TEST(Mq, NotifyByThread) {
  Queue queue;
  Pipe done = Pipe::Create();
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = PostFromThread;
  event.sigev_value.sival_int = done.write_end.get();
  ASSERT_THAT(mq_notify(queue.fd(), &event), SyscallSucceeds());
  ASSERT_THAT(queue.Send("x"), SyscallSucceeds());
  char byte;
  EXPECT_THAT(read(done.read_end.get(), &byte, 1), SyscallReturns(1));
}

TEST(Mq, RlimitMsgqueue) {
  EXPECT_THAT(
      ForkAndWait([] {
        rlimit limit{1000, 1000};
        CHILD_CHECK(setrlimit(RLIMIT_MSGQUEUE, &limit) == 0);
        mq_attr attr{};
        attr.mq_maxmsg = 2;
        attr.mq_msgsize = 1000;
        std::string name = FreshName() + "-limit";
        CHILD_CHECK(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, &attr) == -1 && errno == EMFILE);
      }),
      Exited(0));
}

TEST(Mq, Permissions) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  Queue queue;
  EXPECT_THAT(
      ForkAndWait([&] {
        CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
        CHILD_CHECK(mq_open(queue.name().c_str(), O_RDONLY) == -1 && errno == EACCES);
        int unlinked = mq_unlink(queue.name().c_str());  // glibc turns EPERM into EACCES.
        CHILD_CHECK(unlinked == -1 && errno == EACCES);
        mq_attr attr{};
        attr.mq_maxmsg = 11;
        attr.mq_msgsize = 16;
        std::string name = FreshName() + "-user";
        CHILD_CHECK(mq_open(name.c_str(), O_RDWR | O_CREAT, 0600, &attr) == -1 && errno == EINVAL);
      }),
      Exited(0));
}

// A mount of the file system: the sandbox's own, or one that the test makes.
class MqueueMount {
 public:
  MqueueMount() : dir_(TempDir::Create()) {
    mounted_ = mount("none", dir_.c_str(), "mqueue", 0, nullptr) == 0;
  }
  ~MqueueMount() {
    if (mounted_) umount2(dir_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string Join(const std::string& name) const { return dir_.path() + name; }
  const char* path() const { return dir_.c_str(); }

 private:
  TempDir dir_;
  bool mounted_;
};

TEST(Mq, AsFiles) {
  MqueueMount files;
  if (!files.mounted()) GTEST_SKIP() << "mqueue cannot be mounted: " << strerror(errno);
  Queue queue;
  ASSERT_THAT(queue.Send("abc"), SyscallSucceeds());
  struct stat info;
  ASSERT_THAT(stat(files.Join(queue.name()).c_str(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_mode, S_IFREG | 0600u);
  EXPECT_EQ(info.st_size, 80);
  EXPECT_EQ(ReadFile(files.Join(queue.name())),
            "QSIZE:3          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n");
  ASSERT_THAT(stat(files.path(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_mode, S_IFDIR | 01777u);
  // A name made or removed on either side is seen on the other.
  std::string name = FreshName();
  EXPECT_THAT(stat(files.Join(name).c_str(), &info), SyscallFails(ENOENT));
  Fd made(open(files.Join(name).c_str(), O_CREAT | O_RDWR, 0600));
  ASSERT_THAT(made.get(), SyscallSucceeds());
  EXPECT_THAT(mq_send(made.get(), "x", 1, 0), SyscallSucceeds());
  EXPECT_THAT(mq_unlink(name.c_str()), SyscallSucceeds());
  EXPECT_THAT(stat(files.Join(name).c_str(), &info), SyscallFails(ENOENT));
  EXPECT_THAT(unlink(files.Join(queue.name()).c_str()), SyscallSucceeds());
  EXPECT_THAT(mq_open(queue.name().c_str(), O_RDWR), SyscallFails(ENOENT));
  EXPECT_THAT(mkdir(files.Join("/dir").c_str(), 0755), SyscallFails(EPERM));
}

}  // namespace
}  // namespace test

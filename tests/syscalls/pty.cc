// Pseudo-terminals (pty(7), pts(4), ioctl_tty(2)): both sides, their ends, names, packet mode,
// window sizes, readiness.
#include "tests/support/pty.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

using std::string_literals::operator""s;

short PollNow(int fd) {
  pollfd entry = {fd, POLLIN | POLLOUT | POLLPRI, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallSucceeds());
  return entry.revents;
}

short PollFor(int fd, short events) {
  pollfd entry = {fd, events, 0};
  EXPECT_THAT(poll(&entry, 1, 10'000), SyscallReturns(1));
  return entry.revents;
}

Fd OpenMaster(int flags = 0) {
  Fd master(open("/dev/ptmx", O_RDWR | O_NOCTTY | flags));
  EXPECT_THAT(master.get(), SyscallSucceeds());
  return master;
}

int NumberOf(int master) {
  int number = -1;
  EXPECT_THAT(ioctl(master, TIOCGPTN, &number), SyscallSucceeds());
  return number;
}

std::string NameOf(int master) {
  return "/dev/pts/" + std::to_string(NumberOf(master));
}

void SetLock(int master, int locked) {
  EXPECT_THAT(ioctl(master, TIOCSPTLCK, &locked), SyscallSucceeds());
}

void SetPacketMode(int master, int on) {
  EXPECT_THAT(ioctl(master, TIOCPKT, &on), SyscallSucceeds());
}

TEST(Pty, SlaveIsLockedAtFirst) {
  Fd master = OpenMaster();
  int locked = -1;
  EXPECT_THAT(ioctl(master.get(), TIOCGPTLCK, &locked), SyscallSucceeds());
  EXPECT_EQ(locked, 1);
  EXPECT_THAT(open(NameOf(master.get()).c_str(), O_RDWR | O_NOCTTY), SyscallFails(EIO));
  SetLock(master.get(), 0);
  Fd slave(open(NameOf(master.get()).c_str(), O_RDWR | O_NOCTTY));
  EXPECT_THAT(slave.get(), SyscallSucceeds());
  SetLock(master.get(), 1);
  EXPECT_THAT(open(NameOf(master.get()).c_str(), O_RDWR | O_NOCTTY), SyscallFails(EIO));
}

TEST(Pty, NameAndDevice) {
  PtyPair pty = PtyPair::Create();
  char name[64];
  ASSERT_EQ(ttyname_r(pty.slave.get(), name, sizeof(name)), 0);
  EXPECT_EQ(name, pty.SlaveName());
  EXPECT_STREQ(ptsname(pty.master.get()), name);
  struct stat info;
  ASSERT_THAT(fstat(pty.slave.get(), &info), SyscallSucceeds());
  EXPECT_TRUE(S_ISCHR(info.st_mode));
  EXPECT_EQ(major(info.st_rdev), 136u);
  EXPECT_EQ(static_cast<int>(minor(info.st_rdev)), NumberOf(pty.master.get()));
  EXPECT_EQ(info.st_uid, geteuid());
  unsigned device = 0;
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCGDEV, &device), SyscallSucceeds());
  EXPECT_EQ(device, info.st_rdev);
  struct statfs fs;
  ASSERT_THAT(fstatfs(pty.slave.get(), &fs), SyscallSucceeds());
  EXPECT_EQ(fs.f_type, 0x1cd1);
}

TEST(Pty, ModeAndOwnerCanBeChanged) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(fchmod(pty.slave.get(), 0606), SyscallSucceeds());
  struct stat info;
  ASSERT_THAT(stat(pty.SlaveName().c_str(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_mode & 07777, 0606u);
  EXPECT_THAT(fchown(pty.slave.get(), geteuid(), getegid()), SyscallSucceeds());
}

TEST(Pty, NameGoesWithTheMaster) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  pty.master.reset();
  EXPECT_THAT(access(name.c_str(), F_OK), SyscallFails(ENOENT));
}

TEST(Pty, NamesCannotBeMadeOrRemoved) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(unlink(pty.SlaveName().c_str()), SyscallFails(testing::AnyOf(EPERM, EACCES)));
  EXPECT_THAT(mkdir("/dev/pts/x", 0700), SyscallFails(testing::AnyOf(EPERM, EACCES)));
}

TEST(Pty, CannotSeek) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(lseek(pty.slave.get(), 0, SEEK_CUR), SyscallFails(ESPIPE));
  EXPECT_THAT(lseek(pty.master.get(), 0, SEEK_CUR), SyscallFails(ESPIPE));
  char c;
  EXPECT_THAT(pread(pty.slave.get(), &c, 1, 0), SyscallFails(ESPIPE));
}

TEST(Pty, BytesGoBothWays) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  pty.Type("typed");
  EXPECT_EQ(pty.Read(), "typed");
  pty.Print("printed");
  EXPECT_EQ(pty.Screen(), "printed");
}

TEST(Pty, TypedBeforeTheSlaveIsOpened) {
  Fd master = OpenMaster();
  EXPECT_EQ(PollNow(master.get()), POLLOUT);
  EXPECT_THAT(write(master.get(), "early\n", 6), SyscallReturns(6));
  EXPECT_EQ(PtyPair::ReadFrom(master.get()), "early\r\n");
  SetLock(master.get(), 0);
  Fd slave(open(NameOf(master.get()).c_str(), O_RDWR | O_NOCTTY));
  EXPECT_EQ(PtyPair::ReadFrom(slave.get()), "early\n");
}

TEST(Pty, Peer) {
  Fd master = OpenMaster();
  SetLock(master.get(), 0);
  Fd peer(ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_THAT(peer.get(), SyscallSucceeds());
  EXPECT_EQ(fcntl(peer.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(peer.get(), F_GETFL) & O_ACCMODE, O_RDWR);
  EXPECT_TRUE(isatty(peer.get()));
  char name[64];
  ASSERT_EQ(ttyname_r(peer.get(), name, sizeof(name)), 0);
  EXPECT_EQ(name, NameOf(master.get()));
  EXPECT_THAT(ioctl(peer.get(), TIOCGPTPEER, O_RDWR), SyscallFails(EIO));
}

TEST(Pty, MasterRequestsOnTheSlave) {
  PtyPair pty = PtyPair::Create();
  int value = 0;
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCGPTN, &value), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCSPTLCK, &value), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCPKT, &value), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(pty.slave.get(), 0x5499, &value), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCMGET, &value), SyscallFails(ENOTTY));
}

TEST(Pty, BadAddresses) {
  PtyPair pty = PtyPair::Create();
  for (unsigned long request : {TCGETS, TCSETS, TIOCGWINSZ, TIOCSWINSZ, TIOCGETD}) {
    EXPECT_THAT(ioctl(pty.slave.get(), request, 8), SyscallFails(EFAULT)) << std::hex << request;
  }
}

TEST(Pty, SlaveClosed) {
  PtyPair pty = PtyPair::Create();
  pty.Print("last words");
  pty.slave.reset();
  EXPECT_EQ(pty.Screen(), "last words");
  char c;
  EXPECT_THAT(read(pty.master.get(), &c, 1), SyscallFails(EIO));
}

TEST(Pty, SlaveClosedIsAHangUp) {
  PtyPair pty = PtyPair::Create();
  pty.slave.reset();
  EXPECT_EQ(PollNow(pty.master.get()) & (POLLIN | POLLHUP), POLLHUP);
  char c;
  EXPECT_THAT(read(pty.master.get(), &c, 1), SyscallFails(EIO));
  Fd again(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY));
  ASSERT_THAT(again.get(), SyscallSucceeds());
  EXPECT_EQ(PollNow(pty.master.get()), POLLOUT);
}

TEST(Pty, SlaveClosedWakesAReader) {
  PtyPair pty = PtyPair::Create();
  char c;
  ssize_t n = -2;
  int error = 0;
  ScopedThread reader([&] {
    n = read(pty.master.get(), &c, 1);
    error = errno;
  });
  WaitUntilSleeping(reader.tid());
  pty.slave.reset();
  reader.Join();
  EXPECT_EQ(n, -1);
  EXPECT_EQ(error, EIO);
}

TEST(Pty, SettingsOutliveTheSlavesFiles) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  pty.slave.reset();
  Fd again(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY));
  termios t;
  ASSERT_THAT(tcgetattr(again.get(), &t), SyscallSucceeds());
  EXPECT_EQ(t.c_lflag & static_cast<tcflag_t>(ICANON), 0u);
}

TEST(Pty, MasterClosed) {
  PtyPair pty = PtyPair::Create();
  pty.Type("lost\n");
  pty.master.reset();
  char c;
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallReturns(0));
  EXPECT_THAT(write(pty.slave.get(), "x", 1), SyscallFails(EIO));
  termios t;
  EXPECT_THAT(tcgetattr(pty.slave.get(), &t), SyscallFails(EIO));
  EXPECT_THAT(tcsetpgrp(pty.slave.get(), getpgrp()), SyscallFails(ENOTTY));
  EXPECT_EQ(PollNow(pty.slave.get()), POLLIN | POLLOUT | POLLHUP | POLLERR);
}

TEST(Pty, MasterClosedWakesAReader) {
  PtyPair pty = PtyPair::Create();
  char c;
  ssize_t n = -2;
  int error = 0;
  ScopedThread reader([&] {
    n = read(pty.slave.get(), &c, 1);
    error = errno;
  });
  WaitUntilSleeping(reader.tid());
  pty.master.reset();
  reader.Join();
  EXPECT_TRUE(n == 0 || (n == -1 && error == EIO)) << n << " " << error;
}

TEST(Pty, MasterSeesTheSlavesSettings) {
  PtyPair pty = PtyPair::Create();
  termios t;
  ASSERT_THAT(tcgetattr(pty.master.get(), &t), SyscallSucceeds());
  EXPECT_NE(t.c_lflag & static_cast<tcflag_t>(ICANON), 0u);
  t.c_lflag &= static_cast<tcflag_t>(~ECHO);
  ASSERT_THAT(tcsetattr(pty.master.get(), TCSANOW, &t), SyscallSucceeds());
  EXPECT_EQ(pty.Settings().c_lflag & static_cast<tcflag_t>(ECHO), 0u);
}

TEST(Pty, FullAndDrained) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  pty.MakeRaw();
  std::string chunk(1000, 'x');
  size_t total = 0;
  ssize_t n;
  while ((n = write(pty.slave.get(), chunk.data(), chunk.size())) > 0) {
    total += static_cast<size_t>(n);
    ASSERT_LT(total, 1u << 20);
  }
  EXPECT_THAT(n, SyscallFails(EAGAIN));
  EXPECT_GE(total, 4096u);
  EXPECT_EQ(PollNow(pty.slave.get()) & POLLOUT, 0);
  size_t got = 0;
  while (got < total) {
    std::string piece = pty.Screen();
    ASSERT_NE(piece, "<nothing>");
    got += piece.size();
  }
  EXPECT_EQ(got, total);
  EXPECT_EQ(PollFor(pty.slave.get(), POLLOUT), POLLOUT);
}

TEST(Pty, ABlockedWriterGoesOn) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  std::string text(100'000, 'y');
  ssize_t n = -2;
  ScopedThread writer([&] { n = write(pty.slave.get(), text.data(), text.size()); });
  size_t got = 0;
  while (got < text.size()) {
    std::string piece = pty.Screen();
    ASSERT_NE(piece, "<nothing>");
    got += piece.size();
  }
  writer.Join();
  EXPECT_EQ(n, static_cast<ssize_t>(text.size()));
}

TEST(Pty, ALongPasteIsNotLost) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  std::string text(50'000, 'z');
  ScopedThread writer([&] {
    EXPECT_THAT(write(pty.master.get(), text.data(), text.size()), SyscallReturns(50'000));
  });
  size_t got = 0;
  while (got < text.size()) {
    std::string piece = pty.Read();
    ASSERT_NE(piece, "<nothing>");
    got += piece.size();
  }
  EXPECT_EQ(got, text.size());
}

TEST(Pty, WindowSizeIsShared) {
  PtyPair pty = PtyPair::Create();
  winsize size = {};
  ASSERT_THAT(ioctl(pty.slave.get(), TIOCGWINSZ, &size), SyscallSucceeds());
  EXPECT_EQ(size.ws_row, 0);
  size = {.ws_row = 31, .ws_col = 97, .ws_xpixel = 3, .ws_ypixel = 4};
  ASSERT_THAT(ioctl(pty.master.get(), TIOCSWINSZ, &size), SyscallSucceeds());
  winsize seen = {};
  ASSERT_THAT(ioctl(pty.slave.get(), TIOCGWINSZ, &seen), SyscallSucceeds());
  EXPECT_EQ(seen.ws_row, 31);
  EXPECT_EQ(seen.ws_col, 97);
  size.ws_row = 5;
  ASSERT_THAT(ioctl(pty.slave.get(), TIOCSWINSZ, &size), SyscallSucceeds());
  ASSERT_THAT(ioctl(pty.master.get(), TIOCGWINSZ, &seen), SyscallSucceeds());
  EXPECT_EQ(seen.ws_row, 5);
}

TEST(Pty, PacketModeTellsDataFromStatus) {
  PtyPair pty = PtyPair::Create();
  SetPacketMode(pty.master.get(), 1);
  int on = 0;
  EXPECT_THAT(ioctl(pty.master.get(), TIOCGPKT, &on), SyscallSucceeds());
  EXPECT_EQ(on, 1);
  pty.Print("data");
  EXPECT_EQ(pty.Screen(), "\0data"s);
  EXPECT_THAT(tcflush(pty.slave.get(), TCIFLUSH), SyscallSucceeds());
  EXPECT_EQ(PollFor(pty.master.get(), POLLPRI), POLLPRI);
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_FLUSHREAD));
  EXPECT_THAT(tcflush(pty.slave.get(), TCOFLUSH), SyscallSucceeds());
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_FLUSHWRITE));
  EXPECT_THAT(tcflow(pty.slave.get(), TCOOFF), SyscallSucceeds());
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_STOP));
  EXPECT_THAT(tcflow(pty.slave.get(), TCOON), SyscallSucceeds());
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_START));
  pty.Adjust([](termios& t) { t.c_iflag &= static_cast<tcflag_t>(~IXON); });
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_NOSTOP));
  pty.Adjust([](termios& t) { t.c_iflag |= IXON; });
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_DOSTOP));
  SetPacketMode(pty.master.get(), 0);
  pty.Print("x");
  EXPECT_EQ(pty.Screen(), "x");
}

TEST(Pty, ExternalProcessing) {
  PtyPair pty = PtyPair::Create();
  SetPacketMode(pty.master.get(), 1);
  pty.Adjust([](termios& t) { t.c_lflag |= EXTPROC; });
  EXPECT_EQ(pty.Screen(), std::string(1, TIOCPKT_IOCTL));
  pty.Type("a\177b");
  EXPECT_EQ(pty.Read(), "a\177b");
}

TEST(Pty, Exclusive) {
  PtyPair pty = PtyPair::Create();
  int exclusive = -1;
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCGEXCL, &exclusive), SyscallSucceeds());
  EXPECT_EQ(exclusive, 0);
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCEXCL), SyscallSucceeds());
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCGEXCL, &exclusive), SyscallSucceeds());
  EXPECT_EQ(exclusive, 1);
  int expected = geteuid() == 0 ? 0 : EBUSY;
  Fd other(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY));
  EXPECT_EQ(other.get() >= 0 ? 0 : errno, expected);
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCNXCL), SyscallSucceeds());
  EXPECT_THAT(Fd(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY)).get(), SyscallSucceeds());
}

TEST(Pty, Discipline) {
  PtyPair pty = PtyPair::Create();
  int discipline = -1;
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCGETD, &discipline), SyscallSucceeds());
  EXPECT_EQ(discipline, 0);
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCSETD, &discipline), SyscallSucceeds());
}

TEST(Pty, QueuesAndBreaks) {
  PtyPair pty = PtyPair::Create();
  int n = -1;
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCOUTQ, &n), SyscallSucceeds());
  EXPECT_EQ(n, 0);
  EXPECT_THAT(tcdrain(pty.slave.get()), SyscallSucceeds());
  EXPECT_THAT(tcsendbreak(pty.slave.get(), 0), SyscallSucceeds());
  pty.Print("abc");
  ASSERT_TRUE(PtyPair::WaitReadable(pty.master.get()));
  EXPECT_THAT(ioctl(pty.master.get(), FIONREAD, &n), SyscallSucceeds());
  EXPECT_EQ(n, 3);
}

TEST(Pty, EdgeTriggeredEpoll) {
  PtyPair pty = PtyPair::Create();
  Fd epoll(epoll_create1(0));
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = 1}};
  ASSERT_THAT(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, pty.slave.get(), &event), SyscallSucceeds());
  EXPECT_THAT(epoll_wait(epoll.get(), &event, 1, 0), SyscallReturns(0));
  pty.Type("a");
  EXPECT_EQ(pty.Screen(), "a");
  pty.Type("b\n");
  EXPECT_THAT(epoll_wait(epoll.get(), &event, 1, 10'000), SyscallReturns(1));
  EXPECT_THAT(epoll_wait(epoll.get(), &event, 1, 0), SyscallReturns(0));
  pty.Type("c\n");
  EXPECT_THAT(epoll_wait(epoll.get(), &event, 1, 10'000), SyscallReturns(1));
}

TEST(Pty, ReopeningPtmxThroughProcMakesAnother) {
  Fd master = OpenMaster();
  std::string link = "/proc/self/fd/" + std::to_string(master.get());
  Fd other(open(link.c_str(), O_RDWR | O_NOCTTY));
  ASSERT_THAT(other.get(), SyscallSucceeds());
  EXPECT_NE(NumberOf(other.get()), NumberOf(master.get()));
}

TEST(Pty, ManyAtOnce) {
  std::vector<PtyPair> all;
  std::set<std::string> names;
  for (int i = 0; i < 50; ++i) {
    all.push_back(PtyPair::Create());
    names.insert(all.back().SlaveName());
  }
  EXPECT_EQ(names.size(), 50u);
}

TEST(Devpts, InstancesAreApart) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  TempDir place = TempDir::Create();
  int mounted = mount("devpts", place.c_str(), "devpts", 0,
                      "newinstance,ptmxmode=0666,mode=0644,uid=7,gid=8,max=2");
  if (mounted != 0 && errno == EPERM) GTEST_SKIP() << "may not mount";
  ASSERT_THAT(mounted, SyscallSucceeds());
  {
    std::string ptmx = place.Join("ptmx");
    Fd first(open(ptmx.c_str(), O_RDWR | O_NOCTTY));
    ASSERT_THAT(first.get(), SyscallSucceeds());
    EXPECT_EQ(NumberOf(first.get()), 0);
    struct stat info;
    ASSERT_THAT(stat(place.Join("0").c_str(), &info), SyscallSucceeds());
    EXPECT_EQ(info.st_mode & 07777, 0644u);
    EXPECT_EQ(info.st_uid, 7u);
    EXPECT_EQ(info.st_gid, 8u);
    ASSERT_THAT(stat(ptmx.c_str(), &info), SyscallSucceeds());
    EXPECT_EQ(info.st_mode & 07777, 0666u);
    EXPECT_EQ(info.st_rdev, makedev(5, 2));
    Fd second(open(ptmx.c_str(), O_RDWR | O_NOCTTY));
    EXPECT_THAT(second.get(), SyscallSucceeds());
    EXPECT_THAT(open(ptmx.c_str(), O_RDWR | O_NOCTTY), SyscallFails(ENOSPC));
    SetLock(first.get(), 0);
    Fd peer(ioctl(first.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY));
    EXPECT_THAT(peer.get(), SyscallSucceeds());
  }
  EXPECT_THAT(umount2(place.c_str(), 0), SyscallSucceeds());
}

TEST(Devpts, BadOptions) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  TempDir place = TempDir::Create();
  int mounted = mount("devpts", place.c_str(), "devpts", 0, "nonsense=1");
  if (mounted != 0 && errno == EPERM) GTEST_SKIP() << "may not mount";
  EXPECT_THAT(mounted, SyscallFails(EINVAL));
}

}  // namespace
}  // namespace test

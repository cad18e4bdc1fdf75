// The line discipline of terminals (termios(3)): lines, echo, editing, signals, flow control,
// output processing, VMIN and VTIME.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/thread.h"

namespace test {
namespace {

using std::string_literals::operator""s;

short PollNow(int fd) {
  pollfd entry = {fd, POLLIN | POLLOUT | POLLPRI, 0};
  EXPECT_THAT(poll(&entry, 1, 0), SyscallSucceeds());
  return entry.revents;
}

int Pending(int fd) {
  int n = -1;
  EXPECT_THAT(ioctl(fd, FIONREAD, &n), SyscallSucceeds());
  return n;
}

// What the screen shows when `typed` is typed under the changed settings.
template <typename Change>
std::string Echo(std::string_view typed, Change change) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust(change);
  pty.Type(typed);
  return pty.Screen();
}
std::string Echo(std::string_view typed) {
  return Echo(typed, [](termios&) {});
}

// What the screen shows when a program prints `text`.
template <typename Change>
std::string Output(std::string_view text, Change change) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust(change);
  pty.Print(text);
  return pty.Screen();
}

TEST(TtyLine, DefaultSettings) {
  PtyPair pty = PtyPair::Create();
  termios t = pty.Settings();
  EXPECT_EQ(t.c_iflag, static_cast<tcflag_t>(ICRNL | IXON));
  EXPECT_EQ(t.c_oflag, static_cast<tcflag_t>(OPOST | ONLCR));
  EXPECT_EQ(t.c_cflag, static_cast<tcflag_t>(B38400 | CS8 | CREAD));
  EXPECT_EQ(t.c_lflag, static_cast<tcflag_t>(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL |
                                             ECHOKE | IEXTEN));
  EXPECT_EQ(std::string(reinterpret_cast<char*>(t.c_cc), 17),
            "\003\034\177\025\004\0\1\0\021\023\032\0\022\017\027\026\0"s);
  EXPECT_EQ(cfgetospeed(&t), static_cast<speed_t>(B38400));
}

TEST(TtyLine, CanonicalReadsGiveOneLine) {
  PtyPair pty = PtyPair::Create();
  pty.Type("one\ntwo\n");
  EXPECT_EQ(pty.Read(), "one\n");
  EXPECT_EQ(pty.Read(), "two\n");
}

TEST(TtyLine, NothingBeforeTheLineEnds) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  pty.Type("unfinished");
  pty.Screen();
  char c;
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallFails(EAGAIN));
  EXPECT_EQ(PollNow(pty.slave.get()), POLLOUT);
  EXPECT_EQ(Pending(pty.slave.get()), 0);
  pty.Type("\n");
  EXPECT_EQ(pty.Read(), "unfinished\n");
}

TEST(TtyLine, ALineMayBeReadInParts) {
  PtyPair pty = PtyPair::Create();
  pty.Type("abcdef\n");
  char buffer[4];
  ASSERT_TRUE(PtyPair::WaitReadable(pty.slave.get()));
  EXPECT_EQ(Pending(pty.slave.get()), 7);
  EXPECT_THAT(read(pty.slave.get(), buffer, 4), SyscallReturns(4));
  EXPECT_EQ(Pending(pty.slave.get()), 3);
  EXPECT_EQ(pty.Read(), "ef\n");
}

TEST(TtyLine, EndOfFileEndsALineAndIsNotRead) {
  PtyPair pty = PtyPair::Create();
  pty.Type("abc\004");
  EXPECT_EQ(pty.Read(), "abc");
  pty.Type("\004");
  EXPECT_EQ(pty.Read(), "");
  pty.Type("x\n");
  EXPECT_EQ(pty.Read(), "x\n");
}

TEST(TtyLine, EndOfFileBehindAFullReadIsTakenToo) {
  PtyPair pty = PtyPair::Create();
  pty.Type("abc\004def\n");
  char buffer[3];
  ASSERT_TRUE(PtyPair::WaitReadable(pty.slave.get()));
  EXPECT_THAT(read(pty.slave.get(), buffer, 3), SyscallReturns(3));
  EXPECT_EQ(pty.Read(), "def\n");
}

TEST(TtyLine, EndOfLineCharacters) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    t.c_cc[VEOL] = '!';
    t.c_cc[VEOL2] = '?';
  });
  pty.Type("a!b?c\n");
  EXPECT_EQ(pty.Read(), "a!");
  EXPECT_EQ(pty.Read(), "b?");
  EXPECT_EQ(pty.Read(), "c\n");
}

TEST(TtyLine, ALineThatIsTooLongKeepsItsStart) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~ECHO); });
  std::string line(5000, 'x');
  pty.Type(line);
  pty.Type("\n");
  std::string got = pty.Read();
  EXPECT_EQ(got.size(), 4096u);
  EXPECT_EQ(got.back(), '\n');
}

TEST(TtyLine, InputMapping) {
  PtyPair pty = PtyPair::Create();
  pty.Type("a\r");
  EXPECT_EQ(pty.Read(), "a\n");
  pty.Adjust([](termios& t) { t.c_iflag = IGNCR; });
  pty.Type("b\r\n");
  EXPECT_EQ(pty.Read(), "b\n");
  pty.Adjust([](termios& t) {
    t.c_iflag = INLCR;
    t.c_cc[VEOL] = '\r';
  });
  pty.Type("c\n");
  EXPECT_EQ(pty.Read(), "c\r");
  pty.Adjust([](termios& t) { t.c_iflag = IUCLC | ISTRIP; });
  pty.Type("D\xc5\n");
  EXPECT_EQ(pty.Read(), "de\n");
}

TEST(TtyLine, ParityMarksDoubleFf) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_iflag = PARMRK;
  });
  pty.Type(
      "a\xff"
      "b");
  EXPECT_EQ(pty.Read(),
            "a\xff\xff"
            "b");
}

TEST(TtyLine, EchoOfControlCharacters) {
  EXPECT_EQ(Echo("a\x01\x1b\t"), "a^A^[\t");
  EXPECT_EQ(Echo("a\001b", [](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~ECHOCTL); }),
            "a\001b");
  EXPECT_EQ(Echo("a\n"), "a\r\n");
  EXPECT_EQ(Echo("ab\n",
                 [](termios& t) {
                   t.c_lflag &= static_cast<tcflag_t>(~ECHO);
                   t.c_lflag |= ECHONL;
                 }),
            "\r\n");
  EXPECT_EQ(Echo("a\n", [](termios& t) { t.c_oflag = 0; }), "a\n");
}

TEST(TtyLine, EraseOnTheScreen) {
  EXPECT_EQ(Echo("ab\177"), "ab\b \b");
  EXPECT_EQ(Echo("\177"  // Nothing to take away.
                 "x"),
            "x");
  EXPECT_EQ(Echo("a\001\177"), "a^A\b \b\b \b");
  EXPECT_EQ(Echo("ab\177", [](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~ECHOE); }), "ab^?");
  EXPECT_EQ(Echo("abc\177\177d", [](termios& t) { t.c_lflag |= ECHOPRT; }), "abc\\cb/d");
}

TEST(TtyLine, EraseOfATab) {
  EXPECT_EQ(Echo("a\t\177"), "a\t\b\b\b\b\b\b\b");
  EXPECT_EQ(Echo("\tab\t\177"), "\tab\t\b\b\b\b\b\b");
}

TEST(TtyLine, EraseOfSeveralBytes) {
  auto utf8 = [](termios& t) { t.c_iflag |= IUTF8; };
  EXPECT_EQ(Echo("a\xc3\xa4\177", utf8), "a\xc3\xa4\b \b");
  PtyPair pty = PtyPair::Create();
  pty.Adjust(utf8);
  pty.Type("a\xe2\x82\xac\177b\n");
  EXPECT_EQ(pty.Read(), "ab\n");
}

TEST(TtyLine, WordEraseAndKill) {
  PtyPair pty = PtyPair::Create();
  pty.Type("one two_2  \027three\n");
  EXPECT_EQ(pty.Read(), "one three\n");
  pty.Type("all gone\025new\n");
  EXPECT_EQ(pty.Read(), "new\n");
  EXPECT_EQ(Echo("ab\025"), "ab\b \b\b \b");
  EXPECT_EQ(Echo("ab\025", [](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~ECHOKE); }),
            "ab^U\r\n");
  EXPECT_EQ(
      Echo("ab\025c", [](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~(ECHOKE | ECHOK)); }),
      "ab^Uc");
}

TEST(TtyLine, LiteralNext) {
  PtyPair pty = PtyPair::Create();
  pty.Type("a\026\003\026\177b\n");
  EXPECT_EQ(pty.Read(), "a\003\177b\n");
  EXPECT_EQ(Echo("\026\003"), "^\b^C");
}

TEST(TtyLine, Reprint) {
  EXPECT_EQ(Echo("ab\001\022"), "ab^A^R\r\nab^A");
}

TEST(TtyLine, WithoutIextenExtensionsAreData) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~IEXTEN); });
  pty.Type("a\026\027\022b\n");
  EXPECT_EQ(pty.Read(), "a\026\027\022b\n");
}

TEST(TtyLine, DisabledCharactersAreData) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) { t.c_cc[VERASE] = _POSIX_VDISABLE; });
  pty.Type("a\0\177\n"s);
  EXPECT_EQ(pty.Read(), "a\0\177\n"s);
}

TEST(TtyLine, OutputProcessing) {
  auto with = [](tcflag_t flags) { return [flags](termios& t) { t.c_oflag = flags; }; };
  EXPECT_EQ(Output("a\nb", with(OPOST | ONLCR)), "a\r\nb");
  EXPECT_EQ(Output("a\nb", with(ONLCR)), "a\nb");
  EXPECT_EQ(Output("a\rb", with(OPOST | OCRNL)), "a\nb");
  EXPECT_EQ(Output("\ra\rb", with(OPOST | ONOCR)), "a\rb");
  EXPECT_EQ(Output("a\tb", with(OPOST | XTABS)), "a       b");
  EXPECT_EQ(Output("ab\n\tc", with(OPOST | XTABS | ONLRET)), "ab\n        c");
  EXPECT_EQ(Output("aB\n", with(OPOST | OLCUC)), "AB\n");
}

TEST(TtyLine, RawReadsGiveWhatIsThere) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  pty.Type("a\003\r\n\004");
  EXPECT_EQ(pty.Read(), "a\003\r\n\004");
  EXPECT_EQ(PollNow(pty.master.get()), POLLOUT);  // No echo.
}

TEST(TtyLine, VminWaitsForThatManyCharacters) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 3;
  });
  pty.Type("a");
  char buffer[16];
  ssize_t n = -2;
  ScopedThread reader([&] { n = read(pty.slave.get(), buffer, sizeof(buffer)); });
  WaitUntilSleeping(reader.tid());
  EXPECT_EQ(PollNow(pty.slave.get()) & POLLIN, 0);
  pty.Type("bcd");
  reader.Join();
  EXPECT_THAT(n, SyscallReturns(testing::AnyOf(3, 4)));
}

TEST(TtyLine, VminIsNoMoreThanAskedFor) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 10;
  });
  pty.Type("abc");
  char buffer[2];
  EXPECT_THAT(read(pty.slave.get(), buffer, 2), SyscallReturns(2));
}

TEST(TtyLine, NonblockingReadsDoNotCareForVmin) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 10;
  });
  char buffer[16];
  EXPECT_THAT(read(pty.slave.get(), buffer, sizeof(buffer)), SyscallFails(EAGAIN));
  pty.Type("abc");
  while (Pending(pty.slave.get()) < 3) sched_yield();
  EXPECT_THAT(read(pty.slave.get(), buffer, sizeof(buffer)), SyscallReturns(3));
}

TEST(TtyLine, VtimeAloneIsATimeout) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 2;
  });
  timespec before, after;
  char c;
  clock_gettime(CLOCK_MONOTONIC, &before);
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallReturns(0));
  clock_gettime(CLOCK_MONOTONIC, &after);
  double passed = static_cast<double>(after.tv_sec - before.tv_sec) +
                  static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e9;
  EXPECT_GE(passed, 0.19);
  pty.Type("x");
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallReturns(1));
}

TEST(TtyLine, NeitherVminNorVtimeNeverWaits) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
  });
  char c;
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallReturns(0));
}

TEST(TtyLine, VtimeBetweenCharacters) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 5;
    t.c_cc[VTIME] = 1;
  });
  pty.Type("ab");
  char buffer[16];
  EXPECT_THAT(read(pty.slave.get(), buffer, sizeof(buffer)), SyscallReturns(2));
}

TEST(TtyLine, ASignalEndsAReadWithWhatIsThere) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfmakeraw(&t);
    t.c_cc[VMIN] = 5;
  });
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  ASSERT_THAT(sigaction(SIGUSR1, &action, nullptr), SyscallSucceeds());
  pty.Type("ab");
  char buffer[16];
  ssize_t n = -2;
  ScopedThread reader([&] { n = read(pty.slave.get(), buffer, sizeof(buffer)); });
  WaitUntilSleeping(reader.tid());
  pthread_kill(reader.handle(), SIGUSR1);
  reader.Join();
  EXPECT_EQ(n, 2);
}

TEST(TtyLine, SwitchingToRawShowsAnUnfinishedLine) {
  PtyPair pty = PtyPair::Create();
  pty.Type("abc");
  pty.Screen();
  pty.MakeRaw();
  EXPECT_EQ(pty.Read(), "abc");
}

TEST(TtyLine, SwitchingToCanonicalMakesALineOfWhatIsThere) {
  PtyPair pty = PtyPair::Create();
  pty.MakeRaw();
  pty.Type("abc");
  while (Pending(pty.slave.get()) < 3) sched_yield();
  pty.Adjust([](termios& t) { t.c_lflag |= ICANON; });
  EXPECT_EQ(pty.Read(), "abc");
}

TEST(TtyLine, FlushingDropsInput) {
  PtyPair pty = PtyPair::Create();
  pty.Type("abc\n");
  ASSERT_TRUE(PtyPair::WaitReadable(pty.slave.get()));
  EXPECT_THAT(tcflush(pty.slave.get(), TCIFLUSH), SyscallSucceeds());
  EXPECT_EQ(PollNow(pty.slave.get()) & POLLIN, 0);
  EXPECT_THAT(tcflush(pty.slave.get(), 7), SyscallFails(EINVAL));
  pty.Type("def\n");
  ASSERT_TRUE(PtyPair::WaitReadable(pty.slave.get()));
  termios t = pty.Settings();
  EXPECT_THAT(tcsetattr(pty.slave.get(), TCSAFLUSH, &t), SyscallSucceeds());
  EXPECT_EQ(Pending(pty.slave.get()), 0);
}

TEST(TtyLine, StopAndStartCharacters) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  pty.Type("\023");
  char c = 'x';
  while (write(pty.slave.get(), &c, 1) == 1) sched_yield();  // Not at once, natively.
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(PollNow(pty.slave.get()) & POLLOUT, 0);
  pty.Type("\021");
  pollfd entry = {pty.slave.get(), POLLOUT, 0};
  EXPECT_THAT(poll(&entry, 1, 10'000), SyscallReturns(1));
  EXPECT_THAT(write(pty.slave.get(), &c, 1), SyscallReturns(1));
}

TEST(TtyLine, AnyCharacterStartsWithIxany) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  pty.Adjust([](termios& t) { t.c_iflag |= IXANY; });
  pty.Type("\023");
  char c = 'x';
  while (write(pty.slave.get(), &c, 1) == 1) sched_yield();
  pty.Type("a");
  pollfd entry = {pty.slave.get(), POLLOUT, 0};
  EXPECT_THAT(poll(&entry, 1, 10'000), SyscallReturns(1));
}

TEST(TtyLine, FlowByIoctl) {
  PtyPair pty = PtyPair::Create(O_NONBLOCK);
  EXPECT_THAT(tcflow(pty.slave.get(), TCOOFF), SyscallSucceeds());
  EXPECT_THAT(write(pty.slave.get(), "x", 1), SyscallFails(EAGAIN));
  EXPECT_THAT(tcflow(pty.slave.get(), TCOON), SyscallSucceeds());
  EXPECT_THAT(write(pty.slave.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(pty.Screen(), "x");
  EXPECT_THAT(tcflow(pty.slave.get(), TCIOFF), SyscallSucceeds());
  EXPECT_EQ(pty.Screen(), "\023");
  EXPECT_THAT(tcflow(pty.slave.get(), TCION), SyscallSucceeds());
  EXPECT_EQ(pty.Screen(), "\021");
  EXPECT_THAT(tcflow(pty.slave.get(), 9), SyscallFails(EINVAL));
}

TEST(TtyLine, SpeedsAndOldStructures) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) {
    cfsetispeed(&t, B9600);
    cfsetospeed(&t, B115200);
  });
  termios t = pty.Settings();
  EXPECT_EQ(cfgetospeed(&t), static_cast<speed_t>(B115200));
  struct Termio {
    unsigned short iflag, oflag, cflag, lflag;
    unsigned char line, cc[8];
  } old = {};
  ASSERT_THAT(ioctl(pty.slave.get(), TCGETA, &old), SyscallSucceeds());
  EXPECT_EQ(old.oflag, OPOST | ONLCR);
  EXPECT_EQ(old.cc[VINTR], 3);
  old.oflag = 0;
  ASSERT_THAT(ioctl(pty.slave.get(), TCSETA, &old), SyscallSucceeds());
  EXPECT_EQ(pty.Settings().c_oflag, 0u);
  // Always eight bits, and on.
  pty.Adjust([](termios& s) { s.c_cflag = B9600 | CS7 | PARENB; });
  EXPECT_EQ(pty.Settings().c_cflag & static_cast<tcflag_t>(CSIZE | PARENB | CREAD),
            static_cast<tcflag_t>(CS8 | CREAD));
}

TEST(TtyLine, LockedSettings) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  PtyPair pty = PtyPair::Create();
  termios lock = {};
  lock.c_lflag = ECHO;
  ASSERT_THAT(ioctl(pty.slave.get(), TIOCSLCKTRMIOS, &lock), SyscallSucceeds());
  pty.Adjust([](termios& t) { t.c_lflag = 0; });
  EXPECT_EQ(pty.Settings().c_lflag, static_cast<tcflag_t>(ECHO));
}

}  // namespace
}  // namespace test

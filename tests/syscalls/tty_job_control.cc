// Controlling terminals, sessions, foreground and background (credentials(7), ioctl_tty(2),
// tcsetpgrp(3)).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

void Ignore(int signal) {
  CHILD_CHECK(::signal(signal, SIG_IGN) != SIG_ERR);
}

// In a child: a session of its own whose terminal is `pty`, itself in front.
void LeadSession(const PtyPair& pty) {
  CHILD_CHECK(setsid() == getpid());
  CHILD_CHECK(ioctl(pty.slave.get(), TIOCSCTTY, 0) == 0);
}

// Runs `body` in a child that leads a session on `pty`.
template <typename Body>
int InSession(const PtyPair& pty, const Body& body) {
  return ForkAndWait([&] {
    LeadSession(pty);
    body();
  });
}

// Forks a member of the session in a process group of its own, in the background.
template <typename Body>
pid_t ForkBackground(const Body& body) {
  pid_t child = Fork([&] {
    setpgid(0, 0);
    body();
  });
  CHILD_CHECK(child > 0);
  setpgid(child, child);
  return child;
}

int WaitStatus(pid_t child, int options) {
  int status = -1;
  CHILD_CHECK(waitpid(child, &status, options) == child);
  return status;
}

void PutInFront(int tty, pid_t group) {
  Ignore(SIGTTOU);
  CHILD_CHECK(tcsetpgrp(tty, group) == 0);
}

std::string Field(pid_t pid, int index) {
  std::string stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  size_t at = stat.rfind(')') + 2;
  for (int i = 3; i < index; ++i) at = stat.find(' ', at) + 1;
  return stat.substr(at, stat.find(' ', at) - at);
}

// Tells the test that the child has come that far, and waits for it there.
struct Meeting {
  Pipe pipe = Pipe::Create();
  void Tell() const { CHILD_CHECK(write(pipe.write_end.get(), "x", 1) == 1); }
  void Wait() const {
    char c;
    EXPECT_THAT(read(pipe.read_end.get(), &c, 1), SyscallReturns(1));
  }
};

TEST(ControllingTerminal, OpeningMakesIt) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
                int tty = open(name.c_str(), O_RDWR);
                CHILD_CHECK(tty >= 0);
                CHILD_CHECK(tcgetsid(tty) == getpid());
                CHILD_CHECK(tcgetpgrp(tty) == getpgrp());
                int again = open("/dev/tty", O_RDWR);
                CHILD_CHECK(again >= 0);
                CHILD_CHECK(tcgetsid(again) == getpid());
                struct stat info;
                CHILD_CHECK(fstat(again, &info) == 0 && info.st_rdev == 0x500);
                CHILD_CHECK(write(again, "hello", 5) == 5);
              }),
              Exited(0));
  EXPECT_EQ(pty.Screen(), "hello");
}

TEST(ControllingTerminal, NotWithNoctty) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                int tty = open(name.c_str(), O_RDWR | O_NOCTTY);
                CHILD_CHECK(tty >= 0);
                CHILD_CHECK(tcgetsid(tty) < 0 && errno == ENOTTY);
                CHILD_CHECK(tcgetpgrp(tty) < 0 && errno == ENOTTY);
                CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
              }),
              Exited(0));
}

TEST(ControllingTerminal, NotByAnOrdinaryMember) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                int status = ForkAndWait([&] {
                  int tty = open(name.c_str(), O_RDWR);
                  CHILD_CHECK(tty >= 0);
                  CHILD_CHECK(tcgetsid(tty) < 0 && errno == ENOTTY);
                  CHILD_CHECK(ioctl(tty, TIOCSCTTY, 0) < 0 && errno == EPERM);
                });
                CHILD_CHECK(status == 0);
              }),
              Exited(0));
}

TEST(ControllingTerminal, NotByWritingAlone) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                int tty = open(name.c_str(), O_WRONLY);
                CHILD_CHECK(tty >= 0);
                CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
                bool may = geteuid() == 0;
                int done = ioctl(tty, TIOCSCTTY, 0);
                CHILD_CHECK(may ? done == 0 : done < 0 && errno == EPERM);
              }),
              Exited(0));
}

TEST(ControllingTerminal, ASecondOneIsRefused) {
  PtyPair first = PtyPair::Create();
  PtyPair second = PtyPair::Create();
  EXPECT_THAT(InSession(first,
                        [&] {
                          CHILD_CHECK(ioctl(first.slave.get(), TIOCSCTTY, 0) == 0);
                          CHILD_CHECK(ioctl(second.slave.get(), TIOCSCTTY, 0) < 0);
                          CHILD_CHECK(errno == EPERM);
                          int tty = open(second.SlaveName().c_str(), O_RDWR);
                          CHILD_CHECK(tty >= 0 && tcgetsid(tty) < 0);
                        }),
              Exited(0));
}

TEST(ControllingTerminal, StealingNeedsPrivilege) {
  PtyPair pty = PtyPair::Create();
  Meeting ready, over;
  pid_t owner = Fork([&] {
    LeadSession(pty);
    Ignore(SIGHUP);
    ready.Tell();
    char c;
    CHILD_CHECK(read(over.pipe.read_end.get(), &c, 1) == 1);
    bool lost = open("/dev/tty", O_RDWR) < 0;
    CHILD_CHECK(lost == (geteuid() == 0));
  });
  ready.Wait();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                CHILD_CHECK(ioctl(pty.slave.get(), TIOCSCTTY, 0) < 0 && errno == EPERM);
                int stolen = ioctl(pty.slave.get(), TIOCSCTTY, 1);
                CHILD_CHECK(geteuid() == 0 ? stolen == 0 : stolen < 0 && errno == EPERM);
                over.Tell();
              }),
              Exited(0));
  EXPECT_THAT(WaitFor(owner), Exited(0));
}

TEST(ControllingTerminal, ForkInheritsAndSetsidLoses) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          int status = ForkAndWait([] {
                            CHILD_CHECK(open("/dev/tty", O_RDWR) >= 0);
                            CHILD_CHECK(setsid() > 0);
                            CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
                          });
                          CHILD_CHECK(status == 0);
                        }),
              Exited(0));
}

TEST(ControllingTerminal, OneForkedBeforeHasNone) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setsid() > 0);
                Meeting go;
                pid_t child = Fork([&] {
                  char c;
                  CHILD_CHECK(read(go.pipe.read_end.get(), &c, 1) == 1);
                  CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
                });
                CHILD_CHECK(ioctl(pty.slave.get(), TIOCSCTTY, 0) == 0);
                go.Tell();
                CHILD_CHECK(WaitStatus(child, 0) == 0);
              }),
              Exited(0));
}

TEST(ControllingTerminal, GivenUpByOneMember) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          int status = ForkAndWait([&] {
                            CHILD_CHECK(ioctl(pty.slave.get(), TIOCNOTTY) == 0);
                            CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
                            CHILD_CHECK(ioctl(pty.slave.get(), TIOCNOTTY) < 0 && errno == ENOTTY);
                          });
                          CHILD_CHECK(status == 0);
                          CHILD_CHECK(open("/dev/tty", O_RDWR) >= 0);
                        }),
              Exited(0));
}

volatile sig_atomic_t hangups = 0, continues = 0;

TEST(ControllingTerminal, GivenUpByTheLeader) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          ::signal(SIGHUP, [](int) { hangups = hangups + 1; });
                          ::signal(SIGCONT, [](int) { continues = continues + 1; });
                          CHILD_CHECK(ioctl(pty.slave.get(), TIOCNOTTY) == 0);
                          CHILD_CHECK(hangups == 1 && continues == 1);
                          CHILD_CHECK(tcgetsid(pty.slave.get()) < 0 && errno == ENOTTY);
                          CHILD_CHECK(ioctl(pty.slave.get(), TIOCSCTTY, 0) == 0);
                        }),
              Exited(0));
}

TEST(ControllingTerminal, ProcStat) {
  PtyPair pty = PtyPair::Create();
  int number = -1;
  ASSERT_THAT(ioctl(pty.master.get(), TIOCGPTN, &number), SyscallSucceeds());
  EXPECT_THAT(InSession(pty,
                        [&] {
                          std::string device = std::to_string((136 << 8) + number);
                          CHILD_CHECK(Field(getpid(), 7) == device);
                          CHILD_CHECK(Field(getpid(), 8) == std::to_string(getpgrp()));
                          CHILD_CHECK(setsid() < 0);
                        }),
              Exited(0));
}

TEST(Foreground, CanBeAskedByTheMaster) {
  PtyPair pty = PtyPair::Create();
  pid_t group = -1;
  EXPECT_THAT(ioctl(pty.master.get(), TIOCGPGRP, &group), SyscallSucceeds());
  EXPECT_EQ(group, 0);
  EXPECT_THAT(ioctl(pty.master.get(), TIOCGSID, &group), SyscallFails(ENOTTY));
  Meeting ready, over;
  pid_t child = Fork([&] {
    LeadSession(pty);
    ready.Tell();
    char c;
    CHILD_CHECK(read(over.pipe.read_end.get(), &c, 1) == 1);
  });
  ready.Wait();
  EXPECT_THAT(ioctl(pty.master.get(), TIOCGPGRP, &group), SyscallSucceeds());
  EXPECT_EQ(group, child);
  EXPECT_THAT(ioctl(pty.master.get(), TIOCGSID, &group), SyscallSucceeds());
  EXPECT_EQ(group, child);
  over.Tell();
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST(Foreground, BadGroups) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(tcsetpgrp(pty.slave.get(), getpgrp()), SyscallFails(ENOTTY));
  EXPECT_THAT(InSession(pty,
                        [&] {
                          int tty = pty.slave.get();
                          CHILD_CHECK(tcsetpgrp(tty, -1) < 0 && errno == EINVAL);
                          CHILD_CHECK(tcsetpgrp(tty, 4'000'000) < 0 && errno == ESRCH);
                          CHILD_CHECK(tcsetpgrp(tty, getppid()) < 0 && errno == EPERM);
                          CHILD_CHECK(tcsetpgrp(tty, getpgrp()) == 0);
                        }),
              Exited(0));
}

TEST(Background, ReadingStops) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          pid_t child = ForkBackground([&] {
                            char c;
                            CHILD_CHECK(read(pty.slave.get(), &c, 1) == 1 && c == 'x');
                          });
                          int status = WaitStatus(child, WUNTRACED);
                          CHILD_CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
                          PutInFront(pty.slave.get(), child);
                          CHILD_CHECK(write(pty.master.get(), "x\n", 2) == 2);
                          CHILD_CHECK(kill(child, SIGCONT) == 0);
                          CHILD_CHECK(WaitStatus(child, 0) == 0);
                        }),
              Exited(0));
}

TEST(Background, ReadingWithoutTheSignalFails) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          pid_t ignores = ForkBackground([&] {
                            char c;
                            Ignore(SIGTTIN);
                            CHILD_CHECK(read(pty.slave.get(), &c, 1) < 0 && errno == EIO);
                          });
                          CHILD_CHECK(WaitStatus(ignores, WUNTRACED) == 0);
                          pid_t blocks = ForkBackground([&] {
                            char c;
                            sigset_t set;
                            sigemptyset(&set);
                            sigaddset(&set, SIGTTIN);
                            sigprocmask(SIG_BLOCK, &set, nullptr);
                            CHILD_CHECK(read(pty.slave.get(), &c, 1) < 0 && errno == EIO);
                          });
                          CHILD_CHECK(WaitStatus(blocks, WUNTRACED) == 0);
                        }),
              Exited(0));
}

TEST(Background, AHandlerInterruptsTheRead) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          pid_t child = ForkBackground([&] {
                            struct sigaction action = {};
                            action.sa_handler = [](int) {};
                            CHILD_CHECK(sigaction(SIGTTIN, &action, nullptr) == 0);
                            char c;
                            CHILD_CHECK(read(pty.slave.get(), &c, 1) < 0 && errno == EINTR);
                          });
                          CHILD_CHECK(WaitStatus(child, WUNTRACED) == 0);
                        }),
              Exited(0));
}

TEST(Background, OrphansAreNotStopped) {
  PtyPair pty = PtyPair::Create();
  Meeting done;
  EXPECT_THAT(InSession(pty,
                        [&] {
                          Ignore(SIGHUP);
                          Meeting alone;
                          pid_t middle = ForkBackground([&] {
                            // In its parent's group, which is orphaned by the parent's exit.
                            Fork([&] {
                              char c;
                              CHILD_CHECK(read(alone.pipe.read_end.get(), &c, 1) == 1);
                              CHILD_CHECK(read(pty.slave.get(), &c, 1) < 0 && errno == EIO);
                              done.Tell();
                            });
                          });
                          CHILD_CHECK(WaitStatus(middle, 0) == 0);
                          alone.Tell();
                          char c;
                          CHILD_CHECK(read(done.pipe.read_end.get(), &c, 1) == 1);
                        }),
              Exited(0));
}

TEST(Background, WritingIsFreeWithoutTostop) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          pid_t child = ForkBackground(
                              [&] { CHILD_CHECK(write(pty.slave.get(), "x", 1) == 1); });
                          CHILD_CHECK(WaitStatus(child, WUNTRACED) == 0);
                        }),
              Exited(0));
}

TEST(Background, WritingStopsWithTostop) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) { t.c_lflag |= TOSTOP; });
  EXPECT_THAT(InSession(pty,
                        [&] {
                          pid_t child = ForkBackground(
                              [&] { CHILD_CHECK(write(pty.slave.get(), "x", 1) == 1); });
                          int status = WaitStatus(child, WUNTRACED);
                          CHILD_CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
                          CHILD_CHECK(kill(child, SIGKILL) == 0);
                          CHILD_CHECK(WIFSIGNALED(WaitStatus(child, 0)));
                          pid_t ignores = ForkBackground([&] {
                            Ignore(SIGTTOU);
                            CHILD_CHECK(write(pty.slave.get(), "y", 1) == 1);
                          });
                          CHILD_CHECK(WaitStatus(ignores, WUNTRACED) == 0);
                        }),
              Exited(0));
  EXPECT_EQ(pty.Screen(), "y");
}

TEST(Background, ChangingSettingsStops) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          termios t;
                          CHILD_CHECK(tcgetattr(pty.slave.get(), &t) == 0);
                          auto stops = [&](auto body) {
                            pid_t child = ForkBackground(body);
                            int status = WaitStatus(child, WUNTRACED);
                            CHILD_CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
                            CHILD_CHECK(kill(child, SIGKILL) == 0);
                            CHILD_CHECK(WIFSIGNALED(WaitStatus(child, 0)));
                          };
                          stops([&] { tcsetattr(pty.slave.get(), TCSANOW, &t); });
                          stops([&] { tcsetpgrp(pty.slave.get(), getpgrp()); });
                          stops([&] { tcflush(pty.slave.get(), TCIFLUSH); });
                          stops([&] { tcflow(pty.slave.get(), TCOON); });
                          stops([&] { tcdrain(pty.slave.get()); });
                          pid_t asks = ForkBackground([&] {
                            CHILD_CHECK(tcgetattr(pty.slave.get(), &t) == 0);
                            winsize size;
                            CHILD_CHECK(ioctl(pty.slave.get(), TIOCGWINSZ, &size) == 0);
                            CHILD_CHECK(ioctl(pty.slave.get(), TIOCSWINSZ, &size) == 0);
                          });
                          CHILD_CHECK(WaitStatus(asks, WUNTRACED) == 0);
                          pid_t ignores = ForkBackground([&] {
                            Ignore(SIGTTOU);
                            CHILD_CHECK(tcsetattr(pty.slave.get(), TCSANOW, &t) == 0);
                            CHILD_CHECK(tcsetpgrp(pty.slave.get(), getpgrp()) == 0);
                          });
                          CHILD_CHECK(WaitStatus(ignores, WUNTRACED) == 0);
                        }),
              Exited(0));
}

// The signals of the keyboard reach the foreground alone.
void CheckKey(const char* key, int signal) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          Ignore(SIGTTOU);
                          pid_t back = ForkBackground([] {
                            while (true) pause();
                          });
                          pid_t front = ForkBackground([] {
                            while (true) pause();
                          });
                          PutInFront(pty.slave.get(), front);
                          CHILD_CHECK(write(pty.master.get(), key, 1) == 1);
                          int status = WaitStatus(front, WUNTRACED);
                          int seen = WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status);
                          CHILD_CHECK(seen == signal);
                          CHILD_CHECK(waitpid(back, &status, WNOHANG | WUNTRACED) == 0);
                          kill(front, SIGKILL);
                          kill(back, SIGKILL);
                        }),
              Exited(0));
}

TEST(Keys, Interrupt) {
  CheckKey("\003", SIGINT);
}
TEST(Keys, Quit) {
  CheckKey("\034", SIGQUIT);
}
TEST(Keys, Suspend) {
  CheckKey("\032", SIGTSTP);
}

TEST(Keys, FlushUnlessNoflsh) {
  for (bool keeps : {false, true}) {
    PtyPair pty = PtyPair::Create();
    pty.Adjust([&](termios& t) {
      if (keeps) t.c_lflag |= NOFLSH;
    });
    EXPECT_THAT(InSession(pty,
                          [&] {
                            Ignore(SIGINT);
                            CHILD_CHECK(write(pty.master.get(), "old\n\003new\n", 9) == 9);
                            char buffer[16];
                            ssize_t n = read(pty.slave.get(), buffer, sizeof(buffer));
                            std::string got(buffer, static_cast<size_t>(n));
                            CHILD_CHECK(got == (keeps ? "old\n" : "new\n"));
                          }),
                Exited(0));
  }
}

TEST(Keys, SignalOfTheMaster) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(ioctl(pty.master.get(), TIOCSIG, SIGHUP), SyscallFails(EINVAL));
  EXPECT_THAT(InSession(pty,
                        [&] {
                          ioctl(pty.master.get(), TIOCSIG, SIGINT);
                          while (true) pause();
                        }),
              KilledBy(SIGINT));
}

TEST(WindowSize, ChangesAreSignalled) {
  PtyPair pty = PtyPair::Create();
  EXPECT_THAT(InSession(pty,
                        [&] {
                          static volatile sig_atomic_t seen = 0;
                          ::signal(SIGWINCH, [](int) { seen = seen + 1; });
                          winsize size = {.ws_row = 3, .ws_col = 4, .ws_xpixel = 0, .ws_ypixel = 0};
                          CHILD_CHECK(ioctl(pty.master.get(), TIOCSWINSZ, &size) == 0);
                          CHILD_CHECK(seen == 1);
                          CHILD_CHECK(ioctl(pty.slave.get(), TIOCSWINSZ, &size) == 0);
                          CHILD_CHECK(seen == 1);  // Nothing changed.
                        }),
              Exited(0));
}

TEST(Session, TheLeadersExitHangsUpTheForeground) {
  PtyPair pty = PtyPair::Create();
  Meeting hung_up;
  EXPECT_THAT(InSession(pty,
                        [&] {
                          Meeting ready;
                          pid_t child = ForkBackground([&] {
                            static const Meeting* told = &hung_up;
                            ::signal(SIGHUP, [](int) {
                              told->Tell();
                              _exit(0);
                            });
                            ready.Tell();
                            while (true) pause();
                          });
                          ready.Wait();
                          PutInFront(pty.slave.get(), child);
                        }),
              Exited(0));
  hung_up.Wait();
}

TEST(Session, TheMastersEndHangsUpTheLeader) {
  PtyPair pty = PtyPair::Create();
  std::string name = pty.SlaveName();
  Meeting ready;
  pid_t leader = Fork([&] {
    pty.master.reset();
    static int tty = pty.slave.get();
    ::signal(SIGHUP, [](int) {
      char c;
      CHILD_CHECK(read(tty, &c, 1) == 0);
      CHILD_CHECK(write(tty, &c, 1) < 0 && errno == EIO);
      CHILD_CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
      _exit(7);
    });
    LeadSession(pty);
    ready.Tell();
    while (true) pause();
  });
  ready.Wait();
  pty.master.reset();
  EXPECT_THAT(WaitFor(leader), Exited(7));
}

TEST(Typing, ByAProgram) {
  PtyPair pty = PtyPair::Create();
  pty.Adjust([](termios& t) { t.c_lflag &= static_cast<tcflag_t>(~ECHO); });
  EXPECT_THAT(InSession(pty,
                        [&] {
                          int tty = pty.slave.get();
                          for (char c : {'a', '\n'}) {
                            if (ioctl(tty, TIOCSTI, &c) < 0) {
                              CHILD_CHECK(errno == EIO && geteuid() != 0);  // Switched off.
                              return;
                            }
                          }
                          char buffer[4];
                          CHILD_CHECK(read(tty, buffer, 4) == 2 && buffer[0] == 'a');
                        }),
              Exited(0));
  if (geteuid() == 0) return;
  char c = 'x';
  EXPECT_THAT(ioctl(pty.slave.get(), TIOCSTI, &c), SyscallFails(testing::AnyOf(EPERM, EIO)));
}

TEST(Hangup, NeedsPrivilege) {
  PtyPair pty = PtyPair::Create();
  int expected = geteuid() == 0 ? 0 : EPERM;
  EXPECT_EQ(ioctl(pty.slave.get(), TIOCVHANGUP) == 0 ? 0 : errno, expected);
  if (expected != 0) return;
  char c;
  EXPECT_THAT(read(pty.slave.get(), &c, 1), SyscallReturns(0));
  // The terminal itself goes on for those who open it anew.
  Fd again(open(pty.SlaveName().c_str(), O_RDWR | O_NOCTTY));
  EXPECT_THAT(write(again.get(), "x", 1), SyscallReturns(1));
}

}  // namespace
}  // namespace test

// inotify(7): events of files and directories, and the queue that they are read from.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Bit {
  uint32_t mask;
  const char* name;
};
constexpr Bit kBits[] = {
    {IN_ACCESS, "ACCESS"},
    {IN_MODIFY, "MODIFY"},
    {IN_ATTRIB, "ATTRIB"},
    {IN_CLOSE_WRITE, "CLOSE_WRITE"},
    {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
    {IN_OPEN, "OPEN"},
    {IN_MOVED_FROM, "MOVED_FROM"},
    {IN_MOVED_TO, "MOVED_TO"},
    {IN_CREATE, "CREATE"},
    {IN_DELETE, "DELETE"},
    {IN_DELETE_SELF, "DELETE_SELF"},
    {IN_MOVE_SELF, "MOVE_SELF"},
    {IN_UNMOUNT, "UNMOUNT"},
    {IN_Q_OVERFLOW, "Q_OVERFLOW"},
    {IN_IGNORED, "IGNORED"},
    {IN_ISDIR, "ISDIR"},
};

struct Event {
  int wd;
  uint32_t mask, cookie;
  std::string name;

  // "1:CREATE|ISDIR name"
  std::string Text() const {
    std::string text = std::to_string(wd) + ":";
    for (const Bit& bit : kBits) {
      if ((mask & bit.mask) == 0) continue;
      if (text.back() != ':') text += "|";
      text += bit.name;
    }
    return name.empty() ? text : text + " " + name;
  }
};

class Watcher {
 public:
  Watcher() : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_THAT(fd_.get(), SyscallSucceeds());
  }
  int fd() const { return fd_.get(); }
  int Add(const std::string& path, uint32_t mask = IN_ALL_EVENTS) {
    return inotify_add_watch(fd_.get(), path.c_str(), mask);
  }
  std::vector<Event> Read() {
    std::vector<Event> events;
    alignas(inotify_event) char buffer[65536];
    ssize_t size;
    while ((size = read(fd_.get(), buffer, sizeof(buffer))) > 0) {
      for (ssize_t at = 0; at < size;) {
        auto* event = reinterpret_cast<inotify_event*>(buffer + at);
        events.push_back({event->wd, event->mask, event->cookie,
                          event->len != 0 ? std::string(event->name) : std::string()});
        EXPECT_EQ(event->len % sizeof(inotify_event), 0u);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return events;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (const Event& event : Read()) texts.push_back(event.Text());
    return texts;
  }

 private:
  Fd fd_;
};

void Touch(const std::string& path) {
  Fd fd(open(path.c_str(), O_CREAT | O_WRONLY, 0644));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
}

TEST(Inotify, FlagsAreChecked) {
  EXPECT_THAT(inotify_init1(1), SyscallFails(EINVAL));
  Fd fd(inotify_init1(IN_CLOEXEC));
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
  EXPECT_THAT(fcntl(fd.get(), F_GETFL), SyscallReturns(O_RDONLY));
}

TEST(Inotify, BadArguments) {
  TempDir dir = TempDir::Create();
  Watcher w;
  EXPECT_THAT(w.Add(dir.path(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(w.Add(dir.path(), IN_CREATE | IN_MASK_ADD | IN_MASK_CREATE), SyscallFails(EINVAL));
  EXPECT_THAT(inotify_add_watch(-1, dir.c_str(), IN_CREATE), SyscallFails(EBADF));
  EXPECT_THAT(inotify_add_watch(0x7fff, dir.c_str(), 0), SyscallFails(EINVAL));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(inotify_add_watch(pipe.read_end.get(), dir.c_str(), IN_CREATE), SyscallFails(EINVAL));
  EXPECT_THAT(w.Add(dir.Join("none"), IN_CREATE), SyscallFails(ENOENT));
  EXPECT_THAT(inotify_add_watch(w.fd(), reinterpret_cast<char*>(1), IN_CREATE),
              SyscallFails(EFAULT));
  Touch(dir.Join("file"));
  EXPECT_THAT(w.Add(dir.Join("file"), IN_CREATE | IN_ONLYDIR), SyscallFails(ENOTDIR));
  EXPECT_THAT(inotify_rm_watch(w.fd(), 1), SyscallFails(EINVAL));
  EXPECT_THAT(inotify_rm_watch(-1, 1), SyscallFails(EBADF));
  EXPECT_THAT(inotify_rm_watch(pipe.read_end.get(), 1), SyscallFails(EINVAL));
  char byte = 0;
  EXPECT_THAT(write(w.fd(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(lseek(w.fd(), 5, SEEK_SET), SyscallReturns(0));
  EXPECT_THAT(pread(w.fd(), &byte, 1, 0), SyscallFails(ESPIPE));
}

TEST(Inotify, WatchNeedsReadPermission) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  TempDir dir = TempDir::Create();
  Touch(dir.Join("secret"));
  ASSERT_THAT(chmod(dir.Join("secret").c_str(), 0600), SyscallSucceeds());
  ASSERT_THAT(chmod(dir.c_str(), 0755), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                int fd = inotify_init();
                CHILD_CHECK(fd >= 0);
                CHILD_CHECK(inotify_add_watch(fd, dir.Join("secret").c_str(), IN_ACCESS) == -1 &&
                            errno == EACCES);
              }),
              Exited(0));
}

TEST(Inotify, EventsOfAFile) {
  TempDir dir = TempDir::Create();
  std::string path = dir.Join("file");
  Touch(path);
  Watcher w;
  ASSERT_THAT(w.Add(path), SyscallReturns(1));
  {
    Fd fd(open(path.c_str(), O_RDWR));
    ASSERT_THAT(write(fd.get(), "abc", 3), SyscallReturns(3));
    char buffer[8];
    ASSERT_THAT(pread(fd.get(), buffer, 8, 0), SyscallReturns(3));
    ASSERT_THAT(pread(fd.get(), buffer, 8, 3), SyscallReturns(0));
    ASSERT_THAT(ftruncate(fd.get(), 1), SyscallSucceeds());
    ASSERT_THAT(fchmod(fd.get(), 0600), SyscallSucceeds());
  }
  EXPECT_THAT(w.Texts(), ElementsAre("1:OPEN", "1:MODIFY", "1:ACCESS", "1:MODIFY", "1:ATTRIB",
                                     "1:CLOSE_WRITE"));
  { Fd fd(open(path.c_str(), O_RDONLY)); }
  { Fd fd(open(path.c_str(), O_WRONLY | O_TRUNC)); }
  EXPECT_THAT(w.Texts(),
              ElementsAre("1:OPEN", "1:CLOSE_NOWRITE", "1:OPEN", "1:MODIFY", "1:CLOSE_WRITE"));
  { Fd fd(open(path.c_str(), O_PATH)); }
  EXPECT_THAT(w.Texts(), IsEmpty());
  ASSERT_THAT(truncate(path.c_str(), 10), SyscallSucceeds());
  ASSERT_THAT(utimensat(AT_FDCWD, path.c_str(), nullptr, 0), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:MODIFY", "1:ATTRIB"));
}

TEST(Inotify, EventsOfADirectory) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(1));
  Touch(dir.Join("a"));
  ASSERT_THAT(mkdir(dir.Join("d").c_str(), 0755), SyscallSucceeds());
  ASSERT_THAT(symlink("a", dir.Join("s").c_str()), SyscallSucceeds());
  ASSERT_THAT(link(dir.Join("a").c_str(), dir.Join("b").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:CREATE a", "1:OPEN a", "1:CLOSE_WRITE a",
                                     "1:CREATE|ISDIR d", "1:CREATE s", "1:CREATE b"));
  ASSERT_THAT(chmod(dir.Join("d").c_str(), 0700), SyscallSucceeds());
  ASSERT_THAT(chmod(dir.c_str(), 0700), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:ATTRIB|ISDIR d", "1:ATTRIB|ISDIR"));
  ASSERT_THAT(rmdir(dir.Join("d").c_str()), SyscallSucceeds());
  ASSERT_THAT(unlink(dir.Join("b").c_str()), SyscallSucceeds());
  ASSERT_THAT(unlink(dir.Join("s").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:DELETE|ISDIR d", "1:DELETE b", "1:DELETE s"));
}

TEST(Inotify, ListingADirectory) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(1));
  {
    Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY));
    char buffer[1024];
    ASSERT_THAT(syscall(SYS_getdents64, fd.get(), buffer, sizeof(buffer)), SyscallSucceeds());
  }
  EXPECT_THAT(w.Texts(), ElementsAre("1:OPEN|ISDIR", "1:ACCESS|ISDIR", "1:CLOSE_NOWRITE|ISDIR"));
}

TEST(Inotify, LinksAreToldToTheFile) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("a")), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(2));
  ASSERT_THAT(link(dir.Join("a").c_str(), dir.Join("b").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:ATTRIB", "2:CREATE b"));
  ASSERT_THAT(unlink(dir.Join("b").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:ATTRIB", "2:DELETE b"));
}

TEST(Inotify, DeletingEndsTheWatch) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("a")), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(2));
  ASSERT_THAT(unlink(dir.Join("a").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:ATTRIB", "1:DELETE_SELF", "1:IGNORED", "2:DELETE a"));
  EXPECT_THAT(inotify_rm_watch(w.fd(), 1), SyscallFails(EINVAL));
  // Numbers are not used again.
  Touch(dir.Join("b"));
  EXPECT_THAT(w.Add(dir.Join("b")), SyscallReturns(3));
}

TEST(Inotify, DeletingADirectoryEndsTheWatch) {
  TempDir dir = TempDir::Create();
  ASSERT_THAT(mkdir(dir.Join("d").c_str(), 0755), SyscallSucceeds());
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("d")), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(2));
  ASSERT_THAT(rmdir(dir.Join("d").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:DELETE_SELF", "1:IGNORED", "2:DELETE|ISDIR d"));
}

TEST(Inotify, OpenFileIsDeletedWhenItIsClosed) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher w;
  Fd fd(open(dir.Join("a").c_str(), O_RDWR));
  ASSERT_THAT(w.Add(dir.Join("a")), SyscallReturns(1));
  ASSERT_THAT(unlink(dir.Join("a").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:ATTRIB"));
  ASSERT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_THAT(w.Texts(), ElementsAre("1:MODIFY"));
  fd.reset();
  EXPECT_THAT(w.Texts(), ElementsAre("1:CLOSE_WRITE", "1:DELETE_SELF", "1:IGNORED"));
}

TEST(Inotify, ExclUnlink) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher all, some;
  ASSERT_THAT(all.Add(dir.path(), IN_MODIFY), SyscallReturns(1));
  ASSERT_THAT(some.Add(dir.path(), IN_MODIFY | IN_DELETE | IN_EXCL_UNLINK), SyscallReturns(1));
  Fd fd(open(dir.Join("a").c_str(), O_RDWR));
  ASSERT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_THAT(all.Texts(), ElementsAre("1:MODIFY a"));
  EXPECT_THAT(some.Texts(), ElementsAre("1:MODIFY a"));
  ASSERT_THAT(unlink(dir.Join("a").c_str()), SyscallSucceeds());
  ASSERT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_THAT(all.Texts(), ElementsAre("1:MODIFY a"));
  EXPECT_THAT(some.Texts(), ElementsAre("1:DELETE a"));
}

TEST(Inotify, MovesShareACookie) {
  TempDir dir = TempDir::Create();
  ASSERT_THAT(mkdir(dir.Join("d").c_str(), 0755), SyscallSucceeds());
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_MOVE), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.Join("d"), IN_MOVE), SyscallReturns(2));
  ASSERT_THAT(w.Add(dir.Join("a"), IN_MOVE_SELF), SyscallReturns(3));
  ASSERT_THAT(rename(dir.Join("a").c_str(), dir.Join("d/b").c_str()), SyscallSucceeds());
  std::vector<Event> events = w.Read();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].Text(), "1:MOVED_FROM a");
  EXPECT_EQ(events[1].Text(), "2:MOVED_TO b");
  EXPECT_EQ(events[2].Text(), "3:MOVE_SELF");
  EXPECT_NE(events[0].cookie, 0u);
  EXPECT_EQ(events[0].cookie, events[1].cookie);
  EXPECT_EQ(events[2].cookie, 0u);
  ASSERT_THAT(rename(dir.Join("d/b").c_str(), dir.Join("d/c").c_str()), SyscallSucceeds());
  std::vector<Event> again = w.Read();
  ASSERT_EQ(again.size(), 3u);
  EXPECT_NE(again[0].cookie, events[0].cookie);
}

TEST(Inotify, MovingADirectory) {
  TempDir dir = TempDir::Create();
  ASSERT_THAT(mkdir(dir.Join("d").c_str(), 0755), SyscallSucceeds());
  Watcher w;
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.Join("d")), SyscallReturns(2));
  ASSERT_THAT(rename(dir.Join("d").c_str(), dir.Join("e").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:MOVED_FROM|ISDIR d", "1:MOVED_TO|ISDIR e", "2:MOVE_SELF"));
  // The watch follows the directory to its new name.
  Touch(dir.Join("e/x"));
  EXPECT_THAT(w.Texts(), ElementsAre("2:CREATE x", "2:OPEN x", "2:CLOSE_WRITE x"));
}

TEST(Inotify, RenamingOverAFile) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Touch(dir.Join("b"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.path()), SyscallReturns(1));
  ASSERT_THAT(w.Add(dir.Join("b")), SyscallReturns(2));
  ASSERT_THAT(w.Add(dir.Join("a")), SyscallReturns(3));
  ASSERT_THAT(rename(dir.Join("a").c_str(), dir.Join("b").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:MOVED_FROM a", "1:MOVED_TO b", "2:ATTRIB", "3:MOVE_SELF",
                                     "2:DELETE_SELF", "2:IGNORED"));
}

TEST(Inotify, Oneshot) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_CREATE | IN_ONESHOT), SyscallReturns(1));
  Touch(dir.Join("a"));
  Touch(dir.Join("b"));
  EXPECT_THAT(w.Texts(), ElementsAre("1:CREATE a", "1:IGNORED"));
  EXPECT_THAT(inotify_rm_watch(w.fd(), 1), SyscallFails(EINVAL));
}

TEST(Inotify, RemovingAWatch) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_CREATE), SyscallReturns(1));
  Touch(dir.Join("a"));
  ASSERT_THAT(inotify_rm_watch(w.fd(), 1), SyscallSucceeds());
  Touch(dir.Join("b"));
  EXPECT_THAT(w.Texts(), ElementsAre("1:CREATE a", "1:IGNORED"));
}

TEST(Inotify, MaskIsReplacedOrAdded) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_CREATE), SyscallReturns(1));
  EXPECT_THAT(w.Add(dir.path(), IN_DELETE | IN_MASK_CREATE), SyscallFails(EEXIST));
  EXPECT_THAT(w.Add(dir.path(), IN_DELETE | IN_MASK_ADD), SyscallReturns(1));
  Touch(dir.Join("a"));
  ASSERT_THAT(unlink(dir.Join("a").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:CREATE a", "1:DELETE a"));
  EXPECT_THAT(w.Add(dir.path(), IN_DELETE), SyscallReturns(1));
  Touch(dir.Join("a"));
  ASSERT_THAT(unlink(dir.Join("a").c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:DELETE a"));
  Touch(dir.Join("other"));
  EXPECT_THAT(w.Add(dir.Join("other"), IN_DELETE | IN_MASK_CREATE), SyscallReturns(2));
}

TEST(Inotify, SymlinkIsFollowedOrNot) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  ASSERT_THAT(symlink("a", dir.Join("s").c_str()), SyscallSucceeds());
  Watcher w;
  EXPECT_THAT(w.Add(dir.Join("a"), IN_ATTRIB), SyscallReturns(1));
  EXPECT_THAT(w.Add(dir.Join("s"), IN_ATTRIB), SyscallReturns(1)) << "the same object";
  EXPECT_THAT(w.Add(dir.Join("s"), IN_ATTRIB | IN_DONT_FOLLOW), SyscallReturns(2));
}

TEST(Inotify, RepeatedEventsAreOne) {
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("a"), IN_MODIFY | IN_ATTRIB), SyscallReturns(1));
  Fd fd(open(dir.Join("a").c_str(), O_RDWR));
  for (int i = 0; i < 3; ++i) ASSERT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  ASSERT_THAT(fchmod(fd.get(), 0600), SyscallSucceeds());
  ASSERT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_THAT(w.Texts(), ElementsAre("1:MODIFY", "1:ATTRIB", "1:MODIFY"));
}

TEST(Inotify, SmallBufferAndFionread) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_CREATE), SyscallReturns(1));
  char buffer[64];
  EXPECT_THAT(read(w.fd(), buffer, 0), SyscallFails(EAGAIN));
  Touch(dir.Join("a"));
  Touch(dir.Join("0123456789abcdef"));
  int bytes = 0;
  EXPECT_THAT(ioctl(w.fd(), FIONREAD, &bytes), SyscallSucceeds());
  EXPECT_EQ(bytes, 32 + 48);
  EXPECT_THAT(read(w.fd(), buffer, 31), SyscallFails(EINVAL));
  EXPECT_THAT(read(w.fd(), buffer, 64), SyscallReturns(32)) << "whole events only";
  EXPECT_THAT(read(w.fd(), buffer, 64), SyscallReturns(48));
}

TEST(Inotify, PollAndBlockingRead) {
  TempDir dir = TempDir::Create();
  Fd fd(inotify_init());
  ASSERT_THAT(inotify_add_watch(fd.get(), dir.c_str(), IN_CREATE), SyscallReturns(1));
  pollfd waiting{.fd = fd.get(), .events = POLLIN, .revents = 0};
  EXPECT_THAT(poll(&waiting, 1, 0), SyscallReturns(0));
  char buffer[64];
  ssize_t got = 0;
  {
    ScopedThread reader([&] { got = read(fd.get(), buffer, sizeof(buffer)); });
    WaitUntilSleeping(reader.tid());
    Touch(dir.Join("a"));
  }
  EXPECT_EQ(got, 32);
  Touch(dir.Join("b"));
  EXPECT_THAT(poll(&waiting, 1, 0), SyscallReturns(1));
  EXPECT_EQ(waiting.revents, POLLIN);
}

TEST(Inotify, TwoInstancesOfOneObject) {
  TempDir dir = TempDir::Create();
  Watcher a, b;
  ASSERT_THAT(a.Add(dir.path(), IN_CREATE), SyscallReturns(1));
  ASSERT_THAT(b.Add(dir.path(), IN_CREATE | IN_DELETE), SyscallReturns(1));
  Touch(dir.Join("x"));
  ASSERT_THAT(unlink(dir.Join("x").c_str()), SyscallSucceeds());
  EXPECT_THAT(a.Texts(), ElementsAre("1:CREATE x"));
  EXPECT_THAT(b.Texts(), ElementsAre("1:CREATE x", "1:DELETE x"));
}

TEST(Inotify, Overflow) {
  std::istringstream setting(ReadFile("/proc/sys/fs/inotify/max_queued_events"));
  int most = 0;
  setting >> most;
  ASSERT_GT(most, 0);
  if (most > 100'000) GTEST_SKIP() << "a queue of " << most;
  TempDir dir = TempDir::Create();
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("a"), IN_OPEN | IN_CLOSE), SyscallReturns(1));
  for (int i = 0; i < most / 2 + 10; ++i) Fd(open(dir.Join("a").c_str(), O_RDONLY));
  std::vector<Event> events = w.Read();
  ASSERT_EQ(events.size(), static_cast<size_t>(most) + 1);
  EXPECT_EQ(events.back().Text(), "-1:Q_OVERFLOW");
  Fd(open(dir.Join("a").c_str(), O_RDONLY));
  EXPECT_THAT(w.Texts(), ElementsAre("1:OPEN", "1:CLOSE_NOWRITE"));
}

TEST(Inotify, InstancesOfAUserAreLimited) {
  std::istringstream setting(ReadFile("/proc/sys/fs/inotify/max_user_instances"));
  size_t most = 0;
  setting >> most;
  if (most > 900) GTEST_SKIP() << most << " instances";
  std::vector<Fd> instances;
  int error = 0;
  while (instances.size() <= most) {
    instances.emplace_back(inotify_init());
    if (instances.back().get() < 0) {
      error = errno;
      break;
    }
  }
  EXPECT_EQ(error, EMFILE);
}

TEST(Inotify, FdInfoNamesTheWatches) {
  TempDir dir = TempDir::Create();
  Watcher w;
  ASSERT_THAT(w.Add(dir.path(), IN_CREATE), SyscallReturns(1));
  struct stat info;
  ASSERT_THAT(stat(dir.c_str(), &info), SyscallSucceeds());
  char expected[64];
  snprintf(expected, sizeof(expected), "inotify wd:1 ino:%lx sdev:", info.st_ino);
  EXPECT_THAT(ReadFile("/proc/self/fdinfo/" + std::to_string(w.fd())),
              testing::HasSubstr(expected));
}

TEST(Inotify, Unmount) {
  TempDir dir = TempDir::Create();
  if (mount("none", dir.c_str(), "tmpfs", 0, nullptr) != 0) {
    GTEST_SKIP() << "no tmpfs can be mounted: " << strerror(errno);
  }
  Touch(dir.Join("a"));
  Watcher w;
  ASSERT_THAT(w.Add(dir.Join("a"), IN_OPEN), SyscallReturns(1));
  ASSERT_THAT(umount(dir.c_str()), SyscallSucceeds());
  EXPECT_THAT(w.Texts(), ElementsAre("1:UNMOUNT", "1:IGNORED"));
}

}  // namespace
}  // namespace test

// Strings that calls name and answers that they store, of calls made so often from one place that a
// sandbox may have begun to pass them in a quicker way: at the ends of memory, in memory that
// others change, from several threads.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

namespace test {
namespace {

constexpr int kOften = 1000;
constexpr size_t kPage = 4096;

// One call site each, as compilers make them.  The first two registers must come back as they were.
#define DEFINE_CALL(name, number)                                                       \
  __attribute__((noinline)) long name(long a = 0, long b = 0, long c = 0, long d = 0) { \
    long result, first = a, second = b;                                                 \
    register long r10 asm("r10") = d, r8 asm("r8") = 0, r9 asm("r9") = 0;               \
    asm volatile("movl %3, %%eax\n\tsyscall"                                            \
                 : "=a"(result), "+D"(first), "+S"(second)                              \
                 : "i"(number), "d"(c), "r"(r10), "r"(r8), "r"(r9)                      \
                 : "rcx", "r11", "memory");                                             \
    EXPECT_EQ(first, a);                                                                \
    EXPECT_EQ(second, b);                                                               \
    return result;                                                                      \
  }
DEFINE_CALL(Stat, SYS_stat)
DEFINE_CALL(StatAt, SYS_newfstatat)
DEFINE_CALL(FStat, SYS_fstat)
DEFINE_CALL(OpenAt, SYS_openat)
DEFINE_CALL(Readlink, SYS_readlink)
DEFINE_CALL(GetXattr, SYS_getxattr)
DEFINE_CALL(Access, SYS_access)
DEFINE_CALL(Close, SYS_close)
DEFINE_CALL(Seek, SYS_lseek)
DEFINE_CALL(Read, SYS_read)
DEFINE_CALL(Write, SYS_write)
DEFINE_CALL(PRead, SYS_pread64)
DEFINE_CALL(PWrite, SYS_pwrite64)

long Address(const void* p) {
  return static_cast<long>(reinterpret_cast<uintptr_t>(p));
}

// Two pages, of which the second is out of reach.
class Edge : public testing::Test {
 protected:
  void SetUp() override {
    pages_ = static_cast<char*>(
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(pages_, MAP_FAILED);
    ASSERT_EQ(mprotect(pages_ + kPage, kPage, PROT_NONE), 0);
    directory_ = "/tmp/call_arguments." + std::to_string(getpid());
    ASSERT_EQ(mkdir(directory_.c_str(), 0755), 0);
    link_ = directory_ + "/link";
    ASSERT_EQ(symlink("target", link_.c_str()), 0);
  }
  void TearDown() override {
    unlink(link_.c_str());
    rmdir(directory_.c_str());
    munmap(pages_, 2 * kPage);
  }
  // So that its end is the end of what can be read.
  char* PutAtEnd(const std::string& text, bool with_nul = true) {
    const size_t size = text.size() + with_nul;
    return static_cast<char*>(std::memcpy(pages_ + kPage - size, text.c_str(), size));
  }

  char* pages_ = nullptr;
  std::string directory_, link_;
};
using CallArguments = Edge;

TEST_F(CallArguments, StringsAtTheEndOfMemory) {
  struct stat status;
  const long to = Address(&status);
  for (int i = 0; i < kOften; ++i) {
    status.st_mode = 0;
    ASSERT_EQ(Stat(Address(PutAtEnd(directory_)), to), 0);
    ASSERT_TRUE(S_ISDIR(status.st_mode));
    ASSERT_EQ(Stat(Address(PutAtEnd(directory_, false)), to), -EFAULT);
    ASSERT_EQ(StatAt(AT_FDCWD, Address(PutAtEnd(directory_)), to), 0);
    ASSERT_EQ(StatAt(AT_FDCWD, Address(PutAtEnd(directory_, false)), to), -EFAULT);
    ASSERT_EQ(Access(Address(pages_ + kPage)), -EFAULT);
    ASSERT_EQ(Access(0), -EFAULT);
    ASSERT_EQ(Access(long{1} << 62), -EFAULT);
    ASSERT_EQ(Access(Address(PutAtEnd(""))), -ENOENT);
    ASSERT_EQ(StatAt(AT_FDCWD, Address(PutAtEnd("")), to, AT_EMPTY_PATH), 0);
  }
}

TEST_F(CallArguments, TwoStrings) {
  char value[16];
  for (int i = 0; i < kOften; ++i) {
    const char* name = "user.nothing";
    const long path = Address(directory_.c_str());
    const long error = GetXattr(path, Address(name), Address(value), sizeof(value));
    ASSERT_TRUE(error == -ENODATA || error == -EOPNOTSUPP) << error;
    ASSERT_EQ(GetXattr(path, Address(PutAtEnd(name)), Address(value), sizeof(value)), error);
    ASSERT_EQ(GetXattr(path, Address(PutAtEnd(name, false)), Address(value), 16), -EFAULT);
    ASSERT_EQ(GetXattr(path, Address(PutAtEnd("")), Address(value), 16), -ERANGE);
    ASSERT_EQ(GetXattr(path, 0, Address(value), 16), -EFAULT);
    ASSERT_EQ(GetXattr(0, Address(name), Address(value), 16), -EFAULT);
    ASSERT_EQ(GetXattr(Address("/nowhere/x"), Address(name), Address(value), 16), -ENOENT);
  }
}

// The same address, and one within the other.
TEST_F(CallArguments, StringsThatOverlap) {
  char value[16];
  const std::string path = directory_ + "/link";
  for (int i = 0; i < kOften; ++i) {
    const long whole = Address(path.c_str());
    ASSERT_EQ(GetXattr(whole, whole, Address(value), 16), -ENOENT);
    ASSERT_EQ(GetXattr(whole + static_cast<long>(path.size()) - 4, whole, Address(value), 16),
              -ENOENT);
  }
}

TEST_F(CallArguments, LongStrings) {
  struct stat status;
  for (size_t size : {100u, 254u, 255u, 256u, 509u, 510u, 511u, 512u, 513u, 1000u, 4094u, 4095u}) {
    std::string path = directory_;
    while (path.size() + 2 <= size) path += "/.";
    path.resize(size, '/');
    for (int i = 0; i < kOften / 4; ++i) {
      ASSERT_EQ(Stat(Address(path.c_str()), Address(&status)), 0) << size;
      ASSERT_EQ(Stat(Address(PutAtEnd(path)), Address(&status)), 0) << size;
    }
  }
  const std::string too_long(4096, '/');
  const std::string name(256, 'x'), longest(255, 'x'), attribute = "user." + std::string(251, 'x');
  char value[16];
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Stat(Address(too_long.c_str()), Address(&status)), -ENAMETOOLONG);
    ASSERT_EQ(Stat(Address(name.c_str()), Address(&status)), -ENAMETOOLONG);
    ASSERT_EQ(Stat(Address(longest.c_str()), Address(&status)), -ENOENT);
    ASSERT_EQ(GetXattr(Address("/"), Address(attribute.c_str()), Address(value), 16), -ERANGE);
  }
}

TEST_F(CallArguments, AnswersAtTheEndOfMemory) {
  const long path = Address(directory_.c_str());
  char* const end = pages_ + kPage;
  const int fd = open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < kOften; ++i) {
    struct stat* const whole = reinterpret_cast<struct stat*>(end - sizeof(struct stat));
    std::memset(whole, 0, sizeof(*whole));
    ASSERT_EQ(Stat(path, Address(whole)), 0);
    ASSERT_TRUE(S_ISDIR(whole->st_mode));
    ASSERT_EQ(Stat(path, Address(end - sizeof(struct stat) + 8)), -EFAULT);
    ASSERT_EQ(Stat(path, Address(end - 1)), -EFAULT);
    ASSERT_EQ(Stat(path, Address(end)), -EFAULT);
    ASSERT_EQ(Stat(path, 0), -EFAULT);
    ASSERT_EQ(Stat(path, long{1} << 62), -EFAULT);
    ASSERT_EQ(FStat(fd, Address(end)), -EFAULT);
    ASSERT_EQ(FStat(fd, Address(whole)), 0);
    ASSERT_EQ(FStat(-1, Address(end)), -EBADF);
    ASSERT_EQ(Readlink(Address(link_.c_str()), Address(end - 6), 6), 6);
    ASSERT_EQ(std::memcmp(end - 6, "target", 6), 0);
    ASSERT_EQ(Readlink(Address(link_.c_str()), Address(end - 3), 3), 3);
    ASSERT_EQ(std::memcmp(end - 3, "tar", 3), 0);
    ASSERT_EQ(Readlink(Address(link_.c_str()), Address(end - 5), 6), -EFAULT);
  }
  close(fd);
}

TEST_F(CallArguments, AnswersLeaveWhatIsBesideThem) {
  char buffer[32];
  for (int i = 0; i < kOften; ++i) {
    const size_t at = static_cast<size_t>(i) % 9, size = 1 + static_cast<size_t>(i) % 13;
    const size_t length = std::min<size_t>(size, 6);
    std::memset(buffer, '-', sizeof(buffer));
    ASSERT_EQ(Readlink(Address(link_.c_str()), Address(buffer + at), static_cast<long>(size)),
              static_cast<long>(length));
    std::string expected(sizeof(buffer), '-');
    expected.replace(at, length, "target", length);
    ASSERT_EQ(std::string(buffer, sizeof(buffer)), expected);
  }
}

TEST_F(CallArguments, AnswersForMemoryThatIsOnlyRead) {
  const long path = Address(directory_.c_str());
  struct stat status;
  for (int i = 0; i < kOften / 2; ++i) ASSERT_EQ(Stat(path, Address(&status)), 0);
  ASSERT_EQ(mprotect(pages_, kPage, PROT_READ), 0);
  for (int i = 0; i < kOften / 2; ++i) {
    ASSERT_EQ(Stat(path, Address(pages_)), -EFAULT);
    ASSERT_EQ(Stat(path, Address(pages_ + kPage - 72)), -EFAULT);
  }
  ASSERT_EQ(mprotect(pages_, kPage, PROT_READ | PROT_WRITE), 0);
  for (int i = 0; i < kOften / 2; ++i) ASSERT_EQ(Stat(path, Address(pages_)), 0);
}

// A page of a file that ends before it.
TEST_F(CallArguments, MemoryBehindTheEndOfAFile) {
  const int fd = memfd_create("call_arguments", MFD_CLOEXEC);
  char* const page =
      static_cast<char*>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  ASSERT_NE(page, MAP_FAILED);
  struct stat status;
  for (int i = 0; i < kOften / 2; ++i) {
    ASSERT_EQ(Stat(Address(page), Address(&status)), -EFAULT);
    ASSERT_EQ(Stat(Address(directory_.c_str()), Address(page)), -EFAULT);
  }
  munmap(page, kPage);
  close(fd);
}

// The path changes from one name to another, byte by byte, in memory of another process too: each
// call sees one that was there.
// What is read and written is exact to the byte, and so is what lies beside it.
TEST_F(CallArguments, BytesOfEverySize) {
  const std::string path = directory_ + "/file";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(fd, 0);
  unlink(path.c_str());
  static char out[3 * kPage], in[3 * kPage];
  for (size_t i = 0; i < sizeof(out); ++i) out[i] = static_cast<char>(i * 31 + i / 256);
  for (int i = 0; i < kOften; ++i) {
    const auto size =
        static_cast<long>(i % 7 == 0 ? static_cast<size_t>(i) * 5 % (2 * kPage) : i % 70);
    const long offset = i % 100;
    ASSERT_EQ(PWrite(fd, Address(out + i % 64), size, offset), size);
    std::memset(in, 'x', sizeof(in));
    ASSERT_EQ(PRead(fd, Address(in + 1), size, offset), size);
    ASSERT_EQ(std::memcmp(in + 1, out + i % 64, static_cast<size_t>(size)), 0);
    ASSERT_TRUE(in[0] == 'x' && in[size + 1] == 'x' && in[size + 8] == 'x');
    // Less than there is room for.
    ASSERT_EQ(ftruncate(fd, 10), 0);
    ASSERT_EQ(PRead(fd, Address(in), 100, 3), 7);
    ASSERT_EQ(PRead(fd, Address(in), 100, 10), 0);
  }
  close(fd);
}

TEST_F(CallArguments, BytesAtTheEndOfMemory) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  char* const edge = pages_ + kPage;
  for (int i = 0; i < kOften; ++i) {
    const long size = 1 + i % 200;
    std::memset(edge - size, i, static_cast<size_t>(size));
    ASSERT_EQ(Write(ends[1], Address(edge - size), size), size);
    // Nothing is lost when there is no room for it.
    ASSERT_EQ(Read(ends[0], Address(edge), size), -EFAULT);
    ASSERT_EQ(Read(ends[0], 8, size), -EFAULT);
    std::memset(edge - size, 0, static_cast<size_t>(size));
    ASSERT_EQ(Read(ends[0], Address(edge - size), size), size);
    ASSERT_EQ(edge[-1], static_cast<char>(i));
    ASSERT_EQ(edge[-size], static_cast<char>(i));
    ASSERT_EQ(Read(ends[0], Address(edge - size), size), -EAGAIN);
    ASSERT_EQ(Write(ends[1], Address(edge), size), -EFAULT);
    ASSERT_EQ(Read(ends[0], Address(edge - size), size), -EAGAIN);
    ASSERT_EQ(Write(ends[1], 8, 0), 0);
  }
  close(ends[0]);
  close(ends[1]);
}

TEST_F(CallArguments, BytesForMemoryThatIsOnlyRead) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  std::memset(pages_, 'a', kPage);
  ASSERT_EQ(mprotect(pages_, kPage, PROT_READ), 0);
  char byte = 0;
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Write(ends[1], Address(pages_ + i), 3), 3);
    ASSERT_EQ(Read(ends[0], Address(pages_ + i), 3), -EFAULT);
    for (int j = 0; j < 3; ++j) ASSERT_EQ(Read(ends[0], Address(&byte), 1), 1);
    ASSERT_EQ(byte, 'a');
  }
  close(ends[0]);
  close(ends[1]);
}

// From and to the same place, by two ends that wait for each other now and then.
TEST_F(CallArguments, BytesBetweenProcesses) {
  int there[2], back[2];
  ASSERT_EQ(pipe2(there, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(back, O_CLOEXEC), 0);
  char bytes[300];
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < kOften; ++i) {
      const long size = 1 + i % 300;
      long got = 0;
      while (got < size) {
        const long n = Read(there[0], Address(bytes + got), size - got);
        if (n <= 0) _exit(1);
        got += n;
      }
      for (long j = 0; j < size; ++j) {
        if (bytes[j] != static_cast<char>(i + j)) _exit(2);
        bytes[j] = static_cast<char>(bytes[j] + 1);
      }
      if (Write(back[1], Address(bytes), size) != size) _exit(3);
    }
    _exit(0);
  }
  for (int i = 0; i < kOften; ++i) {
    const long size = 1 + i % 300;
    for (long j = 0; j < size; ++j) bytes[j] = static_cast<char>(i + j);
    ASSERT_EQ(Write(there[1], Address(bytes), size), size);
    long got = 0;
    while (got < size) {
      const long n = Read(back[0], Address(bytes + got), size - got);
      ASSERT_GT(n, 0);
      got += n;
    }
    for (long j = 0; j < size; ++j) ASSERT_EQ(bytes[j], static_cast<char>(i + j + 1));
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (const int fd : {there[0], there[1], back[0], back[1]}) close(fd);
}

TEST_F(CallArguments, StringsThatOthersChange) {
  char* const shared = static_cast<char*>(
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(shared, MAP_FAILED);
  std::strcpy(shared, directory_.c_str());
  const pid_t child = fork();
  if (child == 0) {
    for (;;) {
      shared[directory_.size()] = 'x';
      shared[directory_.size()] = 0;
    }
  }
  struct stat status;
  for (int i = 0; i < 10 * kOften; ++i) {
    const long result = Stat(Address(shared), Address(&status));
    ASSERT_TRUE(result == 0 || result == -ENOENT) << result;
  }
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_EQ(Stat(Address(std::strcpy(shared, directory_.c_str())), Address(&status)), 0);
  munmap(shared, kPage);
}

char handlers_path[64];
std::atomic<int> handled{0};

// Makes calls of its own, from the same sites too, and leaves another path behind.
void ChangePath(int) {
  struct stat status;
  EXPECT_EQ(Stat(Address("/"), Address(&status)), 0);
  EXPECT_EQ(Access(Address("/nowhere")), -ENOENT);
  std::strcpy(handlers_path, "/nowhere");
  handled.fetch_add(1);
}

// The handler's path counts for whatever comes after it, and only for that.
TEST_F(CallArguments, SignalsComeBetween) {
  struct sigaction action = {};
  action.sa_handler = ChangePath;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval often = {.it_interval = {0, 300}, .it_value = {0, 300}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  struct stat status;
  handled = 0;
  while (handled < 300) {
    const int before = handled;
    std::strcpy(handlers_path, "/");
    const int between = handled;
    std::memset(&status, 0, sizeof(status));
    const long result = Stat(Address(handlers_path), Address(&status));
    const int after = handled;
    if (before == after) {
      ASSERT_EQ(result, 0);
    }
    if (before == between && result == 0) {
      ASSERT_TRUE(S_ISDIR(status.st_mode));
    }
    if (result != 0) {
      ASSERT_EQ(result, -ENOENT);
    }
  }
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  signal(SIGALRM, SIG_DFL);
}

TEST_F(CallArguments, ChildrenNameTheirOwn) {
  struct stat status;
  for (int i = 0; i < kOften; ++i) {
    ASSERT_EQ(Stat(Address(directory_.c_str()), Address(&status)), 0);
  }
  for (int i = 0; i < 5; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      for (int j = 0; j < 300; ++j) {
        if (Stat(Address("/"), Address(&status)) != 0) _exit(1);
        if (Stat(Address("/nowhere"), Address(&status)) != -ENOENT) _exit(2);
      }
      _exit(0);
    }
    for (int j = 0; j < 300; ++j) {
      ASSERT_EQ(Stat(Address(directory_.c_str()), Address(&status)), 0);
    }
    int how = 0;
    ASSERT_EQ(waitpid(child, &how, 0), child);
    EXPECT_EQ(how, 0);
  }
}

std::atomic<bool> stop{false};

void* FailOften(void* wrong) {
  while (!stop) {
    if (Close(-1) != -EBADF || Access(Address("/nowhere")) != -ENOENT) {
      static_cast<std::atomic<int>*>(wrong)->fetch_add(1);
    }
  }
  return nullptr;
}

// All through sites that one thread made hot when it was alone.
TEST_F(CallArguments, ThreadsMakeDifferentCalls) {
  const int fd = memfd_create("call_arguments", MFD_CLOEXEC);
  struct stat status;
  for (int i = 1; i <= kOften; ++i) {
    ASSERT_EQ(Seek(fd, 1, SEEK_CUR), i);
    ASSERT_EQ(Close(-1), -EBADF);
    ASSERT_EQ(Access(Address("/nowhere")), -ENOENT);
    ASSERT_EQ(Stat(Address("/"), Address(&status)), 0);
  }
  std::atomic<int> wrong{0};
  pthread_t other;
  stop = false;
  ASSERT_EQ(pthread_create(&other, nullptr, FailOften, &wrong), 0);
  for (int i = 1; i <= 20 * kOften; ++i) {
    ASSERT_EQ(Seek(fd, 1, SEEK_CUR), kOften + i);
    ASSERT_EQ(Stat(Address("/"), Address(&status)), 0);
  }
  stop = true;
  pthread_join(other, nullptr);
  EXPECT_EQ(wrong, 0);
  for (int i = 1; i <= kOften; ++i) ASSERT_EQ(Seek(fd, 0, SEEK_CUR), 21 * kOften);
  close(fd);
}

// One site for every call, those among them that are nobody's business but the host's, or that no
// kernel has.
TEST_F(CallArguments, SyscallOfTheCLibrary) {
  const int fd = memfd_create("call_arguments", MFD_CLOEXEC);
  struct stat status;
  int word = 0;
  for (int i = 1; i <= 3 * kOften; ++i) {
    ASSERT_EQ(::syscall(SYS_lseek, fd, i, SEEK_SET), i);
    ASSERT_EQ(::syscall(SYS_stat, directory_.c_str(), &status), 0);
    ASSERT_TRUE(S_ISDIR(status.st_mode));
    ASSERT_EQ(::syscall(SYS_getpid), getpid());
    ASSERT_EQ(::syscall(SYS_stat, pages_ + kPage, &status), -1);
    ASSERT_EQ(errno, EFAULT);
    if (i % 10 != 0) continue;
    ASSERT_EQ(::syscall(SYS_futex, &word, 1 /* FUTEX_WAKE */, 1), 0);
    ASSERT_EQ(::syscall(SYS_close_range, 900, 901, 0), 0);
    ASSERT_EQ(::syscall(1000), -1);
    ASSERT_EQ(errno, ENOSYS);
    ASSERT_EQ(::syscall(-1), -1);
    ASSERT_EQ(errno, ENOSYS);
    ASSERT_EQ(::syscall(long{1} << 32 | SYS_lseek, fd, 0, SEEK_CUR), i);
  }
  close(fd);
}

// Each thread has what only it has: an open file, a name, a pattern.
struct Worker {
  int index = 0;
  long rounds = 0;
  pthread_barrier_t* barrier = nullptr;
  std::string directory;
  long wrong = 0;
};

void WorkInTurn(Worker& worker, int fd, const std::string& name, long i) {
  char out[96], in[96];
  struct stat status;
  const long size = 1 + (i + worker.index) % 90;
  std::memset(out, worker.index * 16 + static_cast<int>(i % 16), sizeof(out));
  worker.wrong += PWrite(fd, Address(out), size, i % 50) != size;
  worker.wrong += PRead(fd, Address(in), size, i % 50) != size;
  worker.wrong += std::memcmp(in, out, static_cast<size_t>(size)) != 0;
  worker.wrong += Seek(fd, worker.index * 1000 + i, SEEK_SET) != worker.index * 1000 + i;
  worker.wrong += Stat(Address(name.c_str()), Address(&status)) != 0;
  worker.wrong += status.st_size != worker.index + 7;
  worker.wrong += Close(-1) != -EBADF;
}

void* WorkOften(void* argument) {
  auto& worker = *static_cast<Worker*>(argument);
  const int fd = memfd_create("worker", MFD_CLOEXEC);
  const std::string name = worker.directory + "/" + std::to_string(worker.index);
  const int file = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  worker.wrong += ftruncate(file, worker.index + 7) != 0;
  // One after the other, the rest asleep; then all at once.
  for (int turn = 0; turn < 8; ++turn) {
    if (turn == worker.index) {
      for (long i = 0; i < worker.rounds; ++i) WorkInTurn(worker, fd, name, i);
    }
    pthread_barrier_wait(worker.barrier);
  }
  for (long i = 0; i < worker.rounds; ++i) WorkInTurn(worker, fd, name, i);
  unlink(name.c_str());
  close(file);
  close(fd);
  return nullptr;
}

TEST_F(CallArguments, ThreadsEachMakeTheirOwn) {
  constexpr int kThreads = 4;
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  const itimerval often = {{0, 700}, {0, 700}};
  setitimer(ITIMER_REAL, &often, nullptr);
  for (int again = 0; again < 3; ++again) {
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, nullptr, kThreads);
    Worker workers[kThreads];
    pthread_t threads[kThreads];
    for (int i = 0; i < kThreads; ++i) {
      workers[i] = {.index = i, .rounds = 2 * kOften, .barrier = &barrier, .directory = directory_};
      ASSERT_EQ(pthread_create(&threads[i], nullptr, WorkOften, &workers[i]), 0);
    }
    for (int i = 0; i < kThreads; ++i) {
      pthread_join(threads[i], nullptr);
      EXPECT_EQ(workers[i].wrong, 0) << i;
    }
    pthread_barrier_destroy(&barrier);
    // A copy of a process with several threads has one.
    const pid_t child = fork();
    if (child == 0) {
      pthread_barrier_init(&barrier, nullptr, 1);
      Worker worker = {.index = 5, .rounds = kOften, .barrier = &barrier, .directory = directory_};
      WorkOften(&worker);
      _exit(worker.wrong != 0);
    }
    int status = -1;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    EXPECT_EQ(status, 0);
  }
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  signal(SIGALRM, SIG_DFL);
}

TEST_F(CallArguments, OpensWhatItNames) {
  for (int i = 0; i < kOften; ++i) {
    const long fd = OpenAt(AT_FDCWD, Address(PutAtEnd(directory_)), O_RDONLY | O_DIRECTORY);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(OpenAt(fd, Address(PutAtEnd("missing")), O_RDONLY), -ENOENT);
    ASSERT_EQ(OpenAt(fd, Address(PutAtEnd("link")), O_RDONLY | O_NOFOLLOW), -ELOOP);
    ASSERT_EQ(Close(fd), 0);
  }
}

}  // namespace
}  // namespace test

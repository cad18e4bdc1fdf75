// mmap(2), munmap(2), mremap(2), mprotect(2), madvise(2), msync(2), mincore(2), mlock(2), brk(2).
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr size_t kPage = 4096;

char* Map(size_t length, int prot = PROT_READ | PROT_WRITE, int flags = MAP_PRIVATE | MAP_ANONYMOUS,
          int fd = -1, off_t offset = 0) {
  return static_cast<char*>(mmap(nullptr, length, prot, flags, fd, offset));
}

sigjmp_buf g_jump;
siginfo_t g_fault;

// The signal that touching `where` gives; 0: none.
int Touch(char* where, bool write) {
  struct sigaction action {
  }, segv, bus;
  action.sa_sigaction = [](int, siginfo_t* info, void*) {
    g_fault = *info;
    siglongjmp(g_jump, 1);
  };
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, &segv);
  sigaction(SIGBUS, &action, &bus);
  g_fault = {};
  if (sigsetjmp(g_jump, 1) == 0) {
    volatile char* at = where;
    if (write) {
      *at = 'x';
    } else {
      (void)*at;
    }
  }
  sigaction(SIGSEGV, &segv, nullptr);
  sigaction(SIGBUS, &bus, nullptr);
  return g_fault.si_signo;
}

class Mmap : public testing::Test {
 protected:
  Fd Open(const std::string& content, int flags = O_RDWR) {
    file_ = std::make_unique<TempFile>(TempFile::Create(content));
    return Fd(open(file_->c_str(), flags));
  }
  std::unique_ptr<TempFile> file_;
};

TEST_F(Mmap, AnonymousMemoryIsZero) {
  char* at = Map(4 * kPage);
  ASSERT_THAT(at, SyscallSucceeds());
  for (size_t i = 0; i < 4 * kPage; i += 512) EXPECT_EQ(at[i], 0);
  at[0] = 'a';
  EXPECT_THAT(munmap(at, 4 * kPage), SyscallSucceeds());
  EXPECT_EQ(Touch(at, false), SIGSEGV);
  EXPECT_EQ(g_fault.si_code, SEGV_MAPERR);
}

TEST_F(Mmap, Errors) {
  Fd file = Open("x");
  EXPECT_THAT(Map(0), SyscallFails(EINVAL));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_ANONYMOUS), SyscallFails(EINVAL));  // Neither kind.
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, -1), SyscallFails(EBADF));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, file.get(), 100), SyscallFails(EINVAL));
  EXPECT_THAT(mmap(reinterpret_cast<void*>(100), kPage, PROT_READ,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              SyscallFails(EINVAL));
  EXPECT_THAT(Map(~size_t{0} - kPage), SyscallFails(ENOMEM));
  EXPECT_THAT(mmap(reinterpret_cast<void*>(0x7ffffffff000), kPage, PROT_READ,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              SyscallFails(ENOMEM));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_SHARED_VALIDATE | 0x400000, file.get()),
              SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(munmap(reinterpret_cast<void*>(1), kPage), SyscallFails(EINVAL));
  EXPECT_THAT(munmap(nullptr, 0), SyscallFails(EINVAL));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, pipe.read_end.get()), SyscallFails(ENODEV));
  Fd directory(open("/", O_RDONLY));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, directory.get()), SyscallFails(ENODEV));
  Fd path(open(file_->c_str(), O_PATH));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, path.get()), SyscallFails(EBADF));
}

TEST_F(Mmap, AccessModeOfTheFile) {
  Open("x");
  Fd reader(open(file_->c_str(), O_RDONLY));
  Fd writer(open(file_->c_str(), O_WRONLY));
  EXPECT_THAT(Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, reader.get()), SyscallFails(EACCES));
  EXPECT_THAT(Map(kPage, PROT_WRITE, MAP_SHARED, reader.get()), SyscallFails(EACCES));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_SHARED, writer.get()), SyscallFails(EACCES));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, writer.get()), SyscallFails(EACCES));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, reader.get());
  ASSERT_THAT(at, SyscallSucceeds());
  at[0] = 'y';
  EXPECT_EQ(ReadFile(file_->path()), "x");
  munmap(at, kPage);
}

TEST_F(Mmap, SharedReadOnlyStaysSo) {
  Open("x");
  Fd reader(open(file_->c_str(), O_RDONLY));
  char* at = Map(kPage, PROT_READ, MAP_SHARED, reader.get());
  ASSERT_THAT(at, SyscallSucceeds());
  EXPECT_THAT(mprotect(at, kPage, PROT_READ | PROT_WRITE), SyscallFails(EACCES));
  EXPECT_EQ(Touch(at, true), SIGSEGV);
  munmap(at, kPage);
  Fd writer(open(file_->c_str(), O_RDWR));
  at = Map(kPage, PROT_READ, MAP_SHARED, writer.get());
  EXPECT_THAT(mprotect(at, kPage, PROT_READ | PROT_WRITE), SyscallSucceeds());
  at[0] = 'z';
  EXPECT_EQ(ReadFile(file_->path()), "z");
  munmap(at, kPage);
  at = Map(kPage, PROT_READ, MAP_PRIVATE, reader.get());
  EXPECT_THAT(mprotect(at, kPage, PROT_READ | PROT_WRITE), SyscallSucceeds());
  munmap(at, kPage);
}

TEST_F(Mmap, SharedWritesAreTheFiles) {
  Fd file = Open(std::string(kPage, 'a'));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  ASSERT_THAT(at, SyscallSucceeds());
  memcpy(at + 10, "hello", 5);
  char buffer[5];
  EXPECT_THAT(pread(file.get(), buffer, 5, 10), SyscallReturns(5));
  EXPECT_EQ(memcmp(buffer, "hello", 5), 0);
  pwrite(file.get(), "world", 5, 10);
  EXPECT_EQ(memcmp(at + 10, "world", 5), 0);
  EXPECT_THAT(msync(at, kPage, MS_SYNC), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] { at[0] = 'c'; }), Exited(0));
  EXPECT_EQ(at[0], 'c');
  Fd second(open(file_->c_str(), O_RDWR));
  char* other = Map(kPage, PROT_READ, MAP_SHARED, second.get());
  at[1] = 'd';
  EXPECT_EQ(other[1], 'd');
  munmap(at, kPage);
  munmap(other, kPage);
}

TEST_F(Mmap, PrivateWritesAreNot) {
  Fd file = Open(std::string(kPage, 'a'));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get());
  at[0] = 'b';
  char byte;
  pread(file.get(), &byte, 1, 0);
  EXPECT_EQ(byte, 'a');
  pwrite(file.get(), "c", 1, 1);
  munmap(at, kPage);
}

TEST_F(Mmap, MappingOutlivesDescriptorAndName) {
  Fd file = Open("content");
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  file.reset();
  unlink(file_->c_str());
  EXPECT_EQ(memcmp(at, "content", 7), 0);
  at[0] = 'C';
  EXPECT_EQ(at[0], 'C');
  munmap(at, kPage);
}

TEST_F(Mmap, BeyondTheEndIsSigbus) {
  Fd file = Open("abc");
  char* at = Map(2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  EXPECT_EQ(at[3], 0);  // The rest of the last page reads as zeros.
  EXPECT_EQ(Touch(at + kPage, false), SIGBUS);
  EXPECT_EQ(g_fault.si_code, BUS_ADRERR);
  EXPECT_EQ(g_fault.si_addr, at + kPage);
  ASSERT_THAT(ftruncate(file.get(), 2 * kPage), SyscallSucceeds());
  EXPECT_EQ(Touch(at + kPage, true), 0);
  ASSERT_THAT(ftruncate(file.get(), 1), SyscallSucceeds());
  EXPECT_EQ(Touch(at + kPage, false), SIGBUS);
  EXPECT_EQ(at[1], 0);  // Truncation zeroes the page's end.
  // A call that is given such memory fails instead.
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(write(pipe.write_end.get(), at + kPage, 1), SyscallFails(EFAULT));
  munmap(at, 2 * kPage);
}

TEST_F(Mmap, OffsetIntoTheFile) {
  Fd file = Open(std::string(kPage, 'a') + std::string(kPage, 'b'));
  char* at = Map(kPage, PROT_READ, MAP_PRIVATE, file.get(), kPage);
  EXPECT_EQ(at[0], 'b');
  munmap(at, kPage);
}

TEST_F(Mmap, FixedReplacesAndNoreplaceDoesNot) {
  char* at = Map(3 * kPage);
  at[0] = at[kPage] = at[2 * kPage] = 'x';
  EXPECT_THAT(mmap(at + kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              at + kPage);
  EXPECT_EQ(at[kPage], 0);
  EXPECT_EQ(at[2 * kPage], 'x');
  EXPECT_THAT(mmap(at, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
              SyscallFails(EEXIST));
  munmap(at + kPage, kPage);
  EXPECT_THAT(
      mmap(at + kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
      at + kPage);
  munmap(at, 3 * kPage);
}

TEST_F(Mmap, HintIsTakenWhenFree) {
  char* at = Map(2 * kPage);
  munmap(at, 2 * kPage);
  void* again = mmap(at, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_EQ(again, at);
  munmap(again, kPage);
}

TEST_F(Mmap, SharedAnonymousCrossesFork) {
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  EXPECT_THAT(ForkAndWait([&] { at[0] = 'k'; }), Exited(0));
  EXPECT_EQ(at[0], 'k');
  munmap(at, kPage);
}

TEST_F(Mmap, DevZeroAndNull) {
  Fd zero(open("/dev/zero", O_RDWR));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero.get());
  ASSERT_THAT(at, SyscallSucceeds());
  EXPECT_EQ(at[0], 0);
  at[0] = 1;
  munmap(at, kPage);
  at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, zero.get());
  ASSERT_THAT(at, SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] { at[0] = 'k'; }), Exited(0));
  EXPECT_EQ(at[0], 'k');
  munmap(at, kPage);
  Fd null(open("/dev/null", O_RDWR));
  EXPECT_THAT(Map(kPage, PROT_READ, MAP_PRIVATE, null.get()), SyscallFails(ENODEV));
}

TEST_F(Mmap, Mprotect) {
  char* at = Map(3 * kPage);
  at[kPage] = 'x';
  EXPECT_THAT(mprotect(at + kPage, kPage, PROT_NONE), SyscallSucceeds());
  EXPECT_EQ(Touch(at + kPage, false), SIGSEGV);
  EXPECT_EQ(g_fault.si_code, SEGV_ACCERR);
  EXPECT_EQ(Touch(at, true), 0);
  EXPECT_THAT(mprotect(at + kPage, kPage, PROT_READ), SyscallSucceeds());
  EXPECT_EQ(at[kPage], 'x');
  EXPECT_EQ(Touch(at + kPage, true), SIGSEGV);
  EXPECT_THAT(mprotect(at + 1, kPage, PROT_READ), SyscallFails(EINVAL));
  EXPECT_THAT(mprotect(at, 0, PROT_READ), SyscallSucceeds());
  EXPECT_THAT(mprotect(at, kPage, 0x100), SyscallFails(EINVAL));
  munmap(at + kPage, kPage);
  EXPECT_THAT(mprotect(at, 3 * kPage, PROT_READ), SyscallFails(ENOMEM));
  munmap(at, 3 * kPage);
}

TEST_F(Mmap, CodeRunsWhereItMay) {
  char* at = Map(kPage, PROT_READ | PROT_WRITE | PROT_EXEC);
  ASSERT_THAT(at, SyscallSucceeds());
  const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};  // mov $42, %eax; ret
  memcpy(at, code, sizeof code);
  EXPECT_EQ(reinterpret_cast<int (*)()>(at)(), 42);
  munmap(at, kPage);
}

TEST_F(Mmap, MremapGrowsMovesAndShrinks) {
  char* at = Map(2 * kPage);
  at[0] = 'a';
  at[kPage] = 'b';
  char* grown = static_cast<char*>(mremap(at, 2 * kPage, 64 * kPage, MREMAP_MAYMOVE));
  ASSERT_THAT(grown, SyscallSucceeds());
  EXPECT_EQ(grown[0], 'a');
  EXPECT_EQ(grown[kPage], 'b');
  EXPECT_EQ(grown[63 * kPage], 0);
  EXPECT_EQ(mremap(grown, 64 * kPage, kPage, 0), grown);
  EXPECT_EQ(Touch(grown + kPage, false), SIGSEGV);
  char* target = Map(kPage);
  EXPECT_EQ(mremap(grown, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, target), target);
  EXPECT_EQ(target[0], 'a');
  EXPECT_EQ(Touch(grown, false), SIGSEGV);
  EXPECT_THAT(mremap(target + 1, kPage, kPage, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(target, kPage, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(target, kPage, kPage, 16), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(target, kPage, kPage, MREMAP_FIXED, target), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(grown, kPage, 2 * kPage, MREMAP_MAYMOVE), SyscallFails(EFAULT));
  munmap(target, kPage);
}

TEST_F(Mmap, MremapKeepsTheFile) {
  Fd file = Open(std::string(kPage, 'a') + std::string(kPage, 'b'));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  char* grown = static_cast<char*>(mremap(at, kPage, 2 * kPage, MREMAP_MAYMOVE));
  ASSERT_THAT(grown, SyscallSucceeds());
  EXPECT_EQ(grown[kPage], 'b');
  munmap(grown, 2 * kPage);
}

TEST_F(Mmap, Madvise) {
  char* at = Map(2 * kPage);
  at[0] = 'x';
  EXPECT_THAT(madvise(at, kPage, MADV_DONTNEED), SyscallSucceeds());
  EXPECT_EQ(at[0], 0);
  EXPECT_THAT(madvise(at, kPage, MADV_NORMAL), SyscallSucceeds());
  EXPECT_THAT(madvise(at, kPage, MADV_WILLNEED), SyscallSucceeds());
  EXPECT_THAT(madvise(at, kPage, 12345), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(at + 1, kPage, MADV_NORMAL), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(at, kPage, MADV_WIPEONFORK), SyscallSucceeds());
  at[0] = 'y';
  EXPECT_THAT(ForkAndWait([&] { return at[0]; }), Exited(0));
  EXPECT_THAT(madvise(at, kPage, MADV_KEEPONFORK), SyscallSucceeds());
  EXPECT_THAT(madvise(at, kPage, MADV_DONTFORK), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] { return at[0]; }), KilledBy(SIGSEGV));
  munmap(at + kPage, kPage);
  EXPECT_THAT(madvise(at, 2 * kPage, MADV_NORMAL), SyscallFails(ENOMEM));
  munmap(at, kPage);
}

TEST_F(Mmap, DontneedOfAFileMappingReadsItAgain) {
  Fd file = Open(std::string(kPage, 'a'));
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get());
  at[0] = 'z';
  madvise(at, kPage, MADV_DONTNEED);
  EXPECT_EQ(at[0], 'a');
  munmap(at, kPage);
}

TEST_F(Mmap, RemovePunchesAHole) {
  Fd file = Open(std::string(2 * kPage, 'a'));
  char* at = Map(2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  int result = madvise(at, kPage, MADV_REMOVE);
  if (result == 0) {
    EXPECT_EQ(at[0], 0);
    EXPECT_EQ(at[kPage], 'a');
  } else {
    EXPECT_EQ(errno, EOPNOTSUPP);  // Not every file system of the host.
  }
  munmap(at, 2 * kPage);
}

TEST_F(Mmap, Msync) {
  Fd file = Open("x");
  char* at = Map(kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file.get());
  EXPECT_THAT(msync(at, kPage, MS_ASYNC | MS_SYNC), SyscallFails(EINVAL));
  EXPECT_THAT(msync(at, kPage, 64), SyscallFails(EINVAL));
  EXPECT_THAT(msync(at + 1, kPage, MS_SYNC), SyscallFails(EINVAL));
  EXPECT_THAT(msync(at, kPage, MS_ASYNC), SyscallSucceeds());
  EXPECT_THAT(msync(at, kPage, MS_SYNC | MS_INVALIDATE), SyscallSucceeds());
  munmap(at, kPage);
  EXPECT_THAT(msync(at, kPage, MS_SYNC), SyscallFails(ENOMEM));
}

TEST_F(Mmap, Mincore) {
  char* at = Map(2 * kPage);
  at[0] = 1;
  unsigned char present[2] = {9, 9};
  EXPECT_THAT(mincore(at, 2 * kPage, present), SyscallSucceeds());
  EXPECT_EQ(present[0] & 1, 1);
  EXPECT_EQ(present[1] & 1, 0);
  EXPECT_THAT(mincore(at + 1, kPage, present), SyscallFails(EINVAL));
  EXPECT_THAT(mincore(at, kPage, reinterpret_cast<unsigned char*>(8)), SyscallFails(EFAULT));
  munmap(at, 2 * kPage);
  EXPECT_THAT(mincore(at, kPage, present), SyscallFails(ENOMEM));
}

TEST_F(Mmap, Mlock) {
  char* at = Map(kPage);
  EXPECT_THAT(mlock(at, kPage), SyscallSucceeds());
  unsigned char present;
  mincore(at, kPage, &present);
  EXPECT_EQ(present & 1, 1);
  EXPECT_THAT(munlock(at, kPage), SyscallSucceeds());
  munmap(at, kPage);
  EXPECT_THAT(mlock(at, kPage), SyscallFails(ENOMEM));
  EXPECT_THAT(mlockall(0), SyscallFails(EINVAL));
  EXPECT_THAT(mlockall(64), SyscallFails(EINVAL));
  EXPECT_THAT(munlockall(), SyscallSucceeds());
}

TEST_F(Mmap, Brk) {
  EXPECT_THAT(ForkAndWait([] {
                char* now = reinterpret_cast<char*>(syscall(SYS_brk, 0));
                char* up = reinterpret_cast<char*>(syscall(SYS_brk, now + 5 * kPage));
                CHILD_CHECK(up == now + 5 * kPage);
                now[4 * kPage] = 'x';
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, now)) == now);
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, now + 5 * kPage)) == up);
                CHILD_CHECK(now[4 * kPage] == 0);
                // A failure gives the break as it is.
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, 16)) == up);
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, ~0UL)) == up);
              }),
              Exited(0));
}

TEST_F(Mmap, AddressSpaceLimit) {
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit{64 << 20, 64 << 20};
                CHILD_CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
                CHILD_CHECK(Map(128 << 20) == MAP_FAILED && errno == ENOMEM);
                CHILD_CHECK(Map(1 << 20) != MAP_FAILED);
              }),
              Exited(0));
}

TEST_F(Mmap, DataLimit) {
  EXPECT_THAT(ForkAndWait([] {
                rlimit limit{8 << 20, 8 << 20};
                CHILD_CHECK(setrlimit(RLIMIT_DATA, &limit) == 0);
                CHILD_CHECK(Map(32 << 20) == MAP_FAILED && errno == ENOMEM);
                char* now = reinterpret_cast<char*>(syscall(SYS_brk, 0));
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, now + (32 << 20))) == now);
              }),
              Exited(0));
}

TEST_F(Mmap, GrowsDown) {
  EXPECT_THAT(ForkAndWait([] {
                char* area = Map(300 * kPage, PROT_NONE);
                munmap(area, 300 * kPage);
                char* at = static_cast<char*>(
                    mmap(area + 290 * kPage, kPage, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0));
                CHILD_CHECK(at != MAP_FAILED);
                at[-1] = 'x';
                CHILD_CHECK(at[-1] == 'x');
              }),
              Exited(0));
}

TEST_F(Mmap, ManyMappings) {
  constexpr int kMany = 2000;
  char* area = Map(2 * kMany * kPage, PROT_NONE);
  ASSERT_THAT(area, SyscallSucceeds());
  for (size_t i = 0; i < kMany; ++i) {
    ASSERT_THAT(mprotect(area + 2 * i * kPage, kPage, PROT_READ | PROT_WRITE), SyscallSucceeds());
    area[2 * i * kPage] = 'x';
  }
  EXPECT_THAT(munmap(area, 2 * kMany * kPage), SyscallSucceeds());
}

TEST_F(Mmap, MapsFileTellsThem) {
  Fd file = Open(std::string(kPage, 'a'));
  char* at = Map(kPage, PROT_READ, MAP_SHARED, file.get());
  char line[200];
  struct stat info;
  fstat(file.get(), &info);
  snprintf(line, sizeof line, "%lx-%lx r--s 00000000 %02x:%02x %lu", reinterpret_cast<long>(at),
           reinterpret_cast<long>(at) + kPage, static_cast<unsigned>(info.st_dev >> 8),
           static_cast<unsigned>(info.st_dev & 0xff), info.st_ino);
  std::string maps = ReadFile("/proc/self/maps");
  EXPECT_THAT(maps, testing::HasSubstr(line));
  EXPECT_THAT(maps, testing::HasSubstr(file_->path()));
  EXPECT_THAT(maps, testing::HasSubstr("[heap]"));
  EXPECT_THAT(maps, testing::HasSubstr("[stack]"));
  EXPECT_THAT(maps, testing::HasSubstr("[vdso]"));
  munmap(at, kPage);
}

// The stack grows on demand, so that what is mapped later stays away from it.
TEST_F(Mmap, StackKeepsItsRoom) {
  constexpr size_t kLarge = 256 << 20;
  void* const large = mmap(nullptr, kLarge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_THAT(large, SyscallSucceeds());
  std::ifstream maps("/proc/self/maps");
  uint64_t below = 0, stack = 0;
  for (std::string line; stack == 0 && std::getline(maps, line);) {
    uint64_t start, end;
    ASSERT_EQ(sscanf(line.c_str(), "%lx-%lx", &start, &end), 2);
    if (line.find("[stack]") != line.npos) {
      stack = start;
    } else {
      below = end;
    }
  }
  EXPECT_GE(stack - below, uint64_t{64} << 20);
  EXPECT_THAT(munmap(large, kLarge), SyscallSucceeds());
}

}  // namespace
}  // namespace test

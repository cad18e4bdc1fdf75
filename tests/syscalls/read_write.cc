// read(2), write(2), pread(2), pwrite(2), readv(2), writev(2), preadv(2), pwritev(2) and their
// second versions on files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

// Nobody can read or write it, so that the kernel's copy fails.
char* const kBadAddress = reinterpret_cast<char*>(8);

struct OpenFile {
  TempFile file;
  Fd fd;
};

OpenFile OpenTemp(std::string_view content, int flags = O_RDWR) {
  TempFile file = TempFile::Create(content);
  Fd fd(open(file.c_str(), flags));
  EXPECT_THAT(fd.get(), SyscallSucceeds());
  return OpenFile{std::move(file), std::move(fd)};
}

// A page of memory with an inaccessible page behind it.
class GuardedPage {
 public:
  GuardedPage() {
    void* both =
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_THAT(both, SyscallSucceeds());
    base_ = static_cast<char*>(both);
    EXPECT_THAT(mprotect(base_ + kPage, kPage, PROT_NONE), SyscallSucceeds());
  }
  GuardedPage(const GuardedPage&) = delete;
  GuardedPage& operator=(const GuardedPage&) = delete;
  ~GuardedPage() { munmap(base_, 2 * kPage); }

  // The last `n` accessible bytes.
  char* Tail(size_t n) { return base_ + kPage - n; }

 private:
  static constexpr size_t kPage = 4096;
  char* base_;
};

TEST(Read, AdvancesTheOffsetAndStopsAtTheEnd) {
  OpenFile f = OpenTemp("abcdef");
  char buffer[4];
  EXPECT_THAT(read(f.fd.get(), buffer, 4), SyscallReturns(4));
  EXPECT_EQ(std::string(buffer, 4), "abcd");
  EXPECT_THAT(read(f.fd.get(), buffer, 4), SyscallReturns(2));
  EXPECT_EQ(std::string(buffer, 2), "ef");
  EXPECT_THAT(read(f.fd.get(), buffer, 4), SyscallReturns(0));
}

TEST(Read, ZeroBytesStillChecksTheDescriptor) {
  OpenFile f = OpenTemp("x");
  EXPECT_THAT(read(f.fd.get(), nullptr, 0), SyscallReturns(0));
  EXPECT_THAT(read(-1, nullptr, 0), SyscallFails(EBADF));
}

TEST(Read, NeedsReadAccess) {
  OpenFile f = OpenTemp("x", O_WRONLY);
  char byte;
  EXPECT_THAT(read(f.fd.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(pread(f.fd.get(), &byte, 1, 0), SyscallFails(EBADF));
}

TEST(Read, Directory) {
  TempDir dir = TempDir::Create();
  Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY));
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EISDIR));
}

TEST(Read, BadAddress) {
  OpenFile f = OpenTemp("abcdef");
  EXPECT_THAT(read(f.fd.get(), kBadAddress, 4), SyscallFails(EFAULT));
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(0)) << "a failed read moves nothing";
}

TEST(Read, StopsWhereMemoryEnds) {
  OpenFile f = OpenTemp("abcdef");
  GuardedPage page;
  EXPECT_THAT(read(f.fd.get(), page.Tail(4), 6), SyscallReturns(4));
  EXPECT_EQ(std::string(page.Tail(4), 4), "abcd");
}

TEST(Read, BadAddressBehindTheEndDoesNotMatter) {
  OpenFile f = OpenTemp("ab");
  GuardedPage page;
  EXPECT_THAT(read(f.fd.get(), page.Tail(2), 100), SyscallReturns(2));
  EXPECT_THAT(read(f.fd.get(), kBadAddress, 100), SyscallReturns(0))
      << "at the end nothing is copied";
}

TEST(Write, ExtendsTheFile) {
  OpenFile f = OpenTemp("");
  EXPECT_THAT(write(f.fd.get(), "hello", 5), SyscallReturns(5));
  EXPECT_THAT(write(f.fd.get(), " you", 4), SyscallReturns(4));
  EXPECT_EQ(ReadFile(f.file.path()), "hello you");
}

TEST(Write, BehindTheEndLeavesZeroes) {
  OpenFile f = OpenTemp("ab");
  EXPECT_THAT(lseek(f.fd.get(), 4, SEEK_SET), SyscallReturns(4));
  EXPECT_THAT(write(f.fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(ReadFile(f.file.path()), std::string("ab\0\0x", 5));
}

TEST(Write, AppendIgnoresTheOffset) {
  OpenFile f = OpenTemp("abc", O_RDWR | O_APPEND);
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_SET), SyscallReturns(0));
  EXPECT_THAT(write(f.fd.get(), "d", 1), SyscallReturns(1));
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(4));
  // pwrite(2), BUGS: O_APPEND wins over the offset on Linux.
  EXPECT_THAT(pwrite(f.fd.get(), "e", 1, 0), SyscallReturns(1));
  EXPECT_EQ(ReadFile(f.file.path()), "abcde");
}

TEST(Write, NeedsWriteAccess) {
  OpenFile f = OpenTemp("x", O_RDONLY);
  EXPECT_THAT(write(f.fd.get(), "y", 1), SyscallFails(EBADF));
  EXPECT_THAT(pwrite(f.fd.get(), "y", 1, 0), SyscallFails(EBADF));
}

TEST(Write, BadAddress) {
  OpenFile f = OpenTemp("");
  EXPECT_THAT(write(f.fd.get(), kBadAddress, 4), SyscallFails(EFAULT));
  EXPECT_EQ(ReadFile(f.file.path()), "");
}

TEST(Write, LargeBuffersComeBackWhole) {
  OpenFile f = OpenTemp("");
  std::string data(3 << 20, '\0');
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7 + i / 4096);
  EXPECT_THAT(write(f.fd.get(), data.data(), data.size()), SyscallReturns(data.size()));
  EXPECT_TRUE(ReadFile(f.file.path()) == data);
}

TEST(Pread, LeavesTheOffsetAlone) {
  OpenFile f = OpenTemp("abcdef");
  char buffer[3];
  EXPECT_THAT(pread(f.fd.get(), buffer, 3, 2), SyscallReturns(3));
  EXPECT_EQ(std::string(buffer, 3), "cde");
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(0));
  EXPECT_THAT(pread(f.fd.get(), buffer, 3, 100), SyscallReturns(0));
}

TEST(Pread, NegativeOffsetComesBeforeTheDescriptor) {
  char byte;
  EXPECT_THAT(pread(-1, &byte, 1, -1), SyscallFails(EINVAL));
  EXPECT_THAT(pwrite(-1, &byte, 1, -1), SyscallFails(EINVAL));
}

TEST(Pread, PipeCannotSeek) {
  Pipe pipe = Pipe::Create();
  char byte;
  EXPECT_THAT(pread(pipe.read_end.get(), &byte, 1, 0), SyscallFails(ESPIPE));
  EXPECT_THAT(pwrite(pipe.write_end.get(), &byte, 1, 0), SyscallFails(ESPIPE));
}

TEST(Pwrite, WritesInPlace) {
  OpenFile f = OpenTemp("abcdef");
  EXPECT_THAT(pwrite(f.fd.get(), "XY", 2, 1), SyscallReturns(2));
  EXPECT_EQ(ReadFile(f.file.path()), "aXYdef");
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(0));
}

TEST(Readv, FillsPiecesInOrder) {
  OpenFile f = OpenTemp("abcdef");
  char one[2], two[3], three[8];
  std::array<iovec, 4> pieces = {{{one, 2}, {nullptr, 0}, {two, 3}, {three, 8}}};
  EXPECT_THAT(readv(f.fd.get(), pieces.data(), pieces.size()), SyscallReturns(6));
  EXPECT_EQ(std::string(one, 2) + "|" + std::string(two, 3) + "|" + std::string(three, 1),
            "ab|cde|f");
}

TEST(Readv, BadVectors) {
  OpenFile f = OpenTemp("abcdef");
  char byte;
  iovec piece = {&byte, 1};
  iovec negative = {&byte, static_cast<size_t>(-1)};
  EXPECT_THAT(readv(f.fd.get(), &piece, -1), SyscallFails(EINVAL));
  EXPECT_THAT(readv(f.fd.get(), &piece, 1025), SyscallFails(EINVAL));
  EXPECT_THAT(readv(f.fd.get(), &piece, 0), SyscallReturns(0));
  EXPECT_THAT(readv(f.fd.get(), &negative, 1), SyscallFails(EINVAL));
  EXPECT_THAT(readv(f.fd.get(), reinterpret_cast<iovec*>(kBadAddress), 1), SyscallFails(EFAULT));
}

TEST(Writev, StopsBeforeTheBadPiece) {
  OpenFile f = OpenTemp("");
  char good[] = "good";
  std::array<iovec, 2> pieces = {{{good, 4}, {kBadAddress, 4}}};
  EXPECT_THAT(writev(f.fd.get(), pieces.data(), pieces.size()), SyscallReturns(4));
  EXPECT_EQ(ReadFile(f.file.path()), "good");
}

TEST(Preadv, AtAnOffset) {
  OpenFile f = OpenTemp("abcdef");
  char one[1], two[2];
  std::array<iovec, 2> pieces = {{{one, 1}, {two, 2}}};
  EXPECT_THAT(preadv(f.fd.get(), pieces.data(), 2, 3), SyscallReturns(3));
  EXPECT_EQ(std::string(one, 1) + std::string(two, 2), "def");
  EXPECT_THAT(preadv(f.fd.get(), pieces.data(), 2, -1), SyscallFails(EINVAL));
}

TEST(Preadv2, MinusOneMeansTheCurrentOffset) {
  OpenFile f = OpenTemp("abcdef");
  char buffer[2];
  iovec piece = {buffer, 2};
  EXPECT_THAT(preadv2(f.fd.get(), &piece, 1, -1, 0), SyscallReturns(2));
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(2));
  EXPECT_THAT(preadv2(f.fd.get(), &piece, 1, 0, 1 << 30), SyscallFails(EOPNOTSUPP));
}

TEST(Pwritev2, AppendFlag) {
  OpenFile f = OpenTemp("abc");
  char text[] = "d";
  iovec piece = {text, 1};
  EXPECT_THAT(pwritev2(f.fd.get(), &piece, 1, 0, RWF_APPEND), SyscallReturns(1));
  EXPECT_EQ(ReadFile(f.file.path()), "abcd");
}

TEST(ReadWrite, DevNullAndZero) {
  Fd null(open("/dev/null", O_RDWR));
  ASSERT_THAT(null.get(), SyscallSucceeds());
  char buffer[8] = "xxxxxxx";
  EXPECT_THAT(read(null.get(), buffer, 8), SyscallReturns(0));
  EXPECT_THAT(write(null.get(), buffer, 8), SyscallReturns(8));
  Fd zero(open("/dev/zero", O_RDONLY));
  EXPECT_THAT(read(zero.get(), buffer, 8), SyscallReturns(8));
  EXPECT_EQ(std::string(buffer, 8), std::string(8, '\0'));
}

TEST(ReadWrite, DevFull) {
  Fd full(open("/dev/full", O_RDWR));
  ASSERT_THAT(full.get(), SyscallSucceeds());
  EXPECT_THAT(write(full.get(), "x", 1), SyscallFails(ENOSPC));
}

// rw_verify_area() and access_ok(): before the file is asked.
TEST(ReadWrite, CountsAndPlacesThatNoFileHas) {
  OpenFile f = OpenTemp("abcdef");
  char buffer[16];
  constexpr int64_t kMax = INT64_MAX;
  EXPECT_THAT(pread(f.fd.get(), buffer, 16, kMax), SyscallFails(EINVAL));
  EXPECT_THAT(pwrite(f.fd.get(), buffer, 16, kMax), SyscallFails(EINVAL));
  EXPECT_THAT(pread(f.fd.get(), buffer, 0, kMax), SyscallReturns(0));
  iovec piece = {buffer, 16};
  EXPECT_THAT(preadv(f.fd.get(), &piece, 1, kMax), SyscallFails(EINVAL));
  EXPECT_THAT(pwritev(f.fd.get(), &piece, 1, kMax), SyscallFails(EINVAL));
  const size_t huge = static_cast<size_t>(kMax);
  EXPECT_THAT(syscall(SYS_read, f.fd.get(), buffer, huge), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_write, f.fd.get(), buffer, huge), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_read, f.fd.get(), buffer, -1L), SyscallFails(EFAULT));
  EXPECT_EQ(ReadFile(f.file.path()), "abcdef");
  Fd memory(memfd_create("m", 0));
  ASSERT_THAT(lseek(memory.get(), kMax - 4, SEEK_SET), SyscallSucceeds());
  EXPECT_THAT(read(memory.get(), buffer, 16), SyscallFails(EINVAL));
  EXPECT_THAT(write(memory.get(), buffer, 16), SyscallFails(EINVAL));
  EXPECT_THAT(read(memory.get(), buffer, 4), SyscallReturns(0));
}

TEST(ReadWrite, NothingIsReadOfSockets) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  char byte;
  EXPECT_THAT(read(a.get(), &byte, 0), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_read, a.get(), uintptr_t{1} << 63, 16), SyscallFails(EFAULT));
}

TEST(Readv, NothingComesOfNoBytes) {
  sigset_t none;
  sigemptyset(&none);
  const std::array<Fd, 3> fds = {Fd(timerfd_create(CLOCK_MONOTONIC, 0)), Fd(signalfd(-1, &none, 0)),
                                 Fd(open("/", O_RDONLY))};
  const iovec empty[2] = {};
  for (const Fd& fd : fds) {
    EXPECT_THAT(readv(fd.get(), empty, 2), SyscallReturns(0));
    EXPECT_THAT(readv(fd.get(), empty, 0), SyscallReturns(0));
  }
}

TEST(Preadv2, FlagsComeLast) {
  OpenFile f = OpenTemp("abcdef", O_RDONLY);
  char buffer[2];
  iovec piece = {buffer, 2}, bad = {kBadAddress, static_cast<size_t>(-1)}, none = {};
  constexpr int kUnknown = 1 << 30;
  EXPECT_THAT(preadv2(-1, &piece, 1, 0, kUnknown), SyscallFails(EBADF));
  EXPECT_THAT(preadv2(f.fd.get(), &bad, 1, 0, kUnknown), SyscallFails(EINVAL));
  EXPECT_THAT(preadv2(f.fd.get(), &none, 1, 0, kUnknown), SyscallReturns(0));
  EXPECT_THAT(pwritev2(f.fd.get(), &piece, 1, 0, kUnknown), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(preadv2(pipe.read_end.get(), &piece, 1, 0, kUnknown), SyscallFails(ESPIPE));
  EXPECT_THAT(preadv2(pipe.read_end.get(), &piece, 1, -1, kUnknown), SyscallFails(EOPNOTSUPP));
}

// noop_llseek()
TEST(Lseek, MovesNothingWhereThereAreNoPlaces) {
  sigset_t none;
  sigemptyset(&none);
  const std::array<Fd, 4> fds = {Fd(timerfd_create(CLOCK_MONOTONIC, 0)), Fd(signalfd(-1, &none, 0)),
                                 Fd(eventfd(0, 0)), Fd(epoll_create1(0))};
  char byte;
  for (const Fd& fd : fds) {
    EXPECT_THAT(lseek(fd.get(), 100, SEEK_SET), SyscallReturns(0));
    EXPECT_THAT(lseek(fd.get(), -1, SEEK_CUR), SyscallReturns(0));
    EXPECT_THAT(lseek(fd.get(), 0, 77), SyscallFails(EINVAL));
    EXPECT_THAT(pread(fd.get(), &byte, 1, 0), SyscallFails(ESPIPE));
  }
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(lseek(pipe.read_end.get(), 0, SEEK_SET), SyscallFails(ESPIPE));
  OpenFile f = OpenTemp("abc");
  EXPECT_THAT(lseek(f.fd.get(), INT64_MAX, SEEK_END), SyscallFails(EINVAL));
  EXPECT_THAT(lseek(f.fd.get(), -4, SEEK_END), SyscallFails(EINVAL));
}

// Ranges that reach out of the address space are refused before anything is moved, a length of none
// too; a single range is cut first.
TEST(Vectors, OutOfReach) {
  OpenFile f = OpenTemp("0123456789");
  char buffer[4];
  auto* const kernel = reinterpret_cast<void*>(uintptr_t{0xffff'8000'0000'0000});
  const iovec far = {kernel, 4}, none = {kernel, 0};
  const iovec both[] = {{buffer, 4}, far};
  const iovec huge[] = {{buffer, size_t{1} << 62}, {buffer, 1}};
  EXPECT_THAT(readv(f.fd.get(), &far, 1), SyscallFails(EFAULT));
  EXPECT_THAT(readv(f.fd.get(), &none, 1), SyscallFails(EFAULT));
  EXPECT_THAT(readv(f.fd.get(), both, 2), SyscallFails(EFAULT));
  EXPECT_THAT(preadv(f.fd.get(), both, 2, 0), SyscallFails(EFAULT));
  EXPECT_THAT(writev(f.fd.get(), huge, 2), SyscallFails(EFAULT));
  EXPECT_THAT(lseek(f.fd.get(), 0, SEEK_CUR), SyscallReturns(0));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(writev(pipe.write_end.get(), both, 2), SyscallFails(EFAULT));
  pipe.write_end.reset();
  EXPECT_THAT(read(pipe.read_end.get(), buffer, 4), SyscallReturns(0));
}

TEST(Vectors, Flags) {
  constexpr int kRwfNoappend = 0x20;
  OpenFile f = OpenTemp("0123456789");
  char buffer[4] = {};
  const iovec part = {buffer, 4};
  EXPECT_THAT(pwritev2(f.fd.get(), &part, 1, 0, RWF_APPEND | kRwfNoappend), SyscallFails(EINVAL));
  EXPECT_THAT(pwritev2(f.fd.get(), &part, 1, 0, kRwfNoappend), SyscallReturns(4));
  EXPECT_THAT(preadv2(f.fd.get(), &part, 1, 0, kRwfNoappend), SyscallReturns(4));
  EXPECT_THAT(preadv2(f.fd.get(), &part, 1, 0, 0x10000), SyscallFails(EOPNOTSUPP));
  Fd memory(memfd_create("none", 0));
  EXPECT_THAT(preadv2(memory.get(), &part, 1, 0, RWF_NOWAIT), SyscallFails(EOPNOTSUPP));
}

TEST(Readahead, Errors) {
  OpenFile f = OpenTemp("abc"), writer = OpenTemp("abc", O_WRONLY);
  EXPECT_THAT(readahead(f.fd.get(), 0, 100), SyscallReturns(0));
  EXPECT_THAT(readahead(f.fd.get(), 0, static_cast<size_t>(-1)), SyscallFails(EINVAL));
  EXPECT_THAT(readahead(writer.fd.get(), 0, 100), SyscallFails(EBADF));
  EXPECT_THAT(readahead(-1, 0, 100), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(readahead(pipe.read_end.get(), 0, 100), SyscallFails(EINVAL));
}

TEST(Fsync, OnlyWhereThereIsStorage) {
  OpenFile f = OpenTemp("abc", O_RDONLY);
  EXPECT_THAT(fsync(f.fd.get()), SyscallReturns(0));
  EXPECT_THAT(fdatasync(f.fd.get()), SyscallReturns(0));
  Fd proc(open("/proc/self/status", O_RDONLY)), null(open("/dev/null", O_WRONLY));
  EXPECT_THAT(fsync(proc.get()), SyscallFails(EINVAL));
  EXPECT_THAT(fdatasync(null.get()), SyscallFails(EINVAL));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(fsync(pipe.write_end.get()), SyscallFails(EINVAL));
  Fd path(open(f.file.c_str(), O_PATH));
  EXPECT_THAT(fsync(path.get()), SyscallFails(EBADF));
}

}  // namespace
}  // namespace test

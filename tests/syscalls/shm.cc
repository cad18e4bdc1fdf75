// System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2), /proc/sysvipc/shm.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr size_t kPage = 4096;

// A private segment that goes with the test.
class Segment {
 public:
  explicit Segment(size_t size = kPage, int mode = 0600) : id_(shmget(IPC_PRIVATE, size, mode)) {
    EXPECT_THAT(id_, SyscallSucceeds());
  }
  ~Segment() {
    if (id_ >= 0) shmctl(id_, IPC_RMID, nullptr);
  }
  Segment(const Segment&) = delete;
  int id() const { return id_; }
  shmid_ds Stat() const {
    shmid_ds status{};
    EXPECT_THAT(shmctl(id_, IPC_STAT, &status), SyscallSucceeds());
    return status;
  }
  void Remove() {
    EXPECT_THAT(shmctl(std::exchange(id_, -1), IPC_RMID, nullptr), SyscallSucceeds());
  }

 private:
  int id_;
};

char* Attach(int id, int flags = 0, void* at = nullptr) {
  void* address = shmat(id, at, flags);
  EXPECT_THAT(address, SyscallSucceeds());
  return static_cast<char*>(address);
}

key_t FreshKey() {
  return static_cast<key_t>(0x51000000 | (getpid() & 0xffff));
}

TEST(Shm, GetByKey) {
  key_t key = FreshKey();
  EXPECT_THAT(shmget(key, kPage, 0600), SyscallFails(ENOENT));
  int id = shmget(key, kPage, IPC_CREAT | 0600);
  ASSERT_THAT(id, SyscallSucceeds());
  EXPECT_THAT(shmget(key, kPage, IPC_CREAT | 0600), SyscallReturns(id));
  EXPECT_THAT(shmget(key, 0, 0), SyscallReturns(id)) << "the size of an existing one may be less";
  EXPECT_THAT(shmget(key, kPage + 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(shmget(key, kPage, IPC_CREAT | IPC_EXCL | 0600), SyscallFails(EEXIST));
  EXPECT_THAT(shmctl(id, IPC_RMID, nullptr), SyscallSucceeds());
  EXPECT_THAT(shmget(key, kPage, 0600), SyscallFails(ENOENT));
  EXPECT_THAT(shmctl(id, IPC_RMID, nullptr), SyscallFails(EINVAL));
}

TEST(Shm, GetBadArguments) {
  EXPECT_THAT(shmget(IPC_PRIVATE, 0, 0600), SyscallFails(EINVAL));
  EXPECT_THAT(shmget(IPC_PRIVATE, ~size_t{0}, 0600), SyscallFails(EINVAL));
}

TEST(Shm, FreshMemoryIsZeroAndShared) {
  Segment segment(3 * kPage);
  char* a = Attach(segment.id());
  char* b = Attach(segment.id());
  EXPECT_NE(a, b);
  for (size_t i = 0; i < 3 * kPage; ++i) ASSERT_EQ(a[i], 0);
  a[2 * kPage] = 'x';
  EXPECT_EQ(b[2 * kPage], 'x');
  EXPECT_EQ(segment.Stat().shm_nattch, 2u);
  EXPECT_THAT(shmdt(a), SyscallSucceeds());
  EXPECT_THAT(shmdt(a), SyscallFails(EINVAL));
  EXPECT_EQ(b[2 * kPage], 'x');
  EXPECT_THAT(shmdt(b), SyscallSucceeds());
  EXPECT_EQ(segment.Stat().shm_nattch, 0u);
}

TEST(Shm, ContentsStayWithoutAttachments) {
  Segment segment;
  char* a = Attach(segment.id());
  strcpy(a, "kept");
  ASSERT_THAT(shmdt(a), SyscallSucceeds());
  a = Attach(segment.id());
  EXPECT_STREQ(a, "kept");
  shmdt(a);
}

TEST(Shm, DetachBadAddress) {
  EXPECT_THAT(shmdt(reinterpret_cast<void*>(1)), SyscallFails(EINVAL));
  void* other = mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_THAT(shmdt(other), SyscallFails(EINVAL));
  munmap(other, kPage);
}

TEST(Shm, AttachAddress) {
  Segment segment(2 * kPage);
  char* hole = static_cast<char*>(
      mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_THAT(hole, SyscallSucceeds());
  EXPECT_THAT(shmat(segment.id(), hole, 0), SyscallFails(EINVAL)) << "in use";
  EXPECT_THAT(shmat(segment.id(), hole + 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(shmat(segment.id(), nullptr, SHM_REMAP), SyscallFails(EINVAL));
  hole[0] = 'h';
  char* replaced = Attach(segment.id(), SHM_REMAP, hole);
  EXPECT_EQ(replaced, hole);
  EXPECT_EQ(replaced[0], 0);
  ASSERT_THAT(shmdt(hole), SyscallSucceeds());
  ASSERT_THAT(munmap(hole, 4 * kPage), SyscallSucceeds());
  EXPECT_EQ(Attach(segment.id(), SHM_RND, hole + 5), hole);
  ASSERT_THAT(shmdt(hole), SyscallSucceeds());
  EXPECT_THAT(shmat(segment.id(), reinterpret_cast<void*>(~kPage + 1), 0), SyscallFails(EINVAL));
}

TEST(Shm, BadIds) {
  EXPECT_THAT(shmat(-1, nullptr, 0), SyscallFails(EINVAL));
  EXPECT_THAT(shmat(0x7fffffff, nullptr, 0), SyscallFails(EINVAL));
  shmid_ds status;
  EXPECT_THAT(shmctl(-1, IPC_STAT, &status), SyscallFails(EINVAL));
  Segment segment;
  EXPECT_THAT(shmctl(segment.id(), 99, &status), SyscallFails(EINVAL));
  EXPECT_THAT(shmctl(segment.id(), IPC_STAT, reinterpret_cast<shmid_ds*>(1)), SyscallFails(EFAULT));
}

TEST(Shm, ReadOnly) {
  Segment segment;
  char* writable = Attach(segment.id());
  char* a = Attach(segment.id(), SHM_RDONLY);
  writable[0] = 'w';
  EXPECT_EQ(a[0], 'w');
  EXPECT_THAT(mprotect(a, kPage, PROT_READ | PROT_WRITE), SyscallFails(EACCES));
  EXPECT_THAT(ForkAndWait([&] { *const_cast<volatile char*>(a) = 'x'; }), KilledBy(SIGSEGV));
  EXPECT_EQ(a[0], 'w');
  shmdt(a);
  shmdt(writable);
}

TEST(Shm, Executable) {
  Segment segment(kPage, 0700);
  char* a = Attach(segment.id(), SHM_EXEC);
  const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};  // mov $42, %eax; ret
  memcpy(a, code, sizeof(code));
  EXPECT_EQ(reinterpret_cast<int (*)()>(a)(), 42);
  shmdt(a);
}

TEST(Shm, Status) {
  key_t key = FreshKey();
  int id = shmget(key, 5000, IPC_CREAT | 0640);
  ASSERT_THAT(id, SyscallSucceeds());
  shmid_ds status{};
  ASSERT_THAT(shmctl(id, IPC_STAT, &status), SyscallReturns(0));
  EXPECT_EQ(status.shm_perm.__key, key);
  EXPECT_EQ(status.shm_perm.uid, geteuid());
  EXPECT_EQ(status.shm_perm.cuid, geteuid());
  EXPECT_EQ(status.shm_perm.gid, getegid());
  EXPECT_EQ(status.shm_perm.mode, 0640u);
  EXPECT_EQ(status.shm_segsz, 5000u);
  EXPECT_EQ(status.shm_cpid, getpid());
  EXPECT_EQ(status.shm_lpid, 0);
  EXPECT_EQ(status.shm_atime, 0);
  EXPECT_EQ(status.shm_dtime, 0);
  EXPECT_NE(status.shm_ctime, 0);
  char* a = Attach(id);
  ASSERT_THAT(shmctl(id, IPC_STAT, &status), SyscallReturns(0));
  EXPECT_EQ(status.shm_lpid, getpid());
  EXPECT_NE(status.shm_atime, 0);
  EXPECT_EQ(status.shm_nattch, 1u);
  shmdt(a);
  ASSERT_THAT(shmctl(id, IPC_STAT, &status), SyscallReturns(0));
  EXPECT_NE(status.shm_dtime, 0);
  shmctl(id, IPC_RMID, nullptr);
}

TEST(Shm, SetChangesOwnerAndMode) {
  Segment segment;
  shmid_ds status = segment.Stat();
  status.shm_perm.mode = 0444 | 01000;
  status.shm_perm.gid = 1234;
  EXPECT_THAT(shmctl(segment.id(), IPC_SET, &status), SyscallReturns(0));
  status = segment.Stat();
  EXPECT_EQ(status.shm_perm.mode, 0444u);
  EXPECT_EQ(status.shm_perm.gid, 1234u);
  EXPECT_EQ(status.shm_perm.cgid, getegid());
  status.shm_perm.uid = ~0u;
  EXPECT_THAT(shmctl(segment.id(), IPC_SET, &status), SyscallFails(EINVAL));
}

TEST(Shm, RemovedWhileAttached) {
  Segment segment;
  int id = segment.id();
  char* a = Attach(id);
  segment.Remove();
  a[0] = 'x';  // Still there.
  shmid_ds status{};
  ASSERT_THAT(shmctl(id, IPC_STAT, &status), SyscallReturns(0));
  EXPECT_EQ(status.shm_perm.mode & SHM_DEST, unsigned{SHM_DEST});
  EXPECT_EQ(status.shm_perm.__key, IPC_PRIVATE);
  char* b = Attach(id);
  EXPECT_EQ(b[0], 'x') << "Linux lets who knows the id in";
  shmdt(b);
  shmdt(a);
  EXPECT_THAT(shmctl(id, IPC_STAT, &status), SyscallFails(EINVAL));
}

TEST(Shm, ForkExitAndExecAreCounted) {
  Segment segment;
  char* a = Attach(segment.id());
  Pipe go = Pipe::Create();
  Pipe ready = Pipe::Create();
  pid_t child = Fork([&] {
    char byte = 0;
    go.write_end.reset();
    CHILD_CHECK(a[0] == 0);
    a[0] = 'c';
    CHILD_CHECK(write(ready.write_end.get(), &byte, 1) == 1);
    CHILD_CHECK(read(go.read_end.get(), &byte, 1) == 1);
  });
  char byte = 0;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  EXPECT_EQ(segment.Stat().shm_nattch, 2u);
  EXPECT_EQ(a[0], 'c');
  ASSERT_THAT(write(go.write_end.get(), &byte, 1), SyscallReturns(1));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(segment.Stat().shm_nattch, 1u);
  EXPECT_EQ(segment.Stat().shm_lpid, child);
  // A new image has none.
  EXPECT_THAT(ForkAndWait([] { execl("/bin/true", "true", nullptr); }), Exited(0));
  EXPECT_EQ(segment.Stat().shm_nattch, 1u);
  shmdt(a);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(shmat(segment.id(), nullptr, 0) != reinterpret_cast<void*>(-1));
                kill(getpid(), SIGKILL);
              }),
              KilledBy(SIGKILL));
  EXPECT_EQ(segment.Stat().shm_nattch, 0u);
}

TEST(Shm, UnmappingIsCounted) {
  Segment segment(4 * kPage);
  char* a = Attach(segment.id());
  ASSERT_THAT(munmap(a + kPage, kPage), SyscallSucceeds());
  EXPECT_EQ(segment.Stat().shm_nattch, 2u) << "two mappings around the hole";
  a[2 * kPage] = 'x';
  EXPECT_THAT(shmdt(a), SyscallSucceeds()) << "takes both";
  EXPECT_EQ(segment.Stat().shm_nattch, 0u);
  a = Attach(segment.id());
  ASSERT_THAT(munmap(a, 4 * kPage), SyscallSucceeds());
  EXPECT_EQ(segment.Stat().shm_nattch, 0u);
}

TEST(Shm, MovedByMremap) {
  Segment segment(2 * kPage);
  char* a = Attach(segment.id());
  a[0] = 'm';
  char* place =
      static_cast<char*>(mmap(nullptr, 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  void* moved = mremap(a, 2 * kPage, 2 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, place);
  ASSERT_EQ(moved, place);
  EXPECT_EQ(place[0], 'm');
  EXPECT_EQ(segment.Stat().shm_nattch, 1u);
  EXPECT_THAT(shmdt(a), SyscallFails(EINVAL));
  EXPECT_THAT(shmdt(place), SyscallSucceeds());
  EXPECT_EQ(segment.Stat().shm_nattch, 0u);
}

TEST(Shm, Permissions) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  Segment secret(kPage, 0600), readable(kPage, 0644);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresgid(65534, 65534, 65534) == 0);
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                void* failed = reinterpret_cast<void*>(-1);
                CHILD_CHECK(shmat(secret.id(), nullptr, 0) == failed && errno == EACCES);
                CHILD_CHECK(shmat(readable.id(), nullptr, 0) == failed && errno == EACCES);
                CHILD_CHECK(shmat(readable.id(), nullptr, SHM_RDONLY) != failed);
                shmid_ds status{};
                CHILD_CHECK(shmctl(secret.id(), IPC_STAT, &status) == -1 && errno == EACCES);
                CHILD_CHECK(shmctl(readable.id(), IPC_STAT, &status) == 0);
                CHILD_CHECK(shmctl(readable.id(), IPC_SET, &status) == -1 && errno == EPERM);
                CHILD_CHECK(shmctl(readable.id(), IPC_RMID, nullptr) == -1 && errno == EPERM);
                CHILD_CHECK(shmctl(readable.id(), SHM_LOCK, nullptr) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST(Shm, InfoAndStatByIndex) {
  Segment segment(3 * kPage);
  shminfo limits{};
  EXPECT_THAT(shmctl(0, IPC_INFO, reinterpret_cast<shmid_ds*>(&limits)),
              SyscallReturns(testing::Ge(0)));
  EXPECT_EQ(limits.shmmin, 1u);
  EXPECT_EQ(limits.shmmni, 4096u);
  EXPECT_GT(limits.shmmax, size_t{1} << 40);
  shm_info used{};
  int highest = shmctl(0, SHM_INFO, reinterpret_cast<shmid_ds*>(&used));
  ASSERT_THAT(highest, SyscallSucceeds());
  EXPECT_GE(used.used_ids, 1);
  EXPECT_GE(used.shm_tot, 3u);
  bool found = false;
  for (int i = 0; i <= highest; ++i) {
    shmid_ds status{};
    found |= shmctl(i, SHM_STAT, &status) == segment.id();
    found &= shmctl(i, SHM_STAT_ANY, &status) != -1 || found;
  }
  EXPECT_TRUE(found);
}

TEST(Shm, LockIsShownInTheMode) {
  Segment segment;
  if (shmctl(segment.id(), SHM_LOCK, nullptr) != 0) GTEST_SKIP() << "may not lock";
  EXPECT_EQ(segment.Stat().shm_perm.mode & SHM_LOCKED, unsigned{SHM_LOCKED});
  EXPECT_THAT(shmctl(segment.id(), SHM_UNLOCK, nullptr), SyscallSucceeds());
  EXPECT_EQ(segment.Stat().shm_perm.mode & SHM_LOCKED, 0u);
}

TEST(Shm, ProcFile) {
  Segment segment(5000, 0640);
  std::string text = ReadFile("/proc/sysvipc/shm");
  char line[64];
  snprintf(line, sizeof(line), "%10d %10d  %4o %21u %5u", 0, segment.id(), 0640, 5000, getpid());
  EXPECT_THAT(text, testing::HasSubstr(line));
  EXPECT_THAT(text, testing::StartsWith("       key      shmid perms                  size  cpid"));
}

TEST(Shm, NameInMaps) {
  Segment segment;
  char* a = Attach(segment.id());
  EXPECT_THAT(ReadFile("/proc/self/maps"), testing::HasSubstr("/SYSV00000000 (deleted)"));
  shmdt(a);
}

}  // namespace
}  // namespace test

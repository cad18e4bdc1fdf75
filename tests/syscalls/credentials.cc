// setuid(2), setreuid(2), setresuid(2), setfsuid(2) and those of groups; setgroups(2); capget(2),
// capset(2): who may become whom, and what it costs.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

constexpr uid_t kA = 1001, kB = 1002, kC = 1003, kNone = static_cast<uid_t>(-1);
void* const kBadAddress = reinterpret_cast<void*>(8);

bool UidsAre(uid_t real, uid_t effective, uid_t saved) {
  uid_t r, e, s;
  return syscall(SYS_getresuid, &r, &e, &s) == 0 && r == real && e == effective && s == saved;
}
bool GidsAre(gid_t real, gid_t effective, gid_t saved) {
  gid_t r, e, s;
  return syscall(SYS_getresgid, &r, &e, &s) == 0 && r == real && e == effective && s == saved;
}

// The calls themselves: the C library's change all threads.
long SetRes(uid_t r, uid_t e, uid_t s) {
  return syscall(SYS_setresuid, r, e, s);
}
long SetRe(uid_t r, uid_t e) {
  return syscall(SYS_setreuid, r, e);
}
long SetResGroup(gid_t r, gid_t e, gid_t s) {
  return syscall(SYS_setresgid, r, e, s);
}

#define REFUSED_WITH(call, error) CHILD_CHECK((call) == -1 && errno == (error))

class Credentials : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs to be root";
  }
};

TEST_F(Credentials, GetErrors) {
  uid_t id;
  EXPECT_THAT(syscall(SYS_getresuid, kBadAddress, &id, &id), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_getresuid, &id, kBadAddress, &id), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_getresuid, &id, &id, kBadAddress), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_getresgid, kBadAddress, &id, &id), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_getresgid, &id, &id, kBadAddress), SyscallFails(EFAULT));
}

TEST_F(Credentials, Setresuid) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(SetRes(kNone, kNone, kNone) == 0 && UidsAre(0, 0, 0));
                CHILD_CHECK(SetRes(kA, kB, kC) == 0 && UidsAre(kA, kB, kC));
                REFUSED_WITH(SetRes(0, kNone, kNone), EPERM);
                REFUSED_WITH(SetRes(kNone, 0, kNone), EPERM);
                REFUSED_WITH(SetRes(kNone, kNone, 0), EPERM);
                CHILD_CHECK(SetRes(kC, kA, kB) == 0 && UidsAre(kC, kA, kB));
                CHILD_CHECK(SetRes(kNone, kNone, kA) == 0 && UidsAre(kC, kA, kA));
                REFUSED_WITH(SetRes(kB, kNone, kNone), EPERM);
              }),
              Exited(0));
}

TEST_F(Credentials, Setreuid) {
  EXPECT_THAT(ForkAndWait([] {
                // The saved one follows when the real one is given.
                CHILD_CHECK(SetRe(kA, kB) == 0 && UidsAre(kA, kB, kB));
                CHILD_CHECK(SetRe(kB, kA) == 0 && UidsAre(kB, kA, kA));
                REFUSED_WITH(SetRe(kC, kNone), EPERM);
                REFUSED_WITH(SetRe(kNone, kC), EPERM);
                CHILD_CHECK(SetRe(kNone, kNone) == 0 && UidsAre(kB, kA, kA));
              }),
              Exited(0));
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(SetRe(kNone, kA) == 0 && UidsAre(0, kA, kA));
                CHILD_CHECK(SetRe(kNone, 0) == 0 && UidsAre(0, 0, kA));
                CHILD_CHECK(SetRes(kA, kB, kC) == 0);
                // Real may become what is real or effective, but not what is saved.
                REFUSED_WITH(SetRe(kC, kNone), EPERM);
                CHILD_CHECK(SetRe(kNone, kC) == 0 && UidsAre(kA, kC, kC));
              }),
              Exited(0));
}

TEST_F(Credentials, Setuid) {
  EXPECT_THAT(ForkAndWait([] {
                REFUSED_WITH(syscall(SYS_setuid, kNone), EINVAL);
                CHILD_CHECK(SetRes(kA, kB, kC) == 0);
                REFUSED_WITH(syscall(SYS_setuid, 0), EPERM);
                REFUSED_WITH(syscall(SYS_setuid, kNone), EINVAL);
                CHILD_CHECK(syscall(SYS_setuid, kC) == 0 && UidsAre(kA, kC, kC));
                CHILD_CHECK(syscall(SYS_setuid, kA) == 0 && UidsAre(kA, kA, kC));
                REFUSED_WITH(syscall(SYS_setuid, kB), EPERM);
              }),
              Exited(0));
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(syscall(SYS_setuid, kA) == 0 && UidsAre(kA, kA, kA));
                REFUSED_WITH(syscall(SYS_setuid, 0), EPERM);
              }),
              Exited(0));
}

TEST_F(Credentials, Groups) {
  EXPECT_THAT(ForkAndWait([] {
                REFUSED_WITH(syscall(SYS_setgid, kNone), EINVAL);
                CHILD_CHECK(SetResGroup(kA, kB, kC) == 0 && GidsAre(kA, kB, kC));
                CHILD_CHECK(syscall(SYS_setgid, kB) == 0 && GidsAre(kB, kB, kB));
                CHILD_CHECK(SetResGroup(kA, kB, kC) == 0);
                CHILD_CHECK(SetRes(kA, kA, kA) == 0);
                REFUSED_WITH(syscall(SYS_setgid, 0), EPERM);
                REFUSED_WITH(SetResGroup(0, kNone, kNone), EPERM);
                CHILD_CHECK(SetResGroup(kC, kA, kB) == 0 && GidsAre(kC, kA, kB));
                CHILD_CHECK(syscall(SYS_setregid, kA, kNone) == 0 && GidsAre(kA, kA, kA));
                REFUSED_WITH(syscall(SYS_setregid, kB, kNone), EPERM);
              }),
              Exited(0));
}

TEST_F(Credentials, SupplementaryGroups) {
  EXPECT_THAT(ForkAndWait([] {
                const gid_t some[] = {kC, kA, kB};
                std::array<gid_t, 4> got = {};
                CHILD_CHECK(syscall(SYS_setgroups, 3, some) == 0);
                CHILD_CHECK(syscall(SYS_getgroups, 0, nullptr) == 3);
                REFUSED_WITH(syscall(SYS_getgroups, 2, got.data()), EINVAL);
                REFUSED_WITH(syscall(SYS_getgroups, -1, got.data()), EINVAL);
                REFUSED_WITH(syscall(SYS_getgroups, 4, kBadAddress), EFAULT);
                CHILD_CHECK(syscall(SYS_getgroups, 4, got.data()) == 3);
                CHILD_CHECK(got[0] == kA && got[1] == kB && got[2] == kC);  // Sorted.
                REFUSED_WITH(syscall(SYS_setgroups, 65537, some), EINVAL);
                REFUSED_WITH(syscall(SYS_setgroups, -1, some), EINVAL);
                REFUSED_WITH(syscall(SYS_setgroups, 1, kBadAddress), EFAULT);
                const gid_t none[] = {kNone};
                REFUSED_WITH(syscall(SYS_setgroups, 1, none), EINVAL);
                const std::vector<gid_t> many(65536, kA);
                CHILD_CHECK(syscall(SYS_setgroups, many.size(), many.data()) == 0);
                CHILD_CHECK(syscall(SYS_getgroups, 0, nullptr) == 65536);
                CHILD_CHECK(syscall(SYS_setgroups, 0, nullptr) == 0);
                CHILD_CHECK(syscall(SYS_getgroups, 0, nullptr) == 0);
                CHILD_CHECK(SetRes(kA, kA, kA) == 0);
                REFUSED_WITH(syscall(SYS_setgroups, 0, nullptr), EPERM);
                REFUSED_WITH(syscall(SYS_setgroups, 65537, some), EPERM);
              }),
              Exited(0));
}

TEST_F(Credentials, FileSystemIds) {
  EXPECT_THAT(ForkAndWait([] {
                // The old one is told, whether it works or not.
                CHILD_CHECK(syscall(SYS_setfsuid, kA) == 0);
                CHILD_CHECK(syscall(SYS_setfsuid, kNone) == kA);
                CHILD_CHECK(syscall(SYS_setfsuid, kB) == kA);
                CHILD_CHECK(syscall(SYS_setfsgid, kA) == 0);
                CHILD_CHECK(syscall(SYS_setfsgid, kNone) == kA);
                CHILD_CHECK(SetRes(kA, kA, kA) == 0);
                CHILD_CHECK(syscall(SYS_setfsuid, 0) == kA);
                CHILD_CHECK(syscall(SYS_setfsuid, kNone) == kA);
              }),
              Exited(0));
}

// --- capabilities ---

struct Capabilities {
  __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  long Get() { return syscall(SYS_capget, &head, sets); }
  long Set() { return syscall(SYS_capset, &head, sets); }
};

TEST_F(Credentials, CapgetErrors) {
  Capabilities caps;
  caps.head.version = 0;
  EXPECT_THAT(caps.Get(), SyscallFails(EINVAL));
  EXPECT_EQ(caps.head.version, unsigned{_LINUX_CAPABILITY_VERSION_3});  // The one to use.
  caps.head.version = 0;
  EXPECT_THAT(syscall(SYS_capget, &caps.head, nullptr), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_capget, kBadAddress, caps.sets), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_capget, &caps.head, kBadAddress), SyscallFails(EFAULT));
  caps.head.pid = -1;
  EXPECT_THAT(caps.Get(), SyscallFails(EINVAL));
  caps.head.pid = 4'000'000;
  EXPECT_THAT(caps.Get(), SyscallFails(ESRCH));
  caps.head.pid = getpid();
  EXPECT_THAT(caps.Get(), SyscallReturns(0));
  EXPECT_NE(caps.sets[0].effective & 1, 0U);
  caps.head.version = _LINUX_CAPABILITY_VERSION_1;
  EXPECT_THAT(caps.Get(), SyscallReturns(0));
}

TEST_F(Credentials, CapsetErrors) {
  EXPECT_THAT(ForkAndWait([] {
                Capabilities caps;
                CHILD_CHECK(caps.Get() == 0);
                caps.head.version = 0;
                REFUSED_WITH(caps.Set(), EINVAL);
                CHILD_CHECK(caps.head.version == _LINUX_CAPABILITY_VERSION_3);
                REFUSED_WITH(syscall(SYS_capset, kBadAddress, caps.sets), EFAULT);
                REFUSED_WITH(syscall(SYS_capset, &caps.head, kBadAddress), EFAULT);
                caps.head.pid = getppid();
                REFUSED_WITH(caps.Set(), EPERM);
                caps.head.pid = 0;
                // Effective is part of permitted; what is not permitted does not become so.
                caps.sets[0].permitted &= ~1U;
                REFUSED_WITH(caps.Set(), EPERM);
                caps.sets[0].effective &= ~1U;
                CHILD_CHECK(caps.Set() == 0);
                caps.sets[0].permitted |= 1;
                REFUSED_WITH(caps.Set(), EPERM);
                // Inheritable ones come of what is permitted, or by CAP_SETPCAP.
                caps.sets[0].permitted &= ~1U;
                caps.sets[0].inheritable = 1;
                CHILD_CHECK(caps.Set() == 0);
                caps.sets[0].inheritable = 0;
                caps.sets[0].effective &= ~(1U << CAP_SETPCAP);
                CHILD_CHECK(caps.Set() == 0);
                caps.sets[0].inheritable = 1;
                REFUSED_WITH(caps.Set(), EPERM);
              }),
              Exited(0));
}

TEST_F(Credentials, LostWithRoot) {
  EXPECT_THAT(ForkAndWait([] {
                Capabilities caps;
                CHILD_CHECK(SetRes(0, kA, 0) == 0);  // Effective ones sleep.
                CHILD_CHECK(caps.Get() == 0);
                CHILD_CHECK(caps.sets[0].effective == 0 && caps.sets[0].permitted != 0);
                CHILD_CHECK(SetRes(0, 0, 0) == 0);
                CHILD_CHECK(caps.Get() == 0 && caps.sets[0].effective != 0);
                CHILD_CHECK(SetRes(kA, kA, kA) == 0);
                CHILD_CHECK(caps.Get() == 0);
                CHILD_CHECK(caps.sets[0].effective == 0 && caps.sets[0].permitted == 0);
              }),
              Exited(0));
}

TEST_F(Credentials, KeptOnDemand) {
  EXPECT_THAT(ForkAndWait([] {
                Capabilities caps;
                CHILD_CHECK(prctl(PR_SET_KEEPCAPS, 1) == 0);
                CHILD_CHECK(SetRes(kA, kA, kA) == 0);
                CHILD_CHECK(caps.Get() == 0);
                CHILD_CHECK(caps.sets[0].effective == 0 && caps.sets[0].permitted != 0);
                caps.sets[0].effective = 1U << CAP_SETUID;
                CHILD_CHECK(caps.Set() == 0);
                CHILD_CHECK(SetRes(kB, kC, kA) == 0 && UidsAre(kB, kC, kA));
              }),
              Exited(0));
}

// A process whose ids change is not for others to look at.
TEST_F(Credentials, ChangesMakeUndumpable) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(prctl(PR_GET_DUMPABLE) == 1);
                CHILD_CHECK(SetRes(kNone, kA, kNone) == 0);
                CHILD_CHECK(prctl(PR_GET_DUMPABLE) != 1);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test

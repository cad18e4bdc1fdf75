// Keyrings (keyrings(7)): add_key(2), request_key(2), keyctl(2).
#include <gtest/gtest.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

using testing::Gt;

using Serial = int;

Serial AddKey(const char* type, const char* description, const std::string& payload, Serial ring) {
  return static_cast<Serial>(syscall(SYS_add_key, type, description,
                                     payload.empty() ? nullptr : payload.data(), payload.size(),
                                     ring));
}
Serial RequestKey(const char* type, const char* description, Serial ring = 0) {
  return static_cast<Serial>(syscall(SYS_request_key, type, description, nullptr, ring));
}
template <typename... Args>
long Keyctl(int command, Args... args) {
  return syscall(SYS_keyctl, command, args...);
}
std::string Read(Serial key) {
  char buffer[256] = {};
  long n = Keyctl(KEYCTL_READ, key, buffer, sizeof(buffer));
  return n < 0 ? strerrorname_np(errno) : std::string(buffer, static_cast<size_t>(n));
}
std::string Describe(Serial key) {
  char buffer[256] = {};
  long n = Keyctl(KEYCTL_DESCRIBE, key, buffer, sizeof(buffer));
  return n < 0 ? strerrorname_np(errno) : std::string(buffer);
}
std::vector<Serial> Links(Serial ring) {
  Serial serials[64];
  long n = Keyctl(KEYCTL_READ, ring, serials, sizeof(serials));
  if (n < 0) return {-1};
  return std::vector<Serial>(serials, serials + n / 4);
}

// Every test has a session keyring of its own.
class Keys : public testing::Test {
 protected:
  void SetUp() override {
    long session = Keyctl(KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    if (session < 0 && errno == ENOSYS) GTEST_SKIP() << "no keyrings here";
    ASSERT_THAT(session, SyscallReturns(Gt(0)));
    session_ = static_cast<Serial>(session);
  }
  Serial session_ = 0;
};

TEST_F(Keys, AddAndRead) {
  Serial key = AddKey("user", "a", "secret", KEY_SPEC_SESSION_KEYRING);
  ASSERT_THAT(key, SyscallReturns(Gt(0)));
  EXPECT_EQ(Read(key), "secret");
  EXPECT_THAT(AddKey("user", "a", "other", KEY_SPEC_SESSION_KEYRING), SyscallReturns(key))
      << "the same key, updated";
  EXPECT_EQ(Read(key), "other");
  EXPECT_THAT(Links(KEY_SPEC_SESSION_KEYRING), testing::ElementsAre(key));
  char buffer[4] = {};
  EXPECT_THAT(Keyctl(KEYCTL_READ, key, nullptr, 0), SyscallReturns(5));
  EXPECT_THAT(Keyctl(KEYCTL_READ, key, buffer, 4), SyscallReturns(5));
}

TEST_F(Keys, BadArguments) {
  EXPECT_THAT(AddKey("nonsense", "a", "x", KEY_SPEC_SESSION_KEYRING), SyscallFails(ENODEV));
  EXPECT_THAT(AddKey(".type", "a", "x", KEY_SPEC_SESSION_KEYRING), SyscallFails(EPERM));
  EXPECT_THAT(AddKey("user", "", "x", KEY_SPEC_SESSION_KEYRING), SyscallFails(EINVAL));
  EXPECT_THAT(AddKey("user", "a", "", KEY_SPEC_SESSION_KEYRING), SyscallFails(EINVAL));
  EXPECT_THAT(AddKey("user", "a", std::string(32768, 'x'), KEY_SPEC_SESSION_KEYRING),
              SyscallFails(EINVAL));
  EXPECT_THAT(AddKey("user", "a", "x", 0x7ffffff0), SyscallFails(ENOKEY));
  EXPECT_THAT(AddKey("user", "a", "x", -99), SyscallFails(EINVAL));
  EXPECT_THAT(AddKey("keyring", "a", "x", KEY_SPEC_SESSION_KEYRING), SyscallFails(EINVAL));
  EXPECT_THAT(AddKey("keyring", ".a", "", KEY_SPEC_SESSION_KEYRING), SyscallFails(EPERM));
  Serial key = AddKey("user", "a", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(AddKey("user", "b", "x", key), SyscallFails(ENOTDIR));
  EXPECT_THAT(Keyctl(9999), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(syscall(SYS_add_key, 1, "a", "x", 1, KEY_SPEC_SESSION_KEYRING), SyscallFails(EFAULT));
}

TEST_F(Keys, DescribeShowsOwnerAndPermissions) {
  Serial key = AddKey("user", "name", "x", KEY_SPEC_SESSION_KEYRING);
  std::string expected =
      "user;" + std::to_string(geteuid()) + ";" + std::to_string(getegid()) + ";3f010000;name";
  EXPECT_EQ(Describe(key), expected);
  EXPECT_THAT(Keyctl(KEYCTL_DESCRIBE, key, nullptr, 0), SyscallReturns(expected.size() + 1));
  EXPECT_THAT(Describe(KEY_SPEC_SESSION_KEYRING), testing::HasSubstr(";3f030000;_ses"));
  EXPECT_THAT(Describe(KEY_SPEC_USER_KEYRING),
              testing::HasSubstr("_uid." + std::to_string(getuid())));
}

TEST_F(Keys, LogonCannotBeRead) {
  EXPECT_THAT(AddKey("logon", "nocolon", "x", KEY_SPEC_SESSION_KEYRING), SyscallFails(EINVAL));
  Serial key = AddKey("logon", "svc:a", "x", KEY_SPEC_SESSION_KEYRING);
  ASSERT_THAT(key, SyscallReturns(Gt(0)));
  EXPECT_EQ(Read(key), "EOPNOTSUPP");
}

TEST_F(Keys, RequestFindsWhatIsThere) {
  EXPECT_THAT(RequestKey("user", "missing"), SyscallFails(ENOKEY));
  Serial ring = AddKey("keyring", "ring", "", KEY_SPEC_SESSION_KEYRING);
  Serial key = AddKey("user", "deep", "x", ring);
  EXPECT_THAT(RequestKey("user", "deep"), SyscallReturns(key));
  EXPECT_THAT(RequestKey("user", "deep", KEY_SPEC_PROCESS_KEYRING), SyscallReturns(key));
  EXPECT_THAT(Links(KEY_SPEC_PROCESS_KEYRING), testing::ElementsAre(key));
  EXPECT_THAT(Keyctl(KEYCTL_CLEAR, KEY_SPEC_PROCESS_KEYRING), SyscallReturns(0));
}

TEST_F(Keys, SearchAKeyring) {
  Serial ring = AddKey("keyring", "ring", "", KEY_SPEC_SESSION_KEYRING);
  Serial key = AddKey("user", "a", "x", ring);
  EXPECT_THAT(Keyctl(KEYCTL_SEARCH, ring, "user", "a", 0), SyscallReturns(key));
  EXPECT_THAT(Keyctl(KEYCTL_SEARCH, ring, "user", "b", 0), SyscallFails(ENOKEY));
  EXPECT_THAT(Keyctl(KEYCTL_SEARCH, key, "user", "a", 0), SyscallFails(ENOTDIR));
  EXPECT_THAT(Keyctl(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "keyring", "ring", 0),
              SyscallReturns(ring));
}

TEST_F(Keys, LinkAndUnlink) {
  Serial a = AddKey("keyring", "a", "", KEY_SPEC_SESSION_KEYRING);
  Serial b = AddKey("keyring", "b", "", a);
  Serial key = AddKey("user", "k", "x", b);
  EXPECT_THAT(Keyctl(KEYCTL_LINK, a, b), SyscallFails(EDEADLK));
  EXPECT_THAT(Keyctl(KEYCTL_LINK, a, a), SyscallFails(EDEADLK));
  EXPECT_THAT(Keyctl(KEYCTL_LINK, key, a), SyscallReturns(0));
  EXPECT_THAT(Keyctl(KEYCTL_LINK, key, key), SyscallFails(ENOTDIR));
  EXPECT_THAT(Links(a), testing::UnorderedElementsAre(b, key));
  EXPECT_THAT(Keyctl(KEYCTL_UNLINK, key, a), SyscallReturns(0));
  EXPECT_THAT(Keyctl(KEYCTL_UNLINK, key, a), SyscallFails(ENOENT));
  EXPECT_THAT(Keyctl(KEYCTL_CLEAR, b), SyscallReturns(0));
  EXPECT_THAT(Links(b), testing::IsEmpty());
  EXPECT_THAT(Keyctl(KEYCTL_CLEAR, session_), SyscallReturns(0));
}

TEST_F(Keys, RevokeInvalidateAndTimeout) {
  Serial revoked = AddKey("user", "r", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_REVOKE, revoked), SyscallReturns(0));
  EXPECT_EQ(Read(revoked), "EKEYREVOKED");
  EXPECT_THAT(RequestKey("user", "r"), SyscallFails(testing::AnyOf(EKEYREVOKED, ENOKEY)));
  Serial gone = AddKey("user", "i", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_INVALIDATE, gone), SyscallReturns(0));
  EXPECT_THAT(Read(gone), testing::AnyOf("ENOKEY", "EACCES")) << "whether it was collected yet";
  Serial timed = AddKey("user", "t", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_SET_TIMEOUT, timed, 1000), SyscallReturns(0));
  EXPECT_EQ(Read(timed), "x");
}

TEST_F(Keys, Update) {
  Serial key = AddKey("user", "u", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_UPDATE, key, "longer", 6), SyscallReturns(0));
  EXPECT_EQ(Read(key), "longer");
  Serial ring = AddKey("keyring", "ring", "", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_UPDATE, ring, "x", 1), SyscallFails(EOPNOTSUPP));
}

TEST_F(Keys, Permissions) {
  Serial key = AddKey("user", "p", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(Keyctl(KEYCTL_SETPERM, key, 0x40000000), SyscallFails(EINVAL));
  EXPECT_THAT(Keyctl(KEYCTL_SETPERM, key, 0x21010000), SyscallReturns(0));  // view and setattr
  EXPECT_EQ(Read(key), "EACCES");
  EXPECT_THAT(Keyctl(KEYCTL_UPDATE, key, "y", 1), SyscallFails(EACCES));
  EXPECT_THAT(Describe(key), testing::HasSubstr(";21010000;p"));
}

TEST_F(Keys, KeyringIds) {
  EXPECT_THAT(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), SyscallReturns(session_));
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) == session_);
                CHILD_CHECK(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0) == -1 &&
                            errno == ENOKEY);
                CHILD_CHECK(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0) == -1 &&
                            errno == ENOKEY);
                CHILD_CHECK(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1) > 0);
                CHILD_CHECK(Keyctl(KEYCTL_JOIN_SESSION_KEYRING, nullptr) != session_);
              }),
              Exited(0));
  EXPECT_THAT(Keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), SyscallReturns(session_));
}

TEST_F(Keys, OthersDoNotSeeThem) {
  if (geteuid() != 0) GTEST_SKIP() << "becomes another user";
  Serial key = AddKey("user", "mine", "x", KEY_SPEC_SESSION_KEYRING);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresgid(65534, 65534, 65534) == 0);
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(Keyctl(KEYCTL_JOIN_SESSION_KEYRING, nullptr) > 0);
                CHILD_CHECK(Read(key) == "EACCES");
                CHILD_CHECK(Describe(key) == "EACCES");
              }),
              Exited(0));
}

TEST_F(Keys, ProcFile) {
  Serial key = AddKey("user", "shown", "12345", KEY_SPEC_SESSION_KEYRING);
  char line[32];
  snprintf(line, sizeof(line), "%08x ", static_cast<unsigned>(key));
  std::string text = ReadFile("/proc/keys");
  EXPECT_THAT(text, testing::HasSubstr(line));
  EXPECT_THAT(text, testing::HasSubstr(" user      shown: 5\n"));
}

}  // namespace
}  // namespace test

// The three Landlock calls.  The constants are spelled out: the headers of the build host may be
// older than its kernel.
#include "gofer/server/landlock.h"

#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gofer/server/path_guard.h"

namespace gofer {
namespace {

// struct landlock_ruleset_attr of version 6.
struct RulesetAttr {
  uint64_t handled_access_fs = 0;
  uint64_t handled_access_net = 0;  // From version 4.
  uint64_t scoped = 0;              // From version 6.
};

constexpr uint64_t kRefer = 1 << 13;     // From version 2.
constexpr uint64_t kTruncate = 1 << 14;  // From version 3.
constexpr uint64_t kIoctlDev = 1 << 15;  // From version 5.
constexpr uint64_t kVersion1 = (1 << 13) - 1;
constexpr uint64_t kBindAndConnectTcp = 3;
constexpr uint64_t kAbstractSocketsAndSignals = 3;

constexpr uint64_t kReadRights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWriteRights =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | kRefer | kTruncate;
constexpr uint64_t kFileRights =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

RulesetAttr EverythingOf(int version, size_t* size) {
  RulesetAttr attr;
  attr.handled_access_fs = kVersion1;
  *size = sizeof(attr.handled_access_fs);
  if (version >= 2) attr.handled_access_fs |= kRefer;
  if (version >= 3) attr.handled_access_fs |= kTruncate;
  if (version >= 4) {
    attr.handled_access_net = kBindAndConnectTcp;
    *size = offsetof(RulesetAttr, scoped);
  }
  if (version >= 5) attr.handled_access_fs |= kIoctlDev;
  if (version >= 6) {
    attr.scoped = kAbstractSocketsAndSignals;
    *size = sizeof(attr);
  }
  return attr;
}

base::Result<void> AddRoot(const base::Fd& ruleset, const Mount& mount, uint64_t handled) {
  uint64_t rights = kReadRights | (mount.writable() ? kWriteRights : 0);
  const struct statx found = TRY(StatHandle(mount.root()));
  if (!S_ISDIR(found.stx_mode)) rights &= kFileRights;
  const landlock_path_beneath_attr rule = {.allowed_access = rights & handled,
                                           .parent_fd = mount.root().get()};
  if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

}  // namespace

int LandlockVersion() {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

base::Result<void> RestrictToRoots(const std::vector<Mount>& mounts) {
  const int version = LandlockVersion();
  if (version == 0) return base::Errno(ENOTSUP);
  for (const Mount& mount : mounts) {
    if (mount.writable() && version < 2) return base::Errno(ENOTSUP);
  }
  size_t size = 0;
  const RulesetAttr attr = EverythingOf(version, &size);
  const base::Fd ruleset =
      TRY(base::Fd::From(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attr, size, 0))));
  for (const Mount& mount : mounts) {
    if (mount.open_error() == 0) TRY(AddRoot(ruleset, mount, attr.handled_access_fs));
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return base::LastErrno();
  return base::Ok();
}

}  // namespace gofer

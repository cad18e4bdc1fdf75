// landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2).
#include "sentry/syscalls/landlock.h"

#include "abi/linux/capability.h"
#include "sentry/fs/landlock/ruleset_file.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/extensible.h"

namespace sentry {
namespace {

// LANDLOCK_CREATE_RULESET_ERRATA of later headers and of stable kernels.
constexpr uint32_t kAskForErrata = 1 << 1;

Result<Ref<FileDescription>> GetRuleset(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (dynamic_cast<RulesetFile*>(file.get()) == nullptr) return Errno(EBADFD);
  return file;
}

LandlockRuleset& RulesetOf(const Ref<FileDescription>& file) {
  return static_cast<RulesetFile*>(file.get())->ruleset();
}

// The object of a rule: files without a name in a tree cannot be one.
Result<Path> ObjectOf(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  const bool ruleset = dynamic_cast<RulesetFile*>(file.get()) != nullptr;
  if (ruleset || !file->path().valid() || IsNameless(file->path())) return Errno(EBADFD);
  return file->path();
}

}  // namespace

Result<uint64_t> SysLandlockCreateRuleset(Task& task, UserPtr<abi::LandlockRulesetAttr> attr,
                                          uint64_t size, uint32_t flags) {
  if (flags != 0) {
    if (!attr.IsNull() || size != 0) return Errno(EINVAL);
    if (flags == abi::kLandlockCreateRulesetVersion) return kLandlockAbi;
    if (flags == kAskForErrata) return uint64_t{0};
    return Errno(EINVAL);
  }
  if (attr.IsNull()) return Errno(EFAULT);
  if (size < sizeof(abi::LandlockRulesetAttr)) return Errno(EINVAL);
  const auto given = TRY(CopyInExtensible(task, attr, size));
  if ((given.handled_access_fs & ~kLandlockAllRights) != 0) return Errno(EINVAL);
  if (given.handled_access_fs == 0) return Errno(ENOMSG);
  Ref<FileDescription> file =
      RulesetFile::Create(task.kernel(), MakeRef<LandlockRuleset>(given.handled_access_fs));
  return EncodeResult(task.InstallFd(std::move(file), FdFlags{.cloexec = true}));
}

Result<void> SysLandlockAddRule(Task& task, FdNum fd, uint32_t type,
                                UserPtr<abi::LandlockPathBeneathAttr> attr, uint32_t flags) {
  if (flags != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(GetRuleset(task, fd));
  if (type != abi::kLandlockRulePathBeneath) return Errno(EINVAL);
  const auto given = TRY(task.CopyIn(attr));
  const uint64_t rights = given.allowed_access;
  if (rights == 0) return Errno(ENOMSG);
  LandlockRuleset& ruleset = RulesetOf(file);
  if ((rights & ~ruleset.handled) != 0) return Errno(EINVAL);
  const int32_t parent_fd = given.parent_fd;
  Path object = TRY(ObjectOf(task, FdNum(parent_fd)));
  if (!object.inode()->IsDirectory() && (rights & ~kLandlockFileRights) != 0) return Errno(EINVAL);
  ruleset.Add(object.dentry, rights);
  return {};
}

Result<void> SysLandlockRestrictSelf(Task& task, FdNum fd, uint32_t flags) {
  const bool may = task.creds().no_new_privs || task.creds().HasOwnCapability(abi::kCapSysAdmin);
  if (!may) return Errno(EPERM);
  if (flags != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(GetRuleset(task, fd));
  Ref<Credentials> creds = task.creds().Clone();
  Ref<LandlockDomain> before(static_cast<LandlockDomain*>(creds->landlock.get()));
  if (before && before->layers().size() == LandlockDomain::kMaxLayers) return Errno(E2BIG);
  creds->landlock = MakeRef<LandlockDomain>(std::move(before), RulesetOf(file).Clone());
  task.SetCredentials(std::move(creds));
  return {};
}

}  // namespace sentry

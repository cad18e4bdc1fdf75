// fsopen(2), fsconfig(2), fsmount(2), fspick(2): a file system made, or changed, step by step.
#include "abi/linux/capability.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/mount.h"
#include "sentry/syscalls/mount_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

// Linux: struct fs_context, with its phases.
class FsContextFile final : public FileDescription {
 public:
  enum class Phase { kParameters, kMade, kMounted, kReconfigure, kFailed };

  FsContextFile(Path path, std::string fs_type)
      : FileDescription(std::move(path), abi::kORdwr), type(std::move(fs_type)) {}
  FsContextFile(Path path, Ref<Filesystem> picked)
      : FileDescription(std::move(path), abi::kORdwr),
        type(picked->type()),
        read_only(picked->read_only),
        fs(std::move(picked)),
        phase(Phase::kReconfigure) {}
  // Messages of the file system: there are none.
  Result<size_t> Read(OpContext&, IoSink&, int64_t*) override { return Errno(ENODATA); }

  bool TakesParameters() const {
    return phase == Phase::kParameters || phase == Phase::kReconfigure;
  }

  const std::string type;
  std::string source, options;
  bool read_only = false;
  Ref<Filesystem> fs;  // Null until it is made.
  Phase phase = Phase::kParameters;
};

using Phase = FsContextFile::Phase;

constexpr size_t kLongestWord = 256;
constexpr size_t kMostOptions = 4096;  // A page, as mount(2) takes.

Result<std::string> CopyInWord(Task& task, PathPtr from) {
  Result<std::string> word = task.ReadString(from.value(), kLongestWord);
  if (word.Is(ENAMETOOLONG)) return Errno(EINVAL);
  return word;
}

// Which arguments a command takes (the switch of SYSCALL_DEFINE5(fsconfig)).
Result<void> CheckShape(uint32_t command, PathPtr key, PathPtr value, int32_t aux) {
  const bool has_key = !key.IsNull(), has_value = !value.IsNull();
  constexpr int32_t kMostBinary = 1024 * 1024;
  bool fits = false;
  switch (command) {
    case abi::kFsconfigSetFlag:
      fits = has_key && !has_value && aux == 0;
      break;
    case abi::kFsconfigSetString:
      fits = has_key && has_value && aux == 0;
      break;
    case abi::kFsconfigSetBinary:
      fits = has_key && has_value && aux > 0 && aux <= kMostBinary;
      break;
    case abi::kFsconfigSetPath:
    case abi::kFsconfigSetPathEmpty:
      fits = has_key && has_value && (aux == abi::kAtFdcwd || aux >= 0);
      break;
    case abi::kFsconfigSetFd:
      fits = has_key && !has_value && aux >= 0;
      break;
    case abi::kFsconfigCmdCreate:
    case abi::kFsconfigCmdReconfigure:
      fits = !has_key && !has_value && aux == 0;
      break;
    default:
      return Errno(EOPNOTSUPP);
  }
  return fits ? Result<void>() : Errno(EINVAL);
}

// vfs_parse_fs_param(): what every file system understands, then its own.
Result<void> SetParameter(FsContextFile& context, const std::string& key,
                          const std::string* value) {
  if (key == "ro" || key == "rw") {
    if (value != nullptr) return Errno(EINVAL);
    context.read_only = key == "ro";
    return {};
  }
  for (const char* plain :
       {"dirsync", "lazytime", "mand", "sync", "async", "nolazytime", "nomand", "silent"}) {
    if (key == plain) return {};  // Of disks.
  }
  if (key == "source") {
    if (value == nullptr || !context.source.empty()) return Errno(EINVAL);
    context.source = *value;
    return {};
  }
  std::string option = value != nullptr ? key + "=" + *value : key;
  if (option.find(',') != option.npos) return Errno(EINVAL);
  if (context.type == "tmpfs") {  // What it does not know is refused at once.
    constexpr uint64_t kAnyMemory = 1 << 30;
    [[maybe_unused]] TmpfsOptions parsed = TRY(TmpfsOptions::Parse(option, kAnyMemory));
  }
  if (context.options.size() + option.size() + 1 > kMostOptions) return Errno(EINVAL);
  if (!context.options.empty()) context.options += ',';
  context.options += option;
  return {};
}

Result<void> Create(Task& task, FsContextFile& context) {
  if (context.phase != Phase::kParameters) return Errno(EBUSY);
  context.phase = Phase::kFailed;
  context.fs =
      TRY(MakeFilesystem(task, context.type, context.source, context.options, context.read_only));
  context.phase = Phase::kMade;
  return {};
}

Result<void> Reconfigure(Task& task, FsContextFile& context) {
  if (context.phase != Phase::kReconfigure) return Errno(EBUSY);
  const UserNamespace* owner = context.fs->mounter_ns.get();
  if (!task.creds().HasCapabilityIn(owner, abi::kCapSysAdmin)) return Errno(EPERM);
  TRY(CheckWriters(*context.fs, context.read_only));
  TRY(CheckLandlockMounts(task));
  OpContext ctx = task.context();
  TRY(context.fs->Reconfigure(ctx, context.options));
  context.fs->read_only = context.read_only;
  context.options.clear();
  return {};
}

Result<Ref<FsContextFile>> FindContext(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  auto* context = dynamic_cast<FsContextFile*>(file.get());
  if (context == nullptr) return Errno(EINVAL);
  return Ref<FsContextFile>(context);
}

Path NewPath(Task& task) {
  return task.kernel().Get<NamelessFiles>().Anon("anon_inode:[fscontext]");
}

}  // namespace

Result<FdNum> SysFsopen(Task& task, PathPtr type, uint32_t flags) {
  if (!MayMount(task)) return Errno(EPERM);
  if ((flags & ~abi::kFsopenCloexec) != 0) return Errno(EINVAL);
  Result<std::string> name = task.CopyInPath(type);
  if (name.Is(ENAMETOOLONG)) return Errno(EINVAL);
  if (!name.ok()) return name.error();
  if (!task.kernel().filesystem_types.Has(*name)) return Errno(ENODEV);
  Ref<FileDescription> file = MakeRef<FsContextFile>(NewPath(task), *std::move(name));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = flags != 0});
}

Result<void> SysFsconfig(Task& task, FdNum fd, uint32_t command, PathPtr key, PathPtr value,
                         int32_t aux) {
  if (fd.value() < 0) return Errno(EINVAL);
  TRY(CheckShape(command, key, value, aux));
  Ref<FsContextFile> context = TRY(FindContext(task, fd));
  if (command == abi::kFsconfigCmdCreate) return Create(task, *context);
  if (command == abi::kFsconfigCmdReconfigure) return Reconfigure(task, *context);
  // No file system here takes anything but words.
  const bool word = command == abi::kFsconfigSetFlag || command == abi::kFsconfigSetString;
  std::string name = TRY(CopyInWord(task, key));
  if (!context->TakesParameters()) return Errno(EBUSY);
  if (!word) return Errno(EINVAL);
  if (command == abi::kFsconfigSetFlag) return SetParameter(*context, name, nullptr);
  std::string text = TRY(CopyInWord(task, value));
  return SetParameter(*context, name, &text);
}

Result<FdNum> SysFsmount(Task& task, FdNum fd, uint32_t flags, uint32_t attributes) {
  constexpr uint64_t kValid = abi::kMountAttrRdonly | abi::kMountAttrNosuid | abi::kMountAttrNodev |
                              abi::kMountAttrNoexec | abi::kMountAttrAtime |
                              abi::kMountAttrNodiratime | abi::kMountAttrNosymfollow;
  if (!MayMount(task)) return Errno(EPERM);
  if ((flags & ~abi::kFsmountCloexec) != 0 || (attributes & ~kValid) != 0) return Errno(EINVAL);
  const MountFlags mount_flags = TRY(MountFlagsOfAttributes(attributes));
  Ref<FsContextFile> context = TRY(FindContext(task, fd));
  if (!context->fs) return Errno(EINVAL);
  if (context->phase != Phase::kMade) return Errno(EBUSY);
  std::string source = context->source.empty() ? "none" : context->source;
  Ref<Mount> mount = Mount::Create(context->fs, mount_flags, std::move(source));
  FdNum made = TRY(InstallTree(task, MountTree::Of(std::move(mount)), flags != 0));
  context->phase = Phase::kMounted;
  return made;
}

Result<FdNum> SysFspick(Task& task, FdNum dirfd, PathPtr path, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kFspickCloexec | abi::kFspickSymlinkNofollow |
                              abi::kFspickNoAutomount | abi::kFspickEmptyPath;
  if (!MayMount(task)) return Errno(EPERM);
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  const uint32_t walk = ((flags & abi::kFspickSymlinkNofollow) != 0 ? abi::kAtSymlinkNofollow : 0) |
                        ((flags & abi::kFspickEmptyPath) != 0 ? abi::kAtEmptyPath : 0);
  Path found = TRY(ResolveAt(task, dirfd, path, walk));
  if (!IsMountRoot(found)) return Errno(EINVAL);
  Ref<FileDescription> file = MakeRef<FsContextFile>(NewPath(task), found.mount->fs);
  return task.InstallFd(std::move(file), FdFlags{.cloexec = (flags & abi::kFspickCloexec) != 0});
}

}  // namespace sentry

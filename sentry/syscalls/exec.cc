#include "sentry/syscalls/exec.h"

#include "abi/linux/mount.h"
#include "abi/linux/utsname.h"
#include "sentry/kernel/kernel.h"
#include "sentry/loader/image.h"
#include "sentry/loader/script.h"
#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/landlock.h"

namespace sentry {
namespace {

constexpr size_t kMaxArgLength = 128 * 1024;  // MAX_ARG_STRLEN
constexpr int kMaxScriptDepth = 5;

// Opens a program for the kernel: it needs execute permission only.
Result<Ref<FileDescription>> OpenProgram(OpContext& ctx, const Path& path) {
  Inode& inode = *path.inode();
  if (!inode.IsRegular()) return Errno(EACCES);
  if ((path.mount->flags & abi::kMsNoexec) != 0) return Errno(EACCES);
  TRY(CheckAccess(ctx, inode, 1));
  TRY(CheckLandlock(ctx, path, abi::kLandlockExecute | abi::kLandlockReadFile));
  if (IsWritten(inode)) return Errno(ETXTBSY);
  return inode.Open(ctx, path, abi::kORdonly);
}

Result<Ref<FileDescription>> OpenByPath(OpContext& ctx, const WalkRoot& from,
                                        const std::string& path, bool follow) {
  if (path.empty()) return Errno(ENOENT);
  Path found = TRY(WalkPath(ctx, from, path, WalkOptions{.follow_last = follow}));
  if (!follow && found.inode()->IsSymlink()) return Errno(ELOOP);
  return OpenProgram(ctx, found);
}

// The vector of strings at `address`; E2BIG beyond `room`, from which what was copied is taken.
Result<std::vector<std::string>> CopyInStrings(Task& task, UserPtr<const uint64_t> address,
                                               size_t& room) {
  std::vector<std::string> strings;
  if (address.IsNull()) return strings;
  for (uint64_t i = 0;; ++i) {
    std::optional<UserPtr<const uint64_t>> at = address.At(i);
    if (!at) return Errno(EFAULT);
    uint64_t pointer = TRY(task.CopyIn(*at));
    if (pointer == 0) return strings;
    Result<std::string> text = task.ReadString(pointer, kMaxArgLength);
    if (!text.ok()) return Errno(text.Is(ENAMETOOLONG) ? E2BIG : text.error().value());
    size_t cost = text->size() + 1 + sizeof(uint64_t);
    if (cost > room) return Errno(E2BIG);
    room -= cost;
    strings.push_back(std::move(text).value());
  }
}

// Space for arguments: a quarter of the stack limit, at most 6 MiB, at least 128 KiB (execve(2)).
size_t ArgumentRoom(Task& task) {
  constexpr uint64_t kMost = 6 << 20, kLeast = 128 * 1024;
  return std::max(kLeast, std::min(kMost, task.group().limit(abi::kRlimitStack) / 4));
}

// Set-user-ID and set-group-ID bits, and what capabilities become (capabilities(7), "Transformation
// of capabilities").
Ref<Credentials> CredentialsAfterExec(Task& task, const FileDescription& program, bool& secure) {
  Ref<Credentials> creds = task.creds().Clone();
  const Inode& inode = *program.inode();
  const Mount& mount = *program.path().mount;
  const UserNamespace* ns = creds->user_ns.get();
  // mnt_may_suid(), bprm_fill_uid(): by what the caller's user namespace has names for.
  bool may_change = !creds->no_new_privs && (mount.flags & abi::kMsNosuid) == 0 &&
                    IsWithin(ns, mount.fs->mounter_ns.get()) &&
                    FromKernelId(ns, &UserNamespace::uid_map, inode.uid()) != kNoId &&
                    FromKernelId(ns, &UserNamespace::gid_map, inode.gid()) != kNoId;
  if (may_change && (inode.mode() & abi::kSIsuid) != 0) creds->euid = inode.uid();
  constexpr uint32_t kSetgid = abi::kSIsgid | abi::kSIxgrp;
  if (may_change && (inode.mode() & kSetgid) == kSetgid) creds->egid = inode.gid();
  secure = creds->euid != creds->uid || creds->egid != creds->gid;
  creds->suid = creds->fsuid = creds->euid;
  creds->sgid = creds->fsgid = creds->egid;
  constexpr uint32_t kNoRoot = 1;  // SECBIT_NOROOT
  const uint32_t root_uid = creds->root_uid();
  bool root = (creds->securebits & kNoRoot) == 0 && root_uid != kNoId &&
              (creds->euid == root_uid || creds->uid == root_uid);
  if (secure) creds->ambient = 0;
  creds->permitted = root ? (creds->inheritable | creds->bounding) : creds->ambient;
  creds->effective = root && creds->euid == root_uid ? creds->permitted : creds->ambient;
  if ((creds->securebits & 0x10) != 0) creds->securebits &= ~uint32_t{0x10};  // SECBIT_KEEP_CAPS
  return creds;
}

std::string CommOf(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, 15);
}

// Replaces `request` by its script's interpreter until it names a binary; `program` is what is
// executed in the end.
Result<Ref<FileDescription>> FollowScripts(OpContext& ctx, ExecRequest& request,
                                           std::string& exec_name) {
  Ref<FileDescription> program = request.opened;
  if (!program) program = TRY(OpenByPath(ctx, request.from, request.path, request.follow));
  for (int depth = 0;; ++depth) {
    std::vector<std::byte> head = TRY(ReadAt(ctx, *program, 0, kExecHeadSize));
    std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    std::optional<ScriptLine> script = TRY(ParseScriptLine(text));
    if (!script) return program;
    if (depth == kMaxScriptDepth) return Errno(ELOOP);
    if (request.closed_by_then) return Errno(ENOENT);
    std::vector<std::string> argv{script->interpreter};
    if (script->argument) argv.push_back(*script->argument);
    argv.push_back(exec_name);
    if (!request.argv.empty())
      argv.insert(argv.end(), request.argv.begin() + 1, request.argv.end());
    request.argv = std::move(argv);
    exec_name = script->interpreter;
    program = TRY(OpenByPath(ctx, request.from, script->interpreter, true));
  }
}

Result<void> Exec(Task& task, ExecRequest request, UserPtr<const uint64_t> argv,
                  UserPtr<const uint64_t> envp) {
  size_t room = ArgumentRoom(task);
  request.argv = TRY(CopyInStrings(task, argv, room));
  request.envp = TRY(CopyInStrings(task, envp, room));
  if (request.argv.empty()) request.argv.emplace_back();  // As Linux since 5.18.
  ExecPlan plan = TRY(PlanExec(task, std::move(request)));
  TRY(task.BeginExec(std::move(plan)));
  return Errno(kErrnoNoReturn);
}

}  // namespace

Result<ExecPlan> PlanExec(Task& task, ExecRequest request) {
  OpContext ctx = task.context();
  std::string exec_name = request.name_inside.empty() ? request.path : request.name_inside;
  std::string comm = CommOf(exec_name);
  Ref<FileDescription> program = TRY(FollowScripts(ctx, request, exec_name));
  platform::Platform& platform = task.kernel().platform();
  bool secure = false;
  Ref<Credentials> creds = CredentialsAfterExec(task, *program, secure);
  ImageInput input{.program = program,
                   .stack = {.argv = std::move(request.argv),
                             .envp = std::move(request.envp),
                             .exec_name = exec_name,
                             .aux = {}},
                   .address_limit = platform.GuestAddressLimit(),
                   .vdso = platform.VdsoAddress(),
                   .randomize = (task.personality & abi::kAddrNoRandomize) == 0,
                   .secure = secure,
                   .creds = creds.get()};
  ExecPlan plan = TRY(PlanImage(ctx, std::move(input), [&](const std::string& path) {
    return OpenByPath(ctx, task.WalkFromCwd(), path, true);
  }));
  plan.comm = std::move(comm);
  plan.creds = std::move(creds);
  plan.dumpable = !secure && CheckAccess(ctx, *program->inode(), 4).ok();
  return plan;
}

Result<void> SysExecve(Task& task, UserPtr<const char> path, UserPtr<const uint64_t> argv,
                       UserPtr<const uint64_t> envp) {
  ExecRequest request{.from = task.WalkFromCwd(),
                      .path = TRY(task.CopyInPath(path)),
                      .opened = {},
                      .argv = {},
                      .envp = {}};
  return Exec(task, std::move(request), argv, envp);
}

Result<void> SysExecveat(Task& task, FdNum dirfd, UserPtr<const char> path,
                         UserPtr<const uint64_t> argv, UserPtr<const uint64_t> envp, int flags) {
  constexpr int kKnown = abi::kAtEmptyPath | abi::kAtSymlinkNofollow;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  std::string name = TRY(task.CopyInPath(path));
  if (name.empty() && (flags & abi::kAtEmptyPath) != 0 && dirfd.value() != abi::kAtFdcwd) {
    Ref<FileDescription> file = TRY(task.fds().Get(dirfd));
    OpContext ctx = task.context();
    ExecRequest request{.from = task.WalkFromCwd(),
                        .path = "/dev/fd/" + std::to_string(dirfd.value()),
                        .opened = {},
                        .argv = {},
                        .envp = {}};
    request.opened = TRY(OpenProgram(ctx, file->path()));
    request.closed_by_then = TRY(task.fds().GetFlags(dirfd)).cloexec;
    return Exec(task, std::move(request), argv, envp);
  }
  // The working directory itself, which is no program.
  if (name.empty() && (flags & abi::kAtEmptyPath) != 0 && dirfd.value() == abi::kAtFdcwd) {
    return Errno(EACCES);
  }
  bool by_fd = !name.starts_with('/') && dirfd.value() != abi::kAtFdcwd;
  WalkRoot from = by_fd ? TRY(task.WalkFrom(dirfd)) : task.WalkFromCwd();
  ExecRequest request{.from = from,
                      .path = name,
                      .follow = (flags & abi::kAtSymlinkNofollow) == 0,
                      .opened = {},
                      .argv = {},
                      .envp = {}};
  if (by_fd) {
    request.name_inside = "/dev/fd/" + std::to_string(dirfd.value()) + "/" + name;
    request.closed_by_then = TRY(task.fds().GetFlags(dirfd)).cloexec;
  }
  return Exec(task, std::move(request), argv, envp);
}

}  // namespace sentry

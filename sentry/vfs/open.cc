// open(2): the last component of the walk, creation, permission, and what O_PATH gives.
#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/landlock.h"
#include "sentry/vfs/lookup.h"
#include "sentry/vfs/name_ops.h"
#include "sentry/vfs/path_walk.h"
#include "sentry/vfs/walker.h"

namespace sentry {
namespace {

constexpr uint32_t kPathFlags = abi::kOPath | abi::kODirectory | abi::kONofollow | abi::kOCloexec;

// O_PATH: a place without contents.
class PathDescription final : public FileDescription {
 public:
  PathDescription(Path path, uint32_t flags) : FileDescription(std::move(path), flags) {}
};

bool Has(uint32_t flags, uint32_t flag) {
  return (flags & flag) != 0;
}
bool WantsTmpfile(uint32_t flags) {
  return Has(flags, abi::kOTmpfileBit);
}

uint32_t AccessMask(uint32_t flags) {
  constexpr uint32_t kByMode[] = {kMayRead, kMayWrite, kMayRead | kMayWrite, kMayRead | kMayWrite};
  uint32_t mask = kByMode[flags & abi::kOAccmode];
  return Has(flags, abi::kOTrunc) ? mask | kMayWrite : mask;
}

uint64_t LandlockOpenRights(const Inode& inode, uint32_t mask) {
  const bool read = (mask & kMayRead) != 0, write = (mask & kMayWrite) != 0;
  if (inode.IsDirectory()) return read ? abi::kLandlockReadDir : 0;
  return (read ? abi::kLandlockReadFile : 0) | (write ? abi::kLandlockWriteFile : 0);
}

// may_open(): what the type and the mode of an existing object allow.
Result<void> MayOpen(OpContext& ctx, const Path& path, uint32_t flags) {
  uint32_t mask = AccessMask(flags);
  switch (path.inode()->mode() & abi::kSIfmt) {
    case abi::kSIflnk:
      return Errno(ELOOP);
    case abi::kSIfdir:
      if ((mask & kMayWrite) != 0) return Errno(EISDIR);
      break;
    case abi::kSIfblk:
    case abi::kSIfchr:
      if (path.HasMountFlag(abi::kMsNodev)) return Errno(EACCES);
      break;
    default:
      break;
  }
  TRY(CheckPathAccess(ctx, path, mask));
  TRY(CheckLandlock(ctx, path, LandlockOpenRights(*path.inode(), mask)));
  if (Has(flags, abi::kONoatime) && !OwnsOrCapable(ctx, *path.inode())) return Errno(EPERM);
  return {};
}

Result<Ref<FileDescription>> OpenInode(OpContext& ctx, const Path& path, uint32_t flags) {
  constexpr uint32_t kDealtWith = abi::kOCreat | abi::kOExcl | abi::kOTrunc | abi::kOCloexec;
  uint32_t kept = (flags & ~kDealtWith) | abi::kOLargefile;
  // FMODE_CAN_ODIRECT
  const uint32_t type = path.inode()->mode() & abi::kSIfmt;
  if (Has(flags, abi::kODirect) && type != abi::kSIfreg && type != abi::kSIfblk) {
    return Errno(EINVAL);
  }
  Ref<FileDescription> file = TRY(path.inode()->Open(ctx, path, kept));
  NotifyObject(*path.dentry, abi::kInOpen);
  return file;
}

// What opening the file would need, asked of its directory: it has no other place.
uint64_t LandlockTmpfileRights(uint32_t flags) {
  const bool read = (flags & abi::kOAccmode) == abi::kORdwr;
  return abi::kLandlockWriteFile | (read ? abi::kLandlockReadFile : 0);
}

Result<Ref<FileDescription>> OpenTmpfile(OpContext& ctx, const WalkRoot& root,
                                         std::string_view path, uint32_t flags, uint32_t mode,
                                         uint64_t resolve) {
  WalkOptions options{
      .follow_last = !Has(flags, abi::kONofollow), .want_directory = true, .resolve = resolve};
  Path directory = TRY(WalkPath(ctx, root, path, options));
  if (directory.readonly()) return Errno(EROFS);
  TRY(CheckAccess(ctx, *directory.inode(), kMayWrite | kMayExec));
  TRY(CheckLandlock(ctx, directory, LandlockTmpfileRights(flags)));
  Ref<Inode> inode = TRY(directory.inode()->CreateUnnamed(ctx, mode & ~ctx.umask & 07777));
  inode->linkable = !Has(flags, abi::kOExcl);
  std::string name = "#" + std::to_string(inode->ino());
  Path unnamed{directory.mount,
               Dentry::NewUnlinkedChild(*directory.dentry, name, std::move(inode))};
  return OpenInode(ctx, unnamed, flags);
}

struct Found {
  Path path;
  bool created = false;
};

// The object that the path names, made when it is missing and O_CREAT asks for it.
Result<Found> FindOrCreate(OpContext& ctx, Walker& walker, const WalkRoot& root, uint32_t flags,
                           uint32_t mode) {
  bool create = Has(flags, abi::kOCreat);
  bool follow = !Has(flags, abi::kONofollow) && !(create && Has(flags, abi::kOExcl));
  for (int lost_races = 0;;) {
    TRY(walker.ToParent());
    if (walker.last_kind() != Walker::Last::kName) return Found{TRY(walker.WalkDots())};
    if (create && walker.trailing_slash()) return Errno(EISDIR);
    Ref<Dentry> child = TRY(walker.LookupLast());
    if (child->negative()) {
      if (!create) return Errno(ENOENT);
      Result<Ref<Dentry>> made = CreateFile(ctx, root, walker.at(), walker.last(), mode);
      if (made.ok()) return Found{{walker.at().mount, std::move(*made)}, true};
      // Somebody else was first: it may be anything, so look again.
      if (!made.Is(EEXIST) || Has(flags, abi::kOExcl) || ++lost_races > 3) return made.error();
      continue;
    }
    Path path = TRY(walker.Enter(std::move(child)));
    if (!path.inode()->IsSymlink() || !(follow || walker.trailing_slash())) return Found{path};
    TRY(walker.FollowLast(path));
  }
}

}  // namespace

Result<void> CheckOpenFlags(uint32_t flags) {
  if (Has(flags, abi::kOCreat) && Has(flags, abi::kODirectory)) return Errno(EINVAL);
  if (WantsTmpfile(flags)) {
    if (!Has(flags, abi::kODirectory) || (flags & abi::kOAccmode) == abi::kORdonly) {
      return Errno(EINVAL);
    }
  }
  return {};
}

Result<Ref<FileDescription>> OpenExisting(OpContext& ctx, const Path& path, uint32_t flags) {
  if (Has(flags, abi::kODirectory) && !path.inode()->IsDirectory()) return Errno(ENOTDIR);
  if (Has(flags, abi::kOPath)) return Ref<FileDescription>(MakeRef<PathDescription>(path, flags));
  bool truncate = Has(flags, abi::kOTrunc) && path.inode()->IsRegular();
  if (truncate && path.readonly()) return Errno(EROFS);
  TRY(MayOpen(ctx, path, flags));
  if ((AccessMask(flags) & kMayWrite) != 0 && Runs(*path.inode())) return Errno(ETXTBSY);
  if (IsLeased(*path.inode(), (flags & abi::kOAccmode) != abi::kORdonly)) {
    return Errno(kErrnoLeased);
  }
  Ref<FileDescription> file = TRY(OpenInode(ctx, path, flags));
  if (truncate) TRY(TruncateInode(ctx, path, 0));
  return file;
}

Result<Ref<FileDescription>> OpenPath(OpContext& ctx, const WalkRoot& root, std::string_view path,
                                      uint32_t flags, uint32_t mode, uint64_t resolve) {
  if (Has(flags, abi::kOPath)) flags &= kPathFlags;
  TRY(CheckOpenFlags(flags));
  if (WantsTmpfile(flags)) return OpenTmpfile(ctx, root, path, flags, mode, resolve);
  Walker walker(ctx, root, resolve, flags);
  TRY(walker.Start(path));
  Found found = TRY(FindOrCreate(ctx, walker, root, flags, mode));
  if (found.created) {
    const uint64_t rights = LandlockOpenRights(*found.path.inode(), AccessMask(flags));
    TRY(CheckLandlock(ctx, found.path, rights));
    return OpenInode(ctx, found.path, flags);
  }
  if (Has(flags, abi::kOCreat)) {
    if (Has(flags, abi::kOExcl)) return Errno(EEXIST);
    if (found.path.inode()->IsDirectory()) return Errno(EISDIR);
  }
  if (walker.trailing_slash()) flags |= abi::kODirectory;
  return OpenExisting(ctx, found.path, flags);
}

Result<Ref<FileDescription>> OpenForExec(OpContext& ctx, const Path& path) {
  if (path.inode()->IsSymlink()) return Errno(ELOOP);
  if (!path.inode()->IsRegular() || path.HasMountFlag(abi::kMsNoexec)) return Errno(EACCES);
  TRY(CheckAccess(ctx, *path.inode(), kMayExec));
  return OpenInode(ctx, path, abi::kORdonly);
}

}  // namespace sentry

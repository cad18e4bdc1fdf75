#include "sentry/vfs/path_walk.h"

#include "sentry/vfs/lookup.h"
#include "sentry/vfs/walker.h"

namespace sentry {

Result<Path> WalkPath(OpContext& ctx, const WalkRoot& root, std::string_view path,
                      const WalkOptions& options) {
  Walker walker(ctx, root, options.resolve);
  TRY(walker.Start(path));
  Path found;
  while (true) {
    TRY(walker.ToParent());
    if (walker.last_kind() != Walker::Last::kName) {
      found = TRY(walker.WalkDots());
      break;
    }
    Ref<Dentry> child = TRY(walker.LookupLast());
    if (child->negative()) return Errno(ENOENT);
    found = TRY(walker.Enter(std::move(child)));
    bool follow = options.follow_last || walker.trailing_slash();
    if (!found.inode()->IsSymlink() || !follow) break;
    TRY(walker.FollowLast(found));
  }
  bool want_directory = options.want_directory || walker.trailing_slash();
  if (want_directory && !found.inode()->IsDirectory()) return Errno(ENOTDIR);
  return found;
}

Result<ParentAndName> WalkParent(OpContext& ctx, const WalkRoot& root, std::string_view path,
                                 uint64_t resolve) {
  Walker walker(ctx, root, resolve);
  TRY(walker.Start(path));
  TRY(walker.ToParent());
  return ParentAndName{walker.at(), std::string(walker.last()), walker.trailing_slash()};
}

Result<Path> WalkChild(OpContext& ctx, const WalkRoot& root, const Path& directory,
                       std::string_view name) {
  if (!directory.inode()->IsDirectory()) return Errno(ENOTDIR);
  TRY(CheckAccess(ctx, *directory.inode(), kMayExec));
  Ref<Dentry> child = TRY(LookupDentry(ctx, root.mounts.cache(), directory, name));
  if (child->negative()) return Errno(ENOENT);
  return root.mounts.CrossMounts({directory.mount, std::move(child)});
}

std::string PathName(const Path& path, const Path& root, const MountNamespace& mounts) {
  bool nameless =
      path.dentry->IsRoot() && (path.mount == nullptr || path.dentry != path.mount->root);
  if (nameless) return path.dentry->name();
  std::string name;
  Path at = path;
  while (at != root) {
    if (at.dentry != at.mount->root && !at.dentry->IsRoot()) {
      name.insert(0, at.dentry->name());
      name.insert(0, 1, '/');
      at.dentry = Ref<Dentry>(at.dentry->parent());
      continue;
    }
    Path up = mounts.ParentOfMount(at);
    if (up == at) break;
    at = std::move(up);
  }
  if (name.empty()) name = "/";
  if (at != root) name.insert(0, "(unreachable)");
  if (path.dentry->unlinked()) name += " (deleted)";
  return name;
}

}  // namespace sentry

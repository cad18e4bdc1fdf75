#include "sentry/vfs/walker.h"

#include "sentry/vfs/lookup.h"

namespace sentry {
namespace {

std::string_view SkipSlashes(std::string_view path) {
  size_t first = path.find_first_not_of('/');
  return first == path.npos ? std::string_view() : path.substr(first);
}

}  // namespace

Walker::Walker(OpContext& ctx, const WalkRoot& root, uint64_t resolve, uint32_t open_flags)
    : ctx_(ctx),
      mounts_(root.mounts),
      resolve_(resolve),
      open_flags_(open_flags),
      // A walk that may not leave its start takes the start for its root.
      root_((resolve & (abi::kResolveBeneath | abi::kResolveInRoot)) != 0 ? root.start : root.root),
      at_(root.start) {}

Result<void> Walker::Start(std::string_view path) {
  if (path.empty()) return Errno(ENOENT);
  if (path.front() == '/') {
    if (resolve(abi::kResolveBeneath)) return Errno(EXDEV);
    at_ = root_;
  }
  rest_ = SkipSlashes(path);
  return {};
}

Result<void> Walker::Search() {
  if (!at_.inode()->IsDirectory()) return Errno(ENOTDIR);
  return CheckAccess(ctx_, *at_.inode(), kMayExec);
}

Result<void> Walker::ToParent() {
  last_ = {};
  while (!rest_.empty()) {
    TRY(Search());
    size_t length = rest_.find('/');
    std::string_view name = rest_.substr(0, length);
    std::string_view after =
        length == rest_.npos ? std::string_view() : SkipSlashes(rest_.substr(length));
    if (after.empty()) {
      last_ = name;
      trailing_slash_ |= length != rest_.npos;
      return {};
    }
    TRY(Step(name, after));
  }
  return {};
}

Walker::Last Walker::last_kind() const {
  if (last_.empty()) return Last::kNone;
  if (last_ == ".") return Last::kDot;
  if (last_ == "..") return Last::kDotDot;
  return Last::kName;
}

// Over one component with more behind it; sets rest_.
Result<void> Walker::Step(std::string_view name, std::string_view after) {
  std::string_view rest = rest_;
  rest_ = after;
  if (name == ".") return {};
  if (name == "..") return DotDot();
  LookupHint hint{rest, open_flags_, resolve(abi::kResolveCached)};
  Ref<Dentry> child = TRY(LookupDentry(ctx_, mounts_.cache(), at_, name, hint));
  if (child->negative()) return Errno(ENOENT);
  Path path = TRY(Enter(std::move(child)));
  if (path.inode()->IsSymlink()) return FollowLink(path, after);
  if (!path.inode()->IsDirectory()) return Errno(ENOTDIR);
  at_ = std::move(path);
  return {};
}

Result<Ref<Dentry>> Walker::LookupLast() {
  LookupHint hint{last_, open_flags_, resolve(abi::kResolveCached)};
  return LookupDentry(ctx_, mounts_.cache(), at_, last_, hint);
}

Result<Path> Walker::Enter(Ref<Dentry> child) {
  Path path{at_.mount, std::move(child)};
  if (path.dentry->mounted == nullptr) return path;
  path = mounts_.CrossMounts(std::move(path));
  if (resolve(abi::kResolveNoXdev) && path.mount != at_.mount) return Errno(EXDEV);
  return path;
}

Result<Path> Walker::WalkDots() {
  if (last_ == "..") TRY(DotDot());
  return at_;
}

Result<void> Walker::DotDot() {
  while (at_ != root_) {
    if (at_.mount == nullptr) return {};
    if (at_.dentry != at_.mount->root) {
      if (at_.dentry->IsRoot()) return {};
      at_.dentry = Ref<Dentry>(at_.dentry->parent());
      if (at_.dentry->mounted == nullptr) return {};
      Path top = mounts_.CrossMounts(at_);
      if (resolve(abi::kResolveNoXdev) && top.mount != at_.mount) return Errno(EXDEV);
      at_ = std::move(top);
      return {};
    }
    Path up = mounts_.ParentOfMount(at_);
    if (up == at_) return {};
    if (resolve(abi::kResolveNoXdev)) return Errno(EXDEV);
    at_ = std::move(up);
  }
  if (resolve(abi::kResolveBeneath)) return Errno(EXDEV);
  return {};
}

Result<void> Walker::JumpToRoot() {
  if (resolve(abi::kResolveBeneath)) return Errno(EXDEV);
  if (resolve(abi::kResolveNoXdev) && at_.mount != root_.mount) return Errno(EXDEV);
  at_ = root_;
  return {};
}

Result<void> Walker::FollowMagic(const Path& target, std::string_view after) {
  if (resolve(abi::kResolveNoMagiclinks)) return Errno(ELOOP);
  if (resolve(abi::kResolveNoXdev) && target.mount != at_.mount) return Errno(EXDEV);
  if (resolve(abi::kResolveBeneath | abi::kResolveInRoot)) return Errno(EXDEV);
  at_ = target;
  rest_ = after;
  return {};
}

Result<void> Walker::FollowLink(const Path& link, std::string_view after) {
  if (++links_ > abi::kMaxSymlinks) return Errno(ELOOP);
  if (resolve(abi::kResolveNoSymlinks) || link.HasMountFlag(abi::kMsNosymfollow)) {
    return Errno(ELOOP);
  }
  std::optional<Path> magic = TRY(link.inode()->MagicTarget(ctx_));
  if (magic) return FollowMagic(*magic, after);
  std::string target = TRY(link.inode()->Readlink(ctx_));
  if (target.empty()) return Errno(ENOENT);
  if (target.front() == '/') TRY(JumpToRoot());
  if (!after.empty()) {
    target += '/';
    target += after;
  }
  buffer_ = std::move(target);
  rest_ = SkipSlashes(buffer_);
  return {};
}

}  // namespace sentry

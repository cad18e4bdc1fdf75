// Walker: the state of one walk.  Private to vfs: WalkPath, WalkParent and OpenPath drive it.
#pragma once

#include <string>
#include <string_view>

#include "sentry/vfs/path_walk.h"

namespace sentry {

// Consumes a path component by component.  ToParent() stops before the last one; the caller then
// looks at it and may follow it when it is a link, which gives a new last component.
class Walker {
 public:
  enum class Last { kName, kDot, kDotDot, kNone };  // kNone: the path was "/" or a magic link.

  Walker(OpContext& ctx, const WalkRoot& root, uint64_t resolve, uint32_t open_flags = abi::kOPath);

  Result<void> Start(std::string_view path);
  // To the directory of the last component.
  Result<void> ToParent();
  Last last_kind() const;
  // The last component; a view that lives until the next FollowLast().
  std::string_view last() const { return last_; }
  const Path& at() const { return at_; }
  // Sticky: a slash behind the path, or behind a link's target that ended it.
  bool trailing_slash() const { return trailing_slash_; }

  // The dentry of the last component, which is a name; maybe negative, mounts not crossed.
  Result<Ref<Dentry>> LookupLast();
  // The place of a positive dentry in at(): mounts crossed.
  Result<Path> Enter(Ref<Dentry> child);
  // Replaces the last component by what the link `link` says.
  Result<void> FollowLast(const Path& link) { return FollowLink(link, {}); }
  // Where "", "." and ".." lead.
  Result<Path> WalkDots();

 private:
  Result<void> Search();
  Result<void> Step(std::string_view name, std::string_view after);
  Result<void> DotDot();
  Result<void> FollowLink(const Path& link, std::string_view after);
  Result<void> FollowMagic(const Path& target, std::string_view after);
  Result<void> JumpToRoot();
  bool resolve(uint64_t flag) const { return (resolve_ & flag) != 0; }

  OpContext& ctx_;
  MountNamespace& mounts_;
  const uint64_t resolve_;
  const uint32_t open_flags_;
  Path root_;
  Path at_;
  std::string_view rest_;  // What is still to be walked, without leading slashes.
  std::string_view last_;
  std::string buffer_;  // The target of the latest link and what followed it.
  bool trailing_slash_ = false;
  int links_ = 0;
};

}  // namespace sentry

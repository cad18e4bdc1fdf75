#include "sentry/fs/tmpfs/inode.h"

#include "abi/linux/fcntl.h"

namespace sentry {
namespace {

// As much as Linux lets an ordinary user hang on one inode.
constexpr size_t kMaxXattrBytes = 128 << 10;

bool Before(const abi::Timespec& a, const abi::Timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

bool KnownXattr(std::string_view name) {
  return name.starts_with("user.") || name.starts_with("trusted.") || name.starts_with("security.");
}

}  // namespace

TmpfsInode::TmpfsInode(Ref<TmpfsFilesystem> fs, const Start& start)
    : fs_(std::move(fs)),
      ino_(start.ino),
      mode_(start.mode),
      uid_(start.uid),
      gid_(start.gid),
      atime_(start.now),
      mtime_(start.now),
      ctime_(start.now),
      btime_(start.now) {}

TmpfsInode::~TmpfsInode() {
  fs_->InodeGone();
}

Result<Attributes> TmpfsInode::GetAttributes(OpContext&) {
  return Attributes{.dev = fs_->device(),
                    .ino = ino_,
                    .mode = mode_,
                    .nlink = nlink_,
                    .uid = uid_,
                    .gid = gid_,
                    .atime = atime_,
                    .mtime = mtime_,
                    .ctime = ctime_,
                    .btime = btime_};
}

Result<void> TmpfsInode::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  if (change.mode) mode_ = (mode_ & abi::kSIfmt) | (*change.mode & abi::kSIallugo);
  if (change.uid) uid_ = *change.uid;
  if (change.gid) gid_ = *change.gid;
  if (change.atime) atime_ = *change.atime;
  if (change.mtime) mtime_ = *change.mtime;
  ctime_ = ctx.now;
  return {};
}

void TmpfsInode::Accessed(const Path& path, uint32_t flags, const abi::Timespec& now) {
  constexpr int64_t kDay = 24 * 60 * 60;
  if ((flags & abi::kONoatime) != 0 || path.HasMountFlag(abi::kMsNoatime | abi::kMsRdonly)) return;
  if (IsDirectory() && path.HasMountFlag(abi::kMsNodiratime)) return;
  // relatime, the default of mount(2).
  bool stale = !Before(mtime_, atime_) || !Before(ctime_, atime_);
  if (stale || now.tv_sec - atime_.tv_sec >= kDay || path.HasMountFlag(abi::kMsStrictatime)) {
    atime_ = now;
  }
}

Result<std::string> TmpfsInode::GetXattr(OpContext&, const std::string& name) {
  if (!KnownXattr(name)) return Errno(EOPNOTSUPP);
  auto found = xattrs_.find(name);
  if (found == xattrs_.end()) return Errno(ENODATA);
  return found->second;
}

Result<void> TmpfsInode::SetXattr(OpContext& ctx, const std::string& name, std::string_view value,
                                  uint32_t flags) {
  if (!KnownXattr(name)) return Errno(EOPNOTSUPP);
  auto found = xattrs_.find(name);
  if (found != xattrs_.end() && (flags & abi::kXattrCreate) != 0) return Errno(EEXIST);
  if (found == xattrs_.end() && (flags & abi::kXattrReplace) != 0) return Errno(ENODATA);
  size_t old_bytes = found == xattrs_.end() ? 0 : name.size() + found->second.size();
  size_t bytes = xattr_bytes_ - old_bytes + name.size() + value.size();
  if (bytes > kMaxXattrBytes) return Errno(ENOSPC);
  xattr_bytes_ = bytes;
  xattrs_[name] = std::string(value);
  ctime_ = ctx.now;
  return {};
}

Result<std::vector<std::string>> TmpfsInode::ListXattr(OpContext&) {
  std::vector<std::string> names;
  for (const auto& [name, value] : xattrs_) names.push_back(name);
  return names;
}

Result<void> TmpfsInode::RemoveXattr(OpContext& ctx, const std::string& name) {
  if (!KnownXattr(name)) return Errno(EOPNOTSUPP);
  auto found = xattrs_.find(name);
  if (found == xattrs_.end()) return Errno(ENODATA);
  xattr_bytes_ -= name.size() + found->second.size();
  xattrs_.erase(found);
  ctime_ = ctx.now;
  return {};
}

}  // namespace sentry

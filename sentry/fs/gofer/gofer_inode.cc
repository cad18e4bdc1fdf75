// Attributes and opened contents; names are in gofer_directory.cc.
#include "sentry/fs/gofer/gofer_inode.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "sentry/fs/gofer/gofer_file.h"
#include "sentry/vfs/special_files.h"

namespace sentry {
namespace {

abi::Timespec ToTimespec(const gofer::Time& time) {
  abi::Timespec ts{};
  ts.tv_sec = time.sec;
  ts.tv_nsec = time.nsec;
  return ts;
}

gofer::Time ToTime(const abi::Timespec& ts) {
  return {.sec = ts.tv_sec, .nsec = static_cast<uint32_t>(ts.tv_nsec)};
}

}  // namespace

GoferInode::GoferInode(Ref<GoferFilesystem> fs, Ref<GoferInode> parent, std::string_view name,
                       gofer::Entry entry)
    : fs_(std::move(fs)),
      parent_(std::move(parent)),
      name_(name),
      node_(entry.node),
      attr_(entry.attr),
      link_target_(std::move(entry.link_target)) {}

GoferInode::~GoferInode() {
  if (listing_ != nullptr) fs_->ListingDropped(*this);
  if (registered_) fs_->Forget(*this);
  fs_->FileBusy(*this);
  // The root's node belongs to the mount.
  if (node_ != gofer::NodeId::kNone && parent_) fs_->client().Release(node_);
}

gofer::Target GoferInode::target() const {
  if (node_ != gofer::NodeId::kNone || !parent_) return {.node = node_};
  return {.node = parent_->node_, .name = name_};
}

Result<Attributes> GoferInode::GetAttributes(OpContext&) {
  if (fs_->shared()) {
    Result<gofer::Attr> fresh = fs_->client().GetAttr(target());
    if (fresh.ok()) attr_ = *fresh;
  }
  struct stat host;
  if (!blocks_known_ && ::fstat(write_fd_.get(), &host) == 0) {
    attr_.blocks = static_cast<uint64_t>(host.st_blocks);
    blocks_known_ = true;
  }
  return Attributes{.dev = fs_->device(),
                    .ino = attr_.ino,
                    .mode = attr_.mode,
                    .nlink = attr_.nlink,
                    .uid = attr_.uid,
                    .gid = attr_.gid,
                    .rdev = attr_.rdev,
                    .size = attr_.size,
                    .blksize = attr_.blksize,
                    .blocks = attr_.blocks,
                    .atime = ToTimespec(attr_.atime),
                    .mtime = ToTimespec(attr_.mtime),
                    .ctime = ToTimespec(attr_.ctime),
                    .btime = ToTimespec(attr_.btime)};
}

Result<void> GoferInode::SetAttributes(OpContext&, const AttributeChange& change) {
  gofer::SetAttr set;
  auto add = [&](uint32_t bit, auto& field, const auto& value) {
    if (!value) return;
    set.mask |= bit;
    field = *value;
  };
  add(gofer::SetAttr::kMode, set.mode, change.mode);
  add(gofer::SetAttr::kUid, set.uid, change.uid);
  add(gofer::SetAttr::kGid, set.gid, change.gid);
  add(gofer::SetAttr::kSize, set.size, change.size);
  if (change.atime) set.mask |= gofer::SetAttr::kAtime, set.atime = ToTime(*change.atime);
  if (change.mtime) set.mask |= gofer::SetAttr::kMtime, set.mtime = ToTime(*change.mtime);
  if (set.mask == 0) return {};
  TRY(AskToSet(set));
  fs_->DropAhead();
  fs_->DropOpened();
  if (parent_) parent_->DropListing();
  return {};
}

// The guest may write while the Gofer is asked, whose answer then is too old about the contents.
Result<void> GoferInode::AskToSet(const gofer::SetAttr& set) {
  constexpr int kTries = 4;
  uint64_t writes = writes_;
  gofer::Attr answer = TRY(fs_->client().SetAttributes(target(), set));
  const bool truncates = (set.mask & gofer::SetAttr::kSize) != 0;
  for (int i = 0; truncates && writes != writes_ && i < kTries; ++i) {
    writes = writes_;
    answer = TRY(fs_->client().GetAttr(target()));
  }
  if (!truncates && writes != writes_) {
    answer.size = attr_.size;
  }
  attr_ = answer;
  return {};
}

Result<int> GoferInode::HostFd(bool write) {
  if (!write && write_fd_.valid()) return write_fd_.get();
  return write ? KeptFd(write_fd_, gofer::OpenMode::kWrite) : ReadOnlyHostFd();
}

Result<int> GoferInode::KeptFd(base::Fd& kept, gofer::OpenMode mode) {
  const bool named = node_ == gofer::NodeId::kNone && parent_;
  if (mode == gofer::OpenMode::kRead && !kept.valid() && named && !fs_->shared()) {
    return OpenNext(kept);
  }
  if (!kept.valid()) {
    gofer::OpenedFile file = TRY(fs_->client().Open(target(), mode));
    if (!kept.valid())
      kept = std::move(file.fd);  // Another thread may have been faster while this one waited.
  }
  return kept.get();
}

void GoferInode::Opened() {
  if (open_files_++ == 0) fs_->FileBusy(*this);
}

void GoferInode::Closed() {
  if (--open_files_ == 0) fs_->FileIdle(*this);
}

Result<Ref<FileDescription>> GoferInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  switch (attr_.mode & abi::kSIfmt) {
    case abi::kSIfdir:
      return Ref<FileDescription>(MakeRef<GoferDirectoryFile>(path, flags, Ref<GoferInode>(this)));
    case abi::kSIfreg: {
      bool write = (flags & abi::kOAccmode) != abi::kORdonly;
      TRY(HostFd(write));
      return Ref<FileDescription>(MakeRef<GoferFile>(path, flags, Ref<GoferInode>(this)));
    }
    case abi::kSIfifo:
      return OpenSpecialFile(ctx, path, 0, flags);
    default:
      return Errno((attr_.mode & abi::kSIfmt) == abi::kSIfsock ? ENXIO : EACCES);
  }
}

void GoferInode::Wrote(uint64_t end, const abi::Timespec& now) {
  ++writes_;
  attr_.size = std::max(attr_.size, end);
  BlocksChanged();
  attr_.mtime = attr_.ctime = ToTime(now);
  fs_->DropAhead();
  if (parent_) parent_->DropListing();
}

Result<std::string> GoferInode::Readlink(OpContext&) {
  if (!IsSymlink()) return Errno(EINVAL);
  return link_target_;
}

Result<std::string> GoferInode::GetXattr(OpContext&, const std::string& name) {
  return fs_->client().GetXattr(target(), name);
}

Result<void> GoferInode::SetXattr(OpContext&, const std::string& name, std::string_view value,
                                  uint32_t flags) {
  return fs_->client().SetXattr(target(), name, value, flags);
}

Result<std::vector<std::string>> GoferInode::ListXattr(OpContext&) {
  return fs_->client().ListXattr(target());
}

Result<void> GoferInode::RemoveXattr(OpContext&, const std::string& name) {
  return fs_->client().RemoveXattr(target(), name);
}

}  // namespace sentry

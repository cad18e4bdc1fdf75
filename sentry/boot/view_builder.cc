#include "sentry/boot/view_builder.h"

#include <cstdio>
#include <cstring>

#include "abi/linux/mount.h"
#include "sentry/boot/kernel_files.h"
#include "sentry/fs/gofer/gofer_filesystem.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

using Kind = ViewEntry::Kind;

// Minor numbers of the gofer's and overlays' anonymous devices; tmpfs counts its own.
constexpr uint64_t kFirstDevice = 0x100;

// Set-ID programs, the host's too, give what the guest has to give: an identity inside.
MountFlags FlagsOf(Kind kind) {
  constexpr MountFlags kNothing = abi::kMsNosuid | abi::kMsNodev | abi::kMsNoexec;
  if (kind == Kind::kProc || kind == Kind::kSys) return kNothing | abi::kMsRelatime;
  if (kind == Kind::kDev) return abi::kMsNosuid | abi::kMsRelatime;
  return abi::kMsRelatime;
}

class Builder {
 public:
  Builder(Kernel& kernel, gofer::Client& client, const GuestView& view, Changes* changes)
      : kernel_(kernel),
        client_(client),
        view_(view),
        changes_(changes),
        root_creds_(Credentials::ForUser(0, 0, {})) {}

  Result<Ref<MountNamespace>> Build();

 private:
  OpContext Context() { return OpContext{.creds = *root_creds_, .now = RealtimeNow(), .umask = 0}; }
  WalkRoot Walk() { return WalkRoot{mounts_->Root(), mounts_->Root(), *mounts_}; }
  Result<Ref<Filesystem>> MakeFilesystem(const ViewEntry& entry);
  Result<Ref<Filesystem>> MakeGofer(const ViewEntry& entry);
  Result<void> Put(const ViewEntry& entry);
  // mkdir -p; where a mount point is a file, an empty one in the end.
  Result<Path> MakePlace(const std::string& path, bool directory, uint32_t mode);
  Result<void> MakeLink(const ViewEntry& entry);
  Result<void> Remove(const std::string& path);
  Ref<TmpfsFilesystem> Memory(const TmpfsOptions& options) {
    return MakeRef<TmpfsFilesystem>(options, kernel_.memory());
  }

  Kernel& kernel_;
  gofer::Client& client_;
  const GuestView& view_;
  Changes* changes_;
  Ref<Credentials> root_creds_;
  Ref<MountNamespace> mounts_;
  std::vector<gofer::Root> roots_;
  uint64_t next_device_ = kFirstDevice;
};

Result<Ref<Filesystem>> Builder::MakeGofer(const ViewEntry& entry) {
  const gofer::Root& root = roots_[entry.gofer_index];
  Ref<Filesystem> lower = MakeRef<GoferFilesystem>(
      client_, root,
      GoferFilesystem::Options{
          .shared = entry.shared, .source = entry.source, .device = next_device_++});
  if (!entry.overlay || !entry.directory) return lower;
  Ref<TmpfsFilesystem> upper =
      Memory({.mode = root.attr.mode & 07777, .uid = root.attr.uid, .gid = root.attr.gid});
  if (changes_ != nullptr) changes_->AddLayer(entry.dest, upper->Root());
  return Ref<Filesystem>(MakeRef<OverlayFilesystem>(
      upper, lower, OverlayFilesystem::Options{.device = next_device_++, .source = entry.source}));
}

Result<Ref<Filesystem>> Builder::MakeFilesystem(const ViewEntry& entry) {
  switch (entry.kind) {
    case Kind::kGofer:
      return MakeGofer(entry);
    case Kind::kTmpfs: {
      Ref<TmpfsFilesystem> fs =
          Memory({.size = entry.size, .mode = entry.mode, .uid = entry.uid, .gid = entry.gid});
      if (changes_ != nullptr) changes_->AddLayer(entry.dest, fs->Root());
      return Ref<Filesystem>(fs);
    }
    case Kind::kProc:
      return NewProc(kernel_);
    case Kind::kSys:
      return NewSys(kernel_);
    case Kind::kDev:
      return NewDev(kernel_);
    default:
      return Errno(EINVAL);
  }
}

Result<Path> Builder::MakePlace(const std::string& path, bool directory, uint32_t mode) {
  OpContext ctx = Context();
  for (size_t slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
    Result<Path> made = Mkdir(ctx, Walk(), path.substr(0, slash), 0755);
    if (!made.ok() && !made.Is(EEXIST)) return made;
  }
  Result<Path> made =
      directory ? Mkdir(ctx, Walk(), path, mode) : Mknod(ctx, Walk(), path, abi::kSIfreg | 0644, 0);
  if (!made.ok() && !made.Is(EEXIST)) return made;
  return WalkPath(ctx, Walk(), path, WalkOptions{.follow_last = true});
}

Result<void> Builder::MakeLink(const ViewEntry& entry) {
  OpContext ctx = Context();
  std::string parent = entry.dest.substr(0, entry.dest.rfind('/'));
  if (!parent.empty()) TRY(MakePlace(parent, true, 0755));
  Result<void> made = Symlink(ctx, Walk(), entry.dest, entry.source);
  return made.Is(EEXIST) ? Result<void>() : made;
}

// --hide: gone from the guest's view; a lower layer keeps it under a whiteout.
Result<void> Builder::Remove(const std::string& path) {
  OpContext ctx = Context();
  Result<Path> found = WalkPath(ctx, Walk(), path, WalkOptions{.follow_last = false});
  if (found.Is(ENOENT)) return {};
  if (!found.ok()) return found.error();
  if (!found->inode()->IsDirectory()) return Unlink(ctx, Walk(), path);
  // A directory cannot be whited out while it has names: an empty one that nobody may enter covers
  // it.
  return mounts_->Attach(Mount::Create(Memory({.mode = 0}), abi::kMsRdonly, "hidden"), *found);
}

Result<void> Builder::Put(const ViewEntry& entry) {
  switch (entry.kind) {
    case Kind::kSymlink:
      return MakeLink(entry);
    case Kind::kDirectory:
      TRY(MakePlace(entry.dest, true, entry.mode));
      return {};
    case Kind::kHide:
      return Remove(entry.dest);
    default:
      break;
  }
  Path at = TRY(MakePlace(entry.dest, entry.kind != Kind::kGofer || entry.directory, 0755));
  Ref<Filesystem> fs = TRY(MakeFilesystem(entry));
  MountFlags flags = FlagsOf(entry.kind);
  if (entry.read_only) flags |= abi::kMsRdonly;
  TRY(mounts_->Attach(Mount::Create(fs, flags, fs->Source()), at));
  if (entry.kind == Kind::kDev) TRY(FillDev(kernel_, *mounts_));
  return {};
}

Result<Ref<MountNamespace>> Builder::Build() {
  SetUpSpecialFiles(kernel_);
  if (view_.gofer_mounts != 0) roots_ = TRY(client_.Attach(0, view_.gofer_mounts));
  const ViewEntry& root = view_.entries.front();
  Ref<Filesystem> root_fs = TRY(MakeFilesystem(root));
  mounts_ = MakeRef<MountNamespace>(Mount::Create(root_fs, FlagsOf(root.kind), root_fs->Source()));
  for (size_t i = 1; i < view_.entries.size(); ++i) {
    Result<void> put = Put(view_.entries[i]);
    if (put.ok()) continue;
    std::fprintf(stderr, "sentry: %s: cannot be put into the guest's view: %s\n",
                 view_.entries[i].dest.c_str(), std::strerror(put.error().value()));
    return put.error();
  }
  OpContext ctx = Context();
  if (changes_ != nullptr) changes_->Seal(ctx);
  return mounts_;
}

}  // namespace

Result<Ref<MountNamespace>> BuildView(Kernel& kernel, gofer::Client& client, const GuestView& view,
                                      Changes* changes) {
  return Builder(kernel, client, view, changes).Build();
}

}  // namespace sentry

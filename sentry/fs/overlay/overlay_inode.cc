// Layers of one object: which one counts, and how it moves to the upper layer.
#include <vector>

#include "sentry/fs/overlay/overlay.h"
#include "sentry/vfs/special_files.h"

namespace sentry {
namespace {

// Copying up is the kernel's own doing: the copy gets the original's owner and mode, whoever caused
// it.
OpContext KernelContext(const OpContext& ctx, const Credentials& root) {
  return OpContext{.creds = root,
                   .now = ctx.now,
                   .umask = 0,
                   .file_size_limit = ~uint64_t{0},
                   .task = ctx.task,
                   .blocker = ctx.blocker,
                   .special_files = ctx.special_files};
}

}  // namespace

OverlayFilesystem::OverlayFilesystem(Ref<Filesystem> upper, Ref<Filesystem> lower, Options options)
    : upper_(std::move(upper)), lower_(std::move(lower)), options_(std::move(options)) {}

Ref<Inode> OverlayFilesystem::Root() {
  return MakeRef<OverlayInode>(Ref<OverlayFilesystem>(this), nullptr, "", upper_->Root(),
                               lower_->Root());
}

OverlayInode::OverlayInode(Ref<OverlayFilesystem> fs, Ref<OverlayInode> parent, std::string name,
                           Ref<Inode> upper, Ref<Inode> lower)
    : fs_(std::move(fs)),
      parent_(std::move(parent)),
      name_(std::move(name)),
      upper_(std::move(upper)),
      lower_(std::move(lower)) {
  ino_ = lower_ ? lower_->ino() : upper_->ino() | kUpperInode;
}

Result<Attributes> OverlayInode::GetAttributes(OpContext& ctx) {
  Attributes attributes = TRY(top().GetAttributes(ctx));
  attributes.dev = fs_->device();
  attributes.ino = ino_;
  return attributes;
}

Result<void> OverlayInode::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  TRY(CopyUp(ctx, !(change.size && *change.size == 0)));
  return upper_->SetAttributes(ctx, change);
}

Result<void> OverlayInode::SetXattr(OpContext& ctx, const std::string& name, std::string_view value,
                                    uint32_t flags) {
  TRY(CopyUp(ctx));
  return upper_->SetXattr(ctx, name, value, flags);
}

Result<void> OverlayInode::RemoveXattr(OpContext& ctx, const std::string& name) {
  TRY(CopyUp(ctx));
  return upper_->RemoveXattr(ctx, name);
}

Result<Ref<FileDescription>> OpenLayer(OpContext& ctx, Ref<Inode> layer, uint32_t flags) {
  Path path{nullptr, Dentry::NewRoot(layer)};
  return layer->Open(ctx, path, flags);
}

Result<Ref<FileDescription>> OverlayInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  switch (mode() & abi::kSIfmt) {
    case abi::kSIfdir:
      return Ref<FileDescription>(MakeRef<OverlayDirectoryFile>(path, flags));
    case abi::kSIfreg:
      break;
    default: {
      Attributes attributes = TRY(GetAttributes(ctx));
      return OpenSpecialFile(ctx, path, attributes.rdev, flags);
    }
  }
  if ((flags & abi::kOAccmode) != abi::kORdonly) TRY(CopyUp(ctx));
  const Inode* layer = &top();
  Ref<FileDescription> real = TRY(OpenLayer(ctx, Ref<Inode>(&top()), flags));
  return Ref<FileDescription>(MakeRef<OverlayFile>(path, flags, std::move(real), layer));
}

// All that waits for the lower layer comes first, out of sight: others may copy the same object, or
// remove its name, meanwhile.  Nothing waits from the last look at upper_ on.
Result<void> OverlayInode::CopyUp(OpContext& ctx, bool with_contents) {
  if (upper_) return {};
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext kernel = KernelContext(ctx, *root);
  if (parent_) TRY(parent_->CopyUp(ctx, true));
  const Attributes from = TRY(lower_->GetAttributes(kernel));
  const Xattrs xattrs = LowerXattrs(kernel);
  Ref<Inode> made;
  if (IsRegular()) {
    made = TRY(parent_->upper_->CreateUnnamed(kernel, from.mode & 07777));
    if (with_contents) TRY(CopyContents(kernel, *made));
  }
  if (upper_) return {};
  if (!made) made = TRY(MakeUpper(kernel, from));
  AttributeChange change{.mode = {},
                         .uid = from.uid,
                         .gid = from.gid,
                         .size = {},
                         .atime = from.atime,
                         .mtime = from.mtime};
  if (!IsSymlink()) change.mode = from.mode & 07777;
  TRY(made->SetAttributes(kernel, change));
  for (const auto& [name, value] : xattrs) (void)made->SetXattr(kernel, name, value, 0);
  if (IsRegular() && !covered_) {
    TRY(parent_->upper_->Link(kernel, TRY(Name::Parse(name_)), *made));
  }
  upper_ = std::move(made);
  return {};
}

OverlayInode::Xattrs OverlayInode::LowerXattrs(OpContext& kernel) {
  Xattrs all;
  for (const std::string& name : lower_->ListXattr(kernel).value_or({})) {
    Result<std::string> value = lower_->GetXattr(kernel, name);
    if (value.ok()) all.emplace_back(name, std::move(*value));
  }
  return all;
}

Result<Ref<Inode>> OverlayInode::MakeUpper(OpContext& kernel, const Attributes& from) {
  const Name name = TRY(Name::Parse(name_));
  Inode& directory = *parent_->upper_;
  switch (from.mode & abi::kSIfmt) {
    case abi::kSIfdir:
      return directory.Mkdir(kernel, name, from.mode & 07777);
    case abi::kSIflnk:
      return directory.Symlink(kernel, name, TRY(lower_->Readlink(kernel)));
    default:
      return directory.Mknod(kernel, name, from.mode, from.rdev);
  }
}

Result<void> OverlayInode::CopyContents(OpContext& kernel, Inode& to) {
  constexpr size_t kChunk = 256 * 1024;
  Path from_path{nullptr, Dentry::NewRoot(lower_)},
      to_path{nullptr, Dentry::NewRoot(Ref<Inode>(&to))};
  Ref<FileDescription> from_file = TRY(lower_->Open(kernel, from_path, abi::kORdonly));
  Ref<FileDescription> to_file = TRY(to.Open(kernel, to_path, abi::kOWronly));
  std::vector<std::byte> buffer(kChunk);
  int64_t read_at = 0, write_at = 0;
  for (;;) {
    BufferSink sink{std::span(buffer)};
    size_t n = TRY(from_file->Read(kernel, sink, &read_at));
    if (n == 0) return {};
    BufferSource source{std::span<const std::byte>(buffer.data(), n)};
    if (TRY(to_file->Write(kernel, source, &write_at)) != n) return Errno(ENOSPC);
  }
}

Result<void> OverlayInode::CopyUpTree(OpContext& ctx) {
  TRY(CopyUp(ctx));
  if (!IsDirectory() || !lower_) return {};
  for (const ListedName& listed : TRY(List(ctx))) {
    Name name = TRY(Name::Parse(listed.name));
    Ref<Inode> child = TRY(Lookup(ctx, name));
    TRY(static_cast<OverlayInode&>(*child).CopyUpTree(ctx));
  }
  lower_.reset();  // All of it is above now: the directory stands by itself.
  return {};
}

}  // namespace sentry

// Names: the union of two directories, whiteouts, and changes.
#include <algorithm>
#include <iterator>

#include "sentry/fs/overlay/overlay.h"

namespace sentry {
namespace {

bool IsWhiteoutType(const Inode& inode) {
  return (inode.mode() & abi::kSIfmt) == abi::kSIfchr;
}

// Collects a layer's listing.
class Collector final : public DirectorySink {
 public:
  bool Add(std::string_view name, uint64_t ino, uint8_t type, int64_t) override {
    if (name != "." && name != "..") names.push_back({std::string(name), ino, type});
    return true;
  }
  std::vector<OverlayInode::ListedName> names;
};

bool Precedes(const OverlayInode::ListedName& a, const OverlayInode::ListedName& b) {
  return a.name < b.name;
}

// Sorted by name.
Result<std::vector<OverlayInode::ListedName>> ListLayer(OpContext& ctx, const Ref<Inode>& layer) {
  Collector all;
  if (!layer) return std::move(all.names);
  Path path{nullptr, Dentry::NewRoot(layer)};
  Ref<FileDescription> directory = TRY(layer->Open(ctx, path, abi::kORdonly | abi::kODirectory));
  TRY(directory->ReadDirectory(ctx, all));
  if (!std::is_sorted(all.names.begin(), all.names.end(), Precedes)) {
    std::sort(all.names.begin(), all.names.end(), Precedes);
  }
  return std::move(all.names);
}

constexpr uint8_t kDtChr = 2;
constexpr uint32_t kRenameExchange = 2;

}  // namespace

Result<bool> OverlayInode::CoversName(OpContext& ctx, const ListedName& above) {
  if (above.type != kDtChr) return false;
  Result<Ref<Inode>> inode = upper_->Lookup(ctx, TRY(Name::Parse(above.name)));
  if (!inode.ok() || !IsWhiteoutType(**inode)) return false;
  return TRY((*inode)->GetAttributes(ctx)).rdev == 0;
}

Result<std::vector<OverlayInode::ListedName>> OverlayInode::List(OpContext& ctx) {
  std::vector<ListedName> above = TRY(ListLayer(ctx, upper_));
  std::vector<ListedName> below = TRY(ListLayer(ctx, lower_));
  if (!upper_) return below;
  std::vector<ListedName> listed;
  listed.reserve(above.size() + below.size());
  auto under = below.begin();
  for (ListedName& found : above) {
    for (; under != below.end() && under->name < found.name; ++under)
      listed.push_back(std::move(*under));
    // What was copied up keeps the number it had below.
    const bool both = under != below.end() && under->name == found.name;
    found.ino = both ? under++->ino : found.ino | kUpperInode;
    if (!TRY(CoversName(ctx, found))) listed.push_back(std::move(found));
  }
  std::move(under, below.end(), std::back_inserter(listed));
  return listed;
}

Result<Ref<Inode>> OverlayInode::Lookup(OpContext& ctx, const Name& name) {
  if (!IsDirectory()) return Errno(ENOTDIR);
  Ref<Inode> above, below;
  if (upper_) {
    Result<Ref<Inode>> found = upper_->Lookup(ctx, name);
    if (found.ok()) {
      above = std::move(*found);
      if (IsWhiteoutType(*above) && TRY(above->GetAttributes(ctx)).rdev == 0) return Errno(ENOENT);
    } else if (!found.Is(ENOENT)) {
      return found.error();
    }
  }
  if (lower_) {
    Result<Ref<Inode>> found = lower_->Lookup(ctx, name);
    if (found.ok()) below = std::move(*found);
    if (!found.ok() && !above) return found.error();
  }
  if (!above && !below) return Errno(ENOENT);
  // Only directories are merged; a file above hides what is below, but its number is kept.
  bool merge = !above || !below || (above->IsDirectory() && below->IsDirectory());
  uint64_t below_ino = below ? below->ino() : 0;
  if (!merge) below.reset();
  Ref<OverlayInode> inode = MakeRef<OverlayInode>(fs_, Ref<OverlayInode>(this), name.str(),
                                                  std::move(above), std::move(below));
  if (!merge) inode->ino_ = below_ino;
  return Ref<Inode>(inode);
}

bool OverlayInode::Revalidate(OpContext& ctx, const Name& name, Inode* known) {
  OverlayInode* inode = static_cast<OverlayInode*>(known);
  if (inode != nullptr && inode->upper_) return true;
  return !lower_ || lower_->Revalidate(ctx, name, inode != nullptr ? inode->lower_.get() : nullptr);
}

bool OverlayInode::LowerHas(OpContext& ctx, const Name& name) {
  return lower_ && lower_->Lookup(ctx, name).ok();
}

Result<bool> OverlayInode::PrepareName(OpContext& ctx, const Name& name) {
  TRY(CopyUp(ctx));
  Result<Ref<Inode>> covered = upper_->Lookup(ctx, name);
  if (covered.ok() && IsWhiteoutType(**covered)) TRY(upper_->Unlink(ctx, name, **covered));
  return LowerHas(ctx, name);
}

Result<void> OverlayInode::Whiteout(OpContext& ctx, const Name& name) {
  TRY(upper_->Mknod(ctx, name, abi::kSIfchr, 0));
  return {};
}

Ref<Inode> OverlayInode::Wrap(const Name& name, Ref<Inode> made) {
  return MakeRef<OverlayInode>(fs_, Ref<OverlayInode>(this), name.str(), std::move(made), nullptr);
}

Result<Ref<Inode>> OverlayInode::Create(OpContext& ctx, const Name& name, uint32_t mode) {
  TRY(PrepareName(ctx, name));
  return Wrap(name, TRY(upper_->Create(ctx, name, mode)));
}

Result<Ref<Inode>> OverlayInode::CreateUnnamed(OpContext& ctx, uint32_t mode) {
  TRY(CopyUp(ctx));
  Ref<Inode> made = TRY(upper_->CreateUnnamed(ctx, mode));
  bool may_link = made->linkable;
  Ref<Inode> inode =
      MakeRef<OverlayInode>(fs_, Ref<OverlayInode>(this), "", std::move(made), nullptr);
  inode->linkable = may_link;
  return inode;
}

Result<Ref<Inode>> OverlayInode::Mkdir(OpContext& ctx, const Name& name, uint32_t mode) {
  // A directory made where one was deleted must not show the old one's names: its inode has no
  // lower layer, and a later Lookup would merge; so what is below stays covered by whiteouts of its
  // own.
  bool lower_has = TRY(PrepareName(ctx, name));
  Ref<Inode> made = TRY(upper_->Mkdir(ctx, name, mode));
  if (lower_has) {
    for (const ListedName& old : TRY(ListLayer(ctx, TRY(lower_->Lookup(ctx, name)))))
      TRY(made->Mknod(ctx, TRY(Name::Parse(old.name)), abi::kSIfchr, 0));
  }
  return Wrap(name, std::move(made));
}

Result<Ref<Inode>> OverlayInode::Mknod(OpContext& ctx, const Name& name, uint32_t mode,
                                       uint64_t rdev) {
  TRY(PrepareName(ctx, name));
  return Wrap(name, TRY(upper_->Mknod(ctx, name, mode, rdev)));
}

Result<Ref<Inode>> OverlayInode::Symlink(OpContext& ctx, const Name& name,
                                         std::string_view target) {
  TRY(PrepareName(ctx, name));
  return Wrap(name, TRY(upper_->Symlink(ctx, name, target)));
}

Result<void> OverlayInode::Link(OpContext& ctx, const Name& name, Inode& existing) {
  OverlayInode& inode = static_cast<OverlayInode&>(existing);
  TRY(inode.CopyUp(ctx));
  TRY(PrepareName(ctx, name));
  return upper_->Link(ctx, name, *inode.upper_);
}

Result<void> OverlayInode::Unlink(OpContext& ctx, const Name& name, Inode& child) {
  OverlayInode& inode = static_cast<OverlayInode&>(child);
  TRY(CopyUp(ctx));
  bool lower_has = LowerHas(ctx, name);
  if (inode.upper_) TRY(upper_->Unlink(ctx, name, *inode.upper_));
  inode.covered_ = true;
  if (lower_has) TRY(Whiteout(ctx, name));
  return {};
}

// An upper directory that looks empty may hold whiteouts.
Result<void> OverlayInode::ClearWhiteouts(OpContext& ctx) {
  for (const ListedName& above : TRY(ListLayer(ctx, upper_))) {
    Name parsed = TRY(Name::Parse(above.name));
    TRY(upper_->Unlink(ctx, parsed, *TRY(upper_->Lookup(ctx, parsed))));
  }
  return {};
}

Result<void> OverlayInode::Rmdir(OpContext& ctx, const Name& name, Inode& child) {
  OverlayInode& inode = static_cast<OverlayInode&>(child);
  if (!TRY(inode.List(ctx)).empty()) return Errno(ENOTEMPTY);
  TRY(CopyUp(ctx));
  bool lower_has = LowerHas(ctx, name);
  if (inode.upper_) {
    TRY(inode.ClearWhiteouts(ctx));
    TRY(upper_->Rmdir(ctx, name, *inode.upper_));
  }
  inode.covered_ = true;
  if (lower_has) TRY(Whiteout(ctx, name));
  return {};
}

Result<void> OverlayInode::Rename(OpContext& ctx, const Name& old_name, Inode& child,
                                  Inode& new_dir, const Name& new_name, Inode* replaced,
                                  uint32_t flags) {
  OverlayInode& moved = static_cast<OverlayInode&>(child);
  OverlayInode& to = static_cast<OverlayInode&>(new_dir);
  OverlayInode* other = static_cast<OverlayInode*>(replaced);
  TRY(moved.CopyUpTree(ctx));
  TRY(to.CopyUp(ctx));
  bool exchange = (flags & kRenameExchange) != 0;
  if (other != nullptr && exchange) TRY(other->CopyUpTree(ctx));
  bool old_below = LowerHas(ctx, old_name);
  if (other != nullptr && !exchange && other->IsDirectory()) {
    TRY(to.Rmdir(ctx, new_name, *other));
    other = nullptr;
  }
  if (other == nullptr) TRY(to.PrepareName(ctx, new_name));
  Inode* replaced_upper = other != nullptr ? other->upper_.get() : nullptr;
  TRY(upper_->Rename(ctx, old_name, *moved.upper_, *to.upper_, new_name, replaced_upper,
                     flags & kRenameExchange));
  if (other != nullptr && !exchange) other->covered_ = true;
  if (old_below && !exchange) TRY(Whiteout(ctx, old_name));
  moved.parent_ = Ref<OverlayInode>(&to);
  moved.name_ = new_name.str();
  if (exchange) {
    other->parent_ = Ref<OverlayInode>(this);
    other->name_ = old_name.str();
  }
  return {};
}

}  // namespace sentry

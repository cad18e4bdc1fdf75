#include "sentry/vfs/landlock.h"

#include <algorithm>

#include "abi/linux/stat.h"

namespace sentry {
namespace {

using Masks = std::vector<uint64_t>;  // One for each layer.

// Calls visit(dentry) for the object and every directory above it, across mounts; a directory that
// is mounted upon is passed over.  Until visit() gives false.
template <typename Visit>
void WalkUp(const Path& path, Visit visit) {
  Mount* mount = path.mount.get();
  Dentry* at = path.dentry.get();
  while (at != nullptr) {
    if (!visit(*at)) return;
    while (mount != nullptr && at == mount->root.get()) {
      at = mount->mountpoint();
      mount = mount->parent();
      if (at == nullptr) return;
    }
    at = at->parent();
  }
}

// What each layer still has to grant of `rights`; empty masks when all is granted.
Masks Missing(const LandlockDomain& domain, const Path& path, uint64_t rights) {
  Masks missing;
  for (const Ref<LandlockRuleset>& layer : domain.layers()) {
    missing.push_back(rights & layer->handled);
  }
  auto none = [&] {
    return std::all_of(missing.begin(), missing.end(), [](auto m) { return m == 0; });
  };
  WalkUp(path, [&](const Dentry& at) {
    if (none()) return false;
    for (size_t i = 0; i < missing.size(); ++i) missing[i] &= ~domain.layers()[i]->Granted(at);
    return true;
  });
  return missing;
}

bool AnySet(const Masks& masks) {
  return std::any_of(masks.begin(), masks.end(), [](uint64_t mask) { return mask != 0; });
}

}  // namespace

void LandlockRuleset::Add(Ref<Dentry> object, uint64_t rights) {
  for (Rule& rule : rules_) {
    if (rule.object != object) continue;
    rule.rights |= rights;
    return;
  }
  rules_.push_back({std::move(object), rights});
}

uint64_t LandlockRuleset::Granted(const Dentry& object) const {
  for (const Rule& rule : rules_) {
    if (rule.object->inode() == object.inode()) return rule.rights;
  }
  return 0;
}

Ref<LandlockRuleset> LandlockRuleset::Clone() const {
  Ref<LandlockRuleset> copy = MakeRef<LandlockRuleset>(handled);
  copy->rules_ = rules_;
  return copy;
}

LandlockDomain::LandlockDomain(Ref<LandlockDomain> parent, Ref<LandlockRuleset> layer)
    : parent_(std::move(parent)) {
  if (parent_) layers_ = parent_->layers_;
  layers_.push_back(std::move(layer));
}

bool LandlockDomain::IsSameOrAbove(const LandlockDomain* other) const {
  for (; other != nullptr; other = other->parent_.get()) {
    if (other == this) return true;
  }
  return false;
}

const LandlockDomain* LandlockOf(const Credentials& creds) {
  return static_cast<const LandlockDomain*>(creds.landlock.get());
}

bool IsNameless(const Path& path) {
  return path.mount == nullptr || (path.dentry->IsRoot() && !path.dentry->name().empty());
}

Result<void> CheckLandlock(const OpContext& ctx, const Path& path, uint64_t rights) {
  const LandlockDomain* domain = LandlockOf(ctx.creds);
  if (domain == nullptr || rights == 0 || IsNameless(path)) return {};
  if (AnySet(Missing(*domain, path, rights))) return Errno(EACCES);
  return {};
}

uint64_t LandlockMakeRight(uint32_t mode) {
  switch (mode & abi::kSIfmt) {
    case abi::kSIflnk:
      return abi::kLandlockMakeSym;
    case abi::kSIfdir:
      return abi::kLandlockMakeDir;
    case abi::kSIfchr:
      return abi::kLandlockMakeChar;
    case abi::kSIfblk:
      return abi::kLandlockMakeBlock;
    case abi::kSIfifo:
      return abi::kLandlockMakeFifo;
    case abi::kSIfsock:
      return abi::kLandlockMakeSock;
    default:
      return abi::kLandlockMakeReg;
  }
}

Result<void> CheckLandlockRefer(const OpContext& ctx, const Path& from, uint64_t from_rights,
                                const Path& to, uint64_t to_rights) {
  const LandlockDomain* domain = LandlockOf(ctx.creds);
  if (domain == nullptr) return {};
  TRY(CheckLandlock(ctx, from, from_rights));
  TRY(CheckLandlock(ctx, to, to_rights));
  if (from.dentry == to.dentry) return {};
  // A layer that does not handle it denies it (landlock(7)).
  for (const Ref<LandlockRuleset>& layer : domain->layers()) {
    if ((layer->handled & abi::kLandlockRefer) == 0) return Errno(EXDEV);
  }
  if (AnySet(Missing(*domain, from, abi::kLandlockRefer)) ||
      AnySet(Missing(*domain, to, abi::kLandlockRefer))) {
    return Errno(EXDEV);
  }
  const Masks before = Missing(*domain, from, kLandlockAllRights);
  const Masks after = Missing(*domain, to, kLandlockAllRights);
  for (size_t i = 0; i < before.size(); ++i) {
    if ((before[i] & ~after[i]) != 0) return Errno(EXDEV);
  }
  return {};
}

}  // namespace sentry

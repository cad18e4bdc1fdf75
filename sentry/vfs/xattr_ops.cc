// Extended attributes: what each namespace asks of the caller (xattr(7)).
#include <cstring>

#include "abi/linux/capability.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

bool IsUser(std::string_view name) {
  return name.starts_with("user.");
}
bool IsTrusted(std::string_view name) {
  return name.starts_with("trusted.");
}
bool IsSecurity(std::string_view name) {
  return name.starts_with("security.");
}

// A namespace alone is no name (xattr_resolve_name()).
bool IsNamespaceOnly(std::string_view name) {
  return name == "user." || name == "trusted." || name == "security.";
}

// struct vfs_cap_data (capabilities(7)): revision and sets, of which a caller writes 2 or 3.
Result<void> CheckCapabilityValue(std::string_view value) {
  constexpr uint32_t kRevisionMask = 0xff000000, kRevision2 = 0x02000000, kRevision3 = 0x03000000;
  constexpr size_t kSize2 = 20, kSize3 = 24;
  uint32_t magic = 0;
  if (value.size() < sizeof(magic)) return Errno(EINVAL);
  std::memcpy(&magic, value.data(), sizeof(magic));
  const uint32_t revision = magic & kRevisionMask;
  const bool fits = (revision == kRevision2 && value.size() == kSize2) ||
                    (revision == kRevision3 && value.size() == kSize3);
  return fits ? Result<void>() : Errno(EINVAL);
}

Result<void> CheckUserNamespace(OpContext& ctx, const Inode& inode, bool write) {
  // On links and special files the mode bits mean something else, so user attributes would have no
  // protection.
  if (!inode.IsRegular() && !inode.IsDirectory()) return Errno(write ? EPERM : ENODATA);
  bool shared = inode.IsDirectory() && (inode.mode() & abi::kSIsvtx) != 0;
  if (write && shared && !OwnsOrCapable(ctx, inode)) return Errno(EPERM);
  return {};
}

Result<void> CheckXattr(OpContext& ctx, const Path& path, std::string_view name, bool write) {
  const Inode& inode = *path.inode();
  if (write && path.readonly()) return Errno(EROFS);
  if (IsNamespaceOnly(name)) return Errno(EINVAL);
  if (IsTrusted(name)) {
    if (ctx.creds.HasCapability(abi::kCapSysAdmin)) return {};
    return Errno(write ? EPERM : ENODATA);
  }
  if (IsUser(name)) {
    TRY(CheckUserNamespace(ctx, inode, write));
    return CheckAccess(ctx, inode, write ? kMayWrite : kMayRead);
  }
  if (write && IsSecurity(name)) {
    int needed = name == "security.capability" ? abi::kCapSetfcap : abi::kCapSysAdmin;
    if (!ctx.creds.HasCapability(needed)) return Errno(EPERM);
  }
  return {};
}

}  // namespace

Result<std::string> GetXattr(OpContext& ctx, const Path& path, const std::string& name) {
  TRY(CheckXattr(ctx, path, name, false));
  return path.inode()->GetXattr(ctx, name);
}

Result<void> SetXattr(OpContext& ctx, const Path& path, const std::string& name,
                      std::string_view value, uint32_t flags) {
  TRY(CheckXattr(ctx, path, name, true));
  if (name == "security.capability") TRY(CheckCapabilityValue(value));
  TRY(path.inode()->SetXattr(ctx, name, value, flags));
  NotifyObject(*path.dentry, abi::kInAttrib);
  return {};
}

Result<std::vector<std::string>> ListXattr(OpContext& ctx, const Path& path) {
  std::vector<std::string> names = TRY(path.inode()->ListXattr(ctx));
  if (!ctx.creds.HasCapability(abi::kCapSysAdmin)) {
    std::erase_if(names, [](const std::string& name) { return IsTrusted(name); });
  }
  return names;
}

Result<void> RemoveXattr(OpContext& ctx, const Path& path, const std::string& name) {
  TRY(CheckXattr(ctx, path, name, true));
  TRY(path.inode()->RemoveXattr(ctx, name));
  NotifyObject(*path.dentry, abi::kInAttrib);
  return {};
}

}  // namespace sentry

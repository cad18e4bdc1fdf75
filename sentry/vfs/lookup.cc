#include "sentry/vfs/lookup.h"

#include "sentry/vfs/name_lock.h"

namespace sentry {
namespace {

// Asks the file system.  It may have waited: another thread may have filled the cache meanwhile, or
// changed the directory, so that the answer is too old.
Result<Ref<Dentry>> LookupFresh(OpContext& ctx, DentryCache& cache, const Path& directory,
                                std::string_view text, const LookupHint& hint) {
  Name name = TRY(Name::Parse(text));
  Inode& inode = *directory.inode();
  Dentry& parent = *directory.dentry;
  inode.WillWalk(ctx, hint.rest.empty() ? text : hint.rest, hint.open_flags);
  for (bool retried = false;; retried = true) {
    NameLockHolder lock(retried ? inode.filesystem().name_lock() : nullptr, ctx.blocker);
    uint32_t changes = parent.changes;
    Result<Ref<Inode>> found = inode.Lookup(ctx, name);
    if (!found.ok() && !found.Is(ENOENT)) return found.error();
    if (Dentry* other = parent.FindChild(text)) return Ref<Dentry>(other);
    if (changes != parent.changes && !retried) continue;
    Ref<Dentry> child = Dentry::NewChild(parent, text, found.ok() ? *found : nullptr);
    cache.Add(*child);
    return child;
  }
}

}  // namespace

Result<Ref<Dentry>> LookupDentry(OpContext& ctx, DentryCache& cache, const Path& directory,
                                 std::string_view name, const LookupHint& hint) {
  if (Dentry* known = directory.dentry->FindChild(name)) {
    DentryCache::Touch(*known);
    Ref<Dentry> child(known);
    if (directory.mount == nullptr || !directory.mount->revalidate) return child;
    Name parsed = TRY(Name::Parse(name));
    if (directory.inode()->Revalidate(ctx, parsed, child->inode()) && !child->unlinked()) {
      return child;
    }
    if (!child->unlinked()) child->Unlinked();
  }
  if (hint.cached_only) return Errno(EAGAIN);
  return LookupFresh(ctx, cache, directory, name, hint);
}

}  // namespace sentry

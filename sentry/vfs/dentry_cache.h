// DentryCache: keeps dentries that nobody uses alive, up to a bound, so that a walk finds names
// without asking the file system.
#pragma once

#include <cstddef>

#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "sentry/vfs/dentry.h"

namespace sentry {

// Holds a reference to each dentry on its list.  Eviction gives every dentry that was used since it
// was last looked at a second chance, so a hit only sets a flag.  Shared by the mount namespaces of
// a sandbox.
class DentryCache final : public RefCounted {
 public:
  static constexpr size_t kDefaultCapacity = 20'000;
  explicit DentryCache(size_t capacity = kDefaultCapacity) : capacity_(capacity) {}

  void Add(Dentry& dentry);  // When full, others go; a little more stays while many are in use.
  static void Touch(Dentry& dentry) { dentry.recently_used_ = true; }
  void Remove(Dentry& dentry);
  // Drops idle dentries until at most `keep` are left or all were looked at; how many went.
  size_t Shrink(size_t keep);
  // Drops those at and below `root` (its file system is being unmounted); those in use leave too.
  void DropTree(Dentry& root);
  size_t size() const { return size_; }

 private:
  void Look(size_t looks, size_t keep);
  ~DentryCache() override;

  const size_t capacity_;
  size_t size_ = 0;
  base::IntrusiveList<Dentry, DentryCache> list_;  // Longest unused in front.
};

}  // namespace sentry

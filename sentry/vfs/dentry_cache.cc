#include "sentry/vfs/dentry_cache.h"

#include <vector>

namespace sentry {

void DentryCache::Add(Dentry& dentry) {
  // A few looks for each new one keep the size in bounds; more when many are busy would make every
  // miss slow.
  constexpr size_t kLooks = 32;
  if (dentry.cache_ != nullptr) return Touch(dentry);
  if (size_ >= capacity_) Look(kLooks, capacity_ - 1);
  dentry.AddRef();
  dentry.cache_ = this;
  list_.push_back(dentry);
  ++size_;
}

void DentryCache::Remove(Dentry& dentry) {
  if (dentry.cache_ != this) return;
  base::IntrusiveList<Dentry, DentryCache>::Remove(dentry);
  dentry.cache_ = nullptr;
  --size_;
  dentry.Release();
}

size_t DentryCache::Shrink(size_t keep) {
  size_t before = size_;
  // Twice round the list at most: once to take the chances away, once to drop.
  Look(2 * size_, keep);
  return before - size_;
}

void DentryCache::Look(size_t looks, size_t keep) {
  for (; looks != 0 && size_ > keep; --looks) {
    Dentry& dentry = list_.front();
    bool busy = !dentry.HasOneRef() || dentry.recently_used_;
    dentry.recently_used_ = false;
    if (busy) {
      list_.push_back(dentry);
    } else {
      Remove(dentry);
    }
  }
}

void DentryCache::DropTree(Dentry& root) {
  std::vector<Ref<Dentry>> below;
  for (Dentry& dentry : list_) {
    if (dentry.IsSameOrBelow(root)) below.emplace_back(&dentry);
  }
  for (const Ref<Dentry>& dentry : below) Remove(*dentry);
}

DentryCache::~DentryCache() {
  while (!list_.empty()) Remove(list_.front());
}

}  // namespace sentry

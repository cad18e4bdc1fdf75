// IpcTable: the objects of one kind by id, index and key.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "platform/base/ref.h"
#include "sentry/ipc/permissions.h"

namespace sentry {

// T is RefCounted and has `IpcOwner owner`.  An id is a sequence number and an index, so that the
// id of a removed object is not soon that of another (Linux: ipc_idr_alloc()).
template <typename T>
class IpcTable {
 public:
  static constexpr int32_t kMaxObjects = 32768;
  static constexpr int kIndexBits = 15;

  size_t size() const { return objects_.size(); }
  // By index.
  const std::map<int32_t, base::Ref<T>>& objects() const { return objects_; }
  // The highest index in use; 0 when there is none, as the *INFO commands give it.
  int32_t MaxIndex() const { return objects_.empty() ? 0 : objects_.rbegin()->first; }

  // EINVAL: there is none.
  Result<base::Ref<T>> Find(int32_t id) const {
    if (id < 0) return Errno(EINVAL);
    base::Ref<T> found = TRY(FindIndex(id & (kMaxObjects - 1)));
    if (found->owner.id != id) return Errno(EINVAL);
    return found;
  }
  Result<base::Ref<T>> FindIndex(int32_t index) const {
    auto found = objects_.find(index & (kMaxObjects - 1));
    if (index < 0 || found == objects_.end()) return Errno(EINVAL);
    return found->second;
  }
  // Null: none has the key.
  T* FindKey(int32_t key) const {
    for (const auto& [index, object] : objects_) {
      if (object->owner.key == key) return object.get();
    }
    return nullptr;
  }

  // Gives it an id; ENOSPC when there are `limit` or more.
  Result<int32_t> Add(base::Ref<T> object, int64_t limit) {
    if (static_cast<int64_t>(objects_.size()) >= std::min<int64_t>(limit, kMaxObjects)) {
      return Errno(ENOSPC);
    }
    const int32_t index = FreeIndex();
    if (index <= last_index_) sequence_ = (sequence_ + 1) & 0xffff;
    last_index_ = index;
    object->owner.id = (sequence_ << kIndexBits) | index;
    const int32_t id = object->owner.id;
    objects_.emplace(index, std::move(object));
    return id;
  }
  void Remove(const T& object) { objects_.erase(object.owner.id & (kMaxObjects - 1)); }

 private:
  // Goes round in a range somewhat larger than what is in use.
  int32_t FreeIndex() const {
    constexpr int32_t kMinCycle = 64;
    int32_t range = std::max(static_cast<int32_t>(objects_.size() * 3 / 2), kMinCycle);
    range = std::min(range, kMaxObjects);
    for (int32_t i = 1; i <= range; ++i) {
      int32_t index = (last_index_ + i) % range;
      if (!objects_.contains(index)) return index;
    }
    int32_t index = 0;
    while (objects_.contains(index)) ++index;
    return index;
  }

  std::map<int32_t, base::Ref<T>> objects_;
  int32_t last_index_ = -1;
  int32_t sequence_ = 0;
};

// What the *get(2) calls have in common (ipcget()): the object of `key`, or one that make() gives;
// check(object) is the kind's own test of a found one.
template <typename T, typename Check, typename Make>
Result<int32_t> IpcGet(IpcTable<T>& table, const Credentials& creds, int32_t key, uint32_t flags,
                       Check check, Make make) {
  if (key == abi::kIpcPrivate) return make();
  T* found = table.FindKey(key);
  if (found == nullptr) {
    if ((flags & abi::kIpcCreat) == 0) return Errno(ENOENT);
    return make();
  }
  constexpr uint32_t kExclusive = abi::kIpcCreat | abi::kIpcExcl;
  if ((flags & kExclusive) == kExclusive) return Errno(EEXIST);
  TRY(check(*found));
  TRY(found->owner.CheckAccess(creds, flags & 0777));
  return found->owner.id;
}

}  // namespace sentry

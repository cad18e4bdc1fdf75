#include "sentry/auth/user_namespace.h"

#include <atomic>

#include "abi/linux/sched.h"

namespace sentry {
namespace {

uint64_t NextNamespaceIno() {
  static std::atomic<uint64_t> next{4026532100};  // Above those of the initial ones.
  return next.fetch_add(1, std::memory_order_relaxed);
}

uint32_t Translate(const std::vector<IdRange>& map, uint32_t id, uint32_t IdRange::*from,
                   uint32_t IdRange::*to) {
  for (const IdRange& range : map) {
    if (id >= range.*from && id - range.*from < range.count) return id - range.*from + range.*to;
  }
  return kNoId;
}

}  // namespace

Namespace::Namespace(uint64_t flag, Ref<UserNamespace> owning, uint64_t fixed_ino)
    : clone_flag(flag),
      owner(std::move(owning)),
      ino(fixed_ino != 0 ? fixed_ino : NextNamespaceIno()) {}

Namespace::~Namespace() = default;

UserNamespace::UserNamespace(Ref<UserNamespace> parent_namespace, uint32_t uid, uint32_t gid)
    : Namespace(abi::kCloneNewuser, std::move(parent_namespace)),
      level(parent() != nullptr ? parent()->level + 1 : 1),
      creator_uid(uid),
      creator_gid(gid),
      may_setgroups(parent() == nullptr || parent()->may_setgroups) {}

uint32_t ToKernelId(const UserNamespace* ns, IdMap map, uint32_t id) {
  if (ns == nullptr) return id;
  return Translate(ns->*map, id, &IdRange::first, &IdRange::kernel_first);
}

uint32_t FromKernelId(const UserNamespace* ns, IdMap map, uint32_t id) {
  if (ns == nullptr) return id;
  return Translate(ns->*map, id, &IdRange::kernel_first, &IdRange::first);
}

uint32_t ShownId(const UserNamespace* ns, IdMap map, uint32_t id) {
  const uint32_t shown = FromKernelId(ns, map, id);
  return shown == kNoId ? kOverflowId : shown;
}

bool IsWithin(const UserNamespace* ns, const UserNamespace* ancestor) {
  if (ancestor == nullptr) return true;
  for (; ns != nullptr; ns = ns->parent()) {
    if (ns == ancestor) return true;
  }
  return false;
}

}  // namespace sentry

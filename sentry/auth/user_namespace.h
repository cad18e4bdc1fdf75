// Namespaces, and the user namespaces that own them (namespaces(7), user_namespaces(7)).
//
// Ids that the kernel keeps are those of the initial user namespace; a process in another one sees
// them through its namespace's maps.  A null pointer to a UserNamespace is the initial one.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/ref.h"

namespace sentry {

using base::MakeRef;
using base::Ref;
using base::RefCounted;

class UserNamespace;

// One namespace of any kind, as nsfs shows it.
class Namespace : public RefCounted {
 public:
  // `clone_flag`: CLONE_NEW*; `owner`: the user namespace whose capabilities rule it.  `fixed_ino`:
  // of an initial one; 0: the next free.
  Namespace(uint64_t clone_flag, Ref<UserNamespace> owner, uint64_t fixed_ino = 0);
  ~Namespace() override;

  const uint64_t clone_flag;
  const Ref<UserNamespace> owner;
  const uint64_t ino;
};

constexpr uint32_t kNoId = ~uint32_t{0};          // Nobody's.
constexpr uint32_t kOverflowId = 65534;           // Shown for ids without a name in a namespace.
constexpr uint64_t kInitialUserIno = 4026531837;  // PROC_USER_INIT_INO
constexpr int kMaxUserNamespaceLevel = 33;        // user_namespaces(7): 32 below the initial one.

// Ids [first, first + count) of the namespace are the kernel's from `kernel_first` on.
struct IdRange {
  uint32_t first = 0, kernel_first = 0, count = 0;
};

class UserNamespace final : public Namespace {
 public:
  // Below `parent`, made by a process with these effective ids.
  UserNamespace(Ref<UserNamespace> parent, uint32_t creator_uid, uint32_t creator_gid);

  const UserNamespace* parent() const { return owner.get(); }
  const int level;  // The initial one: 0.
  const uint32_t creator_uid, creator_gid;
  std::vector<IdRange> uid_map, gid_map, project_map;  // Empty until written.
  bool may_setgroups = true;                           // /proc/[pid]/setgroups
  bool creator_may_set_file_caps = false;              // Had CAP_SETFCAP (Linux 5.12).
};

using IdMap = std::vector<IdRange> UserNamespace::*;

// The kernel's id of `id`; kNoId when the namespace has no such id.
uint32_t ToKernelId(const UserNamespace* ns, IdMap map, uint32_t id);
// What the kernel's id is called in the namespace; kNoId when it has no name there.
uint32_t FromKernelId(const UserNamespace* ns, IdMap map, uint32_t id);
// The same for showing: kOverflowId in place of kNoId (from_kuid_munged()).
uint32_t ShownId(const UserNamespace* ns, IdMap map, uint32_t id);
inline uint32_t ShownUid(const UserNamespace* ns, uint32_t uid) {
  return ns == nullptr ? uid : ShownId(ns, &UserNamespace::uid_map, uid);
}
inline uint32_t ShownGid(const UserNamespace* ns, uint32_t gid) {
  return ns == nullptr ? gid : ShownId(ns, &UserNamespace::gid_map, gid);
}
// `ns` is `ancestor` or below it.
bool IsWithin(const UserNamespace* ns, const UserNamespace* ancestor);

}  // namespace sentry

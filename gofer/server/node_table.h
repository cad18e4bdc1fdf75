// The handles given to the client.  A node is an O_PATH descriptor with its mount; an id names a
// slot and its generation, so that an id that was released, or made up, finds nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "gofer/protocol/types.h"
#include "gofer/server/mount.h"
#include "platform/base/fd.h"
#include "platform/base/mutex.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"

namespace gofer {

struct Node final : base::RefCounted {
  Node(base::Fd f, const Mount* m, const HideBranch* h, uint32_t t)
      : fd(std::move(f)), mount(m), hide(h), type(t) {}

  const base::Fd fd;
  const Mount* const mount;
  const HideBranch* const hide;  // Of a directory on the way to something hidden.
  const uint32_t type;           // S_IFMT bits: the one attribute that never changes.
};

// Thread-safe.  A node in use outlives its release.
class NodeTable {
 public:
  explicit NodeTable(uint32_t max_nodes) : max_nodes_(max_nodes) {}

  // ENFILE when the table is full.
  base::Result<NodeId> Add(base::Ref<Node> node) EXCLUDES(mu_);
  // EBADF when `id` names nothing.
  base::Result<base::Ref<Node>> Find(NodeId id) EXCLUDES(mu_);
  void Release(NodeId id) EXCLUDES(mu_);
  size_t size() EXCLUDES(mu_);

 private:
  struct Slot {
    base::Ref<Node> node;
    uint32_t generation = 1;
    uint32_t next_free = 0;
  };
  static constexpr uint32_t kNoSlot = UINT32_MAX;

  Slot* SlotOf(NodeId id) REQUIRES(mu_);

  const uint32_t max_nodes_;

  base::Mutex mu_{base::LockRank::kGoferServer};
  std::vector<Slot> slots_ GUARDED_BY(mu_);
  uint32_t free_ GUARDED_BY(mu_) = kNoSlot;
  size_t used_ GUARDED_BY(mu_) = 0;
};

}  // namespace gofer

// Slots with generations; free slots form a list.
#include "gofer/server/node_table.h"

namespace gofer {
namespace {

NodeId MakeId(uint32_t index, uint32_t generation) {
  return static_cast<NodeId>(uint64_t{generation} << 32 | index);
}

}  // namespace

NodeTable::Slot* NodeTable::SlotOf(NodeId id) {
  const auto index = static_cast<uint32_t>(static_cast<uint64_t>(id));
  const auto generation = static_cast<uint32_t>(static_cast<uint64_t>(id) >> 32);
  if (index >= slots_.size()) return nullptr;
  Slot* slot = &slots_[index];
  return slot->node && slot->generation == generation ? slot : nullptr;
}

base::Result<NodeId> NodeTable::Add(base::Ref<Node> node) {
  base::MutexLock lock(&mu_);
  uint32_t index = free_;
  if (index != kNoSlot) {
    free_ = slots_[index].next_free;
  } else {
    if (slots_.size() >= max_nodes_) return base::Errno(ENFILE);
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  slots_[index].node = std::move(node);
  ++used_;
  return MakeId(index, slots_[index].generation);
}

base::Result<base::Ref<Node>> NodeTable::Find(NodeId id) {
  base::MutexLock lock(&mu_);
  const Slot* slot = SlotOf(id);
  if (slot == nullptr) return base::Errno(EBADF);
  return slot->node;
}

void NodeTable::Release(NodeId id) {
  base::Ref<Node> dropped;  // Closed after the lock is gone.
  base::MutexLock lock(&mu_);
  Slot* slot = SlotOf(id);
  if (slot == nullptr) return;
  std::swap(dropped, slot->node);
  if (++slot->generation == 0) slot->generation = 1;  // So that no id is ever NodeId::kNone.
  slot->next_free = free_;
  free_ = static_cast<uint32_t>(slot - slots_.data());
  --used_;
}

size_t NodeTable::size() {
  base::MutexLock lock(&mu_);
  return used_;
}

}  // namespace gofer

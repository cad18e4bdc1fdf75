// Shared subtrees: who sees whose mounts (mount_namespaces(7), "SHARED SUBTREES").
#include <algorithm>
#include <set>

#include "sentry/vfs/mount.h"

namespace sentry {
namespace {

std::set<int>& UsedIds() {
  static std::set<int> ids;  // Under the kernel lock, as all mounts.
  return ids;
}

int TakeId() {
  int id = 1;
  for (int used : UsedIds()) {
    if (used != id) break;
    ++id;
  }
  UsedIds().insert(id);
  return id;
}

}  // namespace

PeerGroup::PeerGroup() : id(TakeId()) {}

PeerGroup::~PeerGroup() {
  UsedIds().erase(id);
}

void Mount::JoinPeers(Ref<PeerGroup> group) {
  Ref<PeerGroup> old = std::exchange(peers_, std::move(group));
  if (peers_) peers_->members.push_back(this);
  if (!old) return;
  std::erase(old->members, this);
  if (!old->members.empty()) return;
  // Nobody speaks in the group any more: its slaves listen to its own master, if there is one.
  for (Mount* slave : std::vector<Mount*>(old->slaves)) slave->SetMaster(master_);
}

void Mount::SetMaster(Ref<PeerGroup> group) {
  Ref<PeerGroup> old = std::exchange(master_, std::move(group));
  if (old) std::erase(old->slaves, this);
  if (master_) master_->slaves.push_back(this);
}

void Mount::MakeShared() {
  unbindable = false;
  if (!peers_) JoinPeers(MakeRef<PeerGroup>());
}

void Mount::MakeSlave() {
  unbindable = false;
  if (!peers_) return;
  Ref<PeerGroup> group = peers_;
  const bool alone = group->members.size() == 1;
  JoinPeers(nullptr);
  if (!alone) SetMaster(std::move(group));
}

void Mount::MakePrivate() {
  JoinPeers(nullptr);
  SetMaster(nullptr);
}

namespace {

// A copy of `tree` for a receiver.  Peers of the receiver's own get copies that are peers of each
// other; slaves get slaves of what they receive.
MountTree CopyFor(const MountTree& tree, bool slave) {
  MountTree copy = MountTree::Copy({tree.mounts.front(), tree.mounts.front()->root}, true, true);
  if (!slave) return copy;
  for (size_t i = 0; i < copy.mounts.size(); ++i) {
    Mount& mount = *copy.mounts[i];
    mount.JoinPeers(nullptr);
    mount.SetMaster(tree.mounts[i]->peers());
  }
  return copy;
}

}  // namespace

// Linux: propagate_mnt().
void MountNamespace::Propagate(const MountTree& tree, const Path& at) {
  struct Step {
    Ref<PeerGroup> group;
    const Mount* origin;  // The member that has it already.
    MountTree tree;
  };
  std::vector<Step> steps{{at.mount->peers(), at.mount.get(), tree}};
  auto put = [&at](const MountTree& copy, Mount& to) {
    if (!at.dentry->IsSameOrBelow(*to.root) || to.ns() == nullptr || to.ns()->anonymous()) return;
    // Goes under what is mounted there already, so that nobody's view is covered twice.
    Path place = CrossMounts({Ref<Mount>(&to), at.dentry});
    copy.mounts.front()->AttachTo(*place.mount, place.dentry);
    if (to.ns()->owner != at.mount->ns()->owner) {
      for (const Ref<Mount>& mount : copy.mounts) mount->Lock();
      copy.mounts.front()->locked = false;
    }
    to.ns()->Adopt(copy);
  };
  while (!steps.empty()) {
    Step step = std::move(steps.back());
    steps.pop_back();
    for (Mount* peer : std::vector<Mount*>(step.group->members)) {
      if (peer != step.origin) put(CopyFor(step.tree, false), *peer);
    }
    std::set<const PeerGroup*> seen;
    for (Mount* slave : std::vector<Mount*>(step.group->slaves)) {
      if (slave->peers() && !seen.insert(slave->peers().get()).second) continue;
      MountTree copy = CopyFor(step.tree, true);
      if (slave->peers()) {
        for (const Ref<Mount>& mount : copy.mounts) mount->MakeShared();
        steps.push_back({slave->peers(), slave, copy});
      }
      put(copy, *slave);
    }
  }
}

// Every mount that hears of what happens below `mount`.
std::vector<Ref<Mount>> MountNamespace::PropagatedFrom(const Mount& mount) {
  std::vector<Ref<Mount>> all;
  if (!mount.peers()) return all;
  std::vector<const PeerGroup*> groups{mount.peers().get()};
  std::set<const PeerGroup*> seen{mount.peers().get()};
  for (size_t i = 0; i < groups.size(); ++i) {
    for (Mount* peer : groups[i]->members) {
      if (peer != &mount) all.emplace_back(peer);
    }
    for (Mount* slave : groups[i]->slaves) {
      if (!slave->peers()) {
        all.emplace_back(slave);
      } else if (seen.insert(slave->peers().get()).second) {
        groups.push_back(slave->peers().get());
      }
    }
  }
  return all;
}

}  // namespace sentry

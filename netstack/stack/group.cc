// Groups of an interface.
#include "netstack/stack/group.h"

#include "netstack/stack/interface.h"
#include "netstack/stack/stack.h"

namespace netstack {

void GroupMembers::Adjust(const GroupFilter& filter, int by) {
  users_ += by;
  if (!filter.include) excluding_ += by;
  for (const IpAddress& source : filter.sources) {
    Count& count = sources_[source];
    (filter.include ? count.including : count.excluding) += by;
    if (count.including == 0 && count.excluding == 0) sources_.erase(source);
  }
}

void GroupMembers::Add(const GroupFilter& filter) {
  Adjust(filter, 1);
}
void GroupMembers::Remove(const GroupFilter& filter) {
  Adjust(filter, -1);
}

std::optional<GroupFilter> GroupMembers::Merged() const {
  if (users_ == 0) return std::nullopt;
  GroupFilter all;
  all.include = excluding_ == 0;
  for (const auto& [source, count] : sources_) {
    // Left out is what everybody leaves out who does not name sources, and nobody names.
    const bool listed =
        all.include ? count.including != 0 : count.excluding == excluding_ && count.including == 0;
    if (listed) all.sources.insert(source);
  }
  return all;
}

void Interface::ChangeGroup(const IpAddress& group, const GroupFilter* from,
                            const GroupFilter* to) {
  auto found = groups_.find(group);
  if (found == groups_.end()) {
    if (to == nullptr) return;
    found = groups_.emplace(group, GroupMembers()).first;
  }
  GroupMembers& members = found->second;
  const std::optional<GroupFilter> before = members.Merged();
  if (from != nullptr && members.users() != 0) members.Remove(*from);
  if (to != nullptr) members.Add(*to);
  const std::optional<GroupFilter> after = members.Merged();
  if (!after) groups_.erase(found);
  if (before != after && stack_.group_listener() != nullptr) {
    stack_.group_listener()->OnGroup(*this, group, before, after);
  }
}

void Interface::JoinGroup(const IpAddress& group, const GroupFilter& filter) {
  ChangeGroup(group, nullptr, &filter);
}
void Interface::LeaveGroup(const IpAddress& group, const GroupFilter& filter) {
  ChangeGroup(group, &filter, nullptr);
}

}  // namespace netstack

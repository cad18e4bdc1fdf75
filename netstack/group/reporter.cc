// GroupReporter: what changes, what is asked, when it is told.
#include "netstack/group/reporter.h"

#include <algorithm>

#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

// How long reports that nobody asked for are spread (RFC 2236 section 8.10, RFC 3376 section 8.11;
// RFC 2710 section 7.10).
constexpr Duration kUnsolicited = kSecond, kUnsolicitedOld = 10 * kSecond;
constexpr Duration kResponse = 10 * kSecond;  // Query Response Interval

std::vector<IpAddress> ListOf(const std::set<IpAddress>& set) {
  return {set.begin(), set.end()};
}

GroupRecord StateRecord(const IpAddress& group, const GroupFilter& filter, bool change) {
  const auto type = filter.include ? (change ? GroupRecord::kToInclude : GroupRecord::kIsInclude)
                                   : (change ? GroupRecord::kToExclude : GroupRecord::kIsExclude);
  return {type, group, ListOf(filter.sources)};
}

}  // namespace

GroupReporter::GroupReporter(Stack& stack)
    : stack_(stack), timer_(stack.timers(), [this] { OnTimer(); }) {
  stack.SetGroupListener(this);
  stack.SetTransport(kProtoIgmp, this);
}

GroupReporter::~GroupReporter() {
  stack_.SetGroupListener(nullptr);
  stack_.SetTransport(kProtoIgmp, nullptr);
}

// Everybody is in the group of all nodes; what stays on the interface is nobody else's business.
bool GroupReporter::IsReported(const IpAddress& group) {
  if (group.IsV4()) return group != IpAddress::V4(0xe0000001);
  static const IpAddress kAllNodes =
      IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  return group.MulticastScope() > 1 && group != kAllNodes;
}

Time GroupReporter::Within(Duration most) {
  return stack_.now() + static_cast<Duration>(stack_.Random64() % static_cast<uint64_t>(most + 1));
}

int GroupReporter::Version(uint32_t ifindex, bool v4) const {
  auto found = queriers_.find({ifindex, v4});
  if (found == queriers_.end()) return 3;
  const Time now = stack_.now();
  if (now < found->second.version1_until) return 1;
  return now < found->second.version2_until ? 2 : 3;
}

GroupReporter::Status GroupReporter::StatusOf(uint32_t ifindex, const IpAddress& group) const {
  Status status;
  auto found = groups_.find({ifindex, group});
  if (found == groups_.end()) return status;
  if (found->second.answer_at != 0) {
    status.answer_in = std::max<Duration>(found->second.answer_at - stack_.now(), 0);
  }
  status.last_reporter = found->second.last_reporter;
  return status;
}

void GroupReporter::OnGroup(Interface& interface, const IpAddress& group,
                            const std::optional<GroupFilter>& before,
                            const std::optional<GroupFilter>& after) {
  constexpr uint32_t kWanted = abi::kIffUp | abi::kIffMulticast;
  if (interface.IsLoopback() || !IsReported(group)) return;
  if ((interface.flags() & kWanted) != kWanted) return;
  const GroupKey key{interface.index(), group};
  const bool v4 = group.IsV4();
  Querier& querier = queriers_[{interface.index(), v4}];
  if (Version(interface.index(), v4) < 3) {
    // The older versions know of joining and leaving alone.
    Group& entry = groups_[key];
    if (!after) {
      if (entry.last_reporter) SendOld(interface, group, true);
      groups_.erase(key);
      return;
    }
    entry.member = true;
    entry.filter = *after;
    if (before) return;
    entry.repeats = querier.robustness - 1;
    entry.answer_at = stack_.now();
    timer_.ArmBy(entry.answer_at);
    return;
  }
  Group& entry = groups_[key];
  const GroupFilter nothing{true, {}};
  NoteChange(entry, entry.filter, after.value_or(nothing));
  entry.filter = after.value_or(nothing);
  entry.member = after.has_value();
  if (!entry.member) entry.answer_at = 0;
  entry.left = querier.robustness;
  querier.changes_at = stack_.now();
  timer_.ArmBy(querier.changes_at);
}

// RFC 3376 section 5.1.  What has not been told often enough is joined with it.
void GroupReporter::NoteChange(Group& group, const GroupFilter& before, const GroupFilter& after) {
  if (group.left == 0) {
    group.mode_changed = false;
    group.allowed.clear();
    group.blocked.clear();
  }
  if (before.include != after.include) group.mode_changed = true;
  if (group.mode_changed) {
    group.allowed.clear();
    group.blocked.clear();
    return;
  }
  auto note = [](const std::set<IpAddress>& from, const std::set<IpAddress>& to,
                 std::set<IpAddress>& more, std::set<IpAddress>& less) {
    for (const IpAddress& source : to) {
      if (from.contains(source)) continue;
      more.insert(source);
      less.erase(source);
    }
  };
  std::set<IpAddress>& listed = after.include ? group.allowed : group.blocked;
  std::set<IpAddress>& unlisted = after.include ? group.blocked : group.allowed;
  note(before.sources, after.sources, listed, unlisted);
  note(after.sources, before.sources, unlisted, listed);
}

void GroupReporter::OnDown(Interface& interface) {
  std::erase_if(groups_, [&](const auto& item) { return item.first.first == interface.index(); });
  std::erase_if(queriers_, [&](const auto& item) { return item.first.first == interface.index(); });
  Rearm();
}

void GroupReporter::OnQuery(Interface& in, bool v4, const GroupQuery& query) {
  const Time now = stack_.now();
  Querier& querier = queriers_[{in.index(), v4}];
  if (query.robustness != 0) querier.robustness = query.robustness;
  if (query.interval != 0) querier.interval = query.interval;
  if (query.version < 3) {
    // RFC 3376 section 7.2.1: it speaks that as long as it goes on asking.
    Time& until = query.version == 1 ? querier.version1_until : querier.version2_until;
    until = now + querier.robustness * querier.interval + kResponse;
    querier.answer_all_at = querier.changes_at = 0;
    std::erase_if(groups_, [&](const auto& item) {
      return item.first.first == in.index() && item.first.second.IsV4() == v4 &&
             !item.second.member;
    });
  }
  const int version = Version(in.index(), v4);
  if (query.group.IsAny() && version == 3) {
    const Time at = Within(query.max_delay);
    if (querier.answer_all_at == 0 || at < querier.answer_all_at) querier.answer_all_at = at;
    timer_.ArmBy(at);
    return;
  }
  for (auto& [key, group] : groups_) {
    if (key.first != in.index() || key.second.IsV4() != v4 || !group.member) continue;
    if (!query.group.IsAny() && key.second != query.group) continue;
    const Time at = Within(query.max_delay);
    // RFC 3376 section 5.2: what answers everything soon answers this.
    if (version == 3 && querier.answer_all_at != 0 && querier.answer_all_at <= at) return;
    AskLater(group, at, query.sources);
  }
}

void GroupReporter::AskLater(Group& group, Time at, const std::vector<IpAddress>& sources) {
  constexpr size_t kMostAsked = 1024;
  if (group.answer_at == 0) {
    group.asked = {sources.begin(), sources.end()};
    group.answer_at = at;
  } else {
    if (sources.empty() || group.asked.empty()) {
      group.asked.clear();  // About the whole group.
    } else {
      group.asked.insert(sources.begin(), sources.end());
    }
    group.answer_at = std::min(group.answer_at, at);
  }
  if (group.asked.size() > kMostAsked) group.asked.clear();
  timer_.ArmBy(group.answer_at);
}

// Somebody else wants the group as well: one report is enough (RFC 2236 section 3).
void GroupReporter::OnOldReport(Interface& in, const IpAddress& group) {
  auto found = groups_.find({in.index(), group});
  if (found == groups_.end() || Version(in.index(), group.IsV4()) == 3) return;
  found->second.answer_at = 0;
  found->second.repeats = 0;
  found->second.last_reporter = false;
}

void GroupReporter::OnTimer() {
  const Time now = stack_.now();
  auto due = [now](Time& at) {
    if (at == 0 || at > now) return false;
    at = 0;
    return true;
  };
  for (auto& [key, querier] : queriers_) {
    if (due(querier.answer_all_at)) AnswerAll(key);
    if (due(querier.changes_at)) SendChanges(key, querier);
  }
  for (auto& [key, group] : groups_) {
    if (due(group.answer_at)) Answer(key, group);
  }
  std::erase_if(groups_,
                [](const auto& item) { return !item.second.member && item.second.left == 0; });
  Rearm();
}

void GroupReporter::Rearm() {
  Time first = 0;
  auto look = [&first](Time at) {
    if (at != 0 && (first == 0 || at < first)) first = at;
  };
  for (const auto& [key, querier] : queriers_) {
    look(querier.answer_all_at);
    look(querier.changes_at);
  }
  for (const auto& [key, group] : groups_) look(group.answer_at);
  if (first == 0) {
    timer_.Disarm();
  } else {
    timer_.Arm(first);
  }
}

void GroupReporter::SendChanges(const LinkKey& key, Querier& querier) {
  std::vector<GroupRecord> records;
  bool more = false;
  for (auto& [group_key, group] : groups_) {
    const IpAddress& addr = group_key.second;
    if (group_key.first != key.first || addr.IsV4() != key.second || group.left == 0) continue;
    group.left--;
    more |= group.left != 0;
    if (group.mode_changed) {
      records.push_back(StateRecord(addr, group.filter, true));
      continue;
    }
    if (!group.allowed.empty()) {
      records.push_back({GroupRecord::kAllow, addr, ListOf(group.allowed)});
    }
    if (!group.blocked.empty()) {
      records.push_back({GroupRecord::kBlock, addr, ListOf(group.blocked)});
    }
  }
  if (more) querier.changes_at = Within(kUnsolicited);
  Interface* out = stack_.FindInterface(key.first);
  if (out != nullptr && !records.empty()) SendRecords(*out, key.second, records);
}

void GroupReporter::AnswerAll(const LinkKey& key) {
  std::vector<GroupRecord> records;
  for (const auto& [group_key, group] : groups_) {
    const IpAddress& addr = group_key.second;
    if (group_key.first != key.first || addr.IsV4() != key.second || !group.member) continue;
    records.push_back(StateRecord(addr, group.filter, false));
  }
  Interface* out = stack_.FindInterface(key.first);
  if (out != nullptr && !records.empty()) SendRecords(*out, key.second, records);
}

void GroupReporter::Answer(const GroupKey& key, Group& group) {
  Interface* out = stack_.FindInterface(key.first);
  const IpAddress& addr = key.second;
  if (out == nullptr) return;
  if (Version(key.first, addr.IsV4()) < 3) {
    SendOld(*out, addr, false);
    group.last_reporter = true;
    if (group.repeats > 0) {
      group.repeats--;
      group.answer_at = Within(kUnsolicitedOld);
    }
    return;
  }
  if (group.asked.empty()) {
    const GroupRecord record = StateRecord(addr, group.filter, false);
    SendRecords(*out, addr.IsV4(), {&record, 1});
    return;
  }
  // Which of those sources are wanted (RFC 3376 section 5.2).
  GroupRecord record{GroupRecord::kIsInclude, addr, {}};
  for (const IpAddress& source : group.asked) {
    if (group.filter.sources.contains(source) == group.filter.include) {
      record.sources.push_back(source);
    }
  }
  group.asked.clear();
  if (!record.sources.empty()) SendRecords(*out, addr.IsV4(), {&record, 1});
}

}  // namespace netstack

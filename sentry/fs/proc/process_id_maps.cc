// /proc/[pid]/uid_map, gid_map, projid_map, setgroups (user_namespaces(7)).
#include <algorithm>
#include <limits>

#include "abi/linux/capability.h"
#include "sentry/fs/proc/process_file.h"
#include "sentry/kernel/answers.h"

namespace sentry {
namespace {

constexpr size_t kMostRanges = 340;  // UID_GID_MAP_MAX_EXTENTS

// A line of a map: `lower` counts in the parent's numbers.
struct Line {
  uint32_t first, lower, count;
};

// Ids of `ns` as a reader in its parent, or in itself, sees them.
const UserNamespace* LowerOf(const UserNamespace& ns, const UserNamespace* reader) {
  return reader == &ns ? ns.parent() : reader;
}

Result<std::string> MapText(const ProcessView& view, IdMap map) {
  const UserNamespace* ns = view.task.creds().user_ns.get();
  constexpr char kFormat[] = "%10u %10u %10u\n";
  if (ns == nullptr) return Format(kFormat, 0U, 0U, 4294967295U);
  const UserNamespace* lower = LowerOf(*ns, view.ctx.creds.user_ns.get());
  std::string text;
  for (const IdRange& range : ns->*map) {
    Append(text, kFormat, range.first, FromKernelId(lower, map, range.kernel_first), range.count);
  }
  return text;
}

// simple_strtoul() of a word: decimal, octal or hexadecimal.
Result<uint32_t> ParseId(std::string_view word) {
  if (word.empty() || word.front() < '0' || word.front() > '9') return Errno(EINVAL);
  int64_t number = TRY(ParseNumber(word));
  if (number < 0 || number > std::numeric_limits<uint32_t>::max()) return Errno(EINVAL);
  return static_cast<uint32_t>(number);
}

bool Overlap(uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count) {
  return a <= b + (b_count - 1) && b <= a + (a_count - 1);
}

Result<Line> ParseLine(std::string_view text) {
  Line line{};
  line.first = TRY(ParseId(NextWord(text)));
  line.lower = TRY(ParseId(NextWord(text)));
  line.count = TRY(ParseId(NextWord(text)));
  if (!NextWord(text).empty() || line.count == 0) return Errno(EINVAL);
  constexpr uint64_t kEnd = uint64_t{1} << 32;
  // -1 is no id, and a range does not go around.
  if (uint64_t{line.first} + line.count >= kEnd || uint64_t{line.lower} + line.count >= kEnd) {
    return Errno(EINVAL);
  }
  return line;
}

Result<std::vector<Line>> ParseMap(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    Line line = TRY(ParseLine(text.substr(0, end)));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    for (const Line& other : lines) {
      if (Overlap(line.first, line.count, other.first, other.count) ||
          Overlap(line.lower, line.count, other.lower, other.count)) {
        return Errno(EINVAL);
      }
    }
    if (lines.size() == kMostRanges) return Errno(EINVAL);
    lines.push_back(line);
  }
  if (lines.empty()) return Errno(EINVAL);
  return lines;
}

// new_idmap_permitted() of Linux.
bool MayMap(const Credentials& creds, const UserNamespace& ns, int capability,
            const std::vector<Line>& lines) {
  const UserNamespace* parent = ns.parent();
  if (capability == abi::kCapSetuid) {
    // File capabilities of the parent's root could be forged (verify_root_map()).
    const bool root_too =
        std::any_of(lines.begin(), lines.end(), [](const Line& line) { return line.lower == 0; });
    const bool may = creds.user_ns.get() == &ns ? ns.creator_may_set_file_caps
                                                : creds.HasCapabilityIn(parent, abi::kCapSetfcap);
    if (root_too && !may) return false;
  }
  if (lines.size() == 1 && lines.front().count == 1 && ns.creator_uid == creds.euid) {
    const uint32_t lower = lines.front().lower;
    if (capability == abi::kCapSetuid &&
        ToKernelId(parent, &UserNamespace::uid_map, lower) == creds.euid) {
      return true;
    }
    if (capability == abi::kCapSetgid && !ns.may_setgroups &&
        ToKernelId(parent, &UserNamespace::gid_map, lower) == creds.egid) {
      return true;
    }
  }
  return capability < 0 || creds.HasCapabilityIn(parent, capability);
}

Result<void> StoreMap(const ProcessView& view, std::string_view text, IdMap map, int capability) {
  const Credentials& creds = view.ctx.creds;
  UserNamespace* ns = view.task.creds().user_ns.get();
  if (ns == nullptr) return Errno(EPERM);
  if (creds.user_ns.get() != ns && creds.user_ns != ns->owner) return Errno(EPERM);
  constexpr size_t kPage = 4096;
  if (text.size() >= kPage) return Errno(EINVAL);
  if (!(ns->*map).empty()) return Errno(EPERM);
  if (capability >= 0 && !creds.HasCapabilityIn(ns, abi::kCapSysAdmin)) return Errno(EPERM);
  std::vector<Line> lines = TRY(ParseMap(text));
  if (!MayMap(creds, *ns, capability, lines)) return Errno(EPERM);
  std::vector<IdRange> ranges;
  for (const Line& line : lines) {
    const uint32_t first = ToKernelId(ns->parent(), map, line.lower);
    const uint32_t last = ToKernelId(ns->parent(), map, line.lower + (line.count - 1));
    if (first == kNoId || last == kNoId || last - first != line.count - 1) return Errno(EPERM);
    ranges.push_back({line.first, first, line.count});
  }
  ns->*map = std::move(ranges);
  // What members were told of their ids without asking is not so any more.
  for (ThreadGroup* group : view.kernel.pids().Groups()) {
    for (Task* task : group->tasks) {
      if (IsWithin(task->creds().user_ns.get(), ns)) WithdrawAnswers(*task);
    }
  }
  return {};
}

}  // namespace

Result<std::string> UidMapText(const ProcessView& view) {
  return MapText(view, &UserNamespace::uid_map);
}
Result<std::string> GidMapText(const ProcessView& view) {
  return MapText(view, &UserNamespace::gid_map);
}
Result<std::string> ProjectMapText(const ProcessView& view) {
  return MapText(view, &UserNamespace::project_map);
}
Result<void> StoreUidMap(const ProcessView& view, std::string_view text) {
  return StoreMap(view, text, &UserNamespace::uid_map, abi::kCapSetuid);
}
Result<void> StoreGidMap(const ProcessView& view, std::string_view text) {
  return StoreMap(view, text, &UserNamespace::gid_map, abi::kCapSetgid);
}
Result<void> StoreProjectMap(const ProcessView& view, std::string_view text) {
  return StoreMap(view, text, &UserNamespace::project_map, -1);
}

Result<std::string> SetgroupsText(const ProcessView& view) {
  const UserNamespace* ns = view.task.creds().user_ns.get();
  return std::string(ns == nullptr || ns->may_setgroups ? "allow\n" : "deny\n");
}

// Once denied, or once groups are mapped, it stays (proc_setgroups_write()).
Result<void> StoreSetgroups(const ProcessView& view, std::string_view text) {
  constexpr size_t kLongest = 8;
  if (text.size() >= kLongest) return Errno(EINVAL);
  const std::string_view word = Trim(text);
  if (word != "allow" && word != "deny") return Errno(EINVAL);
  UserNamespace* ns = view.task.creds().user_ns.get();
  if (!view.ctx.creds.HasCapabilityIn(ns, abi::kCapSysAdmin)) return Errno(EACCES);
  const bool allow = word == "allow";
  if (ns == nullptr) return allow ? Result<void>() : Errno(EPERM);
  if (allow) return ns->may_setgroups ? Result<void>() : Errno(EPERM);
  if (!ns->gid_map.empty()) return Errno(EPERM);
  ns->may_setgroups = false;
  return {};
}

}  // namespace sentry

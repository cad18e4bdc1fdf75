// Which answers to prepare.  The order of names is a guess and nothing else: each answer is what
// the very same call would get now, and none outlives the next thing that happens in the sandbox.
// Only file systems count whose attributes change by nothing but that: neither the host nor a
// mapping.
#include "sentry/syscalls/stat_ahead.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <string_view>

#include "abi/linux/dirent.h"
#include "abi/linux/fcntl.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

using AnswerAhead = platform::Marshalling::AnswerAhead;

constexpr size_t kMostListings = 8;  // A tree is walked from within its parents.
constexpr size_t kMostRecords = 32 << 10;
constexpr size_t kFewestAhead = 4, kMostAhead = 56;  // Answers at a time.
constexpr size_t kMostSkipped = 4;                   // Names that were not asked for.
constexpr size_t kLongestPath = 400;

struct Listing {
  const Inode* directory;  // Only compared.
  std::vector<std::byte> records;
  size_t at = 0;     // The record that is expected next.
  size_t ahead = 0;  // How many were prepared from there on.
  size_t asked = 0;  // Behind the name that NextListed() was last asked for.
};

// Guarded by the kernel's lock.
std::deque<Listing> listings;  // The latest is the last.
size_t at_once = 1;            // Grows with use.
// The directory that was looked at last, only compared; and whether such a one is listed next,
// before the names behind it are looked at.
const Inode* last_directory = nullptr;
bool descends = false;

struct Record {
  std::string_view name;
  uint8_t type;
};

Record TakeRecord(const Listing& listing, size_t* at) {
  constexpr size_t kNameOffset = abi::LinuxDirent64::kNameOffset;
  uint16_t length = 0;
  std::memcpy(&length, &listing.records[*at + 16], sizeof(length));
  const char* name = reinterpret_cast<const char*>(&listing.records[*at + kNameOffset]);
  const auto type = std::to_integer<uint8_t>(listing.records[*at + kNameOffset - 1]);
  *at += length;
  return {.name = {name, ::strnlen(name, length - kNameOffset)}, .type = type};
}

bool IsDots(std::string_view name) {
  return name == "." || name == "..";
}

bool IsOfGofer(const Inode& inode) {
  Filesystem& fs = const_cast<Inode&>(inode).filesystem();
  return !fs.NeedsRevalidation() && std::string_view(fs.type()) == "gofer";
}

}  // namespace

bool ChangesByCallsOnly(const Inode& inode) {
  if (const auto* layered = dynamic_cast<const OverlayInode*>(&inode)) {
    return layered->upper() == nullptr && IsOfGofer(*layered->lower());
  }
  return IsOfGofer(inode);
}

namespace {

// How many names were skipped until `name`, which is behind listing->at then.
std::optional<size_t> Advance(Listing* listing, std::string_view name) {
  size_t skipped = 0;
  for (size_t at = listing->at; at < listing->records.size();) {
    const std::string_view next = TakeRecord(*listing, &at).name;
    if (next == name) {
      listing->at = at;
      return skipped;
    }
    if (IsDots(next)) continue;
    if (++skipped > listing->ahead + kMostSkipped) break;
  }
  return std::nullopt;
}

}  // namespace

// The path is compared, where there is one.
void CheckStatArguments(const StatCall& call, AnswerAhead* answer) {
  const AnswerAhead::Check dirfd = {.value = static_cast<uint32_t>(call.dirfd.value()),
                                    .mask = AnswerAhead::kInt};
  const AnswerAhead::Check flags = {.value = call.flags, .mask = AnswerAhead::kInt};
  switch (call.number) {
    case SYS_statx:
      answer->args[0] = dirfd;
      answer->args[2] = flags;
      answer->args[3] = {.value = call.mask, .mask = AnswerAhead::kInt};
      answer->stores = 4;
      break;
    case SYS_newfstatat:
      answer->args[0] = dirfd;
      answer->args[3] = flags;
      answer->stores = 2;
      break;
    default:
      break;
  }
}

namespace {

std::optional<AnswerAhead> AnswerFor(Task& task, const StatCall& call, std::string path,
                                     uint64_t resolve = 0) {
  OpContext ctx = task.context();
  Result<WalkRoot> from = path.front() == '/' ? task.WalkFromCwd() : task.WalkFrom(call.dirfd);
  if (!from.ok()) return std::nullopt;
  const bool follow = (call.walk & abi::kAtSymlinkNofollow) == 0;
  const Result<Path> found =
      WalkPath(ctx, *from, path, WalkOptions{.follow_last = follow, .resolve = resolve});
  if (!found.ok() || !ChangesByCallsOnly(*found->inode())) return std::nullopt;
  const Result<Attributes> attributes = found->inode()->GetAttributes(ctx);
  if (!attributes.ok()) return std::nullopt;
  AnswerAhead answer;
  answer.number = call.number;
  answer.path = std::move(path);
  answer.bytes = call.answer(task, call, *found, *attributes);
  CheckStatArguments(call, &answer);
  return answer;
}

void PrepareFrom(Task& task, const StatCall& call, Listing* listing, const std::string& prefix) {
  const uint64_t age = PreparedAge();
  std::vector<AnswerAhead> answers;
  size_t room = MayPrepare(task);
  for (size_t at = listing->at; at < listing->records.size() && answers.size() < at_once;) {
    const auto [name, type] = TakeRecord(*listing, &at);
    if (IsDots(name)) continue;
    std::optional<AnswerAhead> answer = AnswerFor(task, call, prefix + std::string(name));
    // Whoever waited for the Gofer gave others a chance to change things, and to list.
    if (!answer || age != PreparedAge()) break;
    const size_t size = answer->Size();
    if (size > room) break;
    room -= size;
    answers.push_back(std::move(*answer));
    if (descends && type == abi::kDtDir) break;
  }
  if (answers.empty() || age != PreparedAge()) return;
  listing->ahead = Prepare(task, answers);
}

}  // namespace

std::optional<AnswerAhead> AnswerStat(Task& task, const StatCall& call, std::string path) {
  return AnswerFor(task, call, std::move(path), abi::kResolveCached);
}

void NoteListing(Task&, Inode& directory, std::span<const std::byte> records, bool from_start) {
  if (&directory == last_directory) descends = true;
  last_directory = nullptr;
  if (records.empty() || !ChangesByCallsOnly(directory)) return;
  const auto known = std::ranges::find(listings, &directory, &Listing::directory);
  if (known != listings.end()) listings.erase(known);
  if (!from_start || records.size() > kMostRecords) return;
  if (listings.size() == kMostListings) listings.pop_front();
  listings.push_back({.directory = &directory, .records = {records.begin(), records.end()}});
}

std::optional<std::string_view> NextListed(const Inode& directory, std::string_view name,
                                           uint8_t type) {
  const auto listing = std::ranges::find(listings, &directory, &Listing::directory);
  if (listing == listings.end()) return std::nullopt;
  // Whoever asks goes on from the last name, or from the one behind it.
  for (const size_t start : {listing->asked, size_t{0}}) {
    for (size_t at = start; at < listing->records.size();) {
      const size_t here = at;
      if (TakeRecord(*listing, &at).name != name) {
        if (start != 0 && here != start) break;
        continue;
      }
      listing->asked = here;
      Record next{};
      while (at < listing->records.size()) {
        next = TakeRecord(*listing, &at);
        if (!IsDots(next.name)) break;
      }
      if (next.type != type || IsDots(next.name)) return std::nullopt;
      return next.name;
    }
  }
  return std::nullopt;
}

void NoteStat(Task& task, const StatCall& call, const Path& found) {
  const Dentry* parent = found.dentry->parent();
  if ((call.walk & abi::kAtEmptyPath) != 0) return;  // Of what is open already.
  if (listings.empty() || parent == nullptr) return;
  const auto listing = std::ranges::find(listings, parent->inode(), &Listing::directory);
  if (listing == listings.end()) return;
  const std::optional<size_t> skipped = Advance(&*listing, found.dentry->name());
  const size_t ahead = std::exchange(listing->ahead, 0);
  const size_t used = skipped.value_or(0);
  if (skipped && used >= ahead) {
    at_once = std::min(2 * at_once, kMostAhead);
  } else if (2 * used < ahead) {
    at_once = std::max<size_t>(at_once / 2, 1);
  }
  if (!skipped) return;
  if (last_directory != nullptr) descends = false;
  last_directory = found.inode()->IsDirectory() ? found.inode() : nullptr;
  if (descends && last_directory != nullptr) return;
  if (at_once < kFewestAhead || listing->at == listing->records.size() || !MayPrepare(task)) return;
  const Result<std::string> path = task.CopyInPath(call.path);
  if (!path.ok() || path->empty() || path->size() > kLongestPath) return;
  const size_t slash = path->rfind('/');
  const std::string prefix = slash == path->npos ? "" : path->substr(0, slash + 1);
  if (path->substr(prefix.size()) != found.dentry->name()) return;
  PrepareFrom(task, call, &*listing, prefix);
}

}  // namespace sentry

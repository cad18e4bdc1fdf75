// Names asked for before they are looked up, so that a path costs one round trip.
#include <algorithm>

#include "abi/linux/fcntl.h"
#include "sentry/fs/gofer/gofer_inode.h"

namespace sentry {
namespace {

// The leading names of `rest` that the Gofer can walk over.
std::vector<std::string_view> Split(std::string_view rest) {
  std::vector<std::string_view> names;
  while (names.size() < gofer::kMaxWalkNames) {
    const size_t start = rest.find_first_not_of('/');
    if (start == rest.npos) break;
    rest.remove_prefix(start);
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (name == "." || name == "..") break;
    names.push_back(name);
    rest.remove_prefix(name.size());
  }
  return names;
}

bool OpensForReading(uint32_t flags) {
  constexpr uint32_t kOthers = abi::kOAccmode | abi::kOPath | abi::kOTrunc | abi::kODirectory;
  return (flags & kOthers) == abi::kORdonly;
}

}  // namespace

void GoferInode::WillWalk(OpContext&, std::string_view rest, uint32_t open_flags) {
  if (!fs_->shared() && IsDirectory()) fs_->WalkAhead(*this, rest, open_flags);
}

bool GoferInode::KnowsName(std::string_view name) const {
  if (listing_ == nullptr) return false;
  const gofer::DirEntry* listed = FindListed(name);
  return listed == nullptr ||
         (listed->has_attr && (listed->attr.mode & abi::kSIfmt) != abi::kSIfdir);
}

void GoferFilesystem::WalkAhead(GoferInode& directory, std::string_view rest, uint32_t open_flags) {
  const std::vector<std::string_view> names = Split(rest);
  if (names.empty()) return;
  const bool whole = names.back().data() + names.back().size() == rest.data() + rest.size();
  gofer::WalkOptions options;
  if (whole && OpensForReading(open_flags)) options.open = gofer::OpenMode::kRead;
  const bool opens = options.open != gofer::OpenMode::kNone;
  // A single name is what the lookup asks for itself; a listed one needs no question.
  if (names.size() == 1 && (!opens || HasAhead(directory.node_, names.front()))) return;
  directory.ReadListing(names.front());
  if (directory.KnowsName(names.front())) return;
  const uint64_t changes = changes_;
  Result<gofer::Walked> walked = client_.Walk(directory.node_, names, options);
  if (!walked.ok()) return;
  const bool stale = changes != changes_;
  gofer::NodeId at = directory.node_;
  for (size_t i = 0; i < walked->entries.size(); ++i) {
    gofer::Entry& entry = walked->entries[i];
    const gofer::NodeId node = entry.node;
    if (stale) {
      client_.Release(node);
      continue;
    }
    KeepAhead({.directory = at,
               .name = std::string(names[i]),
               .error = 0,
               .entry = std::move(entry),
               .file = {}});
    at = node;
  }
  if (stale) return;
  const size_t reached = walked->entries.size();
  if (reached == names.size()) {
    ahead_.back().file = std::move(walked->file);
  } else if (walked->error == ENOENT) {
    KeepAhead({.directory = at,
               .name = std::string(names[reached]),
               .error = ENOENT,
               .entry = {},
               .file = {}});
  }
}

void GoferFilesystem::KeepAhead(Ahead ahead) {
  constexpr size_t kMost = 1024;  // Each a descriptor of the Gofer, whose limit is ours.
  static const size_t most = std::max<size_t>(DescriptorShare(kMost), 16);
  ahead_.push_back(std::move(ahead));
  if (ahead_.size() <= most) return;
  client_.Release(ahead_.front().entry.node);
  ahead_.pop_front();
}

bool GoferFilesystem::HasAhead(gofer::NodeId directory, std::string_view name) const {
  return std::any_of(ahead_.begin(), ahead_.end(), [&](const Ahead& ahead) {
    return ahead.directory == directory && ahead.name == name;
  });
}

std::optional<GoferFilesystem::Ahead> GoferFilesystem::TakeAhead(gofer::NodeId directory,
                                                                 std::string_view name) {
  const auto found = std::find_if(ahead_.begin(), ahead_.end(), [&](const Ahead& ahead) {
    return ahead.directory == directory && ahead.name == name;
  });
  if (found == ahead_.end()) return std::nullopt;
  Ahead taken = std::move(*found);
  ahead_.erase(found);
  return taken;
}

void GoferFilesystem::DropAhead() {
  ++changes_;
  for (const Ahead& ahead : ahead_) {
    if (ahead.error == 0) client_.Release(ahead.entry.node);
  }
  ahead_.clear();
  DropListings();
}

}  // namespace sentry

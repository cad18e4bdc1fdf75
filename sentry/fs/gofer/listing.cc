// Listings, and what probably is listed or opened next: whoever goes through a directory in the
// order of its names, or of the numbers behind them, finds that done before.
#include <algorithm>
#include <utility>

#include "sentry/fs/gofer/gofer_inode.h"

namespace sentry {
namespace {

constexpr size_t kMostSkipped = 4;    // Entries of the same type that were left out.
constexpr size_t kMostPassed = 256;   // Entries of other types between two.
constexpr size_t kMostSorted = 4096;  // Larger directories are followed by name only.
constexpr size_t kMostListedAhead = 4 * gofer::kMaxListedAlso;
constexpr size_t kMostEntriesAhead = 16 << 10;

uint32_t TypeOf(const gofer::DirEntry& entry) {
  return entry.attr.mode & abi::kSIfmt;
}

bool IsBefore(const gofer::DirEntry& entry, std::string_view name) {
  return entry.name < name;
}

// Indices of entries that come after `at`, or before it, nearest first.
using Indices = std::vector<size_t>;

Indices ByName(const GoferInode::Entries& all, size_t at, bool after, size_t most) {
  const uint32_t type = TypeOf(all[at]);
  Indices found;
  for (size_t i = at, passed = 0; found.size() < most && passed < kMostPassed; ++passed) {
    if (after ? ++i == all.size() : i-- == 0) break;
    if (TypeOf(all[i]) == type) found.push_back(i);
  }
  return found;
}

Indices ByNumber(const GoferInode::Entries& all, size_t at, bool after, size_t most) {
  Indices found;
  if (all.size() > kMostSorted) return found;
  const uint32_t type = TypeOf(all[at]);
  const uint64_t number = all[at].attr.ino;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool beyond = after ? all[i].attr.ino > number : all[i].attr.ino < number;
    if (beyond && TypeOf(all[i]) == type) found.push_back(i);
  }
  const auto nearer = [&](size_t a, size_t b) {
    return after ? all[a].attr.ino < all[b].attr.ino : all[a].attr.ino > all[b].attr.ino;
  };
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(most, found.size()));
  std::partial_sort(found.begin(), end, found.end(), nearer);
  found.erase(end, found.end());
  return found;
}

// `before` are the few that would have come before what comes now.
bool Leads(const Indices& before, size_t last) {
  if (last == SIZE_MAX) return before.size() <= kMostSkipped;
  return std::find(before.begin(), before.end(), last) != before.end();
}

}  // namespace

bool GoferInode::Follow(std::string_view name, uint32_t type, Trail* trail,
                        std::vector<std::string_view>* next, size_t most) const {
  if (listing_ == nullptr) return false;
  const Entries& all = *listing_;
  const auto found = std::lower_bound(all.begin(), all.end(), name, IsBefore);
  if (found == all.end() || found->name != name || TypeOf(*found) != type) return false;
  const auto at = static_cast<size_t>(found - all.begin());
  const size_t last = std::exchange(trail->last, at);
  if (most == 0) return true;
  for (const auto order : {ByName, ByNumber}) {
    if (!Leads(order(all, at, false, kMostSkipped + 1), last)) continue;
    for (const size_t i : order(all, at, true, most)) next->push_back(all[i].name);
    return true;
  }
  return false;
}

Result<int> GoferInode::OpenNext(base::Fd& kept) {
  const auto names = parent_->listing_;  // They live there.
  Trail* const trail = &parent_->opened_trail_;
  std::vector<std::string_view> next;
  kept = fs_->TakeOpened(parent_->node_, name_);
  if (kept.valid()) {
    parent_->Follow(name_, abi::kSIfreg, trail, &next, 0);
    return kept.get();
  }
  if (parent_->Follow(name_, abi::kSIfreg, trail, &next, gofer::kMaxOpenedAhead)) {
    next.resize(std::min(next.size(), fs_->open_window().Next()));
  }
  const uint64_t changes = fs_->name_changes();
  const Ref<GoferInode> directory = parent_;
  std::vector<base::Fd> opened;
  gofer::OpenedFile file = TRY(fs_->client().Open(target(), gofer::OpenMode::kRead, next, &opened));
  if (!kept.valid())
    kept = std::move(file.fd);  // Another thread may have been faster while this one waited.
  for (size_t i = 0; changes == fs_->name_changes() && i < opened.size(); ++i) {
    if (!opened[i].valid()) continue;
    fs_->KeepOpened(
        {.directory = directory->node_, .name = std::string(next[i]), .fd = std::move(opened[i])});
  }
  return kept.get();
}

void GoferFilesystem::KeepOpened(OpenedAhead ahead) {
  constexpr size_t kMost = 8 * gofer::kMaxOpenedAhead;  // Directories are within directories.
  static const size_t most = DescriptorShare(kMost);
  opened_ahead_.push_back(std::move(ahead));
  if (opened_ahead_.size() <= most) return;
  opened_ahead_.pop_front();
  open_window_.Wasted();
}

base::Fd GoferFilesystem::TakeOpened(gofer::NodeId directory, std::string_view name) {
  const auto found = std::find_if(opened_ahead_.begin(), opened_ahead_.end(), [&](const auto& a) {
    return a.directory == directory && a.name == name;
  });
  if (found == opened_ahead_.end()) return {};
  base::Fd taken = std::move(found->fd);
  opened_ahead_.erase(found);
  return taken;
}

bool GoferFilesystem::HasOpened(gofer::NodeId directory, std::string_view name) const {
  return std::any_of(opened_ahead_.begin(), opened_ahead_.end(),
                     [&](const auto& a) { return a.directory == directory && a.name == name; });
}

bool GoferInode::OpensAtOnce(std::string_view name) const {
  return !fs_->shared() && KnowsName(name) && HasName(name) && fs_->HasOpened(node_, name);
}

void GoferFilesystem::DropOpened() {
  ++name_changes_;
  opened_ahead_.clear();
}

Result<std::shared_ptr<const GoferInode::Entries>> GoferInode::Listing() {
  if (listing_ == nullptr || fs_->shared()) return FetchListing(fs_->lists_attributes());
  fs_->ListingUsed(*this);
  return listing_;
}

bool GoferInode::ListsAtOnce() const {
  if (fs_->shared()) return false;
  return listing_ != nullptr || (parent_ && fs_->HasListing(parent_->node_, name_));
}

Result<std::shared_ptr<const GoferInode::Entries>> GoferInode::FetchListing(bool with_attr) {
  auto all = std::make_shared<Entries>();
  const uint64_t changes = fs_->changes();
  gofer::ReadDirAlso also;
  const std::shared_ptr<const Entries> siblings = parent_ ? parent_->listing_ : nullptr;
  if (!fs_->shared() && parent_ && listing_ == nullptr) {
    if (auto ahead = fs_->TakeListing(parent_->node_, name_)) {
      listed_ = true;
      std::vector<std::string_view> none;
      parent_->Follow(name_, abi::kSIfdir, &parent_->listed_trail_, &none, 0);
      *all = std::move(ahead->entries);
      return KeepListing(std::move(all), fs_->lists_attributes(), true);
    }
    also = NextListings();
  }
  // Who lists a directory for the first time may be on the way through a tree.
  const bool first = !fs_->shared() && !std::exchange(listed_, true);
  const Ref<GoferInode> self(this);
  for (uint64_t cookie = 0;;) {
    const bool start = cookie == 0;
    gofer::DirPage page = TRY(fs_->client().ReadDir(node_, cookie, with_attr,
                                                    start && first ? gofer::kMaxListedNodes : 0,
                                                    start ? also : gofer::ReadDirAlso()));
    std::move(page.entries.begin(), page.entries.end(), std::back_inserter(*all));
    KeepListings(also, std::move(page.also), changes == fs_->changes());
    KeepBelow(std::move(page.below), changes == fs_->changes());
    if (page.end) break;
    cookie = page.next_cookie;
  }
  return KeepListing(std::move(all), with_attr, changes == fs_->changes());
}

std::shared_ptr<const GoferInode::Entries> GoferInode::KeepListing(std::shared_ptr<Entries> all,
                                                                   bool with_attr, bool current) {
  std::sort(all->begin(), all->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  TakeNodes(*all, current);
  DropListing();
  if (!current) return all;  // Somebody changed a name while the Gofer was asked.
  listing_ = std::move(all);
  listing_read_ = false;
  listing_has_attr_ = with_attr;
  opened_trail_ = listed_trail_ = {};
  fs_->ListingKept(*this);
  return listing_;
}

// The directories behind this one, if their parent is being gone through.
gofer::ReadDirAlso GoferInode::NextListings() {
  gofer::ReadDirAlso also;
  const bool expected = parent_->Follow(name_, abi::kSIfdir, &parent_->listed_trail_, &also.names,
                                        gofer::kMaxListedAlso);
  if (!expected) return {};
  const size_t many = fs_->listing_window().Next();
  also.below = static_cast<uint32_t>(many);
  std::erase_if(also.names,
                [this](std::string_view name) { return fs_->HasListing(parent_->node_, name); });
  also.names.resize(std::min(also.names.size(), many));
  if (also.names.empty()) return also;
  also.parent = parent_->node_;
  also.want_nodes = !fs_->HasAhead(parent_->node_, also.names.front());
  return also;
}

void GoferInode::KeepListings(const gofer::ReadDirAlso& also,
                              std::vector<gofer::DirListing> listings, bool current) {
  for (size_t i = 0; i < listings.size(); ++i) {
    gofer::DirListing& listing = listings[i];
    const gofer::NodeId node = listing.self.node;
    if (current && node != gofer::NodeId::kNone && !fs_->HasAhead(also.parent, also.names[i])) {
      fs_->KeepAhead({.directory = also.parent,
                      .name = std::string(also.names[i]),
                      .error = 0,
                      .entry = std::move(listing.self),
                      .file = {}});
    } else {
      fs_->client().Release(node);
    }
    if (current && !listing.failed) {
      fs_->KeepListing({.parent = also.parent,
                        .name = std::string(also.names[i]),
                        .listing = std::move(listing)});
    } else {
      for (const gofer::DirEntry& entry : listing.entries) fs_->client().Release(entry.node);
    }
  }
}

void GoferInode::KeepBelow(std::vector<gofer::DirListing> listings, bool current) {
  for (gofer::DirListing& listing : listings) {
    if (current && !listing.failed && !fs_->HasListing(listing.parent, listing.name)) {
      const gofer::NodeId parent = listing.parent;
      std::string name = listing.name;
      fs_->KeepListing({.parent = parent, .name = std::move(name), .listing = std::move(listing)});
    } else {
      for (const gofer::DirEntry& entry : listing.entries) fs_->client().Release(entry.node);
    }
  }
}

void GoferFilesystem::KeepListing(ListedAhead ahead) {
  entries_ahead_ += ahead.listing.entries.size();
  listings_ahead_.push_back(std::move(ahead));
  while (listings_ahead_.size() > kMostListedAhead || entries_ahead_ > kMostEntriesAhead) {
    const gofer::DirListing& oldest = listings_ahead_.front().listing;
    for (const gofer::DirEntry& entry : oldest.entries) client_.Release(entry.node);
    entries_ahead_ -= oldest.entries.size();
    listings_ahead_.pop_front();
    listing_window_.Wasted();
  }
}

bool GoferFilesystem::HasListing(gofer::NodeId parent, std::string_view name) const {
  return std::any_of(listings_ahead_.begin(), listings_ahead_.end(),
                     [&](const auto& a) { return a.parent == parent && a.name == name; });
}

std::optional<gofer::DirListing> GoferFilesystem::TakeListing(gofer::NodeId parent,
                                                              std::string_view name) {
  const auto found =
      std::find_if(listings_ahead_.begin(), listings_ahead_.end(),
                   [&](const auto& a) { return a.parent == parent && a.name == name; });
  if (found == listings_ahead_.end()) return std::nullopt;
  gofer::DirListing taken = std::move(found->listing);
  listings_ahead_.erase(found);
  entries_ahead_ -= taken.entries.size();
  return taken;
}

void GoferFilesystem::DropListings() {
  for (const ListedAhead& ahead : listings_ahead_) {
    for (const gofer::DirEntry& entry : ahead.listing.entries) client_.Release(entry.node);
  }
  listings_ahead_.clear();
  entries_ahead_ = 0;
}

// The lookups that are to come find the nodes, unless they may be too old.
void GoferInode::TakeNodes(const Entries& entries, bool current) {
  for (const gofer::DirEntry& found : entries) {
    if (found.node == gofer::NodeId::kNone) continue;
    if (!current) {
      fs_->client().Release(found.node);
      continue;
    }
    fs_->KeepAhead({.directory = node_,
                    .name = found.name,
                    .error = 0,
                    .entry = {.node = found.node, .attr = found.attr, .link_target = {}},
                    .file = {}});
  }
}

void GoferInode::DropListing() {
  if (listing_ == nullptr) return;
  fs_->ListingDropped(*this);
  listing_.reset();
}

// A name without its attributes: probably others will be looked up as well.
void GoferInode::ReadListing(std::string_view name) {
  if (listing_ == nullptr || fs_->shared()) return;
  fs_->ListingUsed(*this);
  const gofer::DirEntry* listed = FindListed(name);
  if (listed == nullptr || TypeOf(*listed) == abi::kSIfdir) return;
  if (!std::exchange(listing_read_, true)) fs_->ListingRead();
  if (!listed->has_attr && !listing_has_attr_) (void)FetchListing(true);
}

}  // namespace sentry

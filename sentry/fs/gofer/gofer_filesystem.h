// The gofer file system: the host's files as the Gofer shows them.  Attributes, names and listings
// are cached; by default exclusively (nobody else changes the tree), with `shared` they are asked
// for again at each walk.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gofer/protocol/client.h"
#include "platform/base/intrusive_list.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/name_lock.h"

namespace sentry {

class GoferInode;
struct ListedNode;  // Tells a list apart.

// How much is asked for ahead: it grows with use and shrinks without it.
class AheadWindow {
 public:
  explicit AheadWindow(size_t most) : most_(most) {}
  // What comes next was foreseen; there was no more of it.
  size_t Next() { return size_ = std::min(2 * size_, most_); }
  void Wasted() { size_ = std::max<size_t>(size_ / 2, 1); }

 private:
  const size_t most_;
  size_t size_ = 1;
};

class GoferFilesystem final : public Filesystem {
 public:
  struct Options {
    bool shared = false;
    std::string source;   // The host's path, as /proc/mounts shows it.
    uint64_t device = 0;  // st_dev that guests see.
  };
  // `client` is borrowed and outlives every inode.
  GoferFilesystem(gofer::Client& client, const gofer::Root& root, Options options);

  const char* type() const override { return "gofer"; }
  Ref<Inode> Root() override;
  uint64_t device() const override { return options_.device; }
  Result<FsStatistics> Statistics(OpContext& ctx) override;
  std::string Source() const override { return options_.source; }
  bool NeedsRevalidation() const override { return options_.shared; }

  NameLock* name_lock() override { return &name_lock_; }

  gofer::Client& client() { return client_; }
  bool writable() const { return root_.writable; }
  bool shared() const { return options_.shared; }

  // The inode of what was found under `name` of `parent`; names of one file (hard links) share it.
  Ref<Inode> InodeFor(GoferInode* parent, std::string_view name, gofer::Entry entry);
  void Forget(const GoferInode& inode);

  // Asks for all names of a path below `directory` in one round trip, and for the contents of the
  // last when it is about to be opened: the lookups that follow take them from here.
  void WalkAhead(GoferInode& directory, std::string_view rest, uint32_t open_flags);
  struct Ahead {
    gofer::NodeId directory;
    std::string name;
    int error = 0;  // ENOENT, or `entry` is there.
    gofer::Entry entry;
    gofer::OpenedFile file;
  };
  std::optional<Ahead> TakeAhead(gofer::NodeId directory, std::string_view name);
  bool HasAhead(gofer::NodeId directory, std::string_view name) const;
  // Keeps what a lookup may ask for; the oldest goes when there is too much.
  void KeepAhead(Ahead ahead);
  // Something changed: what was asked for ahead, or is being asked for, may be too old.
  void DropAhead();
  // Grows with each DropAhead().
  uint64_t changes() const { return changes_; }

  // Listings of directories that are probably listed next, by their parents and names.
  struct ListedAhead {
    gofer::NodeId parent;
    std::string name;
    gofer::DirListing listing;
  };
  void KeepListing(ListedAhead ahead);
  std::optional<gofer::DirListing> TakeListing(gofer::NodeId parent, std::string_view name);
  bool HasListing(gofer::NodeId parent, std::string_view name) const;
  void DropListings();
  AheadWindow& listing_window() { return listing_window_; }

  // Regular files that are probably opened next; good until a name or an attribute changes.
  struct OpenedAhead {
    gofer::NodeId directory;
    std::string name;
    base::Fd fd;
  };
  void KeepOpened(OpenedAhead ahead);
  base::Fd TakeOpened(gofer::NodeId directory, std::string_view name);
  bool HasOpened(gofer::NodeId directory, std::string_view name) const;
  void DropOpened();
  // Grows with each DropOpened().
  uint64_t name_changes() const { return name_changes_; }
  AheadWindow& open_window() { return open_window_; }

  // Bounds the number of listings that are kept.
  void ListingKept(GoferInode& directory);
  void ListingUsed(GoferInode& directory);
  void ListingDropped(GoferInode& directory);
  // Listings bring attributes along while somebody looks at the names in them.
  bool lists_attributes() const { return unread_listings_ < kUnreadListings; }
  void ListingRead();

  // Files that are not open any more keep their descriptors for the next open, up to a bound.
  void FileIdle(GoferInode& file);
  void FileBusy(GoferInode& file);

 private:
  ~GoferFilesystem() override;
  static constexpr size_t kUnreadListings = 16;

  gofer::Client& client_;
  gofer::Root root_;
  Options options_;
  friend class GoferInode;
  struct Identity {
    uint64_t dev, ino;
    bool operator==(const Identity&) const = default;
  };
  struct Hash {
    size_t operator()(const Identity& id) const { return id.ino * 0x9e3779b97f4a7c15 + id.dev; }
  };
  NameLock name_lock_;
  std::deque<Ahead> ahead_;  // Oldest first; those that were taken are gone.
  uint64_t changes_ = 0;
  std::unordered_map<Identity, GoferInode*, Hash> linked_;  // Inodes with several names; borrowed.
  base::IntrusiveList<GoferInode, ListedNode> listed_;  // Those with a listing, latest used last.
  size_t listed_count_ = 0;
  size_t listed_entries_ = 0;   // In all of them.
  size_t unread_listings_ = 0;  // In a row, which brought attributes that nobody wanted.
  // So many of the descriptors that the Sentry may have, and no more than `most`.
  static size_t DescriptorShare(size_t most);
  size_t entries_ahead_ = 0;
  std::list<ListedAhead> listings_ahead_;  // Oldest first, as the next.
  std::list<OpenedAhead> opened_ahead_;
  uint64_t name_changes_ = 0;
  AheadWindow listing_window_{gofer::kMaxListedAlso}, open_window_{gofer::kMaxOpenedAhead};
  base::IntrusiveList<GoferInode> idle_files_;  // Longest idle in front.
  size_t idle_file_count_ = 0;
};

}  // namespace sentry

// The gofer file system: the host's files as the Gofer shows them.  Attributes, names and listings
// are cached; by default exclusively (nobody else changes the tree), with `shared` they are asked
// for again at each walk.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gofer/protocol/client.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/name_lock.h"

namespace sentry {

class GoferInode;

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
  // Keeps what a lookup may ask for; the oldest goes when there is too much.
  void KeepAhead(Ahead ahead);
  // Something changed: what was asked for ahead, or is being asked for, may be too old.
  void DropAhead();
  // Grows with each DropAhead().
  uint64_t changes() const { return changes_; }
  // Bounds the number of listings that are kept.
  void ListingKept(GoferInode& directory);
  void ListingDropped(GoferInode& directory);

 private:
  ~GoferFilesystem() override;

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
  std::deque<GoferInode*> listed_;  // Directories with a listing, oldest first; borrowed.
};

}  // namespace sentry

#include "sentry/fs/gofer/gofer_filesystem.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "sentry/fs/gofer/gofer_inode.h"

namespace sentry {

GoferFilesystem::GoferFilesystem(gofer::Client& client, const gofer::Root& root, Options options)
    : client_(client), root_(root), options_(std::move(options)) {}

GoferFilesystem::~GoferFilesystem() = default;

Ref<Inode> GoferFilesystem::Root() {
  gofer::Entry entry{.node = root_.node, .attr = root_.attr, .link_target = {}};
  return MakeRef<GoferInode>(Ref<GoferFilesystem>(this), nullptr, "", std::move(entry));
}

Result<FsStatistics> GoferFilesystem::Statistics(OpContext&) {
  gofer::FsStat host = TRY(client_.StatFs(root_.node));
  return FsStatistics{.type = host.type,
                      .block_size = host.block_size,
                      .blocks = host.blocks,
                      .blocks_free = host.blocks_free,
                      .blocks_available = host.blocks_available,
                      .files = host.files,
                      .files_free = host.files_free,
                      .name_max = host.name_max,
                      .flags = host.flags};
}

Ref<Inode> GoferFilesystem::InodeFor(GoferInode* parent, std::string_view name,
                                     gofer::Entry entry) {
  bool linked = entry.attr.nlink > 1 && (entry.attr.mode & abi::kSIfmt) != abi::kSIfdir;
  Identity id{entry.attr.dev, entry.attr.ino};
  if (linked) {
    auto known = linked_.find(id);
    if (known != linked_.end()) {
      if (entry.node != gofer::NodeId::kNone && entry.node != known->second->node_)
        client_.Release(entry.node);
      return Ref<Inode>(known->second);
    }
  }
  Ref<GoferInode> inode = MakeRef<GoferInode>(Ref<GoferFilesystem>(this), Ref<GoferInode>(parent),
                                              name, std::move(entry));
  if (linked) {
    linked_[id] = inode.get();
    inode->registered_ = true;
  }
  return inode;
}

void GoferFilesystem::Forget(const GoferInode& inode) {
  linked_.erase(Identity{inode.attr().dev, inode.attr().ino});
}

void GoferFilesystem::ListingKept(GoferInode& directory) {
  constexpr size_t kMostListings = 256, kMostEntries = 24 << 10;
  listed_.push_back(directory);
  ++listed_count_;
  listed_entries_ += directory.listing_->size();
  ++unread_listings_;
  while (listed_count_ > kMostListings || (listed_count_ > 1 && listed_entries_ > kMostEntries)) {
    listed_.front().DropListing();
  }
}

// Whoever walks through a tree comes back to the parents.
void GoferFilesystem::ListingUsed(GoferInode& directory) {
  listed_.Remove(directory);
  listed_.push_back(directory);
}

void GoferFilesystem::ListingDropped(GoferInode& directory) {
  listed_.Remove(directory);
  --listed_count_;
  listed_entries_ -= directory.listing_->size();
}

void GoferFilesystem::ListingRead() {
  // What was listed ahead lacks what is wanted now.
  if (!lists_attributes()) DropListings();
  unread_listings_ = 0;
}

size_t GoferFilesystem::DescriptorShare(size_t most) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::clamp<size_t>(limit.rlim_cur / 16, 1, most);
}

void GoferFilesystem::FileIdle(GoferInode& file) {
  static const size_t most = DescriptorShare(1024);
  if (!file.read_fd_.valid() && !file.write_fd_.valid()) return;
  idle_files_.push_back(file);
  if (++idle_file_count_ <= most) return;
  GoferInode& oldest = idle_files_.front();
  FileBusy(oldest);
  oldest.read_fd_.reset();
  oldest.write_fd_.reset();
}

void GoferFilesystem::FileBusy(GoferInode& file) {
  if (!base::IntrusiveList<GoferInode>::Linked(file)) return;
  base::IntrusiveList<GoferInode>::Remove(file);
  --idle_file_count_;
}

}  // namespace sentry

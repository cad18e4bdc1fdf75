#include "sentry/fs/gofer/gofer_filesystem.h"

#include <algorithm>

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
  constexpr size_t kMostListings = 64;
  listed_.push_back(&directory);
  if (listed_.size() > kMostListings) listed_.front()->DropListing();
}

void GoferFilesystem::ListingDropped(GoferInode& directory) {
  listed_.erase(std::remove(listed_.begin(), listed_.end(), &directory), listed_.end());
}

}  // namespace sentry

#include "sentry/fs/tmpfs/filesystem.h"

#include <algorithm>
#include <utility>

#include "sentry/fs/tmpfs/directory.h"
#include "sentry/time/time.h"
#include "sentry/vfs/device_number.h"

namespace sentry {
namespace {

// What an inode and its directory entry cost the Sentry, roughly: a guest must not be able to get
// past --memory with empty files.
constexpr uint64_t kInodeCost = 1024;

uint64_t MostMemory(const MemoryBudget& budget) {
  return budget.limit() != 0 ? budget.limit() : budget.charge_limit();
}

}  // namespace

uint64_t TmpfsFilesystem::WholeMemory(const MemoryBudget& budget) {
  // Without --memory what is charged may be half of the machine's.
  const bool halved = budget.limit() == 0 && budget.charge_limit() <= ~uint64_t{0} / 2;
  return MostMemory(budget) * (halved ? 2 : 1);
}

TmpfsFilesystem::TmpfsFilesystem(const TmpfsOptions& options, MemoryBudget& budget)
    : device_(NewAnonymousDevice()), options_(options), budget_(budget) {}

Ref<Inode> TmpfsFilesystem::Root() {
  if (root_ != nullptr) return Ref<Inode>(root_);
  ++inodes_;
  root_is_free_ = true;
  TmpfsInode::Start start{.ino = ++last_ino_,
                          .mode = abi::kSIfdir | options_.mode,
                          .uid = options_.uid,
                          .gid = options_.gid,
                          .now = RealtimeNow()};
  Ref<TmpfsDirectory> root = MakeRef<TmpfsDirectory>(Ref<TmpfsFilesystem>(this), start);
  root_ = root.get();
  return root;
}

Result<FsStatistics> TmpfsFilesystem::Statistics(OpContext&) {
  FsStatistics stats;
  stats.block_size = kPage;
  stats.id = device_;
  stats.type = options_.ramfs ? abi::kRamfsMagic : abi::kTmpfsMagic;
  if (options_.ramfs) return stats;  // simple_statfs()
  // Without a size of its own it may grow until memory is used up.
  stats.blocks = (options_.size != 0 ? options_.size : MostMemory(budget_)) / kPage;
  stats.blocks_free = stats.blocks - std::min(stats.blocks, pages_);
  stats.blocks_available = stats.blocks_free;
  stats.files = options_.inodes;
  stats.files_free = stats.files - std::min(stats.files, inodes_);
  return stats;
}

Result<uint64_t> TmpfsFilesystem::TakePages(uint64_t want) {
  uint64_t pages = want;
  if (options_.size != 0) {
    uint64_t limit = options_.size / kPage;
    if (pages_ >= limit) return Errno(ENOSPC);
    pages = std::min(pages, limit - pages_);
  }
  if (!budget_.Charge(pages * kPage).ok()) {
    pages = std::min(pages, budget_.Room() / kPage);
    if (pages == 0) return Errno(budget_.limit() != 0 ? ENOMEM : ENOSPC);
    TRY(budget_.Charge(pages * kPage));
  }
  pages_ += pages;
  return pages;
}

void TmpfsFilesystem::GivePages(uint64_t pages) {
  pages_ -= pages;
  budget_.Uncharge(pages * kPage);
}

Result<uint64_t> TmpfsFilesystem::NewInode() {
  if (options_.inodes != 0 && inodes_ >= options_.inodes) return Errno(ENOSPC);
  if (!budget_.Charge(kInodeCost).ok()) return Errno(ENOSPC);
  ++inodes_;
  return ++last_ino_;
}

void TmpfsFilesystem::InodeGone() {
  if (--inodes_ == 0 && std::exchange(root_is_free_, false)) return;
  budget_.Uncharge(kInodeCost);
}

}  // namespace sentry

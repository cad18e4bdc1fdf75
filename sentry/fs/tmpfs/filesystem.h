// tmpfs(5): files in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sentry/kernel/memory_budget.h"
#include "sentry/vfs/inode.h"

namespace sentry {

// Mount options.  Sizes are in bytes; 0: no limit.
struct TmpfsOptions {
  uint64_t size = 0;
  uint64_t inodes = 0;
  uint32_t mode = 01777;
  uint32_t uid = 0;
  uint32_t gid = 0;
  bool ramfs = false;  // The older kind, which has no limits (mount(8)).
  // What it has when nothing is asked for, and is not shown; what was asked for.
  uint64_t default_size = 0, default_inodes = 0;
  bool has_size = false, has_inodes = false;

  // "size=64k,mode=755,nr_inodes=1000,uid=1,gid=1"; EINVAL for what tmpfs does not know.  `memory`
  // is what "size=50%" is a part of.
  static Result<TmpfsOptions> Parse(std::string_view text, uint64_t memory);
};

class TmpfsDirectory;

// Counts pages and inodes against its own limits, and against the sandbox's memory.
class TmpfsFilesystem final : public Filesystem {
 public:
  static constexpr uint64_t kPage = 4096;

  TmpfsFilesystem(const TmpfsOptions& options, MemoryBudget& budget);

  const char* type() const override { return options_.ramfs ? "ramfs" : "tmpfs"; }
  Ref<Inode> Root() override;
  uint64_t device() const override { return device_; }
  Result<FsStatistics> Statistics(OpContext& ctx) override;
  std::string MountOptions() const override;
  std::string Source() const override { return "tmpfs"; }
  // The limits alone; EINVAL when below what is in use (shmem_reconfigure()).
  Result<void> Reconfigure(OpContext& ctx, const std::string& options) override;
  // What the sandbox has: mounts get half of it unless they ask for more.
  static uint64_t WholeMemory(const MemoryBudget& budget);

  // Takes up to `want` pages of contents: how many were given, at least one.  ENOSPC beyond the
  // size limit, ENOMEM beyond the sandbox's.
  Result<uint64_t> TakePages(uint64_t want);
  void GivePages(uint64_t pages);
  // For each inode: ENOSPC beyond the limit.
  Result<uint64_t> NewInode();
  void InodeGone();

 private:
  friend class TmpfsDirectory;
  ~TmpfsFilesystem() override = default;

  const uint64_t device_;
  TmpfsOptions options_;
  MemoryBudget& budget_;
  TmpfsDirectory* root_ = nullptr;  // Borrowed: mounts hold it, and it holds us.
  bool root_is_free_ = false;       // The root is counted as an inode, and not charged.
  uint64_t pages_ = 0;
  uint64_t inodes_ = 0;
  uint64_t last_ino_ = 0;
};

}  // namespace sentry

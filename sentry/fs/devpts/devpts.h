// devpts: the file system in which pseudo-terminals have their names (pts(4)).  Every mount is an
// instance with terminals of its own.
#pragma once

#include <map>
#include <set>

#include "sentry/fs/devpts/options.h"
#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/tty/pty_master_file.h"
#include "sentry/fs/tty/tty.h"

namespace sentry {

class DevptsFilesystem final : public KernFilesystem, public PtyHome {
 public:
  DevptsFilesystem(Kernel& kernel, const DevptsOptions& options);

  Ref<Inode> Root() override;
  std::string MountOptions() const override { return options_.Show(); }
  bool NeedsRevalidation() const override { return true; }  // Terminals come and go.

  // Opening ptmx: a new pseudo-terminal and its master.  ENOSPC: there are too many.
  // `at` is what was opened, `ptmx` the place beside which the slaves are.
  Result<Ref<FileDescription>> OpenMaster(OpContext& ctx, const Path& at, const Path& ptmx,
                                          uint32_t flags);
  // Gives a terminal that exists already a name here.
  Result<Ref<Inode>> Add(const OpContext& ctx, Ref<Tty> tty);
  // A number for a terminal, which is free again when the lease is dropped.
  Result<uint32_t> TakeIndex(Ref<RefCounted>& lease);

  void Remove(uint32_t index) override { slaves_.erase(index); }
  Result<Ref<FileDescription>> OpenPeer(OpContext& ctx, const Path& ptmx, uint32_t index,
                                        uint32_t flags) override;

  const std::map<uint32_t, Ref<Inode>>& slaves() const { return slaves_; }
  Ref<Inode> Ptmx();
  Kernel& kernel() const { return kernel_; }

 private:
  Kernel& kernel_;
  DevptsOptions options_;
  Ref<Inode> ptmx_;
  std::map<uint32_t, Ref<Inode>> slaves_;
  std::set<uint32_t> used_;  // Terminals that still live, with a name or without.
};

// null when it is another file system.
DevptsFilesystem* AsDevpts(Filesystem& fs);

}  // namespace sentry

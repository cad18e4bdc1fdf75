#include "sentry/fs/devpts/devpts.h"

#include "sentry/fs/devpts/inodes.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

constexpr uint64_t kMagic = 0x1cd1;     // DEVPTS_SUPER_MAGIC
constexpr uint32_t kMostAtOnce = 4096;  // kernel.pty.max, per instance here.

class RootDirectory final : public KernDirectory {
 public:
  explicit RootDirectory(DevptsFilesystem& fs)
      : KernDirectory(Ref<KernFilesystem>(&fs), kDevptsRootIno, 0755), fs_(fs) {}
  Result<Ref<Inode>> Find(OpContext&, std::string_view name) override;
  bool NextEntry(OpContext&, uint64_t position, Entry& entry) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override {
    Result<Ref<Inode>> found = Find(ctx, name.view());
    return (found.ok() ? found->get() : nullptr) == known;
  }

 private:
  DevptsFilesystem& fs_;
};

Result<Ref<Inode>> RootDirectory::Find(OpContext&, std::string_view name) {
  if (name == "ptmx") return fs_.Ptmx();
  int64_t index = ParseNumberName(name);
  auto found = fs_.slaves().find(static_cast<uint32_t>(index));
  if (index < 0 || found == fs_.slaves().end()) return Errno(ENOENT);
  return found->second;
}

bool RootDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  if (position == 0) {
    entry = {.name = "ptmx", .ino = kPtmxIno, .type = abi::kDtChr, .position = 0};
    return true;
  }
  auto next = fs_.slaves().lower_bound(static_cast<uint32_t>(position - 1));
  if (next == fs_.slaves().end()) return false;
  entry = {.name = std::to_string(next->first),
           .ino = kFirstSlaveIno + next->first,
           .type = abi::kDtChr,
           .position = uint64_t{next->first} + 1};
  return true;
}

}  // namespace

DevptsFilesystem::DevptsFilesystem(Kernel& kernel, const DevptsOptions& options)
    : KernFilesystem("devpts", kMagic, EPERM), kernel_(kernel), options_(options) {}

// Made anew where nobody has it: it holds the file system, not the other way round.
Ref<Inode> DevptsFilesystem::Root() {
  return MakeRef<RootDirectory>(*this);
}

Ref<Inode> DevptsFilesystem::Ptmx() {
  if (!ptmx_) ptmx_ = MakeRef<PtmxInode>(*this, kPtmxIno, options_.ptmx_mode, 0, 0, made());
  return ptmx_;
}

Result<uint32_t> DevptsFilesystem::TakeIndex(Ref<RefCounted>& lease) {
  // Holds the number of a terminal for as long as it lives.
  struct Lease final : RefCounted {
    Lease(DevptsFilesystem& fs, uint32_t number) : home(&fs), index(number) {}
    ~Lease() override { home->used_.erase(index); }
    const Ref<DevptsFilesystem> home;
    const uint32_t index;
  };
  uint32_t index = 0;
  for (uint32_t used : used_) {
    if (used != index) break;
    ++index;
  }
  if (index >= std::min(options_.max, kMostAtOnce)) return Errno(ENOSPC);
  used_.insert(index);
  lease = MakeRef<Lease>(*this, index);
  return index;
}

Result<Ref<Inode>> DevptsFilesystem::Add(const OpContext& ctx, Ref<Tty> tty) {
  uint32_t index = tty->index();
  Ref<Inode> inode = MakeRef<SlaveInode>(std::move(tty), *this, kFirstSlaveIno + index,
                                         options_.mode, options_.uid.value_or(ctx.creds.fsuid),
                                         options_.gid.value_or(ctx.creds.fsgid), ctx.now);
  slaves_[index] = inode;
  return inode;
}

Result<Ref<FileDescription>> DevptsFilesystem::OpenMaster(OpContext& ctx, const Path& at,
                                                          const Path& ptmx, uint32_t flags) {
  Ref<RefCounted> lease;
  uint32_t index = TRY(TakeIndex(lease));
  Ref<Pty> pty = MakeRef<Pty>(kernel_, index, std::move(lease));
  TRY(Add(ctx, pty));
  return Ref<FileDescription>(
      MakeRef<PtyMasterFile>(at, flags, std::move(pty), *this, Ref<RefCounted>(this), ptmx));
}

Result<Ref<FileDescription>> DevptsFilesystem::OpenPeer(OpContext& ctx, const Path& ptmx,
                                                        uint32_t index, uint32_t flags) {
  Path root{ptmx.mount, ptmx.mount->root};
  WalkRoot walk{root, root, *ctx.task->mounts()};
  Path slave = TRY(WalkPath(ctx, walk, std::to_string(index), {}));
  // The master is leave enough: modes are not looked at (ptm_open_peer()).
  return slave.inode()->Open(ctx, slave, flags & ~abi::kOCloexec);
}

DevptsFilesystem* AsDevpts(Filesystem& fs) {
  return dynamic_cast<DevptsFilesystem*>(&fs);
}

}  // namespace sentry

// fcntl(2) F_NOTIFY: a signal when something changes in a directory.
#include "sentry/syscalls/dnotify.h"

#include "abi/linux/inotify.h"
#include "sentry/kernel/async_io.h"
#include "sentry/kernel/kernel.h"
#include "sentry/vfs/inotify.h"

namespace sentry {
namespace {

// What one open directory asked for.
class DirectoryNotice final : public RefCounted, public InotifyWatcher {
 public:
  DirectoryNotice(AsyncIo& async, FdNum fd) : async_(async), fd_(fd) {}

  void Add(uint32_t mask) { mask_ |= mask; }
  bool OnEvent(uint32_t event, uint32_t, std::string_view name) override {
    if (name.empty() || (Meaning(event) & mask_) == 0) return true;
    async_.Tell(fd_);
    if ((mask_ & abi::kDnMultishot) != 0) return true;
    mask_ = 0;
    return false;
  }
  void OnGone() override {}
  Ref<Dentry> ReleaseName(const Dentry&) override { return nullptr; }

 private:
  // convert_arg() of Linux, the other way around.
  static uint32_t Meaning(uint32_t event) {
    uint32_t meaning = 0;
    if ((event & abi::kInAccess) != 0) meaning |= abi::kDnAccess;
    if ((event & abi::kInModify) != 0) meaning |= abi::kDnModify;
    if ((event & (abi::kInCreate | abi::kInMovedTo)) != 0) meaning |= abi::kDnCreate;
    if ((event & (abi::kInDelete | abi::kInMovedFrom)) != 0) meaning |= abi::kDnDelete;
    if ((event & abi::kInMovedFrom) != 0) meaning |= abi::kDnRename;
    if ((event & abi::kInAttrib) != 0) meaning |= abi::kDnAttrib;
    return meaning;
  }

  AsyncIo& async_;  // Owns this.
  const FdNum fd_;
  uint32_t mask_ = 0;
};

}  // namespace

Result<uint64_t> WatchDirectory(Task& task, FdNum fd, FileDescription& file, uint32_t mask) {
  constexpr uint32_t kKnown = abi::kDnAccess | abi::kDnModify | abi::kDnCreate | abi::kDnDelete |
                              abi::kDnRename | abi::kDnAttrib | abi::kDnMultishot;
  mask &= kKnown;
  if ((mask & ~abi::kDnMultishot) == 0) {
    if (file.async_io) AsyncIo::Of(task.kernel(), file).directory_notice.reset();
    return uint64_t{0};
  }
  if (file.inode() == nullptr || !file.inode()->IsDirectory()) return Errno(ENOTDIR);
  AsyncIo& async = AsyncIo::Of(task.kernel(), file);
  if (async.owner() == 0) async.SetOwner(task, task.group().pid.value(), false);
  auto* notice = static_cast<DirectoryNotice*>(async.directory_notice.get());
  if (notice == nullptr) {
    Ref<DirectoryNotice> made = MakeRef<DirectoryNotice>(async, fd);
    notice = made.get();
    async.directory_notice = std::move(made);
  }
  InotifyWatches::Remove(*notice);
  file.inode()->EnsureWatches().Add(*notice);
  notice->Add(mask);
  return uint64_t{0};
}

}  // namespace sentry

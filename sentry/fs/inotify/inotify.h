// inotify(7): a queue of events of watched objects that is a file.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "abi/linux/inotify.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/vfs/file_description.h"
#include "sentry/vfs/inotify.h"

namespace sentry {

class Inotify;

// What each user has, against /proc/sys/fs/inotify.
class InotifyUsers final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kInotifyUsers;
  explicit InotifyUsers(Kernel&) {}

  struct Counts {
    int64_t instances = 0;
    int64_t watches = 0;
  };
  Counts& Of(uint32_t uid) { return counts_[uid]; }

 private:
  std::map<uint32_t, Counts> counts_;
};

// One object that an instance watches.  It holds the object's dentry while that has its name: the
// file system finds the same inode again only as long as somebody uses it.
class InotifyWatch final : public InotifyWatcher {
 public:
  InotifyWatch(Inotify& owner, int32_t wd, uint32_t mask, Ref<Dentry> dentry)
      : owner_(owner),
        wd_(wd),
        mask_(mask),
        inode_(dentry->inode_ref()),
        dentry_(dentry->unlinked() ? nullptr : std::move(dentry)) {}

  bool OnEvent(uint32_t mask, uint32_t cookie, std::string_view name) override;
  void OnGone() override;
  Ref<Dentry> ReleaseName(const Dentry& dentry) override;

  int32_t wd() const { return wd_; }
  uint32_t mask() const { return mask_; }
  void set_mask(uint32_t mask) { mask_ = mask; }
  Inode& inode() const { return *inode_; }

 private:
  Inotify& owner_;
  const int32_t wd_;
  uint32_t mask_;  // Events, IN_ONESHOT, IN_EXCL_UNLINK.
  const Ref<Inode> inode_;
  Ref<Dentry> dentry_;
};

// An instance.  It owns its watches; they leave their inodes' lists with it.
class Inotify final : public FileDescription {
 public:
  struct Limits {
    size_t queued_events = 16384;
    int64_t watches = 65536;
  };
  // Counts itself and its watches among those of user `uid`.
  Inotify(Path path, uint32_t flags, Ref<InotifyUsers> users, uint32_t uid, const Limits& limits);

  // inotify_add_watch(2) with a checked mask; ENOSPC beyond the user's limit.
  Result<int32_t> AddWatch(const Path& path, uint32_t mask);
  Result<void> RemoveWatch(int32_t wd);

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return int64_t{0}; }
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &queue_; }
  std::string FdInfo() override;

  // For the watches.
  void Enqueue(int32_t wd, uint32_t mask, uint32_t cookie, std::string_view name);
  void Forget(InotifyWatch& watch);  // Its end: IN_IGNORED, and it is no more.

 private:
  struct Event {
    int32_t wd;
    uint32_t mask;
    uint32_t cookie;
    std::string name;
    size_t Size() const;
  };
  ~Inotify() override;
  InotifyWatch* FindWatch(const Inode& inode);
  int32_t NextWd();

  const Ref<InotifyUsers> users_;
  const uint32_t uid_;
  const Limits limits_;
  std::map<int32_t, std::unique_ptr<InotifyWatch>> watches_;
  std::map<const Inode*, InotifyWatch*> by_inode_;
  int32_t last_wd_ = 0;
  std::deque<Event> events_;
  bool overflowed_ = false;  // An IN_Q_OVERFLOW is in the queue.
  base::WaitQueue queue_;
};

// inotify_init1(2) with checked `flags` (O_NONBLOCK); `max_instances` of a user: EMFILE.
Result<Ref<FileDescription>> NewInotify(Kernel& kernel, const OpContext& ctx, uint32_t flags,
                                        int64_t max_instances, const Inotify::Limits& limits);
// Null when it is something else.
Inotify* AsInotify(FileDescription& file);

}  // namespace sentry

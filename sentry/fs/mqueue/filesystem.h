// The mqueue file system (mq_overview(7)): the names of POSIX message queues, whether it is mounted
// or not.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "abi/linux/mqueue.h"
#include "sentry/kernel/kernel.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

class MqueueInode;

// /proc/sys/fs/mqueue.
struct MqueueLimits {
  int64_t queues_max = 256;
  int64_t msg_max = 10, msg_default = 10;
  int64_t msgsize_max = 8192, msgsize_default = 8192;
};

class MqueueFilesystem final : public Filesystem {
 public:
  explicit MqueueFilesystem(Kernel& kernel);

  const char* type() const override { return "mqueue"; }
  Ref<Inode> Root() override;
  uint64_t device() const override { return device_; }
  Result<FsStatistics> Statistics(OpContext& ctx) override;
  std::string Source() const override { return "mqueue"; }
  // mq_open(2) and mq_unlink(2) pass by the dentries of a mount.
  bool NeedsRevalidation() const override { return true; }

  struct Name {
    uint64_t position;  // In a listing.
    Ref<MqueueInode> queue;
  };
  using Names = std::map<std::string, Name, std::less<>>;
  const Names& names() const { return names_; }
  MqueueInode* Find(std::string_view name) const;
  // `attr`: null for the defaults.  ENOSPC, EINVAL, EMFILE (RLIMIT_MSGQUEUE).
  Result<Ref<MqueueInode>> Create(OpContext& ctx, std::string_view name, uint32_t mode,
                                  const abi::MqAttr* attr);
  void Remove(std::string_view name);
  void Clear();

  // For queues: what their owner's limit counts.
  void Uncharge(uint32_t uid, uint64_t bytes) { bytes_of_user_[uid] -= bytes; }

  Kernel& kernel() { return kernel_; }
  MqueueLimits limits;
  // Of the directory.
  uint32_t root_mode = 01777, root_uid = 0, root_gid = 0;
  abi::Timespec root_time;

 private:
  ~MqueueFilesystem() override;

  Kernel& kernel_;
  const uint64_t device_;
  Names names_;
  uint64_t last_ino_ = 1;
  std::map<uint32_t, uint64_t> bytes_of_user_;
};

// The sandbox's one instance, and a private mount of it.
class Mqueues final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kMessageQueues;
  static constexpr bool kPerIpc = true;
  explicit Mqueues(Kernel& kernel);
  MqueueFilesystem& fs() { return *fs_; }
  Ref<Filesystem> fs_ref() { return fs_; }
  WalkRoot Walk();

 private:
  ~Mqueues() override { fs_->Clear(); }
  Ref<MqueueFilesystem> fs_;
  Ref<MountNamespace> mounts_;
};

}  // namespace sentry

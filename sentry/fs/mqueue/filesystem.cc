// Names of POSIX message queues: making, finding and listing them.
#include "sentry/fs/mqueue/filesystem.h"

#include <algorithm>
#include <vector>

#include "abi/linux/capability.h"
#include "abi/linux/dirent.h"
#include "abi/linux/resource.h"
#include "sentry/fs/mqueue/queue.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/device_number.h"

namespace sentry {
namespace {

constexpr uint64_t kMagic = 0x19800202;
constexpr int64_t kHardMessages = 65536, kHardSize = 16 << 20;
constexpr uint64_t kRootIno = 1;

class MqueueDirectory final : public Inode {
 public:
  explicit MqueueDirectory(Ref<MqueueFilesystem> fs) : fs_(std::move(fs)) {}
  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return abi::kSIfdir | fs_->root_mode; }
  uint32_t uid() const override { return fs_->root_uid; }
  uint32_t gid() const override { return fs_->root_gid; }
  uint64_t ino() const override { return kRootIno; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
  Result<Ref<Inode>> Lookup(OpContext&, const Name& name) override {
    MqueueInode* found = fs_->Find(name.view());
    if (found == nullptr) return Errno(ENOENT);
    return Ref<Inode>(found);
  }
  bool Revalidate(OpContext&, const Name& name, Inode* known) override {
    return fs_->Find(name.view()) == known;
  }
  Result<Ref<Inode>> Create(OpContext& ctx, const Name& name, uint32_t mode) override {
    return Ref<Inode>(TRY(fs_->Create(ctx, name.view(), mode & 07777, nullptr)));
  }
  Result<void> Unlink(OpContext& ctx, const Name& name, Inode& child) override {
    static_cast<MqueueInode&>(child).Unlinked(ctx.now);
    fs_->Remove(name.view());
    fs_->root_time = ctx.now;
    return {};
  }

 private:
  const Ref<MqueueFilesystem> fs_;
};

Result<Attributes> MqueueDirectory::GetAttributes(OpContext&) {
  Attributes attributes;
  attributes.dev = fs_->device();
  attributes.ino = kRootIno;
  attributes.mode = mode();
  attributes.nlink = 2;
  attributes.uid = uid();
  attributes.gid = gid();
  attributes.size = fs_->names().size() * 20;  // DIRENT_SIZE
  attributes.atime = attributes.mtime = attributes.ctime = fs_->root_time;
  return attributes;
}

Result<void> MqueueDirectory::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  if (change.mode) fs_->root_mode = *change.mode & abi::kSIallugo;
  if (change.uid) fs_->root_uid = *change.uid;
  if (change.gid) fs_->root_gid = *change.gid;
  fs_->root_time = ctx.now;
  return {};
}

class MqueueListing final : public FileDescription {
 public:
  MqueueListing(Path path, uint32_t flags, Ref<MqueueFilesystem> fs)
      : FileDescription(std::move(path), flags), fs_(std::move(fs)) {}
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override {
    if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
    return FileDescription::Seek(ctx, to, whence);
  }
  Result<void> ReadDirectory(OpContext& ctx, DirectorySink& to) override;

 private:
  const Ref<MqueueFilesystem> fs_;
};

Result<void> MqueueListing::ReadDirectory(OpContext&, DirectorySink& to) {
  if (offset == 0) {
    if (!to.Add(".", kRootIno, abi::kDtDir, 1)) return {};
    offset = 1;
  }
  if (offset == 1) {
    const Dentry* parent = path().dentry->parent();
    if (!to.Add("..", parent != nullptr ? parent->inode()->ino() : kRootIno, abi::kDtDir, 2)) {
      return {};
    }
    offset = 2;
  }
  std::vector<MqueueFilesystem::Names::const_iterator> rest;
  for (auto at = fs_->names().begin(); at != fs_->names().end(); ++at) {
    if (at->second.position >= static_cast<uint64_t>(offset)) rest.push_back(at);
  }
  std::sort(rest.begin(), rest.end(),
            [](auto a, auto b) { return a->second.position < b->second.position; });
  for (auto at : rest) {
    int64_t next = static_cast<int64_t>(at->second.position) + 1;
    if (!to.Add(at->first, at->second.queue->ino(), abi::kDtReg, next)) return {};
    offset = next;
  }
  return {};
}

Result<Ref<FileDescription>> MqueueDirectory::Open(OpContext&, const Path& path, uint32_t flags) {
  return Ref<FileDescription>(MakeRef<MqueueListing>(path, flags, fs_));
}

// mq_attr_ok()
Result<void> CheckAttr(const MqueueLimits& limits, bool privileged, const abi::MqAttr& attr) {
  if (attr.mq_maxmsg <= 0 || attr.mq_msgsize <= 0) return Errno(EINVAL);
  int64_t messages = privileged ? kHardMessages : limits.msg_max;
  int64_t size = privileged ? kHardSize : limits.msgsize_max;
  if (attr.mq_maxmsg > messages || attr.mq_msgsize > size) return Errno(EINVAL);
  return {};
}

// What RLIMIT_MSGQUEUE counts (getrlimit(2)): the messages and what Linux needs to keep them.
uint64_t QueueBytes(const abi::MqAttr& attr) {
  constexpr uint64_t kMessage = 48, kTreeNode = 48;
  uint64_t messages = static_cast<uint64_t>(attr.mq_maxmsg);
  return messages * static_cast<uint64_t>(attr.mq_msgsize) + messages * kMessage +
         std::min<uint64_t>(messages, abi::kMqPrioMax) * kTreeNode;
}

}  // namespace

MqueueFilesystem::MqueueFilesystem(Kernel& kernel)
    : root_time(RealtimeNow()), kernel_(kernel), device_(NewAnonymousDevice()) {}

MqueueFilesystem::~MqueueFilesystem() = default;

void MqueueFilesystem::Clear() {
  names_.clear();
}

Ref<Inode> MqueueFilesystem::Root() {
  return MakeRef<MqueueDirectory>(Ref<MqueueFilesystem>(this));
}

Result<FsStatistics> MqueueFilesystem::Statistics(OpContext&) {
  FsStatistics stats;
  stats.type = kMagic;
  return stats;
}

MqueueInode* MqueueFilesystem::Find(std::string_view name) const {
  auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second.queue.get();
}

Result<Ref<MqueueInode>> MqueueFilesystem::Create(OpContext& ctx, std::string_view name,
                                                  uint32_t mode, const abi::MqAttr* attr) {
  bool privileged = ctx.creds.HasCapability(abi::kCapSysResource);
  if (static_cast<int64_t>(names_.size()) >= limits.queues_max && !privileged) {
    return Errno(ENOSPC);
  }
  abi::MqAttr chosen{};
  chosen.mq_maxmsg = std::min(limits.msg_max, limits.msg_default);
  chosen.mq_msgsize = std::min(limits.msgsize_max, limits.msgsize_default);
  if (attr != nullptr) {
    TRY(CheckAttr(limits, privileged, *attr));
    chosen.mq_maxmsg = attr->mq_maxmsg;
    chosen.mq_msgsize = attr->mq_msgsize;
  }
  uint64_t bytes = QueueBytes(chosen);
  uint64_t& used = bytes_of_user_[ctx.creds.uid];
  uint64_t limit = ctx.task != nullptr ? ctx.task->group().limit(abi::kRlimitMsgqueue) : ~0ull;
  if (used + bytes > limit) return Errno(EMFILE);
  used += bytes;
  Ref<MqueueInode> queue =
      MakeRef<MqueueInode>(Ref<MqueueFilesystem>(this), ++last_ino_, ctx, mode, chosen, bytes);
  names_.insert_or_assign(std::string(name), Name{last_ino_, queue});
  root_time = ctx.now;
  return queue;
}

void MqueueFilesystem::Remove(std::string_view name) {
  auto found = names_.find(name);
  if (found != names_.end()) names_.erase(found);
}

Mqueues::Mqueues(Kernel& kernel)
    : fs_(MakeRef<MqueueFilesystem>(kernel)),
      mounts_(MakeRef<MountNamespace>(Mount::Create(fs_, 0, "mqueue"))) {}

WalkRoot Mqueues::Walk() {
  return WalkRoot{mounts_->Root(), mounts_->Root(), *mounts_};
}

}  // namespace sentry

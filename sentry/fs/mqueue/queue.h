// A POSIX message queue: an inode of the mqueue file system, and its open descriptions.
#pragma once

#include <optional>

#include "abi/linux/signal.h"
#include "sentry/fs/mqueue/filesystem.h"
#include "sentry/fs/mqueue/message_store.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class Task;

// mq_notify(3): who is told, once, that a message came to the empty queue.
struct MqueueNotify {
  static constexpr size_t kCookie = 32;

  abi::Tid owner{};  // Process.
  int32_t kind = abi::kSigevNone;
  int32_t signal = 0;
  uint64_t value = 0;
  Ref<FileDescription> socket;  // SIGEV_THREAD: a CookieSink.
  std::byte cookie[kCookie] = {};
};

class MqueueInode final : public Inode {
 public:
  MqueueInode(Ref<MqueueFilesystem> fs, uint64_t ino, const OpContext& ctx, uint32_t mode,
              const abi::MqAttr& attr, uint64_t charged);

  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return mode_; }
  uint32_t uid() const override { return uid_; }
  uint32_t gid() const override { return gid_; }
  uint64_t ino() const override { return ino_; }
  uint32_t link_count() const override { return linked_ ? 1 : 0; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

  // One attempt each; EAGAIN.  `waited`: the sender has been waiting for room, so that the queue
  // has not been empty since.
  Result<void> Send(Task& task, const MessageStore::Message& message, bool waited);
  Result<MessageStore::Message> Receive();
  const abi::MqAttr& attr() const { return attr_; }  // Without mq_curmsgs.
  size_t count() const { return messages_.count(); }
  uint64_t bytes() const { return messages_.bytes(); }

  const std::optional<MqueueNotify>& notify() const { return notify_; }
  void SetNotify(MqueueNotify notify) { notify_ = std::move(notify); }
  // Gone without a message: a thread that waits for it is told.
  void CancelNotify(abi::Tid owner);
  void Unlinked(const abi::Timespec& now);

  int waiting_receivers = 0;  // They get a message before anybody is notified.
  base::WaitQueue queue;

 private:
  ~MqueueInode() override;
  void Tell(Task& sender);

  const Ref<MqueueFilesystem> fs_;
  const uint64_t ino_;
  uint32_t mode_, uid_, gid_;
  const uint32_t charged_uid_;
  const uint64_t charged_;
  bool linked_ = true;
  abi::Timespec atime_, mtime_, ctime_;
  const abi::MqAttr attr_;
  MessageStore messages_;
  std::optional<MqueueNotify> notify_;
};

class MqueueFile final : public FileDescription {
 public:
  MqueueFile(Path path, uint32_t flags, Ref<MqueueInode> queue)
      : FileDescription(std::move(path), flags), queue_(std::move(queue)) {}

  MqueueInode& queue() { return *queue_; }
  // What is in it, in words.
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  bool HasPosition() const override { return true; }
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &queue_->queue; }
  void OnClose(OpContext& ctx) override;

 private:
  const Ref<MqueueInode> queue_;
};

// Null when it is something else.
MqueueFile* AsMqueue(FileDescription& file);

}  // namespace sentry

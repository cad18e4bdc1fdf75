// One POSIX message queue: sending, receiving, notification, and what its file shows.
#include "sentry/fs/mqueue/queue.h"

#include <algorithm>
#include <cstdio>

#include "abi/linux/poll.h"
#include "sentry/kernel/cookie_sink.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr uint64_t kShownSize = 80;  // FILENT_SIZE
// The last byte of a cookie: why it is sent (NOTIFY_*).
constexpr std::byte kWokenUp{1}, kRemoved{2};

uint64_t Cost(const MessageStore::Message& message) {
  return 64 + message.text.size();
}

void SendCookie(MqueueNotify& notify, std::byte why) {
  notify.cookie[MqueueNotify::kCookie - 1] = why;
  if (CookieSink* sink = dynamic_cast<CookieSink*>(notify.socket.get())) {
    sink->DeliverCookie(notify.cookie);
  }
}

}  // namespace

MqueueInode::MqueueInode(Ref<MqueueFilesystem> fs, uint64_t ino, const OpContext& ctx,
                         uint32_t mode, const abi::MqAttr& attr, uint64_t charged)
    : fs_(std::move(fs)),
      ino_(ino),
      mode_(abi::kSIfreg | mode),
      uid_(ctx.creds.fsuid),
      gid_(ctx.creds.fsgid),
      charged_uid_(ctx.creds.uid),
      charged_(charged),
      atime_(ctx.now),
      mtime_(ctx.now),
      ctime_(ctx.now),
      attr_(attr) {}

MqueueInode::~MqueueInode() {
  fs_->kernel().memory().Uncharge(messages_.bytes() + 64 * messages_.count());
  fs_->Uncharge(charged_uid_, charged_);
}

Result<Attributes> MqueueInode::GetAttributes(OpContext&) {
  Attributes attributes;
  attributes.dev = fs_->device();
  attributes.ino = ino_;
  attributes.mode = mode_;
  attributes.nlink = link_count();
  attributes.uid = uid_;
  attributes.gid = gid_;
  attributes.size = kShownSize;
  attributes.atime = atime_;
  attributes.mtime = mtime_;
  attributes.ctime = ctime_;
  return attributes;
}

Result<void> MqueueInode::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  if (change.mode) mode_ = (mode_ & abi::kSIfmt) | (*change.mode & abi::kSIallugo);
  if (change.uid) uid_ = *change.uid;
  if (change.gid) gid_ = *change.gid;
  if (change.atime) atime_ = *change.atime;
  if (change.mtime) mtime_ = *change.mtime;
  ctime_ = ctx.now;
  return {};
}

Result<Ref<FileDescription>> MqueueInode::Open(OpContext&, const Path& path, uint32_t flags) {
  return Ref<FileDescription>(MakeRef<MqueueFile>(path, flags, Ref<MqueueInode>(this)));
}

Result<void> MqueueInode::Send(Task& task, const MessageStore::Message& message, bool waited) {
  if (messages_.count() >= static_cast<size_t>(attr_.mq_maxmsg)) return Errno(EAGAIN);
  TRY(fs_->kernel().memory().Charge(Cost(message)));
  messages_.Add(message);
  atime_ = mtime_ = ctime_ = task.context().now;
  if (messages_.count() == 1 && waiting_receivers == 0 && !waited) Tell(task);
  queue.Notify(abi::kPollIn | abi::kPollRdnorm);
  return {};
}

Result<MessageStore::Message> MqueueInode::Receive() {
  if (messages_.count() == 0) return Errno(EAGAIN);
  MessageStore::Message message = messages_.Take();
  fs_->kernel().memory().Uncharge(Cost(message));
  queue.Notify(abi::kPollOut | abi::kPollWrnorm);
  return message;
}

// __do_notify()
void MqueueInode::Tell(Task& sender) {
  if (!notify_) return;
  MqueueNotify told = *std::move(notify_);
  notify_.reset();
  if (told.kind == abi::kSigevThread) return SendCookie(told, kWokenUp);
  ThreadGroup* group = fs_->kernel().pids().FindGroup(told.owner);
  if (told.kind != abi::kSigevSignal || told.signal == 0 || group == nullptr) return;
  abi::SigInfo info = UserSignal(sender, told.signal, abi::kSiMesgq);
  info.fields.rt.value.sival_ptr = told.value;
  [[maybe_unused]] Result<void> sent = group->SendSignal(info);
}

void MqueueInode::CancelNotify(abi::Tid owner) {
  if (!notify_ || notify_->owner != owner) return;
  MqueueNotify gone = *std::move(notify_);
  notify_.reset();
  if (gone.kind == abi::kSigevThread) SendCookie(gone, kRemoved);
}

void MqueueInode::Unlinked(const abi::Timespec& now) {
  linked_ = false;
  ctime_ = now;
}

Result<size_t> MqueueFile::Read(OpContext&, IoSink& sink, int64_t* position) {
  const std::optional<MqueueNotify>& notify = queue_->notify();
  bool signal = notify && notify->kind == abi::kSigevSignal;
  char text[kShownSize + 1];
  int length = std::snprintf(
      text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", queue_->bytes(),
      notify ? notify->kind : 0, signal ? notify->signal : 0, notify ? notify->owner.value() : 0);
  size_t size = std::min(static_cast<size_t>(length), sizeof(text) - 1);
  if (*position < 0 || static_cast<uint64_t>(*position) >= size) return size_t{0};
  std::span<const std::byte> rest =
      std::as_bytes(std::span(text, size)).subspan(static_cast<size_t>(*position));
  size_t moved = TRY(sink.Put(rest.first(std::min(rest.size(), sink.remaining()))));
  *position += static_cast<int64_t>(moved);
  return moved;
}

uint32_t MqueueFile::Poll() {
  uint32_t events = 0;
  if (queue_->count() != 0) events |= abi::kPollIn | abi::kPollRdnorm;
  if (queue_->count() < static_cast<size_t>(queue_->attr().mq_maxmsg)) {
    events |= abi::kPollOut | abi::kPollWrnorm;
  }
  return events;
}

// A process that closes any descriptor of the queue takes its registration back.
void MqueueFile::OnClose(OpContext& ctx) {
  if (ctx.task != nullptr) queue_->CancelNotify(ctx.task->group().pid);
}

MqueueFile* AsMqueue(FileDescription& file) {
  return dynamic_cast<MqueueFile*>(&file);
}

}  // namespace sentry

// System V message queues: which message goes where, and what a queue counts.
#include "sentry/ipc/message_queue.h"

#include <limits>
#include <utility>

#include "abi/linux/poll.h"
#include "sentry/ipc/sysv_ipc.h"
#include "sentry/time/time.h"

namespace sentry {

// convert_mode()
MessageQueue::Selector MessageQueue::Selector::From(int64_t type, uint32_t flags) {
  if ((flags & abi::kMsgCopy) != 0) return {Mode::kNumber, type};
  if (type == 0) return {Mode::kAny, 0};
  if (type < 0) {
    constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
    return {Mode::kAtMost, type == kMin ? std::numeric_limits<int64_t>::max() : -type};
  }
  return {(flags & abi::kMsgExcept) != 0 ? Mode::kNotEqual : Mode::kEqual, type};
}

MessageQueue::MessageQueue(MessageQueues& table, const IpcOwner& queue_owner, uint64_t max_bytes)
    : owner(queue_owner), ctime(RealtimeNow().tv_sec), table_(table), max_bytes_(max_bytes) {}

bool MessageQueue::HasRoom(size_t bytes) const {
  return bytes_ + bytes <= max_bytes_ && messages_.size() + 1 <= max_bytes_;
}

Result<void> MessageQueue::Send(Message message, int32_t pid) {
  if (!HasRoom(message.text.size())) return Errno(EAGAIN);
  TRY(table_.budget.Charge(Cost(message)));
  bytes_ += message.text.size();
  table_.bytes += message.text.size();
  ++table_.messages;
  messages_.push_back(std::move(message));
  last_sender_ = pid;
  stime_ = RealtimeNow().tv_sec;
  readers.Notify(abi::kPollIn);
  return {};
}

Result<size_t> MessageQueue::Find(const Selector& selector, size_t max, bool may_cut) const {
  using Mode = Selector::Mode;
  size_t best = messages_.size();
  for (size_t i = 0; i < messages_.size(); ++i) {
    const int64_t type = messages_[i].type;
    bool fits = false;
    switch (selector.mode) {
      case Mode::kAny:
        fits = true;
        break;
      case Mode::kEqual:
        fits = type == selector.value;
        break;
      case Mode::kNotEqual:
        fits = type != selector.value;
        break;
      case Mode::kNumber:
        fits = static_cast<int64_t>(i) == selector.value;
        break;
      case Mode::kAtMost:
        // The lowest type; the oldest of those.
        if (type <= selector.value && (best == messages_.size() || type < messages_[best].type)) {
          best = i;
        }
        break;
    }
    if (fits) {
      best = i;
      break;
    }
  }
  if (best == messages_.size()) return Errno(ENOMSG);
  if (messages_[best].text.size() > max && !may_cut) return Errno(E2BIG);
  return best;
}

MessageQueue::Message MessageQueue::Take(size_t place, int32_t pid) {
  Message taken = std::move(messages_[place]);
  messages_.erase(messages_.begin() + static_cast<ptrdiff_t>(place));
  table_.budget.Uncharge(Cost(taken));
  bytes_ -= taken.text.size();
  table_.bytes -= taken.text.size();
  --table_.messages;
  last_receiver_ = pid;
  rtime_ = RealtimeNow().tv_sec;
  writers.Notify(abi::kPollOut);
  return taken;
}

void MessageQueue::SetMaxBytes(uint64_t max_bytes) {
  max_bytes_ = max_bytes;
  ctime = RealtimeNow().tv_sec;
  // Who waits looks again whether it still may (expunge_all(-EAGAIN)).
  readers.Notify(abi::kPollIn);
  writers.Notify(abi::kPollOut);
}

void MessageQueue::Remove() {
  Ref<MessageQueue> keep(this);
  removed_ = true;
  table_.bytes -= bytes_;
  table_.messages -= messages_.size();
  table_.Remove(*this);
  for (const Message& message : messages_) table_.budget.Uncharge(Cost(message));
  messages_.clear();
  bytes_ = 0;
  readers.Notify(abi::kPollIn);
  writers.Notify(abi::kPollOut);
}

abi::MsqidDs MessageQueue::Status() const {
  abi::MsqidDs status{};
  status.msg_perm = owner.ToAbi();
  status.msg_stime = stime_;
  status.msg_rtime = rtime_;
  status.msg_ctime = ctime;
  status.msg_cbytes = bytes_;
  status.msg_qnum = messages_.size();
  status.msg_qbytes = max_bytes_;
  status.msg_lspid = last_sender_;
  status.msg_lrpid = last_receiver_;
  return status;
}

}  // namespace sentry

// System V message queues (msgop(2), msgctl(2)).
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "platform/base/wait_queue.h"
#include "sentry/ipc/permissions.h"

namespace sentry {

using base::MakeRef;
using base::Ref;
using base::RefCounted;

class MessageQueues;

class MessageQueue final : public RefCounted {
 public:
  struct Message {
    int64_t type;
    std::vector<std::byte> text;
  };
  // Which message msgrcv(2) wants.
  struct Selector {
    enum class Mode { kAny, kEqual, kNotEqual, kAtMost, kNumber } mode = Mode::kAny;
    int64_t value = 0;
    static Selector From(int64_t type, uint32_t flags);
  };

  MessageQueue(MessageQueues& table, const IpcOwner& queue_owner, uint64_t max_bytes);

  // EAGAIN: no room.
  Result<void> Send(Message message, int32_t pid);
  bool HasRoom(size_t bytes) const;
  // The message's place, ENOMSG; E2BIG when it is longer than `max` and may not be cut.
  Result<size_t> Find(const Selector& selector, size_t max, bool may_cut) const;
  const Message& at(size_t place) const { return messages_[place]; }
  Message Take(size_t place, int32_t pid);
  void SetMaxBytes(uint64_t max_bytes);
  void Remove();

  IpcOwner owner;
  bool removed() const { return removed_; }
  abi::MsqidDs Status() const;
  int64_t ctime;
  base::WaitQueue readers, writers;

 private:
  static uint64_t Cost(const Message& message) { return 64 + message.text.size(); }

  MessageQueues& table_;
  std::deque<Message> messages_;
  uint64_t bytes_ = 0;
  uint64_t max_bytes_;
  int64_t stime_ = 0, rtime_ = 0;
  int32_t last_sender_ = 0, last_receiver_ = 0;
  bool removed_ = false;
};

}  // namespace sentry

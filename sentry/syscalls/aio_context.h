// Contexts of io_setup(2): the requests of one and the events that tell of their ends.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>

#include "abi/linux/aio.h"
#include "sentry/kernel/task.h"

namespace sentry {

class AioContext;

// IOCB_CMD_POLL that waits: looked at again when its file tells of events.
class AioPoll final : public base::Waiter {
 public:
  AioPoll(AioContext& context, Ref<FileDescription> file, uint32_t events, uint64_t iocb,
          uint64_t data, Ref<FileDescription> eventfd);
  ~AioPoll() { base::WaitQueue::Remove(*this); }
  void Wake(uint32_t events) override;
  uint64_t iocb() const { return iocb_; }

 private:
  friend class AioContext;
  AioContext& context_;
  const Ref<FileDescription> file_;
  const uint32_t events_;
  const uint64_t iocb_, data_;
  const Ref<FileDescription> eventfd_;
};

class AioContext final : public RefCounted {
 public:
  explicit AioContext(uint32_t slots) : slots_(slots) {}

  uint32_t slots() const { return slots_; }
  // Requests and events that were not fetched yet.
  bool Full() const { return events_.size() + polls_.size() >= slots_; }
  void Complete(const abi::IoEvent& event, FileDescription* eventfd);
  // Ends at once when the file is ready.
  void Poll(Ref<FileDescription> file, uint32_t events, uint64_t iocb, uint64_t data,
            Ref<FileDescription> eventfd);
  // io_cancel(2): false when there is no such request.
  bool Cancel(uint64_t iocb);
  void Destroy();
  bool destroyed() const { return destroyed_; }

  std::deque<abi::IoEvent>& events() { return events_; }
  base::WaitQueue queue;  // POLLIN: an event came.

 private:
  friend class AioPoll;
  void Finish(AioPoll& poll, int64_t result);

  const uint32_t slots_;
  std::deque<abi::IoEvent> events_;
  std::list<std::unique_ptr<AioPoll>> polls_;
  bool destroyed_ = false;
};

// Those of an address space, by the address of their rings.
class AioContexts final : public RefCounted {
 public:
  static AioContexts& Of(Task& task);
  std::map<uint64_t, Ref<AioContext>> contexts;
  // EINVAL.
  Result<Ref<AioContext>> Find(uint64_t id) const;

 private:
  ~AioContexts() override;
};

}  // namespace sentry

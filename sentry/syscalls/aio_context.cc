// Contexts of asynchronous I/O: completion, polls that wait, cancelling.
#include "sentry/syscalls/aio_context.h"

#include <utility>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

AioPoll::AioPoll(AioContext& context, Ref<FileDescription> file, uint32_t events, uint64_t iocb,
                 uint64_t data, Ref<FileDescription> eventfd)
    : context_(context),
      file_(std::move(file)),
      events_(events | abi::kPollErr | abi::kPollHup),
      iocb_(iocb),
      data_(data),
      eventfd_(std::move(eventfd)) {}

// Inside of a notification: the queue may lose this waiter, but the file must not go now; the
// context's list keeps it until the events are fetched.
void AioPoll::Wake(uint32_t) {
  const uint32_t ready = file_->Poll() & events_;
  if (ready != 0) context_.Finish(*this, ready);
}

void AioContext::Complete(const abi::IoEvent& event, FileDescription* eventfd) {
  events_.push_back(event);
  queue.Notify(abi::kPollIn);
  if (eventfd == nullptr) return;
  const uint64_t one = 1;
  BufferSource source(std::as_bytes(std::span(&one, 1)));
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow()};
  int64_t position = 0;
  [[maybe_unused]] Result<size_t> written = eventfd->Write(ctx, source, &position);
}

void AioContext::Finish(AioPoll& poll, int64_t result) {
  base::WaitQueue::Remove(poll);
  for (auto at = polls_.begin(); at != polls_.end(); ++at) {
    if (at->get() != &poll) continue;
    std::unique_ptr<AioPoll> done = std::move(*at);
    polls_.erase(at);
    Complete({.data = done->data_, .obj = done->iocb_, .res = result, .res2 = 0},
             done->eventfd_.get());
    return;
  }
}

void AioContext::Poll(Ref<FileDescription> file, uint32_t events, uint64_t iocb, uint64_t data,
                      Ref<FileDescription> eventfd) {
  auto poll = std::make_unique<AioPoll>(*this, file, events, iocb, data, std::move(eventfd));
  AioPoll& added = *poll;
  polls_.push_back(std::move(poll));
  const uint32_t ready = file->Poll() & added.events_;
  if (ready != 0) return Finish(added, ready);
  if (base::WaitQueue* waiting = file->Queue()) waiting->Add(added, added.events_);
}

bool AioContext::Cancel(uint64_t iocb) {
  for (const std::unique_ptr<AioPoll>& poll : polls_) {
    if (poll->iocb() != iocb) continue;
    Finish(*poll, 0);
    return true;
  }
  return false;
}

void AioContext::Destroy() {
  destroyed_ = true;
  polls_.clear();
  events_.clear();
  queue.Notify(abi::kPollIn);
}

AioContexts& AioContexts::Of(Task& task) {
  base::Ref<base::RefCounted>& slot = task.mm().aio;
  if (!slot) slot = MakeRef<AioContexts>();
  return static_cast<AioContexts&>(*slot);
}

Result<Ref<AioContext>> AioContexts::Find(uint64_t id) const {
  auto found = contexts.find(id);
  if (found == contexts.end()) return Errno(EINVAL);
  return found->second;
}

AioContexts::~AioContexts() {
  for (auto& [id, context] : contexts) context->Destroy();
}

}  // namespace sentry

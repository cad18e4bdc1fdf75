#include "sentry/fs/eventfd/eventfd.h"

#include <cstdio>

#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"

namespace sentry {

Result<size_t> EventFd::Read(OpContext&, IoSink& sink, int64_t*) {
  if (sink.remaining() < sizeof(count_)) return Errno(EINVAL);
  if (count_ == 0) return Errno(EAGAIN);
  const uint64_t value = semaphore_ ? 1 : count_;
  count_ -= value;
  queue_.Notify(abi::kPollOut);
  // Linux takes the count even when the copy faults.
  if (TRY(sink.Put(std::as_bytes(std::span(&value, 1)))) != sizeof(value)) return Errno(EFAULT);
  return sizeof(value);
}

// A write that does not fit now is made again with a fresh source: FileDescription::StreamsWrites()
// is false.
Result<size_t> EventFd::Write(OpContext&, IoSource& source, int64_t*) {
  uint64_t value;
  if (source.remaining() < sizeof(value)) return Errno(EINVAL);
  if (TRY(source.Get(std::as_writable_bytes(std::span(&value, 1)))) != sizeof(value)) {
    return Errno(EFAULT);
  }
  if (value > kMax) return Errno(EINVAL);
  if (value > kMax - count_) return Errno(EAGAIN);
  count_ += value;
  queue_.Notify(abi::kPollIn);
  return sizeof(value);
}

uint32_t EventFd::Poll() {
  uint32_t events = 0;
  if (count_ > 0) events |= abi::kPollIn;
  if (count_ < kMax) events |= abi::kPollOut;
  return events;
}

std::string EventFd::FdInfo() {
  char text[96];
  std::snprintf(text, sizeof(text), "eventfd-count: %16llx\neventfd-semaphore: %d\n",
                static_cast<unsigned long long>(count_), semaphore_ ? 1 : 0);
  return text;
}

Ref<FileDescription> NewEventFd(Kernel& kernel, uint64_t count, uint32_t flags, bool semaphore) {
  return MakeRef<EventFd>(kernel.Get<NamelessFiles>().Anon("anon_inode:[eventfd]"),
                          abi::kORdwr | flags, count, semaphore);
}

}  // namespace sentry

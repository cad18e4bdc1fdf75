// eventfd(2): a counter that is a file.
#pragma once

#include "sentry/kernel/kernel.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class EventFd final : public FileDescription {
 public:
  EventFd(Path path, uint32_t flags, uint64_t count, bool semaphore)
      : FileDescription(std::move(path), flags), count_(count), semaphore_(semaphore) {}

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  uint32_t Poll() override;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return int64_t{0}; }
  base::WaitQueue* Queue() override { return &queue_; }
  std::string FdInfo() override;

 private:
  static constexpr uint64_t kMax = ~uint64_t{0} - 1;

  uint64_t count_;
  const bool semaphore_;
  base::WaitQueue queue_;
};

// eventfd2(2) with checked `flags` (O_NONBLOCK).
Ref<FileDescription> NewEventFd(Kernel& kernel, uint64_t count, uint32_t flags, bool semaphore);

}  // namespace sentry

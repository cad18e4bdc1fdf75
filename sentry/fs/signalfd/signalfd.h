// signalfd(2): pending signals read from a file.  Which signals those are depends on who reads or
// polls: it is the kernel's current task, not the one that made the file.
#pragma once

#include "abi/linux/signal.h"
#include "sentry/kernel/kernel.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class SignalFd final : public FileDescription {
 public:
  SignalFd(Path path, uint32_t flags, Kernel& kernel, abi::Sigset mask)
      : FileDescription(std::move(path), flags), kernel_(kernel), mask_(mask) {}

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  uint32_t Poll() override;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return int64_t{0}; }
  base::WaitQueue* Queue() override;
  std::string FdInfo() override;
  void SetMask(abi::Sigset mask);

 private:
  Kernel& kernel_;
  abi::Sigset mask_;
  base::WaitQueue nobody_;  // For when no call is being handled.
};

SignalFd* AsSignalFd(FileDescription& file);
Ref<FileDescription> NewSignalFd(Kernel& kernel, abi::Sigset mask, uint32_t flags);

}  // namespace sentry

// TunFile: /dev/net/tun, open: a packet a read and a write once TUNSETIFF has made it a device's.
#pragma once

#include "sentry/kernel/kernel.h"
#include "sentry/socket/tun/tun.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class TunFile final : public FileDescription {
 public:
  TunFile(Kernel& kernel, Path path, uint32_t flags, Network& network)
      : FileDescription(std::move(path), flags), kernel_(kernel), network_(&network) {}
  ~TunFile() override;

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  uint32_t Poll() override;
  base::WaitQueue* Queue() override { return &queue_; }
  std::string FdInfo() override;

  // From the device: a packet is there; it has gone.
  void OnReadable();
  void OnGone();

 private:
  Result<void> SetInterface(OpContext& ctx, UserMemory& memory, uint64_t arg);
  Result<void> AttachTo(OpContext& ctx, Tun& tun, uint16_t flags);
  Result<uint64_t> OfDevice(UserMemory& memory, uint32_t request, uint64_t arg);
  Result<uint64_t> OfVirtio(UserMemory& memory, uint32_t request, uint64_t arg);

  Kernel& kernel_;
  const Ref<Network> network_;  // Of who opened it.
  Ref<Tun> tun_;                // Null: not attached.
  int32_t wanted_index_ = 0;    // TUNSETIFINDEX
  base::WaitQueue queue_;
};

// An opener of the device registry.
Result<Ref<FileDescription>> OpenTun(Kernel& kernel, OpContext& ctx, const Path& path,
                                     uint32_t flags);

}  // namespace sentry

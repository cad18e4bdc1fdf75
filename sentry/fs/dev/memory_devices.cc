#include "sentry/fs/dev/memory_devices.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "abi/linux/capability.h"
#include "abi/linux/ioctl.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

// Bytes at a time between a device and the guest.
constexpr size_t kChunk = 64 << 10;

// What is written is gone: that much of it as could be read.
Result<size_t> Swallow(IoSource& source) {
  return source.remaining();
}

class Device : public FileDescription {
 public:
  Device(Path path, uint32_t flags) : FileDescription(std::move(path), flags) {}
  bool HasPosition() const override { return true; }
  // null_lseek() of Linux: these have no size, the position is accepted and stays 0.
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return offset = 0; }
  Result<size_t> Write(OpContext&, IoSource& source, int64_t*) override { return Swallow(source); }
};

class NullDevice final : public Device {
 public:
  using Device::Device;
  Result<size_t> Read(OpContext&, IoSink&, int64_t*) override { return size_t{0}; }
};

Result<size_t> PutZeros(IoSink& sink) {
  static std::array<std::byte, kChunk> zeros;  // Not const, so that it takes no room in the binary.
  size_t done = 0;
  while (sink.remaining() != 0) {
    size_t want = std::min(sink.remaining(), zeros.size());
    Result<size_t> put = sink.Put(std::span(zeros).first(want));
    if (!put.ok()) return done != 0 ? Result<size_t>(done) : put;
    done += *put;
    if (*put < want) break;
  }
  return done;
}

class ZeroDevice final : public Device {
 public:
  using Device::Device;
  Result<size_t> Read(OpContext&, IoSink& sink, int64_t*) override { return PutZeros(sink); }
  Result<Mapping> Map(OpContext&, uint32_t, uint32_t) override { return Mapping{}; }
};

class FullDevice final : public Device {
 public:
  using Device::Device;
  Result<size_t> Read(OpContext&, IoSink& sink, int64_t*) override { return PutZeros(sink); }
  // Whatever the count (write_full()).
  Result<size_t> Write(OpContext&, IoSource&, int64_t*) override { return Errno(ENOSPC); }
};

// random(4): both devices are the host's generator.
class RandomDevice final : public Device {
 public:
  using Device::Device;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return offset = 0; }
  Result<size_t> Read(OpContext&, IoSink& sink, int64_t*) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
};

Result<size_t> RandomDevice::Read(OpContext&, IoSink& sink, int64_t*) {
  std::array<std::byte, 4096> bytes;
  size_t done = 0;
  while (sink.remaining() != 0) {
    ssize_t got = ::getrandom(bytes.data(), std::min(sink.remaining(), bytes.size()), 0);
    if (got <= 0) return done != 0 ? Result<size_t>(done) : base::LastErrno();
    Result<size_t> put = sink.Put(std::span(bytes).first(static_cast<size_t>(got)));
    if (!put.ok()) return done != 0 ? Result<size_t>(done) : put;
    done += *put;
    if (*put < static_cast<size_t>(got)) break;
  }
  return done;
}

Result<uint64_t> RandomDevice::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                                     uint64_t arg) {
  constexpr uint64_t kRndZapEntCnt = 0x5204, kRndClearPool = 0x5206, kRndReseed = 0x5207;
  switch (request) {
    case abi::kRndgetentcnt:
      TRY(memory.CopyOut(UserPtr<int32_t>(arg), int32_t{256}));
      return uint64_t{0};
    case abi::kRndaddtoentcnt:
    case abi::kRndaddentropy:
    case kRndZapEntCnt:
    case kRndClearPool:
    case kRndReseed:
      // Nothing of the guest's goes into the host's pool, and the pool is always full.
      if (!ctx.creds.HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
      return uint64_t{0};
    default:
      return Errno(EINVAL);
  }
}

}  // namespace

Result<Ref<FileDescription>> OpenMemoryDevice(OpContext&, const Path& path, uint64_t rdev,
                                              uint32_t flags) {
  switch (abi::DevMinor(rdev)) {
    case 3:
      return Ref<FileDescription>(MakeRef<NullDevice>(path, flags));
    case 5:
      return Ref<FileDescription>(MakeRef<ZeroDevice>(path, flags));
    case 7:
      return Ref<FileDescription>(MakeRef<FullDevice>(path, flags));
    case 8:
    case 9:
      return Ref<FileDescription>(MakeRef<RandomDevice>(path, flags));
    default:
      return Errno(ENXIO);
  }
}

bool IsNullDevice(const FileDescription& file) {
  return dynamic_cast<const NullDevice*>(&file) != nullptr;
}

bool IsFullDevice(const FileDescription& file) {
  return dynamic_cast<const FullDevice*>(&file) != nullptr;
}

}  // namespace sentry

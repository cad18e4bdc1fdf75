// Device nodes, FIFOs and sockets lead away from the file system that holds their names: who opens
// them is wired by boot and reached through OpContext.
#pragma once

#include <cstdint>

#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class SpecialFileOpener {
 public:
  virtual ~SpecialFileOpener() = default;
  // The FIFO end that `flags` ask for.  Its pipe hangs at path.inode()->attachment.  A description
  // that has to wait for the other end says so by FinishOpen(); ENXIO for a non-blocking writer
  // without a reader.
  virtual Result<Ref<FileDescription>> OpenFifo(OpContext& ctx, const Path& path,
                                                uint32_t flags) = 0;
  // A character or block device by its number; ENXIO when there is none.
  virtual Result<Ref<FileDescription>> OpenDevice(OpContext& ctx, const Path& path, uint64_t rdev,
                                                  uint32_t flags) = 0;
};

// For Inode::Open of file systems with such nodes: passes FIFOs and devices on; ENXIO for sockets
// and where nothing was wired.
Result<Ref<FileDescription>> OpenSpecialFile(OpContext& ctx, const Path& path, uint64_t rdev,
                                             uint32_t flags);

}  // namespace sentry

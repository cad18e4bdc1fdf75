// ioctl_tty(2): what all terminals answer.
#pragma once

#include "sentry/fs/tty/tty.h"
#include "sentry/mm/user_memory.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

struct TtyRequest {
  Task& task;
  UserMemory& memory;
  FileDescription& file;
  Tty& tty;  // For a master: the other side.
  uint64_t request;
  uint64_t arg;
  bool from_master = false;
};

// Of a request that answers 0.
inline Result<uint64_t> Done(Result<void> result) {
  TRY(std::move(result));
  return uint64_t{0};
}

// ENOTTY for what no terminal knows.
Result<uint64_t> TtyIoctl(const TtyRequest& r);

}  // namespace sentry

// OpContext: on whose behalf a file operation runs.  vfs and file systems know no tasks beyond
// this.
#pragma once

#include <cstdint>

#include "abi/linux/time.h"
#include "sentry/auth/credentials.h"

namespace sentry {

class Blocker;
class SpecialFileOpener;
class Task;

struct OpContext {
  const Credentials& creds;
  abi::Timespec now;  // CLOCK_REALTIME, for timestamps.
  uint32_t umask = 022;
  uint64_t file_size_limit = ~uint64_t{0};  // RLIMIT_FSIZE of the caller.
  Task* task = nullptr;  // Opaque to vfs; null for the kernel's own work.  fs/{proc,devpts} look.
  Blocker* blocker = nullptr;                  // Null: there is no other thread to make way for.
  SpecialFileOpener* special_files = nullptr;  // Null: FIFOs and devices cannot be opened.
};

}  // namespace sentry

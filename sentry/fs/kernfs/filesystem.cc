#include "sentry/fs/kernfs/filesystem.h"

#include "sentry/time/time.h"
#include "sentry/vfs/device_number.h"

namespace sentry {

KernFilesystem::KernFilesystem(const char* type, uint64_t magic, int create_errno)
    : type_(type),
      magic_(magic),
      create_errno_(create_errno),
      device_(NewAnonymousDevice()),
      made_(RealtimeNow()) {}

Result<FsStatistics> KernFilesystem::Statistics(OpContext&) {
  FsStatistics stats;  // simple_statfs() of Linux: nothing is counted.
  stats.type = magic_;
  stats.id = device_;
  return stats;
}

}  // namespace sentry

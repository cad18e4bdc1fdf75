#include "backends.h"

#include <fcntl.h>

#include "platform/notify/notify.h"
#include "platform/ptrace/ptrace.h"

namespace platform::testing {
namespace {

int ProcFd() {
  static const int fd = ::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return fd;
}

Result<std::unique_ptr<Platform>> MakeNotify(const Options& options) {
  NotifyOptions full;
  static_cast<Options&>(full) = options;
  full.proc_fd = ProcFd();
  return CreateNotify(full);
}

// As on a processor without the FSGSBASE instructions.
Result<std::unique_ptr<Platform>> MakeNotifySlow(const Options& options) {
  NotifyOptions full;
  static_cast<Options&>(full) = options;
  full.proc_fd = ProcFd();
  full.without_fsgsbase = true;
  return CreateNotify(full);
}

}  // namespace

const std::vector<Backend>& Backends() {
  static const std::vector<Backend> backends = {
      {"ptrace", CreatePtrace},
      {"notify", MakeNotify},
      {"notify_without_fsgsbase", MakeNotifySlow},
  };
  return backends;
}

}  // namespace platform::testing

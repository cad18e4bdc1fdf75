#include "backends.h"

#include "platform/ptrace/ptrace.h"
#if __has_include("platform/notify/notify.h")
#include "platform/notify/notify.h"
#define HAVE_NOTIFY 1
#endif

namespace platform::testing {

const std::vector<Backend>& Backends() {
  static const std::vector<Backend> backends = {
      {"ptrace", CreatePtrace},
#ifdef HAVE_NOTIFY
      {"notify", CreateNotify},
#endif
  };
  return backends;
}

}  // namespace platform::testing

#include "sentry/boot/boot.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/base/log.h"
#include "sentry/boot/config.h"
#include "sentry/boot/gofer_process.h"
#include "sentry/boot/sandbox.h"

namespace sentry {

int Main(int argc, char** argv) {
  Config config;
  if (getenv("SENTRY_DEBUG")) base::log_level = base::LogLevel::kDebug;
  int i = 1;
  for (; i < argc && std::strcmp(argv[i], "--") != 0; ++i) {
    if (std::strncmp(argv[i], "--platform=", 11) == 0) config.platform = argv[i] + 11;
  }
  for (++i; i < argc; ++i) config.argv.emplace_back(argv[i]);
  gofer::GoferConfig mounts;
  mounts.mounts.push_back(
      {.path = "/", .root = {}, .hidden = {}, .squash_uid = {}, .squash_gid = {}});
  base::Result<GoferProcess> gofer = StartGofer(std::move(mounts));
  if (!gofer.ok()) return 125;
  return RunSandbox(config, std::move(gofer->channel));
}

}  // namespace sentry

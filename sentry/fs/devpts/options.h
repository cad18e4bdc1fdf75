// Mount options of devpts (Linux: Documentation/filesystems/devpts.rst).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sentry {

struct DevptsOptions {
  static constexpr uint32_t kMost = 1 << 20;  // NR_UNIX98_PTY_MAX

  std::optional<uint32_t> uid, gid;  // Of slaves; else the opener's.
  uint32_t mode = 0600;              // Of slaves.
  uint32_t ptmx_mode = 0;
  uint32_t max = kMost;

  // EINVAL for what it does not know.
  static base::Result<DevptsOptions> Parse(std::string_view text);
  std::string Show() const;  // As in /proc/mounts.
};

}  // namespace sentry

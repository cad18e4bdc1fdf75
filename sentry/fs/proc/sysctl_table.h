// The rows of /proc/sys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sentry {

class Kernel;

struct SysctlRow {
  std::string_view path;
  uint32_t permissions;
  // As it is shown, without the line end; numbers are separated by tabs.
  const char* value;
  enum class Kind : uint8_t { kText, kNumbers } kind = Kind::kNumbers;
  int64_t min = INT32_MIN, max = INT32_MAX;  // Of each number.
  // Made up when it is read, instead of `value`.
  std::string (*live)(Kernel&) = nullptr;
  base::Result<void> (*store)(Kernel&, std::string_view) = nullptr;
};

std::span<const SysctlRow> SysctlRows();  // Sorted by path.

// --- live values (sysctl_live.cc) ---
std::string HostnameValue(Kernel& kernel);
base::Result<void> StoreHostname(Kernel& kernel, std::string_view text);
std::string DomainnameValue(Kernel& kernel);
base::Result<void> StoreDomainname(Kernel& kernel, std::string_view text);
std::string BootIdValue(Kernel& kernel);
std::string UuidValue(Kernel& kernel);
std::string FileNrValue(Kernel& kernel);
std::string ThreadsMaxValue(Kernel& kernel);
std::string LastPidValue(Kernel& kernel);
std::string CorePatternValue(Kernel& kernel);
base::Result<void> StoreCorePattern(Kernel& kernel, std::string_view text);
std::string CoreUsesPidValue(Kernel& kernel);
base::Result<void> StoreCoreUsesPid(Kernel& kernel, std::string_view text);
std::string PtraceScopeValue(Kernel& kernel);
base::Result<void> StorePtraceScope(Kernel& kernel, std::string_view text);

}  // namespace sentry

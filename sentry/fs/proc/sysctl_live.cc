// Settings of /proc/sys whose value is elsewhere.
#include <sys/random.h>

#include <array>

#include "abi/linux/utsname.h"
#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/sysctl_table.h"
#include "sentry/fs/proc/system_file.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// A random UUID (RFC 9562, version 4).
std::string MakeUuid() {
  std::array<uint8_t, 16> b{};
  [[maybe_unused]] ssize_t got = ::getrandom(b.data(), b.size(), 0);
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  std::string text;
  for (size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    Append(text, "%02x", b[i]);
  }
  return text;
}

std::string CutHostName(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  return std::string(text.substr(0, abi::kHostNameMax));
}

}  // namespace

std::string HostnameValue(Kernel& kernel) {
  return kernel.namespaces().uts->hostname;
}
Result<void> StoreHostname(Kernel& kernel, std::string_view text) {
  kernel.namespaces().uts->hostname = CutHostName(text);
  return {};
}
std::string DomainnameValue(Kernel& kernel) {
  return kernel.namespaces().uts->domainname;
}
Result<void> StoreDomainname(Kernel& kernel, std::string_view text) {
  kernel.namespaces().uts->domainname = CutHostName(text);
  return {};
}

std::string CorePatternValue(Kernel& kernel) {
  return kernel.core_pattern;
}
// A pipe to a helper would run a program outside of any process of the guest's.
Result<void> StoreCorePattern(Kernel& kernel, std::string_view text) {
  constexpr size_t kCorenameMax = 128;
  if (text.starts_with('|') || text.size() >= kCorenameMax) return Errno(EINVAL);
  kernel.core_pattern = std::string(text);
  return {};
}
std::string CoreUsesPidValue(Kernel& kernel) {
  return kernel.core_uses_pid ? "1" : "0";
}
Result<void> StoreCoreUsesPid(Kernel& kernel, std::string_view text) {
  kernel.core_uses_pid = text == "1";
  return {};
}
std::string PtraceScopeValue(Kernel& kernel) {
  return std::to_string(kernel.ptrace_scope);
}
// "No attach" cannot be taken back (Yama.rst).
Result<void> StorePtraceScope(Kernel& kernel, std::string_view text) {
  constexpr int kNoAttach = 3;
  const int scope = text[0] - '0';
  if (kernel.ptrace_scope == kNoAttach && scope != kNoAttach) return Errno(EINVAL);
  kernel.ptrace_scope = scope;
  return {};
}

std::string BootIdValue(Kernel&) {
  static const std::string id = MakeUuid();  // A process is one boot.
  return id;
}
std::string UuidValue(Kernel&) {
  return MakeUuid();
}

// Open files, 0, the limit (file-max).
std::string FileNrValue(Kernel& kernel) {
  size_t open = 0;
  for (const ThreadGroup* group : kernel.pids().Groups()) {
    if (!group->tasks.empty()) open += group->tasks.front()->fds().Numbers().size();
  }
  return std::to_string(open) + "\t0\t9223372036854775807";
}

std::string ThreadsMaxValue(Kernel& kernel) {
  constexpr uint64_t kDefault = 32768;
  uint64_t limit = kernel.options().process_limit;
  return std::to_string(limit != 0 ? limit : kDefault);
}

std::string LastPidValue(Kernel& kernel) {
  return std::to_string(kernel.pids().last());
}

}  // namespace sentry

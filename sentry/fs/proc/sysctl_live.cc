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
  return kernel.hostname;
}
Result<void> StoreHostname(Kernel& kernel, std::string_view text) {
  kernel.hostname = CutHostName(text);
  return {};
}
std::string DomainnameValue(Kernel& kernel) {
  return kernel.domainname;
}
Result<void> StoreDomainname(Kernel& kernel, std::string_view text) {
  kernel.domainname = CutHostName(text);
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

// syslog(2): a kernel log of the sandbox's own.  Nothing of the host's is in it.
#include "abi/linux/capability.h"
#include "abi/linux/utsname.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/version.h"
#include "sentry/syscalls/system_calls.h"

namespace sentry {
namespace {

class KernelLog final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kKernelLog;
  explicit KernelLog(Kernel&) {}

  std::string text = std::string("<5>[    0.000000] ") + kSystemName + " version " +
                     kKernelRelease + " " + kKernelVersion + "\n" +
                     "<6>[    0.000000] Command line:\n";
  size_t read = 0;     // SYSLOG_ACTION_READ takes what is behind.
  size_t cleared = 0;  // SYSLOG_ACTION_READ_ALL shows what is behind.
};

// check_syslog_permissions()
Result<void> MayAsk(const Task& task, int type) {
  const bool harmless = type == abi::kSyslogActionReadAll || type == abi::kSyslogActionSizeBuffer;
  const bool restricted = task.kernel().Get<Sysctls>().Number("kernel/dmesg_restrict") != 0;
  if (harmless && !restricted) return {};
  const Credentials& creds = task.creds();
  const bool may = creds.HasCapability(abi::kCapSyslog) || creds.HasCapability(abi::kCapSysAdmin);
  return may ? Result<void>() : Errno(EPERM);
}

Result<size_t> TakeUnread(Task& task, UserPtr<std::byte> to, size_t size) {
  KernelLog& log = task.kernel().Get<KernelLog>();
  if (log.read == log.text.size()) return Errno(EAGAIN);
  const std::string_view part = std::string_view(log.text).substr(log.read, size);
  TRY(task.Write(to.value(), std::as_bytes(std::span(part))));
  log.read += part.size();
  return part.size();
}

// The last whole lines that fit.
Result<size_t> ReadAll(Task& task, UserPtr<std::byte> to, size_t size, bool clear) {
  KernelLog& log = task.kernel().Get<KernelLog>();
  std::string_view part = std::string_view(log.text).substr(log.cleared);
  while (part.size() > size) part.remove_prefix(part.find('\n') + 1);
  TRY(task.Write(to.value(), std::as_bytes(std::span(part))));
  if (clear) log.cleared = log.text.size();
  return part.size();
}

}  // namespace

Result<size_t> SysSyslog(Task& task, int type, UserPtr<std::byte> to, int size) {
  constexpr size_t kBufferSize = 1 << 18;
  TRY(MayAsk(task, type));
  KernelLog& log = task.kernel().Get<KernelLog>();
  switch (type) {
    case abi::kSyslogActionClose:
    case abi::kSyslogActionOpen:
    case abi::kSyslogActionConsoleOff:
    case abi::kSyslogActionConsoleOn:
      return size_t{0};
    case abi::kSyslogActionRead:
    case abi::kSyslogActionReadAll:
    case abi::kSyslogActionReadClear:
      break;
    case abi::kSyslogActionClear:
      log.cleared = log.text.size();
      return size_t{0};
    case abi::kSyslogActionConsoleLevel:
      return size >= 1 && size <= 8 ? Result<size_t>(size_t{0}) : Errno(EINVAL);
    case abi::kSyslogActionSizeUnread:
      return log.text.size() - log.read;
    case abi::kSyslogActionSizeBuffer:
      return kBufferSize;
    default:
      return Errno(EINVAL);
  }
  if (to.IsNull() || size < 0) return Errno(EINVAL);
  if (size == 0) return size_t{0};
  const auto room = static_cast<size_t>(size);
  if (type != abi::kSyslogActionRead) {
    return ReadAll(task, to, room, type == abi::kSyslogActionReadClear);
  }
  // Nothing is added later: who waits for more waits for a signal.
  return task.Retry(WaitSpec{}, false, [to, room](Task& t) { return TakeUnread(t, to, room); });
}

}  // namespace sentry

// perf_event_open(2): there are no counters here; what may be asked for is still checked, so that a
// program learns whether it lacks the permission or the machine the event.
#include "abi/linux/capability.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/perf_calls.h"

namespace sentry {
namespace {

constexpr uint32_t kAttrSize0 = 64, kAttrMax = 4096;  // PERF_ATTR_SIZE_VER0, a page.
constexpr uint32_t kFlags = 0xf;                      // PERF_FLAG_*
constexpr uint64_t kExcludeKernel = uint64_t{1} << 5;

// The start of struct perf_event_attr.
struct AttrHead {
  uint32_t type, size;
  uint64_t config, sample_period, sample_type, read_format, bits;
};

bool MayProfile(const Credentials& creds) {
  return creds.HasCapability(abi::kCapPerfmon) || creds.HasCapability(abi::kCapSysAdmin);
}

}  // namespace

Result<FdNum> SysPerfEventOpen(Task& task, UserAddr attr_ptr, int32_t pid, int32_t cpu, FdNum,
                               uint64_t flags) {
  if ((flags & ~uint64_t{kFlags}) != 0) return Errno(EINVAL);
  AttrHead attr = TRY(task.CopyIn(UserPtr<AttrHead>(attr_ptr)));
  if (attr.size != 0 && (attr.size < kAttrSize0 || attr.size > kAttrMax)) return Errno(E2BIG);
  const int64_t paranoid = task.kernel().Get<Sysctls>().Number("kernel/perf_event_paranoid");
  if (!MayProfile(task.creds())) {
    if (paranoid > 1 && (attr.bits & kExcludeKernel) == 0) return Errno(EACCES);
    if (paranoid > 0 && pid == -1) return Errno(EACCES);
  }
  if (pid == -1 && cpu == -1) return Errno(EINVAL);
  if (pid > 0 && task.FindTask(pid) == nullptr) return Errno(ESRCH);
  return Errno(ENOENT);
}

}  // namespace sentry

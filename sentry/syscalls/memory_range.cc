// Calls about a range of memory, which the host carries out: what is left to do is to keep a guest
// away from the pages of the platform, which lie behind its own.
#include <algorithm>

#include "abi/linux/mman.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/mmap.h"

namespace sentry {
namespace {

uint64_t PagesOf(uint64_t addr, uint64_t length) {
  return (length + addr % abi::kPageSize + abi::kPageSize - 1) & ~(abi::kPageSize - 1);
}

// The host turns it away before it looks at any page, or finds that there is none.
bool TouchesNothing(uint64_t addr, uint64_t length) {
  const uint64_t first = addr & ~(abi::kPageSize - 1), pages = PagesOf(addr, length);
  return pages == 0 || first + pages < first;
}

// The host does what there is to do in the guest's part, or, when there is none, only looks at the
// other arguments; what follows is a hole.
Result<uint64_t> CutAtLimit(Task& task, uint64_t addr, uint64_t length) {
  const uint64_t limit = task.kernel().platform().GuestAddressLimit();
  const bool begins_inside = addr < limit;
  const uint64_t at = begins_inside ? addr : limit - abi::kPageSize + addr % abi::kPageSize;
  const uint64_t left = begins_inside ? std::min(length, limit - addr) : 0;
  task.CaptureThen([=](Task& self) {
    const uint64_t(&args)[6] = self.call().args;
    const platform::HostCall call{.number = self.call().number,
                                  .args = {at, left, args[2], args[3], args[4], args[5]}};
    self.InjectThen(std::span(&call, 1), [](Task& done, std::span<const int64_t> results) {
      const int64_t hole = done.call().number == abi::kSysMbind ? EFAULT : ENOMEM;
      const int64_t result = results[0] < 0 ? results[0] : -hole;
      done.CompleteSyscall(static_cast<uint64_t>(result));
    });
  });
  return Errno(kErrnoNoReturn);
}

}  // namespace

bool GuestRange(Task& task, uint64_t addr, uint64_t length) {
  uint64_t end;
  return !__builtin_add_overflow(addr, length, &end) &&
         end <= task.kernel().platform().GuestAddressLimit();
}

Result<uint64_t> SysMemoryRange(Task& task, uint64_t addr, uint64_t length) {
  if (GuestRange(task, addr, length) || TouchesNothing(addr, length)) return Errno(kErrnoHost);
  return CutAtLimit(task, addr, length);
}

// mincore(2): access_ok() of the whole of it comes first.
Result<uint64_t> SysMincore(Task& task, uint64_t addr, uint64_t length) {
  const bool beyond = addr > abi::kTaskSize || length > abi::kTaskSize - addr;
  if (addr % abi::kPageSize == 0 && length != 0 && !GuestRange(task, addr, length))
    return Errno(ENOMEM);
  return Errno(beyond && addr % abi::kPageSize == 0 ? ENOMEM : kErrnoHost);
}

Result<uint64_t> SysMadvise(Task& task, uint64_t addr, uint64_t length, int advice) {
  // As a kernel without CONFIG_MEMORY_FAILURE.
  if (advice == abi::kMadvHwpoison || advice == abi::kMadvSoftOffline) return Errno(EINVAL);
  return SysMemoryRange(task, addr, length);
}

}  // namespace sentry

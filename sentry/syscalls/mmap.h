// mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2), brk(2) and their kin: checked here,
// carried out by the host.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

Result<uint64_t> SysMmap(Task& task, uint64_t addr, uint64_t length, uint32_t prot, uint32_t flags,
                         FdNum fd, uint64_t offset);
Result<uint64_t> SysBrk(Task& task, uint64_t addr);
Result<uint64_t> SysMremap(Task& task, uint64_t old_addr, uint64_t old_size, uint64_t new_size,
                           uint32_t flags, uint64_t new_addr);
Result<uint64_t> SysMadvise(Task& task, uint64_t addr, uint64_t length, int advice);
Result<uint64_t> SysMunmap(Task& task, uint64_t addr, uint64_t length);
Result<uint64_t> SysMprotect(Task& task, uint64_t addr, uint64_t length, uint32_t prot);
// memory_range.cc
bool GuestRange(Task& task, uint64_t addr, uint64_t length);  // Nothing of it is the platform's.
Result<uint64_t> SysMincore(Task& task, uint64_t addr, uint64_t length);
// msync, mlock, mlock2, munlock, mbind, mseal, remap_file_pages: a range that must be the guest's.
Result<uint64_t> SysMemoryRange(Task& task, uint64_t addr, uint64_t length);
// Calls of which the host sees registers and the guest's own memory alone, safe for any arguments.
Result<uint64_t> SysHost(Task& task);

}  // namespace sentry

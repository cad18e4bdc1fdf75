// memfd_create(2).
#include "abi/linux/mman.h"
#include "sentry/fs/tmpfs/shm_files.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/file_calls.h"

namespace sentry {

Result<FdNum> SysMemfdCreate(Task& task, PathPtr name, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kMfdCloexec | abi::kMfdAllowSealing | abi::kMfdHugetlb |
                              abi::kMfdNoexecSeal | abi::kMfdExec;
  constexpr uint32_t kHugeSize = abi::kMapHugeMask << abi::kMapHugeShift;
  constexpr size_t kPrefix = 6;  // "memfd:"
  bool huge = (flags & abi::kMfdHugetlb) != 0;
  if ((flags & ~(kKnown | (huge ? kHugeSize : 0))) != 0) return Errno(EINVAL);
  constexpr uint32_t kBoth = abi::kMfdExec | abi::kMfdNoexecSeal;
  if ((flags & kBoth) == kBoth) return Errno(EINVAL);
  Result<std::string> text = task.ReadString(name.value(), kNameMax + 1 - kPrefix);
  if (text.Is(ENAMETOOLONG)) return Errno(EINVAL);
  if (!text.ok()) return text.error();
  if (huge) return Errno(ENOSYS);  // As a kernel without hugetlbfs.
  OpContext ctx = task.context();
  bool noexec = (flags & abi::kMfdNoexecSeal) != 0;
  Ref<FileDescription> file = TRY(task.kernel().Get<ShmFiles>().Create(
      ctx, "/memfd:" + *text + " (deleted)", noexec ? 0666 : 0777));
  TmpfsFile& memfd = ShmFiles::FileOf(*file);
  if (noexec || (flags & abi::kMfdAllowSealing) != 0) memfd.AllowSeals();
  if (noexec) TRY(memfd.AddSeals(abi::kFSealExec));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = (flags & abi::kMfdCloexec) != 0});
}

}  // namespace sentry

// ProcFilesystem: proc(5).
#pragma once

#include "sentry/fs/kernfs/filesystem.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class ProcFilesystem final : public KernFilesystem {
 public:
  ProcFilesystem(Kernel& owner, Ref<PidNamespace> numbers)
      : KernFilesystem("proc", abi::kProcSuperMagic, ENOENT),
        kernel(owner),
        pid_ns(std::move(numbers)) {}
  Ref<Inode> Root() override;
  bool NeedsRevalidation() const override { return true; }

  Kernel& kernel;
  const Ref<PidNamespace> pid_ns;  // Whose processes are shown, by its numbers.
};

// Inode numbers: the root, what stands in it, the tree of settings; processes have theirs above
// (subject.h).
constexpr uint64_t kProcRootIno = 1;
constexpr uint64_t kFirstFixedIno = 4026532000;
constexpr uint64_t kFirstSysctlIno = uint64_t{1} << 60;

}  // namespace sentry

// The fixed part of /sys as a tree.
#pragma once

#include "sentry/fs/kernfs/tree.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class SysTree final : public TreeSource {
 public:
  explicit SysTree(Kernel& kernel) : kernel_(kernel) {}
  size_t size() const override;
  std::string_view path(size_t node) const override;
  uint32_t mode(size_t node) const override;
  uint32_t FamilySize(std::string_view prefix) const override;
  Result<std::string> Text(OpContext& ctx, size_t node, const TreeNumbers& numbers) override;
  Result<void> Store(OpContext& ctx, size_t node, const TreeNumbers& numbers,
                     std::string_view text) override;
  uint64_t FileSize() const override { return 4096; }

 private:
  Kernel& kernel_;
};

// Attributes of a processor (sys_cpu.cc); `cpu` is its number.
std::string SysCpuOnline(Kernel& kernel, uint32_t cpu);
std::string SysCpuPossible(Kernel& kernel, uint32_t cpu);
std::string SysCpuCoreId(Kernel& kernel, uint32_t cpu);
std::string SysCpuPackageId(Kernel& kernel, uint32_t cpu);
std::string SysCpuThreadMask(Kernel& kernel, uint32_t cpu);
std::string SysCpuThreadList(Kernel& kernel, uint32_t cpu);
std::string SysCpuPackageMask(Kernel& kernel, uint32_t cpu);
std::string SysCpuPackageList(Kernel& kernel, uint32_t cpu);
std::string SysCpuSmtActive(Kernel& kernel, uint32_t cpu);
std::string SysNodeCpuMask(Kernel& kernel, uint32_t node);
std::string SysNodeMeminfo(Kernel& kernel, uint32_t node);

}  // namespace sentry

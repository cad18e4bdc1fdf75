// The files about the system as a tree: what stands in /proc beside the processes.
#pragma once

#include "sentry/fs/kernfs/tree.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class SystemTree final : public TreeSource {
 public:
  explicit SystemTree(Kernel& kernel) : kernel_(kernel) {}
  size_t size() const override;
  std::string_view path(size_t node) const override;
  uint32_t mode(size_t node) const override;
  Result<std::string> Text(OpContext& ctx, size_t node, const TreeNumbers& numbers) override;
  Result<void> Store(OpContext& ctx, size_t node, const TreeNumbers& numbers,
                     std::string_view text) override;

 private:
  Kernel& kernel_;
};

}  // namespace sentry

// Sysctls: the settings of /proc/sys (proc_sys(5)), one for all of the sandbox.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "platform/base/unique_function.h"
#include "sentry/fs/kernfs/tree.h"
#include "sentry/kernel/subsystem.h"

namespace sentry {

// A setting has the value of its row in the table until it is written; who has a live value binds
// it.
class Sysctls final : public TreeSource {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kSysctls;
  explicit Sysctls(Kernel& kernel) : kernel_(kernel) {}

  // `path` without "/proc/sys/", and in the table: "fs/pipe-max-size".
  int64_t Number(std::string_view path);
  uint64_t Unsigned(std::string_view path);  // Beyond INT64_MAX too.
  std::string Value(std::string_view path);  // Without the line end.

  using Getter = base::UniqueFunction<std::string()>;
  using Setter = base::UniqueFunction<Result<void>(std::string_view)>;
  // The value is elsewhere from now on.  `set` gets what was found valid by the row.
  void Bind(std::string_view path, Getter get, Setter set);

  size_t size() const override;
  std::string_view path(size_t node) const override;
  uint32_t mode(size_t node) const override;
  Result<std::string> Text(OpContext& ctx, size_t node, const TreeNumbers& numbers) override;
  Result<void> Store(OpContext& ctx, size_t node, const TreeNumbers& numbers,
                     std::string_view text) override;

 private:
  struct Bound {
    Getter get;
    Setter set;
  };
  std::string ValueOf(size_t node);

  Kernel& kernel_;
  std::map<size_t, std::string> written_;
  std::map<size_t, Bound> bound_;
};

}  // namespace sentry

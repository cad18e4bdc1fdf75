// The two programs, made at build time.
#include "gofer/filter/filter.h"

namespace gofer {
namespace {

constexpr auto kReadOnlyProgram = host::CompileStatic<kReadOnlyFilterRules>();
constexpr auto kWritableProgram = host::CompileStatic<kWritableFilterRules>();

}  // namespace

base::Result<void> InstallGoferFilter(bool writable) {
  const std::span<const sock_filter> program =
      writable ? std::span<const sock_filter>(kWritableProgram) : kReadOnlyProgram;
  TRY(host::InstallFilter(program));
  return base::Ok();
}

}  // namespace gofer

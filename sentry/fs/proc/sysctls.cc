#include "sentry/fs/proc/sysctls.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/sysctl_table.h"

namespace sentry {
namespace {

// The row of a path that is in the table: others are a mistake of ours.
size_t IndexOf(std::string_view path) {
  std::span<const SysctlRow> rows = SysctlRows();
  auto found = std::lower_bound(
      rows.begin(), rows.end(), path,
      [](const SysctlRow& row, std::string_view wanted) { return row.path < wanted; });
  return static_cast<size_t>(found - rows.begin());
}

// What a write makes of the numbers that were there (proc_dointvec_minmax() of Linux): it may give
// the first few only.
Result<std::string> MergeNumbers(const SysctlRow& row, std::string_view old,
                                 std::string_view text) {
  std::string merged;
  while (true) {
    std::string_view kept = NextWord(old), given = NextWord(text);
    if (kept.empty()) return merged;
    if (!given.empty()) {
      int64_t number = TRY(ParseNumber(given));
      if (number < row.min || number > row.max) return Errno(EINVAL);
      kept = given;
    }
    if (!merged.empty()) merged += '\t';
    merged += kept;
  }
}

}  // namespace

size_t Sysctls::size() const {
  return SysctlRows().size();
}
std::string_view Sysctls::path(size_t node) const {
  return SysctlRows()[node].path;
}
uint32_t Sysctls::mode(size_t node) const {
  return abi::kSIfreg | SysctlRows()[node].permissions;
}

std::string Sysctls::ValueOf(size_t node) {
  if (auto bound = bound_.find(node); bound != bound_.end()) return bound->second.get();
  if (auto written = written_.find(node); written != written_.end()) return written->second;
  const SysctlRow& row = SysctlRows()[node];
  return row.live != nullptr ? row.live(kernel_) : row.value;
}

std::string Sysctls::Value(std::string_view path) {
  return ValueOf(IndexOf(path));
}

int64_t Sysctls::Number(std::string_view path) {
  return std::strtoll(Value(path).c_str(), nullptr, 10);
}

uint64_t Sysctls::Unsigned(std::string_view path) {
  return std::strtoull(Value(path).c_str(), nullptr, 10);
}

void Sysctls::Bind(std::string_view path, Getter get, Setter set) {
  bound_.insert_or_assign(IndexOf(path), Bound{std::move(get), std::move(set)});
}

Result<std::string> Sysctls::Text(OpContext&, size_t node, const TreeNumbers&) {
  return ValueOf(node) + "\n";
}

Result<void> Sysctls::Store(OpContext&, size_t node, const TreeNumbers&, std::string_view text) {
  const SysctlRow& row = SysctlRows()[node];
  if ((row.permissions & 0222) == 0) return Errno(EPERM);  // Even for who overrides permissions.
  text = Trim(text);
  std::string value(text);
  if (row.kind == SysctlRow::Kind::kNumbers) value = TRY(MergeNumbers(row, ValueOf(node), text));
  if (auto bound = bound_.find(node); bound != bound_.end()) return bound->second.set(value);
  if (row.store != nullptr) return row.store(kernel_, value);
  written_[node] = std::move(value);
  return {};
}

}  // namespace sentry
